"""The embedded store answers brief selections at once, all others in another thread."""

from __future__ import annotations

import sqlite3
import threading
from pathlib import Path
from typing import Any

import pytest

from graph_api.storage import open_store
from graph_api.storage.base import Compare, Operator, Order, Selection, Shape, Wanted
from graph_api.storage.sqlite_select import is_brief
from tests.worlds import SMALL, settle

MANY = Wanted(relation="departments", selection=Selection(shapes=(Shape(kind="department"),), first=50))


def of(*ids: str, links: tuple[Wanted, ...] = ()) -> Selection:
    return Selection(shapes=(Shape(kind="municipality", properties=("name",), links=links),), filter=Compare(property="id", operator=Operator.IN, value=ids))


@pytest.mark.parametrize(
    ("selection", "brief"),
    [
        (of("municipality:bonn"), True),
        (of(*map(str, range(200))), True),
        (of(*map(str, range(201))), False),
        (of("municipality:bonn", links=(MANY, MANY, MANY)), True),
        (of("municipality:bonn", links=(MANY, MANY, MANY, MANY)), False),
        (of("a", "b", "c", "d", links=(MANY,)), False),
        (Selection(shapes=(Shape(kind="municipality"),), first=1), False),
        (Selection(shapes=(Shape(kind="municipality"),), filter=Compare(property="country", operator=Operator.EQ, value="DE"), order=Order(), first=1), False),
    ],
)
def test_brief_is_what_reads_few_rows_by_id(selection: Selection, brief: bool) -> None:
    assert is_brief([selection]) is brief


async def test_brief_selections_are_answered_in_the_thread_that_asks(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    store = open_store(f"file:{tmp_path / 'network.db'}")
    await store.prepare()
    await settle(store, SMALL)
    seen: list[bool] = []

    class Watched(sqlite3.Connection):
        def execute(self, *given: Any) -> sqlite3.Cursor:
            if str(given[0]).startswith(("SELECT CAST", "WITH")):
                seen.append(threading.current_thread() is threading.main_thread())
            return super().execute(*given)

    connect = sqlite3.connect
    monkeypatch.setattr(sqlite3, "connect", lambda *given, **more: connect(*given, factory=Watched, **more))  # pyright: ignore
    [[_, [row]]] = await store.select(of("municipality:bonn"))
    [[_, rows]] = await store.select(Selection(shapes=(Shape(kind="municipality", properties=("name",)),)))
    assert (row[3], len(rows), seen) == (["Bonn"], 5, [True, False])
    await store.close()
