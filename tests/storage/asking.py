"""Short ways to ask a store, for tests."""

from __future__ import annotations

from typing import Any

from graph_api.model import Scalar
from graph_api.storage.base import Cell, Compare, Filter, Operator, Order, Reader, Selection, Shape, Wanted


def compare(property: str, operator: str, value: Scalar | tuple[Scalar, ...]) -> Compare:
    """A comparison, its operator by its text."""
    return Compare(property=property, operator=Operator(operator), value=value)


def listing(kind: str, *properties: str, links: tuple[Wanted, ...] = (), **how: Any) -> Selection:
    """A selection of one kind; `how` are fields of `Selection`."""
    return Selection(shapes=(Shape(kind=kind, properties=properties, links=links),), **how)


def along(relation: str, *shapes: Shape, link: Filter | None = None, edge: tuple[str, ...] = (), **how: Any) -> Wanted:
    """A wanted relation with the link's properties `edge`; `how` are fields of its `Selection`."""
    return Wanted(relation=relation, properties=edge, link=link, selection=Selection(shapes=shapes, **how))


def own(cell: Cell) -> list[str]:
    """The owners' ids of a cell's rows."""
    return [row[0].partition(":")[2] for row in cell[1]]


async def found(store: Reader, kind: str, filter: Filter | None = None, order: Order = Order()) -> list[str]:
    """The owners' ids of the nodes of a kind that fit; counting has to say the same."""
    (cell,) = await store.select(listing(kind, filter=filter, order=order, total=True))
    assert cell[0] == len(cell[1]) == await store.count(kind, filter)
    return own(cell)


async def values(store: Reader, id: str, *properties: str) -> list[Any]:
    """Properties of one node."""
    ((_, (row,)),) = await store.select(listing(id.partition(":")[0], *properties, filter=compare("id", "eq", id)))
    return row[3]
