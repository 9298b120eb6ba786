"""Takes tables into the network: checks every cell first, then writes all of it in one transaction or nothing."""

from __future__ import annotations

import functools
import graphlib
import itertools
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol, TypeVar

import seeds
from graph_api.errors import BadCell, ImportRejected
from graph_api.model import Link, Membership, Scalar, kind_of, own_id
from graph_api.operations.files import FILES, SEPARATOR, Column, File, parse_cell, parse_id
from graph_api.operations.names import forget_members_names, name_partnerships
from graph_api.operations.sheets import Sheet, open_sheets
from graph_api.storage.base import Compare, Operator, Reader, Selection, Shape, Store, Writer

BATCH = 5_000
"""Rows that are written at once: memory does not grow with the file."""

FOUNDATIONS = ("countries", "sdg_goals", "sdg_targets", "topics")
"""Files with the lists that everything else names."""

MOST_BAD_CELLS = 1_000
"""Bad cells after which the rest is not read."""

T = TypeVar("T")

Progress = Callable[[str, int], None]
"""Is told what is being done (`check`, `write`) and how many rows more are done."""


@dataclass(frozen=True, kw_only=True)
class ImportReport:
    """What an import took in: rows by file stem (several sheets of one stem together), and the network's revision after it."""

    rows: dict[str, int]
    written: bool
    revision: int


class Table(Protocol):
    """A table of text that can be read more than once; the first row is the header."""

    @property
    def stem(self) -> str:
        """The name of the file whose columns it has."""
        ...

    @property
    def label(self) -> str:
        """How messages name it."""
        ...

    def rows(self) -> Iterator[tuple[int, list[str]]]:
        """Line number and cells of each row."""
        ...


@dataclass(frozen=True, kw_only=True)
class _Table:
    """A sheet whose header was understood."""

    sheet: Table
    file: File
    columns: tuple[Column, ...]

    def __contains__(self, column: str) -> bool:
        return any(c.name == column for c in self.columns)

    def position(self, column: str) -> int:
        return next(i for i, c in enumerate(self.columns) if c.name == column)


@dataclass(kw_only=True)
class _Findings:
    """What reading all tables once has shown."""

    bad: list[BadCell] = field(default_factory=list[BadCell])
    rows: dict[str, int] = field(default_factory=lambda: defaultdict(int))
    here: dict[str, tuple[str, int]] = field(default_factory=dict[str, tuple[str, int]])
    """Where each record stands that the tables themselves bring."""
    named: dict[str, tuple[str, int, str]] = field(default_factory=dict[str, tuple[str, int, str]])
    """Where each id was named first: file, line, column."""
    links: dict[tuple[object, ...], tuple[str, int]] = field(default_factory=dict[tuple[object, ...], tuple[str, int]])
    """Where each link stands that files of links bring: by the file's stem, its ends and its key properties."""
    hierarchy: dict[type[Link], dict[str, tuple[str, ...]]] = field(default_factory=lambda: defaultdict(dict))
    """Links that must not lead back, by link and source."""

    def report(self, file: str, line: int, column: str, problem: str) -> None:
        self.bad.append(BadCell(file=file, line=line, column=column, problem=problem))
        if len(self.bad) >= MOST_BAD_CELLS:
            raise ImportRejected(self.bad)


async def import_files(store: Store, paths: Iterable[Path], *, dry_run: bool = False, progress: Progress = lambda _stage, _rows: None) -> ImportReport:
    """Imports CSV and XLSX files.

    Into a network without countries, the lists that others name (countries, goals, targets, topics) come first, from the
    reference we bring along. With `dry_run` nothing is written. Raises ImportRejected with every bad cell (the first thousand of them); then nothing
    was written either.
    """
    with open_sheets(paths) as sheets, open_sheets(await _foundations(store, sheets)) as foundations:
        tables, findings = _tables([*foundations, *sheets])
        for table in tables:
            _check(table, findings, progress)
        if findings.bad:
            raise ImportRejected(findings.bad)
        if dry_run:
            await _check_against(store, findings)
        else:
            async with store.transaction() as tx:
                await _write(tx, tables, findings, progress)
    return ImportReport(rows=dict(findings.rows), written=not dry_run, revision=await store.revision())


async def take_in(tx: Writer, sheets: Sequence[Table]) -> None:
    """Checks and writes small tables within a transaction; raises ImportRejected with every bad cell before anything is written."""
    tables, findings = _tables(sheets)
    for table in tables:
        _check(table, findings, lambda _stage, _rows: None)
    if findings.bad:
        raise ImportRejected(findings.bad)
    await _write(tx, tables, findings, lambda _stage, _rows: None)


