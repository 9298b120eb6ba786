"""Migrations: a store of an older program is brought up, once, and the older program writes to it no more."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import pytest

from graph_api.errors import StoreUnavailable, StoreUnusable
from graph_api.model import Focus
from graph_api.storage.base import Linked, Order, Search, Store
from graph_api.storage.migrations import LinkRenamed, Migration, Migrations, Removed, Renamed, ValueChanged, carried
from graph_api.storage.neo4j import Neo4jStore
from graph_api.storage.sqlite import SqliteStore
from tests.neo4j_server import Neo4jAddress
from tests.storage.asking import compare, found, values
from tests.worlds import SMALL, settle

pytestmark = pytest.mark.anyio

MIGRATIONS: Migrations = (
    Migration(why="Words of the glossary.", steps=(Renamed(owner="topic", old="label", new="name"), Removed(owner="topic", name="colour"))),
    Migration(
        why="More of them.",
        steps=(
            LinkRenamed(old="part_of", new="broader"),
            Renamed(owner="focus", old="importance", new="weight"),
            ValueChanged(owner="focus", property="direction", old="wants", new="seeks"),
        ),
    ),
)
OLD_SQLITE = (
    'DROP INDEX "topic(name_key)"',
    'DROP INDEX "broader(target,source)"',
    "ALTER TABLE topic RENAME COLUMN name TO label",
    "ALTER TABLE topic RENAME COLUMN name_key TO label_key",
    'CREATE INDEX "topic(label_key)" ON topic (label_key)',
    "ALTER TABLE topic ADD COLUMN colour TEXT",
    "UPDATE topic SET colour = 'red'",
    "ALTER TABLE broader RENAME TO part_of",
    'CREATE INDEX "part_of(target,source)" ON part_of (target, source)',
    "ALTER TABLE focus RENAME COLUMN weight TO importance",
    "UPDATE focus SET direction = 'wants' WHERE direction = 'seeks'",
    "UPDATE _text SET property = 'label' WHERE property = 'name' AND node LIKE 'topic:%'",
    "PRAGMA user_version = 1",
)
OLD_NEO4J = (
    "DROP INDEX topic_name_key",
    "CREATE RANGE INDEX topic_label_key FOR (n:Topic) ON (n.label_key, n.id)",
    "MATCH (n:Topic) SET n.label = n.name, n.label_key = n.name_key, n.label_words = n.name_words, n.colour = 'red' REMOVE n.name, n.name_key, n.name_words",
    "MATCH (a)-[l:BROADER]->(b) CREATE (a)-[:PART_OF]->(b) DELETE l",
    "MATCH ()-[l:FOCUS]->() SET l.importance = l.weight REMOVE l.weight",
    "MATCH ()-[l:FOCUS {direction: 'seeks'}]->() SET l.direction = 'wants'",
    "MATCH (m:Meta) SET m.format = 1",
)


@dataclass(frozen=True, kw_only=True)
class Place:
    """Where a store is: opens it as a program with some migrations does, and speaks its engine's language."""

    open: Callable[[Migrations], Store]
    say: Callable[..., object]
    old: tuple[str, ...]


