"""Reads the network into the profiles that matching works on."""

from __future__ import annotations

import datetime
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from graph_api.model import Broader, Direction, Focus, HasDepartment, HasTarget, Link, Membership, Serves
from graph_api.operations.eligibility import GERMANY
from graph_api.storage.base import Columns, Reader, Snapshot
from matching.profile import DEPARTMENT, DIRECTIONS, LANGUAGES, Focuses, Ints, Profiles, RegionalTie, Subjects, Territory, Ties

_NAMES = {language: "name" if language == "en" else f"name_{language}" for language in LANGUAGES}
_NAMED = tuple(_NAMES.values())
_SUBJECTS: Mapping[str, tuple[str, ...]] = dict.fromkeys(("topic", "sdg_goal", "sdg_target"), ("id", *_NAMED))
_HIERARCHY: Mapping[type[Link], tuple[str, ...]] = {HasTarget: (), Serves: (), Broader: ()}
_KINDS: Mapping[str, tuple[str, ...]] = {
    "country": ("id", *_NAMED, "region", "languages", "dac_from", "dac_until"),
    "municipality": ("id", "name", "country", "admin1", "latitude", "longitude", "population", "languages", "seeking", "capacity", "verified_on"),
    "partnership": ("id", "kind", "started", "ended"),
    "regional_partnership": ("id", *_NAMED, "land", "country", "regions", "ended"),
    **_SUBJECTS,
}
_LINKS: Mapping[type[Link], tuple[str, ...]] = {Focus: ("direction", "weight"), Membership: ("left",), HasDepartment: (), **_HIERARCHY}


async def load_profiles(reader: Reader, day: datetime.date) -> tuple[Profiles, int]:
    """The profiles of all municipalities as of a day, and the revision of the network they were read from."""
    snapshot = await reader.snapshot(_KINDS, _LINKS)
    return to_profiles(snapshot, day), snapshot.revision


async def load_subjects(reader: Reader) -> tuple[Subjects, int]:
    """Topics, goals and targets with their hierarchy, and the revision of the network they were read from."""
    snapshot = await reader.snapshot(_SUBJECTS, _HIERARCHY)
    return _subjects(snapshot), snapshot.revision


def to_profiles(snapshot: Snapshot, day: datetime.date) -> Profiles:
    """The profiles in a snapshot of the kinds and links that matching needs; `day` decides which countries are on the DAC list."""
    towns, countries = snapshot.kinds["municipality"].values, _by_code(snapshot.kinds["country"])
    rows: dict[Any, int] = {node: row for row, node in enumerate(towns["id"])}
    codes: Sequence[Any] = towns["country"]
    subjects = _subjects(snapshot)
    return Profiles(
        ids=tuple(rows),
        names=tuple(map(str, towns["name"])),
        country=tuple(codes),
        admin1=tuple(_values(towns["admin1"])),
        latitude=_numbers(towns["latitude"]),
        longitude=_numbers(towns["longitude"]),
        population=_numbers(towns["population"]),
        languages=tuple(tuple(own) or tuple(countries.get(code, _UNKNOWN)["languages"]) for own, code in zip(_values(towns["languages"]), codes, strict=True)),
        seeking=np.array([-1 if v is None else int(bool(v)) for v in towns["seeking"]], dtype=np.int8),
        capacity=_numbers(towns["capacity"]),
        verified_on=_numbers([_ordinal(v) for v in _values(towns["verified_on"])]),
        eligible=np.array([_listed(countries.get(code, _UNKNOWN), day.isoformat()) for code in codes], dtype=bool),
        subjects=subjects,
        focuses=_focuses(snapshot.links[Focus], snapshot.links[HasDepartment], rows, subjects),
        ties=_ties(snapshot, rows, day.isoformat()),
        regional=_regional(snapshot.kinds["regional_partnership"], day.isoformat()),
        country_region={code: c["region"] for code, c in countries.items() if c["region"]},
        country_names={language: {code: c[name] for code, c in countries.items() if c[name]} for language, name in _NAMES.items()},
    )


_UNKNOWN: Mapping[str, Any] = {"languages": (), "dac_from": None, "dac_until": None}


def _values(column: Sequence[object]) -> Sequence[Any]:
    return column


def _numbers(column: Sequence[Any]) -> np.ndarray[Any, np.dtype[np.float64]]:
    return np.array([np.nan if v is None else v for v in column], dtype=np.float64)


def _ordinal(day: str | None) -> int | None:
    return datetime.date.fromisoformat(day).toordinal() if day else None


def _by_code(countries: Columns) -> dict[str, dict[str, Any]]:
    names = list(countries.values)
    rows = zip(*countries.values.values(), strict=True)
    return {str(row[names.index("id")]).removeprefix("country:"): dict(zip(names, row, strict=True)) for row in rows}


def _listed(country: Mapping[str, Any], day: str) -> bool:
    since, until = country["dac_from"], country["dac_until"]
    return since is not None and since <= day and (until is None or day <= until)


