"""Facets of ties: what two municipalities' existing partnerships say about a new one between them."""

from __future__ import annotations

import numpy as np

from matching.network import REACH, Network
from matching.profile import Floats, Ints
from matching.reasons import Fact, Reason

SHOWN = 3
"""Municipalities named in a reason at most."""
NEAR = 50.0
"""Kilometres at which a place near another counts 1/e."""


class _Tied:
    """Base of the facets of ties: what they read, and how they name what proves them."""

    name = ""

    def __init__(self, network: Network) -> None:
        self._network = network

    def _reason(self, key: str, proof: list[int], **facts: str | int) -> Reason:
        network, shown = self._network, proof[:SHOWN]
        names = tuple(network.names[row] for row in shown)
        facts_: dict[str, Fact] = {"count": len(proof), "names": names, **facts}
        return Reason(key=key if len(proof) else f"{key}.none", facts=facts_, nodes=tuple(network.ids[row] for row in shown))

    def _unknown_without_ties(self, seeker: int, scores: Floats) -> Floats:
        return scores if self._network.degree[seeker] else np.full_like(scores, np.nan)


class Partners(_Tied):
    """Partners in common; each counts by 1 / number of its partners (Zhou, Lü and Zhang 2009, Eur. Phys. J. B 71, 623–630)."""

    name = "partners"

    def scores(self, seeker: int, rows: Ints) -> Floats:
        """Score of each of the rows for one seeker; unknown for a seeker without partners."""
        network = self._network
        partners = network.partners_of(seeker)
        return self._unknown_without_ties(seeker, _saturated(network.partners.added(partners, 1 / network.degree[partners])[rows], 0.1))

    def reason(self, seeker: int, candidate: int) -> Reason:
        """The partners in common."""
        return self._reason(self.name, self._network.common_partners(seeker, candidate))


class Circle(_Tied):
    """Closeness over partners of partners: how likely somebody who walks from partner to partner, and now and then starts again at the
    seeker, comes by; busy places gain nothing by being busy (personalised PageRank over the number of partners).
    """

    name = "circle"
    STEPS = 4
    STAY = 0.85
    """Chance to walk on instead of starting again."""
    HALF = 0.002

    def __init__(self, network: Network) -> None:
        super().__init__(network)
        self._degree = np.maximum(network.degree, 1)

    def scores(self, seeker: int, rows: Ints) -> Floats:
        """Score of each of the rows for one seeker; unknown for a seeker without partners."""
        if not self._network.degree[seeker]:
            return np.full(len(rows), np.nan)
        places, there = self._walked(seeker)
        scores = np.zeros(len(self._degree))
        scores[places] = _saturated(there / self._degree[places], self.HALF)
        return scores[rows]

    def _walked(self, seeker: int) -> tuple[Ints, Floats]:
        """Where the walk may be after its steps, rows ascending, and how likely."""
        places, there = np.array([seeker]), np.ones(1)
        for _ in range(self.STEPS):
            places, there = self._network.partners.spread(places, there / self._degree[places])
            there = self.STAY * there
            own = int(np.searchsorted(places, seeker))
            if own == len(places) or places[own] != seeker:
                places, there = np.insert(places, own, seeker), np.insert(there, own, 0.0)
            there[own] += 1 - self.STAY
        return places, there

    def reason(self, seeker: int, candidate: int) -> Reason:
        """The candidate's partners that are partners of the seeker or of its partners, those with the fewest partners first."""
        network = self._network
        first = network.partners_of(seeker).tolist()
        second = {*first, *(row for partner in first for row in network.partners_of(partner).tolist())} - {seeker, candidate}
        linked = [row for row in network.partners_of(candidate).tolist() if row in second]
        return self._reason(self.name, sorted(linked, key=lambda row: (float(network.degree[row]), network.ids[row])))


class Experience(_Tied):
    """Partnerships of the candidate and of its surroundings with the seeker's country, and of the seeker with the candidate's country."""

    name = "experience"

    def scores(self, seeker: int, rows: Ints) -> Floats:
        """Score of each of the rows for one seeker."""
        network = self._network
        country = int(network.country[seeker])
        here = np.zeros(len(network.countries))
        places, counts = network.by_country.row(seeker)
        here[places] = counts
        return _saturated(network.around(country, rows) + here[network.country[rows]], 3.0)

    def reason(self, seeker: int, candidate: int) -> Reason:
        """The candidate's partners in the seeker's country, else the seeker's in the candidate's, else that the surroundings have some."""
        network = self._network
        for one, other, key in ((candidate, seeker, self.name), (seeker, candidate, f"{self.name}.seeker")):
            partners = network.partners_of(one)
            found = partners[network.country[partners] == network.country[other]]
            if len(found):
                return self._reason(key, found.tolist(), country=network.countries[int(network.country[other])])
        country = int(network.country[seeker])
        key = f"{self.name}.around" if network.around(country, np.array([candidate]))[0] > 0.1 else f"{self.name}.none"
        return Reason(key=key, facts={"country": network.countries[country]})


