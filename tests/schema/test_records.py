"""Records by id, with what hangs on them: exactly what was asked, under the names it was asked by."""

from __future__ import annotations

from typing import Any

import pytest

pytestmark = pytest.mark.above_the_port

Api = Any

BONN = {
    "id": "municipality:bonn", "name": "Bonn", "country": "DE", "admin1": "NW", "latitude": 50.7, "longitude": 7.1, "population": 300_000, "languages": ["de"],
    "seeking": None, "capacity": None, "verifiedOn": "2024-05-01"}  # fmt: skip


@pytest.mark.parametrize("id", ["municipality:bonn", "bonn"])
async def test_a_municipality_by_either_form_of_its_id(small: Api, id: str) -> None:
    query = "query($id: ID!) { municipality(id: $id) { id name country admin1 latitude longitude population languages seeking capacity verifiedOn } }"
    assert await small(query, id=id) == {"municipality": BONN}


async def test_the_people_of_a_municipality(small: Api) -> None:
    query = """{ municipality(id: "bonn") {
      departments { totalCount edges { node { name experts { edges { node { name } } } municipality { id } } } }
      experts { edges { node { name department { name } } } }
      stakeholders { edges { node { name realm experts { totalCount } } } }
    } }"""
    ana, ben = {"name": "Ana"}, {"name": "Ben"}
    home = {"municipality": {"id": "municipality:bonn"}}
    assert (await small(query))["municipality"] == {
        "departments": {"totalCount": 1, "edges": [{"node": home | {"name": "Green Spaces", "experts": {"edges": [{"node": ana}, {"node": ben}]}}}]},
        "experts": {"edges": [{"node": person | {"department": {"name": "Green Spaces"}}} for person in (ana, ben)]},
        "stakeholders": {"edges": [{"node": {"name": "University", "realm": "ACADEMIA", "experts": {"totalCount": 1}}}]},
    }


async def test_the_partnerships_of_a_municipality(small: Api) -> None:
    query = """{ municipality(id: "bonn") {
      partnerships { edges { joined left node { name kind members { edges { joined node { name } } } goals { edges { node { number } } } } } }
      partners { totalCount edges { node { name } } }
    } }"""
    members = [{"joined": "2020", "node": {"name": "Bonn"}}, {"joined": "2020", "node": {"name": "La Paz"}}]
    pair = {"name": None, "kind": "PROJECT", "members": {"edges": members}, "goals": {"edges": [{"node": {"number": 11}}]}}
    assert (await small(query))["municipality"] == {
        "partnerships": {"edges": [{"joined": "2020", "left": None, "node": pair}]},
        "partners": {"totalCount": 1, "edges": [{"node": {"name": "La Paz"}}]},
    }


async def test_focuses_carry_weight_direction_and_evidence(small: Api) -> None:
    query = """query($direction: Direction) { municipality(id: "bonn") {
      focuses(direction: $direction) { totalCount edges { direction weight evidence node { __typename id name } } } } }"""
    every = [
        {"direction": "SEEKS", "weight": 0.9, "evidence": None, "node": {"__typename": "SdgGoal", "id": "sdg_goal:11", "name": "Sustainable cities"}},
        {"direction": "WORKS_ON", "weight": 1.0, "evidence": None, "node": {"__typename": "SdgTarget", "id": "sdg_target:11.6", "name": "Air and waste"}},
        {"direction": "OFFERS", "weight": 0.5, "evidence": "plan 2030", "node": {"__typename": "Topic", "id": "topic:waste", "name": "Waste"}},
        {"direction": "SEEKS", "weight": 0.4, "evidence": None, "node": {"__typename": "Topic", "id": "topic:waste", "name": "Waste"}},
    ]
    assert await small(query) == {"municipality": {"focuses": {"totalCount": 4, "edges": every}}}
    assert await small(query, direction="OFFERS") == {"municipality": {"focuses": {"totalCount": 1, "edges": every[2:3]}}}
    assert await small(query, direction=None) == {"municipality": {"focuses": {"totalCount": 4, "edges": every}}}


async def test_focuses_can_be_paged_one_by_one_though_two_are_on_the_same_topic(small: Api) -> None:
    query = """query($after: String) { municipality(id: "bonn") {
      focuses(first: 1, after: $after) { edges { weight node { id } } pageInfo { hasNextPage endCursor } } } }"""
    found, page = [], {"hasNextPage": True, "endCursor": None}
    while page["hasNextPage"]:
        focuses = (await small(query, after=page["endCursor"]))["municipality"]["focuses"]
        found += [(edge["node"]["id"], edge["weight"]) for edge in focuses["edges"]]
        page = focuses["pageInfo"]
    assert found == [("sdg_goal:11", 0.9), ("sdg_target:11.6", 1.0), ("topic:waste", 0.5), ("topic:waste", 0.4)]


