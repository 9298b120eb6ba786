"""Signing in: from a token to one's own pages and back, what is kept, and what happens when a session ends."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from graph_api.operations.viewers import Role, Viewer
from tests.web.conftest import Visit
from tests.web.site import token

CORA = Viewer(role=Role.COORDINATOR, name="Cora Coord")
FIELD = {"de": "Zugangsschlüssel", "en": "Access token"}
IN = {"de": "Anmelden", "en": "Sign in"}


def cookies(page: Page) -> dict[str, bool]:
    """Names of the cookies, and whether scripts cannot read them."""
    return {str(cookie.get("name")): bool(cookie.get("httpOnly")) for cookie in page.context.cookies()}


@pytest.mark.parametrize(("language", "width"), [("de", 1280), ("en", 320)])
def test_one_signs_in_by_keyboard_and_is_back_where_one_was(visit: Visit, place: Path, language: str, width: int) -> None:
    page = visit(f"/{language}/dossier?m=ke-kisumu&c=de-hamburg", width=width, allow=("cookie",))
    assert cookies(page) == {}
    page.get_by_role("link", name=IN[language]).focus()
    page.keyboard.press("Enter")
    field = page.get_by_label(FIELD[language])
    field.focus()
    page.keyboard.insert_text(f" Bearer {token(place, CORA)}\n")
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile(r"dossier\?m=ke-kisumu&c=de-hamburg$"))
    expect(page.get_by_role("link", name="Cora Coord")).to_be_visible()
    assert cookies(page) == {"partnergraph": True, "partnergraph_who": False}
    assert page.evaluate("[sessionStorage.length, localStorage.length]") == [0, 0]
    assert page.evaluate("document.documentElement.scrollWidth") <= width


def test_one_sees_what_one_may_do_and_signs_out(visit: Visit) -> None:
    page = visit("/de/sign-in", viewer=CORA, allow=("ERR_CONNECTION_REFUSED",))
    expect(page.get_by_role("heading", level=1)).to_have_text("Sie sind angemeldet")
    expect(page.get_by_text("Alle Einträge und das Änderungsprotokoll sehen")).to_be_visible()
    expect(page.get_by_text("Zugangsschlüssel ausstellen")).to_have_count(0)
    page.route("**/session", lambda route: route.abort("connectionrefused"), times=1)
    page.get_by_role("button", name="Abmelden").first.click()
    expect(page.get_by_role("alert")).to_contain_text("Sie sind noch angemeldet")
    page.get_by_role("button", name="Abmelden").first.click()
    expect(page.get_by_label("Zugangsschlüssel")).to_be_visible()
    assert cookies(page) == {}


def test_a_token_that_is_not_good_is_said_kindly(visit: Visit) -> None:
    page = visit("/de/sign-in", allow=("401",))
    field = page.get_by_label("Zugangsschlüssel")
    for wrong in ("a.b.c", "schön"):
        field.fill(wrong)
        page.get_by_role("button", name="Anmelden").click()
        expect(page.get_by_text("Mit diesem Schlüssel klappt es nicht.")).to_be_visible()
        expect(field).to_be_focused()
        expect(field).to_have_attribute("aria-invalid", "true")


def test_a_service_that_cannot_be_reached_is_not_the_token_s_fault(visit: Visit) -> None:
    page = visit("/de/sign-in", allow=("ERR_CONNECTION_REFUSED",))
    page.route("**/session", lambda route: route.abort("connectionrefused"))
    page.get_by_label("Zugangsschlüssel").fill("a.b.c")
    page.get_by_role("button", name="Anmelden").click()
    expect(page.get_by_text("Der Dienst ist nicht erreichbar.")).to_be_visible()


def test_only_our_own_addresses_are_gone_back_to(visit: Visit) -> None:
    for back in ("https://example.org/", "//example.org/", "/\\example.org"):
        page = visit(f"/en/sign-in?back={back}", viewer=Viewer(role=Role.COORDINATOR, name="coordinator"))
        expect(page.get_by_text("What you can see and do")).to_be_visible()
        expect(page.get_by_role("link", name="Signed in as Coordination office", exact=True)).to_be_visible()  # a token without a name has the role's
        expect(page.get_by_role("link", name="Back to the previous page")).to_have_count(0)


def test_a_session_that_ends_takes_a_new_token_without_leaving_the_page(visit: Visit, place: Path) -> None:
    page = visit("/de/?m=ke-kisumu", viewer=CORA, allow=("401",))
    [secret] = [cookie for cookie in page.context.cookies() if cookie.get("name") == "partnergraph"]
    secret["value"] = str(secret.get("value"))[:-9]
    page.context.add_cookies([secret])  # pyright: ignore[reportArgumentType]
    page.get_by_role("button", name="Weitere zeigen").click()
    expect(page.get_by_role("alert")).to_have_text("Ihre Anmeldung ist abgelaufen")
    page.get_by_label("Zugangsschlüssel").fill(token(place, CORA))
    page.get_by_label("Zugangsschlüssel").press("Enter")
    expect(page.get_by_role("alert")).to_have_count(0)
    more = page.get_by_role("button", name="Weitere zeigen")  # where the list was asked for anew meanwhile, nothing has to be tried again
    page.get_by_role("button", name="Erneut versuchen").or_(more).first.click()
    expect(page.locator("ol button.candidate")).to_have_count(20)
    expect(page.get_by_role("link", name="Cora Coord")).to_be_visible()
