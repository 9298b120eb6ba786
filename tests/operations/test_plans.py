"""Plans of a phase: places, pairs, fits, groups and capacities as the network has them."""

from __future__ import annotations

import numpy as np
import pytest

from graph_api.errors import Forbidden, InvalidInput, NotFound
from graph_api.model import Asked, Asks
from graph_api.operations.candidates import CandidateFinder
from graph_api.operations.plans import PlanAnswer, Planner, PlanRequest, Source
from graph_api.operations.proposals import Grouping, PlanQuota
from graph_api.operations.viewers import ANYBODY, Viewer
from graph_api.storage.base import Compare, Operator, Store
from matching.plan import Variant
from tests.suggesting import COORDINATOR, DAY, ORGANISER, SUGGESTING, clerk
from tests.worlds import settle

pytestmark = pytest.mark.above_the_port


@pytest.fixture
async def world(store: Store) -> Store:
    await settle(store, SUGGESTING)
    return store


@pytest.fixture
def planner(world: Store) -> Planner:
    return Planner(world, CandidateFinder(world, today=lambda: DAY))


def chosen(answer: PlanAnswer) -> set[tuple[str, str]]:
    return {(c.left.partition(":")[2], c.right.partition(":")[2]) for c in answer.plan.choices}


async def test_a_phase_has_the_places_that_are_left(planner: Planner) -> None:
    answer = await planner.plan(COORDINATOR, PlanRequest(phase="next"))
    assert (answer.places, answer.pairs) == (2, 5)
    assert chosen(answer) == {("bonn", "kisumu"), ("bonn", "accra")}


async def test_more_places_let_ulm_take_part_and_records_say_how_often(planner: Planner) -> None:
    answer = await planner.plan(COORDINATOR, PlanRequest(places=5))
    assert chosen(answer) == {("bonn", "kisumu"), ("bonn", "accra"), ("ulm", "mombasa")}
    one = await planner.plan(COORDINATOR, PlanRequest(places=5, capacities={"municipality:bonn": 0}))
    assert {pair[0] for pair in chosen(one)} == {"ulm"}
    assert len(chosen(one)) == 1


async def test_fits_are_each_sides_own(planner: Planner, world: Store) -> None:
    answer = await planner.plan(COORDINATOR, PlanRequest(places=5))
    fits = {(c.left.partition(":")[2], c.right.partition(":")[2]): (c.fit_left, c.fit_right) for c in answer.plan.choices}
    found, fitted = await CandidateFinder(world, today=lambda: DAY).candidates("municipality:kisumu")
    matcher, rows = fitted.matcher, fitted.matcher.profiles_.rows
    germans = [rows["municipality:bonn"], rows["municipality:ulm"]]
    assert fits["bonn", "kisumu"][1] == matcher.ranking(rows["municipality:kisumu"], np.array(germans)).scores[0]
    assert found.candidates[0].score == fits["bonn", "kisumu"][1]


async def test_interests_that_stand_are_the_pairs(planner: Planner) -> None:
    answer = await planner.plan(COORDINATOR, PlanRequest(places=5, source=Source.INTERESTS))
    assert chosen(answer) == {("bonn", "kisumu"), ("ulm", "mombasa")}
    assert (answer.pairs, dict(answer.excluded)) == (2, {})


async def test_interests_of_partners_and_of_others_than_asked_for_do_not_count(planner: Planner, world: Store) -> None:
    async with world.transaction() as tx:
        await tx.save("interest", ["id"], [["interest:old"], ["interest:south"]])
        await tx.link(Asks, ["source", "target"], [["municipality:bonn", "interest:old"], ["municipality:accra", "interest:south"]])
        await tx.link(Asked, ["source", "target"], [["municipality:mombasa", "interest:old"], ["municipality:kisumu", "interest:south"]])
    answer = await planner.plan(COORDINATOR, PlanRequest(places=5, source=Source.INTERESTS, seekers=("municipality:mombasa", "municipality:kisumu")))
    assert chosen(answer) == {("bonn", "kisumu"), ("ulm", "mombasa")}
    assert dict(answer.excluded) == {"already_partnered": 1, "no_german_side": 1}
    fewer = await planner.plan(COORDINATOR, PlanRequest(places=5, source=Source.INTERESTS, seekers=("municipality:kisumu",)))
    assert (chosen(fewer), fewer.excluded["filtered"]) == ({("bonn", "kisumu")}, 1)


