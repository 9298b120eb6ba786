"""Edits the network, one record or link at a time, by the same road as an import; every change leaves an entry in the audit log."""

from __future__ import annotations

import datetime
import uuid
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from typing import Any, cast

import orjson

from graph_api.errors import Conflict, ImportRejected, InvalidInput, NotFound
from graph_api.model import KINDS, LINKS, PLURALS, Action, Attendance, Focus, Link, Node, Relation, Step, kind_name, kind_of, own_id, properties, relations
from graph_api.operations.files import FILES, Column, format_cell, parse_id
from graph_api.operations.imports import take_in
from graph_api.operations.viewers import Role, Viewer
from graph_api.storage.base import Compare, Filter, Operator, Reader, Selection, Shape, Store, Wanted, Writer

State = Mapping[str, Any]
"""A record by column: its properties, and for each column of links the ids they lead to."""


@dataclass(frozen=True, kw_only=True)
class Note:
    """What goes into the audit log with a change."""

    viewer: Viewer
    reason: str | None = None
    key: str | None = None
    """A key of the caller's: a request that comes again with the same key is not carried out again."""


@dataclass(frozen=True, kw_only=True)
class Saved:
    """What a save did."""

    id: str
    created: bool
    changed: tuple[str, ...]
    """Names of the columns that have another value than before."""


@dataclass(frozen=True, kw_only=True)
class Removal:
    """What a deletion takes with it, or would take."""

    records: tuple[str, ...]
    """Ids of the records that go: the one named first, then those that cannot be without it."""
    links: Mapping[str, int]
    """Number of links that go, by name of the link."""
    done: bool


@dataclass(frozen=True)
class _Row:
    """A table of one row."""

    stem: str
    label: str
    cells: Mapping[str, str]

    def rows(self) -> Iterator[tuple[int, list[str]]]:
        yield 1, list(self.cells)
        yield 2, list(self.cells.values())


