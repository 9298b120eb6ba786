"""A partnership's life: where it stands, and how it comes into a phase of the programme and out of it."""

from __future__ import annotations

import datetime
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

from graph_api.errors import Conflict, InvalidInput, NotFound
from graph_api.model import Participation, PartnershipStatus
from graph_api.operations.changes import Editor, Note, known, refuse_other
from graph_api.operations.eligibility import GERMANY, eligibility
from graph_api.storage.base import Compare, Filter, Operator, Reader, Selection, Shape, Wanted

STEPS: Mapping[PartnershipStatus, tuple[PartnershipStatus, ...]] = MappingProxyType(
    {
        PartnershipStatus.CONTACT: (PartnershipStatus.AGREED, PartnershipStatus.ENDED),
        PartnershipStatus.AGREED: (PartnershipStatus.ACTIVE, PartnershipStatus.ENDED),
        PartnershipStatus.ACTIVE: (PartnershipStatus.DORMANT, PartnershipStatus.ENDED),
        PartnershipStatus.DORMANT: (PartnershipStatus.ACTIVE, PartnershipStatus.ENDED),
        PartnershipStatus.ENDED: (),
    }
)
"""What may follow what."""

PARTICIPATION = ("joined", "left", "proposed_on", "agreed_on")


def over(end: object, day: str) -> bool:
    """Whether an end given as a day, a month or a year (ISO text; None: no end) lies before a day."""
    return bool(end) and str(end) < day[: len(str(end))]


@dataclass(frozen=True, kw_only=True)
class Part:
    """A partnership's part in a phase, as far as it is known (ISO texts)."""

    phase: str
    phase_ended: str | None
    joined: str | None
    left: str | None
    proposed_on: str | None
    agreed_on: str | None

    @property
    def proposal(self) -> bool:
        """Whether it is proposed only: neither agreed nor joined."""
        return self.proposed_on is not None and self.agreed_on is None and self.joined is None

    def lasts(self, day: str) -> bool:
        """Whether it has not left before or on that day, and the phase has not ended before."""
        return not (over(self.left, day) or self.left == day or over(self.phase_ended, day))


@dataclass(frozen=True, kw_only=True)
class Member:
    """A present member of a partnership."""

    id: str
    name: str
    country: str


@dataclass(frozen=True, kw_only=True)
class Standing:
    """A partnership as it stands on a day."""

    id: str
    name: str | None
    status: PartnershipStatus
    status_since: str | None
    ended: str | None
    members: tuple[Member, ...]
    parts: tuple[Part, ...]

    @property
    def german(self) -> tuple[Member, ...]:
        """Its German members."""
        return tuple(m for m in self.members if m.country == GERMANY)

    @property
    def others(self) -> tuple[Member, ...]:
        """Its other members."""
        return tuple(m for m in self.members if m.country != GERMANY)

    def is_over(self, day: str) -> bool:
        """Whether it has ended by a day."""
        return self.status is PartnershipStatus.ENDED or over(self.ended, day)


async def standings(reader: Reader, filter: Filter, on: datetime.date) -> tuple[Standing, ...]:
    """The partnerships for which a filter holds, with those who are members on a day."""
    members = Wanted(relation="members", selection=Selection(shapes=(Shape(kind="municipality", properties=("name", "country")),)), properties=("left",))
    phases = Wanted(relation="phases", selection=Selection(shapes=(Shape(kind="phase", properties=("ended",)),)), properties=PARTICIPATION)
    shape = Shape(kind="partnership", properties=("name", "status", "status_since", "ended"), links=(members, phases))
    [[_, rows]] = await reader.select(Selection(shapes=(shape,), filter=filter))
    return tuple(_standing(row, on.isoformat()) for row in rows)


async def standing(reader: Reader, partnership: str, on: datetime.date) -> Standing:
    """One partnership. Raises NotFound."""
    found = await standings(reader, _is(partnership), on)
    if not found:
        raise NotFound(partnership)
    return found[0]


def _is(record: str) -> Filter:
    return Compare(property="id", operator=Operator.EQ, value=record)


