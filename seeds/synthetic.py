"""Networks of any size for measurements, with the demo's statistics; everything in them is invented and has ids that begin with `syn-`.

They name countries, goals, targets and topics of the reference seeds: load those first. Rows are made one at a time, so that
memory does not grow with the network. The same arguments give the same rows on every machine.
"""

from __future__ import annotations

import csv
import datetime
import itertools
import math
import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from seeds.syllables import Country, countries, name

Row = list[str]
Table = tuple[str, tuple[str, ...], Iterator[Row]]
"""Stem of a file, its columns, its rows."""

REALMS = ("politics", "business", "academia", "civil_society")
FIRST_DAY = datetime.date(2024, 1, 1)
DAYS = 1_050
"""Statements were confirmed on one of so many days from `FIRST_DAY`."""


@dataclass(frozen=True, kw_only=True)
class Statistics:
    """What a network looks like. The defaults are those of the demo, or of all known twinnings where that is said.

    With the default of `described` there are about 12 links for each municipality, with 1 about 28.
    """

    german: float = 0.5
    """Share of German municipalities."""
    described: float = 0.36
    """Share of municipalities with the demo's departments, experts, stakeholders and focuses; of the others only partnerships are known."""
    departments: tuple[float, ...] = (0.32, 0.0, 0.14, 0.21, 0.24, 0.09)
    """Shares of described municipalities with 0, 1, 2, … departments."""
    experts: tuple[float, ...] = (0.33, 0.5, 0.17)
    """Shares of departments with 0, 1, 2, … experts."""
    stakeholders: tuple[float, ...] = (0.48, 0.13, 0.13, 0.13, 0.13)
    """Shares of described municipalities with 0, 1, 2, … stakeholders."""
    topics: tuple[float, ...] = (0.0, 0.35, 0.4, 0.25)
    """Shares of departments, experts and stakeholders with 0, 1, 2, … topics."""
    german_seeks: tuple[int, int] = (1, 4)
    """Fewest and most subjects that a described German municipality seeks."""
    german_offers: tuple[int, int] = (3, 6)
    southern_seeks: tuple[int, int] = (2, 6)
    southern_offers: tuple[int, int] = (1, 4)
    works_on: tuple[int, int] = (0, 2)
    subjects: tuple[float, float, float] = (0.82, 0.11, 0.07)
    """Shares of topics, targets and goals among subjects."""
    field_loyalty: float = 0.6
    """Share of subjects next to one another in the list of topics, which is one field of work."""
    partnerships: float = 1.78
    """Partnerships for each municipality (known twinnings: mean degree 3.56)."""
    three_members: float = 0.02
    """Share of partnerships with a third member."""
    hubs: tuple[float, float] = (0.35, 0.002)
    """How unequal the numbers of partners are: of the municipality at the relative rank r (0 to 1) it is proportional to (r + second) ** (first - 1).

    Known twinnings have a median of 2, a ninetieth percentile of 8, a ninety-ninth of 29 and a maximum of 111.
    """
    population: tuple[float, float] = (27_000, 1.3)
    """Median number of inhabitants in Germany (elsewhere seven times that) and standard deviation of its logarithm."""


@dataclass(frozen=True, kw_only=True)
class Subjects:
    """Ids of what can be sought and offered; `topics` in an order in which neighbours belong together."""

    topics: tuple[str, ...]
    targets: tuple[str, ...]
    goals: tuple[str, ...] = field(default_factory=lambda: tuple(map(str, range(1, 18))))


def reference_subjects() -> Subjects:
    """The subjects of the reference seeds."""
    here = Path(__file__).parent / "reference"

    def ids(stem: str) -> tuple[str, ...]:
        with (here / f"{stem}.csv").open(encoding="utf-8", newline="") as file:
            return tuple(row["id"] for row in csv.DictReader(file))

    return Subjects(topics=ids("topics"), targets=ids("sdg_targets"), goals=ids("sdg_goals"))


def network(municipalities: int, seed: int = 0, *, statistics: Statistics | None = None, subjects: Subjects | None = None) -> Iterator[Table]:
    """The files of a network of `municipalities` (at least 2) in the order of loading; without `subjects` those of the reference seeds.

    Each table's rows can be read once, in any order of the tables. Raises ValueError for fewer than two municipalities.
    """
    if municipalities < 2:
        raise ValueError(f"{municipalities} municipalities make no network; allowed: 2 or more")
    maker = _Maker(municipalities, seed, statistics or Statistics(), subjects or reference_subjects())
    yield "municipalities", ("id", "name", "country", "latitude", "longitude", "population", "seeking", "capacity", "verified_on"), maker.municipalities()
    yield "departments", ("id", "name", "municipality", "topics", "verified_on"), maker.departments()
    yield "stakeholders", ("id", "name", "realm", "municipality", "topics", "verified_on"), maker.stakeholders()
    yield (
        "experts",
        ("id", "name", "department", "topics", "languages", "available_from", "available_to", "email", "consent", "verified_on"),
        maker.experts(),
    )
    yield "partnerships", ("id", "members", "kind", "started", "source"), maker.partnerships()
    yield "focuses", ("municipality", "topic", "goal", "target", "direction", "weight", "evidence", "verified_on"), maker.focuses()


