"""The page "Find a partner": picker, weights, filters, map, what stands in the address, and what it says when things go wrong."""

from __future__ import annotations

import re
import time
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, Route, expect

from tests.web.conftest import Visit


def names(page: Page) -> list[str]:
    expect(page.locator("ol button.candidate .name")).not_to_have_count(0)
    return [name.rpartition(":")[2].strip() for name in page.locator("ol button.candidate .name").all_inner_texts()]


def arranged_anew(page: Page, before: list[str]) -> list[str]:
    """The names once the ranking is another one."""
    for _ in range(100):
        if (now := names(page)) != before:
            return now
        page.wait_for_timeout(50)
    raise AssertionError("the ranking stays the same")


def test_the_picker_takes_enter_before_the_list_is_there(visit: Visit) -> None:
    page = visit("/de/")
    field = page.get_by_role("combobox")
    field.focus()
    page.keyboard.type("Cologne")
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile(r"\?m=de-koeln|\?m=de-"))
    expect(page.get_by_role("heading", level=1)).to_have_text("Partner für Köln")


def test_the_picker_shows_first_what_fits_best(visit: Visit) -> None:
    page = visit("/de/")
    page.get_by_role("combobox").press_sequentially("San S")
    expect(page.get_by_role("option").first).to_contain_text("San Salvador")
    expect(page.get_by_role("option").nth(7)).to_be_visible()  # there are more than are shown


def test_the_picker_says_when_it_finds_nobody(visit: Visit) -> None:
    page = visit("/en/")
    page.get_by_role("combobox").press_sequentially("qqqqzzzz")
    expect(page.get_by_text("no municipality in the network for “qqqqzzzz”")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.get_by_role("combobox")).to_have_attribute("aria-expanded", "false")


def test_the_back_button_returns_to_the_start(visit: Visit) -> None:
    page = visit("/de/")
    page.get_by_role("combobox").press_sequentially("Kisumu")
    page.get_by_role("option").first.click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Partner für Kisumu")
    page.go_back()
    expect(page.get_by_role("combobox")).to_be_visible()
    expect(page.get_by_role("heading", level=1)).to_have_text("Welche Kommune passt zu Ihrer?")


def test_a_weight_changes_the_ranking_and_stands_in_the_address(visit: Visit) -> None:
    page = visit("/de/?m=ke-kisumu")
    before = names(page)
    page.get_by_text("Was Ihnen wichtig ist").click()
    slider = page.get_by_label("Internationale Erfahrung")
    expect(slider).to_have_attribute("aria-valuetext", "wie üblich")
    slider.focus()
    page.keyboard.press("End")
    expect(slider).to_have_attribute("aria-valuetext", "sehr wichtig")
    after = arranged_anew(page, before)
    assert "weights=openness.4" in page.url
    page.reload()
    page.wait_for_selector("body[data-ready=true]")
    assert names(page) == after
    page.get_by_role("button", name="Alle wie üblich").click()
    assert arranged_anew(page, after) == before


def test_suggestions_can_be_spread_more_widely(visit: Visit) -> None:
    page = visit("/de/?m=ke-kisumu")
    before = names(page)
    page.get_by_text("Was Ihnen wichtig ist").click()
    spread = page.get_by_role("checkbox", name="Vorschläge breiter streuen")
    expect(spread).to_have_accessible_description(re.compile("^Möglichkeiten der Verwaltung und internationale Erfahrung zählen dann nicht"))
    spread.check()
    after = arranged_anew(page, before)
    assert "fair=1" in page.url
    detail = page.locator("#candidate")
    detail.get_by_text("Wie sich der Gesamtwert zusammensetzt").click()
    expect(detail.get_by_text("Ähnliche Größe", exact=True)).to_have_count(1)
    expect(detail.get_by_text("Möglichkeiten der Verwaltung")).to_have_count(0)
    page.reload()
    page.wait_for_selector("body[data-ready=true]")
    assert names(page) == after
    expect(page.get_by_role("checkbox", name="Vorschläge breiter streuen")).to_be_checked()
    page.get_by_label("Internationale Erfahrung").focus()
    page.keyboard.press("End")  # what is said of a facet counts, also then
    arranged_anew(page, after)
    expect(page.locator("#candidate").get_by_role("link", name="Dossier und Brief")).to_have_attribute("href", re.compile("weights=openness.4&fair=1"))


