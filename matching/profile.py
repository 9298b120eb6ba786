"""Profiles: all that matching knows of the municipalities of a network, as columns."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from matching.columns import Columns, check_places

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]

DIRECTIONS = ("seeks", "offers", "works_on")
"""Directions of a focus; its code in `Focuses.direction` is the place in this tuple."""
SEEKS, OFFERS, WORKS_ON = range(3)
DEPARTMENT = 0.8
"""What a department's focus is worth to its municipality, against one of its own: an office stands for it, not the whole administration."""
LANGUAGES = ("en", "de", "es", "fr")
"""Languages in which reasons and names are given."""


def _ints(values: Iterable[int] = ()) -> Ints:
    return np.fromiter(values, dtype=np.int64)


def _pairs() -> Ints:
    return np.empty((0, 2), dtype=np.int64)


@dataclass(frozen=True, kw_only=True)
class Subjects(Columns):
    """What a focus can be about: topics, goals and targets, with their hierarchy.

    The pairs are arrays of shape (k, 2) of places in `ids`.
    """

    ONE, MANY = "topic, target or goal", "subjects"

    ids: tuple[str, ...] = ()
    names: Mapping[str, tuple[str, ...]] = field(default_factory=dict[str, tuple[str, ...]])
    """Language → names, parallel to `ids`; English stands in for a language that is missing."""
    target_goal: Ints = field(default_factory=_pairs)
    """Target and the goal it belongs to."""
    topic_target: Ints = field(default_factory=_pairs)
    """Topic and a target it serves."""
    topic_broader: Ints = field(default_factory=_pairs)
    """Topic and a broader topic."""

    def name(self, row: int, language: str) -> str:
        """The subject's name in a language, else in English, else its id."""
        for names in (self.names.get(language), self.names.get("en")):
            if names is not None and names[row]:
                return names[row]
        return self.ids[row]


@dataclass(frozen=True, kw_only=True)
class Focuses:
    """What municipalities seek, offer and work on: parallel arrays."""

    municipality: Ints = field(default_factory=_ints)
    """Row of the municipality."""
    subject: Ints = field(default_factory=_ints)
    """Row of the subject."""
    direction: Ints = field(default_factory=_ints)
    """Place in `DIRECTIONS`."""
    weight: Floats = field(default_factory=lambda: np.empty(0))
    """How important it is to the municipality, from 0 to 1."""
    department: Ints = field(default_factory=_ints)
    """Place in `departments` of the department whose focus it is, -1 for one of the municipality's own; may be empty, which means all are."""
    departments: tuple[str, ...] = ()
    """Ids of departments."""


@dataclass(frozen=True, kw_only=True)
class Ties:
    """Partnerships that exist, as pairs of municipalities: parallel arrays, one row for each pair of members."""

    a: Ints = field(default_factory=_ints)
    b: Ints = field(default_factory=_ints)
    kind: tuple[str, ...] = ()
    """Kind of the partnership of each row; may be empty, which means all are `partnership`."""
    started: Floats = field(default_factory=lambda: np.empty(0))
    """Year in which it began, NaN where unknown; may be empty."""

    def without(self, keys: Collection[tuple[int, int]]) -> Ties:
        """These ties less those between the pairs of rows given (in either order)."""
        hidden = {frozenset(key) for key in keys}
        keep = np.array([frozenset(pair) not in hidden for pair in zip(self.a.tolist(), self.b.tolist(), strict=True)], dtype=bool)
        kind = tuple(kind for kind, kept in zip(self.kind, keep.tolist(), strict=True) if kept) if self.kind else ()
        return Ties(a=self.a[keep], b=self.b[keep], kind=kind, started=self.started[keep] if len(self.started) else self.started)


@dataclass(frozen=True, kw_only=True)
class Territory:
    """A country, or one first-order region of it under each code and name that its municipalities may have for it."""

    country: str
    regions: tuple[str, ...] = ()
    """Empty: the whole country."""


@dataclass(frozen=True, kw_only=True)
class RegionalTie:
    """A partnership between two territories themselves, such as a German Land and a country."""

    id: str
    ends: tuple[Territory, Territory]
    names: Mapping[str, str] = field(default_factory=dict[str, str])
    """Language → name; English or the id stands in."""

    def name(self, language: str) -> str:
        """Its name in a language, else in English, else its id."""
        return self.names.get(language) or self.names.get("en") or self.id


