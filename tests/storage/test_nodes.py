"""Nodes: what is saved is what is read, and saving twice is saving once."""

from __future__ import annotations

import datetime

import pytest

from graph_api.errors import InvalidInput
from graph_api.model import Focus, HasDepartment, Membership, Mode, Scalar
from graph_api.storage.base import Expansion, Store
from tests.storage.asking import found, listing, own, values

pytestmark = pytest.mark.anyio


async def test_a_new_store_is_empty(store: Store) -> None:
    assert await store.select(listing("municipality", total=True), listing("topic")) == [[0, []], [None, []]]


async def test_every_type_of_value_comes_back(store: Store) -> None:
    async with store.transaction() as tx:
        await tx.save("mission", ["id", "name", "mode", "starts_on", "languages", "interpretation"],
                      [["mission:m", "Visit", Mode.ONLINE, datetime.date(2024, 2, 29), ("es", "de"), True]])  # fmt: skip
        await tx.save("municipality", ["id", "name", "country", "latitude", "population"], [["municipality:x", "X", "XX", -0.1, 7]])
        await tx.save("partnership", ["id", "started"], [["partnership:p", "2017"]])
    assert await values(store, "mission:m", "id", "name", "mode", "starts_on", "languages", "interpretation") == [
        "mission:m", "Visit", "online", "2024-02-29", ["es", "de"], True]  # fmt: skip
    assert await values(store, "municipality:x", "latitude", "population", "seeking", "names", "verified_on") == [-0.1, 7, None, [], None]
    assert await values(store, "partnership:p", "started", "kind", "name") == ["2017", "partnership", None]


@pytest.mark.parametrize(
    "text",
    [
        "",
        " ",
        "Łódź",
        "e\u0301",
        "é",
        "👩🏽‍🌾🇧🇴",
        "القاهرة",
        "שלום",
        "𠜎𐍈",
        "a\u202eb",
        "\ufeffx",
        "\u0001\u007f",
        "'; DROP TABLE x; --",
        '"quoted"\\n',
        "line\nline\ttab",
    ],
)
async def test_texts_come_back_letter_by_letter(store: Store, text: str) -> None:
    async with store.transaction() as tx:
        await tx.save("municipality", ["id", "name", "country", "names"], [["municipality:x", text, "XX", (text, "y")]])
    assert await values(store, "municipality:x", "name", "names") == [text, [text, "y"]]


@pytest.mark.parametrize("number", [0.0, -0.0, 1e-12, 0.1, 12.3456789012345, 89.99999999999999, 0.1 + 0.2])
async def test_numbers_come_back_with_fifteen_digits(store: Store, number: float) -> None:
    async with store.transaction() as tx:
        await tx.save("municipality", ["id", "name", "country", "latitude"], [["municipality:x", "X", "XX", number]])
    assert await values(store, "municipality:x", "latitude") == [float(f"{number:.15g}")]


@pytest.mark.parametrize("number", [0, -(2**53), 2**62])
async def test_whole_numbers_come_back_exactly(store: Store, number: int) -> None:
    async with store.transaction() as tx:
        await tx.save("phase", ["id", "name", "capacity"], [["phase:x", "X", number]])
    assert await values(store, "phase:x", "capacity") == [number]


async def test_a_new_node_has_the_defaults(store: Store) -> None:
    async with store.transaction() as tx:
        await tx.save("expert", ["id", "name"], [["expert:x", "X"]])
        await tx.save("mission", ["id", "name", "mode"], [["mission:x", "X", None]])
    assert await values(store, "expert:x", "languages", "consent", "email") == [[], False, None]
    assert await values(store, "mission:x", "mode", "interpretation") == ["on_site", False]


async def test_saving_again_changes_only_the_columns_given(small: Store) -> None:
    async with small.transaction() as tx:
        await tx.save("municipality", ["id", "population"], [["municipality:bonn", 7], ["municipality:muc", None]])
    assert await values(small, "municipality:bonn", "name", "country", "population", "languages") == ["Bonn", "DE", 7, ["de"]]
    assert await values(small, "municipality:muc", "name", "population", "seeking") == ["München", None, False]


async def test_none_brings_the_default_back(small: Store) -> None:
    async with small.transaction() as tx:
        await tx.save("expert", ["id", "consent"], [["expert:ana", None]])
        await tx.save("municipality", ["id", "languages"], [["municipality:muc", None]])
    assert await values(small, "expert:ana", "consent") == [False]
    assert await values(small, "municipality:muc", "languages") == [[]]


async def test_saving_the_same_twice_is_saving_once(store: Store) -> None:
    rows: list[list[Scalar]] = [["topic:a", "A"], ["topic:b", "B"]]
    for _ in range(2):
        async with store.transaction() as tx:
            await tx.save("topic", ["id", "name"], rows)
    assert await found(store, "topic") == ["a", "b"]


