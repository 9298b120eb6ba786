"""How a `Selection` is said in Cypher: any number of them as one statement that answers one row with one list of cells.

Names in the text come from the declared kinds and links only, values are parameters: the text depends on a selection's shape alone,
so that the server plans it once. Variables: `n0`, `n1`, … nodes, `r1`, … the relationships that led to them, `m0`, … ids found by
the full-text search, `$p0`, … parameters in order of appearance, `$c0_0`, … those of the first cell's rows, `$c1_0`, … the second's.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from dataclasses import dataclass

from graph_api.errors import InvalidInput
from graph_api.model import Scalar, properties
from graph_api.storage.base import Compare, Filter, Operator, Position, Selection, Shape, Wanted
from graph_api.storage.codec import encode
from graph_api.storage.neo4j_filter import (
    Hop,
    Scope,
    Statement,
    Terms,
    condition,
    conditions,
    declared,
    hop,
    joined,
    link_conditions,
    link_property,
    names_ids,
    relation_of,
    where_clause,
)
from graph_api.storage.neo4j_layout import is_walked, key_name, label, labels


def select_statement(selections: Sequence[Selection]) -> Statement:
    """One statement for all selections; its row holds the list of their cells."""
    terms = Terms()
    cells = ",\n".join(_cell(terms, selection, place) for place, selection in enumerate(selections))
    return terms.statement(f"[{cells}]")


def count_statement(kind: str, wanted: Filter | None) -> Statement:
    """The number of nodes of a kind."""
    terms = Terms()
    declared([kind], "id")
    scope = Scope(node="n", kinds=(kind,), listed=not names_ids(wanted))
    return terms.statement(f"COUNT {{ MATCH (n:{label(kind)}){where_clause(_conditions(terms, scope, wanted))} }}")


def _conditions(terms: Terms, scope: Scope, wanted: Filter | None) -> list[str]:
    """A filter's conditions on nodes found by their labels. Every index ends with the id and is of use only where that is asked for."""
    where = conditions(terms, scope, wanted)
    return [_has_id(scope.node), *where] if where else []


def _has_id(node: str) -> str:
    return f"{node}.id IS NOT NULL"


@dataclass(frozen=True, kw_only=True)
class Sorting:
    """What a list is ordered by, and from which end it is read."""

    node: str
    key: str
    """The expression ordered by."""
    descending: bool
    backward: bool
    indexed: bool
    within: str = ""
    """The property that is the same in all rows, where an index is walked in order of it and of names."""

    @property
    def by_id(self) -> bool:
        """Whether ids alone order the list."""
        return self.key == f"{self.node}.id"

    def clause(self, *, empty_too: bool, ties: Sequence[str] = ()) -> str:
        """The ORDER BY for values that are there (and, last, those that are not); `ties` order rows of the same node."""
        values = [] if self.by_id else [f"{self.node}.{self.within}", self.key] if self.within else [self.key]
        empty = [f"{self.key} IS NULL{' DESC' if self.backward else ''}"] if empty_too and values else []
        return f"ORDER BY {', '.join([*empty, *map(self._directed, [*values, f'{self.node}.id', *ties])])}"

    def clause_of_empty(self) -> str:
        """The ORDER BY where every value is empty."""
        return f"ORDER BY {self._directed(f'{self.node}.id')}"

    def _directed(self, expression: str) -> str:
        return f"{expression} DESC" if self.descending != self.backward else expression


@dataclass(frozen=True, kw_only=True)
class Bounds:
    """Conditions of a page: for rows with a value and for rows without; None where no such row is on it."""

    present: tuple[str, ...] | None = ()
    empty: tuple[str, ...] | None = ()

    @property
    def nowhere(self) -> bool:
        """Whether no row is on the page."""
        return self.present is None and self.empty is None

    def combined(self, sorting: Sorting) -> list[str]:
        """Both as conditions on any row."""
        key = sorting.key
        if sorting.by_id:
            return list(self.present or ())
        if self.nowhere:
            return ["false"]
        if self.present is None:
            return [f"{key} IS NULL", *(self.empty or ())]
        if self.empty is None:
            return [f"{key} IS NOT NULL", *self.present]
        if not self.present and not self.empty:
            return []
        return [f"({joined(' AND ', [f'{key} IS NOT NULL', *self.present])} OR {joined(' AND ', [f'{key} IS NULL', *self.empty])})"]


