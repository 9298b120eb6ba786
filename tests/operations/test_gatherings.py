"""Gatherings: who takes part in an event, and who has met before."""

from __future__ import annotations

import pytest

from graph_api.errors import InvalidInput, NotFound
from graph_api.model import Attendance
from graph_api.operations.candidates import CandidateFinder
from graph_api.operations.gatherings import Gathering, Invitation, gather
from graph_api.storage.base import Compare, Operator, Store
from tests.suggesting import DAY, SUGGESTING
from tests.worlds import settle

pytestmark = pytest.mark.above_the_port


@pytest.fixture
async def world(store: Store) -> Store:
    await settle(store, SUGGESTING)
    async with store.transaction() as tx:
        await tx.save("event", ["id", "name", "kind"], [["event:old", "Old", "conference"]])
        rows = [["municipality:bonn", "event:old"], ["municipality:kisumu", "event:old"], ["expert:kip", "event:fair"], ["expert:ben", "event:fair"]]
        await tx.link(Attendance, ["source", "target"], rows)
    return store


async def gathered(store: Store, **given: object) -> Gathering:
    return await gather(store, CandidateFinder(store, today=lambda: DAY), Invitation(**given))  # pyright: ignore[reportArgumentType]


def names(gathering: Gathering) -> list[str]:
    return [id_.partition(":")[2] for id_ in gathering.participants.ids]


def met(gathering: Gathering) -> set[tuple[str, str]]:
    own = names(gathering)
    return {(own[a], own[b]) for a, b in gathering.participants.met.tolist()}


async def test_who_does_not_take_part_is_left_out(world: Store) -> None:
    everybody = names(await gathered(world, event="fair"))
    left = await gathered(
        world, event="fair", municipalities=("municipality:ulm",), without=("municipality:ulm", f"municipality:{everybody[0]}", "municipality:none")
    )
    assert names(left) == [name for name in everybody[1:] if name != "ulm"]
    assert len(everybody) > 1


async def test_municipalities_that_attend_take_part_and_people_who_have_agreed_could_facilitate(world: Store) -> None:
    found = await gathered(world, event="fair")
    assert names(found) == ["accra", "kisumu", "mombasa"]
    assert found.facilitators == ("expert:kip",)
    assert met(found) == set()
    assert found.revision == await world.revision()


async def test_those_named_and_those_of_a_filter_come_along(world: Store) -> None:
    german = Compare(property="country", operator=Operator.EQ, value="DE")
    assert names(await gathered(world, filter=german)) == ["bonn", "ulm"]
    found = await gathered(world, event="event:fair", municipalities=("municipality:ulm", "municipality:kisumu"))
    assert names(found) == ["accra", "kisumu", "mombasa", "ulm"]


async def test_who_was_at_an_event_or_in_a_group_has_met(world: Store) -> None:
    everybody = Compare(property="country", operator=Operator.EMPTY, value=False)
    found = await gathered(world, filter=everybody, earlier_events=("old",), earlier_groups=(("municipality:ulm", "municipality:accra", "municipality:moon"),))
    assert met(found) == {("bonn", "kisumu"), ("accra", "ulm")}


async def test_what_is_not_there_and_nobody_are_refused(world: Store) -> None:
    for given, error, message in (
        ({"event": "moon"}, NotFound, "not found: event:moon"),
        ({"event": "fair", "earlier_events": ("moon",)}, NotFound, "not found: event:moon"),
        ({"municipalities": ("municipality:moon",)}, NotFound, "not found: municipality:moon"),
        ({}, InvalidInput, "0 municipalities take part; allowed: 1 to 1,000"),
        ({"event": "fair", "earlier_events": ("old",) * 51}, InvalidInput, "51 earlier events and groups; allowed: 50"),
    ):
        with pytest.raises(error, match=f"^{message}$"):
            await gathered(world, **given)
