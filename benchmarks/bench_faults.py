"""Faults at length: bad networks, databases and services killed or frozen, clocks set, a read-only disk, memory under load. `make bench` runs it.

    python benchmarks/bench_faults.py [--seconds 20] [--kills 3] [--minutes 10] [--only neo4j]

Each line: what happened, how many writes were acknowledged and found again, the longest wait, and how soon the service was ready after
the fault was over. It fails at the first bar that is not kept; PARTNERGRAPH_FAULTS_SLACK=0 forgives nothing to a busy machine.
"""

from __future__ import annotations

import argparse
import asyncio
import logging
import os
import random
import signal
import sys
import tempfile
import time
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent.parent))

import pytest

from graph_api.operations.imports import import_files
from graph_api.storage import open_store
from graph_api.storage.base import Store
from seeds.synthetic import write
from tests.faults.clock import Clock
from tests.faults.disk import immutable
from tests.faults.proxy import Network, Proxy
from tests.faults.service import LIST, START_S, Inside, Load, Outside, kept, running
from tests.neo4j_server import Neo4jAddress
from tests.neo4j_server import running as neo4j_running

QUESTIONS = (
    LIST,
    '{ search(text: "neu", first: 50) { edges { node { id } } } }',
    "{ municipalities(last: 100) { edges { node { name departments { edges { node { name } } } partners(first: 5) { edges { node { name } } } } } } }",
    '{ municipalities(first: 100, filter: {country: ["DE"]}) { totalCount edges { node { name focuses { edges { weight } } } } } }',
    "{ partnerships(first: 100) { edges { node { name members { edges { node { name } } } } } } }",
)


def told(what: str, load: Load, found: set[str], back: float) -> None:
    """Prints a line; fails where a bar is not kept."""
    load.told.sound(listening=False)
    lost = set(load.told.acknowledged) - found
    assert not lost, f"lost: {sorted(lost)[:5]}"
    print(
        f"{what:<34} {len(load.told.acknowledged):>6,} acknowledged, none lost, none half; longest wait {load.told.longest:4.1f} s; "
        f"ready after {back:4.1f} s; {len(load.told.errors):,} errors",
        flush=True,
    )


def java_of(home: Path) -> int:
    """The process id of the server whose home this is."""
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                words = (entry / "cmdline").read_bytes().split(b"\0")
            except OSError:
                continue
            if f"--home-dir={home}".encode() in words and words[0].endswith(b"java"):
                return int(entry.name)
    raise RuntimeError(f"no server runs in {home}")


async def networks(store: Store, address: Neo4jAddress, directory: Path, seconds: float) -> None:
    """Every bad network, for long."""
    with Proxy(int(address.url.rpartition(":")[2])) as proxy:
        environment = address.environment | {"PARTNERGRAPH_STORE": f"bolt://127.0.0.1:{proxy.port}"}
        async with Inside(directory / "network", environment).entered() as service:
            await service.ready(START_S)
            async with Load(service, writers=1, readers=1) as load:
                await load.goes_on(within=2 * START_S)  # a server that has just begun plans every statement first
            for network in list(Network)[1:]:
                async with Load(service, writers=8, readers=8) as load:
                    await load.goes_on(within=START_S)
                    proxy.become(network)
                    await asyncio.sleep(seconds)
                    proxy.become(Network.GOOD)
                    back = await service.ready()
                    await load.goes_on()
                told(f"network {network}", load, await kept(store, load.told.tried), back)


async def frozen(store: Store, address: Neo4jAddress, home: Path, directory: Path, seconds: float) -> None:
    """The database's process stopped and continued."""
    async with Inside(directory / "frozen", address.environment).entered() as service:
        await service.ready(START_S)
        async with Load(service, writers=8, readers=8) as load:
            await load.goes_on(within=START_S)
            os.kill(java_of(home), signal.SIGSTOP)
            await asyncio.sleep(seconds)
            os.kill(java_of(home), signal.SIGCONT)
            back = await service.ready()
            await load.goes_on()
        told("Neo4j frozen", load, await kept(store, load.told.tried), back)


async def database_killed(store: Store, address: Neo4jAddress, home: Path, directory: Path, again: Callable[[], None]) -> None:
    """The database's process killed under load and started again."""
    async with Inside(directory / "killed", address.environment).entered() as service:
        await service.ready(START_S)
        async with Load(service, writers=8, readers=8) as load:
            await load.goes_on(10, START_S)
            os.kill(java_of(home), signal.SIGKILL)
            await asyncio.sleep(3)
            await asyncio.to_thread(again)
            back = await service.ready()
            await load.goes_on()
        told("Neo4j killed and restarted", load, await kept(store, load.told.tried), back)


async def on_neo4j(directory: Path, seconds: float) -> None:
    """All faults of a database."""
    home = directory / "neo4j"
    with ExitStack() as stack:
        address = stack.enter_context(neo4j_running(home))
        port = int(address.url.rpartition(":")[2])
        store = open_store(address.url, user=address.user, password=address.password)
        await store.prepare()
        await networks(store, address, directory, seconds)
        await frozen(store, address, home, directory, seconds)
        await database_killed(
            store, address, home, directory, lambda: stack.enter_context(neo4j_running(home, port=port, password=address.password, again=True)) and None
        )
        await store.close()


