"""Connections to the embedded store's file: opened, checked, lent to one piece of work at a time, their errors translated."""

from __future__ import annotations

import asyncio
import math
import os
import sqlite3
import time
from collections.abc import AsyncGenerator, Callable, Generator
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager, contextmanager, suppress
from pathlib import Path
from typing import TypeVar
from urllib.parse import quote

from graph_api.errors import InvalidInput, StoreError, StoreNotWritable, StoreUnavailable, StoreUnusable
from graph_api.storage.codec import fold
from graph_api.storage.migrations import MIGRATIONS, Migrations
from graph_api.storage.ranking import one_typo
from graph_api.storage.sqlite_tables import identify

T = TypeVar("T")
Work = Callable[[sqlite3.Connection], T]

READERS = 4
"""Pieces of reading work that run at the same time; further ones wait."""
OLDEST = (3, 38)
"""The version of SQLite from which on all that is used here is there."""
READING_CACHE, WRITING_CACHE = 8_000, 4_000
"""KiB of pages that a connection keeps: with 16,000 instead of 8,000 for reading, answers of 500 records with links take a twentieth less time.
What reads forgets them whenever somebody writes, what writes never does: its memory grows by 2 KB a write until they are full, and an import of 25,000
municipalities takes as long with 16,000. In all a process keeps 44 MB: one connection of its own, `READERS` others, one for writing."""
STATEMENTS = 100
"""Statements that a connection keeps prepared, 20 to 80 KiB each: the memory of a service that is asked all sorts of questions grows until they are full."""
PATIENCE = 5.0
"""Seconds to wait for another process that writes."""
TURNS_SECONDS = 1.0
"""Seconds that readers may be kept waiting while all connections are opened anew."""
MOMENT = 0.002
"""Seconds of a core for which a read is tried in the event loop's thread: another one takes a tenth of them to begin, on a busy machine more than all."""
STEPS = 4_000
"""So many steps of SQLite's machine, 40 µs or so, lie between two looks at the clock; with 500 the looks took a tenth of an answer."""
EARTH_RADIUS = 6371.0088
"""Mean radius in kilometres (IUGG)."""


class Connections:
    """Connections to one file.

    `shown` is what messages call the file, `migrations` says which formats are known.

    `durable` says whether an acknowledged write has to outlive a power cut.
    """

    def __init__(self, path: Path, *, shown: str, durable: bool = True, migrations: Migrations = MIGRATIONS) -> None:
        self._path, self.shown, self._durable, self.migrations = path, shown, durable, migrations
        self._threads = ThreadPoolExecutor(READERS + 1, thread_name_prefix="partnergraph-store")
        self._turns = asyncio.Semaphore(READERS)
        self._idle: list[sqlite3.Connection] = []
        self._own: sqlite3.Connection | None = None
        self._until: float | None = None
        self._closed = False

    def open(self, *, create: bool = False) -> sqlite3.Connection:
        """A new connection; the file has to be there and ours unless it may be created. Raises StoreUnusable, StoreUnavailable."""
        if sqlite3.sqlite_version_info < OLDEST:
            raise StoreUnusable(f"this Python has SQLite {sqlite3.sqlite_version}; needed: {'.'.join(map(str, OLDEST))} or newer")
        address = f"file:{quote(str(self._path))}?mode={'rwc' if create else 'rw'}"
        if self._path.exists() and not os.access(self._path.parent, os.W_OK) and not self._path.with_name(f"{self._path.name}-wal").exists():
            raise StoreUnavailable(f"{self.shown} cannot be opened: its directory is read-only, and SQLite keeps two more files there")
        with self.translating():
            connection = sqlite3.connect(address, uri=True, isolation_level=None, check_same_thread=False, timeout=PATIENCE, cached_statements=STATEMENTS)
            try:
                self._check(connection, empty=create)
                _configure(connection, durable=self._durable)
            except BaseException:
                connection.close()
                raise
            return connection

    def _check(self, connection: sqlite3.Connection, *, empty: bool) -> None:
        if not identify(connection, self.shown, self.migrations) and not empty:
            raise StoreUnusable(f"{self.shown} is empty: it has not been prepared")

    @asynccontextmanager
    async def lent(self) -> AsyncGenerator[sqlite3.Connection]:
        """A connection for reading; waits where all are lent."""
        async with self._turns:
            connection = self._idle.pop() if self._idle else await self.in_thread(self.open)
            try:
                yield connection
            finally:
                self._idle.append(connection)
                if self._closed:
                    self._close_idle()

    async def at_once(self, work: Work[T]) -> T:
        """Does the work in the calling thread, the event loop's. Raises StoreUnavailable where that takes more than `MOMENT`, or has to wait."""
        if self._own is None:
            await self._open_own()
        if self._own is None:
            raise StoreUnavailable(f"{self.shown} has been closed")
        self._until = None
        with self.translating():
            return work(self._own)

    async def _open_own(self) -> None:
        """Opens the event loop's connection, unless another read was faster or the file was closed meanwhile."""
        opened = await self.in_thread(self.open)
        if self._own or self._closed:
            opened.close()
            return
        opened.execute("PRAGMA busy_timeout = 0")
        opened.set_progress_handler(self._over, STEPS)
        self._own = opened

    def _over(self) -> bool:
        """Whether the moment is over, which begins when this is asked first: until then the statement was prepared, as it is only once."""
        now = time.thread_time()
        self._until = self._until or now + MOMENT
        return now > self._until

    def writable(self) -> bool:
        """Whether the file and its directory can be written now."""
        return os.access(self._path, os.W_OK) and os.access(self._path.parent, os.W_OK)

    async def renew(self) -> None:
        """Closes all connections for reading, once none is lent; where that takes too long it does not.

        SQLite shares between a process's connections what it opened while the disk was read-only, and keeps it so for as long as one is open.
        """
        turns = 0
        try:
            async with asyncio.timeout(TURNS_SECONDS):
                for _ in range(READERS):
                    await self._turns.acquire()
                    turns += 1
            self._close_idle()
        except TimeoutError:
            pass
        finally:
            for _ in range(turns):
                self._turns.release()

    async def run(self, connection: sqlite3.Connection, work: Work[T], *, stoppable: bool = True) -> T:
        """Runs the work in a thread. Cancelled, it stops the work's statements and returns only when the thread no longer uses the connection."""

        def translated() -> T:
            with self.translating():
                return work(connection)

        return await self.in_thread(translated, connection.interrupt if stoppable else None)

    async def in_thread(self, work: Callable[[], T], stop: Callable[[], None] | None = None) -> T:
        """Runs the work in a thread and waits for its end, even if cancelled."""
        if self._closed:
            raise StoreUnavailable(f"{self.shown} has been closed")
        future = asyncio.get_running_loop().run_in_executor(self._threads, work)
        try:
            return await asyncio.shield(future)
        except asyncio.CancelledError:
            while not future.done():
                if stop:
                    stop()
                with suppress(asyncio.CancelledError):
                    await asyncio.wait((future,), timeout=0.02)  # the next statement of the work may have begun after the stop
            future.exception()
            raise

    @contextmanager
    def translating(self) -> Generator[None]:
        """Turns the errors of SQLite into ours."""
        try:
            yield
        except sqlite3.Error as error:
            raise _translation(error, self.shown) from error
        except OverflowError as error:
            raise InvalidInput("a whole number of more than 64 bits is not allowed") from error

    async def close(self) -> None:
        """Closes what is idle, and what is lent when it comes back, and ends the threads."""
        self._closed = True
        self._close_idle()
        self._threads.shutdown(wait=False)

    def _close_idle(self) -> None:
        while self._idle:
            self._idle.pop().close()
        if self._own:
            self._own.close()
            self._own = None


