"""Neighbourhoods and shortest paths."""

from __future__ import annotations

import pytest

from graph_api.model import Broader, Focus, HasTarget, Membership, Serves
from graph_api.storage.base import Expansion, Neighbourhood, Store

pytestmark = pytest.mark.anyio


async def test_the_neighbourhood_of_a_node(small: Store) -> None:
    assert await small.expand(Expansion(ids=("partnership:three",))) == Neighbourhood(
        ids=("partnership:three", "municipality:muc", "municipality:subotica", "municipality:treptow"),
        depths=(0, 1, 1, 1),
        links=("membership",) * 3,
        sources=(1, 2, 3),
        targets=(0, 0, 0),
        total=4,
    )


async def test_a_link_stands_once_however_many_keys_it_has(small: Store) -> None:
    found = await small.expand(Expansion(ids=("topic:waste",), links=(Focus,)))
    assert found.ids == ("topic:waste", "municipality:bonn", "municipality:lapaz")
    assert (found.links, found.sources, found.targets) == (("focus", "focus"), (1, 2), (0, 0))


async def test_links_are_in_order_of_source_target_and_name(small: Store) -> None:
    found = await small.expand(Expansion(ids=("municipality:bonn", "sdg_target:11.6"), kinds=("topic", "sdg_goal"), links=(Focus, Serves, HasTarget)))
    assert found.ids == ("municipality:bonn", "sdg_target:11.6", "sdg_goal:11", "topic:waste")
    assert list(zip(found.sources, found.targets, found.links, strict=True)) == [
        (0, 1, "focus"),
        (0, 2, "focus"),
        (0, 3, "focus"),
        (2, 1, "has_target"),
        (3, 1, "serves"),
    ]


async def test_depth_kinds_and_links_bound_the_walk(small: Store) -> None:
    expected = ("municipality:muc", "partnership:three", "municipality:subotica", "municipality:treptow")
    for depth in (2, 3, 9):
        assert (await small.expand(Expansion(ids=("municipality:muc",), depth=depth, links=(Membership,)))).ids == expected
    found = await small.expand(Expansion(ids=("municipality:bonn",), depth=3, kinds=("municipality", "partnership")))
    assert (found.ids, found.depths) == (("municipality:bonn", "partnership:pair", "municipality:lapaz"), (0, 1, 2))
    found = await small.expand(Expansion(ids=("municipality:bonn",), depth=3, kinds=("municipality",)))
    assert (found.ids, found.total) == (("municipality:bonn",), 1)
    assert (await small.expand(Expansion(ids=("municipality:bonn",), depth=0))).ids == ("municipality:bonn",)
    assert (await small.expand(Expansion(ids=("municipality:bonn",), links=()))).ids == ("municipality:bonn",)
    assert (await small.expand(Expansion(ids=("municipality:bonn",), kinds=()))).ids == ("municipality:bonn",)


async def test_the_limit_keeps_the_nearest(small: Store) -> None:
    found = await small.expand(Expansion(ids=("municipality:muc",), depth=2, links=(Membership,), limit=3))
    assert found == Neighbourhood(
        ids=("municipality:muc", "partnership:three", "municipality:subotica"),
        depths=(0, 1, 2),
        links=("membership", "membership"),
        sources=(0, 2),
        targets=(1, 1),
        total=4,
    )
    found = await small.expand(Expansion(ids=("municipality:muc", "municipality:bonn"), limit=1))
    assert (found.ids, found.total) == (("municipality:bonn",), 10)


async def test_nodes_that_do_not_exist_are_left_out(small: Store) -> None:
    found = await small.expand(Expansion(ids=("topic:compost", "topic:nothing", "nonsense", "topic:compost"), links=(Broader,)))
    assert (found.ids, found.total) == (("topic:compost", "topic:waste"), 2)
    assert await small.expand(Expansion(ids=())) == Neighbourhood(ids=(), depths=(), links=(), sources=(), targets=(), total=0)


async def test_all_shortest_paths_in_order(small: Store) -> None:
    assert await small.paths("municipality:bonn", "municipality:lapaz") == [
        ("municipality:bonn", "partnership:pair", "municipality:lapaz"),
        ("municipality:bonn", "topic:waste", "municipality:lapaz"),
    ]
    assert await small.paths("municipality:bonn", "municipality:lapaz", first=1) == [("municipality:bonn", "partnership:pair", "municipality:lapaz")]
    assert await small.paths("municipality:lapaz", "municipality:bonn", links=(Focus,)) == [("municipality:lapaz", "topic:waste", "municipality:bonn")]


async def test_several_ways_of_more_links(small: Store) -> None:
    assert await small.paths("municipality:lapaz", "sdg_goal:11", longest=6, first=9) == [("municipality:lapaz", "partnership:pair", "sdg_goal:11")]
    ways = await small.paths("municipality:lapaz", "sdg_goal:11", longest=6, first=9, links=(Focus, Serves, HasTarget))
    assert ways == [
        ("municipality:lapaz", "topic:waste", "municipality:bonn", "sdg_goal:11"),
        ("municipality:lapaz", "topic:waste", "sdg_target:11.6", "sdg_goal:11"),
    ]


async def test_a_path_is_no_longer_than_allowed(small: Store) -> None:
    path = ("topic:compost", "topic:waste", "topic:environment")
    assert await small.paths(path[0], path[-1], longest=2, links=(Broader,)) == [path]
    assert await small.paths(path[0], path[-1], longest=1, links=(Broader,)) == []


async def test_where_there_is_no_way_there_is_no_path(small: Store) -> None:
    assert await small.paths("municipality:bonn", "municipality:muc", longest=6) == []
    assert await small.paths("municipality:bonn", "municipality:nobody") == []
    assert await small.paths("municipality:nobody", "municipality:nobody") == []
    assert await small.paths("municipality:bonn", "municipality:bonn") == [("municipality:bonn",)]
    assert await small.paths("municipality:bonn", "municipality:lapaz", links=()) == []
