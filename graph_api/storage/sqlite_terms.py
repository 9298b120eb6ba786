"""The full-text index of the embedded store: the words of every `search` property, for finding, and whole texts, for ranking.

A word is found as itself, as the beginning of a stored one, or with one typo. A typo leaves either the first letters of the
word as they are or its last ones, so stored words are looked up by beginning and, reversed, by end, and compared one by one.
"""
# ruff: noqa: S608 - the names in statements are declared ones

from __future__ import annotations

import sqlite3
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from itertools import islice

import orjson

from graph_api.model import KINDS, Node, kind_name, properties
from graph_api.storage.base import Hits, Search
from graph_api.storage.ranking import MOST_CANDIDATES, TYPO_LENGTH, Candidate, entries, query_words, rank, words
from graph_api.storage.sqlite_tables import SqlValue, quoted, table_of

Bind = Callable[[SqlValue], str]

_END = "\U0010ffff"
_BATCH = 2000


def searched(kind: type[Node]) -> tuple[str, ...]:
    """Names of the properties of a kind that are searched."""
    return tuple(p.name for p in properties(kind).values() if p.search)


def nodes_with(text: str, bind: Bind) -> str | None:
    """A SELECT of the ids of all nodes (of any kind) in which every word of a text is found; None where it has no word."""
    return " INTERSECT ".join(f"SELECT DISTINCT node FROM ({_nodes_with_word(word, bind)})" for word in query_words(text)) or None


def _nodes_with_word(word: str, bind: Bind) -> str:
    whole, end = bind(word), bind(word + _END)
    begins = f"SELECT node FROM _term WHERE word >= {whole} AND word < {end}"
    if len(word) < TYPO_LENGTH:
        return begins
    kept = (len(word) - 1) // 2
    close = f"length(word) BETWEEN {bind(len(word) - 1)} AND {bind(len(word) + 1)} AND one_typo(word, {whole})"
    first, last = word[:kept], word[kept + 1 :][::-1]
    return (
        f"{begins} UNION SELECT node FROM _term WHERE word >= {bind(first)} AND word < {bind(first + _END)} AND {close}"
        f" UNION SELECT node FROM _term WHERE reversed >= {bind(last)} AND reversed < {bind(last + _END)} AND {close}"
    )


def search(connection: sqlite3.Connection, given: Search) -> Hits:
    """The nodes that a text finds; run it where the file does not change meanwhile."""
    values: dict[str, SqlValue] = {}

    def bind(value: SqlValue) -> str:
        values[f"v{len(values)}"] = value
        return f":v{len(values) - 1}"

    found = nodes_with(given.text, bind)
    if not found or not given.kinds:
        return Hits(hits=(), total=0, kinds={})
    kinds = f"(SELECT value FROM json_each({bind(orjson.dumps(given.kinds).decode())}))"
    rows = connection.execute(f"SELECT node, substr(node, 1, instr(node, ':') - 1) AS kind FROM ({found}) WHERE kind IN {kinds}", values)
    ids: dict[str, list[str]] = defaultdict(list)
    for node, kind in rows:
        ids[kind].append(node)
    every = [node for nodes in ids.values() for node in nodes]
    hits = rank(given.text, _candidates(connection, given.text, every))[given.offset : given.offset + given.first]
    return Hits(hits=tuple(hits), total=len(every), kinds={kind: len(ids[kind]) for kind in KINDS if kind in ids})


def _candidates(connection: sqlite3.Connection, text: str, ids: Sequence[str]) -> Iterable[Candidate]:
    """What is ranked of the nodes found: all, or those with the closest texts where they are too many."""
    if len(ids) > MOST_CANDIDATES:
        ids = _closest(connection, text, ids)
    texts: dict[str, dict[str, list[str]]] = {}
    for node, name, stored in connection.execute("SELECT node, property, words FROM _text WHERE node IN (SELECT value FROM json_each(?))", (_json(ids),)):
        texts.setdefault(node, {}).setdefault(name, []).append(stored)
    for node, of_node in texts.items():
        names = searched(KINDS[node.partition(":")[0]])
        yield Candidate(id=node, texts={name: of_node[name] for name in names if name in of_node})


