"""The service, in this process or as one of its own which can be killed and frozen, and load on it whose answers are kept."""

from __future__ import annotations

import asyncio
import contextlib
import itertools
import os
import signal
import subprocess
import sys
import time
from collections.abc import AsyncGenerator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Self

import httpx

from graph_api.operations.viewers import Role, Viewer
from graph_api.server import create_app
from graph_api.settings import read_settings
from graph_api.storage.base import Order, Selection, Shape, Store
from graph_api.tokens import LocalTokens
from tests.neo4j_server import free_port

ROOT = Path(__file__).parents[2]
COMMAND = (sys.executable, "-c", "from graph_api.cli import main; main()", "serve")
START_S = 60.0
"""A process has to begin within so many seconds, on a busy machine too."""
BACK_S = 15.0
"""After a fault is over, the service has to be ready within so many seconds, by itself."""
LONGEST_S = 8.0
"""Nobody waits longer for an answer."""
SLACK_S = float(os.environ.get("PARTNERGRAPH_FAULTS_SLACK", "2"))
"""So many more are forgiven, because a busy machine makes the one who measures wait too; 0 where it is idle."""
SAVE = "mutation($id: ID!, $name: String!, $if: Int) { saveTopic(input: {id: $id, name: $name}, ifRevision: $if) { created record { revision } } }"
READ = "query($id: ID!) { topic(id: $id) { name revision } }"
LIST = "{ topics(first: 20) { totalCount edges { node { name broader { edges { node { name } } } } } } }"
SECRETS = ("127.0.0.1", "localhost", "bolt:", "neo4j", "Neo4j", "Bolt", "sqlite3", "Traceback", "/tmp", "Exception")
"""What no answer may hold."""


class Target:
    """A service that can be asked."""

    name = "service"

    def client(self) -> httpx.AsyncClient:
        """Asks it as a coordinator."""
        raise NotImplementedError

    async def ready(self, within: float = BACK_S) -> float:
        """Waits until it says that it is ready; how long that took. Fails after `within` seconds."""
        began = time.monotonic()
        async with self.client() as client:
            while await status(client, "/readyz") != 200:
                assert time.monotonic() - began < within, f"not ready after {within} s"
                await asyncio.sleep(0.05)
        return time.monotonic() - began


async def status(client: httpx.AsyncClient, path: str) -> int:
    """The status of an answer; 0 where there is none."""
    try:
        return (await client.get(path)).status_code
    except httpx.TransportError:
        return 0


class Inside(Target):
    """A service in this process; `entered` begins its life."""

    def __init__(self, directory: Path, environment: Mapping[str, str]) -> None:
        key = directory / "key"
        self._token = LocalTokens(key).issue(Viewer(role=Role.COORDINATOR, name="load"), days=1)
        self._app = create_app(read_settings({**environment, "PARTNERGRAPH_KEY_FILE": str(key)}, file=directory / "no.env"))

    def client(self) -> httpx.AsyncClient:
        transport = httpx.ASGITransport(app=self._app)
        return httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1:8000", headers={"authorization": f"Bearer {self._token}"})

    @contextlib.asynccontextmanager
    async def entered(self) -> AsyncGenerator[Self]:
        """The service, listening."""
        async with self._app.router.lifespan_context(self._app):
            yield self


