"""Asks the service as a client does, without a network between: an app on a tiny world, and requests to it."""

from __future__ import annotations

import contextlib
import time
from collections.abc import AsyncGenerator
from dataclasses import dataclass
from typing import Any

import httpx

from graph_api.server import create_app
from graph_api.settings import Settings
from graph_api.storage import open_store
from graph_api.storage.base import Store
from tests.worlds import SMALL, World, settle

RESPONSE = "application/graphql-response+json"
JSON = "application/json"


@dataclass(frozen=True, kw_only=True)
class Reply:
    """What came back, and after how many seconds of the program's CPU: those do not depend on what else the machine does."""

    status: int
    headers: httpx.Headers
    text: str
    seconds: float

    @property
    def json(self) -> Any:
        return httpx.Response(200, text=self.text).json()

    @property
    def code(self) -> str:
        """The code of the first error; empty where there is none."""
        errors = self.json.get("errors") or [{"extensions": {"code": ""}}]
        return errors[0]["extensions"]["code"]


class Client:
    """A client at some address."""

    def __init__(self, app: Any, address: str = "127.0.0.1") -> None:
        self._http = httpx.AsyncClient(transport=httpx.ASGITransport(app, client=(address, 5000)), base_url="http://127.0.0.1:8000")

    async def send(self, method: str, path: str = "/graphql", **given: Any) -> Reply:
        began = time.process_time()
        response = await self._http.request(method, path, **given)
        return Reply(status=response.status_code, headers=response.headers, text=response.text, seconds=time.process_time() - began)

    async def ask(self, query: str, variables: Any = None, *, accept: str | None = RESPONSE, **given: Any) -> Reply:
        """Posts a query."""
        return await self.post({"query": query, "variables": variables, **given}, accept=accept)

    async def post(self, body: Any = None, *, raw: Any = None, accept: str | None = RESPONSE, headers: dict[str, str] | None = None) -> Reply:
        """Posts a document, or raw bytes."""
        own = {"accept": accept} if accept else {}
        given: dict[str, Any] = {"json": body} if raw is None else {"content": raw}
        content = {} if raw is None else {"content-type": JSON}
        return await self.send("POST", **given, headers={**own, **content, **(headers or {})})


@contextlib.asynccontextmanager
async def serving(world: World = SMALL, settings: Settings | None = None, store: Store | None = None) -> AsyncGenerator[Any]:
    """An app on a store with a world in it; or on a store that is given, as it is."""
    used = store or open_store("memory:")
    if store is None:
        await used.prepare()
        await settle(used, world)
    try:
        yield create_app(settings or Settings(), used)
    finally:
        if store is None:
            await used.close()
