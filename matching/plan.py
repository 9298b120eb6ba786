"""Plan: which partnerships a phase takes up, by largest total fit, stable or fair, under quotas, with the variants side by side."""

from __future__ import annotations

import enum
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from matching.pairs import Market, Pairs, Quota, market
from matching.profile import Bools, Ints
from matching.reasons import Fact, Reason
from matching.relaxation import Infeasible, infeasible
from matching.stability import blocking, exchange, stable

ALGORITHM = "plan-1"
"""Changes with every change of the method that may change an answer."""
DIGITS = 9
"""Totals are given to so many digits."""


class Variant(enum.StrEnum):
    """What a plan aims at."""

    MAXIMUM = "maximum"
    """The largest sum of both sides' fits."""
    STABLE = "stable"
    """No two municipalities that would rather work with each other; where places or quotas forbid that, as few as can be found."""
    FAIR = "fair"
    """The largest smallest fit of any side of any partnership, among plans of as many partnerships as the one of largest total; then that sum."""


@dataclass(frozen=True, kw_only=True)
class Choice:
    """One partnership of a plan."""

    left: str
    right: str
    fit_left: float
    """What each side gains, from 0 to 1."""
    fit_right: float
    alternates: tuple[tuple[str, str], ...]
    """Pairs that could take its place without breaking a quota, best first."""
    reason: Reason


@dataclass(frozen=True, kw_only=True)
class Blocking:
    """Two municipalities that would both rather work with each other than keep to the plan."""

    left: str
    right: str
    fit_left: float
    fit_right: float
    instead_of: tuple[tuple[str, str], ...]
    """Partnerships of the plan that they would give up for it."""
    barred_by: tuple[str, ...]
    """Groups whose quotas would then be broken; empty: only the plan itself stands against it."""
    reason: Reason


@dataclass(frozen=True, kw_only=True)
class Compliance:
    """How a plan keeps one quota."""

    group: str
    minimum: int
    maximum: int | None
    count: int
    met: bool
    reason: Reason


@dataclass(frozen=True, kw_only=True)
class Summary:
    """The figures of one variant."""

    variant: Variant
    chosen: int
    total: float
    """Sum over the partnerships of the mean of both sides' fits."""
    minimum: float | None
    """Smallest fit of any side, `None` for an empty plan, like the means below."""
    mean_left: float | None
    mean_right: float | None
    blocking: int
    """Blocking pairs in all."""
    barred: int
    """Those among them that quotas bar."""
    quotas_met: int
    quotas: int
    proven: bool
    """Whether no better plan of the variant exists."""
    reason: Reason


@dataclass(frozen=True, kw_only=True)
class PhasePlan:
    """The answer: one plan, and how the other variants would compare."""

    variant: Variant
    choices: tuple[Choice, ...]
    """Best first."""
    alternates: tuple[tuple[str, str], ...]
    """Pairs that could step in for some partnership, best first; those whose municipalities are both free come before the others."""
    blocking: tuple[Blocking, ...]
    """Best first."""
    quotas: tuple[Compliance, ...]
    """How the quotas as asked are kept, by group."""
    comparison: tuple[Summary, ...]
    """One for each variant, in the order of `Variant`."""
    infeasible: Infeasible | None
    """When no plan keeps all quotas, why; the plans then keep the quotas moved as `infeasible.relax` says."""
    algorithm: str


def phase_plan(
    pairs: Pairs,
    *,
    places: int,
    quotas: Sequence[Quota] = (),
    capacities: Mapping[str, int] | None = None,
    variant: Variant = Variant.MAXIMUM,
    alternates: int = 10,
    names: Mapping[str, str] | None = None,
) -> PhasePlan:
    """Chooses at most `places` of the pairs, all variants of them, and explains the one asked for.

    `capacities` says how many of them a municipality can take (those not named: 1); `alternates` how many of them are given in all (three
    at most for each choice); `names` what municipalities are called in texts. The order of the input does not matter. Raises `ValueError`
    for numbers below 0, a group with two quotas, and pairs that are not allowed (see `Pairs`).
    """
    asked = market(pairs, places=places, quotas=quotas, capacities=capacities)
    problem, kept = infeasible(asked)
    plans = _plans(kept)
    plan, order = plans[variant][0], _order(kept, variant)
    view = _View(kept, plan, order, names or {})
    comparison = tuple(_summary(asked, kept, variant_, *plans[variant_]) for variant_ in Variant)
    swaps = view.swaps()
    return PhasePlan(
        variant=variant,
        choices=tuple(view.choice(pair, swaps[pair][:3]) for pair in order[plan[order]].tolist()),
        alternates=tuple(kept.ids[pair] for pair in view.reserve(swaps)[:alternates]),
        blocking=view.blocking(),
        quotas=_compliance(asked, plan),
        comparison=comparison,
        infeasible=problem,
        algorithm=ALGORITHM,
    )


