"""Exclusions: the named rules by which a municipality is no candidate, and the cheapest way out when nobody is left."""

from __future__ import annotations

import itertools
from collections.abc import Collection, Mapping
from dataclasses import dataclass

import numpy as np

from matching.profile import Bools, Ints, Profiles

SIDES = ("same_country", "no_german_side", "not_oda_eligible")
"""Rules on the two countries: one side must be German and the other on the DAC list."""
RULES = (*SIDES, "already_partnered", "opted_out", "dismissed", "not_seeking", "no_capacity", "filtered")
"""All rules, in the order in which they are tried: a municipality counts under the first that meets it."""
RELAXABLE = ("filtered", "dismissed", "no_capacity", "not_seeking")
"""Rules that may be given up, the cheapest first: the seeker's own wishes before those of others."""


@dataclass(frozen=True, kw_only=True)
class Unmet:
    """Why nobody fits: `not_eligible` (no partnership of the programme is possible for the seeker), `relax` (giving up the rules
    in `relax` would bring `gain` candidates) or `nobody`.
    """

    reason: str
    relax: tuple[str, ...] = ()
    gain: int = 0


@dataclass(frozen=True, kw_only=True)
class Exclusions:
    """Which rules meet which municipalities: rule → mask of shape (n,)."""

    masks: Mapping[str, Bools]
    seeker: int

    def kept(self, ignoring: Collection[str] = ()) -> Ints:
        """Rows of the municipalities that no rule meets, ascending; without the seeker."""
        met = np.logical_or.reduce([mask for rule, mask in self.masks.items() if rule not in ignoring])
        met[self.seeker] = True
        return np.flatnonzero(~met)

    def counts(self) -> dict[str, int]:
        """Number of municipalities excluded by each rule, each counted once; rules that meet nobody are left out."""
        counts: dict[str, int] = {}
        left = np.ones(len(self.masks[RULES[0]]), dtype=bool)
        left[self.seeker] = False
        for rule in RULES:
            met = self.masks[rule] & left
            if met.any():
                counts[rule] = int(met.sum())
            left &= ~met
        return counts

    def unmet(self) -> Unmet:
        """The smallest and cheapest set of rules to give up so that somebody is left."""
        if all(np.logical_or.reduce([self.masks[rule] for rule in SIDES])):
            return Unmet(reason="not_eligible")
        for size in range(1, len(RELAXABLE) + 1):
            for rules in itertools.combinations(RELAXABLE, size):
                gain = len(self.kept(ignoring=rules))
                if gain:
                    return Unmet(reason="relax", relax=rules, gain=gain)
        return Unmet(reason="nobody")


def sides(profiles: Profiles, seeker: int, home: Bools) -> dict[str, Bools]:
    """Masks of the rules on the two countries, for one seeker; `home` marks the German municipalities."""
    if home[seeker]:
        return {"same_country": home.copy(), "no_german_side": np.zeros_like(home), "not_oda_eligible": ~home & ~profiles.eligible}
    eligible = bool(profiles.eligible[seeker])
    return {"same_country": np.zeros_like(home), "no_german_side": ~home, "not_oda_eligible": home & (not eligible)}


def own_wishes(profiles: Profiles) -> dict[str, Bools]:
    """Masks of the rules on what municipalities say of themselves."""
    return {"not_seeking": profiles.seeking == 0, "no_capacity": profiles.capacity < 1}
