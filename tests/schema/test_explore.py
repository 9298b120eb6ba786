"""Finding one's way: search, neighbourhoods, paths and the network as a whole, through GraphQL."""

from __future__ import annotations

from typing import Any

import pytest

from graph_api.schema.explore import encode_offset
from graph_api.storage.base import Cell, Selection, Shape, Store
from tests.schema.conftest import Api

pytestmark = pytest.mark.above_the_port

PAGE = """query ($text: String!, $kinds: [Kind!], $first: Int, $after: String, $last: Int, $before: String) {
  search(text: $text, kinds: $kinds, first: $first, after: $after, last: $last, before: $before) {
    totalCount kinds { kind count } pageInfo { hasNextPage hasPreviousPage startCursor endCursor }
    edges { cursor matched text node { id name } } } }"""
W = ["department:water", "topic:waste", "sdg_goal:6", "sdg_target:11.6", "sdg_target:6.1"]
"""What begins with W in `SMALL`, best first."""


def ids(found: Any) -> list[str]:
    return [edge["node"]["id"] for edge in found["edges"]]


async def test_a_search_goes_through_all_kinds_and_counts_them(small: Api) -> None:
    found = (await small(PAGE, text="w"))["search"]
    assert ids(found) == W
    assert found["totalCount"] == 5
    assert found["kinds"] == [{"kind": k, "count": n} for k, n in (("DEPARTMENT", 1), ("TOPIC", 1), ("SDG_GOAL", 1), ("SDG_TARGET", 2))]
    assert [(edge["matched"], edge["text"]) for edge in found["edges"]][:2] == [("name", "Water"), ("name", "Waste")]


@pytest.mark.parametrize(
    ("text", "matched", "shown"),
    [
        ("munich", "names", "Munich · Monaco di Baviera"),
        ("MUNCHEN", "name", "München"),
        ("munhcen", "name", "München"),
        ("baviera", "names", "Munich · Monaco di Baviera"),
    ],
)
async def test_names_are_found_in_every_language_without_accents_and_with_a_typo(small: Api, text: str, matched: str, shown: str) -> None:
    [edge] = (await small(PAGE, text=text))["search"]["edges"]
    assert (edge["node"], edge["matched"], edge["text"]) == ({"id": "municipality:muc", "name": "München"}, matched, shown)


async def test_only_the_wanted_kinds_are_searched(small: Api) -> None:
    found = (await small(PAGE, text="w", kinds=["TOPIC", "INTEREST"]))["search"]
    assert (ids(found), found["totalCount"], found["kinds"]) == (["topic:waste"], 1, [{"kind": "TOPIC", "count": 1}])
    assert (await small(PAGE, text="w", kinds=[]))["search"]["totalCount"] == 0
    assert (await small(PAGE, text="w", kinds=["CHANGE", "DEMAND"]))["search"]["totalCount"] == 0


@pytest.mark.parametrize("text", ["", " ", "!?", "nothing such", "\0"])
async def test_what_is_not_there_is_not_found(small: Api, text: str) -> None:
    found = (await small(PAGE, text=text))["search"]
    assert found == {
        "totalCount": 0, "kinds": [], "edges": [], "pageInfo": {"hasNextPage": False, "hasPreviousPage": False, "startCursor": None, "endCursor": None},
    }  # fmt: skip


async def test_pages_forward_join_to_the_whole(small: Api) -> None:
    after, pages, more = None, [], True
    while more and len(pages) < 9:
        found = (await small(PAGE, text="w", first=2, after=after))["search"]
        pages.append(ids(found))
        after, more = found["pageInfo"]["endCursor"], found["pageInfo"]["hasNextPage"]
        assert found["pageInfo"]["startCursor"] == found["edges"][0]["cursor"]
        assert found["totalCount"] == 5
    assert pages == [W[:2], W[2:4], W[4:]]


async def test_pages_backward_join_to_the_whole(small: Api) -> None:
    before, pages, more = None, [], True
    while more and len(pages) < 9:
        found = (await small(PAGE, text="w", last=2, before=before))["search"]
        pages.append(ids(found))
        before, more = found["pageInfo"]["startCursor"], found["pageInfo"]["hasPreviousPage"]
    assert pages == [W[3:], W[1:3], W[:1]]


