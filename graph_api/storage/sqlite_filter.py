"""Conditions of the embedded store: what a filter is in SQL.

Every condition is written so that the selective side drives: what names ids or texts becomes `id IN (…)`, which SQLite
evaluates once, and so does everything where all that fits is counted; anything else becomes `EXISTS (…)`, which is probed row
by row along the order that is walked anyway. What nests is named by WITH, because SQLite's parser takes no deep text.
"""
# ruff: noqa: S608 - the names in statements are declared ones

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import cast

import orjson

from graph_api.errors import InvalidInput
from graph_api.model import KINDS, Node, Property, Relation, Scalar, Step, kind_name, properties, relations
from graph_api.storage.base import Compare, Either, Every, Filter, Linked, Matches, Near, Negate, Operator
from graph_api.storage.codec import encode, fold, order_key
from graph_api.storage.ranking import query_words
from graph_api.storage.sqlite_connections import EARTH_RADIUS
from graph_api.storage.sqlite_tables import Declared, SqlValue, has_key, quoted, storing, table_of
from graph_api.storage.sqlite_terms import nodes_with

_SIGNS = {Operator.EQ: "=", Operator.LT: "<", Operator.LTE: "<=", Operator.GT: ">", Operator.GTE: ">="}
DEEPEST = 20
"""How deep filters may be nested; SQLite's parser takes a little more."""
_END = "\U0010ffff"
"""Stands behind every text with the same beginning."""


@dataclass
class Statement:
    """A statement while it is written: the values bound so far, the parts named by WITH, and how many names for tables are taken."""

    values: dict[str, SqlValue] = field(default_factory=dict[str, SqlValue])
    parts: list[str] = field(default_factory=list[str])
    names: int = 0
    apart: str = ""
    """What tells the names of a part that is written apart from those of the rest and of other such parts."""
    added: int = 0
    """How many parts were written apart."""
    depth: int = 0
    """How many filters the one that is being written is nested in."""
    whole: bool = False
    """Whether all that fits has to be found, not the first few along an order."""

    def bind(self, value: SqlValue) -> str:
        """A parameter with this value."""
        name = f"v{self.apart}{len(self.values)}"
        self.values[name] = value
        return f":{name}"

    def name(self, letter: str) -> str:
        """A name for a table that is not taken yet."""
        self.names += 1
        return f"{letter}{self.apart}{self.names}"

    def beside(self) -> Statement:
        """A statement for a part that is written apart, to be added."""
        self.added += 1
        return Statement(apart=f"{self.added}_")

    def add(self, parts: Sequence[str], values: Mapping[str, SqlValue]) -> None:
        """Adds what was written apart."""
        self.parts += parts
        self.values |= values

    def define(self, letter: str, select: str) -> str:
        """A name for a part of the statement; SQLite puts the part in where the name stands, as if it were written there."""
        name = self.name(letter)
        self.parts.append(f"{name} AS NOT MATERIALIZED ({select})")
        return name

    def text(self, select: str) -> str:
        """The whole statement: its parts and what is asked of them."""
        return f"WITH {', '.join(self.parts)} {select}" if self.parts else select

    def any_of(self, values: Sequence[Scalar]) -> str:
        """A list of values as one parameter, so that the text does not change with their number."""
        return f"(SELECT value FROM json_each({self.bind(orjson.dumps([encode(v) for v in values]).decode())}))"


@dataclass(frozen=True, kw_only=True)
class Subject:
    """What a condition is about: a row of a kind's or a link's table."""

    declared: Declared
    name: str
    """The table's name in the statement."""
    id: str = ""
    """Where the id stands, if not in the table."""

    def column(self, given: Property) -> str:
        """A property's column."""
        return self.id if given.name == "id" and self.id else f"{self.name}.{quoted(given.name)}"

    def declaration(self, name: str) -> Property:
        """The property of this name; raises InvalidInput where there is none."""
        known = properties(self.declared)
        if name not in known:
            raise InvalidInput(f"{table_of(self.declared)} has no {name}; it has {', '.join(known)}")
        return known[name]

    def ordered(self, given: Property) -> str:
        """What a property is ordered by; raises InvalidInput for a list."""
        if given.type is tuple:
            raise InvalidInput(f"{given.name} is a list and has no order")
        if given.type is not str or given.name == "id":
            return self.column(given)
        return f"{self.name}.{quoted(f'{given.name}_key')}" if has_key(given) else f"order_key({self.column(given)})"


def ordered_value(given: Property, value: Scalar) -> SqlValue:
    """A value as `Subject.ordered` compares it."""
    return encode(value) if given.type is not str or given.name == "id" else order_key(value)  # pyright: ignore[reportReturnType]


