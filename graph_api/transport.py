"""GraphQL over HTTP: from method, headers and body to a question, from an answer to status, headers and bytes.

Follows the GraphQL-over-HTTP specification with both media types. `application/graphql-response+json` has the status say
how it went: 200 with data, 400 where the question cannot be run, 503 where nothing came. `application/json`, for older
clients, has 200 for every well-formed question. What is not even a question is refused with 4xx in both.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, MutableMapping
from dataclasses import dataclass, field
from typing import Any, cast
from urllib.parse import parse_qsl

import orjson

from graph_api.schema.engine import Answer, Outcome, Question
from graph_api.schema.guards import BY_CALLER
from graph_api.schema.sizes import MOST_BYTES

RESPONSE = "application/graphql-response+json"
JSON = "application/json"

API_HEADERS = {"cache-control": "no-store", "vary": "Accept, Authorization, Origin"}
"""Headers of every answer of the API beside those of the whole service (gate)."""


@dataclass(frozen=True, kw_only=True)
class Reply:
    """What goes back over HTTP."""

    status: int
    body: bytes
    media: str
    """Media type of the body."""
    headers: Mapping[str, str] = field(default_factory=dict[str, str])
    codes: tuple[str, ...] = ()
    label: str = ""


_ALWAYS = [(name.encode(), value.encode()) for name, value in API_HEADERS.items()]


async def send_reply(reply: Reply, send: Callable[[MutableMapping[str, Any]], Awaitable[None]]) -> None:
    """Sends a reply over ASGI."""
    headers = [(b"content-type", f"{reply.media}; charset=utf-8".encode()), (b"content-length", b"%d" % len(reply.body))]
    own = [(name.encode("latin-1"), value.encode("latin-1")) for name, value in reply.headers.items()]
    told = {name for name, _ in own}
    headers += [header for header in _ALWAYS if header[0] not in told]
    await send({"type": "http.response.start", "status": reply.status, "headers": headers + own})
    await send({"type": "http.response.body", "body": reply.body})


def refused(status: int, code: str, message: str, *, media: str = JSON, **headers: str) -> Reply:
    """The reply to a request that brings no question: errors with a code, no data."""
    body = orjson.dumps({"errors": [{"message": message, "extensions": {"code": code, "classification": BY_CALLER}}]})
    return Reply(status=status, body=body, media=media, headers={k.replace("_", "-"): v for k, v in headers.items()}, codes=(code,))


def replied(answer: Answer, media: str) -> Reply:
    """The reply that brings an answer."""
    status, headers = _STATUS[answer.outcome]
    if media == JSON and status != 405:
        status = 200
    return Reply(status=status, body=answer.body, media=media, headers=headers, codes=answer.codes, label=answer.label)


_STATUS: Mapping[Outcome, tuple[int, Mapping[str, str]]] = {
    Outcome.ANSWERED: (200, {}),
    Outcome.REFUSED: (400, {}),
    Outcome.READS_ONLY: (405, {"allow": "POST"}),
    Outcome.AWAY: (503, {"retry-after": "2"}),
}


# ── what may come ─────────────────────────────────────────────────────────────────────────────────────────────────────


def accepted(accept: str | None) -> str | None:
    """The media type that an Accept header likes best of the two there are; None where it takes neither.

    Without a header, and for `*/*`, it is `application/json`: who says nothing is an older client.
    """
    if not accept or not accept.strip():
        return JSON
    liked = {RESPONSE: _liking(accept, RESPONSE), JSON: _liking(accept, JSON)}
    best = RESPONSE if liked[RESPONSE] > liked[JSON] or (liked[RESPONSE] == liked[JSON] and liked[RESPONSE][1] == 2) else JSON
    return best if liked[best][0] > 0 else None


def _liking(accept: str, media: str) -> tuple[float, int]:
    """How much a media type is liked (0 to 1), and how exactly it is named (2 by name, 1 as application/*, 0 as */*)."""
    found = (0.0, -1)
    for part in accept.split(",")[:50]:
        name, *parameters = (p.strip().lower() for p in part.split(";"))
        exactness = {media: 2, "application/*": 1, "*/*": 0}.get(name, -1)
        if exactness > found[1]:
            found = (_quality(parameters), exactness)
    return found


def _quality(parameters: list[str]) -> float:
    for parameter in parameters:
        name, _, value = parameter.partition("=")
        if name.strip() == "q":
            try:
                return min(1.0, max(0.0, float(value)))
            except ValueError:
                return 0.0
    return 1.0


def check_type(content_type: str | None, encoding: str | None) -> Reply | None:
    """The refusal of a body that is not plain JSON in UTF-8."""
    name, *parameters = (p.strip().lower() for p in (content_type or "").split(";"))
    charset = next((p.partition("=")[2].strip().strip('"') for p in parameters if p.startswith("charset")), "utf-8")
    if name != JSON or charset not in ("utf-8", "utf8"):
        return refused(415, "MEDIA_TYPE", f"the body's type is {(content_type or 'not given')[:100]}; allowed: {JSON} in UTF-8", accept=JSON)
    if encoding and encoding.strip().lower() != "identity":
        return refused(415, "MEDIA_TYPE", "the body is encoded; send it as it is", accept_encoding="identity")
    return None


def too_long() -> Reply:
    """The refusal of a body that is too long."""
    return refused(413, "TOO_LARGE", f"the body is too long; allowed: {MOST_BYTES:,} bytes", connection="close")


# ── questions ─────────────────────────────────────────────────────────────────────────────────────────────────────────


def posted(body: bytes) -> Question | str:
    """The question in a body; what is wrong with it as a sentence."""
    try:
        document: Any = orjson.loads(body)
    except orjson.JSONDecodeError as e:
        return f"the body is not JSON in UTF-8: {e.msg}"
    return _question(document, reads_only=False)


def asked(query_string: bytes) -> Question | str:
    """The question in the parameters of a GET request; what is wrong with them as a sentence."""
    try:
        given = dict(parse_qsl(query_string.decode("ascii"), keep_blank_values=True, encoding="utf-8", errors="strict", max_num_fields=20))
    except ValueError:
        return "the parameters are not percent-encoded UTF-8, or there are more than 20"
    document: dict[str, Any] = dict(given)
    for name in ("variables", "extensions"):
        if name in given:
            try:
                document[name] = orjson.loads(given[name] or "null")
            except orjson.JSONDecodeError as e:
                return f"{name} is not JSON: {e.msg}"
    document["operationName"] = given.get("operationName") or None
    return _question(document, reads_only=True)


def _question(document: object, *, reads_only: bool) -> Question | str:
    if not isinstance(document, dict):
        return "a request is one JSON object with a query; lists of requests are not taken" if isinstance(document, list) else "a request is a JSON object"
    given = cast("dict[str, Any]", document)
    query, name, variables, extensions = (given.get(n) for n in ("query", "operationName", "variables", "extensions"))
    if not isinstance(query, str) or not query.strip():
        return "query has to be a text that is not empty"
    if name is not None and not isinstance(name, str):
        return "operationName has to be a text or null"
    if variables is not None and not isinstance(variables, dict):
        return "variables have to be an object or null"
    if extensions is not None and not isinstance(extensions, dict):
        return "extensions have to be an object or null"
    return Question(query=query, operation=name or None, variables=cast("dict[str, Any]", variables or {}), reads_only=reads_only)