def _plans(market: Market) -> dict[Variant, tuple[Bools, bool]]:
    """Each variant's plan and whether it is proven to be best."""
    best, proven = _maximum(market)
    return {Variant.MAXIMUM: (best, proven), Variant.STABLE: stable(market, best), Variant.FAIR: _fair(market, best)}


def _maximum(market: Market) -> tuple[Bools, bool]:
    found = market.linear().maximise(market.value)
    if found is None:
        raise ValueError("no plan keeps the quotas")  # they were relaxed before
    return found.values > 0.5, found.proven


def _fair(market: Market, largest: Bools) -> tuple[Bools, bool]:
    """The highest bar over which as many pairs can be had as in the plan of largest total, by halving; then the largest total over it."""
    size = int(largest.sum())
    if not size:
        return largest, True
    bars = np.unique(market.weaker[market.weaker >= market.weaker[largest].min()])
    low, high = 0, len(bars) - 1
    while low < high:
        middle = (low + high + 1) // 2
        if _over(market, float(bars[middle]), size) is None:
            high = middle - 1
        else:
            low = middle
    found = _over(market, float(bars[low]), size)
    return found if found is not None else (largest, False)


def _over(market: Market, bar: float, size: int) -> tuple[Bools, bool] | None:
    """The plan of `size` pairs with the largest total none of whose sides falls below a bar; `None` if there is none."""
    linear = market.linear()
    linear.row(np.arange(len(market.ids)), lower=size, upper=size)
    found = linear.maximise(market.value, upper=(market.weaker >= bar).astype(np.float64))
    return None if found is None else (found.values > 0.5, found.proven)


def _order(market: Market, variant: Variant) -> Ints:
    """All pairs, best first: by the mean of both sides' fits, in the fair variant by the smaller one; equals in the order of ids."""
    keys = (-market.value, -market.weaker) if variant is Variant.FAIR else (-market.weaker, -market.value)
    return np.lexsort((np.arange(len(market.ids)), *keys))