def condition(statement: Statement, subject: Subject, given: Filter) -> str:
    """The condition that a filter is for a subject.

    Raises InvalidInput for a name that the subject's kind does not have, and for filters that are nested deeper than `DEEPEST`.
    """
    if statement.depth >= DEEPEST:
        raise InvalidInput(f"filters may be nested {DEEPEST} deep, these are nested deeper")
    statement.depth += 1
    written = _condition(statement, subject, given)
    statement.depth -= 1
    return written


def _condition(statement: Statement, subject: Subject, given: Filter) -> str:
    match given:
        case Compare():
            return _compare(statement, subject, given.plain())
        case Every(of=parts) if any(isinstance(part, Linked) for part in parts):  # links are followed first: no index is to give the order
            plain = (_compare(statement, subject, part) if isinstance(part, Compare) else condition(statement, subject, part) for part in parts)
            return f"({' AND '.join(plain)})"
        case Every(of=parts):
            return f"({' AND '.join(condition(statement, subject, part) for part in parts)})" if parts else "TRUE"
        case Either(of=parts):
            return f"({' OR '.join(condition(statement, subject, part) for part in parts)})" if parts else "FALSE"
        case Negate(of=part):
            return f"({condition(statement, subject, part)} IS NOT TRUE)"
        case Linked():
            return _linked(statement, subject, given)
        case Near():
            return _near(statement, subject, given)
        case Matches(text=text):
            found = nodes_with(sorted(query_words(text), key=len, reverse=True), statement.bind)  # long words are mostly rare
            return f"{_node(subject)} IN ({found})" if found else "FALSE"


def selective(given: Filter) -> bool:
    """Whether few nodes can fit, so that it pays to find them first."""
    match given:
        case Compare(property=name, operator=operator):
            return name in ("id", "name") and operator in (Operator.EQ, Operator.IN)
        case Every(of=parts):
            return any(map(selective, parts))
        case Either(of=parts):
            return all(map(selective, parts))
        case Linked(node=node):
            return node is not None and selective(node)
        case Negate():
            return False
        case Near() | Matches():
            return True


def _node(subject: Subject) -> str:
    if not issubclass(subject.declared, Node):
        raise InvalidInput(f"{table_of(subject.declared)} is a link: only its own properties can be compared")
    return subject.id or f"{subject.name}.id"


# ── properties ────────────────────────────────────────────────────────────────────────────────────────────────────────


def _compare(statement: Statement, subject: Subject, given: Compare) -> str:
    declared = subject.declaration(given.property)
    value = cast("Scalar", given.value)  # several only with IN
    column = subject.column(declared)
    match given.operator:
        case Operator.EQ if value is not None:
            return f"{column} = {statement.bind(storing(declared)(value))}"
        case Operator.IN if isinstance(given.value, tuple | list):
            return f"{column} IN {statement.any_of([v for v in given.value if v is not None])}"
        case Operator.EMPTY:
            return _empty(declared, column, wanted=bool(value))
        case Operator.CONTAINS if declared.type is tuple:
            return f"EXISTS (SELECT 1 FROM json_each({column}) WHERE value = {statement.bind(encode(value))})"  # pyright: ignore[reportArgumentType]
        case Operator.CONTAINS:
            return f"instr({_folded(subject, declared)}, {statement.bind(fold(str(value)))}) > 0"
        case Operator.STARTS:
            start, text = fold(str(value)), _folded(subject, declared)
            return f"({text} >= {statement.bind(start)} AND {text} < {statement.bind(start + _END)})"
        case Operator.LT | Operator.LTE | Operator.GT | Operator.GTE if value is not None:
            return f"{subject.ordered(declared)} {_SIGNS[given.operator]} {statement.bind(ordered_value(declared, value))}"
        case _:
            return "FALSE"


def _empty(given: Property, column: str, *, wanted: bool) -> str:
    if given.type is tuple:
        return f"{column} {'=' if wanted else '<>'} '[]'"
    return f"{column} IS {'' if wanted else 'NOT '}NULL"


def _folded(subject: Subject, given: Property) -> str:
    if not issubclass(given.type, str):
        raise InvalidInput(f"{given.name} is no text")
    return subject.ordered(given) if given.type is str and given.name != "id" else f"order_key({subject.column(given)})"


# ── places ────────────────────────────────────────────────────────────────────────────────────────────────────────────


def _near(statement: Statement, subject: Subject, given: Near) -> str:
    """A band of latitudes, which the index gives, a band of longitudes, then the distance itself."""
    latitude, longitude = (subject.column(subject.declaration(name)) for name in ("latitude", "longitude"))
    angle = given.kilometres / EARTH_RADIUS
    north, south = (given.latitude + sign * math.degrees(angle) * (1 + 1e-9) for sign in (1, -1))
    east = statement.bind(_half_width(given.latitude, angle))
    middle = statement.bind(given.longitude)
    return (
        f"({latitude} BETWEEN {statement.bind(south)} AND {statement.bind(north)}"
        f" AND (abs({longitude} - {middle}) <= {east} OR abs({longitude} - {middle}) >= 360 - {east})"
        f" AND kilometres({latitude}, {longitude}, {statement.bind(given.latitude)}, {middle}) <= {statement.bind(given.kilometres)})"
    )


