"""Makes `seeds/demo/*.csv`: `python -m seeds.build_demo RAW_DATA_DIRECTORY [--reference DIR] [--output DIR]`.

Run by hand when the raw data or the reference seeds change; the result is checked in. The raw directory holds
`municipalities.csv`, `de_municipalities_ags.csv` and `twinnings.csv` as `seeds/README.md` describes them. The same input
gives the same bytes.
"""

from __future__ import annotations

import argparse
import csv
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from seeds import demo_inventions, demo_journeys, demo_places
from seeds.demo_inventions import World
from seeds.demo_journeys import Members
from seeds.demo_places import Pair, Place
from seeds.demo_setting import Topic

SEED = 2030
"""Seed of everything invented."""

HERE = Path(__file__).parent

Row = Mapping[str, str]
Tables = dict[str, list[dict[str, str]]]
"""Rows of each file by its name without `.csv`."""

SOURCE = "Wikidata and Wikipedia lists, 2016-2026"


def build(raw: Mapping[str, Sequence[Row]], reference: Mapping[str, Sequence[Row]], seed: int = SEED) -> Tables:
    """All demo files from the raw tables and the reference files, both by name without `.csv`; no input or output of its own."""
    found = demo_places.places(raw["municipalities"], raw["de_municipalities_ags"])
    pairs: list[Pair] = [(row["geonameid_a"], row["geonameid_b"]) for row in raw["twinnings"]]
    listed = reference.get("municipalities", ())
    taken = demo_places.in_reference(found, listed)
    places = demo_places.choose(found, pairs, taken, {row["id"] for row in listed})
    known = [frozenset((a, b)) for row in reference.get("partnerships", ()) for a in row["members"].split("|") for b in row["members"].split("|") if a != b]
    members = demo_places.partnerships(taken | {p.key: p.id for p in places}, pairs, known)
    german = {row["id"] for row in (*listed, *map(vars, places)) if row["country"] == "DE"}
    world = World(
        places=[*places, *(_listed(row) for row in listed)],
        partnered=frozenset(_partnered(members, known, german)),
        languages={row["id"]: _cells(row["languages"]) for row in reference["countries"]},
        topics=topics(reference),
        seed=seed,
    )
    return tables(world, places, members, regions(reference))


def tables(world: World, chosen: Sequence[Place], members: Sequence[Members], names: Mapping[tuple[str, str], str]) -> Tables:
    """All demo files, in the order in which they can be loaded; `chosen` are the places that no other file has, `names` those of regions abroad."""
    departments, stakeholders = demo_inventions.departments(world), demo_inventions.stakeholders(world)
    experts = demo_inventions.experts(world, departments, stakeholders)
    offices, others = demo_journeys.by_municipality(departments), demo_journeys.by_municipality(stakeholders)
    return {
        "municipalities": [_municipality(world, place, names) for place in chosen],
        "departments": departments,
        "stakeholders": stakeholders,
        "experts": experts,
        "phases": demo_journeys.phases(),
        "partnerships": [_partnership(pair) | demo_journeys.involved(world, pair, offices, others) for pair in members],
        "missions": demo_journeys.missions(world, members, experts, departments),
        "events": demo_journeys.events(world, members),
        "focuses": demo_inventions.focuses(world, departments),
        "attendances": demo_journeys.attendances(world, members, experts, stakeholders),
    }


def regions(reference: Mapping[str, Sequence[Row]]) -> dict[tuple[str, str], str]:
    """Names of the regions abroad that a Land is partnered with, by country and code."""
    return {(row["country"], code): name for row in reference.get("regional_partnerships", ()) if row["regions"] for name, code in [_cells(row["regions"])]}


def topics(reference: Mapping[str, Sequence[Row]]) -> list[Topic]:
    """The reference topics with the targets they serve and the topics they belong to."""
    return [Topic(id=r["id"], targets=_cells(r["targets"]), broader=_cells(r["broader"])) for r in reference["topics"]]


def _cells(text: str) -> tuple[str, ...]:
    return tuple(part for part in text.split("|") if part)


def _partnered(members: Iterable[tuple[str, str]], known: Iterable[frozenset[str]], german: set[str]) -> set[str]:
    """Ids of everybody with a German partner."""
    pairs = [*map(frozenset, members), *known]
    return {a for pair in pairs for a in pair if any(b in german for b in pair - {a})}


def _listed(row: Row) -> Place:
    """A municipality of the reference seeds, around which the demo invents too."""
    return Place(
        key="",
        id=row["id"],
        name=row["name"],
        names=(),
        country=row["country"],
        admin1=row["admin1"],
        latitude=float(row["latitude"] or 0),
        longitude=float(row["longitude"] or 0),
        population=int(row["population"] or 0),
    )


def _municipality(world: World, place: Place, names: Mapping[tuple[str, str], str]) -> dict[str, str]:
    return {
        "id": place.id,
        "name": place.name,
        "names": "|".join(place.names),
        "country": place.country,
        "admin1": place.admin1 if place.country == "DE" else names.get((place.country, place.admin1), ""),
        "latitude": f"{place.latitude:.4f}",
        "longitude": f"{place.longitude:.4f}",
        "population": str(place.population),
        **demo_inventions.flags(world, place),
    }


def _partnership(members: Members) -> dict[str, str]:
    return {"id": demo_journeys.partnership_id(members), "members": "|".join(members), "kind": "partnership", "source": SOURCE}


def read(path: Path) -> list[dict[str, str]]:
    """Rows of a CSV file."""
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def write(tables: Tables, directory: Path) -> None:
    """Writes each table as a CSV file in UTF-8 with LF line ends; the first row's keys are the header. A table without rows gets no file."""
    directory.mkdir(parents=True, exist_ok=True)
    for name, rows in tables.items():
        path = directory / f"{name}.csv"
        if not rows:
            path.unlink(missing_ok=True)
            continue
        with path.open("w", encoding="utf-8", newline="") as file:
            writer = csv.DictWriter(file, list(rows[0]), lineterminator="\n")
            writer.writeheader()
            writer.writerows(rows)


def main(arguments: Sequence[str] | None = None) -> None:
    """Reads, builds and writes; prints the number of rows of each file."""
    parser = argparse.ArgumentParser(description="Makes the demo seeds from raw data.")
    parser.add_argument("raw", type=Path, help="directory with municipalities.csv, de_municipalities_ags.csv and twinnings.csv")
    parser.add_argument("--reference", type=Path, default=HERE / "reference", help="directory of the reference seeds")
    parser.add_argument("--output", type=Path, default=HERE / "demo", help="directory to write to")
    chosen = parser.parse_args(arguments)
    raw = {name: read(chosen.raw / f"{name}.csv") for name in ("municipalities", "de_municipalities_ags", "twinnings")}
    tables = build(raw, {path.stem: read(path) for path in sorted(chosen.reference.glob("*.csv"))})
    write(tables, chosen.output)
    for name, rows in tables.items():
        print(f"{name}.csv: {len(rows)} rows")


if __name__ == "__main__":
    main()
