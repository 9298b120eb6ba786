"""The HTTP service: GraphQL, health, and the web app."""

from __future__ import annotations

import contextlib
import datetime
import logging
from collections.abc import AsyncGenerator, Callable
from typing import Any

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, PlainTextResponse, Response
from starlette.routing import Route
from strawberry.asgi import GraphQL

from graph_api.errors import StoreError
from graph_api.operations.candidates import CandidateFinder
from graph_api.schema import create_schema
from graph_api.schema.context import Context
from graph_api.settings import Settings, read_settings
from graph_api.storage import open_store
from graph_api.storage.base import Store

log = logging.getLogger("partnergraph.server")

NO_WEB_APP = """<!doctype html><html lang="en"><meta charset="utf-8"><title>Partnergraph</title>
<h1>Partnergraph</h1><p>The API answers at <code>/graphql</code>; its schema is at <a href="/graphql/schema.graphql">/graphql/schema.graphql</a>.</p>
<p>The web app is not part of this installation.</p></html>"""


class Endpoint(GraphQL[Context, None]):
    """GraphQL over HTTP."""

    def __init__(self, schema: Any, context: Callable[[Any], Context]) -> None:
        super().__init__(schema, graphql_ide=None)
        self._context = context

    async def get_context(self, request: Any, response: Any) -> Context:
        """What the resolvers of one request may use."""
        return self._context(request)


def create_app(settings: Settings, store: Store | None = None, *, today: Callable[[], datetime.date] = datetime.date.today) -> Starlette:
    """The service on a store; one that is not given is opened from the settings and closed at the end."""
    used = store or open_store(settings.store, user=settings.neo4j_user, password=settings.neo4j_password, database=settings.neo4j_database)
    finder = CandidateFinder(used, today=today)
    schema = create_schema()
    text = schema.as_str()

    @contextlib.asynccontextmanager
    async def lifespan(_: Starlette) -> AsyncGenerator[None]:
        try:
            await used.prepare()
        except StoreError as e:
            log.warning("the store is not ready, trying again with each request: %s", e)
        yield
        if store is None:
            await used.close()

    async def ready(_: Request) -> Response:
        try:
            revision = await used.revision()
        except StoreError as e:
            return JSONResponse({"ready": False, "reason": str(e)}, 503)
        return JSONResponse({"ready": True, "revision": revision})

    async def alive(_: Request) -> Response:
        return JSONResponse({"alive": True})

    async def sdl(_: Request) -> Response:
        return PlainTextResponse(text)

    async def home(_: Request) -> Response:
        return HTMLResponse(NO_WEB_APP)

    return Starlette(
        routes=[
            Route("/", home),
            Route("/healthz", alive),
            Route("/readyz", ready),
            Route("/graphql/schema.graphql", sdl),
            Route("/graphql", Endpoint(schema, lambda _: Context(store=used, finder=finder))),
        ],
        lifespan=lifespan,
    )


def from_environment() -> Starlette:
    """The service as the environment's settings want it: what each worker process calls."""
    return create_app(read_settings())
