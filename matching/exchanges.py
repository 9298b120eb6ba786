"""Exchanges: which municipalities could learn from each other on a subject, with no partnership needed and not yet acquainted."""

from __future__ import annotations

import enum
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace

import numpy as np

from matching.facets import Languages, Size
from matching.focuses import Content
from matching.nearness import Nearness
from matching.partners import FacetScore
from matching.profile import OFFERS, SEEKS, WORKS_ON, Bools, Floats, Focuses, Ints, Profiles
from matching.reasons import Reason

ALGORITHM = "exchanges-2"
"""Changes with every change of the method that may change an answer."""
WEIGHTS: Mapping[str, float] = {"subjects": 0.7, "languages": 0.12, "hours": 0.1, "size": 0.08}
"""Part of each facet in the score; they add up to 1. Set by hand: the subject decides."""
RULES = ("opted_out", "dismissed", "already_partnered", "same_event", "language", "time_zone", "no_subject", "filtered")
"""All rules that exclude, in the order in which they are tried: a municipality counts under the first that meets it."""
LISTED = ("opted_out", "dismissed")
"""Rules whose municipalities the caller lists."""
AHEAD = 0.5
"""Worth of working on what another seeks, against offering it."""
SHARED = 0.8
"""Worth of both working on the same, against both seeking it: a challenge in common gives more to talk about."""
WORKDAY = 8.0
"""Hours of a working day; so many hours apart by the sun leave none in common."""
UNKNOWN = 0.5
"""What stands in for a facet that is unknown."""
DIGITS = 9
"""Scores that agree to so many digits are equal."""
SHOWN = 3
"""Departments named on each side at most."""


class Direction(enum.StrEnum):
    """Who learns from whom."""

    PEER = "peer"
    """Both have the same challenge, or both work on the same."""
    LEARN = "learn"
    """The asker seeks what the other offers, or works on."""
    TEACH = "teach"
    """The other seeks what the asker offers, or works on."""


WAYS: Mapping[str, tuple[Direction, int, int, float]] = {
    "peer.seeks": (Direction.PEER, SEEKS, SEEKS, 1.0),
    "peer.works_on": (Direction.PEER, WORKS_ON, WORKS_ON, SHARED),
    "learn.offers": (Direction.LEARN, SEEKS, OFFERS, 1.0),
    "learn.works_on": (Direction.LEARN, SEEKS, WORKS_ON, AHEAD),
    "teach.offers": (Direction.TEACH, SEEKS, OFFERS, 1.0),
    "teach.works_on": (Direction.TEACH, SEEKS, WORKS_ON, AHEAD),
}
"""How two can have something to say to each other: direction, what one side does, what the other does, and what that is worth.
A direction is worth its best way."""


@dataclass(frozen=True, kw_only=True)
class Departments:
    """Departments and what they are concerned with."""

    ids: tuple[str, ...] = ()
    names: tuple[str, ...] = ()
    municipality: Ints = field(default_factory=lambda: np.empty(0, dtype=np.int64))
    """Row of each department's municipality, parallel to `ids`."""
    topics: Ints = field(default_factory=lambda: np.empty((0, 2), dtype=np.int64))
    """Department (place in `ids`) and subject (row) it works on, shape (k, 2)."""
    sought: Ints = field(default_factory=lambda: np.empty((0, 2), dtype=np.int64))
    """The same of what it seeks: it is named then, but this is no work."""


@dataclass(frozen=True, kw_only=True)
class Attendance:
    """Who was at which event: parallel arrays."""

    municipality: Ints = field(default_factory=lambda: np.empty(0, dtype=np.int64))
    """Row of the municipality."""
    event: Ints = field(default_factory=lambda: np.empty(0, dtype=np.int64))
    """Any number of the event."""


