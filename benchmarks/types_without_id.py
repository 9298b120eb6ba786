"""Prints the object types of the schema that are computed answers, not records: schema linters need not ask them for an id."""

from __future__ import annotations

from graphql import GraphQLObjectType

from graph_api.schema import create_schema


def main() -> None:
    """Prints the names, divided by commas."""
    types = create_schema()._schema.type_map.values()  # pyright: ignore[reportPrivateUsage]
    roots = ("Query", "Mutation", "Subscription", "PageInfo")
    print(
        ",".join(
            t.name
            for t in types
            if isinstance(t, GraphQLObjectType)
            and "id" not in t.fields
            and t.name not in roots
            and not t.name.startswith("__")
            and not t.name.endswith(("Connection", "Edge"))
        )
    )


if __name__ == "__main__":
    main()
