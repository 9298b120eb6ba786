"""The embedded store: one SQLite file, one writer at a time, readers in threads, safe with several processes."""
# ruff: noqa: S608 - the names in statements are declared ones

from __future__ import annotations

import asyncio
import re
import sqlite3
import tempfile
import time
from abc import ABC, abstractmethod
from collections.abc import AsyncGenerator, Mapping, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from pathlib import Path
from typing import Any, Literal, TypeVar

import orjson

from graph_api.errors import InvalidInput, StoreError, StoreNotWritable, StoreUnavailable, StoreUnusable
from graph_api.model import KINDS, Link, Node, Scalar, properties
from graph_api.storage import sqlite_rows, sqlite_terms, sqlite_walk
from graph_api.storage.base import Cell, Columns, Condition, Expansion, Filter, Hits, Neighbourhood, Search, Selection, Snapshot, nested
from graph_api.storage.migrations import MIGRATIONS, Migrations, newest, steps_since
from graph_api.storage.sqlite_connections import PATIENCE, WRITING_CACHE, Connections, Work
from graph_api.storage.sqlite_migrations import migrate
from graph_api.storage.sqlite_select import count_statement, select_statement
from graph_api.storage.sqlite_tables import APPLICATION, Declared, SqlValue, identify, key_properties, missing, quoted, table_of

T = TypeVar("T")

TRY_MS = 200
"""Milliseconds of one try to begin a transaction: SQLite waits them in one piece."""
LONG_SECONDS = 10.0
"""For so long a selection that took more than a moment is not tried at once again: the network grows, and so does what it is asked with."""
KEPT_LONG = 300
"""So many of them are known at most."""

_BUMP = "UPDATE _state SET revision = revision + 1"


class SqliteReader(ABC):
    """The reading verbs, on whatever connection the heir runs work."""

    @abstractmethod
    async def _read(self, work: Work[T]) -> T: ...

    async def select(self, *selections: Selection) -> list[Cell]:
        """One cell for each selection, by one statement in all."""
        return nested(selections, await self.select_flat(*selections))

    async def select_flat(self, *selections: Selection) -> list[Cell]:
        """The same with flat rows."""
        if not selections:
            return []
        return orjson.loads(await self._brief(*select_statement(selections)))

    async def _brief(self, statement: str, values: Mapping[str, SqlValue]) -> bytes:
        """The one value of the one row of a statement that may be over at once."""
        return await self._read(lambda c: c.execute(statement, values).fetchone()[0])

    async def count(self, kind: str, filter: Filter | None = None) -> int:
        """The number of nodes of a kind."""
        statement, values = count_statement(_kind(kind), filter)
        return await self._read(lambda c: c.execute(statement, values).fetchone()[0])

    async def search(self, search: Search) -> Hits:
        """The nodes that a text finds."""
        return await self._read(lambda c: sqlite_terms.search(c, search))

    async def expand(self, expansion: Expansion) -> Neighbourhood:
        """The neighbourhood of some nodes."""
        return await self._read(lambda c: sqlite_walk.expand(c, expansion))

    async def paths(self, source: str, target: str, *, longest: int = 4, first: int = 5, links: tuple[type[Link], ...] | None = None) -> list[tuple[str, ...]]:
        """All shortest paths between two nodes; `first` of them."""
        return await self._read(lambda c: sqlite_walk.paths(c, source, target, longest=longest, first=first, links=links))

    async def snapshot(self, kinds: Mapping[str, tuple[str, ...]], links: Mapping[type[Link], tuple[str, ...]]) -> Snapshot:
        """The wanted properties of all nodes of these kinds and of all these links."""
        return await self._read(lambda c: _snapshot(c, kinds, links))

    async def revision(self) -> int:
        """A number that grows with each write."""
        return await self._read(_revision)


class SqliteMoment(SqliteReader):
    """The reading verbs on a connection whose transaction has begun."""

    def __init__(self, connections: Connections, connection: sqlite3.Connection) -> None:
        self._connections, self._connection = connections, connection

    async def _read(self, work: Work[T]) -> T:
        return await self._connections.run(self._connection, _within(work))