def _standing(row: Sequence[Any], day: str) -> Standing:
    name, status, since, ended = row[3]
    (_, members), (_, phases) = row[4]
    return Standing(
        id=row[0],
        name=name,
        status=PartnershipStatus(status),
        status_since=since,
        ended=ended,
        members=tuple(Member(id=m[0], name=m[3][0], country=m[3][1]) for m in members if not over(m[2][0], day)),
        parts=tuple(_part_in(p[0], p[3][0], p[2]) for p in phases),
    )


class Partnerships:
    """What can be done in a partnership's life; each step leaves an entry in the audit log."""

    def __init__(self, editor: Editor) -> None:
        self._editor = editor

    async def set_status(self, note: Note, partnership: str, status: PartnershipStatus, on: datetime.date | None = None) -> str:
        """Coordinators say where a partnership stands since a day (today where none is given) and why; gives its id.

        Raises InvalidInput for a step that cannot follow, a missing reason, or a day that lies before the last step or ahead; Forbidden; NotFound.
        """
        note.viewer.require()
        if not (note.reason or "").strip():
            raise InvalidInput("the reason is missing; say why in a few words")
        day = self._day(on)
        async with self._editor.transaction() as tx:
            found = await standing(tx, partnership, day)
            if await self._again(tx, note, partnership):
                return partnership
            if status not in STEPS[found.status]:
                allowed = ", ".join(s.value for s in STEPS[found.status]) or "nothing"
                raise InvalidInput(f"{partnership} is {found.status.value}; {status.value} cannot follow, allowed: {allowed}")
            if found.status_since and day.isoformat() < found.status_since:
                raise InvalidInput(f"{day} lies before {found.status_since}, since when {partnership} is {found.status.value}")
            ended = {"ended": day} if status is PartnershipStatus.ENDED else {}
            await self._editor.put(tx, note, partnership, {"status": status, "status_since": day, **ended})
        return partnership

    async def propose(self, note: Note, partnership: str, phase: str, by: str | None = None) -> str:
        """A German member proposes its partnership for a phase; gives the partnership's id.

        `by` is that member: where none is given, the viewer's municipality, or the only German member. Raises InvalidInput where a rule of the
        programme speaks against it, Conflict where it is in the phase already or the phase is full, Forbidden, NotFound.
        """
        today = self._editor.today()
        async with self._editor.transaction() as tx:
            found = await standing(tx, partnership, today)
            member = _proposer(found, by or note.viewer.municipality)
            note.viewer.require(municipality=member)
            if await self._again(tx, note, partnership):
                return partnership
            await _refuse_ineligible(tx, found, today)
            await _refuse_phase(tx, found, phase, today)
            values = {"partnership": partnership, "phase": phase, "proposed_on": today, "proposed_by": member}
            return await self._editor.join(tx, note, Participation, values)

    async def sign(self, note: Note, partnership: str, phase: str, on: datetime.date | None = None) -> str:
        """Coordinators record that the participants signed the agreement for a phase, by which they join it; gives the partnership's id.

        Raises InvalidInput without a proposal or for a day that is not possible, Conflict where it is signed or the phase is full; Forbidden; NotFound.
        """
        note.viewer.require()
        day = self._day(on)
        async with self._editor.transaction() as tx:
            part = _part(await standing(tx, partnership, day), phase, day)
            if await self._again(tx, note, partnership):
                return partnership
            if part.agreed_on:
                raise Conflict(f"the agreement of {partnership} for {phase} was signed on {part.agreed_on}")
            if part.proposed_on and day.isoformat() < part.proposed_on:
                raise InvalidInput(f"{day} lies before {part.proposed_on}, the day of the proposal")
            if part.proposal:
                await _refuse_full(tx, phase, day)
            values = {"partnership": partnership, "phase": phase, "agreed_on": day, "joined": part.joined or day}
            return await self._editor.join(tx, note, Participation, values)

    async def leave(self, note: Note, partnership: str, phase: str, on: datetime.date | None = None) -> str:
        """A German member or a coordinator takes the partnership out of a phase, or its proposal back; gives the partnership's id.

        Raises InvalidInput where it is not in the phase or the day is not possible; Forbidden; NotFound.
        """
        day = self._day(on)
        async with self._editor.transaction() as tx:
            found = await standing(tx, partnership, day)
            ours = note.viewer.municipality in {m.id for m in found.german}
            note.viewer.require(municipality=note.viewer.municipality if ours else None)
            if await self._again(tx, note, partnership):
                return partnership
            part = _part(found, phase, day)
            begun = part.joined or part.proposed_on
            if begun and day.isoformat() < begun:
                raise InvalidInput(f"{day} lies before {begun}, since when {partnership} is in {phase}")
            return await self._editor.join(tx, note, Participation, {"partnership": partnership, "phase": phase, "left": day})

    async def _again(self, tx: Reader, note: Note, partnership: str) -> bool:
        """Whether this request came before. Raises Conflict where its key belongs to another change."""
        again = await known(tx, note)
        if again:
            refuse_other(note, again, "partnership", partnership)
        return again is not None

    def _day(self, on: datetime.date | None) -> datetime.date:
        today = self._editor.today()
        if on and on > today:
            raise InvalidInput(f"{on} lies ahead; today is {today}")
        return on or today


