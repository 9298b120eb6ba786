"""Gives the network out as files that the import takes again."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence, Set
from pathlib import Path

from graph_api.model import KINDS, Link, Property, kind_name, own_id, properties
from graph_api.operations.audit import COMMAND_LINE
from graph_api.operations.files import END_COLUMNS, FILES, SEPARATOR, Column, File, format_cell
from graph_api.operations.sheets import write_csv
from graph_api.operations.viewers import NOBODY, Viewer
from graph_api.storage.base import Columns, Filter, Reader, Selection, Shape, Snapshot

Table = tuple[str, list[str], list[list[str]]]
"""Stem, header, rows."""


async def export_tables(reader: Reader, viewer: Viewer = COMMAND_LINE.viewer) -> list[Table]:
    """Every kind and link as tables of text, as they were at one moment; for those who do not coordinate only what they may see.

    Those without rows are among them: they say that there is nothing, and take the place of a file of an earlier export. What a
    viewer could not see of any record, is not among them: neither the table of a kind nor the column of a property.
    """
    return tables_of(await extract(reader, viewer))


async def extract(reader: Reader, viewer: Viewer = COMMAND_LINE.viewer) -> Snapshot:
    """All that a viewer may see of the kinds and links that have files, as it was at one moment.

    Private values are None where they are not for the viewer. Kinds and properties of which the viewer sees nothing at all are left out.
    """
    files = [f for f in FILES.values() if f.kind and viewer.scope(f.kind) != NOBODY]
    kinds = {str(f.kind): tuple(n for n, c in f.columns.items() if c.property and _shows(viewer, str(f.kind), c.property)) for f in files}
    snapshot = await reader.snapshot(kinds, {link: tuple(properties(link)) for link in _links(frozenset(kinds))})
    if viewer.coordinates:
        return snapshot
    seen = {kind: await _ids(reader, kind, scope) for kind in kinds if (scope := viewer.scope(kind)) is not None}
    revealed = {k: await _ids(reader, k, viewer.reveal(k)) for k, names in kinds.items() if any(properties(KINDS[k])[n].private for n in names)}
    return Snapshot(
        revision=snapshot.revision,
        kinds={kind: _shown(kind, columns, seen.get(kind), revealed.get(kind)) for kind, columns in snapshot.kinds.items()},
        links={link: _between(columns, seen) for link, columns in snapshot.links.items()},
    )


def _shows(viewer: Viewer, kind: str, declared: Property) -> bool:
    return not declared.private or viewer.reveal(kind) != NOBODY


def _links(kinds: Set[str]) -> list[type[Link]]:
    """The links between kinds that are seen."""
    all_links = dict.fromkeys(link for file in FILES.values() for link in _links_of(file))
    return [link for link in all_links if {kind_name(end) for end in (*link.ends.sources, *link.ends.targets)} <= kinds]


async def _ids(reader: Reader, kind: str, filter: Filter) -> Set[str]:
    [[_, rows]] = await reader.select(Selection(shapes=(Shape(kind=kind),), filter=filter))
    return {row[0] for row in rows}


def _shown(kind: str, columns: Columns, seen: Set[str] | None, revealed: Set[str] | None) -> Columns:
    ids = [str(i) for i in columns.values["id"]]
    kept = [place for place, i in enumerate(ids) if seen is None or i in seen]

    def values(name: str, column: Sequence[object]) -> list[object]:
        hidden = properties(KINDS[kind])[name].private and revealed is not None
        return [None if hidden and ids[place] not in (revealed or ()) else column[place] for place in kept]

    return Columns(values={name: values(name, column) for name, column in columns.values.items()})


def _between(columns: Columns, seen: Mapping[str, Set[str]]) -> Columns:
    """The links whose two ends are seen."""
    ends = zip(columns.values["source"], columns.values["target"], strict=True)
    kept = [place for place, pair in enumerate(ends) if all(str(end) in seen.get(str(end).partition(":")[0], (str(end),)) for end in pair)]
    return Columns(values={name: [column[place] for place in kept] for name, column in columns.values.items()})


def tables_of(snapshot: Snapshot) -> list[Table]:
    """The tables of what was extracted, in the order in which they can be imported."""
    return [_table(file, snapshot) for file in FILES.values() if (file.kind in snapshot.kinds if file.kind else file.link in snapshot.links)]


def write_directory(tables: Sequence[Table], directory: Path) -> dict[str, int]:
    """Writes one CSV file for each table into a directory; gives the number of rows by file name."""
    directory.mkdir(parents=True, exist_ok=True)
    for stem, header, rows in tables:
        write_csv(directory / f"{stem}.csv", header, rows)
    return {f"{stem}.csv": len(rows) for stem, _, rows in tables}


def _links_of(file: File) -> list[type[Link]]:
    return [file.link] if file.link else [c.step.link for c in file.columns.values() if c.step]


def _table(file: File, snapshot: Snapshot) -> Table:
    return _link_table(file, file.link, snapshot) if file.link else _kind_table(file, str(file.kind), snapshot)


def _listed(column: Column, snapshot: Snapshot) -> dict[str, list[str]]:
    """For each record the own ids of the nodes it is linked to by this column's link, in order."""
    assert column.step
    values = snapshot.links[column.step.link].values
    here, there = ("source", "target") if column.step.forward else ("target", "source")
    found: dict[str, list[str]] = defaultdict(list)
    for record, other in zip(values[here], values[there], strict=True):
        found[str(record)].append(own_id(str(other)))
    return {record: sorted(others) for record, others in found.items()}


def _kind_table(file: File, kind: str, snapshot: Snapshot) -> Table:
    values = snapshot.kinds[kind].values
    columns = [c for c in file.columns.values() if (c.step.link in snapshot.links if c.step else c.name in values)]
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
