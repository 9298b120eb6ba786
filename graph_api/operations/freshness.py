"""What nobody has confirmed for long: a list of those to remind, and the end of people's data that nobody keeps up."""

from __future__ import annotations

import dataclasses
import datetime
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from graph_api.errors import InvalidInput
from graph_api.model import KINDS, Action, Focus
from graph_api.operations.audit import Note, forget
from graph_api.operations.changes import Editor
from graph_api.operations.interests import Interests, overdue
from graph_api.operations.rights import HOMES
from graph_api.operations.viewers import GUARDED, Role, Viewer
from graph_api.storage.base import Compare, Either, Every, Filter, Linked, Operator, Order, Reader, Selection, Shape, Wanted, Writer

STALE = 365
"""Days after which a record or a focus wants to be confirmed again."""
KEPT = 3 * 365
"""Days for which people's data is kept after somebody confirmed it."""
GRACE = 90
"""Days from a reminder to the deletion."""
GAP = 31
"""Days since the last daily work after which today's date is not believed: a clock may have jumped, and what was deleted by it is gone."""

DAILY = Viewer(role=Role.ADMIN, name="daily")
"""Who acts in the audit log when nobody does."""

KEPT_UP = ("municipality", "department", "expert", "stakeholder", "partnership")
"""Kinds that are looked through where none are named: what is true of them changes."""
_FOCUSED = tuple(kind for kind, cls in KINDS.items() if cls in Focus.ends.sources)


# ── what is stale ─────────────────────────────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True, kw_only=True)
class StaleFocus:
    """A focus that wants to be confirmed."""

    subject: str
    direction: str
    verified_on: str | None


@dataclass(frozen=True, kw_only=True)
class Stale:
    """A record of which something wants to be confirmed."""

    record: str
    verified_on: str | None
    itself: bool
    """Whether it is the record; else only some of its focuses."""
    focuses: tuple[StaleFocus, ...]


@dataclass(frozen=True, kw_only=True)
class StalePage:
    """Some of the records, in order of their ids."""

    records: tuple[Stale, ...]
    total: int
    more_before: bool
    """Whether the list goes on before them (told where `last` cut it)."""
    more_after: bool
    """Whether it goes on after them (told where `first` cut it)."""


@dataclass(frozen=True, kw_only=True)
class Window:
    """Which part of the list is wanted: so many from either end of what lies between two ids."""

    first: int | None = None
    last: int | None = None
    after: str | None = None
    before: str | None = None

    def selection(self) -> Mapping[str, Any]:
        """The same for a list in order of ids."""
        after, before = ((end, end) if end else None for end in (self.after, self.before))
        return {"first": self.first, "last": self.last if self.first is None else None, "after": after, "before": before}

    def cut(self, found: Sequence[Stale]) -> tuple[Sequence[Stale], bool, bool]:
        """The part of what was found, and whether the list goes on before and after it."""
        more_after = self.first is not None and len(found) > self.first
        kept = found[: self.first]
        more_before = self.last is not None and len(kept) > self.last
        return kept[len(kept) - self.last :] if more_before and self.last is not None else kept, more_before, more_after


def _older(day: datetime.date) -> Filter:
    """Never confirmed, or before a day."""
    return Either(of=(Compare(property="verified_on", operator=Operator.EMPTY, value=True), Compare(property="verified_on", operator=Operator.LT, value=day)))


async def stale(reader: Reader, viewer: Viewer, on: datetime.date, *, kinds: Sequence[str] | None = None, window: Window) -> StalePage:
    """Records of these kinds that are stale on a day, or have focuses that are: all for coordinators, a municipality's or an expert's own for them.

    Nobody else has any to confirm. Raises InvalidInput for kinds that nobody confirms.
    """
    limit = on - datetime.timedelta(days=STALE)
    wanted = sorted(set(kinds if kinds is not None else KEPT_UP))
    if strange := set(wanted) - (set(KINDS) - set(GUARDED)):
        raise InvalidInput(f"{', '.join(sorted(strange))} cannot be listed; allowed: {', '.join(k for k in KINDS if k not in GUARDED)}")
    scopes = {kind: _own(viewer, kind) for kind in wanted}
    cells = await reader.select(*(_stale(kind, scope, limit, window) for kind, scope in scopes.items())) if scopes else []
    found = sorted((_entry(row, limit) for _, rows in cells for row in rows), key=lambda entry: entry.record)
    kept, before, after = window.cut(found)
    return StalePage(records=tuple(kept), total=sum(cell[0] for cell in cells), more_before=before, more_after=after)