async def test_between_two_cursors(small: Api) -> None:
    found = (await small(PAGE, text="w", after=encode_offset(0), before=encode_offset(4)))["search"]
    assert ids(found) == W[1:4]
    assert ids((await small(PAGE, text="w", after=encode_offset(3), before=encode_offset(1)))["search"]) == []
    assert (await small(PAGE, text="w", after=encode_offset(400)))["search"]["pageInfo"]["hasNextPage"] is False


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"first": 101}, "first is 101; allowed: 0 to 100"),
        ({"first": -1}, "first is -1; allowed: 0 to 100"),
        ({"last": 101}, "last is 101; allowed: 0 to 100"),
        ({"text": "x" * 201}, "the length of text is 201; allowed: 0 to 200"),
        ({"after": "x"}, "'x' is not a cursor of a search; take one from pageInfo or an edge"),
        ({"before": "aGl0Oi0x"}, "'aGl0Oi0x' is not a cursor of a search; take one from pageInfo or an edge"),
    ],
)
async def test_pages_that_cannot_be_are_refused(small: Api, given: dict[str, Any], message: str) -> None:
    assert await small.refusal(PAGE, **{"text": "w", **given}) == ("INVALID_INPUT", message)


# ── neighbourhoods ────────────────────────────────────────────────────────────────────────────────────────────────────

AROUND = """query ($id: ID!, $depth: Int! = 1, $kinds: [Kind!], $links: [LinkKind!], $limit: Int! = 200) {
  neighbourhood(id: $id, depth: $depth, kinds: $kinds, links: $links, limit: $limit) {
    total truncated depths nodes { id name } links { kinds sources targets } } }"""


async def test_a_neighbourhood_is_columns(small: Api) -> None:
    found = (await small(AROUND, id="partnership:pair"))["neighbourhood"]
    around = ["partnership:pair", "municipality:bonn", "municipality:lapaz", "sdg_goal:11", "topic:waste"]
    assert ([node["id"] for node in found["nodes"]], found["depths"], found["total"], found["truncated"]) == (around, [0, 1, 1, 1, 1], 5, False)
    links = zip(*(found["links"][column] for column in ("kinds", "sources", "targets")), strict=True)
    assert [(kind, around[a], around[b]) for kind, a, b in links] == [
        ("addresses_goal", "partnership:pair", "sdg_goal:11"),
        ("has_topic", "partnership:pair", "topic:waste"),
        ("membership", "municipality:bonn", "partnership:pair"),
        ("focus", "municipality:bonn", "sdg_goal:11"),
        ("focus", "municipality:bonn", "topic:waste"),
        ("membership", "municipality:lapaz", "partnership:pair"),
        ("focus", "municipality:lapaz", "topic:waste"),
    ]


async def test_kinds_links_depth_and_limit_bound_it(small: Api) -> None:
    async def nodes(**given: Any) -> tuple[list[str], int, bool]:
        found = (await small(AROUND, id="municipality:bonn", **given))["neighbourhood"]
        return [node["id"] for node in found["nodes"]], found["total"], found["truncated"]

    partners = (["municipality:bonn", "partnership:pair", "municipality:lapaz"], 3, False)
    assert await nodes(depth=2, kinds=["PARTNERSHIP", "MUNICIPALITY"]) == partners
    assert await nodes(depth=3, links=["MEMBERSHIP"]) == partners
    assert await nodes(links=["HAS_DEPARTMENT"]) == (["municipality:bonn", "department:green"], 2, False)
    assert await nodes(kinds=[]) == (["municipality:bonn"], 1, False)
    assert await nodes(limit=3) == (["municipality:bonn", "department:green", "partnership:pair"], 7, True)


@pytest.mark.parametrize(
    ("given", "code", "message"),
    [
        ({"depth": 4}, "INVALID_INPUT", "depth is 4; allowed: 1 to 3"),
        ({"limit": 5001}, "INVALID_INPUT", "limit is 5001; allowed: 1 to 5000"),
        ({"limit": 0}, "INVALID_INPUT", "limit is 0; allowed: 1 to 5000"),
        ({"id": "municipality:nowhere"}, "NOT_FOUND", "not found: municipality:nowhere"),
        ({"id": ""}, "NOT_FOUND", "not found: "),
        ({"id": "change:x"}, "NOT_FOUND", "not found: change:x"),
    ],
)
async def test_neighbourhoods_that_cannot_be_are_refused(small: Api, given: dict[str, Any], code: str, message: str) -> None:
    assert await small.refusal(AROUND, **{"id": "municipality:bonn", **given}) == (code, message)


