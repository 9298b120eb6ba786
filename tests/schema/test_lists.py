"""Lists: pages forward and backward, orders with empty values, and each filter at least once."""

from __future__ import annotations

from typing import Any

import pytest

pytestmark = pytest.mark.above_the_port

Api = Any

PAGE = """query($first: Int, $after: String, $last: Int, $before: String, $order: MunicipalityOrder, $filter: MunicipalityFilter) {
  municipalities(first: $first, after: $after, last: $last, before: $before, orderBy: $order, filter: $filter) {
    totalCount edges { cursor node { id name } } pageInfo { hasNextPage hasPreviousPage startCursor endCursor } } }"""
BY_ID = ["bonn", "lapaz", "muc", "subotica", "treptow"]


async def page(api: Api, **variables: Any) -> tuple[list[str], dict[str, Any]]:
    found = (await api(PAGE, **variables))["municipalities"]
    assert found["totalCount"] == len(await ids(api, variables.get("filter")))
    edges = found["edges"]
    assert (found["pageInfo"]["startCursor"], found["pageInfo"]["endCursor"]) == ((edges[0]["cursor"], edges[-1]["cursor"]) if edges else (None, None))
    return [edge["node"]["id"].partition(":")[2] for edge in edges], found["pageInfo"]


async def ids(api: Api, filter: dict[str, Any] | None = None) -> list[str]:
    found = (await api("query($f: MunicipalityFilter) { municipalities(filter: $f) { edges { node { id } } } }", f=filter))["municipalities"]
    return [edge["node"]["id"].partition(":")[2] for edge in found["edges"]]


@pytest.mark.parametrize(
    ("order", "expected"),
    [
        (None, BY_ID),
        ({"field": "NAME"}, ["bonn", "lapaz", "muc", "subotica", "treptow"]),
        ({"field": "ID", "direction": "DESC"}, BY_ID[::-1]),
        ({"field": "POPULATION"}, ["subotica", "bonn", "muc", "lapaz", "treptow"]),
        ({"field": "POPULATION", "direction": "DESC"}, ["muc", "bonn", "subotica", "treptow", "lapaz"]),
        ({"field": "COUNTRY", "direction": "ASC"}, ["lapaz", "bonn", "muc", "treptow", "subotica"]),
        ({"field": "SEEKING"}, ["muc", "lapaz", "bonn", "subotica", "treptow"]),
    ],
)
async def test_pages_forward_and_backward_show_the_whole_list_in_order(small: Api, order: dict[str, str] | None, expected: list[str]) -> None:
    assert (await page(small, order=order))[0] == expected
    forward, after = [], None
    for size, more in ((2, True), (2, True), (1, False)):
        found, info = await page(small, order=order, first=2, after=after)
        assert (len(found), info["hasNextPage"]) == (size, more)
        forward, after = forward + found, info["endCursor"]
    assert forward == expected
    backward, before = [], None
    for size, more in ((2, True), (2, True), (1, False)):
        found, info = await page(small, order=order, last=2, before=before)
        assert (len(found), info["hasPreviousPage"]) == (size, more)
        backward, before = found + backward, info["startCursor"]
    assert backward == expected


async def test_the_ends_of_a_list(small: Api) -> None:
    assert await page(small, first=0) == ([], {"hasNextPage": True, "hasPreviousPage": False, "startCursor": None, "endCursor": None})
    assert await page(small, last=0) == ([], {"hasNextPage": False, "hasPreviousPage": True, "startCursor": None, "endCursor": None})
    whole, info = await page(small, first=5)
    assert (whole, info["hasNextPage"]) == (BY_ID, False)
    assert (await page(small, first=5, after=info["endCursor"]))[0] == []
    assert (await page(small, first=4, last=2))[0] == ["muc", "subotica"]
    _, first = await page(small, first=1)
    _, last = await page(small, last=1)
    assert (await page(small, after=first["endCursor"], before=last["startCursor"]))[0] == ["lapaz", "muc", "subotica"]


