"""Stability: plans that no two municipalities would rather leave for each other, and how near a plan comes to that."""

from __future__ import annotations

import heapq

import numpy as np

from matching.pairs import Market
from matching.profile import Bools, Floats, Ints
from matching.stable_part import StablePart

EXACT = 50
"""Pairs up to which the plan with the fewest blocking pairs is searched among all plans: seconds, where 150 take a minute and hardly gain."""
STEPS = 200
"""Improvements at most in a larger market."""
TRIED = 30
"""Blocking pairs tried for one improvement."""


def blocking(market: Market, chosen: Bools) -> Bools:
    """Mask of the pairs that block a plan.

    A pair blocks when it is not chosen and both gain by joining, each giving up at most one partnership that is worth less to it, and the
    plan then keeps the capacities and the places. Without a limit of places this is pairwise stability (Gale and Shapley 1962, American
    Mathematical Monthly 69, 9-15); with it, as in Kamada and Kojima (2015, American Economic Review 105, 67-99), those who would only add
    a partnership to a full phase do not block.
    """
    gives_up, free = _willing(market, chosen)
    joins = (gives_up[0] | free[0]) & (gives_up[1] | free[1])
    room = int(chosen.sum()) < market.places
    return ~chosen & joins & (gives_up[0] | gives_up[1] | room)


def exchange(market: Market, chosen: Bools, pair: int) -> Bools:
    """The plan after a blocking pair has joined: who is full gives up the worst partnership, and so does somebody when the phase is full."""
    gives_up, free = _willing(market, chosen)
    after = chosen.copy()
    dropped = [side for side in (0, 1) if not free[side][pair]]
    if not dropped and int(chosen.sum()) >= market.places:
        dropped = [0 if gives_up[0][pair] else 1]
    for side in dropped:
        own = np.flatnonzero(chosen & (market.ends[side] == market.ends[side][pair]))
        after[own[np.lexsort((-own, market.fits[side][own]))[0]]] = False
    after[pair] = True
    return after


def deferred_acceptance(market: Market, proposer: int) -> Bools:
    """The plan, stable without regard to places and quotas, that is best for the side that proposes (0 left, 1 right).

    Equal fits are told apart by the other side's fit, then by id. Pairs of no use to one side are left out.
    """
    ranks = [_ranks(market, side) for side in (0, 1)]
    useful = (market.fits[0] > 0) & (market.fits[1] > 0)
    lists: dict[int, list[int]] = {}
    for pair in np.argsort(-ranks[proposer], kind="stable").tolist():
        if useful[pair]:
            lists.setdefault(int(market.ends[proposer][pair]), []).append(pair)
    chosen = np.zeros(len(market.ids), dtype=bool)
    held: dict[int, list[tuple[int, int]]] = {}
    waiting = [municipality for municipality in sorted(lists) for _ in range(int(market.capacity[proposer][municipality]))]
    while waiting:
        municipality = waiting.pop()
        if not lists[municipality]:
            continue
        pair = lists[municipality].pop()
        receiver = int(market.ends[1 - proposer][pair])
        holds = held.setdefault(receiver, [])
        heapq.heappush(holds, (-int(ranks[1 - proposer][pair]), pair))
        chosen[pair] = True
        if len(holds) > market.capacity[1 - proposer][receiver]:
            refused = heapq.heappop(holds)[1]
            chosen[refused] = False
            waiting.append(int(market.ends[proposer][refused]))
    return chosen


def stable(market: Market, start: Bools) -> tuple[Bools, bool]:
    """A plan that keeps places and quotas with few blocking pairs, and whether fewer are proven impossible.

    Where deferred acceptance keeps them, its plan of larger total, without any. Else the part of a stable plan with the fewest, or `start`
    (a plan that keeps them), improved step by step; where some are left among few pairs, the best of all plans.
    """
    plans = sorted((deferred_acceptance(market, side) for side in (0, 1)), key=lambda plan: -float(market.value[plan].sum().round(9)))
    if (plans[0] == plans[1]).all():
        plans.pop()
    for plan in plans:
        if plan.sum() <= market.places and not market.broken(plan).any():
            return plan, True
    parts = [part for plan in plans if (part := StablePart(market, plan).best()) is not None]
    rivals = [_improved(market, plan) for plan in (*parts, start)]
    best = min(rivals, key=lambda plan: (int(blocking(market, plan).sum()), -float(market.value[plan].sum().round(9))))
    left = bool(blocking(market, best).any())
    return _fewest(market) if left and len(market.ids) <= EXACT else (best, not left)