class SqliteWriter(SqliteMoment):
    """The verbs of a transaction. Each does all of its work or nothing, and counts as a write unless there are no rows."""

    async def _write(self, work: Work[T]) -> T:
        def whole(connection: sqlite3.Connection) -> T:
            connection.execute("SAVEPOINT verb")
            try:
                result = work(connection)
                connection.execute(_BUMP)
            except BaseException:
                if connection.in_transaction:  # a full disk ends the whole transaction
                    connection.execute("ROLLBACK TO verb")
                raise
            connection.execute("RELEASE verb")
            return result

        return await self._read(whole)

    async def save(self, kind: str, columns: Sequence[str], rows: Sequence[Sequence[Scalar]]) -> None:
        """Creates or changes nodes by id."""
        _kind(kind)
        if rows:
            await self._write(lambda c: sqlite_rows.save(c, kind, columns, rows))

    async def link(
        self, link: type[Link], columns: Sequence[str], rows: Sequence[Sequence[Scalar]], *, replace: Literal["source", "target"] | None = None
    ) -> None:
        """Creates or changes links by their ends and key properties."""
        if rows:
            await self._write(lambda c: sqlite_rows.link(c, link, columns, rows, replace))

    async def unlink(self, link: type[Link], columns: Sequence[str], rows: Sequence[Sequence[Scalar]]) -> int:
        """Removes links; says how many."""
        return await self._write(lambda c: sqlite_rows.unlink(c, link, columns, rows)) if rows else 0

    async def delete(self, ids: Sequence[str]) -> int:
        """Removes nodes with their links; says how many nodes there were."""
        return await self._write(lambda c: sqlite_rows.delete(c, ids)) if ids else 0

    async def clear(self) -> None:
        """Removes every node and link."""
        await self._write(sqlite_rows.clear)

    async def advance(self, revision: int) -> None:
        """Makes the revision greater than this one."""
        await self._write(lambda c: c.execute("UPDATE _state SET revision = max(revision, ?)", (revision,)))