@dataclass(frozen=True, kw_only=True)
class ExchangeCandidate:
    """One municipality to talk to."""

    id: str
    rank: int
    score: float
    """From 0 to 1."""
    direction: Direction
    """The strongest of `directions`."""
    directions: Mapping[Direction, float]
    """How much there is in each direction, 0 to 1."""
    subjects: tuple[str, ...]
    """Ids of the subjects it is about, strongest first."""
    own_departments: tuple[str, ...]
    """Ids of the asker's departments that are concerned with them or with what is near them."""
    departments: tuple[str, ...]
    """Ids of the other's departments that are."""
    facets: tuple[FacetScore, ...]


@dataclass(frozen=True, kw_only=True)
class ExchangeCandidates:
    """The answer for one municipality."""

    asker: str
    candidates: tuple[ExchangeCandidate, ...]
    considered: int
    excluded: Mapping[str, int]
    """Rule → number of municipalities it left out, each counted once."""
    algorithm: str


class ExchangeMatcher:
    """Ranks partners in an exchange, of any pair of countries. The constructor stores, `fit` learns; the same input gives the same output.

    `hours` is the largest difference of time that is reachable, reckoned from longitude: official time may differ from it.
    """

    def __init__(self, *, hours: float = 6.0) -> None:
        if not 0 < hours <= 12:
            raise ValueError(f"hours is {hours}, allowed is more than 0 and up to 12")
        self.hours = hours

    def fit(self, profiles: Profiles, departments: Departments | None = None, attendance: Attendance | None = None) -> ExchangeMatcher:
        """Reads the network into tables; what a department seeks, offers or works on counts for its municipality."""
        self.departments_: Departments = departments or Departments()
        self.attendance_: Attendance = attendance or Attendance()
        self.profiles_: Profiles = replace(profiles, focuses=_with_departments(profiles.focuses, self.departments_))
        self.content_: Content = Content(self.profiles_)
        self.nearness_: Nearness = Nearness(profiles.subjects)
        self.languages_: Languages = Languages(profiles)
        self.size_: Size = Size(profiles)
        self.tiebreak_: Ints = np.argsort(np.argsort(np.array(profiles.ids, dtype=object), kind="stable"))
        return self

    def candidates(
        self,
        asker: str,
        first: int = 10,
        *,
        about: Collection[str] = (),
        direction: Direction | None = None,
        keep: Bools | None = None,
        exclude: Mapping[str, Collection[str]] | None = None,
    ) -> ExchangeCandidates:
        """The best municipalities to talk to.

        `about` keeps to some topics, targets or goals and what is near them (ids), `direction` to those who learn, teach or are peers;
        `keep` and `exclude` as in `PartnerMatcher.candidates`. Raises `ValueError` for an unknown municipality, subject or rule.
        """
        row, content = self.profiles_.row(asker), self._content(about)
        ways = {key: way for key, way in _ways(content, row).items() if direction in (None, WAYS[key][0])}
        table = self._table(row, ways)
        masks = self._masks(row, table, keep, exclude or {})
        rows = np.flatnonzero(~np.logical_or.reduce(list(masks.values())))
        rows = rows[rows != row]
        scores = np.round(np.where(np.isnan(table), UNKNOWN, table) @ np.array(list(WEIGHTS.values()), dtype=np.float64), DIGITS)
        order: list[int] = rows[np.lexsort((self.tiebreak_[rows], -scores[rows]))][: max(first, 0)].tolist()
        return ExchangeCandidates(
            asker=asker,
            candidates=tuple(
                self._candidate(content, row, other, rank, table[other], {key: round(float(way[other]), DIGITS) for key, way in ways.items()})
                for rank, other in enumerate(order, start=1)
            ),
            considered=len(rows),
            excluded=_counts(masks, row),
            algorithm=ALGORITHM,
        )

    def _content(self, about: Collection[str]) -> Content:
        if not about:
            return self.content_
        subjects = self.profiles_.subjects
        near = np.zeros(len(subjects))
        for id_ in about:
            near = np.maximum(near, self.nearness_.of(subjects.row(id_)))
        focuses = self.profiles_.focuses
        # as near as target and goal, topic and target, or topic and broader topic are; cousins would make a goal of every topic
        kept = near[focuses.subject] >= AHEAD
        return Content(replace(self.profiles_, focuses=_chosen(focuses, kept)))

    def _table(self, row: int, ways: Mapping[str, Floats]) -> Floats:
        """Facets of every municipality, in the order of `WEIGHTS`.

        Several directions add up without exceeding 1; the root lets one subject in common among many count.
        """
        nothing = np.zeros(len(self.profiles_))
        directions = [np.max([nothing, *(way for key, way in ways.items() if WAYS[key][0] is direction)], axis=0) for direction in Direction]
        content = np.sqrt(1 - np.prod([1 - worth for worth in directions], axis=0))
        everyone = np.arange(len(self.profiles_))
        hours = np.maximum(1 - self._apart(row) / WORKDAY, 0)
        return np.stack([content, self.languages_.scores(row, everyone), hours, self.size_.scores(row, everyone)], axis=1)

    def _apart(self, row: int) -> Floats:
        apart = np.abs(self.profiles_.longitude - self.profiles_.longitude[row])
        return np.minimum(apart, 360 - apart) / 15

    def _masks(self, row: int, table: Floats, keep: Bools | None, exclude: Mapping[str, Collection[str]]) -> dict[str, Bools]:
        for rule in sorted(set(exclude) - set(LISTED)):
            raise ValueError(f"no rule {rule!r} whose municipalities may be listed; allowed are {', '.join(LISTED)}")
        ties, attendance = self.profiles_.ties, self.attendance_
        known = np.concatenate([ties.b[ties.a == row], ties.a[ties.b == row]])
        met = attendance.municipality[np.isin(attendance.event, attendance.event[attendance.municipality == row])]
        rows = self.profiles_.rows
        listed = {rule: np.array([rows[id_] for id_ in exclude.get(rule, ()) if id_ in rows], dtype=np.int64) for rule in LISTED}
        masks = {rule: self._mask(found) for rule, found in {**listed, "already_partnered": known, "same_event": met}.items()}
        masks["language"] = table[:, 1] == 0
        masks["time_zone"] = self._apart(row) > self.hours
        masks["no_subject"] = table[:, 0] <= 0
        masks["filtered"] = self._mask(np.empty(0, dtype=np.int64)) if keep is None else ~keep
        return {rule: masks[rule] for rule in RULES}

    def _mask(self, rows: Ints) -> Bools:
        mask = np.zeros(len(self.profiles_), dtype=bool)
        mask[rows] = True
        return mask

    def _candidate(self, content: Content, row: int, other: int, rank: int, known: Floats, ways: Mapping[str, float]) -> ExchangeCandidate:
        best = max(ways, key=lambda key: ways[key])
        why = _subjects_reason(content, row, other, best)
        reasons = (why, self._languages_reason(row, other), self._hours_reason(row, other), self._size_reason(row, other))
        parts = np.where(np.isnan(known), UNKNOWN, known).tolist()
        facets = tuple(
            FacetScore(name=name, score=None if np.isnan(value) else value, weight=weight, share=weight * part, reason=reason)
            for (name, weight), value, part, reason in zip(WEIGHTS.items(), known.tolist(), parts, reasons, strict=True)
        )
        return ExchangeCandidate(
            id=self.profiles_.ids[other],
            rank=rank,
            score=round(sum(facet.share for facet in facets), DIGITS),
            direction=WAYS[best][0],
            directions={way: max((value for key, value in ways.items() if WAYS[key][0] is way), default=0.0) for way in Direction},
            subjects=why.nodes,
            own_departments=self._departments(row, why.nodes),
            departments=self._departments(other, why.nodes),
            facets=facets,
        )

    def _departments(self, row: int, subjects: tuple[str, ...]) -> tuple[str, ...]:
        """Ids of one municipality's departments that are concerned with what is nearest to some subjects, nearest first."""
        departments, found = self.departments_, dict[str, float]()
        near = np.zeros(self.nearness_.size)
        for subject in subjects:
            near = np.maximum(near, self.nearness_.of(self.profiles_.subjects.ids.index(subject)))
        topics: list[tuple[int, int]] = [tuple(pair) for pair in (*departments.topics.tolist(), *departments.sought.tolist())]
        for department, subject in topics:
            if departments.municipality[department] == row and near[subject] > 0:
                id_ = departments.ids[department]
                found[id_] = max(found.get(id_, 0.0), round(float(near[subject]), DIGITS))
        return tuple(sorted(found, key=lambda id_: (-found[id_], id_))[:SHOWN])

    def _languages_reason(self, row: int, other: int) -> Reason:
        spoken = self.profiles_.languages
        common = tuple(language for language in spoken[row] if language in spoken[other])
        return Reason(key="exchange.languages" if common else "exchange.languages.unknown", facts={"languages": common})

    def _hours_reason(self, row: int, other: int) -> Reason:
        hours = float(self._apart(row)[other])
        if np.isnan(hours):
            return Reason(key="hours.unknown", facts={})
        apart = round(hours)
        return Reason(key="hours" if apart else "hours.same", facts={"hours": apart, "common": max(round(WORKDAY - hours), 0)})

    def _size_reason(self, row: int, other: int) -> Reason:
        population = self.profiles_.population
        if np.isnan(population[row]) or np.isnan(population[other]):
            return Reason(key="unknown", facts={})
        return Reason(key="inhabitants", facts={"own": int(population[row]), "other": int(population[other])})


