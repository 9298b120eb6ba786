"""Who may take part in the programme on a day: German municipalities, and those whose country is on the DAC list of ODA recipients then."""

from __future__ import annotations

import datetime
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from graph_api.errors import NotFound
from graph_api.operations.statements import Statement
from graph_api.storage.base import Compare, Operator, Reader, Selection, Shape

GERMANY = "DE"
"""Country of the municipalities that submit proposals."""


@dataclass(frozen=True, kw_only=True)
class Eligibility:
    """What the rule says of one municipality on a day."""

    municipality: str
    name: str
    country: str
    """ISO 3166-1 alpha-2 code."""
    on: datetime.date
    listed: bool | None
    """Whether its country is on the DAC list that day; None before the first day that its listing is known from."""
    listed_from: str | None
    """First day of the listing known to us, as ISO text."""
    listed_until: str | None
    """Last day; None while it lasts."""

    @property
    def german(self) -> bool:
        """Whether it can submit a proposal."""
        return self.country == GERMANY

    @property
    def eligible(self) -> bool | None:
        """Whether it may take part, on the German side or on the other; None where nobody knows."""
        return True if self.german else self.listed

    @property
    def statement(self) -> Statement:
        """Why."""
        key = "german" if self.german else {True: "listed", False: "not_listed", None: "listing_unknown"}[self.listed]
        facts: dict[str, str | int] = {"name": self.name, "country": self.country, "on": self.on.isoformat(), "since": self.listed_from or ""}
        return Statement(key=key, facts=facts, records=(self.municipality,))


async def eligibility(reader: Reader, municipalities: Iterable[str], on: datetime.date) -> dict[str, Eligibility]:
    """The rule's answer for each of these municipalities, by id. Raises NotFound with those that do not exist."""
    wanted = tuple(dict.fromkeys(municipalities))
    ids = Compare(property="id", operator=Operator.IN, value=wanted)
    [[_, towns]] = await reader.select(Selection(shapes=(Shape(kind="municipality", properties=("name", "country")),), filter=ids))
    if missing := set(wanted) - {row[0] for row in towns}:
        raise NotFound(*sorted(missing))
    codes = Compare(property="id", operator=Operator.IN, value=tuple(sorted({f"country:{row[3][1]}" for row in towns})))
    [[_, found]] = await reader.select(Selection(shapes=(Shape(kind="country", properties=("dac_from", "dac_until")),), filter=codes))
    listings: dict[str, list[Any]] = {row[0].removeprefix("country:"): row[3] for row in found}
    return {row[0]: _answer(row[0], row[3][0], row[3][1], listings.get(row[3][1], [None, None]), on) for row in towns}


def _answer(municipality: str, name: str, country: str, listing: list[Any], on: datetime.date) -> Eligibility:
    since, until = listing
    return Eligibility(
        municipality=municipality, name=name, country=country, on=on, listed=listed(since, until, on.isoformat()), listed_from=since, listed_until=until
    )


def listed(since: str | None, until: str | None, day: str) -> bool | None:
    """Whether a listing with these first and last days (ISO text) holds on a day; None on a day before the first that is known."""
    if since is None or (until is not None and until < day):
        return False
    return True if since <= day else None
