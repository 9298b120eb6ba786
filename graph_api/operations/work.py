"""Work: something that takes long, done once for all who wait for it, and to its end though they go."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from contextlib import suppress
from typing import Any, Generic, TypeVar

T = TypeVar("T")


class Work(Generic[T]):
    """Keeps what was made last, and makes it anew where it is no longer what is wanted.

    A request may give up before something is made. What was begun goes on, so that the next one finds it: else a network that takes
    longer to learn than a request may take would never be learned.
    """

    def __init__(self) -> None:
        self._made: T | None = None
        self._making: asyncio.Task[T] | None = None
        self._one = asyncio.Lock()

    async def get(self, current: Callable[[T], Coroutine[Any, Any, bool]], make: Callable[[T | None], Coroutine[Any, Any, T]]) -> T:
        """What was made last where `current` says that it still is what is wanted, else what `make` makes now of what there was."""
        if self._made is not None and await current(self._made):
            return self._made
        async with self._one:
            if self._making is not None:  # begun by somebody who has gone: what came of that may be of use, why it failed is not
                with suppress(Exception):
                    await self._finish(self._making)
            if self._made is not None and await current(self._made):
                return self._made
            return await self._finish(asyncio.create_task(make(self._made)))

    async def _finish(self, making: asyncio.Task[T]) -> T:
        self._making = making
        try:
            made = await asyncio.shield(making)
        finally:
            if making.done():
                self._making = None
        self._made = made
        return made
