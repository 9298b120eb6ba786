"""The verbs that write, and what they say in Cypher: whole batches of rows by one statement, names from the declared kinds and links only."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Literal, TypeVar

from graph_api.errors import InvalidInput, NotFound
from graph_api.model import KINDS, Link, Node, Property, Scalar, kind_name, kind_of, properties
from graph_api.storage.neo4j_filter import Statement
from graph_api.storage.neo4j_layout import defaults, label, link_type, stored_names, storing
from graph_api.storage.neo4j_reader import Neo4jReader

Rows = Sequence[Sequence[Scalar]]

T = TypeVar("T")

BATCH = 2000
"""Rows (or ids) in one statement."""


class Neo4jWriter(Neo4jReader):
    """Every verb, within one transaction."""

    async def save(self, kind: str, columns: Sequence[str], rows: Rows) -> None:
        """See `Writer.save`."""
        for batch in batches(rows):
            await self._ask(save_statement(kind, columns, batch))

    async def link(self, link: type[Link], columns: Sequence[str], rows: Rows, *, replace: Literal["source", "target"] | None = None) -> None:
        """See `Writer.link`."""
        await self._check_ends(link, rows)
        columns, given = with_keys(link, columns, rows)
        full = latest(link, [row for row in given if row[0] is not None and row[1] is not None])
        if replace:
            dropped = [row for row in given if row[0] is None or row[1] is None]
            await self._keep(link, replace, kept_links(link, replace, columns, [*full, *dropped]))
        for side, single in (("source", link.ends.one_target), ("target", link.ends.one_source)):
            if single:
                await self._keep(link, side, kept_links(link, side, columns, full))
        for batch in batches(full):
            await self._ask(link_statement(link, columns, batch))

    async def unlink(self, link: type[Link], columns: Sequence[str], rows: Rows) -> int:
        """See `Writer.unlink`."""
        return sum([await self._ask(unlink_statement(link, columns, batch)) for batch in batches(rows)])

    async def delete(self, ids: Sequence[str]) -> int:
        """See `Writer.delete`."""
        return sum([await self._ask(delete_statement(batch)) for batch in batches(ids)])

    async def _keep(self, link: type[Link], side: str, kept: Mapping[str, Sequence[Sequence[object]]]) -> None:
        for batch in batches(list(kept.items())):
            await self._ask(keep_statement(link, side, batch))

    async def _check_ends(self, link: type[Link], rows: Rows) -> None:
        """Both ends exist and are of kinds that the link may have there."""
        missing: dict[str, None] = {}
        for place, kinds in ((0, link.ends.sources), (1, link.ends.targets)):
            allowed = set(map(kind_name, kinds))
            ids = list(dict.fromkeys(str(row[place]) for row in rows if row[place] is not None))
            missing |= dict.fromkeys(own for own in ids if kind_of(own) not in allowed)
            for batch in batches(ids):
                missing |= dict.fromkeys(await self._ask(missing_statement(batch)))
        if missing:
            raise NotFound(*missing)


def batches(rows: Sequence[T]) -> Iterator[Sequence[T]]:
    """The rows in parts that one statement takes."""
    return (rows[start : start + BATCH] for start in range(0, len(rows), BATCH))


def save_statement(kind: str, columns: Sequence[str], rows: Rows) -> Statement:
    """Creates or changes nodes of a kind by id."""
    props = _declared(KINDS[kind], columns[1:])
    new = f"ON CREATE SET n:{label(kind)}, n += $defaults"
    return Statement(
        text=f"UNWIND $rows AS r MERGE (n:Node {{id: r[0]}}) {new}{_set('n', props, at=1)}",
        parameters={"rows": [[row[0], *_stored(props, row[1:])] for row in rows], "defaults": defaults(KINDS[kind])},
    )


def link_statement(link: type[Link], columns: Sequence[str], rows: Rows) -> Statement:
    """Creates or changes links between nodes that exist. The key properties have to be among the columns."""
    props = _declared(link, columns[2:])
    keys, others = [p for p in props if p.key], [p for p in props if not p.key]
    places = [columns.index(p.name) for p in (*keys, *others)]
    key = ", ".join(f"{p.name}: r[{2 + at}]" for at, p in enumerate(keys))
    merged = f"MERGE (a)-[l:{link_type(link)}{f' {{{key}}}' if key else ''}]->(b) ON CREATE SET l += $defaults{_set('l', others, at=2 + len(keys))}"
    stored = [[row[0], row[1], *_stored([*keys, *others], [row[at] for at in places])] for row in rows]
    return Statement(
        text=f"UNWIND $rows AS r MATCH (a:Node {{id: r[0]}}) MATCH (b:Node {{id: r[1]}}) {merged}",
        parameters={"rows": stored, "defaults": {name: value for name, value in defaults(link).items() if name not in {p.name for p in keys}}},
    )


def unlink_statement(link: type[Link], columns: Sequence[str], rows: Rows) -> Statement:
    """Removes links by their ends and the key properties given; answers how many."""
    keys = _declared(link, columns[2:])
    where = " AND ".join(f"l.{p.name} = r[{at}]" for at, p in enumerate(keys, 2))
    found = f"MATCH (a:Node {{id: r[0]}}) MATCH (b:Node {{id: r[1]}}) MATCH (a)-[l:{link_type(link)}]->(b){f' WHERE {where}' if where else ''}"
    return Statement(
        text=f"UNWIND $rows AS r {found} WITH DISTINCT l DELETE l RETURN count(*)",
        parameters={"rows": [[row[0], row[1], *_stored(keys, row[2:])] for row in rows]},
    )


def keep_statement(link: type[Link], side: str, kept: Sequence[tuple[str, Sequence[Sequence[object]]]]) -> Statement:
    """Removes all links of the ends on a side (`source`, `target`) but those kept: for each end, other end and key properties."""
    keys = "".join(f", l.{p.name}" for p in properties(link).values() if p.key)
    arrow = f"-[l:{link_type(link)}]->" if side == "source" else f"<-[l:{link_type(link)}]-"
    return Statement(
        text=f"UNWIND $rows AS r MATCH (a:Node {{id: r[0]}}){arrow}(b) WHERE NOT [b.id{keys}] IN r[1] DELETE l",
        parameters={"rows": [[end, others] for end, others in kept]},
    )


def missing_statement(ids: Sequence[str]) -> Statement:
    """Answers which of the ids do not exist, in order."""
    text = "UNWIND $ids AS id OPTIONAL MATCH (n:Node {id: id}) WITH id, n WHERE n IS NULL RETURN collect(id)"
    return Statement(text=text, parameters={"ids": list(ids)})


def delete_statement(ids: Sequence[str]) -> Statement:
    """Removes nodes with their links; answers how many."""
    return Statement(text="MATCH (n:Node) WHERE n.id IN $ids DETACH DELETE n RETURN count(*)", parameters={"ids": list(ids)})


def incomplete_statement(name: str, stored: str, companion: str, *, link: bool) -> Statement:
    """Answers the elements with a value but without the value's companion: `[[id in the server, value], …]`."""
    pattern = f"()-[x:{name}]->()" if link else f"(x:{name})"
    text = f"MATCH {pattern} WHERE x.{stored} IS NOT NULL AND x.{companion} IS NULL RETURN collect([elementId(x), x.{stored}])"
    return Statement(text=text, parameters={})


