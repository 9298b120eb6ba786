"""Takes pictures of every page: `python -m tests.web.screenshots DIRECTORY`, in German and English, wide and narrow, light and dark.

With names of pages behind the directory it takes only their first screens, in English, for the README: `… docs/images find around groups`.
"""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

from playwright.sync_api import Browser

from graph_api.operations.viewers import Role, Viewer
from tests.suggesting import COORDINATOR, ORGANISER
from tests.web.site import browsing, serving, sign_in, token

PAGES = {
    "start": "",
    "find": "?m=ke-kisumu&c=de-hamburg",
    "find-german": "?m=de-dresden",
    "dossier": "dossier?m=ke-kisumu&c=de-hamburg",
    "explore": "explore",
    "around": "explore?id=municipality:de-hamburg&sel=municipality:ni-leon&open=municipality:ni-leon",
    "ways": "explore?id=municipality:de-dresden&to=municipality:na-windhoek",
    "map": "map",
    "map-of-one": "map?m=de-berlin&sel=municipality:pe-cajamarca",
    "record": "record?id=municipality:de-hamburg",
    "record-list": "record?id=topic:integration&list=departments",
    "groups": "groups?event=demo-event-2&n=4",
    "groups-rounds": "groups?event=demo-event-4&n=5&rounds=3&max=2&even=country|size&vs=event%3Ddemo-event-4%26n%3D4",
    "plan": "plan?phase=demo-phase-2026&q=region.4..Sub-Saharan+Africa|dac_group.0.2.LDC&go=1",
    "exchange": "exchange?m=ke-kisumu&way=learn",
    "missions": "missions",
    "missions-experts": "missions?m=demo-mission-02",
    "missions-need": "missions?need=1&topics=fair-procurement",
    "missions-several": "missions?several=1&of=demo-mission-04|demo-mission-20&n=3",
    "about": "about",
    "sign-in": "sign-in",
    **{f"municipality-{part}": f"municipality?part={part}" for part in ("todo", "profile", "focuses", "people", "interests", "programme")},
    **{f"admin-{part}": f"admin?part={part}" for part in ("import", "log", "reminders", "interests", "demand", "tokens")},
    "graphiql": "graphiql",
}
"""Name of the picture → path; a new page is added here."""
CLERK = Viewer(role=Role.MUNICIPALITY, name="Clara Clerk", municipality="municipality:de-bonn")
ADA = Viewer(role=Role.ADMIN, name="Ada Admin")
SIGNED_IN = {
    **{"groups": ORGANISER, "groups-rounds": ORGANISER, **{name: COORDINATOR for name in PAGES if name.startswith(("plan", "missions"))}},
    **{name: CLERK if name.startswith("municipality") else ADA for name in PAGES if name.startswith(("municipality", "admin"))},
}
"""Who looks at it, where it is not anybody."""
WIDTHS = (1280, 320)
SETTLE_MS = 1000
"""Until the map and the editor of GraphiQL are drawn."""


def take(browser: Browser, site: str, place: Path, directory: Path) -> int:
    """Writes the pictures; returns their number. `place` is where the service has its key."""
    count = 0
    for scheme in ("light", "dark"):
        for width in WIDTHS:
            context = browser.new_context(base_url=site, viewport={"width": width, "height": 900}, color_scheme=scheme, reduced_motion="reduce")
            page = context.new_page()
            for language in ("de", "en"):
                for name, path in PAGES.items():
                    context.clear_cookies()
                    if viewer := SIGNED_IN.get(name):
                        sign_in(context, site, token(place, viewer))
                    page.goto(f"/{language}/{path}")
                    page.wait_for_selector("body[data-ready=true]")
                    page.wait_for_timeout(SETTLE_MS)
                    page.screenshot(path=directory / f"{name}-{language}-{width}-{scheme}.png", full_page=True)
                    count += 1
            context.close()
    return count


def take_first(browser: Browser, site: str, place: Path, directory: Path, names: Sequence[str]) -> int:
    """Writes the first screens of some pages; returns their number."""
    for name in names:
        context = browser.new_context(base_url=site, viewport={"width": 1280, "height": 860}, reduced_motion="reduce")
        if viewer := SIGNED_IN.get(name):
            sign_in(context, site, token(place, viewer))
        page = context.new_page()
        page.goto(f"/en/{PAGES[name]}")
        page.wait_for_selector("body[data-ready=true]")
        page.wait_for_timeout(SETTLE_MS)
        page.screenshot(path=directory / f"{name}.png")
        context.close()
    return len(names)


def main(directory: Path, names: Sequence[str]) -> None:
    """Starts the service with the demo network and takes all pictures, or those of these names."""
    directory.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as temporary, serving(Path(temporary)) as site, browsing() as browser:
        place = Path(temporary)
        count = take_first(browser, site, place, directory, names) if names else take(browser, site, place, directory)
        print(f"{count} pictures in {directory}")


if __name__ == "__main__":
    main(Path(sys.argv[1] if len(sys.argv) > 1 else "build/screenshots"), sys.argv[2:])
