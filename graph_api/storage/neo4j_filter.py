"""How a `Filter` is said in Cypher, and the patterns that lead along a relation.

Cypher knows a third truth, null. Only `Negate` has to care: everything else lets it pass, and at the end null selects nothing.
"""

from __future__ import annotations

import functools
import math
from collections.abc import Sequence
from dataclasses import dataclass, field

from graph_api.errors import InvalidInput
from graph_api.model import KINDS, Link, Property, Relation, Step, kind_name, link_name, properties, relations
from graph_api.storage.base import Compare, Either, Every, Filter, Linked, Matches, Near, Negate, Operator
from graph_api.storage.codec import encode, fold, order_key
from graph_api.storage.neo4j_layout import SEARCH_INDEX, has_key, key_name, labels, link_type, lucene
from graph_api.storage.ranking import query_words

EARTH_KILOMETRES = 6371.0088
"""Mean radius of the Earth (IUGG)."""

SIGNS = {Operator.EQ: "=", Operator.IN: "IN", Operator.LT: "<", Operator.LTE: "<=", Operator.GT: ">", Operator.GTE: ">="}
PARTS = {Operator.STARTS: "STARTS WITH", Operator.CONTAINS: "CONTAINS"}


@dataclass(frozen=True, kw_only=True)
class Statement:
    """A Cypher text and the values of its parameters."""

    text: str
    parameters: dict[str, object]
    bulk: bool = False
    """Whether it is about everything at once, and may take its time."""


@dataclass(kw_only=True)
class Terms:
    """What a statement has gathered while it is put together: parameters, numbers of variables, full-text searches that go first."""

    parameters: dict[str, object] = field(default_factory=dict[str, object])
    searches: list[str] = field(default_factory=list[str])
    variables: int = 0
    prefix: str = "p"
    """With what the parameters' names begin."""

    def parameter(self, value: object) -> str:
        """A parameter with this value."""
        name = f"{self.prefix}{len(self.parameters)}"
        self.parameters[name] = value
        return f"${name}"

    def number(self) -> int:
        """A number for variables that no other has."""
        self.variables += 1
        return self.variables - 1

    @property
    def found(self) -> list[str]:
        """The variables of the searches."""
        return [f"m{number}" for number in range(len(self.searches))]

    def search(self, query: str, node: str) -> str:
        """A variable with the ids of the nodes that a query finds; it goes first."""
        self.searches.append(f"CALL () {{ {query} RETURN collect(DISTINCT {node}.id) AS m{len(self.searches)} }}")
        return self.found[-1]

    def statement(self, answer: str) -> Statement:
        """The whole: the searches, then the answer."""
        return Statement(text="\n".join([*self.searches, f"RETURN {answer}"]), parameters=self.parameters)


@dataclass(frozen=True, kw_only=True)
class Scope:
    """What a filter speaks of: a node of one of some kinds, and the relationship that led to it."""

    node: str
    kinds: tuple[str, ...]
    link: str | None = None
    link_kind: type[Link] | None = None
    listed: bool = False
    """Whether all nodes of the kinds are in question, not a few that something led to."""


@dataclass(frozen=True, kw_only=True)
class Hop:
    """A pattern that leads along a relation, and what it leads to."""

    pattern: str
    scope: Scope
    conditions: tuple[str, ...]
    """What must hold besides the pattern."""
    one: bool
    """Whether at most one node is there."""


def declared(kinds: Sequence[str], name: str) -> Property:
    """A property that nodes of all these kinds have."""
    for kind in kinds:
        if kind not in KINDS:
            raise InvalidInput(f"there is no kind {kind!r}")
        if name not in properties(KINDS[kind]):
            raise InvalidInput(f"{kind} has no property {name!r}")
    return properties(KINDS[kinds[0]])[name]


def link_property(link: type[Link], name: str) -> Property:
    """A property that a link has."""
    if name not in properties(link):
        raise InvalidInput(f"{link_name(link)} has no property {name!r}")
    return properties(link)[name]


def relation_of(kind: str, name: str) -> Relation:
    """A relation that a kind has."""
    if name not in relations(KINDS[kind]):
        raise InvalidInput(f"{kind} has no relation {name!r}")
    return relations(KINDS[kind])[name]


