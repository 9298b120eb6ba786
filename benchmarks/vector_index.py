"""Candidates by a vector index of Neo4j and exact ranking after it, beside the matcher in the process, on an invented network of 400,000 municipalities.

    OPENBLAS_NUM_THREADS=1 .venv/bin/python -m benchmarks.vector_index [--size 400000]

An experiment, not a feature. The vector of a candidate says what it offers, seeks and works on by goal, its size and its place; that of a seeker
has offers and seeks changed over, so that the cosine of both is large where needs meet offers. The index finds the nearest municipalities of
the home country, the matcher ranks these exactly; told is how many of its ten best are among them.
"""

from __future__ import annotations

import argparse
import resource
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np
from neo4j import Driver

from benchmarks.bench_matching_speed import network
from matching.partners import PartnerMatcher
from matching.profile import OFFERS, SEEKS, Floats, Profiles
from tests.neo4j_server import running

GOALS = 17
FOCUS, SIZE, PLACE = 1.0, 0.5, 0.5
"""How much the parts of a vector count."""
FOUND = (200, 1_000, 5_000)
BATCH = 10_000
ASKED = 40


def goals_of(profiles: Profiles) -> list[list[int]]:
    """The goals that each subject belongs to."""
    known = profiles.subjects
    goals: list[list[int]] = [[row] if row < GOALS else [] for row in range(len(known.ids))]
    for target, goal in known.target_goal.tolist():
        goals[target].append(goal)
    for topic, target in known.topic_target.tolist():
        goals[topic] += goals[target]
    return goals


def vectors(profiles: Profiles) -> Floats:
    """Shape (n, 55): offers, seeks and works on by goal (17 each), size, place on the unit sphere; of a candidate."""
    table = np.zeros((len(profiles), 3, GOALS))
    goals = goals_of(profiles)
    share = np.zeros((len(goals), GOALS))
    for subject, own in enumerate(goals):
        for goal in own:
            share[subject, goal] += 1 / len(own)
    focuses = profiles.focuses
    place = np.where(focuses.direction == OFFERS, 0, np.where(focuses.direction == SEEKS, 1, 2))
    np.add.at(table, (focuses.municipality, place), focuses.weight[:, None] * share[focuses.subject])
    norms = np.linalg.norm(table.reshape(len(profiles), -1), axis=1)[:, None]
    north, east = np.radians(profiles.latitude), np.radians(profiles.longitude)
    sphere = np.stack([np.cos(north) * np.cos(east), np.cos(north) * np.sin(east), np.sin(north)], axis=1)
    size = np.log(profiles.population)
    flat = FOCUS * table.reshape(len(profiles), -1) / np.maximum(norms, 1e-9)
    return np.hstack([flat, SIZE * ((size - size.mean()) / size.std())[:, None], PLACE * sphere])


def asking(vector: Floats) -> list[float]:
    """What a seeker with this vector asks for."""
    return np.concatenate([vector[GOALS : 2 * GOALS], vector[:GOALS], vector[2 * GOALS :]]).tolist()


def batches(profiles: Profiles, table: Floats) -> Iterator[list[list[object]]]:
    """Row, vector and whether it is of the home country, some at a time."""
    for start in range(0, len(profiles), BATCH):
        rows = range(start, min(start + BATCH, len(profiles)))
        yield [[row, table[row].tolist(), profiles.country[row] == "DE"] for row in rows]


def fill(driver: Driver, profiles: Profiles, table: Floats) -> None:
    """Loads the vectors and builds the indexes, of all and of the home country's."""
    began = time.monotonic()
    text = """UNWIND $rows AS r CREATE (n:Profile {row: r[0]}) WITH n, r CALL db.create.setNodeVectorProperty(n, 'vector', r[1])
              WITH n, r WHERE r[2] SET n:Home"""
    for rows in batches(profiles, table):
        driver.execute_query(text, rows=rows)
    print(f"loading {len(profiles):,} vectors of {table.shape[1]} numbers {time.monotonic() - began:.0f} s", flush=True)
    for label in ("Home", "Profile"):
        began = time.monotonic()
        options = f"{{indexConfig: {{`vector.dimensions`: {table.shape[1]}, `vector.similarity_function`: 'cosine'}}}}"
        driver.execute_query(f"CREATE VECTOR INDEX near_{label} FOR (n:{label}) ON n.vector OPTIONS {options}")  # type: ignore[arg-type]
        driver.execute_query("CALL db.awaitIndexes(3600)")
        count = driver.execute_query(f"MATCH (n:{label}) RETURN count(n)").records[0][0]  # type: ignore[arg-type]
        print(f"index of {count:,} ({label}) {time.monotonic() - began:.0f} s", flush=True)


def measure(driver: Driver, matcher: PartnerMatcher, table: Floats, asked: list[int]) -> None:
    """How long the index takes to find so many, and what of the ten best is among them."""
    best = {row: [each.id for each in matcher.candidates(matcher.profiles_.ids[row]).candidates] for row in asked}
    text = "CALL db.index.vector.queryNodes('near_Home', $count, $vector) YIELD node RETURN collect(node.row)"
    for count in FOUND:
        waits: list[float] = []
        ranks: list[float] = []
        hits = 0
        for row in asked:
            began = time.monotonic()
            found = np.array(driver.execute_query(text, count=count, vector=asking(table[row])).records[0][0])
            waits.append(time.monotonic() - began)
            start = time.process_time()
            rows = np.intersect1d(found, matcher.exclusions(row).kept())
            ranking = matcher.ranking(row, rows)
            ranked = {matcher.profiles_.ids[int(ranking.rows[at])] for at in ranking.first(10, matcher.tiebreak_)}
            ranks.append(time.process_time() - start)
            hits += len(ranked & set(best[row]))
        said = f"wait {1e3 * np.median(waits):.0f} ms, exact ranking {1e3 * np.median(ranks):.1f} ms CPU"
        print(f"nearest {count:>5,}: {100 * hits / (10 * len(asked)):.0f} % of the ten best; {said}", flush=True)


def disk(home: Path) -> float:
    """Megabytes of the vector indexes."""
    return sum(file.stat().st_size for file in home.glob("data/databases/neo4j/schema/index/vector*/**/*") if file.is_file()) / 1e6


def peak() -> float:
    """Megabytes that this process has had resident at most."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def main() -> None:
    """Matcher first, then the index."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--size", type=int, default=400_000)
    size = parser.parse_args().size
    profiles = network(size)
    _ = profiles.rows
    before, start = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024, time.process_time()
    matcher = PartnerMatcher().fit(profiles)
    print(
        f"matcher: fit {time.process_time() - start:.1f} s CPU, peak {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:.0f} MB ({before:.0f} before)"
    )
    asked = [row for row in range(size) if profiles.country[row] == "KE"][:ASKED]
    matcher.candidates(profiles.ids[asked[0]])
    start = time.process_time()
    for row in asked:
        matcher.candidates(profiles.ids[row])
    print(f"matcher: candidates {1e3 * (time.process_time() - start) / len(asked):.1f} ms CPU", flush=True)
    table = vectors(profiles)
    with tempfile.TemporaryDirectory(prefix="partnergraph-vectors-") as place, running(Path(place), heap="3g", page_cache="1g") as address:
        with address.driver() as driver:
            fill(driver, profiles, table)
            measure(driver, matcher, table, asked)
        print(f"indexes on disk {disk(Path(place)):.0f} MB")


if __name__ == "__main__":
    main()