def _own(viewer: Viewer, kind: str) -> Filter:
    """The records of a kind that are the viewer's to confirm."""
    if viewer.coordinates:
        return Every(of=())
    if viewer.role is Role.EXPERT and viewer.expert:
        return Compare(property="id", operator=Operator.EQ, value=viewer.expert)
    if viewer.role is not Role.MUNICIPALITY or not viewer.municipality:
        return Either(of=())
    return _at_home(kind, viewer.municipality)


def _at_home(kind: str, municipality: str) -> Filter:
    """The records of a kind that belong to a municipality."""
    if kind == "municipality":
        return Compare(property="id", operator=Operator.EQ, value=municipality)
    home = HOMES.get(kind)
    return Linked(relation=home, node=_at_home(home, municipality)) if home else Either(of=())


def _stale(kind: str, scope: Filter, limit: datetime.date, window: Window) -> Selection:
    older = _older(limit)
    links = () if kind not in _FOCUSED else (_focuses(older),)
    some = Either(of=(older, Linked(relation="focuses", link=older))) if kind in _FOCUSED else older
    shape = Shape(kind=kind, properties=("verified_on",), links=links)
    return Selection(shapes=(shape,), filter=Every(of=(scope, some)), total=True, **window.selection())


def _focuses(older: Filter) -> Wanted:
    shapes = tuple(Shape(kind=kind) for kind, cls in KINDS.items() if cls in Focus.ends.targets)
    return Wanted(relation="focuses", selection=Selection(shapes=shapes), properties=("direction", "verified_on"), link=older)


def _entry(row: Sequence[Any], limit: datetime.date) -> Stale:
    [verified_on] = row[3]
    focuses = [focus for _, found in row[4] for focus in found]
    return Stale(
        record=row[0],
        verified_on=verified_on,
        itself=verified_on is None or verified_on < limit.isoformat(),
        focuses=tuple(StaleFocus(subject=f[0], direction=f[2][0], verified_on=f[2][1]) for f in focuses),
    )


# ── what is done every day ────────────────────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True, kw_only=True)
class Day:
    """What the daily work did, or would do: ids."""

    on: datetime.date
    expired: tuple[str, ...]
    """Interests that nobody answered in time."""
    reminded: tuple[str, ...]
    """People who have to be asked whether their data is still true; each stands here once."""
    deleted: tuple[str, ...]
    """People whose data was deleted."""
    written: bool
    last: datetime.date | None
    """When the work was done before; None where it never was."""

    @property
    def doubtful(self) -> bool:
        """Whether so much time has gone since that somebody should say that this clock is right."""
        return self.last is not None and (self.on - self.last).days > GAP


