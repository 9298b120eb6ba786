"""Partners: who could become the partner of a municipality, ranked, explained and with both sides' benefit."""

from __future__ import annotations

import math
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from matching.asked import Asked
from matching.exclusions import RULES, Exclusions, Unmet, own_wishes, sides
from matching.facets import FACETS, Facet, facets, facets_of_content
from matching.focuses import Content
from matching.profile import Bools, Floats, Ints, Profiles
from matching.ranking import NEEDS, OFFERS, Ranking
from matching.reasons import Reason, render
from matching.weights import Weights, default_weights

ALGORITHM = "partners-1"
"""Changes with every change of the method that may change an answer."""
FAIR: Mapping[str, float] = {"openness": 0.0, "resources": 0.0}
"""Weights for suggestions that are spread more evenly: nobody gains by being large or well known."""
LISTED = ("opted_out", "dismissed")
"""Rules whose municipalities the caller lists."""


@dataclass(frozen=True, kw_only=True)
class FacetScore:
    """One facet of one candidate."""

    name: str
    score: float | None
    """From 0 to 1; `None` where nothing is known, in which case an expected value stands in."""
    weight: float
    """The facet's part of all weights; those of a candidate's facets add up to 1."""
    share: float
    """What the facet adds to the candidate's score; the shares add up to it."""
    reason: Reason


@dataclass(frozen=True, kw_only=True)
class Candidate:
    """One suggested partner."""

    id: str
    rank: int
    score: float
    """From 0 to 1."""
    seeker_benefit: float | None
    """Which part of the seeker's needs the candidate's offers meet, 0 to 1; `None` where one of them is unknown."""
    candidate_benefit: float | None
    """Which part of the candidate's needs the seeker's offers meet."""
    facets: tuple[FacetScore, ...]
    """Those that are known for anybody, in the order of `FACETS`."""
    rank_range: tuple[int, int]
    """Best and worst rank when each weight in turn is moved by a quarter."""


@dataclass(frozen=True, kw_only=True)
class Candidates:
    """The answer for one seeker."""

    seeker: str
    candidates: tuple[Candidate, ...]
    considered: int
    """Number of municipalities that were ranked."""
    excluded: Mapping[str, int]
    """Rule → number of municipalities it left out, each counted once."""
    unmet: Unmet | None
    """Why nobody fits, when nobody does."""
    algorithm: str


