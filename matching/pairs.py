"""Pairs: the possible partnerships of a phase, each with its fit for both sides, and the quotas a plan has to keep."""

from __future__ import annotations

import functools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from matching.columns import check_lengths
from matching.optimum import Linear
from matching.profile import Bools, Floats, Ints

DIGITS = 9
"""Fits that agree to so many digits are equal."""


@dataclass(frozen=True, kw_only=True)
class Pairs:
    """Possible partnerships as parallel columns, between municipalities of two sides, such as German ones and those of the Global South.

    Raises `ValueError` where columns differ in length, a pair repeats, an id stands on both sides or a fit is not from 0 to 1.
    """

    left: tuple[str, ...]
    """Id of the municipality on one side."""
    right: tuple[str, ...]
    """Id of the one on the other side."""
    fit_left: Floats
    """What the left one gains, from 0 to 1."""
    fit_right: Floats
    """What the right one gains."""
    groups: tuple[frozenset[str], ...] = ()
    """The groups each pair counts for, such as `region:Africa`, `admin1:DE.05`, `country_group:LDC`, `goal:11`; may be empty."""

    def __post_init__(self) -> None:
        n = len(self.left)
        check_lengths(self, n, "pairs", "right", "fit_left", "fit_right", *(("groups",) if self.groups else ()))
        if len(set(zip(self.left, self.right, strict=True))) != n:
            raise ValueError("a pair must be given once only")
        both = set(self.left) & set(self.right)
        if both:
            raise ValueError(f"{min(both)!r} stands on both sides, a municipality must stand on one")
        for name, fit in (("fit_left", self.fit_left), ("fit_right", self.fit_right)):
            if n and not ((fit >= 0) & (fit <= 1)).all():
                raise ValueError(f"{name} must be from 0 to 1")

    def __len__(self) -> int:
        """Number of pairs."""
        return len(self.left)


@dataclass(frozen=True, kw_only=True)
class Quota:
    """How many partnerships of a plan must and may count for a group. Raises `ValueError` for bounds that contradict each other."""

    group: str
    """One of the groups that pairs count for."""
    minimum: int = 0
    maximum: int | None = None
    """`None`: any number."""
    label: str = ""
    """How the group is called in texts; empty: its id."""

    def __post_init__(self) -> None:
        if self.minimum < 0 or (self.maximum is not None and self.maximum < self.minimum):
            raise ValueError(f"the quota of {self.group!r} is {self.minimum} to {self.maximum}; needed is 0 <= minimum <= maximum")

    @property
    def name(self) -> str:
        """What the group is called in texts."""
        return self.label or self.group


@dataclass(frozen=True, kw_only=True)
class Market:
    """Pairs, capacities, places and quotas as arrays, in the order of the ids: what comes out does not depend on the order of the input."""

    ids: tuple[tuple[str, str], ...]
    """Left and right id of each of the p pairs, ascending."""
    ends: tuple[Ints, Ints]
    """Number of the left and of the right municipality of each pair, each counted on its own side."""
    fits: tuple[Floats, Floats]
    """Fit for the left and for the right one."""
    capacity: tuple[Ints, Ints]
    """Partnerships each left and each right municipality can take on."""
    places: int
    """Partnerships the phase can take on."""
    quotas: tuple[Quota, ...]
    members: Bools
    """Which pairs count for which quota, shape (quotas, p)."""

    @functools.cached_property
    def value(self) -> Floats:
        """Mean of both sides' fits."""
        return np.round((self.fits[0] + self.fits[1]) / 2, DIGITS)

    @functools.cached_property
    def weaker(self) -> Floats:
        """The smaller of both sides' fits."""
        return np.minimum(*self.fits)

    def taken(self, chosen: Bools, side: int) -> Ints:
        """Number of partnerships of each municipality of one side (0 left, 1 right) in a plan."""
        return np.bincount(self.ends[side][chosen], minlength=len(self.capacity[side]))

    def counts(self, chosen: Bools) -> Ints:
        """Number of partnerships of a plan that count for each quota."""
        return self.members[:, chosen].sum(axis=1)

    def broken(self, chosen: Bools) -> Bools:
        """Which quotas a plan does not keep."""
        counts = self.counts(chosen)
        return (counts < self.minima) | (counts > self.maxima)

    @functools.cached_property
    def minima(self) -> Floats:
        """Lower bound of each quota."""
        return np.array([quota.minimum for quota in self.quotas], dtype=np.float64)

    @functools.cached_property
    def maxima(self) -> Floats:
        """Upper bound of each quota; infinite where there is none."""
        return np.array([np.inf if quota.maximum is None else quota.maximum for quota in self.quotas], dtype=np.float64)

    def linear(self, extra: int = 0, *, quotas: bool = True, places: bool = True) -> Linear:
        """Which plans are allowed: one variable for each pair, then `extra` further ones."""
        linear, everywhere = Linear(len(self.ids) + extra), np.arange(len(self.ids))
        for ends, capacity in zip(self.ends, self.capacity, strict=True):
            linear.rows(ends, everywhere, np.ones(len(ends)), lower=np.full(len(capacity), -np.inf), upper=capacity.astype(np.float64))
        if places:
            linear.row(everywhere, upper=self.places)
        if quotas:
            for row in range(len(self.quotas)):
                linear.row(np.flatnonzero(self.members[row]), lower=float(self.minima[row]), upper=float(self.maxima[row]))
        return linear

    def with_quotas(self, quotas: Sequence[Quota], rows: Sequence[int]) -> Market:
        """The same market under other bounds of some of its quotas, given by their places."""
        members = self.members[np.array(rows, dtype=np.int64)]
        return replace(self, quotas=tuple(quotas), members=members)


def market(pairs: Pairs, *, places: int, quotas: Sequence[Quota] = (), capacities: Mapping[str, int] | None = None) -> Market:
    """Pairs and rules as arrays; municipalities not named in `capacities` take 1. `ValueError` for numbers below 0 or a quota given twice."""
    if places < 0 or min((capacities or {}).values(), default=0) < 0:
        raise ValueError(f"places is {places}, it and all capacities must be at least 0")
    if len({quota.group for quota in quotas}) != len(quotas):
        raise ValueError("a group must have one quota only")
    order = sorted(range(len(pairs)), key=lambda row: (pairs.left[row], pairs.right[row]))
    ids = tuple((pairs.left[row], pairs.right[row]) for row in order)
    names = tuple(sorted({pair[side] for pair in ids}) for side in (0, 1))
    rows = tuple({name: row for row, name in enumerate(names[side])} for side in (0, 1))
    kept = tuple(sorted(quotas, key=lambda quota: quota.group))
    groups = [pairs.groups[row] if pairs.groups else frozenset[str]() for row in order]
    place = np.array(order, dtype=np.int64)
    return Market(
        ids=ids,
        ends=(np.array([rows[0][left] for left, _ in ids], dtype=np.int64), np.array([rows[1][right] for _, right in ids], dtype=np.int64)),
        fits=(np.round(pairs.fit_left[place], DIGITS), np.round(pairs.fit_right[place], DIGITS)),
        capacity=(_capacity(names[0], capacities or {}), _capacity(names[1], capacities or {})),
        places=places,
        quotas=kept,
        members=np.array([[quota.group in group for group in groups] for quota in kept], dtype=bool).reshape(len(kept), len(ids)),
    )


def _capacity(names: Sequence[str], capacities: Mapping[str, int]) -> Ints:
    return np.array([capacities.get(name, 1) for name in names], dtype=np.int64)
