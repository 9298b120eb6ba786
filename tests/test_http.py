"""GraphQL over HTTP: what may come, in which form it is answered, and who may ask."""

from __future__ import annotations

import gzip
from collections.abc import AsyncGenerator, AsyncIterator
from typing import Any

import pytest

from graph_api.gate import Gate
from graph_api.quota import Quota
from graph_api.settings import Settings
from graph_api.telemetry import Metrics
from tests.asking import JSON, RESPONSE, Client, serving

ASK = {"query": "{ __typename }"}


@pytest.fixture(scope="module")
async def app() -> AsyncGenerator[Any]:
    async with serving() as made:
        yield made


@pytest.fixture
def client(app: Any) -> Client:
    return Client(app)


# ── forms of the answer ───────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("accept", "media"),
    [
        (None, JSON),
        ("*/*", JSON),
        ("application/*", JSON),
        (JSON, JSON),
        (RESPONSE, RESPONSE),
        (f"{JSON}, {RESPONSE}", RESPONSE),
        (f"{JSON};q=0.5, {RESPONSE}", RESPONSE),
        (f"{RESPONSE};q=0.5, {JSON}", JSON),
        (f"{RESPONSE};q=0, */*", JSON),
        (f"text/html, {RESPONSE};q=0.1", RESPONSE),
        (f"{RESPONSE};q=x, {JSON};q=0.1", JSON),
    ],
)
async def test_the_accept_header_chooses_the_media_type(client: Client, accept: str | None, media: str) -> None:
    reply = await client.send("POST", json=ASK, headers={"accept": accept or ""})
    assert (reply.status, reply.headers["content-type"]) == (200, f"{media}; charset=utf-8")
    assert reply.json == {"data": {"__typename": "Query"}}


async def test_who_accepts_neither_form_gets_406(client: Client) -> None:
    reply = await client.ask("{ __typename }", accept="text/html")
    assert (reply.status, reply.code) == (406, "NOT_ACCEPTABLE")


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ({"query": "{"}, "SYNTAX"),
        ({"query": "{ nothing }"}, "NOT_VALID"),
        ({"query": "query A { __typename } query B { __typename }"}, "NO_OPERATION"),
        ({"query": "query A { __typename }", "operationName": "B"}, "NO_OPERATION"),
        ({"query": "query($n: Int!) { municipalities(first: $n) { totalCount } }"}, "NOT_VALID"),
        ({"query": "query($n: Int!) { municipalities(first: $n) { totalCount } }", "variables": {"n": "x"}}, "NOT_VALID"),
    ],
)
async def test_a_question_that_cannot_be_run_has_errors_and_no_data(client: Client, body: dict[str, Any], code: str) -> None:
    reply = await client.post(body)
    assert (reply.status, reply.code, "data" in reply.json) == (400, code, False)
    older = await client.post(body, accept=JSON)
    assert (older.status, older.json) == (200, reply.json)


async def test_a_field_that_fails_leaves_200_and_data(client: Client) -> None:
    reply = await client.ask('{ __typename municipality(id: "bonn") { departments(first: -1) { totalCount } } }')
    assert (reply.status, reply.json["data"]) == (200, {"__typename": "Query", "municipality": None})
    assert reply.json["errors"][0]["extensions"] == {"code": "INVALID_INPUT", "classification": "BAD_REQUEST"}


async def test_of_several_operations_the_named_one_runs(client: Client) -> None:
    reply = await client.ask("query A { a: __typename } query B { b: __typename }", operationName="B")
    assert reply.json == {"data": {"b": "Query"}}


async def test_answers_tell_browsers_to_be_careful(client: Client) -> None:
    reply = await client.ask("{ __typename }")
    assert reply.headers["cache-control"] == "no-store"
    assert reply.headers["x-content-type-options"] == "nosniff"
    assert reply.headers["content-security-policy"] == "default-src 'none'; frame-ancestors 'none'"
    assert "access-control-allow-origin" not in reply.headers


async def test_an_answer_that_the_browser_has_keeps_the_headers_it_came_with() -> None:
    async def unchanged(_scope: Any, _receive: Any, send: Any) -> None:
        await send({"type": "http.response.start", "status": 304, "headers": [(b"etag", b"x")]})
        await send({"type": "http.response.body"})

    reply = await Client(Gate(unchanged, hosts=frozenset(), metrics=Metrics())).send("GET", "/de/")
    assert set(reply.headers) == {"etag", "x-request-id"}


# ── what may come ─────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("method", ["PUT", "DELETE", "PATCH", "OPTIONS"])
async def test_other_methods_are_refused_and_told_which_there_are(client: Client, method: str) -> None:
    reply = await client.send(method)
    assert (reply.status, reply.headers["allow"], reply.code) == (405, "GET, POST", "METHOD")


