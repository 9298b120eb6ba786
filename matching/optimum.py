"""Optimum: the best choice under linear constraints; the only place that knows scipy.optimize."""
# pyright: reportUnknownMemberType=false, reportMissingTypeStubs=false, reportUnknownVariableType=false, reportUnknownArgumentType=false, reportArgumentType=false

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy import sparse
from scipy.optimize import Bounds, LinearConstraint, milp

from matching.profile import Bools, Floats, Ints

NODES = 2000
"""Nodes of the search tree after which the best answer so far is given: unlike a limit in seconds, the same on every machine."""
TOLERANCE = 1e-6
"""By how much a value may miss a whole number and count as one."""


@dataclass(frozen=True, kw_only=True)
class Optimum:
    """An answer of `Linear.maximise`."""

    values: Floats
    """Value of each variable, whole ones exactly whole."""
    proven: bool
    """Whether no better answer exists; false when the search ended at `NODES`."""


class Linear:
    """A linear programme over variables from 0 to an upper bound, which gathers constraints and then maximises an objective."""

    def __init__(self, size: int) -> None:
        self.size = size
        self._rows: list[Ints] = []
        self._columns: list[Ints] = []
        self._values: list[Floats] = []
        self._lower: list[Floats] = []
        self._upper: list[Floats] = []
        self._count = 0

    def row(self, columns: Sequence[int] | Ints, values: Sequence[float] | Floats | float = 1.0, *, lower: float = -np.inf, upper: float = np.inf) -> None:
        """One constraint: lower ≤ sum of value × variable ≤ upper."""
        where = np.asarray(columns, dtype=np.int64)
        self.rows(np.zeros(len(where), dtype=np.int64), where, np.broadcast_to(np.asarray(values, dtype=np.float64), where.shape), lower=[lower], upper=[upper])

    def rows(self, rows: Ints, columns: Ints, values: Floats, *, lower: Sequence[float] | Floats, upper: Sequence[float] | Floats) -> None:
        """Several constraints as a sparse table: `rows` count from 0, one lower and one upper bound for each."""
        self._rows.append(rows + self._count)
        self._columns.append(columns)
        self._values.append(values)
        self._lower.append(np.asarray(lower, dtype=np.float64))
        self._upper.append(np.asarray(upper, dtype=np.float64))
        self._count += len(self._lower[-1])

    def maximise(self, objective: Floats, *, whole: Bools | None = None, upper: Floats | float = 1.0) -> Optimum | None:
        """The values with the largest objective, `None` when no values meet the constraints.

        `whole` marks the variables that must be whole numbers (default: all). The same programme gives the same answer. An objective that
        is the same for many values takes longest.
        """
        if not self.size:
            return Optimum(values=np.empty(0), proven=True) if self._allows_nothing() else None
        whole = np.ones(self.size, dtype=bool) if whole is None else whole
        # matchings are mostly whole without being told, and then found several times faster
        relaxed = self._solve(objective, np.zeros(self.size, dtype=bool), upper)
        if relaxed is None or (np.abs(relaxed.values - np.round(relaxed.values))[whole] <= TOLERANCE).all():
            return relaxed and Optimum(values=np.where(whole, np.round(relaxed.values), relaxed.values), proven=relaxed.proven)
        return self._solve(objective, whole, upper)

    def _solve(self, objective: Floats, whole: Bools, upper: Floats | float) -> Optimum | None:
        result: Any = milp(
            -objective,
            integrality=whole.astype(np.int64),
            bounds=Bounds(0, np.broadcast_to(np.asarray(upper, dtype=np.float64), self.size)),
            constraints=self._constraints(),
            options={"mip_rel_gap": 0.0, "node_limit": NODES},
        )
        if result.x is None:
            return None
        return Optimum(values=np.where(whole, np.round(result.x), result.x), proven=result.status == 0)

    def _constraints(self) -> list[LinearConstraint]:
        if not self._count:
            return []
        cells = (np.concatenate(self._values), (np.concatenate(self._rows), np.concatenate(self._columns)))
        table: Any = sparse.csr_array(cells, shape=(self._count, self.size))
        return [LinearConstraint(table, np.concatenate(self._lower), np.concatenate(self._upper))]

    def _allows_nothing(self) -> bool:
        return all((lower <= 0).all() for lower in self._lower) and all((upper >= 0).all() for upper in self._upper)