@pytest.fixture(params=["sqlite", "neo4j"])
async def place(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncGenerator[Place]:
    """A store of each engine as the first program left it, with `worlds.SMALL` in it."""
    if request.param == "sqlite":
        file = tmp_path / "network.db"

        def say(*texts: str) -> list[object]:
            connection = sqlite3.connect(file, isolation_level=None)
            rows = [row for text in texts for row in connection.execute(text).fetchall()]
            connection.close()
            return rows

        place = Place(open=lambda migrations: SqliteStore(file, migrations=migrations), say=say, old=OLD_SQLITE)
    else:
        address: Neo4jAddress = request.getfixturevalue("neo4j_url")

        def run(*texts: str) -> list[object]:
            with address.driver() as driver:
                return [tuple(record) for text in texts for record in driver.execute_query(text, database_=address.database).records]  # type: ignore[arg-type]

        def open_(migrations: Migrations) -> Store:
            return Neo4jStore(address.url, user=address.user, password=address.password, database=address.database, migrations=migrations)

        place = Place(open=open_, say=run, old=OLD_NEO4J)
        run("MATCH (n) DETACH DELETE n")  # constraints and indexes stay: to make them takes seconds
    async with opened(place, ()) as store:
        await settle(store, SMALL)
    place.say(*place.old)
    yield place
    if request.param == "neo4j":
        place.say("MATCH (n) DETACH DELETE n", "DROP INDEX topic_label_key IF EXISTS")


@asynccontextmanager
async def opened(place: Place, migrations: Migrations) -> AsyncGenerator[Store]:
    store = place.open(migrations)
    try:
        await store.prepare()
        yield store
    finally:
        await store.close()


FEWER = pytest.mark.parametrize("place", ["sqlite", pytest.param("neo4j", marks=pytest.mark.in_full)], indirect=True)
"""On Neo4j in full only: each makes a store of its own there."""


async def test_an_older_store_is_brought_up(place: Place) -> None:
    async with opened(place, MIGRATIONS) as store:
        assert await values(store, "topic:waste", "name") == ["Waste"]
        assert await found(store, "topic", order=Order(property="name")) == ["compost", "environment", "waste"]
        assert await found(store, "topic", compare("name", "contains", "WAST")) == ["waste"]
        assert [hit.id for hit in (await store.search(Search(text="compost", kinds=("topic",)))).hits] == ["topic:compost"]
        assert await found(store, "topic", Linked(relation="broader")) == ["compost", "waste"]
        columns = (await store.snapshot({}, {Focus: ("direction", "weight")})).links[Focus].values
        assert list(zip(columns["direction"], columns["weight"], strict=True))[-2:] == [("seeks", 0.4), ("seeks", 1.0)]
        assert (await store.condition()).lacking == ()
    if place.old is OLD_SQLITE:
        assert place.say("SELECT name FROM pragma_table_info('topic') WHERE name IN ('colour', 'label', 'label_key')", "PRAGMA user_version") == [(3,)]
    else:
        assert place.say("MATCH (m:Meta) RETURN m.format", "SHOW INDEXES YIELD name WHERE name = 'topic_label_key'") == [(3,)]
        assert place.say("MATCH (n:Topic) WHERE n.label IS NOT NULL OR n.label_words IS NOT NULL OR n.colour IS NOT NULL RETURN n") == []


@FEWER
async def test_it_is_brought_up_once(place: Place) -> None:
    async with opened(place, MIGRATIONS) as store:
        before = await store.revision()
    async with opened(place, MIGRATIONS) as store:
        assert await store.revision() == before


async def prepared(store: Store) -> None:
    """Prepares a store as the service does, again and again: on a busy machine the others take longer than one try waits."""
    ready = False
    while not ready:
        with suppress(StoreUnavailable):
            await store.prepare()
            ready = True


@FEWER
async def test_several_programs_that_start_at_once_bring_it_up_once(place: Place) -> None:
    stores = [place.open(MIGRATIONS) for _ in range(3)]
    try:
        async with asyncio.timeout(60):
            await asyncio.gather(*map(prepared, stores))
        for store in stores:
            assert await values(store, "topic:waste", "name") == ["Waste"]
    finally:
        for store in stores:
            await store.close()


@FEWER
async def test_an_older_program_that_still_runs_writes_no_more(place: Place) -> None:
    older = place.open(())
    try:
        assert await older.count("municipality") == 5
        await brought_up(place, MIGRATIONS)
        newer = r"was written by a newer Partnergraph \(format 3\); this one reads up to format 1$"
        with pytest.raises(StoreUnusable, match=newer):
            async with older.transaction():
                pass
        with pytest.raises(StoreUnusable, match=newer):
            await older.prepare()
    finally:
        await older.close()


@FEWER
async def test_what_fails_half_way_leaves_the_store_as_it_was(place: Place) -> None:
    broken = (*MIGRATIONS, Migration(why="Not to be carried out.", steps=(LinkRenamed(old="no such link", new="x"),)))
    with pytest.raises(Exception, match=r"the store|network\.db"):
        await brought_up(place, broken)
    async with opened(place, MIGRATIONS) as store:
        assert await values(store, "topic:waste", "name") == ["Waste"]


async def brought_up(place: Place, migrations: Migrations) -> None:
    async with opened(place, migrations):
        pass


def test_values_changed_before_and_after_a_property_is_renamed_are_carried_along() -> None:
    steps = [
        ValueChanged(owner="focus", property="way", old="wish", new="want"),
        Renamed(owner="focus", old="way", new="direction"),
        ValueChanged(owner="focus", property="direction", old="want", new="seeks"),
        Removed(owner="focus", name="gone"),
        Removed(owner="topic", name="way"),
    ]
    assert carried(steps, "focus", ["source", "way", "gone"]) == ("focus", ["source", "direction", None], {"direction": {"wish": "seeks", "want": "seeks"}})
