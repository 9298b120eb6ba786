"""Selections of the embedded store: any number of them compiled into one statement that answers with one JSON document.

A list is written in two layers. The inner one picks the page: ids and plain columns, in order, limited, by walking an index
where there is one. The outer one builds a row of JSON for each picked node, with a scalar subquery for each wanted relation,
so that nothing is built that is not on the page. The relations of a kind are a part of the statement of their own (`c1`),
looked up by id: so the text does not nest, however deep the selection does.
"""
# ruff: noqa: S608 - the names in statements are declared ones

from __future__ import annotations

import functools
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from graph_api.errors import InvalidInput
from graph_api.model import KINDS, Node, Property, Relation, kind_name, kind_of, properties
from graph_api.storage.base import Compare, Every, Filter, Operator, Position, Selection, Shape, Wanted
from graph_api.storage.codec import encode
from graph_api.storage.sqlite_filter import Statement, Subject, among, condition, link_condition, relation_of, way
from graph_api.storage.sqlite_tables import SqlValue, key_properties, quoted, table_of


def select_statement(selections: Sequence[Selection]) -> tuple[str, dict[str, SqlValue]]:
    """The statement, and its values, that answers all selections: one row with one column, a JSON array of their cells."""
    statement = Statement()
    cells = _list(_cell(statement, selection, None) for selection in selections)
    return statement.text(f"SELECT CAST({cells} AS BLOB)"), statement.values


def count_statement(kind: type[Node], given: Filter | None) -> tuple[str, dict[str, SqlValue]]:
    """The statement, and its values, that counts the nodes of a kind."""
    statement = Statement(whole=True)
    source = _source(statement, kind, None)
    where = [condition(statement, source.node, given)] if given is not None else []
    return statement.text(f"SELECT count(*) FROM {source.tables}{_where(where)}"), statement.values


@dataclass(frozen=True, kw_only=True)
class Along:
    """The relation along which a nested list is wanted, and from where."""

    relation: Relation
    wanted: Wanted
    owner: str
    """Where the id of the node stands from which it starts."""


@dataclass(frozen=True, kw_only=True)
class Source:
    """Where the nodes of one list come from."""

    tables: str
    node: Subject
    id: str
    """The nodes' ids; along a link they are those in its table, which an index has in order."""
    link: Subject | None = None
    where: tuple[str, ...] = ()


def _cell(statement: Statement, selection: Selection, along: Along | None) -> str:
    kinds = _possible_kinds(selection.filter)
    shapes = [s for s in selection.shapes if (along is None or s.kind in along.relation.targets) and (kinds is None or s.kind in kinds)]
    total = " + ".join(_count(statement, selection, s.kind, along) for s in shapes) or "0"
    rows = _rows(statement, selection, shapes, along) if shapes else EMPTY
    return _list([f"({total})" if selection.total else "'null'", rows])


def _possible_kinds(given: Filter | None) -> set[str | None] | None:
    """The kinds that a filter by id leaves; None where it leaves all."""
    match given:
        case Compare(property="id", operator=Operator.EQ, value=value):
            return {kind_of(str(value))}
        case Compare(property="id", operator=Operator.IN, value=tuple(values)):
            return {kind_of(str(v)) for v in values}
        case Every(of=parts):
            found = [kinds for part in parts if (kinds := _possible_kinds(part)) is not None]
            return functools.reduce(set[str | None].intersection, found) if found else None
        case _:
            return None


def _where(parts: Sequence[str]) -> str:
    return f" WHERE {' AND '.join(parts)}" if parts else ""


# ── where nodes come from ─────────────────────────────────────────────────────────────────────────────────────────────


def _source(statement: Statement, kind: type[Node], along: Along | None) -> Source:
    name = statement.name("n")
    node, table = Subject(declared=kind, name=name), f"{table_of(kind)} AS {name}"
    if along is None:
        return Source(tables=table, node=node, id=f"{name}.id")
    over = way(statement, along.relation)
    if along.relation.link is None:  # each node once, however many ways lead there
        inner = _where([f"{over.near} = {along.owner}", *over.where])
        return Source(tables=table, node=node, id=f"{name}.id", where=(f"{name}.id IN (SELECT {over.far} FROM {over.tables}{inner})",))
    where = (f"{over.near} = {along.owner}", *among(along.relation, over.far, (kind_name(kind),)), f"{name}.id = {over.far}")
    return Source(tables=f"{over.tables} CROSS JOIN {table}", node=node, id=over.far, link=over.link, where=where)  # CROSS: SQLite keeps this order


