"""A running service with the demo network, and the browser that looks at it."""

from __future__ import annotations

import contextlib
import os
import shutil
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Generator, Mapping, Sequence
from pathlib import Path

from playwright.sync_api import Browser, BrowserContext, sync_playwright

from graph_api.operations.viewers import Viewer
from graph_api.tokens import LocalTokens
from graph_api.web import BUILT
from tests.neo4j_server import free_port

ROOT = Path(__file__).parents[2]
COMMAND = (sys.executable, "-c", "from graph_api.cli import main; main()")
PATIENCE_S = 120
KEY = "partnergraph.key"
"""Name of the key file beside the store."""


class SiteMissing(Exception):
    """There is no web app, or no browser to look at it; the message says which."""


@contextlib.contextmanager
def serving(directory: Path, store: Mapping[str, str] | None = None, *, fill: Sequence[Sequence[str]] = (("load", "demo"),)) -> Generator[str]:
    """The address of a service on a new embedded store in a directory or on the one that the settings name, filled by these commands."""
    if not (BUILT / "build.json").is_file():
        raise SiteMissing("the web app was not built: make web")
    port = free_port()
    own = {"STORE": f"file:{directory / 'demo.db'}", "PORT": str(port), "KEY_FILE": str(directory / KEY)}
    environment = {**os.environ, **{f"PARTNERGRAPH_{name}": value for name, value in own.items()}, **(store or {})}
    for command in fill:
        subprocess.run([*COMMAND, *command], cwd=ROOT, env=environment, check=True, capture_output=True)
    with (directory / "serve.log").open("wb") as log, subprocess.Popen([*COMMAND, "serve"], cwd=ROOT, env=environment, stdout=log, stderr=log) as service:
        try:
            address = f"http://127.0.0.1:{port}"
            _wait_for(f"{address}/readyz", service, directory / "serve.log")
            yield address
        finally:
            service.terminate()


def _wait_for(address: str, service: subprocess.Popen[bytes], log: Path) -> None:
    until = time.monotonic() + PATIENCE_S
    while True:
        with contextlib.suppress(OSError, urllib.error.URLError), urllib.request.urlopen(address, timeout=5):
            return
        if service.poll() is not None or time.monotonic() > until:
            raise RuntimeError(f"the service did not start: {log.read_text('utf-8', 'replace')[-2000:]}")
        time.sleep(0.05)


def token(directory: Path, viewer: Viewer) -> str:
    """A token for somebody, good for the service in that directory."""
    return LocalTokens(directory / KEY).issue(viewer, days=1)


def sign_in(context: BrowserContext, site: str, token: str) -> None:
    """Begins a session in a browser's context, as the page for signing in does."""
    begun = context.request.post(f"{site}/session", headers={"authorization": f"Bearer {token}"})
    assert begun.status == 204, begun.text()


PROGRAMS = ("chromium-headless-shell", "chromium", "chromium-browser", "google-chrome")


@contextlib.contextmanager
def browsing() -> Generator[Browser]:
    """The machine's own Chromium (CHROMIUM names another), best the one without windows: it renders the same with a third less work."""
    program = os.environ.get("CHROMIUM") or next(filter(None, map(shutil.which, PROGRAMS)), None)
    if not program:
        raise SiteMissing("there is no Chromium: install the package chromium, or name one with CHROMIUM=/path")
    arguments = ["--no-sandbox", "--disable-dev-shm-usage"] if os.name == "posix" and os.geteuid() == 0 else []
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=arguments)
        yield browser
        browser.close()