class SqliteStore(SqliteReader):
    """A graph in a file; without a path in a temporary one that goes when the store is closed."""

    def __init__(self, path: Path | None = None, *, migrations: Migrations = MIGRATIONS) -> None:
        self._directory = None if path else tempfile.TemporaryDirectory(prefix="partnergraph-", ignore_cleanup_errors=True)
        self._path = path or Path(self._directory.name if self._directory else "") / "memory.db"
        self._connections = Connections(self._path, shown=str(path or "the store in memory"), durable=path is not None, migrations=migrations)
        self._turn = asyncio.Lock()
        self._writing: sqlite3.Connection | None = None
        self._long: dict[str, float] = {}

    async def _read(self, work: Work[T]) -> T:
        async with self._connections.lent() as connection:
            return await self._connections.run(connection, _at_one_moment(work))

    async def select_flat(self, *selections: Selection) -> list[Cell]:
        """See `SqliteReader.select_flat`. Where relations are followed, whoever asks for the like in the same turn of the loop may join (`merging`)."""
        if any(shape.links for selection in selections for shape in selection.shapes):
            await asyncio.sleep(0)
        return await super().select_flat(*selections)

    async def _brief(self, statement: str, values: Mapping[str, SqlValue]) -> bytes:
        """See `SqliteReader._brief`. Tried at once, in this thread; what takes longer is done in another, and for a while is not tried again."""
        if self._long.get(statement, 0) < time.monotonic():
            try:
                return await self._connections.at_once(lambda c: c.execute(statement, values).fetchone()[0])
            except StoreUnavailable:  # too long, or a file that is being recovered
                if len(self._long) >= KEPT_LONG:
                    self._long.clear()
                self._long[statement] = time.monotonic() + LONG_SECONDS
        return await super()._brief(statement, values)

    async def prepare(self) -> None:
        """Makes the file and what is missing in it; harmless when all is there. Raises StoreUnusable for a file that is not ours."""
        async with self._turn:
            await self._connections.in_thread(self._prepare)

    async def condition(self) -> Condition:
        """Looks through the whole file: about a second for 25,000 municipalities."""
        return await self._read(_condition)

    def _prepare(self) -> None:
        try:
            self._path.parent.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise StoreUnusable(f"{self._connections.shown} cannot be made: {error.strerror}") from error
        connection = self._connections.open(create=True)
        try:
            with self._connections.translating():
                _bring_up_to_date(connection, self._connections)
        finally:
            connection.close()

    @asynccontextmanager
    async def transaction(self) -> AsyncGenerator[SqliteWriter]:
        """A unit of writing: all or nothing. One writer at a time; others wait."""
        async with self._turn:
            connection = await self._begun()
            try:
                yield SqliteWriter(self._connections, connection)
                await self._connections.run(connection, _within(lambda c: c.execute("COMMIT")), stoppable=False)
            finally:
                if connection.in_transaction:
                    await self._connections.run(connection, lambda c: c.execute("ROLLBACK"), stoppable=False)

    def filling(self) -> AbstractAsyncContextManager[SqliteWriter]:
        """See `Store.filling`. One transaction: the file holds what is not committed yet."""
        return self.transaction()

    async def discard(self) -> None:
        """See `Store.discard`. Nothing is ever left."""

    @asynccontextmanager
    async def moment(self) -> AsyncGenerator[SqliteMoment]:
        """What reads one state of the network; nobody waits for it."""
        async with self._connections.lent() as connection:
            await self._connections.run(connection, lambda c: c.execute("BEGIN"))
            try:
                yield SqliteMoment(self._connections, connection)
            finally:
                if connection.in_transaction:
                    await self._connections.run(connection, lambda c: c.execute("COMMIT"), stoppable=False)

    async def _begun(self) -> sqlite3.Connection:
        """The connection for writing, with a transaction. What was opened while the disk was read-only is opened anew when that is over."""
        try:
            return await self._begin()
        except StoreNotWritable:
            if not self._connections.writable():
                raise
        await self._connections.renew()
        return await self._begin()

    async def _begin(self) -> sqlite3.Connection:
        self._writing = connection = self._writing or await self._connections.in_thread(self._open_writing)
        try:
            await self._entered(connection)
        except BaseException as error:
            if connection.in_transaction:
                await self._connections.run(connection, lambda c: c.execute("ROLLBACK"), stoppable=False)
            if isinstance(error, StoreNotWritable):
                self._writing = None
                connection.close()
            raise
        return connection

    async def _entered(self, connection: sqlite3.Connection) -> None:
        """Begins a transaction, in short tries while another process writes: whoever is no longer waited for does not wait to the end of `PATIENCE`."""
        until = time.monotonic() + PATIENCE
        while True:
            try:
                return await self._connections.run(connection, self._enter)
            except StoreUnavailable as error:
                if getattr(error.__cause__, "sqlite_errorcode", 0) & 0xFF != sqlite3.SQLITE_BUSY or time.monotonic() > until:
                    raise
            await asyncio.sleep(0.01)

    def _open_writing(self) -> sqlite3.Connection:
        connection = self._connections.open()
        connection.execute(f"PRAGMA busy_timeout = {TRY_MS}")
        connection.execute(f"PRAGMA cache_size = -{WRITING_CACHE}")
        return connection

    def _enter(self, connection: sqlite3.Connection) -> None:
        connection.execute("BEGIN IMMEDIATE")
        connection.execute("DELETE FROM _state WHERE 0")  # a file that was opened as read-only refuses this, and not the line before
        identify(connection, self._connections.shown, self._connections.migrations)  # a newer program may have come meanwhile

    async def clear(self) -> None:
        """Removes every node and link."""
        async with self.transaction() as writer:
            await writer.clear()

    async def close(self) -> None:
        """Closes the file once no work uses it; the store in memory is gone then."""
        async with self._turn:
            if self._writing:
                self._writing.close()
                self._writing = None
            await self._connections.close()
            if self._directory:
                self._directory.cleanup()


def _kind(name: str) -> type[Node]:
    if name not in KINDS:
        raise InvalidInput(f"there is no kind {name}; there are {', '.join(KINDS)}")
    return KINDS[name]


def _within(work: Work[T]) -> Work[T]:
    """The work, refused where its transaction is over: it would be done at once, and for good."""

    def guarded(connection: sqlite3.Connection) -> T:
        if not connection.in_transaction:
            raise StoreError("the transaction is over")
        return work(connection)

    return guarded


