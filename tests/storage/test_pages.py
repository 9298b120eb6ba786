"""Order and pages: the same as sorting and slicing in plain Python, whatever the order, the window and the empty values."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from graph_api.model import Direction, Focus, Scalar
from graph_api.storage.base import Order, Position, Selection, Shape, Store
from graph_api.storage.codec import order_key
from tests.examples import examples
from tests.storage.asking import along, compare, listing, own

pytestmark = pytest.mark.anyio

NAMES = [
    "Zürich",
    "Aachen",
    "Ägidienberg",
    "Agadir",
    "ärmel",
    "Écija",
    "Łódź",
    "Lodi",
    "Ø",
    "o",
    "éclair",
    "Straße",
    "strasse",
    "STRASSE",
    "東京",
    "Élan",
    "zebra",
    "Çorum",
]
IN_ORDER = [
    "Aachen",
    "Agadir",
    "Ägidienberg",
    "ärmel",
    "Çorum",
    "Écija",
    "éclair",
    "Élan",
    "Lodi",
    "Łódź",
    "Ø",
    "o",
    "Straße",
    "strasse",
    "STRASSE",
    "zebra",
    "Zürich",
    "東京",
]


async def test_accents_and_case_do_not_change_the_place(store: Store) -> None:
    async with store.transaction() as tx:
        await tx.save(
            "municipality", ["id", "name", "country"], [[f"municipality:{i:02}", name, "XX"] for i, name in enumerate(sorted(NAMES, key=IN_ORDER.index))]
        )
    expected = sorted(range(len(NAMES)), key=lambda i: (order_key(IN_ORDER[i]), i))
    for descending in (False, True):
        (cell,) = await store.select(listing("municipality", "name", order=Order(property="name", descending=descending)))
        assert [row[3][0] for row in cell[1]] == [IN_ORDER[i] for i in (reversed(expected) if descending else expected)]


PLACES: list[tuple[str, int | None, str | None]] = [
    ("a", 5, "Bá"),
    ("b", None, "ba"),
    ("c", 5, None),
    ("d", 1, "a"),
    ("e", None, None),
    ("f", 9, "BA"),
    ("g", 1, "z"),
    ("h", None, "a"),
    ("i", 0, None),
    ("j", 5, "c"),
]
"""Id, population, admin1: equal values and empty ones in both."""


@pytest.fixture
async def places(store: Store) -> Store:
    async with store.transaction() as tx:
        columns = ["id", "name", "country", "population", "admin1", "seeking"]
        await tx.save(
            "municipality", columns, [[f"municipality:{i}", i, "XX", population, admin1, None if admin1 else i < "e"] for i, population, admin1 in PLACES]
        )
        await tx.save("phase", ["id", "name", "capacity"], [[f"phase:{i}", i, population] for i, population, _ in PLACES])
    return store


def reference(order: Order) -> list[tuple[Position, str]]:
    """Positions and ids of all places in an order."""
    values: dict[str, dict[str, Any]] = {
        "id": {i: f"municipality:{i}" for i, _, _ in PLACES},
        "name": {i: i for i, _, _ in PLACES},
        "population": {i: population for i, population, _ in PLACES},
        "admin1": {i: order_key(admin1) for i, _, admin1 in PLACES},
        "seeking": {i: None if admin1 else i < "e" for i, _, admin1 in PLACES},
    }
    by = values[order.property]
    filled = sorted((i for i in by if by[i] is not None), key=lambda i: (by[i], i), reverse=order.descending)
    empty = sorted((i for i in by if by[i] is None), reverse=order.descending)
    return [((by[i], f"municipality:{i}"), i) for i in filled + empty]


orders = st.builds(Order, property=st.sampled_from(["id", "name", "population", "admin1", "seeking"]), descending=st.booleans())
counts = st.none() | st.integers(min_value=0, max_value=11)
places_between = st.none() | st.integers(min_value=0, max_value=9)


@given(order=orders, first=counts, last=counts, after=places_between, before=places_between, several=st.booleans())
@examples(60)
async def test_a_window_is_a_slice(
    places: Store, order: Order, first: int | None, last: int | None, after: int | None, before: int | None, several: bool
) -> None:
    every = reference(order)
    rows = every[0 if after is None else after + 1 : len(every) if before is None else before]
    if first is not None:
        rows = rows[: first + 1]
    elif last is not None:
        rows = rows[-(last + 1) :]
    shapes = (Shape(kind="municipality", properties=("name",)), *([Shape(kind="department")] if several and order.property in ("id", "name") else []))
    (cell,) = await places.select(
        Selection(
            shapes=shapes,
            order=order,
            first=first,
            last=last,
            after=None if after is None else every[after][0],
            before=None if before is None else every[before][0],
            total=True,
        )
    )
    assert cell == [10, [[f"municipality:{i}", None if order.property == "id" else position[0], [], [i], []] for position, i in rows]]


@given(descending=st.booleans(), first=counts, after=places_between)
@examples(40)
async def test_a_window_on_what_lies_between_places(places: Store, descending: bool, first: int | None, after: int | None) -> None:
    position: Position | None = None if after is None else (after, "municipality:ccc")
    every = reference(Order(property="population", descending=descending))
    keep = [i for (value, id), i in every if position is None or value is None or ((value, id) < position if descending else (value, id) > position)]
    (cell,) = await places.select(listing("municipality", order=Order(property="population", descending=descending), first=first, after=position))
    assert own(cell) == (keep if first is None else keep[: first + 1])


@pytest.fixture
async def focuses(places: Store) -> Store:
    """A department that focuses on five topics, on two of them in three directions."""
    async with places.transaction() as tx:
        await tx.save(
            "topic",
            ["id", "name", "name_de"],
            [[f"topic:{i}", name, de] for i, name, de in (("p", "B", "x"), ("q", "a", None), ("r", "b", "y"), ("s", "A", "x"), ("t", "c", None))],
        )
        await tx.save("department", ["id", "name"], [["department:d", "D"]])
        rows: list[list[Scalar]] = [["department:d", f"topic:{i}", direction] for i in "pr" for direction in Direction]
        await tx.link(Focus, ["source", "target", "direction"], [*rows, *([["department:d", f"topic:{i}", Direction.SEEKS] for i in "qst"])])
    return places


@pytest.mark.parametrize("property", ["id", "name", "name_de"])
@pytest.mark.parametrize("descending", [False, True])
@pytest.mark.parametrize("backward", [False, True])
async def test_links_that_stand_several_times_are_paged_one_by_one(focuses: Store, property: str, descending: bool, backward: bool) -> None:
    order = Order(property=property, descending=descending)

    async def page(size: int | None, position: Position | None) -> list[Any]:
        window: dict[str, Any] = {"last": size, "before": position} if backward else {"first": size, "after": position}
        focuses_ = along("focuses", Shape(kind="topic"), edge=("direction",), order=order, total=True, **window)
        ((_, ((_, _, _, _, ((total, rows),)),)),) = await focuses.select(listing("department", links=(focuses_,)))
        assert total == 9
        return rows

    every, seen, position = await page(None, None), [], None
    assert len(every) == 9
    for _ in range(9):
        rows = await page(1, position)
        row = rows[-1] if backward and len(rows) == 1 else rows[1] if backward else rows[0]
        seen.append(row)
        position = (row[1], row[0], row[2][0])
    assert seen == (every[::-1] if backward else every)
    assert await page(1, position) == []
    past = await page(None, (every[3][1], every[3][0]))
    assert all(row[0] != every[3][0] for row in past)


async def test_keys_follow_the_direction_of_the_order(focuses: Store) -> None:
    for descending in (False, True):
        wanted = along("focuses", Shape(kind="topic"), edge=("direction",), order=Order(property="name", descending=descending))
        ((_, ((_, _, _, _, (cell,)),)),) = await focuses.select(listing("department", links=(wanted,)))
        expected = [
            ("topic:q", "seeks"), ("topic:s", "seeks"),
            ("topic:p", "offers"), ("topic:p", "seeks"), ("topic:p", "works_on"),
            ("topic:r", "offers"), ("topic:r", "seeks"), ("topic:r", "works_on"),
            ("topic:t", "seeks"),
        ]  # fmt: skip
        assert [(row[0], row[2][0]) for row in cell[1]] == (expected[::-1] if descending else expected)


async def test_paging_goes_on_where_it_was_while_rows_are_written(places: Store) -> None:
    order = Order(property="population", descending=True)
    (cell,) = await places.select(listing("municipality", order=order, first=3, filter=compare("population", "empty", False)))
    assert own(cell) == ["f", "j", "c", "a"]
    place = (cell[1][2][1], cell[1][2][0])
    async with places.transaction() as tx:
        await tx.save("municipality", ["id", "name", "country", "population"], [["municipality:new1", "N", "XX", 10], ["municipality:new2", "N", "XX", 4]])
        await tx.delete(["municipality:c"])
    (cell,) = await places.select(listing("municipality", order=order, after=place, total=True))
    assert (cell[0], own(cell)) == (11, ["a", "new2", "g", "d", "i", "h", "e", "b"])
