"""Reads of single records share statements only while others are under way, and each gets what is theirs."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

import pytest

from graph_api.errors import StoreUnavailable
from graph_api.schema.merging import ABREAST, TOGETHER, Line
from graph_api.storage.base import Cell


class Slow:
    """A store whose statements end when the test says so."""

    def __init__(self) -> None:
        self.asked: list[tuple[str, ...]] = []
        self.gates: list[asyncio.Future[None]] = []

    async def ask(self, ids: Sequence[str]) -> Cell:
        self.asked.append(tuple(ids))
        self.gates.append(asyncio.get_running_loop().create_future())
        await self.gates[len(self.asked) - 1]
        return [None, [[own] for own in sorted(ids) if own != "nobody"]]


async def begun(line: Line, *ids: str) -> list[asyncio.Task[list[object] | None]]:
    tasks = [asyncio.create_task(line.row(own)) for own in ids]
    await asyncio.sleep(0)
    return tasks


async def settled() -> None:
    for _ in range(5):
        await asyncio.sleep(0)


async def test_those_who_wait_are_read_together_and_each_gets_its_own() -> None:
    store = Slow()
    line = Line(store.ask)
    tasks = await begun(line, "a", "b", "c", "d", "c", "nobody")
    assert store.asked == [("a",), ("b",)]
    store.gates[0].set_result(None)
    await settled()
    assert (store.asked[2:], tasks[0].result()) == ([("c", "d", "nobody")], ["a"])
    store.gates[2].set_result(None)
    await settled()
    assert [task.result() for task in tasks[2:]] == [["c"], ["d"], ["c"], None]
    store.gates[1].set_result(None)
    assert await tasks[1] == ["b"]
    await begun(line, "e")
    assert store.asked[-1] == ("e",)


async def test_a_failure_is_everybody_s_and_the_line_goes_on() -> None:
    store = Slow()
    line = Line(store.ask)
    tasks = await begun(line, *map(str, range(ABREAST + 2)))
    store.gates[0].set_exception(StoreUnavailable("away"))
    await settled()
    store.gates[ABREAST].set_exception(StoreUnavailable("away"))
    await settled()
    for task in (tasks[0], *tasks[ABREAST:]):
        with pytest.raises(StoreUnavailable):
            await task
    [last] = await begun(line, "later")
    store.gates[-1].set_result(None)
    assert await last == ["later"]
    tasks[1].cancel()


async def test_who_goes_away_holds_nobody_up() -> None:
    store = Slow()
    line = Line(store.ask)
    tasks = await begun(line, *map(str, range(ABREAST + 2)))
    for task in (*tasks[:ABREAST], tasks[ABREAST]):
        task.cancel()
    await settled()
    assert store.asked[ABREAST:] == [(str(ABREAST), str(ABREAST + 1))] or store.asked[ABREAST:] == [(str(ABREAST + 1),)]
    store.gates[ABREAST].set_result(None)
    assert await tasks[-1] == [str(ABREAST + 1)]


async def test_a_statement_has_a_bounded_number_of_records() -> None:
    store = Slow()
    line = Line(store.ask)
    tasks = await begun(line, *map(str, range(ABREAST + TOGETHER + 1)))
    for gate in range(ABREAST):
        store.gates[gate].set_result(None)
    await settled()
    assert [len(ids) for ids in store.asked[ABREAST:]] == [TOGETHER, 1]
    for gate in store.gates[ABREAST:]:
        gate.set_result(None)
    await asyncio.gather(*tasks)