def _sorting(selection: Selection, node: str) -> Sorting:
    prop = declared([shape.kind for shape in selection.shapes], selection.order.property)
    if prop.type is tuple:
        raise InvalidInput(f"{prop.name} is a list and has no order")
    backward = selection.last is not None and selection.first is None
    return Sorting(node=node, key=f"{node}.{key_name(prop)}", descending=selection.order.descending, backward=backward, indexed=prop.index)


def _bounds(terms: Terms, selection: Selection, sorting: Sorting, ties: Sequence[str] = ()) -> Bounds:
    after = Bounds() if selection.after is None else _bound(terms, selection.after, sorting, ties, after=True)
    before = Bounds() if selection.before is None else _bound(terms, selection.before, sorting, ties, after=False)
    return Bounds(present=_both(after.present, before.present), empty=_both(after.empty, before.empty))


def _both(one: tuple[str, ...] | None, other: tuple[str, ...] | None) -> tuple[str, ...] | None:
    return None if one is None or other is None else (*one, *other)


def _bound(terms: Terms, position: Position, sorting: Sorting, ties: Sequence[str], *, after: bool) -> Bounds:
    """What lies beyond a position: rows without a value lie after all others."""
    value, *rest = position
    beyond = ">" if after != sorting.descending else "<"
    same = _beyond(terms, [f"{sorting.node}.id", *ties][: len(rest)], beyond, rest)
    if sorting.by_id:
        return Bounds(present=(same,))
    if value is None:
        return Bounds(present=None if after else (), empty=(same,))
    than = terms.parameter(encode(value))
    return Bounds(present=(f"{sorting.key} {beyond}= {than} AND ({sorting.key} {beyond} {than} OR {same})",), empty=() if after else None)


def _beyond(terms: Terms, expressions: Sequence[str], beyond: str, values: Sequence[Scalar]) -> str:
    """Rows compared place by place, as the server compares lists."""
    if len(expressions) == 1:
        return f"{expressions[0]} {beyond} {terms.parameter(values[0])}"
    return f"[{', '.join(expressions)}] {beyond} {terms.parameter([encode(value) for value in values])}"


def _cell(terms: Terms, selection: Selection, place: int) -> str:
    """A list of nodes found by their labels and properties."""
    if not selection.shapes:
        return _nothing(selection)
    kinds = tuple(shape.kind for shape in selection.shapes)
    node, terms.variables = "n0", 1
    scope = Scope(node=node, kinds=kinds, listed=not names_ids(selection.filter))
    # ids of several kinds are looked up by the constraint they share
    pattern = f"({node}:{label(kinds[0])})" if len(kinds) == 1 else f"({node}:Node&({labels(kinds)}))"
    where = _conditions(terms, scope, selection.filter)
    total = f"COUNT {{ MATCH {pattern}{where_clause(where)} }}" if selection.total else "null"
    return f"[{total}, {_listed(terms, selection, scope, pattern, where, _top_row(terms, selection, scope, place))}]"


def _nothing(selection: Selection) -> str:
    return f"[{0 if selection.total else 'null'}, []]"


_ROWS: dict[tuple[object, ...], tuple[tuple[Shape, ...], str, dict[str, object]]] = {}
"""What was said of a selection's nodes, with its parameters, by the identity of the shapes (which are kept, so that no others get it)."""
KEPT_ROWS = 300


