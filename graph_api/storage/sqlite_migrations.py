"""Carries migrations out on the embedded store's file, within the transaction that brings it up to date."""
# ruff: noqa: S608 - the names in statements are those of migrations

from __future__ import annotations

import sqlite3
from collections.abc import Iterable

from graph_api.storage.migrations import LinkRenamed, Removed, Renamed, Step, ValueChanged
from graph_api.storage.sqlite_tables import quoted


def migrate(connection: sqlite3.Connection, steps: Iterable[Step]) -> None:
    """Carries steps out. Indexes, columns of ordered texts and words that go with it are made anew by `sqlite_tables.missing` and the index of words."""
    for step in steps:
        match step:
            case LinkRenamed(old=old, new=new):
                _drop_indexes(connection, old)
                connection.execute(f"ALTER TABLE {quoted(old)} RENAME TO {quoted(new)}")
            case Renamed(owner=owner, old=old, new=new):
                _drop_companions(connection, owner, old)
                connection.execute(f"ALTER TABLE {quoted(owner)} RENAME COLUMN {quoted(old)} TO {quoted(new)}")
            case Removed(owner=owner, name=name):
                _drop_companions(connection, owner, name)
                connection.execute(f"ALTER TABLE {quoted(owner)} DROP COLUMN {quoted(name)}")
            case ValueChanged(owner=owner, property=name, old=old, new=new):
                connection.execute(f"UPDATE {quoted(owner)} SET {quoted(name)} = ? WHERE {quoted(name)} = ?", (new, old))
        connection.execute("UPDATE _state SET searched = '', revision = revision + 1")


def _drop_indexes(connection: sqlite3.Connection, table: str) -> None:
    for (name,) in connection.execute("SELECT name FROM sqlite_schema WHERE type = 'index' AND tbl_name = ? AND sql IS NOT NULL", (table,)).fetchall():
        connection.execute(f"DROP INDEX {quoted(name)}")


def _drop_companions(connection: sqlite3.Connection, table: str, name: str) -> None:
    _drop_indexes(connection, table)
    if connection.execute("SELECT 1 FROM pragma_table_info(?) WHERE name = ?", (table, f"{name}_key")).fetchone():
        connection.execute(f"ALTER TABLE {quoted(table)} DROP COLUMN {quoted(f'{name}_key')}")
