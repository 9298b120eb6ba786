"""The schema as a text in GraphQL's schema language."""

from __future__ import annotations

import strawberry
from graphql import lexicographic_sort_schema, print_schema


def sdl(schema: strawberry.Schema) -> str:
    """The schema's text, sorted by name, so that a change of the schema shows as that change only."""
    return print_schema(lexicographic_sort_schema(schema._schema)) + "\n"  # pyright: ignore[reportPrivateUsage]
