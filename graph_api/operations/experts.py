"""Finds experts for missions and needs, each viewer in what that viewer may know of them."""

from __future__ import annotations

import asyncio
import dataclasses
import datetime
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

import numpy as np

from graph_api.errors import InvalidInput, NotFound, checked
from graph_api.model import global_id
from graph_api.operations.candidates import CandidateFinder
from graph_api.operations.latest import Latest
from graph_api.operations.pools import POOL_KINDS, POOL_LINKS, Experts, Planned, read_experts
from graph_api.operations.viewers import Role, Viewer
from graph_api.storage.base import Compare, Every, Operator, Reader, Selection, Shape
from matching.assignment import Assignment, assign
from matching.expert_pool import Evidence, ExpertPool, Journeys, Need
from matching.experts import ExpertCandidates, ExpertMatcher
from matching.plan_reasons import say
from matching.profile import Bools, Subjects
from matching.reasons import Reason

T = TypeVar("T")

MOST_SLOTS = 20
"""Experts of one mission."""
MOST_MISSIONS = 50
"""Missions that are staffed at the same time."""
FREE_NEED = "need"
"""What a need without a mission is called."""


@dataclass(frozen=True, kw_only=True)
class ExpertNeed:
    """What somebody asks for; what is None is as the mission says."""

    subjects: tuple[str, ...] | None = None
    """Ids of topics, goals and targets."""
    languages: tuple[str, ...] | None = None
    """ISO 639 codes of which one is enough."""
    required_languages: tuple[str, ...] = ()
    """Those that all are needed."""
    interpretation: bool | None = None
    starts_on: datetime.date | None = None
    ends_on: datetime.date | None = None
    slots: int | None = None
    """None: as many as take part in the mission already, one at least."""
    conflicts: tuple[str, ...] | None = None
    """Municipalities whose own people are not suggested; None: the one that receives the mission."""
    declined: tuple[str, ...] = ()
    """Experts who have said no."""


@dataclass(frozen=True, kw_only=True)
class ExpertAnswer:
    """Candidates for one need, the revision they are about, and the subjects that their reasons mention."""

    found: ExpertCandidates
    revision: int
    subjects: Subjects

    def text(self, reason: Reason, language: str) -> str:
        """A reason as a sentence."""
        return say(reason, language, self.subjects)


@dataclass(frozen=True, kw_only=True)
class AssignmentAnswer:
    """Experts for several missions, the revision they are about, and the subjects that their reasons mention."""

    found: Assignment
    revision: int
    subjects: Subjects

    def text(self, reason: Reason, language: str) -> str:
        """A reason as a sentence."""
        return say(reason, language, self.subjects)


class ExpertFinder:
    """Answers who could be sent on a mission, from the network as it is now.

    Coordinators see everybody; organisers and municipalities only those who have agreed to it, and of those whose private data is not
    theirs to see, no window of availability: to them it is unknown, in scores and counts too.
    """

    def __init__(self, reader: Reader, finder: CandidateFinder) -> None:
        self._reader = reader
        self._latest: Latest[Experts] = Latest(reader, finder, POOL_KINDS, POOL_LINKS, read_experts)

    async def candidates(self, viewer: Viewer, mission: str | None, need: ExpertNeed, *, first: int = 10, keep: bool = False) -> ExpertAnswer:
        """The best experts for a mission, for a need, or for a mission changed by a need.

        With `keep` those who go already take a place each, and only for the open ones somebody is suggested.

        Raises Forbidden for those who may not see suggestions of experts, NotFound for an unknown mission, InvalidInput for a need that
        makes no sense.
        """
        experts, revision = await self._seen(viewer)
        with checked():
            asked = to_need(experts.missions, mission, need, keep=keep)
            found = await asyncio.to_thread(lambda: ExpertMatcher().fit(experts.pool).candidates(asked, first))
        return ExpertAnswer(found=found, revision=revision, subjects=experts.pool.subjects)

    async def assign(
        self, viewer: Viewer, missions: Sequence[str], *, slots: int | None = None, capacity: int = 2, apart: int = 30, keep: bool = False
    ) -> AssignmentAnswer:
        """Experts for several missions at once: at most `capacity` of them for each person, at least `apart` days between two of a person.

        With `keep` those who go already stay, and only open places are filled. Raises as `candidates` does.
        """
        if not 1 <= len(missions) <= MOST_MISSIONS:
            raise InvalidInput(f"{len(missions)} missions; allowed: 1 to {MOST_MISSIONS}")
        experts, revision = await self._seen(viewer)
        with checked():
            needs = [to_need(experts.missions, mission, ExpertNeed(slots=slots), keep=keep) for mission in missions]
            found = await asyncio.to_thread(assign, experts.pool, needs, capacity=capacity, apart=apart)
        return AssignmentAnswer(found=found, revision=revision, subjects=experts.pool.subjects)

    async def suggest(self, viewer: Viewer, needs: Sequence[Need], *, first: int) -> list[tuple[str, ...]]:
        """For each need the ids of the best experts. Raises Forbidden as `candidates` does."""
        experts, _ = await self._seen(viewer)

        def work() -> list[tuple[str, ...]]:
            matcher = ExpertMatcher().fit(experts.pool)
            return [tuple(candidate.id for candidate in matcher.candidates(need, first).candidates) for need in needs]

        return await asyncio.to_thread(work)

    async def _seen(self, viewer: Viewer) -> tuple[Experts, int]:
        viewer.require(Role.ORGANISER, Role.MUNICIPALITY)
        experts, fitted = await self._latest.get()
        if viewer.coordinates:
            return experts, fitted.revision
        shown = await self._shown(viewer)
        return dataclasses.replace(experts, pool=seen(experts.pool, shown)), fitted.revision

    async def _shown(self, viewer: Viewer) -> frozenset[str]:
        """Those who have agreed and whose private data the viewer may see."""
        agreed = Compare(property="consent", operator=Operator.EQ, value=True)
        [[_, rows]] = await self._reader.select(Selection(shapes=(Shape(kind="expert"),), filter=Every(of=(agreed, viewer.reveal("expert")))))
        return frozenset(row[0] for row in rows)


