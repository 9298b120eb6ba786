"""Facets: the separate grounds on which a candidate is scored, each from 0 to 1 and with its reason."""

from __future__ import annotations

from typing import Protocol

import numpy as np

from matching.focuses import Content, Goals, Needs, Offers
from matching.network import Network
from matching.profile import Floats, Profiles
from matching.reasons import Reason
from matching.ties import Circle, Experience, Openness, Partners, Vicinity


class Facet(Protocol):
    """One ground for a partnership."""

    name: str

    def scores(self, seeker: int) -> Floats:
        """Scores from 0 to 1 of every municipality for one seeker, shape (n,); NaN where nothing is known."""
        ...

    def reason(self, seeker: int, candidate: int) -> Reason:
        """What explains the score of one candidate."""
        ...


class Size:
    """Likeness of the numbers of inhabitants: 1 for equal ones, half when one is 4.5 times the other."""

    name = "size"
    HALF = np.log(4.5)

    def __init__(self, profiles: Profiles) -> None:
        self._population = profiles.population
        self._log = np.log(np.maximum(profiles.population, 1))

    def scores(self, seeker: int) -> Floats:
        """Score of every municipality for one seeker."""
        return 1 / (1 + ((self._log - self._log[seeker]) / self.HALF) ** 2)

    def reason(self, seeker: int, candidate: int) -> Reason:
        """Both numbers of inhabitants."""
        ratio = float(np.exp(abs(self._log[seeker] - self._log[candidate])))
        key = "size" if ratio < 2 else "size.differs" if ratio < 10 else "size.far"
        return Reason(key=key, facts={"seeker": int(self._population[seeker]), "candidate": int(self._population[candidate]), "ratio": ratio})


class Languages:
    """Whether both have a working language in common."""

    name = "languages"

    def __init__(self, profiles: Profiles) -> None:
        self._spoken = profiles.languages
        self._sets = sorted(set(profiles.languages))
        place = {spoken: code for code, spoken in enumerate(self._sets)}
        self._set = np.fromiter((place[spoken] for spoken in profiles.languages), dtype=np.int64)

    def scores(self, seeker: int) -> Floats:
        """1 with a common language, 0 without; unknown where one side's languages are."""
        own = set(self._spoken[seeker])
        by_set = np.array([float(not own.isdisjoint(spoken)) if own and spoken else np.nan for spoken in self._sets])
        return by_set[self._set]

    def reason(self, seeker: int, candidate: int) -> Reason:
        """The common languages."""
        common = tuple(language for language in self._spoken[seeker] if language in self._spoken[candidate])
        return Reason(key="languages" if common else "languages.none", facts={"languages": common})


class Place:
    """Likeness of setting as far as coordinates tell: latitude (climate, seasons) and longitude (hours of work)."""

    name = "place"

    def __init__(self, profiles: Profiles) -> None:
        self._latitude, self._longitude = profiles.latitude, profiles.longitude

    def scores(self, seeker: int) -> Floats:
        """Score of every municipality for one seeker."""
        climate = 1 - np.minimum(np.abs(np.abs(self._latitude) - abs(self._latitude[seeker])), 45) / 45
        return (climate + 1 - self._hours(seeker) / 12) / 2

    def reason(self, seeker: int, candidate: int) -> Reason:
        """Difference of latitude in degrees and of time in hours."""
        degrees = abs(abs(float(self._latitude[seeker])) - abs(float(self._latitude[candidate])))
        hours = float(self._hours(seeker)[candidate])
        return Reason(key="place" if degrees < 15 else "place.differs", facts={"degrees": round(degrees), "hours": round(hours)})

    def _hours(self, seeker: int) -> Floats:
        apart = np.abs(self._longitude - self._longitude[seeker])
        return np.minimum(apart, 360 - apart) / 15


class Capacity:
    """How much room the candidate has for further partnerships."""

    name = "capacity"

    def __init__(self, profiles: Profiles) -> None:
        self._capacity = profiles.capacity

    def scores(self, seeker: int) -> Floats:
        """Half for one further partnership, towards 1 for many; the same for every seeker."""
        return self._capacity / (self._capacity + 1)

    def reason(self, seeker: int, candidate: int) -> Reason:
        """The number of further partnerships."""
        return Reason(key="capacity", facts={"count": int(self._capacity[candidate])})


class Freshness:
    """How recently somebody confirmed the candidate's facts, against the newest confirmation of all."""

    name = "freshness"
    HALF = 730.0
    """Days after which the score is one half."""

    def __init__(self, profiles: Profiles) -> None:
        known = profiles.verified_on[~np.isnan(profiles.verified_on)]
        self._age = (known.max() if len(known) else 0.0) - profiles.verified_on

    def scores(self, seeker: int) -> Floats:
        """Score of every municipality, the same for every seeker."""
        return 0.5 ** (self._age / self.HALF)

    def reason(self, seeker: int, candidate: int) -> Reason:
        """Age of the facts in days."""
        days = int(self._age[candidate])
        return Reason(key="freshness" if days < 365 else "freshness.old", facts={"days": days, "years": max(1, round(days / 365))})


FACETS = ("needs", "offers", "goals", "size", "languages", "partners", "circle", "experience", "vicinity", "openness", "place", "capacity", "freshness")
"""Names of all facets, in the order in which they are shown."""


def facets(profiles: Profiles) -> tuple[Facet, ...]:
    """All facets over some profiles, in the order of `FACETS`."""
    content, network = Content(profiles), Network(profiles)
    return (
        Needs(content),
        Offers(content),
        Goals(content),
        Size(profiles),
        Languages(profiles),
        Partners(network),
        Circle(network),
        Experience(network),
        Vicinity(network),
        Openness(network),
        Place(profiles),
        Capacity(profiles),
        Freshness(profiles),
    )
