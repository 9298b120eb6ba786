"""The GraphQL schema, mirrored from the model."""

from __future__ import annotations

import functools

import strawberry
from strawberry.schema.config import StrawberryConfig

from graph_api.model import KINDS
from graph_api.schema.documents import Prepared
from graph_api.schema.guards import ErrorCodes

DESCRIPTION = """The network of municipal partnerships for sustainability: municipalities, the partnerships between them, their people, topics and goals.

Ids are `kind:own-id`, such as `municipality:de-bonn`. Lists are Relay connections. Every error has a code in `extensions.code`."""


class Schema(strawberry.Schema):
    """A schema that leaves it to `ErrorCodes` what of an error is told and logged."""

    def process_errors(self, errors: object, execution_context: object = None) -> None:
        """Logs nothing: what the caller did wrong is the caller's to know."""


@functools.cache
def create_schema() -> strawberry.Schema:
    """The schema, made once in a process: it holds nothing of a store or a request."""
    from graph_api.schema import mirror, mutations, queries

    schema = Schema(
        query=queries.Query,
        mutation=mutations.Mutation,
        types=[getattr(mirror, cls.__name__) for cls in KINDS.values()],
        extensions=[Prepared, ErrorCodes],
        config=StrawberryConfig(default_resolver=mirror.read, scalar_map=mirror.SCALARS, info_class=queries.Info),
    )
    schema._schema.description = DESCRIPTION  # pyright: ignore[reportPrivateUsage] # strawberry has no argument for it
    return schema