def hop(terms: Terms, start: str, relation: Relation, kinds: Sequence[str], *, named: bool) -> Hop:
    """The way from a node along a relation to nodes of some of its kinds; `named` where the relationship is spoken of."""
    number = terms.number()
    node, link = f"n{number}", f"r{number}" if named and relation.link else None
    middle = "()".join(_arrow(step, link or "") for step in relation.steps)
    label = "" if _possible_ends(relation.steps[-1]).issubset(kinds) else f":{labels(kinds)}"
    return Hop(
        pattern=f"({start}){middle}({node}{label})",
        scope=Scope(node=node, kinds=tuple(kinds), link=link, link_kind=relation.link),
        conditions=(f"{node} <> {start}",) if len(relation.steps) > 1 else (),
        one=relation.one,
    )


@functools.cache
def _possible_ends(step: Step) -> frozenset[str]:
    """The kinds of nodes that a step can lead to."""
    return frozenset(map(kind_name, step.link.ends.targets if step.forward else step.link.ends.sources))


def _arrow(step: Step, variable: str) -> str:
    middle = f"-[{variable}:{link_type(step.link)}]-"
    return f"{middle}>" if step.forward else f"<{middle}"


def conditions(terms: Terms, scope: Scope, wanted: Filter | None) -> list[str]:
    """What must hold for a node to be among the wanted; all of the list."""
    if wanted is None:
        return []
    return [each for part in wanted.of for each in conditions(terms, scope, part)] if isinstance(wanted, Every) else [condition(terms, scope, wanted)]


def condition(terms: Terms, scope: Scope, wanted: Filter) -> str:
    """The filter as one condition on the scope's node."""
    match wanted:
        case Compare():
            return compare(terms, declared(scope.kinds, wanted.property), scope.node, wanted)
        case Every():
            return joined(" AND ", conditions(terms, scope, wanted)) or "true"
        case Either():
            return joined(" OR ", [condition(terms, scope, part) for part in wanted.of]) or "false"
        case Negate():
            return f"NOT coalesce({condition(terms, scope, wanted.of)}, false)"
        case Linked():
            return _linked(terms, scope, wanted)
        case Near():
            return _near(terms, scope, wanted)
        case Matches():
            return _matches(terms, scope, wanted)


def link_conditions(terms: Terms, scope: Scope, wanted: Filter | None) -> list[str]:
    """What must hold of the scope's relationship: its properties are compared as a node's are."""
    match wanted:
        case None:
            return []
        case Compare():
            if not scope.link or not scope.link_kind:
                raise InvalidInput("a shortcut has no link to filter by")
            return [compare(terms, link_property(scope.link_kind, wanted.property), scope.link, wanted)]
        case Every():
            return [each for part in wanted.of for each in link_conditions(terms, scope, part)]
        case Either():
            return [joined(" OR ", [joined(" AND ", link_conditions(terms, scope, part)) or "true" for part in wanted.of]) or "false"]
        case Negate():
            return [f"NOT coalesce({joined(' AND ', link_conditions(terms, scope, wanted.of)) or 'true'}, false)"]
        case _:
            raise InvalidInput(f"a link cannot be filtered by {type(wanted).__name__}")


def joined(word: str, parts: Sequence[str]) -> str:
    """The parts as one condition, in brackets where there are several."""
    return f"({word.join(parts)})" if len(parts) > 1 else "".join(parts)


def compare(terms: Terms, prop: Property, variable: str, wanted: Compare) -> str:
    """A comparison with a property of a node or relationship. Indexed texts are looked up by their companion, then compared letter by letter."""
    stored, key, operator = f"{variable}.{prop.name}", f"{variable}.{key_name(prop)}", wanted.operator
    if operator is Operator.EMPTY:
        return _empty(prop, stored, bool(wanted.value))
    if prop.type is tuple and operator is Operator.CONTAINS:
        return f"{terms.parameter(wanted.value)} IN {stored}"
    if operator in PARTS:
        return f"{_folded_text(prop, key)} {PARTS[operator]} {terms.parameter(fold(str(wanted.value)))}"
    if operator not in (Operator.EQ, Operator.IN):
        return f"{key} {SIGNS[operator]} {terms.parameter(_folded(wanted) if has_key(prop) else _value(wanted))}"
    exact = f"{stored} {SIGNS[operator]} {terms.parameter(_value(wanted))}"
    if not (prop.index and has_key(prop)):
        return exact
    return f"{key} {SIGNS[operator]} {terms.parameter(_folded(wanted))} AND {exact}"


def _empty(prop: Property, stored: str, empty: bool) -> str:
    if prop.type is tuple:
        return f"coalesce(size({stored}), 0) {'=' if empty else '>'} 0"
    return f"{stored} IS {'' if empty else 'NOT '}NULL"


