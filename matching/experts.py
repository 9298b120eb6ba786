"""Experts: who fits a mission or a need for advice, ranked, with reasons and with alternates for each slot."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from matching.expert_pool import ExpertPool, Need
from matching.incidence import Incidence
from matching.nearness import Nearness
from matching.partners import FacetScore
from matching.profile import Bools, Floats, Ints
from matching.reasons import Reason

ALGORITHM = "experts-1"
"""Changes with every change of the method that may change an answer."""
WEIGHTS: Mapping[str, float] = {"topics": 0.6, "languages": 0.1, "availability": 0.14, "rest": 0.08, "load": 0.08}
"""Part of each facet in the score; they add up to 1. Set by hand: knowledge of the matter decides, the rest orders equals."""
FACETS = tuple(WEIGHTS)
"""Names of the facets, in the order in which they are shown."""
RULES = ("own_municipality", "declined", "language", "unavailable", "on_mission", "no_topic")
"""All rules that exclude, in the order in which they are tried: an expert counts under the first that meets them."""
RELAXABLE = ("language", "unavailable", "on_mission", "no_topic")
"""Rules that may be given up, the cheapest first: interpreting costs less than other dates, other dates less than other experts."""
WORTH: Mapping[str, float] = {"topics": 1.0, "projects": 1.0, "missions": 1.5, "department": 0.5}
"""Worth of one piece of evidence by its source; a sum w of them makes a strength of w / (w + 1)."""
YEAR = 365
"""Days before and after a mission within which other missions count as load."""
UNKNOWN = 0.5
"""What stands in for a facet that is unknown."""
DIGITS = 9
"""Scores that agree to so many digits are equal."""
SHOWN = 3
"""Subjects named in a reason at most."""


@dataclass(frozen=True, kw_only=True)
class Exclusion:
    """One expert who is left out because of a conflict of interest, by name."""

    id: str
    rule: str
    reason: Reason


@dataclass(frozen=True, kw_only=True)
class ExpertCandidate:
    """One suggested expert."""

    id: str
    rank: int
    score: float
    """From 0 to 1."""
    fit: float | None
    """Topic fit alone, 0 to 1; `None` for a need without subjects."""
    facets: tuple[FacetScore, ...]
    remarks: tuple[Reason, ...]
    """What has to be known besides, such as that contact data may not be passed on."""


@dataclass(frozen=True, kw_only=True)
class Slot:
    """One place in a mission's team: who is suggested for it, and who could stand in, best first."""

    expert: str
    alternates: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class Shortage:
    """How many slots stay open, and the rule to give up that would bring the most further experts for the least."""

    missing: int
    relax: str | None
    gain: int
    reason: Reason


@dataclass(frozen=True, kw_only=True)
class ExpertCandidates:
    """The answer for one need."""

    need: str
    candidates: tuple[ExpertCandidate, ...]
    slots: tuple[Slot, ...]
    """For each open slot the best who do not go already."""
    considered: int
    excluded: Mapping[str, int]
    """Rule → number of experts it left out, each counted once."""
    conflicts: tuple[Exclusion, ...]
    shortage: Shortage | None
    algorithm: str


