"""The Neo4j engine: a `Store` on a server, through the official driver. The only module that knows the driver."""

from __future__ import annotations

import asyncio
import time
import uuid
from collections.abc import AsyncGenerator, Awaitable, Callable, Mapping, Sequence
from contextlib import asynccontextmanager, suppress
from typing import Any, LiteralString, TypeVar, cast
from urllib.parse import urlsplit

import neo4j
from neo4j.exceptions import (
    AuthError,
    ConfigurationError,
    ConnectionAcquisitionTimeoutError,
    DriverError,
    Forbidden,
    Neo4jError,
    ServiceUnavailable,
    SessionExpired,
    TransientError,
)

from graph_api.errors import StoreError, StoreUnavailable, StoreUnusable
from graph_api.model import Link
from graph_api.storage.base import Condition, Reader, Snapshot, Writer
from graph_api.storage.migrations import MIGRATIONS, Migrations, refuse_newer
from graph_api.storage.neo4j_filler import IS_MARKED, PART, UNMARK, Neo4jFiller, take_over
from graph_api.storage.neo4j_filter import Statement
from graph_api.storage.neo4j_prepare import condition, prepare
from graph_api.storage.neo4j_reader import UNFINISHED, Ask, Neo4jReader
from graph_api.storage.neo4j_writer import CLEAR_LINKS, CLEAR_NODES, Neo4jWriter

ANSWER_SECONDS = 6.0
"""Longest wait for an answer, a connection and a second try included; also for one's turn to write."""

BULK_SECONDS = 120.0
"""Longest wait for an answer about everything at once."""

TRANSACTION_SECONDS = 1800.0
"""The server undoes a transaction that is open so long: its writer is lost, and others wait."""

NO_ANSWER = "the store does not answer; try again later"

T = TypeVar("T")

LOCK = Statement(text="MERGE (m:Meta {id: 'meta'}) SET m.revision = coalesce(m.revision, 0) + 1 RETURN [m.format, m.filler]", parameters={})
"""Goes first in each writing transaction: writers of all processes wait here for one another."""


class Neo4jMoment(Neo4jReader):
    """Reads within a writing transaction that is undone at its end."""

    async def revision(self) -> int:
        """The revision before this transaction, which took the next one with its lock."""
        return await super().revision() - 1


