"""Tiny networks whose right answers are obvious, and how they come into a store."""

from __future__ import annotations

import datetime
import itertools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from graph_api.model import (
    AddressesGoal,
    BasedIn,
    Broader,
    Direction,
    Employs,
    Engages,
    Focus,
    HasDepartment,
    HasTarget,
    HasTopic,
    Link,
    Membership,
    PartnershipKind,
    Realm,
    Scalar,
    Serves,
)
from graph_api.storage.base import Store

Record = Mapping[str, Scalar]


@dataclass(frozen=True, kw_only=True)
class World:
    """Records of each kind (own ids) and of each link (`source` and `target` network-wide ids)."""

    nodes: Mapping[str, Sequence[Record]]
    links: Mapping[type[Link], Sequence[Record]]


def records(columns: str, *rows: Sequence[Scalar]) -> list[Record]:
    """Records written as a table: the names of the columns, then the rows."""
    return [dict(zip(columns.split(), row, strict=True)) for row in rows]


async def settle(store: Store, world: World) -> None:
    """Writes a world into a store, in one transaction."""
    async with store.transaction() as tx:
        for kind, nodes in world.nodes.items():
            for columns, alike in itertools.groupby(nodes, key=list):
                await tx.save(kind, columns, [[f"{kind}:{node['id']}", *list(node.values())[1:]] for node in alike])
        for link, rows in world.links.items():
            for columns, alike in itertools.groupby(rows, key=list):
                await tx.link(link, columns, [list(row.values()) for row in alike])


SMALL = World(
    nodes={
        "country": records("id name name_de", ("DE", "Germany", "Deutschland"), ("RS", "Serbia", "Serbien"), ("BO", "Bolivia", None)),
        "municipality": [
            *records(
                "id name names country admin1 latitude longitude population languages seeking verified_on",
                ("bonn", "Bonn", (), "DE", "NW", 50.7, 7.1, 300_000, ("de",), None, datetime.date(2024, 5, 1)),
                ("muc", "München", ("Munich", "Monaco di Baviera"), "DE", "BY", 48.1, 11.6, 1_500_000, ("de", "en"), False, None),
                ("treptow", "Treptow-Köpenick", (), "DE", "BE", 52.4, 13.6, None, (), None, None),
                ("subotica", "Subotica", ("Szabadka",), "RS", None, 46.1, 19.7, 100_000, ("sr", "hu"), None, None),
            ),
            *records("id name country seeking capacity", ("lapaz", "La Paz", "BO", True, 2)),
        ],
        "department": records("id name", ("green", "Green Spaces"), ("water", "Water")),
        "stakeholder": records("id name realm", ("uni", "University", Realm.ACADEMIA)),
        "expert": records("id name consent", ("ana", "Ana", True), ("ben", "Ben", False), ("cleo", "Cleo", False)),
        "partnership": records(
            "id name kind started", ("three", "Three Rivers", PartnershipKind.PARTNERSHIP, "2017-01"), ("pair", None, PartnershipKind.PROJECT, "2020")
        ),
        "sdg_goal": records("id number name", ("6", 6, "Clean water"), ("11", 11, "Sustainable cities")),
        "sdg_target": records("id name", ("6.1", "Drinking water"), ("11.6", "Air and waste")),
        "topic": records("id name", ("environment", "Environment"), ("waste", "Waste"), ("compost", "Compost")),
    },
    links={
        HasDepartment: records("source target", ("municipality:bonn", "department:green"), ("municipality:muc", "department:water")),
        Employs: records("source target", ("department:green", "expert:ana"), ("department:green", "expert:ben")),
        Engages: records("source target", ("stakeholder:uni", "expert:cleo")),
        BasedIn: records("source target", ("stakeholder:uni", "municipality:bonn")),
        Membership: records(
            "source target joined",
            ("municipality:muc", "partnership:three", "2017-01"),
            ("municipality:treptow", "partnership:three", "2018"),
            ("municipality:subotica", "partnership:three", None),
            ("municipality:bonn", "partnership:pair", "2020"),
            ("municipality:lapaz", "partnership:pair", "2020"),
        ),
        AddressesGoal: records("source target", ("partnership:pair", "sdg_goal:11")),
        HasTarget: records("source target", ("sdg_goal:6", "sdg_target:6.1"), ("sdg_goal:11", "sdg_target:11.6")),
        Serves: records("source target", ("topic:waste", "sdg_target:11.6")),
        Broader: records("source target", ("topic:waste", "topic:environment"), ("topic:compost", "topic:waste")),
        HasTopic: records("source target", ("expert:ana", "topic:waste"), ("partnership:pair", "topic:waste"), ("department:green", "topic:compost")),
        Focus: records(
            "source target direction weight evidence",
            ("municipality:bonn", "topic:waste", Direction.SEEKS, 0.4, None),
            ("municipality:bonn", "topic:waste", Direction.OFFERS, 0.5, "plan 2030"),
            ("municipality:bonn", "sdg_goal:11", Direction.SEEKS, 0.9, None),
            ("municipality:bonn", "sdg_target:11.6", Direction.WORKS_ON, 1.0, None),
            ("municipality:lapaz", "topic:waste", Direction.SEEKS, 1.0, None),
            ("department:green", "topic:compost", Direction.OFFERS, 0.7, None),
        ),
    },
)
"""Two partnerships: München, Treptow-Köpenick and Subotica; Bonn and La Paz. They share no member; waste, goal 11 and its target tie Bonn and La Paz."""
