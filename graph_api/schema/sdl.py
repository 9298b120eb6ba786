"""The schema as a text in GraphQL's schema language."""

from __future__ import annotations

import functools

import strawberry
from graphql import build_schema, lexicographic_sort_schema, print_schema


@functools.cache
def sdl(schema: strawberry.Schema) -> str:
    """The schema's text, sorted by name, so that a change of the schema shows as that change only."""
    # sorted by way of its text: sorting strawberry's own schema breaks its enums
    return print_schema(lexicographic_sort_schema(build_schema(schema.as_str()))) + "\n"
