"""Writing: compiles what a selection set makes of a store's rows to Python, so that an answer is written without a resolver per field.

For `{ municipality(id: $id) { name country departments { totalCount } } }` the text is

    def record1(row, shape):
        v, below, wanted = row[3], row[4], shape.links
        return {'name': (x if (x := v[0]) is not None else refuse()),
                'country': (x if (x := v[1]) is not None else refuse()),
                'departments': page2(below[0], wanted[0].selection)}

and so on. All that a text holds of a question are response keys, as literals; the grammar makes them letters, digits and `_`.
What would be an error in the answer (a required value that is empty, a number out of range, a member that its closed set does
not have) is not written: Uncovered is raised, and strawberry answers and words the error.
"""

from __future__ import annotations

import datetime
import enum
from collections.abc import Callable, Mapping, Sequence
from typing import Any, NoReturn, TypeAlias

from graphql import FieldNode, GraphQLObjectType, get_named_type
from strawberry.utils.str_converters import to_camel_case

from graph_api.model import KINDS, PartialDate, Property, Relation, properties
from graph_api.schema.mirror import CONNECTIONS, MEMBERS
from graph_api.schema.nodes import cut, encode_cursor
from graph_api.schema.selections import Reading
from graph_api.storage.base import Cell, Row, Selection

WriteCell: TypeAlias = Callable[[Cell, Selection], Any]
"""Makes of a cell, and the selection that it answers, a value of the answer. Raises Uncovered."""
WriteRow: TypeAlias = Callable[[Row, Selection], Any]
"""Makes of a row, and the selection that it is a row of, an object of the answer. Raises Uncovered."""


class Uncovered(Exception):
    """Strawberry has to answer: something is not compiled, or is an error."""


def refuse() -> NoReturn:
    """What a text calls where a value cannot be written."""
    raise Uncovered


class Names(dict[object, str | None]):
    """The names of a closed set's members by their values."""

    def __missing__(self, value: object) -> NoReturn:
        refuse()


