"""Stable part: which partnerships of a stable plan a phase with fewer places takes up so that few pairs block."""

from __future__ import annotations

import numpy as np

from matching.optimum import Linear
from matching.pairs import Market
from matching.profile import Bools, Floats, Ints

SWAPS = 100
"""Exchanges of one partnership for another at most."""
TRIED = 20
"""Partnerships tried to leave out, and to take in, in one exchange."""
SHARP = 1e-6
"""By how much a value of a linear programme may miss a whole number."""


class StablePart:
    """The parts of a plan that is stable without regard to places and quotas.

    Leaving out one partnership opens both its ends: a pair blocks when one end of it is thus open and the other has kept something worth
    less to it. The fewest such pairs are a cut in a graph of these consequences, which a linear programme finds at once, were there not the
    number of places: where partnerships hang together in a ring larger than the rest of the places, some of it has to be cut.
    """

    def __init__(self, market: Market, plan: Bools) -> None:
        self._market = market
        self._kept: Ints = np.flatnonzero(plan)
        self._value: Floats = market.value[self._kept]
        self._size = min(market.places, len(self._kept))
        self._fills = len(self._kept) >= market.places
        causes = _causes(market, plan)
        place = {pair: place for place, pair in enumerate(self._kept.tolist())}
        blocker = {pair: number for number, pair in enumerate(dict.fromkeys(pair for pair, _, _ in causes))}
        self._blockers = len(blocker)
        self._causes: Ints = np.array([(blocker[pair], place[kept], place[gone]) for pair, kept, gone in causes], dtype=np.int64).reshape(-1, 3)

    def best(self) -> Bools | None:
        """A part that fills the places (where the plan does) and keeps the quotas; `None` where no part does."""
        values = self._relaxed()
        taken = None if values is None else self._rounded(values)
        if taken is None:
            return None
        taken = self._exchanged(taken)
        part = np.zeros(len(self._market.ids), dtype=bool)
        part[self._kept[taken]] = True
        return part

    def _rules(self, extra: int = 0) -> Linear:
        linear, market = Linear(len(self._kept) + extra), self._market
        linear.row(np.arange(len(self._kept)), lower=self._size if self._fills else 0, upper=self._size)
        for row in range(len(market.quotas)):
            linear.row(np.flatnonzero(market.members[row, self._kept]), lower=float(market.minima[row]), upper=float(market.maxima[row]))
        return linear

    def _relaxed(self) -> Floats | None:
        """How much of each partnership is taken when parts of it may be: fewest blocking pairs, then the largest total."""
        linear, count = self._rules(self._blockers), len(self._kept)
        blocker, kept, gone = self._causes.T
        rows = np.tile(np.arange(len(blocker)), 3)
        values = np.repeat([1.0, -1.0, 1.0], len(blocker))
        linear.rows(rows, np.concatenate([count + blocker, kept, gone]), values, lower=np.zeros(len(blocker)), upper=np.full(len(blocker), np.inf))
        objective = np.concatenate([self._value, np.full(self._blockers, -1.0 - self._size)])
        found = linear.maximise(objective, whole=np.zeros(linear.size, dtype=bool))
        return None if found is None else found.values[:count]

    def _rounded(self, values: Floats) -> Bools | None:
        """Whole partnerships, as near to those values as the places and quotas allow."""
        near = np.round(values / SHARP) * SHARP
        found = self._rules().maximise((1.0 + self._size) * near + self._value)
        return None if found is None else found.values > 0.5

    def _exchanged(self, taken: Bools) -> Bools:
        """The part after exchanges of one partnership for another, each of which leaves fewer blocking pairs."""
        for _ in range(SWAPS):
            count = self._blocking(taken)
            after = self._exchange(taken) if count else None
            if after is None or self._blocking(after) >= count:
                break
            taken = after
        return taken

    def _exchange(self, taken: Bools) -> Bools | None:
        """The best exchange among those that look best one by one; equals by total, then in the order of ids."""
        alone = np.array([self._blocking(_flipped(taken, place)) for place in range(len(taken))])
        ranked = np.lexsort((np.where(taken, self._value, -self._value), alone))
        out, into = ranked[taken[ranked]][:TRIED].tolist(), ranked[~taken[ranked]][:TRIED].tolist()
        found = [(self._blocking(_flipped(taken, a, b)), float(self._value[a] - self._value[b]), a, b) for a in out for b in into if self._keeps(taken, a, b)]
        return _flipped(taken, *min(found)[2:]) if found else None

    def _keeps(self, taken: Bools, out: int, into: int) -> bool:
        market = self._market
        if not len(market.quotas):
            return True
        counts = market.members[:, self._kept[_flipped(taken, out, into)]].sum(axis=1)
        return bool(((counts >= market.minima) & (counts <= market.maxima)).all())

    def _blocking(self, taken: Bools) -> int:
        blocker, kept, gone = self._causes.T
        return int(np.count_nonzero(np.bincount(blocker[taken[kept] & ~taken[gone]], minlength=self._blockers)))


def _flipped(taken: Bools, *places: int) -> Bools:
    after = taken.copy()
    after[list(places)] ^= True
    return after


def _causes(market: Market, plan: Bools) -> list[tuple[int, int, int]]:
    """Which pair blocks when one partnership of a stable plan is kept and another is left out: (pair, kept, left out)."""
    own: list[dict[int, list[int]]] = [{}, {}]
    for pair in np.flatnonzero(plan).tolist():
        for side in (0, 1):
            own[side].setdefault(int(market.ends[side][pair]), []).append(pair)
    found: list[tuple[int, int, int]] = []
    for pair in np.flatnonzero((market.fits[0] > 0) & (market.fits[1] > 0)).tolist():
        for side in (0, 1):
            mine, theirs = (own[end].get(int(market.ends[end][pair]), []) for end in (side, 1 - side))
            worse = [kept for kept in mine if market.fits[side][kept] < market.fits[side][pair]]
            found.extend((pair, kept, gone) for kept in worse for gone in ([pair] if plan[pair] else theirs))
    return found