class Neo4jStore(Neo4jReader):
    """The network in a database of a Neo4j server, 5.26 or newer. Nothing is sent before the first verb."""

    def __init__(
        self, url: str, *, user: str = "neo4j", password: str = "", database: str = "neo4j", migrations: Migrations = MIGRATIONS, part: int = PART
    ) -> None:
        super().__init__(self._alone)
        self._database, self._migrations, self._part = database, migrations, part
        self._turn = asyncio.Lock()
        self._idle = list[neo4j.AsyncSession]()
        try:
            urlsplit(url).port  # noqa: B018 - raises where it is no number
            self._driver: neo4j.AsyncDriver = cast("Any", neo4j.AsyncGraphDatabase).driver(
                url,
                auth=(user, password),
                connection_timeout=3,
                connection_acquisition_timeout=4,
                max_transaction_retry_time=3,
                telemetry_disabled=True,
                notifications_min_severity=neo4j.NotificationMinimumSeverity.OFF,
                user_agent="partnergraph",
            )
            self._bookmarks = neo4j.AsyncGraphDatabase.bookmark_manager() if url.startswith("neo4j") else None
        except (ConfigurationError, ValueError) as error:
            raise StoreUnusable("the address of the Neo4j store is not allowed; allowed: neo4j://HOST:PORT, neo4j+s://…, bolt://…, bolt+s://…") from error

    async def prepare(self) -> None:
        """See `Store.prepare`."""
        await prepare(self._schema, self._writing, self._migrations)

    async def condition(self) -> Condition:
        """See `Store.condition`."""
        return await condition(self._alone, self._migrations)

    @asynccontextmanager
    async def transaction(self) -> AsyncGenerator[Writer]:
        """See `Store.transaction`. Waits `ANSWER_SECONDS` for its turn at most, then raises StoreUnavailable."""
        async with self._writing() as ask:
            yield Neo4jWriter(ask)

    async def snapshot(self, kinds: Mapping[str, tuple[str, ...]], links: Mapping[type[Link], tuple[str, ...]]) -> Snapshot:
        """See `Reader.snapshot`. The server shows what others commit meanwhile: where that happened, writers wait for the second try."""
        found = await super().snapshot(kinds, links)
        if await self.revision() == found.revision:
            return found
        async with self.moment() as held:
            return await held.snapshot(kinds, links)

    @asynccontextmanager
    async def filling(self) -> AsyncGenerator[Writer]:
        """See `Store.filling`."""
        name = uuid.uuid4().hex
        async with self._my_turn():
            filler = Neo4jFiller(name, lambda: self._transaction(filler=name), part=self._part)
            try:
                async with filler:
                    yield filler
            except BaseException:
                if filler.parts:
                    with suppress(StoreError):
                        await self._emptied(name)
                raise

    async def discard(self) -> None:
        """See `Store.discard`."""
        name = uuid.uuid4().hex
        if not await self._alone(IS_MARKED):
            return
        async with self._my_turn():
            async with _answering(ANSWER_SECONDS):
                taken = await self._change(take_over(name))
            if not taken:
                raise StoreUnavailable(UNFINISHED)
            await self._emptied(name)

    async def _emptied(self, filler: str) -> None:
        """Removes what was filled in, by parts, and the mark at the end."""
        for part in (CLEAR_LINKS, CLEAR_NODES, UNMARK):
            left = 1
            while left:
                async with self._transaction(filler=filler) as ask:
                    left = await ask(part)

    @asynccontextmanager
    async def moment(self) -> AsyncGenerator[Reader]:
        """See `Store.moment`. The server keeps no old state: writers wait until this is over."""
        async with self._writing(keep=False) as ask:
            yield Neo4jMoment(ask)

    async def clear(self) -> None:
        """See `Store.clear`. By parts: a failure leaves a part of the network."""
        for part in (CLEAR_LINKS, CLEAR_NODES):
            left = 1
            while left:
                async with self._writing() as ask:
                    left = await ask(part)

    async def close(self) -> None:
        """See `Store.close`."""
        with suppress(DriverError):
            await self._forget()
            await self._driver.close()

    def _session(self, mode: str) -> neo4j.AsyncSession:
        return cast("Any", self._driver).session(database=self._database, default_access_mode=mode, bookmark_manager=self._bookmarks)

    async def _alone(self, statement: Statement) -> Any:
        """Reads outside a transaction."""
        async with _answering(BULK_SECONDS if statement.bulk else ANSWER_SECONDS):
            return await _twice(lambda: self._read(statement))

    async def _answers(self, statements: Sequence[Statement]) -> list[Any]:
        """What each statement gives, all at once: the server has more than one core. Where one fails, the others end."""
        asked = [asyncio.create_task(self._alone(statement)) for statement in statements]
        try:
            return await asyncio.gather(*asked)
        except BaseException:
            for task in asked:
                task.cancel()
            await asyncio.gather(*asked, return_exceptions=True)
            raise

    async def _read(self, statement: Statement) -> Any:
        """Reads in a session that was used before, if there is one: a new one takes an eighth of a small read. A failure ends them all."""
        session = self._idle.pop() if self._idle else self._session(neo4j.READ_ACCESS)
        try:
            value = await _value(session, statement)
        except BaseException:
            session.cancel()
            self._idle.append(session)
            await self._forget()
            raise
        self._idle.append(session)
        return value

    async def _forget(self) -> None:
        """Ends the sessions that nobody uses; they hold no connection, so that nothing is waited for."""
        while self._idle:
            await self._idle.pop().close()

    async def _schema(self, statement: Statement) -> Any:
        """Changes constraints and indexes, which no transaction takes together with data."""
        async with _answering(BULK_SECONDS):
            return await _twice(lambda: self._change(statement))

    async def _change(self, statement: Statement) -> Any:
        async with self._session(neo4j.WRITE_ACCESS) as session:
            return await _value(session, statement)

    @asynccontextmanager
    async def _writing(self, *, keep: bool = True) -> AsyncGenerator[Ask]:
        """What runs statements in one writing transaction, when it is our turn; see `_transaction`."""
        async with self._my_turn(), self._transaction(keep=keep) as ask:
            yield ask

    @asynccontextmanager
    async def _transaction(self, *, keep: bool = True, filler: str | None = None) -> AsyncGenerator[Ask]:
        """What runs statements in one writing transaction; at the end it is committed, or undone where `keep` is false or something failed.

        Nobody but its `filler` writes to a store that is being filled; there all would be lost where a busy server takes longer than people wait.
        """
        async with _answering(ANSWER_SECONDS, late="another program is writing, or the store does not answer; try again later"):
            session, transaction = await _twice(lambda: self._begun(filler))
        started = time.monotonic()

        async def ask(statement: Statement) -> Any:
            async with _answering(BULK_SECONDS if statement.bulk or filler else ANSWER_SECONDS):
                return await _value(transaction, statement)

        try:
            yield ask
            if keep:
                # what took long to write takes long to commit
                async with _answering(ANSWER_SECONDS + time.monotonic() - started):
                    await transaction.commit()
        finally:
            try:
                await _undone(transaction)
            finally:
                await session.close()

    async def _begun(self, filler: str | None) -> tuple[neo4j.AsyncSession, neo4j.AsyncTransaction]:
        """A writing transaction that has the lock."""
        session = self._session(neo4j.WRITE_ACCESS)
        try:
            transaction = await session.begin_transaction(timeout=TRANSACTION_SECONDS)
            number, other = await _value(transaction, LOCK)
            refuse_newer(number or 1, self._migrations, "the store")  # a newer program may have come meanwhile
            _refuse_unfinished(other, filler)
        except BaseException:
            await session.close()
            raise
        return session, transaction

    @asynccontextmanager
    async def _my_turn(self) -> AsyncGenerator[None]:
        try:
            async with asyncio.timeout(ANSWER_SECONDS):
                await self._turn.acquire()
        except TimeoutError as error:
            raise StoreUnavailable("another writer is at work; try again later") from error
        try:
            yield
        finally:
            self._turn.release()