async def test_a_query_can_come_by_get(client: Client) -> None:
    query = "query Q($id: ID!) { municipality(id: $id) { name } } query R { __typename }"
    reply = await client.send("GET", params={"query": query, "variables": '{"id": "muc"}', "operationName": "Q"})
    assert (reply.status, reply.json) == (200, {"data": {"municipality": {"name": "München"}}})


async def test_a_mutation_does_not_run_by_get(client: Client) -> None:
    reply = await client.send("GET", params={"query": "mutation { __typename }"}, headers={"accept": RESPONSE})
    assert (reply.status, reply.headers["allow"], reply.code) == (405, "POST", "READS_ONLY")
    assert "data" not in reply.json


@pytest.mark.parametrize("query", ["query=%ff", "query=%7B__typename%7D&variables=x", "query=%7B__typename%7D&variables=%5B1%5D", "", "a=1&" * 30])
async def test_parameters_that_make_no_question_are_refused(client: Client, query: str) -> None:
    reply = await client.send("GET", f"/graphql?{query}")
    assert (reply.status, reply.code) == (400, "BAD_REQUEST")


@pytest.mark.parametrize(
    "media",
    ["application/x-www-form-urlencoded", "multipart/form-data; boundary=x", "text/plain", "application/graphql", "application/json; charset=utf-16", ""],
)
async def test_only_json_in_utf8_is_taken(client: Client, media: str) -> None:
    reply = await client.post(raw=b'{"query": "{ __typename }"}', headers={"content-type": media})
    assert (reply.status, reply.code) == (415, "MEDIA_TYPE")


async def test_an_encoded_body_is_not_unpacked(client: Client) -> None:
    reply = await client.post(raw=gzip.compress(b"[" * 1_000_000), headers={"content-encoding": "gzip"})
    assert (reply.status, reply.code) == (415, "MEDIA_TYPE")


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"NONSENSE",
        b"[]",
        b'[{"query": "{ __typename }"}]',
        b"7",
        b"{}",
        b'{"query": 7}',
        b'{"query": ""}',
        b'{"query": "{ __typename }", "variables": [7]}',
        b'{"query": "{ __typename }", "operationName": 7}',
        b'{"query": "{ __typename }", "extensions": "x"}',
        b'{"query": "{ __typename \xff }"}',
        b'\xef\xbb\xbf{"query": "{ __typename }"}',
        '{"query": "{ __typename }"}'.encode("utf-16"),
        rb'{"query": "{ node(id: \"\ud800\") { id } }"}',
        b'{"query": "{ __typename }", "variables": {"a": NaN}}',
        b'{"query": "{ __typename }", "variables": {"a": ' + b"9" * 5_000 + b"}}",
        b'{"query": "{ __typename }", "variables": ' + b'{"a":' * 20_000 + b"1" + b"}" * 20_000 + b"}",
    ],
)
async def test_a_body_that_is_no_question_is_refused_at_once(client: Client, raw: bytes) -> None:
    reply = await client.post(raw=raw)
    assert (reply.status, reply.code, reply.headers["content-type"]) == (400, "BAD_REQUEST", f"{JSON}; charset=utf-8")
    assert reply.seconds < 2


async def test_a_body_that_is_too_long_is_not_read_to_its_end(client: Client) -> None:
    sent = 0

    async def endless() -> AsyncIterator[bytes]:
        nonlocal sent
        while sent < 100_000_000:
            sent += 50_000
            yield b"a" * 50_000

    reply = await client.post(raw=endless())
    assert (reply.status, reply.code) == (413, "TOO_LARGE")
    assert sent < 1_000_000
    told = await client.post(raw=b"a" * 131_073)
    assert told.status == 413


# ── who may ask ───────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("host", ["evil.example", "evil.example:8000", "127.0.0.1.evil.example", "", "localhost.evil.example"])
async def test_on_loopback_foreign_names_are_refused(client: Client, host: str) -> None:
    for path in ("/graphql", "/readyz", "/"):
        reply = await client.send("GET", path, headers={"host": host})
        assert (reply.status, reply.code) == (421, "HOST")


@pytest.mark.parametrize("host", ["localhost:8000", "127.0.0.1", "[::1]:8000", "LOCALHOST"])
async def test_on_loopback_its_own_names_are_taken(client: Client, host: str) -> None:
    assert (await client.post(ASK, headers={"host": host})).status == 200


