"""Interests of one municipality in another, from the question to the answer; dismissed candidates; demand that nobody meets."""

from __future__ import annotations

import datetime
import uuid
from collections.abc import Mapping
from dataclasses import dataclass

from graph_api.errors import Conflict, InvalidInput, NotFound
from graph_api.model import Action, InterestStatus, PartnershipStatus
from graph_api.operations.changes import Editor, Note, known, refuse_other
from graph_api.operations.eligibility import Eligibility, eligibility
from graph_api.operations.states import state
from graph_api.operations.viewers import Viewer
from graph_api.storage.base import Compare, Every, Filter, Linked, Negate, Operator, Reader, Selection, Shape, Wanted, Writer

PATIENCE = 90
"""Days for an answer."""


@dataclass(frozen=True, kw_only=True)
class _Interest:
    """An interest as it stands."""

    id: str
    status: InterestStatus
    expires_on: str | None
    asker: str
    asked: str

    def open_on(self, day: datetime.date) -> bool:
        """Whether it can still be answered."""
        return self.status is InterestStatus.OPEN and not (self.expires_on and self.expires_on < day.isoformat())


class Interests:
    """What can be done with interests; each step leaves an entry in the audit log."""

    def __init__(self, editor: Editor) -> None:
        self._editor = editor

    async def ask(self, note: Note, asker: str, asked: str, message: str | None = None) -> str:
        """One municipality asks another for a talk; gives the interest's id.

        Raises InvalidInput where the two may not become partners, are partners already or the other does not want to be suggested, Conflict
        where one of them has asked already and waits, Forbidden for all but the asker and coordinators.
        """
        note.viewer.require(municipality=asker)
        today = self._editor.today()
        async with self._editor.transaction() as tx:
            if again := await _again(tx, note, "interest"):
                return again
            _refuse_pair(await eligibility(tx, _two(asker, asked), today), asker, asked)
            await _refuse_unwanted(tx, asker, asked)
            await _refuse_waiting(tx, asker, asked, today)
            expires = today + datetime.timedelta(days=PATIENCE)
            values = {"asker": asker, "asked": asked, "message": message, "status": InterestStatus.OPEN, "asked_on": today, "expires_on": expires}
            return await self._new(tx, note, "interest", values)

    async def answer(self, note: Note, interest: str, *, accept: bool, reason: str | None = None) -> str:
        """The municipality that was asked says yes or no. Raises Conflict where it is not open any more, Forbidden, NotFound."""
        async with self._editor.transaction() as tx:
            found = await _visible(tx, note.viewer, interest)
            note.viewer.require(municipality=found.asked)
            if await _again(tx, note, "interest", interest):
                return interest
            self._refuse_closed(found)
            status = InterestStatus.ACCEPTED if accept else InterestStatus.DECLINED
            await self._editor.put(tx, note, interest, {"status": status, "answered_on": self._editor.today(), "reason": reason})
        return interest

    async def withdraw(self, note: Note, interest: str) -> str:
        """The asker takes an open interest back, or a dismissal, which then goes: the candidate may be suggested again.

        Raises Conflict where it is not open any more, Forbidden, NotFound.
        """
        async with self._editor.transaction() as tx:
            found = await _visible(tx, note.viewer, interest)
            note.viewer.require(municipality=found.asker)
            if await _again(tx, note, "interest", interest):
                return interest
            if found.status is InterestStatus.DISMISSED:
                before = await state(tx, interest)
                await tx.delete([interest])
                await self._editor.log(tx, note, Action.DELETE, interest, before, None)
                return interest
            self._refuse_closed(found)
            await self._editor.put(tx, note, interest, {"status": InterestStatus.WITHDRAWN})
        return interest

    async def dismiss(self, note: Note, asker: str, candidate: str, reason: str) -> str:
        """A municipality does not want a candidate: it is suggested to it no more, and never learns of it. A later reason replaces the earlier one."""
        note.viewer.require(municipality=asker)
        _say_why(reason)
        async with self._editor.transaction() as tx:
            if again := await _again(tx, note, "interest"):
                return again
            await eligibility(tx, _two(asker, candidate), self._editor.today())
            dismissed = await _between(tx, asker, candidate, InterestStatus.DISMISSED)
            if dismissed:
                await self._editor.put(tx, note, dismissed[0].id, {"reason": reason})
                return dismissed[0].id
            values = {"asker": asker, "asked": candidate, "status": InterestStatus.DISMISSED, "answered_on": self._editor.today(), "reason": reason}
            return await self._new(tx, note, "interest", values)

    async def record_demand(self, note: Note, municipality: str, reason: str, message: str | None = None) -> str:
        """Puts into the register that a municipality looks for a partner and nobody fits, and why; gives the demand's id."""
        note.viewer.require(municipality=municipality)
        _say_why(reason)
        async with self._editor.transaction() as tx:
            if again := await _again(tx, note, "demand"):
                return again
            values = {"municipality": municipality, "message": message, "recorded_on": self._editor.today(), "reason": reason}
            return await self._new(tx, note, "demand", values)

    async def expire(self, tx: Writer, note: Note, today: datetime.date) -> tuple[str, ...]:
        """Closes the interests that nobody answered in time; gives their ids."""
        late = await overdue(tx, today)
        for interest in late:
            await self._editor.put(tx, note, interest, {"status": InterestStatus.EXPIRED})
        return late

    async def _new(self, tx: Writer, note: Note, kind: str, values: Mapping[str, object]) -> str:
        record = f"{kind}:{uuid.uuid4().hex[:12]}"
        await self._editor.put(tx, note, record, values)
        return record

    def _refuse_closed(self, found: _Interest) -> None:
        if not found.open_on(self._editor.today()):
            status = InterestStatus.EXPIRED if found.status is InterestStatus.OPEN else found.status
            raise Conflict(f"{found.id} is not open any more: it is {status.value}")


