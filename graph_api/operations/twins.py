"""Twins: new records that may stand in the network already, under another id."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, cast

from graph_api.model import KINDS, HasDepartment, Link, Membership, Scalar, properties
from graph_api.storage.base import Reader, Snapshot
from graph_api.storage.codec import fold
from graph_api.storage.ranking import TYPO_LENGTH, one_typo

NEAR = 50.0
"""Kilometres within which two municipalities of one name may be the same."""

RADIUS = 6371.0088
"""Kilometres of the earth's mean radius."""

NAMED = tuple(kind for kind, cls in KINDS.items() if "name" in properties(cls) and kind not in ("country", "sdg_goal", "sdg_target", "partnership"))
"""Kinds whose records are told apart by their names; those of countries, goals and targets are given by lists of others."""


@dataclass(frozen=True, kw_only=True)
class Newcomer:
    """A new record of an import."""

    kind: str
    record: str
    file: str
    line: int
    values: Mapping[str, Scalar]


@dataclass(frozen=True, kw_only=True)
class Twin:
    """A new record, and one that it may be."""

    file: str
    line: int
    record: str
    twin: str
    why: str


@dataclass(frozen=True, kw_only=True)
class _Known:
    """What is compared: the folded names, what has to be equal, and where a municipality lies."""

    record: str
    names: tuple[str, ...]
    context: Any
    admin1: str | None = None
    place: tuple[float, float] | None = None


async def find_twins(reader: Reader, newcomers: Sequence[Newcomer]) -> list[Twin]:
    """Likely twins of new records, in the network or before them in the same import; in order of file and line.

    Of one kind; municipalities of one country, departments of one municipality; one name equal when folded, or one letter of it
    differs; municipalities at most 50 km apart where both have coordinates. Partnerships: the same members.
    """
    by_kind: dict[str, list[Newcomer]] = defaultdict(list)
    for newcomer in newcomers:
        by_kind[newcomer.kind].append(newcomer)
    found: list[Twin] = []
    for kind, some in by_kind.items():
        if kind == "partnership":
            found += await _same_members(reader, some)
        elif kind in NAMED:
            found += await _same_names(reader, kind, some)
    return sorted(found, key=lambda twin: (twin.file, twin.line, twin.twin))


def _twin(newcomer: Newcomer, twin: str, why: str) -> Twin:
    return Twin(file=newcomer.file, line=newcomer.line, record=newcomer.record, twin=twin, why=why)


# ── partnerships ──────────────────────────────────────────────────────────────────────────────────────────────────────


async def _same_members(reader: Reader, newcomers: Sequence[Newcomer]) -> list[Twin]:
    columns = (await reader.snapshot({}, {Membership: ()})).links[Membership].values
    members: dict[str, set[str]] = defaultdict(set)
    for source, target in zip(columns["source"], columns["target"], strict=True):
        members[str(target)].add(str(source))
    known: dict[frozenset[str], str] = {frozenset(towns): partnership for partnership, towns in members.items()}
    found: list[Twin] = []
    for newcomer in newcomers:
        given = newcomer.values["members"]
        own = frozenset(map(str, given)) if isinstance(given, tuple) else frozenset[str]()
        if own in known:
            found.append(_twin(newcomer, known[own], "it has the same members"))
        known.setdefault(own, newcomer.record)
    return found


# ── names ─────────────────────────────────────────────────────────────────────────────────────────────────────────────


async def _same_names(reader: Reader, kind: str, newcomers: Sequence[Newcomer]) -> list[Twin]:
    own = [_of_newcomer(newcomer) for newcomer in newcomers]
    index: dict[tuple[Any, str], list[int]] = defaultdict(list)
    for place, known in enumerate(own):
        for key in {key for name in known.names for key in _keys(name)}:
            index[known.context, key].append(place)
    found: list[Twin] = []
    for place, other in [*((-1, known) for known in _of_network(kind, await reader.snapshot(*_wanted(kind)))), *enumerate(own)]:
        places = {p for name in other.names for key in _keys(name) for p in index.get((other.context, key), ()) if p > place}
        found += [_twin(newcomers[p], other.record, why) for p in places if (why := _why(own[p], other))]
    return found


def _keys(name: str) -> Iterator[str]:
    """The name and, of a long one, each form without one letter: names that differ by one letter share a key."""
    yield name
    if len(name) >= TYPO_LENGTH:
        yield from (name[:at] + name[at + 1 :] for at in range(len(name)))


def _why(one: _Known, other: _Known) -> str | None:
    """Why two may be the same; None where they are not."""
    if one.record == other.record:
        return None
    apart = _kilometres(one.place, other.place) if one.place and other.place else None
    if (apart is not None and apart > NEAR) or (apart is None and one.admin1 and other.admin1 and one.admin1 != other.admin1):
        return None
    far = "" if apart is None else f", {apart:.0f} km away"
    if not set(one.names).isdisjoint(other.names):
        return f"it has the same name{far}"
    close = any(len(a) >= TYPO_LENGTH and len(b) >= TYPO_LENGTH and one_typo(a, b) for a in one.names for b in other.names)
    return f"one letter of its name differs{far}" if close else None


def _kilometres(one: tuple[float, float], other: tuple[float, float]) -> float:
    """Great circle distance between two places in degrees."""
    (a, b), (c, d) = (tuple(map(math.radians, place)) for place in (one, other))
    half = math.sin((c - a) / 2) ** 2 + math.cos(a) * math.cos(c) * math.sin((d - b) / 2) ** 2
    return 2 * RADIUS * math.asin(math.sqrt(min(1.0, half)))


def _of_newcomer(newcomer: Newcomer) -> _Known:
    values = newcomer.values
    return _known(newcomer.record, values, _first(values.get("municipality")) if newcomer.kind == "department" else values.get("country"))


def _first(ids: object) -> object:
    return next(iter(_texts(ids)), None)


def _texts(values: object) -> list[str]:
    return list(map(str, cast("list[object]", values))) if isinstance(values, list | tuple) else []


def _known(record: str, values: Mapping[str, object], context: object) -> _Known:
    names = [values.get("name"), *_texts(values.get("names"))]
    folded = dict.fromkeys(fold(str(n)) for n in names if n)
    latitude, longitude = values.get("latitude"), values.get("longitude")
    place = (float(latitude), float(longitude)) if isinstance(latitude, int | float) and isinstance(longitude, int | float) else None
    admin1 = values.get("admin1")
    return _Known(record=record, names=tuple(folded), context=context, admin1=fold(str(admin1)) if admin1 else None, place=place)


_MORE = ("name", "names", "country", "admin1", "latitude", "longitude")


def _wanted(kind: str) -> tuple[dict[str, tuple[str, ...]], dict[type[Link], tuple[str, ...]]]:
    names = ("id", *(n for n in _MORE if n in properties(KINDS[kind])))
    return {kind: names}, {HasDepartment: ()} if kind == "department" else {}


def _of_network(kind: str, snapshot: Snapshot) -> Iterator[_Known]:
    columns = snapshot.kinds[kind].values
    homes: dict[str, str] = {}
    if kind == "department":
        links = snapshot.links[HasDepartment].values
        homes = dict(zip(map(str, links["target"]), map(str, links["source"]), strict=True))
    for row in zip(*columns.values(), strict=True):
        values = dict(zip(columns, row, strict=True))
        record = str(values["id"])
        yield _known(record, values, homes.get(record) if kind == "department" else values.get("country"))
