"""The HTTP service: GraphQL, health, and the web app."""

from __future__ import annotations

import contextlib
import dataclasses
import datetime
import gc
import logging
from collections.abc import AsyncGenerator, Awaitable, Callable

from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import Route

from graph_api import web
from graph_api.endpoint import Endpoint
from graph_api.errors import StoreError
from graph_api.gate import Gate, allowed_hosts
from graph_api.schema import create_schema
from graph_api.schema.context import Context, create_context
from graph_api.schema.engine import Engine
from graph_api.schema.sdl import sdl
from graph_api.sessions import Sessions
from graph_api.settings import Settings, read_settings
from graph_api.storage import open_store
from graph_api.storage.base import Store
from graph_api.telemetry import Metrics, set_up_logs
from graph_api.tokens import token_reader
from graph_api.transfer import Transfers
from graph_api.watch import watched

log = logging.getLogger("partnergraph.server")


class Readiness:
    """Whether a store is of use; one that was not there at the start is prepared when it is."""

    def __init__(self, store: Store) -> None:
        self._store, self._prepared = store, False

    async def revision(self) -> int:
        """The network's revision; raises StoreError where the store is of no use now."""
        if not self._prepared:
            await self._store.prepare()
            self._prepared = True
        return await self._store.revision()


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
    schema, metrics, sessions = create_schema(), Metrics(), Sessions(token_reader(settings))
    schema_text = sdl(schema)
    everybody = create_context(used, read=watched(used, metrics), today=today)

    async def context(request: Request) -> Context:
        return dataclasses.replace(everybody, viewer=await sessions.viewer(request))

    @contextlib.asynccontextmanager
    async def lifespan(_: Starlette) -> AsyncGenerator[None]:
        try:
            await readiness.revision()
        except StoreError as e:
            log.warning("the store is not ready, trying again when /readyz is asked: %s", e)
        yield
        if store is None:
            await used.close()

    return Starlette(
        routes=[
            *watching_routes(readiness, metrics),
            Route("/graphql/schema.graphql", text_of(lambda: schema_text)),
            Route("/graphql", Endpoint(Engine(schema), context, metrics)),
            *Transfers(used, sessions.viewer, metrics).routes(),
            *sessions.routes(),
            *web.routes(),
        ],
        middleware=[Middleware(Gate, hosts=allowed_hosts(settings.host, settings.hosts), metrics=metrics)],
        lifespan=lifespan,
    )


def from_environment() -> Starlette:
    """The service as the environment's settings want it: what each worker process calls."""
    settings = read_settings()
    set_up_logs("json" if settings.log == "json" else "text")
    app = create_app(settings)
    gc.collect()
    gc.freeze()  # modules and schema stay: looking through them again and again took a third of the time of large answers
    return app
