"""Support: what applies to whom on a day, what does not and why, and what a municipality without a German partner does."""

from __future__ import annotations

import datetime

import pytest

from graph_api.errors import NotFound
from graph_api.model import Participation
from graph_api.operations.support import Entitlement, support
from graph_api.storage.base import Store
from tests.programme import DAY, PROGRAMME
from tests.worlds import records, settle

pytestmark = pytest.mark.above_the_port

OFFERS = records(
    "id name audience needs_german_partner needs_phase starts_on ends_on",
    ("advice", "Advice", "municipality", False, None, None, None),
    ("info", "Information", None, None, None, None, None),
    ("journeys", "Missions", "partnership", True, True, None, None),
    ("spring", "Spring money", None, None, None, datetime.date(2025, 3, 1), datetime.date(2025, 5, 31)),
)


@pytest.fixture
async def world(store: Store) -> Store:
    await settle(store, PROGRAMME)
    async with store.transaction() as tx:
        for offer in OFFERS:
            await tx.save("support_offer", list(offer), [[f"support_offer:{offer['id']}", *list(offer.values())[1:]]])
    return store


def told(found: Entitlement) -> dict[str, list[str]]:
    """Why each offer does not apply."""
    return {offer.support.removeprefix("support_offer:"): [why.key for why in offer.obstacles] for offer in found.offers}


def next_steps(found: Entitlement) -> list[str]:
    return [step.key for step in found.next_steps]


async def test_a_municipality_without_a_german_partner_is_pointed_to_advice_and_its_candidates(world: Store) -> None:
    found = await support(world, "municipality:kisumu", DAY)
    assert told(found) == {"advice": [], "info": [], "journeys": ["no_german_partner", "no_phase_of_own"], "spring": ["over"]}
    assert (found.has_german_partner, next_steps(found)) == (False, ["ask_advice", "see_candidates"])
    assert found.next_steps[0].text("de") == "Kisumu hat noch keine deutsche Partnerkommune: Lassen Sie sich beraten."


async def test_where_the_country_is_not_listed_no_candidates_are_promised(world: Store) -> None:
    found = await support(world, "municipality:lyon", DAY)
    assert (told(found)["journeys"], next_steps(found)) == (["for_partnerships", "no_german_partner"], ["not_listed"])


async def test_what_a_phase_is_needed_for_comes_with_the_phase(world: Store) -> None:
    before = await support(world, "partnership:bm", DAY)
    assert told(before) == {"advice": ["for_municipalities"], "info": [], "journeys": ["no_phase"], "spring": ["over"]}
    async with world.transaction() as tx:
        await tx.link(Participation, ["source", "target", "joined"], [["partnership:bm", "phase:one", "2025"]])
    for record in ("partnership:bm", "municipality:bonn", "municipality:mombasa"):
        found = await support(world, record, DAY)
        assert (told(found)["journeys"], next_steps(found), found.has_german_partner) == ([], [], True)
    assert told(await support(world, "municipality:ulm", DAY))["journeys"] == ["no_phase_of_own"]


async def test_a_proposal_is_no_part_in_a_phase(world: Store) -> None:
    async with world.transaction() as tx:
        await tx.link(Participation, ["source", "target", "proposed_on"], [["partnership:bm", "phase:one", DAY]])
    assert told(await support(world, "partnership:bm", DAY))["journeys"] == ["no_phase"]


@pytest.mark.parametrize(("day", "expected"), [("2025-02-28", ["not_begun"]), ("2025-03-01", []), ("2025-05-31", []), ("2025-06-01", ["over"])])
async def test_an_offer_has_its_days(world: Store, day: str, expected: list[str]) -> None:
    assert told(await support(world, "municipality:bonn", datetime.date.fromisoformat(day)))["spring"] == expected


async def test_a_partnership_without_a_german_member_or_that_has_ended_gets_less(world: Store) -> None:
    assert told(await support(world, "partnership:km", DAY))["journeys"] == ["german_member_missing", "no_phase"]
    async with world.transaction() as tx:
        await tx.save("partnership", ["id", "ended"], [["partnership:bm", "2024"]])
    assert told(await support(world, "partnership:bm", DAY))["info"] == ["partnership_ended"]
    assert (await support(world, "municipality:mombasa", DAY)).has_german_partner is False


@pytest.mark.parametrize("record", ["municipality:atlantis", "partnership:atlantis"])
async def test_who_does_not_exist_is_not_found(world: Store, record: str) -> None:
    with pytest.raises(NotFound, match=record):
        await support(world, record, DAY)