async def test_seekers_are_those_named_or_those_who_say_so(planner: Planner, world: Store) -> None:
    async with world.transaction() as tx:
        await tx.save("municipality", ["id", "seeking"], [["municipality:kisumu", None]])
        await tx.save("municipality", ["id", "opted_out"], [["municipality:accra", True]])
    assert chosen(answer := await planner.plan(COORDINATOR, PlanRequest(places=5))) == {("ulm", "mombasa")}
    assert dict(answer.excluded) == {"opted_out": 1}
    named = await planner.plan(COORDINATOR, PlanRequest(places=5, seekers=("municipality:kisumu",)))
    assert chosen(named) == {("bonn", "kisumu")}
    kenyan = Compare(property="country", operator=Operator.EQ, value="GH")
    assert chosen(await planner.plan(COORDINATOR, PlanRequest(places=5, filter=kenyan))) == set()


@pytest.mark.parametrize(
    ("quota", "count"),
    [
        (PlanQuota(by=Grouping.COUNTRY, value="KE"), 2),
        (PlanQuota(by=Grouping.REGION, value="Western Africa"), 1),
        (PlanQuota(by=Grouping.LAND, value="BW"), 1),
        (PlanQuota(by=Grouping.DAC_GROUP, value="LMIC"), 3),
        (PlanQuota(by=Grouping.GOAL, value="11"), 2),
        (PlanQuota(by=Grouping.GOAL, value="sdg_goal:6"), 1),
    ],
)
async def test_pairs_count_for_their_groups(planner: Planner, quota: PlanQuota, count: int) -> None:
    answer = await planner.plan(COORDINATOR, PlanRequest(places=5, quotas=(quota,)))
    [kept] = answer.plan.quotas
    assert (kept.count, kept.met, answer.labels[kept.group]) == (count, True, quota)


async def test_quotas_that_cannot_be_kept_are_explained(planner: Planner) -> None:
    quotas = (PlanQuota(by=Grouping.COUNTRY, value="GH", least=2), PlanQuota(by=Grouping.GOAL, value="6", most=0))
    answer = await planner.plan(COORDINATOR, PlanRequest(places=5, quotas=quotas, variant=Variant.FAIR))
    assert answer.plan.infeasible is not None
    [bound] = answer.plan.infeasible.relax
    assert (bound.group, bound.bound, bound.asked, bound.possible) == ("country:GH", "minimum", 2, 1)
    assert "Ghana" in answer.text(answer.plan.infeasible.reason, "de")
    assert chosen(answer) == {("bonn", "kisumu"), ("bonn", "accra"), ("ulm", "mombasa")} - {("ulm", "mombasa")}


@pytest.mark.parametrize("viewer", [ANYBODY, ORGANISER, clerk("bonn")])
async def test_only_coordinators_plan_phases(planner: Planner, viewer: Viewer) -> None:
    with pytest.raises(Forbidden, match="allowed: coordinator, admin"):
        await planner.plan(viewer, PlanRequest(places=1))


@pytest.mark.parametrize(
    ("request_", "error", "message"),
    [
        (PlanRequest(), InvalidInput, "number of places is not known"),
        (PlanRequest(places=201), InvalidInput, "places is 201; allowed: 0 to 200"),
        (PlanRequest(places=1, each=51), InvalidInput, "each is 51; allowed: 0 to 50"),
        (PlanRequest(phase="moon"), NotFound, "phase:moon"),
        (PlanRequest(places=1, seekers=("municipality:moon",)), NotFound, "municipality:moon"),
        (PlanRequest(places=1, capacities={"municipality:bonn": -1}), InvalidInput, "at least 0"),
        (PlanRequest(places=1, quotas=(PlanQuota(by=Grouping.GOAL, value="99"),)), NotFound, "sdg_goal:99"),
        (
            PlanRequest(places=1, quotas=(PlanQuota(by=Grouping.DAC_GROUP, value="POOR"),)),
            InvalidInput,
            "no dac_group 'POOR' here; allowed: LDC, LIC, LMIC, UMIC",
        ),
        (PlanRequest(places=1, quotas=(PlanQuota(by=Grouping.LAND, value="BY"),)), InvalidInput, "no land 'BY' here; allowed: BW, NW"),
        (
            PlanRequest(places=1, quotas=(PlanQuota(by=Grouping.REGION, value="Africa"),)),
            InvalidInput,
            "allowed: Eastern Africa, Western Africa, Western Europe",
        ),
        (PlanRequest(places=1, quotas=(PlanQuota(by=Grouping.COUNTRY, value="BO"),)), InvalidInput, "no country 'BO' here; allowed: DE, GH, KE"),
        (PlanRequest(places=1, quotas=(PlanQuota(by=Grouping.LAND, value="NW", least=2, most=1),)), InvalidInput, "2 to 1"),
        (PlanRequest(places=1, quotas=(PlanQuota(by=Grouping.LAND, value="NW"),) * 2), InvalidInput, "one quota only"),
    ],
)
async def test_what_makes_no_sense_is_refused(planner: Planner, request_: PlanRequest, error: type[Exception], message: str) -> None:
    with pytest.raises(error, match=message):
        await planner.plan(COORDINATOR, request_)
