"""The service: opens its store, says whether it is of use, and gives it back."""

from __future__ import annotations

from pathlib import Path

import httpx

from graph_api.documents import schema_text
from graph_api.server import create_app
from graph_api.settings import Settings
from graph_api.storage import open_store
from graph_api.storage.base import Store


def client(app: object) -> httpx.AsyncClient:
    return httpx.AsyncClient(transport=httpx.ASGITransport(app=app), base_url="http://127.0.0.1:8000")  # type: ignore[arg-type]


async def test_a_store_that_is_not_given_is_opened_prepared_and_closed(tmp_path: Path) -> None:
    app = create_app(Settings(store=f"file:{tmp_path / 'network.db'}"))
    assert not (tmp_path / "network.db").exists()
    async with app.router.lifespan_context(app), client(app) as http:
        ready = await http.get("/readyz")
        assert (ready.status_code, ready.json()) == (200, {"ready": True, "revision": 0})
        assert (await http.get("/healthz")).json() == {"alive": True}
        asked = await http.post("/graphql", json={"query": "{ municipalities { totalCount } }"})
        assert asked.json() == {"data": {"municipalities": {"totalCount": 0}}}
    assert not (tmp_path / "network.db-wal").exists()


async def test_a_store_that_is_given_stays_open(store: Store) -> None:
    app = create_app(Settings(), store)
    async with app.router.lifespan_context(app), client(app) as http:
        assert (await http.get("/readyz")).status_code == 200
    assert await store.count("topic") == 0


async def test_a_store_that_comes_later_is_prepared_then(tmp_path: Path) -> None:
    place = tmp_path / "data"
    place.write_text("a file where the directory should be")
    app = create_app(Settings(store=f"file:{place / 'network.db'}"))
    async with app.router.lifespan_context(app), client(app) as http:
        ready = await http.get("/readyz")
        assert (ready.status_code, ready.json()["ready"], str(tmp_path) in ready.text) == (503, False, False)
        assert (await http.get("/healthz")).status_code == 200
        place.unlink()
        assert (await http.get("/readyz")).json() == {"ready": True, "revision": 0}


async def test_the_schema_is_served_as_it_is_checked_in() -> None:
    store = open_store("memory:")
    async with client(create_app(Settings(), store)) as http:
        assert (await http.get("/graphql/schema.graphql")).text == schema_text()
    await store.close()