def _at_one_moment(work: Work[T]) -> Work[T]:
    """The work, for all of whose statements the file stays as it is."""

    def steady(connection: sqlite3.Connection) -> T:
        connection.execute("BEGIN")
        try:
            return work(connection)
        finally:
            if connection.in_transaction:
                connection.execute("COMMIT")

    return steady


def _revision(connection: sqlite3.Connection) -> int:
    return connection.execute("SELECT revision FROM _state").fetchone()[0]


# ── snapshots ─────────────────────────────────────────────────────────────────────────────────────────────────────────


def _snapshot(connection: sqlite3.Connection, kinds: Mapping[str, tuple[str, ...]], links: Mapping[type[Link], tuple[str, ...]]) -> Snapshot:
    return Snapshot(
        revision=_revision(connection),
        kinds={kind: _columns(connection, _kind(kind), names, order=("id",)) for kind, names in kinds.items()},
        links={
            link: _columns(connection, link, ("source", "target", *names), order=("source", "target", *key_properties(link))) for link, names in links.items()
        },
    )


def _columns(connection: sqlite3.Connection, declared: Declared, names: Sequence[str], *, order: Sequence[str]) -> Columns:
    known = properties(declared)
    if strange := [name for name in names if name not in known and name not in order]:
        raise InvalidInput(f"{table_of(declared)} has no {strange[0]}; it has {', '.join(known)}")
    wanted = ", ".join(map(quoted, names)) or "NULL"
    rows = connection.execute(f"SELECT {wanted} FROM {table_of(declared)} ORDER BY {', '.join(map(quoted, order))}").fetchall()
    columns = zip(*rows, strict=True) if rows else ((),) * len(names)
    return Columns(values={name: _decoded(known[name].type if name in known else str, column) for name, column in zip(names, columns, strict=False)})


def _decoded(kind: type, column: Sequence[Any]) -> Sequence[object]:
    if kind is bool:
        return [None if value is None else bool(value) for value in column]
    return orjson.loads(f"[{','.join(column)}]") if kind is tuple else column


# ── the file ──────────────────────────────────────────────────────────────────────────────────────────────────────────


def _bring_up_to_date(connection: sqlite3.Connection, wanted: Connections) -> None:
    if connection.execute("PRAGMA journal_mode").fetchone()[0] != "wal":
        connection.execute("PRAGMA journal_mode = WAL")
    number = identify(connection, wanted.shown, wanted.migrations)
    if number == newest(wanted.migrations) and not missing(connection) and _searched(connection) == sqlite_terms.fingerprint():
        return
    connection.execute("BEGIN IMMEDIATE")
    try:
        if number := identify(connection, wanted.shown, wanted.migrations):  # another process may have been faster
            migrate(connection, steps_since(number, wanted.migrations))
        for statement in missing(connection):
            connection.execute(statement)
        connection.execute("INSERT OR IGNORE INTO _state VALUES (1, 0, '')")
        if _searched(connection) != sqlite_terms.fingerprint():
            sqlite_terms.rebuild(connection)
            connection.execute("UPDATE _state SET searched = ?", (sqlite_terms.fingerprint(),))
        connection.execute(f"PRAGMA application_id = {APPLICATION}")
        connection.execute(f"PRAGMA user_version = {newest(wanted.migrations)}")
        connection.execute("COMMIT")
    finally:
        if connection.in_transaction:
            connection.execute("ROLLBACK")


def _condition(connection: sqlite3.Connection) -> Condition:
    lacking = [
        re.sub(r'^(CREATE|ALTER|DROP|UPDATE) (TABLE|INDEX)? ?"([^"]+)"( ADD COLUMN "([^"]+)")?.*', r"\3 \5", text, flags=re.DOTALL).strip()
        for text in missing(connection)
    ]
    damage = [row[0] for row in connection.execute("PRAGMA quick_check(5)") if row[0] != "ok"]
    return Condition(engine=f"SQLite {sqlite3.sqlite_version}", lacking=tuple(dict.fromkeys(lacking)), damage=tuple(damage))


def _searched(connection: sqlite3.Connection) -> str:
    return connection.execute("SELECT searched FROM _state").fetchone()[0]
