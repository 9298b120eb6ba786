"""How high real German partners of municipalities of the Global South are ranked, ours beside simple baselines, and how evenly suggestions are spread.

    python benchmarks/bench_matching_evaluate.py [PAIRS.csv]

Without a file: the German–South ties of the shared data, (a) all hidden at once and (b) those of a tenth of the seekers hidden at a time.
The default weights were learned on these ties among others; for figures on held-out municipalities see bench_matching_learn.py.
"""

from __future__ import annotations

import csv
import sys
from collections.abc import Callable, Mapping
from pathlib import Path

import numpy as np
from matching_data import german_south, load

from matching.evaluation import Evaluation, figures, hidden, ranks
from matching.exposure import exposure
from matching.network import Network
from matching.partners import FAIR, PartnerMatcher
from matching.profile import Floats, Profiles

Pairs = list[tuple[str, str]]
Scorer = Callable[[Profiles, Network, int], Floats]


def population(profiles: Profiles, network: Network, seeker: int) -> Floats:
    """The largest first."""
    return np.nan_to_num(profiles.population)


def likeness(profiles: Profiles, network: Network, seeker: int) -> Floats:
    """The most similar number of inhabitants first."""
    return -np.nan_to_num(np.abs(np.log(profiles.population) - np.log(profiles.population[seeker])), nan=99.0)


def twinnings(profiles: Profiles, network: Network, seeker: int) -> Floats:
    """Those with the most partners first."""
    return network.degree


def common(profiles: Profiles, network: Network, seeker: int) -> Floats:
    """Those with the most partners in common first."""
    own = np.zeros(len(profiles))
    own[network.partners_of(seeker)] = 1
    return network.partners.times(own)


def common_then_population(profiles: Profiles, network: Network, seeker: int) -> Floats:
    """Partners in common, equal ones by population."""
    return common(profiles, network, seeker) * 1e9 + population(profiles, network, seeker)


def random(profiles: Profiles, network: Network, seeker: int) -> Floats:
    """In random order."""
    return np.random.default_rng(seeker).random(len(profiles))


BASELINES: dict[str, Scorer] = {
    "random": random,
    "population": population,
    "population similarity": likeness,
    "number of twinnings": twinnings,
    "partners in common": common,
    "partners in common, then population": common_then_population,
}


def baseline(profiles: Profiles, pairs: Pairs, scorer: Scorer) -> list[int | None]:
    """Ranks of a baseline; equal scores count half."""
    rows = [(profiles.rows[seeker], profiles.rows[partner]) for seeker, partner in pairs]
    blind = hidden(profiles, set(rows))
    network, matcher = Network(blind), PartnerMatcher().fit(blind)
    found: list[int | None] = []
    for seeker, partner in rows:
        rival = np.zeros(len(profiles), dtype=bool)
        rival[matcher.exclusions(seeker).kept(ignoring=("not_seeking", "no_capacity"))] = True
        rival[[other for own, other in rows if own == seeker]] = False
        scores = scorer(blind, network, seeker)
        found.append(1 + int((rival & (scores > scores[partner])).sum() + (rival & (scores == scores[partner])).sum() / 2))
    return found


def in_tenths(pairs: Pairs, rank: Callable[[Pairs], list[int | None]]) -> list[int | None]:
    """Ranks with the pairs of a tenth of the seekers hidden at a time."""
    seekers = sorted({seeker for seeker, _ in pairs})
    return [found for turn in range(10) for found in rank([pair for pair in pairs if seekers.index(pair[0]) % 10 == turn])]


def spread(profiles: Profiles, weights: Mapping[str, float] | None) -> str:
    """How evenly German municipalities appear among the first ten of 500 seekers of the Global South."""
    matcher = PartnerMatcher(weights).fit(profiles)
    seekers = [row for row in range(len(profiles)) if profiles.eligible[row]]
    chosen = np.random.default_rng(0).choice(seekers, 500, replace=False)
    found = exposure(matcher, [profiles.ids[row] for row in chosen.tolist()])
    top = ", ".join(f"{profiles.names[profiles.row(id_)]} {count}" for id_, count in list(found.shown.items())[:5])
    return f"exposure Gini {found.gini:.3f}, never shown {len(found.never)} of {len(found.shown)}; most shown: {top}"


def line(name: str, result: Evaluation) -> str:
    """One line of the table."""
    return f"{name:38}{result.mrr:7.3f}{result.hits_at_10:9.3f}{result.hits_at_50:9.3f}{result.median_rank or 0:9.0f}{result.unranked:10}"


def main() -> None:
    """Prints the tables."""
    profiles = load()
    if len(sys.argv) > 1:
        with Path(sys.argv[1]).open(encoding="utf-8", newline="") as file:
            pairs = [(row["seeker"], row["partner"]) for row in csv.DictReader(file)]
    else:
        pairs = sorted(german_south(profiles))
    for title, over in (("all hidden at once", lambda rank: rank(pairs)), ("a tenth of the seekers at a time", lambda rank: in_tenths(pairs, rank))):
        print(f"\n{title + f', {len(pairs)} pairs':38}{'MRR':>7}{'hits@10':>9}{'hits@50':>9}{'median':>9}{'unranked':>10}")
        for name, scorer in BASELINES.items():
            print(line(name, figures(over(lambda part, scorer=scorer: baseline(profiles, part, scorer)))))
        print(line("ours", figures(over(lambda part: ranks(profiles, part)))))
    print("\nours:", spread(profiles, None))
    print("without openness and resources:", spread(profiles, FAIR))


if __name__ == "__main__":
    main()
