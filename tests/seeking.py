"""A tiny network in which the answer to “who could become a partner?” is obvious."""

from __future__ import annotations

import datetime

from graph_api.model import Direction, Focus, Membership
from tests.worlds import World, records

DAY = datetime.date(2025, 6, 1)
"""A day on which Kenya is on the DAC list, and Bolivia no longer is."""

SEEKING = World(
    nodes={
        "country": [
            *records("id name name_de languages", ("DE", "Germany", "Deutschland", ("de",))),
            *records(
                "id name name_de languages dac_from dac_until",
                ("KE", "Kenya", "Kenia", ("en", "sw"), datetime.date(2000, 1, 1), None),
                ("BO", "Bolivia", "Bolivien", ("es",), datetime.date(2000, 1, 1), datetime.date(2024, 12, 31)),
            ),
        ],
        "municipality": [
            *records(
                "id name country population languages seeking capacity",
                ("kisumu", "Kisumu", "KE", 400_000, ("en",), True, None),
                ("mombasa", "Mombasa", "KE", 1_200_000, (), None, None),
                ("lapaz", "La Paz", "BO", 800_000, (), None, None),
                ("bonn", "Bonn", "DE", 330_000, ("de", "en"), None, 1),
                ("ulm", "Ulm", "DE", 126_000, (), None, None),
                ("jena", "Jena", "DE", 110_000, (), False, None),
                ("hof", "Hof", "DE", 45_000, (), None, 0),
            )
        ],
        "partnership": records("id started", ("bm", "2010")),
        "topic": records("id name name_de", ("waste", "Waste", "Abfall")),
    },
    links={
        Membership: records("source target", ("municipality:bonn", "partnership:bm"), ("municipality:mombasa", "partnership:bm")),
        Focus: records(
            "source target direction weight",
            ("municipality:kisumu", "topic:waste", Direction.SEEKS, 1.0),
            ("municipality:bonn", "topic:waste", Direction.OFFERS, 1.0),
        ),
    },
)
"""Kisumu seeks what Bonn offers; Ulm says nothing, Jena does not look for partners, Hof has no room. Bonn and Mombasa are partners."""