async def test_a_record_of_any_kind(small: Api) -> None:
    query = """query($id: ID!) { node(id: $id) { __typename id ... on Record { name verifiedOn }
      ... on Topic { broader { edges { node { name } } } narrower { edges { node { name } } } } ... on Municipality { country } } }"""
    assert await small(query, id="topic:waste") == {"node": {
        "__typename": "Topic", "id": "topic:waste", "name": "Waste", "verifiedOn": None,
        "broader": {"edges": [{"node": {"name": "Environment"}}]}, "narrower": {"edges": [{"node": {"name": "Compost"}}]}}}  # fmt: skip
    assert (await small(query, id="municipality:muc"))["node"]["country"] == "DE"


@pytest.mark.parametrize(
    "id", ["topic:none", "nonsense", "nonsense:x", "", "topic:", "TOPIC:waste", "municipality:bonn ", "'; DROP TABLE topic", "topic:\\u0000"]
)
async def test_what_does_not_exist_is_null(small: Api, id: str) -> None:
    assert await small("query($id: ID!) { node(id: $id) { id } }", id=id) == {"node": None}
    assert await small("query($id: ID!) { topic(id: $id) { id } }", id=id) == {"topic": None}


async def test_several_records_in_the_order_asked(small: Api) -> None:
    query = "query($ids: [ID!]!) { nodes(ids: $ids) { id ... on Topic { name } ... on Expert { name } } }"
    assert await small(query, ids=["topic:waste", "expert:ana", "nonsense", "municipality:x", "topic:waste"]) == {"nodes": [
        {"id": "topic:waste", "name": "Waste"}, {"id": "expert:ana", "name": "Ana"}, None, None, {"id": "topic:waste", "name": "Waste"}]}  # fmt: skip
    assert await small(query, ids=[]) == {"nodes": []}


async def test_aliases_fragments_and_directives(small: Api) -> None:
    query = """
    query($yes: Boolean! = true, $no: Boolean = false, $id: ID = "municipality:muc") {
      a: municipality(id: "bonn") { ...Names }
      a: municipality(id: "bonn") { country }
      b: municipality(id: "lapaz") { title: name, name, ... @include(if: $no) { population } ... @skip(if: $yes) { country } admin1 @skip(if: false) }
      c: municipality(id: $id) { x: partnerships { n: totalCount } y: partnerships(first: 0) { edges { cursor } } ...Nothing @include(if: $no) }
    }
    fragment Names on Municipality { __typename ... on Record { name } ...Inner }
    fragment Inner on Municipality { names }
    fragment Nothing on Municipality { latitude }
    """
    answer = await small(query)
    assert answer == {
        "a": {"__typename": "Municipality", "name": "Bonn", "names": [], "country": "DE"},
        "b": {"title": "La Paz", "name": "La Paz", "admin1": None},
        "c": {"x": {"n": 1}, "y": {"edges": []}},
    }
    assert [list(answer), list(answer["a"])] == [["a", "b", "c"], ["__typename", "name", "names", "country"]]


async def test_the_same_relation_twice_with_other_arguments(small: Api) -> None:
    query = """{ municipality(id: "bonn") {
      seeks: focuses(direction: SEEKS) { totalCount } offers: focuses(direction: OFFERS) { totalCount }
      german: partners(filter: {country: ["DE"]}) { totalCount } bolivian: partners(filter: {country: ["BO"]}) { edges { node { name } } } } }"""
    assert (await small(query))["municipality"] == {
        "seeks": {"totalCount": 2},
        "offers": {"totalCount": 1},
        "german": {"totalCount": 0},
        "bolivian": {"edges": [{"node": {"name": "La Paz"}}]},
    }


async def test_personal_data_is_not_for_everybody(small: Api) -> None:
    assert await small('{ expert(id: "ana") { name consent email availableFrom } }') == {
        "expert": {"name": "Ana", "consent": True, "email": None, "availableFrom": None}}  # fmt: skip


async def test_neighbourhood(small: Api) -> None:
    query = """query($id: ID!, $depth: Int, $kinds: [Kind!], $limit: Int) { neighbourhood(id: $id, depth: $depth, kinds: $kinds, limit: $limit) {
      nodes { __typename id } depths links { kinds sources targets } total truncated } }"""
    found = (await small(query, id="partnership:pair", depth=1, kinds=None, limit=200))["neighbourhood"]
    assert [n["id"] for n in found["nodes"]] == ["partnership:pair", "municipality:bonn", "municipality:lapaz", "sdg_goal:11", "topic:waste"]
    assert found["depths"] == [0, 1, 1, 1, 1]
    links = found["links"]
    assert list(zip(links["kinds"], links["sources"], links["targets"], strict=True)) == [
        ("addresses_goal", 0, 3), ("has_topic", 0, 4), ("membership", 1, 0), ("focus", 1, 3), ("focus", 1, 4),
        ("membership", 2, 0), ("focus", 2, 4)]  # fmt: skip
    assert (found["total"], found["truncated"]) == (5, False)
    cut = (await small(query, id="partnership:pair", depth=2, kinds=["MUNICIPALITY", "PARTNERSHIP"], limit=2))["neighbourhood"]
    assert ([n["id"] for n in cut["nodes"]], cut["total"], cut["truncated"]) == (["partnership:pair", "municipality:bonn"], 3, True)
