"""My municipality: a clerk's walk from a candidate to an agreed talk, and the upkeep of what the network says about one's own town."""

from __future__ import annotations

import datetime
import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest
from playwright.sync_api import Locator, Page, expect

from graph_api.operations.viewers import Role, Viewer
from tests.web.conftest import Visit
from tests.web.site import token
from tests.web.test_walk import open_menu, tab_to


@dataclass(frozen=True, kw_only=True)
class Words:
    """What the walk reads, in a language."""

    field: str
    ask: str
    message: str
    send: str
    waiting: str
    mine: str
    inbox: str
    accept: str
    accepted: str
    contacts: str
    people: str


WORDS = {
    "de": Words(
        field="Ihre Kommune",
        ask="Gespräch anfragen",
        message="Ihre Nachricht",
        send="Anfrage an",
        waiting="warten auf die Antwort",
        mine="Meine Kommune",
        inbox="Zu den Interessen",
        accept="Ja, wir sprechen miteinander",
        accepted="zugesagt",
        contacts="Ansprechpersonen zeigen",
        people="Ansprechpersonen in",
    ),
    "en": Words(
        field="Your municipality",
        ask="Ask for a talk",
        message="Your message",
        send="Send the request to",
        waiting="are waiting for the answer",
        mine="My municipality",
        inbox="Go to the interests",
        accept="Yes, let us talk",
        accepted="accepted",
        contacts="Show people to contact",
        people="People to contact in",
    ),
}


def clerk(town: str) -> Viewer:
    return Viewer(role=Role.MUNICIPALITY, name=f"clerk of {town}", municipality=f"municipality:{town}")


def candidate(page: Page) -> str:
    """Own id of the candidate that is selected, as its dossier names it."""
    address = page.locator("#candidate a[href*='dossier?']").get_attribute("href") or ""
    found = re.search(r"[?&]c=([\w-]+)", address)
    assert found
    return found[1]


@pytest.mark.parametrize(
    ("language", "width", "town", "name"),
    [("de", 1280, "am-yerevan", "Yerevan"), pytest.param("en", 320, "ba-mostar", "Mostar", marks=pytest.mark.in_full)],
)
def test_from_a_candidate_to_an_agreed_talk_with_the_mouse(
    visit: Visit, axe: Callable[[Page], list[str]], language: str, width: int, town: str, name: str
) -> None:
    words = WORDS[language]
    page = visit(f"/{language}/", width=width, viewer=clerk(town))
    page.get_by_role("combobox", name=words.field).press_sequentially(name)
    page.get_by_role("option", name=name).first.click()
    page.locator("ol button.candidate").nth(1).click()
    asked = candidate(page)
    page.get_by_role("button", name=words.ask).click()
    page.get_by_label(words.message).fill("Let us talk about buses.")
    page.get_by_role("button", name=words.send).click()
    expect(page.get_by_text(words.waiting)).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth") <= width

    other = visit(f"/{language}/", width=width, viewer=clerk(asked))
    open_menu(other)
    other.get_by_role("link", name=words.mine, exact=True).click()
    other.get_by_role("link", name=words.inbox).click()
    card = other.get_by_role("article", name=name)
    expect(card.get_by_text("Let us talk about buses.")).to_be_visible()
    assert axe(other) == []
    card.get_by_role("button", name=words.accept).click()
    expect(card.get_by_text(words.accepted)).to_be_visible()
    card.get_by_role("button", name=words.contacts).click()
    expect(card.get_by_role("heading", name=words.people)).to_be_visible()
    expect(card.get_by_role("link", name=re.compile("@example.org")).or_(card.get_by_role("listitem")).first).to_be_visible()
    assert other.evaluate("document.documentElement.scrollWidth") <= width


@pytest.mark.parametrize(
    ("language", "width", "town", "name"),
    [("de", 320, "bf-ouagadougou", "Ouagadougou"), pytest.param("en", 1280, "az-baki", "Bakı", marks=pytest.mark.in_full)],
)
def test_a_talk_is_asked_for_and_withdrawn_by_keyboard_only(visit: Visit, language: str, width: int, town: str, name: str) -> None:
    words = WORDS[language]
    page = visit(f"/{language}/", width=width, viewer=clerk(town))
    tab_to(page, page.get_by_role("combobox", name=words.field))
    page.keyboard.insert_text(name)
    expect(page.get_by_role("option").first).to_contain_text(name)
    page.keyboard.press("Enter")
    ask = page.get_by_role("button", name=words.ask)
    expect(ask).to_be_visible()
    tab_to(page, ask)
    page.keyboard.press("Enter")
    expect(page.get_by_label(words.message)).to_be_focused()
    page.keyboard.insert_text("Hello")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.get_by_text(words.waiting)).to_be_visible()
    tab_to(page, page.get_by_role("link", name=words.inbox))
    page.keyboard.press("Enter")
    withdraw = page.get_by_role("button", name=re.compile("^(Anfrage zurücknehmen|Withdraw the request)"))
    expect(withdraw).to_be_visible()
    tab_to(page, withdraw)
    page.keyboard.press("Enter")
    expect(page.get_by_text(re.compile("(zurückgenommen|withdrawn)$"))).to_be_visible()