def _refuse_unfinished(other: str | None, filler: str | None) -> None:
    if other not in (None, filler):
        raise StoreUnavailable(UNFINISHED)


async def _value(runner: neo4j.AsyncSession | neo4j.AsyncTransaction, statement: Statement) -> Any:
    """The one value of the statement's one row, None where there is no row."""
    result = await runner.run(cast("LiteralString", statement.text), statement.parameters)
    record = await result.single()
    return None if record is None else record[0]


async def _twice(action: Callable[[], Awaitable[T]]) -> T:
    """What the action gives, at the second try where a connection turned out to be dead or the server was busy for a moment."""
    try:
        return await action()
    except (DriverError, Neo4jError) as error:
        if not error.is_retryable():
            raise
    return await action()


async def _undone(transaction: neo4j.AsyncTransaction) -> None:
    """Undoes what was not committed; where the server does not answer, it does so itself when the connection ends."""
    if transaction.closed():
        return
    try:
        async with asyncio.timeout(ANSWER_SECONDS):
            await transaction.rollback()
    except (DriverError, Neo4jError, TimeoutError, OSError):
        transaction.cancel()
    except BaseException:
        transaction.cancel()
        raise


@asynccontextmanager
async def _answering(seconds: float, *, late: str = NO_ANSWER) -> AsyncGenerator[None]:
    """Bounds the time (`late` is said when it is over) and translates what the driver raises."""
    try:
        async with asyncio.timeout(seconds):
            yield
    except TimeoutError as error:
        raise StoreUnavailable(late) from error
    except (DriverError, Neo4jError, OSError) as error:
        raise translated(error) from error


def translated(error: Exception) -> StoreError:
    """The program's error for one of the driver's; its message names no host, no port and no class of the driver."""
    code = (error.code or "") if isinstance(error, Neo4jError) else ""
    if code.endswith("AuthenticationRateLimit"):
        return StoreUnavailable("too many wrong passwords; the store lets nobody in for some seconds")
    if isinstance(error, AuthError):
        return StoreUnusable("the store refused user or password")
    if isinstance(error, Forbidden) or code.startswith("Neo.ClientError.Security"):
        return StoreUnusable("the store's user may not do this")
    if code.endswith("DatabaseNotFound"):
        return StoreUnusable("the store has no database of that name")
    if code.endswith("OutOfMemoryError"):
        return StoreUnusable("this is too much at once for the memory that the store has for transactions (dbms.memory.transaction.total.max)")
    if isinstance(error, ConfigurationError):
        return StoreUnusable("what answers at the store's address is no Neo4j this program can work with")
    if isinstance(error, ServiceUnavailable | SessionExpired | TransientError | ConnectionAcquisitionTimeoutError | OSError):
        return StoreUnavailable(NO_ANSWER)
    return StoreError("the store could not do this")