class Editor:
    """Changes the network for viewers who may."""

    def __init__(self, store: Store, *, now: Callable[[], datetime.datetime] = lambda: datetime.datetime.now(datetime.UTC)) -> None:
        self._store, self._now = store, now

    @property
    def reader(self) -> Reader:
        """The network as it is."""
        return self._store

    def today(self) -> datetime.date:
        """The day in UTC."""
        return self._now().date()

    def transaction(self) -> AbstractAsyncContextManager[Writer]:
        """A unit of writing for `put` and `join`: all or nothing."""
        return self._store.transaction()

    async def put(self, tx: Writer, note: Note, record: str, values: Mapping[str, Any]) -> Saved:
        """Writes columns of a record within a transaction and notes it in the audit log; whoever calls has seen to the rights.

        Raises InvalidInput that names every bad value.
        """
        kind, before = str(kind_of(record)), await state(tx, record)
        await _take_in(tx, PLURALS[kind], _cells(kind, record, before, values))
        after = await state(tx, record)
        changed = tuple(n for n in after or {} if before is None or before[n] != (after or {})[n])
        if changed:
            await self.log(tx, note, Action.SAVE, record, before, after)
        return Saved(id=record, created=before is None, changed=changed)

    async def join(self, tx: Writer, note: Note, link: type[Link], values: Mapping[str, Any]) -> str:
        """The same for a link with properties of its own; gives the id of the record it starts from."""
        file = FILES[str(link.ends.file)]
        source = _end(file.columns, file.sources, values)
        await _take_in(tx, file.stem, {n: format_cell(v) for n, v in values.items()})
        await tx.save(str(kind_of(source)), ["id", "revision"], [[source, await tx.revision() + 1]])
        await self.log(tx, note, Action.LINK, source, None, {"link": file.stem, **values})
        return source

    async def save(self, note: Note, kind: str, values: Mapping[str, Any], *, if_revision: int | None = None) -> Saved:
        """Creates a record, or changes those columns of one that are given; `None` empties a column.

        Without an id a new one is made. Raises Conflict where the record was written after `if_revision`, InvalidInput that
        names every bad value, Forbidden.
        """
        record = _id(kind, str(values.get("id") or uuid.uuid4().hex[:12]))
        async with self._store.transaction() as tx:
            if again := await known(tx, note):
                return Saved(id=again, created=False, changed=())
            before = await state(tx, record)
            note.viewer.require(*ROLES.get(kind, ()), municipality=await _owner(tx, record, before, values), expert=None if _LINKED & set(values) else record)
            if if_revision is not None:
                await _refuse_stale(tx, record, before, if_revision)
            return await self.put(tx, note, record, values)

    async def link(self, note: Note, link: type[Link], values: Mapping[str, Any]) -> str:
        """Creates or changes a link with properties of its own; gives the id of the record it starts from."""
        file = FILES[str(link.ends.file)]
        async with self._store.transaction() as tx:
            source = _end(file.columns, file.sources, values)
            await _require_link(tx, note.viewer, link, source)
            return source if await known(tx, note) else await self.join(tx, note, link, values)

    async def unlink(self, note: Note, link: type[Link], values: Mapping[str, Any]) -> tuple[str, int]:
        """Removes a link by its ends and key properties; gives the id of the record it started from and how many went."""
        file = FILES[str(link.ends.file)]
        source, target = _end(file.columns, file.sources, values), _end(file.columns, file.targets, values)
        keys = {n: values[n] for n, p in properties(link).items() if p.key and n in values}
        async with self._store.transaction() as tx:
            await _require_link(tx, note.viewer, link, source)
            gone = await tx.unlink(link, ["source", "target", *keys], [[source, target, *keys.values()]])
            if gone:
                await tx.save(str(kind_of(source)), ["id", "revision"], [[source, await tx.revision() + 1]])
                await self.log(tx, note, Action.UNLINK, source, {"link": file.stem, **values}, None)
        return source, gone

    async def delete(self, note: Note, record: str, *, confirmed: bool) -> Removal:
        """Removes a record with all that cannot be without it; unless confirmed, only says what would go."""
        async with self._store.transaction() as tx:
            before = await state(tx, record)
            if before is None:
                raise NotFound(record)
            note.viewer.require(
                *ROLES.get(str(kind_of(record)), ()), municipality=await _owner(tx, record, before, {}) if kind_of(record) != "municipality" else None
            )
            records = await _dependents(tx, record)
            links = await _links_of(tx, records)
            if confirmed:
                states = [await state(tx, each) for each in records]
                await tx.delete(records)
                for each, was in zip(records, states, strict=True):
                    await self.log(tx, note, Action.DELETE, each, was, None)
        return Removal(records=tuple(records), links=links, done=confirmed)

    async def merge(self, note: Note, keep: str, remove: str) -> Saved:
        """Makes two records of the same thing one: what `keep` lacks it gets from `remove`, with all its links; `remove` goes."""
        note.viewer.require()
        kind = kind_of(keep)
        if kind is None or kind != kind_of(remove) or keep == remove:
            raise InvalidInput(f"{keep} and {remove} cannot be merged: two different records of one kind are needed")
        async with self._store.transaction() as tx:
            kept, gone = await state(tx, keep), await state(tx, remove)
            if kept is None or gone is None:
                raise NotFound(*(i for i, s in ((keep, kept), (remove, gone)) if s is None))
            await _move_links(tx, kind, remove, keep)
            merged = _merged(kind, kept, gone)
            await _take_in(tx, PLURALS[kind], _cells(kind, keep, kept, merged))
            await tx.delete([remove])
            after = await state(tx, keep)
            await self.log(tx, note, Action.MERGE, keep, {"kept": kept, "removed": gone}, after)
        return Saved(id=keep, created=False, changed=tuple(merged))

    async def log(self, tx: Writer, note: Note, action: Action, record: str, before: State | None, after: State | None) -> None:
        """Writes an entry of the audit log."""
        entry = {
            "id": f"change:{uuid.uuid4().hex}",
            "revision": await tx.revision() + 1,
            "at": self._now().isoformat(timespec="milliseconds"),
            "actor": note.viewer.name or note.viewer.role.value,
            "action": action,
            "record": record,
            "before": _text(before),
            "after": _text(after),
            "reason": note.reason,
            "key": note.key,
        }
        await tx.save("change", list(entry), [list(entry.values())])


# ── states ────────────────────────────────────────────────────────────────────────────────────────────────────────────


def _text(state: State | None) -> str | None:
    return None if state is None else orjson.dumps(state, default=str).decode()


def relation_of(kind: type[Node], step: Step) -> Relation:
    """The relation of a kind that goes one way along a link."""
    return next(r for r in relations(kind).values() if r.steps == (step,))


def _is(name: str, value: str) -> Filter:
    return Compare(property=name, operator=Operator.EQ, value=value)


