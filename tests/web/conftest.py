"""What the tests of the web app can ask for: a running service, a browser, pages that watch what goes wrong."""

from __future__ import annotations

import os
from collections.abc import Callable, Generator
from importlib.resources import files
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, Request, expect

from graph_api.operations.viewers import Viewer
from tests.neo4j_server import Neo4jAddress
from tests.web.site import SiteMissing, browsing, serving, sign_in, token

AXE = (files("axe_playwright_python") / "axe.min.js").read_text("utf-8")
expect.set_options(timeout=30_000)  # a busy machine, and what is made when it is asked for first: matcher, reader of texts
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]

ON_NEO4J = os.environ.get("PARTNERGRAPH_TEST_SITE") == "neo4j"

Visit = Callable[..., Page]
"""Opens a page: `visit("/de/", width=320, dark=True, language="en-GB")`."""


TWO_FRAMES = "() => new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))"


def settle(page: Page, under_way: set[Request]) -> None:
    """Waits until the page shows what it has asked for: two frames after its last answer it has asked for nothing more."""
    for _ in range(1000):
        answered = not under_way
        page.evaluate(TWO_FRAMES)
        if answered and not under_way:
            return
        page.wait_for_timeout(10)
    raise AssertionError(f"still waiting for {sorted(request.url for request in under_way)}")


def pytest_itemcollected(item: pytest.Item) -> None:
    """The tests of a module share a browser, hence a process."""
    if isinstance(item, pytest.Function) and "browser" in item.fixturenames:
        item.add_marker(pytest.mark.xdist_group(f"browser {item.path.stem}"))


def _missing(why: SiteMissing) -> None:
    if os.environ.get("PARTNERGRAPH_WEB") == "require":
        pytest.fail(str(why))
    pytest.skip(str(why))


# Of one module only: while Playwright runs in a process, no async test can.
@pytest.fixture(scope="module")
def browser() -> Generator[Browser]:
    try:
        with browsing() as running:
            yield running
    except SiteMissing as e:
        _missing(e)


@pytest.fixture(scope="session")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the service has its store and its key."""
    return tmp_path_factory.mktemp("site")


@pytest.fixture(scope="session")
def site(place: Path, request: pytest.FixtureRequest) -> Generator[str]:
    """The service's address; with PARTNERGRAPH_TEST_SITE=neo4j it keeps its network there."""
    store: dict[str, str] = {}
    if ON_NEO4J:
        neo4j: Neo4jAddress = request.getfixturevalue("neo4j_url")
        neo4j.clean()
        store = neo4j.environment
    try:
        with serving(place, store) as address:
            yield address
    except SiteMissing as e:
        _missing(e)


@pytest.fixture
def visit(browser: Browser, site: str, place: Path) -> Generator[Visit]:
    """Opens pages and waits for what they show, signed in as a viewer or not.

    The test fails on a script's error, a violated policy, a request to another host, a cookie without need. `allow=("cookie",)`: it signs in itself.
    """
    wrong: list[str] = []
    contexts: list[Any] = []
    expected = ["503"] if ON_NEO4J else []  # a server that has just begun may not answer in time; the page asks again

    def opened(
        path: str,
        *,
        width: int = 1280,
        dark: bool = False,
        language: str = "de-DE",
        script: bool = True,
        allow: tuple[str, ...] = (),
        viewer: Viewer | None = None,
    ) -> Page:
        expected.extend(allow)
        context = browser.new_context(
            base_url=site,
            viewport={"width": width, "height": 900 if width > 600 else 640},
            color_scheme="dark" if dark else "light",
            locale=language,
            reduced_motion="reduce",
            java_script_enabled=script,
        )
        contexts.append(context)
        if viewer:
            sign_in(context, site, token(place, viewer))
            expected.append("cookie")
        page = context.new_page()
        page.on("pageerror", lambda e: wrong.append(f"error: {e}"))
        page.on("console", lambda m: wrong.append(f"console: {m.text}") if m.type == "error" else None)
        page.on("request", lambda r: None if r.url.startswith((site, "data:", "blob:")) else wrong.append(f"another host: {r.url}"))
        under_way: set[Request] = set()
        page.on("request", lambda r: under_way.add(r))
        page.on("requestfinished", lambda r: under_way.discard(r))
        page.on("requestfailed", lambda r: under_way.discard(r))
        page.goto(path)
        if script:
            page.wait_for_selector("body[data-ready=true]")
            settle(page, under_way)
        return page

    yield opened
    cookies = [cookie for context in contexts for cookie in context.cookies()]
    for context in contexts:
        context.close()
    assert [what for what in wrong if not any(text in what for text in expected)] == []
    assert cookies == [] or "cookie" in expected


@pytest.fixture
def axe() -> Callable[[Page], list[str]]:
    """The rules of axe that a page breaks."""

    def broken(page: Page, leave_out: str | None = None) -> list[str]:
        page.evaluate(AXE)  # through the debugger's protocol, so the page's policy does not stand in the way
        context: Any = {"exclude": [leave_out]} if leave_out else "document"
        call = "async ([where, rules]) => await axe.run(where === 'document' ? document : where, { runOnly: { type: 'tag', values: rules } })"
        found = page.evaluate(call, [context, RULES])
        return [f"{v['id']}: {v['help']}: {[n['target'] for n in v['nodes']][:4]}" for v in found["violations"]]

    return broken


@pytest.fixture
def sources() -> Path:
    return Path(__file__).parents[2] / "web"
