"""Edits the network, one record or link at a time, by the same road as an import; every change leaves an entry in the audit log."""

from __future__ import annotations

import datetime
import uuid
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from typing import Any, cast

from graph_api.errors import Conflict, ImportRejected, InvalidInput, NotFound
from graph_api.model import PLURALS, Action, Link, Membership, kind_of, own_id, properties
from graph_api.operations.audit import Note, forget, known, refuse_stale, write_entry
from graph_api.operations.files import FILES, SEPARATOR, Column, format_cell
from graph_api.operations.imports import take_in
from graph_api.operations.names import forget_members_names, name_partnerships
from graph_api.operations.removals import (
    count_links,
    dependents,
    hierarchies,
    merged,
    move_links,
    partnerships_of,
    refuse_entangled,
    refuse_few,
    refuse_named,
)
from graph_api.operations.rights import parsed_id, refuse_log, require_delete, require_link, require_save
from graph_api.operations.states import State, link_states, state
from graph_api.storage.base import Reader, Store, Writer

__all__ = ["Editor", "Note", "Removal", "Saved", "known", "refuse_other"]


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

    def __init__(
        self,
        store: Store,
        *,
        now: Callable[[], datetime.datetime] = lambda: datetime.datetime.now(datetime.UTC),
        today: Callable[[], datetime.date] | None = None,
    ) -> None:
        self._store, self._now, self._today = store, now, today

    @property
    def reader(self) -> Reader:
        """The network as it is."""
        return self._store

    def today(self) -> datetime.date:
        """The day by which rules decide; in UTC where no other calendar was given."""
        return self._today() if self._today else self._now().date()

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
        changed = _changed(before, after)
        if changed:
            await self.log(tx, note, Action.SAVE, record, before, after)
        return Saved(id=record, created=before is None, changed=changed)

    async def join(self, tx: Writer, note: Note, link: type[Link], values: Mapping[str, Any]) -> str:
        """The same for a link with properties of its own; gives the id of the record it starts from."""
        file = FILES[str(link.ends.file)]
        source, target = _end(file.columns, file.sources, values), _end(file.columns, file.targets, values)
        keys = {n: p.default if values.get(n) is None else values[n] for n, p in properties(link).items() if p.key}
        before = await link_states(tx, link, source, target, keys)
        await _take_in(tx, file.stem, {n: _cell(n, v) for n, v in values.items()})
        after = await link_states(tx, link, source, target, keys)
        if before != after:
            await self._log_link(tx, note, Action.LINK, link, source, (before or [None])[0], after[0])
        return source

    async def save(self, note: Note, kind: str, values: Mapping[str, Any], *, if_revision: int | None = None) -> Saved:
        """Creates a record, or changes those columns of one that are given; `None` empties a column.

        Without an id a new one is made. Raises Conflict where the record was written after `if_revision`, or the key belongs to another
        change, InvalidInput that names every bad value, Forbidden.
        """
        record = parsed_id(kind, str(values.get("id") or uuid.uuid4().hex[:12]))
        async with self._store.transaction() as tx:
            before = await state(tx, record)
            await require_save(tx, note.viewer, record, before, values)
            if again := await known(tx, note):
                refuse_other(note, again, kind, record if values.get("id") else None)
                return Saved(id=again, created=False, changed=())
            if if_revision is not None:
                await refuse_stale(tx, record, if_revision)
            return await self.put(tx, note, record, values)

    async def link(self, note: Note, link: type[Link], values: Mapping[str, Any], *, if_revision: int | None = None) -> str:
        """Creates or changes a link with properties of its own; gives the id of the record it starts from.

        Raises Conflict where that record, or another such link of it, was written after `if_revision`.
        """
        file = FILES[str(link.ends.file)]
        async with self._store.transaction() as tx:
            source = _end(file.columns, file.sources, values)
            await require_link(tx, note.viewer, link, source)
            if again := await known(tx, note):
                refuse_other(note, again, str(kind_of(source)), source)
                return source
            if if_revision is not None:
                await refuse_stale(tx, source, if_revision)
            return await self.join(tx, note, link, values)

    async def unlink(self, note: Note, link: type[Link], values: Mapping[str, Any], *, if_revision: int | None = None) -> tuple[str, int]:
        """Removes a link by its ends and key properties; gives the id of the record it started from and how many went.

        Raises Conflict as `link` does, InvalidInput where the other end would have too few left, Forbidden.
        """
        file = FILES[str(link.ends.file)]
        source, target = _end(file.columns, file.sources, values), _end(file.columns, file.targets, values)
        keys = {n: values[n] for n, p in properties(link).items() if p.key and values.get(n) is not None}
        async with self._store.transaction() as tx:
            await require_link(tx, note.viewer, link, source)
            if again := await known(tx, note):
                refuse_other(note, again, str(kind_of(source)), source)
                return source, 0
            if if_revision is not None:
                await refuse_stale(tx, source, if_revision)
            before = await link_states(tx, link, source, target, keys)
            if before:
                await self._unlink(tx, link, source, target, keys)
            for was in before:
                await self._log_link(tx, note, Action.UNLINK, link, source, was, None)
        return source, len(before)

    async def _unlink(self, tx: Writer, link: type[Link], source: str, target: str, keys: Mapping[str, Any]) -> None:
        named = [target] if link is Membership else []
        await forget_members_names(tx, named)
        await tx.unlink(link, ["source", "target", *keys], [[source, target, *keys.values()]])
        await refuse_few(tx, link, target)
        await name_partnerships(tx, named)

    async def delete(self, note: Note, record: str, *, confirmed: bool, if_revision: int | None = None) -> Removal:
        """Removes a record with all that cannot be without it; unless confirmed, only says what would go. Of people the audit log forgets the data, too.

        Raises NotFound (for what the viewer does not see, too), Conflict where the record was written after `if_revision`, Forbidden,
        InvalidInput where others name the record.
        """
        async with self._store.transaction() as tx:
            await require_delete(tx, note.viewer, record)
            if if_revision is not None:
                await refuse_stale(tx, record, if_revision)
            await refuse_named(tx, record)
            records = await dependents(tx, record)
            links = await count_links(tx, records)
            if confirmed:
                await self._delete(tx, note, records)
        return Removal(records=tuple(records), links=links, done=confirmed)

    async def _delete(self, tx: Writer, note: Note, records: list[str]) -> None:
        states = [await state(tx, each) for each in records]
        left = [each for each in await partnerships_of(tx, records[0]) if each not in records]
        await forget_members_names(tx, left)
        await tx.delete(records)
        await name_partnerships(tx, left)
        people = [each for each in records if kind_of(each) == "expert"]
        await forget(tx, people)
        for each, was in zip(records, states, strict=True):
            await self.log(tx, note, Action.DELETE, each, None if each in people else was, None)

    async def merge(self, note: Note, keep: str, remove: str) -> Saved:
        """Makes two records of the same thing one: what `keep` lacks it gets from `remove`, with all its links; `remove` goes.

        The audit log has an entry for both. Raises InvalidInput where something needs both of them, NotFound, Forbidden.
        """
        note.viewer.require()
        refuse_log(keep, remove)
        kind = kind_of(keep)
        if kind is None or kind != kind_of(remove) or keep == remove:
            raise InvalidInput(f"{keep} and {remove} cannot be merged: two different records of one kind are needed")
        async with self._store.transaction() as tx:
            kept, gone = await state(tx, keep), await state(tx, remove)
            if kept is None or gone is None:
                raise NotFound(*(i for i, s in ((keep, kept), (remove, gone)) if s is None))
            await refuse_named(tx, remove)
            await refuse_entangled(tx, keep, remove)
            await self._merge(tx, kind, keep, remove, merged(kind, kept, gone))
            after = await state(tx, keep)
            await self.log(tx, note, Action.MERGE, keep, kept, after)
            await self.log(tx, note, Action.MERGE, remove, gone, {"merged_into": keep})
        return Saved(id=keep, created=False, changed=_changed(kept, after))

    async def _merge(self, tx: Writer, kind: str, keep: str, remove: str, values: Mapping[str, Any]) -> None:
        named = await partnerships_of(tx, remove)
        await forget_members_names(tx, named)
        await move_links(tx, kind, remove, keep)
        now = await state(tx, keep)
        await _take_in(tx, PLURALS[kind], _cells(kind, keep, now, {**hierarchies(kind, now or {}), **values}))
        await tx.delete([remove])
        await name_partnerships(tx, named)

    async def log(self, tx: Writer, note: Note, action: Action, record: str | None, before: State | None, after: State | None) -> None:
        """Writes an entry of the audit log."""
        await write_entry(tx, note, action, record, before, after, at=self._now())

    async def _log_link(self, tx: Writer, note: Note, action: Action, link: type[Link], source: str, before: State | None, after: State | None) -> None:
        """Notes a link with the record it starts from, which counts as written."""
        await tx.save(str(kind_of(source)), ["id", "revision"], [[source, await tx.revision() + 1]])
        was, now = ({"link": link.ends.file, **s} if s else None for s in (before, after))
        await self.log(tx, note, action, source, was, now)


