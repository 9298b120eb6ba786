"""Facets of ties: what two municipalities' existing partnerships say about a new one between them."""

from __future__ import annotations

import numpy as np

from matching.network import Network
from matching.profile import Floats
from matching.reasons import Fact, Reason

SHOWN = 3
"""Municipalities named in a reason at most."""
NEAR = 150.0
"""Kilometres within which places count as near each other."""


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
    """Partners in common; one with few partners counts more than one with many (Adamic and Adar 2003, Social Networks 25, 211-230)."""

    name = "partners"

    def scores(self, seeker: int) -> Floats:
        """Score of every municipality for one seeker; unknown for a seeker without partners."""
        network = self._network
        rarity = np.zeros(len(network.degree))
        partners = network.partners_of(seeker)
        rarity[partners] = 1 / np.log(1 + np.maximum(network.degree[partners], 2))
        return self._unknown_without_ties(seeker, _saturated(network.partners.times(rarity), 0.5))

    def reason(self, seeker: int, candidate: int) -> Reason:
        """The partners in common."""
        return self._reason(self.name, self._network.common_partners(seeker, candidate))


class Circle(_Tied):
    """Partners of one side that are partners of the other side's partners: paths of three ties, long detours through busy places discounted."""

    name = "circle"

    def scores(self, seeker: int) -> Floats:
        """Score of every municipality for one seeker; unknown for a seeker without partners."""
        network = self._network
        return self._unknown_without_ties(seeker, _saturated(network.partners.times(self._reached(seeker)), 0.3))

    def reason(self, seeker: int, candidate: int) -> Reason:
        """The candidate's partners that are partners of the seeker's partners."""
        reached = self._reached(seeker)
        linked = [row for row in self._network.partners_of(candidate).tolist() if reached[row] > 0]
        return self._reason(self.name, sorted(linked, key=lambda row: (-round(float(reached[row]), 9), self._network.ids[row])))

    def _reached(self, seeker: int) -> Floats:
        network = self._network
        start = np.zeros(len(network.degree))
        partners = network.partners_of(seeker)
        damping = 1 / np.sqrt(np.maximum(network.degree, 1))
        start[partners] = damping[partners]
        reached = network.partners.times(start) * damping
        reached[seeker] = 0
        return reached


class Experience(_Tied):
    """The candidate's partnerships with the seeker's country, and the seeker's with the candidate's."""

    name = "experience"

    def scores(self, seeker: int) -> Floats:
        """Score of every municipality for one seeker."""
        network = self._network
        there = np.zeros(len(network.degree))
        rows, counts = network.by_country.column(int(network.country[seeker]))
        there[rows] = counts
        here = np.zeros(len(network.countries))
        places, counts = network.by_country.row(seeker)
        here[places] = counts
        return _saturated(there + here[network.country], 1.0)

    def reason(self, seeker: int, candidate: int) -> Reason:
        """The candidate's partners in the seeker's country, else the seeker's in the candidate's."""
        network = self._network
        for one, other, key in ((candidate, seeker, self.name), (seeker, candidate, f"{self.name}.seeker")):
            partners = network.partners_of(one)
            found = partners[network.country[partners] == network.country[other]]
            if len(found):
                return self._reason(key, found.tolist(), country=network.countries[int(network.country[other])])
        return self._reason(self.name, [], country=network.countries[int(network.country[seeker])])


class Vicinity(_Tied):
    """The candidate's partnerships with places near the seeker, and the seeker's with places near the candidate."""

    name = "vicinity"

    def scores(self, seeker: int) -> Floats:
        """Score of every municipality for one seeker; unknown where the seeker's place is unknown."""
        network = self._network
        if not network.located[seeker]:
            return np.full(len(network.degree), np.nan)
        near = np.exp(-network.kilometres(seeker) / NEAR)
        near[seeker] = 0
        total = network.partners.times(near)
        for partner in network.partners_of(seeker).tolist():
            total = total + np.exp(-network.kilometres(partner) / NEAR)
        return _saturated(total, 0.5)

    def reason(self, seeker: int, candidate: int) -> Reason:
        """The candidate's partners near the seeker, else the seeker's near the candidate."""
        network = self._network
        for one, other, key in ((candidate, seeker, self.name), (seeker, candidate, f"{self.name}.seeker")):
            partners = network.partners_of(one)
            kilometres = network.kilometres(other)[partners]
            found = partners[np.argsort(kilometres, kind="stable")][: int((kilometres <= 2 * NEAR).sum())].tolist()
            if found:
                return self._reason(key, found, kilometres=round(float(kilometres.min())))
        return self._reason(self.name, [])


class Openness(_Tied):
    """How much experience with international partnerships the candidate has, whoever asks."""

    name = "openness"

    def scores(self, seeker: int) -> Floats:
        """Score of every municipality, the same for every seeker."""
        return np.minimum(np.log1p(self._network.degree) / np.log1p(20), 1)

    def reason(self, seeker: int, candidate: int) -> Reason:
        """The number of the candidate's partners."""
        return self._reason(self.name, self._network.partners_of(candidate).tolist())


def _saturated(amounts: Floats, half: float) -> Floats:
    """From 0 at nothing over 0.5 at `half` towards 1."""
    return amounts / (amounts + half)