@pytest.mark.parametrize(
    ("filter", "expected"),
    [
        ({}, BY_ID),
        ({"ids": ["bonn", "municipality:muc", "nonsense"]}, ["bonn", "muc"]),
        ({"ids": []}, []),
        ({"name": ["Bonn", "München"]}, ["bonn", "muc"]),
        ({"country": ["RS", "BO"]}, ["lapaz", "subotica"]),
        ({"admin1": ["BY"]}, ["muc"]),
        ({"latitudeMin": 50, "latitudeMax": 52}, ["bonn"]),
        ({"populationMin": 300_000}, ["bonn", "muc"]),
        ({"populationMax": 300_000}, ["bonn", "subotica"]),
        ({"seeking": True}, ["lapaz"]),
        ({"seeking": False}, ["muc"]),
        ({"seeking": None}, BY_ID),
        ({"not": {"seeking": True}}, ["bonn", "muc", "subotica", "treptow"]),
        ({"not": {}}, []),
        ({"or": [{"country": ["RS"]}, {"admin1": ["BY"]}]}, ["muc", "subotica"]),
        ({"or": []}, []),
        ({"and": [{"country": ["DE"]}, {"populationMin": 1_000_000}]}, ["muc"]),
        ({"and": []}, BY_ID),
        ({"country": ["DE"], "seeking": False}, ["muc"]),
        ({"hasGermanPartner": True}, ["lapaz", "muc", "subotica", "treptow"]),
        ({"hasGermanPartner": False}, ["bonn"]),
        ({"focusesOn": {"topic": "waste"}}, ["bonn", "lapaz"]),
        ({"focusesOn": {"topic": "topic:waste", "direction": "OFFERS"}}, ["bonn"]),
        ({"focusesOn": {"topic": "waste", "direction": "SEEKS", "weightMin": 0.5}}, ["lapaz"]),
        ({"focusesOn": {"goal": "11"}}, ["bonn"]),
        ({"focusesOn": {"target": "sdg_target:11.6", "direction": "WORKS_ON"}}, ["bonn"]),
        ({"focusesOn": {"direction": "SEEKS"}}, ["bonn", "lapaz"]),
        ({"partneredWith": "subotica"}, ["muc", "treptow"]),
        ({"inPhase": "pilot"}, []),
        ({"near": {"latitude": 50.0, "longitude": 7.1, "kilometres": 78}}, ["bonn"]),
        ({"near": {"latitude": 50.0, "longitude": 7.1, "kilometres": 77}}, []),
        ({"text": "munchen"}, ["muc"]),
        ({"text": "Szabadka"}, ["subotica"]),
        ({"text": "Monaco"}, ["muc"]),
        ({"departments": {"some": {"name": ["Water"]}}}, ["muc"]),
        ({"departments": {"none": {}}}, ["lapaz", "subotica", "treptow"]),
        ({"partnerships": {"some": {"kind": ["PROJECT"]}}}, ["bonn", "lapaz"]),
        ({"partnerships": {"some": {"started": "2017"}}}, ["muc", "subotica", "treptow"]),
        ({"partners": {"some": {"country": ["BO"]}}}, ["bonn"]),
        ({"experts": {"some": {}}}, ["bonn"]),
        ({"stakeholders": {"some": {"realm": ["ACADEMIA"]}, "none": {"realm": ["POLITICS"]}}}, ["bonn"]),
    ],
)
async def test_each_filter(small: Api, filter: dict[str, Any], expected: list[str]) -> None:
    assert await ids(small, filter) == expected


async def test_every_kind_has_a_list_and_a_field_of_its_own(small: Api) -> None:
    lists = ["countries", "departments", "experts", "stakeholders", "partnerships", "phases", "missions", "events", "topics", "sdgGoals", "sdgTargets"]
    counts = await small("{" + " ".join(f"{name} {{ totalCount }}" for name in lists) + "}")
    assert [counts[name]["totalCount"] for name in lists] == [3, 2, 3, 1, 2, 0, 0, 0, 3, 2, 2]
    assert await small('{ sdgGoal(id: "11") { number } country(id: "DE") { nameDe } partnership(id: "three") { started } }') == {
        "sdgGoal": {"number": 11}, "country": {"nameDe": "Deutschland"}, "partnership": {"started": "2017-01"}}  # fmt: skip


async def test_a_page_inside_a_page(small: Api) -> None:
    query = """{ topics(orderBy: {field: NAME}) { edges { node { name focusedBy { totalCount edges { direction node { id } } } } } } }"""
    found = {edge["node"]["name"]: edge["node"]["focusedBy"] for edge in (await small(query))["topics"]["edges"]}
    assert {name: focused["totalCount"] for name, focused in found.items()} == {"Compost": 1, "Environment": 0, "Waste": 3}
    assert [(e["node"]["id"], e["direction"]) for e in found["Waste"]["edges"]] == [
        ("municipality:bonn", "OFFERS"), ("municipality:bonn", "SEEKS"), ("municipality:lapaz", "SEEKS")]  # fmt: skip