def write(directory: Path, municipalities: int, seed: int = 0, *, statistics: Statistics | None = None) -> dict[str, int]:
    """Writes the files of `network` into a directory as CSV (UTF-8, LF); gives the number of rows of each stem."""
    directory.mkdir(parents=True, exist_ok=True)
    written: dict[str, int] = {}
    for stem, columns, rows in network(municipalities, seed, statistics=statistics):
        with (directory / f"{stem}.csv").open("w", encoding="utf-8", newline="") as file:
            writer = csv.writer(file, lineterminator="\n")
            writer.writerow(columns)
            written[stem] = 0
            for row in rows:
                writer.writerow(row)
                written[stem] += 1
    return written


def _cumulative(shares: Sequence[float]) -> tuple[float, ...]:
    total = sum(shares)
    return tuple(s / total for s in itertools.accumulate(shares))


def _index(sums: Sequence[float], u: float) -> int:
    for index, bound in enumerate(sums):
        if u < bound:
            return index
    return len(sums) - 1


_MASK = (1 << 64) - 1


def _mixed(number: int, salt: int) -> float:
    """A number in [0, 1) that looks random and depends on a number and a salt only (splitmix64, Steele et al. 2014)."""
    z = (number * 0x9E3779B97F4A7C15 + salt * 0xD1B54A32D192ED03) & _MASK
    z = ((z ^ (z >> 30)) * 0xBF58476D1CE4E5B9) & _MASK
    z = ((z ^ (z >> 27)) * 0x94D049BB133111EB) & _MASK
    return (z ^ (z >> 31)) / (1 << 64)


