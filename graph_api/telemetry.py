"""Telemetry: what the service counts and writes down, without query texts, addresses or anything else of people."""

from __future__ import annotations

import contextvars
import datetime
import logging
import traceback
from collections import Counter as Tally
from collections.abc import Iterator
from typing import Any, Literal

import orjson
from prometheus_client import CollectorRegistry, Counter, Histogram, ProcessCollector, disable_created_metrics, generate_latest

BUCKETS = (0.005, 0.025, 0.1, 0.25, 1.0, 2.5, 8.0)
"""Upper ends, in seconds, of the groups in which times are counted."""
MOST_LABELS = 500
"""Different values of a label that are counted apart; further ones are counted as `other`."""

request_id: contextvars.ContextVar[str] = contextvars.ContextVar("request_id", default="")
"""The id of the request that is being answered."""


class Metrics:
    """Counts since the start of this process, and the process itself, for Prometheus."""

    def __init__(self) -> None:
        disable_created_metrics()
        self._registry = CollectorRegistry()
        ProcessCollector(registry=self._registry)
        self._counters = {name: Counter(name, doc, labels, registry=self._registry) for name, (doc, *labels) in COUNTED.items()}
        self._histograms = {name: Histogram(name, doc, (label,), registry=self._registry, buckets=BUCKETS) for name, (doc, label) in TIMED.items()}
        self._known: dict[str, set[tuple[str, ...]]] = {name: set() for name in (*COUNTED, *TIMED)}

    def count(self, name: str, *labels: str) -> None:
        """Counts one of something."""
        self._counters[name].labels(*self._bounded(name, labels)).inc()

    def time(self, name: str, label: str, seconds: float) -> None:
        """Counts a time."""
        self._histograms[name].labels(*self._bounded(name, (label,))).observe(seconds)

    def looked(self, there: bool) -> None:
        """Counts a look for a query text."""
        self.count("partnergraph_cache_total", "documents", "hit" if there else "miss")

    def fitted(self, seconds: float) -> None:
        """Counts a fitting of the matcher."""
        self.time("partnergraph_matcher_seconds", "fit", seconds)

    def text(self) -> str:
        """All of it in the text form of Prometheus."""
        return generate_latest(self._registry).decode()

    def _bounded(self, name: str, labels: tuple[str, ...]) -> tuple[str, ...]:
        known = self._known[name]
        if len(known) < MOST_LABELS:
            known.add(labels)
        return labels if labels in known else ("other",) * len(labels)


COUNTED = {
    "partnergraph_requests_total": ("Requests to the API, by operation and HTTP status.", "operation", "status"),
    "partnergraph_errors_total": ("Errors in answers, by code.", "code"),
    "partnergraph_cache_total": ("Looks into what is kept (documents: query texts that were read and validated), by whether it was there.", "cache", "outcome"),
}
TIMED = {
    "partnergraph_request_seconds": ("Time of answers of the API, by operation.", "operation"),
    "partnergraph_store_seconds": ("Time of the store's answers, by verb.", "verb"),
    "partnergraph_matcher_seconds": ("Time of the matcher's work: fit, whenever somebody asks after the network or the day has changed.", "work"),
}


# ── logs ──────────────────────────────────────────────────────────────────────────────────────────────────────────────


class Plain(logging.Formatter):
    """A record as text. Of an exception it tells type and way, not what it says: a library may put there what it was given, which may be people's."""

    def formatMessage(self, record: logging.LogRecord) -> str:  # noqa: N802 - logging's name
        """The first line of the message: into others asyncio puts its objects with all that they hold."""
        return super().formatMessage(record).partition("\n")[0]

    def formatException(self, ei: Any) -> str:  # noqa: N802 - logging's name
        """As Python tells of an exception, without what it says."""
        return "".join(_way(ei[1]))


def _way(error: BaseException) -> Iterator[str]:
    behind = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
    if behind:
        yield from (*_way(behind), "\n\nwhich led to:\n\n")
    yield from ("Traceback (most recent call last):\n", *traceback.format_tb(error.__traceback__), type(error).__name__)


class Lines(Plain):
    """A record as one JSON document a line."""

    def format(self, record: logging.LogRecord) -> str:
        """The line."""
        record.message = record.getMessage()
        line: dict[str, object] = {
            "time": datetime.datetime.fromtimestamp(record.created, datetime.UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": self.formatMessage(record),
        }
        if record.exc_info:
            line["exception"] = self.formatException(record.exc_info)
        if own := request_id.get():
            line["request"] = own
        return orjson.dumps(line | getattr(record, "fields", {}), default=str).decode()


class Seldom(logging.Filter):
    """Lets the same message pass only a few times a minute, so that no caller can fill the disk."""

    def __init__(self, most: int = 10) -> None:
        super().__init__()
        self._most, self._minute, self._seen = most, 0, Tally[tuple[str, int, str]]()

    def filter(self, record: logging.LogRecord) -> bool:
        """Whether the record passes."""
        minute = int(record.created // 60)
        if minute != self._minute:
            self._minute = minute
            self._seen.clear()
        place = (record.pathname, record.lineno, type(record.exc_info[1]).__name__ if record.exc_info else "")
        self._seen[place] += 1
        return self._seen[place] <= self._most


def set_up_logs(form: Literal["text", "json"]) -> None:
    """Sends the program's records, and every library's from warnings on, to stderr; one line each in JSON if wanted."""
    handler = logging.StreamHandler()
    handler.addFilter(Seldom())
    handler.setFormatter(Lines() if form == "json" else Plain("%(asctime)s %(levelname)s %(name)s: %(message)s"))
    logging.basicConfig(handlers=[handler], level=logging.WARNING, force=True)
    logging.getLogger("partnergraph").setLevel(logging.INFO)
    server = logging.getLogger("uvicorn")
    server.handlers, server.propagate = [], True
