"""The page "Missions": a coordinator finds experts for a mission and sends them; plans one; looks for advice without one."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from graph_api.operations.viewers import Role, Viewer
from tests.suggesting import COORDINATOR, ORGANISER
from tests.web.conftest import Visit
from tests.web.test_walk import tab_to

CLERK = Viewer(role=Role.MUNICIPALITY, name="Clara Clerk", municipality="municipality:de-stuttgart")
MISSION = "Demo mission from Stuttgart to Ciudad de México"
TO_SAN_CARLOS, TO_BRAUNSCHWEIG = "Demo mission from Erlangen to San Carlos", "Demo mission from Sousse to Braunschweig"
TO_HAMBURG, TO_MUELHEIM = "Demo mission from Dar es Salaam to Hamburg", "Demo mission from Qalqīlyah to Mülheim an der Ruhr"


def of(act: str, what: str) -> re.Pattern[str]:
    """The name of a button whose object only screen readers hear."""
    return re.compile(f"^{re.escape(act)} ?: {re.escape(what)}$")


@pytest.mark.parametrize(("language", "width"), [("de", 1280), pytest.param("en", 320, marks=pytest.mark.in_full)])
def test_a_coordinator_finds_experts_for_a_mission_and_sends_one(visit: Visit, axe: Callable[[Page], list[str]], language: str, width: int) -> None:
    find, send, back = {"de": ("Fachleute finden", "Entsenden", "Zurückziehen"), "en": ("Find experts", "Send", "Take out")}[language]
    page = visit(f"/{language}/missions?when=all", width=width, viewer=COORDINATOR)
    page.get_by_role("link", name=of(find, MISSION)).click()
    expect(page.get_by_role("heading", level=1)).to_have_text(MISSION)
    team = page.get_by_role("region", name=re.compile("^(Wer reist|Who goes) \\(2"))
    expect(team.get_by_role("listitem")).to_have_count(2)
    people = page.locator(".people > li")
    expect(people).to_have_count(10)
    first = people.first
    name = first.locator(".name a").inner_text()
    height = first.bounding_box()
    first.get_by_role("button", name=of(send, name)).click()
    taken_back = first.get_by_role("button", name=of(back, name))
    expect(taken_back).to_be_focused()
    expect(page.get_by_role("listitem").filter(has=page.get_by_role("link", name=name))).not_to_have_count(0)
    going = page.locator("section[aria-labelledby=team-h] li")
    expect(going).to_have_count(3)
    expect(going.filter(has_text=name)).to_have_count(1)
    assert (first.bounding_box() or {}).get("height") == (height or {}).get("height")  # the button has changed in its place
    assert axe(page) == []
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    taken_back.click()
    expect(going).to_have_count(2)
    expect(first.get_by_role("button", name=of(send, name))).to_be_focused()


def test_a_full_team_wants_nobody_and_one_with_open_places_tells_how_many(visit: Visit) -> None:
    page = visit("/de/missions?m=demo-mission-07", viewer=COORDINATOR)
    team = page.locator("section[aria-labelledby=team-h]")
    suggested = page.locator("section[aria-labelledby=suggested-h]")
    expect(team).to_contain_text("Alle Plätze sind besetzt. Soll noch jemand mitreisen, erhöhen Sie die Anzahl der Fachleute.")
    expect(page.locator(".people > li")).to_have_count(10)
    expect(suggested).to_have_count(0)
    page.get_by_label("Anzahl der Fachleute").fill("3")
    page.get_by_role("button", name="Fachleute suchen").click()
    expect(team).to_contain_text("Es fehlen noch 2 Fachleute.")
    expect(suggested.get_by_role("heading")).to_have_text("Vorschläge für die 2 freien Plätze")
    name = suggested.locator("li strong").first.inner_text()
    page.locator(".people > li").filter(has=page.get_by_role("link", name=name, exact=True)).get_by_role("button", name="Entsenden").click()
    expect(team).to_contain_text("Es fehlt noch 1 Fachperson.")
    expect(suggested.get_by_role("heading")).to_have_text("Vorschlag für den freien Platz")
    expect(suggested.locator("li strong", has_text=name)).to_have_count(0)


def test_who_has_said_no_is_replaced_and_can_be_brought_back(visit: Visit) -> None:
    page = visit("/de/missions?m=demo-mission-02", viewer=COORDINATOR)
    people = page.locator(".people > li")
    expect(people).to_have_count(10)
    name = people.first.locator(".name a").inner_text()
    people.first.get_by_role("button", name="Hat abgesagt").click()
    expect(page.locator(".no li")).to_contain_text(name)
    expect(people.first.locator(".name a")).not_to_have_text(name)
    expect(page).to_have_url(re.compile("no=demo-expert"))
    expect(page.get_by_text("1 Fachperson hat abgesagt.")).to_be_visible()
    page.locator(".no").get_by_role("button", name="Rückgängig").click()
    expect(people.first.locator(".name a")).to_have_text(name)


def test_experts_that_another_sent_meanwhile_stay(visit: Visit) -> None:
    ours = visit("/de/missions?m=demo-mission-13", viewer=COORDINATOR)
    theirs = visit("/de/missions?m=demo-mission-13", viewer=COORDINATOR)
    names: list[str] = []
    for page, place in ((theirs, 0), (ours, 1)):
        expect(page.locator(".people > li")).to_have_count(10)
        person = page.locator(".people > li:not(.sent)").nth(place)
        names.append(person.locator(".name a").inner_text())
        person.get_by_role("button", name="Entsenden").click()
        expect(page.locator("section[aria-labelledby=team-h]")).to_contain_text(names[-1])
    expect(ours.locator("section[aria-labelledby=team-h]")).to_contain_text(names[0])


def test_several_missions_are_staffed_at_once_and_what_another_has_sent_meanwhile_stays(visit: Visit) -> None:
    page = visit("/de/missions", viewer=COORDINATOR)
    page.get_by_role("link", name="Mehrere Einsätze besetzen").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Mehrere Einsätze besetzen")
    page.get_by_role("button", name="Fachleute suchen").click()
    expect(page.get_by_text("Bitte wählen Sie mindestens einen Einsatz.")).to_be_visible()
    for name in (TO_SAN_CARLOS, TO_BRAUNSCHWEIG):
        page.get_by_role("checkbox", name=name).check()
    page.get_by_label("Plätze je Einsatz").fill("3")
    page.get_by_role("button", name="Fachleute suchen").click()
    expect(page.get_by_text("3 von 3 freien Plätzen können besetzt werden.")).to_be_visible()
    one, other = (page.get_by_role("region", name=name, exact=True) for name in (TO_SAN_CARLOS, TO_BRAUNSCHWEIG))
    expect(one.locator(".new > li")).to_have_count(2)
    expect(other.locator(".new > li")).to_have_count(1)
    loads = page.get_by_role("table", name="Wer wie oft reist").locator("tbody tr")
    expect(loads).to_have_count(6)
    stays, goes = (one.locator(".new > li strong").nth(n).inner_text() for n in (0, 1))
    one.get_by_role("checkbox", name=stays).uncheck()
    one.get_by_role("button", name=of("1 Fachperson entsenden", TO_SAN_CARLOS)).click()
    expect(one.get_by_text("✓ Eingetragen.")).to_be_focused()

    theirs = visit("/de/missions?m=demo-mission-06", viewer=COORDINATOR)
    theirs.locator(".people > li:not(.sent)").nth(5).get_by_role("button", name="Entsenden").click()
    expect(theirs.locator("section[aria-labelledby=team-h] li")).to_have_count(3)
    other.get_by_role("button", name=of("1 Fachperson entsenden", TO_BRAUNSCHWEIG)).click()
    expect(other).to_contain_text("Alle Plätze sind besetzt.")
    expect(other.get_by_text("Jemand anderes hat dies inzwischen geändert.")).to_be_visible()
    expect(other.locator(":focus")).to_contain_text("Jemand anderes hat dies inzwischen geändert.")
    expect(one).to_contain_text(re.compile(f"Reist schon mit.*{goes}", re.DOTALL))
    one.get_by_role("link", name=TO_SAN_CARLOS).click()
    team = page.locator("section[aria-labelledby=team-h] li")
    expect(team).to_have_count(2)
    expect(team.filter(has_text=goes)).to_have_count(1)


@pytest.mark.in_full
def test_several_missions_are_staffed_with_the_keyboard_only(visit: Visit, axe: Callable[[Page], list[str]]) -> None:
    page = visit("/en/missions?several=1", width=320, viewer=COORDINATOR)
    for name in (TO_HAMBURG, TO_MUELHEIM):
        tab_to(page, page.get_by_role("checkbox", name=name))
        page.keyboard.press("Space")
    tab_to(page, page.get_by_label("Places for each mission"))
    page.keyboard.type("3")
    page.keyboard.press("Enter")
    expect(page.get_by_text("3 of 3 open places can be filled.")).to_be_visible()
    tab_to(page, page.get_by_role("button", name="Record all suggestions"))
    page.keyboard.press("Enter")
    expect(page.locator("#all-sent")).to_be_focused()
    expect(page.locator(".teams").get_by_text("✓ Recorded.")).to_have_count(2)
    assert axe(page) == []
    assert page.evaluate("document.documentElement.scrollWidth") <= 320
    page.reload()
    expect(page.get_by_text("All places are filled.")).to_have_count(2)


@pytest.mark.in_full
def test_a_mission_is_planned_with_the_keyboard_only(visit: Visit, axe: Callable[[Page], list[str]]) -> None:
    page = visit("/en/missions", viewer=COORDINATOR)
    tab_to(page, page.get_by_role("button", name="Plan a mission"))
    page.keyboard.press("Enter")
    sender = page.get_by_role("combobox", name="Which municipality sends people?")
    tab_to(page, sender)
    page.keyboard.type("stuttgart")
    page.keyboard.press("Enter")
    name = page.get_by_label("What it is about")
    expect(name).to_be_visible()
    assert axe(page) == []
    tab_to(page, name)
    page.keyboard.type("Waste on the river bank")
    tab_to(page, page.get_by_label("Where to"))
    page.keyboard.type("Ciudad")
    tab_to(page, page.get_by_label("Form", exact=True))
    page.keyboard.type("online")
    tab_to(page, page.get_by_role("button", name="Save"))
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("Waste on the river bank")
    expect(page.locator("main")).to_contain_text("Stuttgart")
    expect(page.get_by_text("nobody yet")).to_be_visible()
    page.goto("/en/missions?several=1")
    expect(page.get_by_role("checkbox").last).to_have_accessible_name(re.compile("Waste on the river bank no dates yet"))


def test_advice_is_looked_for_without_a_mission(visit: Visit) -> None:
    page = visit("/de/missions?need=1", viewer=ORGANISER)
    page.get_by_role("button", name="Fachleute suchen").click()
    expect(page.get_by_label("Themen")).to_be_focused()
    expect(page.get_by_text("Bitte wählen Sie mindestens ein Thema.")).to_be_visible()
    page.get_by_label("Themen").select_option(label="Faire Beschaffung")
    page.get_by_role("button", name=re.compile("Hinzufügen.*Themen")).click()
    page.get_by_role("button", name="Fachleute suchen").click()
    expect(page.locator(".people > li")).to_have_count(10)
    expect(page).to_have_url(re.compile("topics=fair-procurement"))
    expect(page.get_by_role("button", name="Entsenden")).to_have_count(0)


def test_a_municipality_sees_who_fits_and_cannot_send(visit: Visit) -> None:
    page = visit("/de/missions?m=demo-mission-02", viewer=CLERK)
    expect(page.locator(".people > li")).not_to_have_count(0)
    expect(page.get_by_role("button", name=re.compile("^(Entsenden|Zurückziehen)"))).to_have_count(0)
    page.get_by_role("link", name="Alle Einsätze").click()
    expect(page.locator("p.lead")).to_contain_text("Wer reist, entscheidet die Koordination.")
    stranger = visit("/de/missions")
    expect(stranger.get_by_label("Zugangsschlüssel")).to_be_visible()
