"""Facets of content: whose needs the other side's offers meet, and what both work on."""

from __future__ import annotations

import copy
from collections.abc import Mapping

import numpy as np

from matching.asked import Asked
from matching.incidence import Incidence
from matching.nearness import Nearness
from matching.profile import OFFERS, SEEKS, WORKS_ON, Floats, Ints, Profiles
from matching.reasons import Reason

SHOWN = 3
"""Subjects named in a reason at most."""

Match = tuple[int, int]
"""A subject that is wanted, and one that is given and meets it."""


class Content:
    """Focuses of all municipalities as tables, one for each direction, for the facets below."""

    def __init__(self, profiles: Profiles) -> None:
        focuses, shape = profiles.focuses, (len(profiles), len(profiles.subjects))
        self.ids, self._places = profiles.subjects.ids, profiles.subjects.rows
        self.nearness = Nearness(profiles.subjects)
        self.tables: list[Incidence] = []
        for direction in (SEEKS, OFFERS, WORKS_ON):
            chosen = (focuses.direction == direction) & (focuses.weight > 0)
            self.tables.append(Incidence(focuses.municipality[chosen], focuses.subject[chosen], focuses.weight[chosen], shape))
        self.totals = [table.sums() for table in self.tables]
        self._focuses = focuses
        rows = np.flatnonzero(focuses.department >= 0)
        self._of_departments: Ints = rows[np.argsort(focuses.municipality[rows], kind="stable")]
        self._towns: Ints = focuses.municipality[self._of_departments]
        self._asked: Mapping[tuple[int, int], tuple[Ints, Floats]] = {}
        self._written: Mapping[tuple[int, int], frozenset[int]] = {}

    def asking(self, seeker: int, asked: Asked) -> Content:
        """The same for one question of a seeker, with what it has written beside its focuses; these tables stay as they are.

        The needs that it has written count as much as all that are on record: somebody who writes asks for just that now.
        """
        rows: dict[tuple[int, int], tuple[Ints, Floats]] = {}
        written: dict[tuple[int, int], frozenset[int]] = {}
        for direction, said in ((SEEKS, asked.needs), (OFFERS, asked.offers)):
            weights = dict(zip(*(part.tolist() for part in self.row(direction, seeker)), strict=True))
            read = {self._places[id_]: weight for id_, weight in said.items() if id_ in self._places and weight > 0}
            written[direction, seeker] = frozenset(read.keys() - weights.keys())
            scale = sum(weights.values()) / sum(read.values()) if weights and read and direction == SEEKS else 1.0
            for subject, weight in read.items():
                known = weights.get(subject, 0.0)
                weights[subject] = known + scale * weight if direction == SEEKS else max(known, weight)
            subjects = sorted(weights)
            rows[direction, seeker] = np.array(subjects, dtype=np.int64), np.array([weights[s] for s in subjects], dtype=np.float64)
        view = copy.copy(self)
        view._asked, view._written = rows, written
        return view

    def row(self, direction: int, municipality: int) -> tuple[Ints, Floats]:
        """Subjects of a municipality in one direction, ascending, and their weights."""
        asked = self._asked.get((direction, municipality))
        return self.tables[direction].row(municipality) if asked is None else asked

    def met_by_all(self, row: int, rows: Ints, wanted: int, given: int) -> Floats:
        """Which part of what one municipality wants is met by what each of the rows gives: shape (rows,), NaN where unknown."""
        table = self.tables[given]
        met = np.zeros(len(self.totals[given]))
        subjects, weights = self.row(wanted, row)
        if not len(subjects):
            return np.full(len(rows), np.nan)
        for subject, weight in zip(subjects.tolist(), weights.tolist(), strict=True):
            best = np.zeros_like(met)
            near = self.nearness.of(subject)
            for other in np.flatnonzero(near).tolist():
                givers, strengths = table.column(other)
                best[givers] = np.maximum(best[givers], near[other] * strengths)
            met += weight * best
        return np.where(self.totals[given][rows] > 0, met[rows] / weights.sum(), np.nan)

    def met_of_all(self, row: int, rows: Ints, wanted: int, given: int) -> Floats:
        """Which part of what each of the rows wants is met by what one municipality gives: shape (rows,), NaN where unknown."""
        subjects, weights = self.row(given, row)
        if not len(subjects):
            return np.full(len(rows), np.nan)
        best = np.zeros(self.nearness.size)
        for subject, weight in zip(subjects.tolist(), weights.tolist(), strict=True):
            best = np.maximum(best, weight * self.nearness.of(subject))
        totals, near = self.totals[wanted][rows], np.flatnonzero(best)
        return np.divide(self.tables[wanted].chosen(near, best[near])[rows], totals, out=np.full_like(totals, np.nan), where=totals > 0)

    def matches(self, wanting: int, giving: int, wanted: int, given: int) -> tuple[Match, ...]:
        """The pairs (wanted subject, subject given that meets it best) of two municipalities, strongest first."""
        subjects, strengths = self.row(given, giving)
        found: list[tuple[float, int, int]] = []
        for subject, weight in zip(*(part.tolist() for part in self.row(wanted, wanting)), strict=True):
            met = self.nearness.of(subject)[subjects] * strengths
            if len(met) and met.max() > 0:
                found.append((-weight * float(met.max()), subject, int(subjects[int(met.argmax())])))
        found.sort(key=lambda match: (match[0], self.ids[match[1]], self.ids[match[2]]))
        return tuple((subject, other) for _, subject, other in found[:SHOWN])

    def departments(self, matches: tuple[Match, ...], wanting: int, giving: int, wanted: int, given: int) -> tuple[str, ...]:
        """Ids of the departments whose focuses are what matches, where neither municipality says as much of itself."""
        sides = ((wanting, wanted, [match[0] for match in matches]), (giving, given, [match[1] for match in matches]))
        return tuple(dict.fromkeys(id_ for town, direction, subjects in sides for id_ in self._departments_of(town, direction, subjects)))

    def _departments_of(self, municipality: int, direction: int, subjects: list[int]) -> list[str]:
        low, high = np.searchsorted(self._towns, (municipality, municipality + 1))
        if low == high:
            return []
        focuses, table = self._focuses, self.tables[direction].row(municipality)
        known: dict[int, float] = dict(zip(table[0].tolist(), table[1].tolist(), strict=True))
        rows: list[int] = self._of_departments[low:high].tolist()
        best: dict[int, str] = {}
        for row in rows:
            subject, id_ = int(focuses.subject[row]), focuses.departments[int(focuses.department[row])]
            if focuses.direction[row] == direction and focuses.weight[row] >= known.get(subject, 1.0):
                best[subject] = min(id_, best.get(subject, id_))
        return [best[subject] for subject in subjects if subject in best]

    def reason(self, key: str, matches: tuple[Match, ...], written: frozenset[Match] = frozenset(), departments: tuple[str, ...] = ()) -> Reason:
        """A reason that names the subjects that match; of those in `written`, only what the other side has is on record."""
        known, asked = tuple(m for m in matches if m not in written), tuple(m for m in matches if m in written)
        kind = f"{key}.none" if not matches else key if not asked else f"{key}.both" if known else f"{key}.asked"
        facts = {name: found for name, found in (("matches", known), ("asked", asked)) if found or name == "matches"}
        place = 1 if key == Needs.name else 0
        subjects = dict.fromkeys(subject for pair in matches for subject in (pair if pair not in written else (pair[place],)))
        return Reason(key=kind, facts=facts, nodes=(*(self.ids[subject] for subject in subjects), *departments))

    def written(self, seeker: int, direction: int, matches: tuple[Match, ...]) -> frozenset[Match]:
        """Those matches whose subject on the seeker's side stands in its text alone."""
        own = self._written.get((direction, seeker), frozenset())
        return frozenset(match for match in matches if match[0 if direction == SEEKS else 1] in own)