def _subjects(snapshot: Snapshot) -> Subjects:
    parts = [snapshot.kinds[kind].values for kind in _SUBJECTS]
    ids = tuple(str(i) for part in parts for i in part["id"])
    rows = {node: row for row, node in enumerate(ids)}

    def pairs(links: Columns, first: str, second: str) -> Any:
        found = [(rows[str(a)], rows[str(b)]) for a, b in zip(links.values[first], links.values[second], strict=True)]
        return np.array(found, dtype=np.int64).reshape(-1, 2)

    return Subjects(
        ids=ids,
        names={language: tuple(str(v or "") for part in parts for v in part[name]) for language, name in _NAMES.items()},
        target_goal=pairs(snapshot.links[HasTarget], "target", "source"),
        topic_target=pairs(snapshot.links[Serves], "source", "target"),
        topic_broader=pairs(snapshot.links[Broader], "source", "target"),
    )


def _focuses(links: Columns, homes: Columns, rows: Mapping[Any, int], subjects: Subjects) -> Focuses:
    """The focuses of municipalities, and those of their departments, which count a little less."""
    places: Mapping[Any, int] = subjects.rows
    codes = {Direction(name): code for code, name in enumerate(DIRECTIONS)}
    sources, targets, directions, weights = (_values(links.values[name]) for name in ("source", "target", "direction", "weight"))
    home = {department: rows[town] for town, department in zip(_values(homes.values["source"]), _values(homes.values["target"]), strict=True)}
    departments = {id_: place for place, id_ in enumerate(dict.fromkeys(source for source in sources if source in home))}
    municipality = np.array([rows.get(source, home.get(source, -1)) for source in sources], dtype=np.int64)
    department = np.array([departments.get(source, -1) for source in sources], dtype=np.int64)
    owned = municipality >= 0
    return Focuses(
        municipality=municipality[owned],
        subject=np.array([places[target] for target in targets], dtype=np.int64)[owned],
        direction=np.array([codes[direction] for direction in directions], dtype=np.int64)[owned],
        weight=(np.array(weights, dtype=np.float64) * np.where(department >= 0, DEPARTMENT, 1.0))[owned],
        department=department[owned],
        departments=tuple(departments),
    )


def _ties(snapshot: Snapshot, rows: Mapping[Any, int], day: str) -> Ties:
    """Each pair of present members of each partnership that lasts, by partnership in the order of the ids."""
    partnerships, memberships = snapshot.kinds["partnership"].values, snapshot.links[Membership].values
    lasting = [place for place, ended in enumerate(partnerships["ended"]) if not _over(ended, day)]
    ids, kinds, started = (partnerships[name] for name in ("id", "kind", "started"))
    places: dict[Any, int] = {ids[place]: number for number, place in enumerate(lasting)}
    members = np.array([[places.get(target, -1) for target in memberships["target"]], [rows[source] for source in memberships["source"]]], dtype=np.int64)
    present = np.array([not left or not _over(left, day) for left in memberships["left"]], dtype=bool)
    of, a, b = _pairs(members[:, present & (members[0] >= 0)])
    years = np.array([float(str(started[place])[:4]) if started[place] else np.nan for place in lasting], dtype=np.float64)
    said = [str(kinds[place]) for place in lasting]
    return Ties(a=a, b=b, kind=tuple(map(said.__getitem__, of.tolist())), started=years[of])


def _regional(partnerships: Columns, day: str) -> tuple[RegionalTie, ...]:
    """The partnerships of Länder that last, in the order of the ids."""
    found = (dict(zip(partnerships.values, row, strict=True)) for row in zip(*map(_values, partnerships.values.values()), strict=True))
    ties = (
        RegionalTie(
            id=tie["id"],
            ends=(Territory(country=GERMANY, regions=tuple(tie["land"])), Territory(country=tie["country"], regions=tuple(tie["regions"]))),
            names={language: tie[name] for language, name in _NAMES.items() if tie[name]},
        )
        for tie in found
        if tie["land"] and not _over(tie["ended"], day)
    )
    return tuple(sorted(ties, key=lambda tie: tie.id))


def _pairs(members: Ints) -> tuple[Ints, Ints, Ints]:
    """Of columns (partnership, row of a member): the partnership of each two members, and their rows, the smaller first."""
    order = np.lexsort((members[1], members[0]))
    of: Ints = members[0, order]
    row: Ints = members[1, order]
    ends = np.searchsorted(of, of, side="right")
    counts = ends - 1 - np.arange(len(of))  # those of the same partnership that come after
    first = np.repeat(np.arange(len(of)), counts)
    after = np.arange(len(first)) - np.repeat(np.cumsum(counts) - counts, counts) + 1
    return of[first], row[first], row[first + after]


def _over(end: object, day: str) -> bool:
    """Whether a partial date lies before a day; a month or year only when it has passed."""
    return bool(end) and str(end) < day[: len(str(end))]
