"""Reads the network into the pool of experts that matching works on, and missions into needs."""

from __future__ import annotations

import datetime
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from graph_api.model import (
    AddressesGoal,
    AddressesTarget,
    Direction,
    Employs,
    Engages,
    Focus,
    HasDepartment,
    HasMission,
    HasTopic,
    Hosts,
    Involves,
    Link,
    Supports,
    TakesPart,
)
from graph_api.operations.candidates import Fitted
from graph_api.storage.base import Columns, Snapshot
from matching.expert_pool import SOURCES, Evidence, ExpertPool, Journeys
from matching.profile import Floats, Subjects

POOL_KINDS: Mapping[str, tuple[str, ...]] = {
    "expert": ("id", "name", "languages", "available_from", "available_to", "consent"),
    "mission": ("id", "starts_on", "ends_on", "languages", "interpretation"),
}
_ABOUT: tuple[type[Link], ...] = (HasTopic, AddressesGoal, AddressesTarget)
POOL_LINKS: Mapping[type[Link], tuple[str, ...]] = {
    **dict.fromkeys((*_ABOUT, HasDepartment, Employs, Engages, Involves, Supports, TakesPart, HasMission, Hosts), ()),
    Focus: ("direction",),
}


@dataclass(frozen=True, kw_only=True)
class Planned:
    """What the network says of a mission."""

    subjects: tuple[str, ...]
    """Its topics, goals and targets, or those of its partnership where it names none."""
    languages: tuple[str, ...]
    interpretation: bool
    starts_on: int | None
    """Proleptic ordinal of the first day; None where one of the two days is unknown."""
    ends_on: int | None
    team: tuple[str, ...]
    """Ids of the experts who take part so far."""
    host: str | None
    """The municipality that receives it; its own people do not advise it. Those of the sender are who travels."""


@dataclass(frozen=True, kw_only=True)
class Experts:
    """The pool of all experts, and all missions."""

    pool: ExpertPool
    missions: Mapping[str, Planned]


def read_experts(fitted: Fitted, snapshot: Snapshot) -> Experts:
    """Experts and missions in a snapshot of `POOL_KINDS` and `POOL_LINKS`, on the day for which the profiles were read."""
    return _Reading(snapshot, fitted.matcher.profiles_.subjects, fitted.day).experts()