async def test_of_two_rows_of_one_id_the_later_counts(store: Store) -> None:
    async with store.transaction() as tx:
        await tx.save("topic", ["id", "name"], [["topic:a", "First"], ["topic:b", "B"], ["topic:a", "Second"]])
    assert await values(store, "topic:a", "name") == ["Second"]
    assert await found(store, "topic") == ["a", "b"]


async def test_no_rows_write_nothing(small: Store) -> None:
    before = await small.revision()
    async with small.transaction() as tx:
        await tx.save("topic", ["id", "name"], [])
        await tx.link(Membership, ["source", "target"], [])
        assert await tx.unlink(Membership, ["source", "target"], []) == 0
        assert await tx.delete([]) == 0
    assert await found(small, "topic") == ["compost", "environment", "waste"]
    assert await small.revision() >= before


async def test_ten_thousand_nodes_and_links(store: Store) -> None:
    async with store.transaction() as tx:
        await tx.save("municipality", ["id", "name", "country"], [["municipality:m", "M", "DE"]])
        await tx.save("department", ["id", "name"], [[f"department:{i}", f"Department {i}"] for i in range(10_000)])
        await tx.link(HasDepartment, ["source", "target"], [["municipality:m", f"department:{i}"] for i in range(10_000)])
    assert await store.count("department") == 10_000
    (cell,) = await store.select(listing("municipality", links=(), filter=None))
    assert own(cell) == ["m"]
    async with store.transaction() as tx:
        assert await tx.delete([f"department:{i}" for i in range(10_000)]) == 10_000
    assert await store.count("department") == 0


@pytest.mark.parametrize(
    ("columns", "row"),
    [
        (["id", "name"], ["topic", "X"]),
        (["id", "name"], ["municipality:x", "X"]),
        (["id", "name"], ["topic:x", None]),
        (["id", "name_de"], ["topic:new", "Neu"]),
        (["id", "name", "colour"], ["topic:x", "X", "red"]),
        (["name", "id"], ["X", "topic:x"]),
        (["id", "name"], ["topic:x", "a\0b"]),
        (["id", "name"], ["topic:x", "\ud800"]),
    ],
    ids=["no id", "id of another kind", "required is empty", "required is missing", "unknown column", "id not first", "U+0000", "half a surrogate pair"],
)
async def test_what_is_not_allowed_is_refused_and_nothing_written(small: Store, columns: list[str], row: list[Scalar]) -> None:
    async def write() -> None:
        async with small.transaction() as tx:
            await tx.save("topic", ["id", "name"], [["topic:before", "Before"]])
            await tx.save("topic", columns, [row])

    with pytest.raises(InvalidInput):
        await write()
    assert await found(small, "topic") == ["compost", "environment", "waste"]


@pytest.mark.parametrize(("name", "value"), [("population", "many"), ("population", 2**70), ("latitude", float("nan"))])
async def test_a_value_of_another_type_is_refused(small: Store, name: str, value: Scalar) -> None:
    with pytest.raises(InvalidInput):
        async with small.transaction() as tx:
            await tx.save("municipality", ["id", name], [["municipality:bonn", value]])
    assert await values(small, "municipality:bonn", "population", "latitude") == [300_000, 50.7]


async def test_deleting_takes_the_links_along(small: Store) -> None:
    async with small.transaction() as tx:
        assert await tx.delete(["municipality:bonn", "topic:waste", "municipality:nobody", "nonsense"]) == 2
        assert await tx.delete(["municipality:bonn"]) == 0
    links = (await small.snapshot({}, {HasDepartment: (), Membership: (), Focus: ()})).links
    assert list(links[HasDepartment].values["source"]) == ["municipality:muc"]
    assert list(links[Membership].values["source"]) == ["municipality:lapaz", "municipality:muc", "municipality:subotica", "municipality:treptow"]
    assert list(links[Focus].values["source"]) == ["department:green"]


async def test_a_deleted_node_comes_back_without_its_links_and_values(small: Store) -> None:
    async with small.transaction() as tx:
        await tx.delete(["municipality:bonn"])
        await tx.save("municipality", ["id", "name", "country"], [["municipality:bonn", "Bonn", "DE"]])
    assert await values(small, "municipality:bonn", "population") == [None]
    assert (await small.expand(Expansion(ids=("municipality:bonn",)))).ids == ("municipality:bonn",)


async def test_clearing_leaves_nothing(small: Store) -> None:
    before = await small.revision()
    await small.clear()
    assert [await small.count(kind) for kind in ("municipality", "topic", "expert")] == [0, 0, 0]
    assert await small.revision() > before
