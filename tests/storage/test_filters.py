"""Filters: each operator, nesting, links, places, and that an empty value makes no comparison true."""

from __future__ import annotations

import datetime

import pytest

from graph_api.errors import InvalidInput
from graph_api.model import Scalar
from graph_api.storage.base import Compare, Either, Every, Filter, Linked, Matches, Near, Negate, Operator, Store
from tests.storage.asking import compare, found, listing

pytestmark = pytest.mark.anyio

ALL = ["bonn", "lapaz", "muc", "subotica", "treptow"]
GERMAN = compare("country", "eq", "DE")


@pytest.mark.parametrize(
    ("property", "operator", "value", "expected"),
    [
        ("id", "eq", "municipality:muc", ["muc"]),
        ("id", "in", ("municipality:muc", "municipality:bonn", "municipality:muc", "topic:waste"), ["bonn", "muc"]),
        ("id", "in", (), []),
        ("id", "gt", "municipality:muc", ["subotica", "treptow"]),
        ("id", "starts", "municipality:b", ["bonn"]),
        ("id", "empty", True, []),
        ("name", "eq", "München", ["muc"]),
        ("name", "eq", "münchen", []),
        ("name", "eq", None, []),
        ("name", "in", ("Bonn", "La Paz", None), ["bonn", "lapaz"]),
        ("name", "starts", "MUN", ["muc"]),
        ("name", "starts", "la ", ["lapaz"]),
        ("name", "starts", "", ALL),
        ("name", "starts", "%", []),
        ("name", "contains", "KOPE", ["treptow"]),
        ("name", "contains", "_", []),
        ("name", "lt", "la paz", ["bonn"]),
        ("name", "lte", "LA PAZ", ["bonn", "lapaz"]),
        ("name", "gt", "munchen", ["subotica", "treptow"]),
        ("name", "gte", "Munchen", ["muc", "subotica", "treptow"]),
        ("admin1", "eq", "BY", ["muc"]),
        ("admin1", "starts", "b", ["muc", "treptow"]),
        ("admin1", "lt", "c", ["muc", "treptow"]),
        ("admin1", "empty", True, ["lapaz", "subotica"]),
        ("admin1", "empty", False, ["bonn", "muc", "treptow"]),
        ("population", "eq", 300_000, ["bonn"]),
        ("population", "in", (300_000, 100_000, 5), ["bonn", "subotica"]),
        ("population", "lt", 300_000, ["subotica"]),
        ("population", "lte", 300_000, ["bonn", "subotica"]),
        ("population", "gt", 300_000, ["muc"]),
        ("population", "gte", 300_000, ["bonn", "muc"]),
        ("population", "gt", None, []),
        ("population", "empty", True, ["lapaz", "treptow"]),
        ("latitude", "gt", 50.7, ["treptow"]),
        ("latitude", "eq", 50.7, ["bonn"]),
        ("seeking", "eq", True, ["lapaz"]),
        ("seeking", "eq", False, ["muc"]),
        ("seeking", "in", (True, False), ["lapaz", "muc"]),
        ("seeking", "empty", True, ["bonn", "subotica", "treptow"]),
        ("verified_on", "lte", datetime.date(2024, 5, 1), ["bonn"]),
        ("verified_on", "lt", datetime.date(2024, 5, 1), []),
        ("verified_on", "eq", "2024-05-01", ["bonn"]),
        ("languages", "contains", "de", ["bonn", "muc"]),
        ("languages", "contains", "d", []),
        ("languages", "eq", ("de", "en"), ["muc"]),
        ("languages", "empty", True, ["lapaz", "treptow"]),
        ("languages", "empty", False, ["bonn", "muc", "subotica"]),
        ("names", "contains", "Munich", ["muc"]),
        ("names", "contains", "munich", []),
    ],
)
async def test_operators(small: Store, property: str, operator: str, value: Scalar | tuple[Scalar, ...], expected: list[str]) -> None:
    filter = compare(property, operator, value)
    assert await found(small, "municipality", filter) == expected
    assert await found(small, "municipality", Negate(of=filter)) == [i for i in ALL if i not in expected]


async def test_partial_dates_compare_as_text(small: Store) -> None:
    assert await found(small, "partnership", compare("started", "lt", "2017-02")) == ["three"]
    assert await found(small, "partnership", compare("started", "gt", "2017")) == ["pair", "three"]
    assert await found(small, "partnership", compare("kind", "in", ("project", "contact"))) == ["pair"]
    assert await found(small, "partnership", compare("source", "contains", "x")) == []