def _top_row(terms: Terms, selection: Selection, scope: Scope, place: int) -> str:
    """The row of a node found by its labels. Who asks the same of other nodes gives the same shapes: that is not put together again."""
    key = (id(selection.shapes), selection.order.property, place)
    if key in _ROWS:
        _, text, parameters = _ROWS[key]
    else:
        own, searches = Terms(searches=terms.searches, variables=1, prefix=f"c{place}_"), len(terms.searches)
        text, parameters = _row(own, selection, scope), own.parameters
        if len(terms.searches) == searches:  # a search goes first, where the next statement would lack it
            if len(_ROWS) >= KEPT_ROWS:
                _ROWS.clear()
            _ROWS[key] = selection.shapes, text, parameters
    terms.parameters |= parameters
    return text


def _listed(terms: Terms, selection: Selection, scope: Scope, pattern: str, where: Sequence[str], row: str) -> str:
    sorting = _sorting(selection, scope.node)
    where = where or [_has_id(scope.node)]
    bounds, limit = _bounds(terms, selection, sorting), _limit(terms, selection)
    if sorting.by_id:
        found = f"MATCH {pattern}{where_clause([*where, *(bounds.present or ())])} WITH {scope.node} {sorting.clause(empty_too=False)}{limit}"
    elif sorting.indexed and not bounds.nowhere:
        found = _two_parts(terms, pattern, where, _walked(selection, sorting), bounds, limit)
    else:
        found = f"MATCH {pattern}{where_clause([*where, *bounds.combined(sorting)])} WITH {scope.node} {sorting.clause(empty_too=True)}{limit}"
    return _collected(f"{found} RETURN {row}", sorting)


def _walked(selection: Selection, sorting: Sorting) -> Sorting:
    """The order by an index that holds it, where the whole filter is one value of a property: else its rows would be sorted for each page."""
    wanted, kind = selection.filter, selection.shapes[0].kind
    if len(selection.shapes) > 1 or sorting.key != f"{sorting.node}.name_key" or not isinstance(wanted, Compare):
        return sorting
    prop = declared([kind], wanted.property)
    return dataclasses.replace(sorting, within=key_name(prop)) if wanted.plain().operator is Operator.EQ and is_walked(kind, prop) else sorting


def _two_parts(terms: Terms, pattern: str, where: Sequence[str], sorting: Sorting, bounds: Bounds, limit: str) -> str:
    """Rows with a value, in the order of the index, and those without: the index does not know them, and most pages end before them."""
    node, parts = sorting.node, list[str]()
    if bounds.present is not None:
        conditions = [f"{sorting.key} IS NOT NULL", *where, *bounds.present]
        hint = f" USING INDEX {pattern[1:-1]}({sorting.within}, name_key, id)" if sorting.within else ""  # the planner would sort
        parts.append(f"MATCH {pattern}{hint}{where_clause(conditions)} RETURN {node} {sorting.clause(empty_too=False)}{limit}")
    if bounds.empty is not None:
        parts.append(f"MATCH {pattern}{where_clause([f'{sorting.key} IS NULL', *where, *bounds.empty])} RETURN {node} {sorting.clause_of_empty()}{limit}")
    both = "\nUNION ALL ".join(reversed(parts) if sorting.backward else parts)
    return f"CALL ({', '.join(terms.found)}) {{ {both} }} WITH {node}{limit}"


def _related(terms: Terms, start: str, kind: str, wanted: Wanted) -> str:
    """A list of neighbours along a relation."""
    relation = relation_of(kind, wanted.relation)
    shapes = tuple(shape for shape in wanted.selection.shapes if shape.kind in relation.targets)
    if not shapes:
        return _nothing(wanted.selection)
    selection = wanted.selection if len(shapes) == len(wanted.selection.shapes) else dataclasses.replace(wanted.selection, shapes=shapes)
    keys = [p.name for p in properties(relation.link).values() if p.key] if relation.link and not relation.one else []
    way = hop(terms, start, relation, [shape.kind for shape in shapes], named=bool(wanted.properties or wanted.link or keys))
    where = [*way.conditions, *link_conditions(terms, way.scope, wanted.link), *conditions(terms, way.scope, selection.filter)]
    total = _counted(way, where) if selection.total else "null"
    return f"[{total}, {_neighbours(terms, selection, way, where, [f'{way.scope.link}.{key}' for key in keys], wanted.properties)}]"


