"""The tables of the embedded store, derived from the model: one for each kind, one for each link."""

# ruff: noqa: S608 - the names in statements are declared ones

from __future__ import annotations

import enum
import sqlite3
from collections.abc import Callable, Iterator
from typing import TypeAlias

import orjson

from graph_api.errors import StoreUnusable
from graph_api.model import KINDS, LINKS, Link, Node, Property, Scalar, kind_name, link_name, properties
from graph_api.storage.codec import encode
from graph_api.storage.migrations import Migrations, refuse_newer

APPLICATION = 0x50475248
"""Says that the file is ours ("PGRH"); kept in the file as `application_id`."""

SqlValue: TypeAlias = str | int | float | bytes | None
Declared: TypeAlias = type[Node] | type[Link]

_STATE = """CREATE TABLE "_state" ("only" INTEGER PRIMARY KEY CHECK ("only" = 1), "revision" INTEGER NOT NULL, "searched" TEXT NOT NULL) STRICT"""
_TEXT = """CREATE TABLE "_text" ("node" TEXT, "property" TEXT, "words" TEXT, PRIMARY KEY ("node", "property", "words")) STRICT, WITHOUT ROWID"""
_TEXT_INDEX = """CREATE INDEX "_text(words)" ON "_text" ("words")"""
_TERM = """CREATE TABLE "_term" ("word" TEXT, "node" TEXT, "reversed" TEXT NOT NULL, PRIMARY KEY ("word", "node")) STRICT, WITHOUT ROWID"""
_TERM_INDEX = """CREATE INDEX "_term(reversed)" ON "_term" ("reversed")"""


def quoted(name: str) -> str:
    """A declared name as SQL writes it."""
    return f'"{name}"'


def table_of(declared: Declared) -> str:
    """The table of a kind or link, quoted."""
    return quoted(kind_name(declared) if issubclass(declared, Node) else link_name(declared))


def has_key(given: Property) -> bool:
    """Whether a column `<property>_key` beside the property holds its texts as they are ordered."""
    return given.index and given.type is str and given.name != "id"


def key_properties(link: type[Link]) -> tuple[str, ...]:
    """The properties that tell links between the same two nodes apart."""
    return tuple(p.name for p in properties(link).values() if p.key)


def storing(given: Property) -> Callable[[Scalar], SqlValue]:
    """What turns a value of the property into what its column holds; an empty one into the default."""
    default = given.default

    def store(value: Scalar) -> SqlValue:
        encoded = encode(default if value is None else value)
        return orjson.dumps(encoded).decode() if isinstance(encoded, tuple | list) else encoded  # pyright: ignore[reportReturnType]

    return store


# ── what the file has to have ─────────────────────────────────────────────────────────────────────────────────────────


def _sql_type(given: Property) -> str:
    return {bool: "INTEGER", int: "INTEGER", float: "REAL"}.get(given.type, "TEXT")


def _literal(value: SqlValue) -> str:
    return "'" + value.replace("'", "''") + "'" if isinstance(value, str) else str(int(value) if isinstance(value, bool) else value)


def _columns(declared: Declared) -> Iterator[tuple[str, str]]:
    """Name and declaration of each column. Only what has a default is NOT NULL, so that any property can be added later."""
    if issubclass(declared, Link):
        yield from (("source", "TEXT NOT NULL"), ("target", "TEXT NOT NULL"))
    for given in properties(declared).values():
        default = storing(given)(None)
        yield given.name, _sql_type(given) + (f" NOT NULL DEFAULT {_literal(default)}" if default is not None else "")
        if has_key(given):
            yield f"{given.name}_key", "TEXT"


def _create_table(declared: Declared) -> str:
    key = ("id",) if issubclass(declared, Node) else ("source", "target", *key_properties(declared))
    columns = ", ".join(f"{quoted(name)} {declaration}" for name, declaration in _columns(declared))
    return f"CREATE TABLE {table_of(declared)} ({columns}, PRIMARY KEY ({', '.join(map(quoted, key))})) STRICT, WITHOUT ROWID"


def _indexed(declared: Declared) -> Iterator[tuple[str, ...]]:
    """The columns of each index; the primary key follows by itself. What is compared for equality is walked in order of name too."""
    if issubclass(declared, Link):
        yield ("target", "source")
        return
    named = "name" in properties(declared)
    for given in properties(declared).values():
        if not given.index:
            continue
        if has_key(given):
            yield (f"{given.name}_key",)
        if given.name == "name":
            continue
        yield (given.name,)
        if named and (given.type in (str, bool) or issubclass(given.type, enum.Enum)):
            yield (given.name, "name_key")


def _indexes() -> dict[str, str]:
    found: dict[str, str] = {}
    for declared in (*KINDS.values(), *LINKS):
        for columns in _indexed(declared):
            name = quoted(f"{table_of(declared).strip(chr(34))}({','.join(columns)})")
            found[name.strip('"')] = f"CREATE INDEX {name} ON {table_of(declared)} ({', '.join(map(quoted, columns))})"
    return found


def missing(connection: sqlite3.Connection) -> list[str]:
    """The statements that give the file what the model declares and it has not: tables, columns, indexes. Empty: nothing to do."""
    there = {name: kind for kind, name in connection.execute("SELECT type, name FROM sqlite_schema WHERE sql IS NOT NULL")}
    needed = {"_state": _STATE, "_text": _TEXT, "_text(words)": _TEXT_INDEX, "_term": _TERM, "_term(reversed)": _TERM_INDEX}
    statements = [sql for name, sql in needed.items() if name not in there]
    for declared in (*KINDS.values(), *LINKS):
        if table_of(declared).strip('"') in there:
            statements += _missing_columns(connection, declared)
        else:
            statements.append(_create_table(declared))
    indexes = _indexes()
    statements += [f"DROP INDEX {quoted(name)}" for name, kind in there.items() if kind == "index" and name not in indexes and name not in needed]
    return statements + [sql for name, sql in indexes.items() if name not in there]


def _missing_columns(connection: sqlite3.Connection, declared: Declared) -> list[str]:
    table = table_of(declared)
    there = {name for (name,) in connection.execute("SELECT name FROM pragma_table_info(?)", (table.strip('"'),))}
    added = [(name, declaration) for name, declaration in _columns(declared) if name not in there]
    keys = [name for name, _ in added if name.endswith("_key") and name.removesuffix("_key") in properties(declared)]
    return [f"ALTER TABLE {table} ADD COLUMN {quoted(name)} {declaration}" for name, declaration in added] + [
        f"UPDATE {table} SET {quoted(name)} = order_key({quoted(name.removesuffix('_key'))})" for name in keys
    ]


def identify(connection: sqlite3.Connection, name: str, migrations: Migrations) -> int:
    """The format of a store of ours; 0: it is empty. Raises StoreUnusable for anything else, or one of a newer program than one with these migrations."""
    application, number = (int(connection.execute(f"PRAGMA {p}").fetchone()[0]) for p in ("application_id", "user_version"))
    if application == APPLICATION:
        refuse_newer(number, migrations, name)
        return number
    if application or number or connection.execute("SELECT count(*) FROM sqlite_schema").fetchone()[0]:
        raise StoreUnusable(f"{name} is a database, but not one of Partnergraph")
    return 0
