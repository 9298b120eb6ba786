"""Checks: whether an installation is fit for use, point by point, and what to do where it is not."""

from __future__ import annotations

import datetime
import enum
import shutil
import time
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from pathlib import Path

from graph_api.errors import SettingsError, StoreError, StoreUnavailable
from graph_api.model import PLURALS
from graph_api.operations.changes import Editor
from graph_api.operations.freshness import DAILY, Caretaker, Window, stale
from graph_api.settings import Settings
from graph_api.storage.base import Compare, Operator, Order, Reader, Selection, Shape, Store
from graph_api.tokens import LocalTokens, token_reader
from graph_api.web import WebApp

LISTS = ("country", "sdg_goal", "sdg_target", "topic")
"""Kinds that everything else names."""
LITTLE_ROOM = 1 << 30
"""Bytes free on the disk of an embedded store, or three times its size: a backup and a long transaction need as much."""
CLOCK_SECONDS = 60
"""By which clocks of different machines may differ."""


class Verdict(enum.StrEnum):
    """How a check came out."""

    OK = "ok"
    WARN = "warn"
    FAILED = "failed"


@dataclass(frozen=True, kw_only=True)
class Check:
    """One point that was looked at."""

    name: str
    verdict: Verdict
    says: str
    advice: str = ""
    """What to do; empty where there is nothing to do."""


def ok(name: str, says: str) -> Check:
    """A point that is as it should be."""
    return Check(name=name, verdict=Verdict.OK, says=says)


def warn(name: str, says: str, advice: str) -> Check:
    """A point that somebody should look at."""
    return Check(name=name, verdict=Verdict.WARN, says=says, advice=advice)


def failed(name: str, says: str, advice: str) -> Check:
    """A point without which the service does not work as it should."""
    return Check(name=name, verdict=Verdict.FAILED, says=says, advice=advice)


async def examine(
    settings: Settings,
    store: Store,
    *,
    web: WebApp | None = None,
    now: Callable[[], datetime.datetime] = lambda: datetime.datetime.now(datetime.UTC),
) -> AsyncIterator[Check]:
    """Every check, as soon as it is done. `store` does not have to be prepared; nothing is changed."""
    yield keys(settings)
    yield web_app(web or WebApp())
    answered = await answers(store)
    yield answered
    if settings.store.startswith("file:"):
        yield room(Path(settings.store.removeprefix("file:").removeprefix("//")))
    if answered.verdict is Verdict.FAILED:
        return
    for look in (form, lists, recipients):
        yield await look(store)
    yield await clock(store, now())
    yield await due(store)
    yield await freshness(store, now().date())


# ── the installation ──────────────────────────────────────────────────────────────────────────────────────────────────


def keys(settings: Settings) -> Check:
    """Whether tokens can be read."""
    path = Path(settings.key_file)
    try:
        token_reader(settings)
        if settings.auth == "local":
            LocalTokens(path).check()
    except SettingsError as e:
        return failed("keys", str(e), "correct the key file, or the settings that begin with PARTNERGRAPH_AUTH and PARTNERGRAPH_OIDC")
    if settings.auth == "oidc":
        return ok("keys", f"tokens come from {settings.oidc_issuer}, which was not asked")
    return ok("keys", f"tokens are signed with {path}" if path.exists() else f"{path} will be made when it is first needed")


def web_app(web: WebApp) -> Check:
    """Whether there is a web app."""
    return warn("web app", f"there is none: {web.missing}", "make web") if web.missing else ok("web app", "it was built")


def room(file: Path) -> Check:
    """Whether an embedded store can grow."""
    there = next(p for p in (file.parent, *file.parent.resolve().parents) if p.exists())
    free, size = shutil.disk_usage(there).free, file.stat().st_size if file.exists() else 0
    says = f"{free / 1e9:,.1f} GB are free, the store has {size / 1e9:,.1f} GB"
    return ok("disk", says) if free > max(LITTLE_ROOM, 3 * size) else warn("disk", says, "make room on the disk of the store")


