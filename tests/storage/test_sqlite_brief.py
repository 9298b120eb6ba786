"""The embedded store answers in the thread that asks what takes a moment, and in another one what takes longer."""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import AsyncGenerator
from pathlib import Path
from typing import Any

import pytest

from graph_api.storage import open_store, sqlite, sqlite_connections
from graph_api.storage.base import Selection, Shape, Store
from tests.worlds import SMALL, settle

ALL = Selection(shapes=(Shape(kind="municipality", properties=("name",)),))
HERE, ELSEWHERE = True, False


@pytest.fixture
async def store(tmp_path: Path) -> AsyncGenerator[Store]:
    store = open_store(f"file:{tmp_path / 'network.db'}")
    await store.prepare()
    await settle(store, SMALL)
    yield store
    await store.close()


@pytest.fixture
def seen(monkeypatch: pytest.MonkeyPatch) -> list[bool]:
    """Where each selection was read, in the order in which they were begun."""
    seen: list[bool] = []

    class Watched(sqlite3.Connection):
        def execute(self, *given: Any) -> sqlite3.Cursor:
            if str(given[0]).startswith(("SELECT CAST", "WITH")):
                seen.append(threading.current_thread() is threading.main_thread())
            return super().execute(*given)

    connect = sqlite3.connect
    monkeypatch.setattr(sqlite3, "connect", lambda *given, **more: connect(*given, factory=Watched, **more))  # pyright: ignore
    return seen


async def test_what_takes_a_moment_is_read_in_the_thread_that_asks(store: Store, seen: list[bool]) -> None:
    [[_, rows]] = await store.select(ALL)
    assert (len(rows), seen) == (5, [HERE])


async def test_what_takes_longer_is_read_in_another_thread_and_not_tried_again_for_a_while(
    store: Store, seen: list[bool], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sqlite_connections, "MOMENT", -1.0)
    monkeypatch.setattr(sqlite_connections, "STEPS", 1)
    expected = await store.select(ALL)
    assert (len(expected[0][1]), seen) == (5, [HERE, ELSEWHERE])
    assert await store.select(ALL) == expected
    assert seen == [HERE, ELSEWHERE, ELSEWHERE]


async def test_after_that_while_it_is_tried_again(store: Store, seen: list[bool], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sqlite_connections, "MOMENT", -1.0)
    monkeypatch.setattr(sqlite_connections, "STEPS", 1)
    monkeypatch.setattr(sqlite, "LONG_SECONDS", -1.0)
    await store.select(ALL)
    await store.select(ALL)
    assert seen == [HERE, ELSEWHERE, HERE, ELSEWHERE]
