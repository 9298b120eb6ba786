"""The demo's real municipalities and partnerships: which ones are chosen, and their ids.

The demo is chosen by rule from places that take part in known partnerships, so that it is connected: quotas for each region
of the world with and without a German partner, quotas for each German Land and size, most ties first.
"""

from __future__ import annotations

import math
import unicodedata
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass

from seeds.demo_names import OTHER_NAMES

Pair = tuple[str, str]
"""Two keys of places that are partners."""


@dataclass(frozen=True, kw_only=True)
class Place:
    """A municipality of the raw data; `key` is its GeoNames id, `id` the one it has in Partnergraph."""

    key: str
    id: str
    name: str
    names: tuple[str, ...]
    country: str
    admin1: str
    latitude: float
    longitude: float
    population: int


@dataclass(frozen=True, kw_only=True)
class Region:
    """A region of the world, and how many municipalities with and without a German partner the demo has of it."""

    countries: str
    """ISO codes of its DAC countries, separated by spaces."""
    partnered: int
    unpartnered: int


REGIONS: Mapping[str, Region] = {
    "sub-saharan": Region(
        countries="AO BF BI BJ BW CD CG CI CM CV DJ ET GA GH GM GN GW KE LR LS MG ML MR MU MW MZ NA NE NG RW SL SN ST SZ TD TG TZ UG ZA ZM ZW",
        partnered=15,
        unpartnered=52,
    ),
    "north-africa": Region(countries="DZ EG LY MA TN", partnered=3, unpartnered=16),
    "latin-america": Region(countries="AR BO BR BZ CO CR CU DO EC GT GY HN HT JM MX NI PA PE PY SV VE", partnered=14, unpartnered=37),
    "asia": Region(countries="BD BT ID IN KG KH KZ LA LK MN MY NP PH PK TH TJ TL UZ VN", partnered=10, unpartnered=24),
    "western-balkans": Region(countries="AL BA ME MK RS XK", partnered=6, unpartnered=19),
    "eastern-europe": Region(countries="AM AZ GE MD UA", partnered=10, unpartnered=12),
    "middle-east": Region(countries="IQ JO LB PS TR", partnered=10, unpartnered=12),
}
"""Where the demo's municipalities outside Germany lie."""

GERMAN = 240
"""Number of German municipalities in the demo."""

SMALLEST = 1_000
"""Inhabitants below which a place is not chosen: GeoNames' number is wrong, or nobody there could host a mission."""

ALWAYS = ("ke-kisumu",)
"""Chosen in any case: the municipality that asks in `make demo`."""

CONTESTED = frozenset(
    {
        "Alushta",
        "Bakhchysaray",
        "Donetsk",
        "Feodosiya",
        "Gagra",
        "Kerch",
        "Khankendi",
        "Luhansk",
        "Mariupol",
        "Melitopol",
        "Saki",
        "Sevastopol",
        "Simferopol",
        "Sokhumi",
        "Sudak",
        "Tiraspol",
        "Bender",
        "Yalta",
        "Yevpatoriya",
        "Rîbniţa",
        "Berdyansk",
    }
)
"""Not chosen: a partnership with them is not possible today."""

SIZES = (10_000, 20_000, 50_000, 100_000, 300_000)
"""Upper bounds of the size classes between which choices alternate; the last class is open."""

_GERMAN_LETTERS = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "ß": "ss"})
_LETTERS = str.maketrans({"ı": "i", "ø": "o", "đ": "d", "ð": "d", "ł": "l", "ə": "e", "ħ": "h", "ß": "ss", "æ": "ae", "œ": "oe", "ŋ": "n", "þ": "th"})
_DROPPED = str.maketrans(dict.fromkeys("'’‘ʻʼʿ`´", ""))


def slug(country: str, name: str) -> str:
    """The own id of a municipality: `de-muenchen`. Empty where a letter of the name has no ASCII form."""
    text = name.lower().translate(_DROPPED)
    text = text.translate(_GERMAN_LETTERS) if country == "DE" else text.translate(_LETTERS)
    folded = "".join(c for c in unicodedata.normalize("NFKD", text) if not unicodedata.combining(c))
    plain = "-".join("".join(c if c.isalnum() else " " for c in folded).split())
    return f"{country.lower()}-{plain}" if plain and plain.isascii() else ""


def places(municipalities: Iterable[Mapping[str, str]], german: Iterable[Mapping[str, str]]) -> dict[str, Place]:
    """Every usable place of the raw tables by key: not too small, with an ASCII id; in Germany only what has an official municipality key."""
    lands = {row["geonameid"]: row for row in german}
    found: dict[str, Place] = {}
    for row in municipalities:
        if row["country"] == "DE" and row["geonameid"] not in lands:
            continue
        source = lands.get(row["geonameid"], row)
        place = _place(row, source["name"], source.get("land", row["admin1"]))
        if place.population >= SMALLEST and place.id and row["name"] not in CONTESTED:
            found[place.key] = place
    return found


def _place(row: Mapping[str, str], name: str, admin1: str) -> Place:
    known = OTHER_NAMES.get(f"{row['country']} {name}", name).split("|")
    own, others = known[0], [*known[1:], *([row["name"]] if row["country"] == "DE" else [])]
    return Place(
        key=row["geonameid"],
        id=slug(row["country"], own),
        name=own,
        names=tuple(dict.fromkeys(n for n in others if n != own)),
        country=row["country"],
        admin1=admin1,
        latitude=float(row["latitude"]),
        longitude=float(row["longitude"]),
        population=int(row["population"] or 0),
    )


def kilometres(a: Place, latitude: float, longitude: float) -> float:
    """Great-circle distance of a place to a point, in kilometres."""
    p, q = math.radians(a.latitude), math.radians(latitude)
    h = math.sin((q - p) / 2) ** 2 + math.cos(p) * math.cos(q) * math.sin(math.radians(longitude - a.longitude) / 2) ** 2
    return 12_742 * math.asin(math.sqrt(h))


