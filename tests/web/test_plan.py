"""The page "Phase plan": from a phase to a plan, its variants, quotas that clash, and the decision in the network."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.suggesting import COORDINATOR, ORGANISER
from tests.web.conftest import Visit
from tests.web.test_walk import in_view, tab_to

KENYA = "plan?phase=demo-phase-2026&country=KE&go=1"


@dataclass(frozen=True, kw_only=True)
class Words:
    """What the walk reads, in a language."""

    locale: str
    go: str
    phase: str
    demo: str
    country: str
    kenya: str
    make: str
    heading: str
    fair: str
    reason: str
    record: str
    recorded: str


DE = Words(
    locale="de-DE",
    go="Phase planen",
    phase="Phase",
    demo="Demo-Phase 2026–2028 (erfunden)",
    country="Nur Partnerkommunen aus",
    kenya="Kenia",
    make="Plan berechnen",
    heading="Der Plan",
    fair="Ansehen ?: Fair",
    reason="Begründung der Entscheidung",
    record="Als Vorschläge festhalten",
    recorded="1 von 1 festgehalten.",
)
EN = replace(
    DE,
    locale="en-GB",
    go="Plan a phase",
    phase="Phase",
    demo="Demo phase 2026–2028 (invented)",
    country="Only partner municipalities from",
    kenya="Kenya",
    make="Make the plan",
    heading="The plan",
    fair="Look at it ?: Fair",
    reason="Reason for the decision",
    record="Record as proposals",
    recorded="1 of 1 recorded.",
)


def pairs(page: Page) -> list[str]:
    expect(page.locator(".choices > li")).not_to_have_count(0)
    return [name.partition("  ")[0] for name in page.locator(".choices .name").all_inner_texts()]


@pytest.mark.parametrize(("words", "width"), [(DE, 1280), pytest.param(EN, 320, marks=pytest.mark.in_full)], ids=["de", "en"])
def test_a_coordinator_plans_and_records_with_the_mouse(visit: Visit, axe: Callable[[Page], list[str]], words: Words, width: int, tmp_path: Path) -> None:
    page = visit("/", width=width, language=words.locale, viewer=COORDINATOR)
    page.locator("main").get_by_role("link", name=words.go).click()
    page.get_by_label(words.phase, exact=True).select_option(label=words.demo)
    page.get_by_label(words.country).select_option(label=words.kenya)
    page.get_by_role("button", name=words.make).click()
    expect(page.locator(".choices > li")).not_to_have_count(0)
    assert in_view(page.get_by_role("heading", level=2, name=words.heading))
    page.get_by_role("button", name=re.compile(words.fair)).click()
    expect(page.locator("#chosen-h")).to_contain_text("Fair")
    taken = page.locator(".choices").get_by_role("checkbox")
    count = taken.count()
    for place in range(1, count):
        taken.nth(place).uncheck()
    assert axe(page) == []
    with page.expect_download() as download:
        page.get_by_role("button", name="CSV").click()
    download.value.save_as(tmp_path / "plan.csv")
    assert len((tmp_path / "plan.csv").read_text("utf-8-sig").splitlines()) >= 2
    page.get_by_role("button", name=words.record).click()
    expect(page.get_by_label(words.reason)).to_be_focused()
    page.keyboard.type("The jury decided so.")
    page.get_by_role("button", name=words.record).click()
    expect(page.get_by_text(words.recorded)).to_be_visible()
    page.locator(".states").get_by_role("link").click()
    expect(page.get_by_role("heading", level=1)).to_be_visible()
    expect(page.locator("main")).to_contain_text(words.demo)
    assert page.evaluate("document.documentElement.scrollWidth") <= width


@pytest.mark.in_full
@pytest.mark.parametrize(("words", "width"), [(EN, 1280), (DE, 320)], ids=["en", "de"])
def test_a_coordinator_plans_with_the_keyboard_only(visit: Visit, words: Words, width: int) -> None:
    page = visit("/", width=width, language=words.locale, viewer=COORDINATOR)
    tab_to(page, page.locator("main").get_by_role("link", name=words.go))
    page.keyboard.press("Enter")
    phase = page.get_by_label(words.phase, exact=True)
    expect(phase).to_be_visible()
    tab_to(page, phase)
    page.keyboard.type("Demo")
    tab_to(page, page.get_by_label(words.country))
    page.keyboard.type(words.kenya)
    tab_to(page, page.get_by_role("button", name=words.make))
    page.keyboard.press("Enter")
    fair = page.get_by_role("button", name=re.compile(words.fair))
    expect(fair).to_be_visible()
    tab_to(page, fair)
    page.keyboard.press("Enter")
    expect(page.locator("#chosen-h")).to_contain_text("Fair")
    first = page.locator(".choices").get_by_role("checkbox").first
    tab_to(page, first)
    expect(first).to_be_focused()
    page.keyboard.press("Space")
    expect(first).not_to_be_checked()
    expect(page).to_have_url(re.compile("out=de-"))


def test_quotas_that_clash_are_named_and_a_button_gives_way(visit: Visit) -> None:
    page = visit(f"/de/{KENYA}&q=region.50..Sub-Saharan+Africa", viewer=COORDINATOR)
    clash = page.locator(".notice.hint").filter(has_text="Diese Quoten lassen sich nicht zugleich einhalten:")
    expect(clash).to_contain_text("mindestens 50: Afrika südlich der Sahara")
    chosen = page.locator(".choices > li").count()
    page.get_by_role("button", name="Quoten so ändern").click()
    expect(page).to_have_url(re.compile(rf"q=region\.{chosen}\.\.Sub"))
    expect(clash).to_have_count(0)
    expect(page.get_by_label("Mindestens")).to_have_value(str(chosen))


def test_a_quota_is_added_and_kept_in_the_address(visit: Visit) -> None:
    page = visit(f"/en/{KENYA}", viewer=COORDINATOR)
    before = len(pairs(page))
    assert before > 1
    page.get_by_role("button", name="Add a quota").click()
    page.get_by_label("Counts by").select_option(label="Partner country")
    page.get_by_label("Value").select_option(label="Kenya")
    page.get_by_label("At least").fill("0")
    page.get_by_label("At most").fill("1")
    page.get_by_role("button", name="Make the plan").click()
    expect(page.locator(".choices > li")).to_have_count(1)
    expect(page.locator(".quotas li")).to_have_text(re.compile(r"Kenya: 1\s+\(0 to 1\)"))
    page.reload()
    page.wait_for_selector("body[data-ready=true]")
    expect(page.locator(".choices > li")).to_have_count(1)
    page.go_back()
    expect(page.locator(".choices > li")).to_have_count(before)


def test_a_plan_is_for_those_named_and_takes_what_they_can_take_on(visit: Visit) -> None:
    page = visit("/en/plan", viewer=COORDINATOR)
    page.get_by_label("Number of places").fill("5")
    only = page.get_by_role("group", name="Only for these municipalities")
    only.get_by_role("combobox").press_sequentially("kisumu")
    only.get_by_role("option", name="Kisumu").first.click()
    page.get_by_role("button", name="Make the plan").click()
    expect(page.locator(".choices > li")).to_have_count(1)
    expect(page.locator(".choices > li")).to_contain_text("Kisumu")
    expect(page).to_have_url(re.compile("for=ke-kisumu"))
    page.reload()
    can = page.get_by_role("group", name="Who can take on how many")
    expect(only.get_by_role("listitem")).to_contain_text("Kisumu")  # the address has no name
    can.get_by_role("combobox").press_sequentially("kisumu")
    can.get_by_role("option", name="Kisumu").first.click()
    can.get_by_label("Partnerships that Kisumu can take on").fill("0")
    page.get_by_role("button", name="Make the plan").click()
    expect(page.locator(".choices > li")).to_have_count(0)


def test_list_and_map_are_one_selection(visit: Visit) -> None:
    page = visit(f"/de/{KENYA}", viewer=COORDINATOR)
    page.wait_for_selector("svg path.land")
    second = page.get_by_role("button", name=re.compile("^2: .* auf der Karte zeigen"))
    second.click()
    expect(second).to_have_attribute("aria-pressed", "true")
    expect(page.locator("svg .chosen")).to_have_text("2")
    page.locator("svg .place", has_text=re.compile("^1")).locator("text").click()
    expect(page.locator(".choices .selected .rank")).to_have_text("1")
    expect(page).to_have_url(re.compile("s=de-"))


def test_without_places_it_asks_for_them_and_without_rights_it_says_so(visit: Visit) -> None:
    page = visit("/de/plan", viewer=COORDINATOR)
    page.get_by_role("button", name="Plan berechnen").click()
    expect(page.get_by_label("Anzahl der Plätze")).to_be_focused()
    expect(page.get_by_text("Bitte geben Sie an, wie viele Plätze es gibt.")).to_be_visible()
    page = visit("/de/plan", viewer=ORGANISER)
    expect(page.get_by_role("button", name="Plan berechnen")).to_have_count(0)
    expect(page.locator("main .notice")).to_be_visible()