class _View:
    """One plan, explained."""

    def __init__(self, market: Market, plan: Bools, order: Ints, names: Mapping[str, str]) -> None:
        self._market, self._plan, self._order, self._names = market, plan, order, names
        self._room = [capacity - market.taken(plan, side) for side, capacity in enumerate(market.capacity)]
        self._counts = market.counts(plan)

    def swaps(self) -> dict[int, Ints]:
        """Pair of the plan → pairs that could take its place, best first."""
        return {pair: self._swaps(pair) for pair in np.flatnonzero(self._plan).tolist()}

    def _swaps(self, gone: int) -> Ints:
        market = self._market
        fits = ~self._plan
        for side, ends in enumerate(market.ends):
            fits &= (self._room[side][ends] > 0) | (ends == ends[gone])
        if len(market.quotas):
            counts = (self._counts - market.members[:, gone])[:, None] + market.members
            fits &= ((counts >= market.minima[:, None]) & (counts <= market.maxima[:, None])).all(axis=0)
        return self._order[fits[self._order]]

    def reserve(self, swaps: Mapping[int, Ints]) -> list[int]:
        """Pairs that could take somebody's place, best first, those who are free anyway before the others."""
        free = np.logical_and(*(self._room[side][ends] > 0 for side, ends in enumerate(self._market.ends)))
        found = np.zeros(len(self._plan), dtype=bool)
        for pairs in swaps.values():
            found[pairs] = True
        ranked = self._order[found[self._order]]
        return ranked[np.argsort(~free[ranked], kind="stable")].tolist()

    def choice(self, pair: int, swaps: Ints) -> Choice:
        """One partnership of the plan."""
        rows: list[int] = swaps.tolist()
        return Choice(
            **self._pair(pair),
            alternates=tuple(self._market.ids[row] for row in rows),
            reason=Reason(key="choice", facts=self._facts(pair), nodes=self._market.ids[pair]),
        )

    def blocking(self) -> tuple[Blocking, ...]:
        """All pairs that block the plan, best first."""
        mask = blocking(self._market, self._plan)
        return tuple(self._blocking(pair) for pair in self._order[mask[self._order]].tolist())

    def _blocking(self, pair: int) -> Blocking:
        market = self._market
        gone = np.flatnonzero(self._plan & ~(after := exchange(market, self._plan, pair))).tolist()
        barred = tuple(quota for quota, broken in zip(market.quotas, market.broken(after).tolist(), strict=True) if broken)
        facts = {**self._facts(pair), "instead": tuple(f"{self._name(left)} – {self._name(right)}" for left, right in (market.ids[other] for other in gone))}
        key = "blocking.barred" if barred else "blocking" if gone else "blocking.free"
        return Blocking(
            **self._pair(pair),
            instead_of=tuple(market.ids[other] for other in gone),
            barred_by=tuple(quota.group for quota in barred),
            reason=Reason(key=key, facts={**facts, "groups": tuple(quota.name for quota in barred)}, nodes=market.ids[pair]),
        )

    def _pair(self, pair: int) -> dict[str, Any]:
        left, right = self._market.ids[pair]
        return {"left": left, "right": right, "fit_left": float(self._market.fits[0][pair]), "fit_right": float(self._market.fits[1][pair])}

    def _facts(self, pair: int) -> dict[str, Fact]:
        left, right = self._market.ids[pair]
        percent = [round(100 * float(fit[pair])) for fit in self._market.fits]
        return {"left": self._name(left), "right": self._name(right), "left_percent": percent[0], "right_percent": percent[1]}

    def _name(self, id_: str) -> str:
        return self._names.get(id_, id_)


def _compliance(market: Market, plan: Bools) -> tuple[Compliance, ...]:
    counts, broken = market.counts(plan).tolist(), market.broken(plan).tolist()
    return tuple(
        Compliance(group=quota.group, minimum=quota.minimum, maximum=quota.maximum, count=count, met=not bad, reason=_kept(quota, count))
        for quota, count, bad in zip(market.quotas, counts, broken, strict=True)
    )


def _kept(quota: Quota, count: int) -> Reason:
    """How many partnerships count for a quota, and what it asks."""
    if quota.maximum is None:
        return Reason(key="compliance.minimum", facts={"group": quota.name, "count": count, "minimum": quota.minimum})
    return Reason(key="compliance", facts={"group": quota.name, "count": count, "minimum": quota.minimum, "maximum": quota.maximum})


def _summary(asked: Market, kept: Market, variant: Variant, plan: Bools, proven: bool) -> Summary:
    count = int(plan.sum())
    blocks = np.flatnonzero(blocking(kept, plan))
    barred = sum(bool(kept.broken(exchange(kept, plan, pair)).any()) for pair in blocks.tolist()) if kept.quotas else 0
    least, *means = (round(float(value), DIGITS) for value in (kept.weaker[plan].min(), *(fit[plan].mean() for fit in kept.fits))) if count else (None,) * 3
    total = round(float(kept.value[plan].sum()), DIGITS)
    facts: dict[str, Fact] = {"count": count, "total": f"{total:.2f}", "percent": round(100 * (least or 0.0)), "blocking": len(blocks)}
    return Summary(
        variant=variant,
        chosen=count,
        total=total,
        minimum=least,
        mean_left=means[0],
        mean_right=means[1],
        blocking=len(blocks),
        barred=barred,
        quotas_met=int((~asked.broken(plan)).sum()),
        quotas=len(asked.quotas),
        proven=proven,
        reason=Reason(key=f"plan.{variant}", facts=facts),
    )
