"""Builds the programme's part of `seeds/reference/`: phases, partnerships, participations and the municipalities they name.

    python benchmarks/build_programme.py ../shared/data seeds/reference

The directory holds `skew_partnerships.csv` (facts with their source), `municipalities.csv` and `de_municipalities_ags.csv` (GeoNames).
It is run by hand when one of them changes. What a source does not say stays empty.
"""

from __future__ import annotations

import csv
import sys
import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

from seeds.build_demo import regions

Row = Mapping[str, str]
Table = dict[str, dict[str, str]]

SUSTAINABILITY, CLIMATE = "Kommunale Nachhaltigkeitspartnerschaften", "Kommunale Klimapartnerschaften"
PROGRAMMES = {
    SUSTAINABILITY: ("sustainability", f"Municipal Partnerships for Sustainability ({SUSTAINABILITY})"),
    CLIMATE: ("climate", f"Municipal Climate Partnerships ({CLIMATE})"),
}

# A cell of the source that names two municipalities.
SEVERAL = {
    "Westerwaldkreis / VG Wallmerod": ("Westerwaldkreis", "Verbandsgemeinde Wallmerod"),
    "Corinto / El Realejo": ("Corinto", "El Realejo"),
}

# Name in its own language and other names, where they are not just what the source writes. A short form of the name, its other official languages and
# scripts, and the exonyms in the languages of the user interface; for a metropolitan municipality its largest city.
SPELLINGS: dict[str, tuple[str, str]] = {
    "Agotime-Ziope (Kpetoe)": ("Agotime-Ziope", "Kpetoe"),
    "Berlin Friedrichshain-Kreuzberg": ("", "Friedrichshain-Kreuzberg"),
    "Berlin Lichtenberg": ("", "Lichtenberg"),
    "Berlin Mitte": ("", "Mitte"),
    "Berlin Treptow-Köpenick": ("", "Treptow-Köpenick"),
    "Bijeljina": ("", "Бијељина"),
    "Bremen": ("", "Brême"),
    "Brühl (Baden)": ("Brühl", "Brühl (Baden)"),
    "Buffalo City": ("", "East London"),
    "Dhye / Surkhang": ("", "Dhye|Surkhang"),
    "Douala": ("", "Duala"),
    "Dresden": ("", "Dresde"),
    "Durban": ("", "eThekwini"),
    "Eltville am Rhein": ("", "Eltville"),
    "Goražde": ("", "Горажде"),
    "Hoan Kiem (Hanoi)": ("Hoàn Kiếm", "Hoan Kiem"),
    "Hoi An": ("Hội An", "Hoi An"),
    "Ketu South (Aflao)": ("Ketu South", "Aflao"),
    "Köln": ("", "Cologne|Colonia"),
    "Marburg": ("", "Marburg an der Lahn|Marbourg|Marburgo"),
    "Menzel Bourguiba": ("", "منزل بورقيبة"),
    "München": ("", "Munich|Múnich"),
    "Offenbach am Main": ("", "Offenbach"),
    "Oldenburg": ("", "Oldenbourg|Oldenburgo"),
    "Rio de Janeiro": ("", "Río de Janeiro"),
    "Sarajevo": ("", "Сарајево|Sarajewo"),
    "Science City of Muñoz": ("", "Muñoz"),
    "Subotica": ("", "Суботица|Szabadka"),
    "Travnik": ("", "Травник"),
    "Würzburg": ("", "Wurtzbourg|Wurzburgo"),
    "Zanzibar": ("", "Sansibar|Zanzíbar"),
    "Zemun": ("", "Земун"),
    "Zenica": ("", "Зеница"),
}

# The place in GeoNames whose coordinates a municipality has; with ", seat" where the place is only the seat of the administration, the largest city
# or one quarter of it, so that its population is not the municipality's.
PLACES = {
    "Baringo County": "195821, seat", "Berlin Lichtenberg": "2878102, seat", "Berlin Mitte": "6545310, seat", "Brühl (Baden)": "2943321",
    "Buffalo City": "1006984, seat", "Ketu South (Aflao)": "2305677, seat", "Landkreis Karlsruhe": "2892794, seat", "Landkreis Miltenberg": "2871079, seat",
    "Rhein-Kreis Neuss": "2864118, seat",
    "Rhein-Pfalz-Kreis": "2875376, seat", "Verbandsgemeinde Wallmerod": "2814553, seat", "Westerwaldkreis": "2869746, seat",
}  # fmt: skip
LAENDER = {"Berlin": "Berlin", "Kalletal": "Nordrhein-Westfalen"}
# Two municipalities of one name in Germany.
SLUGS = {"Brühl (Baden)": "bruehl-baden"}
TRANSCRIBED = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "ß": "ss", "Đ": "D", "đ": "d"})


def rows(path: Path) -> list[Row]:
    """All rows of a CSV file."""
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def slug(name: str, country: str) -> str:
    """The name in small ASCII letters with hyphens; German umlauts transcribed."""
    text = name.lower().translate(TRANSCRIBED) if country == "DE" else name
    plain = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode().lower()
    return "-".join("".join(c if c.isalnum() else " " for c in plain).split())