async def state(reader: Reader, record: str) -> State | None:
    """A record as its file's columns show it; None where there is none."""
    kind = kind_of(record)
    if kind is None:
        return None
    columns = [c for c in FILES[PLURALS[kind]].columns.values() if c.name != "id"]
    own, linked = [c for c in columns if c.property], [c for c in columns if c.step]
    ends = tuple(Wanted(relation=relation_of(KINDS[kind], c.step).name, selection=Selection(shapes=(Shape(kind=str(c.kind)),))) for c in linked if c.step)
    shape = Shape(kind=kind, properties=tuple(c.name for c in own), links=ends)
    [[_, rows]] = await reader.select(Selection(shapes=(shape,), filter=_is("id", record)))
    if not rows:
        return None
    values = dict(zip((c.name for c in own), rows[0][3], strict=True))
    return values | {c.name: sorted(end[0] for end in cell[1]) for c, cell in zip(linked, rows[0][4], strict=True)}


def _cells(kind: str, record: str, before: State | None, values: Mapping[str, Any]) -> dict[str, str]:
    """The row that an import would have: the columns given, and of those that must be there what is there already."""
    columns = FILES[PLURALS[kind]].columns
    known = {n: before[n] for n, c in columns.items() if before and c.required and n != "id"}
    return {"id": own_id(record)} | {n: format_cell(v) for n, v in {**known, **values}.items() if n != "id"}


def _id(kind: str, text: str) -> str:
    """The network-wide id; raises InvalidInput for what cannot be one."""
    try:
        return parse_id(kind, text)
    except ValueError as e:
        raise InvalidInput(f"id: {e}") from None


async def _take_in(tx: Writer, stem: str, cells: Mapping[str, str]) -> None:
    try:
        await take_in(tx, [_Row(stem=stem, label=stem, cells=cells)])
    except ImportRejected as e:
        raise InvalidInput("; ".join(f"{c.column}: {c.problem}" if c.column else c.problem for c in e.cells)) from None


async def known(reader: Reader, note: Note) -> str | None:
    """The record that was changed when this request came first."""
    if not note.key:
        return None
    [[_, rows]] = await reader.select(Selection(shapes=(Shape(kind="change", properties=("record", "actor")),), filter=_is("key", note.key)))
    return next((row[3][0] for row in rows if row[3][1] == (note.viewer.name or note.viewer.role.value)), None)


async def _refuse_stale(reader: Reader, record: str, before: State | None, if_revision: int) -> None:
    if before is None:
        raise Conflict(f"{record} is not there any more")
    shape = Shape(kind=str(kind_of(record)), properties=("revision",))
    later = Selection(shapes=(Shape(kind="change", properties=("at", "actor", "action", "before", "after", "revision")),), filter=_is("record", record))
    [[_, rows], [_, changes]] = await reader.select(Selection(shapes=(shape,), filter=_is("id", record)), later)
    if rows[0][3][0] == if_revision:
        return
    told = [_told(*row[3][:5]) for row in sorted(changes, key=lambda r: r[3][0]) if row[3][5] > if_revision]
    raise Conflict(f"{record} was written after revision {if_revision}, it is at {rows[0][3][0]} now: {'; '.join(told) or 'by an import'}")


def _told(at: str, actor: str, action: str, before: str | None, after: str | None) -> str:
    was: dict[str, Any] = orjson.loads(before) if before else {}
    now: dict[str, Any] = orjson.loads(after) if after else {}
    fields = ", ".join(f"{n}: {was.get(n)!r} → {now[n]!r}" for n in now if was.get(n) != now[n])
    return f"{action} by {actor} at {at} ({fields})"


# ── rights ────────────────────────────────────────────────────────────────────────────────────────────────────────────

HOMES: Mapping[str, tuple[str, ...]] = {
    "municipality": (),
    "department": ("municipality",),
    "expert": ("department", "municipality"),
    "stakeholder": ("municipality",),
}
"""The way from a record to the municipality it belongs to."""


ROLES: Mapping[str, tuple[Role, ...]] = {"event": (Role.ORGANISER,)}
"""Who may change records of a kind, beside those who coordinate and the municipality they belong to."""

_LINKED = frozenset({"department", "stakeholder"})
"""Columns that say where an expert belongs: not theirs to change."""


async def _require_link(reader: Reader, viewer: Viewer, link: type[Link], source: str) -> None:
    """A municipality says itself what it focuses on; who takes part in what is for others to say."""
    roles = (Role.ORGANISER,) if link is Attendance else ()
    viewer.require(*roles, municipality=await _owner(reader, source, None, {}) if link is Focus else None)


