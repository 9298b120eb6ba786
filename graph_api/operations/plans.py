"""Plans which partnerships a phase takes up: reads the pairs that are possible, their fit and the groups they count for."""

from __future__ import annotations

import asyncio
import datetime
import enum
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from graph_api.errors import InvalidInput, NotFound
from graph_api.model import DacGroup, InterestStatus, global_id
from graph_api.operations.candidates import CandidateFinder, Fitted
from graph_api.operations.eligibility import GERMANY
from graph_api.operations.viewers import Viewer
from graph_api.storage.base import Compare, Filter, Operator, Reader, Selection, Shape, Wanted
from matching.exclusions import SIDES
from matching.pairs import Pairs, Quota
from matching.partners import PartnerMatcher
from matching.plan import PhasePlan, Variant, phase_plan
from matching.plan_reasons import say
from matching.profile import Floats, Profiles
from matching.reasons import Reason

MOST_PLACES = 200
MOST_SEEKERS = 300
"""Municipalities whose candidates are weighed."""
MOST_QUOTAS = 20
MOST_PAIRS = 3_000
"""Pairs among which a plan is chosen: more take longer than anybody waits."""


class Source(enum.Enum):
    """Which pairs a plan is chosen from."""

    INTERESTS = "interests"
    """Those who have agreed to talk, or of whom one has asked and waits for the answer."""
    CANDIDATES = "candidates"
    """Municipalities that look for a German partner, each with its best candidates."""


class Grouping(enum.Enum):
    """What a quota counts by; all but the Land, the admin1 of the German side, look at the other side."""

    REGION = "region"
    LAND = "land"
    COUNTRY = "country"
    DAC_GROUP = "dac_group"
    GOAL = "goal"


@dataclass(frozen=True, kw_only=True)
class PlanQuota:
    """How many partnerships of a value there must and may be."""

    by: Grouping
    value: str
    least: int = 0
    most: int | None = None

    @property
    def group(self) -> str:
        """The group as matching knows it."""
        return f"{self.by.value}:{global_id('sdg_goal', self.value) if self.by is Grouping.GOAL else self.value}"


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


@dataclass(frozen=True, kw_only=True)
class _Possible:
    """Pairs of rows, the German one first, and what was left out."""

    pairs: tuple[tuple[int, int], ...]
    excluded: Mapping[str, int]


class Planner:
    """Plans phases from the network as it is now; for coordinators."""

    def __init__(self, reader: Reader, finder: CandidateFinder) -> None:
        self._reader, self._finder = reader, finder

    async def plan(self, viewer: Viewer, request: PlanRequest) -> PlanAnswer:
        """The plan. Raises Forbidden for all but coordinators, NotFound for an unknown phase or municipality, InvalidInput for what is not allowed."""
        viewer.require()
        _check(request)
        fitted = await self._finder.fitted()
        places, interests, wanted = await self._places(request), await self._interests(request, fitted.day), await self._wanted(request)
        groups = await self._dac_groups()
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
    for quota in request.quotas:
        if quota.by is Grouping.DAC_GROUP and quota.value not in list(DacGroup):
            raise InvalidInput(f"there is no country group {quota.value!r}; allowed: {', '.join(DacGroup)}")


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
    possible = _asked(fitted, interests, wanted) if request.source is Source.INTERESTS else _candidates(fitted, request, wanted)
    if len(possible.pairs) > MOST_PAIRS:
        raise InvalidInput(f"{len(possible.pairs)} pairs are possible; allowed: {MOST_PAIRS}. Name fewer seekers, or take fewer candidates of each")
    pairs = _columns(fitted.matcher, possible.pairs, dac_groups)
    try:
        plan = phase_plan(
            pairs,
            places=places,
            quotas=[Quota(group=q.group, minimum=q.least, maximum=q.most, label=_label(q, profiles)) for q in request.quotas],
            capacities=_capacities(profiles, pairs, request.capacities),
            variant=request.variant,
            names=dict(zip(profiles.ids, profiles.names, strict=True)),
        )
    except ValueError as e:
        raise InvalidInput(str(e)) from None
    return PlanAnswer(
        plan=plan,
        places=places,
        pairs=len(pairs),
        excluded=possible.excluded,
        labels={quota.group: quota for quota in request.quotas},
        revision=fitted.revision,
        profiles=profiles,
    )


PAIR_RULES = (*SIDES, "already_partnered")
"""Rules that no interest overcomes."""

# ── which pairs ───────────────────────────────────────────────────────────────────────────────────────────────────────


def _asked(fitted: Fitted, interests: Iterable[tuple[str, str]], wanted: frozenset[str] | None) -> _Possible:
    """The pairs of interests that the programme's rules allow."""
    profiles, matcher = fitted.matcher.profiles_, fitted.matcher
    kept: dict[tuple[int, int], None] = {}
    excluded: Counter[str] = Counter()
    for asker, asked in interests:
        rows = profiles.rows[asker], profiles.rows[asked]
        german, other = rows if profiles.country[rows[0]] == GERMANY else rows[::-1]
        masks = matcher.exclusions(other).masks
        rule = next((rule for rule in PAIR_RULES if masks[rule][german]), None)
        if rule is None and wanted is not None and profiles.ids[other] not in wanted:
            rule = "filtered"
        if rule is None:
            kept[german, other] = None
        else:
            excluded[rule] += 1
    return _Possible(pairs=tuple(kept), excluded=excluded)


