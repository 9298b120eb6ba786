"""Takes tables into the network: checks every cell first, then writes all of it in one transaction or nothing."""

from __future__ import annotations

import asyncio
import datetime
import graphlib
import itertools
from collections import defaultdict
from collections.abc import AsyncIterator, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

import seeds
from graph_api.model import Action, Link, Membership, Scalar, kind_of, own_id
from graph_api.operations.audit import COMMAND_LINE, Note, write_entry
from graph_api.operations.names import forget_members_names, name_partnerships
from graph_api.operations.sheets import Sheet, open_sheets
from graph_api.operations.tables import BATCH, MOST_BAD_CELLS, Findings, Progress, ReadTable, Table, check_table, read_headers, records_of
from graph_api.storage.base import Compare, Operator, Reader, Selection, Shape, Store, Writer

__all__ = ["MOST_BAD_CELLS", "ImportReport", "check_against", "foundations", "import_files", "take_in"]

FOUNDATIONS = ("countries", "sdg_goals", "sdg_targets", "topics")
"""Files with the lists that everything else names."""

T = TypeVar("T")


@dataclass(frozen=True, kw_only=True)
class ImportReport:
    """What an import took in: rows by file stem (several sheets of one stem together), and the network's revision after it."""

    rows: dict[str, int]
    written: bool
    revision: int


async def import_files(
    store: Store, paths: Iterable[Path], *, dry_run: bool = False, note: Note = COMMAND_LINE, progress: Progress = lambda _stage, _rows: None
) -> ImportReport:
    """Imports CSV and XLSX files; the audit log gets one entry with the number of rows by file.

    Into a network without countries, the lists that others name (countries, goals, targets, topics) come first, from the
    reference we bring along. With `dry_run` nothing is written. Raises ImportRejected with every bad cell (the first thousand of them); then nothing
    was written either.
    """
    if not dry_run:
        await store.discard()
    with open_sheets(paths) as sheets, open_sheets(await foundations(store, sheets)) as lists:
        tables, findings = await asyncio.to_thread(_checked, [*lists, *sheets], progress)
        if dry_run:
            await check_against(store, findings)
            findings.refuse()
        else:
            async with store.filling() as tx:
                await _write(tx, tables, findings, progress)
                await write_entry(tx, note, Action.IMPORT, None, None, {"rows": findings.rows}, at=datetime.datetime.now(datetime.UTC))
    return ImportReport(rows=dict(findings.rows), written=not dry_run, revision=await store.revision())


def _checked(sheets: Sequence[Table], progress: Progress) -> tuple[list[ReadTable], Findings]:
    tables, findings = read_headers(sheets)
    for table in tables:
        check_table(table, findings, progress)
    findings.refuse()
    return tables, findings


async def take_in(tx: Writer, sheets: Sequence[Table]) -> None:
    """Checks and writes small tables within a transaction; raises ImportRejected with every bad cell before anything is written."""
    tables, findings = _checked(sheets, lambda _stage, _rows: None)
    await _write(tx, tables, findings, lambda _stage, _rows: None)


async def _write(tx: Writer, tables: Sequence[ReadTable], findings: Findings, progress: Progress) -> None:
    await check_against(tx, findings)
    findings.refuse()
    for table in tables:
        if table.file.kind:
            await _write_nodes(tx, table, progress)
    for table in tables:
        await _write_links(tx, table, progress)


async def foundations(store: Reader, sheets: Sequence[Sheet]) -> list[Path]:
    """The lists without which nothing can be imported, as far as neither the network nor the import has them."""
    if await store.count("country"):
        return []
    brought = {sheet.stem for sheet in sheets}
    return [path for path in seeds.files("reference") if path.stem in FOUNDATIONS and path.stem not in brought]


# ── what only the network can tell ────────────────────────────────────────────────────────────────────────────────────


async def check_against(reader: Reader, findings: Findings) -> None:
    """Notes what the tables name and neither they nor the network have, and what leads back to where it began."""
    missing = [i for i in findings.named if i not in findings.here]
    for some in _batched(missing, BATCH):
        known = await _existing(reader, some)
        for record in some:
            if record not in known:
                file, line, column = findings.named[record]
                findings.report(file, line, column, f"there is no {kind_of(record)} {own_id(record)!r}, neither in these files nor in the network")
    for link, edges in findings.hierarchy.items():
        await _check_hierarchy(reader, link, edges, findings)


