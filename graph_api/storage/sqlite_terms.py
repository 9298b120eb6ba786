"""The full-text index of the embedded store: the words of every `search` property, for finding, and whole texts, for ranking.

A word is found as itself, as the beginning of a stored one, or with one typo. A typo leaves either the first letters of the
word as they are or its last ones, so stored words are looked up by beginning and, reversed, by end, and compared one by one.
"""
# ruff: noqa: S608 - the names in statements are declared ones

from __future__ import annotations

import functools
import sqlite3
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from itertools import chain, islice

import orjson

from graph_api.model import KINDS, Node, kind_name, properties
from graph_api.storage.base import Hits, Search
from graph_api.storage.ranking import MOST_CANDIDATES, TYPO_LENGTH, Candidate, entries, query_words, rank, words
from graph_api.storage.sqlite_tables import SqlValue, quoted, table_of

Bind = Callable[[SqlValue], str]

_END = "\U0010ffff"
_BATCH = 2000


@functools.cache
def searched(kind: type[Node]) -> tuple[str, ...]:
    """Names of the properties of a kind that are searched."""
    return tuple(p.name for p in properties(kind).values() if p.search)


def nodes_with(text: str, bind: Bind) -> str | None:
    """A SELECT of the ids of all nodes (of any kind) in which every word of a text is found, some more than once; None where it has no word."""
    return " INTERSECT ".join(f"SELECT node FROM ({_nodes_with_word(word, bind)})" for word in query_words(text)) or None


def _nodes_with_word(word: str, bind: Bind) -> str:
    whole, end = bind(word), bind(word + _END)
    begins = f"SELECT node FROM _term WHERE word >= {whole} AND word < {end}"
    if len(word) < TYPO_LENGTH:
        return begins
    kept = (len(word) - 1) // 2
    first, last = word[:kept], word[kept + 1 :][::-1]
    length = f"length(word) BETWEEN {bind(len(word) - 1)} AND {bind(len(word) + 1)}"
    near = (
        f"SELECT word FROM _term WHERE word >= {bind(first)} AND word < {bind(first + _END)} AND {length}"
        f" UNION SELECT word FROM _term WHERE reversed >= {bind(last)} AND reversed < {bind(last + _END)} AND {length}"
    )  # LIMIT -1: so that each word is compared once, not once for each node that has it
    return f"{begins} UNION SELECT node FROM _term WHERE word IN (SELECT word FROM ({near} LIMIT -1) WHERE one_typo(word, {whole}))"


def search(connection: sqlite3.Connection, given: Search) -> Hits:
    """The nodes that a text finds; run it where the file does not change meanwhile."""
    values: dict[str, SqlValue] = {}

    def bind(value: SqlValue) -> str:
        values[f"v{len(values)}"] = value
        return f":v{len(values) - 1}"

    found = nodes_with(given.text, bind)
    by_kind: dict[str, list[str]] = defaultdict(list)
    for node in {node for (node,) in connection.execute(found, values)} if found else ():  # quicker than DISTINCT
        by_kind[node.partition(":")[0]].append(node)
    kept = {kind: by_kind[kind] for kind in KINDS if kind in by_kind and kind in given.kinds}
    hits = rank(given.text, _candidates(connection, given, list(chain.from_iterable(kept.values()))))
    return Hits(
        hits=tuple(hits[given.offset : given.offset + given.first]),
        total=sum(map(len, kept.values())),
        kinds={kind: len(ids) for kind, ids in kept.items()},
    )


def _most(given: Search) -> int:
    """How many of the closest are ranked: as many as wanted where no typo is forgiven a single word, because closeness is the rank then."""
    query = query_words(given.text)
    simple = len(query) == 1 and len(query[0]) < TYPO_LENGTH
    return min(given.offset + given.first, MOST_CANDIDATES) if simple else MOST_CANDIDATES


def _candidates(connection: sqlite3.Connection, given: Search, ids: Sequence[str]) -> Iterable[Candidate]:
    """What is ranked of the nodes found: all, or the closest where they are too many."""
    if len(ids) > (most := _most(given)):
        ids = _closest(connection, given.text, ids, most)
    texts: dict[str, dict[str, list[str]]] = {}
    for node, name, stored in connection.execute("SELECT node, property, words FROM _text WHERE node IN (SELECT value FROM json_each(?))", (_json(ids),)):
        texts.setdefault(node, {}).setdefault(name, []).append(stored)
    for node, of_node in texts.items():
        names = searched(KINDS[node.partition(":")[0]])
        yield Candidate(id=node, texts={name: of_node[name] for name in names if name in of_node})


def _closest(connection: sqlite3.Connection, text: str, ids: Sequence[str], most: int) -> list[str]:
    """The nodes with a text that begins with the query, then those with one that holds it, then others; of these, those with short texts first.

    Mostly those that begin with it are enough, and an index has them at hand.
    """
    whole, among = " ".join(words(text)), set(ids)
    begins = connection.execute("SELECT node FROM _text WHERE words >= ? AND words < ? ORDER BY length(words), node", (whole, whole + _END))
    first: dict[str, None] = {}
    for (node,) in begins:
        if node in among:
            first[node] = None
        if len(first) == most:
            return list(first)
    closeness = "CASE instr(' ' || words, ' ' || :whole) WHEN 1 THEN 0 WHEN 0 THEN 2 ELSE 1 END * 100000 + length(words)"
    rows = connection.execute(
        f"SELECT node FROM _text WHERE node IN (SELECT value FROM json_each(:ids)) GROUP BY node ORDER BY min({closeness}), node LIMIT :most",
        {"ids": _json(ids), "whole": whole, "most": most},
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
