"""Traces: none unless they are wanted, and then nothing of people."""

from __future__ import annotations

import logging
from typing import Any

import httpx
import pytest
from opentelemetry.sdk.trace import ReadableSpan, TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

from graph_api.server import create_app
from graph_api.settings import Settings
from graph_api.storage import open_store
from graph_api.tracing import Traced, traced

QUERY = '{ municipalities(filter: {text: "Anna Adler"}) { totalCount } }'


async def spans(*requests: tuple[str, str, dict[str, str]]) -> list[ReadableSpan]:
    """The spans of some requests."""
    exporter, provider, store = InMemorySpanExporter(), TracerProvider(), open_store("memory:")
    provider.add_span_processor(SimpleSpanProcessor(exporter))
    await store.prepare()
    app: Any = Traced(create_app(Settings(), store), provider)
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app=app), base_url="http://127.0.0.1:8000") as client:
        for method, path, headers in requests:
            await client.request(method, path, headers=headers, json={"query": QUERY} if method == "POST" else None)
    await store.close()
    return list(exporter.get_finished_spans())


async def test_a_request_is_a_span_that_holds_nothing_of_people() -> None:
    [span] = await spans(("POST", "/graphql?name=Anna", {"x-request-id": "request-1234"}))
    assert span.name == "POST /graphql"
    assert dict(span.attributes or {}) == {
        "http.request.method": "POST",
        "http.route": "/graphql",
        "http.response.status_code": 200,
        "partnergraph.request": "request-1234",
    }
    assert "Anna" not in span.to_json()


async def test_a_span_is_within_the_trace_of_the_caller() -> None:
    [span] = await spans(("POST", "/graphql", {"traceparent": f"00-{'ab' * 16}-{'cd' * 8}-01"}))
    assert span.context
    assert span.parent
    assert (f"{span.context.trace_id:032x}", f"{span.parent.span_id:016x}") == ("ab" * 16, "cd" * 8)


async def test_probes_are_not_traced_and_paths_are_few() -> None:
    found = await spans(("GET", "/healthz", {}), ("GET", "/metrics", {}), ("GET", "/readyz", {}), ("GET", "/en/somebody-s-name", {}))
    assert [span.name for span in found] == ["GET /readyz", "GET /"]


@pytest.mark.parametrize(
    "environment",
    [{}, {"OTEL_SERVICE_NAME": "us"}, {"OTEL_EXPORTER_OTLP_ENDPOINT": ""}, {"OTEL_EXPORTER_OTLP_ENDPOINT": "http://c", "OTEL_SDK_DISABLED": "true"}],
)
def test_nothing_is_traced_unless_it_is_wanted(environment: dict[str, str]) -> None:
    async def app(*_: Any) -> None: ...

    assert traced(app, environment) is app


def test_where_the_package_is_missing_the_log_says_so(caplog: pytest.LogCaptureFixture) -> None:
    pytest.importorskip("opentelemetry.sdk")

    async def app(*_: Any) -> None: ...

    try:
        import opentelemetry.exporter.otlp.proto.http  # type: ignore[import-not-found]  # noqa: F401
    except ImportError:
        with caplog.at_level(logging.WARNING, "partnergraph.tracing"):
            assert traced(app, {"OTEL_EXPORTER_OTLP_ENDPOINT": "http://collector:4318"}) is app
        assert "pip install 'partnergraph[tracing]'" in caplog.text
