"""Ranking: one score out of many facets, its shares, its order, and how far the order depends on the weights."""

from __future__ import annotations

import functools
from dataclasses import dataclass

import numpy as np

from matching.facets import FACETS
from matching.profile import Bools, Floats, Ints
from matching.weights import Weights

NEEDS, OFFERS = FACETS.index("needs"), FACETS.index("offers")
SWING = 0.25
"""By which part each weight is moved for the range of ranks."""
DIGITS = 9
"""Scores that agree to so many digits are equal: sums in another order must not change a rank."""

NOTHING = float(np.finfo(np.float64).tiny)
"""What two benefits of 0 are divided by."""


@dataclass(frozen=True, kw_only=True)
class Ranking:
    """Scores of the candidates in `rows` for one seeker."""

    rows: Ints
    """Rows of the candidates, shape (k,)."""
    table: Floats
    """Score of each candidate (row) in each facet (column), shape (k, facets); NaN where unknown."""
    weights: Weights

    @functools.cached_property
    def _unknown(self) -> Bools:
        return np.isnan(self.table)

    @functools.cached_property
    def weight(self) -> Floats:
        """Weight of each facet, adding up to 1; 0 for facets that are unknown for all candidates, which thus leave the others untouched."""
        given = np.array([self.weights.weight[name] for name in FACETS])
        given[self._unknown.all(axis=0)] = 0
        total = given.sum()
        return given / total if total else given

    @functools.cached_property
    def parts(self) -> Floats:
        """What enters the score, shape (k, facets): facets with unknown ones neutral, and in the places of both benefits their harmonic mean."""
        parts = self.table.copy(order="F")
        for column in np.flatnonzero(self._unknown.any(axis=0)).tolist():
            parts[:, column] = np.where(self._unknown[:, column], self.weights.neutral[FACETS[column]], parts[:, column])
        if self.weight[NEEDS] and self.weight[OFFERS]:
            gains = parts[:, NEEDS], parts[:, OFFERS]
            parts[:, NEEDS] = parts[:, OFFERS] = 2 * gains[0] * gains[1] / np.maximum(gains[0] + gains[1], NOTHING)
        return parts

    @functools.cached_property
    def scores(self) -> Floats:
        """Score of each candidate from 0 to 1, shape (k,)."""
        return np.round(self.parts @ self.weight, DIGITS)

    def shares(self, place: int) -> Floats:
        """What each facet adds to one candidate's score, shape (facets,); they add up to it."""
        return self.parts[place] * self.weight

    def first(self, count: int, tiebreak: Ints) -> Ints:
        """Places in `rows` of the best, best first; equal scores in the order of `tiebreak`, a number for every municipality."""
        scores = self.scores
        if count < len(scores):
            threshold = np.partition(scores, len(scores) - count)[len(scores) - count]
            chosen = np.flatnonzero(scores >= threshold)
        else:
            chosen = np.arange(len(scores))
        return chosen[np.lexsort((tiebreak[self.rows[chosen]], -scores[chosen]))][:count]

    def rank_ranges(self, places: Ints) -> list[tuple[int, int]]:
        """Best and worst rank of some candidates when each weight in turn is moved up and down by `SWING`."""
        if not len(places):
            return []
        moved = self._moved_weights()
        mine = self.parts[places] @ moved.T
        rivals = self.parts[self.scores >= self._hopeless(float(mine.min()))] @ moved.T
        ranks = np.stack([1 + (rivals[:, turn, None] > mine[None, :, turn] + 10.0**-DIGITS).sum(axis=0) for turn in range(len(moved))])
        return list(zip(ranks.min(axis=0).tolist(), ranks.max(axis=0).tolist(), strict=True))

    def _moved_weights(self) -> Floats:
        turns = [self.weight]
        for facet in np.flatnonzero(self.weight):
            for factor in (1 - SWING, 1 + SWING):
                moved = self.weight.copy()
                moved[facet] *= factor
                turns.append(moved / moved.sum())
        return np.stack(turns)

    def _hopeless(self, least: float) -> float:
        """A score below which nobody reaches `least` under any moved weights.

        A weight moved by d makes at most (s + d)/(1 + d) of a score s when it grows, at most s/(1 - d) when it shrinks.
        """
        move = SWING * float(self.weight.max())
        return min(least * (1 + move) - move, least * (1 - move)) - 10.0**-DIGITS
