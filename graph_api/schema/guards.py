"""What of an error reaches the caller: a code, whose fault it is, and nothing of the server's inside."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from typing import Any

from graphql import FieldNode, GraphQLError, GraphQLSyntaxError
from strawberry.extensions import SchemaExtension

from graph_api.errors import PartnergraphError, StoreError, StoreNotWritable, StoreUnavailable

log = logging.getLogger("partnergraph.graphql")

MOST_ERRORS = 5
"""Errors of an answer."""

BY_CALLER = "BAD_REQUEST"
"""Classification of errors whose cause is the request: coming again, it fails again."""
BY_SERVER = "INTERNAL_ERROR"
"""Classification of all other errors."""


def with_code(error: GraphQLError) -> GraphQLError:
    """The error as the caller sees it: with `extensions.code`, and without what only the log should know."""
    cause = error.original_error
    while isinstance(cause, GraphQLError) and cause.original_error:
        cause = cause.original_error
    if isinstance(cause, StoreError):
        return _coded(error, _of_store(cause), cause.code, BY_SERVER)
    if isinstance(cause, PartnergraphError):
        return _coded(error, str(cause), cause.code)
    if isinstance(error, GraphQLSyntaxError):
        return _coded(error, error.message, "TOO_LARGE" if "tokens" in error.message or "too deeply" in error.message else "SYNTAX")
    if cause is None or isinstance(cause, GraphQLError):
        known = error.extensions or {}
        return _coded(error, error.message, str(known.get("code") or "NOT_VALID"), str(known.get("classification") or BY_CALLER))
    log.error("a resolver failed%s", _field(error), exc_info=cause)
    return _coded(error, "the server made a mistake; it is in its log", "INTERNAL", BY_SERVER)


def _field(error: GraphQLError) -> str:
    """Where it happened, in words of the schema: the path may have names of the caller's own."""
    return "".join(f" at {node.name.value}" for node in error.nodes or () if isinstance(node, FieldNode))


def _of_store(error: StoreError) -> str:
    """What a caller may know of a store's trouble: not where it is, nor what it is."""
    log.warning("the store: %s", error)
    if isinstance(error, StoreNotWritable):
        return "the store cannot be written now, only read; nothing was changed; try again later"
    return "the store does not answer now; try again in a moment" if isinstance(error, StoreUnavailable) else "the store cannot do this"


def _coded(error: GraphQLError, message: str, code: str, classification: str = BY_CALLER) -> GraphQLError:
    extensions = {"code": code, "classification": classification}
    return GraphQLError(message[:500], nodes=error.nodes, source=error.source, positions=error.positions, path=error.path, extensions=extensions)


class ErrorCodes(SchemaExtension):
    """Gives every error of an answer its code."""

    def on_operation(self) -> Iterator[None]:
        """Runs around each operation."""
        yield
        result: Any = self.execution_context.result
        if getattr(result, "errors", None):
            result.errors = [with_code(e) for e in result.errors]
