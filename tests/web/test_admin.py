"""Administration: an import from the preview to the audit log, refused cells, reminders, unmet demand, tokens."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path

import httpx
import pytest
from playwright.sync_api import Page, expect

from graph_api.model import KINDS, LINKS, PLURALS, properties
from graph_api.operations.files import FILES
from graph_api.operations.viewers import Role, Viewer
from tests.web.conftest import Visit
from tests.web.site import token
from tests.web.test_walk import open_menu, tab_to

CORA = Viewer(role=Role.COORDINATOR, name="Cora Coord")
ADA = Viewer(role=Role.ADMIN, name="Ada Admin")


@pytest.mark.parametrize(("language", "width"), [("de", 320), pytest.param("en", 1280, marks=pytest.mark.in_full)])
def test_a_file_is_looked_at_taken_in_and_found_in_the_log(visit: Visit, axe: Callable[[Page], list[str]], tmp_path: Path, language: str, width: int) -> None:
    german = language == "de"
    page = visit(f"/{language}/", width=width, viewer=CORA)
    open_menu(page)
    page.get_by_role("link", name="Verwaltung" if german else "Administration").click()
    file = tmp_path / "topics-new.csv"
    file.write_text(f"id,name,name_de\ntest-{language},Test of {language},Probe {language}\nwaste,Waste {language},Abfall {language}\n", "utf-8")
    page.get_by_label("Datei auswählen" if german else "Choose a file").set_input_files(file)
    expect(page.get_by_label("Was steht in der Datei?" if german else "What is in the file?")).to_have_value("topics")
    look = page.get_by_role("button", name="Ansehen, was sich ändern würde" if german else "See what would change")
    tab_to(page, look)
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Das würde sich ändern" if german else "This would change")).to_be_visible()
    expect(page.get_by_role("row", name="Themen" if german else "Topics")).to_contain_text(re.compile(r"1\s*1\s*0"))
    expect(page.get_by_text(f"Waste {language}", exact=True)).to_be_visible()
    expect(page.get_by_role("link", name="Abfall" if german else "Waste").locator("..")).to_contain_text("(topic:waste)")
    assert axe(page) == []
    page.get_by_label(re.compile("^(Begründung|Reason)")).fill(f"list of {language}")
    page.get_by_role("button", name="2 Zeilen jetzt aufnehmen" if german else "Take in 2 rows now").click()
    expect(page.get_by_role("heading", name="Aufgenommen" if german else "Taken in")).to_be_visible()
    page.get_by_role("link", name="Änderungsprotokoll" if german else "Audit log").click()
    entry = page.locator("ol > li").first
    expect(entry).to_contain_text("Cora Coord")
    expect(entry).to_contain_text(f"list of {language}")
    assert page.evaluate("document.documentElement.scrollWidth") <= width


def test_cells_that_cannot_be_taken_are_said_by_line(visit: Visit, axe: Callable[[Page], list[str]], tmp_path: Path) -> None:
    page = visit("/de/admin", viewer=CORA, allow=("422",))
    file = tmp_path / "liste.csv"
    file.write_text("id,name,country,population\nxx,Xanten,DE,viele\nyy,Ypern,Belgien,1\n", "utf-8")
    page.get_by_label("Datei auswählen").set_input_files(file)
    page.get_by_label("Was steht in der Datei?").select_option("municipalities")
    page.get_by_role("button", name="Ansehen").click()
    expect(page.get_by_role("heading", name="So lässt sich die Datei nicht aufnehmen")).to_be_visible()
    expect(page.get_by_role("row", name="Zeile 2")).to_contain_text("population")
    expect(page.get_by_role("row", name="Zeile 3")).to_contain_text("country")
    expect(page.get_by_role("button", name="jetzt aufnehmen")).to_have_count(0)
    assert axe(page) == []


def test_the_log_is_filtered_and_paged_in_the_address(visit: Visit, site: str) -> None:
    page = visit("/en/admin?part=log", viewer=ADA)
    change = 'mutation ($name: String, $reason: String) { saveTopic(input: {id: "waste", nameFr: $name}, reason: $reason) { created } }'
    for n in range(31):
        done = page.request.post(f"{site}/graphql", data={"query": change, "variables": {"name": f"Déchets {n}", "reason": f"number {n}"}})
        assert done.ok
    page.get_by_label("By (exact name)").fill("Ada Admin")
    page.get_by_label("By (exact name)").press("Enter")
    expect(page).to_have_url(re.compile("actor=Ada"))
    expect(page.locator("ol > li").first).to_contain_text("number 30")
    first = page.locator("ol > li").first
    first.locator("summary").click()
    expect(first).to_contain_text("Name in French: Déchets 29 → Déchets 30")
    page.get_by_role("link", name="Older").click()
    expect(page.locator("ol > li").first).to_contain_text("number 0")
    page.get_by_role("link", name="Newer").click()
    expect(page.locator("ol > li").first).to_contain_text("number 30")
    page.go_back()
    expect(page.locator("ol > li").first).to_contain_text("number 0")


DONE = (
    'saveMission(input: {id: "log", name: "Wells", mode: ON_SITE, startsOn: "2026-05-01", topics: ["waste"], sender: "de-trier"}) { created }',
    'saveMission(input: {id: "log", mode: ONLINE, interpretation: true, languages: ["fr"]}) { created }',
    'saveMission(input: {id: "log-2", name: "Wells again"}) { created }',
    'mergeRecords(keep: "mission:log", remove: "mission:log-2") { record { id } }',
    'deleteRecord(id: "mission:log", confirm: true) { done }',
    'savePartnership(input: {id: "log", kind: FRIENDSHIP, status: CONTACT, members: ["de-trier", "tn-sousse"]}) { created }',
    'deleteRecord(id: "partnership:log", confirm: true) { done }',
    'saveEvent(input: {id: "log", name: "Log", kind: KICK_OFF, venue: "de-trier"}) { created }',
    'saveFocus(input: {municipality: "de-trier", topic: "waste", direction: OFFERS, weight: 0.5, evidence: "a plan"}) { source { id } }',
    'saveFocus(input: {municipality: "de-trier", topic: "waste", direction: OFFERS, weight: 0.6}) { source { id } }',
    'removeFocus(input: {municipality: "de-trier", topic: "waste", direction: OFFERS}) { removed }',
    'saveAttendance(input: {municipality: "de-trier", event: "log", role: "speaker"}) { source { id } }',
    'recordDemand(municipality: "de-trier", reason: "nobody near") { demand { id } }',
    'deleteRecord(id: "event:log", confirm: true) { done }',
    'importTables(files: [{name: "topics", text: "id,name\\nlog,Log\\n"}]) { written }',
)
RAW = re.compile(r"\w+_\w+|\b(?!https?:)[a-z]+:[a-z]\S+|\b[a-z]+\.[a-z]+[A-Z]\w*|\b(coordinator|null|true|false|undefined|NaN|\[object)\b|[{}]")
"""What is for programs: names of columns, ids of records, keys of messages, roles, values as JSON has them."""


@pytest.mark.parametrize("language", ["de", pytest.param("en", marks=pytest.mark.in_full), "es", "fr"])
def test_the_log_is_in_words(visit: Visit, site: str, place: Path, language: str) -> None:
    nameless = {"authorization": f"Bearer {token(place, Viewer(role=Role.COORDINATOR, name='coordinator'))}"}
    for done in DONE:
        answer = httpx.post(f"{site}/graphql", json={"query": f"mutation {{ {done} }}"}, headers=nameless, timeout=60).json()
        assert "errors" not in answer, (done, answer)
    page = visit(f"/{language}/admin?part=log&actor=coordinator", viewer=ADA)
    entries = page.locator("main ol > li")
    expect(entries.nth(len(DONE) - 1)).to_be_visible()
    for entry in entries.locator("details").all():
        entry.evaluate("e => { e.open = true; }")
    told = page.locator("main").inner_text()
    assert [found.group() for found in RAW.finditer(told)] == []
    assert page.locator("#l-actor").input_value() == {"de": "Koordination", "en": "Coordination office", "es": "Coordinación", "fr": "Coordination"}[language]


def test_every_column_and_property_of_a_link_has_a_word(sources: Path) -> None:
    words = json.loads((sources / "messages" / "en.json").read_text("utf-8"))
    columns = [c for kind in KINDS if kind != "change" for c in FILES[PLURALS[kind]].columns.values()]
    owned = {c.name for c in columns if c.property} | {name for link in LINKS for name in properties(link)}
    linked = {c.name for c in columns if not c.property}
    camel = re.compile("_(.)")
    named = {f"{group}.{camel.sub(lambda m: m[1].upper(), name)}" for group, names in (("property", owned), ("relation", linked)) for name in names}
    assert named - set(words) == {"property.id", "property.name", "property.longitude"}


def test_reminders_are_of_one_kind_and_end_with_a_confirmation(visit: Visit) -> None:
    page = visit("/de/admin?part=reminders", viewer=CORA)
    page.get_by_label("Art").select_option(label="Fachleute")
    expect(page).to_have_url(re.compile("kind=EXPERT"))
    expect(page.locator("ul.list > li").first).to_contain_text("Fachperson")
    people = page.locator("ul.list > li a")
    first = people.first.inner_text()
    page.get_by_role("link", name="Nächste Seite").click()
    expect(page).to_have_url(re.compile("kind=EXPERT&after="))
    expect(people.first).not_to_have_text(first)
    page.get_by_role("link", name="Vorige Seite").click()
    expect(people.first).to_have_text(first)
    expect(page.get_by_role("link", name="Vorige Seite")).to_have_count(0)
    page.get_by_role("button", name=re.compile("^Stimmt noch")).first.click()
    expect(page.get_by_text(re.compile("^✓ bestätigt")).first).to_be_visible()


def test_all_interests_are_seen_by_how_they_stand(visit: Visit, site: str, place: Path) -> None:
    ask = 'mutation { askInterest(asker: "de-trier", asked: "ke-kisumu", message: "Wasser am See") { interest { id } } }'
    asked = httpx.post(f"{site}/graphql", json={"query": ask}, headers={"authorization": f"Bearer {token(place, CORA)}"}).json()
    assert "errors" not in asked
    page = visit("/de/admin?part=interests", viewer=CORA)
    entry = page.get_by_role("listitem").filter(has_text="Wasser am See")
    expect(entry).to_contain_text(re.compile("Trier.*Kisumu.*wartet auf Antwort", re.DOTALL))
    tab_to(page, page.get_by_label("Stand"))
    page.keyboard.type("zug")
    expect(page).to_have_url(re.compile("which=ACCEPTED"))
    expect(entry).to_have_count(0)
    page.get_by_label("Stand").select_option(label="wartet auf Antwort")
    entry.get_by_role("link", name="Kisumu").click()
    page.get_by_role("button", name="Nein, danke").click()
    expect(page.get_by_text("abgesagt")).to_be_visible()


def test_unmet_demand_is_recorded_and_settled(visit: Visit, axe: Callable[[Page], list[str]]) -> None:
    town = Viewer(role=Role.MUNICIPALITY, name="clerk", municipality="municipality:de-baden-baden")
    page = visit("/de/?m=de-baden-baden&country=TN&size=x&language=pt", viewer=town)
    page.get_by_role("button", name="Festhalten, dass niemand passt").click()
    page.get_by_label("Warum passt niemand?").fill("Keine große Stadt spricht Portugiesisch.")
    page.get_by_role("button", name="Ins Register aufnehmen").click()
    expect(page.get_by_text("Die Koordination sieht")).to_be_visible()
    admin = visit("/de/admin?part=demand", viewer=CORA)
    entry = admin.get_by_role("article", name="Baden-Baden")
    expect(entry).to_contain_text("Keine große Stadt spricht Portugiesisch.")
    assert axe(admin) == []
    entry.get_by_role("button", name="Als erledigt kennzeichnen").click()
    expect(entry).to_contain_text("✓ erledigt am")
    admin.reload()
    expect(admin.get_by_role("status").filter(has_text=re.compile("Eintr[aä]g")).or_(admin.get_by_text("Zurzeit ist keine"))).to_be_visible()
    expect(entry).to_have_count(0)
    admin.get_by_label("Zeigen").select_option(label="Erledigt")
    expect(entry).to_contain_text("✓ erledigt am")
    entry.get_by_role("button", name="Wieder öffnen").click()
    expect(entry.get_by_role("button", name="Als erledigt kennzeichnen")).to_be_visible()


def test_the_command_for_a_token_is_put_together(visit: Visit, axe: Callable[[Page], list[str]]) -> None:
    page = visit("/en/admin?part=tokens", viewer=ADA)
    page.get_by_role("combobox", name="Municipality").press_sequentially("Bonn")
    page.get_by_role("option", name="Bonn").first.click()
    page.get_by_label("Name (optional)").fill("Anna O'Neill")
    assert axe(page) == []
    expect(page.locator("pre")).to_have_text("partnergraph token --role municipality --municipality de-bonn --name 'Anna O'\\''Neill' --days 30")


def test_only_those_who_coordinate_see_it_and_only_admins_tokens(visit: Visit) -> None:
    clerk = visit("/de/admin", viewer=Viewer(role=Role.MUNICIPALITY, name="clerk", municipality="municipality:de-bonn"))
    expect(clerk.get_by_text("Mit Ihrer Anmeldung ist diese Seite nicht zugänglich.")).to_be_visible()
    expect(clerk.get_by_role("link", name="Verwaltung")).to_have_count(0)
    cora = visit("/de/admin", viewer=CORA)
    expect(cora.get_by_role("link", name="Erinnerungen")).to_be_visible()
    expect(cora.get_by_role("link", name="Zugangsschlüssel")).to_have_count(0)