def test_a_candidate_that_does_not_fit_goes_and_comes_back(visit: Visit) -> None:
    page = visit("/de/?m=al-durres", viewer=clerk("al-durres"))
    first = page.locator("ol button.candidate .name").first
    name = first.inner_text().rpartition(":")[2].strip()
    page.get_by_role("button", name="Passt nicht").click()
    page.get_by_role("button", name="Nicht mehr vorschlagen").click()
    expect(page.get_by_text("Bitte nennen Sie den Grund")).to_be_visible()
    page.get_by_label(f"Warum passt {name} nicht?").fill("Wir suchen eine kleinere Kommune.")
    page.get_by_role("button", name="Nicht mehr vorschlagen").click()
    expect(page.get_by_text(f"{name} wird nicht mehr vorgeschlagen.")).to_be_visible()
    expect(first).not_to_contain_text(name)
    page.get_by_role("button", name="Rückgängig machen").click()
    expect(first).to_contain_text(name)


def test_a_stale_write_shows_what_changed_and_loses_nothing(visit: Visit, axe: Callable[[Page], list[str]]) -> None:
    ours = visit("/de/municipality?part=profile", viewer=clerk("de-bad-iburg"))
    theirs = visit("/de/municipality?m=de-bad-iburg&part=profile", viewer=Viewer(role=Role.COORDINATOR, name="cora"))
    theirs.get_by_label("Einwohnerzahl").fill("11111")
    theirs.get_by_label("Plätze für weitere Partnerschaften").fill("7")
    theirs.get_by_role("button", name="Speichern").click()
    expect(theirs.get_by_text("Gespeichert.")).to_be_visible()

    ours.get_by_label("Einwohnerzahl").fill("22222")
    ours.get_by_label("Weitere Namen").fill("Iburg\nBad Iburg (Kneipp)")
    ours.get_by_role("button", name="Speichern").click()
    told = ours.get_by_role("alert")
    expect(told).to_be_focused()
    expect(told.get_by_role("listitem").filter(has_text="Einwohnerzahl")).to_contain_text("jetzt 11.111. Ihre Eingabe: 22.222.")
    expect(told.get_by_role("listitem").filter(has_text="Plätze für weitere")).to_contain_text("jetzt 7.")
    expect(ours.get_by_label("Plätze für weitere Partnerschaften")).to_have_value("7")
    assert axe(ours) == []
    told.get_by_role("button", name=re.compile("Jetzigen Stand übernehmen.*Einwohnerzahl")).click()
    ours.get_by_role("button", name="Speichern").click()
    expect(ours.get_by_text("Gespeichert.")).to_be_visible()
    ours.reload()
    expect(ours.get_by_label("Einwohnerzahl")).to_have_value("11111")
    expect(ours.get_by_label("Weitere Namen")).to_have_value("Iburg\nBad Iburg (Kneipp)")


def test_a_session_that_ends_while_one_types_loses_nothing(visit: Visit, place: Path) -> None:
    who = clerk("de-baden-baden")
    page = visit("/de/municipality?part=profile", viewer=who, allow=("401",))
    page.get_by_label("Einwohnerzahl").fill("54321")
    [secret] = [cookie for cookie in page.context.cookies() if cookie.get("name") == "partnergraph"]
    secret["value"] = "a.b.c"
    page.context.add_cookies([secret])  # pyright: ignore[reportArgumentType]
    page.get_by_role("button", name="Speichern").click()
    expect(page.get_by_role("alert")).to_have_text("Ihre Anmeldung ist abgelaufen")
    page.get_by_label("Zugangsschlüssel").fill(token(place, who))
    page.get_by_label("Zugangsschlüssel").press("Enter")
    expect(page.get_by_role("alert")).to_have_count(0)
    expect(page.get_by_label("Einwohnerzahl")).to_have_value("54321")
    page.get_by_role("button", name="Speichern").click()
    expect(page.get_by_text("Gespeichert.")).to_be_visible()


