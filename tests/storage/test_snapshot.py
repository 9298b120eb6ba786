"""Snapshots: whole columns of one moment, with the revision they belong to."""

from __future__ import annotations

from typing import Any

import pytest

from graph_api.errors import InvalidInput
from graph_api.model import Focus, Link, Membership
from graph_api.storage.base import Columns, Store

pytestmark = pytest.mark.anyio


def lists(columns: Columns) -> dict[str, list[Any]]:
    return {name: list(values) for name, values in columns.values.items()}


async def test_columns_are_in_order_of_id(small: Store) -> None:
    snapshot = await small.snapshot({"municipality": ("id", "population", "seeking", "languages", "verified_on"), "expert": ("consent",)}, {})
    assert lists(snapshot.kinds["municipality"]) == {
        "id": [f"municipality:{i}" for i in ("bonn", "lapaz", "muc", "subotica", "treptow")],
        "population": [300_000, None, 1_500_000, 100_000, None],
        "seeking": [None, True, False, None, None],
        "languages": [["de"], [], ["de", "en"], ["sr", "hu"], []],
        "verified_on": ["2024-05-01", None, None, None, None],
    }
    assert lists(snapshot.kinds["expert"]) == {"consent": [True, False, False]}


async def test_links_are_in_order_of_their_ends_and_keys(small: Store) -> None:
    wanted: dict[type[Link], tuple[str, ...]] = {Focus: ("direction", "weight"), Membership: ()}
    links = (await small.snapshot({}, wanted)).links
    assert lists(links[Focus]) == {
        "source": ["department:green", *["municipality:bonn"] * 4, "municipality:lapaz"],
        "target": ["topic:compost", "sdg_goal:11", "sdg_target:11.6", "topic:waste", "topic:waste", "topic:waste"],
        "direction": ["offers", "seeks", "works_on", "offers", "seeks", "seeks"],
        "weight": [0.7, 0.9, 1.0, 0.5, 0.4, 1.0],
    }
    assert list(links[Membership].values) == ["source", "target"]


async def test_columns_of_nothing_are_empty(store: Store) -> None:
    wanted: dict[type[Link], tuple[str, ...]] = {Focus: ("weight",)}
    snapshot = await store.snapshot({"topic": ("id", "name")}, wanted)
    assert lists(snapshot.kinds["topic"]) == {"id": [], "name": []}
    assert lists(snapshot.links[Focus]) == {"source": [], "target": [], "weight": []}


async def test_the_revision_grows_with_each_write_and_belongs_to_the_snapshot(small: Store) -> None:
    before = await small.revision()
    assert (await small.snapshot({}, {})).revision == await small.revision() == before
    async with small.transaction() as tx:
        await tx.save("topic", ["id", "name"], [["topic:waste", "Waste"]])
    after = await small.revision()
    assert (await small.snapshot({}, {})).revision == after > before
    async with small.transaction() as tx:
        await tx.unlink(Membership, ["source", "target"], [["municipality:bonn", "partnership:pair"]])
    assert await small.revision() > after


async def test_names_that_are_not_declared_are_refused(small: Store) -> None:
    with pytest.raises(InvalidInput):
        await small.snapshot({"topic": ("colour",)}, {})
    with pytest.raises(InvalidInput):
        await small.snapshot({}, {Focus: ("colour",)})