# ── what is refused ───────────────────────────────────────────────────────────────────────────────────────────────────


def _proposer(found: Standing, by: str | None) -> str:
    """The German member that proposes."""
    german = [m.id for m in found.german]
    if not german:
        raise InvalidInput(f"{found.id} has no German member; the proposal is for a German member to submit")
    if by is None and len(german) > 1:
        raise InvalidInput(f"say who proposes: {', '.join(german)}")
    if by is not None and by not in german:
        raise InvalidInput(f"{by} is no German member of {found.id}; the proposal is for a German member to submit: {', '.join(german)}")
    return by or german[0]


async def _refuse_ineligible(reader: Reader, found: Standing, today: datetime.date) -> None:
    if found.is_over(today.isoformat()):
        raise InvalidInput(f"{found.id} has ended")
    if not found.others:
        raise InvalidInput(f"{found.id} has no member from a country on the DAC list")
    for rule in (await eligibility(reader, (m.id for m in found.others), today)).values():
        if not rule.eligible:
            raise InvalidInput(rule.statement.text("en"))


async def _refuse_phase(reader: Reader, found: Standing, phase: str, today: datetime.date) -> None:
    day = today.isoformat()
    if any(part.phase == phase for part in found.parts):
        raise Conflict(f"{found.id} is proposed for {phase} already, takes part in it or has left it")
    [[_, rows]] = await reader.select(Selection(shapes=(Shape(kind="phase", properties=("ended",)),), filter=_is(phase)))
    if not rows:
        raise NotFound(phase)
    if over(rows[0][3][0], day):
        raise InvalidInput(f"{phase} ended in {rows[0][3][0]}")
    await _refuse_full(reader, phase, today)


async def _refuse_full(reader: Reader, phase: str, on: datetime.date) -> None:
    """A place is taken by who takes part; proposals take none, since the best of them are chosen."""
    partnerships = Wanted(relation="partnerships", selection=Selection(shapes=(Shape(kind="partnership"),)), properties=PARTICIPATION)
    [[_, [row]]] = await reader.select(Selection(shapes=(Shape(kind="phase", properties=("capacity",), links=(partnerships,)),), filter=_is(phase)))
    parts = [_part_in(phase, None, p[2]) for p in row[4][0][1]]
    taken = sum(not part.proposal and part.lasts(on.isoformat()) for part in parts)
    capacity = row[3][0]
    if capacity is not None and taken >= capacity:
        raise Conflict(f"{phase} has no room: {taken} of {capacity} places are taken")


def _part_in(phase: str, ended: str | None, facts: Sequence[Any]) -> Part:
    return Part(phase=phase, phase_ended=ended, **dict(zip(PARTICIPATION, facts, strict=True)))


def _part(found: Standing, phase: str, on: datetime.date) -> Part:
    """Its present part in a phase."""
    part = next((p for p in found.parts if p.phase == phase and p.lasts(on.isoformat())), None)
    if part is None:
        raise InvalidInput(f"{found.id} is not in {phase}; propose it first")
    return part
