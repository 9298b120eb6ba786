"""Sessions of the web app: a token that the browser keeps in a cookie which no script can read, until it is closed."""

from __future__ import annotations

import json
from urllib.parse import quote

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from graph_api.errors import SettingsError, Unauthenticated
from graph_api.operations.viewers import ANYBODY, Viewer
from graph_api.tokens import TokenReader, bearer
from graph_api.transport import API_HEADERS, Reply, refused

COOKIE = "partnergraph"
"""The cookie with the token. Over HTTPS its name begins with `__Host-`, so that no neighbouring host can set it."""
WHO = "partnergraph_who"
"""The cookie that pages read: who is signed in, as JSON in percent encoding. It gives no right to anything."""
LONGEST = 3500
"""Characters of a token; browsers keep 4096 of a cookie."""
OWN_PAGES = ("same-origin", "none", "")
"""What browsers say of where a request comes from (Sec-Fetch-Site) when it is a page of ours, the address bar, or they do not say."""


class Sessions:
    """Who asks, by the header or the cookie of a request; `POST /session` begins a session, `DELETE /session` ends it."""

    def __init__(self, tokens: TokenReader) -> None:
        self._tokens = tokens

    def routes(self) -> list[Route]:
        """The routes."""
        return [Route("/session", self._begin, methods=["POST"]), Route("/session", _end, methods=["DELETE"])]

    async def viewer(self, request: Request) -> Viewer:
        """Who asks; a header goes before the cookie. Raises Unauthenticated for a token that is not good."""
        return await self._tokens.viewer(bearer(request.headers.get("authorization")) or _kept(request))

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
        return _begun(request, token, viewer)


def _begun(request: Request, token: str, viewer: Viewer) -> Response:
    """An answer that leaves both cookies with the browser, for as long as it runs."""
    safe = _over_https(request)
    response = Response(status_code=204, headers=API_HEADERS)
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
