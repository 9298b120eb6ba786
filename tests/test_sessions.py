"""Sessions: the cookie that a token gives, who may use it, and how it goes."""

from __future__ import annotations

import http.cookies
import json
from collections.abc import AsyncGenerator, Mapping
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote, unquote

import pytest

from graph_api.operations.viewers import Role, Viewer
from graph_api.server import create_app
from graph_api.sessions import LONGEST
from graph_api.settings import Settings
from graph_api.storage import open_store
from graph_api.tokens import LocalTokens
from tests.asking import Client, Reply
from tests.identity import Provider, providing
from tests.roles import People, people

ROLE = "{ viewer { role name } }"


@pytest.fixture
async def world(tmp_path: Path) -> AsyncGenerator[People]:
    store = open_store("memory:")
    await store.prepare()
    yield await people(store, tmp_path)
    await store.close()


async def begin(world: People, token: str | None, **headers: str) -> Reply:
    given = {"authorization": f"Bearer {token}"} if token else {}
    return await world.client.send("POST", "/session", headers=given | {name.replace("_", "-"): value for name, value in headers.items()})


def cookies(reply: Reply) -> dict[str, http.cookies.Morsel[str]]:
    found: dict[str, http.cookies.Morsel[str]] = {}
    for line in reply.headers.get_list("set-cookie"):
        found |= dict(http.cookies.SimpleCookie(line))
    return found


async def role(world: People, cookie: str, **headers: str) -> str:
    given = {"cookie": cookie} | {name.replace("_", "-"): value for name, value in headers.items()}
    reply = await world.client.post({"query": ROLE}, headers=given)
    return reply.code or reply.json["data"]["viewer"]["role"]


async def test_a_token_becomes_a_cookie_that_no_script_reads(world: People) -> None:
    begun = await begin(world, world.tokens["coordinator"])
    assert (begun.status, begun.text, begun.headers["cache-control"]) == (204, "", "no-store")
    token = cookies(begun)["partnergraph"]
    assert token.value == world.tokens["coordinator"]
    assert (token["httponly"], token["samesite"], token["path"], token["secure"]) == (True, "strict", "/", "")
    assert (token["max-age"], token["expires"], token["domain"]) == ("", "", "")
    assert await role(world, f"partnergraph={token.value}") == "COORDINATOR"


async def test_pages_can_read_who_is_signed_in_and_no_more(world: People) -> None:
    told = cookies(await begin(world, world.tokens["bonn"]))["partnergraph_who"]
    assert told["httponly"] == ""
    assert json.loads(unquote(told.value)) == {"role": "municipality", "name": "bonn-clerk", "municipality": "municipality:bonn"}
    assert await role(world, f"partnergraph_who={told.value}") == "ANONYMOUS"


async def test_over_https_no_neighbouring_host_can_set_the_cookie(world: People) -> None:
    begun = cookies(await begin(world, world.tokens["admin"], origin="https://127.0.0.1:8000"))
    assert begun.keys() == {"__Host-partnergraph", "partnergraph_who"}
    assert all(cookie["secure"] for cookie in begun.values())
    assert await role(world, f"partnergraph={world.tokens['bonn']}; __Host-partnergraph={world.tokens['admin']}") == "ADMIN"


async def test_pages_of_others_cannot_use_it(world: People) -> None:
    cookie = f"partnergraph={world.tokens['admin']}"
    assert await role(world, cookie, sec_fetch_site="same-origin") == "ADMIN"
    for site in ("cross-site", "same-site"):
        assert await role(world, cookie, sec_fetch_site=site) == "ANONYMOUS"
    assert await role(world, cookie, origin="http://127.0.0.1:9000") == "ORIGIN"
    refused = await world.client.send("POST", "/session", headers={"authorization": f"Bearer {world.tokens['bonn']}", "origin": "https://example.org"})
    assert (refused.status, refused.code, cookies(refused)) == (403, "ORIGIN", {})


async def test_a_header_goes_before_the_cookie(world: People) -> None:
    assert await role(world, f"partnergraph={world.tokens['admin']}", authorization=f"Bearer {world.tokens['bonn']}") == "MUNICIPALITY"


async def test_a_cookie_with_a_token_that_is_not_good_is_refused(world: People) -> None:
    assert await role(world, "partnergraph=a.b.c") == "UNAUTHENTICATED"


@pytest.mark.parametrize(("token", "status", "code"), [(None, 401, "UNAUTHENTICATED"), ("a.b.c", 401, "UNAUTHENTICATED")])
async def test_no_session_begins_without_a_good_token(world: People, token: str | None, status: int, code: str) -> None:
    reply = await begin(world, token)
    assert (reply.status, reply.code, cookies(reply)) == (status, code, {})


async def test_a_token_that_no_browser_keeps_is_refused(world: People, tmp_path: Path) -> None:
    long = LocalTokens(tmp_path / "service.key").issue(Viewer(role=Role.COORDINATOR, name="c" * LONGEST), days=1)
    reply = await begin(world, long)
    assert (reply.status, reply.code, cookies(reply)) == (400, "INVALID_INPUT", {})


async def test_ending_a_session_takes_every_cookie(world: People) -> None:
    ended = await world.client.send("DELETE", "/session")
    gone = cookies(ended)
    assert (ended.status, gone.keys()) == (204, {"__Host-partnergraph", "partnergraph", "partnergraph_who"})
    assert all((cookie.value, cookie["max-age"]) == ("", "0") for cookie in gone.values())


async def test_downloads_know_the_cookie(world: People) -> None:
    interests = [await world.client.send("GET", "/export/json", headers=given) for given in ({}, {"cookie": f"partnergraph={world.tokens['admin']}"})]
    assert ["interest" in reply.text for reply in interests] == [False, True]


