"""How the embedded store writes rows of kinds and links; every function runs within a transaction."""
# ruff: noqa: S608 - the names in statements are declared ones

from __future__ import annotations

import sqlite3
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from itertools import chain, islice
from typing import Literal, TypeVar

import orjson

from graph_api.errors import InvalidInput, NotFound
from graph_api.model import KINDS, LINKS, Link, Property, Scalar, kind_name, kind_of, link_name, properties
from graph_api.storage import sqlite_terms
from graph_api.storage.codec import encode, order_key
from graph_api.storage.sqlite_tables import Declared, SqlValue, has_key, key_properties, quoted, storing, table_of

T = TypeVar("T")
Row = Sequence[Scalar]

_BATCH = 2000
"""Rows that are looked at together; what memory holds besides the rows themselves."""


class Layout:
    """How rows with some columns of a kind or link become rows of its table.

    `columns` are those of the table that are written in a new row, `given` those of them that an existing row takes over too.
    Raises InvalidInput for a column that is not declared.
    """

    def __init__(self, declared: Declared, columns: Sequence[str], *, ends: int = 0) -> None:
        wanted = [_declared(declared, name) for name in columns[ends:]]
        absent = [p for name, p in properties(declared).items() if name not in columns and p.default is not None]
        self._ends = ends
        self._values = [(i, p, storing(p)) for i, p in enumerate(wanted, ends)]
        self._keys = [i for i, p in enumerate(wanted, ends) if has_key(p)]
        self._defaults = [storing(p)(None) for p in absent]
        self.given = [*columns, *(f"{columns[i]}_key" for i in self._keys)]
        self.columns = [*self.given, *(p.name for p in absent)]

    def values(self, row: Row) -> list[SqlValue]:
        """The values of `columns` for one row. Raises InvalidInput where a required one is missing."""
        values: list[SqlValue] = [_id(end) for end in row[: self._ends]]
        for i, given, store in self._values:
            value = store(row[i])
            if value is None and given.required:
                raise InvalidInput(f"{row[0]}: {given.name} is required")
            values.append(value)
        keys: list[SqlValue] = [_folded(row[i]) for i in self._keys]
        return values + keys + self._defaults

    def upsert(self, declared: Declared, identity: Sequence[str]) -> str:
        """The statement that writes one row of `values`; `identity` are the columns of the primary key."""
        places, changed = ", ".join("?" * len(self.columns)), [quoted(c) for c in self.given if c not in identity]
        action = f"UPDATE SET {', '.join(f'{c} = excluded.{c}' for c in changed)}" if changed else "NOTHING"
        names, key = ", ".join(map(quoted, self.columns)), ", ".join(map(quoted, identity))
        return f"INSERT INTO {table_of(declared)} ({names}) VALUES ({places}) ON CONFLICT ({key}) DO {action}"


def _declared(declared: Declared, name: str) -> Property:
    known = properties(declared)
    if name not in known:
        raise InvalidInput(f"{table_of(declared)} has no {name}; it has {', '.join(known)}")
    return known[name]


def _id(value: Scalar) -> str:
    if not isinstance(value, str):
        raise InvalidInput(f"an id is expected, {value!r} came")
    return str(encode(value))


def _folded(value: Scalar) -> str | None:
    return None if value is None else str(order_key(value))


def _batches(rows: Iterable[T]) -> Iterator[list[T]]:
    rest = iter(rows)
    return iter(lambda: list(islice(rest, _BATCH)), [])


def _json(ids: Iterable[str]) -> str:
    return orjson.dumps(list(ids)).decode()


# ── nodes ─────────────────────────────────────────────────────────────────────────────────────────────────────────────


def save(connection: sqlite3.Connection, kind: str, columns: Sequence[str], rows: Sequence[Row]) -> None:
    """Creates or changes nodes (see `Writer.save`)."""
    declared = KINDS[kind]
    if columns[:1] != ["id"] and tuple(columns[:1]) != ("id",):
        raise InvalidInput(f"the first column has to be id, {columns[:1]} came")
    layout = Layout(declared, columns)
    statement = layout.upsert(declared, ("id",))
    lacking = [p.name for p in properties(declared).values() if p.required and p.name not in columns]
    searched = not set(columns).isdisjoint(sqlite_terms.searched(declared))
    for batch in _batches(rows):
        ids = [_id_of(kind, row) for row in batch]
        if lacking and (new := set(ids).difference(_existing(connection, kind, ids))):
            raise InvalidInput(f"{min(new)} is new: {', '.join(lacking)} is required")
        connection.executemany(statement, map(layout.values, batch))
        if searched:
            sqlite_terms.index(connection, declared, ids)


def _id_of(kind: str, row: Row) -> str:
    given = _id(row[0])
    if kind_of(given) != kind:
        raise InvalidInput(f"{given!r} is not the id of a {kind}: it has to begin with {kind}:")
    return given


def _existing(connection: sqlite3.Connection, kind: str, ids: Iterable[str]) -> set[str]:
    rows = connection.execute(f"SELECT id FROM {quoted(kind)} WHERE id IN (SELECT value FROM json_each(?))", (_json(ids),))
    return {i for (i,) in rows}


def delete(connection: sqlite3.Connection, ids: Sequence[str]) -> int:
    """Removes nodes with their links and words; says how many nodes there were."""
    by_kind: dict[str, list[str]] = defaultdict(list)
    for each in ids:
        if kind := kind_of(each):
            by_kind[kind].append(each)
    return sum(_delete_of_kind(connection, kind, _json(of_kind)) for kind, of_kind in by_kind.items())


