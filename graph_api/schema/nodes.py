"""What resolvers walk through: records and connections, made from a store's rows.

Everything a query wants was selected at once, so a field only picks what is already there: a property by its name, a
relation by its response key.
"""

from __future__ import annotations

import base64
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import orjson

from graph_api.errors import InvalidInput
from graph_api.model import kind_of
from graph_api.storage.base import Cell, Position, Row, Selection, Shape, Wanted


@dataclass(frozen=True, slots=True)
class Record:
    """A node: the values selected for it by property name, the relations by response key."""

    kind: str
    values: Mapping[str, Any]
    links: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Edge:
    """A place in a list: the node, where it stands, and the link's own properties."""

    node: Record
    cursor: str
    values: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class PageInfo:
    """Where a page stands in its list."""

    has_next_page: bool
    has_previous_page: bool
    start_cursor: str | None
    end_cursor: str | None


@dataclass(frozen=True, slots=True)
class Connection:
    """One page of a list."""

    edges: list[Edge]
    page_info: PageInfo
    total_count: int | None


@dataclass(frozen=True, slots=True)
class Asked:
    """A store's selection, and the response keys that its shapes' links answer."""

    selection: Selection
    keys: Mapping[str, tuple[str, ...]]
    """For each kind: response keys, one for each of the shape's links."""
    nested: Mapping[str, tuple[Asked, ...]]
    """For each kind: what is asked of each link's neighbours."""
    single: bool = False
    """At most one node is there, and no connection around it."""
    marks: tuple[int, ...] = ()
    """Places, among the link's selected properties, of those that tell two links to the same node apart: a cursor holds them too."""


def encode_cursor(position: Position) -> str:
    """A position as an opaque text."""
    return base64.urlsafe_b64encode(orjson.dumps(position)).decode().rstrip("=")


def decode_cursor(cursor: str) -> Position:
    """The position that a cursor of ours means; raises InvalidInput for any other text."""
    try:
        value, node, *keys = orjson.loads(base64.b64decode(cursor + "=" * (-len(cursor) % 4), altchars=b"-_", validate=True))
    except (ValueError, TypeError):
        raise InvalidInput(f"{cursor[:40]!r} is not a cursor; take one from pageInfo or an edge") from None
    if not isinstance(node, str) or not all(isinstance(v, str | int | float | bool | None) for v in (value, *keys)):
        raise InvalidInput(f"{cursor[:40]!r} is not a cursor; take one from pageInfo or an edge")
    return value, node, *keys


def to_record(asked: Asked, row: Row) -> Record:
    """The record in a row."""
    node = str(row[0])
    shape = next((s for s in asked.selection.shapes if node.startswith(s.kind + ":")), None)
    if shape is None:
        return Record(kind=kind_of(node) or "", values={"id": node}, links={})
    values = dict(zip(shape.properties, row[3], strict=True)) | {"id": node}
    answers = zip(asked.keys[shape.kind], asked.nested[shape.kind], shape.links, row[4], strict=True)
    return Record(kind=shape.kind, values=values, links={key: to_answer(below, cell, wanted) for key, below, wanted, cell in answers})


def to_answer(asked: Asked, cell: Cell, wanted: Wanted | None = None) -> Record | Connection | None:
    """What a cell answers: a record or none for a relation to one node, else a connection."""
    total, rows = cell
    if asked.single:
        return to_record(asked, rows[0]) if rows else None
    return to_connection(asked, total, rows, wanted)


def cut(selection: Selection, rows: list[Row]) -> tuple[list[Row], bool, bool]:
    """The rows of a page as it was asked, and whether the list goes on after and before it: only that is what a row too many tells."""
    first, last = selection.first, selection.last
    more_after = first is not None and len(rows) > first
    if more_after:
        rows = rows[:first]
    more_before = last is not None and len(rows) > last
    if more_before:
        rows = rows[len(rows) - (last or 0) :]
    return rows, more_after, more_before


def to_connection(asked: Asked, total: int | None, rows: list[Row], wanted: Wanted | None = None) -> Connection:
    """A page of a list."""
    rows, more_after, more_before = cut(asked.selection, rows)
    names = wanted.properties if wanted else ()
    edges = [
        Edge(node=to_record(asked, r), cursor=encode_cursor((r[1], r[0], *(r[2][place] for place in asked.marks))), values=dict(zip(names, r[2], strict=True)))
        for r in rows
    ]
    info = PageInfo(
        has_next_page=more_after,
        has_previous_page=more_before,
        start_cursor=edges[0].cursor if edges else None,
        end_cursor=edges[-1].cursor if edges else None,
    )
    return Connection(edges=edges, page_info=info, total_count=total)


def shape_of(asked: Asked, kind: str) -> Shape | None:
    """The shape asked for nodes of a kind."""
    return next((s for s in asked.selection.shapes if s.kind == kind), None)
