"""The HTTP service: GraphQL, health, and the web app."""

from __future__ import annotations

import asyncio
import contextlib
import datetime
import logging
import time
from collections.abc import AsyncGenerator, Callable

from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import Route
from starlette.types import Receive, Scope, Send

from graph_api import web
from graph_api.errors import StoreError
from graph_api.gate import Gate, allowed_hosts
from graph_api.operations.candidates import CandidateFinder
from graph_api.operations.changes import Editor
from graph_api.operations.statistics import Observer
from graph_api.schema import create_schema
from graph_api.schema.context import Context
from graph_api.schema.engine import PATIENCE, Engine, Question
from graph_api.schema.sdl import sdl
from graph_api.schema.sizes import MOST_BYTES
from graph_api.settings import Settings, read_settings
from graph_api.storage import open_store
from graph_api.storage.base import Store
from graph_api.telemetry import Metrics, set_up_logs
from graph_api.transport import API_HEADERS, JSON, RESPONSE, Reply, accepted, asked, check_type, posted, refused, replied, too_long
from graph_api.watch import watched

log = logging.getLogger("partnergraph.server")


class Endpoint:
    """GraphQL over HTTP on Starlette: reads the request, has it answered, sends the reply."""

    def __init__(self, engine: Engine, context: Callable[[Request], Context], metrics: Metrics) -> None:
        self._engine, self._context, self._metrics = engine, context, metrics

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answers one request."""
        began = time.perf_counter()
        reply = await self._reply(Request(scope, receive))
        self._metrics.count("partnergraph_requests_total", reply.label or "none", str(reply.status))
        self._metrics.time("partnergraph_request_seconds", reply.label or "none", time.perf_counter() - began)
        for code in reply.codes:
            self._metrics.count("partnergraph_errors_total", code)
        media = f"{reply.media}; charset=utf-8"
        await Response(reply.body, reply.status, {**API_HEADERS, **reply.headers}, media)(scope, receive, send)

    async def _reply(self, request: Request) -> Reply:
        if request.method not in ("GET", "HEAD", "POST"):
            return refused(405, "METHOD", f"{request.method[:20]} is not answered here; allowed: GET, POST", allow="GET, POST")
        media = accepted(request.headers.get("accept"))
        if media is None:
            return refused(406, "NOT_ACCEPTABLE", f"the answer is {RESPONSE} or {JSON}, and the request accepts neither")
        question = await _posted(request) if request.method == "POST" else asked(request.scope["query_string"])
        if isinstance(question, str):
            return refused(400, "BAD_REQUEST", question)
        if isinstance(question, Reply):
            return question
        return replied(await self._engine.answer(question, self._context(request)), media)


async def _posted(request: Request) -> Question | Reply | str:
    """The question in a body, which is read no further than is allowed; else the refusal, or what is wrong."""
    if refusal := check_type(request.headers.get("content-type"), request.headers.get("content-encoding")):
        return refusal
    body = bytearray()
    try:
        async with asyncio.timeout(PATIENCE):
            if int(request.headers.get("content-length", "0")) > MOST_BYTES:
                return too_long()
            async for chunk in request.stream():
                body += chunk
                if len(body) > MOST_BYTES:
                    return too_long()
    except TimeoutError:
        return refused(408, "TIMEOUT", "the body did not come in time", connection="close")
    except (ClientDisconnect, ValueError):
        return "the body did not come whole"
    return posted(bytes(body))


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


def create_app(settings: Settings, store: Store | None = None, *, today: Callable[[], datetime.date] = datetime.date.today) -> Starlette:
    """The service on a store; one that is not given is opened from the settings and closed at the end."""
    used = store or open_store(settings.store, user=settings.neo4j_user, password=settings.neo4j_password, database=settings.neo4j_database)
    readiness, finder = Readiness(used), CandidateFinder(used, today=today)
    observer = Observer(used, finder)
    editor = Editor(used)
    schema = create_schema()
    text, metrics = sdl(schema), Metrics()

    @contextlib.asynccontextmanager
    async def lifespan(_: Starlette) -> AsyncGenerator[None]:
        try:
            await readiness.revision()
        except StoreError as e:
            log.warning("the store is not ready, trying again when /readyz is asked: %s", e)
        yield
        if store is None:
            await used.close()

    async def ready(_: Request) -> Response:
        try:
            revision = await readiness.revision()
        except StoreError as e:
            log.warning("the store is not ready: %s", e)
            return JSONResponse({"ready": False, "reason": e.code}, 503, {"Retry-After": "2"})
        return JSONResponse({"ready": True, "revision": revision})

    async def alive(_: Request) -> Response:
        return JSONResponse({"alive": True})

    async def counted(_: Request) -> Response:
        return PlainTextResponse(metrics.text(), media_type="text/plain; version=0.0.4")

    async def schema_text(_: Request) -> Response:
        return PlainTextResponse(text)

    return Starlette(
        routes=[
            Route("/healthz", alive),
            Route("/readyz", ready),
            Route("/graphql/schema.graphql", schema_text),
            Route("/metrics", counted),
            Route(
                "/graphql", Endpoint(Engine(schema), lambda _: Context(store=watched(used, metrics), finder=finder, observer=observer, editor=editor), metrics)
            ),
            *web.routes(),
        ],
        middleware=[Middleware(Gate, hosts=allowed_hosts(settings.host, settings.hosts), metrics=metrics)],
        lifespan=lifespan,
    )


def from_environment() -> Starlette:
    """The service as the environment's settings want it: what each worker process calls."""
    settings = read_settings()
    set_up_logs("json" if settings.log == "json" else "text")
    return create_app(settings)