def test_nothing_moves_while_a_slider_is_held(visit: Visit) -> None:
    page = visit("/de/?m=ke-kisumu")
    page.get_by_text("Was Ihnen wichtig ist").click()
    slider = page.get_by_label("Internationale Erfahrung")
    slider.scroll_into_view_if_needed()
    box = slider.bounding_box()
    assert box
    before = names(page)
    page.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    page.mouse.down()
    page.mouse.move(box["x"] + box["width"] - 2, box["y"] + box["height"] / 2, steps=4)
    expect(slider).to_have_attribute("aria-valuetext", "sehr wichtig")
    page.wait_for_timeout(500)
    assert names(page) == before
    assert slider.bounding_box() == box
    page.mouse.up()
    arranged_anew(page, before)
    assert slider.bounding_box() == box


def test_list_and_map_are_one_selection(visit: Visit) -> None:
    page = visit("/de/?m=ke-kisumu")
    page.wait_for_selector("svg path.land")
    fourth = page.locator("ol button.candidate").nth(3)
    page.locator("svg .place", has_text=re.compile(r"^4")).locator("text").click()
    expect(fourth).to_have_attribute("aria-pressed", "true")
    page.locator("ol button.candidate").nth(1).click()
    expect(page.locator("svg .chosen")).to_have_text("2")
    assert re.search(r"[?&]c=de-", page.url)


def test_a_german_municipality_filters_by_country_and_language(visit: Visit) -> None:
    page = visit("/de/?m=de-dresden")
    page.get_by_text("Auswahl eingrenzen").click()
    page.get_by_label("Land").select_option(label="Tunesien")
    expect(page.get_by_text("Kommunen kommen infrage")).to_contain_text(re.compile(r"^\s*\d Kommunen"))
    expect(page.locator("ol button.candidate").first).to_contain_text("Tunesien")
    expect(page).to_have_title("Tunesien – Partner für Dresden – Partnergraph")
    page.get_by_label("Land").select_option("")
    page.get_by_label("Arbeitssprache").select_option(label="Portugiesisch")
    expect(page.locator("ol button.candidate").first).to_contain_text(re.compile("Angola|Brasilien|Mosambik|Cabo Verde"))


def test_when_nobody_fits_it_says_what_would_have_to_change(visit: Visit) -> None:
    page = visit("/de/?m=de-dresden&country=TN&size=x&language=pt")
    expect(page.get_by_text("Keine Kommune erfüllt alle Vorgaben.")).to_be_visible()
    expect(page.get_by_text("Am einfachsten wäre es: die Filter aufheben.")).to_be_visible()
    expect(page.get_by_text("entsprechen nicht Ihren Filtern")).to_be_visible()
    page.get_by_role("button", name="Filter aufheben").last.click()
    expect(page.locator("ol button.candidate")).to_have_count(10)


def test_who_was_left_out_is_said_in_words(visit: Visit) -> None:
    page = visit("/en/?m=ke-kisumu")
    page.get_by_text("municipalities are left out: why?").click()
    expect(page.get_by_text("one side of the partnership has to be a German municipality")).to_be_visible()


