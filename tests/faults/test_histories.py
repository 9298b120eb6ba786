"""What several clients do to one record at the same time looks as if they had done it one after the other."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncGenerator, Sequence
from pathlib import Path

import httpx
import pytest

from tests.faults.histories import Act, linearizable
from tests.faults.service import READ, SAVE, Inside

CLIENTS, ROUNDS = 4, 6


def read(began: float, ended: float | None, saw: str) -> Act:
    return Act(began=began, ended=ended, saw=saw)


def change(began: float, ended: float | None, saw: str, wrote: str, *, refused: bool = False) -> Act:
    return Act(began=began, ended=ended, saw=saw, wrote=wrote, refused=refused)


@pytest.mark.parametrize(
    ("history", "sound"),
    [
        ([change(0, 1, "a", "b"), read(2, 3, "b")], True),
        ([change(0, 1, "a", "b"), read(2, 3, "a")], False),  # a stale read
        ([change(0, 3, "a", "b"), read(1, 2, "a")], True),  # at the same time: either is true
        ([change(0, 3, "a", "b"), read(1, 2, "b"), read(2.5, 2.6, "a")], False),  # and back again
        ([change(0, 2, "a", "b"), change(1, 3, "a", "c")], False),  # a lost update
        ([change(0, 2, "a", "b"), change(1, 3, "a", "c", refused=True)], True),
        ([change(1, 2, "a", "b", refused=True)], False),  # refused without a reason
        ([change(0, None, "a", "b"), read(1, 2, "a"), read(3, 4, "b")], True),  # no answer: later, or never
        ([change(0, None, "a", "b"), read(1, 2, "b"), read(3, 4, "a")], False),
        ([change(0, 1, "a", "b"), change(2, 3, "b", "c"), read(4, 5, "b")], False),
    ],
)
def test_a_history_that_could_not_have_been_is_told(history: Sequence[Act], sound: bool) -> None:
    assert linearizable(history, "a") is sound
    assert linearizable([], "a")


@pytest.fixture
async def service(environment: dict[str, str], tmp_path: Path) -> AsyncGenerator[Inside]:
    async with Inside(tmp_path, environment).entered() as service:
        await service.ready(60)
        yield service


async def test_changes_of_one_record_at_the_same_time_are_as_if_one_after_the_other(service: Inside) -> None:
    async with service.client() as client:
        made = await ask(client, SAVE, {"id": "topic:x", "name": "0"})
        first = str(made["data"]["saveTopic"]["record"]["revision"])
        history: list[Act] = []
        await asyncio.gather(*(work(client, number, history) for number in range(CLIENTS)))
    changed = [act for act in history if act.wrote is not None and not act.refused]
    assert len(changed) >= ROUNDS
    assert len({act.saw for act in changed}) == len(changed)
    assert linearizable(history, first)


async def work(client: httpx.AsyncClient, number: int, history: list[Act]) -> None:
    """Reads a record and changes it where nobody else did meanwhile, again and again. A state is the record's revision."""
    for round in range(ROUNDS):
        began = time.monotonic()
        answer = await ask(client, READ, {"id": "topic:x"})
        saw = str(answer["data"]["topic"]["revision"])
        history.append(Act(began=began, ended=time.monotonic(), saw=saw))
        began = time.monotonic()
        answer = await ask(client, SAVE, {"id": "topic:x", "name": f"{number}.{round}", "if": int(saw)})
        ended = time.monotonic()
        if "errors" in answer:
            assert answer["errors"][0]["extensions"]["code"] == "CONFLICT"
            history.append(Act(began=began, ended=ended, saw=saw, wrote="", refused=True))
        else:
            history.append(Act(began=began, ended=ended, saw=saw, wrote=str(answer["data"]["saveTopic"]["record"]["revision"])))


async def ask(client: httpx.AsyncClient, query: str, variables: dict[str, object]) -> dict[str, object] | dict[str, dict[str, dict[str, dict[str, int]]]]:
    return (await client.post("/graphql", json={"query": query, "variables": variables})).json()
