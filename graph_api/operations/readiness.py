"""Whether a partnership is ready for the programme: each of its conditions holds, does not hold, or is not known, and what is missing."""

from __future__ import annotations

import datetime
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from graph_api.model import Choice, Realm
from graph_api.operations.eligibility import Eligibility, eligibility
from graph_api.operations.partnerships import Standing, standing
from graph_api.operations.statements import Statement
from graph_api.storage.base import Compare, Every, Filter, Linked, Operator, Reader, Selection, Shape, Wanted

DEPARTMENTS = 2
"""How many departments have to be involved."""


class ReadinessCondition(Choice):
    """A condition that the programme makes."""

    LONG_TERM = "long_term", "The members want to work together for long."
    STAFF_RELEASED = "staff_released", "The members release staff for the work."
    TWO_DEPARTMENTS = "two_departments", "At least two departments are involved."
    FOUR_REALMS = "four_realms", "Stakeholders of all four realms take part: politics, business, academia, civil society."
    MEETINGS = "meetings", "Each member has taken part in a meeting of the phase."
    GERMAN_MEMBER = "german_member", "There is a German member, who submits the proposal."
    ELIGIBLE = "eligible", "The other members' countries are on the DAC list that day."
    AGREEMENT = "agreement", "The agreement for a phase is signed."


@dataclass(frozen=True, kw_only=True)
class Check:
    """What is found for one condition."""

    condition: ReadinessCondition
    met: bool | None
    """None where nobody knows."""
    missing: tuple[Statement, ...] = ()
    """What is missing or not known; empty where the condition is met."""


@dataclass(frozen=True, kw_only=True)
class Readiness:
    """A partnership's readiness on a day: one check for each condition, in their order."""

    partnership: str
    on: datetime.date
    checks: tuple[Check, ...]

    @property
    def ready(self) -> bool | None:
        """Whether all conditions hold; None where none fails and something is not known."""
        met = {check.met for check in self.checks}
        return False if False in met else None if None in met else True


async def readiness(reader: Reader, partnership: str, on: datetime.date) -> Readiness:
    """The readiness of a partnership. Raises NotFound."""
    found = await standing(reader, partnership, on)
    rules = await eligibility(reader, (m.id for m in found.others), on)
    facts = await _facts(reader, found, on)
    checks = (
        _said(ReadinessCondition.LONG_TERM, facts.long_term, "long_term"),
        _said(ReadinessCondition.STAFF_RELEASED, facts.staff_released, "staff"),
        _departments(facts.departments),
        _realms(facts.realms),
        _meetings(found, facts),
        _check(ReadinessCondition.GERMAN_MEMBER, [] if found.german else [Statement(key="german_member_missing")]),
        _eligible(list(rules.values())),
        _agreement(found, facts, on.isoformat()),
    )
    return Readiness(partnership=partnership, on=on, checks=checks)


# ── what is known ─────────────────────────────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True, kw_only=True)
class _Facts:
    """What the network knows of a partnership, beside where it stands."""

    long_term: bool | None
    staff_released: bool | None
    departments: int
    realms: frozenset[str]
    phases: dict[str, str]
    """Names of the phases it is in on the day, by id."""
    meetings: int
    """Number of meetings of those phases that have begun by the day."""
    attended: frozenset[str]
    """Ids of municipalities that took part in one of them, themselves or through an expert."""


def _one(name: str, value: str | tuple[str, ...]) -> Filter:
    return Compare(property=name, operator=Operator.IN if isinstance(value, tuple) else Operator.EQ, value=value)


async def _facts(reader: Reader, found: Standing, on: datetime.date) -> _Facts:
    phases = tuple(part.phase for part in found.parts if part.lasts(on.isoformat()))
    ours = _one("id", tuple(m.id for m in found.members))
    [[_, [own]], [_, named], [_, events]] = await reader.select(_partnership(found.id), _phases(phases), _events(phases, ours, on))
    (long_term, staff_released), ((departments, _), (_, stakeholders)) = own[3], own[4]
    return _Facts(
        long_term=long_term,
        staff_released=staff_released,
        departments=departments,
        realms=frozenset(row[3][0] for row in stakeholders),
        phases={row[0]: row[3][0] for row in named},
        meetings=len(events),
        attended=frozenset(home for row in events for home in _attended(row)),
    )


def _partnership(partnership: str) -> Selection:
    departments = Wanted(relation="departments", selection=Selection(shapes=(Shape(kind="department"),), first=0, total=True))
    stakeholders = Wanted(relation="stakeholders", selection=Selection(shapes=(Shape(kind="stakeholder", properties=("realm",)),)))
    shape = Shape(kind="partnership", properties=("long_term", "staff_released"), links=(departments, stakeholders))
    return Selection(shapes=(shape,), filter=_one("id", partnership))