def _ways(content: Content, row: int) -> dict[str, Floats]:
    """How much there is in each way of `WAYS` between one municipality and every other, 0 to 1; 0 where nothing is known."""
    found: dict[str, Floats] = {}
    everyone = np.arange(len(content.totals[SEEKS]))
    for key, (direction, wanted, given, worth) in WAYS.items():
        mine = () if direction is Direction.TEACH else (content.met_by_all(row, everyone, wanted, given),)
        theirs = () if direction is Direction.LEARN else (content.met_of_all(row, everyone, wanted, given),)
        found[key] = worth * np.nan_to_num(np.stack([*mine, *theirs]), nan=0.0).mean(axis=0)
    return found


def _chosen(focuses: Focuses, kept: Bools) -> Focuses:
    columns = {name: getattr(focuses, name)[kept] for name in ("municipality", "subject", "direction", "weight")}
    return Focuses(**columns)


def _with_departments(focuses: Focuses, departments: Departments) -> Focuses:
    department, subject = departments.topics[:, 0], departments.topics[:, 1]
    if len(focuses.department):
        focuses = _chosen(focuses, (focuses.department < 0) | (focuses.direction != WORKS_ON))  # what it works on comes from its topics
    return Focuses(
        municipality=np.concatenate([focuses.municipality, departments.municipality[department]]),
        subject=np.concatenate([focuses.subject, subject]),
        direction=np.concatenate([focuses.direction, np.full(len(subject), WORKS_ON)]),
        weight=np.concatenate([focuses.weight, np.full(len(subject), AHEAD)]),
    )


def _counts(masks: Mapping[str, Bools], asker: int) -> dict[str, int]:
    counts: dict[str, int] = {}
    left = ~np.zeros(len(masks[RULES[0]]), dtype=bool)
    left[asker] = False
    for rule in RULES:
        met = masks[rule] & left
        if met.any():
            counts[rule] = int(met.sum())
        left &= ~met
    return counts


def _subjects_reason(content: Content, row: int, other: int, way: str) -> Reason:
    """The subjects that meet in a way of `WAYS`."""
    direction, wanted, given, _ = WAYS[way]
    wanting, giving = (other, row) if direction is Direction.TEACH else (row, other)
    return content.reason(way, content.matches(wanting, giving, wanted, given))
