"""Relaxation: which quotas cannot be kept together, and the cheapest way out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from matching.pairs import Market, Quota
from matching.profile import Floats
from matching.reasons import Reason


@dataclass(frozen=True, kw_only=True)
class Bound:
    """One bound of a quota: `minimum` or `maximum` of a group."""

    group: str
    bound: str
    asked: int
    possible: int
    """What the cheapest way out sets instead; equal to `asked` where the bound may stay."""
    reason: Reason


@dataclass(frozen=True, kw_only=True)
class Infeasible:
    """Why no plan keeps all quotas."""

    conflict: tuple[Bound, ...]
    """Bounds that cannot be kept together with the places and capacities; without any one of them the others can."""
    relax: tuple[Bound, ...]
    """The bounds to move, by the fewest partnerships in all; the plan given keeps the quotas so moved."""
    places: int | None
    """Places with which the quotas could be kept as they are; `None` when no number helps."""
    reason: Reason


def infeasible(market: Market) -> tuple[Infeasible | None, Market]:
    """What is wrong with the quotas, `None` when they can be kept, and the market with quotas that can be."""
    if not market.minima.any() or market.linear().maximise(market.value) is not None:
        return None, market
    relaxed = _relaxed(market)
    moved = tuple(bound for old, new in zip(market.quotas, relaxed.quotas, strict=True) for bound in _bounds(old, new) if bound.asked != bound.possible)
    conflict = _conflict(market, {(bound.group, bound.bound): bound for bound in moved})
    places = _places(market)
    key = "quotas.conflict" if places is None else "quotas.conflict.places"
    names = tuple(dict.fromkeys(str(bound.reason.facts["group"]) for bound in conflict))
    reason = Reason(key=key, facts={"groups": names, "places": market.places, **({} if places is None else {"needed": places})})
    return Infeasible(conflict=conflict, relax=moved, places=places, reason=reason), relaxed


def _relaxed(market: Market) -> Market:
    """Bounds moved by the fewest partnerships in all, then in favour of the largest total."""
    pairs, count = len(market.ids), len(market.quotas)
    linear = market.linear(2 * count, quotas=False)
    for row in range(count):
        members = np.flatnonzero(market.members[row]).tolist()
        linear.row((*members, pairs + row), lower=float(market.minima[row]))
        if np.isfinite(market.maxima[row]):
            linear.row((*members, pairs + count + row), (*([1.0] * len(members)), -1.0), upper=float(market.maxima[row]))
    cost = -1.0 - 2 * min(market.places, pairs)
    upper: Floats = np.concatenate([np.ones(pairs), np.maximum(market.minima, pairs), np.full(count, float(pairs))])
    found = linear.maximise(np.concatenate([market.value, np.full(2 * count, cost)]), upper=upper)
    if found is None:
        raise ValueError("the quotas cannot be relaxed")  # bounds moved far enough always hold
    slack = found.values[pairs:].astype(int).tolist()
    quotas = [
        replace(quota, minimum=quota.minimum - slack[row], maximum=None if quota.maximum is None else quota.maximum + slack[count + row])
        for row, quota in enumerate(market.quotas)
    ]
    return market.with_quotas(quotas, range(count))


def _conflict(market: Market, moved: dict[tuple[str, str], Bound]) -> tuple[Bound, ...]:
    """Bounds none of which can be spared: each is left out in turn and stays out when the rest still cannot be kept."""
    bounds = [(row, name) for row, quota in enumerate(market.quotas) for name in ("minimum", "maximum") if _asks(quota, name)]
    for bound in tuple(bounds):
        rest = [other for other in bounds if other != bound]
        if _only(market, rest).linear().maximise(market.value) is None:
            bounds = rest
    kept: list[Bound] = []
    for row, name in bounds:
        quota = market.quotas[row]
        stays = next(bound for bound in _bounds(quota, quota) if bound.bound == name)
        kept.append(moved.get((quota.group, name), stays))
    return tuple(kept)


def _asks(quota: Quota, bound: str) -> bool:
    return quota.minimum > 0 if bound == "minimum" else quota.maximum is not None


def _only(market: Market, bounds: Sequence[tuple[int, str]]) -> Market:
    rows = sorted({row for row, _ in bounds})
    quotas: list[Quota] = []
    for row in rows:
        quota = market.quotas[row]
        quotas.append(replace(quota, minimum=quota.minimum if (row, "minimum") in bounds else 0, maximum=quota.maximum if (row, "maximum") in bounds else None))
    return market.with_quotas(quotas, rows)


def _places(market: Market) -> int | None:
    """The fewest places with which the quotas can be kept."""
    found = market.linear(places=False).maximise(np.full(len(market.ids), -1.0))
    return None if found is None else int(found.values.sum())


def _bounds(old: Quota, new: Quota) -> tuple[Bound, ...]:
    pairs = (("minimum", old.minimum, new.minimum), ("maximum", old.maximum, new.maximum))
    return tuple(
        Bound(
            group=old.group,
            bound=name,
            asked=asked,
            possible=possible,
            reason=Reason(key=f"quota.{name}.moved" if asked != possible else f"quota.{name}", facts={"group": old.name, "asked": asked, "possible": possible}),
        )
        for name, asked, possible in pairs
        if asked is not None and possible is not None
    )
