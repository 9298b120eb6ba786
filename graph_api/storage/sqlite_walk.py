"""Walks of the embedded store along links in any direction: neighbourhoods and shortest paths, one statement a level."""
# ruff: noqa: S608 - the names in statements are declared ones

from __future__ import annotations

import sqlite3
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from itertools import islice

import orjson

from graph_api.model import LINKS, Link, kind_of, link_name
from graph_api.storage.base import Expansion, Neighbourhood
from graph_api.storage.sqlite_tables import table_of


def expand(connection: sqlite3.Connection, given: Expansion) -> Neighbourhood:
    """The neighbourhood of some nodes; run it where the file does not change meanwhile."""
    depths = dict.fromkeys(sorted(_existing(connection, given.ids)), 0)
    level: Iterable[str] = list(depths)
    for depth in range(1, given.depth + 1):
        reached = {there for _, there in _neighbours(connection, level, given.links)}
        level = sorted(i for i in reached if i not in depths and (given.kinds is None or kind_of(i) in given.kinds))
        depths |= dict.fromkeys(level, depth)
    ids = list(islice(depths, given.limit))
    links = _links_between(connection, ids, given.links)
    return Neighbourhood(
        ids=tuple(ids),
        depths=tuple(depths[i] for i in ids),
        links=tuple(name for _, _, name in links),
        sources=tuple(source for source, _, _ in links),
        targets=tuple(target for _, target, _ in links),
        total=len(depths),
    )


def _existing(connection: sqlite3.Connection, ids: Iterable[str]) -> list[str]:
    by_kind: dict[str, list[str]] = defaultdict(list)
    for each in ids:
        if kind := kind_of(each):
            by_kind[kind].append(each)
    found: list[str] = []
    for kind, of_kind in by_kind.items():
        found += [i for (i,) in connection.execute(f'SELECT id FROM "{kind}" WHERE id IN (SELECT value FROM json_each(?))', (_json(of_kind),))]
    return found


def _neighbours(connection: sqlite3.Connection, ids: Iterable[str], links: Sequence[type[Link]] | None) -> Iterator[tuple[str, str]]:
    """Pairs of one of the nodes and a neighbour of it."""
    halves = [
        f"SELECT {here}, {there} FROM {table_of(link)} WHERE {here} IN (SELECT value FROM json_each(:ids))"
        for link in (LINKS if links is None else links)
        for here, there in (("source", "target"), ("target", "source"))
    ]
    return iter(connection.execute(" UNION ALL ".join(halves), {"ids": _json(ids)}) if halves else ())


def _links_between(connection: sqlite3.Connection, ids: Sequence[str], links: Sequence[type[Link]] | None) -> list[tuple[int, int, str]]:
    """Source, target (as positions) and name of all links between any two of the nodes, in that order."""
    position = {each: i for i, each in enumerate(ids)}
    found: set[tuple[int, int, str]] = set()
    for link in LINKS if links is None else links:
        rows = connection.execute(f"SELECT source, target FROM {table_of(link)} WHERE source IN (SELECT value FROM json_each(?))", (_json(ids),))
        found.update((position[source], position[target], link_name(link)) for source, target in rows if target in position)
    return sorted(found)


def _json(ids: Iterable[str]) -> str:
    return orjson.dumps(list(ids)).decode()


class _Side:
    """What is known of the graph from one end of a path: levels of nodes, and for each node those one level nearer to the end."""

    def __init__(self, end: str) -> None:
        self.level = {end}
        self.depth = 0
        self.nearer: dict[str, set[str]] = {end: set()}

    def grow(self, connection: sqlite3.Connection, links: Sequence[type[Link]] | None) -> None:
        """Takes in the next level."""
        found: dict[str, set[str]] = defaultdict(set)
        for here, there in _neighbours(connection, self.level, links):
            if there not in self.nearer:
                found[there].add(here)
        self.nearer |= found
        self.level, self.depth = set(found), self.depth + 1


def paths(connection: sqlite3.Connection, source: str, target: str, *, longest: int, first: int, links: Sequence[type[Link]] | None) -> list[tuple[str, ...]]:
    """All shortest paths between two nodes, in order of their ids; run it where the file does not change meanwhile.

    Two searches, one from each end, grow level by level, the narrower one first, until they meet.
    """
    if len(set(_existing(connection, (source, target)))) < len({source, target}):
        return []
    begin, end = _Side(source), _Side(target)
    while not (meeting := begin.level & end.level):
        narrower = min(begin, end, key=lambda side: len(side.level))
        if not narrower.level or begin.depth + end.depth >= longest:
            return []
        narrower.grow(connection, links)
    return list(islice(_in_order(source, _onward(begin, end, meeting)), first))


def _onward(begin: _Side, end: _Side, meeting: set[str]) -> dict[str, set[str]]:
    """For each node on a shortest path those that follow it."""
    following: dict[str, set[str]] = defaultdict(set)
    level = meeting
    while level:
        for node in level:
            for nearer in begin.nearer[node]:
                following[nearer].add(node)
        level = {nearer for node in level for nearer in begin.nearer[node]}
    level = meeting
    while level:
        for node in level:
            following[node] |= end.nearer[node]
        level = {nearer for node in level for nearer in end.nearer[node]}
    return following


def _in_order(node: str, following: dict[str, set[str]]) -> Iterator[tuple[str, ...]]:
    if not following.get(node):
        yield (node,)
        return
    for after in sorted(following[node]):
        for rest in _in_order(after, following):
            yield (node, *rest)
