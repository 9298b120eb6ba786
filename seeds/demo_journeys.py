"""What is invented around the demo's partnerships: who works in them, missions, a phase, events and who attends. Ids and names say *demo*."""

from __future__ import annotations

import datetime
from collections.abc import Sequence

from seeds.demo_inventions import Row, World, between, day, one_of, some_of

MISSIONS = 20
"""Number of missions."""
INVOLVED_SHARE = 0.6
"""Share of the German–Southern partnerships of which departments and stakeholders are given."""
PHASE = "demo-phase-2026"

_EVENTS = (
    ("kick_off", "Demo kick-off", "2026-03-09", 2, "on_site"),
    ("network_meeting", "Demo network meeting on water and waste", "2026-05-19", 1, "online"),
    ("network_meeting", "Demo network meeting on energy", "2026-09-15", 1, "online"),
    ("conference", "Demo conference of the partnerships", "2026-10-20", 3, "on_site"),
    ("network_meeting", "Demo network meeting on climate adaptation", "2027-02-16", 1, "online"),
    ("network_meeting", "Demo network meeting on participation", "2027-06-08", 2, "on_site"),
    ("conference", "Demo conference on peer learning", "2027-10-12", 2, "on_site"),
    ("results_conference", "Demo results conference", "2028-06-20", 3, "on_site"),
)
_EVENT_TOPICS = ("municipal-partnerships", "waste|water", "energy", "municipal-partnerships|city-networks", "climate-adaptation", "participation")

Members = tuple[str, str]
"""Ids of a partnership's two members in order."""


def partnership_id(members: Members) -> str:
    """Id of the partnership of two municipalities."""
    return "--".join(members)


def programme(members: Sequence[Members]) -> list[Members]:
    """The partnerships of a German and another municipality, as a programme of cooperation knows them."""
    return [pair for pair in members if sum(i.startswith("de-") for i in pair) == 1]


def by_municipality(rows: Sequence[Row]) -> dict[str, list[str]]:
    """Ids of departments or stakeholders of each municipality."""
    found: dict[str, list[str]] = {}
    for row in rows:
        found.setdefault(row["municipality"], []).append(row["id"])
    return found


def involved(world: World, members: Members, departments: dict[str, list[str]], stakeholders: dict[str, list[str]]) -> Row:
    """Departments and stakeholders of the members that are said to work in a partnership: none where it is not one of the programme's kind."""
    rng = world.rng(partnership_id(members), "involved")
    if members not in programme([members]) or rng.random() >= INVOLVED_SHARE:
        return {"departments": "", "stakeholders": ""}
    offices = [i for m in members for i in some_of(rng, departments.get(m, []), between(rng, 1, 2))]
    others = [i for m in members for i in some_of(rng, stakeholders.get(m, []), between(rng, 1, 3))]
    return {"departments": "|".join(offices), "stakeholders": "|".join(others)}


def missions(world: World, members: Sequence[Members], experts: Sequence[Row], departments: Sequence[Row]) -> list[Row]:
    """Rows of missions: journeys in both directions between members of which the sender has experts."""
    home = {row["id"]: row["municipality"] for row in departments}
    people: dict[str, list[Row]] = {}
    for row in experts:
        if row["department"]:
            people.setdefault(home[row["department"]], []).append(row)
    journeys = [(pair, sender, host) for pair in programme(members) for sender, host in (pair, pair[::-1]) if sender in people]
    chosen = some_of(world.rng("missions"), journeys, MISSIONS)
    names = {p.id: p.name for p in world.places}
    return [_mission(world, number, journey, people[journey[1]], names) for number, journey in enumerate(chosen, start=1)]


def _mission(world: World, number: int, journey: tuple[Members, str, str], people: Sequence[Row], names: dict[str, str]) -> Row:
    members, sender, host = journey
    rng = world.rng("mission", str(number))
    start = day(rng, datetime.date(2025, 2, 3), datetime.date(2027, 9, 30))
    spoken = {code for row in people for code in row["languages"].split("|")}
    team = some_of(rng, people, between(rng, 1, 3))
    return {
        "id": f"demo-mission-{number:02}",
        "name": f"Demo mission from {names.get(sender, sender)} to {names.get(host, host)}",
        "mode": one_of(rng, ("on_site", "on_site", "online")),
        "starts_on": start.isoformat(),
        "ends_on": (start + datetime.timedelta(days=between(rng, 2, 10))).isoformat(),
        "languages": next((code for code in ("en", "fr", "es", "de") if code in spoken), "en"),
        "interpretation": one_of(rng, ("true", "false")),
        "partnership": partnership_id(members),
        "sender": sender,
        "host": host,
        "experts": "|".join(row["id"] for row in team),
        "topics": team[0]["topics"],
    }


def phases() -> list[Row]:
    """The demo's phase, with room for twelve partnerships."""
    names = {
        "name": "Demo phase 2026–2028 (invented)",
        "name_de": "Demo-Phase 2026–2028 (erfunden)",
        "name_es": "Fase demo 2026–2028 (inventada)",
        "name_fr": "Phase démo 2026–2028 (inventée)",
    }
    return [{"id": PHASE, **names, "programme": "Demo programme (invented)", "started": "2026-01", "ended": "2028-12", "capacity": "12"}]


def events(world: World, members: Sequence[Members]) -> list[Row]:
    """Rows of events of the demo's phase; those on site take place in a municipality with a partnership."""
    rng, topics = world.rng("events"), {t.id for t in world.topics}
    venues = sorted({i for pair in programme(members) for i in pair}) or [world.places[0].id]
    rows: list[Row] = []
    for number, (kind, name, first, days, mode) in enumerate(_EVENTS, start=1):
        about = _EVENT_TOPICS[(number - 1) % len(_EVENT_TOPICS)].split("|")
        end = datetime.date.fromisoformat(first) + datetime.timedelta(days=days - 1)
        venue = one_of(rng, venues)
        rows.append(
            {"id": f"demo-event-{number}", "name": name, "kind": kind, "mode": mode, "starts_on": first, "ends_on": end.isoformat(), "phase": PHASE}
            | {"venue": venue if mode == "on_site" else "", "topics": "|".join(t for t in about if t in topics)}
        )
    return rows


def attendances(world: World, members: Sequence[Members], experts: Sequence[Row], stakeholders: Sequence[Row]) -> list[Row]:
    """Rows of who takes part in the events: municipalities with partnerships, experts and stakeholders."""
    towns = sorted({i for pair in programme(members) for i in pair})
    rows: list[Row] = []
    for number in range(1, len(_EVENTS) + 1):
        rng = world.rng("attendances", str(number))
        for column, ids, count, roles in (
            ("municipality", towns, between(rng, 10, 25), ("participant",)),
            ("expert", [r["id"] for r in experts], between(rng, 4, 10), ("speaker", "facilitator", "participant")),
            ("stakeholder", [r["id"] for r in stakeholders], between(rng, 2, 6), ("guest", "participant")),
        ):
            ends = {"municipality": "", "expert": "", "stakeholder": ""}
            rows += [{**ends, column: i, "event": f"demo-event-{number}", "role": one_of(rng, roles)} for i in sorted(some_of(rng, ids, count))]
    return rows
