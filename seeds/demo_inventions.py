"""What is invented around the demo's municipalities: departments, stakeholders, experts and focuses. Ids, names and evidence say *demo*.

Each municipality has a random number generator of its own (from the seed and its id), so that another choice of
municipalities changes nothing for those that stay.
"""

from __future__ import annotations

import datetime
import functools
import random
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TypeVar

from seeds.demo_people import OFFICES, ORGANISATIONS, Office, Organisation, family_names, given_names
from seeds.demo_places import Place
from seeds.demo_setting import Topic, draw, pick, traits

Row = dict[str, str]
T = TypeVar("T")

OFFICE_SHARE = 0.64
"""Share of municipalities with departments."""
STAKEHOLDER_SHARE = 0.5
"""Share of municipalities with stakeholders."""
SILENT = 0.08
"""Share of municipalities with a partner, or German, of which no focus is known."""
SUBJECTS = (0.82, 0.11, 0.07)
"""Shares of topics, targets and goals among the subjects of focuses."""
EVIDENCE = (
    "demo: invented council decision",
    "demo: invented strategy",
    "demo: invented project",
    "demo: invented budget line",
    "demo: invented letter",
    "demo: invented survey",
)
VERIFIED = (datetime.date(2024, 1, 15), datetime.date(2026, 11, 15))
"""First and last day on which invented statements were confirmed."""
TRAVEL = (datetime.date(2026, 1, 1), datetime.date(2027, 12, 31))
"""First and last day of availability of experts."""


@dataclass(frozen=True)
class World:
    """What the inventions rest on.

    `places` are all municipalities, `partnered` ids of those with a German partner, `languages` the languages of each country.
    """

    places: Sequence[Place]
    partnered: frozenset[str]
    languages: Mapping[str, tuple[str, ...]]
    topics: Sequence[Topic]
    seed: int

    def rng(self, *about: str) -> random.Random:
        """The generator of something named."""
        return random.Random(":".join((str(self.seed), *about)))  # noqa: S311 - nothing secret


def day(rng: random.Random, first: datetime.date, last: datetime.date) -> datetime.date:
    """A day of a period, both ends included."""
    return first + datetime.timedelta(days=int(rng.random() * ((last - first).days + 1)))


def between(rng: random.Random, low: int, high: int) -> int:
    """A whole number from `low` to `high`, both included."""
    return low + int(rng.random() * (high - low + 1))


def one_of(rng: random.Random, values: Sequence[T]) -> T:
    """One of some values."""
    return values[int(rng.random() * len(values))]


def some_of(rng: random.Random, values: Sequence[T], count: int) -> list[T]:
    """`count` different ones of some values (all where there are fewer), in random order."""
    return sorted(values, key=lambda _: rng.random())[:count]


# ── focuses ───────────────────────────────────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True, kw_only=True)
class Interests:
    """Topics that a municipality seeks, offers and works on."""

    seeks: tuple[Topic, ...]
    offers: tuple[Topic, ...]
    works_on: tuple[Topic, ...]

    @property
    def all(self) -> tuple[Topic, ...]:
        """Topics of all three."""
        return (*self.seeks, *self.offers, *self.works_on)


GIVEN: Mapping[str, Mapping[str, tuple[str, ...]]] = {
    "ke-kisumu": {
        "seeks": ("waste-collection", "wastewater-treatment", "flood-protection", "solar-energy", "vocational-training"),
        "offers": ("wetlands-and-waters", "small-scale-fishing", "youth-participation"),
        "works_on": ("informal-settlements",),
    }
}
"""Interests that are written by hand: those of the municipality that `make demo` asks for. Invented like all others."""


def _counts(world: World, place: Place, rng: random.Random) -> tuple[int, int, int]:
    if place.country != "DE" and place.id not in world.partnered:
        return between(rng, 2, 6), between(rng, 1, 4), between(rng, 0, 2)
    if rng.random() < SILENT:
        return 0, 0, 0
    if place.country == "DE":
        return between(rng, 1, 4), between(rng, 3, 6), between(rng, 0, 2)
    return between(rng, 2, 5), between(rng, 1, 3), between(rng, 0, 2)


