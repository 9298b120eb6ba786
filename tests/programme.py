"""A tiny programme, the people who run it, and a clock that tests set."""

from __future__ import annotations

import datetime
from typing import Any

from graph_api.model import Employs, HasDepartment, HasEvent, Membership, Realm, Supports
from graph_api.operations.changes import Editor, Note
from graph_api.operations.viewers import Role, Viewer
from graph_api.storage.base import Compare, Operator, Selection, Shape, Store
from tests.worlds import World, records

DAY = datetime.date(2025, 6, 1)
"""A day on which Kenya is on the DAC list, and Bolivia no longer is."""

PROGRAMME = World(
    nodes={
        "country": [
            *records("id name", ("DE", "Germany"), ("FR", "France")),
            *records(
                "id name dac_from dac_until",
                ("KE", "Kenya", datetime.date(2024, 1, 1), None),
                ("BO", "Bolivia", datetime.date(2024, 1, 1), datetime.date(2024, 12, 31)),
            ),
        ],
        "municipality": records(
            "id name country opted_out",
            ("bonn", "Bonn", "DE", False),
            ("ulm", "Ulm", "DE", False),
            ("hof", "Hof", "DE", True),
            ("kisumu", "Kisumu", "KE", False),
            ("mombasa", "Mombasa", "KE", False),
            ("lapaz", "La Paz", "BO", False),
            ("lyon", "Lyon", "FR", False),
        ),
        "department": records("id name", ("water", "Water"), ("parks", "Parks"), ("waste", "Waste")),
        "expert": records(
            "id name email consent",
            ("ana", "Ana", "ana@bonn.example", True),
            ("ben", "Ben", "ben@bonn.example", False),
            ("kip", "Kip", "kip@kisumu.example", True),
        ),
        "stakeholder": records(
            "id name realm", ("uni", "University", Realm.ACADEMIA), ("council", "Council", Realm.POLITICS), ("shop", "Chamber", Realm.BUSINESS)
        ),
        "partnership": records("id name", ("bm", "Bonn – Mombasa"), ("ul", "Ulm – La Paz"), ("km", "Kisumu – Mombasa")),
        "phase": records("id name started capacity", ("one", "Phase one", "2025", 1), ("old", "Phase zero", "2017", 10)),
        "event": records("id name kind starts_on", ("start", "Kick-off", "kick_off", datetime.date(2025, 3, 1))),
    },
    links={
        HasDepartment: records(
            "source target", ("municipality:bonn", "department:water"), ("municipality:bonn", "department:parks"), ("municipality:kisumu", "department:waste")
        ),
        Employs: records("source target", ("department:water", "expert:ana"), ("department:water", "expert:ben"), ("department:waste", "expert:kip")),
        Membership: records(
            "source target",
            ("municipality:bonn", "partnership:bm"),
            ("municipality:mombasa", "partnership:bm"),
            ("municipality:ulm", "partnership:ul"),
            ("municipality:lapaz", "partnership:ul"),
            ("municipality:kisumu", "partnership:km"),
            ("municipality:mombasa", "partnership:km"),
        ),
        Supports: records("source target", ("stakeholder:uni", "partnership:bm"), ("stakeholder:council", "partnership:bm")),
        HasEvent: records("source target", ("phase:one", "event:start")),
    },
)
"""Bonn and Mombasa are partners, Ulm and La Paz, Kisumu and Mombasa too. Kisumu and Mombasa lie in Kenya; Hof does not want to be suggested."""

COORDINATOR = Viewer(role=Role.COORDINATOR, name="cora")
ORGANISER = Viewer(role=Role.ORGANISER, name="otto")


def of(municipality: str) -> Viewer:
    """Somebody who works for a municipality."""
    return Viewer(role=Role.MUNICIPALITY, name=f"{municipality}-clerk", municipality=f"municipality:{municipality}")


def by(viewer: Viewer, reason: str | None = None, key: str | None = None) -> Note:
    """What goes into the audit log when this viewer does something."""
    return Note(viewer=viewer, reason=reason, key=key)


class Clock:
    """Noon of a day that tests set."""

    def __init__(self, day: datetime.date = DAY) -> None:
        self.day = day

    def __call__(self) -> datetime.datetime:
        return datetime.datetime.combine(self.day, datetime.time(12), datetime.UTC)

    def editor(self, store: Store) -> Editor:
        """An editor that lives by this clock."""
        return Editor(store, now=self)


async def values(store: Store, record: str, *names: str) -> list[Any]:
    """Properties of a record."""
    shape = Shape(kind=record.partition(":")[0], properties=names)
    [[_, rows]] = await store.select(Selection(shapes=(shape,), filter=Compare(property="id", operator=Operator.EQ, value=record)))
    return rows[0][3] if rows else []


async def changes(store: Store, record: str) -> list[list[Any]]:
    """Actor, action and reason of the audit entries about a record, the oldest first."""
    shape = Shape(kind="change", properties=("revision", "actor", "action", "reason"))
    [[_, rows]] = await store.select(Selection(shapes=(shape,), filter=Compare(property="record", operator=Operator.EQ, value=record)))
    return [row[3][1:] for row in sorted(rows, key=lambda row: row[3][0])]
