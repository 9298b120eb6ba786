"""How the built web app is served: languages, policies, packed files, and what is said where there is none."""

from __future__ import annotations

import gzip
import json
from pathlib import Path

import httpx
import pytest
from starlette.applications import Starlette

from graph_api.web import language_of, routes

PAGES = [
    {"name": "find", "path": "", "policy": "strict", "status": 200},
    {"name": "graphiql", "path": "graphiql", "policy": "editor", "status": 200},
    {"name": "missing", "path": "404", "policy": "strict", "status": 404},
]
SCRIPT = "console.log('partnergraph');" * 100


@pytest.fixture
def built(tmp_path: Path) -> Path:
    """A web app of three pages, one script and one worker."""
    directory = tmp_path / "_web"
    for language in ("de", "en", "es", "fr"):
        pages = directory / "pages" / language
        pages.mkdir(parents=True)
        for page in PAGES:
            (pages / f"{page['name']}.html").write_text(f"<!DOCTYPE html><title>{page['name']} {language}</title>", "utf-8")
    (directory / "assets").mkdir()
    for name in ("find-Ab3_x-9Z.js", "layout.worker-Ab3_x-9Z.js", "licences.txt"):
        (directory / "assets" / name).write_text(SCRIPT, "utf-8")
    (directory / "assets" / "find-Ab3_x-9Z.js.gz").write_bytes(gzip.compress(SCRIPT.encode()))
    (directory / "pages.json").write_text(json.dumps(PAGES), "utf-8")
    (directory / "build.json").write_text("{}", "utf-8")
    (tmp_path / "secret.txt").write_text("secret", "utf-8")
    return directory


def calling(directory: Path) -> httpx.AsyncClient:
    """A client of a service that serves a directory; it takes no redirect and, unless told otherwise, nothing packed."""
    transport = httpx.ASGITransport(Starlette(routes=routes(directory)))
    return httpx.AsyncClient(transport=transport, base_url="http://test", headers={"accept-encoding": "identity"})


@pytest.fixture
def client(built: Path) -> httpx.AsyncClient:
    return calling(built)


@pytest.mark.parametrize(
    ("accepted", "language"),
    [
        ("", "de"),
        ("fr", "fr"),
        ("en-GB,en;q=0.9,de;q=0.8", "en"),
        ("nl, es;q=0.5, fr;q=0.7", "fr"),
        ("de;q=0, es", "es"),
        ("en;q=nonsense", "en"),
        ("*", "de"),
        ("zh", "de"),
    ],
)
def test_the_language_is_the_best_of_those_accepted(accepted: str, language: str) -> None:
    assert language_of(accepted) == language


async def test_the_root_sends_to_the_language_with_the_query(client: httpx.AsyncClient) -> None:
    response = await client.get("/?m=ke-kisumu", headers={"accept-language": "es"})
    assert (response.status_code, response.headers["location"]) == (307, "/es/?m=ke-kisumu")
    assert response.headers["vary"] == "Accept-Language"
    assert (await client.get("/graphiql", headers={"accept-language": "fr"})).headers["location"] == "/fr/graphiql"


async def test_a_page_comes_in_its_language_with_a_strict_policy(client: httpx.AsyncClient) -> None:
    response = await client.get("/fr/")
    assert response.status_code == 200
    assert "find fr" in response.text
    assert response.headers["content-language"] == "fr"
    assert response.headers["cache-control"] == "no-cache"
    policy = response.headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "require-trusted-types-for 'script'" in policy
    assert "unsafe" not in policy


async def test_only_the_editor_page_allows_styles_made_at_run_time(client: httpx.AsyncClient) -> None:
    policy = (await client.get("/en/graphiql")).headers["content-security-policy"]
    assert "style-src 'self' 'unsafe-inline'" in policy
    assert "script-src 'self';" in policy


async def test_a_page_that_the_caller_has_is_not_sent_again(client: httpx.AsyncClient) -> None:
    tag = (await client.get("/de/")).headers["etag"]
    again = await client.get("/de/", headers={"if-none-match": f'W/"other", {tag}'})
    assert (again.status_code, again.content) == (304, b"")
    assert (await client.get("/de/", headers={"if-none-match": '"other"'})).status_code == 200
    date = (await client.get("/de/")).headers["last-modified"]
    assert (await client.get("/de/", headers={"if-modified-since": date})).status_code == 304
    assert (await client.get("/de/", headers={"if-modified-since": date, "if-none-match": '"other"'})).status_code == 200


@pytest.mark.parametrize("path", ["/de/nothing", "/xx/", "/nothing", "/de/404", "/a/b/c"])
async def test_an_unknown_address_is_404_with_a_page(client: httpx.AsyncClient, path: str) -> None:
    response = await client.get(path, headers={"accept-language": "en"})
    assert response.status_code == 404
    assert "missing" in response.text
    assert "content-security-policy" in response.headers


async def test_an_asset_is_packed_and_may_be_kept_for_ever(client: httpx.AsyncClient) -> None:
    response = await client.get("/assets/find-Ab3_x-9Z.js", headers={"accept-encoding": "gzip"})
    assert response.text == SCRIPT
    assert response.headers["content-encoding"] == "gzip"
    assert response.headers["cache-control"] == "public, max-age=31536000, immutable"
    assert response.headers["vary"] == "Accept-Encoding"
    assert (await client.get("/assets/licences.txt")).headers["cache-control"] == "no-cache"
    assert response.headers["content-type"].startswith("text/javascript")
    plain = await client.get("/assets/find-Ab3_x-9Z.js", headers={"accept-encoding": "identity"})
    assert "content-encoding" not in plain.headers
    assert plain.text == SCRIPT


async def test_a_worker_has_a_policy_of_its_own(client: httpx.AsyncClient) -> None:
    assert "script-src 'self'" in (await client.get("/assets/layout.worker-Ab3_x-9Z.js")).headers["content-security-policy"]
    assert (await client.get("/assets/find-Ab3_x-9Z.js")).headers["content-security-policy"] == "default-src 'none'"


@pytest.mark.parametrize("name", ["../build.json", "..%2F..%2Fsecret.txt", "find-Ab3_x-9Z.js.gz", "nothing.js", "", "%2e%2e/pages.json"])
async def test_nothing_but_assets_is_served_as_one(client: httpx.AsyncClient, name: str) -> None:
    response = await client.get(f"/assets/{name}")
    assert response.status_code == 404
    assert "secret" not in response.text


async def test_where_there_is_none_every_page_says_why(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    (tmp_path / "unavailable.json").write_text(json.dumps({"reason": "It could not be built: <no> network."}), "utf-8")
    client = calling(tmp_path)
    for path in ("/", "/de/", "/graphiql"):
        response = await client.get(path)
        assert response.status_code == 503
        assert "It could not be built: &lt;no&gt; network." in response.text
        assert "/graphql" in response.text
    assert "It could not be built" in caplog.text


async def test_without_a_build_it_says_that(tmp_path: Path) -> None:
    client = calling(tmp_path)
    assert "It was not built when this package was installed." in (await client.get("/")).text
