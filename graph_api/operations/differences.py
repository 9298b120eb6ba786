"""What an import would change, before anything is written: new, changed, unchanged, likely duplicates, rejected."""

from __future__ import annotations

import asyncio
import dataclasses
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence, Set
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from graph_api.errors import BadCell, ImportRejected
from graph_api.model import KINDS, Link, Scalar, Step, kind_of, own_id, properties
from graph_api.operations.files import SEPARATOR, Column, format_cell
from graph_api.operations.imports import check_against, foundations
from graph_api.operations.sheets import open_sheets
from graph_api.operations.states import relation_of
from graph_api.operations.tables import BATCH, Findings, ReadTable, check_table, read_headers, records_of
from graph_api.operations.twins import Newcomer, Twin, find_twins
from graph_api.storage.base import Compare, Operator, Reader, Selection, Shape, Wanted
from graph_api.storage.codec import encode

MOST_LISTED = 1_000
"""Rows of each list; the counts go on."""


@dataclass(frozen=True, kw_only=True)
class ChangedCell:
    """A cell that says something else than the network; the values as cells show them."""

    column: str
    before: str
    after: str


@dataclass(frozen=True, kw_only=True)
class DifferentRow:
    """A row of a file that is new or changes something."""

    file: str
    line: int
    record: str
    """Id of the record; of a link the record it starts from."""
    target: str | None = None
    """Of a link: the record it leads to."""
    cells: tuple[ChangedCell, ...] = ()
    """What changes; empty for a new row."""


@dataclass(frozen=True, kw_only=True)
class FileDifference:
    """How many rows of a file are what."""

    file: str
    new: int
    changed: int
    unchanged: int


@dataclass(frozen=True, kw_only=True)
class Difference:
    """What an import would change. Lists hold the first thousand rows."""

    files: tuple[FileDifference, ...]
    new: tuple[DifferentRow, ...]
    changed: tuple[DifferentRow, ...]
    twins: tuple[Twin, ...]
    rejected: tuple[BadCell, ...]
    """Where there is one, nothing of the import can be written."""

    def document(self) -> dict[str, Any]:
        """As a document of plain values."""
        return dataclasses.asdict(self)


@dataclass(kw_only=True)
class _Tally:
    """The difference, as far as it is known."""

    counts: dict[str, list[int]] = field(default_factory=lambda: defaultdict(lambda: [0, 0, 0]))
    new: list[DifferentRow] = field(default_factory=list[DifferentRow])
    changed: list[DifferentRow] = field(default_factory=list[DifferentRow])
    newcomers: list[Newcomer] = field(default_factory=list[Newcomer])

    def add(self, stem: str, row: DifferentRow, *, present: bool) -> None:
        place = 0 if not present else 1 if row.cells else 2
        self.counts[stem][place] += 1
        listed = (self.new, self.changed, None)[place]
        if listed is not None and len(listed) < MOST_LISTED:
            listed.append(row)


async def difference(reader: Reader, paths: Iterable[Path]) -> Difference:
    """What an import of these files would change. Raises ImportRejected only for files whose tables cannot be read at all."""
    with open_sheets(paths) as sheets, open_sheets(await foundations(reader, sheets)) as lists:
        tables, findings = read_headers([*lists, *sheets])
        try:
            await asyncio.to_thread(_check_all, tables, findings)
            await check_against(reader, findings)
        except ImportRejected:
            return Difference(files=(), new=(), changed=(), twins=(), rejected=tuple(findings.bad))
        tally, bad = _Tally(), {(cell.file, cell.line) for cell in findings.bad}
        for table in tables:
            await _compare(reader, table, tally, bad)
    return Difference(
        files=tuple(FileDifference(file=stem, new=new, changed=changed, unchanged=same) for stem, (new, changed, same) in tally.counts.items()),
        new=tuple(tally.new),
        changed=tuple(tally.changed),
        twins=tuple(await find_twins(reader, tally.newcomers))[:MOST_LISTED],
        rejected=tuple(findings.bad),
    )


def _check_all(tables: Sequence[ReadTable], findings: Findings) -> None:
    for table in tables:
        check_table(table, findings, lambda _stage, _rows: None)


async def _compare(reader: Reader, table: ReadTable, tally: _Tally, bad: Set[tuple[str, int]]) -> None:
    rows = (row for row in records_of(table) if (table.sheet.label, row[0]) not in bad)
    while batch := await asyncio.to_thread(_some, rows):
        if table.file.link:
            await _compare_links(reader, table, table.file.link, batch, tally)
        else:
            await _compare_records(reader, table, batch, tally)


def _some(rows: Iterator[tuple[int, list[Scalar]]]) -> list[tuple[int, list[Scalar]]]:
    return [row for _, row in zip(range(BATCH), rows, strict=False)]


def _one_of(ids: Iterable[str]) -> Compare:
    return Compare(property="id", operator=Operator.IN, value=tuple(ids))


# ── records ───────────────────────────────────────────────────────────────────────────────────────────────────────────


async def _compare_records(reader: Reader, table: ReadTable, batch: Sequence[tuple[int, list[Scalar]]], tally: _Tally) -> None:
    kind, key = str(table.file.kind), table.position("id")
    known, nameless = await _known_records(reader, kind, table.columns, [str(values[key]) for _, values in batch])
    for line, values in batch:
        record = str(values[key])
        now = {c.name: _shown(c, v) for c, v in zip(table.columns, values, strict=True) if c.name != "id"}
        was = known.get(record)
        if was and record in nameless and not now.get("name"):
            now["name"] = was["name"]
        cells = tuple(ChangedCell(column=n, before=was[n], after=text) for n, text in now.items() if was[n] != text) if was else ()
        tally.add(table.file.stem, DifferentRow(file=table.sheet.label, line=line, record=record, cells=cells), present=was is not None)
        if was is None:
            given = {c.name: v for c, v in zip(table.columns, values, strict=True)}
            tally.newcomers.append(Newcomer(kind=kind, record=record, file=table.sheet.label, line=line, values=given))