def interests(world: World, place: Place) -> Interests:
    """What a municipality is said to seek, offer and work on; no topic twice."""
    if place.id in GIVEN:
        return Interests(**{way: tuple(t for t in world.topics if t.id in ids) for way, ids in GIVEN[place.id].items()})
    rng, held = world.rng(place.id, "interests"), traits(place)
    side = "german" if place.country == "DE" else "south"
    seeks, offers, works_on = _counts(world, place, rng)
    sought = pick(rng, world.topics, f"{side} seeks", held, seeks)
    offered = pick(rng, world.topics, f"{side} offers", held, offers, without={t.id for t in sought})
    worked = pick(rng, world.topics, f"{side} offers", held, works_on, without={t.id for t in (*sought, *offered)})
    return Interests(seeks=tuple(sought), offers=tuple(offered), works_on=tuple(worked))


def _subject(rng: random.Random, topic: Topic, owner: Row) -> Row:
    kind = 0 if owner["municipality"] in GIVEN else draw(rng, SUBJECTS)
    target = one_of(rng, topic.targets)
    return {
        "topic": topic.id if kind == 0 else "",
        "goal": target.split(".")[0] if kind == 2 else "",
        "target": target if kind == 1 else "",
    }


def _focus(rng: random.Random, owner: Row, topic: Topic, direction: str) -> Row:
    return {
        **owner,
        **_subject(rng, topic, owner),
        "direction": direction,
        "weight": f"{between(rng, 6, 20) / 20:g}",
        "evidence": one_of(rng, EVIDENCE),
        "verified_on": "" if rng.random() < 0.1 else day(rng, *VERIFIED).isoformat(),
    }


def focuses(world: World, departments: Sequence[Row]) -> list[Row]:
    """Rows of focuses of municipalities, and of about every fourth department; each owner, subject and direction once."""
    rows: list[Row] = []
    for place in world.places:
        rng, found = world.rng(place.id, "focuses"), interests(world, place)
        owner = {"municipality": place.id, "department": ""}
        for direction, topics in (("seeks", found.seeks), ("offers", found.offers), ("works_on", found.works_on)):
            rows += [_focus(rng, owner, topic, direction) for topic in topics]
    by_id = {t.id: t for t in world.topics}
    for department in departments:
        rng = world.rng(department["id"], "focuses")
        if rng.random() < 0.25:
            owner = {"municipality": "", "department": department["id"]}
            rows.append(_focus(rng, owner, by_id[department["topics"].split("|")[0]], one_of(rng, ("works_on", "works_on", "offers"))))
    seen: dict[tuple[str, ...], Row] = {}
    for row in rows:
        seen.setdefault(tuple(row[c] for c in ("municipality", "department", "topic", "goal", "target", "direction")), row)
    return list(seen.values())


def flags(world: World, place: Place) -> Row:
    """Whether a municipality is said to look for a partner, for how many it has room, and when that was confirmed."""
    rng = world.rng(place.id, "flags")
    seeking = one_of(rng, ("true",) * 11 + ("false",) * 5 + ("",) * 4 if place.country == "DE" else ("true",) * 7 + ("false", "", ""))
    capacity = one_of(rng, ("0", "0", "0", "1", "1", "1", "1", "2", "2", "3", "")) if place.country == "DE" else one_of(rng, ("0", "1", "1", "1", "2", ""))
    if seeking == "true" and place.country != "DE" and place.id not in world.partnered:
        capacity = capacity.replace("0", "1")
    return {"seeking": seeking, "capacity": capacity, "verified_on": day(rng, *VERIFIED).isoformat() if seeking or capacity else ""}


# ── administration and society ────────────────────────────────────────────────────────────────────────────────────────


def _topics(rng: random.Random, world: World, place: Place, fields: Sequence[str], most: int) -> str:
    """One to `most` topics of some fields, those that the municipality is interested in first."""
    wanted = {t.id for t in interests(world, place).all}
    inside = [t for t in world.topics if t.field in fields and t.broader]
    mixed = some_of(rng, inside or [t for t in world.topics if t.id in fields] or world.topics, len(world.topics))
    return "|".join(t.id for t in sorted(mixed, key=lambda t: t.id not in wanted)[: between(rng, 1, most)])


