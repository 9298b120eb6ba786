"""Links: written by their ends and keys, replaced as a whole, one only where there may be one only."""

from __future__ import annotations

from typing import Any

import pytest

from graph_api.errors import InvalidInput, NotFound
from graph_api.model import AddressesGoal, BasedIn, Broader, Direction, Employs, Focus, HasDepartment, Link, Membership, Scalar
from graph_api.storage.base import Reader, Store

pytestmark = pytest.mark.anyio

ENDS = ["source", "target"]
Rows = list[list[Scalar]]


async def links(store: Reader, link: type[Link], *names: str) -> list[tuple[Any, ...]]:
    """All links of a kind, ends without the name of their kind."""
    columns = (await store.snapshot({}, {link: names})).links[link].values
    ends = [[str(end).partition(":")[2] for end in columns[name]] for name in ENDS]
    return list(zip(*ends, *(columns[name] for name in names), strict=True))


async def test_linking_twice_is_linking_once(small: Store) -> None:
    row: Rows = [["department:water", "expert:cleo"]]
    for _ in range(2):
        async with small.transaction() as tx:
            await tx.link(Employs, ENDS, row + row)
    assert await links(small, Employs) == [("green", "ana"), ("green", "ben"), ("water", "cleo")]


async def test_a_link_takes_over_the_columns_given(small: Store) -> None:
    async with small.transaction() as tx:
        await tx.link(Membership, [*ENDS, "left"], [["municipality:bonn", "partnership:pair", "2021"]])
        await tx.link(Membership, [*ENDS, "joined"], [["municipality:lapaz", "partnership:pair", None]])
    assert (await links(small, Membership, "joined", "left"))[:2] == [("bonn", "pair", "2020", "2021"), ("lapaz", "pair", None, None)]


async def test_the_same_nodes_are_linked_once_for_each_key(small: Store) -> None:
    async with small.transaction() as tx:
        await tx.link(
            Focus, [*ENDS, "direction", "weight"], [["municipality:bonn", "topic:waste", Direction.SEEKS, 0.1], ["municipality:muc", "topic:waste", None, None]]
        )
    assert [row for row in await links(small, Focus, "direction", "weight") if row[1] == "waste"] == [
        ("bonn", "waste", "offers", 0.5),
        ("bonn", "waste", "seeks", 0.1),
        ("lapaz", "waste", "seeks", 1.0),
        ("muc", "waste", "works_on", 1.0),
    ]


async def test_ends_that_do_not_exist_are_named_and_nothing_is_written(small: Store) -> None:
    rows: Rows = [["department:green", "expert:zoe"], ["department:nowhere", "expert:ana"], ["department:water", "expert:cleo"], ["department:green", "zoe"]]
    with pytest.raises(NotFound) as caught:
        async with small.transaction() as tx:
            await tx.link(Employs, ENDS, rows)
    assert set(caught.value.ids) == {"expert:zoe", "department:nowhere", "zoe"}
    assert await links(small, Employs) == [("green", "ana"), ("green", "ben")]


async def test_a_refused_verb_leaves_the_rest_of_the_transaction(small: Store) -> None:
    async with small.transaction() as tx:
        await tx.save("topic", ["id", "name"], [["topic:new", "New"]])
        with pytest.raises(NotFound):
            await tx.link(Broader, ENDS, [["topic:new", "topic:waste"], ["topic:new", "topic:nothing"]], replace="source")
    assert await links(small, Broader) == [("compost", "waste"), ("waste", "environment")]
    assert await small.count("topic") == 4


async def test_a_verb_that_is_refused_half_way_writes_nothing_of_its_own(small: Store) -> None:
    async with small.transaction() as tx:
        with pytest.raises(InvalidInput):
            await tx.save("topic", ["id", "name"], [["topic:good", "Good"], ["topic:bad", None]])
        with pytest.raises(InvalidInput):
            await tx.link(Focus, [*ENDS, "evidence"], [["municipality:muc", "topic:waste", "a"], ["municipality:muc", "topic:compost", "\0"]], replace="source")
        await tx.save("topic", ["id", "name"], [["topic:new", "New"]])
    assert await small.count("topic") == 4
    assert len(await links(small, Focus)) == 6