async def _existing(reader: Reader, ids: Sequence[str]) -> set[str]:
    kinds = dict.fromkeys(kind for i in ids if (kind := kind_of(i)))
    wanted = [
        Selection(shapes=(Shape(kind=kind),), filter=Compare(property="id", operator=Operator.IN, value=tuple(i for i in ids if kind_of(i) == kind)))
        for kind in kinds
    ]
    return {row[0] for _, rows in await reader.select(*wanted) for row in rows}


async def _check_hierarchy(reader: Reader, link: type[Link], edges: dict[str, tuple[str, ...]], findings: Findings) -> None:
    snapshot = await reader.snapshot({}, {link: ()})
    columns = snapshot.links[link].values
    graph: dict[str, list[str]] = defaultdict(list)
    for source, target in zip(columns["source"], columns["target"], strict=True):
        if source not in edges:
            graph[str(source)].append(str(target))
    graph |= {source: list(targets) for source, targets in edges.items()}
    try:
        graphlib.TopologicalSorter(graph).prepare()
    except graphlib.CycleError as e:
        cycle: list[str] = e.args[1][:0:-1]
        at = next(place for place, node in enumerate(cycle) if node in edges)
        way = [*cycle[at:], *cycle[:at], cycle[at]]
        findings.report(*findings.here[way[0]], str(link.ends.source_column), "leads back to where it began: " + " > ".join(map(own_id, way)))


# ── writing ───────────────────────────────────────────────────────────────────────────────────────────────────────────


def _batched(rows: Iterable[T], size: int) -> Iterator[list[T]]:
    left = iter(rows)
    while batch := list(itertools.islice(left, size)):
        yield batch


async def _batches(table: ReadTable) -> AsyncIterator[list[list[Scalar]]]:
    """The values of a table's rows, some at a time. Large tables are read in a thread: whoever else asks meanwhile does not wait."""
    batches = _batched((values for _, values in records_of(table)), BATCH)
    while batch := await asyncio.to_thread(next, batches, list[list[Scalar]]()):
        yield batch


async def _write_nodes(tx: Writer, table: ReadTable, progress: Progress) -> None:
    own = [i for i, c in enumerate(table.columns) if c.property and c.name != "id"]
    key = table.position("id")
    names, revision = ["id", "revision", *(table.columns[i].name for i in own)], await tx.revision() + 1
    async for batch in _batches(table):
        await tx.save(str(table.file.kind), names, [[values[key], revision, *(values[i] for i in own)] for values in batch])
        progress("write", len(batch))


async def _write_links(tx: Writer, table: ReadTable, progress: Progress) -> None:
    if table.file.link:
        return await _write_link_file(tx, table, table.file.link, progress)
    columns = [(i, c.step) for i, c in enumerate(table.columns) if c.step]
    if not columns:
        return None
    key = table.position("id")
    async for batch in _batches(table):
        partnerships = [str(row[key]) for row in batch] if table.file.kind == "partnership" else []
        if partnerships and "name" not in table:
            await forget_members_names(tx, partnerships)
        for position, step in columns:
            pairs: list[list[Scalar]] = [[row[key], other] for row in batch for other in _named(row[position])]
            if step.forward:
                await tx.link(step.link, ["source", "target"], pairs, replace="source")
            else:
                await tx.link(step.link, ["source", "target"], [pair[::-1] for pair in pairs], replace="target")
        if partnerships:
            await name_partnerships(tx, partnerships)
    return None


def _named(ids: Scalar) -> tuple[Scalar, ...]:
    """The ids that a cell names; where there are none, the one `None` that says so."""
    return ids if isinstance(ids, tuple) and ids else (None,)


async def _write_link_file(tx: Writer, table: ReadTable, link: type[Link], progress: Progress) -> None:
    sources = [i for i, c in enumerate(table.columns) if c.name in table.file.sources]
    targets = [i for i, c in enumerate(table.columns) if c.name in table.file.targets]
    own = [i for i, c in enumerate(table.columns) if c.property]
    names = ["source", "target", *(table.columns[i].name for i in own)]
    async for batch in _batches(table):
        rows = [[next(filter(None, (v[i] for i in sources))), next(filter(None, (v[i] for i in targets))), *(v[i] for i in own)] for v in batch]
        named = list(dict.fromkeys(str(row[1]) for row in rows)) if link is Membership else []
        await forget_members_names(tx, named)
        await tx.link(link, names, rows)
        await name_partnerships(tx, named)
        progress("write", len(batch))
