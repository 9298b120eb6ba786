"""The endpoint: GraphQL over HTTP on Starlette."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable

from starlette.requests import ClientDisconnect, Request
from starlette.types import Receive, Scope, Send

from graph_api.errors import SettingsError, Unauthenticated
from graph_api.schema.context import Context
from graph_api.schema.engine import PATIENCE, Engine, Question
from graph_api.schema.sizes import MOST_BYTES
from graph_api.telemetry import Metrics
from graph_api.transport import JSON, RESPONSE, Reply, accepted, asked, check_type, posted, refused, replied, send_reply, too_long

log = logging.getLogger("partnergraph.server")


class Endpoint:
    """GraphQL over HTTP on Starlette: reads the request, has it answered, sends the reply."""

    def __init__(self, engine: Engine, context: Callable[[Request], Awaitable[Context]], metrics: Metrics) -> None:
        self._engine, self._context, self._metrics = engine, context, metrics

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answers one request."""
        began = time.perf_counter()
        reply = await self._reply(Request(scope, receive))
        self._metrics.count("partnergraph_requests_total", reply.label or "none", str(reply.status))
        self._metrics.time("partnergraph_request_seconds", reply.label or "none", time.perf_counter() - began)
        for code in reply.codes:
            self._metrics.count("partnergraph_errors_total", code)
        await send_reply(reply, send)

    async def _reply(self, request: Request) -> Reply:
        if request.method not in ("GET", "HEAD", "POST"):
            return refused(405, "METHOD", f"{request.method[:20]} is not answered here; allowed: GET, POST", allow="GET, POST")
        media = accepted(request.headers.get("accept"))
        if media is None:
            return refused(406, "NOT_ACCEPTABLE", f"the answer is {RESPONSE} or {JSON}, and the request accepts neither")
        question = await _posted(request) if request.method == "POST" else asked(request.scope["query_string"])
        if isinstance(question, str):
            return refused(400, "BAD_REQUEST", question)
        if isinstance(question, Reply):
            return question
        try:
            context = await self._context(request)
        except Unauthenticated as e:
            return refused(401, e.code, str(e), www_authenticate="Bearer")
        except SettingsError as e:
            log.error("no token can be read: %s", e)  # noqa: TRY400 - the sentence says all
            return refused(503, "UNAVAILABLE", "the service cannot read tokens now; its log says why", retry_after="60")
        return replied(await self._engine.answer(question, context), media)


async def _posted(request: Request) -> Question | Reply | str:
    """The question in a body, which is read no further than is allowed; else the refusal, or what is wrong."""
    if refusal := check_type(request.headers.get("content-type"), request.headers.get("content-encoding")):
        return refusal
    body = bytearray()
    try:
        async with asyncio.timeout(PATIENCE):
            if int(request.headers.get("content-length", "0")) > MOST_BYTES:
                return too_long()
            async for chunk in request.stream():
                body += chunk
                if len(body) > MOST_BYTES:
                    return too_long()
    except TimeoutError:
        return refused(408, "TIMEOUT", "the body did not come in time", connection="close")
    except (ClientDisconnect, ValueError):
        return "the body did not come whole"
    return posted(bytes(body))
