"""Sessions of the web app: a token that the browser keeps in a cookie which no script can read, until it is closed."""

from __future__ import annotations

import contextlib
import dataclasses
import json
import logging
import re
from collections.abc import Sequence
from urllib.parse import quote, unquote

from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response
from starlette.routing import Route

from graph_api.errors import InvalidInput, SettingsError, Unauthenticated
from graph_api.operations.viewers import ANYBODY, Viewer
from graph_api.provider import BACK, Attempt, Provider
from graph_api.tokens import LocalTokens, TokenReader, bearer
from graph_api.transport import API_HEADERS, Reply, refused

log = logging.getLogger("partnergraph.server")

COOKIE = "partnergraph"
"""The cookie with the token. Over HTTPS its name begins with `__Host-`, so that no neighbouring host can set it."""
WHO = "partnergraph_who"
"""The cookie that pages read: who is signed in, as JSON in percent encoding. It gives no right to anything."""
ATTEMPT = "partnergraph_attempt"
"""The cookie with what belongs to a sign-in at the identity provider, until somebody comes back from there."""
PATIENCE = 600
"""Seconds for that."""
LONGEST = 3500
"""Characters of a token; browsers keep 4096 of a cookie."""
_ORIGIN = re.compile(r"https?://[A-Za-z0-9.:\[\]-]{1,260}")
_PAGE = re.compile(r"/[a-z]{2}/sign-in(\?back=[A-Za-z0-9%._~*+-]{0,1500})?")
"""Pages that may be gone on with: those for signing in."""
OWN_PAGES = ("same-origin", "none", "")
"""What browsers say of where a request comes from (Sec-Fetch-Site) when it is a page of ours, the address bar, or they do not say."""


class Sessions:
    """Who asks, by the header or the cookie of a request.

    `POST /session` begins a session with a token, `DELETE /session` ends it. Where there is an identity provider, `GET /session/begin` leads to
    its page and `GET /session/back` back; since its tokens are often good for minutes only, the session then has a token of our own for a day.
    """

    def __init__(self, tokens: TokenReader, *, provider: Provider | None = None, own: LocalTokens | None = None) -> None:
        self._tokens, self._provider, self._own = tokens, provider, own

    def routes(self) -> list[Route]:
        """The routes."""
        return [
            Route("/session", self._told, methods=["GET"]),
            Route("/session", self._begin, methods=["POST"]),
            Route("/session", _end, methods=["DELETE"]),
            Route("/session/begin", self._leave, methods=["GET"]),
            Route(BACK, self._return, methods=["GET"]),
        ]

    async def viewer(self, request: Request) -> Viewer:
        """Who asks; a header goes before the cookie. Raises Unauthenticated for a token that is not good."""
        if header := bearer(request.headers.get("authorization")):
            return await self._tokens.viewer(header)
        kept = _kept(request)
        if kept and self._provider and self._own:
            with contextlib.suppress(Unauthenticated):
                return await self._own.viewer(kept)
        return await self._tokens.viewer(kept)

    async def _told(self, _: Request) -> Response:
        """Says whether one can sign in at an identity provider."""
        return JSONResponse({"provider": self._provider is not None}, headers=API_HEADERS)

    async def _begin(self, request: Request) -> Response:
        try:
            token = bearer(request.headers.get("authorization"))
            viewer = await self._tokens.viewer(token)
        except Unauthenticated as e:
            return _response(refused(401, e.code, str(e), www_authenticate="Bearer"))
        except SettingsError:
            return _response(refused(503, "UNAVAILABLE", "the service cannot read tokens now; its log says why", retry_after="60"))
        if token is None or viewer is ANYBODY:
            return _response(refused(401, "UNAUTHENTICATED", "a token is needed, in the header Authorization", www_authenticate="Bearer"))
        if len(token) > LONGEST:
            return _response(refused(400, "INVALID_INPUT", f"the token has {len(token):,} characters; a browser can keep {LONGEST:,}"))
        return _with_cookies(Response(status_code=204, headers=API_HEADERS), token, viewer, safe=_over_https(request))

    async def _leave(self, request: Request) -> Response:
        """Sends somebody to the provider's page."""
        origin, page = request.query_params.get("origin", ""), request.query_params.get("page", "")
        ours = _ORIGIN.fullmatch(origin) and origin.partition("://")[2] == request.headers.get("host", "")
        if not self._provider or not ours or not _PAGE.fullmatch(page):
            return _response(refused(400, "BAD_REQUEST", "origin has to be this service's own, page a page for signing in, and a provider set up"))
        try:
            address, attempt = await self._provider.begin(origin=origin, page=page)
        except Unauthenticated as e:
            log.warning("nobody can sign in: %s", e)
            return _redirected(page, "failed")
        response = RedirectResponse(address, 303, API_HEADERS)
        kept = quote(json.dumps(dataclasses.asdict(attempt)), safe="")
        # Lax, since the way back begins at the provider
        response.set_cookie(ATTEMPT, kept, max_age=PATIENCE, path=BACK, secure=origin.startswith("https"), httponly=True, samesite="lax")
        return response

    async def _return(self, request: Request) -> Response:
        """Takes somebody who comes back from the provider."""
        attempt = _attempt(request)
        if not attempt or not self._provider or not self._own:
            return _response(refused(400, "BAD_REQUEST", "no sign-in was begun in this browser, or too long ago; begin again"))
        try:
            tokens = await self._provider.finish(attempt, state=request.query_params.get("state", ""), code=request.query_params.get("code", ""))
            viewer = await self._first_good(tokens)
            response = _with_cookies(_redirected(attempt.page, "arrived"), self._own.issue(viewer, days=1), viewer, safe=attempt.origin.startswith("https"))
        except (Unauthenticated, InvalidInput, SettingsError) as e:
            log.warning("a sign-in failed: %s", e)
            response = _redirected(attempt.page, "failed")
        response.delete_cookie(ATTEMPT, path=BACK, httponly=True, samesite="lax")
        return response

    async def _first_good(self, tokens: Sequence[str]) -> Viewer:
        problem = Unauthenticated("the identity provider gave no token")
        for token in tokens:
            try:
                return await self._tokens.viewer(token)
            except Unauthenticated as e:
                problem = e
        raise problem


