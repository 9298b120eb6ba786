"""Backups: the whole network in one archive, while others work with it, and back into a store of whatever engine."""

from __future__ import annotations

import contextlib
import itertools
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from graph_api.errors import InvalidInput
from graph_api.model import KINDS, Link, Relation, kind_name, link_name, properties, relations
from graph_api.operations.archives import Archive, Row, Section, Sink, heading, writing
from graph_api.storage.base import Position, Reader, Selection, Shape, Store, Wanted, Writer
from graph_api.storage.migrations import MIGRATIONS, Migrations

READ = 1_000
"""Records that are read at once."""
WRITTEN = 5_000
"""Rows that are written at once."""

Progress = Callable[[str, int, int], None]
"""Is told what is being done (`reading`, `checking`, `writing`), how many rows more of it, and of how many in all (0: that is not known)."""


@dataclass(frozen=True, kw_only=True)
class BackupReport:
    """What is in a backup: rows by name of kind and link, and the network's revision of which it is."""

    rows: dict[str, int]
    revision: int


@dataclass(frozen=True, kw_only=True)
class RestoreReport:
    """What was restored: rows by name of kind and link, when and by which version of the program the backup was made.

    `revision` is the store's after it: greater than the backup's and than the store's own before.
    """

    rows: dict[str, int]
    made_at: str
    program: str
    revision: int


class _Overtaken(Exception):
    """Somebody wrote while the network was read."""


def _silent(_stage: str, _rows: int, _of: int) -> None:
    """Shows no progress."""


# ── out ───────────────────────────────────────────────────────────────────────────────────────────────────────────────


async def back_up(store: Store, path: Path, *, progress: Progress = _silent) -> BackupReport:
    """Writes all records and links of one moment, the audit log among them, into an archive. An older file goes when the new one is whole.

    Others read and write meanwhile. Where somebody has written, all is read a second time, and writers may have to wait (see
    `Store.moment`). Memory does not grow with the network. Raises InvalidInput where the file cannot be written.
    """
    try:
        return await _written(store, path, progress)
    except _Overtaken:
        async with store.moment() as reader:
            return await _written(reader, path, progress)


async def _written(reader: Reader, path: Path, progress: Progress) -> BackupReport:
    revision, counts = await reader.revision(), {kind: await reader.count(kind) for kind in KINDS}
    kinds, count = [kind for kind in KINDS if counts[kind]], sum(counts.values())
    with writing(path) as file:
        sink = Sink(file, heading(revision=revision, nodes=count))
        for pour in (_pour_nodes, _pour_links):
            for kind in kinds:
                await pour(reader, kind, sink, lambda rows: progress("reading", rows, 2 * count))
        sink.end()
        if await reader.revision() != revision:
            raise _Overtaken
    return BackupReport(rows=dict(sink.counts), revision=revision)


async def _pour_nodes(reader: Reader, kind: str, sink: Sink, progress: Callable[[int], None]) -> None:
    own = tuple(name for name in properties(KINDS[kind]) if name != "id")
    async for page in _pages(reader, Shape(kind=kind, properties=own)):
        sink.add(KINDS[kind], [[row[0], *row[3]] for row in page])
        progress(len(page))


async def _pour_links(reader: Reader, kind: str, sink: Sink, progress: Callable[[int], None]) -> None:
    """The links that start from nodes of a kind."""
    leaving = {step.link: relation for relation in relations(KINDS[kind]).values() for step in relation.steps[:1] if relation.link and step.forward}
    wanted = tuple(_along(link, relation) for link, relation in leaving.items())
    if not wanted:
        return
    async for page in _pages(reader, Shape(kind=kind, links=wanted)):
        for place, link in enumerate(leaving):
            sink.add(link, [[row[0], other[0], *other[2]] for row in page for other in row[4][place][1]])
        progress(len(page))


def _along(link: type[Link], relation: Relation) -> Wanted:
    selection = Selection(shapes=tuple(Shape(kind=kind) for kind in relation.targets))
    return Wanted(relation=relation.name, selection=selection, properties=tuple(properties(link)))


async def _pages(reader: Reader, shape: Shape) -> AsyncIterator[Sequence[list[Any]]]:
    """All nodes of a shape, in order of id."""
    after: Position | None = None
    more = True
    while more:
        [[_, rows]] = await reader.select(Selection(shapes=(shape,), first=READ, after=after))
        more, page = len(rows) > READ, rows[:READ]
        yield page
        after = (page[-1][1], page[-1][0]) if page else None


# ── in ────────────────────────────────────────────────────────────────────────────────────────────────────────────────


async def restore(store: Store, path: Path, *, replace: bool = False, progress: Progress = _silent, migrations: Migrations = MIGRATIONS) -> RestoreReport:
    """Takes an archive into an empty store, all of it or nothing (see `Store.filling`); with `replace` what the store has goes in one transaction with it.

    One of an older format is brought up by the `migrations`. The archive is read to its end before anything is written, and again while it
    is. Raises InvalidInput where it is damaged, not ours or of a newer program, and where the store is not empty; then nothing has changed.
    """
    archive = Archive(path, migrations=migrations)
    head = archive.check(lambda rows: progress("checking", rows, 0))
    rows: dict[str, int] = {}
    await store.discard()
    async with _emptied(store) if replace else _empty(store) as tx:
        for section in archive.sections():
            name = link_name(section.declared) if issubclass(section.declared, Link) else kind_name(section.declared)
            for batch in _batches(section.rows):
                await _take(tx, section, batch)
                rows[name] = rows.get(name, 0) + len(batch)
                progress("writing", len(batch), 0)
        await tx.advance(head.revision)
    return RestoreReport(rows=rows, made_at=head.made_at, program=head.program, revision=await store.revision())


@contextlib.asynccontextmanager
async def _emptied(store: Store) -> AsyncGenerator[Writer]:
    """A transaction in which nothing is left of what the store had."""
    async with store.transaction() as tx:
        await tx.clear()
        yield tx


@contextlib.asynccontextmanager
async def _empty(store: Store) -> AsyncGenerator[Writer]:
    """What fills the store, if there is nothing in it."""
    async with store.filling() as tx:
        if count := sum([await tx.count(kind) for kind in KINDS]):
            raise InvalidInput(f"the store is not empty, it has {count:,} records; with --replace they go and the backup takes their place")
        yield tx


async def _take(tx: Writer, section: Section, rows: Sequence[Row]) -> None:
    if issubclass(section.declared, Link):
        await tx.link(section.declared, section.columns, rows)
    else:
        await tx.save(kind_name(section.declared), section.columns, rows)


def _batches(rows: Iterator[Row]) -> Iterator[list[Row]]:
    return iter(lambda: list(itertools.islice(rows, WRITTEN)), [])