def _changed(before: State | None, after: State | None) -> tuple[str, ...]:
    """Names of the columns that differ; all of them for a new record."""
    return tuple(n for n, value in (after or {}).items() if before is None or before[n] != value)


def refuse_other(note: Note, again: str, kind: str, record: str | None) -> None:
    """Raises Conflict where a key was used already for another record than this one (None: than one of this kind)."""
    if kind_of(again) != kind or record not in (None, again):
        raise Conflict(f"the key {note.key!r} was used already, for {again}; take a new key for each change")


# ── cells ─────────────────────────────────────────────────────────────────────────────────────────────────────────────


def _cell(name: str, value: Any) -> str:
    """The text of a value, as it would stand in a file. Raises InvalidInput for a list whose elements a cell cannot hold apart."""
    bad = next((str(e) for e in cast("list[Any]", value) if SEPARATOR in str(e)), None) if isinstance(value, list) else None
    if bad:
        raise InvalidInput(f"{name}: {bad[:40]!r} is not allowed: in a list, a text without {SEPARATOR}")
    return format_cell(cast("object", value)).strip()


def _cells(kind: str, record: str, before: State | None, values: Mapping[str, Any]) -> dict[str, str]:
    """The row that an import would have: the columns given, and of those that must be there what is there already."""
    columns = FILES[PLURALS[kind]].columns
    present = {n: before[n] for n, c in columns.items() if before and c.required and n != "id"}
    return {"id": own_id(record)} | {n: _cell(n, v) for n, v in {**present, **values}.items() if n != "id"}


async def _take_in(tx: Writer, stem: str, cells: Mapping[str, str]) -> None:
    try:
        await take_in(tx, [_Row(stem=stem, label=stem, cells=cells)])
    except ImportRejected as e:
        raise InvalidInput("; ".join(f"{c.column}: {c.problem}" if c.column else c.problem for c in e.cells)) from None


def _end(columns: Mapping[str, Column], names: tuple[str, ...], values: Mapping[str, Any]) -> str:
    given = [n for n in names if values.get(n)]
    if len(given) != 1:
        raise InvalidInput(f"exactly one of {', '.join(names)} is needed, {len(given)} are given")
    return parsed_id(str(columns[given[0]].kind), str(values[given[0]]))