async def service_killed(directory: Path, kills: int) -> None:
    """A service on a file killed amid a thousand writes, again and again, while another one works on the same file."""
    environment = {"PARTNERGRAPH_STORE": f"file:{directory / 'network.db'}"}
    killed, other = Outside(directory / "one", environment), Outside(directory / "other", environment)
    store, chance = open_store(environment["PARTNERGRAPH_STORE"]), random.Random(0)
    async with running(killed, other):
        for round in range(kills):
            async with Load(killed, other, writers=8) as load:
                await load.goes_on(1_000 + chance.randrange(200), 120)
                killed.end(signal.SIGKILL)
                killed.start()
                back = await killed.ready(START_S)
                await load.goes_on()
            told(f"service killed, {round + 1} of {kills}", load, await kept(store, load.told.tried), back)
    await store.close()


async def clock_set(directory: Path, seconds: float) -> None:
    """A service's clock set under load again and again, by up to a year back and six days forward (a token is good for seven)."""
    clock, chance = Clock(directory / "clock"), random.Random(0)
    environment = {"PARTNERGRAPH_STORE": f"file:{directory / 'clock.db'}"}
    service, store = Outside(directory / "clocked", {**environment, **clock.environment}), open_store(environment["PARTNERGRAPH_STORE"])
    async with running(service):
        async with Load(service, writers=4, readers=2) as load:
            back, end = 0.0, time.monotonic() + seconds
            while time.monotonic() < end:
                clock.set(chance.randrange(-24 * 365, 24 * 6))
                back = max(back, await service.ready())
                await load.goes_on(10, START_S)  # libfaketime makes a busy machine much slower
        told("clock set", load, await kept(store, load.told.tried), back)
    await store.close()


async def disk_read_only(directory: Path, seconds: float) -> None:
    """A disk that becomes read-only under load, and writable again."""
    data = directory / "disk"
    data.mkdir()
    environment = {"PARTNERGRAPH_STORE": f"file:{data / 'network.db'}"}
    service, store = Outside(directory / "reading", environment), open_store(environment["PARTNERGRAPH_STORE"])
    async with running(service):
        async with Load(service, writers=4, readers=4) as load:
            await load.goes_on(10, START_S)
            with immutable(data):
                await load.refused()
                await asyncio.sleep(seconds)
            back = await load.goes_on()
        told("disk read-only", load, await kept(store, load.told.tried), back)
    await store.close()


async def on_file(directory: Path, seconds: float, kills: int) -> None:
    """All faults of a file; what this machine cannot do is told."""
    await service_killed(directory, kills)
    for fault in (clock_set, disk_read_only):
        try:
            await fault(directory, seconds)
        except pytest.skip.Exception as why:
            print(f"{fault.__name__} was not tried: {why}")


def memory(process: int) -> tuple[float, float]:
    """Resident megabytes of its own, and of files, which are libraries."""
    _, resident, shared, *_ = (int(pages) * os.sysconf("SC_PAGE_SIZE") / 1e6 for pages in Path(f"/proc/{process}/statm").read_text().split())
    return resident - shared, shared


async def memory_under_load(directory: Path, minutes: float) -> None:
    """Resident memory of a service with all sorts of questions to a network of 5,000 municipalities, after a tenth of the time and at its end."""
    files = [directory / "network" / f"{stem}.csv" for stem in write(directory / "network", 5_000)]
    store = open_store(f"file:{directory / 'long.db'}")
    await store.prepare()
    await import_files(store, files)
    await store.close()
    service = Outside(directory / "long", {"PARTNERGRAPH_STORE": f"file:{directory / 'long.db'}", "MALLOC_ARENA_MAX": "2"})  # as the image sets it
    async with running(service), Load(service, writers=1, readers=4, questions=QUESTIONS) as load:
        assert service.process
        await asyncio.sleep(6 * minutes)
        early, _ = memory(service.process.pid)
        await asyncio.sleep(54 * minutes)
        late, files = memory(service.process.pid)
    load.told.sound()
    print(
        f"memory under {minutes:g} minutes of load        {early:.1f} MB after a tenth of it, {late:.1f} MB at its end, and {files:.0f} MB of libraries; "
        f"{len(load.told.acknowledged):,} writes"
    )
    assert late < 1.1 * early, "memory grows"


async def main() -> None:
    """All of it."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seconds", type=float, default=20, help="how long each fault lasts")
    parser.add_argument("--kills", type=int, default=3)
    parser.add_argument("--minutes", type=float, default=10)
    parser.add_argument("--only", choices=["file", "neo4j", "memory"], help="a part of it")
    given = parser.parse_args()
    began = time.monotonic()
    logging.disable()  # thousands of refusals are what is asked for
    with tempfile.TemporaryDirectory(prefix="partnergraph-faults-") as place:
        if given.only in (None, "file"):
            await on_file(Path(place), given.seconds, given.kills)
        if given.only in (None, "neo4j"):
            await on_neo4j(Path(place), given.seconds)
        if given.only in (None, "memory"):
            await memory_under_load(Path(place), given.minutes)
    print(f"all bars kept; it took {time.monotonic() - began:.0f} s")


if __name__ == "__main__":
    asyncio.run(main())
