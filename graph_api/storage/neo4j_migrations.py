"""Carries migrations out on a Neo4j database: what is said in Cypher, within the transaction that brings it up to date."""

from __future__ import annotations

from collections.abc import Iterator

from graph_api.model import KINDS
from graph_api.storage.migrations import LinkRenamed, Removed, Renamed, Step, ValueChanged
from graph_api.storage.neo4j_filter import Statement
from graph_api.storage.neo4j_layout import label


def statements(step: Step) -> Iterator[Statement]:
    """What changes the data. Companions that go with it are made anew by `neo4j_prepare`."""
    match step:
        case LinkRenamed(old=old, new=new):
            text = f"MATCH (a)-[l:{old.upper()}]->(b) CREATE (a)-[n:{new.upper()}]->(b) SET n = properties(l) DELETE l"
            yield Statement(text=text, parameters={}, bulk=True)
        case Renamed(owner=owner, old=old, new=new):
            gone = ", ".join(f"x.{name}" for name in (old, *_companions(old), *_companions(new)))
            text = f"MATCH {_pattern(owner)} WHERE x.{old} IS NOT NULL SET x.{new} = x.{old} REMOVE {gone}"
            yield Statement(text=text, parameters={}, bulk=True)
        case Removed(owner=owner, name=name):
            gone = ", ".join(f"x.{each}" for each in (name, *_companions(name)))
            yield Statement(text=f"MATCH {_pattern(owner)} WHERE x.{name} IS NOT NULL REMOVE {gone}", parameters={}, bulk=True)
        case ValueChanged(owner=owner, property=name, old=old, new=new):
            text = f"MATCH {_pattern(owner)} WHERE x.{name} = $old SET x.{name} = $new"
            yield Statement(text=text, parameters={"old": old, "new": new}, bulk=True)


def stale_indexes(step: Step) -> Iterator[Statement]:
    """What drops the indexes on what is no longer there."""
    match step:
        case Renamed(owner=owner, old=name) | Removed(owner=owner, name=name) if owner in KINDS:
            for stored in (name, f"{name}_key"):
                yield Statement(text=f"DROP INDEX {owner}_{stored} IF EXISTS", parameters={})
        case _:
            pass


def _pattern(owner: str) -> str:
    return f"(x:{label(owner)})" if owner in KINDS else f"()-[x:{owner.upper()}]->()"


def _companions(name: str) -> tuple[str, str]:
    return f"{name}_key", f"{name}_words"
