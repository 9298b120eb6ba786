"""The GraphQL schema, mirrored from the model."""

from __future__ import annotations

import strawberry
from strawberry.schema.config import StrawberryConfig

from graph_api.model import KINDS
from graph_api.schema.guards import ErrorCodes


def create_schema() -> strawberry.Schema:
    """The schema; made anew at each call, so call it once."""
    from graph_api.schema import mirror, queries

    return strawberry.Schema(
        query=queries.Query,
        types=[getattr(mirror, cls.__name__) for cls in KINDS.values()],
        extensions=[ErrorCodes],
        config=StrawberryConfig(default_resolver=mirror.read, scalar_map=mirror.SCALARS, info_class=queries.Info),
    )