class PartnerMatcher:
    """Ranks partner candidates. The constructor stores, `fit` learns; the same input gives the same output.

    `weights` replaces single default weights for all questions; `home` is the country whose municipalities submit proposals.
    """

    def __init__(self, weights: Mapping[str, float] | None = None, *, home: str = "DE", defaults: Weights | None = None) -> None:
        self.weights = weights
        self.home = home
        self.defaults = defaults

    def fit(self, profiles: Profiles) -> PartnerMatcher:
        """Reads the profiles into tables that make answers fast; `ValueError` for weights that are not allowed."""
        self.profiles_: Profiles = profiles
        self.weights_: Weights = (self.defaults or default_weights()).changed(self.weights)
        self.content_: Content = Content(profiles)
        self.facets_: tuple[Facet, ...] = facets(profiles, self.content_)
        self.home_: Bools = np.array([code == self.home for code in profiles.country], dtype=bool)
        self.tiebreak_: Ints = np.argsort(np.argsort(np.array(profiles.ids, dtype=object), kind="stable"))
        self._wishes = own_wishes(profiles)
        both = np.concatenate([profiles.ties.a, profiles.ties.b]), np.concatenate([profiles.ties.b, profiles.ties.a])
        order = np.argsort(both[0], kind="stable")
        self._partners = both[1][order]
        self._starts = np.searchsorted(both[0][order], np.arange(len(profiles) + 1))
        return self

    def candidates(
        self,
        seeker: str,
        first: int = 10,
        *,
        weights: Mapping[str, float] | None = None,
        keep: Bools | None = None,
        exclude: Mapping[str, Collection[str]] | None = None,
        asked: Asked | None = None,
    ) -> Candidates:
        """The best candidates for a municipality.

        `keep` is a mask of shape (n,) of those that pass the asker's filter (the others count as `filtered`); `exclude` lists ids
        under the rules `opted_out` and `dismissed`; `asked` adds to the seeker's focuses, for this question only. Raises `ValueError`
        for an unknown municipality, weight or rule.
        """
        row = self.profiles_.row(seeker)
        changed = self.weights_.changed(weights)
        exclusions = self.exclusions(row, keep=keep, exclude=exclude)
        known = self._facets(row, asked)
        ranking = self._ranking(row, exclusions.kept(), changed, known)
        places = ranking.first(max(first, 0), self.tiebreak_)
        ranges = ranking.rank_ranges(places)
        return Candidates(
            seeker=seeker,
            candidates=tuple(self._candidate(row, known, ranking, int(place), rank, ranges[rank - 1]) for rank, place in enumerate(places, start=1)),
            considered=len(ranking.rows),
            excluded=exclusions.counts(),
            unmet=None if len(ranking.rows) else exclusions.unmet(),
            algorithm="+".join(part for part in (ALGORITHM, changed.version, asked.reader if asked else "") if part),
        )

    def ranking(self, seeker: int, rows: Ints, weights: Weights | None = None) -> Ranking:
        """Scores of the municipalities in `rows` for the one in row `seeker`."""
        return self._ranking(seeker, rows, weights or self.weights_, self.facets_)

    @staticmethod
    def _ranking(seeker: int, rows: Ints, weights: Weights, facets: Sequence[Facet]) -> Ranking:
        table = np.empty((len(rows), len(FACETS)), order="F")
        for column, facet in enumerate(facets):
            table[:, column] = facet.scores(seeker, rows)
        return Ranking(rows=rows, table=table, weights=weights)

    def _facets(self, seeker: int, asked: Asked | None) -> tuple[Facet, ...]:
        """All facets, those of content with what the seeker has written."""
        if asked is None:
            return self.facets_
        fresh = facets_of_content(self.content_.asking(seeker, asked))
        return fresh + self.facets_[len(fresh) :]

    def exclusions(self, seeker: int, *, keep: Bools | None = None, exclude: Mapping[str, Collection[str]] | None = None) -> Exclusions:
        """Which rules meet which municipalities, for the seeker in one row."""
        masks = sides(self.profiles_, seeker, self.home_) | self._wishes
        masks["already_partnered"] = self._mask(self._partners[self._starts[seeker] : self._starts[seeker + 1]])
        masks["filtered"] = ~keep if keep is not None else self._mask(())
        for rule in set(exclude or ()) - set(LISTED):
            raise ValueError(f"no rule {rule!r} whose municipalities may be listed; allowed are {', '.join(LISTED)}")
        for rule in LISTED:
            listed = (exclude or {}).get(rule, ())
            masks[rule] = self._mask([self.profiles_.rows[id_] for id_ in listed if id_ in self.profiles_.rows])
        return Exclusions(masks={rule: masks[rule] for rule in RULES}, seeker=seeker)

    def text(self, reason: Reason, language: str = "en") -> str:
        """A reason as a sentence; `ValueError` for a language that is not one of en, de, es, fr."""
        return render(reason, self.profiles_, language)

    def _mask(self, rows: Ints | Collection[int]) -> Bools:
        mask = np.zeros(len(self.profiles_), dtype=bool)
        mask[np.asarray(rows, dtype=np.int64)] = True
        return mask

    def _candidate(self, seeker: int, known: Sequence[Facet], ranking: Ranking, place: int, rank: int, rank_range: tuple[int, int]) -> Candidate:
        scores: Floats = ranking.table[place]
        return Candidate(
            id=self.profiles_.ids[int(ranking.rows[place])],
            rank=rank,
            score=float(ranking.scores[place]),
            seeker_benefit=_known(scores[NEEDS]),
            candidate_benefit=_known(scores[OFFERS]),
            facets=self._facet_scores(seeker, known, ranking, place),
            rank_range=(min(rank, rank_range[0]), max(rank, rank_range[1])),
        )

    def _facet_scores(self, seeker: int, known: Sequence[Facet], ranking: Ranking, place: int) -> tuple[FacetScore, ...]:
        row = int(ranking.rows[place])
        scores: list[float] = ranking.table[place].tolist()
        weights: list[float] = ranking.weight.tolist()
        shares: list[float] = ranking.shares(place).tolist()
        found: list[FacetScore] = []
        for column, weight in enumerate(weights):
            if weight:
                score = _known(scores[column])
                reason = Reason(key="unknown", facts={}) if score is None else known[column].reason(seeker, row)
                found.append(FacetScore(name=FACETS[column], score=score, weight=weight, share=shares[column], reason=reason))
        return tuple(found)


def _known(score: float) -> float | None:
    return None if math.isnan(score) else float(score)
