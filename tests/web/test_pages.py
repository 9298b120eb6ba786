"""What holds for every page: accessible in light and dark, whole in every language, small, from our own host."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx
import pytest
from playwright.sync_api import Page, expect

from graph_api.operations.viewers import Role, Viewer
from graph_api.web import BUILT, LANGUAGES
from tests.suggesting import COORDINATOR, ORGANISER
from tests.web.conftest import Visit

PAGES = {
    "start": "",
    "results": "?m=ke-kisumu&c=de-hamburg",
    "nobody": "?m=de-dresden&country=TN&size=x",
    "dossier": "dossier?m=ke-kisumu&c=de-hamburg",
    "explore": "explore",
    "around": "explore?id=municipality:de-hamburg&sel=municipality:ni-leon&open=municipality:ni-leon",
    "ways": "explore?id=municipality:de-dresden&to=municipality:na-windhoek",
    "map": "map",
    "map of one": "map?m=de-berlin&sel=municipality:pe-cajamarca",
    "record": "record?id=municipality:de-hamburg",
    "record list": "record?id=topic:integration&list=departments",
    "groups": "groups?event=demo-event-2&n=4&rounds=2&max=1&vs=event%3Ddemo-event-2%26n%3D5",
    "groups without rights": "groups",
    "plan": "plan?phase=demo-phase-2026&country=KE&q=region.9..Sub-Saharan+Africa|goal.1.3.13&go=1",
    "exchange": "exchange?m=ke-kisumu",
    "missions": "missions",
    "experts for a mission": "missions?m=demo-mission-02&n=3",
    "several missions": "missions?several=1&of=demo-mission-04|demo-mission-20&n=3",
    "about": "about",
    "sign-in": "sign-in",
    "missing": "there/is/nothing",
    "municipality": "municipality",
    "profile": "municipality?part=profile",
    "focuses": "municipality?part=focuses",
    "people": "municipality?part=people",
    "interests": "municipality?part=interests",
    "programme": "municipality?part=programme",
    "admin": "admin",
    "log": "admin?part=log",
    "reminders": "admin?part=reminders",
    "all interests": "admin?part=interests",
}
CLERK = Viewer(role=Role.MUNICIPALITY, name="Clara Clerk", municipality="municipality:de-bonn")
SIGNED_IN = {
    **{"groups": ORGANISER, "plan": COORDINATOR, "missions": COORDINATOR, "experts for a mission": COORDINATOR, "several missions": COORDINATOR},
    **{name: CLERK if path.startswith("municipality") else COORDINATOR for name, path in PAGES.items() if path.startswith(("municipality", "admin"))},
}
"""Who looks at pages that are not for everybody."""
LONGER = """() => {
    const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT), texts = [];
    while (walker.nextNode()) texts.push(walker.currentNode);
    for (const t of texts) if (t.textContent.trim().length > 2) t.textContent += ' ' + 'ñöüß'.repeat(Math.ceil(t.textContent.trim().length / 10));
}"""
"""Makes every text two fifths longer."""
EMPTY_LISTS = "() => [...document.querySelectorAll('ul, ol')].filter(l => !l.querySelector('li') && l.checkVisibility()).map(l => l.outerHTML)"
COVERS_NOTHING = """() => {
    const at = (selector) => document.querySelector(selector).getBoundingClientRect();
    return at('.languages').bottom <= at('#menu').top + 1 && at('#menu').bottom <= at('main').top;
}"""
"""Whether the open menu stands between the rest of the header and the page."""
FIRST_PAGE_KB = 60


def missing(name: str) -> tuple[str, ...]:
    return ("404",) if name == "missing" else ()


def _once_a_page() -> list[Any]:
    """Each page; in another state only where the tests run in full."""
    first = {path.partition("?")[0]: name for name, path in reversed(PAGES.items())}
    return [name if name in first.values() else pytest.param(name, marks=pytest.mark.in_full) for name in PAGES]


def _look(language: str, width: int, *, dark: bool) -> Any:
    return pytest.param(language, width, dark, marks=pytest.mark.in_full, id=f"{language}-{width}-{'dark' if dark else 'light'}")


@pytest.mark.parametrize(
    ("language", "width", "dark"),
    [("de", 320, False), _look("de", 1280, dark=True), _look("en", 1280, dark=False), _look("es", 320, dark=True), _look("fr", 320, dark=False)],
)
@pytest.mark.parametrize("name", _once_a_page())
def test_is_accessible_speaks_its_language_and_fits(
    visit: Visit, axe: Callable[[Page], list[str]], sources: Path, name: str, language: str, width: int, *, dark: bool
) -> None:
    page = visit(f"/{language}/{PAGES[name]}", width=width, dark=dark, allow=missing(name), viewer=SIGNED_IN.get(name))
    assert page.evaluate("document.documentElement.lang") == language
    text = page.locator("body").inner_text()
    keys = json.loads((sources / "messages" / "de.json").read_text("utf-8"))
    assert [key for key in keys if re.search(rf"(?<![\w.]){re.escape(key)}(?![\w.])", text)] == []
    assert not re.search(r"undefined|NaN|\{\w+\}|\[object", text)
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    page.evaluate("document.querySelectorAll('details').forEach(d => { d.open = true; })")
    assert axe(page) == []
    assert page.evaluate(EMPTY_LISTS) == []
    page.evaluate(LONGER)
    assert page.evaluate("document.documentElement.scrollWidth") <= width


@pytest.mark.parametrize("dark", [False, pytest.param(True, marks=pytest.mark.in_full)], ids=["light", "dark"])
def test_the_page_for_queries_is_accessible(visit: Visit, axe: Callable[[Page], list[str]], *, dark: bool) -> None:
    page = visit("/de/graphiql", dark=dark)
    page.wait_for_selector(".graphiql-query-editor .view-line span")
    assert axe(page) == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_menu_stands_in_one_line_and_behind_a_button_where_there_is_little_room(visit: Visit, language: str) -> None:
    page = visit(f"/{language}/about", viewer=COORDINATOR)
    links = page.locator(".menu a")
    expect(links.first).to_be_visible()
    assert len({round(link.bounding_box()["y"]) for link in links.all() if link.bounding_box()}) == 1  # pyright: ignore[reportOptionalSubscript]
    for width in (768, 320):
        page.set_viewport_size({"width": width, "height": 700})
        expect(links.first).not_to_be_visible()
        button = page.locator(".menu > button")
        button.click()
        expect(links.last).to_be_visible()
        assert page.evaluate(COVERS_NOTHING)
        assert page.evaluate("document.documentElement.scrollWidth") <= width
        page.keyboard.press("Tab")
        expect(links.first).to_be_focused()
        page.keyboard.press("Escape")
        expect(links.first).not_to_be_visible()
        expect(button).to_be_focused()
        button.click()
        page.get_by_role("heading", level=1).click()
        expect(links.first).not_to_be_visible()
        button.click()
        page.keyboard.press("Shift+Tab")  # the focus leaves it
        expect(links.first).not_to_be_visible()


def test_the_longest_menu_stands_in_one_line(visit: Visit) -> None:
    page = visit("/de/about", width=1136, viewer=COORDINATOR)
    for language in LANGUAGES:
        page.goto(f"/{language}/about")
        page.wait_for_selector("body[data-ready=true]")
        tops = {round((entry.bounding_box() or {"y": -1})["y"]) for entry in page.locator("#menu a").all()}
        assert len(tops) == 1, language


def test_the_first_page_is_small(visit: Visit, site: str) -> None:
    page = visit("/de/about")
    loaded: list[str] = []
    page.on("request", lambda r: loaded.append(r.url.removeprefix(site)) if r.url.endswith(".js") else None)
    page.goto("/de/?m=ke-kisumu")
    page.wait_for_selector("svg path.land")
    sizes = {name: (BUILT / (name.removeprefix("/") + ".gz")) for name in loaded}
    total = sum((packed if packed.is_file() else packed.with_suffix("")).stat().st_size for packed in sizes.values())
    assert loaded
    assert total <= FIRST_PAGE_KB * 1000


def test_a_page_that_is_visited_again_is_whole(visit: Visit) -> None:
    page = visit("/en/about")
    for path in ("/en/sign-in", "/en/about"):
        page.goto(path)
        page.wait_for_selector("body[data-ready=true]")
    expect(page.get_by_role("heading", level=1)).to_have_text("About Partnergraph")


def test_says_something_without_javascript(visit: Visit) -> None:
    page = visit("/de/", script=False)
    expect(page.get_by_role("heading", level=1)).to_have_text("Welche Kommune passt zu Ihrer?")
    assert "Diese Seite braucht JavaScript" in page.locator("body").inner_text()


def test_the_skip_link_leads_to_the_content(visit: Visit) -> None:
    page = visit("/en/about")
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Skip to content")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator("main")).to_be_focused()


def test_every_example_of_the_page_for_queries_is_answered(sources: Path, site: str) -> None:
    text = (sources / "src" / "pages" / "graphiql" / "examples.ts").read_text("utf-8")
    examples = re.findall(r"name: '(\w+)', query: `(.*?)`, variables: '(.*?)'", text, re.DOTALL)
    assert len(examples) == text.count("name: '")
    for name, query, variables in examples:
        answer = httpx.post(f"{site}/graphql", json={"query": query, "variables": json.loads(variables)}).json()
        assert (name, answer.get("errors")) == (name, None)


@pytest.mark.in_full
def test_graphiql_is_ours_and_answers(visit: Visit) -> None:
    page = visit("/en/graphiql?example=search")
    expect(page.locator(".graphiql-query-editor .view-line").first).to_contain_text("spelling")
    page.get_by_role("button", name="Execute query").click()
    expect(page.locator(".graphiql-response")).to_contain_text("Kisumu")
