"""Checks: each point is told apart from the same installation without the fault."""

from __future__ import annotations

import datetime
import sqlite3
from collections.abc import AsyncGenerator
from pathlib import Path

import pytest

from graph_api.checks import Check, Verdict, examine
from graph_api.operations.imports import import_files
from graph_api.settings import Settings
from graph_api.storage import open_store
from graph_api.storage.base import Store
from graph_api.web import WebApp
from seeds import files
from tests.commands import Terminal
from tests.neo4j_server import Neo4jAddress

NOW = datetime.datetime(2026, 5, 4, 12, 0, tzinfo=datetime.UTC)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "network.db"


@pytest.fixture
async def loaded(file: Path) -> AsyncGenerator[Store]:
    """An embedded store with the reference in it."""
    store = open_store(f"file:{file}")
    try:
        await store.prepare()
        await import_files(store, files("reference"))
        yield store
    finally:
        await store.close()


async def found(opened: Store, tmp_path: Path, *, now: datetime.datetime = NOW, **settings: str) -> dict[str, Check]:
    built = tmp_path / "web"
    given = {"store": f"file:{tmp_path / 'network.db'}", "key_file": str(tmp_path / "key"), **settings}
    return {point.name: point async for point in examine(Settings(**given), opened, web=WebApp(built), now=lambda: now)}  # type: ignore[arg-type]


def verdicts(points: dict[str, Check]) -> dict[str, str]:
    return {name: point.verdict.value for name, point in points.items()}


async def test_a_sound_installation_has_every_point_looked_at(loaded: Store, tmp_path: Path) -> None:
    (tmp_path / "web").mkdir()
    (tmp_path / "web" / "build.json").write_text("{}")
    points = await found(loaded, tmp_path, now=datetime.datetime.now(datetime.UTC))
    assert verdicts(points) | {"freshness": "", "disk": ""} == {
        **dict.fromkeys(["keys", "web app", "store", "form", "reference", "DAC list", "clock", "daily work"], "ok"),
        "freshness": "",
        "disk": "",
    }
    assert points["form"].says == f"SQLite {sqlite3.sqlite_version}, with everything this version needs"
    assert points["reference"].says.startswith("250 countries, 17 sdg goals, 169 sdg targets, ")
    assert all((point.verdict is Verdict.OK) == (not point.advice) for point in points.values())


async def test_a_store_that_is_not_there_is_not_made(tmp_path: Path, file: Path) -> None:
    store = open_store(f"file:{file}")
    points = await found(store, tmp_path)
    await store.close()
    assert (points["store"].verdict, "form" in points, file.exists()) == (Verdict.FAILED, False, False)  # noqa: ASYNC240
    assert points["store"].advice.startswith("partnergraph load reference")


async def test_a_database_that_does_not_answer_says_so(tmp_path: Path) -> None:
    store = open_store("bolt://127.0.0.1:1", password="x")
    points = await found(store, tmp_path, store="bolt://127.0.0.1:1")
    await store.close()
    assert points["store"].says == "the store does not answer; try again later"
    assert points["store"].advice.startswith("see whether the database runs")
    assert "disk" not in points


async def test_an_empty_network_lacks_the_lists(tmp_path: Path, file: Path) -> None:
    store = open_store(f"file:{file}")
    await store.prepare()
    points = await found(store, tmp_path)
    await store.close()
    assert {name for name, point in points.items() if point.verdict is Verdict.FAILED} == {"reference", "DAC list"}
    assert points["DAC list"].advice == "partnergraph load reference"


async def test_what_is_missing_in_a_file_is_named(loaded: Store, tmp_path: Path, file: Path) -> None:
    with sqlite3.connect(file) as connection:
        connection.execute('DROP INDEX "country(name_key)"')
        connection.execute('ALTER TABLE "topic" DROP COLUMN "name_es"')
    connection.close()
    form = (await found(loaded, tmp_path))["form"]
    assert (form.verdict, form.says) == (Verdict.WARN, "it lacks topic name_es, country(name_key)")


async def test_a_damaged_file_is_told(loaded: Store, tmp_path: Path, file: Path) -> None:
    await loaded.close()
    with sqlite3.connect(file) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        connection.execute("PRAGMA writable_schema = ON")
        connection.execute(
            "UPDATE sqlite_schema SET rootpage = (SELECT rootpage FROM sqlite_schema WHERE name = 'country(name_key)') WHERE name = 'topic(name_key)'"
        )
    connection.close()
    store = open_store(f"file:{file}")
    form = (await found(store, tmp_path))["form"]
    await store.close()
    assert form.verdict is Verdict.FAILED
    assert form.advice.startswith("stop the service")