def _phases(phases: tuple[str, ...]) -> Selection:
    return Selection(shapes=(Shape(kind="phase", properties=("name",)),), filter=_one("id", phases))


def _events(phases: tuple[str, ...], ours: Filter, on: datetime.date) -> Selection:
    """Meetings of phases that have begun, with the members that came and the homes of the experts who came."""
    begun = Compare(property="starts_on", operator=Operator.LTE, value=on)
    home = Wanted(relation="municipality", selection=Selection(shapes=(Shape(kind="municipality"),)))
    department = Wanted(relation="department", selection=Selection(shapes=(Shape(kind="department", links=(home,)),)))
    theirs = Linked(relation="department", node=Linked(relation="municipality", node=ours))
    links = (
        Wanted(relation="municipalities", selection=Selection(shapes=(Shape(kind="municipality"),), filter=ours)),
        Wanted(relation="experts", selection=Selection(shapes=(Shape(kind="expert", links=(department,)),), filter=theirs)),
    )
    of_phase = Linked(relation="phase", node=_one("id", phases))
    return Selection(shapes=(Shape(kind="event", links=links),), filter=Every(of=(of_phase, begun)))


def _attended(event: Sequence[Any]) -> list[str]:
    (_, towns), (_, experts) = event[4]
    departments = [department for expert in experts for department in expert[4][0][1]]
    return [town[0] for town in towns] + [home[0] for department in departments for home in department[4][0][1]]


# ── the checks ────────────────────────────────────────────────────────────────────────────────────────────────────────


def _check(condition: ReadinessCondition, missing: Sequence[Statement]) -> Check:
    return Check(condition=condition, met=not missing, missing=tuple(missing))


def _unknown(condition: ReadinessCondition, *said: Statement) -> Check:
    return Check(condition=condition, met=None, missing=said)


def _said(condition: ReadinessCondition, value: bool | None, key: str) -> Check:
    if value is None:
        return _unknown(condition, Statement(key=f"{key}_unknown"))
    return _check(condition, [] if value else [Statement(key=f"{key}_missing")])


def _departments(count: int) -> Check:
    missing = [Statement(key="departments_missing", facts={"count": count, "needed": DEPARTMENTS})] if count < DEPARTMENTS else []
    return _check(ReadinessCondition.TWO_DEPARTMENTS, missing)


def _realms(there: frozenset[str]) -> Check:
    absent = [realm.value for realm in Realm if realm.value not in there]
    return _check(ReadinessCondition.FOUR_REALMS, [Statement(key="realms_missing", facts={"realms": "|".join(absent)})] if absent else [])


def _meetings(found: Standing, facts: _Facts) -> Check:
    if not facts.phases:
        return _unknown(ReadinessCondition.MEETINGS, Statement(key="no_phase"))
    if not facts.meetings:
        return _unknown(ReadinessCondition.MEETINGS, Statement(key="meetings_none"))
    absent = [m for m in found.members if m.id not in facts.attended]
    return _check(ReadinessCondition.MEETINGS, [Statement(key="meetings_missing", facts={"name": m.name}, records=(m.id,)) for m in absent])


def _eligible(rules: Sequence[Eligibility]) -> Check:
    if not rules:
        return _check(ReadinessCondition.ELIGIBLE, [Statement(key="partner_missing")])
    doubtful = tuple(rule.statement for rule in rules if not rule.eligible)
    if doubtful and all(rule.eligible is not False for rule in rules):
        return _unknown(ReadinessCondition.ELIGIBLE, *doubtful)
    return _check(ReadinessCondition.ELIGIBLE, doubtful)


def _agreement(found: Standing, facts: _Facts, day: str) -> Check:
    """Who takes part and is not known to have signed has signed at some time, since nobody takes part without; a proposal is not signed."""
    parts = [part for part in found.parts if part.phase in facts.phases]
    if any(part.agreed_on and part.agreed_on <= day for part in parts):
        return _check(ReadinessCondition.AGREEMENT, [])
    unsure = [part for part in parts if not part.proposal and not part.agreed_on]
    key = "agreement_unknown" if unsure else "agreement_missing"
    said = [Statement(key=key, facts={"name": facts.phases[part.phase]}, records=(part.phase,)) for part in unsure or parts] or [Statement(key="no_phase")]
    return _unknown(ReadinessCondition.AGREEMENT, *said) if unsure else _check(ReadinessCondition.AGREEMENT, said)
