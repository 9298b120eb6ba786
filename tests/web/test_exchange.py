"""The page "Exchange": with whom a municipality could exchange experience, narrowed by direction, topic and country."""

from __future__ import annotations

import re

from playwright.sync_api import expect

from graph_api.operations.viewers import Role, Viewer
from tests.web.conftest import Visit
from tests.web.test_walk import tab_to

CLERK = Viewer(role=Role.MUNICIPALITY, name="Clara Clerk", municipality="municipality:ke-kisumu")


def test_anybody_finds_whom_a_municipality_can_learn_from(visit: Visit) -> None:
    page = visit("/de/exchange")
    field = page.get_by_role("combobox", name="Ihre Kommune")
    tab_to(page, field)
    page.keyboard.type("kisumu")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("Austausch für Kisumu")
    peers = page.locator("#result ol > li.card")
    expect(peers).to_have_count(10)
    page.get_by_label("Wir lernen von anderen").check()
    expect(peers.first).to_contain_text("Kisumu kann von ")
    expect(peers.filter(has_text="kann von Kisumu lernen:")).to_have_count(0)
    expect(page).to_have_url(re.compile("way=learn"))
    page.get_by_role("button", name="Weitere zeigen").click()
    expect(peers).to_have_count(20)
    second = page.get_by_role("button", name=re.compile("^2: .* auf der Karte zeigen"))
    second.click()
    expect(second).to_have_attribute("aria-pressed", "true")
    expect(page.locator("svg .chosen")).to_have_text("2")


def test_a_country_and_a_topic_narrow_it_and_nobody_is_said(visit: Visit) -> None:
    page = visit("/en/exchange?m=ke-kisumu", width=320)
    page.get_by_label("Country").select_option(label="Malawi")
    peers = page.locator("#result ol > li.card")
    expect(peers.filter(has_text="Lilongwe")).to_have_count(1)
    expect(peers.filter(has_not_text="Malawi")).to_have_count(0)
    page.get_by_label("Country").select_option(label="Tuvalu")
    expect(page.get_by_text("Nobody is found for this selection.")).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth") <= 320


def test_the_municipality_itself_gets_in_touch(visit: Visit) -> None:
    page = visit("/de/exchange", viewer=CLERK)
    page.get_by_role("link", name="Austausch für meine Kommune").click()
    first = page.locator("#result ol > li.card").first
    first.get_by_role("button", name="Ins Gespräch kommen").click()
    first.get_by_role("button", name="Gespräch anfragen").click()
    expect(first.get_by_role("textbox")).to_be_focused()
    stranger = visit("/de/exchange?m=ke-kisumu")
    expect(stranger.get_by_role("button", name="Ins Gespräch kommen")).to_have_count(0)
    expect(stranger.get_by_role("link", name="Anmelden, um ins Gespräch zu kommen").first).to_be_visible()
