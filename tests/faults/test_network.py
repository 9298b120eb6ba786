"""Faults between the service and its database, and what a client sees of them: errors in time, nothing lost, back by itself."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Generator
from pathlib import Path

import pytest

from graph_api.storage import open_store
from graph_api.storage.base import Store
from tests.faults.proxy import Network, Proxy
from tests.faults.service import LONGEST_S, START_S, Inside, Load, kept, status
from tests.neo4j_server import Neo4jAddress

FAULTS = {Network.FAR: 1.0, Network.SLOW: 1.0, Network.RESETTING: 1.0, Network.REFUSING: 1.5, Network.SILENT: 6.5}
"""How many seconds each lasts. Silence lasts longer than the driver's and the program's own patience."""
SHORT = (Network.RESETTING, Network.REFUSING)
"""Those that a short run goes through."""


@pytest.fixture(scope="module")
def proxy(neo4j_url: Neo4jAddress) -> Generator[Proxy]:
    with Proxy(int(neo4j_url.url.rpartition(":")[2])) as proxy:
        yield proxy


@pytest.fixture(scope="module")
async def direct(neo4j_url: Neo4jAddress) -> AsyncGenerator[Store]:
    """The store itself, past the proxy."""
    store = open_store(neo4j_url.url, user=neo4j_url.user, password=neo4j_url.password, database=neo4j_url.database)
    try:
        await store.prepare()
        await store.clear()
        yield store
    finally:
        await store.clear()
        await store.close()


@pytest.fixture(scope="module")
def environment(neo4j_url: Neo4jAddress, proxy: Proxy) -> dict[str, str]:
    """The settings that mean the server behind the proxy."""
    return neo4j_url.environment | {"PARTNERGRAPH_STORE": f"bolt://127.0.0.1:{proxy.port}"}


@pytest.fixture(scope="module")
async def service(environment: dict[str, str], direct: Store, tmp_path_factory: pytest.TempPathFactory) -> AsyncGenerator[Inside]:
    async with Inside(tmp_path_factory.mktemp("service"), environment).entered() as service:
        await service.ready(START_S)
        yield service


@pytest.mark.parametrize("network", [each if each in SHORT else pytest.param(each, marks=pytest.mark.in_full) for each in FAULTS], ids=str)
async def test_a_bad_network_costs_time_and_no_data(service: Inside, proxy: Proxy, direct: Store, network: Network) -> None:
    async with Load(service) as load:
        await load.goes_on(within=START_S)
        proxy.become(network)
        await asyncio.sleep(FAULTS[network])
        during = list(load.told.ready)
        proxy.become(Network.GOOD)
        await service.ready()
        await load.goes_on()
    load.told.sound()
    assert (503 in during) == (network in (Network.RESETTING, Network.REFUSING, Network.SILENT))
    assert set(load.told.acknowledged) <= await kept(direct, load.told.tried)


async def test_connections_that_are_cut_are_replaced(service: Inside, proxy: Proxy, direct: Store) -> None:
    async with Load(service) as load:
        for _ in range(5):
            await load.goes_on(2)
            proxy.cut()
        await load.goes_on()
    load.told.sound()
    assert set(load.told.ready) <= {200, 503}
    assert set(load.told.acknowledged) <= await kept(direct, load.told.tried)


@pytest.mark.in_full
async def test_a_service_that_begins_while_nothing_passes_lives_and_is_ready_later(proxy: Proxy, environment: dict[str, str], tmp_path: Path) -> None:
    proxy.become(Network.SILENT)
    try:
        async with asyncio.timeout(2 * LONGEST_S), Inside(tmp_path, environment).entered() as service, service.client() as client:
            assert await status(client, "/healthz") == 200
            assert await status(client, "/readyz") == 503
            proxy.become(Network.GOOD)
            await service.ready()
    finally:
        proxy.become(Network.GOOD)
