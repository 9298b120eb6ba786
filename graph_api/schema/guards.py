"""What stands between a query and the outside: limits on its size, error codes, and nothing of the server's inside."""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, fields
from typing import Any

from graphql import (
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLError,
    GraphQLSyntaxError,
    InlineFragmentNode,
    ObjectValueNode,
    OperationDefinitionNode,
    SelectionSetNode,
)
from strawberry.extensions import SchemaExtension

from graph_api.errors import PartnergraphError, StoreError, StoreUnavailable

log = logging.getLogger("partnergraph.graphql")

MOST_TOKENS = 2_000
"""Tokens of a document."""
MOST_BYTES = 131_072
"""Bytes of a request's body."""
MOST_OPERATIONS = 20
"""Operations of a document; one of them is run."""
MOST_FRAGMENTS = 50
"""Fragments of a document."""
MOST_ERRORS = 5
"""Errors of an answer."""
DEEPEST_VALUE = 16
"""Lists and objects inside each other in an argument or a variable."""
MOST_VALUES = 2_000
"""Elements and fields of all variables together."""


# ── sizes ─────────────────────────────────────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True, kw_only=True)
class Size:
    """How large a document is once all its fragments are filled in; each is also what is counted where it is a limit."""

    depth: int = 0
    """Fields inside each other."""
    fields: int = 0
    aliases: int = 0
    directives: int = 0
    variables: int = 0
    repetitions: int = 0
    """Fields with the same response name in one selection: comparing them takes time with the square of their number."""

    def beside(self, other: Size) -> Size:
        """The size of two selections that stand beside each other."""
        both = {f.name: getattr(self, f.name) + getattr(other, f.name) for f in fields(self)}
        return Size(**both | {"depth": max(self.depth, other.depth)})


LIMIT = Size(depth=15, fields=500, aliases=30, directives=20, variables=50, repetitions=30)
"""The largest size; the introspection query of GraphiQL has 15, 116, 0, 0, 0, 0."""


class TooLarge(GraphQLError):
    """A document beyond a limit."""

    def __init__(self, what: str, found: int | None, most: int) -> None:
        came = "too many" if found is None else f"{found:,}" if found < 1_000_000 else "more than a million"
        super().__init__(f"the query has {came} {what}; allowed: {most:,}", extensions={"code": "TOO_LARGE"})


class Measure:
    """Measures a document. Each fragment is measured once, however often it is spread."""

    def __init__(self, document: DocumentNode) -> None:
        self._fragments = {d.name.value: d for d in document.definitions if isinstance(d, FragmentDefinitionNode)}
        self._operations = [d for d in document.definitions if isinstance(d, OperationDefinitionNode)]
        self._known: dict[str, Size] = {}
        self._open: set[str] = set()

    def check(self) -> None:
        """Raises TooLarge where the document is beyond a limit, GraphQLError where its fragments go round in circles."""
        for what, found, most in (("operations", len(self._operations), MOST_OPERATIONS), ("fragments", len(self._fragments), MOST_FRAGMENTS)):
            if found > most:
                raise TooLarge(what, found, most)
        whole = Size()
        for operation in self._operations:
            own = Size(variables=len(operation.variable_definitions or ()), directives=len(operation.directives or ()))
            whole = whole.beside(own).beside(self._set(operation.selection_set, 0))
        for name in self._fragments:  # an unused fragment is validated too
            self._compare(self._fragment(name))
        self._compare(whole)

    def _compare(self, size: Size) -> None:
        for field in fields(Size):
            found, most = getattr(size, field.name), getattr(LIMIT, field.name)
            if found > most:
                raise TooLarge({"depth": "levels", "repetitions": "repeated fields"}.get(field.name, field.name), found, most)

    def _fragment(self, name: str) -> Size:
        if name in self._open:
            raise GraphQLError(f"the fragment {name[:100]} leads back to itself", extensions={"code": "NOT_VALID"})
        if name not in self._known and name in self._fragments:
            self._open.add(name)
            self._known[name] = self._set(self._fragments[name].selection_set, 0)
            self._open.remove(name)
        return self._known.get(name, Size())

    def _set(self, selections: SelectionSetNode, level: int) -> Size:
        if level > 2 * LIMIT.depth:
            raise TooLarge("levels", level, LIMIT.depth)
        size, names = Size(), Counter[str]()
        for node in _flat(selections, level):
            if isinstance(node, FieldNode):
                names[(node.alias or node.name).value] += 1
                size = size.beside(self._field(node, level))
            elif isinstance(node, FragmentSpreadNode):
                size = size.beside(self._fragment(node.name.value)).beside(Size(directives=len(node.directives or ())))
            else:
                size = size.beside(Size(directives=len(node.directives or ())))
        return size.beside(Size(repetitions=sum(names.values()) - len(names)))

    def _field(self, node: FieldNode, level: int) -> Size:
        for argument in node.arguments or ():
            check_value(argument.value)
        below = self._set(node.selection_set, level + 1) if node.selection_set else Size()
        own = Size(fields=1, aliases=1 if node.alias else 0, directives=len(node.directives or ()))
        return Size(**vars(below) | {"depth": below.depth + 1}).beside(own)


