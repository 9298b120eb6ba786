"""The gate: what every request passes before the routes (hosts, origins, quotas) and every answer after them (its id)."""

from __future__ import annotations

import functools
import hashlib
import ipaddress
import re
import uuid
from collections.abc import Awaitable, Callable, Iterable, MutableMapping
from typing import Any

from graph_api.quota import Quota
from graph_api.telemetry import Metrics, request_id
from graph_api.transport import Reply, refused, send_reply

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]
App = Callable[[Scope, Receive, Send], Awaitable[None]]

LOOPBACK = ("localhost", "127.0.0.1", "[::1]")
RATE = 20.0
"""Requests to the API a second that an address, and a token, may make on average."""
BURST = 200.0
"""Requests that may come at once."""
API = ("/graphql", "/import", "/picture", "/session")
"""Paths that, beside those below /export and /session, pages of other origins may not ask, and for which there are quotas."""
SAFE = (
    (b"content-security-policy", b"default-src 'none'; frame-ancestors 'none'"),
    (b"cross-origin-resource-policy", b"same-origin"),
    (b"referrer-policy", b"no-referrer"),
    (b"x-content-type-options", b"nosniff"),
)
"""Headers of every answer that does not say otherwise, as the web app's pages do."""
_ID = re.compile(rb"[A-Za-z0-9._-]{8,64}")


def allowed_hosts(listening: str, given: str) -> frozenset[str]:
    """The names under which the service answers; empty: under any.

    Those of the setting, else, where only this machine is listened to, its own names. So a page of a stranger cannot reach a
    service on loopback by giving its own name the address 127.0.0.1 (DNS rebinding).
    """
    names = [name.strip().lower() for name in given.split(",") if name.strip()]
    if names:
        return frozenset(() if "*" in names else names)
    return frozenset(LOOPBACK) if f"[{listening}]" in LOOPBACK or listening in LOOPBACK else frozenset()


@functools.lru_cache(1000)
def is_loopback(address: str) -> bool:
    """Whether an address is this machine's own; such callers have no quota."""
    try:
        return ipaddress.ip_address(address).is_loopback
    except ValueError:
        return False


class Gate:
    """Stands around the service as ASGI middleware."""

    def __init__(self, app: App, *, hosts: frozenset[str], metrics: Metrics, quota: Quota | None = None) -> None:
        self._app, self._hosts, self._metrics = app, hosts, metrics
        self._quota = Quota(rate=RATE, burst=BURST) if quota is None else quota

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answers one request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        headers: dict[bytes, bytes] = dict(scope["headers"])
        own = headers.get(b"x-request-id", b"")
        mark = own if _ID.fullmatch(own) else uuid.uuid4().hex.encode()
        request_id.set(mark.decode())

        async def marked(message: MutableMapping[str, Any]) -> None:
            if message["type"] == "http.response.start":
                kept = message["status"] == 304  # its headers replace those of the answer that the browser has, and those must stay
                message["headers"] = completed(message.get("headers", ()), mark, () if kept else SAFE)
            await send(message)

        refusal = self._refusal(scope, headers)
        if refusal is None:
            await self._app(scope, receive, marked)
            return
        self._metrics.count("partnergraph_requests_total", "none", str(refusal.status))
        self._metrics.count("partnergraph_errors_total", *refusal.codes)
        await send_reply(refusal, marked)

    def _refusal(self, scope: Scope, headers: dict[bytes, bytes]) -> Reply | None:
        host = headers.get(b"host", b"").decode("latin-1").lower()
        if self._hosts and _name(host) not in self._hosts:
            return refused(421, "HOST", "this service does not answer under that name (setting PARTNERGRAPH_HOSTS)")
        if scope["path"] not in API and not scope["path"].startswith(("/export/", "/session/")):
            return None
        origin = headers.get(b"origin", b"").decode("latin-1").lower()
        if origin and origin.partition("://")[2] != host:
            return refused(403, "ORIGIN", "pages of other origins may not ask this service", vary="Origin")
        return self._over_quota(scope, headers)

    def _over_quota(self, scope: Scope, headers: dict[bytes, bytes]) -> Reply | None:
        address = (scope.get("client") or ("",))[0]
        if is_loopback(address):
            return None
        names = [_network(address)]
        if token := headers.get(b"authorization"):
            names.append("t" + hashlib.sha256(token).hexdigest()[:32])
        wait = max((self._quota.take(name) for name in names), default=0.0)
        if not wait:
            return None
        return refused(429, "TOO_MANY_REQUESTS", f"too many requests; allowed: {RATE:g} a second", retry_after=str(max(1, round(wait + 0.5))))


def completed(headers: Iterable[tuple[bytes, bytes]], mark: bytes, needed: Iterable[tuple[bytes, bytes]] = SAFE) -> list[tuple[bytes, bytes]]:
    """The headers of an answer with those that it lacks and needs, and the request's id."""
    given = list(headers)
    known = {name.lower() for name, _ in given}
    return [*given, *((name, value) for name, value in needed if name not in known), (b"x-request-id", mark)]


def _name(host: str) -> str:
    """The name in a Host header, without its port."""
    return host.partition("]")[0] + "]" if host.startswith("[") else host.partition(":")[0]


def _network(address: str) -> str:
    """An address; of IPv6 its /64 network, which is what one customer has."""
    try:
        parsed = ipaddress.ip_address(address)
    except ValueError:
        return "a" + address[:64]
    return f"a{ipaddress.ip_network((parsed, 64), strict=False)}" if parsed.version == 6 else f"a{parsed}"
