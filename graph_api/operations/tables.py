"""Reads tables of text for an import: what their columns are, what their cells say, and everything that is wrong with them."""

from __future__ import annotations

import functools
import itertools
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from graph_api.errors import BadCell, ImportRejected
from graph_api.model import Link, Scalar, own_id
from graph_api.operations.files import FILES, SEPARATOR, Column, File, parse_cell, parse_id

BATCH = 5_000
"""Rows that are handled at once: memory does not grow with the file."""

MOST_BAD_CELLS = 1_000
"""Bad cells after which the rest is not read."""

Progress = Callable[[str, int], None]
"""Is told what is being done (`check`, `write`) and how many rows more are done."""


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
class ReadTable:
    """A sheet whose header was understood."""

    sheet: Table
    file: File
    columns: tuple[Column, ...]

    def __contains__(self, column: str) -> bool:
        return any(c.name == column for c in self.columns)

    def position(self, column: str) -> int:
        """Where a column stands, from 0."""
        return next(i for i, c in enumerate(self.columns) if c.name == column)


@dataclass(kw_only=True)
class Findings:
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
        """Notes a bad cell; raises ImportRejected where there are too many."""
        self.bad.append(BadCell(file=file, line=line, column=column, problem=problem))
        if len(self.bad) >= MOST_BAD_CELLS:
            raise ImportRejected(self.bad)

    def refuse(self) -> None:
        """Raises ImportRejected with all bad cells, where there are any."""
        if self.bad:
            raise ImportRejected(self.bad)


# ── headers ───────────────────────────────────────────────────────────────────────────────────────────────────────────


def read_headers(sheets: Sequence[Table]) -> tuple[list[ReadTable], Findings]:
    """The tables whose headers were understood, in the order in which they are written; raises ImportRejected for all others."""
    findings, tables = Findings(), [_table(sheet) for sheet in sheets]
    bad = [cell for found in tables for cell in found[1]]
    if bad:
        raise ImportRejected(bad)
    kept = [table for table, _ in tables if table]
    # a cell that lists members drops those it does not list, a file of memberships only adds: it has to come after
    return sorted(kept, key=lambda table: table.file.link is not None), findings


def _table(sheet: Table) -> tuple[ReadTable | None, list[BadCell]]:
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
    return ReadTable(sheet=sheet, file=file, columns=tuple(file.columns[name] for name in names)), []


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


def records_of(table: ReadTable, findings: Findings | None = None) -> Iterator[tuple[int, list[Scalar]]]:
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


def check_table(table: ReadTable, findings: Findings, progress: Progress) -> None:
    """Reads a table to its end and notes what it brings, what it names and what is wrong with it."""
    check_row = _check_link_row if table.file.link else _check_node_row
    for count, (line, values) in enumerate(records_of(table, findings), 1):
        check_row(table, line, values, findings)
        findings.rows[table.file.stem] += 1
        if count % BATCH == 0:
            progress("check", BATCH)
    progress("check", findings.rows[table.file.stem] % BATCH)


def _check_node_row(table: ReadTable, line: int, values: list[Scalar], findings: Findings) -> None:
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


def _check_link_row(table: ReadTable, line: int, values: list[Scalar], findings: Findings) -> None:
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