async def _write(tx: Writer, tables: Sequence[_Table], findings: _Findings, progress: Progress) -> None:
    await _check_against(tx, findings)
    for table in tables:
        if table.file.kind:
            await _write_nodes(tx, table, progress)
    for table in tables:
        await _write_links(tx, table, progress)


async def _foundations(store: Reader, sheets: Sequence[Sheet]) -> list[Path]:
    """The lists without which nothing can be imported, as far as neither the network nor the import has them."""
    if await store.count("country"):
        return []
    brought = {sheet.stem for sheet in sheets}
    return [path for path in seeds.files("reference") if path.stem in FOUNDATIONS and path.stem not in brought]


# ── headers ───────────────────────────────────────────────────────────────────────────────────────────────────────────


def _tables(sheets: Sequence[Table]) -> tuple[list[_Table], _Findings]:
    findings, tables = _Findings(), [_table(sheet) for sheet in sheets]
    bad = [cell for found in tables for cell in found[1]]
    if bad:
        raise ImportRejected(bad)
    kept = [table for table, _ in tables if table]
    # a cell that lists members drops those it does not list, a file of memberships only adds: it has to come after
    return sorted(kept, key=lambda table: table.file.link is not None), findings


def _table(sheet: Table) -> tuple[_Table | None, list[BadCell]]:
    file = FILES.get(sheet.stem)
    if file is None:
        return None, [BadCell(file=sheet.label, line=0, column="", problem=f"no kind is called {sheet.stem!r}; allowed: {', '.join(FILES)}")]
    line, header = next(sheet.rows(), (0, list[str]()))
    if not header:
        return None, [BadCell(file=sheet.label, line=0, column="", problem="is empty; the first line must name the columns")]
    names = [name.lower() for name in header]
    problems = [f"column {name!r} is not known; allowed: {', '.join(file.columns)}" for name in dict.fromkeys(names) if name not in file.columns]
    problems += [f"column {name!r} is there twice" for name in dict.fromkeys(names) if names.count(name) > 1]
    problems += [f"column {c.name!r} is missing" for c in file.columns.values() if c.required and c.name not in names]
    problems += [f"one of the columns {', '.join(ends)} is missing" for ends in (file.sources, file.targets) if ends and not set(ends) & set(names)]
    if problems:
        return None, [BadCell(file=sheet.label, line=line, column="", problem=p) for p in problems]
    return _Table(sheet=sheet, file=file, columns=tuple(file.columns[name] for name in names)), []


# ── reading ───────────────────────────────────────────────────────────────────────────────────────────────────────────


def _parse(file: File, column: Column, text: str) -> Scalar:
    """The value of one cell: of a property as declared, of a link column a tuple of ids, of a link's end an id."""
    if column.property:
        if column.name == "id" and file.kind and text:
            return parse_id(file.kind, text)
        return parse_cell(column.property, text)
    kind = column.kind or ""
    if column.step is None:
        return parse_id(kind, text) if text else None
    ids = tuple(dict.fromkeys(parse_id(kind, t) for part in text.split(SEPARATOR) if (t := part.strip())))
    if len(ids) < column.least:
        raise ValueError(f"{text!r} names {len(ids)}; at least {column.least} different ones are needed" if column.least > 1 else "must not be empty")
    if len(ids) > 1 and not column.many:
        raise ValueError(f"{text!r} names several; one is allowed")
    return ids


def _records(table: _Table, findings: _Findings | None = None) -> Iterator[tuple[int, list[Scalar]]]:
    """Line and values of each row that could be read; what could not is reported to `findings`."""
    width = len(table.columns)
    parsers = [functools.lru_cache(4096)(functools.partial(_parse, table.file, column)) for column in table.columns]
    for line, cells in itertools.islice(table.sheet.rows(), 1, None):
        values: list[Scalar] = []
        padded = cells[:width] + [""] * (width - len(cells))
        for column, parse, text in zip(table.columns, parsers, padded, strict=True):
            try:
                values.append(parse(text))
            except ValueError as e:
                if findings:
                    findings.report(table.sheet.label, line, column.name, str(e))
        if findings and len(cells) > width:
            findings.report(table.sheet.label, line, "", f"the row has {len(cells)} cells, the header {width}")
        elif len(values) == width:
            yield line, values


def _check(table: _Table, findings: _Findings, progress: Progress) -> None:
    """Reads a table to its end and notes what it brings, what it names and what is wrong with it."""
    check_row = _check_link_row if table.file.link else _check_node_row
    for count, (line, values) in enumerate(_records(table, findings), 1):
        check_row(table, line, values, findings)
        findings.rows[table.file.stem] += 1
        if count % BATCH == 0:
            progress("check", BATCH)
    progress("check", findings.rows[table.file.stem] % BATCH)


