"""Incidence: a sparse table of weights between rows and columns; the only place that knows scipy.sparse."""
# pyright: reportUnknownMemberType=false, reportMissingTypeStubs=false

from __future__ import annotations

import functools
from typing import Any

import numpy as np
from scipy import sparse

from matching.profile import Floats, Ints


class Incidence:
    """Weights w[row, column], zero where nothing is said.

    Entries that are given twice count once, with the larger weight: a fact does not become truer by repetition.
    """

    def __init__(self, rows: Ints, columns: Ints, weights: Floats, shape: tuple[int, int], *, add: bool = False) -> None:
        if not add and len(rows):
            rows, columns, weights = _largest(rows, columns, weights, shape[1])
        self._csr: Any = sparse.csr_matrix((weights, (rows, columns)), shape=shape)
        self._csr.sum_duplicates()

    @functools.cached_property
    def _csc(self) -> Any:
        return self._csr.tocsc()

    def row(self, row: int) -> tuple[Ints, Floats]:
        """Columns and weights of one row, columns ascending."""
        start, end = self._csr.indptr[row], self._csr.indptr[row + 1]
        return self._csr.indices[start:end], self._csr.data[start:end]

    def column(self, column: int) -> tuple[Ints, Floats]:
        """Rows and weights of one column, rows ascending."""
        start, end = self._csc.indptr[column], self._csc.indptr[column + 1]
        return self._csc.indices[start:end], self._csc.data[start:end]

    def times(self, values: Floats) -> Floats:
        """For each row the sum over columns of weight × value; also for a table of several values a column."""
        return self._csr @ values

    def added(self, rows: Ints, values: Floats) -> Floats:
        """For each column the sum over some rows of weight × value: `times` of the transposed table for few values that are not 0."""
        return np.asarray(self._csr[rows].T @ values)

    def spread(self, values: Floats) -> Floats:
        """`times` of the transposed table, quicker where few values are not 0; for symmetric tables only."""
        rows = np.flatnonzero(values)
        return self.added(rows, values[rows]) if len(rows) < len(values) // 20 else self.times(values)

    def sums(self) -> Floats:
        """Sum of each row's weights."""
        return np.asarray(self._csr.sum(axis=1)).ravel()

    def counts(self) -> Ints:
        """Number of entries of each row."""
        return np.diff(self._csr.indptr).astype(np.int64)

    def entries(self) -> tuple[Ints, Ints]:
        """Row and column of every entry, ascending."""
        rows: Ints = np.repeat(np.arange(int(self._csr.shape[0])), np.diff(self._csr.indptr))
        return rows, np.asarray(self._csr.indices, dtype=np.int64)

    def grouped(self, groups: Ints, size: int) -> Incidence:
        """Columns added up into groups (group of each column; -1: left out)."""
        rows, columns = self.entries()
        columns = groups[columns]
        keep = columns >= 0
        return Incidence(rows[keep], columns[keep], self._csr.data[keep], (self._csr.shape[0], size), add=True)

    def transposed(self) -> Incidence:
        """Rows and columns changed places."""
        turned = object.__new__(Incidence)
        turned._csr = self._csr.T.tocsr()
        return turned


def _largest(rows: Ints, columns: Ints, weights: Floats, width: int) -> tuple[Ints, Ints, Floats]:
    key = rows.astype(np.int64) * width + columns
    order = np.lexsort((-weights, key))
    first = order[np.r_[True, np.diff(key[order]) > 0]]
    return rows[first], columns[first], weights[first]
