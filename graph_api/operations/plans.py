"""Plans which partnerships a phase takes up: reads the pairs that are possible, their fit and the groups they count for."""

from __future__ import annotations

import asyncio
import datetime
import enum
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from graph_api.errors import InvalidInput, NotFound, checked
from graph_api.model import InterestStatus, global_id
from graph_api.operations.candidates import CandidateFinder, Fitted
from graph_api.operations.proposals import PlanQuota, asked, best_candidates, capacities, columns, label
from graph_api.operations.viewers import Viewer
from graph_api.storage.base import Compare, Filter, Operator, Reader, Selection, Shape, Wanted
from matching.pairs import Quota
from matching.plan import PhasePlan, Variant, phase_plan
from matching.plan_reasons import say
from matching.profile import Profiles
from matching.reasons import Reason

MOST_PLACES = 200
MOST_QUOTAS = 20
MOST_PAIRS = 3_000
"""Pairs among which a plan is chosen: more take longer than anybody waits."""


class Source(enum.Enum):
    """Which pairs a plan is chosen from."""

    INTERESTS = "interests"
    """Those who have agreed to talk, or of whom one has asked and waits for the answer."""
    CANDIDATES = "candidates"
    """Municipalities that look for a German partner, each with its best candidates."""


@dataclass(frozen=True, kw_only=True)
class PlanRequest:
    """What somebody asks of a plan."""

    phase: str | None = None
    """Id of the phase, whose capacity less those who take part already is the number of places where none is given."""
    places: int | None = None
    source: Source = Source.CANDIDATES
    variant: Variant = Variant.MAXIMUM
    quotas: tuple[PlanQuota, ...] = ()
    capacities: Mapping[str, int] = field(default_factory=dict[str, int])
    """Municipality → partnerships it can take on, in place of what its record says; 1 where that says nothing."""
    each: int = 10
    """Candidates of each municipality that looks for a partner."""
    seekers: tuple[str, ...] = ()
    """Municipalities whose partners are looked for; empty: all on the side of the DAC list that say they look for one."""
    filter: Filter | None = None
    """Which of them."""


@dataclass(frozen=True, kw_only=True)
class PlanAnswer:
    """A plan, and what it was made of."""

    plan: PhasePlan
    places: int
    pairs: int
    """Number of pairs it was chosen from."""
    excluded: Mapping[str, int]
    """Rule → number of pairs (of interests) or of municipalities that look for a partner and were left out."""
    labels: Mapping[str, PlanQuota]
    """The quotas by group."""
    revision: int
    profiles: Profiles

    def text(self, reason: Reason, language: str) -> str:
        """A reason as a sentence."""
        return say(reason, language, self.profiles.subjects)


