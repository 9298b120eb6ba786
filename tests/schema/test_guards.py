"""Hostile questions: each is refused, or answered, in bounded time, and tells nothing of the inside."""

from __future__ import annotations

import asyncio
import dataclasses
import logging
import time
from collections.abc import AsyncGenerator
from typing import Any

import pytest
from graphql import get_introspection_query

from graph_api.errors import StoreUnavailable
from graph_api.schema import create_schema
from graph_api.schema.context import Context
from graph_api.schema.engine import Engine, Outcome, Question
from tests.asking import Client, serving


@pytest.fixture(scope="module")
async def app() -> AsyncGenerator[Any]:
    async with serving() as made:
        yield made


@pytest.fixture
def client(app: Any) -> Client:
    return Client(app)


def fragments(number: int, body: str) -> str:
    """So many fragments on Query, all of them spread; `body` may say `{i}` and `{next}`."""
    spread = " ".join(f"...F{i}" for i in range(number))
    return f"{{ {spread} }} " + " ".join(f"fragment F{i} on Query {{ {body.replace('{i}', str(i)).replace('{next}', str(i + 1))} }}" for i in range(number))


DOUBLING = "{ ...F0 } " + " ".join(f"fragment F{i} on Query {{ ...F{i + 1} ...F{i + 1} }}" for i in range(39)) + " fragment F39 on Query { __typename }"
NESTED = "partners { edges { node { " * 6 + "id" + " } } }" * 6
THRICE = "partners { edges { node { " * 3 + "id" + " } } }" * 3
TWICE = "partners { edges { node { " * 2 + "id" + " } } }" * 2

TOO_LARGE = {
    "aliases": "{" + " ".join(f"a{i}: __typename" for i in range(31)) + "}",
    "thousands of aliases": "{" + " ".join(f"a{i}: __typename" for i in range(3_000)) + "}",
    "directives": "{ __typename" + " @include(if: true)" * 21 + " }",
    "unknown directives": "{ __typename" + " @a" * 1_900 + " }",
    "the same field again and again": "{" + " __typename" * 102 + " }",
    "the same field far too often": "{" + " __typename" * 1_900 + " }",
    "fields": "{" + " ".join(f"x{i}" for i in range(501)) + "}",
    "doubling fragments": DOUBLING,
    "many fragments": fragments(41, "__typename"),
    "overlapping fragments": fragments(40, "__typename nodes(ids: []) { id } municipalities { totalCount }"),
    "depth": f"{{ municipalities {{ edges {{ node {{ {NESTED} }} }} }} }}",
    "depth through fragments": "{ ...A } fragment A on Query { municipalities { edges { node { ...B } } } } " + f"fragment B on Municipality {{ {NESTED} }}",
    "depth through inline fragments": "{" + " ... {" * 60 + " __typename " + "}" * 60 + "}",
    "operations": " ".join(f"query Q{i} {{ __typename }}" for i in range(21)),
    "variables": "query(" + " ".join(f"$v{i}: Int" for i in range(51)) + ") { __typename }",
    "tokens": "{ nodes(ids: [" + '"a" ' * 5_000 + "]) { id } }",
    "a long number": "{ municipalities(first: " + "9" * 5_000 + ") { totalCount } }",
    "a long number as an id": "{ node(id: " + "9" * 5_000 + ") { id } }",
    "a deep value": "{ municipalities(filter: " + "{ not: " * 17 + "{}" + " }" * 17 + ") { totalCount } }",
    "too many records": "{ municipalities(first: 500) { edges { node { " + "partners(first: 500) { edges { node { " * 3 + "id name" + " } } }" * 3 + " } } } }",
}


@pytest.mark.parametrize("name", TOO_LARGE)
async def test_what_is_too_large_is_refused_at_once(client: Client, name: str) -> None:
    reply = await client.ask(TOO_LARGE[name])
    assert (reply.status, reply.code, "data" in reply.json) == (400, "TOO_LARGE", False), reply.text
    assert reply.seconds < 1
    assert len(reply.text) < 1_000


