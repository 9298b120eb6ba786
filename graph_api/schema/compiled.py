"""Compiled operations: a query whose root fields are records is one `select` and is written from its rows; all else is strawberry's.

Compiled once for each operation of a document and each value of the variables in its directives, and kept. Variables in arguments are
filled in for each question, rights for each viewer. Nothing that is an error is answered here: then strawberry runs, and words it.
"""

from __future__ import annotations

import enum
from collections import OrderedDict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol, TypeAlias

import orjson
from graphql import (
    FieldNode,
    FragmentDefinitionNode,
    GraphQLError,
    GraphQLSchema,
    ListValueNode,
    Node,
    ObjectValueNode,
    OperationDefinitionNode,
    VariableNode,
    is_non_null_type,
)
from strawberry.utils.str_converters import to_camel_case

from graph_api.errors import StoreError
from graph_api.model import KINDS, PLURALS, global_id, kind_of
from graph_api.operations.viewers import GUARDED, Viewer
from graph_api.schema.context import Context
from graph_api.schema.documents import Document
from graph_api.schema.info import with_ids
from graph_api.schema.nodes import Asked
from graph_api.schema.selections import Reading
from graph_api.schema.writing import Uncovered, WriteCell, WriteRow, Writing
from graph_api.storage.base import Cell, Selection, Store

KEPT = 300
"""Compiled operations that are kept; what was used longest ago goes first. One takes about 30 KB."""
VIEWERS = 16
"""Viewers for whom what an operation asks is kept, where it asks for something that not everybody sees."""

Turn: TypeAlias = tuple[Sequence[Selection], Callable[[Sequence[Cell]], Any]]
"""What a root field asks of the store for one question, and what makes the field's value of the cells."""


class Root(Protocol):
    """A root field."""

    async def turn(self, read: Reading, store: Store) -> Turn:
        """The field's part of one question. Raises Uncovered, InvalidInput, GraphQLError: then strawberry has to answer."""
        ...


@dataclass(frozen=True, kw_only=True)
class Around:
    """What a document is read in, as Reading wants it."""

    schema: GraphQLSchema
    fragments: Mapping[str, FragmentDefinitionNode]
    variable_values: Mapping[str, Any]


@dataclass(frozen=True, kw_only=True)
class Compiled:
    """An operation."""

    schema: GraphQLSchema
    fragments: Mapping[str, FragmentDefinitionNode]
    roots: Mapping[str, Root]
    """By response key."""
    nodes: Mapping[str, list[FieldNode]]
    """The root fields' nodes, by response key."""

    async def answer(self, variables: Mapping[str, Any], context: Context) -> bytes:
        """The answer as JSON, for coerced variables. Raises Uncovered, and what the store raises."""
        around = Around(schema=self.schema, fragments=self.fragments, variable_values=variables)
        read = Reading(info=around, largest_page=context.largest_page, viewer=context.viewer)
        turns = {key: await root.turn(read, context.store) for key, root in self.roots.items()}
        cells = await context.store.select(*(selection for selections, _ in turns.values() for selection in selections))
        data: dict[str, Any] = {}
        for key, (selections, write) in turns.items():
            data[key] = write(cells[: len(selections)])
            cells = cells[len(selections) :]
        return orjson.dumps({"data": data})

    def failed(self, error: StoreError) -> tuple[dict[str, Any] | None, list[GraphQLError]]:
        """Data and errors where the store fails."""
        asking = {key: nodes for key, nodes in self.nodes.items() if not isinstance(self.roots[key], Fixed)}
        errors = [GraphQLError(str(error), nodes, path=[key], original_error=error) for key, nodes in asking.items()]
        query = self.schema.query_type
        if query is None or any(is_non_null_type(query.fields[nodes[0].name.value].type) for nodes in asking.values()):
            return None, errors
        return {key: root.value if isinstance(root, Fixed) else None for key, root in self.roots.items()}, errors


class Later(enum.Enum):
    """In the place of what will be compiled."""

    COMPILE = "compile"


