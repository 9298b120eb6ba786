"""The verbs that read, in a transaction or alone, and what they say in Cypher about the graph whatever the kind."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any, TypeAlias

from graph_api.errors import StoreUnavailable
from graph_api.model import KINDS, LINKS, Link, link_name, properties
from graph_api.storage.base import Cell, Columns, Expansion, Filter, Hits, Neighbourhood, Search, Selection, Snapshot, nested
from graph_api.storage.codec import encode
from graph_api.storage.neo4j_filter import Statement, declared, link_property
from graph_api.storage.neo4j_layout import SEARCH_INDEX, label, labels, link_type, link_types, lucene, searched, words_name
from graph_api.storage.neo4j_select import count_statement, select_statement
from graph_api.storage.ranking import MOST_CANDIDATES, Candidate, query_words, rank

Ask: TypeAlias = Callable[[Statement], Awaitable[Any]]
"""Runs a statement and gives the one value of its one row, None where there is none. The driver's values are not typed: this is the edge."""

MOST_PATHS = 1000
"""So many shortest paths are compared at most before the first are taken: between hubs there may be millions."""


REVISION = Statement(text="MATCH (m:Meta {id: 'meta'}) RETURN CASE WHEN m.filler IS NOT NULL THEN -1 ELSE m.revision END", parameters={})
UNFINISHED = "the store is being filled by an import or a restore, or that was broken off; if nobody is at it, carry it out again in a minute"

_LINK_NAMES = {link_type(link): link_name(link) for link in LINKS}


class Neo4jReader:
    """Every verb that reads, over anything that runs statements."""

    def __init__(self, ask: Ask) -> None:
        self._ask = ask

    async def select(self, *selections: Selection) -> list[Cell]:
        """See `Reader.select`."""
        return nested(selections, await self.select_flat(*selections))

    async def select_flat(self, *selections: Selection) -> list[Cell]:
        """See `Reader.select_flat`."""
        return await self._ask(select_statement(selections)) if selections else []

    async def count(self, kind: str, filter: Filter | None = None) -> int:
        """See `Reader.count`."""
        return await self._ask(count_statement(kind, filter))

    async def search(self, search: Search) -> Hits:
        """See `Reader.search`."""
        words = query_words(search.text)
        if not words:
            return Hits(hits=(), total=0, kinds={})
        found, numbers = await self._ask(search_statement(words, search.kinds))
        names = searched()
        candidates = [Candidate(id=own, texts={n: t for n, t in zip(names, texts, strict=True) if t}) for own, texts in found]
        hits = rank(search.text, candidates)[search.offset : search.offset + search.first]
        counts: dict[str, int] = dict(numbers)
        return Hits(hits=tuple(hits), total=sum(counts.values()), kinds={kind: counts[label(kind)] for kind in KINDS if label(kind) in counts})

    async def expand(self, expansion: Expansion) -> Neighbourhood:
        """See `Reader.expand`."""
        ids, sizes, links = await self._ask(expand_statement(expansion))
        places = {own: place for place, own in enumerate(ids)}
        found = sorted({(places[source], places[target], _LINK_NAMES[kind]) for kind, source, target in links})
        return Neighbourhood(
            ids=tuple(ids),
            depths=tuple(depth for depth, size in enumerate(sizes) for _ in range(size))[: len(ids)],
            links=tuple(name for _, _, name in found),
            sources=tuple(source for source, _, _ in found),
            targets=tuple(target for _, target, _ in found),
            total=sum(sizes),
        )

    async def paths(self, source: str, target: str, *, longest: int = 4, first: int = 5, links: tuple[type[Link], ...] | None = None) -> list[tuple[str, ...]]:
        """See `Reader.paths`."""
        if source == target:
            found = await self._ask(expand_statement(Expansion(ids=(source,), depth=0)))
            return [tuple(found[0])] if found[0] and first > 0 else []
        if links == () or longest < 1:
            return []
        return [tuple(ids) for ids in await self._ask(paths_statement(source, target, longest=longest, first=first, links=links))]

    async def snapshot(self, kinds: Mapping[str, tuple[str, ...]], links: Mapping[type[Link], tuple[str, ...]]) -> Snapshot:
        """See `Reader.snapshot`."""
        revision = await self.revision()
        nodes = [kind_columns_statement(kind, names) for kind, names in kinds.items()]
        found = await self._answers([*nodes, *(link_columns_statement(link, names) for link, names in links.items())])
        return Snapshot(
            revision=revision,
            kinds={kind: Columns(values=dict(zip(names, values, strict=True))) for (kind, names), values in zip(kinds.items(), found, strict=False)},
            links={
                link: Columns(values=dict(zip(("source", "target", *names), values, strict=True)))
                for (link, names), values in zip(links.items(), found[len(nodes) :], strict=True)
            },
        )

    async def _answers(self, statements: Sequence[Statement]) -> list[Any]:
        """What each statement gives: one after the other, since a transaction runs one at a time."""
        return [await self._ask(statement) for statement in statements]

    async def revision(self) -> int:
        """See `Reader.revision`."""
        revision = await self._ask(REVISION) or 0
        if revision < 0:
            raise StoreUnavailable(UNFINISHED)
        return revision