NOT_VALID = {
    "circular fragments": "{ ...A } fragment A on Query { ...B } fragment B on Query { ...A }",
    "a fragment within itself": "{ ...A } fragment A on Query { ...A }",
    "circles beside doubling": DOUBLING.replace("__typename", "...F0"),
    "introspection loop": "{ __schema { types { fields { type { fields { type { fields { type { fields { name } } } } } } } } } }",
    "a large number": "{ municipalities(first: 99999999999) { totalCount } }",
    "half of a pair": r'{ node(id: "\uD800") { id } }',
}


@pytest.mark.parametrize("name", NOT_VALID)
async def test_what_is_not_valid_is_refused_at_once(client: Client, name: str) -> None:
    reply = await client.ask(NOT_VALID[name])
    assert (reply.status, reply.code in ("NOT_VALID", "SYNTAX"), "data" in reply.json) == (400, True, False), reply.text
    assert reply.seconds < 1


@pytest.mark.parametrize(
    "query",
    [
        "{ municipalitie { totalCount } }",
        "{ municipalities(filtr: {}) { totalCount } }",
        "{ municipalities(orderBy: { field: NAMES }) { totalCount } }",
        '{ node(id: "a") { ... on Municipalty { id } } }',
        "query($f: MunicipalityFilter = { nam: 1 }) { municipalities(filter: $f) { totalCount } }",
    ],
)
async def test_no_names_are_suggested(client: Client, query: str) -> None:
    reply = await client.ask(query)
    assert (reply.status, "Did you mean" in reply.text) == (400, False)


async def test_no_names_are_suggested_for_variables(client: Client) -> None:
    query = "query($f: MunicipalityFilter, $o: MunicipalityOrder) { municipalities(filter: $f, orderBy: $o) { totalCount } }"
    for variables in ({"f": {"nam": ["a"]}}, {"o": {"field": "NAMES"}}):
        reply = await client.ask(query, variables)
        assert (reply.status, "Did you mean" in reply.text) == (400, False)


async def test_variables_are_limited_too(client: Client) -> None:
    query = "query($f: MunicipalityFilter) { municipalities(filter: $f) { totalCount } }"
    deep: dict[str, Any] = {}
    for _ in range(300):
        deep = {"not": deep}
    assert (await client.ask(query, {"f": deep})).code == "TOO_LARGE"
    assert (await client.ask(query, {"f": {"ids": ["a"] * 2_001}})).code == "TOO_LARGE"
    assert (await client.ask(query, {"f": {"or": [{}] * 31}})).code == "INVALID_INPUT"


async def test_the_largest_filter_is_answered(client: Client) -> None:
    wide: dict[str, Any] = {"hasGermanPartner": True}
    for _ in range(6):
        wide = {"or": [wide, *[{"hasGermanPartner": False}] * 29]}
    reply = await client.ask("query($f: MunicipalityFilter) { municipalities(filter: $f) { totalCount } }", {"f": wide})
    assert reply.json == {"data": {"municipalities": {"totalCount": 5}}}
    assert reply.seconds < 2


async def test_an_answer_has_five_errors_at_most(client: Client) -> None:
    assert len((await client.ask("{" + " ".join(f"x{i}" for i in range(400)) + "}")).json["errors"]) == 5
    failing = " ".join(f'a{i}: municipality(id: "bonn") {{ departments(first: -1) {{ totalCount }} }}' for i in range(20))
    assert len((await client.ask(f"{{ {failing} }}")).json["errors"]) == 5


async def test_tools_may_read_the_whole_schema(client: Client) -> None:
    query = get_introspection_query(specified_by_url=True, directive_is_repeatable=True, schema_description=True, input_value_deprecation=True)
    reply = await client.ask(query)
    assert (reply.status, "errors" in reply.json) == (200, False)


# ── the inside stays inside ───────────────────────────────────────────────────────────────────────────────────────────


class Broken:
    """A store whose every verb fails in one way."""

    def __init__(self, error: Exception) -> None:
        self.error = error

    def __getattr__(self, name: str) -> Any:
        async def fail(*_: Any, **__: Any) -> Any:
            raise self.error

        return fail


