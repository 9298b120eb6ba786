"""Facets: the separate grounds on which a candidate is scored, each from 0 to 1 and with its reason."""

from __future__ import annotations

from typing import Protocol

import numpy as np

from matching.focuses import Content, Goals, Needs, Offers
from matching.network import Network
from matching.profile import Floats, Ints, Profiles
from matching.reasons import Reason
from matching.ties import Circle, Experience, Openness, Partners, Regions, Vicinity


class Facet(Protocol):
    """One ground for a partnership."""

    name: str

    def scores(self, seeker: int, rows: Ints) -> Floats:
        """Scores from 0 to 1 of the municipalities in `rows` for the one in row `seeker`, shape (rows,); NaN where nothing is known."""
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

    def scores(self, seeker: int, rows: Ints) -> Floats:
        """Score of each of the rows for one seeker."""
        return 1 / (1 + ((self._log[rows] - self._log[seeker]) / self.HALF) ** 2)

    def reason(self, seeker: int, candidate: int) -> Reason:
        """Both numbers of inhabitants."""
        ratio = float(np.exp(abs(self._log[seeker] - self._log[candidate])))
        key = "size" if ratio < 2 else "size.differs" if ratio < 10 else "size.far"
        return Reason(key=key, facts={"seeker": int(self._population[seeker]), "candidate": int(self._population[candidate]), "ratio": ratio})


class Standing:
    """Likeness of the rank by inhabitants in the own country: capitals with capitals, district towns with district towns."""

    name = "standing"

    def __init__(self, profiles: Profiles) -> None:
        self._rank = _ranks(profiles)
        self._log = np.log(self._rank)

    def scores(self, seeker: int, rows: Ints) -> Floats:
        """Score of each of the rows for one seeker; unknown where inhabitants are."""
        return 1 / (1 + ((self._log[rows] - self._log[seeker]) / Size.HALF) ** 2)

    def reason(self, seeker: int, candidate: int) -> Reason:
        """Both ranks."""
        ranks = float(self._rank[seeker]), float(self._rank[candidate])
        key = "standing" if max(ranks) / min(ranks) < 3 else "standing.differs"
        return Reason(key=key, facts={"seeker": int(ranks[0]), "candidate": int(ranks[1])})


def _ranks(profiles: Profiles) -> Floats:
    """Rank of each municipality by inhabitants among those of its country, from 1; NaN where they are unknown."""
    places = {code: place for place, code in enumerate(sorted(set(profiles.country)))}
    country = np.fromiter((places[code] for code in profiles.country), dtype=np.int64, count=len(profiles))
    order = np.lexsort((-profiles.population, country))
    first = np.searchsorted(country[order], np.arange(len(places)))
    rank = np.empty(len(profiles))
    rank[order] = np.arange(len(profiles)) - first[country[order]] + 1.0
    same = np.r_[False, (np.diff(profiles.population[order]) == 0) & (np.diff(country[order]) == 0)]
    place = np.where(same, -1, np.arange(len(profiles)))
    rank[order] = rank[order][np.maximum.accumulate(place)] if len(profiles) else rank
    rank[np.isnan(profiles.population)] = np.nan
    return rank


class PartnerSize:
    """Likeness of the candidate's size to the usual size of the seeker's present partners."""

    name = "partner_size"

    def __init__(self, profiles: Profiles, network: Network) -> None:
        self._network = network
        self._log = np.log(np.maximum(profiles.population, 1))

    def scores(self, seeker: int, rows: Ints) -> Floats:
        """Score of each of the rows for one seeker; unknown for a seeker without partners of known size."""
        return 1 / (1 + ((self._log[rows] - self._usual(seeker)) / Size.HALF) ** 2)

    def reason(self, seeker: int, candidate: int) -> Reason:
        """The usual size of the seeker's partners and the candidate's."""
        usual, own = self._usual(seeker), float(self._log[candidate])
        key = "partner_size" if abs(usual - own) < np.log(3) else "partner_size.differs"
        return Reason(key=key, facts={"usual": _rounded(float(np.exp(usual))), "candidate": round(float(np.exp(own)))})

    def _usual(self, seeker: int) -> float:
        known = self._log[self._network.partners_of(seeker)]
        known = known[~np.isnan(known)]
        return float(known.mean()) if len(known) else np.nan


def _rounded(number: float) -> int:
    """A number to two digits."""
    return int(float(f"{number:.1e}"))


