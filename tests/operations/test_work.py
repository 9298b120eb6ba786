"""Work is done once for all who wait, and to its end though they go."""

from __future__ import annotations

import asyncio

import pytest

from graph_api.operations.work import Work


async def always(_: int) -> bool:
    return True


async def never(_: int) -> bool:
    return False


async def test_it_is_done_once_for_all_who_wait() -> None:
    made: list[int] = []

    async def make(_: int | None) -> int:
        await asyncio.sleep(0)
        made.append(1)
        return len(made)

    work = Work[int]()
    assert await asyncio.gather(*(work.get(always, make) for _ in range(3))) == [1, 1, 1]


async def test_it_goes_on_though_whoever_began_it_has_gone() -> None:
    go, made = asyncio.Event(), list[int]()

    async def make(_: int | None) -> int:
        await go.wait()
        made.append(1)
        return len(made)

    work = Work[int]()
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0.01):
            await work.get(always, make)
    waiting = asyncio.create_task(work.get(always, make))
    go.set()
    assert (await waiting, made) == (1, [1])


async def test_what_is_no_longer_wanted_is_made_anew_of_what_there_was() -> None:
    async def make(before: int | None) -> int:
        return (before or 0) + 1

    work = Work[int]()
    assert [await work.get(never, make) for _ in range(3)] == [1, 2, 3]


async def test_what_fails_fails_for_who_waits_and_is_tried_again() -> None:
    async def fail(_: int | None) -> int:
        raise ValueError("no")

    async def make(_: int | None) -> int:
        return 7

    work = Work[int]()
    with pytest.raises(ValueError, match="no"):
        await work.get(always, fail)
    assert await work.get(always, make) == 7


async def test_what_failed_for_somebody_who_has_gone_is_not_told_to_the_next() -> None:
    go = asyncio.Event()

    async def fail(_: int | None) -> int:
        await go.wait()
        raise ValueError("no")

    async def make(_: int | None) -> int:
        return 7

    work = Work[int]()
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0.01):
            await work.get(always, fail)
    go.set()
    assert await work.get(always, make) == 7
