"""A store of each engine, empty and prepared."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from pathlib import Path

import pytest

from graph_api.storage import open_store
from graph_api.storage.base import Store
from tests.neo4j_server import Neo4jAddress
from tests.worlds import SMALL, settle


def opened(engine: str, request: pytest.FixtureRequest, tmp_path: Path) -> Store:
    """The store of an engine, not yet prepared."""
    if engine == "neo4j":
        address: Neo4jAddress = request.getfixturevalue("neo4j_url")
        return open_store(address.url, user=address.user, password=address.password, database=address.database)
    return open_store("memory:" if engine == "sqlite-memory" else f"file:{tmp_path / 'new' / 'network.db'}")


@pytest.fixture(params=["sqlite-file", "sqlite-memory", "neo4j"])
async def store(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncGenerator[Store]:
    """An empty store of each engine."""
    store = opened(request.param, request, tmp_path)
    try:
        await store.prepare()
        await store.clear()
        yield store
    finally:
        await store.close()


@pytest.fixture
async def small(store: Store) -> Store:
    """A store with `worlds.SMALL` in it."""
    await settle(store, SMALL)
    return store