# ── the store ─────────────────────────────────────────────────────────────────────────────────────────────────────────


async def answers(store: Store) -> Check:
    """Whether the store answers, and how fast."""
    began = time.perf_counter()
    try:
        revision = await store.revision()
    except StoreUnavailable as e:
        return failed("store", str(e), "see whether the database runs, and whether PARTNERGRAPH_STORE is its address")
    except StoreError as e:
        return failed("store", str(e), "partnergraph load reference, if it is new; else see what docs/settings.md says of PARTNERGRAPH_STORE")
    return ok("store", f"it answers in {1000 * (time.perf_counter() - began):.0f} ms and is at revision {revision}")


async def form(store: Store) -> Check:
    """Whether the store has all that this version of the program needs in it, and is whole."""
    try:
        found = await store.condition()
    except StoreError as e:
        return failed("form", str(e), "start the service once, which prepares the store")
    if found.damage:
        return failed("form", f"it is damaged: {found.damage[0]}", "stop the service, keep the file, and restore the last backup into a new one")
    if found.lacking:
        return warn("form", f"it lacks {', '.join(found.lacking[:5])}", "start the service once, which makes what is missing")
    return ok("form", f"{found.engine}, with everything this version needs")


async def lists(reader: Reader) -> Check:
    """Whether the lists that everything names are there."""
    counts = {kind: await reader.count(kind) for kind in LISTS}
    says = ", ".join(f"{count} {PLURALS[kind].replace('_', ' ')}" for kind, count in counts.items())
    return ok("reference", says) if all(counts.values()) else failed("reference", says, "partnergraph load reference")


async def recipients(reader: Reader) -> Check:
    """Whether countries are on the DAC list, without which no partner municipality is eligible."""
    count = await reader.count("country", Compare(property="dac_group", operator=Operator.EMPTY, value=False))
    says = f"{count} countries are on the DAC list of ODA recipients"
    return ok("DAC list", says) if count else failed("DAC list", says, "partnergraph load reference")


async def clock(reader: Reader, now: datetime.datetime) -> Check:
    """Whether this machine's clock is behind that of whoever wrote last."""
    last = Selection(shapes=(Shape(kind="change", properties=("at",)),), order=Order(property="at", descending=True), first=1)
    [[_, rows]] = await reader.select(last)
    if not rows:
        return ok("clock", f"it is {now:%Y-%m-%d %H:%M} UTC; nothing was changed yet to compare it with")
    at = datetime.datetime.fromisoformat(rows[0][3][0])
    if (at - now).total_seconds() > CLOCK_SECONDS:
        return failed("clock", f"it is {now:%Y-%m-%d %H:%M:%S} UTC, and the last change was made at {at:%Y-%m-%d %H:%M:%S}", "set the clock by NTP")
    return ok("clock", f"it is {now:%Y-%m-%d %H:%M} UTC, the last change was made at {at:%Y-%m-%d %H:%M}")


# ── the data ──────────────────────────────────────────────────────────────────────────────────────────────────────────


async def due(store: Store) -> Check:
    """Whether somebody runs the daily work, and would be believed."""
    day = await Caretaker(Editor(store)).due()
    if day.doubtful:
        advice = f"see whether the clock is right; if it is: partnergraph daily --today {day.on}"
        return warn("daily work", f"it was last done on {day.last}; today it would be refused", advice)
    counts = {"interests to close": day.expired, "people to remind": day.reminded, "people's records to delete": day.deleted}
    says = ", ".join(f"{len(ids)} {what}" for what, ids in counts.items() if ids)
    return warn("daily work", f"due: {says}", "run partnergraph daily once a day") if says else ok("daily work", "nothing is due")


async def freshness(reader: Reader, today: datetime.date) -> Check:
    """How many records nobody has confirmed for long."""
    total = (await stale(reader, DAILY, today, window=Window(first=1))).total
    says = f"{total:,} records or their focuses have not been confirmed for a year"
    return warn("freshness", says, "the maintenance page lists them") if total else ok("freshness", "all records were confirmed within a year")