def _candidates(fitted: Fitted, request: PlanRequest, wanted: frozenset[str] | None) -> _Possible:
    """Each seeker with its best candidates."""
    profiles = fitted.matcher.profiles_
    german = np.array([code == GERMANY for code in profiles.country], dtype=bool)
    closed = np.isin(np.array(profiles.ids, dtype=object), list(fitted.unwanted.opted_out))
    look = np.ones(len(profiles), dtype=bool) if request.seekers else profiles.seeking == 1
    chosen = look if wanted is None else look & np.array([id_ in wanted for id_ in profiles.ids], dtype=bool)
    rules = {"opted_out": closed, "not_oda_eligible": ~profiles.eligible, "no_capacity": profiles.capacity == 0}
    left, excluded = chosen & ~german, dict[str, int]()
    for rule, mask in rules.items():
        if met := int((left & mask).sum()):
            excluded[rule] = met
        left &= ~mask
    seekers = np.flatnonzero(left).tolist()
    if len(seekers) > MOST_SEEKERS:
        raise InvalidInput(f"{len(seekers)} municipalities look for a partner; allowed: {MOST_SEEKERS}. Name some in `seekers`, or narrow them by `filter`")
    pairs = [(other, seeker) for seeker in seekers for other in _best(fitted, seeker, request.each)]
    return _Possible(pairs=tuple(pairs), excluded=excluded)


def _best(fitted: Fitted, seeker: int, count: int) -> list[int]:
    matcher = fitted.matcher
    id_ = matcher.profiles_.ids[seeker]
    exclude = {"opted_out": fitted.unwanted.opted_out, "dismissed": fitted.unwanted.dismissed.get(id_, ())}
    ranking = matcher.ranking(seeker, matcher.exclusions(seeker, exclude=exclude).kept())
    places = ranking.first(min(count, len(ranking.rows)), matcher.tiebreak_)
    return ranking.rows[places].tolist()


# ── what is known of them ─────────────────────────────────────────────────────────────────────────────────────────────


def _columns(matcher: PartnerMatcher, pairs: Sequence[tuple[int, int]], dac_groups: Mapping[str, str]) -> Pairs:
    """Both sides' fit and the groups of each pair: the fit for one side is the score that the other has among its candidates."""
    ids, groups = matcher.profiles_.ids, _Groups(matcher.profiles_, dac_groups)
    return Pairs(
        left=tuple(ids[german] for german, _ in pairs),
        right=tuple(ids[other] for _, other in pairs),
        fit_left=_fits(matcher, pairs),
        fit_right=_fits(matcher, [(other, german) for german, other in pairs]),
        groups=tuple(groups.of(german, other) for german, other in pairs),
    )


def _fits(matcher: PartnerMatcher, pairs: Sequence[tuple[int, int]]) -> Floats:
    """What the second of each pair is worth to the first, among all that stand second: so the same facets count for all."""
    everybody = np.unique(np.array([other for _, other in pairs], dtype=np.int64))
    place = {other: number for number, other in enumerate(everybody.tolist())}
    scores = {one: matcher.ranking(one, everybody).scores for one in sorted({one for one, _ in pairs})}
    return np.clip(np.array([scores[one][place[other]] for one, other in pairs], dtype=np.float64), 0.0, 1.0)


class _Groups:
    """The groups that pairs count for."""

    def __init__(self, profiles: Profiles, dac_groups: Mapping[str, str]) -> None:
        self._profiles, self._dac_groups = profiles, dac_groups
        subjects = profiles.subjects
        goals = {row: {row} for row, id_ in enumerate(subjects.ids) if id_.startswith("sdg_goal:")}
        goals |= {target: {goal} for target, goal in subjects.target_goal.tolist()}
        for topic, target in subjects.topic_target.tolist():
            goals[topic] = goals.get(topic, set()) | goals.get(target, set())
        self._goals: dict[int, set[int]] = defaultdict(set)
        for town, subject in zip(profiles.focuses.municipality.tolist(), profiles.focuses.subject.tolist(), strict=True):
            self._goals[town] |= goals.get(subject, set())

    def of(self, german: int, other: int) -> frozenset[str]:
        """The groups of one pair: for a goal it counts where both have a focus on it, on a target of it or on a topic that serves one."""
        profiles = self._profiles
        code = profiles.country[other]
        found = {Grouping.COUNTRY: code, Grouping.REGION: profiles.country_region.get(code), Grouping.LAND: profiles.admin1[german]}
        found[Grouping.DAC_GROUP] = self._dac_groups.get(code)
        common = self._goals[german] & self._goals[other]
        return frozenset({f"{by.value}:{value}" for by, value in found.items() if value} | {f"goal:{profiles.subjects.ids[row]}" for row in common})


def _capacities(profiles: Profiles, pairs: Pairs, given: Mapping[str, int]) -> dict[str, int]:
    """How many partnerships each can take on: as given, else as its record says, else one."""
    towns = dict.fromkeys((*pairs.left, *pairs.right))
    said = {id_: profiles.capacity[profiles.row(id_)] for id_ in towns}
    return {id_: 1 if np.isnan(number) else int(number) for id_, number in said.items()} | dict(given)


def _label(quota: PlanQuota, profiles: Profiles) -> str:
    if quota.by is Grouping.COUNTRY:
        return profiles.country_name(quota.value, "en")
    if quota.by is Grouping.GOAL:
        id_ = global_id("sdg_goal", quota.value)
        ids = profiles.subjects.ids
        if id_ not in ids:
            raise NotFound(id_)
        return profiles.subjects.name(ids.index(id_), "en")
    return quota.value
