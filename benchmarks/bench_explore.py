"""The picture of "Explore" in Chromium: how long the layout takes, how many frames a second it is moved with, how much JavaScript it loads.

Bars: 500 records laid out within 1 s, 120 kB of JavaScript (gzipped). Larger pictures, which the service lays out, are in bench_large.py.
The networks are made up here and given to the page in place of the service's answer.
"""

from __future__ import annotations

import json
import random
import tempfile
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, Page, Route

from graph_api.web import BUILT
from tests.web.site import browsing, serving

SIZES = (100, 500, 2_000)
LAID_OUT_S, JAVASCRIPT_KB = 1.0, 120
KINDS = (("municipality", "Municipality"), ("partnership", "Partnership"), ("topic", "Topic"), ("department", "Department"))
MOVE = """async () => {
    const canvas = document.querySelector('canvas'), box = canvas.getBoundingClientRect(), frames = [];
    const send = (type, x) => canvas.dispatchEvent(new PointerEvent(type, { pointerId: 1, clientX: box.left + x, clientY: box.top + 200, bubbles: true }));
    canvas.setPointerCapture = () => {};
    send('pointerdown', 300);
    const began = performance.now();
    for (let i = 0; performance.now() - began < 2000; i++) {
        send('pointermove', 300 + 100 * Math.sin(i / 10));
        await new Promise(requestAnimationFrame);
        frames.push(performance.now());
    }
    send('pointerup', 300);
    return (frames.length - 1) / (frames.at(-1) - frames[0]) * 1000;
}"""


def answer(size: int) -> dict[str, Any]:
    """A neighbourhood of so many records, grown by preferential attachment with a few more links."""
    chance = random.Random(1)
    nodes: list[dict[str, Any]] = []
    ends: list[int] = [0]
    links: list[tuple[int, int]] = []
    for i in range(size):
        kind, name = KINDS[i % len(KINDS)]
        nodes.append({"__typename": name, "id": f"{kind}:n{i}", "name": f"Made up {i}", "country": "DE"})
        if i:
            for other in {chance.choice(ends) for _ in range(1 + i % 2)}:
                links.append((i, other))
                ends += [i, other]
    part = {
        "total": size,
        "truncated": False,
        "depths": [min(i, 3) for i in range(size)],
        "nodes": nodes,
        "links": {"kinds": ["focus"] * len(links), "sources": [a for a, _ in links], "targets": [b for _, b in links]},
    }
    return {"data": {"near": part, "ties": {**part, "nodes": [], "depths": [], "links": {"kinds": [], "sources": [], "targets": []}}}}


def measured(browser: Browser, site: str, size: int) -> tuple[float, float]:
    """Seconds of the layout, and frames a second while the picture is moved."""
    page: Page = browser.new_page(base_url=site, viewport={"width": 1280, "height": 900})
    body = json.dumps(answer(size))

    def reply(route: Route) -> None:
        if "neighbourhood" in (route.request.post_data or ""):
            route.fulfill(status=200, content_type="application/json", body=body)
        else:
            route.continue_()

    page.route("**/graphql", reply)
    page.goto("/en/explore?id=municipality:n0")
    page.wait_for_selector("body[data-ready=true]", timeout=120_000)
    page.wait_for_timeout(500)
    layout = int(page.evaluate("document.body.dataset.layout")) / 1000
    fps = float(page.evaluate(MOVE))
    page.close()
    return layout, fps


def javascript(browser: Browser, site: str) -> float:
    """Kilobytes of JavaScript of the page with a picture, gzipped."""
    page = browser.new_page(base_url=site)
    loaded: list[str] = []
    page.on("request", lambda r: loaded.append(r.url.removeprefix(site)) if r.url.endswith(".js") else None)
    page.goto("/en/explore?id=municipality:de-hamburg")
    page.wait_for_selector("body[data-ready=true]")
    page.close()
    packed = [BUILT / (name.removeprefix("/") + ".gz") for name in loaded]
    return sum((one if one.is_file() else one.with_suffix("")).stat().st_size for one in packed) / 1000


def main() -> None:
    """Prints what was measured against the bars."""
    with tempfile.TemporaryDirectory() as temporary, serving(Path(temporary)) as site, browsing() as browser:
        print(f"JavaScript of the page with a picture: {javascript(browser, site):.0f} kB gzipped (bar {JAVASCRIPT_KB})")
        print("records  layout s  frames/s")
        for size in SIZES:
            layout, fps = measured(browser, site, size)
            bar = f"  (bar {LAID_OUT_S} s)" if size == 500 else ""
            print(f"{size:7,}  {layout:8.2f}  {fps:8.0f}{bar}")


if __name__ == "__main__":
    main()
