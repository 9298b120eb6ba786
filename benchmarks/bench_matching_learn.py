"""Learns the default weights of matching from the shared data, reports how they do on municipalities held out, and writes matching/weights.json.

python benchmarks/bench_matching_learn.py [--write]
"""

from __future__ import annotations

import json
import sys
import time
from pathlib import Path

import numpy as np
from matching_data import german_south, load

from matching.evaluation import figures, ranks
from matching.learning import Example, examples, learn
from matching.partners import PartnerMatcher
from matching.profile import Profiles
from matching.weights import Weights

FOLDS = 5
TARGET = Path(__file__).resolve().parents[1] / "matching" / "weights.json"


def held_out(profiles: Profiles, found: list[Example]) -> None:
    """Prints figures where the weights were learned without the ranked seekers: all German partners hidden, only those of a fold, only the seeker's own."""
    pairs = sorted(german_south(profiles))
    hiding: dict[str, list[int | None]] = {"all German-South ties hidden": [], "those of a fifth of the seekers hidden": [], "those of the seeker hidden": []}
    for fold in range(FOLDS):
        weights = learn([example for example in found if fold_of(profiles.ids[example.seeker]) != fold])
        matcher = PartnerMatcher(defaults=weights)
        own = [pair for pair in pairs if fold_of(pair[0]) == fold]
        everywhere = ranks(profiles, pairs, matcher)
        every, fifth, alone = hiding.values()
        every += [rank for pair, rank in zip(pairs, everywhere, strict=True) if fold_of(pair[0]) == fold]
        fifth += ranks(profiles, own, matcher)
        for seeker in sorted({seeker for seeker, _ in own}):
            alone += ranks(profiles, [pair for pair in own if pair[0] == seeker], matcher)
    for name, found_ranks in hiding.items():
        print(f"{name:40} {said(found_ranks)}")


def said(found: list[int | None]) -> str:
    """The figures over some ranks, each with its standard error."""
    result = figures(found)
    gains = {
        "MRR": [1 / rank if rank else 0 for rank in found],
        "hits@10": [rank is not None and rank <= 10 for rank in found],
        "hits@50": [rank is not None and rank <= 50 for rank in found],
    }
    shown = (f"{name} {np.mean(values):.3f} ±{np.std(values) / len(found) ** 0.5:.3f}" for name, values in gains.items())
    return f"{'  '.join(shown)}  median {result.median_rank}"


def fold_of(id_: str) -> int:
    """The fold of a municipality, the same whatever else there is."""
    return int(id_.split(":")[1]) * 7919 % 1_000_003 % FOLDS


def as_json(weights: Weights) -> str:
    """The weights as the text of weights.json."""
    facets = {name: {"weight": weights.weight[name], "neutral": weights.neutral[name]} for name in weights.weight}
    return json.dumps({"facets": facets}, indent=2) + "\n"


def main() -> None:
    """Learns, reports and, with --write, writes."""
    start = time.perf_counter()
    profiles = load()
    found = examples(profiles, part=0.5)
    print(f"{len(found)} examples in {time.perf_counter() - start:.0f} s")
    weights = learn(found)
    print(dict(weights.weight))
    print(weights.neutral)
    if "--write" in sys.argv:
        TARGET.write_text(as_json(weights), encoding="utf-8")
    held_out(profiles, found)


if __name__ == "__main__":
    main()
