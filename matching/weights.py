"""Weights: how much each facet counts, and what an unknown one is taken for; the learned defaults are in weights.json."""

from __future__ import annotations

import functools
import hashlib
import json
import math
from collections.abc import Mapping
from dataclasses import dataclass
from importlib import resources
from typing import Any


@dataclass(frozen=True, kw_only=True)
class Weights:
    """Weight of each facet, and the score that stands in where a candidate's is unknown (what one may expect of anybody)."""

    weight: Mapping[str, float]
    neutral: Mapping[str, float]

    @functools.cached_property
    def version(self) -> str:
        """A short mark that changes with any weight."""
        text = json.dumps([sorted(self.weight.items()), sorted(self.neutral.items())])
        return hashlib.sha256(text.encode()).hexdigest()[:8]

    def changed(self, weights: Mapping[str, float] | None) -> Weights:
        """These weights with some replaced.

        Raises `ValueError` for a name that is no facet, a weight that is negative or not finite, or when all are zero.
        """
        for name, weight in (weights or {}).items():
            if name not in self.weight:
                raise ValueError(f"no facet {name!r}; allowed are {', '.join(self.weight)}")
            if not (math.isfinite(weight) and weight >= 0):
                raise ValueError(f"weight of {name} is {weight}, allowed are numbers from 0")
        changed = Weights(weight={**self.weight, **(weights or {})}, neutral=self.neutral)
        if not any(changed.weight.values()):
            raise ValueError("every weight is 0, at least one facet must count")
        return changed


@functools.cache
def default_weights() -> Weights:
    """The learned weights (see benchmarks/bench_matching_learn.py)."""
    learned: dict[str, Any] = json.loads(resources.files("matching").joinpath("weights.json").read_text(encoding="utf-8"))
    return Weights(
        weight={name: facet["weight"] for name, facet in learned["facets"].items()},
        neutral={name: facet["neutral"] for name, facet in learned["facets"].items()},
    )
