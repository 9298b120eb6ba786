"""Everybody who may ask, and a network with something private of every sort."""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from graph_api.model import Asked, Asks, BasedIn, Employs, Focus, HasDemand, HasDepartment, HasTarget, HasTopic, InterestStatus, Membership, Realm, TakesPart
from graph_api.operations.viewers import ANYBODY, Role, Viewer
from graph_api.server import create_app
from graph_api.settings import Settings
from graph_api.storage.base import Store
from graph_api.tokens import LocalTokens
from tests.asking import Client, Reply
from tests.programme import COORDINATOR, ORGANISER, Clock, by, of
from tests.worlds import World, records, settle

SECRET = "psst"
"""Stands in every private text of the network."""

DAY = datetime.date(2025, 6, 1)
FIRST, LAST = datetime.date(2031, 1, 2), datetime.date(2032, 3, 4)
"""Days of availability; nothing else in the network happens in those years."""

CONSENTS = {"ana": True, "ben": False, "kip": True, "zoe": False}
"""The experts, and whether they agree that their contact data is passed on."""

GUARDED_WORLD = World(
    nodes={
        "country": [
            *records("id name", ("DE", "Germany")),
            *records("id name dac_from", ("KE", "Kenya", datetime.date(2000, 1, 1))),
        ],
        "municipality": records(
            "id name country",
            ("bonn", "Bonn", "DE"),
            ("ulm", "Ulm", "DE"),
            ("jena", "Jena", "DE"),
            ("kisumu", "Kisumu", "KE"),
            ("mombasa", "Mombasa", "KE"),
        ),
        "department": records("id name", ("water", "Water"), ("waste", "Waste")),
        "expert": records(
            "id name consent email available_from available_to",
            *((i, i.title(), consent, f"{SECRET}-{i}@example.org", FIRST, LAST) for i, consent in CONSENTS.items()),
        ),
        "stakeholder": records("id name realm", ("uni", "University", Realm.ACADEMIA)),
        "partnership": records("id name", ("bm", "Bonn and Mombasa"), ("uk", "Ulm and Kisumu")),
        "mission": records("id name", ("trip", "Journey")),
        "phase": records("id name started", ("one", "Phase one", "2025")),
        "event": records("id name kind", ("start", "Kick-off", "kick_off")),
        "sdg_goal": records("id number name", ("6", 6, "Clean water")),
        "sdg_target": records("id name", ("6.1", "Drinking water")),
        "regional_partnership": records("id name land country", ("nw-ke", "North Rhine-Westphalia and Kenya", ("Nordrhein-Westfalen",), "KE")),
        "support_offer": records("id name", ("advice", "Advice")),
        "topic": records("id name", ("compost", "Compost")),
        "interest": records(
            "id status message reason asked_on",
            ("asked", InterestStatus.OPEN, f"{SECRET} asked", None, DAY),
            ("agreed", InterestStatus.ACCEPTED, f"{SECRET} agreed", f"{SECRET} yes", DAY),
            ("unwanted", InterestStatus.DISMISSED, None, f"{SECRET} unwanted", DAY),
        ),
        "demand": records("id message reason recorded_on", ("need", f"{SECRET} need", f"{SECRET} nobody", DAY)),
    },
    links={
        HasDepartment: records("source target", ("municipality:bonn", "department:water"), ("municipality:kisumu", "department:waste")),
        Employs: records("source target", ("department:water", "expert:ana"), ("department:water", "expert:ben"), ("department:waste", "expert:kip")),
        BasedIn: records("source target", ("stakeholder:uni", "municipality:bonn")),
        HasTopic: records("source target", *((f"expert:{i}", "topic:compost") for i in ("ana", "ben", "kip", "zoe"))),
        TakesPart: records("source target", ("expert:ben", "mission:trip"), ("expert:kip", "mission:trip")),
        Focus: records("source target direction weight", ("municipality:jena", "topic:compost", "seeks", 1.0)),
        Membership: records(
            "source target",
            ("municipality:bonn", "partnership:bm"),
            ("municipality:mombasa", "partnership:bm"),
            ("municipality:ulm", "partnership:uk"),
            ("municipality:kisumu", "partnership:uk"),
        ),
        Asks: records(
            "source target", ("municipality:kisumu", "interest:asked"), ("municipality:mombasa", "interest:agreed"), ("municipality:bonn", "interest:unwanted")
        ),
        Asked: records(
            "source target", ("municipality:bonn", "interest:asked"), ("municipality:jena", "interest:agreed"), ("municipality:kisumu", "interest:unwanted")
        ),
        HasTarget: records("source target", ("sdg_goal:6", "sdg_target:6.1")),
        HasDemand: records("source target", ("municipality:kisumu", "demand:need")),
    },
)
"""Kisumu asks Bonn; Mombasa and Jena have agreed to talk; Bonn has dismissed Kisumu; Kisumu has a demand.

Ana and Ben are Bonn's, Kip Kisumu's, Zoe nobody's."""

VIEWERS: Mapping[str, Viewer] = {
    "anonymous": ANYBODY,
    "bonn": of("bonn"),
    "ulm": of("ulm"),
    "jena": of("jena"),
    "kisumu": of("kisumu"),
    "ana": Viewer(role=Role.EXPERT, name="ana", expert="expert:ana"),
    "ben": Viewer(role=Role.EXPERT, name="ben", expert="expert:ben"),
    "organiser": ORGANISER,
    "coordinator": COORDINATOR,
    "admin": Viewer(role=Role.ADMIN, name="ada"),
}
"""Municipalities: Ulm is Kisumu's partner, Jena is nobody's. Experts: Ana consents to pass on her contact data, Ben does not."""

EVERYBODY = frozenset(VIEWERS)
COORDINATORS = frozenset({"coordinator", "admin"})


@dataclass(frozen=True, kw_only=True)
class People:
    """Asks the service as one of them."""

    client: Client
    tokens: Mapping[str, str | None]
    store: Store

    def headers(self, who: str) -> dict[str, str]:
        return {"authorization": f"Bearer {token}"} if (token := self.tokens[who]) else {}

    async def reply(self, who: str, query: str, variables: Any = None) -> Reply:
        return await self.client.post({"query": query, "variables": variables}, headers=self.headers(who))

    async def ask(self, who: str, query: str, **variables: Any) -> Any:
        """The data of an answer without errors."""
        answer = (await self.reply(who, query, variables)).json
        assert "errors" not in answer, (who, answer["errors"])
        return answer["data"]


async def people(store: Store, directory: Path) -> People:
    """All of them, on a store with the guarded world and one entry in its audit log."""
    await settle(store, GUARDED_WORLD)
    await Clock().editor(store).save(by(COORDINATOR, reason=f"{SECRET} reason"), "topic", {"id": "compost", "name_de": "Kompost"})
    path = directory / "service.key"
    issuer = LocalTokens(path)
    tokens = {who: None if viewer is ANYBODY else issuer.issue(viewer, days=1) for who, viewer in VIEWERS.items()}
    return People(client=Client(create_app(Settings(key_file=str(path)), store, today=lambda: DAY)), tokens=tokens, store=store)
