"""A disk that cannot be written for a time, under a running service and before one begins: reading goes on, and it is back by itself."""

from __future__ import annotations

import asyncio
import signal
from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path

import pytest

from graph_api.storage import open_store
from tests.faults.disk import immutable, mounted
from tests.faults.service import LIST, SAVE, START_S, Load, Outside, kept, running, status

REFUSED = "the store cannot be written now, only read; nothing was changed; try again later"
STRICT = {"accept": "application/graphql-response+json"}
Disk = Callable[[Path], AbstractContextManager[None]]


@pytest.fixture
def file(tmp_path: Path) -> Path:
    (tmp_path / "data").mkdir()
    return tmp_path / "data/network.db"


@pytest.fixture
def service(file: Path, tmp_path: Path) -> Outside:
    return Outside(tmp_path / "service", {"PARTNERGRAPH_STORE": f"file:{file}"})


async def is_only_read(service: Outside, count: int) -> None:
    """Fails unless so many topics are read, writing is refused so that everybody understands it, and the process lives."""
    async with service.client() as client:
        read = (await client.post("/graphql", json={"query": LIST})).json()
        assert read["data"]["topics"]["totalCount"] == count
        answer = await client.post("/graphql", json={"query": SAVE, "variables": {"id": "topic:refused", "name": "R"}}, headers=STRICT)
        assert (answer.status_code, answer.json()["errors"][0]["message"]) == (503, REFUSED)
        assert [await status(client, path) for path in ("/healthz", "/readyz")] == [200, 200]


async def is_written(service: Outside, name: str) -> None:
    async with service.client() as client:
        answer = (await client.post("/graphql", json={"query": SAVE, "variables": {"id": f"topic:{name}", "name": name}})).json()
        assert answer["data"]["saveTopic"]["created"]


async def test_a_disk_that_becomes_read_only_refuses_writes_until_it_is_not(file: Path, service: Outside) -> None:
    async with running(service):
        async with Load(service, writers=2, readers=1) as load:
            await load.goes_on(10, START_S)
            with immutable(file.parent):
                await load.refused()
                await asyncio.sleep(0.5)
                await is_only_read(service, len(load.told.acknowledged))
            await load.goes_on()
        await is_written(service, "after")
        assert "Traceback" not in service.log()
    load.told.sound()
    assert set(load.told.ready) == {200}
    store = open_store(f"file:{file}")
    assert set(load.told.acknowledged) <= await kept(store, load.told.tried)
    await store.close()


@pytest.mark.in_full
@pytest.mark.parametrize("disk", [immutable, mounted])
async def test_a_service_that_begins_on_a_read_only_disk_reads_and_writes_later(file: Path, service: Outside, disk: Disk) -> None:
    async with running(service):
        await is_written(service, "before")
        service.end(signal.SIGKILL)  # leaves the file's log beside it
        with disk(file.parent):
            service.start()
            await service.ready(START_S)
            await is_only_read(service, 1)
        await is_written(service, "after")


@pytest.mark.in_full
async def test_a_file_put_by_itself_on_a_read_only_disk_is_told_in_one_line(file: Path, service: Outside) -> None:
    async with running(service):
        await is_written(service, "before")
        service.end()
        assert list(file.parent.iterdir()) == [file]
        with immutable(file.parent):
            service.start()
            async with service.client() as client, asyncio.timeout(START_S):
                while await status(client, "/readyz") != 503:  # noqa: ASYNC110
                    await asyncio.sleep(0.05)
                assert await status(client, "/healthz") == 200
        await service.ready()
        await is_written(service, "after")
    assert "its directory is read-only" in service.log()
    assert "Traceback" not in service.log()
