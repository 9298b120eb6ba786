"""States: a record, or a link, as its file's columns show it; what the audit log compares and an editor starts from."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from graph_api.model import KINDS, PLURALS, Link, Node, Relation, Step, kind_of, properties, relations
from graph_api.operations.files import FILES
from graph_api.storage.base import Compare, Every, Filter, Operator, Reader, Selection, Shape, Wanted

State = Mapping[str, Any]
"""A record by column: its properties, and for each column of links the ids they lead to, in order."""


def has_id(record: str) -> Filter:
    """The filter for one record."""
    return Compare(property="id", operator=Operator.EQ, value=record)


def relation_of(kind: type[Node], step: Step) -> Relation:
    """The relation of a kind that goes one way along a link."""
    return next(r for r in relations(kind).values() if r.steps == (step,))


async def state(reader: Reader, record: str) -> State | None:
    """A record as its file's columns show it; None where there is none, or where its kind has no file (an entry of the audit log)."""
    kind = kind_of(record)
    file = FILES.get(PLURALS.get(kind or "", ""))
    if kind is None or file is None:
        return None
    columns = [c for c in file.columns.values() if c.name != "id"]
    own, linked = [c for c in columns if c.property], [c for c in columns if c.step]
    ends = tuple(Wanted(relation=relation_of(KINDS[kind], c.step).name, selection=Selection(shapes=(Shape(kind=str(c.kind)),))) for c in linked if c.step)
    shape = Shape(kind=kind, properties=tuple(c.name for c in own), links=ends)
    [[_, rows]] = await reader.select(Selection(shapes=(shape,), filter=has_id(record)))
    if not rows:
        return None
    values = dict(zip((c.name for c in own), rows[0][3], strict=True))
    return values | {c.name: sorted(end[0] for end in cell[1]) for c, cell in zip(linked, rows[0][4], strict=True)}


async def link_states(reader: Reader, link: type[Link], source: str, target: str, keys: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The links between two records as their file's columns show them; several where `keys` leave open which."""
    names = tuple(properties(link))
    parts: list[Filter] = [Compare(property=n, operator=Operator.EQ, value=v) for n, v in keys.items()]
    start = str(kind_of(source))
    if KINDS[start] not in link.ends.sources:
        return []
    wanted = Wanted(
        relation=relation_of(KINDS[start], Step(link=link, forward=True)).name,
        selection=Selection(shapes=(Shape(kind=str(kind_of(target))),), filter=has_id(target)),
        properties=names,
        link=Every(of=tuple(parts)) if parts else None,
    )
    [[_, rows]] = await reader.select(Selection(shapes=(Shape(kind=start, links=(wanted,)),), filter=has_id(source)))
    found: list[Any] = rows[0][4][0][1] if rows else []
    return [{"source": source, "target": target} | dict(zip(names, row[2], strict=True)) for row in found]