@pytest.mark.parametrize(
    ("filter", "expected"),
    [
        (Every(of=()), ALL),
        (Either(of=()), []),
        (Negate(of=Every(of=())), []),
        (Every(of=(GERMAN, compare("population", "gt", 1))), ["bonn", "muc"]),
        (Either(of=(compare("population", "gt", 400_000), compare("seeking", "eq", True))), ["lapaz", "muc"]),
        (Negate(of=Every(of=(GERMAN, compare("population", "gt", 400_000)))), ["bonn", "lapaz", "subotica", "treptow"]),
        (
            Every(of=(GERMAN, Negate(of=compare("admin1", "eq", "NW")), Either(of=(compare("seeking", "eq", False), compare("name", "starts", "t"))))),
            ["muc", "treptow"],
        ),
        (Negate(of=Negate(of=GERMAN)), ["bonn", "muc", "treptow"]),
        (Negate(of=Either(of=(compare("population", "gt", 1), GERMAN))), ["lapaz"]),
    ],
)
async def test_filters_nest(small: Store, filter: Filter, expected: list[str]) -> None:
    assert await found(small, "municipality", filter) == expected


SEEKS, OFFERS = compare("direction", "eq", "seeks"), compare("direction", "eq", "offers")
WASTE = compare("id", "eq", "topic:waste")


@pytest.mark.parametrize(
    ("filter", "expected"),
    [
        (Linked(relation="focuses"), ["bonn", "lapaz"]),
        (Linked(relation="focuses", node=WASTE), ["bonn", "lapaz"]),
        (Linked(relation="focuses", node=WASTE, link=OFFERS), ["bonn"]),
        (Linked(relation="focuses", link=compare("evidence", "empty", False)), ["bonn"]),
        (Linked(relation="focuses", node=WASTE, link=Every(of=(SEEKS, compare("weight", "gte", 0.5)))), ["lapaz"]),
        (Linked(relation="focuses", node=compare("name", "eq", "Air and waste")), ["bonn"]),
        (Linked(relation="focuses", node=compare("name", "contains", "waste")), ["bonn", "lapaz"]),
        (Linked(relation="focuses", node=Negate(of=WASTE)), ["bonn"]),
        (Linked(relation="focuses", node=Negate(of=compare("name", "eq", "Waste"))), ["bonn"]),
        (Linked(relation="focuses", node=Either(of=(WASTE, compare("id", "eq", "sdg_target:11.6")))), ["bonn", "lapaz"]),
        (Negate(of=Linked(relation="focuses")), ["muc", "subotica", "treptow"]),
        (Linked(relation="partners"), ALL),
        (Linked(relation="partners", node=GERMAN), ["lapaz", "muc", "subotica", "treptow"]),
        (Linked(relation="partners", node=Negate(of=GERMAN)), ["bonn", "muc", "treptow"]),
        (Linked(relation="partners", node=compare("id", "eq", "municipality:muc")), ["subotica", "treptow"]),
        (Every(of=(GERMAN, Negate(of=Linked(relation="partners", node=GERMAN)))), ["bonn"]),
        (Linked(relation="experts", node=compare("consent", "eq", True)), ["bonn"]),
        (Linked(relation="departments", node=Linked(relation="experts", node=compare("id", "eq", "expert:ben"))), ["bonn"]),
        (Linked(relation="partnerships", node=Linked(relation="goals", node=compare("number", "eq", 11))), ["bonn", "lapaz"]),
        (Linked(relation="partnerships", node=compare("started", "lt", "2018"), link=compare("joined", "starts", "2018")), ["treptow"]),
        (Linked(relation="stakeholders", node=compare("realm", "eq", "academia")), ["bonn"]),
    ],
)
async def test_links_filter(small: Store, filter: Filter, expected: list[str]) -> None:
    assert await found(small, "municipality", filter) == expected


async def test_links_filter_from_the_other_end(small: Store) -> None:
    assert await found(small, "topic", Linked(relation="focused_by")) == ["compost", "waste"]
    assert await found(small, "topic", Linked(relation="focused_by", node=compare("id", "eq", "municipality:bonn"), link=SEEKS)) == ["waste"]
    assert await found(small, "topic", Linked(relation="focused_by", node=compare("name", "starts", "green"))) == ["compost"]
    assert await found(small, "topic", Linked(relation="departments")) == ["compost"]
    assert await found(small, "topic", Linked(relation="experts", node=Negate(of=compare("id", "eq", "expert:ben")))) == ["waste"]
    assert await found(small, "topic", Linked(relation="departments", node=Negate(of=compare("id", "eq", "department:water")))) == ["compost"]
    assert await found(small, "topic", Linked(relation="narrower", node=WASTE)) == ["environment"]
    assert await found(small, "topic", Linked(relation="broader", node=WASTE)) == ["compost"]
    assert await found(small, "expert", Linked(relation="department", node=Linked(relation="municipality", node=GERMAN))) == ["ana", "ben"]


