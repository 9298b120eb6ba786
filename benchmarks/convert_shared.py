"""Turns the raw list of places and twinnings into import files of the contract, some German–Global South pairs held out if wanted.

    python benchmarks/convert_shared.py OUTDIR [--data ../shared/data]
    python benchmarks/convert_shared.py OUTDIR --hold-out-german-south PAIRS.csv [--share 0.2] [--seed 1]

Writes `municipalities.csv` (id = geonameid) and `partnerships.csv` (id = `tw-<a>-<b>`) into OUTDIR. Held-out pairs are written as `seeker,partner`
(the seeker in a country of the DAC list, the partner German) and left out of `partnerships.csv`; with `--pairs-only` nothing but them is written.
"""

from __future__ import annotations

import argparse
import csv
import random
from collections.abc import Iterable, Iterator
from pathlib import Path

COLUMNS = ("name", "country", "admin1", "latitude", "longitude", "population")

Pair = tuple[str, str]


def rows(path: Path) -> Iterator[dict[str, str]]:
    """The rows of a CSV file, one after the other."""
    with path.open(encoding="utf-8", newline="") as file:
        yield from csv.DictReader(file)


def write(path: Path, header: Iterable[str], records: Iterable[Iterable[str]]) -> int:
    """Writes a CSV file; gives the number of rows."""
    count = 0
    with path.open("w", encoding="utf-8", newline="") as file:
        out = csv.writer(file, lineterminator="\n")
        out.writerow(header)
        for count, record in enumerate(records, 1):  # noqa: B007 - the count is the answer
            out.writerow(record)
    return count


def german_south(data: Path) -> list[Pair]:
    """All twinnings between a municipality of a country on the DAC list and a German one, as (seeker, partner), sorted by id."""
    south = {row["iso2"] for row in rows(data / "dac_list_2024_25.csv") if row["on_list_2024_25"] == "1"}
    country = {row["geonameid"]: row["country"] for row in rows(data / "municipalities.csv")}
    found: set[Pair] = set()
    for row in rows(data / "twinnings.csv"):
        a, b = row["geonameid_a"], row["geonameid_b"]
        for seeker, partner in ((a, b), (b, a)):
            if country.get(seeker) in south and country.get(partner) == "DE":
                found.add((seeker, partner))
    return sorted(found)


def held_out(pairs: list[Pair], share: float, seed: int) -> list[Pair]:
    """A share of the pairs, drawn at random: the same seed gives the same pairs. `share` is from 0 to 1."""
    return sorted(random.Random(seed).sample(pairs, round(share * len(pairs))))


def convert(data: Path, target: Path, hidden: Iterable[Pair]) -> tuple[int, int]:
    """Writes both files; gives the numbers of municipalities and partnerships."""
    target.mkdir(parents=True, exist_ok=True)
    left_out = {frozenset(pair) for pair in hidden}
    places = ([row["geonameid"], *(row[column] for column in COLUMNS)] for row in rows(data / "municipalities.csv"))
    twinnings = ((row["geonameid_a"], row["geonameid_b"]) for row in rows(data / "twinnings.csv"))
    known = ([f"tw-{a}-{b}", f"{a}|{b}", "partnership"] for a, b in twinnings if frozenset((a, b)) not in left_out)
    return write(target / "municipalities.csv", ("id", *COLUMNS), places), write(target / "partnerships.csv", ("id", "members", "kind"), known)


def main() -> None:
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("outdir", type=Path, metavar="OUTDIR")
    parser.add_argument("--data", type=Path, default=Path(__file__).parents[2] / "shared" / "data", help="directory of the raw data")
    parser.add_argument("--hold-out-german-south", type=Path, metavar="PAIRS.csv", help="write held-out pairs here and leave them out of partnerships.csv")
    parser.add_argument("--share", type=float, default=0.2, help="share of the German–Global South pairs that is held out, from 0 to 1 (default 0.2)")
    parser.add_argument("--seed", type=int, default=1, help="another seed holds out other pairs (default 1)")
    parser.add_argument("--pairs-only", action="store_true", help="write only the held-out pairs")
    chosen = parser.parse_args()
    if not 0 <= chosen.share <= 1:
        parser.error(f"--share is from 0 to 1, not {chosen.share}")
    hidden: list[Pair] = []
    if chosen.hold_out_german_south:
        pairs = german_south(chosen.data)
        hidden = held_out(pairs, chosen.share, chosen.seed)
        write(chosen.hold_out_german_south, ("seeker", "partner"), hidden)
        print(f"{len(hidden)} of {len(pairs)} German–Global South pairs held out")
    elif chosen.pairs_only:
        parser.error("--pairs-only needs --hold-out-german-south PAIRS.csv")
    if not chosen.pairs_only:
        municipalities, partnerships = convert(chosen.data, chosen.outdir, hidden)
        print(f"{municipalities} municipalities, {partnerships} partnerships")


if __name__ == "__main__":
    main()
