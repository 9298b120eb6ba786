"""The HTTP service: GraphQL, health, and the web app."""

from __future__ import annotations

import asyncio
import contextlib
import dataclasses
import datetime
import gc
import logging
import os
from collections.abc import AsyncGenerator, Awaitable, Callable
from pathlib import Path

from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import Route

from graph_api import web
from graph_api.endpoint import Endpoint
from graph_api.errors import StoreError, StoreUnavailable
from graph_api.gate import Gate, allowed_hosts
from graph_api.provider import provider_of
from graph_api.schema import create_schema
from graph_api.schema.context import Context, create_context
from graph_api.schema.engine import Engine
from graph_api.schema.sdl import sdl
from graph_api.sessions import Sessions
from graph_api.settings import Settings, read_settings
from graph_api.storage import open_store
from graph_api.storage.base import Store
from graph_api.telemetry import Metrics, set_up_logs
from graph_api.tokens import LocalTokens, token_reader
from graph_api.tracing import App, traced
from graph_api.transfer import Transfers
from graph_api.watch import watched

log = logging.getLogger("partnergraph.server")

PATIENCE = 4.0
"""Seconds after which a service listens though its store is not prepared yet."""
PAUSE = 2.0
"""Seconds until a store that could not be prepared is tried again."""


class Readiness:
    """Whether a store is of use. It is prepared in the background, again and again until that succeeds: the service lives meanwhile."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._prepared: asyncio.Task[None] | None = None

    async def revision(self) -> int:
        """The network's revision; raises StoreError where the store is of no use now."""
        await self.prepare()
        return await self._store.revision()

    async def prepare(self, patience: float = 1.5) -> None:
        """Prepares the store unless that was done; whoever asks meanwhile waits for the same work. Raises StoreError, after so many seconds at most."""
        if self._failed:
            self._prepared = asyncio.create_task(self._store.prepare())
        assert self._prepared
        done, _ = await asyncio.wait((self._prepared,), timeout=patience)
        if not done:
            raise StoreUnavailable("the store is being prepared")
        self._prepared.result()

    @property
    def _failed(self) -> bool:
        """Whether it was not tried yet, or in vain."""
        task = self._prepared
        return task is None or (task.done() and (task.cancelled() or task.exception() is not None))

    @contextlib.asynccontextmanager
    async def kept(self) -> AsyncGenerator[None]:
        """Within the block the store is prepared, however long it is away. Waits for `PATIENCE` seconds at first, so that most services begin ready."""
        try:
            await self.prepare(PATIENCE)
        except StoreError as e:
            log.warning("the store is not ready, trying again: %s", e)
        trying = asyncio.create_task(self._keep_trying())
        try:
            yield
        finally:
            for task in (trying, self._prepared):
                if task and not task.done():
                    task.cancel()
                    await asyncio.wait((task,))

    async def _keep_trying(self) -> None:
        while self._failed or (self._prepared and not self._prepared.done()):
            await asyncio.sleep(PAUSE)
            with contextlib.suppress(StoreError):
                await self.prepare()


def text_of(text: Callable[[], str], media: str = "text/plain") -> Callable[[Request], Awaitable[Response]]:
    """A page that shows a text."""

    async def page(_: Request) -> Response:
        return PlainTextResponse(text(), media_type=media)

    return page


def watching_routes(readiness: Readiness, metrics: Metrics) -> list[Route]:
    """The routes for those who watch the service: whether it lives, whether its store does, what it counted."""

    async def alive(_: Request) -> Response:
        return JSONResponse({"alive": True})

    async def ready(_: Request) -> Response:
        try:
            revision = await readiness.revision()
        except StoreError as e:
            log.warning("the store is not ready: %s", e)
            return JSONResponse({"ready": False, "reason": e.code}, 503, {"Retry-After": "2"})
        return JSONResponse({"ready": True, "revision": revision})

    return [Route("/healthz", alive), Route("/readyz", ready), Route("/metrics", text_of(metrics.text, "text/plain; version=0.0.4"))]


def create_app(settings: Settings, store: Store | None = None, *, today: Callable[[], datetime.date] = datetime.date.today) -> Starlette:
    """The service on a store; one that is not given is opened from the settings and closed at the end."""
    used = store or open_store(settings.store, user=settings.neo4j_user, password=settings.neo4j_password, database=settings.neo4j_database)
    readiness = Readiness(used)
    schema, metrics = create_schema(), Metrics()
    sessions = Sessions(token_reader(settings), provider=provider_of(settings), own=LocalTokens(Path(settings.key_file)))
    schema_text = sdl(schema)
    everybody = create_context(used, read=watched(used, metrics), today=today, fitted=metrics.fitted)

    async def context(request: Request) -> Context:
        viewer = await sessions.viewer(request)
        return everybody if viewer is everybody.viewer else dataclasses.replace(everybody, viewer=viewer)

    @contextlib.asynccontextmanager
    async def lifespan(_: Starlette) -> AsyncGenerator[None]:
        async with readiness.kept():
            yield
        if store is None:
            await used.close()

    return Starlette(
        routes=[
            Route("/graphql", Endpoint(Engine(schema, looked=metrics.looked), context, metrics)),  # first, since routes are tried in turn
            Route("/graphql/schema.graphql", text_of(lambda: schema_text)),
            *watching_routes(readiness, metrics),
            *Transfers(used, sessions.viewer, metrics).routes(),
            *sessions.routes(),
            *web.routes(),
        ],
        middleware=[Middleware(Gate, hosts=allowed_hosts(settings.host, settings.hosts), metrics=metrics)],
        lifespan=lifespan,
    )


def from_environment() -> App:
    """The service as the environment's settings want it: what each worker process calls."""
    settings = read_settings()
    set_up_logs("json" if settings.log == "json" else "text")
    app = create_app(settings)
    gc.set_threshold(20_000, 20, 50)  # the rows of a large answer do not hang together in circles: looking for these took an eighth of its time
    gc.collect()
    gc.freeze()  # modules and schema stay: looking through them again and again took a third of the time of large answers
    return traced(app, os.environ)
