"""Faults of the embedded store and of the process that holds it: nothing acknowledged is lost, nothing half written stays."""

from __future__ import annotations

import asyncio
import contextlib
import signal
import sqlite3
from collections.abc import AsyncGenerator
from pathlib import Path

import pytest

from graph_api.storage import open_store
from graph_api.storage.base import Store
from tests.faults.service import BACK_S, LIST, LONGEST_S, SAVE, SECRETS, START_S, Inside, Load, Outside, kept, running, status
from tests.worlds import SMALL, settle


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "network.db"


@pytest.fixture
async def direct(file: Path) -> AsyncGenerator[Store]:
    """The store itself, beside the service."""
    store = open_store(f"file:{file}")
    try:
        await store.prepare()
        yield store
    finally:
        await store.close()


def environment(file: Path) -> dict[str, str]:
    return {"PARTNERGRAPH_STORE": f"file:{file}"}


@pytest.mark.in_full
async def test_of_two_services_on_one_file_one_is_killed_and_one_is_ended_under_load(direct: Store, file: Path, tmp_path: Path) -> None:
    killed, ended = Outside(tmp_path / "killed", environment(file)), Outside(tmp_path / "ended", environment(file))
    async with running(killed, ended):
        async with Load(killed, ended) as load:
            await load.goes_on(40, START_S)
            killed.end(signal.SIGKILL)
            await load.goes_on()
            killed.start()
            await killed.ready(START_S)
            await load.goes_on(40)
            ending = asyncio.create_task(asyncio.to_thread(ended.end))
            assert await asyncio.wait_for(ending, BACK_S) in (0, -signal.SIGTERM)  # uvicorn passes the signal on when all is answered
            await load.goes_on()
        assert "Traceback" not in killed.log() + ended.log()
    load.told.sound(listening=False)
    assert len(load.told.acknowledged) > 80
    assert set(load.told.acknowledged) <= await kept(direct, load.told.tried)


async def test_a_full_disk_refuses_writes_and_nothing_else(direct: Store, file: Path, tmp_path: Path) -> None:
    service = Outside(tmp_path / "service", environment(file), largest_file=file.stat().st_size + 300_000)  # noqa: ASYNC240
    async with running(service):
        async with Load(service, writers=2, readers=1) as load:
            await load.refused(START_S)
            await asyncio.sleep(0.3)
        async with service.client() as client:
            read = (await client.post("/graphql", json={"query": LIST})).json()
            assert read["data"]["topics"]["totalCount"] == len(await kept(direct, load.told.tried))
            assert await status(client, "/healthz") == 200
    await settle(direct, SMALL)  # there is room again
    load.told.sound()
    assert {"STORE_UNAVAILABLE" in error for error in load.told.errors} == {True}
    assert set(load.told.acknowledged) <= await kept(direct, load.told.tried)


@pytest.mark.in_full
async def test_a_program_that_holds_the_file_and_is_frozen_makes_nobody_wait_long(file: Path, tmp_path: Path) -> None:
    async with Inside(tmp_path, environment(file)).entered() as service:
        await service.ready()
        other = sqlite3.connect(file, isolation_level=None)
        other.execute("BEGIN IMMEDIATE")
        async with Load(service, writers=12) as load:
            await asyncio.sleep(LONGEST_S + 1)
            assert load.told.acknowledged == []
            other.execute("ROLLBACK")
            other.close()
            assert await load.goes_on() < BACK_S
    load.told.sound()
    assert len(load.told.errors) >= 12
    assert set(load.told.ready) == {200}  # reading goes on


@pytest.mark.parametrize("damage", ["truncated", "overwritten", "replaced"])
async def test_a_damaged_file_is_told_and_left_alone(file: Path, tmp_path: Path, damage: str) -> None:
    async with contextlib.AsyncExitStack() as stack:
        store = open_store(f"file:{file}")
        stack.push_async_callback(store.close)
        await store.prepare()
        await settle(store, SMALL)
    spoil(file, damage)
    before = file.read_bytes()  # noqa: ASYNC240
    async with Inside(tmp_path, environment(file)).entered() as service, service.client() as client:
        assert await status(client, "/healthz") == 200
        assert await status(client, "/readyz") in ((503,) if damage != "overwritten" else (200, 503))
        for query, variables in ((LIST, {}), (SAVE, {"id": "topic:x", "name": "X"})):
            answer = await client.post("/graphql", json={"query": query, "variables": variables})
            assert "errors" in answer.json()
            assert [secret for secret in (*SECRETS, str(file), file.name) if secret in answer.text] == []
    assert file.read_bytes() == before  # noqa: ASYNC240


def spoil(file: Path, damage: str) -> None:
    whole = file.read_bytes()
    assert len(whole) > 40_000
    file.write_bytes(
        {"truncated": whole[: len(whole) // 2 - 100], "overwritten": whole[:100] + b"\xff" * (len(whole) - 100), "replaced": b"Dear diary\n" * 5_000}[damage]
    )
