"""The verbs that write, and what they say in Cypher: whole batches of rows by one statement, names from the declared kinds and links only."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Mapping, Sequence
from typing import TypeVar

from graph_api.errors import InvalidInput, NotFound
from graph_api.model import KINDS, Link, Property, link_name, properties
from graph_api.storage.codec import encode
from graph_api.storage.neo4j_filter import Statement
from graph_api.storage.neo4j_layout import defaults, label, link_type, stored_names
from graph_api.storage.neo4j_reader import Neo4jReader
from graph_api.storage.neo4j_rows import (
    Rows,
    Side,
    Stored,
    checked_ends,
    checked_nodes,
    declared_properties,
    kept_links,
    key_properties,
    latest,
    stored,
    with_keys,
)

T = TypeVar("T")

BATCH = 2000
"""Rows (or ids) in one statement."""


CLEAR_LINKS = Statement(text="MATCH (:Node)-[l]->() WITH l LIMIT 50000 DELETE l RETURN count(*)", parameters={})
CLEAR_NODES = Statement(text="MATCH (n:Node) WITH n LIMIT 20000 DETACH DELETE n RETURN count(*)", parameters={})


class Neo4jWriter(Neo4jReader):
    """Every verb, within one transaction. Each checks all of its rows before it sends any."""

    async def save(self, kind: str, columns: Sequence[str], rows: Rows) -> None:
        """See `Writer.save`."""
        checked_nodes(kind, columns, rows)
        props = declared_properties(KINDS[kind], columns[1:])
        prepared = await _stored(props, rows, ends=1)
        lacking = [p.name for p in properties(KINDS[kind]).values() if p.required and p.name not in columns]
        if lacking and (new := await self._missing([str(row[0]) for row in rows])):
            raise InvalidInput(f"{new[0]} is new: {', '.join(lacking)} is required")
        for batch in batches(prepared):
            await self._tell(save_statement(kind, props, batch))

    async def link(self, link: type[Link], columns: Sequence[str], rows: Rows, *, replace: Side | None = None) -> None:
        """See `Writer.link`."""
        checked_ends(link, columns, rows, replace)
        columns, rows = with_keys(link, columns, rows)
        props, keys = declared_properties(link, columns[2:]), len(key_properties(link))
        full = await _stored(props, latest(link, [row for row in rows if row[0] is not None and row[1] is not None]), ends=2)
        if missing := await self._missing([str(end) for row in rows for end in row[:2] if end is not None]):
            raise NotFound(*missing)
        if replace:
            none: Stored = [list(row[:2]) for row in rows if row[0] is None or row[1] is None]
            await self._keep(link, replace, kept_links(replace, keys, [*full, *none]))
        if link.ends.one_target:
            await self._keep(link, "source", kept_links("source", keys, full))
        if link.ends.one_source:
            await self._keep(link, "target", kept_links("target", keys, full))
        for batch in batches(full):
            await self._tell(link_statement(link, props, batch))

    async def unlink(self, link: type[Link], columns: Sequence[str], rows: Rows) -> int:
        """See `Writer.unlink`."""
        keys = declared_properties(link, columns[2:])
        if strange := [p.name for p in keys if not p.key]:
            raise InvalidInput(f"{strange[0]} does not tell links of {link_name(link)} apart")
        prepared = stored(keys, rows, ends=2)
        return sum([await self._ask(unlink_statement(link, keys, batch)) for batch in batches(prepared)])

    async def delete(self, ids: Sequence[str]) -> int:
        """See `Writer.delete`."""
        return sum([await self._ask(delete_statement(batch)) for batch in batches([encode(own) for own in dict.fromkeys(ids)])])

    async def clear(self) -> None:
        """See `Writer.clear`."""
        for part in (CLEAR_LINKS, CLEAR_NODES):
            while await self._ask(part):
                pass

    async def advance(self, revision: int) -> None:
        """See `Writer.advance`."""
        text = "MATCH (m:Meta {id: 'meta'}) WHERE m.revision <= $revision SET m.revision = $revision + 1"
        await self._ask(Statement(text=text, parameters={"revision": revision}))

    async def _keep(self, link: type[Link], side: Side, kept: Mapping[str, Sequence[Sequence[object]]]) -> None:
        for batch in batches(list(kept.items())):
            await self._tell(keep_statement(link, side, batch))

    async def _tell(self, statement: Statement) -> None:
        """Runs a statement whose answer nobody needs."""
        await self._ask(statement)

    async def _missing(self, ids: Sequence[str]) -> list[str]:
        """Those of the ids that do not exist, in order."""
        different = [encode(own) for own in dict.fromkeys(ids)]
        return sorted([own for batch in batches(different) for own in await self._ask(missing_statement(batch))])


async def _stored(props: Sequence[Property], rows: Rows, *, ends: int) -> Stored:
    """See `stored`. Many in a thread: whoever else asks meanwhile does not wait."""
    return await asyncio.to_thread(stored, props, rows, ends=ends) if len(rows) > BATCH // 4 else stored(props, rows, ends=ends)


def batches(rows: Sequence[T]) -> Iterator[Sequence[T]]:
    """The rows in parts that one statement takes."""
    return (rows[start : start + BATCH] for start in range(0, len(rows), BATCH))


def save_statement(kind: str, props: Sequence[Property], rows: Sequence[list[object]]) -> Statement:
    """Creates or changes nodes of a kind by id; the rows hold the id and the stored forms of the properties."""
    new = f"ON CREATE SET n:{label(kind)}, n += $defaults"
    return Statement(
        text=f"UNWIND $rows AS r MERGE (n:Node {{id: r[0]}}) {new}{_set('n', props, at=1)}",
        parameters={"rows": rows, "defaults": defaults(KINDS[kind])},
    )


def link_statement(link: type[Link], props: Sequence[Property], rows: Sequence[list[object]]) -> Statement:
    """Creates or changes links between nodes that exist; the rows hold both ends, the key properties, the others."""
    keys = [p for p in props if p.key]
    key = ", ".join(f"{p.name}: r[{at}]" for at, p in enumerate(keys, 2))
    merged = f"MERGE (a)-[l:{link_type(link)}{f' {{{key}}}' if key else ''}]->(b)"
    new = f" ON CREATE SET l += $defaults{_set('l', [p for p in props if not p.key], at=2 + len(keys))}"
    return Statement(
        text=f"UNWIND $rows AS r MATCH (a:Node {{id: r[0]}}) MATCH (b:Node {{id: r[1]}}) {merged}{new}",
        parameters={"rows": rows, "defaults": defaults(link)},
    )


def unlink_statement(link: type[Link], keys: Sequence[Property], rows: Sequence[list[object]]) -> Statement:
    """Removes links by their ends and the key properties given; answers how many."""
    where = " AND ".join(f"l.{p.name} = r[{at}]" for at, p in enumerate(keys, 2))
    found = f"MATCH (a:Node {{id: r[0]}}) MATCH (b:Node {{id: r[1]}}) MATCH (a)-[l:{link_type(link)}]->(b){f' WHERE {where}' if where else ''}"
    return Statement(text=f"UNWIND $rows AS r {found} WITH DISTINCT l DELETE l RETURN count(*)", parameters={"rows": rows})


def keep_statement(link: type[Link], side: Side, kept: Sequence[tuple[str, Sequence[Sequence[object]]]]) -> Statement:
    """Removes all links of the ends on a side (`source`, `target`) but those kept: for each end, other end and key properties."""
    keys = "".join(f", l.{p.name}" for p in key_properties(link))
    arrow = f"-[l:{link_type(link)}]->" if side == "source" else f"<-[l:{link_type(link)}]-"
    return Statement(
        text=f"UNWIND $rows AS r MATCH (a:Node {{id: r[0]}}){arrow}(b) WHERE NOT [b.id{keys}] IN r[1] DELETE l",
        parameters={"rows": [[end, others] for end, others in kept]},
    )


def missing_statement(ids: Sequence[object]) -> Statement:
    """Answers which of the ids do not exist, in order."""
    text = "UNWIND $ids AS id OPTIONAL MATCH (n:Node {id: id}) WITH id, n WHERE n IS NULL RETURN collect(id)"
    return Statement(text=text, parameters={"ids": list(ids)})


def delete_statement(ids: Sequence[object]) -> Statement:
    """Removes nodes with their links; answers how many."""
    return Statement(text="MATCH (n:Node) WHERE n.id IN $ids DETACH DELETE n RETURN count(*)", parameters={"ids": list(ids)})


def incomplete_statement(name: str, stored: str, companion: str, *, link: bool) -> Statement:
    """Answers the elements with a value but without the value's companion: `[[id in the server, value], …]`."""
    pattern = f"()-[x:{name}]->()" if link else f"(x:{name})"
    text = f"MATCH {pattern} WHERE x.{stored} IS NOT NULL AND x.{companion} IS NULL RETURN collect([elementId(x), x.{stored}])"
    return Statement(text=text, parameters={})


def complete_statement(props: Sequence[Property], rows: Rows, *, link: bool) -> Statement:
    """Stores properties' values and companions again, by ids in the server."""
    pattern = "()-[x]->()" if link else "(x)"
    return Statement(
        text=f"UNWIND $rows AS r MATCH {pattern} WHERE elementId(x) = r[0]{_set('x', props, at=1)}",
        parameters={"rows": stored(props, rows, ends=1)},
    )


def default_statement(name: str, stored: str, value: object, *, link: bool) -> Statement:
    """Gives a default to all elements that have nothing there."""
    pattern = f"()-[x:{name}]->()" if link else f"(x:{name})"
    return Statement(text=f"MATCH {pattern} WHERE x.{stored} IS NULL SET x.{stored} = $value", parameters={"value": value})


def _set(variable: str, props: Sequence[Property], *, at: int) -> str:
    """The SET of all stored forms, from places of the row `r` that begin with `at`."""
    names = [name for p in props for name in stored_names(p)]
    return f" SET {', '.join(f'{variable}.{name} = r[{place}]' for place, name in enumerate(names, at))}" if names else ""
