"""Participants: all that forming peer groups knows of those who take part, as columns, and how alike any two of them are."""

from __future__ import annotations

import enum
import functools
import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

import numpy as np

from matching.columns import Columns
from matching.nearness import Nearness
from matching.profile import DIRECTIONS, OFFERS, SEEKS, Bools, Floats, Focuses, Ints, Profiles, Subjects

SIZE_CLASSES = (20_000.0, 100_000.0, 1_000_000.0)
"""Inhabitants at which the next size class begins: small, medium-sized, large, metropolis."""


class Attribute(enum.Enum):
    """What participants can be alike or different in."""

    COUNTRY = "country"
    SIZE = "size"
    """Size class by `SIZE_CLASSES`."""
    DIRECTION = "direction"
    """Whether it seeks more than it offers, offers more, or both alike."""
    LANGUAGE = "language"
    SUBJECTS = "subjects"
    """What it seeks, offers and works on."""


def pairs_of(rows: Iterable[tuple[int, int]]) -> Ints:
    """Pairs as an array of shape (k, 2), each once, the smaller row first, sorted."""
    kept = sorted({(min(a, b), max(a, b)) for a, b in rows if a != b})
    return np.array(kept, dtype=np.int64).reshape(-1, 2)


@dataclass(frozen=True, kw_only=True)
class Participants(Columns):
    """Columns over n participants. `ValueError` where columns differ in length or ids repeat."""

    ONE, MANY = "participant", "participants"

    ids: tuple[str, ...]
    names: tuple[str, ...]
    country: tuple[str, ...]
    languages: tuple[tuple[str, ...], ...]
    """Working languages; empty where unknown."""
    population: Floats
    """Inhabitants; NaN where unknown."""
    subjects: Subjects = field(default_factory=Subjects)
    focuses: Focuses = field(default_factory=Focuses)
    """What they seek, offer and work on; `municipality` is the participant's row."""
    partners: Ints = field(default_factory=lambda: pairs_of(()))
    """Pairs of rows that are partners, shape (k, 2)."""
    met: Ints = field(default_factory=lambda: pairs_of(()))
    """Pairs of rows that sat in one group at an earlier event, shape (k, 2)."""

    def __post_init__(self) -> None:
        self.check_columns("names", "country", "languages", "population")

    @classmethod
    def of(cls, profiles: Profiles, ids: Sequence[str], *, met: Iterable[tuple[str, str]] = ()) -> Participants:
        """The municipalities with these ids; `met` are pairs of ids that met earlier, of which those not here are left out."""
        rows = np.array([profiles.row(id_) for id_ in ids], dtype=np.int64)
        chosen_rows: list[int] = rows.tolist()
        place = {row: here for here, row in enumerate(chosen_rows)}
        here = {id_: here for here, id_ in enumerate(ids)}
        focuses = profiles.focuses
        chosen = np.isin(focuses.municipality, rows)
        ties = zip(profiles.ties.a.tolist(), profiles.ties.b.tolist(), strict=True)
        return cls(
            ids=tuple(ids),
            names=tuple(profiles.names[row] for row in chosen_rows),
            country=tuple(profiles.country[row] for row in chosen_rows),
            languages=tuple(profiles.languages[row] for row in chosen_rows),
            population=profiles.population[rows],
            subjects=profiles.subjects,
            focuses=Focuses(
                municipality=np.array([place[row] for row in focuses.municipality[chosen].tolist()], dtype=np.int64),
                subject=focuses.subject[chosen],
                direction=focuses.direction[chosen],
                weight=focuses.weight[chosen],
            ),
            partners=pairs_of((place[a], place[b]) for a, b in ties if a in place and b in place),
            met=pairs_of((here[a], here[b]) for a, b in met if a in here and b in here),
        )

    def reordered(self, order: Ints) -> Participants:
        """The same participants with the one in row `order[k]` in row k."""
        place = np.argsort(order)
        chosen: list[int] = order.tolist()
        return Participants(
            ids=tuple(self.ids[row] for row in chosen),
            names=tuple(self.names[row] for row in chosen),
            country=tuple(self.country[row] for row in chosen),
            languages=tuple(self.languages[row] for row in chosen),
            population=self.population[order],
            subjects=self.subjects,
            focuses=Focuses(
                municipality=place[self.focuses.municipality],
                subject=self.focuses.subject,
                direction=self.focuses.direction,
                weight=self.focuses.weight,
            ),
            partners=pairs_of(place[self.partners].tolist()),
            met=pairs_of(place[self.met].tolist()),
        )

    @functools.cached_property
    def weights(self) -> Floats:
        """What each seeks, offers and works on: shape (3, n, subjects), by the places in `DIRECTIONS`; 0 where nothing is said."""
        table = np.zeros((len(DIRECTIONS), len(self), len(self.subjects)))
        np.maximum.at(table, (self.focuses.direction, self.focuses.municipality, self.focuses.subject), self.focuses.weight)
        return table

    @functools.cached_property
    def near(self) -> Floats:
        """Nearness of any two subjects, shape (subjects, subjects)."""
        nearness = Nearness(self.subjects)
        return np.array([nearness.of(subject) for subject in range(nearness.size)]).reshape(nearness.size, nearness.size)

    @functools.cached_property
    def supply(self) -> Floats:
        """How far each can meet a need: shape (subjects, n), 0 for subjects that nobody seeks."""
        offers = self.weights[OFFERS]
        best = np.zeros((offers.shape[1], len(self)))
        for subject in np.flatnonzero(self.weights[SEEKS].any(axis=0)).tolist():
            near = np.flatnonzero(self.near[subject])
            best[subject] = (offers[:, near] * self.near[subject, near]).max(axis=1)
        return best

    @functools.cached_property
    def met_needs(self) -> Floats:
        """Which part of what i seeks is met by what j offers: shape (n, n), 0 where nothing is known."""
        seeks = self.weights[SEEKS]
        total = seeks.sum(axis=1, keepdims=True)
        met = np.divide(seeks @ self.supply, total, out=np.zeros((len(self), len(self))), where=total > 0)
        np.fill_diagonal(met, 0.0)
        return met

    def codes(self, attribute: Attribute) -> tuple[Ints, tuple[str, ...]]:
        """Each participant's value of country, size or direction, as a place in the values given beside; -1 where unknown."""
        if attribute is Attribute.COUNTRY:
            values = tuple(sorted(set(self.country) - {""}))
            return np.array([values.index(code) if code else -1 for code in self.country], dtype=np.int64), values
        if attribute is Attribute.SIZE:
            known = np.isfinite(self.population)
            return np.where(known, np.searchsorted(SIZE_CLASSES, self.population, side="right"), -1), ("small", "medium", "large", "metropolis")
        if attribute is Attribute.DIRECTION:
            seeks, offers = (self.weights[direction].sum(axis=1) for direction in (SEEKS, OFFERS))
            return np.where(seeks + offers == 0, -1, np.where(seeks > offers, 0, np.where(offers > seeks, 1, 2))), ("seeks", "offers", "both")
        raise ValueError(f"{attribute.value} has several values for one participant; allowed are country, size, direction")

    @functools.cached_property
    def spoken(self) -> tuple[Bools, tuple[str, ...]]:
        """Who speaks what: shape (n, languages), and the languages."""
        known = tuple(sorted({language for spoken in self.languages for language in spoken}))
        return np.array([[language in spoken for language in known] for spoken in self.languages], dtype=bool).reshape(len(self), len(known)), known

    def beside(self, attribute: Attribute) -> Bools:
        """Which two share a value of the attribute (a language, any subject): shape (n, n), false on the diagonal."""
        if attribute is Attribute.LANGUAGE:
            table = self.spoken[0]
        elif attribute is Attribute.SUBJECTS:
            table = self.weights.any(axis=0)
        else:
            codes, values = self.codes(attribute)
            table = codes[:, None] == np.arange(len(values))
        numbers: Floats = np.asarray(table, dtype=np.float64)
        shared: Bools = numbers @ numbers.T > 0
        np.fill_diagonal(shared, False)
        return shared

    def likeness(self, attribute: Attribute) -> Floats:
        """How alike any two are, from 0 to 1: shape (n, n), 0 on the diagonal.

        For subjects the cosine of what they seek, offer and work on, spread over near subjects, rare ones counting more; for the
        other attributes 1 where a value is shared.
        """
        if attribute is not Attribute.SUBJECTS:
            return self.beside(attribute).astype(np.float64)
        said = self.weights.max(axis=0)
        count = np.count_nonzero(said, axis=0)
        spread = (said * np.log1p(len(self) / np.maximum(count, 1))) @ self.near
        length = np.linalg.norm(spread, axis=1, keepdims=True)
        unit = np.divide(spread, length, out=np.zeros_like(spread), where=length > 0)
        alike = np.clip(unit @ unit.T, 0.0, 1.0)
        np.fill_diagonal(alike, 0.0)
        return alike

    def canonical_order(self, pairs: Sequence[tuple[str, Ints]], marks: Sequence[str]) -> Ints:
        """An order of the rows that depends neither on the order given nor on ids: by content, then by whom each is paired with.

        `pairs` are further named pairs of rows that tell participants apart, `marks` one text for each. Names and ids decide
        only between participants that are alike in everything else.
        """
        said: list[list[tuple[str, int, float]]] = [[] for _ in self.ids]
        focuses = self.focuses
        for place in range(len(focuses.weight)):
            subject, direction = self.subjects.ids[int(focuses.subject[place])], int(focuses.direction[place])
            said[int(focuses.municipality[place])].append((subject, direction, float(focuses.weight[place])))
        parts = zip(self.country, self.population.tolist(), self.languages, said, marks, strict=True)
        colours = [_hash((country, size, sorted(spoken), sorted(subjects), mark)) for country, size, spoken, subjects, mark in parts]
        links: list[list[tuple[str, int]]] = [[] for _ in self.ids]
        for name, rows in (("partners", self.partners), ("met", self.met), *pairs):
            for pair in rows:
                a, b = int(pair[0]), int(pair[1])
                links[a].append((name, b))
                links[b].append((name, a))
        for _ in range(3):
            colours = [_hash((colours[row], sorted((name, colours[other]) for name, other in links[row]))) for row in range(len(self))]
        return np.array(sorted(range(len(self)), key=lambda row: (colours[row], self.names[row], self.ids[row])), dtype=np.int64)


def _hash(value: object) -> str:
    return hashlib.blake2b(repr(value).encode(), digest_size=12).hexdigest()