@pytest.mark.parametrize(
    ("near", "expected"),
    [
        (Near(latitude=50.7, longitude=7.1, kilometres=0), ["bonn"]),
        (Near(latitude=50.7, longitude=7.1, kilometres=430), ["bonn"]),
        (Near(latitude=50.7, longitude=7.1, kilometres=437), ["bonn", "muc"]),
        (Near(latitude=50.7, longitude=7.1, kilometres=21_000), ["bonn", "muc", "subotica", "treptow"]),
        (Near(latitude=90, longitude=0, kilometres=4200), ["treptow"]),
        (Near(latitude=-50.7, longitude=-172.9, kilometres=20_015), ["muc", "subotica", "treptow"]),
    ],
)
async def test_near_is_a_great_circle(small: Store, near: Near, expected: list[str]) -> None:
    assert await found(small, "municipality", near) == expected


async def test_near_crosses_the_date_line(store: Store) -> None:
    async with store.transaction() as tx:
        rows: list[list[Scalar]] = [
            ["municipality:east", "E", "FJ", -17.0, 179.9],
            ["municipality:west", "W", "FJ", -17.0, -179.9],
            ["municipality:far", "F", "FJ", -17.0, 178.0],
        ]
        await tx.save("municipality", ["id", "name", "country", "latitude", "longitude"], rows)
    assert await found(store, "municipality", Near(latitude=-17.0, longitude=-179.9, kilometres=22)) == ["east", "west"]


@pytest.mark.parametrize(
    ("text", "expected"), [("mün", ["muc"]), ("Szabadka", ["subotica"]), ("munihc", ["muc"]), ("", []), ("waste", []), ("paz la", ["lapaz"])]
)
async def test_matches_is_the_full_text_search(small: Store, text: str, expected: list[str]) -> None:
    assert await found(small, "municipality", Matches(text=text)) == expected
    assert await found(small, "municipality", Every(of=(Matches(text=text), GERMAN))) == [i for i in expected if i == "muc"]


@pytest.mark.parametrize("hostile", ["' OR 1=1 --", "}) DETACH DELETE n //", "`", "\\", '"', ":v0", "$p0", "*", "🧨"])
async def test_values_are_never_part_of_the_statement(small: Store, hostile: str) -> None:
    for filter in (
        *(compare("name", operator, hostile) for operator in ("eq", "starts", "contains")),
        compare("names", "contains", hostile),
        Matches(text=hostile),
    ):
        assert await found(small, "municipality", filter) == []


@pytest.mark.parametrize(
    "filter",
    [
        compare("languages", "starts", "d"),
        compare("population", "contains", "1"),
        Linked(relation="friends"),
        Linked(relation="focuses", link=compare("colour", "eq", "red")),
        Linked(relation="focuses", link=Linked(relation="focuses")),
        Linked(relation="partners", link=compare("joined", "eq", "2017")),
    ],
    ids=["beginning of a list", "part of a number", "unknown relation", "unknown property of a link", "link of a link", "property of a shortcut"],
)
async def test_filters_that_mean_nothing_are_refused(small: Store, filter: Filter) -> None:
    with pytest.raises(InvalidInput):
        await small.select(listing("municipality", filter=filter))
    with pytest.raises(InvalidInput):
        await small.count("municipality", filter)


async def test_filters_nest_deep_along_links_and_in_brackets(small: Store) -> None:
    filter: Filter = compare("name", "contains", "compost")
    for level in range(2):
        filter = Linked(relation="broader" if level % 2 else "narrower", node=Either(of=(filter, compare("id", "eq", "topic:nothing"))))
    assert await found(small, "topic", filter) == ["compost"]
    filter = compare("name", "eq", "Compost")
    for _ in range(5):
        filter = Negate(of=Every(of=(filter,)))
    assert await found(small, "topic", filter) == ["environment", "waste"]


async def test_near_needs_places(small: Store) -> None:
    with pytest.raises(InvalidInput):
        await small.count("topic", Near(latitude=0, longitude=0, kilometres=1))


async def test_many_ids_are_one_parameter(small: Store) -> None:
    ids = tuple(f"municipality:{i}" for i in range(50_000))
    assert await found(small, "municipality", Compare(property="id", operator=Operator.IN, value=(*ids, "municipality:bonn"))) == ["bonn"]
