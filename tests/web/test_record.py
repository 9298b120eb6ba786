"""The page of a record: its facts, its links, page by page where there are many, how recent it is, and its history for those who may see it."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from graph_api.model import KINDS, PLURALS, properties, relations
from graph_api.operations.viewers import Role, Viewer
from tests.suggesting import COORDINATOR
from tests.web.conftest import Visit

HIDDEN = {"id", "name", "verified_on", "revision", "longitude", "color"}


def camel(name: str) -> str:
    first, *rest = name.split("_")
    return first + "".join(map(str.capitalize, rest))


def test_everything_that_is_declared_has_its_words(sources: Path) -> None:
    messages = json.loads((sources / "messages" / "de.json").read_text("utf-8"))
    wanted = [f"kind.{kind}_{form}" for kind in KINDS for form in ("one", "other")]
    wanted += [f"relation.{camel(name)}" for cls in KINDS.values() for name in relations(cls)]
    names = {name for cls in KINDS.values() for name in properties(cls) if not name.startswith(("name_", "text_"))}
    wanted += [f"property.{camel(name)}" for name in names - HIDDEN]
    assert [key for key in wanted if key not in messages] == []


def test_a_record_leads_to_its_neighbours(visit: Visit) -> None:
    page = visit("/de/record?id=municipality:ke-kisumu")
    expect(page.get_by_role("heading", level=1)).to_have_text("Kisumu")
    expect(page.get_by_text("Kenia")).to_be_visible()
    focuses = page.get_by_role("region", name="Sucht, bietet, arbeitet an")
    expect(focuses.get_by_role("listitem").first).to_contain_text("Wichtigkeit")
    page.get_by_text("Technische Angaben").click()
    expect(page.get_by_text("Kennung: municipality:ke-kisumu")).to_be_visible()
    focuses.get_by_role("link", name="Hochwasserschutz").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Hochwasserschutz")
    expect(page.get_by_role("heading", name="Wer es sucht, bietet oder daran arbeitet")).to_be_visible()


def test_goals_and_targets_stand_in_the_order_of_their_numbers(visit: Visit) -> None:
    for path, links in (("record", "section.group li a"), ("explore", "section[aria-labelledby=selected-h] dd button")):
        page = visit(f"/de/{path}?id=sdg_goal:17")
        numbers = [text.partition(" · ")[0] for text in page.locator(links).all_inner_texts() if text.startswith("17.")]
        assert numbers[:6] == ["17.1", "17.2", "17.3", "17.4", "17.5", "17.6"], path


def test_a_long_list_has_pages(visit: Visit) -> None:
    page = visit("/en/record?id=topic:integration")
    region = page.get_by_role("region", name="Departments")
    total = int(region.get_by_role("heading").inner_text().rpartition("(")[2].rstrip(")"))
    region.get_by_role("link", name="Show all").click()
    items = page.locator("main li")
    expect(items).to_have_count(50)
    first = items.first.inner_text()
    page.get_by_role("link", name="Next page").click()
    expect(items).to_have_count(total - 50)
    page.get_by_role("link", name="Previous page").click()
    expect(items.first).to_have_text(first)


def test_every_kind_has_its_page(visit: Visit) -> None:
    page = visit("/de/about")
    ids = page.evaluate(
        """async (kinds) => {
        const answer = await fetch('/graphql', {method: 'POST', headers: {'content-type': 'application/json'}, body: JSON.stringify({
            query: '{' + kinds.map(k => `${k}(first: 1) { edges { node { id } } }`).join(' ') + '}' })});
        return Object.values((await answer.json()).data).flatMap(found => found.edges.map(e => e.node.id));
    }""",
        [camel(PLURALS[kind]) for kind in KINDS],
    )
    assert len(ids) >= 13
    for node_id in ids:
        page.goto(f"/de/record?id={node_id}")
        page.wait_for_selector("body[data-ready=true]")
        expect(page.get_by_role("heading", name="Angaben")).to_be_visible()


def test_no_code_is_shown_for_a_region_and_a_role_is_in_the_language_of_the_page(visit: Visit) -> None:
    page = visit("/de/record?id=municipality:ba-sarajevo")  # its region is known as "01" only
    expect(page.locator("dt").get_by_text("Land", exact=True)).to_be_visible()
    expect(page.locator("dt").get_by_text("Region", exact=True)).to_have_count(0)
    page = visit("/de/record?id=regional_partnership:baden-wuerttemberg-kwazulu-natal")  # it names both regions and has their codes
    expect(page.locator("dd").get_by_text("Baden-Württemberg", exact=True)).to_be_visible()
    expect(page.locator("dd").get_by_text("KwaZulu-Natal", exact=True)).to_be_visible()
    page = visit("/de/record?id=event:demo-event-2")
    expect(page.get_by_role("listitem").filter(has_text="Nürnberg").first).to_contain_text("Teilnahme")


def test_history_is_for_those_who_may_see_it(visit: Visit) -> None:
    address = "/de/record?id=municipality:vn-hoi-an"
    page = visit(address, viewer=Viewer(role=Role.COORDINATOR, name="anna"))
    page.evaluate("""async () => fetch('/graphql', { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify({
        query: 'mutation { saveMunicipality(input: { id: "vn-hoi-an", names: ["Faifo"] }, reason: "a test of the page") { record { id } } }' }) })""")
    page.reload()
    page.wait_for_selector("body[data-ready=true]")  # Neo4j may have to plan the record's statement first
    history = page.get_by_role("region", name="Verlauf")
    expect(history).to_contain_text("a test of the page")
    expect(history.get_by_role("row").filter(has_text="Weitere Namen")).to_contain_text("Faifo")
    expect(page.get_by_role("link", name="Bearbeiten")).to_have_attribute("href", "/de/municipality?m=vn-hoi-an")
    everybody = visit(address)
    expect(everybody.get_by_role("heading", name="Verbindungen")).to_be_visible()
    expect(everybody.get_by_role("region", name="Verlauf")).to_have_count(0)


@pytest.mark.parametrize("path", ["/de/record?id=municipality:nowhere", "/de/record?id=nonsense", "/de/record"])
def test_without_a_record_it_says_so(visit: Visit, path: str) -> None:
    page = visit(path)
    expect(page.locator("main .notice")).to_be_visible()
    expect(page.get_by_role("link", name="Im Netzwerk suchen")).to_be_visible()


EXPERT = "demo-expert-de-bad-iburg-international-2"


def test_a_coordinator_edits_an_expert_where_it_stands(visit: Visit, axe: Callable[[Page], list[str]]) -> None:
    page = visit(f"/de/record?id=expert:{EXPERT}", viewer=COORDINATOR, width=320)
    page.get_by_role("button", name="Bearbeiten").click()
    page.get_by_label("Arbeitssprachen").select_option(label="Vietnamesisch")
    page.get_by_role("button", name=re.compile("Hinzufügen.*Arbeitssprachen")).click()
    page.get_by_label("Verfügbar ab").fill("2027-02-01")
    agreed = page.get_by_label(re.compile("^Die Person hat zugestimmt"))
    agreed.set_checked(not (had_agreed := agreed.is_checked()))
    assert axe(page) == []
    assert page.evaluate("document.documentElement.scrollWidth") <= 320
    page.get_by_role("button", name="Speichern").click()
    expect(page.get_by_text("Gespeichert.")).to_be_visible()
    facts = page.get_by_role("region", name="Angaben")
    expect(facts).to_contain_text("Vietnamesisch")
    expect(facts).to_contain_text("1. Februar 2027")
    expect(facts.get_by_text("Diese Adresse sehen nur")).to_have_count(1 if had_agreed else 0)
    expect(page.get_by_text(re.compile("^✓ bestätigt"))).to_be_visible()


def test_experts_edit_themselves_and_municipalities_their_own_only(visit: Visit) -> None:
    own = visit("/en/sign-in", viewer=Viewer(role=Role.EXPERT, name="ex", expert=f"expert:{EXPERT}"))
    own.get_by_role("link", name="Change my details").click()
    own.get_by_role("button", name="Edit").click()
    own.get_by_label("E-mail").fill("somebody.new@example.org")
    own.get_by_role("button", name="Save").click()
    expect(own.get_by_text("Saved.")).to_be_visible()
    for town, many in (("de-bad-iburg", 1), ("de-bonn", 0)):
        page = visit(f"/en/record?id=expert:{EXPERT}", viewer=Viewer(role=Role.MUNICIPALITY, name="clerk", municipality=f"municipality:{town}"))
        expect(page.get_by_role("button", name="Edit")).to_have_count(many)


def test_a_coordinator_edits_a_mission(visit: Visit) -> None:
    page = visit("/en/record?id=mission:demo-mission-20", viewer=COORDINATOR)
    page.get_by_role("button", name="Edit").click()
    page.get_by_label(re.compile("^Form")).select_option(label="online")
    page.get_by_label("Results").fill("A plan for the river")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("region", name="Facts")).to_contain_text("A plan for the river")
    expect(page.get_by_role("link", name="Find experts")).to_be_visible()


def test_a_partnership_leads_to_a_mission_of_it(visit: Visit) -> None:
    page = visit("/en/record?id=partnership:de-stuttgart--mx-zapopan", viewer=COORDINATOR)
    page.get_by_role("link", name="Plan a mission").click()
    expect(page.get_by_label(re.compile("^Where to")).get_by_role("option", name="Zapopan (Mexico)")).to_have_count(1)
    expect(page.get_by_text("Stuttgart", exact=True)).to_be_visible()
