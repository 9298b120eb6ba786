"""Aside: work that takes long runs in threads of its own, so that the event loop goes on answering everybody else.

A thread of work gives the loop's thread its turn every few milliseconds. What the work asks of the store still happens on
the loop, to which the store belongs.
"""

from __future__ import annotations

import asyncio
import dataclasses
import inspect
from collections.abc import Callable, Coroutine
from concurrent.futures import ThreadPoolExecutor
from typing import Any, TypeVar

T = TypeVar("T")


class Aside:
    """A few threads for long work; further work waits for one of them."""

    def __init__(self, threads: int, name: str) -> None:
        self._threads = ThreadPoolExecutor(threads, thread_name_prefix=f"partnergraph-{name}")

    async def call(self, work: Callable[[], T]) -> T:
        """What the work gives. Cancelled, work that has begun goes on to its end, and nobody waits for it."""
        return await asyncio.get_running_loop().run_in_executor(self._threads, work)

    async def run(self, work: Callable[[], Coroutine[Any, Any, T]], *, patience: float) -> T:
        """What the coroutine gives, which runs on a loop of its own and has so many seconds. Raises TimeoutError after them."""

        async def bounded() -> T:
            async with asyncio.timeout(patience):
                return await work()

        return await self.call(lambda: asyncio.run(bounded()))


class Remote:
    """An object that belongs to another loop: its coroutines run there and are awaited here."""

    def __init__(self, target: object, loop: asyncio.AbstractEventLoop) -> None:
        self._target, self._loop = target, loop

    def __getattr__(self, name: str) -> Any:
        found: Any = getattr(self._target, name)
        if not callable(found):
            return found

        def call(*args: Any, **given: Any) -> Any:
            result = found(*args, **given)
            return asyncio.wrap_future(asyncio.run_coroutine_threadsafe(result, self._loop)) if inspect.iscoroutine(result) else result

        return call


def moved(context: T) -> T:
    """The surroundings of a question for use on another loop: values as they are, all else as what it is from afar."""
    loop = asyncio.get_running_loop()
    own = {f.name: getattr(context, f.name) for f in dataclasses.fields(context)}  # pyright: ignore[reportArgumentType]
    far = {name: value if _is_value(value) else Remote(value, loop) for name, value in own.items()}
    return dataclasses.replace(context, **far)  # pyright: ignore[reportArgumentType, reportUnknownVariableType]


def _is_value(value: object) -> bool:
    return value is None or isinstance(value, bool | int | float | str) or (dataclasses.is_dataclass(value) and not isinstance(value, type))