def seen(pool: ExpertPool, shown: frozenset[str]) -> ExpertPool:
    """The pool of those who have agreed, with the windows of availability of those in `shown` only."""
    kept = pool.consent
    hidden = ~np.array([id_ in shown for id_ in pool.ids], dtype=bool)
    columns: dict[str, Any] = {name: _chosen(getattr(pool, name), kept) for name in ("ids", "names", "municipality", "department", "languages")}
    place = np.cumsum(kept) - 1
    evidence, journeys = pool.evidence, pool.journeys
    proven, travelled = kept[evidence.expert], kept[journeys.expert]
    return ExpertPool(
        **columns,
        available_from=np.where(hidden, np.nan, pool.available_from)[kept],
        available_to=np.where(hidden, np.nan, pool.available_to)[kept],
        consent=pool.consent[kept],
        subjects=pool.subjects,
        evidence=Evidence(
            expert=place[evidence.expert[proven]], subject=evidence.subject[proven], source=evidence.source[proven], count=evidence.count[proven]
        ),
        journeys=Journeys(
            expert=place[journeys.expert[travelled]],
            mission=_chosen(journeys.mission, travelled),
            starts=journeys.starts[travelled],
            ends=journeys.ends[travelled],
        ),
    )


def _chosen(column: tuple[T, ...], kept: Bools) -> tuple[T, ...]:
    return tuple(value for value, stays in zip(column, kept.tolist(), strict=True) if stays)


NOTHING = Planned(subjects=(), languages=(), interpretation=False, starts_on=None, ends_on=None, team=(), host=None)
"""A mission of which nothing is known."""


def to_need(missions: Mapping[str, Planned], mission: str | None, asked: ExpertNeed, *, keep: bool = False) -> Need:
    """What matching is to look for. Raises NotFound for an unknown mission, InvalidInput and ValueError for what makes no sense."""
    id_ = FREE_NEED if mission is None else global_id("mission", mission)
    if mission is None and not asked.subjects:
        raise InvalidInput("neither a mission nor subjects are given; one of them is needed")
    if mission is not None and id_ not in missions:
        raise NotFound(id_)
    planned = missions.get(id_, NOTHING)
    slots = max(len(planned.team), 1) if asked.slots is None else asked.slots
    if not 1 <= slots <= MOST_SLOTS:
        raise InvalidInput(f"slots is {slots}; allowed: 1 to {MOST_SLOTS}")
    moved = asked.starts_on is not None or asked.ends_on is not None
    return Need(
        id=id_,
        subjects=_given(asked.subjects, planned.subjects),
        languages=_given(asked.languages, planned.languages),
        required_languages=asked.required_languages,
        interpretation=_given(asked.interpretation, planned.interpretation),
        starts_on=_ordinal(asked.starts_on) if moved else planned.starts_on,
        ends_on=_ordinal(asked.ends_on) if moved else planned.ends_on,
        slots=slots,
        team=planned.team if keep else (),
        excluded_municipalities=_given(asked.conflicts, (planned.host,) if planned.host else ()),
        declined=asked.declined,
    )


def _given(value: T | None, otherwise: T) -> T:
    return otherwise if value is None else value


def _ordinal(day: datetime.date | None) -> int | None:
    return day.toordinal() if day else None
