"""Evaluation: how high real partners are ranked by a matcher that does not know of them."""

from __future__ import annotations

import dataclasses
import statistics
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from matching.partners import PartnerMatcher
from matching.profile import Bools, Profiles


@dataclass(frozen=True, kw_only=True)
class Evaluation:
    """Figures over all pairs; a pair that could not be ranked counts as a miss."""

    pairs: int
    mrr: float
    """Mean of 1/rank."""
    hits_at_10: float
    """Part of the pairs ranked among the first ten."""
    hits_at_50: float
    median_rank: float | None
    """Of the pairs that were ranked."""
    unranked: int
    """Pairs with an unknown municipality or one that the programme's rules do not allow."""


def evaluate(profiles: Profiles, pairs: Sequence[tuple[str, str]], matcher: PartnerMatcher | None = None) -> Evaluation:
    """Ranks the partner of each pair (seeker id, partner id) among all eligible candidates of its seeker, whose other true
    partners are left out. Ties of the profiles that are among the pairs are all hidden at once, with all that follows from them.
    What municipalities say of their capacity or wish to be found excludes nobody here.
    """
    return figures(ranks(profiles, pairs, matcher))


def figures(found: Sequence[int | None]) -> Evaluation:
    """The figures over some ranks; `None` stands for a pair that could not be ranked."""
    ranked = [rank for rank in found if rank is not None]
    total = max(len(found), 1)
    return Evaluation(
        pairs=len(found),
        mrr=sum(1 / rank for rank in ranked) / total,
        hits_at_10=sum(rank <= 10 for rank in ranked) / total,
        hits_at_50=sum(rank <= 50 for rank in ranked) / total,
        median_rank=statistics.median(ranked) if ranked else None,
        unranked=len(found) - len(ranked),
    )


def ranks(profiles: Profiles, pairs: Sequence[tuple[str, str]], matcher: PartnerMatcher | None = None) -> list[int | None]:
    """Rank of the true partner of each pair, in the order of the pairs; see `evaluate`."""
    rows = [(profiles.rows.get(seeker), profiles.rows.get(partner)) for seeker, partner in pairs]
    known = {(seeker, partner) for seeker, partner in rows if seeker is not None and partner is not None}
    matcher = (matcher or PartnerMatcher()).fit(hidden(profiles, known))
    partners: dict[int, set[int]] = defaultdict(set)
    for seeker, partner in known:
        partners[seeker].add(partner)
        partners[partner].add(seeker)
    found = {pair: rank for seeker in sorted({pair[0] for pair in known}) for pair, rank in _ranks_of(matcher, seeker, known, partners[seeker]).items()}
    return [found.get(pair) if None not in pair else None for pair in rows]  # pyright: ignore[reportArgumentType, reportCallIssue]


def hidden(profiles: Profiles, pairs: set[tuple[int, int]]) -> Profiles:
    """Profiles without the ties between some pairs of rows."""
    return dataclasses.replace(profiles, ties=profiles.ties.without(pairs))


def _ranks_of(matcher: PartnerMatcher, seeker: int, pairs: set[tuple[int, int]], others: set[int]) -> dict[tuple[int, int], int]:
    exclusions = matcher.exclusions(seeker)
    rows = exclusions.kept(ignoring=("not_seeking", "no_capacity"))
    ranking = matcher.ranking(seeker, rows)
    scores, order = ranking.scores, matcher.tiebreak_[rows]
    rival: Bools = ~np.isin(rows, list(others))
    found: dict[tuple[int, int], int] = {}
    for partner in sorted(others):
        place = int(np.searchsorted(rows, partner))
        if (seeker, partner) in pairs and place < len(rows) and rows[place] == partner:
            ahead = (scores > scores[place]) | ((scores == scores[place]) & (order < order[place]))
            found[seeker, partner] = 1 + int((ahead & rival).sum())
    return found