def test_what_was_typed_stays_while_one_looks_elsewhere(visit: Visit) -> None:
    page = visit("/en/municipality?part=profile", viewer=clerk("de-bad-segeberg"))
    page.get_by_label("Inhabitants").fill("17000")
    page.get_by_role("link", name="Needs and offers").click()
    expect(page.get_by_role("heading", name="Seeks")).to_be_visible()
    page.go_back()
    expect(page.get_by_label("Inhabitants")).to_have_value("17000")
    page.get_by_role("button", name="Cancel").click()
    expect(page.get_by_label("Inhabitants")).not_to_have_value("17000")


def test_needs_are_added_confirmed_deleted_and_brought_back(visit: Visit) -> None:
    page = visit("/de/municipality?part=focuses", viewer=clerk("de-borna"))
    seeks = page.get_by_role("region", name="Sucht")
    expect(seeks.get_by_role("listitem")).not_to_have_count(0)
    before = seeks.get_by_role("listitem").count()
    seeks.get_by_role("button", name="Hinzufügen").click()
    expect(page.get_by_label("Thema oder Ziel")).to_be_focused()
    page.get_by_label("Thema oder Ziel").select_option(label="Kleinfischerei")
    page.get_by_label("Beleg").fill("Ratsbeschluss 7/26")
    page.get_by_role("button", name="Speichern").click()
    item = seeks.get_by_role("listitem").filter(has_text="Kleinfischerei")
    expect(item).to_contain_text("Wichtigkeit 80 % · Ratsbeschluss 7/26")
    expect(item).to_contain_text("bestätigt: Kleinfischerei")
    expect(seeks.get_by_role("listitem")).to_have_count(before + 1)
    item.get_by_role("button", name="Löschen").click()
    expect(seeks.get_by_text("„Kleinfischerei“ wurde gelöscht.")).to_be_visible()
    seeks.get_by_role("button", name="Rückgängig machen").click()
    expect(item).to_contain_text("Ratsbeschluss 7/26")


@pytest.mark.in_full
def test_a_need_that_somebody_else_changed_meanwhile_is_not_overwritten_unseen(visit: Visit) -> None:
    ours = visit("/de/municipality?part=focuses", viewer=clerk("de-torgau"))
    theirs = visit("/de/municipality?m=de-torgau&part=focuses", viewer=Viewer(role=Role.COORDINATOR, name="cora"))

    def evidence(page: Page, place: int, text: str) -> Locator:
        item = page.get_by_role("region", name="Sucht").get_by_role("listitem").nth(place)
        if not item.get_by_label("Beleg").is_visible():
            item.get_by_role("button", name="Ändern").click()
        item.get_by_label("Beleg").fill(text)
        return item.get_by_role("button", name="Speichern")

    ours_second = evidence(ours, 1, "unser zweiter Beleg")
    evidence(theirs, 0, "ihr Beleg").click()
    expect(theirs.get_by_role("region", name="Sucht")).to_contain_text("ihr Beleg")
    ours_second.click()  # something else was changed: nothing to ask
    seeks = ours.get_by_role("region", name="Sucht")
    expect(seeks.get_by_role("listitem").nth(1)).to_contain_text("unser zweiter Beleg")

    ours_first = evidence(ours, 0, "unser Beleg")
    evidence(theirs, 0, "ihr neuer Beleg").click()
    expect(theirs.get_by_role("region", name="Sucht")).to_contain_text("ihr neuer Beleg")
    ours_first.click()
    expect(seeks.get_by_text("Jemand anderes hat dies inzwischen geändert")).to_be_visible()
    expect(seeks.get_by_role("listitem").first).to_contain_text("ihr neuer Beleg")
    expect(seeks.get_by_label("Beleg")).to_have_value("unser Beleg")
    ours_first.click()
    expect(seeks.get_by_label("Beleg")).to_have_count(0)
    expect(seeks.get_by_role("listitem").first).to_contain_text("unser Beleg")


