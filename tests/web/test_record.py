"""The page of a record: its facts, its links, page by page where there are many, how recent it is, and its history for those who may see it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from playwright.sync_api import expect

from graph_api.model import KINDS, PLURALS, properties, relations
from graph_api.operations.viewers import Role, Viewer
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
    expect(focuses.get_by_role("listitem").first).to_contain_text("Gewicht")
    focuses.get_by_role("link", name="Hochwasserschutz").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Hochwasserschutz")
    expect(page.get_by_role("heading", name="Wer es sucht, bietet oder daran arbeitet")).to_be_visible()


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


def test_history_is_for_those_who_may_see_it(visit: Visit) -> None:
    address = "/de/record?id=municipality:ke-kisumu"
    page = visit(address, viewer=Viewer(role=Role.COORDINATOR, name="anna"))
    page.evaluate("""async () => fetch('/graphql', { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify({
        query: 'mutation { saveMunicipality(input: { id: "ke-kisumu", capacity: 7 }, reason: "a test of the page") { record { id } } }' }) })""")
    page.reload()
    history = page.get_by_role("region", name="Verlauf")
    expect(history).to_contain_text("a test of the page")
    expect(history.get_by_role("row").filter(has_text="capacity")).to_contain_text("7")
    expect(page.get_by_role("link", name="Bearbeiten")).to_have_attribute("href", "/de/municipality?m=ke-kisumu")
    everybody = visit(address)
    expect(everybody.get_by_role("heading", name="Verbindungen")).to_be_visible()
    expect(everybody.get_by_role("region", name="Verlauf")).to_have_count(0)


@pytest.mark.parametrize("path", ["/de/record?id=municipality:nowhere", "/de/record?id=nonsense", "/de/record"])
def test_without_a_record_it_says_so(visit: Visit, path: str) -> None:
    page = visit(path)
    expect(page.locator("main .notice")).to_be_visible()
    expect(page.get_by_role("link", name="Im Netzwerk suchen")).to_be_visible()