def _check_node_row(table: _Table, line: int, values: list[Scalar], findings: _Findings) -> None:
    label, record = table.sheet.label, str(values[table.position("id")])
    if record in findings.here:
        file, first = findings.here[record]
        findings.report(label, line, "id", f"{own_id(record)!r} stands already in {file}:{first}")
    findings.here[record] = (label, line)
    for column, value in zip(table.columns, values, strict=True):
        if column.step and isinstance(value, tuple):
            for other in value:
                findings.named.setdefault(str(other), (label, line, column.name))
            if column.step.link.ends.acyclic:
                findings.hierarchy[column.step.link][record] = tuple(map(str, value))
        elif column.property and column.property.refers and value:
            findings.named.setdefault(f"{column.property.refers}:{value}", (label, line, column.name))


def _check_link_row(table: _Table, line: int, values: list[Scalar], findings: _Findings) -> None:
    row = {c.name: v for c, v in zip(table.columns, values, strict=True)}
    for side in (table.file.sources, table.file.targets):
        filled = [name for name in side if row.get(name)]
        if len(filled) != 1:
            findings.report(table.sheet.label, line, " or ".join(side), f"exactly one has to be filled, {len(filled)} are")
        for name in filled:
            findings.named.setdefault(str(row[name]), (table.sheet.label, line, name))
    ends = [row[name] for name in (*table.file.sources, *table.file.targets) if row.get(name)]
    keys = [row.get(c.name) for c in table.file.columns.values() if c.property and c.property.key]
    link = (table.file.stem, *ends, *keys)
    if link in findings.links:
        file, first = findings.links[link]
        findings.report(table.sheet.label, line, "", f"the same link stands already in {file}:{first}")
    findings.links[link] = (table.sheet.label, line)


# ── what only the network can tell ────────────────────────────────────────────────────────────────────────────────────


async def _check_against(reader: Reader, findings: _Findings) -> None:
    missing = [i for i in findings.named if i not in findings.here]
    for some in _batched(missing, BATCH):
        known = await _existing(reader, some)
        for record in some:
            if record not in known:
                file, line, column = findings.named[record]
                findings.report(file, line, column, f"there is no {kind_of(record)} {own_id(record)!r}, neither in these files nor in the network")
    for link, edges in findings.hierarchy.items():
        await _check_hierarchy(reader, link, edges, findings)
    if findings.bad:
        raise ImportRejected(findings.bad)


async def _existing(reader: Reader, ids: Sequence[str]) -> set[str]:
    kinds = dict.fromkeys(kind for i in ids if (kind := kind_of(i)))
    wanted = [
        Selection(shapes=(Shape(kind=kind),), filter=Compare(property="id", operator=Operator.IN, value=tuple(i for i in ids if kind_of(i) == kind)))
        for kind in kinds
    ]
    return {row[0] for _, rows in await reader.select(*wanted) for row in rows}


async def _check_hierarchy(reader: Reader, link: type[Link], edges: dict[str, tuple[str, ...]], findings: _Findings) -> None:
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


async def _write_nodes(tx: Writer, table: _Table, progress: Progress) -> None:
    own = [i for i, c in enumerate(table.columns) if c.property and c.name != "id"]
    key = table.position("id")
    names, revision = ["id", "revision", *(table.columns[i].name for i in own)], await tx.revision() + 1
    for batch in _batched((values for _, values in _records(table)), BATCH):
        await tx.save(str(table.file.kind), names, [[values[key], revision, *(values[i] for i in own)] for values in batch])
        progress("write", len(batch))


async def _write_links(tx: Writer, table: _Table, progress: Progress) -> None:
    if table.file.link:
        return await _write_link_file(tx, table, table.file.link, progress)
    columns = [(i, c.step) for i, c in enumerate(table.columns) if c.step]
    if not columns:
        return None
    key = table.position("id")
    for batch in _batched((values for _, values in _records(table)), BATCH):
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


async def _write_link_file(tx: Writer, table: _Table, link: type[Link], progress: Progress) -> None:
    sources = [i for i, c in enumerate(table.columns) if c.name in table.file.sources]
    targets = [i for i, c in enumerate(table.columns) if c.name in table.file.targets]
    own = [i for i, c in enumerate(table.columns) if c.property]
    names = ["source", "target", *(table.columns[i].name for i in own)]
    for batch in _batched((values for _, values in _records(table)), BATCH):
        rows = [[next(filter(None, (v[i] for i in sources))), next(filter(None, (v[i] for i in targets))), *(v[i] for i in own)] for v in batch]
        named = list(dict.fromkeys(str(row[1]) for row in rows)) if link is Membership else []
        await forget_members_names(tx, named)
        await tx.link(link, names, rows)
        await name_partnerships(tx, named)
        progress("write", len(batch))
