"""The page "Peer groups": from an event to groups, changes by hand with what they cost, locks, variants, what is taken along."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest
from playwright.sync_api import Locator, Page, Route, expect

from tests.suggesting import ORGANISER, clerk
from tests.web.conftest import Visit
from tests.web.test_walk import in_view, tab_to

FORMED = "groups?event=demo-event-2&n=4"


@dataclass(frozen=True, kw_only=True)
class Words:
    """What the walk reads, in a language."""

    locale: str
    event: str
    form: str
    heading: str
    group: str
    move: str
    moved: str
    undo: str
    lists: str


WORDS = {
    "de": Words(
        locale="de-DE",
        event="Veranstaltung",
        form="Gruppen bilden",
        heading="Die Gruppen",
        group="Gruppe",
        move="Verschieben",
        moved="ist jetzt in Gruppe",
        undo="Rückgängig",
        lists="Listen (CSV)",
    ),
    "en": Words(
        locale="en-GB",
        event="Event",
        form="Form groups",
        heading="The groups",
        group="Group",
        move="Move",
        moved="is in group",
        undo="Undo",
        lists="Lists (CSV)",
    ),
}


def members(page: Page, number: int) -> list[str]:
    found = page.locator(f"[aria-labelledby=group-{number}] [data-member]")
    expect(found).not_to_have_count(0)
    return found.all_inner_texts()


def button(page: Page, does: str, to: str) -> Locator:
    """A button whose name goes on for screen readers."""
    return page.get_by_role("button", name=re.compile(rf"^{re.escape(does)} ?: {re.escape(to)}"))


def card(page: Page, number: int) -> Locator:
    return page.locator(f"[aria-labelledby=group-{number}]")


@pytest.mark.parametrize(("language", "width"), [("de", 1280), pytest.param("en", 320, marks=pytest.mark.in_full)])
def test_an_organiser_forms_groups_with_the_mouse(visit: Visit, language: str, width: int, tmp_path: Path) -> None:
    words = WORDS[language]
    page = visit("/", width=width, language=words.locale, viewer=ORGANISER)
    page.locator("main").get_by_role("link", name=words.form).click()
    page.get_by_label(words.event, exact=True).select_option(label="Demo network meeting on water and waste")
    page.get_by_role("button", name=words.form).click()
    expect(page.locator("[data-member]")).to_have_count(19)  # a search of some seconds
    assert in_view(page.get_by_role("heading", level=2, name=words.heading))
    first = members(page, 1)[0]
    page.get_by_role("button", name=first).click()
    button(page, words.move, f"{words.group} 2").click()
    expect(page.get_by_role("status").filter(has_text=f"{first} {words.moved} 2")).to_be_visible()
    expect(card(page, 2)).to_contain_text(first)
    page.get_by_role("button", name=words.undo).click()
    expect(card(page, 1)).to_contain_text(first)
    with page.expect_download() as download:
        page.get_by_role("button", name=words.lists).click()
    download.value.save_as(tmp_path / "groups.csv")
    rows = (tmp_path / "groups.csv").read_text("utf-8-sig").splitlines()
    assert len(rows) == 20
    assert rows[1].startswith(f"1,1,{first},")
    assert page.evaluate("document.documentElement.scrollWidth") <= width


@pytest.mark.parametrize(("language", "width"), [("en", 1280), ("de", 320)])
@pytest.mark.in_full
def test_an_organiser_forms_groups_with_the_keyboard_only(visit: Visit, language: str, width: int) -> None:
    words = WORDS[language]
    page = visit("/", width=width, language=words.locale, viewer=ORGANISER)
    tab_to(page, page.locator("main").get_by_role("link", name=words.form))
    page.keyboard.press("Enter")
    event = page.get_by_label(words.event, exact=True)
    expect(event).to_be_visible()
    tab_to(page, event)
    page.keyboard.type("Demo network meeting on w")
    tab_to(page, page.get_by_role("button", name=words.form))
    page.keyboard.press("Enter")
    expect(page.locator("[data-member]")).to_have_count(19)
    name = members(page, 1)[0]
    member = page.get_by_role("button", name=name)
    tab_to(page, member)
    page.keyboard.press("Enter")
    move = button(page, words.move, f"{words.group} 3")
    expect(move).to_be_visible()
    tab_to(page, move)
    page.keyboard.press("Enter")
    expect(card(page, 3)).to_contain_text(name)
    expect(member).to_be_focused()
    page.keyboard.press("Control+z")
    expect(card(page, 1)).to_contain_text(name)
    page.keyboard.press("Control+y")
    expect(card(page, 3)).to_contain_text(name)


def test_dragging_tells_the_cost_and_the_address_keeps_the_change(visit: Visit) -> None:
    page = visit(f"/de/{FORMED}", viewer=ORGANISER)
    name = members(page, 1)[1]
    dragged = page.locator("li", has=page.get_by_role("button", name=name))
    dragged.hover()
    where = "e => [e.offsetTop, e.offsetLeft, e.offsetHeight]"
    before = card(page, 2).evaluate(where)
    page.mouse.down()
    dragged.hover(position={"x": 9, "y": 9})  # what is dragged is what the mouse first moves on: before the page scrolls to the other group
    card(page, 2).hover()
    card(page, 2).hover()
    expect(card(page, 2).get_by_text(re.compile(r"Schwächste Gruppe: \d+,\d\s% → \d+,\d\s%"))).to_be_visible()
    assert card(page, 2).evaluate(where) == before
    page.mouse.up()
    expect(card(page, 2)).to_contain_text(name)
    page.reload()
    page.wait_for_selector("body[data-ready=true]")
    expect(card(page, 2)).to_contain_text(name)


@pytest.mark.in_full
def test_a_swap_and_a_lock_outlast_forming_again(visit: Visit) -> None:
    page = visit(f"/en/{FORMED}", viewer=ORGANISER)
    one, other = members(page, 1)[0], members(page, 2)[0]
    page.get_by_role("button", name=one).click()
    button(page, "Swap …", "Group 2").click()
    button(page, "Swap", other).click()
    expect(page.get_by_role("status").filter(has_text=f"{one} and {other} have swapped places.")).to_be_visible()
    expect(card(page, 1)).to_contain_text(other)
    page.get_by_role("button", name=one).click()
    page.get_by_label("Lock in group 2").check()
    page.keyboard.press("Escape")
    expect(card(page, 2).locator("li", has_text=one)).to_contain_text("locked")
    page.get_by_role("button", name="Look for other groups").click()
    expect(page).to_have_url(re.compile("seed=1"))
    expect(card(page, 2).locator("li", has_text=one)).to_contain_text("locked")
    expect(page.get_by_role("button", name="Undo")).to_have_attribute("aria-disabled", "true")


def test_rules_that_cannot_be_kept_say_what_would_help_and_a_button_does_it(visit: Visit) -> None:
    page = visit(f"/de/{FORMED}&max=1", viewer=ORGANISER)
    expect(page.get_by_text("Nicht alle Regeln lassen sich zugleich einhalten.")).to_be_visible()
    page.get_by_text("Nicht alle Regeln sind eingehalten: wo?").click()
    expect(page.get_by_text(re.compile("Gruppe 2: Deutschland – 2"))).to_be_visible()
    button(page, "So neu bilden", "Bis zu 2 aus einem Land").click()
    expect(page).to_have_url(re.compile("max=2"))
    expect(page.get_by_text("Alle Regeln sind eingehalten")).to_be_visible()


def test_two_variants_stand_side_by_side(visit: Visit) -> None:
    page = visit(f"/en/{FORMED}", viewer=ORGANISER)
    page.get_by_role("button", name="Keep as a variant").click()
    page.get_by_label("Groups", exact=True).fill("3")
    page.get_by_role("button", name="Form groups").click()
    expect(page.get_by_role("row", name=re.compile("^Groups · rounds"))).to_have_text(re.compile(r"rounds\s*3 · 1\s*4 · 1"))
    expect(page.locator("[aria-labelledby^=group-]")).to_have_count(3)
    page.get_by_role("button", name="Show the one kept").click()
    expect(page.locator("[aria-labelledby^=group-]")).to_have_count(4)
    expect(page.get_by_role("row", name=re.compile("^Groups · rounds"))).to_have_text(re.compile(r"rounds\s*4 · 1\s*3 · 1"))


@pytest.mark.in_full
def test_rounds_go_into_the_calendar_and_onto_the_tables(visit: Visit, tmp_path: Path) -> None:
    page = visit(f"/de/{FORMED}&rounds=2", viewer=ORGANISER)
    of_first = members(page, 1)
    page.get_by_role("button", name="Runde 2").click()
    expect(page.get_by_role("button", name="Runde 2")).to_have_attribute("aria-pressed", "true")
    assert members(page, 1) != of_first
    page.get_by_label("Beginn der ersten Runde").fill("10:30")
    page.get_by_label("Minuten je Runde").fill("45")
    with page.expect_download() as download:
        page.get_by_role("button", name="Kalenderdatei").click()
    download.value.save_as(tmp_path / "groups.ics")
    lines = (tmp_path / "groups.ics").read_bytes().decode().split("\r\n")
    assert [line for line in lines if line.startswith("DT") and not line.startswith("DTSTAMP")] == [
        "DTSTART:20260519T103000", "DTEND:20260519T111500", "DTSTART:20260519T111500", "DTEND:20260519T120000"]  # fmt: skip
    assert max(len(line.encode()) for line in lines) <= 75
    assert of_first[0] in "".join(lines).replace(" ", "")
    page.emulate_media(media="print")
    expect(page.locator(".onpaper.all li")).to_have_count(8)
    expect(page.locator(".onpaper.all")).to_be_visible()
    page.evaluate("document.body.dataset.print = 'cards'")
    expect(page.locator(".onpaper.all")).to_be_hidden()
    expect(page.locator(".sheet")).to_have_count(8)
    expect(page.locator(".sheet").first).to_be_visible()
    expect(page.get_by_role("heading", level=1)).to_be_hidden()


@pytest.mark.in_full
def test_who_cannot_come_is_left_out_and_taken_back(visit: Visit) -> None:
    page = visit(f"/en/{FORMED}", viewer=ORGANISER)
    name = members(page, 1)[0]
    page.get_by_role("button", name=name).click()
    page.get_by_role("button", name="Does not take part").click()
    expect(page.locator("[data-member]")).to_have_count(18)
    expect(page.get_by_role("button", name=name, exact=True)).to_have_count(0)
    page.get_by_role("button", name=f"Take {name} back").click()
    page.get_by_role("button", name="Form groups").click()
    expect(page.locator("[data-member]")).to_have_count(19)


def test_progress_and_errors_are_said(visit: Visit, axe: Callable[[Page], list[str]]) -> None:
    page = visit(f"/de/{FORMED}", viewer=ORGANISER, allow=("503",))
    held: list[Route] = []
    page.route("**/graphql", lambda route: held.append(route))
    page.get_by_role("button", name="Andere Gruppen suchen").click()
    expect(page.get_by_role("progressbar", name="Gruppen werden gebildet")).to_be_visible()
    expect(page.locator(".waiting")).to_be_visible()
    assert axe(page) == []
    down = '{"errors": [{"message": "down", "extensions": {"code": "STORE_UNAVAILABLE"}}]}'
    held[0].fulfill(status=503, content_type="application/json", body=down)
    expect(page.get_by_text("Die Datenbank antwortet gerade nicht.")).to_be_visible()
    page.unroute("**/graphql")
    page.get_by_role("button", name="Erneut versuchen").click()
    expect(page.get_by_text("Die Datenbank antwortet gerade nicht.")).to_have_count(0)
    expect(page.locator("[data-member]")).to_have_count(19)


def test_whoever_may_not_form_groups_is_told(visit: Visit) -> None:
    page = visit("/en/groups")
    expect(page.get_by_label("Access token")).to_be_visible()
    expect(page.get_by_role("button", name="Form groups")).to_have_count(0)
    page = visit("/en/groups", viewer=clerk("de-hamburg"))
    expect(page.locator("main .notice")).to_be_visible()
    expect(page.get_by_role("navigation", name="Main menu").get_by_role("link", name="Peer groups")).to_have_count(0)


def test_what_is_missing_or_cannot_be_is_said(visit: Visit) -> None:
    page = visit("/de/groups", allow=("400",), viewer=ORGANISER)
    page.get_by_role("button", name="Gruppen bilden").click()
    expect(page.get_by_text("Bitte wählen Sie eine Veranstaltung.")).to_be_visible()
    expect(page.get_by_label("Veranstaltung", exact=True)).to_be_focused()
    page.get_by_label("Kommunen, die ich auswähle").check()
    for town in ("Kisumu", "Hamburg"):
        page.get_by_role("combobox", name="Kommune hinzufügen").press_sequentially(town)
        page.get_by_role("option", name=town).first.click()
    page.get_by_role("button", name="Gruppen bilden").click()
    expect(page.get_by_text("Mit diesen Vorgaben lassen sich keine Gruppen bilden.")).to_be_visible()
    page.get_by_label("Gruppen", exact=True).fill("1")
    page.get_by_role("button", name="Gruppen bilden").click()
    expect(page.locator("[data-member]")).to_have_count(2)
    assert sorted(members(page, 1)) == ["Hamburg", "Kisumu"]