@pytest.mark.parametrize(("behind", "verdict"), [(30, Verdict.OK), (61, Verdict.FAILED)])
async def test_a_clock_behind_the_last_change_is_told(loaded: Store, tmp_path: Path, behind: int, verdict: Verdict) -> None:
    async with loaded.transaction() as tx:
        at = (NOW + datetime.timedelta(seconds=behind)).isoformat(timespec="milliseconds")
        await tx.clear()
        await tx.save(
            "change", ["id", "at", "actor", "action"], [["change:x", at, "somebody", "save"], ["change:a", "2020-01-01T00:00:00.000+00:00", "a", "save"]]
        )
    assert (await found(loaded, tmp_path))["clock"].verdict is verdict


async def test_keys_are_looked_at_and_not_made(loaded: Store, tmp_path: Path) -> None:
    key = tmp_path / "key"
    assert (await found(loaded, tmp_path))["keys"].says == f"{key} will be made when it is first needed"
    assert not key.exists()
    key.write_text("no key")
    key.chmod(0o644)
    assert (await found(loaded, tmp_path))["keys"].says == "key can be read by others; allow its owner only: chmod 600"
    key.chmod(0o600)
    assert (await found(loaded, tmp_path))["keys"].verdict is Verdict.FAILED
    assert (await found(loaded, tmp_path, auth="oidc"))["keys"].verdict is Verdict.FAILED
    oidc = await found(loaded, tmp_path, auth="oidc", oidc_issuer="https://id.example.org", oidc_audience="us")
    assert oidc["keys"].says == "tokens come from https://id.example.org, which was not asked"


async def test_a_missing_web_app_is_no_failure(loaded: Store, tmp_path: Path) -> None:
    web = (await found(loaded, tmp_path))["web app"]
    assert (web.verdict, web.advice) == (Verdict.WARN, "make web")


async def test_work_that_is_due_is_told_and_not_done(loaded: Store, tmp_path: Path) -> None:
    async with loaded.transaction() as tx:
        await tx.save("expert", ["id", "name"], [["expert:x", "X"]])
    before = await loaded.revision()
    points = await found(loaded, tmp_path)
    assert (points["daily work"].says, await loaded.revision()) == ("due: 1 people to remind", before)
    assert points["freshness"].verdict is Verdict.WARN


async def test_daily_work_that_would_be_refused_is_told(loaded: Store, tmp_path: Path) -> None:
    async with loaded.transaction() as tx:
        await tx.save("change", ["id", "at", "actor", "action"], [["change:x", "2020-01-01T00:00:00.000+00:00", "daily", "daily"]])
    point = (await found(loaded, tmp_path))["daily work"]
    assert (point.verdict, point.says) == (Verdict.WARN, "it was last done on 2020-01-01; today it would be refused")


def test_the_command_ends_with_1_where_something_failed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    terminal = Terminal(environment={"PARTNERGRAPH_STORE": "file:network.db"})
    failed = terminal("check", "--json")
    assert (failed.code, failed.document["failed"], failed.err) == (1, 1, f"Error: 1 of {len(failed.document['checks'])} checks failed\n")
    terminal("load", "reference")
    fine = terminal("check")
    assert (fine.code, fine.err) == (0, "")
    assert "ok      store       it answers in " in fine.out


@pytest.mark.in_full
async def test_neo4j_tells_its_version_and_what_it_lacks(empty_neo4j: Neo4jAddress, tmp_path: Path) -> None:
    store = open_store(empty_neo4j.url, user=empty_neo4j.user, password=empty_neo4j.password, database=empty_neo4j.database)
    try:
        assert (await found(store, tmp_path))["form"].says == "the store is empty: it has not been prepared"
        await store.prepare()
        assert (await found(store, tmp_path))["form"].says.startswith("Neo4j ")
        with empty_neo4j.driver() as driver:
            driver.execute_query("DROP INDEX municipality_country_key")
        assert (await found(store, tmp_path))["form"].says == "it lacks municipality_country_key"
        await store.prepare()
        assert (await found(store, tmp_path))["form"].verdict is Verdict.OK
    finally:
        await store.close()