def _conditions(statement: Statement, selection: Selection, source: Source, along: Along | None) -> list[str]:
    found = list(source.where)
    if along is not None and along.wanted.link is not None:
        found.append(link_condition(statement, along.relation, source.link or source.node, along.wanted.link))
    if selection.filter is not None:
        found.append(condition(statement, source.node, selection.filter))
    return found


def _count(statement: Statement, selection: Selection, kind: str, along: Along | None) -> str:
    if not selection.total:
        return "NULL"
    if along is not None and along.relation.link is not None and selection.filter is None:
        return _count_links(statement, along, kind)
    source = _source(statement, KINDS[kind], along)
    statement.whole = along is None
    conditions = _conditions(statement, selection, source, along)
    statement.whole = False
    return f"(SELECT count(*) FROM {source.tables}{_where(conditions)})"


def _count_links(statement: Statement, along: Along, kind: str) -> str:
    """Counts links without reading the nodes they lead to."""
    over = way(statement, along.relation)
    where = [f"{over.near} = {along.owner}", *among(along.relation, over.far, (kind,))]
    if along.wanted.link is not None:
        where.append(link_condition(statement, along.relation, over.link, along.wanted.link))
    return f"(SELECT count(*) FROM {over.tables}{_where(where)})"


# ── pages ─────────────────────────────────────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True, kw_only=True)
class Sorting:
    """How a list is ordered and which way it is walked."""

    property: str
    descending: bool
    optional: bool
    """Whether the value ordered by can be empty."""
    keys: int
    """How many key properties of the link follow the id."""
    backward: bool

    def by(self, *, value: str, id: str, keys: Sequence[str], backward: bool, part: bool | None = None) -> str:
        """The ORDER BY terms; of one part only (`part`: the nodes with a value, True, or those without) where the others are elsewhere."""
        way = " DESC" if self.descending != backward else ""
        empties_last = [f"{value} IS NULL{' DESC' if backward else ''}"] if self.optional and part is None else []
        values = [] if self.property == "id" or part is False else [f"{value}{way}"]
        return ", ".join([*empties_last, *values, *(f"{name}{way}" for name in (id, *keys))])

    def of_page(self, *, backward: bool) -> str:
        """The ORDER BY terms over the columns of a page."""
        return self.by(value="o", id="id", keys=[f"k{i}" for i in range(self.keys)], backward=backward)


def _sorting(selection: Selection, kinds: Sequence[type[Node]], along: Along | None) -> Sorting:
    name = selection.order.property
    optional = any(not properties(kind)[name].required for kind in kinds if name in properties(kind))
    keys = len(key_properties(along.relation.link)) if along is not None and along.relation.link is not None else 0
    backward = selection.first is None and selection.last is not None
    return Sorting(property=name, descending=selection.order.descending, optional=optional, keys=keys, backward=backward)


def _limit(selection: Selection) -> int:
    wanted = selection.first if selection.first is not None else selection.last
    return -1 if wanted is None else wanted + 1


def _page(statement: Statement, selection: Selection, shape: Shape, along: Along | None, sorting: Sorting, limit: str) -> str:
    """The page of one kind, in forward order: columns `id`, `o` (the value ordered by), `k0…`, `l0…` (the link's), `p0…` (the node's)."""
    if sorting.optional and along is None:  # two walks along an index instead of a sort of everything
        parts = [_walk(statement, selection, shape, along, sorting, limit, part) for part in ((False, True) if sorting.backward else (True, False))]
        page = f"SELECT * FROM ({' UNION ALL '.join(f'SELECT * FROM ({part})' for part in parts)}) {_limited(sorting, limit)}"
    else:
        page = _walk(statement, selection, shape, along, sorting, limit, None)
    return _forward(page, sorting)