class Needs:
    """What the seeker gains: the part of its needs that the candidate's offers meet."""

    name = "needs"

    def __init__(self, content: Content) -> None:
        self._content = content

    def scores(self, seeker: int, rows: Ints) -> Floats:
        """Score of each of the rows for one seeker."""
        return self._content.met_by_all(seeker, rows, SEEKS, OFFERS)

    def reason(self, seeker: int, candidate: int) -> Reason:
        """The needs that are met, and by what."""
        matches = self._content.matches(seeker, candidate, SEEKS, OFFERS)
        departments = self._content.departments(matches, seeker, candidate, SEEKS, OFFERS)
        return self._content.reason(self.name, matches, self._content.written(seeker, SEEKS, matches), departments)


class Offers:
    """What the candidate gains: the part of its needs that the seeker's offers meet."""

    name = "offers"

    def __init__(self, content: Content) -> None:
        self._content = content

    def scores(self, seeker: int, rows: Ints) -> Floats:
        """Score of each of the rows for one seeker."""
        return self._content.met_of_all(seeker, rows, SEEKS, OFFERS)

    def reason(self, seeker: int, candidate: int) -> Reason:
        """The candidate's needs that are met, and by what."""
        matches = self._content.matches(candidate, seeker, SEEKS, OFFERS)
        departments = self._content.departments(matches, candidate, seeker, SEEKS, OFFERS)
        return self._content.reason(self.name, matches, self._content.written(seeker, OFFERS, matches), departments)


class Goals:
    """What both work on: the mean of the parts of each one's work that the other shares."""

    name = "goals"

    def __init__(self, content: Content) -> None:
        self._content = content

    def scores(self, seeker: int, rows: Ints) -> Floats:
        """Score of each of the rows for one seeker."""
        theirs = self._content.met_by_all(seeker, rows, WORKS_ON, WORKS_ON)
        return (theirs + self._content.met_of_all(seeker, rows, WORKS_ON, WORKS_ON)) / 2

    def reason(self, seeker: int, candidate: int) -> Reason:
        """The subjects both work on."""
        matches = self._content.matches(seeker, candidate, WORKS_ON, WORKS_ON)
        return self._content.reason(self.name, matches, departments=self._content.departments(matches, seeker, candidate, WORKS_ON, WORKS_ON))