def is_same(place: Place, row: Mapping[str, str]) -> bool:
    """Whether a row of a municipalities file means this place.

    Either the ids are the same and it is not another place of that name (30 km), or one id begins with the other and the
    coordinates are GeoNames' own (100 m): Offenbach is Offenbach am Main, but Berlin is not Berlin Mitte.
    """
    own = row["id"]
    if not row["latitude"]:
        return own == place.id
    away = kilometres(place, float(row["latitude"]), float(row["longitude"]))
    return (own == place.id and away < 30) or ((own.startswith(f"{place.id}-") or place.id.startswith(f"{own}-")) and away < 0.1)


def in_reference(found: Mapping[str, Place], rows: Sequence[Mapping[str, str]]) -> dict[str, str]:
    """Which places a reference file has already: key of the place to its id there."""
    by_country: dict[str, list[Mapping[str, str]]] = {}
    for row in rows:
        by_country.setdefault(row["country"], []).append(row)
    return {key: row["id"] for key, place in found.items() for row in by_country.get(place.country, ()) if is_same(place, row)}


def neighbours(pairs: Iterable[Pair]) -> dict[str, set[str]]:
    """Partners of each place."""
    found: dict[str, set[str]] = {}
    for a, b in pairs:
        found.setdefault(a, set()).add(b)
        found.setdefault(b, set()).add(a)
    return found


class Choice:
    """A growing choice of places in which no id occurs twice.

    `taken` are keys of places that are there already, `reserved` the ids in use.
    """

    def __init__(self, found: Mapping[str, Place], pairs: Sequence[Pair], taken: Collection[str], reserved: Collection[str]) -> None:
        self.places = found
        self.partners = neighbours(pairs)
        self.chosen: dict[str, Place] = {}
        self.connected = set(taken)
        self.ids = set(reserved)

    def add(self, place: Place) -> None:
        """Takes a place."""
        self.chosen[place.key] = place
        self.connected.add(place.key)
        self.ids.add(place.id)

    def free(self, place: Place) -> bool:
        """Whether a place can still be taken."""
        return place.key not in self.connected and place.id not in self.ids

    def best(self, candidates: Sequence[Place]) -> Place | None:
        """The free candidate with most partners in the choice, then most partners at all."""
        free = [p for p in candidates if self.free(p)]
        return min(free, key=self._rank, default=None)

    def _rank(self, place: Place) -> tuple[int, int, str]:
        partners = self.partners.get(place.key, set())
        return -len(partners & self.connected), -len(partners), place.id

    def fill(self, groups: Sequence[Sequence[Place]], count: int) -> None:
        """Takes `count` places, one of each group in turn as long as the group lasts."""
        live = list(groups)
        while count and live:
            for group in list(live):
                place = self.best(group) if count else None
                if place is None:
                    live.remove(group)
                    continue
                self.add(place)
                count -= 1


def size_class(population: int) -> int:
    """Index of the size class of a number of inhabitants."""
    return sum(population >= bound for bound in SIZES)


def choose(found: Mapping[str, Place], pairs: Sequence[Pair], taken: Collection[str] = (), reserved: Collection[str] = ()) -> list[Place]:
    """The demo's municipalities ordered by id: quotas of `REGIONS`, then `GERMAN`.

    `taken` are keys of places that are loaded before and `reserved` the ids in use there: neither is chosen again.
    """
    choice = Choice(found, pairs, taken, reserved)
    for place in found.values():
        if place.id in ALWAYS and choice.free(place):
            choice.add(place)
    for region in REGIONS.values():
        _fill_region(choice, region)
    _fill_germany(choice)
    return sorted(choice.chosen.values(), key=lambda p: p.id)


def _fill_region(choice: Choice, region: Region) -> None:
    german = {key for key, place in choice.places.items() if place.country == "DE"}
    here = [p for p in choice.places.values() if p.country in region.countries.split() and choice.partners.get(p.key)]
    with_german = [p for p in here if choice.partners[p.key] & german]
    without = [p for p in here if not choice.partners[p.key] & german]
    choice.fill(_grouped(with_german, lambda p: p.country), region.partnered)
    choice.fill(_grouped(without, lambda p: (p.country, size_class(p.population) > 3)), region.unpartnered)


def _fill_germany(choice: Choice) -> None:
    german = [p for p in choice.places.values() if p.country == "DE"]
    southern = set(choice.connected)
    tied = [p for p in german if choice.partners.get(p.key, set()) & southern]
    choice.fill([tied], GERMAN)
    left = GERMAN - sum(p.country == "DE" for p in choice.chosen.values())
    choice.fill(_grouped([p for p in german if p not in tied], lambda p: (p.admin1, size_class(p.population))), left)


def _grouped(candidates: Sequence[Place], key: Callable[[Place], object]) -> list[list[Place]]:
    groups: dict[object, list[Place]] = {}
    for place in sorted(candidates, key=lambda p: p.id):
        groups.setdefault(key(place), []).append(place)
    return [groups[k] for k in sorted(groups, key=str)]


def partnerships(ids: Mapping[str, str], pairs: Iterable[Pair], known: Iterable[frozenset[str]]) -> list[tuple[str, str]]:
    """Ids of the two members of every known partnership between places with an id, in order, without those that are `known` already."""
    seen = set(known)
    found: set[tuple[str, str]] = set()
    for a, b in pairs:
        if a in ids and b in ids and ids[a] != ids[b] and frozenset((ids[a], ids[b])) not in seen:
            found.add((min(ids[a], ids[b]), max(ids[a], ids[b])))
    return sorted(found)