@dataclass(frozen=True, kw_only=True)
class Profiles(Columns):
    """Columns over n municipalities, and the focuses and ties between them. Build small ones with `Profiles.build`.

    Raises `ValueError` where columns differ in length, ids repeat or an index points outside.
    """

    ONE, MANY = "municipality", "profiles"

    ids: tuple[str, ...]
    """Ids, unique over the network, such as `municipality:de-bonn`."""
    names: tuple[str, ...]
    country: tuple[str, ...]
    """ISO 3166-1 alpha-2 codes."""
    admin1: tuple[str | None, ...]
    """First-order regions, unique inside their country."""
    latitude: Floats
    """Degrees north; NaN where unknown, as in the columns below."""
    longitude: Floats
    population: Floats
    languages: tuple[tuple[str, ...], ...]
    """ISO 639 codes of the working languages; empty where unknown."""
    seeking: NDArray[np.int8]
    """1 looks for a partner, 0 does not, -1 nobody has said."""
    capacity: Floats
    """Further partnerships it can take on now."""
    verified_on: Floats
    """Proleptic ordinal of the day on which somebody last confirmed the facts."""
    eligible: Bools
    """Its country is on the DAC list of ODA recipients on the day asked for."""
    subjects: Subjects = field(default_factory=Subjects)
    focuses: Focuses = field(default_factory=Focuses)
    ties: Ties = field(default_factory=Ties)
    regional: tuple[RegionalTie, ...] = ()
    """Partnerships of regions and countries, in the order of their ids."""
    country_region: Mapping[str, str] = field(default_factory=dict[str, str])
    """Country → world region."""
    country_names: Mapping[str, Mapping[str, str]] = field(default_factory=dict[str, Mapping[str, str]])
    """Language → country → name; English or the code stands in."""

    def __post_init__(self) -> None:
        self.check_columns("names", "country", "admin1", "latitude", "longitude", "population", "languages", "seeking", "capacity", "verified_on", "eligible")
        for side in (self.ties.a, self.ties.b):
            check_places("ties", side, len(self))
        check_places("focuses.municipality", self.focuses.municipality, len(self))
        check_places("focuses.subject", self.focuses.subject, len(self.subjects))
        check_places("focuses.direction", self.focuses.direction, len(DIRECTIONS))

    def country_name(self, code: str, language: str) -> str:
        """A country's name in a language, else in English, else its code."""
        for language_ in (language, "en"):
            name = self.country_names.get(language_, {}).get(code)
            if name:
                return name
        return code

    @classmethod
    def build(
        cls,
        *,
        ids: Sequence[str],
        country: Sequence[str],
        eligible: Collection[str] = (),
        ties: Iterable[tuple[str, str]] = (),
        focuses: Iterable[tuple[str, str, str, float]] = (),
        subjects: Subjects | None = None,
        **columns: Any,
    ) -> Profiles:
        """Profiles from plain rows, with everything that is not given unknown: for tests, benchmarks and small networks.

        `eligible` lists countries; `ties` pairs of ids; `focuses` rows of (municipality id, subject id, direction, weight);
        `columns` are the remaining columns of `Profiles`, as any sequences.
        """
        n, subjects = len(ids), subjects or Subjects()
        row, subject = {id_: place for place, id_ in enumerate(ids)}, subjects.rows
        pairs = [(row[a], row[b]) for a, b in ties]
        given = [(row[m], subject[s], DIRECTIONS.index(d), w) for m, s, d, w in focuses]
        unknown: dict[str, Any] = {"names": ids, "admin1": [None] * n, "languages": [()] * n, "seeking": [-1] * n}
        values = {name: columns.pop(name, default) for name, default in unknown.items()}
        numbers = {name: columns.pop(name, [np.nan] * n) for name in ("latitude", "longitude", "population", "capacity", "verified_on")}
        return cls(
            ids=tuple(ids),
            names=tuple(values["names"]),
            country=tuple(country),
            admin1=tuple(values["admin1"]),
            languages=tuple(tuple(spoken) for spoken in values["languages"]),
            seeking=np.asarray(values["seeking"], dtype=np.int8),
            **{name: np.asarray(column, dtype=np.float64) for name, column in numbers.items()},
            eligible=np.array([code in eligible for code in country], dtype=bool),
            subjects=subjects,
            focuses=Focuses(
                municipality=_ints(f[0] for f in given),
                subject=_ints(f[1] for f in given),
                direction=_ints(f[2] for f in given),
                weight=np.array([f[3] for f in given], dtype=np.float64),
            ),
            ties=Ties(a=_ints(p[0] for p in pairs), b=_ints(p[1] for p in pairs)),
            **columns,
        )