async def test_the_setting_names_the_hosts() -> None:
    async with serving(settings=Settings(hosts="partnergraph.example, other.example")) as app:
        assert (await Client(app).post(ASK, headers={"host": "other.example"})).status == 200
        assert (await Client(app).post(ASK, headers={"host": "localhost"})).status == 421
    async with serving(settings=Settings(host="0.0.0.0")) as app:
        assert (await Client(app).post(ASK, headers={"host": "any.example"})).status == 200


@pytest.mark.parametrize("origin", ["http://evil.example", "null", "http://127.0.0.1:9999", "https://127.0.0.1:8000.evil.example"])
async def test_pages_of_other_origins_may_not_ask(client: Client, origin: str) -> None:
    reply = await client.post(ASK, headers={"origin": origin})
    assert (reply.status, reply.code) == (403, "ORIGIN")


async def test_our_own_pages_may_ask(client: Client) -> None:
    assert (await client.post(ASK, headers={"origin": "http://127.0.0.1:8000"})).status == 200


class Clock:
    now = 0.0

    def __call__(self) -> float:
        return self.now


async def test_who_asks_too_often_is_told_when_to_come_again(app: Any) -> None:
    clock = Clock()
    gate = Gate(app, hosts=frozenset(), metrics=Metrics(), quota=Quota(rate=0.5, burst=2, clock=clock))
    client = Client(gate, "203.0.113.7")
    assert [(await client.post(ASK)).status for _ in range(3)] == [200, 200, 429]
    reply = await client.post(ASK)
    assert (reply.code, reply.headers["retry-after"]) == ("TOO_MANY_REQUESTS", "2")
    assert (await client.send("GET", "/healthz")).status == 200
    assert (await Client(gate, "203.0.113.8").post(ASK)).status == 200
    clock.now = 2
    assert [(await client.post(ASK)).status for _ in range(2)] == [200, 429]


async def test_a_token_has_its_own_quota_from_whatever_address(app: Any) -> None:
    gate = Gate(app, hosts=frozenset(), metrics=Metrics(), quota=Quota(rate=0.5, burst=2, clock=Clock()))
    asked = [(f"203.0.113.{i}", token) for i, token in enumerate("aaaab")]
    statuses = [(await Client(gate, address).post(ASK, headers={"authorization": f"Bearer {token}"})).status for address, token in asked]
    assert statuses == [401, 401, 429, 429, 401]  # nobody made these tokens; the quota counts before they are read


async def test_of_an_ipv6_network_all_addresses_share_a_quota_and_loopback_has_none(app: Any) -> None:
    gate = Gate(app, hosts=frozenset(), metrics=Metrics(), quota=Quota(rate=0.5, burst=2, clock=Clock()))
    assert [(await Client(gate, f"2001:db8::{i}").post(ASK)).status for i in range(1, 4)] == [200, 200, 429]
    assert {(await Client(gate, "::1").post(ASK)).status for _ in range(5)} == {200}


def test_quotas_are_kept_in_bounded_memory() -> None:
    quota = Quota(rate=1, burst=2, most_known=10, clock=Clock())
    for i in range(1_000):
        assert quota.take(f"a{i}") == 0
    assert len(quota) == 10


# ── beside ────────────────────────────────────────────────────────────────────────────────────────────────────────────


async def test_every_answer_has_an_id_and_keeps_a_given_one(client: Client) -> None:
    assert len((await client.ask("{ __typename }")).headers["x-request-id"]) == 32
    assert (await client.post(ASK, headers={"x-request-id": "proxy-0001"})).headers["x-request-id"] == "proxy-0001"
    assert (await client.post(ASK, headers={"x-request-id": "a b"})).headers["x-request-id"] != "a b"


async def test_metrics_count_operations_by_words_of_the_schema_only() -> None:
    async with serving() as app:
        client = Client(app)
        await client.ask("query Secret { mine: municipalities(first: 1) { totalCount } }")
        await client.ask("{ secret }")
        await client.ask("{ secret }")
        await client.ask('{ partnerCandidates(municipality: "municipality:bonn") { considered } }')
        text = (await client.send("GET", "/metrics")).text
    assert 'partnergraph_requests_total{operation="query municipalities",status="200"} 1.0' in text
    assert 'partnergraph_errors_total{code="NOT_VALID"} 2' in text
    assert 'partnergraph_cache_total{cache="documents",outcome="hit"} 1' in text
    assert 'partnergraph_cache_total{cache="documents",outcome="miss"} 3' in text
    assert 'partnergraph_matcher_seconds_count{work="fit"} 1' in text
    assert 'partnergraph_store_seconds_count{verb="select"} 1' in text
    assert "process_resident_memory_bytes " in text
    assert "ecret" not in text