@pytest.mark.parametrize(
    ("link", "columns", "row"),
    [
        (Employs, ENDS, ["expert:ana", "department:green"]),
        (Employs, ENDS, ["department:green", None]),
        (Employs, [*ENDS, "weight"], ["department:green", "expert:ana", 1.0]),
        (Employs, ["target", "source"], ["expert:ana", "department:green"]),
        (Focus, [*ENDS, "evidence"], ["municipality:bonn", "topic:waste", "a\0b"]),
    ],
    ids=["wrong way round", "an end is missing", "no such property", "ends not first", "U+0000"],
)
async def test_what_is_not_allowed_is_refused(small: Store, link: type[Link], columns: list[str], row: list[Scalar]) -> None:
    before = await links(small, link)
    with pytest.raises(InvalidInput):
        async with small.transaction() as tx:
            await tx.link(link, columns, [row])
    assert await links(small, link) == before


async def test_a_target_with_one_source_changes_it(small: Store) -> None:
    async with small.transaction() as tx:
        await tx.link(Employs, ENDS, [["department:water", "expert:ana"]])
        await tx.link(HasDepartment, ENDS, [["municipality:bonn", "department:water"], ["municipality:treptow", "department:water"]])
    assert await links(small, Employs) == [("green", "ben"), ("water", "ana")]
    assert await links(small, HasDepartment) == [("bonn", "green"), ("treptow", "water")]


async def test_a_source_with_one_target_changes_it(small: Store) -> None:
    async with small.transaction() as tx:
        await tx.link(BasedIn, ENDS, [["stakeholder:uni", "municipality:muc"]])
    assert await links(small, BasedIn) == [("uni", "muc")]


async def test_replacing_by_source_removes_what_is_not_named(small: Store) -> None:
    async with small.transaction() as tx:
        await tx.link(
            Focus,
            [*ENDS, "direction", "evidence"],
            [["municipality:bonn", "topic:waste", Direction.OFFERS, "new"], ["municipality:bonn", "topic:compost", Direction.SEEKS, None]],
            replace="source",
        )
    assert await links(small, Focus, "direction", "weight", "evidence") == [
        ("green", "compost", "offers", 0.7, None),
        ("bonn", "compost", "seeks", 1.0, None),
        ("bonn", "waste", "offers", 0.5, "new"),
        ("lapaz", "waste", "seeks", 1.0, None),
    ]


async def test_replacing_by_target_removes_what_is_not_named(small: Store) -> None:
    async with small.transaction() as tx:
        await tx.link(Membership, ENDS, [["municipality:muc", "partnership:three"], ["municipality:bonn", "partnership:three"]], replace="target")
    assert await links(small, Membership, "joined") == [
        ("bonn", "pair", "2020"),
        ("bonn", "three", None),
        ("lapaz", "pair", "2020"),
        ("muc", "three", "2017-01"),
    ]


async def test_replacing_with_none_removes_all(small: Store) -> None:
    async with small.transaction() as tx:
        await tx.link(AddressesGoal, ENDS, [["partnership:pair", None], ["partnership:three", None]], replace="source")
        await tx.link(Employs, ENDS, [[None, "expert:ana"], ["department:water", "expert:cleo"]], replace="target")
    assert await links(small, AddressesGoal) == []
    assert await links(small, Employs) == [("green", "ben"), ("water", "cleo")]


async def test_replacing_needs_nodes_that_exist(small: Store) -> None:
    with pytest.raises(NotFound):
        async with small.transaction() as tx:
            await tx.link(AddressesGoal, ENDS, [["partnership:none", None]], replace="source")
    assert await links(small, AddressesGoal) == [("pair", "11")]


async def test_unlinking_removes_links_with_that_key_or_all(small: Store) -> None:
    async with small.transaction() as tx:
        rows: Rows = [["municipality:bonn", "topic:waste", Direction.SEEKS], ["municipality:bonn", "topic:waste", Direction.WORKS_ON]]
        assert await tx.unlink(Focus, [*ENDS, "direction"], rows) == 1
        assert await tx.unlink(Focus, [*ENDS, "direction"], rows) == 0
    assert [row for row in await links(small, Focus, "direction") if row[1] == "waste"] == [("bonn", "waste", "offers"), ("lapaz", "waste", "seeks")]
    async with small.transaction() as tx:
        await tx.link(Focus, [*ENDS, "direction"], [["municipality:bonn", "topic:waste", Direction.SEEKS]])
        assert await tx.unlink(Focus, ENDS, [["municipality:bonn", "topic:waste"], ["municipality:bonn", "topic:nothing"]]) == 2
    assert [row for row in await links(small, Focus) if row[1] == "waste"] == [("lapaz", "waste")]
