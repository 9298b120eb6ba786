"""What stands between a query and the outside: error codes, and nothing of the server's inside."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from typing import Any

from graphql import GraphQLError, GraphQLSyntaxError
from strawberry.extensions import SchemaExtension

from graph_api.errors import PartnergraphError

log = logging.getLogger("partnergraph.graphql")


def with_code(error: GraphQLError) -> GraphQLError:
    """The error as the caller sees it: with `extensions.code`, and without what only the log should know."""
    cause = error.original_error
    while isinstance(cause, GraphQLError) and cause.original_error:
        cause = cause.original_error
    if isinstance(cause, PartnergraphError):
        return _coded(error, str(cause), cause.code)
    if isinstance(error, GraphQLSyntaxError):
        return _coded(error, error.message, "SYNTAX")
    if cause is None or isinstance(cause, GraphQLError):
        return _coded(error, error.message, str((error.extensions or {}).get("code") or "NOT_VALID"))
    log.error("a resolver failed at %s", error.path, exc_info=cause)
    return _coded(error, "the server made a mistake; it is in its log", "INTERNAL")


def _coded(error: GraphQLError, message: str, code: str) -> GraphQLError:
    return GraphQLError(message, nodes=error.nodes, source=error.source, positions=error.positions, path=error.path, extensions={"code": code})


class ErrorCodes(SchemaExtension):
    """Gives every error of an answer its code."""

    def on_operation(self) -> Iterator[None]:
        """Runs around each operation."""
        yield
        result: Any = self.execution_context.result
        if getattr(result, "errors", None):
            result.errors = [with_code(e) for e in result.errors]
