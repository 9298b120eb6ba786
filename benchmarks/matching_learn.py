"""Learns the default weights of matching from the shared data, reports how they do on municipalities held out, and writes matching/weights.json.

python benchmarks/matching_learn.py [--write]
"""

from __future__ import annotations

import json
import sys
import time
from pathlib import Path

from matching_data import german_south, load

from matching.evaluation import figures, ranks
from matching.learning import Example, examples, learn
from matching.partners import PartnerMatcher
from matching.profile import Profiles
from matching.weights import Weights

FOLDS = 5
TARGET = Path(__file__).resolve().parents[1] / "matching" / "weights.json"


def held_out(profiles: Profiles, found: list[Example]) -> None:
    """Prints figures where the weights were learned without the ranked seekers: all German partners hidden, and only those of a fold."""
    pairs = sorted(german_south(profiles))
    all_hidden: list[int | None] = []
    fold_hidden: list[int | None] = []
    for fold in range(FOLDS):
        weights = learn([example for example in found if fold_of(profiles.ids[example.seeker]) != fold])
        matcher = PartnerMatcher(defaults=weights)
        own = [pair for pair in pairs if fold_of(pair[0]) == fold]
        everywhere = ranks(profiles, pairs, matcher)
        all_hidden += [rank for pair, rank in zip(pairs, everywhere, strict=True) if fold_of(pair[0]) == fold]
        fold_hidden += ranks(profiles, own, matcher)
    for name, found_ranks in (("all German–South ties hidden", all_hidden), ("those of a fifth of the seekers hidden", fold_hidden)):
        result = figures(found_ranks)
        print(f"{name:40} MRR {result.mrr:.3f}  hits@10 {result.hits_at_10:.3f}  hits@50 {result.hits_at_50:.3f}  median {result.median_rank}")


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
