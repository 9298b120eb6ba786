"""Proposals: the pairs that a phase could take up, their fit for both sides, and the groups they count for."""

from __future__ import annotations

import enum
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from graph_api.errors import InvalidInput, NotFound
from graph_api.model import DacGroup, global_id
from graph_api.operations.candidates import Fitted
from graph_api.operations.eligibility import GERMANY
from matching.exclusions import SIDES
from matching.pairs import Pairs
from matching.partners import PartnerMatcher
from matching.profile import Floats, Profiles

MOST_SEEKERS = 300
"""Municipalities whose candidates are weighed."""
PAIR_RULES = (*SIDES, "already_partnered")
"""Rules that no interest overcomes."""


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
class Possible:
    """Pairs of rows, the German one first, and what was left out."""

    pairs: tuple[tuple[int, int], ...]
    excluded: Mapping[str, int]


# ── which pairs ───────────────────────────────────────────────────────────────────────────────────────────────────────


def asked(fitted: Fitted, interests: Iterable[tuple[str, str]], wanted: frozenset[str] | None) -> Possible:
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
    return Possible(pairs=tuple(kept), excluded=excluded)


def best_candidates(fitted: Fitted, wanted: frozenset[str] | None, *, each: int, seeking: bool) -> Possible:
    """Each municipality that looks for a partner (with `seeking` one that says so, without it any of `wanted`) with its `each` best candidates."""
    profiles = fitted.matcher.profiles_
    german = np.array([code == GERMANY for code in profiles.country], dtype=bool)
    closed = np.isin(np.array(profiles.ids, dtype=object), list(fitted.unwanted.opted_out))
    look = profiles.seeking == 1 if seeking else np.ones(len(profiles), dtype=bool)
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
    pairs = [(other, seeker) for seeker in seekers for other in _best(fitted, seeker, each)]
    return Possible(pairs=tuple(pairs), excluded=excluded)


def _best(fitted: Fitted, seeker: int, count: int) -> list[int]:
    matcher = fitted.matcher
    id_ = matcher.profiles_.ids[seeker]
    exclude = {"opted_out": fitted.unwanted.opted_out, "dismissed": fitted.unwanted.dismissed.get(id_, ())}
    ranking = matcher.ranking(seeker, matcher.exclusions(seeker, exclude=exclude).kept())
    places = ranking.first(min(count, len(ranking.rows)), matcher.tiebreak_)
    return ranking.rows[places].tolist()


# ── what is known of them ─────────────────────────────────────────────────────────────────────────────────────────────


def columns(matcher: PartnerMatcher, pairs: Sequence[tuple[int, int]], dac_groups: Mapping[str, str]) -> Pairs:
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


def capacities(profiles: Profiles, pairs: Pairs, given: Mapping[str, int]) -> dict[str, int]:
    """How many partnerships each can take on: as given, else as its record says, else one."""
    towns = dict.fromkeys((*pairs.left, *pairs.right))
    said = {id_: profiles.capacity[profiles.row(id_)] for id_ in towns}
    return {id_: 1 if np.isnan(number) else int(number) for id_, number in said.items()} | dict(given)


def label(quota: PlanQuota, profiles: Profiles) -> str:
    """What a quota's group is called in texts. Raises InvalidInput for a value that nobody in the network has, NotFound for an unknown goal."""
    if quota.by is Grouping.GOAL:
        id_, ids = global_id("sdg_goal", quota.value), profiles.subjects.ids
        if id_ not in ids:
            raise NotFound(id_)
        return profiles.subjects.name(ids.index(id_), "en")
    known = sorted(_values(quota.by, profiles))
    if quota.value not in known:
        raise InvalidInput(f"there is no {quota.by.value} {quota.value!r} here; allowed: {', '.join(known[:30])}{' …' if len(known) > 30 else ''}")
    return profiles.country_name(quota.value, "en") if quota.by is Grouping.COUNTRY else quota.value


def _values(by: Grouping, profiles: Profiles) -> set[str]:
    if by is Grouping.DAC_GROUP:
        return {group.value for group in DacGroup}
    if by is Grouping.REGION:
        return set(profiles.country_region.values())
    if by is Grouping.COUNTRY:
        return set(profiles.country)
    return {admin1 for code, admin1 in zip(profiles.country, profiles.admin1, strict=True) if admin1 and code == GERMANY}