class _Reading:
    """One snapshot, with its links at hand by source."""

    def __init__(self, snapshot: Snapshot, subjects: Subjects, day: datetime.date) -> None:
        self.snapshot, self.subjects, self.day = snapshot, subjects, day
        self.subject = subjects.rows
        self.about = self._about()
        experts: Sequence[Any] = snapshot.kinds["expert"].values["id"]
        self.row: dict[Any, int] = {id_: row for row, id_ in enumerate(experts)}
        self.employer = self._single(Employs)
        self.organisation = self._single(Engages)
        self.journeys = [(e, m) for e, m in self._pairs(TakesPart) if e in self.row]

    def _pairs(self, link: type[Link]) -> Iterator[tuple[Any, Any]]:
        values = self.snapshot.links[link].values
        return zip(values["source"], values["target"], strict=True)

    def _single(self, link: type[Link]) -> dict[Any, Any]:
        """The one source of each target."""
        return {target: source for source, target in self._pairs(link)}

    def _about(self) -> dict[Any, dict[int, None]]:
        """What records are about: id → rows of subjects; of focuses those on what a department offers or works on."""
        found: dict[Any, dict[int, None]] = defaultdict(dict)
        for link in _ABOUT:
            for source, subject in self._pairs(link):
                found[source][self.subject[subject]] = None
        values = self.snapshot.links[Focus].values
        for source, subject, direction in zip(values["source"], values["target"], values["direction"], strict=True):
            if str(source).startswith("department:") and direction != Direction.SEEKS:
                found[source][self.subject[str(subject)]] = None
        return found

    def experts(self) -> Experts:
        columns = self.snapshot.kinds["expert"].values
        homes = self._single(HasDepartment)
        pool = ExpertPool(
            ids=tuple(self.row),
            names=tuple(map(str, columns["name"])),
            municipality=tuple(homes.get(self.employer.get(id_)) for id_ in self.row),
            department=tuple(self.employer.get(id_) for id_ in self.row),
            languages=tuple(tuple(spoken) for spoken in _values(columns["languages"])),
            available_from=_days(columns["available_from"]),
            available_to=_days(columns["available_to"]),
            consent=np.array(columns["consent"], dtype=bool),
            subjects=self.subjects,
            evidence=self._evidence(),
            journeys=self._journeys(),
        )
        return Experts(pool=pool, missions=self._missions())

    def _evidence(self) -> Evidence:
        rows = sorted(self._counted().items())
        return Evidence(
            expert=np.array([row for (row, _, _), _ in rows], dtype=np.int64),
            subject=np.array([subject for (_, subject, _), _ in rows], dtype=np.int64),
            source=np.array([source for (_, _, source), _ in rows], dtype=np.int64),
            count=np.array([count for _, count in rows], dtype=np.float64),
        )

    def _counted(self) -> dict[tuple[int, int, int], int]:
        """Expert, subject and source → how many records show it."""
        counts: dict[tuple[int, int, int], int] = defaultdict(int)
        for id_, source, records in self._shown():
            for record in records:
                for subject in self.about.get(record, ()):
                    counts[self.row[id_], subject, SOURCES.index(source)] += 1
        return counts

    def _shown(self) -> Iterator[tuple[Any, str, Iterable[Any]]]:
        """Expert, source of evidence, and the records that show what the expert knows."""
        projects: dict[Any, dict[Any, None]] = defaultdict(dict)
        for link in (Involves, Supports):
            for who, partnership in self._pairs(link):
                projects[who][partnership] = None
        begun = self._begun()
        for id_ in self.row:
            homes = [home for home in (self.employer.get(id_), self.organisation.get(id_)) if home]
            yield id_, "topics", (id_,)
            yield id_, "department", homes
            yield id_, "projects", dict.fromkeys(partnership for home in homes for partnership in projects.get(home, ()))
        for id_, mission in self.journeys:
            if mission in begun:
                yield id_, "missions", (mission,)

    def _begun(self) -> set[Any]:
        """Missions of which it is known that they have begun: a planned one shows no experience yet."""
        values = self.snapshot.kinds["mission"].values
        return {id_ for id_, starts in zip(values["id"], values["starts_on"], strict=True) if starts and str(starts) <= self.day.isoformat()}

    def _journeys(self) -> Journeys:
        values = self.snapshot.kinds["mission"].values
        days = {id_: pair for id_, *pair in zip(values["id"], _days(values["starts_on"]), _days(values["ends_on"]), strict=True)}
        return Journeys(
            expert=np.array([self.row[id_] for id_, _ in self.journeys], dtype=np.int64),
            mission=tuple(mission for _, mission in self.journeys),
            starts=np.array([days[mission][0] for _, mission in self.journeys], dtype=np.float64),
            ends=np.array([days[mission][1] for _, mission in self.journeys], dtype=np.float64),
        )

    def _missions(self) -> dict[str, Planned]:
        frame, hosted = (self._single(link) for link in (HasMission, Hosts))
        team: dict[Any, list[str]] = defaultdict(list)
        for id_, mission in self.journeys:
            team[mission].append(str(id_))
        columns = _rows(self.snapshot.kinds["mission"])
        found: dict[str, Planned] = {}
        for id_, starts, ends, languages, interpretation in columns:
            about = self.about.get(id_) or self.about.get(frame.get(id_), {})
            first, last = (_ordinal(starts), _ordinal(ends)) if starts and ends and starts <= ends else (None, None)
            found[id_] = Planned(
                subjects=tuple(self.subjects.ids[row] for row in about),
                languages=tuple(languages),
                interpretation=bool(interpretation),
                starts_on=first,
                ends_on=last,
                team=tuple(team[id_]),
                host=hosted.get(id_),
            )
        return found


def _rows(columns: Columns) -> Iterator[tuple[Any, ...]]:
    return zip(*columns.values.values(), strict=True)


def _values(column: Sequence[object]) -> Sequence[Any]:
    return column


def _days(column: Sequence[object]) -> Floats:
    """Days as proleptic ordinals; NaN where unknown."""
    return np.array([np.nan if day is None else _ordinal(str(day)) for day in column], dtype=np.float64)


def _ordinal(day: str) -> int:
    return datetime.date.fromisoformat(day).toordinal()