def _limited(sorting: Sorting, limit: str) -> str:
    return f"ORDER BY {sorting.of_page(backward=sorting.backward)} LIMIT {limit}"


def _forward(page: str, sorting: Sorting) -> str:
    return f"SELECT * FROM ({page}) ORDER BY {sorting.of_page(backward=False)}" if sorting.backward else page


def _walk(statement: Statement, selection: Selection, shape: Shape, along: Along | None, sorting: Sorting, limit: str, part: bool | None) -> str:
    source = _source(statement, KINDS[shape.kind], along)
    node, link = source.node, source.link
    given = node.declaration(sorting.property)
    value, id_ = node.ordered(given), source.id
    keys = [f"{link.name}.{quoted(k)}" for k in key_properties(along.relation.link)] if link and along and along.relation.link else []
    columns = [f"{id_} AS id", f"{value} AS o", *(f"{k} AS k{i}" for i, k in enumerate(keys))]
    if along is not None:
        columns += [f"{link.column(link.declaration(p))} AS l{i}" for i, p in enumerate(along.wanted.properties) if link]
    columns += [f"{node.column(node.declaration(p))} AS p{i}" for i, p in enumerate(shape.properties)]
    where = _conditions(statement, selection, source, along)
    if part is not None:
        where.append(f"{value} IS {'NOT ' if part else ''}NULL")
    for position, after in ((selection.after, True), (selection.before, False)):
        if position is not None:
            where.append(_beyond(statement, sorting, position, [value, id_, *keys], after=after, part=part))
    order = sorting.by(value=value, id=id_, keys=keys, backward=sorting.backward, part=part)
    return f"SELECT {', '.join(columns)} FROM {source.tables}{_where(where)} ORDER BY {order} LIMIT {limit}"


def _beyond(statement: Statement, sorting: Sorting, position: Position, columns: Sequence[str], *, after: bool, part: bool | None) -> str:
    """The condition that a row lies after (before) a position; empty values lie after all others."""
    sign = ">" if after != sorting.descending else "<"
    value, *ids = (statement.bind(encode(v)) for v in position[: len(columns)])  # pyright: ignore[reportArgumentType]
    same = f"({', '.join(columns[1 : 1 + len(ids)])}) {sign} ({', '.join(ids)})"
    if sorting.property == "id":
        return same
    whole = f"({', '.join(columns[: 1 + len(ids)])}) {sign} ({', '.join((value, *ids))})"
    values, empties = (("FALSE" if after else "TRUE"), same) if position[0] is None else (whole, "TRUE" if after else "FALSE")
    if part is not None or not sorting.optional:
        return empties if part is False else values
    return f"CASE WHEN {columns[0]} IS NULL THEN {empties} ELSE {values} END"


# ── rows ──────────────────────────────────────────────────────────────────────────────────────────────────────────────


def _rows(statement: Statement, selection: Selection, shapes: Sequence[Shape], along: Along | None) -> str:
    sorting = _sorting(selection, [KINDS[shape.kind] for shape in shapes], along)
    limit = statement.bind(_limit(selection))
    if len(shapes) == 1:
        name = statement.name("p")
        page = _page(statement, selection, shapes[0], along, sorting, limit)
        return f"(SELECT {_grouped(_row(statement, selection, shapes[0], along, name))} FROM ({page}) AS {name})"
    kinds = " UNION ALL ".join(_rows_of_kind(statement, selection, shape, along, sorting, limit) for shape in shapes)
    merged = _forward(f"SELECT * FROM ({kinds}) {_limited(sorting, limit)}", sorting)
    return f"(SELECT {_grouped('r')} FROM ({merged}))"


def _rows_of_kind(statement: Statement, selection: Selection, shape: Shape, along: Along | None, sorting: Sorting, limit: str) -> str:
    """Rows of one kind among several, with what they are merged by."""
    name = statement.name("p")
    page = _page(statement, selection, shape, along, sorting, limit)
    columns = ["id", "o", *(f"k{i}" for i in range(sorting.keys))]
    return f"SELECT {_row(statement, selection, shape, along, name)} AS r, {', '.join(f'{name}.{c} AS {c}' for c in columns)} FROM ({page}) AS {name}"


