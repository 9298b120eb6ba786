"""The stores, and which one a setting means."""

from __future__ import annotations

from pathlib import Path

from graph_api.errors import SettingsError
from graph_api.storage.base import Store

NEO4J_SCHEMES = ("neo4j", "neo4j+s", "neo4j+ssc", "bolt", "bolt+s", "bolt+ssc")
"""Schemes of addresses that lead to a Neo4j."""


def open_store(url: str, *, user: str | None = None, password: str | None = None, database: str = "neo4j") -> Store:
    """The store that an address names; nothing is opened yet.

    `file:PATH` is an embedded store in a file, `memory:` one that ends with the process, `neo4j://HOST`, `bolt://HOST` and so
    on a Neo4j, for which the other arguments are. Raises SettingsError for any other address.
    """
    scheme, colon, rest = url.partition(":")
    if colon and scheme == "memory" and not rest:
        return _embedded(None)
    if colon and scheme == "file" and (path := rest.removeprefix("//")):
        return _embedded(Path(path))
    if colon and scheme in NEO4J_SCHEMES and rest.startswith("//"):
        return _neo4j(url, user=user, password=password, database=database)
    raise SettingsError(f"{url!r} is no store; allowed: file:PATH, memory:, or an address that begins with {', '.join(f'{s}://' for s in NEO4J_SCHEMES)}")


def _embedded(path: Path | None) -> Store:
    from graph_api.storage.sqlite import SqliteStore

    return SqliteStore(path)


def _neo4j(url: str, *, user: str | None, password: str | None, database: str) -> Store:
    from graph_api.storage.neo4j import Neo4jStore  # heavy: only where it is used

    return Neo4jStore(url, user=user or "neo4j", password=password or "", database=database)
