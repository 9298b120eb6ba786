"""Random valid questions about a schema, for hypothesis: documents with fragments, aliases, directives and variables, the variables' values, and who asks."""

from __future__ import annotations

import functools
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from graphql import (
    GraphQLEnumType,
    GraphQLInputObjectType,
    GraphQLInterfaceType,
    GraphQLList,
    GraphQLNamedType,
    GraphQLNonNull,
    GraphQLObjectType,
    GraphQLSchema,
    get_named_type,
    is_leaf_type,
    is_required_argument,
    is_required_input_field,
)
from hypothesis import strategies as st

from graph_api.operations.viewers import Role, Viewer
from graph_api.schema.nodes import encode_cursor

IDS = (
    "municipality:bonn", "municipality:muc", "topic:waste", "sdg_goal:11", "expert:ana", "department:green", "partnership:pair", "interest:one",
    "stakeholder:uni", "country:DE", "sdg_target:11.6", "demand:want", "event:start", "phase:first", "lapaz", "waste", "11", "nobody", "x:y",
)  # fmt: skip
TEXTS = ("", "Bonn", "wa", "DE", "BO", "de", "2017")
CURSORS = tuple(
    map(encode_cursor, (("bonn", "municipality:bonn"), ("municipality:muc", "municipality:muc"), (100_000, "municipality:subotica"), (None, "a:b")))
)
VIEWERS = (
    Viewer(),
    Viewer(role=Role.COORDINATOR, name="c"),
    Viewer(role=Role.MUNICIPALITY, name="b", municipality="municipality:bonn"),
    Viewer(role=Role.EXPERT, name="e", expert="expert:ana"),
    Viewer(role=Role.ORGANISER, name="o"),
)
WRONG = {"first": (-1, 501), "last": (-1,), "after": ("a", "WzEsMl0"), "before": ("", "eyJhIjoxfQ")}
"""Values that are refused, by the name of the argument."""
DEEP = 4
"""Levels of fields below a root field."""
ELSEWHERE = ("search", "search", "search", "neighbourhood", "viewer")
"""Root fields that are not records, asked seldom."""

Draw = Callable[[st.SearchStrategy[Any]], Any]


@dataclass(frozen=True, kw_only=True)
class Asking:
    """A question and who asks it."""

    query: str
    variables: dict[str, Any]
    viewer: Viewer