class Writing:
    """The functions of one plan: they are written down as text first, and then made all at once."""

    def __init__(self, read: Reading) -> None:
        self._read = read
        self._lines: list[str] = []
        self._known: dict[str, Any] = {"cut": cut, "encode_cursor": encode_cursor, "refuse": refuse}
        self._number = 0

    @property
    def text(self) -> str:
        """The functions as Python."""
        return "\n".join(self._lines)

    def made(self) -> Mapping[str, Any]:
        """The functions by name."""
        exec(compile(self.text, "<plan>", "exec"), self._known)  # noqa: S102  # nosec B102 - the text is ours; see the module's description
        return self._known

    # ── records ───────────────────────────────────────────────────────────────────────────────────────────────────────

    def single(self, nodes: list[FieldNode], kinds: tuple[str, ...]) -> str:
        """Writes the one record of a cell, or null where there is none: the name of a WriteCell."""
        record = self.record(nodes, kinds)
        return self._define("single", "cell, selection", f"return {record}(cell[1][0], selection) if cell[1] else None")

    def record(self, nodes: list[FieldNode], kinds: tuple[str, ...]) -> str:
        """Writes a record of some kinds: the name of a WriteRow."""
        ways = {kind: self._of_kind(nodes, kind) for kind in kinds}
        if len(kinds) == 1:
            return self._define("record", "row, selection", f"return {ways[kinds[0]]}(row, selection.shapes[0])")
        cases = [f"if kind == {kind!r}: return {way}(row, selection.shapes[{place}])" for place, (kind, way) in enumerate(ways.items())]
        return self._define("record", "row, selection", "kind = row[0].partition(':')[0]", *cases, "refuse()")

    def _of_kind(self, nodes: list[FieldNode], kind: str) -> str:
        owner = KINDS[kind].__name__
        groups = self._read.fields(nodes, owner)
        members = {key: MEMBERS[kind].get(group[0].name.value) for key, group in groups.items()}
        names = list(dict.fromkeys(m.name for m in members.values() if isinstance(m, Property) and m.name != "id"))
        links = [key for key, member in members.items() if isinstance(member, Relation)]
        written: dict[str, str] = {}
        for key, member in members.items():
            if isinstance(member, Relation):
                way, place = self._relation(groups[key], owner, member), links.index(key)
                written[key] = f"{way}(below[{place}], wanted[{place}].selection)"
            elif isinstance(member, Property):
                written[key] = "row[0]" if member.name == "id" else self._value(member, f"v[{names.index(member.name)}]")
            else:
                written[key] = _fixed(groups[key][0].name.value, owner)
        taken = "v, below, wanted = row[3], row[4], shape.links" if links else "v = row[3]"
        return self._define(kind, "row, shape", taken, f"return {_object(written)}")

    def _relation(self, nodes: list[FieldNode], owner: str, relation: Relation) -> str:
        if relation.one:
            return self.single(nodes, relation.targets)
        parent = self._read.info.schema.get_type(owner)
        assert isinstance(parent, GraphQLObjectType)
        return self.page(nodes, relation.targets, get_named_type(parent.fields[nodes[0].name.value].type).name)

    def _value(self, declared: Property, value: str) -> str:
        """A property's value in the form that the answer has."""
        needed = declared.required or declared.default is not None
        if issubclass(declared.type, enum.Enum):
            return f"{self._names(declared.type, needed=needed)}[{value}]"
        right = _RIGHT[declared.type]
        if right is None:
            return f"(x if (x := {value}) is not None else refuse())" if needed else value
        return f"(x if (x := {value}) is not None and {right} else refuse())" if needed else f"(x if (x := {value}) is None or {right} else refuse())"

    def _names(self, closed: type[enum.Enum], *, needed: bool) -> str:
        name = f"{closed.__name__}{'' if needed else '_or_none'}"
        self._known[name] = Names({member.value: member.name for member in closed} | ({} if needed else {None: None}))
        return name

    # ── connections ───────────────────────────────────────────────────────────────────────────────────────────────────

    def page(self, nodes: list[FieldNode], kinds: tuple[str, ...], connection: str) -> str:
        """Writes a page of a list of records of some kinds: the name of a WriteCell."""
        groups = self._read.fields(nodes, connection)
        edges = [group for group in groups.values() if group[0].name.value == "edges"]
        if len(edges) > 1:  # what they select of the same record is merged in the store's answer
            raise Uncovered
        chosen = self._read.fields(edges[0] if edges else [], _edge(connection))
        link = CONNECTIONS[connection]
        own = [p for n, p in properties(link).items() if p.key or to_camel_case(n) in {g[0].name.value for g in chosen.values()}] if link else []
        cursor = f"encode_cursor(({', '.join(['{0}[1]', '{0}[0]', *(f'{{0}}[2][{place}]' for place, p in enumerate(own) if p.key)])}))"
        written = {key: self._of_page(group, connection, cursor) for key, group in groups.items() if group not in edges}
        if edges:
            edge = self._edge(chosen, kinds, own, cursor, _edge(connection))
            written = {key: written.get(key) or f"[{edge} for row in rows]" for key in groups}
        body = ["rows, after, before = cut(selection, cell[1])", f"return {_object(written)}"]
        return self._define("page", "cell, selection", *body)

    def _edge(self, groups: Mapping[str, list[FieldNode]], kinds: tuple[str, ...], own: Sequence[Property], cursor: str, owner: str) -> str:
        names = {to_camel_case(p.name): place for place, p in enumerate(own)}
        written: dict[str, str] = {}
        for key, group in groups.items():
            name = group[0].name.value
            if name == "node":
                if sum(other[0].name.value == "node" for other in groups.values()) > 1:
                    raise Uncovered
                written[key] = f"{self.record(group, kinds)}(row, selection)"
            elif name == "cursor":
                written[key] = cursor.format("row")
            elif name in names:
                written[key] = self._value(own[names[name]], f"row[2][{names[name]}]")
            else:
                written[key] = _fixed(name, owner)
        return _object(written)

    def _of_page(self, nodes: list[FieldNode], connection: str, cursor: str) -> str:
        name = nodes[0].name.value
        if name == "totalCount":
            return "cell[0]"
        return self._page_info(nodes, cursor) if name == "pageInfo" else _fixed(name, connection)

    def _page_info(self, nodes: list[FieldNode], cursor: str) -> str:
        values = {
            "hasNextPage": "after",
            "hasPreviousPage": "before",
            "startCursor": f"{cursor.format('rows[0]')} if rows else None",
            "endCursor": f"{cursor.format('rows[-1]')} if rows else None",
        }
        groups = self._read.fields(nodes, "PageInfo")
        return _object({key: values.get(group[0].name.value) or _fixed(group[0].name.value, "PageInfo") for key, group in groups.items()})

    # ── text ──────────────────────────────────────────────────────────────────────────────────────────────────────────

    def _define(self, name: str, parameters: str, *body: str) -> str:
        self._number += 1
        self._lines += [f"def {name}{self._number}({parameters}):", *(f"    {line}" for line in body)]
        return f"{name}{self._number}"


_RIGHT: Mapping[type, str | None] = {
    str: None,
    PartialDate: None,
    datetime.date: None,
    bool: None,
    tuple: None,
    int: "-2147483648 <= x <= 2147483647",
    float: "x - x == 0.0",
}
"""When a value of a type that is not empty can be written; None: always. Only for a finite number the difference is 0."""


def _object(written: Mapping[str, str]) -> str:
    return f"{{{', '.join(f'{key!r}: {value}' for key, value in written.items())}}}"


def _fixed(name: str, owner: str) -> str:
    """The value of a field that is the same in all objects of a type."""
    if name == "__typename":
        return repr(owner)
    if name == "name":  # kinds without a name have the field for the interface
        return "None"
    raise Uncovered


def _edge(connection: str) -> str:
    return connection.removesuffix("Connection") + "Edge"