def _configure(connection: sqlite3.Connection, *, durable: bool) -> None:
    connection.create_function("order_key", 1, _order_key, deterministic=True)
    connection.create_function("one_typo", 2, one_typo, deterministic=True)
    connection.create_function("kilometres", 4, kilometres, deterministic=True)
    for pragma in (f"synchronous = {'FULL' if durable else 'OFF'}", f"cache_size = -{READING_CACHE}", "temp_store = MEMORY", "journal_size_limit = 67108864"):
        connection.execute(f"PRAGMA {pragma}")


def _order_key(text: str | None) -> str | None:
    return None if text is None else fold(text)


def kilometres(latitude: float, longitude: float, other_latitude: float, other_longitude: float) -> float:
    """The great-circle distance of two places given in degrees (haversine formula)."""
    north, other_north = math.radians(latitude), math.radians(other_latitude)
    east = math.radians(other_longitude - longitude)
    h = math.sin((other_north - north) / 2) ** 2 + math.cos(north) * math.cos(other_north) * math.sin(east / 2) ** 2
    return 2 * EARTH_RADIUS * math.asin(min(1.0, math.sqrt(h)))


_MEANINGS: dict[int, tuple[type[StoreError] | type[InvalidInput], str]] = {
    sqlite3.SQLITE_IOERR_WRITE: (StoreNotWritable, "the disk of {} cannot be written now"),
    sqlite3.SQLITE_BUSY: (StoreUnavailable, "{} is in use by another process that writes; try again"),
    sqlite3.SQLITE_LOCKED: (StoreUnavailable, "{} is in use by another process that writes; try again"),
    sqlite3.SQLITE_FULL: (StoreNotWritable, "no room is left on the disk of {}; nothing was written"),
    sqlite3.SQLITE_IOERR: (StoreUnavailable, "the disk of {} cannot be read or written now"),
    sqlite3.SQLITE_INTERRUPT: (StoreUnavailable, "work on {} was stopped"),
    sqlite3.SQLITE_NOTADB: (StoreUnusable, "{} is not a database"),
    sqlite3.SQLITE_CORRUPT: (StoreUnusable, "{} is damaged; restore a backup"),
    sqlite3.SQLITE_CANTOPEN: (StoreUnusable, "{} cannot be opened: it is not there, or reading and writing it is not permitted"),
    sqlite3.SQLITE_PERM: (StoreUnusable, "{} cannot be opened: it is not permitted"),
    sqlite3.SQLITE_READONLY: (StoreNotWritable, "{} cannot be written: it or its directory is read-only"),
    sqlite3.SQLITE_CONSTRAINT: (InvalidInput, "a value is not of its property's type: {1}"),
    sqlite3.SQLITE_MISMATCH: (InvalidInput, "a value is not of its property's type: {1}"),
    sqlite3.SQLITE_TOOBIG: (InvalidInput, "a text is too long"),
}


def _translation(error: sqlite3.Error, shown: str) -> StoreError | InvalidInput:
    if "binding parameter" in str(error):
        return InvalidInput(f"a value is of a type that no property has: {error}")
    code = getattr(error, "sqlite_errorcode", sqlite3.SQLITE_ERROR)
    kind, message = _MEANINGS.get(code) or _MEANINGS.get(code & 0xFF, (StoreUnusable, "{0} cannot do this: {1}"))
    return kind(message.format(shown, error))
