"""Peer groups: who may form them, what is kept, how long it may take."""

from __future__ import annotations

import asyncio

import pytest

from graph_api.errors import Forbidden, InvalidInput, NotFound
from graph_api.operations.candidates import CandidateFinder
from graph_api.operations.experts import ExpertFinder
from graph_api.operations.gatherings import Invitation
from graph_api.operations.groups import GroupAnswer, Grouper, GroupRequest
from graph_api.operations.viewers import ANYBODY, Viewer
from graph_api.storage.base import Compare, Operator, Store
from matching.group_rules import Partners, Rules
from tests.suggesting import COORDINATOR, DAY, ORGANISER, SUGGESTING, clerk
from tests.worlds import settle

pytestmark = pytest.mark.above_the_port

EVERYBODY = Invitation(filter=Compare(property="country", operator=Operator.EMPTY, value=False))
PARTNERS = Rules(partners=Partners.TOGETHER)


@pytest.fixture
async def world(store: Store) -> Store:
    await settle(store, SUGGESTING)
    return store


@pytest.fixture
def grouper(world: Store) -> Grouper:
    finder = CandidateFinder(world, today=lambda: DAY)
    return Grouper(world, finder, ExpertFinder(world, finder))


def sets(answer: GroupAnswer) -> set[frozenset[str]]:
    return {frozenset(id_.partition(":")[2] for id_ in ids) for ids in answer.plan.ids()}


async def test_everybody_sits_in_one_group_and_rules_are_kept(grouper: Grouper) -> None:
    answer = await grouper.plan(ORGANISER, GroupRequest(invitation=EVERYBODY, number=2, rules=PARTNERS))
    assert sorted(map(len, sets(answer))) == [2, 3]
    assert frozenset().union(*sets(answer)) == {"accra", "bonn", "kisumu", "mombasa", "ulm"}
    [together] = [group for group in sets(answer) if "bonn" in group]
    assert "mombasa" in together
    assert answer.plan.kept


async def test_the_same_request_is_answered_from_memory_until_the_network_changes(grouper: Grouper, world: Store) -> None:
    request = GroupRequest(invitation=EVERYBODY, number=2)
    first = await grouper.plan(COORDINATOR, request)
    assert (await grouper.plan(ORGANISER, GroupRequest(invitation=EVERYBODY, number=2))).plan is first.plan
    assert (await grouper.plan(COORDINATOR, GroupRequest(invitation=EVERYBODY, number=2, seed=1))).plan is not first.plan
    async with world.transaction() as tx:
        await tx.save("municipality", ["id", "population"], [["municipality:bonn", 331_000]])
    assert (await grouper.plan(COORDINATOR, request)).plan is not first.plan


async def test_who_asks_again_gets_what_was_formed_in_the_meantime(grouper: Grouper) -> None:
    request = GroupRequest(invitation=EVERYBODY, number=2)
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0.02):
            await grouper.plan(COORDINATOR, request)
    both = await asyncio.gather(grouper.plan(COORDINATOR, request), grouper.plan(ORGANISER, request))
    assert both[0].plan is both[1].plan


async def test_not_everything_is_formed_at_the_same_time(grouper: Grouper) -> None:
    found = await asyncio.gather(
        *(grouper.plan(COORDINATOR, GroupRequest(invitation=EVERYBODY, number=2, seed=seed)) for seed in range(12)), return_exceptions=True
    )
    refused = [str(one) for one in found if not isinstance(one, GroupAnswer)]
    assert refused
    assert set(refused) == {"4 other plans are being made; ask again in a moment"}


async def test_experts_are_suggested_for_what_a_group_lacks(grouper: Grouper) -> None:
    south = Invitation(municipalities=("municipality:kisumu", "municipality:mombasa"))
    answer = await grouper.plan(ORGANISER, GroupRequest(invitation=south, number=1))
    assert [need.subject for need in answer.plan.rounds[0][0].expert_needs] == ["topic:waste", "topic:water"]
    [[organisers]], [[coordinators]] = [await grouper.experts(viewer, answer.plan) for viewer in (ORGANISER, COORDINATOR)]
    assert organisers == ("expert:kip", "expert:ana", "expert:zoe")
    assert coordinators == ("expert:kip", "expert:ben", "expert:ana")


async def test_a_group_that_lacks_nothing_needs_no_experts(grouper: Grouper) -> None:
    given = Invitation(municipalities=tuple(f"municipality:{name}" for name in ("bonn", "kisumu", "mombasa", "ulm")))
    answer = await grouper.plan(ORGANISER, GroupRequest(invitation=given, number=1))
    assert await grouper.experts(ORGANISER, answer.plan) == (((),),)


@pytest.mark.parametrize("viewer", [ANYBODY, clerk("bonn")])
async def test_only_organisers_and_coordinators_form_groups(grouper: Grouper, viewer: Viewer) -> None:
    with pytest.raises(Forbidden, match="allowed: organiser, coordinator, admin"):
        await grouper.plan(viewer, GroupRequest(invitation=EVERYBODY, number=2))


@pytest.mark.parametrize(
    ("request_", "error", "message"),
    [
        (GroupRequest(invitation=Invitation(event="moon"), number=2), NotFound, "event:moon"),
        (GroupRequest(invitation=EVERYBODY), InvalidInput, "number of groups or the bounds"),
        (GroupRequest(invitation=EVERYBODY, number=6), InvalidInput, "6 groups of 5"),
        (GroupRequest(invitation=EVERYBODY, number=2, rounds=11), InvalidInput, "rounds is 11; allowed: 1 to 10"),
        (GroupRequest(invitation=EVERYBODY, number=2, seconds=6), InvalidInput, "seconds is 6; allowed: 0.5 to 5"),
        (GroupRequest(invitation=EVERYBODY, number=2, seed=-1), InvalidInput, "seed is -1"),
        (GroupRequest(invitation=EVERYBODY, number=2, rules=Rules(apart=(("municipality:moon", "municipality:bonn"),))), InvalidInput, "municipality:moon"),
        (GroupRequest(invitation=EVERYBODY, number=2, rules=Rules(pinned={"municipality:bonn": 3})), InvalidInput, "allowed are 1..2"),
        (GroupRequest(invitation=EVERYBODY, number=2, rules=Rules(together=(("municipality:bonn",),) * 201)), InvalidInput, "201 sets"),
    ],
)
async def test_what_cannot_be_is_refused(grouper: Grouper, request_: GroupRequest, error: type[Exception], message: str) -> None:
    with pytest.raises(error, match=message):
        await grouper.plan(COORDINATOR, request_)