def municipality(written: str, country: str, geonameid: str, places: Mapping[str, Row], lands: Mapping[str, Row]) -> dict[str, str]:
    """One municipality as the source writes it, with what GeoNames knows of it."""
    name, names = SPELLINGS.get(written, ("", ""))
    key, _, seat = PLACES.get(written, geonameid).partition(", ")
    place, german = places.get(key, {}), lands.get(key, {})
    land = german.get("land", "") or LAENDER.get(written.split()[0], "")
    return {
        "id": f"{country.lower()}-{SLUGS.get(written, slug(name or written, country))}",
        "name": name or written,
        "names": names,
        "country": country,
        "admin1": land if country == "DE" else place.get("admin1", ""),
        "latitude": german.get("lat", "") or place.get("latitude", ""),
        "longitude": german.get("lon", "") or place.get("longitude", ""),
        "population": "" if seat else place.get("population", "") or german.get("population", ""),
    }


def sides(row: Row) -> Iterator[tuple[str, str, str, str, str]]:
    """Name, country, geonameid and coordinates of each municipality that a row of the source names, the German ones first."""
    for name in SEVERAL.get(row["german_municipality"], (row["german_municipality"],)):
        if name:
            yield name, "DE", row["de_geonameid"], row["de_lat"], row["de_lon"]
    first, *more = SEVERAL.get(row["partner_municipality"], (row["partner_municipality"],))
    yield first, row["partner_iso2"], row["partner_geonameid"], row["partner_lat"], row["partner_lon"]
    yield from ((name, row["partner_iso2"], "", "", "") for name in more)


def phase_of(row: Row) -> tuple[str, str]:
    """Id and number of the phase a row is about; both empty where the source names none."""
    if row["programme"] not in PROGRAMMES:
        return "", ""
    number = row["phase"].split()[0] if row["phase"] else row["status"].removeprefix("phase ") if row["status"].startswith("phase ") else ""
    return (f"{PROGRAMMES[row['programme']][0]}-{number}", number) if number else ("", "")


def phases(facts: Iterable[Row]) -> Table:
    """The phases that the source names, by id."""
    found: Table = {}
    for row in facts:
        key, number = phase_of(row)
        if not key:
            continue
        _, programme = PROGRAMMES[row["programme"]]
        title = "pilot phase" if "pilot" in row["phase"] else f"phase {number}"
        began = {"started": row["start"], "ended": row["end"]} if row["phase"] else {"started": "", "ended": ""}
        found[key] = {"id": key, "name": f"{programme.partition(' (')[0]}, {title}", "programme": programme, **began, "capacity": ""}
    return dict(sorted(found.items(), key=lambda item: (item[0].split("-")[0] != "sustainability", item[0])))


def shared(facts: Iterable[Row]) -> Iterator[list[Row]]:
    """Rows that are about one partnership: the same two sides, or several German members that share a partner."""
    groups: dict[tuple[str, str], list[Row]] = {}
    for row in facts:
        if row["german_municipality"]:
            german = "trilateral" if "trilateral" in row["status"] else row["german_municipality"]
            groups.setdefault((german, row["partner_municipality"]), []).append(row)
    yield from groups.values()


def partnership(group: list[Row], members: list[str]) -> dict[str, str]:
    """One partnership out of the rows about it. A row with a phase says when that began, not when the partnership did."""
    return {
        "id": "-".join(member.partition("-")[2] for member in members),
        "members": "|".join(members),
        "kind": "partnership" if group[0]["programme"] in PROGRAMMES else "project",
        "started": min((row["start"] for row in group if row["start"] and not row["phase"]), default=""),
        "ended": "",
        "phase": "|".join(dict.fromkeys(filter(None, (phase_of(row)[0] for row in group)))),
        "topics": "climate" if any(row["programme"] == CLIMATE for row in group) else "",
        "source": group[0]["source_url"],
    }


def write(path: Path, table: Iterable[Mapping[str, str]]) -> None:
    """Writes rows to a CSV file with a header."""
    kept = list(table)
    with path.open("w", encoding="utf-8", newline="") as file:
        out = csv.DictWriter(file, list(kept[0]), lineterminator="\n")
        out.writeheader()
        out.writerows(kept)


def main(data: Path, target: Path) -> None:
    """Reads the data and writes the four files, beside the list of regional partnerships, which names regions abroad."""
    facts = rows(data / "skew_partnerships.csv")
    places = {row["geonameid"]: row for row in rows(data / "municipalities.csv")}
    lands = {row["geonameid"]: row for row in rows(data / "de_municipalities_ags.csv")}
    names = regions({"regional_partnerships": rows(target / "regional_partnerships.csv")})
    towns: Table = {}
    ids: dict[str, str] = {}
    for row in facts:
        for written, country, geonameid, latitude, longitude in sides(row):
            town = municipality(written, country, geonameid, places, lands)
            ids[written] = town["id"]
            town["admin1"] = names.get((country, town["admin1"]), town["admin1"])
            towns[town["id"]] = town | {"latitude": town["latitude"] or latitude, "longitude": town["longitude"] or longitude}
    partnerships: Table = {}
    joined: list[dict[str, str]] = []
    for group in shared(facts):
        each = partnership(group, list(dict.fromkeys(sorted((ids[side[0]] for row in group for side in sides(row)), key=lambda i: not i.startswith("de-")))))
        partnerships[each["id"]] = each
        known = {phase_of(row)[0]: row for row in group if row["phase"]}
        joined += [{"partnership": each["id"], "phase": phase, "joined": row["start"], "left": row["end"]} for phase, row in known.items()]
    write(target / "phases.csv", phases(facts).values())
    write(target / "municipalities.csv", [towns[key] for key in sorted(towns)])
    write(target / "partnerships.csv", partnerships.values())
    write(target / "participations.csv", joined)


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