class Regions(_Tied):
    """Partnerships between the seeker's and the candidate's first-order regions: of their municipalities, and of the regions (or countries) themselves."""

    name = "regions"
    AGREED = 1.0
    """What one of the regions themselves counts, in partnerships of municipalities."""

    def scores(self, seeker: int, rows: Ints) -> Floats:
        """Score of each of the rows for one seeker; unknown where a region is unknown and nothing is agreed with the country."""
        network, agreed = self._network, np.zeros(len(rows))
        for _, other in network.regional(seeker):
            agreed[network.within(other, rows)] += self.AGREED
        between = self._between(seeker)[network.region[rows]]
        return _saturated(np.where(agreed > 0, np.nan_to_num(between), between) + agreed, 0.5)

    def _between(self, seeker: int) -> Floats:
        """Partnerships of municipalities of the seeker's region with those of each region; unknown for no region, the last."""
        network, region = self._network, int(self._network.region[seeker])
        between = np.full(len(network.regions) + 1, 0.0 if region >= 0 else np.nan)
        if region >= 0:
            regions, counts = network.between_regions.row(region)
            between[regions] = counts
        between[-1] = np.nan
        return between

    def reason(self, seeker: int, candidate: int) -> Reason:
        """What the regions themselves have agreed, and some of the partnerships between their municipalities, as pairs of names."""
        network, own = self._network, np.array([candidate])
        agreed = tuple(network.ties[place].id for place, other in network.regional(seeker) if network.within(other, own)[0])
        towns = self._of_municipalities(seeker, candidate)
        if not agreed:
            return towns
        key = f"{self.name}.both" if towns.nodes else f"{self.name}.agreed"
        return Reason(key=key, facts={**towns.facts, "agreed": agreed}, nodes=agreed + towns.nodes)

    def _of_municipalities(self, seeker: int, candidate: int) -> Reason:
        network = self._network
        pairs = network.between(int(network.region[seeker]), int(network.region[candidate]))
        shown: list[tuple[int, int]] = list(zip(pairs[0][:SHOWN].tolist(), pairs[1][:SHOWN].tolist(), strict=True))
        names = tuple(f"{network.names[row]} – {network.names[partner]}" for row, partner in shown)
        nodes = tuple(dict.fromkeys(network.ids[row] for pair in shown for row in pair))
        return Reason(key=self.name if shown else f"{self.name}.none", facts={"count": len(pairs[0]), "names": names}, nodes=nodes)


class Vicinity(_Tied):
    """The candidate's partnerships with places near the seeker, and the seeker's with places near the candidate."""

    name = "vicinity"

    def scores(self, seeker: int, rows: Ints) -> Floats:
        """Score of each of the rows for one seeker; unknown where the seeker's place is unknown."""
        network = self._network
        if not network.located[seeker]:
            return np.full(len(rows), np.nan)
        places, kilometres = network.near(seeker)
        others = places != seeker
        total = network.partners.added(places[others], np.exp(-kilometres[others] / NEAR))
        for partner in network.partners_of(seeker).tolist():
            places, kilometres = network.near(partner)
            total[places] += np.exp(-kilometres / NEAR)
        return _saturated(total[rows], 0.5)

    def reason(self, seeker: int, candidate: int) -> Reason:
        """The candidate's partners near the seeker, else the seeker's near the candidate."""
        network = self._network
        for one, other, key in ((candidate, seeker, self.name), (seeker, candidate, f"{self.name}.seeker")):
            partners = network.partners_of(one)
            kilometres = network.kilometres(other, partners)
            close = kilometres <= REACH
            found: list[tuple[float, int]] = list(zip(kilometres[close].tolist(), partners[close].tolist(), strict=True))
            found.sort(key=lambda place: (place[0], network.ids[place[1]]))
            if found:
                return self._reason(key, [row for _, row in found], kilometres=round(found[0][0]))
        return self._reason(self.name, [])


class Openness(_Tied):
    """How much experience with international partnerships the candidate has, whoever asks."""

    name = "openness"
    MOST = 100
    """Number of partners from which on the score is 1."""

    def __init__(self, network: Network) -> None:
        super().__init__(network)
        self._scores = np.minimum(np.log1p(network.degree) / np.log1p(self.MOST), 1)

    def scores(self, seeker: int, rows: Ints) -> Floats:
        """Score of each of the rows, the same for every seeker."""
        return self._scores[rows]

    def reason(self, seeker: int, candidate: int) -> Reason:
        """The number of the candidate's partners."""
        return self._reason(self.name, self._network.partners_of(candidate).tolist())


def _saturated(amounts: Floats, half: float) -> Floats:
    """From 0 at nothing over 0.5 at `half` towards 1."""
    return amounts / (amounts + half)
