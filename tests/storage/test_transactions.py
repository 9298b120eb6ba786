"""Transactions: all or nothing, one writer at a time, readers undisturbed, sound when cancelled."""

from __future__ import annotations

import asyncio

import pytest

from graph_api.errors import StoreError
from graph_api.model import Membership
from graph_api.storage.base import Search, Store, Writer
from tests.storage.asking import found, values

pytestmark = pytest.mark.anyio


class Interrupted(Exception):
    pass


async def test_an_exception_undoes_everything_and_comes_out_as_it_is(small: Store) -> None:
    before = await small.revision()
    error = Interrupted()

    async def write() -> None:
        async with small.transaction() as tx:
            await tx.save("topic", ["id", "name"], [["topic:new", "New"], ["topic:waste", "Changed"]])
            await tx.unlink(Membership, ["source", "target"], [["municipality:bonn", "partnership:pair"]])
            await tx.delete(["municipality:muc"])
            raise error

    with pytest.raises(Interrupted) as caught:
        await write()
    assert caught.value is error
    assert await found(small, "topic") == ["compost", "environment", "waste"]
    assert await values(small, "topic:waste", "name") == ["Waste"]
    assert [hit.id for hit in (await small.search(Search(text="munich", kinds=("municipality",)))).hits] == ["municipality:muc"]
    assert len(await small.paths("municipality:bonn", "municipality:lapaz", links=(Membership,))) == 1
    assert await small.revision() == before
    async with small.transaction() as tx:
        await tx.save("topic", ["id", "name"], [["topic:after", "After"]])
    assert await small.count("topic") == 4


async def test_a_transaction_reads_what_it_has_written(small: Store) -> None:
    async with small.transaction() as tx:
        await tx.save("topic", ["id", "name"], [["topic:new", "New"]])
        assert await found(tx, "topic") == ["compost", "environment", "new", "waste"]
        assert await found(small, "topic") == ["compost", "environment", "waste"]
        await tx.link(Membership, ["source", "target"], [["municipality:bonn", "partnership:three"]])
        assert await tx.paths("municipality:bonn", "municipality:muc", longest=2) == [("municipality:bonn", "partnership:three", "municipality:muc")]
        assert await small.paths("municipality:bonn", "municipality:muc") == []
        assert await tx.revision() >= await small.revision()
    assert await found(small, "topic") == ["compost", "environment", "new", "waste"]


async def test_a_transaction_without_work_is_harmless(small: Store) -> None:
    async with small.transaction():
        pass
    assert await small.count("topic") == 3


async def test_writers_take_turns(store: Store) -> None:
    async def add_one() -> None:
        async with store.transaction() as tx:
            (count,) = await values(tx, "phase:p", "capacity")
            await asyncio.sleep(0)
            await tx.save("phase", ["id", "capacity"], [["phase:p", count + 1]])

    async with store.transaction() as tx:
        await tx.save("phase", ["id", "name", "capacity"], [["phase:p", "P", 0]])
    await asyncio.gather(*(add_one() for _ in range(20)))
    assert await values(store, "phase:p", "capacity") == [20]


async def test_readers_see_whole_transactions_only(store: Store) -> None:
    seen: set[int] = set()
    writing = True

    async def read() -> None:
        while writing:
            seen.add(await store.count("topic"))

    async def write() -> None:
        nonlocal writing
        for round in range(5):
            async with store.transaction() as tx:
                for i in range(4):
                    await tx.save("topic", ["id", "name"], [[f"topic:{round}-{i}", "T"]])
        writing = False

    await asyncio.gather(read(), read(), write())
    assert seen <= {0, 4, 8, 12, 16, 20}
    assert await store.count("topic") == 20


async def test_a_cancelled_transaction_leaves_nothing_and_blocks_nobody(store: Store) -> None:
    started = asyncio.Event()

    async def write() -> None:
        async with store.transaction() as tx:
            await tx.save("topic", ["id", "name"], [["topic:first", "First"]])
            started.set()
            await tx.save("topic", ["id", "name"], [[f"topic:{i}", "T"] for i in range(20_000)])
            await asyncio.sleep(60)

    task = asyncio.create_task(write())
    await started.wait()
    await asyncio.sleep(0.01)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    async with asyncio.timeout(10):
        assert await store.count("topic") == 0
        async with store.transaction() as tx:
            await tx.save("topic", ["id", "name"], [["topic:next", "Next"]])
    assert await found(store, "topic") == ["next"]


async def test_a_writer_cancelled_while_it_waits_gives_up_its_place(store: Store) -> None:
    async def write(id: str) -> None:
        async with store.transaction() as tx:
            await tx.save("topic", ["id", "name"], [[id, "T"]])

    async with store.transaction():
        waiting = asyncio.create_task(write("topic:never"))
        after = asyncio.create_task(write("topic:after"))
        await asyncio.sleep(0.01)
        waiting.cancel()
    await after
    assert await found(store, "topic") == ["after"]


async def test_many_cancelled_reads_leave_the_store_usable(small: Store) -> None:
    for _ in range(20):
        reads = [asyncio.create_task(small.count("topic")) for _ in range(10)]
        await asyncio.sleep(0)
        for read in reads[::2]:
            read.cancel()
        await asyncio.gather(*reads, return_exceptions=True)
    assert await small.count("topic") == 3


async def test_a_transaction_that_is_over_takes_no_more_work(small: Store) -> None:
    kept: list[Writer] = []
    async with small.transaction() as tx:
        kept.append(tx)
    with pytest.raises(StoreError):
        await kept[0].save("topic", ["id", "name"], [["topic:late", "Late"]])
    assert await small.count("topic") == 3


async def test_a_moment_stays_as_it_is_while_somebody_writes_or_waits(small: Store) -> None:
    async def write() -> None:
        async with small.transaction() as tx:
            await tx.save("topic", ["id", "name"], [["topic:new", "New"]])

    before = await small.revision()
    async with small.moment() as moment:
        assert (await moment.count("topic"), await moment.revision()) == (3, before)
        writing = asyncio.create_task(write())
        await asyncio.sleep(0.05)
        assert (await moment.count("topic"), await moment.revision()) == (3, before)
    await writing
    assert await small.count("topic") == 4
    assert await small.revision() > before


async def test_a_transaction_can_begin_anew_with_nothing(small: Store) -> None:
    before = await small.revision()

    async def empty() -> None:
        async with small.transaction() as tx:
            await tx.clear()
            assert (await tx.count("topic"), await found(tx, "municipality")) == (0, [])
            raise Interrupted

    with pytest.raises(Interrupted):
        await empty()
    assert (await small.count("topic"), await small.revision()) == (3, before)
    async with small.transaction() as tx:
        await tx.clear()
        await tx.save("topic", ["id", "name"], [["topic:new", "New"]])
    assert (await found(small, "topic"), await small.count("municipality")) == (["new"], 0)


async def test_a_revision_can_be_passed_but_never_falls(small: Store) -> None:
    for revision in (1_000, 3):
        before = await small.revision()
        async with small.transaction() as tx:
            await tx.advance(revision)
        assert await small.revision() > max(before, revision)
    assert await small.revision() < 1_010
