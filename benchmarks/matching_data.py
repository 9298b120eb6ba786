"""Shared data: the real municipalities and twinnings as `Profiles`, for the measurements of matching."""

from __future__ import annotations

import csv
import os
from pathlib import Path

import numpy as np

import seeds
from matching.profile import Profiles, RegionalTie, Territory

SHARED = Path(os.environ.get("PARTNERGRAPH_SHARED_DATA", Path(__file__).resolve().parents[2] / "shared" / "data"))
"""Folder of the real data, which is no part of the repository."""


def read(name: str) -> list[dict[str, str]]:
    """Rows of one file of the shared data."""
    with (SHARED / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def load() -> Profiles:
    """All municipalities with all twinnings of the shared data; where there are none, says so and ends the measurement without a failure."""
    if not SHARED.is_dir():
        print(f"not measured: there is no folder {SHARED} (PARTNERGRAPH_SHARED_DATA names another)")
        raise SystemExit(0)
    rows = read("municipalities.csv")
    return Profiles.build(
        ids=[f"municipality:{row['geonameid']}" for row in rows],
        names=[row["name"] for row in rows],
        country=[row["country"] for row in rows],
        admin1=[row["admin1"] or None for row in rows],
        latitude=[float(row["latitude"]) for row in rows],
        longitude=[float(row["longitude"]) for row in rows],
        population=[float(row["population"]) or np.nan if row["population"] else np.nan for row in rows],
        eligible={row["iso2"] for row in read("dac_list_2024_25.csv") if row["on_list_2024_25"] == "1"},
        ties=[(f"municipality:{row['geonameid_a']}", f"municipality:{row['geonameid_b']}") for row in read("twinnings.csv")],
        regional=regional(),
    )


def regional() -> tuple[RegionalTie, ...]:
    """The partnerships of Länder that are shipped."""
    (path,) = (path for path in seeds.files("reference") if path.stem == "regional_partnerships")
    with path.open(encoding="utf-8", newline="") as file:
        return tuple(RegionalTie(id=row["id"], ends=(end("DE", row["land"]), end(row["country"], row["regions"]))) for row in csv.DictReader(file))


def end(country: str, regions: str) -> Territory:
    """One end of such a partnership, from its cells."""
    return Territory(country=country, regions=tuple(filter(None, regions.split("|"))))


def german_south(profiles: Profiles) -> list[tuple[str, str]]:
    """Pairs (municipality of the Global South, its German partner) among the ties."""
    pairs: list[tuple[str, str]] = []
    for a, b in zip(profiles.ties.a.tolist(), profiles.ties.b.tolist(), strict=True):
        for seeker, partner in ((a, b), (b, a)):
            if profiles.eligible[seeker] and profiles.country[partner] == "DE":
                pairs.append((profiles.ids[seeker], profiles.ids[partner]))
    return pairs
