"""Traces of requests for OpenTelemetry, where it is installed (extra `tracing`) and told where to send them; without either nothing happens.

The names of the environment are OpenTelemetry's own: OTEL_EXPORTER_OTLP_ENDPOINT, OTEL_SERVICE_NAME, OTEL_TRACES_SAMPLER and so on. A span
has method, route, status and the request's id: no query, no variables, no address, nothing of people.
"""

from __future__ import annotations

import importlib
import logging
from collections.abc import Awaitable, Callable, Mapping, MutableMapping
from typing import Any

from graph_api.telemetry import request_id

log = logging.getLogger("partnergraph.tracing")

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]
App = Callable[[Scope, Receive, Send], Awaitable[None]]

ENDPOINTS = ("OTEL_EXPORTER_OTLP_ENDPOINT", "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT")
"""One of these says that traces are wanted."""
ROUTES = ("/graphql", "/import", "/session", "/readyz", "/export")
"""Paths that are told; all others are pages and files, `/`. What probes ask again and again (`/healthz`, `/metrics`) is not traced."""
UNTRACED = ("/healthz", "/metrics")


def tracer_provider(environment: Mapping[str, str]) -> Any:
    """What sends spans to the collector that the environment names; None where none is named, or OpenTelemetry is not installed."""
    if not any(environment.get(name) for name in ENDPOINTS) or environment.get("OTEL_SDK_DISABLED", "").lower() == "true":
        return None
    try:
        sdk = importlib.import_module("opentelemetry.sdk.trace")
        export = importlib.import_module("opentelemetry.sdk.trace.export")
        resources = importlib.import_module("opentelemetry.sdk.resources")
        otlp = importlib.import_module("opentelemetry.exporter.otlp.proto.http.trace_exporter")
    except ImportError:
        log.warning("traces are wanted, and OpenTelemetry is not installed: pip install 'partnergraph[tracing]'")
        return None
    named = {} if environment.get("OTEL_SERVICE_NAME") else {"service.name": "partnergraph"}
    provider = sdk.TracerProvider(resource=resources.Resource.create(named))
    provider.add_span_processor(export.BatchSpanProcessor(otlp.OTLPSpanExporter()))
    return provider


class Traced:
    """An ASGI app of whose requests spans are made, each within the trace that the caller began (`traceparent`)."""

    def __init__(self, app: App, provider: Any) -> None:
        self._app, self._provider = app, provider
        self._tracer = provider.get_tracer("partnergraph")
        self._kind = importlib.import_module("opentelemetry.trace").SpanKind.SERVER
        self._extract = importlib.import_module("opentelemetry.propagate").extract

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answers one request; with the service's end the last spans are sent."""
        if scope["type"] == "lifespan":
            await self._app(scope, receive, send)
            self._provider.shutdown()
        elif scope["type"] != "http" or scope["path"] in UNTRACED:
            await self._app(scope, receive, send)
        else:
            await self._answered(scope, receive, send)

    async def _answered(self, scope: Scope, receive: Receive, send: Send) -> None:
        route = next((known for known in ROUTES if scope["path"] == known or scope["path"].startswith(f"{known}/")), "/")
        caller = {name.decode("latin-1"): value.decode("latin-1") for name, value in scope["headers"] if name in (b"traceparent", b"tracestate")}
        told = {"http.request.method": scope["method"][:20], "http.route": route}
        with self._tracer.start_as_current_span(
            f"{told['http.request.method']} {route}", context=self._extract(caller), kind=self._kind, attributes=told, record_exception=False
        ) as span:

            async def noted(message: MutableMapping[str, Any]) -> None:
                if message["type"] == "http.response.start":
                    span.set_attribute("http.response.status_code", message["status"])
                    span.set_attribute("partnergraph.request", request_id.get())
                await send(message)

            await self._app(scope, receive, noted)


def traced(app: App, environment: Mapping[str, str]) -> App:
    """The app, traced where that is wanted."""
    provider = tracer_provider(environment)
    return app if provider is None else Traced(app, provider)