def test_a_need_that_somebody_else_changed_meanwhile_is_neither_confirmed_nor_deleted_unseen(visit: Visit) -> None:
    ours = visit("/de/municipality?part=focuses", viewer=clerk("de-schleswig"))
    theirs = visit("/de/municipality?m=de-schleswig&part=focuses", viewer=Viewer(role=Role.COORDINATOR, name="cora"))
    first = [page.get_by_role("region", name="Sucht", exact=True).get_by_role("listitem").first for page in (ours, theirs)]
    for act, evidence in (("Stimmt noch", "ihr Beleg"), ("Löschen", "ihr neuer Beleg")):
        first[1].get_by_role("button", name="Ändern").click()
        first[1].get_by_label("Beleg").fill(evidence)
        first[1].get_by_role("button", name="Speichern").click()
        expect(first[1]).to_contain_text(evidence)
        first[0].get_by_role("button", name=act).click()
        expect(first[0]).to_contain_text("Jemand anderes hat dies inzwischen geändert.")
        expect(first[0]).to_contain_text(evidence)
    first[0].get_by_role("button", name="Löschen").click()
    expect(ours.get_by_text("wurde gelöscht.")).to_be_visible()


@pytest.mark.in_full
def test_a_need_in_own_words_becomes_what_its_writer_confirms(visit: Visit, axe: Callable[[Page], list[str]]) -> None:
    page = visit("/fr/municipality?part=focuses", viewer=clerk("de-bad-segeberg"), width=320, allow=("503",))
    words = page.get_by_role("region", name="Avec vos propres mots")
    text = "Precisamos de apoio na separação do lixo doméstico e na compostagem."
    tab_to(page, words.get_by_role("radio", name="Recherche"))
    tab_to(page, words.get_by_label("Votre texte"))
    page.keyboard.insert_text(text)
    page.keyboard.press("Tab")
    asked = {"query": '{ subjectsOfText(text: "lixo") { reader } }'}
    while page.request.post("/graphql", data=asked, headers={"accept": "application/graphql-response+json"}).status == 503:
        pass  # what reads texts is made at the first one: 3 s of a core
    late = '{"errors": [{"message": "late", "extensions": {"code": "TIMEOUT"}}]}'  # so the page asks again
    page.route("**/graphql", lambda route: route.fulfill(status=503, content_type="application/json", body=late), times=1)
    page.keyboard.press("Enter")
    take = words.get_by_role("button", name="Reprendre : Tri et recyclage")
    expect(take).to_be_visible()
    expect(words.get_by_text("Seul ce que vous confirmez est repris")).to_be_visible()
    seeks = page.get_by_role("region", name="Recherche", exact=True)
    item = seeks.get_by_role("listitem").filter(has_text="Tri et recyclage")
    expect(item).to_have_count(0)
    assert axe(page) == []
    assert page.evaluate("document.documentElement.scrollWidth") <= 320
    tab_to(page, take)
    page.keyboard.press("Enter")
    expect(words.get_by_text("✓ repris: Tri et recyclage")).to_be_focused()
    expect(item).to_contain_text(text)


def test_what_is_stale_is_confirmed_where_it_stands(visit: Visit) -> None:
    page = visit("/de/municipality", viewer=clerk("de-buckow"))
    expect(page.get_by_text("seit über einem Jahr niemand bestätigt hat")).to_be_visible()
    button = page.get_by_role("button", name=re.compile("^Stimmt noch")).first
    box = button.bounding_box()
    button.click()
    confirmed = page.get_by_text(re.compile("^✓ bestätigt")).first
    expect(confirmed).to_be_visible()
    assert box
    assert (confirmed.locator("xpath=..").bounding_box() or {}).get("height") == box["height"]


def test_experts_are_entered_with_their_consent_and_what_is_refused_is_said_by_field(visit: Visit, axe: Callable[[Page], list[str]]) -> None:
    page = visit("/de/municipality?part=people", viewer=clerk("de-braunfels"))
    page.get_by_role("button", name=re.compile("^Fachperson hinzufügen")).first.click()
    page.get_by_label("Name (Pflichtangabe)").fill("Karla Beispiel")
    page.get_by_label("E-Mail").fill("karla@example")
    page.get_by_role("button", name="Speichern").click()
    expect(page.get_by_text("Bitte prüfen Sie: E-Mail.")).to_be_visible()
    page.get_by_label("E-Mail").fill("karla@example.org")
    page.get_by_label(re.compile("^Die Person hat zugestimmt")).check()
    page.get_by_label("Arbeitssprachen").select_option(label="Portugiesisch")
    page.get_by_role("button", name=re.compile("Hinzufügen.*Arbeitssprachen")).click()
    assert axe(page) == []
    page.get_by_role("button", name="Speichern").click()
    entry = page.get_by_role("listitem").filter(has_text="Karla Beispiel")
    expect(entry).to_contain_text("Portugiesisch")
    expect(entry).to_contain_text("✓ Kontaktdaten dürfen weitergegeben werden")
    entry.get_by_role("button", name="Löschen").click()
    expect(page.get_by_role("group", name="Karla Beispiel löschen?")).to_be_focused()
    page.get_by_role("button", name="Endgültig löschen").click()
    expect(entry).to_have_count(0)