class Outside(Target):
    """A service as a process of its own, with its own port and key; it may be started again after it has ended."""

    def __init__(self, directory: Path, environment: Mapping[str, str], *, largest_file: int | None = None) -> None:
        directory.mkdir(exist_ok=True)
        self.port, self._directory, self.largest_file = free_port(), directory, largest_file
        self.name = str(self.port)
        key = directory / "key"
        self._tokens = LocalTokens(key)
        self._token = self.token(days=7)
        own = {"PARTNERGRAPH_PORT": str(self.port), "PARTNERGRAPH_KEY_FILE": str(key), "PARTNERGRAPH_LOG": "json"}
        self._environment = {**os.environ, **environment, **own}
        self.process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Begins the process; see `ready`."""
        command = COMMAND
        if self.largest_file:  # files that grow larger are refused, as on a full disk
            limit = (
                f"import resource, signal; signal.signal(signal.SIGXFSZ, signal.SIG_IGN); resource.setrlimit(resource.RLIMIT_FSIZE, ({self.largest_file},) * 2)"
            )
            command = (*COMMAND[:2], f"{limit}; {COMMAND[2]}", *COMMAND[3:])
        with (self._directory / "service.log").open("ab") as log:
            self.process = subprocess.Popen(command, cwd=ROOT, env=self._environment, stdout=log, stderr=log)

    def end(self, how: signal.Signals = signal.SIGTERM) -> int:
        """Sends a signal and waits for the end; the exit code."""
        assert self.process
        self.process.send_signal(how)
        return self.process.wait(timeout=30)

    def token(self, *, days: int) -> str:
        """A token of a coordinator that the service takes for so many days from now."""
        return self._tokens.issue(Viewer(role=Role.COORDINATOR, name="load"), days=days)

    def log(self) -> str:
        """What it has written to its log."""
        return (self._directory / "service.log").read_text("utf-8", "replace")

    def client(self) -> httpx.AsyncClient:
        address = f"http://127.0.0.1:{self.port}"
        return httpx.AsyncClient(base_url=address, timeout=LONGEST_S + 4, headers={"authorization": f"Bearer {self._token}"})


@contextlib.asynccontextmanager
async def running(*services: Outside) -> AsyncGenerator[None]:
    """Services that are ready, and gone after the block."""
    try:
        for service in services:
            service.start()
        for service in services:
            await service.ready(START_S)
        yield
    finally:
        for service in services:
            if service.process and service.process.poll() is None:
                service.process.send_signal(signal.SIGCONT)
                service.end(signal.SIGKILL)


@dataclass(kw_only=True)
class Told:
    """What came of load."""

    acknowledged: list[str] = field(default_factory=list[str])
    """Ids of records whose writing was answered without an error."""
    tried: list[str] = field(default_factory=list[str])
    errors: list[str] = field(default_factory=list[str])
    """Answers that were no success."""
    unreachable: int = 0
    """Requests without any answer, because nobody listened or the connection broke."""
    longest: float = 0.0
    """Seconds of the longest wait for an answer."""
    alive: set[int] = field(default_factory=set[int])
    ready: list[int] = field(default_factory=list[int])
    """Status of the answers to `/healthz` and `/readyz`."""

    def sound(self, *, listening: bool = True) -> None:
        """Fails where somebody waited too long, an error tells too much, or the process did not live (unless it was killed on purpose)."""
        assert self.longest <= LONGEST_S + SLACK_S, f"somebody waited {self.longest:.1f} s"
        assert self.alive <= {200}
        assert not listening or not self.unreachable, f"{self.unreachable} requests without an answer"
        told = [text for text in self.errors for secret in SECRETS if secret in text]
        assert told == [], told[0]


class Load:
    """Writers, readers and watchers of one or several services, until the block ends; each writer's records have names of their own."""

    def __init__(self, *services: Target, writers: int = 4, readers: int = 2, questions: Sequence[str] = (LIST,)) -> None:
        self.told = Told()
        self._services, self._writers, self._readers, self._questions = services, writers, readers, questions
        self._tasks: list[asyncio.Task[None]] = []
        self._mark = f"{time.monotonic_ns():x}"
        self._over = False

    async def __aenter__(self) -> Load:
        for service in self._services:
            work = [self._write(service, n) for n in range(self._writers)] + [self._read(service) for _ in range(self._readers)]
            self._tasks += [asyncio.create_task(each) for each in (*work, self._watch(service, "/healthz"), self._watch(service, "/readyz"))]
        return self

    async def __aexit__(self, *_: object) -> None:
        self._over = True
        await asyncio.gather(*self._tasks)

    async def goes_on(self, number: int = 4, within: float = BACK_S) -> float:
        """Waits until so many more writes are acknowledged; how long that took. Fails after `within` seconds."""
        began, before = time.monotonic(), len(self.told.acknowledged)
        while len(self.told.acknowledged) < before + number:
            assert time.monotonic() - began < within, f"no {number} writes were acknowledged within {within} s: {self.told.errors[-3:]}"
            await asyncio.sleep(0.02)
        return time.monotonic() - began

    async def refused(self, within: float = BACK_S) -> None:
        """Waits until an answer is an error. Fails after `within` seconds."""
        began = time.monotonic()
        while not self.told.errors:
            assert time.monotonic() - began < within, f"nothing was refused within {within} s"
            await asyncio.sleep(0.02)

    async def _write(self, service: Target, writer: int) -> None:
        async with service.client() as client:
            for number in itertools.count():
                if self._over:
                    return
                name = f"topic:{self._mark}-{service.name}-{writer}-{number}"
                self.told.tried.append(name)
                answer = await self._ask(client, SAVE, {"id": name, "name": name})
                if answer and "errors" not in answer and answer["data"]["saveTopic"]["created"]:
                    self.told.acknowledged.append(name)

    async def _read(self, service: Target) -> None:
        async with service.client() as client:
            for question in itertools.cycle(self._questions):
                if self._over:
                    return
                await self._ask(client, question, {})

    async def _ask(self, client: httpx.AsyncClient, query: str, variables: dict[str, Any]) -> dict[str, Any] | None:
        began = time.monotonic()
        try:
            answer = await client.post("/graphql", json={"query": query, "variables": variables})
        except httpx.TimeoutException:
            self.told.longest = max(self.told.longest, time.monotonic() - began)
            return None
        except httpx.TransportError:
            self.told.unreachable += 1
            await asyncio.sleep(0.05)
            return None
        self.told.longest = max(self.told.longest, time.monotonic() - began)
        if "errors" in answer.json():
            self.told.errors.append(answer.text)
            await asyncio.sleep(0.02)
        return answer.json()

    async def _watch(self, service: Target, path: str) -> None:
        async with service.client() as client:
            while not self._over:
                began = time.monotonic()
                with contextlib.suppress(httpx.TransportError):
                    status = (await client.get(path)).status_code
                    self.told.alive.add(status) if path == "/healthz" else self.told.ready.append(status)
                    self.told.longest = max(self.told.longest, time.monotonic() - began)
                await asyncio.sleep(0.1)


async def kept(store: Store, tried: Sequence[str]) -> set[str]:
    """Which of the records are there; fails where one is there without its one entry in the audit log, or the entry without the record."""
    topic, change = Shape(kind="topic"), Shape(kind="change", properties=("record",))
    [[_, topics], [_, changes]] = await store.select(Selection(shapes=(topic,), order=Order()), Selection(shapes=(change,), order=Order()))
    records, entries = {row[0] for row in topics} & set(tried), [row[3][0] for row in changes if row[3][0] in set(tried)]
    assert sorted(records) == sorted(entries)
    return records