class _Maker:
    """Makes rows; what several files have to agree on (a municipality's country, its number of departments) depends on its number and the seed alone."""

    def __init__(self, count: int, seed: int, statistics: Statistics, subjects: Subjects) -> None:
        self._count = count
        self._seed = seed
        self._statistics = statistics
        self._subjects = subjects
        self._countries = countries()
        self._weights = _cumulative([c.weight for c in self._countries[1:]])
        self._topic_counts = _cumulative(statistics.topics)
        exponent, shift = statistics.hubs
        self._ranks = (shift**exponent, (1 + shift) ** exponent)
        self._stride = next(s for s in range(max(1, int(count * 0.618)), 2 * count) if math.gcd(s, count) == 1)

    # ── what several files agree on ───────────────────────────────────────────────────────────────────────────────────

    def _share(self, number: int, salt: int) -> float:
        return _mixed(number, self._seed * 64 + salt)

    def _country(self, number: int) -> Country:
        if self._share(number, 1) < self._statistics.german:
            return self._countries[0]
        return self._countries[1 + _index(self._weights, self._share(number, 2))]

    def _id(self, number: int) -> str:
        return f"syn-{self._country(number).code.lower()}-{number:06}"

    def _described(self) -> Iterator[tuple[int, Country, str]]:
        for number in range(self._count):
            if self._share(number, 3) < self._statistics.described:
                country = self._country(number)
                yield number, country, f"syn-{country.code.lower()}-{number:06}"

    def _offices(self) -> Iterator[tuple[Country, str, str, int]]:
        """Country and id of each municipality with departments, the id of the department, and the topic it begins with."""
        sums = _cumulative(self._statistics.departments)
        for number, country, owner in self._described():
            for office in range(_index(sums, self._share(number, 4))):
                topic = int(self._share(number * 8 + office, 5) * len(self._subjects.topics))
                yield country, owner, f"{owner}-{office + 1}", topic

    def _random(self, what: str) -> random.Random:
        return random.Random(f"{self._seed}:{what}")  # noqa: S311 - nothing secret

    def _topics_from(self, u: float, topic: int) -> str:
        ids = self._subjects.topics
        return "|".join(ids[(topic + i) % len(ids)] for i in range(_index(self._topic_counts, u)))

    # ── files ─────────────────────────────────────────────────────────────────────────────────────────────────────────

    def municipalities(self) -> Iterator[Row]:
        rng = self._random("municipalities")
        median, deviation = self._statistics.population
        for number in range(self._count):
            country = self._country(number)
            middle = median if country.code == "DE" else 7 * median
            people = min(20_000_000, max(1_000, int(rng.lognormvariate(math.log(middle), deviation))))
            latitude = min(80.0, max(-55.0, rng.gauss(country.latitude, country.spread)))
            longitude = min(179.0, max(-179.0, rng.gauss(country.longitude, country.spread)))
            u = rng.random()
            seeking, capacity = ("true" if u < 0.55 else "false" if u < 0.75 else ""), ("0" if u < 0.14 else "1" if u < 0.6 else "2" if u < 0.75 else "")
            yield [
                f"syn-{country.code.lower()}-{number:06}",
                name(rng, country),
                country.code,
                f"{latitude:.4f}",
                f"{longitude:.4f}",
                str(people),
                seeking,
                capacity,
                _day(rng) if seeking else "",
            ]

    def departments(self) -> Iterator[Row]:
        rng = self._random("departments")
        for _country, owner, identity, topic in self._offices():
            about = self._subjects.topics[topic]
            yield [identity, f"Synthetic department of {about.replace('-', ' ')}", owner, self._topics_from(rng.random(), topic), _day(rng)]

    def stakeholders(self) -> Iterator[Row]:
        rng, sums = self._random("stakeholders"), _cumulative(self._statistics.stakeholders)
        for _number, country, owner in self._described():
            for each in range(_index(sums, rng.random())):
                topic, realm = int(rng.random() * len(self._subjects.topics)), REALMS[int(rng.random() * 4)]
                label = f"Synthetic {realm.replace('_', ' ')} of {name(rng, country)}"
                yield [f"{owner}-s{each + 1}", label, realm, owner, self._topics_from(rng.random(), topic), _day(rng)]

    def experts(self) -> Iterator[Row]:
        rng, sums = self._random("experts"), _cumulative(self._statistics.experts)
        for country, _owner, office, topic in self._offices():
            for each in range(_index(sums, rng.random())):
                start, identity = int(rng.random() * 600), f"{office}-e{each + 1}"
                yield [
                    identity,
                    f"{country.person(rng.random(), rng.random())}",
                    office,
                    self._topics_from(rng.random(), topic),
                    "|".join(dict.fromkeys((country.language, "en", *(("fr",) if rng.random() < 0.25 else ())))),
                    _iso(start, datetime.date(2026, 1, 1)),
                    _iso(start + 30 + int(rng.random() * 300), datetime.date(2026, 1, 1)),
                    f"{identity}@example.org",
                    "true" if rng.random() < 0.7 else "false",
                    _day(rng),
                ]

    def partnerships(self) -> Iterator[Row]:
        rng, more = self._random("partnerships"), self._statistics
        for number in range(round(self._count * more.partnerships)):
            first, second = self._member(rng), self._member(rng)
            members = [first, second if second != first else (first + 1) % self._count]
            third = self._member(rng) if rng.random() < more.three_members else first
            if third not in members:
                members.append(third)
            year = 1950 + int(75 * math.sqrt(rng.random()))
            yield [f"syn-{number:07}", "|".join(map(self._id, members)), "partnership", str(year), "synthetic"]

    def _member(self, rng: random.Random) -> int:
        """A municipality; some of them (spread over all numbers) are drawn much more often than others."""
        exponent, shift = self._statistics.hubs
        low, high = self._ranks
        rank = (low + rng.random() * (high - low)) ** (1 / exponent) - shift
        return min(self._count - 1, max(0, int(rank * self._count))) * self._stride % self._count

    def focuses(self) -> Iterator[Row]:
        rng, more = self._random("focuses"), self._statistics
        for _number, country, owner in self._described():
            home = int(rng.random() * len(self._subjects.topics))
            german = country.code == "DE"
            ranges = (more.german_seeks, more.german_offers) if german else (more.southern_seeks, more.southern_offers)
            said: set[tuple[str, str, str, str]] = set()
            for direction, (low, high) in zip(("seeks", "offers", "works_on"), (*ranges, more.works_on), strict=True):
                for _ in range(low + int(rng.random() * (high - low + 1))):
                    said.add((*self._subject(rng, home), direction))
            for topic, goal, target, direction in sorted(said):
                yield [owner, topic, goal, target, direction, f"{(6 + int(rng.random() * 15)) / 20:g}", "synthetic", _day(rng)]

    def _subject(self, rng: random.Random, home: int) -> tuple[str, str, str]:
        u, subjects, shares = rng.random(), self._subjects, self._statistics.subjects
        if u >= shares[0] + shares[1]:
            return "", subjects.goals[int(rng.random() * len(subjects.goals))], ""
        if u >= shares[0]:
            return "", "", subjects.targets[int(rng.random() * len(subjects.targets))]
        near = rng.random() < self._statistics.field_loyalty
        step = int(rng.random() * 9) if near else int(len(subjects.topics) * rng.random() ** 1.5)
        return subjects.topics[((home if near else 0) + step) % len(subjects.topics)], "", ""


def _iso(days: int, first: datetime.date) -> str:
    return (first + datetime.timedelta(days=days)).isoformat()


def _day(rng: random.Random) -> str:
    return _DATES[int(rng.random() * DAYS)]


_DATES = tuple(_iso(n, FIRST_DAY) for n in range(DAYS))