def _folded_text(prop: Property, key: str) -> str:
    if not issubclass(prop.type, str):
        raise InvalidInput(f"{prop.name} is no text")
    return key if has_key(prop) else f"toLower({key})"


def _value(wanted: Compare) -> object:
    return [encode(v) for v in wanted.value] if isinstance(wanted.value, tuple) else encode(wanted.value)


def _folded(wanted: Compare) -> object:
    return [order_key(v) for v in wanted.value] if isinstance(wanted.value, tuple) else order_key(wanted.value)


def _linked(terms: Terms, scope: Scope, wanted: Linked) -> str:
    ways: dict[tuple[Step, ...], list[str]] = {}
    for kind in scope.kinds:
        ways.setdefault(relation_of(kind, wanted.relation).steps, []).append(kind)
    if len(ways) == 1 and scope.listed and names_ids(wanted.node):
        return _reached(terms, scope, relation_of(scope.kinds[0], wanted.relation), wanted)
    parts = [(kinds, _exists(terms, scope.node, relation_of(kinds[0], wanted.relation), wanted)) for kinds in ways.values()]
    return parts[0][1] if len(parts) == 1 else joined(" OR ", [f"({scope.node}:{labels(kinds)} AND {exists})" for kinds, exists in parts])


def _exists(terms: Terms, start: str, relation: Relation, wanted: Linked) -> str:
    way, where = _neighbours(terms, start, relation, wanted)
    return f"EXISTS {{ MATCH {way.pattern}{where_clause(where)} }}"


def _reached(terms: Terms, scope: Scope, relation: Relation, wanted: Linked) -> str:
    """From the given neighbours to what is linked with them, where trying every node of the kinds would be the other way."""
    start = f"n{terms.number()}"
    way, where = _neighbours(terms, start, relation, wanted)
    # the labels let the planner begin at the neighbours' ids
    where = [f"{start}:{labels(scope.kinds)}", f"{way.scope.node}:Node", *where]
    return f"{scope.node}.id IN {terms.search(f'MATCH {way.pattern}{where_clause(where)}', start)}"


def _neighbours(terms: Terms, start: str, relation: Relation, wanted: Linked) -> tuple[Hop, list[str]]:
    way = hop(terms, start, relation, relation.targets, named=wanted.link is not None)
    return way, [*way.conditions, *link_conditions(terms, way.scope, wanted.link), *conditions(terms, way.scope, wanted.node)]


def names_ids(wanted: Filter | None) -> bool:
    """Whether the filter lets only given ids through, among other conditions."""
    if isinstance(wanted, Every):
        return any(map(names_ids, wanted.of))
    return isinstance(wanted, Compare) and wanted.property == "id" and wanted.operator in (Operator.EQ, Operator.IN)


def _matches(terms: Terms, scope: Scope, wanted: Matches) -> str:
    words = query_words(wanted.text)
    if not words:
        return "false"
    query = f"CALL db.index.fulltext.queryNodes('{SEARCH_INDEX}', {terms.parameter(lucene(words))}) YIELD node WHERE node:{labels(scope.kinds)}"
    found = terms.search(query, "node")
    return f"{scope.node}.id IN {found}"


def where_clause(parts: Sequence[str]) -> str:
    """` WHERE …`, or nothing where nothing is asked."""
    return f" WHERE {' AND '.join(parts)}" if parts else ""


def _near(terms: Terms, scope: Scope, wanted: Near) -> str:
    """The half chord's square (haversine) against its greatest value; before it a band of latitudes, which the index knows."""
    angle = wanted.kilometres / EARTH_KILOMETRES
    band = math.degrees(angle) * (1 + 1e-9)
    most = math.sin(angle / 2) ** 2 if angle < math.pi else 1.1
    south, north = terms.parameter(wanted.latitude - band), terms.parameter(wanted.latitude + band)
    latitude, longitude, cosine = terms.parameter(wanted.latitude), terms.parameter(wanted.longitude), terms.parameter(math.cos(math.radians(wanted.latitude)))
    lat, lon = (f"{scope.node}.{declared(scope.kinds, name).name}" for name in ("latitude", "longitude"))
    chord = f"sin(radians({lat} - {latitude}) / 2) ^ 2 + {cosine} * cos(radians({lat})) * sin(radians({lon} - {longitude}) / 2) ^ 2"
    return f"({south} <= {lat} <= {north} AND {chord} <= {terms.parameter(most)})"