def _attempt(request: Request) -> Attempt | None:
    """The sign-in that this browser has begun."""
    try:
        attempt = Attempt(**json.loads(unquote(request.cookies.get(ATTEMPT, ""))))
    except (ValueError, TypeError):
        return None
    return attempt if _ORIGIN.fullmatch(str(attempt.origin)) and _PAGE.fullmatch(str(attempt.page)) else None


def _redirected(page: str, outcome: str) -> RedirectResponse:
    return RedirectResponse(f"{page}{'&' if '?' in page else '?'}{outcome}=1", 303, API_HEADERS)


def _with_cookies(response: Response, token: str, viewer: Viewer, *, safe: bool) -> Response:
    """The answer with both cookies, which the browser keeps for as long as it runs; `safe`: over HTTPS only."""
    response.set_cookie(f"__Host-{COOKIE}" if safe else COOKIE, token, path="/", secure=safe, httponly=True, samesite="strict")
    response.set_cookie(WHO, _told(viewer), path="/", secure=safe, httponly=False, samesite="strict")
    return response


def _told(viewer: Viewer) -> str:
    told = {"role": viewer.role.value, "name": viewer.name, "municipality": viewer.municipality}
    return quote(json.dumps({name: value for name, value in told.items() if value}, ensure_ascii=False, separators=(",", ":")), safe="")


async def _end(_: Request) -> Response:
    response = Response(status_code=204, headers=API_HEADERS)
    for name, secure, hidden in ((f"__Host-{COOKIE}", True, True), (COOKIE, False, True), (WHO, False, False)):
        response.delete_cookie(name, path="/", secure=secure, httponly=hidden, samesite="strict")
    return response


def _kept(request: Request) -> str | None:
    """The token in the cookie; pages of others, even on a neighbouring host or port, cannot use it."""
    if request.headers.get("sec-fetch-site", "") not in OWN_PAGES:
        return None
    return request.cookies.get(f"__Host-{COOKIE}") or request.cookies.get(COOKIE)


def _over_https(request: Request) -> bool:
    """Whether the browser speaks HTTPS, with a proxy between us perhaps, which it says by the page's origin."""
    return request.url.scheme == "https" or request.headers.get("origin", "").startswith("https://")


def _response(reply: Reply) -> Response:
    return Response(reply.body, reply.status, {**API_HEADERS, **reply.headers}, reply.media)