async def _owner(reader: Reader, record: str, before: State | None, values: Mapping[str, Any]) -> str | None:
    """Id of the municipality whose people may change the record: the present one, or for a new record the one it is to have."""
    kind = str(kind_of(record))
    way = HOMES.get(kind)
    if way is None:
        return None
    if not way:
        return record
    first: Any = (before[way[0]] if before else None) or values.get(way[0])
    nearest: Any = next(iter(cast("list[Any]", first)), None) if isinstance(first, list) else first
    if before is None and not nearest and (known := await state(reader, record)):
        return await _owner(reader, record, known, values)
    return await _owner(reader, _id(way[0], str(nearest)), None, {}) if nearest else None


# ── what hangs together ───────────────────────────────────────────────────────────────────────────────────────────────


def _end(columns: Mapping[str, Column], names: tuple[str, ...], values: Mapping[str, Any]) -> str:
    given = [n for n in names if values.get(n)]
    if len(given) != 1:
        raise InvalidInput(f"exactly one of {', '.join(names)} is needed, {len(given)} are given")
    return _id(str(columns[given[0]].kind), str(values[given[0]]))


async def _dependents(reader: Reader, record: str) -> list[str]:
    """The record and, after it, all that cannot be without it."""
    found, waiting = [record], [record]
    while waiting:
        node = waiting.pop()
        for link in LINKS:
            ends = link.ends
            if ends.least and KINDS[str(kind_of(node))] in ends.sources:
                for other, left in await _needy(reader, node, link):
                    if left - 1 < ends.least and other not in found:
                        found.append(other)
                        waiting.append(other)
    return found


async def _needy(reader: Reader, node: str, link: type[Link]) -> list[tuple[str, int]]:
    """Records at the other end that need this link, and how many of it each has."""
    kind, target = KINDS[str(kind_of(node))], link.ends.targets[0]
    back = Wanted(
        relation=relation_of(target, Step(link=link, forward=False)).name,
        selection=Selection(shapes=tuple(Shape(kind=kind_name(s)) for s in link.ends.sources)),
    )
    on = Wanted(relation=relation_of(kind, Step(link=link, forward=True)).name, selection=Selection(shapes=(Shape(kind=kind_name(target), links=(back,)),)))
    [[_, rows]] = await reader.select(Selection(shapes=(Shape(kind=kind_name(kind), links=(on,)),), filter=_is("id", node)))
    others: list[Any] = rows[0][4][0][1] if rows else []
    return [(row[0], len(row[4][0][1])) for row in others]


async def _links_of(reader: Reader, records: list[str]) -> dict[str, int]:
    """Number of links that these records have, by name of the relation."""
    found: dict[str, int] = {}
    for record in records:
        kind = str(kind_of(record))
        names = [r for r in relations(KINDS[kind]).values() if len(r.steps) == 1]
        wanted = tuple(Wanted(relation=r.name, selection=Selection(shapes=tuple(Shape(kind=t) for t in r.targets), first=0, total=True)) for r in names)
        [[_, rows]] = await reader.select(Selection(shapes=(Shape(kind=kind, links=wanted),), filter=_is("id", record)))
        for relation, cell in zip(names, rows[0][4], strict=True):
            if cell[0]:
                found[relation.name] = found.get(relation.name, 0) + cell[0]
    return found


async def _move_links(tx: Writer, kind: str, old: str, new: str) -> None:
    """Gives a record all links of another, with their properties; where both have the same one, the present one stays."""
    ways = [(r, r.steps[0]) for r in relations(KINDS[kind]).values() if len(r.steps) == 1]
    for relation, step in ways:
        names = tuple(properties(step.link))
        wanted = Wanted(relation=relation.name, selection=Selection(shapes=tuple(Shape(kind=t) for t in relation.targets)), properties=names)
        cells = await tx.select(*(Selection(shapes=(Shape(kind=kind, links=(wanted,)),), filter=_is("id", node)) for node in (old, new)))
        theirs, ours = (cell[1][0][4][0][1] for cell in cells)
        present = {row[0] for row in ours}
        moved = [row for row in theirs if row[0] not in present and row[0] != new]
        await tx.link(step.link, ["source", "target", *names], [[*((new, row[0]) if step.forward else (row[0], new)), *row[2]] for row in moved])


def _merged(kind: str, kept: State, gone: State) -> dict[str, Any]:
    """The columns that a record gets from another: what it lacks, and the other's names."""
    merged = {n: v for n, v in gone.items() if v not in (None, [], "") and kept[n] in (None, [], "") and not isinstance(v, list)}
    if "names" in properties(KINDS[kind]):
        names = dict.fromkeys([*kept["names"], gone["name"], *gone["names"]])
        merged["names"] = [n for n in names if n != kept["name"]]
    return merged