def _row(statement: Statement, selection: Selection, shape: Shape, along: Along | None, page: str) -> str:
    known = properties(KINDS[shape.kind])
    links: Mapping[str, Property] = properties(along.relation.link) if along is not None and along.relation.link is not None else {}
    names = along.wanted.properties if along is not None else ()
    if strange := [name for name in names if name not in links]:
        raise InvalidInput(f"the link of {along.relation.name if along else ''} has no {strange[0]}; it has {', '.join(links) or 'no properties'}")
    ordered = selection.order.property
    values = [
        f"{page}.id",
        "NULL" if ordered == "id" else _revealed(statement, shape, known[ordered], f"{page}.o", page),
        *(_json(links[name], f"{page}.l{i}") for i, name in enumerate(names)),
        *(_revealed(statement, shape, known[name], f"{page}.p{i}", page) for i, name in enumerate(shape.properties)),
    ]
    if not shape.links:
        return f"json_array({', '.join(values)})"
    return _list([*(f"json_quote({value})" for value in values), _cells(statement, shape, page, kept=along is None)])


def _cells(statement: Statement, shape: Shape, page: str, *, kept: bool) -> str:
    """The cells of the relations wanted from a node of a page; `kept`: what is asked of the like of it is likely to come again."""
    part = _kept_part(statement, shape) if kept else _part(statement, shape)
    return f"(SELECT cells FROM {part} WHERE {part}.id = {page}.id)"


def _part(statement: Statement, shape: Shape) -> str:
    """The name of the part of the statement with the relations of a kind."""
    kind, node = KINDS[shape.kind], statement.name("n")
    cells = BETWEEN.join(_wanted(statement, kind, wanted, f"{node}.id") for wanted in shape.links)
    return statement.define("c", f"SELECT {node}.id AS id, {cells} AS cells FROM {table_of(kind)} AS {node}")


_PARTS: dict[tuple[int, str], tuple[Shape, str, Statement]] = {}
"""Parts of statements with their names, by the identity of the shape (which is kept, so that no other gets it)."""
KEPT_PARTS = 300


def _kept_part(statement: Statement, shape: Shape) -> str:
    """The same, put together once for all who ask the same of other nodes."""
    own = statement.beside()
    key = (id(shape), own.apart)
    if key not in _PARTS:
        if len(_PARTS) >= KEPT_PARTS:
            _PARTS.clear()
        _PARTS[key] = shape, _part(own, shape), own
    _, name, own = _PARTS[key]
    statement.add(own.parts, own.values)
    return name


def _wanted(statement: Statement, kind: type[Node], wanted: Wanted, owner: str) -> str:
    relation = relation_of(kind, wanted.relation)
    return _cell(statement, wanted.selection, Along(relation=relation, wanted=wanted, owner=owner))


def _revealed(statement: Statement, shape: Shape, given: Property, column: str, page: str) -> str:
    """The value as JSON; that of a private property only where the shape reveals it, looked up for the rows of the page alone."""
    if shape.reveal is None or not given.private:
        return _json(given, column)
    node = Subject(declared=KINDS[shape.kind], name=statement.name("n"))
    seen = f"EXISTS (SELECT 1 FROM {table_of(node.declared)} AS {node.name} WHERE {node.name}.id = {page}.id AND {condition(statement, node, shape.reveal)})"
    return _json(given, f"CASE WHEN {seen} THEN {column} END")


EMPTY = "'[]'"
"""An empty JSON array."""
BETWEEN = " || ',' || "
"""What puts JSON texts in a row."""


def _list(parts: Iterable[str]) -> str:
    """A JSON array of what is JSON text already. `json_array` would read it again, at each level anew."""
    return f"'[' || {BETWEEN.join(parts)} || ']'"


def _grouped(row: str) -> str:
    """A JSON array of rows that are JSON text already."""
    return f"'[' || coalesce(group_concat({row}, ','), '') || ']'"


def _json(given: Property, column: str) -> str:
    if given.type is bool:
        return f"json(CASE {column} WHEN 1 THEN 'true' WHEN 0 THEN 'false' END)"
    return f"json({column})" if given.type is tuple else column
