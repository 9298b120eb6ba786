"""A network that has at least one of everything that is declared: each kind, link and property. It is made from the declarations."""

from __future__ import annotations

import datetime
import enum
from collections.abc import Iterator
from typing import cast

from graph_api.model import KINDS, LINKS, Link, PartialDate, Property, Scalar, kind_name, properties
from graph_api.storage.base import Columns, Snapshot, Store

VALUES: dict[type, Scalar] = {str: "Süß, “x”;\n|1", PartialDate: "2017-01", bool: True, datetime.date: datetime.date(2024, 2, 29), tuple: ("de", "pt-BR")}


def value(declared: Property) -> Scalar:
    """A value for a property that is not its default."""
    if issubclass(declared.type, enum.Enum):
        return cast("Scalar", list(declared.type)[-1])
    if declared.type in (int, float):
        return int((declared.minimum or 0) + 1) if declared.type is int else (declared.minimum or 0) + 1 / 3
    return VALUES[declared.type]


async def fill(store: Store) -> None:
    """Two records of each kind, `a` with all properties and `b` with those that are required, and links between `a` and `a` (topics: and `b`)."""
    async with store.transaction() as tx:
        for kind, declared in KINDS.items():
            props = [p for p in properties(declared).values() if p.name != "id"]
            rows = [[f"{kind}:a", *map(value, props)], [f"{kind}:b", *(value(p) if p.required else None for p in props)]]
            await tx.save(kind, ["id", *(p.name for p in props)], rows)
        for link in LINKS:
            props = list(properties(link).values())
            for source, target in ends(link):  # where it has key properties, the second is another link
                rows = [[source, target, *(None for _ in props)], [source, target, *map(value, props)]]
                await tx.link(link, ["source", "target", *(p.name for p in props)], rows)


def ends(link: type[Link]) -> Iterator[tuple[str, str]]:
    """Of a link, one pair of ends for each pair of kinds."""
    for source in map(kind_name, link.ends.sources):
        for target in map(kind_name, link.ends.targets):
            yield f"{source}:a", f"{target}:{'b' if source == target else 'a'}"


async def contents(store: Store) -> Snapshot:
    """Everything in a store, but its revision."""
    found = await store.snapshot({kind: tuple(properties(cls)) for kind, cls in KINDS.items()}, {link: tuple(properties(link)) for link in LINKS})
    return Snapshot(revision=0, kinds={k: _lists(c) for k, c in found.kinds.items()}, links={k: _lists(c) for k, c in found.links.items()})


def _lists(columns: Columns) -> Columns:
    return Columns(values={name: list(values) for name, values in columns.values.items()})