# ── paths ─────────────────────────────────────────────────────────────────────────────────────────────────────────────

BETWEEN = """query ($from: ID!, $to: ID!, $maxLength: Int! = 4, $first: Int! = 5) {
  paths(from: $from, to: $to, maxLength: $maxLength, first: $first) { length nodes { id } } }"""


async def test_all_shortest_ways_are_given(small: Api) -> None:
    async def ways(a: str, b: str, **given: Any) -> list[list[str]]:
        found = (await small(BETWEEN, **{"from": a, "to": b, **given}))["paths"]
        assert all(path["length"] == len(path["nodes"]) - 1 for path in found)
        return [[node["id"] for node in path["nodes"]] for path in found]

    bonn, lapaz = "municipality:bonn", "municipality:lapaz"
    both = [[bonn, "partnership:pair", lapaz], [bonn, "topic:waste", lapaz]]
    assert await ways(bonn, lapaz) == both
    assert await ways(bonn, lapaz, first=1) == both[:1]
    assert await ways(bonn, lapaz, maxLength=1) == []
    assert await ways(bonn, bonn) == [[bonn]]
    assert await ways(bonn, "municipality:nowhere") == []
    assert await ways(bonn, "municipality:subotica", maxLength=6) == []
    assert await ways("expert:ana", "expert:ben") == [["expert:ana", "department:green", "expert:ben"]]


@pytest.mark.parametrize(("given", "message"), [({"maxLength": 7}, "maxLength is 7; allowed: 1 to 6"), ({"first": 51}, "first is 51; allowed: 1 to 50")])
async def test_paths_that_are_too_long_or_too_many_are_refused(small: Api, given: dict[str, Any], message: str) -> None:
    assert await small.refusal(BETWEEN, **{"from": "topic:waste", "to": "topic:waste", **given}) == ("INVALID_INPUT", message)


# ── the whole ─────────────────────────────────────────────────────────────────────────────────────────────────────────


async def test_statistics_of_the_whole(small: Api) -> None:
    query = """{ networkStatistics { counts { kind count } degrees { mean median largest isolated } components bridges { source target cutOff }
      communities { size members countries } gaps { subject seekers } countriesWithoutPartnership neverContacted } }"""
    found = (await small(query))["networkStatistics"]
    assert {c["kind"]: c["count"] for c in found["counts"] if c["count"]} == {
        "COUNTRY": 3, "MUNICIPALITY": 5, "DEPARTMENT": 2, "EXPERT": 3, "STAKEHOLDER": 1, "PARTNERSHIP": 2, "TOPIC": 3, "SDG_GOAL": 2, "SDG_TARGET": 2,
    }  # fmt: skip
    assert found["degrees"] == {"mean": 8 / 5, "median": 2, "largest": 2, "isolated": 0}
    assert (found["components"], found["bridges"]) == ([3, 2], [])
    assert [c["size"] for c in found["communities"]] == [3, 2]
    assert found["gaps"] == [{"subject": "sdg_goal:11", "seekers": 1}]
    assert (found["countriesWithoutPartnership"], found["neverContacted"]) == ([], 0)


# ── statements ────────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("query", "questions"),
    [
        (PAGE, [{"text": "munich"}, {"text": "waste"}]),
        (AROUND, [{"id": "municipality:bonn"}, {"id": "topic:compost"}]),
        ("query ($ids: [ID!]!) { nodes(ids: $ids) { id ... on Record { name } } }", [{"ids": ["municipality:bonn"]}, {"ids": ["topic:waste", "sdg_goal:6"]}]),
    ],
    ids=["search", "neighbourhood", "nodes"],
)
async def test_what_is_asked_of_records_is_the_same_whatever_was_found(
    small: Api, store: Store, monkeypatch: pytest.MonkeyPatch, query: str, questions: list[dict[str, Any]]
) -> None:
    asked: list[list[tuple[Shape, ...]]] = []
    select = store.select_flat

    async def noted(*selections: Selection) -> list[Cell]:
        asked.append([selection.shapes for selection in selections])
        return await select(*selections)

    monkeypatch.setattr(store, "select_flat", noted)
    await small(query, **questions[0])  # the second time it may be compiled
    asked.clear()
    for question in questions:
        await small(query, **question)
    one, other = asked
    assert one == other