@pytest.mark.in_full
def test_an_expert_whom_somebody_else_changed_meanwhile_is_not_deleted_unseen(visit: Visit) -> None:
    ours = visit("/de/municipality?part=people", viewer=clerk("de-schleswig"))
    theirs = visit("/de/municipality?m=de-schleswig&part=people", viewer=Viewer(role=Role.COORDINATOR, name="cora"))
    mine, other = (page.locator("section.card li").filter(has=page.get_by_role("button", name="Löschen")).first for page in (ours, theirs))
    mine.get_by_role("button", name="Löschen").click()
    other.get_by_role("button", name="Ändern").click()
    other.get_by_label("E-Mail").fill("neu@example.org")
    other.get_by_role("button", name="Speichern").click()
    expect(other).to_contain_text("neu@example.org")
    mine.get_by_role("button", name="Endgültig löschen").click()
    expect(mine).to_contain_text("Jemand anderes hat dies inzwischen geändert.")
    expect(mine).to_contain_text("neu@example.org")
    mine.get_by_role("button", name="Abbrechen").click()


def test_older_interests_are_shown_when_asked_for(visit: Visit, site: str, place: Path) -> None:
    days = [datetime.date(2020, 1, 1) + datetime.timedelta(n) for n in range(101)]
    rows = [f"interest:old-{n},declined,{day},Frage {n},municipality:de-trier,municipality:jo-amman" for n, day in enumerate(days)]
    content = "\n".join(["id,status,asked_on,message,asker,asked", *rows])
    admin = {"authorization": f"Bearer {token(place, Viewer(role=Role.ADMIN, name='ada'))}", "content-type": "text/csv"}
    taken = httpx.post(f"{site}/import?name=interests", content=content, headers=admin)
    assert taken.is_success, taken.text
    page = visit("/de/municipality?part=interests", viewer=clerk("jo-amman"))
    expect(page.get_by_role("article")).to_have_count(100)
    expect(page.get_by_text("Frage 100", exact=True)).to_be_visible()
    expect(page.get_by_text("Hier stehen je die neuesten 100 Anfragen.")).to_be_visible()
    page.get_by_role("button", name="Weitere zeigen").click()
    expect(page.get_by_role("article")).to_have_count(101)
    expect(page.get_by_text("Frage 0", exact=True)).to_be_visible()
    expect(page.get_by_role("button", name="Weitere zeigen")).to_have_count(0)


def test_readiness_says_what_is_missing(visit: Visit) -> None:
    page = visit("/de/municipality?part=programme", viewer=clerk("de-bonn"))
    expect(page.get_by_role("heading", name="Unterstützung", exact=True)).to_be_visible()
    page.locator("details summary").first.click()
    expect(page.get_by_text(re.compile(r"\d von 8 Bedingungen sind erfüllt"))).to_be_visible()
    expect(page.get_by_role("listitem").filter(has_text="Deutsche Kommune als Mitglied")).to_contain_text("erfüllt")


def test_it_is_not_for_everybody(visit: Visit) -> None:
    page = visit("/de/municipality")
    expect(page.get_by_label("Zugangsschlüssel")).to_be_visible()
    expect(page.get_by_role("link", name="Meine Kommune")).to_have_count(0)
    expert = visit("/de/municipality", viewer=Viewer(role=Role.EXPERT, name="ex", expert="expert:demo-expert-al-durres-equality-1"))
    expect(expert.get_by_text("Mit Ihrer Anmeldung ist diese Seite nicht zugänglich.")).to_be_visible()


def test_every_language_is_offered_by_its_name(visit: Visit) -> None:
    for language in ("de", "en", "es", "fr"):
        page = visit(f"/{language}/municipality?part=profile", viewer=clerk("de-bonn"))
        offered = page.evaluate("[...document.querySelectorAll('option')].map(o => [o.value, o.textContent.trim()])")
        assert len(offered) > 100
        assert [code for code, name in offered if code == name] == []


def test_topics_with_an_and_of_their_own_are_told_apart(visit: Visit) -> None:
    page = visit("/de/municipality?part=people", viewer=clerk("de-bonn"))
    expect(page.get_by_text("Aufwertung informeller Siedlungen; Liegenschaftskataster und Landrechte; Stadterneuerung und Brachflächen").first).to_be_visible()
    expect(page.get_by_text("Luftreinhaltung und Dürrevorsorge").first).to_be_visible()
