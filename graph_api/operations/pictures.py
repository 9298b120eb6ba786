"""Pictures: a large part of the network in columns, each record with its place, for those who draw it."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from graph_api.errors import Conflict, InvalidInput, NotFound
from graph_api.model import KINDS, kind_of, properties
from graph_api.operations.places import places
from graph_api.operations.viewers import GUARDED, Viewer
from graph_api.storage.base import Cell, Compare, Expansion, Neighbourhood, Operator, Reader, Selection, Shape

DEEPEST = 3
MOST_DRAWN = 20_000
"""Records of a picture: as many as a browser draws without a graphics card while somebody moves it."""
SHOWN = ("name", "name_de", "name_es", "name_fr", "country", "population", "started", "ended", "starts_on", "ends_on")
"""What a picture tells of a record, where its kind has it; none of it is private."""
_WHERE = ("latitude", "longitude")


@dataclass(frozen=True, kw_only=True)
class Group:
    """The records of one kind."""

    kind: str
    rows: tuple[int, ...]
    """Their positions in the picture."""
    columns: Mapping[str, Sequence[object]]
    """Values of what is shown, `id` among them."""


@dataclass(frozen=True, kw_only=True)
class Picture:
    """Records around one, the nearest first, and the links between any two of them."""

    found: Neighbourhood
    groups: tuple[Group, ...]
    x: tuple[int, ...]
    y: tuple[int, ...]

    def document(self) -> dict[str, Any]:
        """The picture as it is sent: numbers of links and groups are positions of records."""
        found = self.found
        return {
            "total": found.total,
            "truncated": found.total > len(found.ids),
            "depths": found.depths,
            "x": self.x,
            "y": self.y,
            "groups": [{"kind": group.kind, "rows": group.rows, "columns": group.columns} for group in self.groups],
            "links": {"kinds": found.links, "sources": found.sources, "targets": found.targets},
        }


async def draw(reader: Reader, viewer: Viewer, middle: str, *, depth: int, limit: int) -> Picture:
    """The picture around a record, up to `depth` (1 to 3) links and `limit` (1 to 20,000) records.

    Raises NotFound for a record that is not there or not for the viewer, InvalidInput for a depth or limit beyond, Conflict where
    somebody took a record away meanwhile.
    """
    for name, value, most in (("depth", depth, DEEPEST), ("limit", limit, MOST_DRAWN)):
        if not 1 <= value <= most:
            raise InvalidInput(f"{name} is {value}; allowed: 1 to {most}")
    kinds = tuple(kind for kind in KINDS if viewer.coordinates or kind not in GUARDED)
    if kind_of(middle) not in kinds:
        raise NotFound(middle)
    found = await reader.expand(Expansion(ids=(middle,), depth=depth, kinds=kinds, limit=limit))
    if not found.ids:
        raise NotFound(middle)
    asked = {kind: _asked(kind) for kind in dict.fromkeys(map(kind_of, found.ids)) if kind}
    cells = await reader.select(*(_records(kind, names, found.ids) for kind, names in asked.items()))
    return await asyncio.to_thread(_drawn, found, asked, cells)


def _asked(kind: str) -> tuple[str, ...]:
    there = properties(KINDS[kind])
    return tuple(name for name in (*_WHERE, *SHOWN) if name in there)


def _records(kind: str, names: tuple[str, ...], ids: Sequence[str]) -> Selection:
    own = tuple(i for i in ids if kind_of(i) == kind)
    return Selection(shapes=(Shape(kind=kind, properties=names),), filter=Compare(property="id", operator=Operator.IN, value=own))


def _drawn(found: Neighbourhood, asked: Mapping[str, tuple[str, ...]], cells: Sequence[Cell]) -> Picture:
    position = {i: row for row, i in enumerate(found.ids)}
    coordinates = np.full((len(found.ids), 2), np.nan)
    groups: list[Group] = []
    for (kind, names), (_, rows) in zip(asked.items(), cells, strict=True):
        at = [position[row[0]] for row in rows]
        values = dict(zip(names, zip(*(row[3] for row in rows), strict=True) if rows else ((),) * len(names), strict=True))
        if "latitude" in values and rows:
            coordinates[at] = np.array([values.pop(name) for name in _WHERE], dtype=float).T
        groups.append(Group(kind=kind, rows=tuple(at), columns={"id": [row[0] for row in rows], **values}))
    if sum(len(group.rows) for group in groups) < len(found.ids):
        raise Conflict("the network was changed while it was read; ask again")
    x, y = places(coordinates, np.array([found.sources, found.targets], dtype=np.int64).T).T
    return Picture(found=found, groups=tuple(groups), x=tuple(x.tolist()), y=tuple(y.tolist()))
