"""The API as a client asks it, over HTTP, on a store of each engine."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import httpx
import pytest

from graph_api.operations.viewers import Viewer
from graph_api.server import create_app
from graph_api.settings import Settings
from graph_api.storage.base import Store
from graph_api.tokens import LocalTokens
from matching.texts import Sentences
from tests.seeking import DAY, SEEKING
from tests.suggesting import SUGGESTING
from tests.worlds import SMALL, settle


@dataclass(frozen=True, kw_only=True)
class Api:
    """Asks questions."""

    client: httpx.AsyncClient
    tokens: LocalTokens
    headers: Mapping[str, str] = field(default_factory=dict[str, str])

    def of(self, viewer: Viewer) -> Api:
        """The same for somebody with a token."""
        return replace(self, headers={"authorization": f"Bearer {self.tokens.issue(viewer, days=1)}"})

    async def response(self, query: str, variables: dict[str, Any]) -> dict[str, Any]:
        answer = await self.client.post("/graphql", json={"query": query, "variables": variables}, headers=dict(self.headers))
        return answer.json()

    async def __call__(self, query: str, **variables: Any) -> Any:
        """The data of an answer without errors."""
        response = await self.response(query, variables)
        assert "errors" not in response, response["errors"]
        return response["data"]

    async def refusal(self, query: str, **variables: Any) -> tuple[str, str]:
        """Code and message of the one error of an answer without data."""
        response = await self.response(query, variables)
        assert response.get("data") is None
        [error] = response["errors"]
        return error["extensions"]["code"], error["message"]


@pytest.fixture(scope="session")
def reader_of_texts() -> None:
    """The encoder, loaded: on a busy machine that takes longer than a request may."""
    Sentences()


@pytest.fixture
async def api(store: Store, tmp_path: Path) -> AsyncGenerator[Api]:
    """The API on an empty store."""
    settings = Settings(key_file=str(tmp_path / "tokens.key"))
    app = create_app(settings, store, today=lambda: DAY)
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app=app), base_url="http://127.0.0.1:8000") as client:
        yield Api(client=client, tokens=LocalTokens(Path(settings.key_file)))


@pytest.fixture
async def small(store: Store, api: Api) -> Api:
    """The API on `worlds.SMALL`."""
    await settle(store, SMALL)
    return api


@pytest.fixture
async def seeking(store: Store, api: Api) -> Api:
    """The API on `seeking.SEEKING`."""
    await settle(store, SEEKING)
    return api


@pytest.fixture
async def suggesting(store: Store, api: Api) -> Api:
    """The API on `suggesting.SUGGESTING`."""
    await settle(store, SUGGESTING)
    return api