def departments(world: World) -> list[Row]:
    """Rows of departments: two to five in about two thirds of the municipalities, more in large ones."""
    rows: list[Row] = []
    for place in world.places:
        rng = world.rng(place.id, "departments")
        if rng.random() < OFFICE_SHARE:
            offices = some_of(rng, OFFICES, min(5, between(rng, 2, 4) + (place.population >= 100_000)))
            rows += [_department(rng, world, place, office) for office in offices]
    return rows


def _department(rng: random.Random, world: World, place: Place, office: Office) -> Row:
    return {
        "id": f"demo-{place.id}-{office.slug}",
        "name": f"Demo department of {office.name}, {place.name}",
        "municipality": place.id,
        "topics": _topics(rng, world, place, office.fields, 3),
        "verified_on": day(rng, *VERIFIED).isoformat(),
    }


def stakeholders(world: World) -> list[Row]:
    """Rows of stakeholders: one to four in half of the municipalities."""
    rows: list[Row] = []
    for place in world.places:
        rng = world.rng(place.id, "stakeholders")
        if rng.random() < STAKEHOLDER_SHARE:
            rows += [_stakeholder(rng, world, place, each) for each in some_of(rng, ORGANISATIONS, between(rng, 1, 4))]
    return rows


def _stakeholder(rng: random.Random, world: World, place: Place, each: Organisation) -> Row:
    return {
        "id": f"demo-{place.id}-{each.slug}",
        "name": f"Demo {each.name}, {place.name}",
        "realm": each.realm,
        "municipality": place.id,
        "topics": _topics(rng, world, place, each.fields, 2),
        "verified_on": day(rng, *VERIFIED).isoformat(),
    }


def experts(world: World, of_departments: Sequence[Row], of_stakeholders: Sequence[Row]) -> list[Row]:
    """Rows of experts: none to two of each department, one of every fifth stakeholder."""
    by_id = {p.id: p for p in world.places}
    rows: list[Row] = []
    for owner in of_departments:
        rng = world.rng(owner["id"], "experts")
        rows += [_expert(rng, world, by_id[owner["municipality"]], owner, "department", n) for n in range(one_of(rng, (0, 0, 1, 1, 1, 2)))]
    for owner in of_stakeholders:
        rng = world.rng(owner["id"], "experts")
        rows += [_expert(rng, world, by_id[owner["municipality"]], owner, "stakeholder", n) for n in range(one_of(rng, (0, 0, 0, 0, 1)))]
    return rows


def _expert(rng: random.Random, world: World, place: Place, owner: Row, side: str, number: int) -> Row:
    name = f"{one_of(rng, given_names(place.country))} {one_of(rng, family_names(place.country))}"
    identity = f"{owner['id']}-{number + 1}".replace("demo-", "demo-expert-", 1)
    start = day(rng, TRAVEL[0], datetime.date(2027, 6, 30))
    end = min(TRAVEL[1], start + datetime.timedelta(days=between(rng, 30, 400)))
    dated, written = rng.random() < 0.85, rng.random() < 0.9
    return {
        "id": identity,
        "name": name,
        "department": owner["id"] if side == "department" else "",
        "stakeholder": owner["id"] if side == "stakeholder" else "",
        "topics": owner["topics"],
        "languages": "|".join(_languages(rng, world, place)),
        "available_from": start.isoformat() if dated else "",
        "available_to": end.isoformat() if dated else "",
        "email": f"{address(name)}.{between(rng, 1, 999)}@example.org" if written else "",
        "consent": "true" if rng.random() < 0.7 else "false",
        "verified_on": day(rng, *VERIFIED).isoformat(),
    }


def _languages(rng: random.Random, world: World, place: Place) -> list[str]:
    own = [code for code in world.languages.get(place.country, ()) if code][:2] or ["en"]
    foreign = {"en": 0.85, "fr": 0.3, "es": 0.25, "pt": 0.08} if place.country == "DE" else {"en": 0.6, "fr": 0.15, "es": 0.1, "de": 0.18}
    return list(dict.fromkeys([*own, *(code for code, share in foreign.items() if rng.random() < share)]))


@functools.cache
def address(name: str) -> str:
    """A name as the first part of an e-mail address: ASCII, small letters, a dot between words."""
    plain = unicodedata.normalize("NFKD", name.lower().replace("ß", "ss").replace("ı", "i").replace("đ", "d"))
    return ".".join("".join(c for c in plain if c.isascii() and (c.isalnum() or c in "- ")).split())
