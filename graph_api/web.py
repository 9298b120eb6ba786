"""The web app as it was built: pages in the path's language, packed assets that never change, a strict policy of contents."""

from __future__ import annotations

import html
import json
import logging
import mimetypes
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from starlette.datastructures import Headers
from starlette.requests import Request
from starlette.responses import FileResponse, HTMLResponse, RedirectResponse, Response
from starlette.routing import BaseRoute, Route
from starlette.staticfiles import NotModifiedResponse

log = logging.getLogger("partnergraph.web")

BUILT = Path(__file__).parent / "_web"
"""Where the build puts the web app (see hatch_build.py)."""
LANGUAGES = ("de", "en", "es", "fr")
"""The languages of the pages; the first is that of those who accept none."""
YEAR = 31_536_000
HASHED = re.compile(r"-[\w-]{8}\.\w+$")
"""What the name of a file ends with that carries a digest of its content."""
WORKERS = ("layout.worker", "editor.worker", "graphql.worker", "json.worker")
"""How the names of worker scripts begin: a worker has the policy of its own answer."""

STRICT = {
    "default-src": "'none'",
    "script-src": "'self'",
    "style-src": "'self'",
    "img-src": "'self' data: blob:",
    "font-src": "'self'",
    "connect-src": "'self'",
    "worker-src": "'self'",
    "base-uri": "'none'",
    "form-action": "'self'",
    "frame-ancestors": "'none'",
}
POLICIES: Mapping[str, Mapping[str, str]] = {
    "strict": {**STRICT, "require-trusted-types-for": "'script'", "trusted-types": "svelte-trusted-html partnergraph"},
    # GraphiQL's editor writes <style> elements at run time and knows no Trusted Types; scripts are as strict as elsewhere.
    "editor": {**STRICT, "style-src": "'self' 'unsafe-inline'", "font-src": "'self' data:"},
    "asset": {"default-src": "'none'"},
    "worker": {"default-src": "'none'", "script-src": "'self'", "connect-src": "'self'"},
}
"""Content-Security-Policy by name; pages.json says which a page has."""


def security(policy: str) -> dict[str, str]:
    """The headers that protect an answer, with one of `POLICIES`."""
    return {
        "Content-Security-Policy": "; ".join(f"{name} {value}" for name, value in POLICIES[policy].items()),
        "X-Content-Type-Options": "nosniff",
        "X-Frame-Options": "DENY",
        "Referrer-Policy": "same-origin",
        "Cross-Origin-Opener-Policy": "same-origin",
        "Cross-Origin-Resource-Policy": "same-origin",
        "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
        "Strict-Transport-Security": f"max-age={YEAR}",
    }


@dataclass(frozen=True, kw_only=True)
class Page:
    """A page of the web app, as pages.json lists it: it stands at `/{language}/{path}`."""

    name: str
    path: str
    policy: str
    status: int


def language_of(accepted: str) -> str:
    """The best of `LANGUAGES` for an Accept-Language header; what cannot be read counts as not said."""
    ranked: list[tuple[float, int, str]] = []
    for place, part in enumerate(accepted.split(",")):
        tag, _, quality = part.partition(";")
        number = quality.strip().removeprefix("q=")
        weight = float(number) if number.replace(".", "", 1).isdecimal() else 1.0
        ranked.append((-weight, place, tag.strip().lower()[:2]))
    return next((tag for weight, _, tag in sorted(ranked) if tag in LANGUAGES and weight), LANGUAGES[0])


