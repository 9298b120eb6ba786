"""What the programme offers to a municipality or a partnership on a day: what applies, what does not and why, and what to do next."""

from __future__ import annotations

import datetime
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from graph_api.model import SupportAudience, kind_of
from graph_api.operations.eligibility import Eligibility, eligibility
from graph_api.operations.partnerships import Standing, standing, standings
from graph_api.operations.statements import Statement
from graph_api.storage.base import Compare, Linked, Operator, Reader, Selection, Shape

CONDITIONS = ("audience", "needs_german_partner", "needs_phase", "starts_on", "ends_on")


@dataclass(frozen=True, kw_only=True)
class Offer:
    """One offer, and whether it applies."""

    support: str
    """Id of the offer: its record says what it is and whom to ask."""
    obstacles: tuple[Statement, ...]
    """Why it does not apply; empty where it does."""

    @property
    def applies(self) -> bool:
        """Whether it can be had that day."""
        return not self.obstacles


@dataclass(frozen=True, kw_only=True)
class Entitlement:
    """All offers, seen from one municipality or partnership."""

    record: str
    on: datetime.date
    has_german_partner: bool
    """Whether a German municipality works with the one that asks, is it, or is a member of it."""
    offers: tuple[Offer, ...]
    """In order of their ids."""
    next_steps: tuple[Statement, ...]
    """What a municipality without a German partner does next: ask for advice, see its candidates."""


@dataclass(frozen=True, kw_only=True)
class _Asker:
    """Who asks, as far as conditions look at it."""

    name: str
    single: bool
    """A municipality, not a partnership."""
    lasting: tuple[Standing, ...]
    """Partnerships that last: its own, or itself."""
    has_german_partner: bool
    rule: Eligibility | None

    def in_phase(self, day: str) -> bool:
        """Whether it takes part in a phase, itself or through a partnership."""
        return any(not part.proposal and part.lasts(day) for found in self.lasting for part in found.parts)


async def support(reader: Reader, record: str, on: datetime.date) -> Entitlement:
    """What applies to a municipality or a partnership on a day; a condition that nobody has said does not stand in the way. Raises NotFound."""
    asker = await _municipality(reader, record, on) if kind_of(record) == "municipality" else await _partnership(reader, record, on)
    [[_, rows]] = await reader.select(Selection(shapes=(Shape(kind="support_offer", properties=CONDITIONS),)))
    day = on.isoformat()
    return Entitlement(
        record=record,
        on=on,
        has_german_partner=asker.has_german_partner,
        offers=tuple(Offer(support=row[0], obstacles=tuple(_obstacles(asker, row[3], day))) for row in rows),
        next_steps=tuple(_next_steps(asker, record)),
    )


async def _municipality(reader: Reader, record: str, on: datetime.date) -> _Asker:
    rule = (await eligibility(reader, [record], on))[record]
    found = await standings(reader, Linked(relation="members", node=Compare(property="id", operator=Operator.EQ, value=record)), on)
    lasting = tuple(s for s in found if not s.is_over(on.isoformat()) and record in {m.id for m in s.members})
    german = rule.german or any(s.german for s in lasting)
    return _Asker(name=rule.name, single=True, lasting=lasting, has_german_partner=german, rule=rule)


async def _partnership(reader: Reader, record: str, on: datetime.date) -> _Asker:
    found = await standing(reader, record, on)
    lasting = () if found.is_over(on.isoformat()) else (found,)
    return _Asker(name=found.name or found.id, single=False, lasting=lasting, has_german_partner=bool(found.german), rule=None)


def _obstacles(asker: _Asker, conditions: Sequence[Any], day: str) -> Iterator[Statement]:
    audience, needs_german_partner, needs_phase, starts_on, ends_on = conditions
    name = {"name": asker.name}
    if starts_on and day < starts_on:
        yield Statement(key="not_begun", facts={"on": starts_on})
    if ends_on and ends_on < day:
        yield Statement(key="over", facts={"on": ends_on})
    if not asker.single and not asker.lasting:
        yield Statement(key="partnership_ended")
    if audience == SupportAudience.MUNICIPALITY and not asker.single:
        yield Statement(key="for_municipalities")
    if audience == SupportAudience.PARTNERSHIP and asker.single and not asker.lasting:
        yield Statement(key="for_partnerships", facts=name)
    if needs_german_partner and not asker.has_german_partner:
        yield Statement(key="no_german_partner" if asker.single else "german_member_missing", facts=name)
    if needs_phase and asker.lasting and not asker.in_phase(day):
        yield Statement(key="no_phase_of_own", facts=name) if asker.single else Statement(key="no_phase")


def _next_steps(asker: _Asker, record: str) -> Iterator[Statement]:
    if asker.rule is None or asker.has_german_partner:
        return
    if asker.rule.eligible is False:
        yield asker.rule.statement
    else:
        yield Statement(key="ask_advice", facts={"name": asker.name}, records=(record,))
        yield Statement(key="see_candidates", facts={"name": asker.name}, records=(record,))