def test_reasons_and_evidence_of_a_candidate(visit: Visit) -> None:
    page = visit("/de/?m=ke-kisumu&c=de-hamburg")
    detail = page.locator("#candidate")
    expect(detail.get_by_text("Nutzen für Kisumu")).to_be_visible()
    expect(detail.get_by_text("Nutzen für Hamburg")).to_be_visible()
    aged = detail.get_by_text("Die Angaben wurden zuletzt vor etwa 16 Monaten bestätigt.").first
    assert aged.evaluate("e => e.closest('ul').previousElementSibling.textContent") == "Was zu bedenken ist"
    detail.get_by_text("Wie sich der Gesamtwert zusammensetzt").click()
    expect(detail.get_by_text("Belege:").first).to_contain_text("Abfallsammlung")
    detail.get_by_text("Bedarfe und Angebote beider Seiten").click()
    expect(detail.get_by_role("listitem").filter(has_text="Hochwasserschutz").last).to_contain_text("demo: invented budget line")


def test_who_could_introduce_the_two(visit: Visit) -> None:
    page = visit("/en/?m=de-dresden&c=na-windhoek")
    expect(page.locator("#candidate").get_by_text("Brazzaville (Congo - Brazzaville)")).to_be_visible()


def test_another_language_keeps_page_and_state(visit: Visit) -> None:
    page = visit("/de/?m=ke-kisumu&c=de-hamburg&of=a|b")
    french = page.get_by_role("link", name="Français")
    expect(french).to_have_attribute("href", "/fr/?m=ke-kisumu&c=de-hamburg&of=a%7Cb")  # a bar is not allowed in a link's address
    french.click()
    page.wait_for_selector("body[data-ready=true]")
    assert page.url.endswith("/fr/?m=ke-kisumu&c=de-hamburg&of=a%7Cb")
    expect(page.get_by_role("heading", level=1)).to_have_text("Partenaires pour Kisumu")
    expect(page.get_by_role("heading", level=2, name="Hamburg")).to_be_visible()


def test_it_says_so_when_it_takes_long(visit: Visit) -> None:
    page = visit("/de/?m=ke-kisumu")

    def slowly(route: Route) -> None:
        time.sleep(0.8)
        route.continue_()

    page.route("**/graphql", slowly)
    page.get_by_role("button", name="Weitere zeigen").click()
    expect(page.get_by_text("Wird geladen …")).to_be_visible()
    expect(page.locator("ol button.candidate")).to_have_count(20)
    expect(page.get_by_text("Wird geladen …")).to_have_count(0)


def test_an_error_can_be_tried_again(visit: Visit) -> None:
    page = visit("/de/?m=ke-kisumu", allow=("503",))
    down = '{"errors": [{"message": "down", "extensions": {"code": "STORE_UNAVAILABLE"}}]}'
    page.route("**/graphql", lambda route: route.fulfill(status=503, content_type="application/json", body=down))
    page.get_by_role("button", name="Weitere zeigen").click()
    expect(page.get_by_text("Die Datenbank antwortet gerade nicht.")).to_be_visible()
    page.unroute("**/graphql")
    page.get_by_role("button", name="Erneut versuchen").click()
    expect(page.locator("ol button.candidate")).to_have_count(20)


def test_the_start_says_when_it_cannot_show_who_looks_for_a_partner(visit: Visit) -> None:
    page = visit("/de/about", allow=("503",))
    page.route("**/graphql", lambda route: route.fulfill(status=503, content_type="application/json", body="{}"))
    page.goto("/de/")
    page.get_by_role("button", name="Erneut versuchen").wait_for()
    page.unroute("**/graphql")
    page.get_by_role("button", name="Erneut versuchen").click()
    expect(page.locator(".chips li")).to_have_count(8)


def test_offline_is_said_and_ends_by_itself(visit: Visit) -> None:
    page = visit("/de/?m=ke-kisumu", allow=("ERR_INTERNET_DISCONNECTED",))
    page.context.set_offline(True)
    expect(page.get_by_text("Sie sind offline.")).to_be_visible()
    page.get_by_role("button", name="Weitere zeigen").click()
    expect(page.get_by_text("Der Dienst ist nicht erreichbar.")).to_be_visible()
    page.context.set_offline(False)
    expect(page.locator("ol button.candidate")).to_have_count(20)