def expand_statement(wanted: Expansion) -> Statement:
    """Answers `[ids, number of nodes in each depth, [[link type, source, target], …]]`: level by level, each node once."""
    reached = f"b:{labels(wanted.kinds)}" if wanted.kinds is not None else "b"
    types, depth = link_types(wanted.links), wanted.depth if wanted.links != () and wanted.kinds != () else 0
    levels = [f"l{number}" for number in range(depth + 1)]
    steps = [_level(levels[:number], types, reached) for number in range(1, depth + 1)]
    links = f"COLLECT {{ UNWIND kept AS a MATCH (a)-[l{types}]->(b) WHERE b IN kept RETURN [type(l), a.id, b.id] }}" if wanted.links != () else "[]"
    lines = [
        "MATCH (n:Node) WHERE n.id IN $ids WITH n ORDER BY n.id WITH collect(n) AS l0",
        *steps,
        f"WITH {', '.join(levels)}, ({' + '.join(levels)})[..$limit] AS kept",
        f"RETURN [[n IN kept | n.id], [{', '.join(f'size({level})' for level in levels)}], {links}]",
    ]
    return Statement(text="\n".join(lines), parameters={"ids": [encode(own) for own in wanted.ids], "limit": wanted.limit})


def _level(before: Sequence[str], types: str, reached: str) -> str:
    new = " AND ".join(f"NOT b IN {level}" for level in before)
    found = f"UNWIND {before[-1]} AS a MATCH (a)-[{types}]-({reached}) WITH DISTINCT b WHERE {new} WITH b ORDER BY b.id RETURN collect(b)"
    return f"CALL ({', '.join(before)}) {{ {found} AS l{len(before)} }}"


def paths_statement(source: str, target: str, *, longest: int, first: int, links: tuple[type[Link], ...] | None) -> Statement:
    """Answers lists of ids: shortest paths between two nodes, against any direction."""
    text = f"""MATCH (a:Node {{id: $source}}) MATCH (b:Node {{id: $target}})
MATCH p = allShortestPaths((a)-[{link_types(links)}*..{int(longest)}]-(b)) WITH p LIMIT {MOST_PATHS}
WITH DISTINCT [n IN nodes(p) | n.id] AS ids ORDER BY ids LIMIT $first RETURN collect(ids)"""
    return Statement(text=text, parameters={"source": encode(source), "target": encode(target), "first": first})


def search_statement(words: Sequence[str], kinds: Sequence[str]) -> Statement:
    """Answers `[[[id, [words of each searched property]], …], [[label, number of hits], …]]`, the former for the best hits only."""
    texts = ", ".join(f"n.{words_name(name)}" for name in searched())
    text = f"""CALL db.index.fulltext.queryNodes('{SEARCH_INDEX}', $query) YIELD node
WITH node, [l IN labels(node) WHERE l <> 'Node'][0] AS label WHERE label IN $labels
WITH collect(node) AS found, collect(label) AS labels
WITH [n IN found[..{MOST_CANDIDATES}] | [n.id, [{texts}]]] AS best,
     COLLECT {{ UNWIND labels AS label WITH label, count(*) AS number RETURN [label, number] }} AS numbers
RETURN [best, numbers]"""
    return Statement(text=text, parameters={"query": lucene(words), "labels": list(map(label, kinds))})


def kind_columns_statement(kind: str, names: Sequence[str]) -> Statement:
    """Answers one list for each property, of all nodes of a kind in order of id."""
    columns = ", ".join(f"[n IN nodes | n.{declared([kind], name).name}]" for name in names)
    return Statement(
        text=f"MATCH (n:{label(kind)}) WHERE n.id IS NOT NULL WITH n ORDER BY n.id WITH collect(n) AS nodes RETURN [{columns}]", parameters={}, bulk=True
    )


def link_columns_statement(link: type[Link], names: Sequence[str]) -> Statement:
    """Answers the sources' ids, the targets' ids, and one list for each property of all links of a type, in order of their ends and keys."""
    columns = "".join(f", [l IN links | l.{link_property(link, name).name}]" for name in names)
    order = ", ".join(["source", "target", *(f"l.{p.name}" for p in properties(link).values() if p.key)])
    rows = f"MATCH (a)-[l:{link_type(link)}]->(b) WITH a.id AS source, b.id AS target, l ORDER BY {order}"
    found = f"{rows} WITH collect(source) AS sources, collect(target) AS targets, collect(l) AS links"
    return Statement(text=f"{found} RETURN [sources, targets{columns}]", parameters={}, bulk=True)