class Caretaker:
    """Does what is due every day: closes interests that nobody answered, reminds of people's data, deletes what nobody confirms.

    An expert's data is kept for three years from the day it was last confirmed. Then a reminder is written into the audit log, and 90
    days later the record is deleted with all its links, unless somebody has confirmed it. Data that was never confirmed is reminded of at
    once and counts from then. Nobody is deleted without a reminder 90 days old.
    """

    def __init__(self, editor: Editor) -> None:
        self._editor = editor

    async def due(self) -> Day:
        """What would be done today."""
        reader, today = self._editor.reader, self._editor.today()
        remind, delete = await _due(reader, today)
        return Day(on=today, expired=await overdue(reader, today), reminded=remind, deleted=delete, written=False, last=await _last(reader, today))

    async def day(self, *, confirmed: datetime.date | None = None) -> Day:
        """Does the work of today, in one transaction.

        Raises InvalidInput where it was last done so long ago that the clock may be wrong, unless the day is `confirmed`.
        """
        due = await self.due()
        _believe(due, confirmed)
        async with self._editor.transaction() as tx:
            expired = await Interests(self._editor).expire(tx, Note(viewer=DAILY, reason="nobody answered in time"), due.on)
            remind, delete = await _due(tx, due.on)
            for expert in remind:
                await self._editor.log(tx, Note(viewer=DAILY, reason="nobody has confirmed it for three years"), Action.REMIND, expert, None, None)
            await self._forget(tx, delete)
            counts = {"closed": len(expired), "reminded": len(remind), "deleted": len(delete)}
            await self._editor.log(tx, Note(viewer=DAILY), Action.DAILY, None, None, counts)
        return dataclasses.replace(due, expired=expired, reminded=remind, deleted=delete, written=True)

    async def _forget(self, tx: Writer, experts: Sequence[str]) -> None:
        """Deletes people's records, and what the audit log says of them."""
        if not experts:
            return
        await tx.delete(experts)
        await forget(tx, experts)
        for expert in experts:
            await self._editor.log(tx, Note(viewer=DAILY, reason="nobody confirmed it after the reminder"), Action.DELETE, expert, None, None)


def _believe(day: Day, confirmed: datetime.date | None) -> None:
    """Raises InvalidInput where another day was confirmed than it is, or none and the day is doubtful."""
    if confirmed not in (None, day.on):
        raise InvalidInput(f"today is not {confirmed}: by this machine's clock it is {day.on}")
    if confirmed is None and day.doubtful:
        raise InvalidInput(
            f"the daily work was last done on {day.last}, and by this machine's clock it is {day.on}; if that is true: partnergraph daily --today {day.on}"
        )


async def _last(reader: Reader, today: datetime.date) -> datetime.date | None:
    """The day of the newest entry that the daily work left in the audit log; one from a clock that was ahead does not count."""
    past = Compare(property="at", operator=Operator.LT, value=(today + datetime.timedelta(days=1)).isoformat())
    ours = Every(of=(Compare(property="actor", operator=Operator.EQ, value=DAILY.name), past))
    shape = Shape(kind="change", properties=("at",))
    [[_, rows]] = await reader.select(Selection(shapes=(shape,), filter=ours, order=Order(property="at", descending=True), first=1))
    return datetime.date.fromisoformat(rows[0][3][0][:10]) if rows else None


async def _due(reader: Reader, today: datetime.date) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Experts to remind today, and experts to delete."""
    limit = today - datetime.timedelta(days=KEPT)
    reminders = Every(
        of=(Compare(property="action", operator=Operator.EQ, value=Action.REMIND), Compare(property="actor", operator=Operator.EQ, value=DAILY.name))
    )
    [[_, people], [_, entries]] = await reader.select(
        Selection(shapes=(Shape(kind="expert", properties=("verified_on",)),), filter=_older(limit + datetime.timedelta(days=1))),
        Selection(shapes=(Shape(kind="change", properties=("record", "at")),), filter=reminders),
    )
    reminded: dict[str, list[str]] = {}
    for _, _, _, (record, at), _ in entries:
        reminded.setdefault(record, []).append(at[:10])
    fates = [(row[0], _fate(row[3][0], reminded.get(row[0], []), today)) for row in people]
    return tuple(i for i, fate in fates if fate == "remind"), tuple(i for i, fate in fates if fate == "delete")


def _fate(verified_on: str | None, reminders: Sequence[str], today: datetime.date) -> str | None:
    """What is due for a person whose data is too old: a reminder, the deletion, or nothing yet."""
    told = min((day for day in reminders if verified_on is None or day > verified_on), default=None)
    if told is None:
        return "remind"
    since = datetime.date.fromisoformat(told)
    kept = GRACE if verified_on else KEPT + GRACE
    return "delete" if today - since >= datetime.timedelta(days=kept) else None
