"""A tiny network in which it is obvious who should travel, who should talk to whom, and which partnerships a phase should take up."""

from __future__ import annotations

import datetime

from graph_api.model import (
    Asked,
    Asks,
    Attendance,
    Direction,
    Employs,
    Engages,
    EventKind,
    Focus,
    HasDepartment,
    HasMission,
    HasTarget,
    HasTopic,
    Hosts,
    InterestStatus,
    Involves,
    Membership,
    Participation,
    Realm,
    Sends,
    Serves,
    TakesPart,
)
from graph_api.operations.viewers import Role, Viewer
from tests.worlds import World, records

DAY = datetime.date(2025, 6, 1)
"""A day on which Kenya and Ghana are on the DAC list."""

COORDINATOR = Viewer(role=Role.COORDINATOR, name="cora")
ORGANISER = Viewer(role=Role.ORGANISER, name="otto")


def clerk(municipality: str) -> Viewer:
    """Somebody who works for a municipality."""
    return Viewer(role=Role.MUNICIPALITY, name=f"{municipality}-clerk", municipality=f"municipality:{municipality}")


def day(month: int, number: int, year: int = 2025) -> datetime.date:
    return datetime.date(year, month, number)


LISTED = datetime.date(2000, 1, 1)

SUGGESTING = World(
    nodes={
        "country": [
            *records("id name languages region", ("DE", "Germany", ("de",), "Western Europe")),
            *records(
                "id name languages region dac_group dac_from",
                ("KE", "Kenya", ("en",), "Eastern Africa", "LMIC", LISTED),
                ("GH", "Ghana", ("en",), "Western Africa", "LMIC", LISTED),
            ),
        ],
        "municipality": records(
            "id name country admin1 longitude population languages seeking capacity",
            ("bonn", "Bonn", "DE", "NW", 7.1, 330_000, ("de", "en"), None, 2),
            ("ulm", "Ulm", "DE", "BW", 10.0, 126_000, ("de", "en"), None, None),
            ("kisumu", "Kisumu", "KE", None, 34.8, 400_000, ("en",), True, None),
            ("mombasa", "Mombasa", "KE", None, 39.7, 1_200_000, ("en",), True, None),
            ("accra", "Accra", "GH", None, -0.2, 2_000_000, ("en",), True, None),
        ),
        "department": records("id name", ("cleaning", "Cleaning"), ("rivers", "Rivers"), ("refuse", "Refuse")),
        "stakeholder": records("id name realm", ("uni", "University", Realm.ACADEMIA)),
        "expert": records(
            "id name languages available_from available_to consent",
            ("ana", "Ana", ("de", "en"), day(7, 1), day(7, 31), True),
            ("ben", "Ben", ("de", "en"), None, None, False),
            ("kip", "Kip", ("en",), None, None, True),
            ("una", "Una", ("de",), None, None, True),
            ("zoe", "Zoe", ("en",), day(9, 1), None, True),
        ),
        "partnership": records("id name", ("bm", "Bonn – Mombasa")),
        "mission": [
            *records("id name starts_on ends_on languages", ("trip", "Waste in Accra", day(7, 7), day(7, 11), ("en",))),
            *records("id name starts_on ends_on languages", ("past", "Rivers of Mombasa", day(1, 7), day(1, 9), ("en",))),
            *records("id name", ("open", "Something")),
        ],
        "phase": records("id name capacity", ("next", "Next phase", 3)),
        "event": records("id name kind", ("fair", "Fair", EventKind.CONFERENCE)),
        "sdg_goal": records("id number name", ("11", 11, "Sustainable cities"), ("6", 6, "Clean water")),
        "sdg_target": records("id name", ("11.6", "Air and waste"), ("6.3", "Water quality")),
        "topic": records("id name name_de", ("waste", "Waste", "Abfall"), ("water", "Water", "Wasser")),
        "interest": records(
            "id status expires_on",
            ("ka", InterestStatus.OPEN, day(8, 1)),
            ("late", InterestStatus.OPEN, day(5, 1)),
            ("yes", InterestStatus.ACCEPTED, None),
            ("no", InterestStatus.DECLINED, None),
        ),
    },
    links={
        HasDepartment: records(
            "source target",
            ("municipality:bonn", "department:cleaning"),
            ("municipality:ulm", "department:rivers"),
            ("municipality:kisumu", "department:refuse"),
        ),
        Employs: records(
            "source target",
            ("department:cleaning", "expert:ana"),
            ("department:cleaning", "expert:ben"),
            ("department:refuse", "expert:kip"),
            ("department:rivers", "expert:una"),
        ),
        Engages: records("source target", ("stakeholder:uni", "expert:zoe")),
        Membership: records("source target", ("municipality:bonn", "partnership:bm"), ("municipality:mombasa", "partnership:bm")),
        Involves: records("source target", ("department:cleaning", "partnership:bm")),
        HasMission: records("source target", ("partnership:bm", "mission:open")),
        Sends: records("source target", ("municipality:accra", "mission:trip")),
        Hosts: records("source target", ("municipality:ulm", "mission:trip"), ("municipality:mombasa", "mission:past")),
        TakesPart: records("source target", ("expert:kip", "mission:past"), ("expert:una", "mission:past"), ("expert:ana", "mission:trip")),
        HasTopic: records(
            "source target",
            ("expert:ana", "topic:waste"),
            ("expert:ben", "topic:waste"),
            ("expert:kip", "topic:waste"),
            ("expert:zoe", "topic:waste"),
            ("mission:trip", "topic:waste"),
            ("mission:past", "topic:water"),
            ("partnership:bm", "topic:waste"),
            ("department:refuse", "topic:waste"),
        ),
        HasTarget: records("source target", ("sdg_goal:11", "sdg_target:11.6"), ("sdg_goal:6", "sdg_target:6.3")),
        Serves: records("source target", ("topic:waste", "sdg_target:11.6"), ("topic:water", "sdg_target:6.3")),
        Participation: records("source target", ("partnership:bm", "phase:next")),
        Focus: records(
            "source target direction",
            ("municipality:bonn", "topic:waste", Direction.OFFERS),
            ("municipality:ulm", "topic:water", Direction.OFFERS),
            ("municipality:kisumu", "topic:waste", Direction.SEEKS),
            ("municipality:mombasa", "topic:water", Direction.SEEKS),
            ("municipality:accra", "topic:waste", Direction.SEEKS),
            ("department:rivers", "topic:water", Direction.WORKS_ON),
            ("department:rivers", "topic:waste", Direction.SEEKS),
        ),
        Attendance: records(
            "source target", ("municipality:kisumu", "event:fair"), ("municipality:mombasa", "event:fair"), ("municipality:accra", "event:fair")
        ),
        Asks: records(
            "source target",
            ("municipality:kisumu", "interest:ka"),
            ("municipality:accra", "interest:late"),
            ("municipality:ulm", "interest:yes"),
            ("municipality:accra", "interest:no"),
        ),
        Asked: records(
            "source target",
            ("municipality:bonn", "interest:ka"),
            ("municipality:bonn", "interest:late"),
            ("municipality:mombasa", "interest:yes"),
            ("municipality:ulm", "interest:no"),
        ),
    },
)
"""Ana, Ben (who has not agreed to be named) and Kip know waste, Zoe too but from September, Una knows water from a mission. Ulm sends a mission about
waste to Accra in July. Kisumu and Accra seek what Bonn offers, Mombasa what Ulm offers; Bonn and Mombasa are partners and in the phase, which
has room for three. The three African municipalities have met at the fair."""
