"""A clock that is set forward and back: under load what is written stays in order and nobody waits; daily work is not done by it."""

from __future__ import annotations

import datetime
import itertools
import os
import subprocess
from collections.abc import Mapping
from pathlib import Path

import pytest

from graph_api.storage import open_store
from graph_api.storage.base import Selection, Shape
from tests.faults.clock import Clock
from tests.faults.service import COMMAND, LIST, ROOT, START_S, Load, Outside, kept, running

DAY = 25
"""Hours: more than a day, so that what is good for a day is not any more."""


async def answered(service: Outside, token: str) -> int:
    """The status of a question that is asked with this token."""
    async with service.client() as client:
        return (await client.post("/graphql", json={"query": LIST}, headers={"authorization": f"Bearer {token}"})).status_code


@pytest.mark.in_full
async def test_a_clock_that_is_set_costs_neither_data_nor_time(tmp_path: Path) -> None:
    clock, file = Clock(tmp_path / "clock"), tmp_path / "network.db"
    service = Outside(tmp_path / "service", {"PARTNERGRAPH_STORE": f"file:{file}", **clock.environment})
    brief = service.token(days=1)
    async with running(service), Load(service, writers=1, readers=1) as load:
        await load.goes_on(10, START_S)
        assert await answered(service, brief) == 200
        for hours, status in ((DAY, 401), (0, 200), (-DAY, 200), (0, 200)):
            clock.set(hours)
            await load.goes_on(10, START_S)  # libfaketime makes a busy machine much slower
            assert await answered(service, brief) == status
        assert "Traceback" not in service.log()
    load.told.sound()
    assert load.told.errors == []
    assert set(load.told.ready) == {200}
    await is_in_order(file, load)


def daily(environment: Mapping[str, str], *words: str) -> tuple[int, str]:
    """Exit code and last line of the daily work."""
    command = (*COMMAND[:-1], "daily", *words)
    done = subprocess.run(command, cwd=ROOT, env={**os.environ, **environment}, capture_output=True, text=True, check=False, timeout=START_S)
    return done.returncode, (done.stderr or done.stdout).splitlines()[-1]


async def test_daily_work_by_a_clock_that_has_jumped_deletes_nobody(tmp_path: Path) -> None:
    clock, address = Clock(tmp_path / "clock"), f"file:{tmp_path / 'network.db'}"
    environment = {"PARTNERGRAPH_STORE": address, **clock.environment}
    store = open_store(address)
    await store.prepare()
    async with store.transaction() as tx:
        await tx.save("expert", ["id", "name", "verified_on"], [["expert:ana", "Ana", datetime.date(2020, 1, 1)]])
    assert daily(environment) == (0, "0 interests closed, 1 people to be reminded, 0 deleted")
    clock.set(24 * 365)
    code, said = daily(environment)
    assert (code, said.partition(" on ")[0]) == (1, "Error: the daily work was last done")
    assert await store.count("expert") == 1
    assert daily(environment, *said.split()[-2:]) == (0, "0 interests closed, 0 people to be reminded, 1 deleted")
    await store.close()


async def is_in_order(file: Path, load: Load) -> None:
    """Fails unless the audit log has each write once, in the order in which they were acknowledged, and at the time that the clock showed."""
    store = open_store(f"file:{file}")
    assert set(load.told.acknowledged) <= await kept(store, load.told.tried)
    entries: list[list[str]] = []
    [[_, rows]] = await store.select(Selection(shapes=(Shape(kind="change", properties=("revision", "record", "at")),)))
    entries = sorted(row[3] for row in rows)
    await store.close()
    assert [record for _, record, _ in entries][: len(load.told.acknowledged)] == load.told.acknowledged
    times = [datetime.datetime.fromisoformat(at) for _, _, at in entries]
    jumps = [round((later - earlier).total_seconds() / 3600) for earlier, later in itertools.pairwise(times)]
    assert [jump for jump in jumps if jump] == [DAY, -DAY, -DAY, DAY]