class ExpertMatcher:
    """Ranks experts. The constructor stores, `fit` learns; the same input gives the same output.

    `cooling` is the number of days between two missions from which on a person counts as rested.
    """

    def __init__(self, *, cooling: int = 90) -> None:
        if cooling < 1:
            raise ValueError(f"cooling is {cooling} days, at least 1 is needed")
        self.cooling = cooling

    def fit(self, pool: ExpertPool) -> ExpertMatcher:
        """Reads the pool into tables that make answers fast."""
        evidence, shape = pool.evidence, (len(pool), len(pool.subjects))
        worth = np.array([WORTH[source] for source in WORTH])[evidence.source] * evidence.count
        self.pool_: ExpertPool = pool
        self.nearness_: Nearness = Nearness(pool.subjects)
        self.worth_: Incidence = Incidence(evidence.expert, evidence.subject, worth, shape, add=True)
        self.tiebreak_: Ints = np.argsort(np.argsort(np.array(pool.ids, dtype=object), kind="stable"))
        return self

    def candidates(self, need: Need, first: int = 10, *, alternates: int = 3) -> ExpertCandidates:
        """The best experts for a need; `ValueError` for a subject that is not in the pool's list."""
        table, masks = self.table(need), self.exclusions(need)
        scores = score(table)
        rows = self.kept(masks)
        order = rows[np.lexsort((self.tiebreak_[rows], -scores[rows]))]
        return ExpertCandidates(
            need=need.id,
            candidates=tuple(self._candidate(need, int(row), rank, table) for rank, row in enumerate(order[: max(first, 0)], start=1)),
            slots=self._slots(need, order, alternates),
            considered=len(rows),
            excluded=_counts(masks),
            conflicts=self._conflicts(masks["own_municipality"]),
            shortage=self.shortage(need, masks),
            algorithm=ALGORITHM,
        )

    def table(self, need: Need) -> Floats:
        """Scores of every expert in every facet, shape (n, facets); NaN where nothing is known."""
        days, gap = self._days(need), self._gap(need)
        rest = np.full(len(self.pool_), np.nan) if gap is None else np.minimum(gap / self.cooling, 1)
        share = days / need.days if need.days else days
        return np.stack([self._fit(need), self._languages(need), share, rest, 1 / (1 + self._load(need))], axis=1)

    def strengths(self, need: Need) -> Floats:
        """How strongly each expert stands for each wanted subject, 0 to 1, shape (n, wanted): the best-proven near subject counts."""
        found = np.zeros((len(self.pool_), len(need.subjects)))
        for place, id_ in enumerate(need.subjects):
            near = self.nearness_.of(self.pool_.subjects.row(id_))
            for subject in np.flatnonzero(near).tolist():
                rows, worth = self.worth_.column(subject)
                found[rows, place] = np.maximum(found[rows, place], near[subject] * worth / (worth + 1))
        return found

    def exclusions(self, need: Need) -> dict[str, Bools]:
        """Which rules meet which experts: rule → mask of shape (n,)."""
        fit, days, gap = self._fit(need), self._days(need), self._gap(need)
        barred = set(need.excluded_municipalities)
        return {
            "own_municipality": np.array([municipality in barred for municipality in self.pool_.municipality], dtype=bool),
            "declined": np.array([id_ in need.declined for id_ in self.pool_.ids], dtype=bool),
            "language": (self._languages(need) == 0) & (not need.interpretation),
            "unavailable": days == 0,
            "on_mission": np.zeros(len(self.pool_), dtype=bool) if gap is None else gap == 0,
            "no_topic": fit == 0,
        }

    def kept(self, masks: Mapping[str, Bools], ignoring: str | None = None) -> Ints:
        """Rows of the experts whom no rule meets, ascending."""
        return np.flatnonzero(~np.logical_or.reduce([mask for rule, mask in masks.items() if rule != ignoring]))

    def members(self, need: Need) -> Bools:
        """Who goes already, mask of shape (n,)."""
        return np.array([id_ in need.team for id_ in self.pool_.ids], dtype=bool)

    def shortage(self, need: Need, masks: Mapping[str, Bools], found: int | None = None) -> Shortage | None:
        """Why fewer experts than open slots are found (`None` when they suffice), with the cheapest rule to give up among those that help."""
        new = ~self.members(need)
        left = int(new[self.kept(masks)].sum())
        found = left if found is None else found
        missing = need.open - min(found, need.open)
        if not missing:
            return None
        gains = {rule: int(new[self.kept(masks, rule)].sum()) - left for rule in RELAXABLE}
        enough = [rule for rule in RELAXABLE if gains[rule] >= missing]
        relax = enough[0] if enough else max(RELAXABLE, key=lambda rule: (gains[rule], -RELAXABLE.index(rule)))
        gain = gains[relax]
        key = f"shortage.{relax}" if gain else "shortage"
        return Shortage(
            missing=missing, relax=relax if gain else None, gain=gain, reason=Reason(key=key, facts={"missing": missing, "found": found, "gain": gain})
        )

    def reasons(self, need: Need, row: int, table: Floats) -> tuple[Reason, ...]:
        """What explains one expert's score in each facet, in the order of `FACETS`."""
        reasons = (self._topics_reason, self._languages_reason, self._availability_reason, self._rest_reason, self._load_reason)
        dated = need.days is not None
        asked = (bool(need.subjects), bool(need.languages or need.required_languages), dated, dated, True)
        known = (~np.isnan(table[row])).tolist()
        return tuple(
            reason(need, row) if known_ else Reason(key="unknown" if asked_ else "not_asked", facts={})
            for reason, known_, asked_ in zip(reasons, known, asked, strict=True)
        )

    def _candidate(self, need: Need, row: int, rank: int, table: Floats) -> ExpertCandidate:
        parts = np.where(np.isnan(table[row]), UNKNOWN, table[row]).tolist()
        known, reasons = table[row].tolist(), self.reasons(need, row, table)
        facets = tuple(
            FacetScore(name=name, score=None if np.isnan(value) else value, weight=weight, share=weight * part, reason=reason)
            for (name, weight), value, part, reason in zip(WEIGHTS.items(), known, parts, reasons, strict=True)
        )
        remarks = () if self.pool_.consent[row] else (Reason(key="consent.none", facts={}),)
        return ExpertCandidate(id=self.pool_.ids[row], rank=rank, score=float(score(table[[row]])[0]), fit=facets[0].score, facets=facets, remarks=remarks)

    def _slots(self, need: Need, order: Ints, alternates: int) -> tuple[Slot, ...]:
        new = order[~self.members(need)[order]]
        chosen, others = new[: need.open], new[need.open :]
        strengths = self.strengths(need)
        rows: list[int] = chosen.tolist()
        return tuple(Slot(expert=self.pool_.ids[row], alternates=self.stand_ins(strengths, row, others)[:alternates]) for row in rows)

    def stand_ins(self, strengths: Floats, row: int, others: Ints) -> tuple[str, ...]:
        """Ids of `others` (rows, best first), those before who can replace most of what the expert in `row` stands for."""
        replaced: Floats = strengths[others] @ strengths[row]
        order: list[int] = others[np.argsort(-replaced.round(DIGITS), kind="stable")].tolist()
        return tuple(self.pool_.ids[other] for other in order)

    def _conflicts(self, mask: Bools) -> tuple[Exclusion, ...]:
        rows = sorted(np.flatnonzero(mask).tolist(), key=lambda row: self.pool_.ids[row])
        pool = self.pool_
        return tuple(
            Exclusion(
                id=pool.ids[row],
                rule="own_municipality",
                reason=Reason(key="conflict.own_municipality", facts={"name": pool.names[row]}, nodes=(pool.ids[row], str(pool.municipality[row]))),
            )
            for row in rows
        )

    def _fit(self, need: Need) -> Floats:
        """The mean of the best match and of all: one match is enough to be found, more bring forward."""
        if not need.subjects:
            return np.full(len(self.pool_), np.nan)
        strengths = self.strengths(need)
        return (strengths.max(axis=1) + strengths.mean(axis=1)) / 2

    def _languages(self, need: Need) -> Floats:
        wanted, required = set(need.languages), set(need.required_languages)
        if not wanted and not required:
            return np.full(len(self.pool_), np.nan)
        return np.array([_speaks(set(spoken), wanted, required) for spoken in self.pool_.languages], dtype=np.float64)

    def _days(self, need: Need) -> Floats:
        """Days of the mission on which each expert is available; NaN where the window or the dates are unknown."""
        window = self.pool_.available_from, self.pool_.available_to
        if need.starts_on is None or need.ends_on is None:
            return np.full(len(self.pool_), np.nan)
        days = np.fmin(window[1], need.ends_on) - np.fmax(window[0], need.starts_on) + 1
        return np.where(np.isnan(window[0]) & np.isnan(window[1]), np.nan, np.maximum(days, 0))

    def _gap(self, need: Need) -> Floats | None:
        """Days between the mission and each expert's nearest other one, 0 when they overlap, infinite without one; `None` without dates."""
        if need.starts_on is None or need.ends_on is None:
            return None
        journeys, rows = self.pool_.journeys, self._other_journeys(need)
        between = np.maximum(np.maximum(journeys.starts[rows] - need.ends_on, need.starts_on - journeys.ends[rows]), 0)
        gap = np.full(len(self.pool_), np.inf)
        np.fmin.at(gap, journeys.expert[rows], between)
        return gap

    def _load(self, need: Need) -> Ints:
        """Number of each expert's other missions within a year of this one; of all when it has no dates."""
        journeys, rows = self.pool_.journeys, self._other_journeys(need)
        if need.starts_on is not None and need.ends_on is not None:
            rows = rows[(journeys.starts[rows] <= need.ends_on + YEAR) & (journeys.ends[rows] >= need.starts_on - YEAR)]
        return np.bincount(journeys.expert[rows], minlength=len(self.pool_))

    def _other_journeys(self, need: Need) -> Ints:
        return np.flatnonzero(np.array([mission != need.id for mission in self.pool_.journeys.mission], dtype=bool))

    def _topics_reason(self, need: Need, row: int) -> Reason:
        subjects, worth = self.worth_.row(row)
        found: list[tuple[float, str, int, int]] = []
        for id_ in need.subjects:
            wanted = self.pool_.subjects.row(id_)
            met = np.round(self.nearness_.of(wanted)[subjects] * worth / (worth + 1), DIGITS)
            if len(met) and met.max() > 0:
                best = min(np.flatnonzero(met == met.max()).tolist(), key=lambda place: self.pool_.subjects.ids[int(subjects[place])])
                found.append((-float(met[best]), id_, wanted, int(subjects[best])))
        matches = tuple((wanted, given) for _, _, wanted, given in sorted(found)[:SHOWN])
        counts = self.pool_.evidence_counts(row, {given for _, given in matches})
        nodes = tuple(dict.fromkeys(self.pool_.subjects.ids[given] for _, given in matches))
        key = ".".join(("expertise", *(what for what, count in counts.items() if count))) if matches else "expertise.none"
        return Reason(key=key, facts={"matches": matches, **counts}, nodes=nodes)

    def _languages_reason(self, need: Need, row: int) -> Reason:
        wanted = {*need.languages, *need.required_languages}
        common = tuple(language for language in self.pool_.languages[row] if language in wanted)
        return Reason(key="speaks" if common else "speaks.none", facts={"languages": common or self.pool_.languages[row]})

    def _availability_reason(self, need: Need, row: int) -> Reason:
        days = int(self._days(need)[row])
        return Reason(key="available" if days == need.days else "available.partly", facts={"days": days, "of": need.days or 0})

    def _rest_reason(self, need: Need, row: int) -> Reason:
        gap = self._gap(need)
        days = np.inf if gap is None else float(gap[row])
        key = "rest.none" if np.isinf(days) else "rest" if days >= self.cooling else "rest.short"
        return Reason(key=key, facts={} if np.isinf(days) else {"days": int(days), "cooling": self.cooling})

    def _load_reason(self, need: Need, row: int) -> Reason:
        count = int(self._load(need)[row])
        return Reason(key="load" if count else "load.none", facts={"count": count})


def expert_candidates(pool: ExpertPool, need: Need, first: int = 10) -> ExpertCandidates:
    """The best experts of a pool for one need; for several needs, fit an `ExpertMatcher` once."""
    return ExpertMatcher().fit(pool).candidates(need, first)


def score(table: Floats) -> Floats:
    """One score of each expert from a table of facets: the weighted mean, with `UNKNOWN` where nothing is known."""
    parts: Floats = np.where(np.isnan(table), UNKNOWN, table)
    return np.round(parts @ np.array(list(WEIGHTS.values()), dtype=np.float64), DIGITS)


def _speaks(spoken: set[str], wanted: set[str], required: set[str]) -> float:
    """1 when one wanted language and all required ones are spoken, 0 when not, NaN when nobody has said what is spoken."""
    if not spoken:
        return np.nan
    return float(required <= spoken and (not wanted or not wanted.isdisjoint(spoken)))


def _counts(masks: Mapping[str, Bools]) -> dict[str, int]:
    counts: dict[str, int] = {}
    left = ~np.zeros(len(masks[RULES[0]]), dtype=bool)
    for rule in RULES:
        met = masks[rule] & left
        if met.any():
            counts[rule] = int(met.sum())
        left &= ~met
    return counts