class Resources:
    """Size of the candidate's administration, as far as inhabitants tell, whoever asks: 0 for 1,000, 1 for 10 million."""

    name = "resources"

    def __init__(self, profiles: Profiles) -> None:
        self._population = profiles.population
        self._scores = np.clip(np.log(np.maximum(profiles.population, 1) / 1000) / np.log(10_000), 0, 1)

    def scores(self, seeker: int, rows: Ints) -> Floats:
        """Score of each of the rows, the same for every seeker."""
        return self._scores[rows]

    def reason(self, seeker: int, candidate: int) -> Reason:
        """The candidate's inhabitants."""
        inhabitants = int(self._population[candidate])
        key = "resources.small" if inhabitants < 20_000 else "resources" if inhabitants < 100_000 else "resources.large"
        return Reason(key=key, facts={"inhabitants": inhabitants})


class Languages:
    """Whether both have a working language in common."""

    name = "languages"

    def __init__(self, profiles: Profiles) -> None:
        self._spoken = profiles.languages
        self._sets = sorted(set(profiles.languages))
        place = {spoken: code for code, spoken in enumerate(self._sets)}
        self._set = np.fromiter((place[spoken] for spoken in profiles.languages), dtype=np.int64)

    def scores(self, seeker: int, rows: Ints) -> Floats:
        """1 with a common language, 0 without; unknown where one side's languages are."""
        own = set(self._spoken[seeker])
        by_set = np.array([float(not own.isdisjoint(spoken)) if own and spoken else np.nan for spoken in self._sets])
        return by_set[self._set[rows]]

    def reason(self, seeker: int, candidate: int) -> Reason:
        """The common languages."""
        common = tuple(language for language in self._spoken[seeker] if language in self._spoken[candidate])
        return Reason(key="languages" if common else "languages.none", facts={"languages": common})


class Place:
    """Likeness of setting as far as coordinates tell: latitude (climate, seasons) and longitude (hours of work)."""

    name = "place"

    def __init__(self, profiles: Profiles) -> None:
        self._latitude, self._longitude = np.abs(profiles.latitude), profiles.longitude

    def scores(self, seeker: int, rows: Ints) -> Floats:
        """Score of each of the rows for one seeker."""
        climate = 1 - np.minimum(np.abs(self._latitude[rows] - self._latitude[seeker]), 45) / 45
        apart = np.abs(self._longitude[rows] - self._longitude[seeker])
        return (climate + 1 - np.minimum(apart, 360 - apart) / 180) / 2

    def reason(self, seeker: int, candidate: int) -> Reason:
        """Difference of latitude in degrees and of time in hours."""
        degrees = abs(float(self._latitude[seeker]) - float(self._latitude[candidate]))
        apart = abs(float(self._longitude[seeker] - self._longitude[candidate]))
        hours = min(apart, 360 - apart) / 15
        return Reason(key="place" if degrees < 15 else "place.differs", facts={"degrees": round(degrees), "hours": round(hours)})


class Capacity:
    """How much room the candidate has for further partnerships."""

    name = "capacity"

    def __init__(self, profiles: Profiles) -> None:
        self._capacity = profiles.capacity
        self._scores = profiles.capacity / (profiles.capacity + 1)

    def scores(self, seeker: int, rows: Ints) -> Floats:
        """Half for one further partnership, towards 1 for many; the same for every seeker."""
        return self._scores[rows]

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
        self._scores = 0.5 ** (self._age / self.HALF)

    def scores(self, seeker: int, rows: Ints) -> Floats:
        """Score of each of the rows, the same for every seeker."""
        return self._scores[rows]

    def reason(self, seeker: int, candidate: int) -> Reason:
        """Age of the facts in days."""
        days = int(self._age[candidate])
        return Reason(key="freshness" if days < 365 else "freshness.old", facts={"days": days, "months": round(days / 30.4)})


FACETS = (
    "needs",
    "offers",
    "goals",
    "languages",
    "size",
    "standing",
    "partner_size",
    "resources",
    "openness",
    "partners",
    "circle",
    "experience",
    "regions",
    "vicinity",
    "place",
    "capacity",
    "freshness",
)
"""Names of all facets, in the order in which they are shown."""


def facets_of_content(content: Content) -> tuple[Facet, ...]:
    """The first of all facets: those that read what municipalities seek, offer and work on."""
    return Needs(content), Offers(content), Goals(content)


def facets(profiles: Profiles, content: Content) -> tuple[Facet, ...]:
    """All facets over some profiles and their content, in the order of `FACETS`."""
    network = Network(profiles)
    return (
        *facets_of_content(content),
        Languages(profiles),
        Size(profiles),
        Standing(profiles),
        PartnerSize(profiles, network),
        Resources(profiles),
        Openness(network),
        Partners(network),
        Circle(network),
        Experience(network),
        Regions(network),
        Vicinity(network),
        Place(profiles),
        Capacity(profiles),
        Freshness(profiles),
    )