def _closest(connection: sqlite3.Connection, text: str, ids: Sequence[str]) -> list[str]:
    """The nodes that have the query itself as a text, then one that begins with it, then one that holds it, shorter ones first."""
    whole = " ".join(words(text))
    rows = connection.execute(
        "SELECT node FROM _text WHERE node IN (SELECT value FROM json_each(:ids)) GROUP BY node"
        " ORDER BY min(CASE instr(' ' || words, ' ' || :whole) WHEN 1 THEN 0 WHEN 0 THEN 2 ELSE 1 END * 100000 + length(words)), node LIMIT :most",
        {"ids": _json(ids), "whole": whole, "most": MOST_CANDIDATES},
    )
    return [node for (node,) in rows]


def _json(ids: Sequence[str]) -> str:
    return orjson.dumps(ids).decode()


# ── upkeep ────────────────────────────────────────────────────────────────────────────────────────────────────────────


def index(connection: sqlite3.Connection, kind: type[Node], ids: Iterable[str]) -> None:
    """Makes the index say what the nodes' properties say now."""
    rest = iter(ids)
    while batch := list(islice(rest, _BATCH)):
        _index_batch(connection, kind, _json(batch))


def _index_batch(connection: sqlite3.Connection, kind: type[Node], ids: str) -> None:
    names = searched(kind)
    columns = ", ".join(quoted(name) for name in names)
    wanted: set[tuple[str, str, str]] = set()
    for node, *values in connection.execute(f"SELECT id, {columns} FROM {table_of(kind)} WHERE id IN (SELECT value FROM json_each(?))", (ids,)):
        for name, value in zip(names, values, strict=True):
            texts = tuple(orjson.loads(value)) if properties(kind)[name].type is tuple else value
            wanted.update((node, name, text) for text in entries(texts) if text)
    there = set(connection.execute("SELECT node, property, words FROM _text WHERE node IN (SELECT value FROM json_each(?))", (ids,)))
    gone, new = there - wanted, wanted - there
    connection.executemany("DELETE FROM _text WHERE node = ? AND property = ? AND words = ?", gone)
    connection.executemany("INSERT INTO _text VALUES (?, ?, ?)", sorted(new))
    before, after = _terms(there), _terms(wanted)
    connection.executemany("DELETE FROM _term WHERE word = ? AND node = ?", before - after)
    connection.executemany("INSERT INTO _term VALUES (?, ?, ?)", sorted((word, node, word[::-1]) for word, node in after - before))


def _terms(texts: Iterable[tuple[str, str, str]]) -> set[tuple[str, str]]:
    return {(word, node) for node, _, stored in texts for word in stored.split(" ")}


def forget(connection: sqlite3.Connection, ids: str) -> None:
    """Takes nodes, given as a JSON list of ids, out of the index."""
    texts = connection.execute("SELECT node, property, words FROM _text WHERE node IN (SELECT value FROM json_each(?))", (ids,)).fetchall()
    connection.executemany("DELETE FROM _term WHERE word = ? AND node = ?", _terms(texts))
    connection.execute("DELETE FROM _text WHERE node IN (SELECT value FROM json_each(?))", (ids,))


def fingerprint() -> str:
    """Which properties are searched; where it changes, the index has to be built anew."""
    return orjson.dumps({kind_name(kind): searched(kind) for kind in KINDS.values()}).decode()


def rebuild(connection: sqlite3.Connection) -> None:
    """Builds the whole index anew."""
    connection.execute("DELETE FROM _text")
    connection.execute("DELETE FROM _term")
    for kind in KINDS.values():
        if searched(kind):
            index(connection, kind, (node for (node,) in connection.execute(f"SELECT id FROM {table_of(kind)}").fetchall()))