async def overdue(reader: Reader, today: datetime.date) -> tuple[str, ...]:
    """Ids of the open interests whose last day has passed."""
    late = (_compare("status", InterestStatus.OPEN), Compare(property="expires_on", operator=Operator.LT, value=today))
    [[_, rows]] = await reader.select(Selection(shapes=(Shape(kind="interest"),), filter=Every(of=late)))
    return tuple(row[0] for row in rows)


# ── what is refused ───────────────────────────────────────────────────────────────────────────────────────────────────


def _two(asker: str, asked: str) -> tuple[str, str]:
    if asker == asked:
        raise InvalidInput(f"{asker} is on both sides; two different municipalities are needed")
    return asker, asked


def _say_why(reason: str) -> None:
    if not reason.strip():
        raise InvalidInput("the reason is empty; say why in a few words")


def _refuse_pair(rules: dict[str, Eligibility], asker: str, asked: str) -> None:
    sides = [rules[asker], rules[asked]]
    if sides[0].german == sides[1].german:
        raise InvalidInput(f"{asker} and {asked} cannot become partners in the programme: exactly one of them has to be German")
    for side in sides:
        if not side.eligible:
            raise InvalidInput(side.statement.text("en"))


async def _refuse_unwanted(reader: Reader, asker: str, asked: str) -> None:
    present = Compare(property="left", operator=Operator.EMPTY, value=True)
    members = (Linked(relation="members", node=_compare("id", town), link=present) for town in (asker, asked))
    lasting = Every(of=(*members, Compare(property="ended", operator=Operator.EMPTY, value=True), Negate(of=_compare("status", PartnershipStatus.ENDED))))
    unwilling = Every(of=(_compare("id", asked), Compare(property="opted_out", operator=Operator.EQ, value=True)))
    [[_, partnerships], [_, closed]] = await reader.select(
        Selection(shapes=(Shape(kind="partnership"),), filter=lasting, first=1), Selection(shapes=(Shape(kind="municipality"),), filter=unwilling)
    )
    if partnerships:
        raise InvalidInput(f"{asker} and {asked} are partners already: {partnerships[0][0]}")
    if closed:
        raise InvalidInput(f"{asked} does not want to be suggested to anybody, so it is not asked either")


async def _refuse_waiting(reader: Reader, asker: str, asked: str, today: datetime.date) -> None:
    for first, second in ((asker, asked), (asked, asker)):
        for found in await _between(reader, first, second, InterestStatus.OPEN):
            if found.open_on(today):
                raise Conflict(f"{first} has asked {second} already and waits for the answer: {found.id}")


async def _again(reader: Reader, note: Note, kind: str, record: str | None = None) -> str | None:
    """The record that was changed when this request came first. Raises Conflict where its key belongs to another change."""
    if again := await known(reader, note):
        refuse_other(note, again, kind, record)
    return again


# ── what is there ─────────────────────────────────────────────────────────────────────────────────────────────────────


def _compare(name: str, value: str) -> Filter:
    return Compare(property=name, operator=Operator.EQ, value=value)


async def _interests(reader: Reader, filter: Filter) -> list[_Interest]:
    ends = tuple(Wanted(relation=end, selection=Selection(shapes=(Shape(kind="municipality"),))) for end in ("asker", "asked"))
    shape = Shape(kind="interest", properties=("status", "expires_on"), links=ends)
    [[_, rows]] = await reader.select(Selection(shapes=(shape,), filter=filter))
    return [_Interest(id=row[0], status=InterestStatus(row[3][0]), expires_on=row[3][1], asker=row[4][0][1][0][0], asked=row[4][1][1][0][0]) for row in rows]


async def _between(reader: Reader, asker: str, asked: str, status: InterestStatus) -> list[_Interest]:
    ends = (Linked(relation="asker", node=_compare("id", asker)), Linked(relation="asked", node=_compare("id", asked)))
    return await _interests(reader, Every(of=(*ends, _compare("status", status))))


async def _visible(reader: Reader, viewer: Viewer, interest: str) -> _Interest:
    scope = viewer.scope("interest")
    found = await _interests(reader, Every(of=(_compare("id", interest), *([scope] if scope else []))))
    if not found:
        raise NotFound(interest)
    return found[0]
