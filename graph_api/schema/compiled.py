"""Compiled operations: a query whose root fields are records is one `select` and is written from its rows; all else is strawberry's.

Compiled once for each operation of a document and each value of the variables in its directives, and kept. Variables in arguments are
filled in for each question, rights for each viewer. Nothing that is an error is answered here: then strawberry runs, and words it.
"""

from __future__ import annotations

import asyncio
import enum
from collections import OrderedDict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

import orjson
from graphql import (
    FieldNode,
    FragmentDefinitionNode,
    GraphQLError,
    GraphQLSchema,
    OperationDefinitionNode,
    is_non_null_type,
)
from strawberry.utils.str_converters import to_camel_case

from graph_api.errors import StoreError
from graph_api.model import KINDS, PLURALS
from graph_api.operations.viewers import Viewer
from graph_api.schema.compiled_records import ByIds, Fixed, One, Turn, compile_one, compile_page
from graph_api.schema.compiled_search import compile_search
from graph_api.schema.context import Context
from graph_api.schema.costs import MANY_ROWS
from graph_api.schema.documents import Document
from graph_api.schema.selections import Reading
from graph_api.schema.writing import Uncovered
from graph_api.storage.base import Cell, Store, rows_in

KEPT = 300
"""Compiled operations that are kept; what was used longest ago goes first. One takes about 30 KB."""


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

    async def answer(self, variables: Mapping[str, Any], context: Context, *, many: bool = False) -> bytes:
        """The answer as JSON, for coerced variables; `many` says that it may be large. Raises Uncovered, and what the store raises."""
        around = Around(schema=self.schema, fragments=self.fragments, variable_values=variables)
        read = Reading(info=around, largest_page=context.largest_page, viewer=context.viewer)
        if len(self.roots) == 1 and isinstance(root := next(iter(self.roots.values())), One):
            return orjson.dumps({"data": {next(iter(self.roots)): await root.alone(read, context.store)}})
        turns = {key: await root.turn(read, context.store) for key, root in self.roots.items()}
        asked = [selection for selections, _ in turns.values() for selection in selections]
        cells = await context.store.select_flat(*asked)
        if many and rows_in(asked, cells) > MANY_ROWS:
            return await asyncio.to_thread(_json, turns, cells)
        return _json(turns, cells)

    def failed(self, error: StoreError) -> tuple[dict[str, Any] | None, list[GraphQLError]]:
        """Data and errors where the store fails."""
        asking = {key: nodes for key, nodes in self.nodes.items() if not isinstance(self.roots[key], Fixed)}
        errors = [GraphQLError(str(error), nodes, path=[key], original_error=error) for key, nodes in asking.items()]
        query = self.schema.query_type
        if query is None or any(is_non_null_type(query.fields[nodes[0].name.value].type) for nodes in asking.values()):
            return None, errors
        return {key: root.value if isinstance(root, Fixed) else None for key, root in self.roots.items()}, errors


def _json(turns: Mapping[str, Turn], cells: Sequence[Cell]) -> bytes:
    """The answer that the root fields' turns make of their cells."""
    data: dict[str, Any] = {}
    for key, (selections, write) in turns.items():
        data[key] = write(cells[: len(selections)])
        cells = cells[len(selections) :]
    return orjson.dumps({"data": data})


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
        switches = {name: variables[name] for name in document.switches if name in variables}
        around = Around(schema=self._schema, fragments=document.fragments, variable_values=switches)
        read = Reading(info=around, largest_page=0, viewer=Viewer())
        nodes = read.fields([operation], "Query")
        try:
            roots = {key: _root(read, group) for key, group in nodes.items()}
        except (Uncovered, GraphQLError):
            return None
        return Compiled(schema=self._schema, fragments=document.fragments, roots=roots, nodes=nodes)


def _root(read: Reading, nodes: list[FieldNode]) -> Root:
    name = nodes[0].name.value
    if name == "__typename":
        return Fixed(value="Query")
    if name in ("node", "nodes"):
        return ByIds(nodes=nodes, plain=read, several=name == "nodes")
    if kind := _ONE.get(name):
        return compile_one(read, nodes, kind)
    if kind := _LIST.get(name):
        return compile_page(read, nodes, kind)
    if name == "search":
        return compile_search(read, nodes)
    raise Uncovered


_ONE: Mapping[str, str] = {to_camel_case(kind): kind for kind in KINDS}
_LIST: Mapping[str, str] = {to_camel_case(PLURALS[kind]): kind for kind in KINDS}
