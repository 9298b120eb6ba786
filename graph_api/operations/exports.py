"""Gives the network out as files that the import takes again."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from pathlib import Path

from graph_api.model import Link, own_id, properties
from graph_api.operations.files import END_COLUMNS, FILES, SEPARATOR, Column, File, format_cell
from graph_api.operations.sheets import write_csv
from graph_api.storage.base import Reader, Snapshot

Table = tuple[str, list[str], list[list[str]]]
"""Stem, header, rows."""


async def export_tables(reader: Reader, *, private: bool = True) -> list[Table]:
    """Every kind and link as tables of text, as they were at one moment.

    Those without rows are among them: they say that there is nothing, and take the place of a file of an earlier export. With
    `private` false, personal data is not in them.
    """
    kinds = {f.kind: tuple(n for n, c in f.columns.items() if c.property and (private or not c.property.private)) for f in FILES.values() if f.kind}
    links = {link: tuple(properties(link)) for file in FILES.values() for link in _links_of(file)}
    snapshot = await reader.snapshot(kinds, links)
    return [_table(file, snapshot, kinds) for file in FILES.values()]


def write_directory(tables: Sequence[Table], directory: Path) -> dict[str, int]:
    """Writes one CSV file for each table into a directory; gives the number of rows by file name."""
    directory.mkdir(parents=True, exist_ok=True)
    for stem, header, rows in tables:
        write_csv(directory / f"{stem}.csv", header, rows)
    return {f"{stem}.csv": len(rows) for stem, _, rows in tables}


def _links_of(file: File) -> list[type[Link]]:
    return [file.link] if file.link else [c.step.link for c in file.columns.values() if c.step]


def _table(file: File, snapshot: Snapshot, kinds: dict[str, tuple[str, ...]]) -> Table:
    return _link_table(file, file.link, snapshot) if file.link else _kind_table(file, str(file.kind), snapshot, kinds)


def _listed(column: Column, snapshot: Snapshot) -> dict[str, list[str]]:
    """For each record the own ids of the nodes it is linked to by this column's link, in order."""
    assert column.step
    values = snapshot.links[column.step.link].values
    here, there = ("source", "target") if column.step.forward else ("target", "source")
    found: dict[str, list[str]] = defaultdict(list)
    for record, other in zip(values[here], values[there], strict=True):
        found[str(record)].append(own_id(str(other)))
    return {record: sorted(others) for record, others in found.items()}


def _kind_table(file: File, kind: str, snapshot: Snapshot, kinds: dict[str, tuple[str, ...]]) -> Table:
    columns = [c for c in file.columns.values() if c.step or (c.property and c.property.name in kinds[kind])]
    values = snapshot.kinds[kind].values
    linked = {c.name: _listed(c, snapshot) for c in columns if c.step}
    ids = [str(i) for i in values["id"]]

    def cells(column: Column) -> Iterator[str]:
        if column.step:
            return (SEPARATOR.join(linked[column.name].get(i, ())) for i in ids)
        return map(own_id, ids) if column.name == "id" else map(format_cell, values[column.name])

    return file.stem, [c.name for c in columns], [list(row) for row in zip(*map(cells, columns), strict=True)]


def _link_table(file: File, link: type[Link], snapshot: Snapshot) -> Table:
    values = snapshot.links[link].values
    own = list(properties(link))

    def ends(ids: Sequence[object], columns: tuple[str, ...]) -> Iterator[list[str]]:
        for node in map(str, ids):
            kind = node.partition(":")[0]
            filled = END_COLUMNS.get(kind, kind)
            yield [own_id(node) if name == filled else "" for name in columns]

    properties_ = zip(*(map(format_cell, values[name]) for name in own), strict=True) if own else ((),) * len(values["source"])
    rows = zip(ends(values["source"], file.sources), ends(values["target"], file.targets), properties_, strict=True)
    return file.stem, [*file.sources, *file.targets, *own], sorted([*s, *t, *p] for s, t, p in rows)