def _half_width(latitude: float, angle: float) -> float:
    """Degrees of longitude that a circle reaches to either side; 180 where it holds a pole."""
    if angle + math.radians(abs(latitude)) >= math.pi / 2:
        return 180.0
    return math.degrees(math.asin(math.sin(angle) / math.cos(math.radians(latitude)))) * (1 + 1e-9)


# ── links ─────────────────────────────────────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True, kw_only=True)
class Way:
    """The link tables that a relation runs over, joined."""

    tables: str
    near: str
    """Column with the id of the node it starts from."""
    far: str
    """Column with the id of the node it leads to."""
    where: tuple[str, ...]
    link: Subject


def way(statement: Statement, relation: Relation) -> Way:
    """The tables of a relation; a shortcut runs over two and never back to its start."""
    first, link = relation.steps[0], statement.name("l")
    near, far = (f"{link}.{end}" for end in ends(first))
    tables, where = f"{table_of(first.link)} AS {link}", ()
    for step in relation.steps[1:]:
        other = statement.name("l")
        begin, end = (f"{other}.{end}" for end in ends(step))
        tables, where, far = f"{tables} JOIN {table_of(step.link)} AS {other}", (f"{begin} = {far}", f"{end} <> {near}"), end
    return Way(tables=tables, near=near, far=far, where=where, link=Subject(declared=first.link, name=link))


def ends(step: Step) -> tuple[str, str]:
    """The columns where a step starts and ends."""
    return ("source", "target") if step.forward else ("target", "source")


def relation_of(kind: type[Node], name: str) -> Relation:
    """A kind's relation; raises InvalidInput where there is none of this name."""
    known = relations(kind)
    if name not in known:
        raise InvalidInput(f"{kind_name(kind)} has no {name}; it has {', '.join(known)}")
    return known[name]


def among(relation: Relation, far: str, kinds: Sequence[str]) -> tuple[str, ...]:
    """The condition that an id is of one of these kinds, as ranges that an index answers; none where the relation's last link leads to no others."""
    last = relation.steps[-1]
    possible = last.link.ends.targets if last.forward else last.link.ends.sources
    if len(possible) == len(kinds):
        return ()
    ranges = [f"({far} >= '{kind}:' AND {far} < '{kind};')" for kind in kinds]
    return (f"({' OR '.join(ranges)})",)


def link_condition(statement: Statement, relation: Relation, link: Subject, given: Filter) -> str:
    """The condition that a filter is for a relation's link; raises InvalidInput for a shortcut."""
    if relation.link is None:
        raise InvalidInput(f"{relation.name} runs over two links: it has no properties of its own to compare")
    return condition(statement, link, given)


def _linked(statement: Statement, subject: Subject, given: Linked) -> str:
    relation, node = relation_of(KINDS[_kind(subject)], given.relation), _node(subject)
    over = way(statement, relation)
    first = given.node is not None and (statement.whole or selective(given.node))
    where = [*over.where, *([] if first else [f"{over.near} = {node}"])]
    if given.link is not None:
        where.append(link_condition(statement, relation, over.link, given.link))
    where += among(relation, over.far, relation.targets) if given.node is None or _only_ids(given.node) else ()
    if given.node is not None:
        where.append(_reached(statement, relation, over.far, given.node, first=first))
    found = f"FROM {over.tables} WHERE {' AND '.join(where)}"
    return f"{node} IN (SELECT {over.near} {found})" if first else f"EXISTS (SELECT 1 {found})"


def _kind(subject: Subject) -> str:
    _node(subject)
    return table_of(subject.declared).strip('"')


def _reached(statement: Statement, relation: Relation, far: str, given: Filter, *, first: bool) -> str:
    """The condition that the node at the far end fits, whatever its kind."""
    if _only_ids(given):
        return condition(statement, Subject(declared=KINDS[relation.targets[0]], name="", id=far), given)
    parts: list[str] = []
    for kind in map(KINDS.__getitem__, relation.targets):
        node = Subject(declared=kind, name=statement.name("n"))
        fits = condition(statement, node, given)
        fitting = statement.define("f", f"SELECT {node.name}.id AS id FROM {table_of(kind)} AS {node.name} WHERE {fits}")
        parts.append(f"{far} IN (SELECT id FROM {fitting})" if first else f"EXISTS (SELECT 1 FROM {fitting} WHERE {fitting}.id = {far})")
    return f"({' OR '.join(parts)})"


def _only_ids(given: Filter) -> bool:
    """Whether a filter looks at ids alone, so that the node itself need not be read."""
    match given:
        case Compare(property=name):
            return name == "id"
        case Every(of=parts) | Either(of=parts):
            return all(map(_only_ids, parts))
        case Negate(of=part):
            return _only_ids(part)
        case Linked() | Near() | Matches():
            return False