async def test_a_mistake_of_ours_tells_nothing(caplog: pytest.LogCaptureFixture) -> None:
    async with serving(store=Broken(KeyError("secret"))) as app:  # pyright: ignore[reportArgumentType]
        reply = await Client(app).ask("{ municipalities { totalCount } }")
    assert (reply.status, reply.code, "secret" in reply.text) == (200, "INTERNAL", False)
    assert "a resolver failed at municipalities" in caplog.text


async def test_a_store_that_is_away_is_said_so_without_its_address() -> None:
    async with serving(store=Broken(StoreUnavailable("bolt://10.0.0.7:7687 does not answer"))) as app:  # pyright: ignore[reportArgumentType]
        client = Client(app)
        reply = await client.ask("{ municipalities { totalCount } }")
        assert (reply.status, reply.code, "10.0.0.7" in reply.text, "data" in reply.json) == (503, "STORE_UNAVAILABLE", False, False)
        assert reply.headers["retry-after"] == "2"
        assert (await client.ask("{ municipalities { totalCount } }", accept="application/json")).status == 200
        ready = await client.send("GET", "/readyz")
        assert (ready.status, ready.json) == (503, {"ready": False, "reason": "STORE_UNAVAILABLE"})


async def test_what_callers_do_wrong_is_not_logged(client: Client, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.INFO):
        for query in (*TOO_LARGE.values(), *NOT_VALID.values(), "{", '{ node(id: "x") { id } }', "{ municipalities(first: -1) { totalCount } }"):
            await client.ask(query)
    assert [r for r in caplog.records if r.name.startswith("partnergraph")] == []


# ── time ──────────────────────────────────────────────────────────────────────────────────────────────────────────────


class Slow(Broken):
    """A store that never answers."""

    def __getattr__(self, name: str) -> Any:
        async def wait(*_: Any, **__: Any) -> Any:
            await asyncio.sleep(60)

        return wait


@pytest.mark.parametrize(
    "query", ["{ municipalities(first: 1) { totalCount } }", "{ municipalities(first: 500) { edges { node { id name admin1 population } } } }"]
)
async def test_no_question_waits_longer_than_is_allowed(query: str) -> None:
    needed = [f.name for f in dataclasses.fields(Context) if f.default is dataclasses.MISSING]
    context = Context(**{name: Slow(Exception()) for name in needed})  # pyright: ignore[reportArgumentType]
    engine = Engine(create_schema(), patience=0.2)
    began = time.perf_counter()
    answer = await engine.answer(Question(query=query), context)
    assert (answer.outcome, answer.codes) == (Outcome.AWAY, ("TIMEOUT",))
    assert time.perf_counter() - began < 1


@pytest.mark.parametrize(
    "hostile",
    [
        lambda i: "{" + " ".join(f"x{i}_{j}" for j in range(490)) + "}",
        lambda i: fragments(40, "municipalities { edges { node { id name admin1 population latitude longitude seeking } } }") + f" # {i}",
        lambda i: DOUBLING + f" # {i}",
        lambda i: get_introspection_query() + f" # {i}",
        lambda i: (
            "{ municipalities(first: 500) { edges { node { partners(first: 500) { edges { node { id name partners { edges { node { id }}}}}}}}}}" + f" # {i}"
        ),
    ],
)
async def test_an_ordinary_question_is_answered_among_twenty_hostile_ones(client: Client, hostile: Any) -> None:
    await client.ask("{ __typename }")
    crowd = [asyncio.create_task(client.ask(hostile(i))) for i in range(20)]
    await asyncio.sleep(0.01)
    replies = [await client.ask(f"{{ municipalities(first: {n}) {{ edges {{ node {{ id name }} }} }} }}") for n in range(3)]
    assert [r.status for r in replies] == [200, 200, 200]
    assert max(r.seconds for r in replies) < 1
    assert {r.status for r in await asyncio.gather(*crowd)} <= {200, 400, 503}


async def test_a_question_may_be_asked_for_few_records_and_not_for_many(client: Client) -> None:
    query = f"query($first: Int) {{ municipalities(first: $first) {{ edges {{ node {{ {THRICE} }} }} }} }}"
    codes = [(await client.ask(query, {"first": first})).code for first in (1, 500, 2, 500, 1)]
    assert codes == ["", "TOO_LARGE", "", "TOO_LARGE", ""]