def _willing(market: Market, chosen: Bools) -> tuple[tuple[Bools, Bools], tuple[Bools, Bools]]:
    """For each pair whether its left and right one have a partnership that is worth less to them, and whether they have room and gain."""
    gives_up: list[Bools] = []
    free: list[Bools] = []
    for ends, fit, capacity in zip(market.ends, market.fits, market.capacity, strict=True):
        worst = np.full(len(capacity), np.inf)
        np.minimum.at(worst, ends[chosen], fit[chosen])
        taken = np.bincount(ends[chosen], minlength=len(capacity))
        gives_up.append(worst[ends] < fit)
        free.append((taken < capacity)[ends] & (fit > 0))
    return (gives_up[0], gives_up[1]), (free[0], free[1])


def _ranks(market: Market, side: int) -> Ints:
    """Place of each pair in one order of preference over all pairs, 0 best."""
    order = np.lexsort((np.arange(len(market.ids)), -market.fits[1 - side], -market.fits[side]))
    ranks = np.empty(len(order), dtype=np.int64)
    ranks[order] = np.arange(len(order))
    return ranks


def _fewest(market: Market) -> tuple[Bools, bool]:
    """Fewest blocking pairs among all plans, then the largest total.

    After the pairs come one variable for each: left gives up, right gives up, blocks; then for each municipality: has room; at last: the phase has.
    """
    pairs, lefts = len(market.ids), len(market.capacity[0])
    rooms = lefts + len(market.capacity[1])
    linear = market.linear(3 * pairs + rooms + 1)
    first_room, blocks, room = 4 * pairs, 3 * pairs, 4 * pairs + rooms
    for side, start in ((0, pairs), (1, 2 * pairs)):
        for pair in range(pairs):
            own = (market.ends[side] == market.ends[side][pair]) & (market.fits[side] < market.fits[side][pair])
            for worse in np.flatnonzero(own).tolist():
                linear.row((start + pair, worse), (1, -1), lower=0)
        for municipality, capacity in enumerate(market.capacity[side].tolist()):
            own = np.flatnonzero(market.ends[side] == municipality).tolist()
            linear.row((first_room + side * lefts + municipality, *own), (max(capacity, 1), *([1] * len(own))), lower=capacity)
    linear.row((room, *range(pairs)), (max(market.places, 1), *([1] * pairs)), lower=market.places)
    for pair in range(pairs):
        free = [first_room + side * lefts + int(market.ends[side][pair]) if market.fits[side][pair] > 0 else None for side in (0, 1)]
        for together in ((pairs + pair, 2 * pairs + pair), (pairs + pair, free[1]), (free[0], 2 * pairs + pair), (*free, room)):
            if None not in together:
                terms = [column for column in together if column is not None]
                linear.row((blocks + pair, pair, *terms), (1, 1, *([-1] * len(terms))), lower=1 - len(terms))
    whole = np.ones(linear.size, dtype=bool)
    whole[pairs:first_room] = False
    objective = np.concatenate([market.value, np.zeros(2 * pairs), np.full(pairs, -1.0 - pairs), np.zeros(rooms + 1)])
    found = linear.maximise(objective, whole=whole)
    if found is None:
        raise ValueError("no plan keeps the quotas")
    return found.values[:pairs] > 0.5, found.proven


def _improved(market: Market, plan: Bools) -> Bools:
    """A plan after joins of blocking pairs, each of which keeps the quotas and leaves fewer blocking pairs."""
    count = int(blocking(market, plan).sum())
    for _ in range(STEPS):
        better = _better(market, plan, count) if count else None
        if better is None:
            break
        plan, count = better, int(blocking(market, better).sum())
    return plan


def _better(market: Market, plan: Bools, count: int) -> Bools | None:
    gain: Floats = market.value
    pairs = np.flatnonzero(blocking(market, plan))
    for pair in pairs[np.argsort(-gain[pairs], kind="stable")][:TRIED].tolist():
        after = exchange(market, plan, pair)
        if not market.broken(after).any() and int(blocking(market, after).sum()) < count:
            return after
    return None
