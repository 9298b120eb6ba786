"""Finds partner candidates: asks the matcher, which is fitted to the network anew when the network has changed."""

from __future__ import annotations

import asyncio
import datetime
from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np

from graph_api.errors import InvalidInput, NotFound
from graph_api.operations.profiles import load_profiles
from graph_api.storage.base import Compare, Linked, Operator, Reader, Selection, Shape, Wanted
from matching.partners import Candidates, PartnerMatcher
from matching.profile import Bools, Profiles


@dataclass(frozen=True, kw_only=True)
class CandidateFilter:
    """Whom the asking municipality wants to see; an empty field asks nothing."""

    countries: tuple[str, ...] = ()
    """ISO 3166-1 alpha-2 codes."""
    admin1: tuple[str, ...] = ()
    languages: tuple[str, ...] = ()
    """ISO 639 codes, of which it works in one at least."""
    population_min: int | None = None
    population_max: int | None = None

    def mask(self, profiles: Profiles) -> Bools | None:
        """Those who pass, shape (n,); None where all do."""
        if self == CandidateFilter():
            return None
        keep = np.ones(len(profiles), dtype=bool)
        for wanted, column in ((self.countries, profiles.country), (self.admin1, profiles.admin1)):
            if wanted:
                keep &= np.array([value in wanted for value in column], dtype=bool)
        if self.languages:
            keep &= np.array([not set(self.languages).isdisjoint(spoken) for spoken in profiles.languages], dtype=bool)
        if self.population_min is not None:
            keep &= profiles.population >= self.population_min
        if self.population_max is not None:
            keep &= profiles.population <= self.population_max
        return keep


@dataclass(frozen=True, kw_only=True)
class Fitted:
    """A matcher, the revision of the network it knows and the day it was fitted for."""

    matcher: PartnerMatcher
    revision: int
    day: datetime.date


class CandidateFinder:
    """Answers who could become a municipality's partner, always from the network as it is now."""

    def __init__(self, reader: Reader, *, today: Callable[[], datetime.date] = datetime.date.today) -> None:
        self._reader = reader
        self._today = today
        self._fitted: Fitted | None = None
        self._fitting = asyncio.Lock()

    async def fitted(self) -> Fitted:
        """The matcher for the present revision and day; fits it where there is none yet."""
        if (ready := self._current(await self._reader.revision())) is not None:
            return ready
        async with self._fitting:
            if (ready := self._current(await self._reader.revision())) is not None:
                return ready
            day = self._today()
            profiles, revision = await load_profiles(self._reader, day)
            matcher = await asyncio.to_thread(PartnerMatcher().fit, profiles)
            self._fitted = Fitted(matcher=matcher, revision=revision, day=day)
            return self._fitted

    def _current(self, revision: int) -> Fitted | None:
        known = self._fitted
        return known if known and known.revision == revision and known.day == self._today() else None

    async def candidates(
        self, municipality: str, *, first: int = 10, weights: Mapping[str, float] | None = None, filter: CandidateFilter | None = None
    ) -> tuple[Candidates, Fitted]:
        """The best candidates for a municipality, and by whom they were found.

        Raises NotFound for an unknown municipality, InvalidInput for weights that are not allowed.
        """
        fitted = await self.fitted()
        profiles = fitted.matcher.profiles_
        if municipality not in profiles.rows:
            raise NotFound(municipality)
        try:
            found = fitted.matcher.candidates(municipality, first, weights=weights, keep=filter.mask(profiles) if filter else None)
        except ValueError as e:
            raise InvalidInput(str(e)) from None
        return found, fitted


def introductions(seeker: str, candidates: tuple[str, ...]) -> Selection:
    """Selects, for each candidate, the municipalities that are partners of both it and the seeker: they could introduce the two."""
    common = Linked(relation="partners", node=Compare(property="id", operator=Operator.EQ, value=seeker))
    wanted = Wanted(relation="partners", selection=Selection(shapes=(Shape(kind="municipality", properties=("name", "country")),), filter=common, first=10))
    return Selection(shapes=(Shape(kind="municipality", links=(wanted,)),), filter=Compare(property="id", operator=Operator.IN, value=candidates))
