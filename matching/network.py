"""Network: who is partnered with whom, as tables that the facets of ties read."""

from __future__ import annotations

import functools
from collections.abc import Sequence

import numpy as np

from matching.incidence import Incidence
from matching.profile import Bools, Floats, Ints, Profiles, RegionalTie, Territory

EARTH_RADIUS = 6371.0
"""Kilometres."""
REACH = 150.0
"""Kilometres within which places can count as near each other."""
CELL = 150.0
"""Kilometres: width of the cells in which surroundings are counted, and distance at which a neighbour counts 1/e."""

Codes = tuple[int, tuple[int, ...] | None]
"""A territory: code of its country (-2: no municipality has it), codes of its regions or `None` for all."""


class Network:
    """The ties of all municipalities, and how they add up by country and by region."""

    def __init__(self, profiles: Profiles) -> None:
        n, ties = len(profiles), profiles.ties
        proper = ties.a != ties.b
        ends = np.concatenate([ties.a[proper], ties.b[proper]]), np.concatenate([ties.b[proper], ties.a[proper]])
        self.ids: tuple[str, ...] = profiles.ids
        self.names: tuple[str, ...] = profiles.names
        self.partners = Incidence(ends[0], ends[1], np.ones(len(ends[0])), (n, n))
        """Symmetric, 1 where two municipalities are partners; shape (n, n)."""
        self.degree: Floats = self.partners.counts().astype(np.float64)
        """Number of partners of each municipality."""
        self.countries: tuple[str, ...]
        self.country: Ints
        self.countries, self.country = _codes(profiles.country)
        """Country codes, and the place among them of each municipality's."""
        self.regions, self.region = _codes([f"{code}/{admin1}" if admin1 else "" for code, admin1 in zip(profiles.country, profiles.admin1, strict=True)])
        self.by_country = self.partners.grouped(self.country, len(self.countries))
        """Number of partners of each municipality in each country."""
        self.between_regions = self.partners.grouped(self.region, len(self.regions)).transposed().grouped(self.region, len(self.regions))
        """Number of partnerships between each two regions."""
        self.ties: tuple[RegionalTie, ...] = profiles.regional
        """Partnerships of regions and countries themselves."""
        self._ends = [(self._codes_of(tie.ends[0]), self._codes_of(tie.ends[1])) for tie in self.ties]
        self._region_pairs, self._region_ends = self._ties_by_region(*self.partners.entries())
        self.directions = _directions(profiles.latitude, profiles.longitude)
        """Unit vectors from the centre of the earth, shape (n, 3); zero where the place is unknown."""
        self.located = ~np.isnan(profiles.latitude + profiles.longitude)
        located = np.flatnonzero(self.located)
        self._by_north: Ints = located[np.argsort(self.directions[located, 2], kind="stable")]
        self._axes: list[Floats] = [np.ascontiguousarray(self.directions[self._by_north, axis]) for axis in range(3)]
        self._norths = self._axes[2]
        self._cell, near = _cells(self.directions, self.located)
        self._around = self.by_country.transposed().grouped(self._cell, len(near)).times(near)
        """Partnerships with each country (row) around each cell (column)."""

    def _ties_by_region(self, rows: Ints, partners: Ints) -> tuple[Ints, tuple[Ints, Ints]]:
        known = (self.region[rows] >= 0) & (self.region[partners] >= 0)
        rows, partners = rows[known], partners[known]
        place = np.argsort(np.argsort(np.array(self.ids, dtype=object), kind="stable"))
        pairs = self.region[rows] * len(self.regions) + self.region[partners]
        order = np.lexsort((place[partners], place[rows], pairs))
        return pairs[order], (rows[order], partners[order])

    def near(self, row: int) -> tuple[Ints, Floats]:
        """Rows of the municipalities within `REACH` kilometres of one (itself among them) and their distances; none where its place is unknown."""
        if not self.located[row]:
            return np.empty(0, dtype=np.int64), np.empty(0)
        north, span = self.directions[row, 2], REACH / EARTH_RADIUS
        low, high = (int(place) for place in np.searchsorted(self._norths, (north - span, north + span)))
        x, y, z = (axis[low:high] for axis in self._axes)
        own = self.directions[row]
        close = np.flatnonzero(x * own[0] + y * own[1] + z * own[2] >= np.cos(span))
        rows = self._by_north[low:high][close]
        return rows, self.kilometres(row, rows)

    def kilometres(self, row: int, rows: Ints) -> Floats:
        """Distances of some municipalities from one; infinite where a place is unknown."""
        apart = self.directions.take(rows, axis=0) - self.directions[row]
        chord = np.sqrt(np.einsum("ij,ij->i", apart, apart))
        return np.where(self.located[rows] & self.located[row], 2 * EARTH_RADIUS * np.arcsin(np.minimum(chord / 2, 1)), np.inf)

    def between(self, region: int, other: int) -> tuple[Ints, Ints]:
        """The partnerships between two regions: rows of the members in the one and in the other, in the order of the ids."""
        key = region * len(self.regions) + other
        found = slice(np.searchsorted(self._region_pairs, key), np.searchsorted(self._region_pairs, key, side="right"))
        return self._region_ends[0][found], self._region_ends[1][found]

    def regional(self, row: int) -> list[tuple[int, Codes]]:
        """The partnerships of a municipality's region or country itself: place of each in `ties`, and its other end."""
        country, region = int(self.country[row]), int(self.region[row])
        both = ((place, end, other) for place, ends in enumerate(self._ends) for end, other in (ends, ends[::-1]))
        return [(place, other) for place, (land, regions), other in both if land == country and (regions is None or region in regions)]

    def within(self, end: Codes, rows: Ints) -> Bools:
        """Which of some municipalities lie at one end of a partnership of regions."""
        country, regions = end
        inside = self.country[rows] == country
        return inside if regions is None else inside & np.isin(self.region[rows], regions)

    def _codes_of(self, territory: Territory) -> Codes:
        """The codes of a territory; those that no municipality has are left out."""
        country, known = territory.country, self.regions
        regions = [known.index(f"{country}/{name}") for name in territory.regions if f"{country}/{name}" in known]
        return self.countries.index(country) if country in self.countries else -2, tuple(regions) if territory.regions else None

    def around(self, country: int, rows: Ints) -> Floats:
        """Number of partnerships with a country in the surroundings of some municipalities, their own among them; farther ones count less."""
        cells = self._cell[rows]
        if (cells >= 0).all():
            return self._around[country][cells]
        own = np.zeros(len(self.degree))
        places, counts = self.by_country.column(country)
        own[places] = counts
        return np.where(cells >= 0, self._around[country][cells], own[rows]) if self._around.size else own[rows]

    def partners_of(self, row: int) -> Ints:
        """Rows of a municipality's partners, ascending."""
        return self.partners.row(row)[0]

    def common_partners(self, row: int, other: int) -> list[int]:
        """Rows of the partners that two municipalities share, those with the fewest partners first: they say most."""
        common = np.intersect1d(self.partners_of(row), self.partners_of(other))
        return sorted(common.tolist(), key=lambda partner: (float(self.degree[partner]), self.ids[partner]))