def _shown(column: Column, value: Scalar) -> str:
    """A value as a cell shows it; ids of links in order."""
    if column.step:
        return SEPARATOR.join(sorted(own_id(str(i)) for i in value)) if isinstance(value, tuple) else ""
    return format_cell(encode(value))


async def _known_records(reader: Reader, kind: str, columns: Sequence[Column], ids: Sequence[str]) -> tuple[dict[str, dict[str, str]], set[str]]:
    """Cells by record and column of those records that are there; and which of them are called after their members, because nobody gave them a name."""
    own, linked = [c for c in columns if c.property and c.name != "id"], [c for c in columns if c.step]
    ends = [Wanted(relation=relation_of(KINDS[kind], c.step).name, selection=Selection(shapes=(Shape(kind=str(c.kind)),))) for c in linked if c.step]
    named = kind == "partnership" and any(c.name == "name" for c in own)
    if named:
        ends.append(Wanted(relation="members", selection=Selection(shapes=(Shape(kind="municipality", properties=("name",)),))))
    shape = Shape(kind=kind, properties=tuple(c.name for c in own), links=tuple(ends))
    [[_, rows]] = await reader.select(Selection(shapes=(shape,), filter=_one_of(ids)))
    found: dict[str, dict[str, str]] = {}
    nameless: set[str] = set()
    for row in rows:
        cells = {c.name: format_cell(v) for c, v in zip(own, row[3], strict=True)}
        cells |= {c.name: SEPARATOR.join(sorted(own_id(end[0]) for end in cell[1])) for c, cell in zip(linked, row[4], strict=False)}
        if named and cells["name"] == " – ".join(member[3][0] for member in row[4][-1][1]):
            nameless.add(row[0])
        found[row[0]] = cells
    return found, nameless


# ── links ─────────────────────────────────────────────────────────────────────────────────────────────────────────────


async def _compare_links(reader: Reader, table: ReadTable, link: type[Link], batch: Sequence[tuple[int, list[Scalar]]], tally: _Tally) -> None:
    rows = [(line, {c.name: v for c, v in zip(table.columns, values, strict=True)}) for line, values in batch]
    keyed = [(line, values, _mark(table, link, values)) for line, values in rows]
    known = await _known_links(reader, link, [mark[:2] for _, _, mark in keyed])
    own = [c for c in table.columns if c.property]
    for line, values, mark in keyed:
        was = known.get(mark)
        now = {c.name: _shown(c, values[c.name]) for c in own}
        cells = tuple(ChangedCell(column=n, before=was[n], after=text) for n, text in now.items() if was[n] != text) if was else ()
        row = DifferentRow(file=table.sheet.label, line=line, record=mark[0], target=mark[1], cells=cells)
        tally.add(table.file.stem, row, present=was is not None)


def _mark(table: ReadTable, link: type[Link], values: Mapping[str, Scalar]) -> tuple[str, ...]:
    """What tells a link from others: its ends and its key properties."""
    source, target = (next(str(values[n]) for n in side if values.get(n)) for side in (table.file.sources, table.file.targets))
    keys = (values.get(n, p.default) for n, p in properties(link).items() if p.key)
    return source, target, *(format_cell(encode(key)) for key in keys)


async def _known_links(reader: Reader, link: type[Link], ends: Sequence[tuple[str, ...]]) -> dict[tuple[str, ...], dict[str, str]]:
    """Cells by link and column of those links that are there."""
    names, keys = tuple(properties(link)), [n for n, p in properties(link).items() if p.key]
    sources, targets = {end[0] for end in ends}, {end[1] for end in ends}
    selections: list[Selection] = []
    for kind in sorted({str(kind_of(s)) for s in sources}):
        relation = relation_of(KINDS[kind], Step(link=link, forward=True))
        others = Selection(shapes=tuple(Shape(kind=t) for t in relation.targets), filter=_one_of(sorted(targets)))
        wanted = Wanted(relation=relation.name, selection=others, properties=names)
        selections.append(Selection(shapes=(Shape(kind=kind, links=(wanted,)),), filter=_one_of(sorted(s for s in sources if kind_of(s) == kind))))
    found: dict[tuple[str, ...], dict[str, str]] = {}
    for _, rows in await reader.select(*selections):
        for row in rows:
            for other in row[4][0][1]:
                cells = dict(zip(names, map(format_cell, other[2]), strict=True))
                found[row[0], other[0], *(cells[k] for k in keys)] = cells
    return found


def lines(found: Difference) -> Iterator[str]:
    """The difference for people."""
    for each in found.files:
        yield f"{each.new:>9,} new {each.changed:>9,} changed {each.unchanged:>9,} unchanged  {each.file}"
    for row in found.changed:
        told = "; ".join(f"{c.column}: {c.before or '–'} → {c.after or '–'}" for c in row.cells)
        yield f"{row.file}:{row.line}: {row.record}{f' – {row.target}' if row.target else ''}: {told}"
    for twin in found.twins:
        yield f"{twin.file}:{twin.line}: {twin.record} is new and may be {twin.twin}: {twin.why}"
    for cell in found.rejected:
        yield f"rejected: {cell}"
