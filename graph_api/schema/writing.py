"""Writing: compiles what a selection set makes of a store's rows to Python, so that an answer is written without a resolver per field.

For `{ municipality(id: $id) { name country departments { totalCount } } }` the text is

    def single2(cell, selection):
        if not cell[1]: return None
        own, mark, v0, v1, b0 = cell[1][0]
        wanted0 = selection.shapes[0].links[0].selection
        return {'name': (v0 if v0 is not None else refuse()),
                'country': (v1 if v1 is not None else refuse()),
                'departments': page1(b0, wanted0)}

and so on. All that a text holds of a question are response keys, as literals; the grammar makes them letters, digits and `_`.
What would be an error in the answer (a required value that is empty, a number out of range, a member that its closed set does
not have) is not written: Uncovered is raised, and strawberry answers and words the error.
"""

from __future__ import annotations

import datetime
import enum
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NoReturn, TypeAlias

from graphql import FieldNode, GraphQLObjectType, get_named_type
from strawberry.utils.str_converters import to_camel_case

from graph_api.model import KINDS, PartialDate, Property, Relation, properties
from graph_api.schema.mirror import CONNECTIONS, MEMBERS
from graph_api.schema.nodes import cut, encode_cursor
from graph_api.schema.selections import Reading
from graph_api.storage.base import Cell, FlatRow, Selection

WriteCell: TypeAlias = Callable[[Cell, Selection], Any]
"""Makes of a cell of flat rows, and the selection that it answers, a value of the answer. Raises Uncovered."""
WriteRow: TypeAlias = Callable[[FlatRow, Selection], Any]
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


@dataclass(frozen=True, kw_only=True)
class Record:
    """How a record is written where its row is at hand in names."""

    text: str
    names: tuple[str, ...] = ()
    """The names of its properties' values and of its cells."""
    before: tuple[str, ...] = ()
    """What is to be said before, once for all records of a cell."""

    def targets(self, link: Sequence[str] = ()) -> str:
        """The names that a row gives, `link` being those of the link's properties."""
        return ", ".join(("own", "mark", *link, *self.names))

    def taken(self, row: str) -> str:
        """What takes a row apart."""
        return f"{self.targets()} = {row}"


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
        record = self._record(nodes, kinds)
        return self._define("single", "cell, selection", "if not cell[1]: return None", record.taken("cell[1][0]"), *record.before, f"return {record.text}")

    def record(self, nodes: list[FieldNode], kinds: tuple[str, ...]) -> str:
        """Writes a record of some kinds: the name of a WriteRow."""
        record = self._record(nodes, kinds)
        return self._define("record", "row, selection", record.taken("row"), *record.before, f"return {record.text}")

    def _record(self, nodes: list[FieldNode], kinds: tuple[str, ...]) -> Record:
        """Writes a record in place; where kinds differ, by a function for each."""
        ways = [self._of_kind(nodes, kind, place) for place, kind in enumerate(kinds)]
        if len(kinds) == 1 or (not ways[0].before and all(way == ways[0] for way in ways)):
            return ways[0]
        cases = list[str]()
        for kind, way in zip(kinds, ways, strict=True):
            name = self._define(kind, "row, selection", way.taken("row"), *way.before, f"return {way.text}")
            cases.append(f"if kind == {kind!r}: return {name}(row, selection)")
        name = self._define("record", "row, selection", "kind = row[0].partition(':')[0]", *cases, "refuse()")
        return Record(text=f"{name}((own, mark, *rest), selection)", names=("*rest",))

    def _of_kind(self, nodes: list[FieldNode], kind: str, shape: int) -> Record:
        owner = KINDS[kind].__name__
        groups = self._read.fields(nodes, owner)
        members = {key: MEMBERS[kind].get(group[0].name.value) for key, group in groups.items()}
        names = list(dict.fromkeys(m.name for m in members.values() if isinstance(m, Property) and m.name != "id"))
        links = [key for key, member in members.items() if isinstance(member, Relation)]
        written: dict[str, str] = {}
        for key, member in members.items():
            if isinstance(member, Relation):
                way, place = self._relation(groups[key], owner, member), links.index(key)
                written[key] = f"{way}(b{place}, wanted{place})"
            elif isinstance(member, Property):
                written[key] = "own" if member.name == "id" else self._value(member, f"v{names.index(member.name)}")
            else:
                written[key] = _fixed(groups[key][0].name.value, owner)
        wanted = tuple(f"wanted{place} = selection.shapes[{shape}].links[{place}].selection" for place in range(len(links)))
        return Record(text=_object(written), names=(*_numbered("v", names), *_numbered("b", links)), before=wanted)

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
        empty = f"{value} is {'not ' if needed else ''}None"
        if right is None:
            return f"({value} if {empty} else refuse())" if needed else value
        return f"({value} if {empty} {'and' if needed else 'or'} {right.format(value)} else refuse())"

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
        record, edge = self._edge(chosen, kinds, own, _edge(connection))
        cursor = f"encode_cursor(({', '.join(['{0}[1]', '{0}[0]', *(f'{{0}}[{2 + place}]' for place, p in enumerate(own) if p.key)])}))"
        written = {key: self._of_page(group, connection, cursor) for key, group in groups.items() if group not in edges}
        if edges:
            every = f"[{edge} for {record.targets(_numbered('l', own))} in rows]"
            written = {key: written.get(key) or every for key in groups}
        body = ["rows, after, before = cut(selection, cell[1])", *record.before, f"return {_object(written)}"]
        return self._define("page", "cell, selection", *body)

    def _edge(self, groups: Mapping[str, list[FieldNode]], kinds: tuple[str, ...], own: Sequence[Property], owner: str) -> tuple[Record, str]:
        """The record at the end of an edge, and the edge as text."""
        names = {to_camel_case(p.name): place for place, p in enumerate(own)}
        nodes = [group for group in groups.values() if group[0].name.value == "node"]
        if len(nodes) > 1:
            raise Uncovered
        record = self._record(nodes[0], kinds) if nodes else Record(text="")
        written: dict[str, str] = {}
        for key, group in groups.items():
            name = group[0].name.value
            if name == "node":
                written[key] = record.text
            elif name == "cursor":
                written[key] = f"encode_cursor(({', '.join(['mark', 'own', *(f'l{place}' for place, p in enumerate(own) if p.key)])}))"
            elif name in names:
                written[key] = self._value(own[names[name]], f"l{names[name]}")
            else:
                written[key] = _fixed(name, owner)
        return record, _object(written)

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
    int: "-2147483648 <= {0} <= 2147483647",
    float: "{0} - {0} == 0.0",
}
"""When a value of a type that is not empty can be written; None: always. Only for a finite number the difference is 0."""


def _numbered(letter: str, what: Sequence[object]) -> tuple[str, ...]:
    """A name for each."""
    return tuple(f"{letter}{place}" for place in range(len(what)))


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