def _flat(selections: SelectionSetNode, level: int) -> Iterator[Any]:
    """The fields and spreads of a selection, those of inline fragments among them, and these fragments themselves."""
    for node in selections.selections:
        yield node
        if isinstance(node, InlineFragmentNode):
            if level > 2 * LIMIT.depth:
                raise TooLarge("levels", level, LIMIT.depth)
            yield from _flat(node.selection_set, level + 1)


def check_value(value: Any, level: int = 0) -> int:
    """The number of elements and fields in a value, of a document or of JSON. Raises TooLarge where it is nested too deeply."""
    if level > DEEPEST_VALUE:
        raise TooLarge("levels in a value", None, DEEPEST_VALUE)
    parts: Sequence[Any] = ()
    if isinstance(value, dict):
        parts = list(value.values())
    elif isinstance(value, list):
        parts = value
    elif isinstance(value, ObjectValueNode):
        parts = [field.value for field in value.fields]
    elif hasattr(value, "values"):
        parts = value.values
    return len(parts) + sum(check_value(part, level + 1) for part in parts)


# ── errors ────────────────────────────────────────────────────────────────────────────────────────────────────────────


def with_code(error: GraphQLError) -> GraphQLError:
    """The error as the caller sees it: with `extensions.code`, and without what only the log should know."""
    cause = error.original_error
    while isinstance(cause, GraphQLError) and cause.original_error:
        cause = cause.original_error
    if isinstance(cause, StoreError):
        return _coded(error, _of_store(cause), cause.code)
    if isinstance(cause, PartnergraphError):
        return _coded(error, str(cause), cause.code)
    if isinstance(error, GraphQLSyntaxError):
        return _coded(error, error.message, "TOO_LARGE" if "tokens" in error.message or "too deeply" in error.message else "SYNTAX")
    if cause is None or isinstance(cause, GraphQLError):
        return _coded(error, error.message, str((error.extensions or {}).get("code") or "NOT_VALID"))
    log.error("a resolver failed at %s", error.path, exc_info=cause)
    return _coded(error, "the server made a mistake; it is in its log", "INTERNAL")


def _of_store(error: StoreError) -> str:
    """What a caller may know of a store's trouble: not where it is, nor what it is."""
    log.warning("the store: %s", error)
    return "the store does not answer now; try again in a moment" if isinstance(error, StoreUnavailable) else "the store cannot do this"


def _coded(error: GraphQLError, message: str, code: str) -> GraphQLError:
    return GraphQLError(message[:500], nodes=error.nodes, source=error.source, positions=error.positions, path=error.path, extensions={"code": code})


class ErrorCodes(SchemaExtension):
    """Gives every error of an answer its code."""

    def on_operation(self) -> Iterator[None]:
        """Runs around each operation."""
        yield
        result: Any = self.execution_context.result
        if getattr(result, "errors", None):
            result.errors = [with_code(e) for e in result.errors]