class CompiledOperations:
    """The compiled operations of one schema, those in use."""

    def __init__(self, schema: GraphQLSchema, *, kept: int = KEPT) -> None:
        self._schema, self._most = schema, kept
        self._kept: OrderedDict[tuple[object, ...], Compiled | Later | None] = OrderedDict()

    def get(self, document: Document, operation: OperationDefinitionNode, variables: Mapping[str, Any]) -> Compiled | None:
        """A query, compiled for what these coerced variables say in directives; None where strawberry has to answer.

        Compiling takes about as long as strawberry takes once, so it is done when a query comes for the second time.
        """
        switches = tuple(variables.get(name) for name in document.switches)
        key = (document.text, operation.name and operation.name.value, *switches)
        if key not in self._kept:
            self._kept[key] = Later.COMPILE
            if len(self._kept) > self._most:
                self._kept.popitem(last=False)
            return None
        self._kept.move_to_end(key)
        found = self._kept[key]
        if found is Later.COMPILE:
            self._kept[key] = found = self._compile(document, operation, variables)
        return found

    def _compile(self, document: Document, operation: OperationDefinitionNode, variables: Mapping[str, Any]) -> Compiled | None:
        around = Around(schema=self._schema, fragments=document.fragments, variable_values=variables)
        read = Reading(info=around, largest_page=0, viewer=Viewer())
        nodes = read.fields([operation], "Query")
        try:
            roots = {key: _root(read, group) for key, group in nodes.items()}
        except (Uncovered, GraphQLError):
            return None
        return Compiled(schema=self._schema, fragments=document.fragments, roots=roots, nodes=nodes)


# ── what is asked ─────────────────────────────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True, kw_only=True)
class Pattern:
    """What a root field asks of records, kept for each viewer where no variable below the field has a part in it."""

    make: Callable[[Reading], Asked]
    open: bool
    """Whether a variable has."""
    kept: dict[Viewer | None, Asked] = field(default_factory=dict[Viewer | None, Asked])

    def asked(self, read: Reading) -> Asked:
        """What is asked; which records and which page of them is not said right."""
        if self.open:
            return self.make(read)
        if found := self.kept.get(None) or self.kept.get(read.viewer):
            return found
        made = self.make(read)
        if len(self.kept) >= VIEWERS:
            self.kept.pop(next(iter(self.kept)), None)
        self.kept[read.viewer if is_personal(made.selection) else None] = made
        return made


def is_personal(selection: Selection) -> bool:
    """Whether somebody else would get another answer."""
    return any(shape.reveal is not None or shape.kind in GUARDED or any(is_personal(wanted.selection) for wanted in shape.links) for shape in selection.shapes)


def _is_open(read: Reading, nodes: list[FieldNode]) -> bool:
    return any(has_variable(argument.value) for node in read.below(nodes) for argument in node.arguments or ())


def has_variable(value: Node) -> bool:
    """Whether a variable stands somewhere in a value."""
    if isinstance(value, ListValueNode):
        return any(map(has_variable, value.values))
    if isinstance(value, ObjectValueNode):
        return any(has_variable(f.value) for f in value.fields)
    return isinstance(value, VariableNode)


def _pattern(read: Reading, nodes: list[FieldNode], make: Callable[[Reading], Asked]) -> Pattern:
    return Pattern(make=make, open=_is_open(read, nodes))


# ── root fields ───────────────────────────────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True, kw_only=True)
class One:
    """One record of a kind, by id."""

    node: FieldNode
    kind: str
    pattern: Pattern
    write: WriteCell

    async def turn(self, read: Reading, store: Store) -> Turn:
        """See `Root`."""
        own = global_id(self.kind, read.arguments(self.node, "Query")["id"])
        selection = read.again_one(self.pattern.asked(read), (self.kind,), with_ids([own])).selection
        return (selection,), lambda cells: self.write(cells[0], selection)


