"""Merging: reads of single records that come while others like them are under way share the next statement. Nothing waits at low load."""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import Awaitable, Callable, Sequence
from weakref import WeakKeyDictionary

from graph_api.storage.base import Cell, FlatRow, Store

ABREAST = 2
"""Statements of one sort that are under way at the same time; what comes meanwhile waits for the next, which begins when one of them ends."""
TOGETHER = 64
"""Records of a statement."""

Ask = Callable[[Sequence[str]], Awaitable[Cell]]
"""Reads records by id."""


class Line:
    """Where reads that differ only in the id wait. `ask` has to be the same for all."""

    def __init__(self, ask: Ask) -> None:
        self._ask = ask
        self._under_way = 0
        self._waiting: defaultdict[str, list[asyncio.Future[FlatRow | None]]] = defaultdict(list)
        self._tasks: set[asyncio.Task[None]] = set()

    async def row(self, own: str) -> FlatRow | None:
        """The record's row; None where there is none. Raises what the store raises."""
        if self._under_way >= ABREAST:
            place: asyncio.Future[FlatRow | None] = asyncio.get_running_loop().create_future()
            self._waiting[own].append(place)
            return await place
        self._under_way += 1
        try:
            rows = (await self._ask((own,)))[1]
            return rows[0] if rows else None
        finally:
            self._ended()

    def _ended(self) -> None:
        self._under_way -= 1
        if self._waiting:
            taken = {own: self._waiting.pop(own) for own in list(self._waiting)[:TOGETHER]}
            self._under_way += 1
            task = asyncio.get_running_loop().create_task(self._serve(taken))
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)

    async def _serve(self, taken: dict[str, list[asyncio.Future[FlatRow | None]]]) -> None:
        """Reads for all who wait for these ids; who has gone away is passed over."""
        try:
            found = {row[0]: row for row in (await self._ask(tuple(taken)))[1]}
            for own, places in taken.items():
                for place in places:
                    if not place.done():
                        place.set_result(found.get(own))
        except Exception as error:
            for place in (place for places in taken.values() for place in places if not place.done()):
                place.set_exception(error)
        finally:
            for place in (place for places in taken.values() for place in places if not place.done()):
                place.cancel()
            self._ended()


class Lines:
    """The lines of one field: one for each store and each thing that is asked of the records."""

    def __init__(self) -> None:
        self._lines: WeakKeyDictionary[Store, dict[int, tuple[object, Line]]] = WeakKeyDictionary()

    def line(self, store: Store, asked: object, ask: Ask) -> Line:
        """The line of those who ask for the very same."""
        lines = self._lines.setdefault(store, {})
        if id(asked) not in lines:
            if len(lines) >= TOGETHER:  # those in use live on in their readers
                lines.clear()
            lines[id(asked)] = (asked, Line(ask))
        return lines[id(asked)][1]