def _neighbours(terms: Terms, selection: Selection, way: Hop, where: Sequence[str], ties: Sequence[str], link_properties: Sequence[str]) -> str:
    scope, sorting = way.scope, _sorting(selection, way.scope.node)
    found = [*where, *_bounds(terms, selection, sorting, ties).combined(sorting)]
    carried = ", ".join(filter(None, (scope.node, scope.link)))
    query = f"MATCH {way.pattern}{where_clause(found)} WITH {'' if scope.link_kind else 'DISTINCT '}{carried}"
    order = "" if way.one else f" {sorting.clause(empty_too=True, ties=ties)}{_limit(terms, selection)}"
    return _collected(f"{query}{order} RETURN {_row(terms, selection, scope, link_properties)}", sorting)


def _counted(way: Hop, where: Sequence[str]) -> str:
    distinct = f" RETURN DISTINCT {way.scope.node}" if way.scope.link_kind is None else ""
    return f"COUNT {{ MATCH {way.pattern}{where_clause(where)}{distinct} }}"


def _limit(terms: Terms, selection: Selection) -> str:
    """As many rows as wanted, and one that says that the list goes on."""
    wanted = selection.first if selection.first is not None else selection.last
    return "" if wanted is None else f" LIMIT {terms.parameter(wanted + 1)}"


def _collected(query: str, sorting: Sorting) -> str:
    return f"reverse(COLLECT {{ {query} }})" if sorting.backward else f"COLLECT {{ {query} }}"


def _row(terms: Terms, selection: Selection, scope: Scope, link_properties: Sequence[str] = ()) -> str:
    """A flat row."""
    links = [f"{scope.link}.{_of_link(scope, name)}" for name in link_properties]
    return _by_kind(scope, [_row_of(terms, scope, shape, selection.order.property, links) for shape in selection.shapes])


def _row_of(terms: Terms, scope: Scope, shape: Shape, ordered_by: str, links: Sequence[str]) -> str:
    """The row of a node of one kind; private properties are there only for nodes that the shape reveals."""
    node, props = scope.node, [declared([shape.kind], name) for name in (ordered_by, *shape.properties)]
    key = "null" if ordered_by == "id" else f"{node}.{key_name(props[0])}"
    own = [key, *links, *(f"{node}.{prop.name}" for prop in props[1:])]
    cells = [_related(terms, node, shape.kind, wanted) for wanted in shape.links]
    private = [props[0].private, *(False for _ in links), *(prop.private for prop in props[1:])]
    if shape.reveal is None or not any(private):
        return f"[{', '.join([f'{node}.id', *own, *cells])}]"
    seen = condition(terms, Scope(node=node, kinds=(shape.kind,)), shape.reveal)
    public = ["null" if hidden else value for hidden, value in zip(private, own, strict=True)]
    shown = f"[{node}.id] + CASE WHEN {seen} THEN [{', '.join(own)}] ELSE [{', '.join(public)}] END"
    return f"{shown} + [{', '.join(cells)}]" if cells else shown


def _of_link(scope: Scope, name: str) -> str:
    if scope.link_kind is None:
        raise InvalidInput("a shortcut has no properties of its own")
    return link_property(scope.link_kind, name).name


def _by_kind(scope: Scope, texts: Sequence[str]) -> str:
    """The text for the node's kind; kinds with the same one share a branch, because the server plans each anew."""
    kinds: dict[str, list[str]] = {}
    for kind, text in zip(scope.kinds, texts, strict=True):
        kinds.setdefault(text, []).append(kind)
    if len(kinds) == 1:
        return texts[0]
    cases = " ".join(f"WHEN {scope.node}:{labels(some)} THEN {text}" for text, some in kinds.items())
    return f"CASE {cases} END"
