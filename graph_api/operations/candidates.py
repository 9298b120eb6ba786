"""Finds partner candidates: asks the matcher, which is fitted to the network anew when the network has changed."""

from __future__ import annotations

import asyncio
import datetime
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np

from graph_api.errors import NotFound, checked
from graph_api.model import InterestStatus
from graph_api.operations.profiles import load_profiles
from graph_api.operations.viewers import ANYBODY, Viewer
from graph_api.operations.work import Work
from graph_api.storage.base import Compare, Linked, Operator, Reader, Selection, Shape, Wanted
from matching.asked import Asked
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
class Unwanted:
    """Who is not to be suggested."""

    opted_out: tuple[str, ...]
    """Municipalities that are suggested to nobody."""
    dismissed: Mapping[str, tuple[str, ...]]
    """For each municipality, those that it does not want."""

    def for_(self, seeker: str, viewer: Viewer) -> dict[str, tuple[str, ...]]:
        """The municipalities left out by each rule; whom a seeker has dismissed only where it or a coordinator looks: nobody else learns of it."""
        mine = viewer.coordinates or viewer.municipality == seeker
        return {"opted_out": self.opted_out, "dismissed": self.dismissed.get(seeker, ()) if mine else ()}


async def read_unwanted(reader: Reader) -> Unwanted:
    """Who is not to be suggested, as it is now."""
    closed = Compare(property="opted_out", operator=Operator.EQ, value=True)
    refused = Compare(property="status", operator=Operator.EQ, value=InterestStatus.DISMISSED)
    ends = tuple(Wanted(relation=end, selection=Selection(shapes=(Shape(kind="municipality"),))) for end in ("asker", "asked"))
    [[_, towns], [_, interests]] = await reader.select(
        Selection(shapes=(Shape(kind="municipality"),), filter=closed), Selection(shapes=(Shape(kind="interest", links=ends),), filter=refused)
    )
    dismissed: dict[str, tuple[str, ...]] = {}
    for row in interests:
        (_, [[asker, *_]]), (_, [[asked, *_]]) = row[4]
        dismissed[asker] = (*dismissed.get(asker, ()), asked)
    return Unwanted(opted_out=tuple(row[0] for row in towns), dismissed=dismissed)


@dataclass(frozen=True, kw_only=True)
class Fitted:
    """A matcher, the revision of the network it knows and the day it was fitted for."""

    matcher: PartnerMatcher
    revision: int
    day: datetime.date
    unwanted: Unwanted


class CandidateFinder:
    """Answers who could become a municipality's partner, always from the network as it is now. `took` is told the seconds of each fitting."""

    def __init__(self, reader: Reader, *, today: Callable[[], datetime.date] = datetime.date.today, took: Callable[[float], None] = lambda _: None) -> None:
        self._reader, self._took = reader, took
        self._today = today
        self._fitted: Work[Fitted] = Work()

    async def fitted(self) -> Fitted:
        """The matcher for the present revision and day; fits it where there is none yet."""
        return await self._fitted.get(self._is_current, self._fit)

    async def _is_current(self, fitted: Fitted) -> bool:
        return fitted.day == self._today() and fitted.revision == await self._reader.revision()

    async def _fit(self, _: Fitted | None) -> Fitted:
        day, began = self._today(), time.monotonic()
        profiles, revision = await load_profiles(self._reader, day)
        matcher = await asyncio.to_thread(PartnerMatcher().fit, profiles)
        self._took(time.monotonic() - began)
        return Fitted(matcher=matcher, revision=revision, day=day, unwanted=await read_unwanted(self._reader))

    async def candidates(
        self,
        municipality: str,
        *,
        first: int = 10,
        weights: Mapping[str, float] | None = None,
        filter: CandidateFilter | None = None,
        viewer: Viewer = ANYBODY,
        asked: Asked | None = None,
    ) -> tuple[Candidates, Fitted]:
        """The best candidates for a municipality, and by whom they were found; `asked` adds to its focuses for this question only.

        Raises NotFound for an unknown municipality, InvalidInput for weights that are not allowed.
        """
        fitted = await self.fitted()
        profiles = fitted.matcher.profiles_
        if municipality not in profiles.rows:
            raise NotFound(municipality)
        with checked():
            keep, exclude = filter.mask(profiles) if filter else None, fitted.unwanted.for_(municipality, viewer)
            found = fitted.matcher.candidates(municipality, first, weights=weights, keep=keep, exclude=exclude, asked=asked)
        return found, fitted


def introductions(seeker: str, candidates: tuple[str, ...]) -> Selection:
    """Selects, for each candidate, the municipalities that are partners of both it and the seeker: they could introduce the two."""
    common = Linked(relation="partners", node=Compare(property="id", operator=Operator.EQ, value=seeker))
    wanted = Wanted(relation="partners", selection=Selection(shapes=(Shape(kind="municipality", properties=("name", "country")),), filter=common, first=10))
    return Selection(shapes=(Shape(kind="municipality", links=(wanted,)),), filter=Compare(property="id", operator=Operator.IN, value=candidates))
