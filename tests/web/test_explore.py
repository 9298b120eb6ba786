"""The page "Explore": from the start page to what is around a record, by mouse and by keyboard; ways, filters, files, what stands in the address."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Locator, Page, expect

from graph_api.web import BUILT
from tests.web.conftest import Visit
from tests.web.test_walk import tab_to

EXPLORE_KB = 120


@dataclass(frozen=True, kw_only=True)
class Words:
    """What the walk reads, in a language."""

    locale: str
    go: str
    search: str
    heading: str
    open: str


WORDS = {
    "de": Words(locale="de-DE", go="Netzwerk erkunden", search="Im Netzwerk suchen", heading="Umfeld von Kisumu", open="Nachbarn zeigen"),
    "en": Words(
        locale="en-GB",
        go="Explore the network",
        search="Search the network",
        heading="Surroundings of Kisumu",
        open="Show neighbours",
    ),
}


PLACE = "e => e.getBoundingClientRect().top + scrollY"


def rows(page: Page) -> Locator:
    return page.locator("tbody button")


def count_shown(page: Page) -> int:
    return int(re.sub(r"\D", "", page.locator(".summary").inner_text().split(" ")[0]))


FIND_RECORD = """async (canvas) => {
    const box = canvas.getBoundingClientRect();
    for (let y = 20; y < box.height - 20; y += 10) for (let x = 20; x < box.width - 20; x += 10) {
        canvas.dispatchEvent(new PointerEvent('pointermove', { clientX: box.left + x, clientY: box.top + y, bubbles: true }));
        for (let i = 0; i < 4; i++) await null;
        if (canvas.classList.contains('pointing')) return [box.left + x, box.top + y];
    }
}"""


def click_a_record(page: Page) -> None:
    """Clicks on a record in the picture, the uppermost."""
    canvas = page.get_by_role("application")
    canvas.scroll_into_view_if_needed()
    x, y = canvas.evaluate(FIND_RECORD)
    page.mouse.click(x, y)


@pytest.mark.parametrize("width", [1280, pytest.param(320, marks=pytest.mark.in_full)])
@pytest.mark.parametrize("language", ["de", pytest.param("en", marks=pytest.mark.in_full)])
def test_with_the_mouse(visit: Visit, language: str, width: int) -> None:
    words = WORDS[language]
    page = visit("/", width=width, language=words.locale)
    page.get_by_role("main").get_by_role("link", name=words.go).click()
    page.get_by_role("combobox", name=words.search).press_sequentially("kisumo")  # with a typo
    page.get_by_role("option", name="Kisumu").first.click()
    expect(page.get_by_role("heading", level=1)).to_have_text(words.heading)
    click_a_record(page)
    selected = page.locator("tr.selected button")
    expect(selected).not_to_contain_text("Kisumu")
    name = selected.inner_text().splitlines()[0]
    expect(page.get_by_role("heading", level=2, name=name)).to_be_visible()
    before = count_shown(page)
    page.get_by_role("button", name=words.open).click()
    expect(page).to_have_url(re.compile("open="))
    expect(page.locator(".summary")).not_to_contain_text(str(before))
    assert count_shown(page) > before
    assert page.evaluate("document.documentElement.scrollWidth") <= width


@pytest.mark.parametrize("language", ["de", "en"])
@pytest.mark.in_full
def test_with_the_keyboard_only(visit: Visit, language: str) -> None:
    words = WORDS[language]
    page = visit("/", language=words.locale)
    tab_to(page, page.get_by_role("main").get_by_role("link", name=words.go))
    page.keyboard.press("Enter")
    page.wait_for_selector("body[data-ready=true]")
    tab_to(page, page.get_by_role("combobox", name=words.search))
    page.keyboard.type("Kisumu")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text(words.heading)
    canvas = page.get_by_role("application")
    tab_to(page, canvas)
    page.keyboard.press("ArrowRight")
    selected = page.locator("tr.selected button")
    expect(selected).not_to_contain_text("Kisumu")
    expect(page.locator(".picture [role=status]")).to_contain_text(selected.inner_text().splitlines()[0])
    before = count_shown(page)
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile("open="))
    expect(page.locator(".summary")).not_to_contain_text(str(before))
    page.keyboard.press("Home")
    expect(selected).to_contain_text("Kisumu")
    tab_to(page, rows(page).nth(2))
    page.keyboard.press("Enter")
    expect(rows(page).nth(2)).to_have_attribute("aria-pressed", "true")


def test_kinds_found_can_be_chosen_among(visit: Visit) -> None:
    page = visit("/de/explore")
    page.get_by_role("combobox").press_sequentially("wasser")
    kinds = page.get_by_role("group", name="Treffer nach Art")
    kinds.get_by_role("button", name="SDG-Unterziele").click()
    expect(page.get_by_role("option").first).to_contain_text("SDG-Unterziel")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile(r"\?id=sdg_target%3A"))


def test_the_way_between_two(visit: Visit) -> None:
    page = visit("/de/explore?id=municipality:de-dresden")
    page.get_by_role("combobox", name="Weg finden zu").press_sequentially("Windhoek")
    page.get_by_role("option", name="Windhoek").first.click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Wege von Dresden zu Windhoek")
    way = page.get_by_role("button", pressed=True).filter(has_text="→").first
    expect(way).to_contain_text("Brazzaville")
    expect(way).to_contain_text("4 Schritte")


def test_what_stands_in_the_address_is_shown_again(visit: Visit) -> None:
    page = visit("/de/explore?id=municipality:de-hamburg")
    everything = count_shown(page)
    page.get_by_role("group", name="Was gezeigt wird").get_by_role("button", name="Themen").click()
    expect(page.locator(".summary")).to_contain_text("ausgeblendet")
    page.get_by_text("Auswahl eingrenzen").click()
    page.get_by_label("Land").select_option(label="Nicaragua")
    expect(rows(page).filter(has_text="Dresden")).to_have_count(0)
    rows(page).filter(has_text="Kommune ·").filter(has_text="León").click()
    left = count_shown(page)
    assert left < everything
    page.reload()
    page.wait_for_selector("body[data-ready=true]")
    assert count_shown(page) == left
    expect(page.locator("tr.selected button")).to_contain_text("León")
    page.get_by_role("button", name="Filter aufheben").click()
    expect(rows(page).filter(has_text="Dresden").first).to_be_visible()


def test_picture_and_data_can_be_saved(visit: Visit, tmp_path: Path) -> None:
    page = visit("/de/explore?id=municipality:de-hamburg")
    page.get_by_text("Speichern und teilen").click()
    saved: dict[str, bytes] = {}
    for kind in ("PNG", "SVG", "CSV", "JSON"):
        with page.expect_download() as download:
            page.get_by_role("button", name=f"({kind})").click()
        download.value.save_as(tmp_path / kind)
        assert download.value.suggested_filename == f"partnergraph-de-hamburg.{kind.lower()}"
        saved[kind] = (tmp_path / kind).read_bytes()
    assert saved["PNG"].startswith(b"\x89PNG")
    assert b"<title>Hamburg (Kommune)</title>" in saved["SVG"]
    assert len(saved["CSV"].decode("utf-8-sig").splitlines()) == count_shown(page) + 1
    data = json.loads(saved["JSON"])
    assert {"source": "municipality:de-hamburg", "target": "partnership:de-hamburg--ni-leon", "kind": "membership"} in data["links"]
    assert page.get_by_role("link", name="GRAPHML").get_attribute("href") == "/export/graphml"


def test_the_address_is_copied_or_stands_there_selected(visit: Visit) -> None:
    page = visit("/de/explore?id=municipality:de-hamburg")
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    page.get_by_text("Speichern und teilen").click()
    copy = page.get_by_role("button", name="Adresse kopieren")
    copy.click()
    expect(page.get_by_text("Kopiert", exact=True)).to_be_visible()
    assert page.evaluate("navigator.clipboard.readText()") == page.url
    page.evaluate("Object.defineProperty(navigator, 'clipboard', { value: undefined })")  # as over plain HTTP
    copy.click()
    field = page.get_by_role("textbox", name="Der Browser lässt das Kopieren hier nicht zu.")
    expect(field).to_be_focused()
    assert field.evaluate("e => e.value.slice(e.selectionStart, e.selectionEnd)") == page.url


def test_the_whole_network_at_a_glance(visit: Visit) -> None:
    page = visit("/en/explore")
    communities = page.get_by_role("region", name="Communities")
    expect(communities.get_by_role("row")).to_have_count(9)
    communities.get_by_role("button", name="Show more").click()
    expect(communities.get_by_role("row").nth(9)).to_be_visible()
    page.get_by_role("region", name="What is sought and nobody offers").get_by_role("link").first.click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Surroundings of")


def test_a_large_picture_stands_as_the_service_says(visit: Visit, tmp_path: Path) -> None:
    page = visit("/en/explore?id=topic:waste&depth=1&limit=20000")
    drawn = page.request.get("/picture?id=topic:waste&depth=1&limit=20000").json()
    expect(page.locator(".summary")).to_contain_text(f"{drawn['total']:,} records")
    assert not page.evaluate("performance.getEntriesByType('resource').some(entry => entry.name.includes('layout.worker'))")
    ids = {row: i for group in drawn["groups"] for row, i in zip(group["rows"], group["columns"]["id"], strict=True)}
    where = {ids[row]: place for row, place in enumerate(zip(drawn["x"], drawn["y"], strict=True))}
    saved = as_json(page, tmp_path)
    assert {node["id"]: (node["x"], node["y"]) for node in saved["nodes"]} == where
    before = count_shown(page)
    rows(page).filter(has_text="Municipality ·").first.click()
    page.get_by_role("button", name="Show neighbours").click()
    expect(page.locator(".summary")).not_to_contain_text(f"{before:,} ")
    opened = {node["id"]: (node["x"], node["y"]) for node in as_json(page, tmp_path)["nodes"]}
    assert len(opened) > before
    assert {i: opened[i] for i in where} == where  # nothing moved for what came in


def as_json(page: Page, directory: Path) -> Any:
    """What the page saves as data."""
    if not page.get_by_role("button", name="(JSON)").is_visible():
        page.get_by_text("Save and share").click()
    with page.expect_download() as download:
        page.get_by_role("button", name="(JSON)").click()
    download.value.save_as(directory / "saved.json")
    return json.loads((directory / "saved.json").read_bytes())


@pytest.mark.parametrize("path", ["/de/explore?id=municipality:nowhere", "/de/explore?id=nonsense"])
def test_a_record_that_is_not_there_is_said(visit: Visit, path: str) -> None:
    page = visit(path)
    expect(page.locator("main .notice")).to_be_visible()


def test_what_is_there_stays_when_the_service_fails_and_can_be_asked_again(visit: Visit) -> None:
    page = visit("/de/explore?id=municipality:de-hamburg", allow=("503",))
    before = count_shown(page)
    rows(page).filter(has_text="Hamburg – León").click()
    button = page.get_by_role("button", name="Nachbarn zeigen")
    place = button.evaluate(PLACE)
    down = '{"errors": [{"message": "down", "extensions": {"code": "STORE_UNAVAILABLE"}}]}'
    page.route("**/graphql", lambda route: route.fulfill(status=503, content_type="application/json", body=down))
    button.click()
    expect(page.get_by_text("Die Datenbank antwortet gerade nicht.")).to_be_visible()
    assert count_shown(page) == before
    assert page.get_by_role("button", name="Nachbarn wieder weglassen").evaluate(PLACE) == place
    page.unroute("**/graphql")
    page.get_by_role("button", name="Erneut versuchen").click()
    expect(page.locator(".summary")).not_to_contain_text(str(before))
    assert count_shown(page) > before


def test_the_page_is_small(visit: Visit, site: str) -> None:
    page = visit("/de/about")
    loaded: list[str] = []
    page.on("request", lambda r: loaded.append(r.url.removeprefix(site)) if r.url.endswith(".js") else None)
    page.goto("/de/explore?id=municipality:de-hamburg")
    page.wait_for_selector("body[data-ready=true]")
    assert any("layout.worker" in name for name in loaded)
    packed = [BUILT / (name.removeprefix("/") + ".gz") for name in loaded]
    assert sum((one if one.is_file() else one.with_suffix("")).stat().st_size for one in packed) <= EXPLORE_KB * 1000
