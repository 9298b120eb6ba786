"""Data to begin with: reference, demo, synthetic; yields plain rows."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

ORDER = (
    "countries",
    "sdg_goals",
    "sdg_targets",
    "topics",
    "regional_partnerships",
    "phases",
    "municipalities",
    "departments",
    "stakeholders",
    "experts",
    "partnerships",
    "memberships",
    "participations",
    "focuses",
    "missions",
    "events",
    "attendances",
    "support_offers",
)
"""Stems of the files in the order of loading: what is named stands before what names it."""


def files(dataset: Literal["reference", "demo"]) -> tuple[Path, ...]:
    """The CSV files of a data set, in the order of loading.

    `demo` gives the demo's own files only, which name records of `reference`: load that first, or both together. Raises
    ValueError for another name, and where a file of the data set has a name that is not in `ORDER`.
    """
    if dataset not in ("reference", "demo"):
        raise ValueError(f"there is no data set {dataset!r}; allowed: reference, demo")
    found = {path.stem: path for path in (Path(__file__).parent / dataset).glob("*.csv")}
    if strange := sorted(found.keys() - set(ORDER)):
        raise ValueError(f"{dataset} has files that are not known: {', '.join(strange)}; allowed: {', '.join(ORDER)}")
    return tuple(found[stem] for stem in ORDER if stem in found)
