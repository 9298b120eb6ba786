"""How long partner candidates take on invented networks of 25,000 and 100,000 municipalities, beside brute-force nearest neighbours
and the bound that memory bandwidth sets.

    OPENBLAS_NUM_THREADS=1 python benchmarks/bench_matching_speed.py [25000 100000]

Times are CPU seconds of this process (user and system), memory is its peak resident size.
"""

from __future__ import annotations

import resource
import sys
import time

import numpy as np

from matching.facets import FACETS
from matching.partners import PartnerMatcher
from matching.profile import Focuses, Profiles, Subjects, Ties

LINKS = 300_000
"""Ties of either network."""
SUBJECTS = 336
"""17 goals, 169 targets and 150 topics."""


def network(size: int, seed: int = 0) -> Profiles:
    """A network of one third German, one third African and one third other municipalities with `LINKS` ties and 4 focuses each."""
    random = np.random.default_rng(seed)
    country = random.choice(["DE", "KE", "FR"], size)
    population = np.round(np.exp(random.normal(10, 1.2, size)))
    ends = random.integers(0, size, (LINKS, 2))
    count = 4 * size
    return Profiles(
        ids=tuple(f"municipality:{row}" for row in range(size)),
        names=tuple(f"M{row}" for row in range(size)),
        country=tuple(country.tolist()),
        admin1=tuple(f"{code}{number}" for code, number in zip(country.tolist(), random.integers(0, 16, size).tolist(), strict=True)),
        latitude=random.uniform(47, 55, size) - 50 * (country == "KE"),
        longitude=random.uniform(6, 15, size) + 28 * (country == "KE"),
        population=population,
        languages=tuple(("de",) if code == "DE" else ("en", "sw") if code == "KE" else ("fr",) for code in country.tolist()),
        seeking=np.full(size, -1, dtype=np.int8),
        capacity=random.integers(1, 4, size).astype(np.float64),
        verified_on=random.integers(738000, 739000, size).astype(np.float64),
        eligible=country == "KE",
        subjects=subjects(random),
        focuses=Focuses(
            municipality=random.integers(0, size, count),
            subject=random.integers(0, SUBJECTS, count),
            direction=random.integers(0, 3, count),
            weight=random.uniform(0.2, 1, count),
        ),
        ties=Ties(a=ends[:, 0], b=ends[:, 1]),
    )


def subjects(random: np.random.Generator) -> Subjects:
    """Goals, targets and topics in a hierarchy of the real one's size."""
    targets, topics = np.arange(17, 186), np.arange(186, SUBJECTS)
    return Subjects(
        ids=tuple(f"subject:{row}" for row in range(SUBJECTS)),
        target_goal=np.stack([targets, (targets - 17) % 17], axis=1),
        topic_target=np.stack([np.repeat(topics, 2), random.choice(targets, 2 * len(topics))], axis=1),
        topic_broader=np.stack([topics[20:], random.choice(topics[:20], len(topics) - 20)], axis=1),
    )


def measure(size: int) -> None:
    """Prints the figures of one size."""
    profiles = network(size)
    _ = profiles.rows
    start = time.process_time()
    matcher = PartnerMatcher().fit(profiles)
    fit = time.process_time() - start
    asked = [profiles.ids[row] for row in range(size) if profiles.country[row] == "KE"][:40]
    matcher.candidates(asked[0])
    start = time.process_time()
    for seeker in asked:
        matcher.candidates(seeker)
    each = (time.process_time() - start) / len(asked)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"{size:8,} municipalities, {len(profiles.ties.a):9,} links: fit {fit:5.2f} s, candidates {each * 1e3:6.1f} ms, peak {peak:5.0f} MB", end="")
    print(f"; brute-force NearestNeighbors {brute_force(matcher, asked) * 1e3:6.1f} ms", end="")
    print(f"; bound by memory bandwidth {bandwidth_bound(matcher, asked[0]) * 1e3:5.2f} ms")


def brute_force(matcher: PartnerMatcher, asked: list[str]) -> float:
    """CPU seconds of one query of scikit-learn's NearestNeighbors (brute force) over as many columns as there are facets."""
    from sklearn.neighbors import NearestNeighbors

    rows = np.arange(len(matcher.profiles_))
    table = np.nan_to_num(matcher.ranking(matcher.profiles_.row(asked[0]), rows).table)
    neighbours = NearestNeighbors(n_neighbors=10, algorithm="brute").fit(table)
    start = time.process_time()
    for row in range(len(asked)):
        neighbours.kneighbors(table[row : row + 1])
    return (time.process_time() - start) / len(asked)


def bandwidth_bound(matcher: PartnerMatcher, seeker: str) -> float:
    """CPU seconds that the plainest way must take, were memory all that counted.

    It reads each candidate's column of each facet, writes its score, and reads that again: 24 bytes each, at the bandwidth of a copy
    (read and written) of 64 MB.
    """
    row = matcher.profiles_.row(seeker)
    moved = 24 * len(FACETS) * len(matcher.exclusions(row).kept())
    source = np.ones(8 * 2**20)
    target = np.empty_like(source)
    times: list[float] = []
    for _ in range(5):
        start = time.process_time()
        np.copyto(target, source)
        times.append(time.process_time() - start)
    return moved * min(times) / (2 * source.nbytes)


if __name__ == "__main__":
    for text in sys.argv[1:] or ["25000", "100000"]:
        measure(int(text))