class WebApp:
    """Serves a built web app from a directory; where there is none, says why."""

    def __init__(self, built: Path = BUILT) -> None:
        self._built = built

    @property
    def missing(self) -> str | None:
        """Why there is no web app; None where there is one."""
        if (self._built / "build.json").is_file():
            return None
        reason = self._built / "unavailable.json"
        return str(json.loads(reason.read_text("utf-8"))["reason"]) if reason.is_file() else "It was not built when this package was installed."

    def routes(self) -> list[BaseRoute]:
        """The web app's routes, which come after those of the API."""
        if self.missing:
            log.warning("there is no web app, only the API: %s", self.missing)
        return [
            Route("/", self.to_language),
            Route("/graphiql", self.to_language),
            Route("/assets/{name:path}", self.asset),
            Route("/{language}/", self.page),
            Route("/{language}/{path:path}", self.page),
            Route("/{path:path}", self.nowhere),
        ]

    async def to_language(self, request: Request) -> Response:
        """Sends a visitor without a language in the path to the one the browser asks for."""
        if self.missing:
            return self._unavailable()
        language = language_of(request.headers.get("accept-language", ""))
        query = f"?{request.url.query}" if request.url.query else ""
        page = "" if request.url.path == "/" else request.url.path.removeprefix("/")
        headers = {**security("asset"), "Vary": "Accept-Language", "Cache-Control": "no-cache"}
        return RedirectResponse(f"/{language}/{page}{query}", 307, headers)

    async def page(self, request: Request) -> Response:
        """A page in a language."""
        language, path = request.path_params["language"], request.path_params.get("path", "")
        if language not in LANGUAGES:
            return await self.nowhere(request)
        return self._page(request, language, path)

    async def nowhere(self, request: Request) -> Response:
        """What stands at an address that nobody knows."""
        return self._page(request, language_of(request.headers.get("accept-language", "")), None)

    async def asset(self, request: Request) -> Response:
        """A built file; where its name changes with its content, it may be kept for ever."""
        directory = (self._built / "assets").resolve()
        path = (directory / request.path_params["name"]).resolve()
        if not path.is_relative_to(directory) or not path.is_file() or path.suffix in {".br", ".gz"}:
            return Response("not found", 404, {**security("asset"), "Cache-Control": "no-cache"}, "text/plain")
        policy = "worker" if path.name.startswith(WORKERS) else "asset"
        kept = f"public, max-age={YEAR}, immutable" if HASHED.search(path.name) else "no-cache"
        return _packed(request, path, headers={**security(policy), "Cache-Control": kept})

    def _pages(self) -> dict[str, Page]:
        listed = json.loads((self._built / "pages.json").read_text("utf-8"))
        return {page["path"]: Page(**page) for page in listed}

    def _page(self, request: Request, language: str, path: str | None) -> Response:
        if self.missing:
            return self._unavailable()
        pages = self._pages()
        page = pages.get(path) if path is not None else None
        if page is None or page.status != 200:
            page = next(page for page in pages.values() if page.status == 404)
        headers = {**security(page.policy), "Cache-Control": "no-cache", "Content-Language": language}
        return _packed(request, self._built / "pages" / language / f"{page.name}.html", status=page.status, headers=headers)

    def _unavailable(self) -> Response:
        reason = html.escape(self.missing or "")
        return HTMLResponse(UNAVAILABLE.replace("{reason}", reason), 503, {**security("asset"), "Cache-Control": "no-store"})


def _packed(request: Request, path: Path, *, headers: Mapping[str, str], status: int = 200) -> Response:
    """A file, as small as the caller can read it; 304 where the caller has it."""
    media = mimetypes.guess_type(path.name)[0] or "application/octet-stream"
    sent, encoding = path, {}
    accepted = {part.partition(";")[0].strip() for part in request.headers.get("accept-encoding", "").split(",")}
    for name, suffix in (("br", ".br"), ("gzip", ".gz")):
        smaller = path.with_name(path.name + suffix)
        if name in accepted and smaller.is_file():
            sent, encoding = smaller, {"Content-Encoding": name}
            break
    stat = sent.stat()
    response = FileResponse(sent, status, {**headers, "Vary": "Accept-Encoding", **encoding}, media, stat_result=stat)
    if status == 200 and _has(request, response):
        return NotModifiedResponse(Headers(raw=response.raw_headers))
    return response


def _has(request: Request, response: Response) -> bool:
    """Whether the caller has this answer already: told by its tag or, without one, by its date."""
    tags = request.headers.get("if-none-match")
    if tags is None:
        return request.headers.get("if-modified-since") == response.headers["last-modified"]
    return response.headers["etag"] in [tag.strip().removeprefix("W/") for tag in tags.split(",")]


def routes(built: Path = BUILT) -> list[BaseRoute]:
    """The routes of the web app that was built with this package."""
    return WebApp(built).routes()


UNAVAILABLE = """<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>Partnergraph: no web app here</title></head>
<body><main><h1>The web app is not part of this installation</h1>
<p>{reason}</p>
<p>The API works: it answers at <code>/graphql</code>, and its schema is at <a href="/graphql/schema.graphql">/graphql/schema.graphql</a>.</p>
</main></body></html>
"""