def _delete_of_kind(connection: sqlite3.Connection, kind: str, ids: str) -> int:
    declared = KINDS[kind]
    for link in LINKS:
        for end, kinds in (("source", link.ends.sources), ("target", link.ends.targets)):
            if declared in kinds:
                connection.execute(f"DELETE FROM {table_of(link)} WHERE {end} IN (SELECT value FROM json_each(?))", (ids,))
    sqlite_terms.forget(connection, ids)
    return connection.execute(f"DELETE FROM {table_of(declared)} WHERE id IN (SELECT value FROM json_each(?))", (ids,)).rowcount


def clear(connection: sqlite3.Connection) -> None:
    """Removes every node, link and word."""
    for table in (*map(table_of, (*KINDS.values(), *LINKS)), "_text", "_term"):
        connection.execute(f"DELETE FROM {table}")


# ── links ─────────────────────────────────────────────────────────────────────────────────────────────────────────────


def link(connection: sqlite3.Connection, given: type[Link], columns: Sequence[str], rows: Sequence[Row], replace: Literal["source", "target"] | None) -> None:
    """Creates or changes links (see `Writer.link`)."""
    _begins_with_ends(columns)
    layout, identity = Layout(given, columns, ends=2), ("source", "target", *key_properties(given))
    _check_ends(connection, given, rows, replace)
    kept = _latest(given, [row for row in rows if row[0] is not None and row[1] is not None])
    if replace is not None:
        _remove_others(connection, given, columns, kept, {_id(row[replace == "target"]) for row in rows}, replace)
    for one, mine, other in ((given.ends.one_target, "source", "target"), (given.ends.one_source, "target", "source")):
        if one:
            ends = ((row[mine == "target"], row[other == "target"]) for row in kept)
            connection.executemany(f"DELETE FROM {table_of(given)} WHERE {mine} = ? AND {other} <> ?", ends)
    connection.executemany(layout.upsert(given, identity), map(layout.values, kept))


def _begins_with_ends(columns: Sequence[str]) -> None:
    if tuple(columns[:2]) != ("source", "target"):
        raise InvalidInput(f"the first columns have to be source and target, {', '.join(columns[:2])} came")


def _check_ends(connection: sqlite3.Connection, given: type[Link], rows: Sequence[Row], replace: str | None) -> None:
    for row in rows:
        if (row[0] is None or row[1] is None) and (replace is None or row[replace == "target"] is None):
            raise InvalidInput(f"{link_name(given)}: an end is missing beside {row[0] or row[1]}; only the end that is not replaced may be")
    missing: set[str] = set()
    for place, kinds in ((0, given.ends.sources), (1, given.ends.targets)):
        by_kind: dict[str | None, set[str]] = defaultdict(set)
        for row in rows:
            if (end := row[place]) is not None:
                by_kind[kind_of(_id(end))].add(_id(end))
        missing |= _missing_ends(connection, given, by_kind, {kind_name(kind) for kind in kinds})
    if missing:
        raise NotFound(*sorted(missing))


def _missing_ends(connection: sqlite3.Connection, given: type[Link], by_kind: dict[str | None, set[str]], allowed: set[str]) -> set[str]:
    missing = by_kind.pop(None, set[str]())
    for kind, ids in by_kind.items():
        if kind not in allowed:
            raise InvalidInput(f"{link_name(given)} joins {', '.join(sorted(allowed))} here, {min(ids)} came")
        missing.update(chain.from_iterable(set(batch) - _existing(connection, str(kind), batch) for batch in _batches(ids)))
    return missing


def _latest(given: type[Link], rows: list[Row]) -> list[Row]:
    """Without the rows that a later one supersedes, because an end may have one link only."""
    for one, place in ((given.ends.one_target, 0), (given.ends.one_source, 1)):
        if one:
            rows = list({row[place]: row for row in rows}.values())
    return rows


def _remove_others(
    connection: sqlite3.Connection, given: type[Link], columns: Sequence[str], rows: Sequence[Row], owners: Iterable[str], end: Literal["source", "target"]
) -> None:
    """Removes all links of the owners, nodes at one end, that are not among the rows."""
    keys = [(columns.index(name) if name in columns else None, storing(properties(given)[name])) for name in key_properties(given)]
    wanted = {(row[0], row[1], *(store(None if i is None else row[i]) for i, store in keys)) for row in rows}
    names = [quoted(name) for name in ("source", "target", *key_properties(given))]
    for batch in _batches(owners):
        query = f"SELECT {', '.join(names)} FROM {table_of(given)} WHERE {end} IN (SELECT value FROM json_each(?))"
        gone = [row for row in connection.execute(query, (_json(batch),)) if row not in wanted]
        connection.executemany(f"DELETE FROM {table_of(given)} WHERE {' AND '.join(f'{name} = ?' for name in names)}", gone)


def unlink(connection: sqlite3.Connection, given: type[Link], columns: Sequence[str], rows: Sequence[Row]) -> int:
    """Removes links (see `Writer.unlink`); says how many."""
    _begins_with_ends(columns)
    if strange := set(columns[2:]).difference(key_properties(given)):
        raise InvalidInput(f"{min(strange)} does not tell links of {link_name(given)} apart; allowed: {', '.join(key_properties(given)) or 'nothing'}")
    stores = [storing(properties(given)[name]) for name in columns[2:]]
    values = ([_id(row[0]), _id(row[1]), *(store(value) for store, value in zip(stores, row[2:], strict=True))] for row in rows)
    where = " AND ".join(f"{quoted(name)} = ?" for name in columns)
    return connection.executemany(f"DELETE FROM {table_of(given)} WHERE {where}", values).rowcount
