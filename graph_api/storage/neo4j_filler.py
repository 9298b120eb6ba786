"""Filling an empty database with much: by parts, so that the server never holds all of it in memory, and marked until all of it is there.

The mark is in the node `Meta`: `filler` says who fills it, `filling` when (by the server's clock) the last part was begun.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from contextlib import AbstractAsyncContextManager
from types import TracebackType
from typing import Any, Self, TypeVar

from graph_api.model import Link
from graph_api.storage.neo4j_filter import Statement
from graph_api.storage.neo4j_reader import Ask
from graph_api.storage.neo4j_rows import Rows, Side
from graph_api.storage.neo4j_writer import Neo4jWriter

T = TypeVar("T")

PART = 20_000
"""Rows in one transaction: the server keeps 3 to 7 KB of a record, and 1 KB of a link, until it is committed."""
ABANDONED = 60_000
"""Milliseconds without a new part, after which a filling is taken for broken off."""

COUNT = Statement(text="MATCH (n:Node) RETURN count(n)", parameters={})
REVISION = Statement(text="MATCH (m:Meta {id: 'meta'}) RETURN m.revision", parameters={})
IS_MARKED = Statement(text="MATCH (m:Meta {id: 'meta'}) RETURN m.filler IS NOT NULL", parameters={})
UNMARK = Statement(text="MATCH (m:Meta {id: 'meta'}) REMOVE m.filler, m.filling", parameters={})


def mark(filler: str) -> Statement:
    """Says in the store who fills it."""
    return Statement(text="MATCH (m:Meta {id: 'meta'}) SET m.filler = $filler, m.filling = timestamp()", parameters={"filler": filler})


def take_over(filler: str) -> Statement:
    """Makes a filling that was broken off one's own; answers nothing where it was not."""
    text = "MATCH (m:Meta {id: 'meta'}) WHERE m.filling < timestamp() - $ago SET m.filler = $filler, m.filling = timestamp() RETURN true"
    return Statement(text=text, parameters={"filler": filler, "ago": ABANDONED})


class Neo4jFiller(Neo4jWriter):
    """A writer for the time of its `async with`, whose transaction (`begin` gives them) is committed and followed by another one after each part.

    What is told to the server waits its turn in one queue, and the next rows are made ready meanwhile; what fails is raised by a later verb or at the end.
    """

    def __init__(self, name: str, begin: Callable[[], AbstractAsyncContextManager[Ask]], *, part: int) -> None:
        super().__init__(self._asked)
        self._name, self._begin, self._size, self._left, self.parts = name, begin, part, part, 0
        self._last: asyncio.Task[Any] | None = None

    async def __aenter__(self) -> Self:
        await self._enter()
        try:
            self._parted = not await self._run(COUNT)
        except BaseException as error:
            await self._part.__aexit__(type(error), error, error.__traceback__)
            raise
        return self

    async def __aexit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        try:
            if error is None and self.parts:
                await self._asked(UNMARK)
            elif error is None and self._last:
                await self._last
        except BaseException as failure:
            await self._leave(failure)
            raise
        await self._leave(error)

    async def save(self, kind: str, columns: Sequence[str], rows: Rows) -> None:
        """See `Writer.save`."""
        before = self._last
        await super().save(kind, columns, rows)
        await self._written(len(rows), before)

    async def link(self, link: type[Link], columns: Sequence[str], rows: Rows, *, replace: Side | None = None) -> None:
        """See `Writer.link`."""
        before = self._last
        await super().link(link, columns, rows, replace=replace)
        await self._written(len(rows), before)

    async def revision(self) -> int:
        """See `Reader.revision`."""
        return await self._asked(REVISION) or 0

    async def _asked(self, statement: Statement) -> Any:
        return await self._queued(lambda: self._run(statement))

    async def _tell(self, statement: Statement) -> None:
        self._queued(lambda: self._run(statement))

    def _queued(self, work: Callable[[], Awaitable[T]]) -> asyncio.Task[T]:
        """Work that begins when all before it has succeeded."""
        before = self._last

        async def after() -> T:
            if before:
                await before
            return await work()

        self._last = task = asyncio.create_task(after())
        return task

    async def _written(self, rows: int, before: asyncio.Task[Any] | None) -> None:
        """Begins a new part where this one is full, and waits until what was told before these rows is done, so that no more than theirs wait."""
        self._left -= rows
        if self._parted and self._left <= 0:
            self._left = self._size
            self._queued(self._next_part)
        if before:
            await before

    async def _next_part(self) -> None:
        await self._run(mark(self._name))
        await self._part.__aexit__(None, None, None)
        self.parts += 1
        await self._enter()

    async def _enter(self) -> None:
        self._part = self._begin()
        self._run = await self._part.__aenter__()

    async def _leave(self, error: BaseException | None) -> None:
        """Ends the last part, once nothing is under way in it."""
        if self._last:
            await asyncio.gather(self._last, return_exceptions=True)  # cancelled, it cancels
        await self._part.__aexit__(error and type(error), error, error and error.__traceback__)