def _codes(values: Sequence[str]) -> tuple[tuple[str, ...], Ints]:
    known = tuple(sorted(set(values) - {""}))
    place = {value: code for code, value in enumerate(known)} | {"": -1}
    return known, np.fromiter((place[value] for value in values), dtype=np.int64, count=len(values))


def _cells(directions: Floats, located: Bools) -> tuple[Ints, Floats]:
    """Cell of each municipality on a grid of about `CELL` kilometres (-1: place unknown), and how near each two cells are, shape (cells, cells)."""
    keys = _grid(directions)
    known, cell = np.unique(keys[located], return_inverse=True)
    cells = np.full(len(located), -1, dtype=np.int64)
    cells[located] = cell
    return cells, _near(np.ascontiguousarray(directions[located]).tobytes(), np.ascontiguousarray(cell, dtype=np.int64).tobytes(), len(known))


def _grid(directions: Floats) -> Ints:
    """A number for each place on the grid."""
    grid = np.round(directions * (EARTH_RADIUS / CELL)).astype(np.int64)
    span = 2 * round(EARTH_RADIUS / CELL) + 3
    return ((grid[:, 0] + span) * 2 * span + grid[:, 1] + span) * 2 * span + grid[:, 2] + span


# Half of what a fit takes, and a write seldom moves a municipality: the last answer is kept.
@functools.lru_cache(maxsize=1)
def _near(directions: bytes, cells: bytes, count: int) -> Floats:
    """How near each two cells are, shape (cells, cells), read-only, from the places in them (three numbers each) and the cell of each place."""
    places, cell = np.frombuffer(directions, dtype=np.float64).reshape(-1, 3), np.frombuffer(cells, dtype=np.int64)
    centres = np.stack([np.bincount(cell, weights=places[:, axis], minlength=count) for axis in range(3)], axis=1).astype(np.float64)
    centres /= np.maximum(np.linalg.norm(centres, axis=1, keepdims=True), 1e-9)
    kilometres = EARTH_RADIUS * np.arccos(np.clip(centres @ centres.T, -1, 1))
    near = np.exp(-kilometres / CELL)
    near.flags.writeable = False
    return near


def _directions(latitude: Floats, longitude: Floats) -> Floats:
    north, east = np.radians(latitude), np.radians(longitude)
    return np.nan_to_num(np.stack([np.cos(north) * np.cos(east), np.cos(north) * np.sin(east), np.sin(north)], axis=1))
