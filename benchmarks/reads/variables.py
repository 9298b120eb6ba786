"""The benchmark's variables: drawn from the network's files by a fixed seed, so that every server gets the same rows."""

from __future__ import annotations

import csv
import functools
import random
from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path

from graph_api.schema.nodes import encode_cursor

Rows = Sequence[Mapping[str, object]]

TEXTS = (
    "waste management", "bonn", "ségob", "kreis", "university", "schneider", "mombasa", "climate", "department of transport",
    "business of stein", "anna", "politics", "water", "health", "synthetic academia", "neustadt", "groß", "energy", "education", "santa",
)  # fmt: skip


@functools.cache
def rows(directory: Path) -> dict[str, Rows]:
    """The variables of each operation, in our form; `for_dialect` gives those of others."""
    draw = random.Random(7)
    places = {row["id"]: row["country"] for row in _read(directory, "municipalities")}
    offices = {row["municipality"] for row in _read(directory, "departments")}
    pairs = Counter((places[row["municipality"]], row["goal"]) for row in _read(directory, "focuses") if row["goal"])
    common = [pair for pair, number in sorted(pairs.items()) if number > 60]
    countries = [country for country, number in sorted(Counter(places.values()).items()) if number >= 100]
    ids = sorted(places)
    return {
        "Q1": [{"id": f"municipality:{own}"} for own in draw.sample(ids, 500)],
        "Q2": [{"country": country, "goal": f"sdg_goal:{goal}", "first": 50} for country, goal in draw.sample(common, min(100, len(common)))],
        "Q3": [{"country": country, "first": 50} for country in draw.sample(countries, min(60, len(countries)))],
        "Q4": [{"id": f"municipality:{own}"} for own in draw.sample(sorted(offices), 400)],
        "Q5": [{"text": text, "first": 20} for text in TEXTS],
        "Q6": [{"after": f"municipality:{ids[at]}", "offset": at + 1, "first": 500} for at in sorted(draw.sample(range(len(ids) - 600), 10))],
    }


def for_dialect(dialect: str, row: Mapping[str, object]) -> Mapping[str, object]:
    """A row as a server wants it: our pages begin after a cursor, a hand-written one after an id, those of @neo4j/graphql at an offset."""
    own = row.get("after")
    return {**row, "after": encode_cursor((str(own), str(own)))} if own and dialect == "ours" else row


def _read(directory: Path, stem: str) -> list[dict[str, str]]:
    with (directory / "network" / f"{stem}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))
