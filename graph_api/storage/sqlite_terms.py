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
_TIER = 100_000
"""How much closer a text is that begins with the query than one that holds it, and that than others; longer than any text."""


@functools.cache
def searched(kind: type[Node]) -> tuple[str, ...]:
    """Names of the properties of a kind that are searched."""
    return tuple(p.name for p in properties(kind).values() if p.search)


def nodes_with(query: Sequence[str], bind: Bind) -> str | None:
    """A SELECT of the ids of all nodes (of any kind) in which every word is found, some more than once; None where there is no word.

    The first word is looked up, the others are sought in the texts of what it finds: the rarer it is, the less there is to do.
    """
    if not query:
        return None
    first, *others = query
    whole, end = bind(first), bind(first + _END)
    begins = f"SELECT node FROM _term WHERE word >= {whole} AND word < {end}"
    found = f"{begins} UNION {_nodes_near(first, bind)}" if len(first) >= TYPO_LENGTH else begins
    return " AND ".join((f"SELECT node FROM ({found}) AS found WHERE 1", *(_holds(word, bind) for word in others)))


def _holds(word: str, bind: Bind) -> str:
    begins = f"EXISTS (SELECT 1 FROM _text WHERE _text.node = found.node AND instr(' ' || words, {bind(' ' + word)}))"
    return f"({begins} OR found.node IN ({_nodes_near(word, bind)}))" if len(word) >= TYPO_LENGTH else begins


def _nodes_near(word: str, bind: Bind) -> str:
    """A SELECT of the nodes with a word one typo away that does not begin with this one."""
    kept = (len(word) - 1) // 2
    own, end = bind(word), bind(word + _END)
    length = f"length(it) BETWEEN {bind(len(word) - 1)} AND {bind(len(word) + 1)}"
    ends = f"SELECT (SELECT word FROM _term WHERE reversed = it LIMIT 1) AS it FROM ({_stored('reversed', word[kept + 1 :][::-1], bind)}) WHERE {length}"
    near = f"SELECT it FROM ({_stored('word', word[:kept], bind)}) WHERE {length} UNION {ends}"
    return f"SELECT node FROM _term WHERE word IN (SELECT it FROM ({near}) WHERE NOT (it >= {own} AND it < {end}) AND one_typo(it, {own}))"


def _stored(column: str, begin: str, bind: Bind) -> str:
    """A SELECT of the different values of a column that begin so, each found by a leap over its rows to the next: there may be thousands."""
    first, end = bind(begin), bind(begin + _END)
    leap = f"SELECT (SELECT min({column}) FROM _term WHERE {column} > it AND {column} < {end}) FROM leap WHERE it IS NOT NULL"
    leaps = f"leap(it) AS (SELECT min({column}) FROM _term WHERE {column} >= {first} AND {column} < {end} UNION ALL {leap})"
    return f"WITH RECURSIVE {leaps} SELECT it FROM leap WHERE it IS NOT NULL"


def search(connection: sqlite3.Connection, given: Search) -> Hits:
    """The nodes that a text finds; run it where the file does not change meanwhile."""
    values: dict[str, SqlValue] = {}

    def bind(value: SqlValue) -> str:
        values[f"v{len(values)}"] = value
        return f":v{len(values) - 1}"

    found = nodes_with(_rarest_first(connection, query_words(given.text)), bind)
    by_kind: dict[str, list[str]] = defaultdict(list)
    for node in {node for (node,) in connection.execute(found, values)} if found else ():  # quicker than DISTINCT
        by_kind[node.partition(":")[0]].append(node)
    kept = {kind: by_kind[kind] for kind in KINDS if kind in by_kind and kind in given.kinds}
    end = min(given.offset + given.first, MOST_CANDIDATES)
    best = _best(connection, " ".join(words(given.text)), list(chain.from_iterable(kept.values())), end)
    return Hits(
        hits=tuple(rank(given.text, _candidates(connection, best))[given.offset : end]),
        total=sum(map(len, kept.values())),
        kinds={kind: len(ids) for kind, ids in kept.items()},
    )


def _rarest_first(connection: sqlite3.Connection, query: Sequence[str]) -> Sequence[str]:
    """The words by the number of stored ones that begin with them, counted up to a bound."""
    if len(query) < 2:
        return query
    count = "SELECT count(*) FROM (SELECT 1 FROM _term WHERE word >= ? AND word < ? LIMIT 100000)"
    return sorted(query, key=lambda word: connection.execute(count, (word, word + _END)).fetchone())


def _best(connection: sqlite3.Connection, whole: str, ids: Sequence[str], wanted: int) -> Sequence[str]:
    """Those of the nodes found that have to be ranked to have the best so many.

    None is better than one with a text that begins with the query, nor then, where that is a single word, than one with a text that holds it; among
    these a shorter text is better. Where they are too few, all are ranked, or the closest where all are too many.
    """
    if len(ids) <= wanted:
        return ids
    begin = _beginning(connection, whole, set(ids), wanted)
    if len(begin) == wanted:
        return begin
    single = " " not in whole
    if not single and len(ids) <= MOST_CANDIDATES:
        return ids
    close = _closest(connection, whole, ids)
    enough = single and close[wanted - 1][1] < 2 * _TIER
    return [node for node, _ in (close[:wanted] if enough else close)]


def _beginning(connection: sqlite3.Connection, whole: str, among: set[str], most: int) -> list[str]:
    """Nodes with a text that begins with the query, those with short ones first: an index has them at hand."""
    rows = connection.execute("SELECT node FROM _text WHERE words >= ? AND words < ? ORDER BY length(words), node", (whole, whole + _END))
    return list(islice(dict.fromkeys(node for (node,) in rows if node in among), most))


def _closest(connection: sqlite3.Connection, whole: str, ids: Sequence[str]) -> list[tuple[str, int]]:
    """How close nodes are, `MOST_CANDIDATES` at most: those with a text that begins with the query, with one that holds it, others; short texts first."""
    closeness = f"CASE instr(' ' || words, ' ' || :whole) WHEN 1 THEN 0 WHEN 0 THEN 2 ELSE 1 END * {_TIER} + length(words)"
    rows = connection.execute(
        f"SELECT node, min({closeness}) AS close FROM _text WHERE node IN (SELECT value FROM json_each(:ids)) GROUP BY node ORDER BY close, node LIMIT :most",
        {"ids": _json(ids), "whole": whole, "most": MOST_CANDIDATES},
    )
    return rows.fetchall()


def _candidates(connection: sqlite3.Connection, ids: Sequence[str]) -> Iterable[Candidate]:
    texts: dict[str, dict[str, list[str]]] = {}
    for node, name, stored in connection.execute("SELECT node, property, words FROM _text WHERE node IN (SELECT value FROM json_each(?))", (_json(ids),)):
        texts.setdefault(node, {}).setdefault(name, []).append(stored)
    for node, of_node in texts.items():
        names = searched(KINDS[node.partition(":")[0]])
        yield Candidate(id=node, texts={name: of_node[name] for name in names if name in of_node})


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