class Writer:
    """Writes one document. Under one response key stands one field with the same arguments throughout it, so that all selections merge."""

    def __init__(self, schema: GraphQLSchema, draw: Draw) -> None:
        self.schema, self.draw = schema, draw
        self.declared: dict[str, str] = {}
        self.values: dict[str, Any] = {}
        self.fragments: dict[str, tuple[str, str]] = {}
        self.near: tuple[str, ...] = ()
        """Ids of the kind that the field at hand is about."""
        self.keys: dict[str, tuple[str, str, str, str]] = {}
        """By response key: the field's name, the shape of its type, its arguments as text, and the type they were written for."""

    def chance(self, percent: int) -> bool:
        return self.draw(_below(100)) >= 100 - percent

    def pick(self, options: Any) -> Any:
        known = list(options)
        return known[self.draw(_below(len(known)))]

    # ── selections ────────────────────────────────────────────────────────────────────────────────────────────────────

    def document(self) -> str:
        query = self.schema.query_type
        assert query
        records = [name for name, f in query.fields.items() if self._is_record(f.type) or name in ("node", "nodes")]
        names = [self.pick(ELSEWHERE if self.chance(8) else records) for _ in range(1 + self.draw(_below(3)))]
        body = " ".join([self._field(query, name, DEEP) for name in names] + (["__typename"] if self.chance(10) else []))
        declared = ", ".join(f"${name}: {of}" for name, of in self.declared.items())
        fragments = " ".join(f"fragment {name} on {of} {text}" for name, (of, text) in self.fragments.items())
        return f"query{f'({declared})' if declared else ''} {{ {body} }} {fragments}".strip()

    def _is_record(self, of: object) -> bool:
        named = get_named_type(of)  # pyright: ignore[reportArgumentType, reportCallIssue]
        return (
            isinstance(named, GraphQLObjectType)
            and ("Node" in [i.name for i in named.interfaces] or named.name.endswith("Connection"))
            and named.name != "SearchConnection"
        )

    def _set(self, of: GraphQLObjectType | GraphQLInterfaceType, depth: int) -> str:
        parts = [self._part(of, depth) for _ in range(1 + self.draw(_below(4)))]
        return f"{{ {' '.join(parts)} }}"

    def _part(self, of: GraphQLObjectType | GraphQLInterfaceType, depth: int) -> str:
        if self.chance(5):
            return f"__typename{self._directive()}"
        if self.chance(15):
            return f"...{self._condition(of, depth)}"
        fields = [name for name, f in of.fields.items() if depth > 0 or is_leaf_type(get_named_type(f.type))]
        if not fields:
            return "__typename"
        below = [name for name in fields if not is_leaf_type(get_named_type(of.fields[name].type))]
        return self._field(of, self.pick(below if below and self.chance(50) else fields), depth)

    def _condition(self, of: GraphQLObjectType | GraphQLInterfaceType, depth: int) -> str:
        """An inline fragment, or the name of a fragment, that may apply here."""
        if self.chance(20):
            return f"{self._directive()} {self._set(of, depth)}"
        objects = self.schema.get_possible_types(of) if isinstance(of, GraphQLInterfaceType) else [of]
        fitting: dict[str, Any] = {t.name: t for o in objects for t in (o, *o.interfaces)}
        named = fitting[self.pick(sorted(fitting))]
        known = [name for name, (on, _) in self.fragments.items() if on == named.name]
        if known and self.chance(50):
            return f" {self.pick(known)}{self._directive()}"
        text = self._set(named, depth)
        if self.chance(50):
            name = f"F{len(self.fragments)}"
            self.fragments[name] = (named.name, text)
            return f" {name}{self._directive()}"
        return f" on {named.name}{self._directive()} {text}"

    def _field(self, of: GraphQLObjectType | GraphQLInterfaceType, name: str, depth: int) -> str:
        declared = of.fields[name]
        named = get_named_type(declared.type)
        shape = str(declared.type) if is_leaf_type(named) else str(declared.type).replace(named.name, "")
        key = name if name in ("edges", "node") and not self.chance(3) else self.pick((name,) * 7 + ("a",))
        if key in self.keys and (self.keys[key][:2] != (name, shape) or (self.keys[key][2] and self.keys[key][3] != of.name)):
            key = f"k{len(self.keys)}"
        if key not in self.keys:
            self.keys[key] = (name, shape, self._arguments(declared.args, name), of.name)
        text = f"{'' if key == name else key + ': '}{name}{self.keys[key][2]}{self._directive()}"
        return f"{text} {self._set(named, depth - 1)}" if isinstance(named, GraphQLObjectType | GraphQLInterfaceType) else text

    def _directive(self) -> str:
        if not self.chance(8):
            return ""
        value = self._variable("Boolean!", True) if self.chance(70) else self.pick(("true", "false"))
        return f" @{self.pick(('skip', 'include'))}(if: {value})"

    # ── values ────────────────────────────────────────────────────────────────────────────────────────────────────────

    def _arguments(self, declared: Any, field: str) -> str:
        self.near = tuple(i for i in IDS if i.startswith(f"{field}:"))
        given = {n: a for n, a in declared.items() if is_required_argument(a) or self.chance(8 if n == "filter" else 15)}
        texts = [f"{name}: {self._value(argument.type, name, 3)}" for name, argument in given.items()]
        return f"({', '.join(texts)})" if texts else ""

    def _value(self, of: Any, name: str, depth: int) -> str:
        """A value as text: a literal, or a variable."""
        if self.chance(35):
            return self._variable(str(of), isinstance(of, GraphQLNonNull), of, name)
        if not isinstance(of, GraphQLNonNull) and self.chance(10):
            return "null"
        return _literal(self._plain(of, name, depth), get_named_type(of), of)

    def _variable(self, of: str, needed: bool, type_: Any = None, name: str = "") -> str:
        own = f"v{len(self.declared)}"
        plain: Any = self.pick((True, False)) if type_ is None else self._plain(type_, name, 2)
        self.declared[own] = of
        if needed or self.chance(60):
            self.values[own] = plain
        elif self.chance(50):
            self.values[own] = None
        return f"${own}"

    def _plain(self, of: Any, name: str, depth: int) -> Any:
        """A value as JSON."""
        if isinstance(of, GraphQLNonNull):
            return self._plain(of.of_type, name, depth)
        if isinstance(of, GraphQLList):
            return [self._plain(of.of_type, name, depth) for _ in range(self.draw(_below(3)))]
        if isinstance(of, GraphQLEnumType):
            return self.pick(of.values)
        if isinstance(of, GraphQLInputObjectType):
            simple = {n: f for n, f in of.fields.items() if depth > 0 or not isinstance(get_named_type(f.type), GraphQLInputObjectType)}
            chosen = {n for n in simple if is_required_input_field(of.fields[n])} | ({self.pick(simple)} if simple and self.chance(90) else set())
            return {n: self._plain(of.fields[n].type, n, depth - 1) for n in simple if n in chosen}
        if self.near and name == "id" and self.chance(85):  # a record that is there
            return self.pick(self.near)
        return self.pick(WRONG.get(name, ()) if name in WRONG and self.chance(5) else _scalars(of, name))


@functools.cache
def _below(number: int) -> st.SearchStrategy[int]:
    return st.integers(0, number - 1)


def _scalars(of: GraphQLNamedType, name: str) -> tuple[Any, ...]:
    if of.name == "ID":
        return IDS
    if of.name == "Int":
        return (2, 1, 3, 50, 500, 0) if name in ("first", "last", "limit") else (0, 1, 2, 2030, 300_000)
    if name in ("after", "before"):
        return CURSORS
    return {"Float": (0.5, 0.0, 50, 7.1, 100.0), "Boolean": (True, False), "Date": ("2025-12-31",)}.get(of.name, TEXTS)


def _literal(plain: Any, named: Any, of: Any) -> str:
    if plain is None:
        return "null"
    if isinstance(of, GraphQLNonNull):
        return _literal(plain, named, of.of_type)
    if isinstance(plain, list):
        return f"[{', '.join(_literal(p, named, of.of_type) for p in plain)}]"
    if isinstance(plain, dict):
        return f"{{{', '.join(f'{n}: {_literal(p, get_named_type(named.fields[n].type), named.fields[n].type)}' for n, p in plain.items())}}}"
    if isinstance(named, GraphQLEnumType):
        return plain
    return str(plain).lower() if isinstance(plain, bool) else f'"{plain}"' if isinstance(plain, str) else str(plain)


def questions(schema: GraphQLSchema) -> st.SearchStrategy[Asking]:
    """Questions about a schema; all but some about sizes and values are valid."""

    @st.composite
    def ask(draw: Draw) -> Asking:
        writer = Writer(schema, draw)
        return Asking(query=writer.document(), variables=writer.values, viewer=writer.pick(VIEWERS))

    return ask()
