"""A newcomer's walk: a municipality without a German partner, from the start page to the first letter."""

from __future__ import annotations

import re
from dataclasses import dataclass

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.web.conftest import Visit


@dataclass(frozen=True, kw_only=True)
class Words:
    """What the walk reads, in a language."""

    locale: str
    field: str
    heading: str
    country: str
    dossier: str
    letter: str
    greetings: tuple[str, str] = ("Guten Tag,", "Dear Sir or Madam,")


WORDS = {
    "de": Words(
        locale="de-DE",
        field="Ihre Kommune",
        heading="Partner für Kisumu",
        country="Deutschland",
        dossier="Dossier und Brief",
        letter="Entwurf für den ersten Brief",
    ),
    "en": Words(
        locale="en-GB",
        field="Your municipality",
        heading="Partners for Kisumu",
        country="Germany",
        dossier="Dossier and letter",
        letter="Draft of the first letter",
    ),
}


def tab_to(page: Page, target: Locator, most: int = 90) -> None:
    """Presses Tab until the target has the focus, as somebody without a mouse does."""
    for _ in range(most):
        page.keyboard.press("Tab")
        if target.evaluate("e => e === document.activeElement"):
            return
    raise AssertionError(f"{target} cannot be reached with the Tab key")


def open_menu(page: Page) -> None:
    """Shows the menu's links where there is so little room that they stand behind a button."""
    button = page.locator(".menu > button")
    if button.is_visible():
        button.click()


def in_view(locator: Locator) -> bool:
    return locator.evaluate(
        "e => { const r = e.getBoundingClientRect(); return r.top < innerHeight && r.bottom > 0 && r.left >= 0 && r.right <= innerWidth + 1; }"
    )


@pytest.mark.parametrize("width", [1280, pytest.param(320, marks=pytest.mark.in_full)])
@pytest.mark.parametrize("language", ["de", pytest.param("en", marks=pytest.mark.in_full)])
def test_with_the_mouse(visit: Visit, language: str, width: int) -> None:
    words = WORDS[language]
    page = visit("/", width=width, language=words.locale)
    assert re.search(rf"/{language}/$", page.url)
    field = page.get_by_role("combobox", name=words.field)
    field.click()
    field.press_sequentially("kisumo")  # with a typo
    page.get_by_role("option", name="Kisumu").click()
    expect(page.get_by_role("heading", level=1)).to_have_text(words.heading)
    candidates = page.locator("ol button.candidate")
    expect(candidates).to_have_count(10)
    expect(candidates.first).to_contain_text(words.country)
    third = candidates.nth(2)
    name = third.locator(".name").inner_text().rpartition(":")[2].strip()
    third.click()
    expect(third).to_have_attribute("aria-pressed", "true")
    heading = page.get_by_role("heading", level=2, name=name)
    expect(heading).to_be_visible()
    assert in_view(heading)
    page.get_by_role("link", name=words.dossier).click()
    expect(page.get_by_role("heading", level=1)).to_contain_text(name)
    expect(page.get_by_role("heading", level=2, name=words.letter)).to_be_visible()
    for greeting in words.greetings:
        expect(page.get_by_text(greeting, exact=True)).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth") <= width


@pytest.mark.parametrize("width", [1280, pytest.param(320, marks=pytest.mark.in_full)])
@pytest.mark.parametrize("language", ["de", pytest.param("en", marks=pytest.mark.in_full)])
def test_with_the_keyboard_only(visit: Visit, language: str, width: int) -> None:
    words = WORDS[language]
    page = visit("/", width=width, language=words.locale)
    field = page.get_by_role("combobox", name=words.field)
    tab_to(page, field)
    page.keyboard.type("kisumo")
    expect(page.get_by_role("option")).not_to_have_count(0)
    page.keyboard.press("ArrowDown")
    expect(page.get_by_role("option", selected=True)).to_contain_text("Kisumu")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text(words.heading)
    second = page.locator("ol button.candidate").nth(1)
    expect(second).to_be_visible()
    name = second.locator(".name").inner_text().rpartition(":")[2].strip()
    tab_to(page, second)
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=2, name=name)).to_be_visible()
    tab_to(page, page.get_by_role("link", name=words.dossier))
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=2, name=words.letter)).to_be_visible()
    for greeting in words.greetings:
        expect(page.get_by_text(greeting, exact=True)).to_be_visible()
