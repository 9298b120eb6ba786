"""Network: who is partnered with whom, as tables that the facets of ties read."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from matching.incidence import Incidence
from matching.profile import Floats, Ints, Profiles

EARTH_RADIUS = 6371.0
"""Kilometres."""


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
        self.by_region = self.partners.grouped(self.region, len(self.regions))
        """Number of partners of each municipality in each region."""
        self.directions = _directions(profiles.latitude, profiles.longitude)
        """Unit vectors from the centre of the earth, shape (n, 3); zero where the place is unknown."""
        self.located = ~np.isnan(profiles.latitude + profiles.longitude)

    def kilometres(self, row: int) -> Floats:
        """Distance of every municipality from one; infinite where a place is unknown."""
        if not self.located[row]:
            return np.full(len(self.located), np.inf)
        half_chord = np.sqrt(np.maximum(0, (1 - self.directions @ self.directions[row]) / 2))
        return np.where(self.located, 2 * EARTH_RADIUS * np.arcsin(np.minimum(half_chord, 1)), np.inf)

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


def _directions(latitude: Floats, longitude: Floats) -> Floats:
    north, east = np.radians(latitude), np.radians(longitude)
    return np.nan_to_num(np.stack([np.cos(north) * np.cos(east), np.cos(north) * np.sin(east), np.sin(north)], axis=1))
