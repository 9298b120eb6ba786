"""Errors: each has its code, says what is allowed, and leaves the rest of the answer alone."""

from __future__ import annotations

from typing import Any

import httpx
import pytest

from graph_api.server import create_app
from graph_api.settings import Settings
from graph_api.storage import open_store

pytestmark = pytest.mark.above_the_port

Api = Any


@pytest.mark.parametrize(
    ("query", "code", "message"),
    [
        ("{", "SYNTAX", "Syntax Error: Expected Name, found <EOF>."),
        ("{ nonsense }", "NOT_VALID", "Cannot query field 'nonsense' on type 'Query'."),
        ("{ municipality { id } }", "NOT_VALID", "Argument 'Query.municipality(id:)' of type 'ID!' is required, but it was not provided."),
        ("{ municipalities(first: -1) { totalCount } }", "INVALID_INPUT", "first is -1; allowed: 0 to 500"),
        ("{ municipalities(last: 501) { totalCount } }", "INVALID_INPUT", "last is 501; allowed: 0 to 500"),
        ('{ municipalities(after: "x") { totalCount } }', "INVALID_INPUT", "'x' is not a cursor; take one from pageInfo or an edge"),
        ('{ municipalities(before: "") { totalCount } }', "INVALID_INPUT", "'' is not a cursor; take one from pageInfo or an edge"),
        ('{ municipalities(after: "WzFd") { totalCount } }', "INVALID_INPUT", "'WzFd' is not a cursor; take one from pageInfo or an edge"),
        (
            '{ municipalities(filter: {focusesOn: {topic: "a", goal: "b"}}) { totalCount } }',
            "INVALID_INPUT",
            "focusesOn takes one of topic, goal and target; combine several with `and` or `or`",
        ),
        ('{ partnerCandidates(municipality: "atlantis") { considered } }', "NOT_FOUND", "not found: municipality:atlantis"),
        ('{ partnerCandidates(municipality: "bonn", first: 101) { considered } }', "INVALID_INPUT", "first is 101; allowed: 0 to 100"),
        ('{ neighbourhood(id: "municipality:bonn", depth: 4) { total } }', "INVALID_INPUT", "depth is 4; allowed: 1 to 3"),
        ('{ neighbourhood(id: "municipality:bonn", limit: 0) { total } }', "INVALID_INPUT", "limit is 0; allowed: 1 to 5000"),
        ('{ neighbourhood(id: "atlantis") { total } }', "NOT_FOUND", "not found: atlantis"),
    ],
)
async def test_each_mistake_has_its_code(small: Api, query: str, code: str, message: str) -> None:
    found = await small.refusal(query)
    assert found == (code, message)


async def test_an_error_inside_leaves_the_rest(small: Api) -> None:
    response = await small.response('{ ok: municipality(id: "bonn") { name } wrong: municipality(id: "muc") { partners(first: -1) { totalCount } } }', {})
    assert response["data"] == {"ok": {"name": "Bonn"}, "wrong": None}
    [error] = response["errors"]
    assert (error["path"], error["extensions"]["code"]) == (["wrong"], "INVALID_INPUT")


async def test_a_value_of_the_wrong_type_is_refused(small: Api) -> None:
    code, message = await small.refusal("query($f: MunicipalityFilter) { municipalities(filter: $f) { totalCount } }", f={"populationMin": "many"})
    assert code == "NOT_VALID"
    assert "populationMin" in message


async def test_a_store_that_is_no_database_is_told_without_its_place(tmp_path: Any) -> None:
    (tmp_path / "diary.db").write_text("Dear diary" * 1000)
    store = open_store(f"file:{tmp_path / 'diary.db'}")
    app = create_app(Settings(), store)
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app=app), base_url="http://127.0.0.1:8000") as client:
        answer = (await client.post("/graphql", json={"query": "{ municipalities { totalCount } }"})).json()
        assert answer.get("data") is None
        [error] = answer["errors"]
        assert error["extensions"]["code"] == "STORE_UNUSABLE"
        assert "diary" not in error["message"]
        ready = await client.get("/readyz")
        assert (ready.status_code, ready.json()) == (503, {"ready": False, "reason": "STORE_UNUSABLE"})
        assert (await client.get("/healthz")).json() == {"alive": True}
    await store.close()