def complete_statement(props: Sequence[Property], rows: Sequence[tuple[str, Scalar]], *, link: bool) -> Statement:
    """Stores one property's value and companions again, by ids in the server."""
    pattern = "()-[x]->()" if link else "(x)"
    return Statement(
        text=f"UNWIND $rows AS r MATCH {pattern} WHERE elementId(x) = r[0]{_set('x', props, at=1)}",
        parameters={"rows": [[element, *_stored(props, [value])] for element, value in rows]},
    )


def default_statement(name: str, stored: str, value: object, *, link: bool) -> Statement:
    """Gives a default to all elements that have nothing there."""
    pattern = f"()-[x:{name}]->()" if link else f"(x:{name})"
    return Statement(text=f"MATCH {pattern} WHERE x.{stored} IS NULL SET x.{stored} = $value", parameters={"value": value})


def with_keys(link: type[Link], columns: Sequence[str], rows: Rows) -> tuple[list[str], list[list[Scalar]]]:
    """The columns and rows of links with all key properties among them: the default where nothing is said."""
    added = [p for p in properties(link).values() if p.key and p.name not in columns]
    return [*columns, *(p.name for p in added)], [[*row, *(p.default for p in added)] for row in rows]


def latest(link: type[Link], rows: Rows) -> list[Sequence[Scalar]]:
    """The rows that stay where an end may have one such link only: the last of each such end."""
    kept = {(row[1] if link.ends.one_source else None, row[0] if link.ends.one_target else None): row for row in rows}
    return list(kept.values()) if link.ends.one_source or link.ends.one_target else list(rows)


def kept_links(link: type[Link], side: str, columns: Sequence[str], rows: Rows) -> dict[str, list[list[object]]]:
    """For each end on a side the links it has in these rows, as `keep_statement` takes them; an end whose other end is None has none."""
    keys = [p for p in properties(link).values() if p.key]
    places = [columns.index(p.name) for p in keys]
    near, far = (0, 1) if side == "source" else (1, 0)
    kept: dict[str, list[list[object]]] = {}
    for row in rows:
        others = kept.setdefault(str(row[near]), [])
        if row[far] is not None:
            others.append([row[far], *_stored(keys, [row[at] for at in places])])
    return kept


def _declared(owner: type[Node] | type[Link], names: Sequence[str]) -> list[Property]:
    known = properties(owner)
    unknown = [name for name in names if name not in known]
    if unknown:
        raise InvalidInput(f"{owner.__name__} has no property {unknown[0]!r}")
    return [known[name] for name in names]


def _set(variable: str, props: Sequence[Property], *, at: int) -> str:
    """The SET of all stored forms, from places of the row `r` that begin with `at`."""
    names = [name for p in props for name in stored_names(p)]
    return f" SET {', '.join(f'{variable}.{name} = r[{place}]' for place, name in enumerate(names, at))}" if names else ""


def _stored(props: Sequence[Property], values: Sequence[Scalar]) -> list[object]:
    return [form for p, value in zip(props, values, strict=True) for form in storing(p)(value)]
