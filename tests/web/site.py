"""A running service with the demo network, and the browser that looks at it."""

from __future__ import annotations

import contextlib
import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Generator
from pathlib import Path

from playwright.sync_api import Browser, sync_playwright

from graph_api.web import BUILT

ROOT = Path(__file__).parents[2]
COMMAND = (sys.executable, "-c", "from graph_api.cli import main; main()")
PATIENCE_S = 30


class SiteMissing(Exception):
    """There is no web app, or no browser to look at it; the message says which."""


def free_port() -> int:
    """A port of the loopback interface that nobody listens on."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        return taken.getsockname()[1]


@contextlib.contextmanager
def serving(directory: Path) -> Generator[str]:
    """The address of a service on a new embedded store in a directory, filled with the demo network."""
    if not (BUILT / "build.json").is_file():
        raise SiteMissing("the web app was not built: make web")
    port = free_port()
    environment = {**os.environ, "PARTNERGRAPH_STORE": f"file:{directory / 'demo.db'}", "PARTNERGRAPH_PORT": str(port)}
    subprocess.run([*COMMAND, "load", "demo"], cwd=ROOT, env=environment, check=True, capture_output=True)
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


@contextlib.contextmanager
def browsing() -> Generator[Browser]:
    """The machine's own Chromium (CHROMIUM names another)."""
    program = os.environ.get("CHROMIUM") or shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if not program:
        raise SiteMissing("there is no Chromium: install the package chromium, or name one with CHROMIUM=/path")
    arguments = ["--no-sandbox", "--disable-dev-shm-usage"] if os.name == "posix" and os.geteuid() == 0 else []
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=arguments)
        yield browser
        browser.close()
