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
async def prepared(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncGenerator[Store]:
    """A store of each engine, with what the test before has left in a server's database."""
    store = opened(request.param, request, tmp_path)
    try:
        await store.prepare()
        yield store
    finally:
        await store.close()


@pytest.fixture
async def store(prepared: Store) -> Store:
    """An empty store of each engine."""
    await prepared.clear()
    return prepared


@pytest.fixture(scope="module")
def laid() -> dict[str, int]:
    """By engine the revision at which a test has laid `worlds.SMALL`."""
    return {}


@pytest.fixture
async def small(prepared: Store, laid: dict[str, int], request: pytest.FixtureRequest) -> Store:
    """A store with `worlds.SMALL` in it, and nothing else: the test before has left it so, or it is laid now."""
    engine = str(request.node.callspec.params["prepared"])
    if await prepared.revision() != laid.get(engine):
        await prepared.clear()
        await settle(prepared, SMALL)
        laid[engine] = await prepared.revision()
    return prepared