@dataclass(frozen=True, kw_only=True)
class Page:
    """A page of the records of a kind."""

    node: FieldNode
    kind: str
    pattern: Pattern
    write: WriteCell

    async def turn(self, read: Reading, store: Store) -> Turn:
        """See `Root`."""
        asked = read.again_page(self.pattern.asked(read), (self.kind,), read.arguments(self.node, "Query"))
        return (asked.selection,), lambda cells: self.write(cells[0], asked.selection)


@dataclass(frozen=True, kw_only=True)
class ByIds:
    """Records of any kind, by id; what is asked of a kind is compiled when an id of it comes first."""

    nodes: list[FieldNode]
    plain: Reading
    """For compiling."""
    several: bool
    ways: dict[str, tuple[Pattern, WriteRow]] = field(default_factory=dict[str, tuple[Pattern, WriteRow]])

    async def turn(self, read: Reading, store: Store) -> Turn:
        """See `Root`."""
        given = read.arguments(self.nodes[0], "Query")
        ids: list[str] = given["ids"] if self.several else [given["id"]]
        if len(ids) > read.largest_page:
            raise Uncovered
        return records_turn(self, read, ids, lambda found: [found.get(own) for own in ids] if self.several else found.get(ids[0]))

    def way(self, kind: str) -> tuple[Pattern, WriteRow]:
        """What is asked of records of a kind, and how they are written."""
        if kind not in self.ways:
            writing = Writing(self.plain)
            name = writing.record(self.nodes, (kind,))
            self.ways[kind] = _pattern(self.plain, self.nodes, lambda read: read.one(self.nodes, (kind,))), writing.made()[name]
        return self.ways[kind]


def records_turn(field: ByIds, read: Reading, ids: Sequence[str], make: Callable[[Mapping[str, Any]], Any]) -> Turn:
    """The turn of a field that asks for records of any kind by id; `make` makes its value of those that are there."""
    by_kind: dict[str, list[str]] = {}
    for own in ids:
        if kind := kind_of(own):
            by_kind.setdefault(kind, []).append(own)
    ways = {kind: field.way(kind) for kind in by_kind}
    selections = [read.again_one(pattern.asked(read), (kind,), with_ids(by_kind[kind])).selection for kind, (pattern, _) in ways.items()]

    def write(cells: Sequence[Cell]) -> Any:
        found = zip(ways.values(), selections, cells, strict=True)
        return make({row[0]: way(row, selection) for (_, way), selection, (_, rows) in found for row in rows})

    return selections, write


@dataclass(frozen=True, kw_only=True)
class Fixed:
    """A value that is always the same."""

    value: str

    async def turn(self, read: Reading, store: Store) -> Turn:
        """See `Root`."""
        return (), lambda _: self.value


def _root(read: Reading, nodes: list[FieldNode]) -> Root:
    name = nodes[0].name.value
    if name == "__typename":
        return Fixed(value="Query")
    if name in ("node", "nodes"):
        return ByIds(nodes=nodes, plain=read, several=name == "nodes")
    if kind := _ONE.get(name):
        return _one(read, nodes, kind)
    if kind := _LIST.get(name):
        return _page(read, nodes, kind)
    raise Uncovered


def _one(read: Reading, nodes: list[FieldNode], kind: str) -> Root:
    writing = Writing(read)
    name = writing.single(nodes, (kind,))
    return One(node=nodes[0], kind=kind, pattern=_pattern(read, nodes, lambda read: read.one(nodes, (kind,))), write=writing.made()[name])


def _page(read: Reading, nodes: list[FieldNode], kind: str) -> Root:
    connection, writing = f"{KINDS[kind].__name__}Connection", Writing(read)
    name = writing.page(nodes, (kind,), connection)
    pattern = _pattern(read, nodes, lambda read: read.page(nodes, (kind,), {}, connection))
    return Page(node=nodes[0], kind=kind, pattern=pattern, write=writing.made()[name])


_ONE: Mapping[str, str] = {to_camel_case(kind): kind for kind in KINDS}
_LIST: Mapping[str, str] = {to_camel_case(PLURALS[kind]): kind for kind in KINDS}