@pytest.mark.parametrize("path", ["/de/?m=ke-nowhere", "/de/dossier?m=ke-kisumu&c=ke-nowhere", "/de/dossier"])
def test_an_address_that_leads_nowhere_says_so(visit: Visit, path: str) -> None:
    page = visit(path, allow=("400", "404"))
    expect(page.locator("main .notice")).to_be_visible()
    expect(page.locator("main a").first).to_be_visible()


@pytest.mark.parametrize(
    ("candidate", "told"),
    [
        ("gh-cape-coast", "Bonn und Cape Coast sind bereits Partnerkommunen."),
        ("de-hamburg", "Hamburg gehört unter diesen Vorgaben nicht zu den 100 am besten passenden Kommunen für Bonn."),
    ],
)
def test_a_dossier_of_two_that_are_not_suggested_says_why(visit: Visit, candidate: str, told: str) -> None:
    page = visit(f"/de/dossier?m=de-bonn&c={candidate}")
    expect(page.get_by_text(told)).to_be_visible()


def test_the_dossier_prints_on_one_sheet_and_one_for_the_letters(visit: Visit) -> None:
    page = visit("/de/dossier?m=ke-kisumu&c=de-hamburg")
    pdf = page.pdf(format="A4", margin={"top": "15mm", "bottom": "15mm", "left": "15mm", "right": "15mm"})
    assert len(re.findall(rb"/Type\s*/Page\b", pdf)) == 2


def test_a_need_in_own_words_changes_the_list_by_mouse(visit: Visit, axe: Callable[[Page], list[str]]) -> None:
    page = visit("/de/?m=tn-sousse&n=20", allow=("503",))  # a busy service that reads its first text: the page asks again
    before = names(page)
    needs = page.get_by_label("Was Sie suchen")
    expect(needs).to_have_accessible_description(re.compile("^Beschreiben Sie in Ihrer Sprache"))
    needs.fill("Nous voulons produire de l’électricité solaire\n\n  Nous cherchons des panneaux solaires  ")
    page.get_by_role("button", name="Liste anpassen").click()
    expect(page.get_by_text("So wurden Ihre Angaben verstanden")).to_be_visible()  # the first text of a service
    after = arranged_anew(page, before)
    expect(page.get_by_text("2 Angaben zählen mit")).to_be_visible()
    [first, second] = page.locator("form li").all_inner_texts()
    assert "Nous voulons" in first
    assert "Solarenergie" in first
    assert "Nous cherchons des panneaux solaires" in second
    expect(page.locator("#candidate").get_by_role("list").first).to_contain_text("was Sie als Bedarf beschrieben haben")
    assert "solaire" not in page.url
    assert axe(page) == []
    page.get_by_role("button", name="Angaben verwerfen").click()
    assert arranged_anew(page, after) == before[:10]
    expect(needs).to_be_focused()
    expect(needs).to_have_value("")
    page.get_by_text("In eigenen Worten suchen").click()  # open from the start, as nothing is on record of Sousse
    expect(needs).to_have_count(0)


@pytest.mark.in_full
def test_an_offer_in_own_words_changes_the_list_by_keyboard(visit: Visit) -> None:
    page = visit("/es/?m=ke-bomet", allow=("503",))
    before = names(page)
    page.get_by_text("Buscar con sus propias palabras").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_label("Lo que busca")).to_be_visible()
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    expect(page.get_by_label("Lo que puede ofrecer")).to_be_focused()
    page.keyboard.type("Sabemos plantar árboles y cuidar bosques")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.get_by_text("Así se entendieron sus textos")).to_be_visible()
    arranged_anew(page, before)
    expect(page.get_by_text("1 texto cuenta")).to_be_visible()
    assert "m=ke-bomet" in page.url
    assert "bosques" not in page.url
    page.get_by_role("link", name="Deutsch").click()
    expect(page.get_by_text("1 Angabe zählt mit")).to_be_visible()
    expect(page.get_by_label("Was Sie anbieten")).to_have_value("Sabemos plantar árboles y cuidar bosques")
    assert "bosques" not in page.url
    assert page.evaluate("sessionStorage.length") == 0
