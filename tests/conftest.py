"""What every test can ask for: a store of each engine, a real Neo4j, and asyncio as the only event loop."""

from __future__ import annotations

import os
from collections.abc import AsyncGenerator, Generator
from pathlib import Path
from urllib.parse import unquote, urlsplit

import pytest

from graph_api.settings import Settings, read_settings
from graph_api.storage import open_store
from graph_api.storage.base import Store
from tests.commands import Terminal
from tests.examples import IN_FULL
from tests.neo4j_server import DEFAULT_VERSION, Neo4jAddress, Neo4jMissing, running


@pytest.fixture(scope="session")
def anyio_backend() -> str:
    """Async tests run on asyncio, as the service does."""
    return "asyncio"


@pytest.fixture(scope="session")
def neo4j_url(tmp_path_factory: pytest.TempPathFactory) -> Generator[Neo4jAddress]:
    """A real Neo4j server: `.url`, `.user`, `.password`, `.database`, `.environment`, `.driver()`, `.clean()`; shared by the tests of a process.

    PARTNERGRAPH_TEST_NEO4J=bolt://user:password@host:port/database uses that server instead of an own one; its data is deleted.
    NEO4J_VERSION chooses the version of an own one. Where none can be had, the test skips; with PARTNERGRAPH_REQUIRE_NEO4J=1 it fails.
    """
    given = os.environ.get("PARTNERGRAPH_TEST_NEO4J", "")
    if given:
        yield address_of(given)
        return
    try:
        with running(tmp_path_factory.mktemp("neo4j"), version=os.environ.get("NEO4J_VERSION") or DEFAULT_VERSION, brief=True) as address:
            yield address
    except Neo4jMissing as missing:
        if os.environ.get("PARTNERGRAPH_REQUIRE_NEO4J") == "1":
            pytest.fail(str(missing))
        pytest.skip(str(missing))


@pytest.fixture
def empty_neo4j(neo4j_url: Neo4jAddress) -> Neo4jAddress:
    """The same server with nothing in it: no node, no constraint, no index."""
    neo4j_url.clean()
    return neo4j_url


@pytest.fixture(params=["sqlite", "neo4j"])
def environment(request: pytest.FixtureRequest, tmp_path: Path) -> dict[str, str]:
    """The environment's settings that mean an empty store, of each engine."""
    if request.param == "neo4j":
        address: Neo4jAddress = request.getfixturevalue("neo4j_url")
        with address.driver() as driver:  # constraints and indexes stay: without them the server would plan each statement anew
            driver.execute_query("MATCH (n) WHERE NOT n:Meta DETACH DELETE n", database_=address.database)
        return address.environment
    return {"PARTNERGRAPH_STORE": f"file:{tmp_path / 'network.db'}"}


@pytest.fixture
def settings(environment: dict[str, str], tmp_path: Path) -> Settings:
    """The settings of that environment."""
    return read_settings(environment, file=tmp_path / "no.env")


@pytest.fixture
async def store(settings: Settings) -> AsyncGenerator[Store]:
    """The store that they mean, prepared."""
    store = open_store(settings.store, user=settings.neo4j_user, password=settings.neo4j_password, database=settings.neo4j_database)
    try:
        await store.prepare()
        yield store
    finally:
        await store.close()


@pytest.fixture
def terminal(environment: dict[str, str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Terminal:
    """The command line, in a directory of its own, on the store that the environment means."""
    monkeypatch.chdir(tmp_path)
    return Terminal(environment=environment)


def address_of(url: str) -> Neo4jAddress:
    """`bolt://user:password@host:port/database` taken apart; user and database default to `neo4j`."""
    parts = urlsplit(url)
    place = parts.netloc.rpartition("@")[2]
    return Neo4jAddress(
        url=f"{parts.scheme}://{place}",
        user=unquote(parts.username or "neo4j"),
        password=unquote(parts.password or ""),
        database=parts.path.strip("/") or "neo4j",
    )


def pytest_itemcollected(item: pytest.Item) -> None:
    """The tests of a module that need Neo4j run one after the other in one process; all of them do where a server was given, whose one database they share.

    Before xdist reads the groups, which it does when the tests are all collected.
    """
    if on_neo4j(item):
        item.add_marker(pytest.mark.xdist_group("neo4j" if os.environ.get("PARTNERGRAPH_TEST_NEO4J") else f"neo4j {item.path.stem}"))


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leaves out what is marked `in_full`, and on Neo4j what is marked `above_the_port`, unless PARTNERGRAPH_IN_FULL=1 asks for it.

    Groups that stay in one process come first, so that single tests fill the processes evenly to the end.
    """
    items.sort(key=lambda item: item.get_closest_marker("xdist_group") is None)
    if IN_FULL:
        return
    left = {item for item in items if item.get_closest_marker("in_full") or (item.get_closest_marker("above_the_port") and on_neo4j(item))}
    if left:
        config.hook.pytest_deselected(items=[*left])
        items[:] = [item for item in items if item not in left]


def on_neo4j(item: pytest.Item) -> bool:
    """Whether it is a test that needs Neo4j."""
    return isinstance(item, pytest.Function) and needs_neo4j(item)


def needs_neo4j(test: pytest.Function) -> bool:
    """Whether the test asks for one of the fixtures above, or is the `neo4j` case of a parametrised one."""
    given = test.callspec.params.values() if hasattr(test, "callspec") else ()
    return not {"neo4j_url", "empty_neo4j"}.isdisjoint(test.fixturenames) or any(value == "neo4j" for value in given if isinstance(value, str))
