"""The page "Map": partnerships as arcs with a list beside it, a municipality's partners and candidates, filters in the address."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect

from tests.web.conftest import Visit
from tests.web.test_walk import open_menu, tab_to

WORDS = {
    "de": ("de-DE", "Karte", "Karte der Partnerschaften", "Nur die Partnerschaften einer Kommune", "Partnerschaften von Kisumu", "Wer dazukommen könnte"),
    "en": ("en-GB", "Map", "Map of partnerships", "The partnerships of one municipality only", "Partnerships of Kisumu", "Who could become a partner"),
}


def shown(page: Page) -> int:
    return int(re.sub(r"\D", "", page.locator(".summary").inner_text().split(" ")[0]))


@pytest.mark.parametrize("width", [1280, pytest.param(320, marks=pytest.mark.in_full)])
@pytest.mark.parametrize("language", ["de", pytest.param("en", marks=pytest.mark.in_full)])
def test_with_the_mouse(visit: Visit, language: str, width: int) -> None:
    locale, link, title, pick, heading, candidates = WORDS[language]
    page = visit("/", width=width, language=locale)
    open_menu(page)
    page.get_by_role("link", name=link, exact=True).click()
    expect(page.get_by_role("heading", level=1)).to_have_text(title)
    expect(page.locator("svg .arc.PARTNERSHIP")).to_have_attribute("d", re.compile("M.+L"))
    assert shown(page) > 500
    page.get_by_role("combobox", name=pick).press_sequentially("kisumo")
    page.get_by_role("option", name="Kisumu").click()
    expect(page.get_by_role("heading", level=1)).to_have_text(heading)
    listed = page.get_by_role("region", name=candidates).get_by_role("button")
    expect(listed).to_have_count(15)
    expect(page.locator("svg .mark")).not_to_have_count(0)  # not every place is known
    listed.first.click()
    expect(listed.first).to_have_attribute("aria-pressed", "true")
    expect(page.locator("svg .mark.strong")).to_have_count(1)
    assert page.evaluate("document.documentElement.scrollWidth") <= width


@pytest.mark.parametrize("language", ["de", pytest.param("en", marks=pytest.mark.in_full)])
def test_with_the_keyboard_only(visit: Visit, language: str) -> None:
    locale, _, title, pick, heading, candidates = WORDS[language]
    page = visit(f"/{language}/map", language=locale)
    expect(page.get_by_role("heading", level=1)).to_have_text(title)
    tab_to(page, page.get_by_role("combobox", name=pick))
    page.keyboard.type("Kisumu")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text(heading)
    second = page.get_by_role("region", name=candidates).get_by_role("button").nth(1)
    tab_to(page, second)
    page.keyboard.press("Enter")
    expect(second).to_have_attribute("aria-pressed", "true")
    expect(page.locator("#chosen-h")).to_have_text(second.locator("span").nth(1).evaluate("e => e.firstChild.textContent"))


def test_map_and_list_are_one_selection(visit: Visit) -> None:
    page = visit("/de/map?country=NI")
    everything = shown(page)
    row = page.get_by_role("button", name="Hamburg – León")
    row.click()
    expect(row).to_have_attribute("aria-pressed", "true")
    expect(page.locator("svg .arc.strong")).to_have_count(1)
    page.locator("svg .dot.strong").first.click(force=True)
    expect(page).to_have_url(re.compile("sel=municipality"))
    page.get_by_label("Art", exact=True).select_option("FRIENDSHIP")
    expect(page.locator(".summary")).not_to_contain_text(f"{everything} Partnerschaften")
    page.reload()
    page.wait_for_selector("body[data-ready=true]")
    assert shown(page) < everything
    page.get_by_role("button", name="Filter aufheben").click()
    expect(page.locator(".summary")).to_contain_text(re.compile(r"^\s*59\d"))
