"""The web app on 25,000 synthetic municipalities in Chromium: large pictures in "Explore", and searching while one types.

    python benchmarks/bench_large.py [--neo4j]

Bars: 5,000 records moved at 30 frames a second or more, 20,000 shown, 150 ms from a key to the list that answers it, the pause for
further keys among them. With --neo4j the network is kept on a Neo4j of its own (Java and Maven needed).
"""

from __future__ import annotations

import statistics
import sys
import tempfile
import time
from contextlib import ExitStack
from pathlib import Path

from playwright.sync_api import Browser

sys.path.insert(0, str(Path(__file__).parent.parent))

from benchmarks.bench_explore import MOVE
from seeds import synthetic
from tests.neo4j_server import running
from tests.web.site import browsing, serving

MUNICIPALITIES = 25_000
PICTURES = (("topic:waste", 3, 5_000, "bar: 30 frames/s"), ("topic:waste", 3, 20_000, ""), ("sdg_goal:11", 3, 20_000, ""))
TYPED = (
    *(
        "m",
        "mü",
        "mün",
        "san",
        "nova",
        "saint",
        "Bonn",
        "bonm",
        "kisumu",
        "kisumo",
        "león",
        "villa san",
        "new",
        "x",
        "a",
        "de",
        "stadt",
        "neustadt",
        "rio",
        "st",
    ),
    *("syn", "department", "waste water", "zagreb", "o"),
)
"""What is typed: one letter and several, with and without accents, a typo, nothing found, words of thousands of records."""
BAR_MS = 150
PLACES = (("/en/explore", "every kind"), ("/en/", "municipalities"))
CLOCK = """() => {
    window.times = [];
    let pressed = 0;
    addEventListener('input', () => { pressed = performance.now(); }, true);
    const asked = window.fetch;
    window.fetch = async (...given) => {
        const answer = await asked(...given), read = answer.json.bind(answer), key = pressed;
        answer.json = async () => {
            const value = await read();
            requestAnimationFrame(() => requestAnimationFrame(() => { if (key) window.times.push(performance.now() - key); }));
            return value;
        };
        return answer;
    };
}"""


def pictured(browser: Browser, site: str, middle: str, depth: int, limit: int) -> tuple[float, float, str]:
    """Seconds from the address to the picture, frames a second while it is moved, and what the page says it shows."""
    page = browser.new_page(base_url=site, viewport={"width": 1280, "height": 900})
    began = time.perf_counter()
    page.goto(f"/en/explore?id={middle}&depth={depth}&limit={limit}")
    page.wait_for_selector("body[data-ready=true]", timeout=60_000)
    page.evaluate("() => new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))")
    seconds = time.perf_counter() - began
    page.wait_for_timeout(500)
    frames, said = float(page.evaluate(MOVE)), page.locator(".summary").inner_text()
    page.close()
    return seconds, frames, said


def typed(browser: Browser, site: str, path: str, texts: tuple[str, ...]) -> dict[str, float]:
    """For each text the milliseconds from its last key to the list that answers it."""
    page = browser.new_page(base_url=site, viewport={"width": 1280, "height": 900})
    page.add_init_script(f"({CLOCK})()")
    page.goto(path)
    page.wait_for_selector("body[data-ready=true]")
    field = page.get_by_role("combobox").first
    found: dict[str, float] = {}
    for text in texts:
        field.fill(text[:-1])
        page.wait_for_timeout(600)
        page.evaluate("window.times = []")
        field.press_sequentially(text[-1])
        found[text] = float(page.evaluate("async () => { while (!window.times.length) await new Promise(requestAnimationFrame); return window.times[0]; }"))
    page.close()
    return found


def main() -> None:
    """Prints what was measured against the bars."""
    with tempfile.TemporaryDirectory() as temporary, ExitStack() as stack:
        directory = Path(temporary)
        synthetic.write(directory / "files", MUNICIPALITIES)
        files = sorted(map(str, (directory / "files").iterdir()))
        store = stack.enter_context(running(directory / "neo4j")).environment if "--neo4j" in sys.argv else {}
        site = stack.enter_context(serving(directory, store, fill=(("import", *files), ("load", "reference"))))
        browser = stack.enter_context(browsing())
        print("around        depth  at most    shown s  frames/s")
        for middle, depth, limit, bar in PICTURES:
            seconds, frames, said = pictured(browser, site, middle, depth, limit)
            print(f"{middle:<14}{depth:>5} {limit:>8,} {seconds:10.1f} {frames:9.0f}  {said} {bar}", flush=True)
        for when in ("just begun", "that was asked before"):
            for path, what in PLACES:
                times = typed(browser, site, path, TYPED)
                worst = max(times, key=lambda text: times[text])
                told = f"median {statistics.median(times.values()):.0f} ms, worst {times[worst]:.0f} ms ({worst!r}; bar {BAR_MS})"
                print(f"typing in the search for {what}, a server {when}: {told}")
                print("  " + ", ".join(f"{text} {ms:.0f}" for text, ms in times.items()), flush=True)


if __name__ == "__main__":
    main()