# ── an identity provider ──────────────────────────────────────────────────────────────────────────────────────────────

PAGE = "/de/sign-in?back=%2Fde%2Fmunicipality"
HERE = {"origin": "http://127.0.0.1:8000", "page": PAGE}


@dataclass(frozen=True, kw_only=True)
class Browser:
    """A browser at a service that knows an identity provider."""

    client: Client
    provider: Provider

    async def leave(self, **given: str) -> Reply:
        return await self.client.send("GET", "/session/begin", params=HERE | given)

    async def back(self, params: Mapping[str, str], *, attempt: str | None) -> Reply:
        headers = {"cookie": f"partnergraph_attempt={attempt}"} if attempt else {}
        return await self.client.send("GET", "/session/back", params=dict(params), headers={"sec-fetch-site": "cross-site", **headers})


@pytest.fixture
async def browser(tmp_path: Path) -> AsyncGenerator[Browser]:
    store = open_store("memory:")
    await store.prepare()
    with providing() as provider:
        settings = Settings(auth="oidc", oidc_issuer=provider.issuer, oidc_audience="app", oidc_client_id="web", key_file=str(tmp_path / "service.key"))
        yield Browser(client=Client(create_app(settings, store)), provider=provider)
    await store.close()


async def test_one_signs_in_at_the_provider_and_keeps_a_token_of_ours(browser: Browser) -> None:
    left = await browser.leave()
    attempt = cookies(left)["partnergraph_attempt"]
    assert (left.status, attempt["httponly"], attempt["samesite"], attempt["path"]) == (303, True, "lax", "/session/back")
    assert left.headers["location"].startswith(f"{browser.provider.issuer}/authorize?")
    answer = browser.provider.signed_in(left.headers["location"], partnergraph_role="municipality", partnergraph_municipality="de-bonn")
    came = await browser.back(answer, attempt=attempt.value)
    assert (came.status, came.headers["location"]) == (303, f"{PAGE}&arrived=1")
    kept = cookies(came)
    assert (kept["partnergraph"]["httponly"], kept["partnergraph"]["samesite"], kept["partnergraph_attempt"]["max-age"]) == (True, "strict", "0")
    reply = await browser.client.post({"query": ROLE}, headers={"cookie": f"partnergraph={kept['partnergraph'].value}"})
    assert reply.json["data"]["viewer"] == {"role": "MUNICIPALITY", "name": "cora@example.org"}
    header = await browser.client.post({"query": ROLE}, headers={"authorization": f"Bearer {kept['partnergraph'].value}"})
    assert header.code == "UNAUTHENTICATED", "a token of ours is good in the cookie only"


async def test_a_providers_token_can_be_pasted_all_the_same(browser: Browser) -> None:
    token = browser.provider.token()
    begun = await browser.client.send("POST", "/session", headers={"authorization": f"Bearer {token}"})
    reply = await browser.client.post({"query": ROLE}, headers={"cookie": f"partnergraph={cookies(begun)['partnergraph'].value}"})
    assert reply.json["data"]["viewer"]["role"] == "COORDINATOR"


async def test_an_answer_to_another_attempt_signs_nobody_in(browser: Browser) -> None:
    mine, theirs = await browser.leave(), await browser.leave()
    stolen = browser.provider.signed_in(theirs.headers["location"])
    own = browser.provider.signed_in(mine.headers["location"])
    for given in (stolen, {**stolen, "state": own["state"]}, {"state": own["state"]}, {"error": "access_denied", "state": own["state"]}):
        came = await browser.back(given, attempt=cookies(mine)["partnergraph_attempt"].value)
        assert (came.status, came.headers["location"], cookies(came).keys()) == (303, f"{PAGE}&failed=1", {"partnergraph_attempt"})
    for attempt in (None, "no-json", quote(json.dumps({"state": "x", "verifier": "y", "origin": "http://127.0.0.1:8000", "page": "//example.org"}))):
        came = await browser.back(own, attempt=attempt)
        assert (came.status, cookies(came)) == (400, {})


async def test_who_has_no_role_here_is_not_signed_in(browser: Browser) -> None:
    left = await browser.leave()
    answer = browser.provider.signed_in(left.headers["location"], partnergraph_role=None)
    came = await browser.back(answer, attempt=cookies(left)["partnergraph_attempt"].value)
    assert (came.headers["location"], cookies(came).keys()) == (f"{PAGE}&failed=1", {"partnergraph_attempt"})


async def test_a_provider_that_does_not_answer_leads_back_to_the_page(browser: Browser) -> None:
    browser.provider.away = True
    left = await browser.leave()
    assert (left.status, left.headers["location"], cookies(left)) == (303, f"{PAGE}&failed=1", {})


@pytest.mark.parametrize(
    "given",
    [
        {"page": "//example.org/sign-in"},
        {"page": "/de/admin"},
        {"page": "/de/sign-in?back=https://example.org"},
        {"origin": "https://example.org"},
        {"origin": ""},
    ],
)
async def test_only_pages_of_ours_are_led_back_to(browser: Browser, given: dict[str, str]) -> None:
    left = await browser.leave(**given)
    assert (left.status, left.code, cookies(left)) == (400, "BAD_REQUEST", {})


async def test_pages_ask_whether_there_is_a_provider(browser: Browser, world: People) -> None:
    for client, there in ((browser.client, True), (world.client, False)):
        assert (await client.send("GET", "/session")).json == {"provider": there}
    assert (await world.client.send("GET", "/session/begin", params=HERE)).status == 400
