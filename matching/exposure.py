"""Exposure: how evenly suggestions are spread, and who is never suggested to anybody."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass

import numpy as np

from matching.partners import PartnerMatcher


@dataclass(frozen=True, kw_only=True)
class Exposure:
    """How often municipalities are among the first candidates of some seekers."""

    seekers: int
    """Number of seekers that were given anybody."""
    shown: Mapping[str, int]
    """For each municipality that could have been suggested to one of them, to how many it was; the most often shown first, then by id."""

    @property
    def gini(self) -> float:
        """0: all are shown equally often; towards 1: all places go to one. 0 where nobody is shown."""
        counts = np.sort(np.array(list(self.shown.values()), dtype=np.float64))
        total = float(counts.sum())
        return float(1 - 2 * (np.cumsum(counts).sum() - total / 2) / (len(counts) * total)) if total else 0.0

    @property
    def never(self) -> tuple[str, ...]:
        """Those who are shown to nobody, in the order of the ids."""
        return tuple(id_ for id_, count in self.shown.items() if not count)


def exposure(
    matcher: PartnerMatcher,
    seekers: Iterable[str],
    first: int = 10,
    *,
    weights: Mapping[str, float] | None = None,
    exclude: Mapping[str, Mapping[str, Collection[str]]] | None = None,
) -> Exposure:
    """How the first candidates of some seekers are spread.

    `exclude` lists, for each seeker, ids under the rules `opted_out` and `dismissed`. Raises `ValueError` for an unknown municipality, weight or rule.
    """
    profiles, changed = matcher.profiles_, matcher.weights_.changed(weights)
    counts = np.zeros(len(profiles), dtype=np.int64)
    possible = np.zeros(len(profiles), dtype=bool)
    served = 0
    for seeker in seekers:
        row = profiles.row(seeker)
        rows = matcher.exclusions(row, exclude=(exclude or {}).get(seeker)).kept()
        possible[rows] = True
        served += bool(len(rows))
        counts[rows[matcher.ranking(row, rows, changed).first(first, matcher.tiebreak_)]] += 1
    found = sorted(((profiles.ids[row], int(counts[row])) for row in np.flatnonzero(possible).tolist()), key=lambda pair: (-pair[1], pair[0]))
    return Exposure(seekers=served, shown=dict(found))
