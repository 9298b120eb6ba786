"""How two records are connected, and who could introduce them."""

from __future__ import annotations

from graph_api.model import KINDS, LINKS, Expert, Link, kind_of
from graph_api.operations.viewers import GUARDED, Viewer
from graph_api.storage.base import Compare, Every, Operator, Reader, Selection, Shape

MANY = 50
"""Paths that are looked at before those through people who have not agreed to it are left out."""

_GUARDED = tuple(KINDS[kind] for kind in GUARDED)
_OPEN: tuple[type[Link], ...] = tuple(link for link in LINKS if not {*link.ends.sources, *link.ends.targets} & set(_GUARDED))
_WITHOUT_PEOPLE: tuple[type[Link], ...] = tuple(link for link in _OPEN if Expert not in {*link.ends.sources, *link.ends.targets})


async def find_paths(reader: Reader, viewer: Viewer, source: str, target: str, *, longest: int, first: int) -> list[tuple[str, ...]]:
    """The shortest paths between two records, as ids; none leads through an expert who has not agreed to be named, unless the path begins or ends there.

    Where all of the shortest lead through such experts, the shortest without any people. There is none to or from a record that the viewer may not see.
    """
    if not viewer.coordinates and {kind_of(source), kind_of(target)} & set(GUARDED):
        return []
    links = LINKS if viewer.coordinates else _OPEN
    found = await reader.paths(source, target, longest=longest, first=max(first, MANY), links=links)
    allowed = await _through_consent(reader, found)
    if found and not allowed:
        allowed = await reader.paths(source, target, longest=longest, first=first, links=_WITHOUT_PEOPLE)
    return allowed[:first]


async def _through_consent(reader: Reader, paths: list[tuple[str, ...]]) -> list[tuple[str, ...]]:
    people = {node for path in paths for node in path[1:-1] if kind_of(node) == "expert"}
    if not people:
        return paths
    agreed = (Compare(property="id", operator=Operator.IN, value=tuple(sorted(people))), Compare(property="consent", operator=Operator.EQ, value=True))
    [[_, rows]] = await reader.select(Selection(shapes=(Shape(kind="expert"),), filter=Every(of=agreed)))
    refused = people - {row[0] for row in rows}
    return [path for path in paths if refused.isdisjoint(path[1:-1])]