class Planner:
    """Plans phases from the network as it is now, one at a time; for coordinators."""

    def __init__(self, reader: Reader, finder: CandidateFinder) -> None:
        self._reader, self._finder, self._planning = reader, finder, asyncio.Lock()

    async def plan(self, viewer: Viewer, request: PlanRequest) -> PlanAnswer:
        """The plan. Raises Forbidden for all but coordinators, NotFound for an unknown phase or municipality, InvalidInput for what is not allowed."""
        viewer.require()
        _check(request)
        fitted = await self._finder.fitted()
        places, interests, wanted = await self._places(request), await self._interests(request, fitted.day), await self._wanted(request)
        groups = await self._dac_groups()
        async with self._planning:
            return await asyncio.to_thread(_plan, fitted, request, places, interests, wanted, groups)

    async def _places(self, request: PlanRequest) -> int:
        """The places asked for, or those that the phase has left."""
        left: int | None = None
        if request.phase is not None:
            left = await self._left(global_id("phase", request.phase))
        places = left if request.places is None else request.places
        if places is None:
            raise InvalidInput("the number of places is not known: give `places`, or a phase that has a capacity")
        if not 0 <= places <= MOST_PLACES:
            raise InvalidInput(f"places is {places}; allowed: 0 to {MOST_PLACES}")
        return places

    async def _left(self, phase: str) -> int | None:
        present = Compare(property="left", operator=Operator.EMPTY, value=True)
        partnerships = Wanted(relation="partnerships", selection=Selection(shapes=(Shape(kind="partnership"),), first=0, total=True), link=present)
        shape = Shape(kind="phase", properties=("capacity",), links=(partnerships,))
        [[_, rows]] = await self._reader.select(Selection(shapes=(shape,), filter=Compare(property="id", operator=Operator.EQ, value=phase)))
        if not rows:
            raise NotFound(phase)
        capacity, taken = rows[0][3][0], rows[0][4][0][0]
        return None if capacity is None else max(capacity - taken, 0)

    async def _interests(self, request: PlanRequest, day: datetime.date) -> tuple[tuple[str, str], ...]:
        """Who has asked whom and was not refused."""
        if request.source is not Source.INTERESTS:
            return ()
        ends = tuple(Wanted(relation=end, selection=Selection(shapes=(Shape(kind="municipality"),))) for end in ("asker", "asked"))
        standing = Compare(property="status", operator=Operator.IN, value=(InterestStatus.OPEN, InterestStatus.ACCEPTED))
        shape = Shape(kind="interest", properties=("status", "expires_on"), links=ends)
        [[_, rows]] = await self._reader.select(Selection(shapes=(shape,), filter=standing))
        found = [(row[4][0][1][0][0], row[4][1][1][0][0]) for row in rows if not _expired(row[3], day)]
        return tuple(dict.fromkeys(found))

    async def _wanted(self, request: PlanRequest) -> frozenset[str] | None:
        """Those whose partners are looked for, where they are named; None: everybody who looks for one."""
        named = frozenset(request.seekers) or None
        if request.filter is None:
            return named
        [[_, rows]] = await self._reader.select(Selection(shapes=(Shape(kind="municipality"),), filter=request.filter))
        found = frozenset(row[0] for row in rows)
        return found if named is None else named & found

    async def _dac_groups(self) -> dict[str, str]:
        [[_, rows]] = await self._reader.select(Selection(shapes=(Shape(kind="country", properties=("dac_group",)),)))
        return {row[0].partition(":")[2]: row[3][0] for row in rows if row[3][0]}


def _expired(values: Sequence[Any], day: datetime.date) -> bool:
    status, expires_on = values
    return status == InterestStatus.OPEN and bool(expires_on) and expires_on < day.isoformat()


def _check(request: PlanRequest) -> None:
    for name, value, most in (("each", request.each, 50), ("the number of quotas", len(request.quotas), MOST_QUOTAS)):
        if not 0 <= value <= most:
            raise InvalidInput(f"{name} is {value}; allowed: 0 to {most}")


def _plan(
    fitted: Fitted,
    request: PlanRequest,
    places: int,
    interests: Sequence[tuple[str, str]],
    wanted: frozenset[str] | None,
    dac_groups: Mapping[str, str],
) -> PlanAnswer:
    profiles = fitted.matcher.profiles_
    named = [*request.capacities, *request.seekers]
    if missing := sorted(set(named) - set(profiles.rows)):
        raise NotFound(*missing)
    possible = (
        asked(fitted, interests, wanted)
        if request.source is Source.INTERESTS
        else best_candidates(fitted, wanted, each=request.each, seeking=not request.seekers)
    )
    if len(possible.pairs) > MOST_PAIRS:
        raise InvalidInput(f"{len(possible.pairs)} pairs are possible; allowed: {MOST_PAIRS}. Name fewer seekers, or take fewer candidates of each")
    pairs = columns(fitted.matcher, possible.pairs, dac_groups)
    with checked():
        plan = phase_plan(
            pairs,
            places=places,
            quotas=[Quota(group=q.group, minimum=q.least, maximum=q.most, label=label(q, profiles)) for q in request.quotas],
            capacities=capacities(profiles, pairs, request.capacities),
            variant=request.variant,
            names=dict(zip(profiles.ids, profiles.names, strict=True)),
        )
    return PlanAnswer(
        plan=plan,
        places=places,
        pairs=len(pairs),
        excluded=possible.excluded,
        labels={quota.group: quota for quota in request.quotas},
        revision=fitted.revision,
        profiles=profiles,
    )
