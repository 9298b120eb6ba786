"""A partnership's life: which step may follow which, and how it comes into a phase and out of it."""

from __future__ import annotations

import datetime
from typing import Any

import pytest

from graph_api.errors import Conflict, Forbidden, InvalidInput, NotFound
from graph_api.model import Membership, Participation, PartnershipStatus
from graph_api.operations.partnerships import PARTICIPATION, Partnerships, over, standing
from graph_api.operations.viewers import ANYBODY
from graph_api.storage.base import Store
from tests.programme import COORDINATOR, DAY, ORGANISER, PROGRAMME, Clock, by, changes, of, values
from tests.worlds import settle

pytestmark = pytest.mark.above_the_port

BM, UL, KM, ONE, OLD = "partnership:bm", "partnership:ul", "partnership:km", "phase:one", "phase:old"


@pytest.fixture
async def world(store: Store) -> Store:
    await settle(store, PROGRAMME)
    return store


def at(store: Store, day: datetime.date = DAY) -> Partnerships:
    return Partnerships(Clock(day).editor(store))


async def part(store: Store, partnership: str, phase: str = ONE) -> dict[str, Any]:
    """What is known of a partnership's part in a phase."""
    snapshot = await store.snapshot({}, {Participation: (*PARTICIPATION, "proposed_by")})
    columns = snapshot.links[Participation].values
    rows = [dict(zip(columns, row, strict=True)) for row in zip(*columns.values(), strict=True)]
    [found] = [row for row in rows if (row["source"], row["target"]) == (partnership, phase)] or [{}]
    return {n: v for n, v in found.items() if v}


async def take_part(store: Store, partnership: str, **facts: Any) -> None:
    async with store.transaction() as tx:
        await tx.link(Participation, ["source", "target", *facts], [[partnership, ONE, *facts.values()]])


# ── status ────────────────────────────────────────────────────────────────────────────────────────────────────────────


async def test_a_partnership_rests_goes_on_and_ends_with_a_reason_each_time(world: Store) -> None:
    steps = (("dormant", "Elections"), ("active", "New mayors"), ("ended", "Nobody left"))
    for status, reason in steps:
        await at(world).set_status(by(COORDINATOR, reason), BM, PartnershipStatus(status), DAY)
    assert await values(world, BM, "status", "status_since", "ended") == ["ended", "2025-06-01", "2025-06-01"]
    assert await changes(world, BM) == [["cora", "save", reason] for _, reason in steps]


@pytest.mark.parametrize(
    ("now", "then", "allowed"),
    [
        ("contact", "active", "agreed, ended"),
        ("agreed", "contact", "active, ended"),
        ("agreed", "dormant", "active, ended"),
        ("active", "contact", "dormant, ended"),
        ("active", "active", "dormant, ended"),
        ("dormant", "agreed", "active, ended"),
        ("ended", "active", "nothing"),
    ],
)
async def test_steps_that_cannot_follow_are_refused(world: Store, now: str, then: str, allowed: str) -> None:
    async with world.transaction() as tx:
        await tx.save("partnership", ["id", "status"], [[BM, now]])
    with pytest.raises(InvalidInput, match=f"{then} cannot follow, allowed: {allowed}"):
        await at(world).set_status(by(COORDINATOR, "why"), BM, PartnershipStatus(then))
    assert await values(world, BM, "status", "status_since") == [now, None]


async def test_a_step_needs_a_reason_a_possible_day_and_a_coordinator(world: Store) -> None:
    with pytest.raises(InvalidInput, match="reason is missing"):
        await at(world).set_status(by(COORDINATOR), BM, PartnershipStatus.DORMANT)
    with pytest.raises(InvalidInput, match="lies ahead"):
        await at(world).set_status(by(COORDINATOR, "x"), BM, PartnershipStatus.DORMANT, DAY + datetime.timedelta(days=1))
    for viewer in (of("bonn"), ORGANISER, ANYBODY):
        with pytest.raises(Forbidden):
            await at(world).set_status(by(viewer, "x"), BM, PartnershipStatus.DORMANT)
    with pytest.raises(NotFound):
        await at(world).set_status(by(COORDINATOR, "x"), "partnership:atlantis", PartnershipStatus.DORMANT)
    await at(world).set_status(by(COORDINATOR, "x"), BM, PartnershipStatus.DORMANT, DAY)
    with pytest.raises(InvalidInput, match="lies before 2025-06-01"):
        await at(world).set_status(by(COORDINATOR, "x"), BM, PartnershipStatus.ACTIVE, DAY - datetime.timedelta(days=1))


# ── phases ────────────────────────────────────────────────────────────────────────────────────────────────────────────


async def test_a_german_member_proposes_the_agreement_is_signed_and_the_partnership_leaves(world: Store) -> None:
    ends = {"source": BM, "target": ONE}
    await at(world).propose(by(of("bonn")), BM, ONE)
    proposed = ends | {"proposed_on": "2025-06-01", "proposed_by": "municipality:bonn"}
    assert await part(world, BM) == proposed
    later = DAY + datetime.timedelta(days=30)
    await at(world, later).sign(by(COORDINATOR), BM, ONE)
    assert await part(world, BM) == proposed | {"agreed_on": "2025-07-01", "joined": "2025-07-01"}
    await at(world, later).leave(by(of("bonn"), "no staff"), BM, ONE)
    assert (await part(world, BM))["left"] == "2025-07-01"
    assert await changes(world, BM) == [["bonn-clerk", "link", None], ["cora", "link", None], ["bonn-clerk", "link", "no staff"]]


async def test_the_day_of_the_dac_list_decides(world: Store) -> None:
    with pytest.raises(InvalidInput, match=r"La Paz \(BO\) is not on the DAC list on 2025-06-01"):
        await at(world).propose(by(of("ulm")), UL, ONE)
    assert await part(world, UL) == {}
    await at(world, datetime.date(2024, 12, 31)).propose(by(of("ulm")), UL, ONE)
    assert (await part(world, UL))["proposed_on"] == "2024-12-31"


async def test_before_the_first_known_day_of_a_listing_nobody_proposes(world: Store) -> None:
    with pytest.raises(InvalidInput, match="was on the DAC list on 2023-12-31 is not known"):
        await at(world, datetime.date(2023, 12, 31)).propose(by(of("bonn")), BM, ONE)


async def test_only_a_german_member_proposes(world: Store) -> None:
    with pytest.raises(InvalidInput, match="has no German member"):
        await at(world).propose(by(COORDINATOR), KM, ONE)
    with pytest.raises(InvalidInput, match="municipality:mombasa is no German member"):
        await at(world).propose(by(of("mombasa")), BM, ONE)
    for viewer in (of("mombasa"), ORGANISER, ANYBODY):
        with pytest.raises(Forbidden):
            await at(world).propose(by(viewer), BM, ONE, "municipality:bonn")
    async with world.transaction() as tx:
        await tx.link(Membership, ["source", "target"], [["municipality:ulm", BM]])
    with pytest.raises(InvalidInput, match="say who proposes: municipality:bonn, municipality:ulm"):
        await at(world).propose(by(COORDINATOR), BM, ONE)
    async with world.transaction() as tx:
        await tx.link(Membership, ["source", "target", "left"], [["municipality:bonn", BM, "2024"]])
    await at(world).propose(by(COORDINATOR), BM, ONE)
    assert (await part(world, BM))["proposed_by"] == "municipality:ulm"


async def test_two_german_members_alone_are_no_partnership_of_the_programme(world: Store) -> None:
    async with world.transaction() as tx:
        await tx.link(Membership, ["source", "target"], [["municipality:bonn", KM], ["municipality:ulm", KM]], replace="target")
    with pytest.raises(InvalidInput, match="no member from a country on the DAC list"):
        await at(world).propose(by(of("bonn")), KM, ONE)


async def test_a_full_phase_takes_no_more_and_proposals_take_no_place(world: Store) -> None:
    async with world.transaction() as tx:
        await tx.link(Membership, ["source", "target"], [["municipality:ulm", KM]])
    await at(world).propose(by(COORDINATOR), BM, ONE)
    await at(world).propose(by(COORDINATOR), KM, ONE)
    await at(world).sign(by(COORDINATOR), KM, ONE)
    with pytest.raises(Conflict, match="phase:one has no room: 1 of 1 places are taken"):
        await at(world).sign(by(COORDINATOR), BM, ONE)
    await at(world).leave(by(COORDINATOR), KM, ONE)
    await at(world).sign(by(COORDINATOR), BM, ONE)
    with pytest.raises(Conflict, match="was signed on 2025-06-01"):
        await at(world).sign(by(COORDINATOR), BM, ONE)


async def test_who_takes_part_fills_the_phase_for_proposals_too(world: Store) -> None:
    await take_part(world, UL, joined="2025")
    with pytest.raises(Conflict, match="no room"):
        await at(world).propose(by(COORDINATOR), BM, ONE)
    await take_part(world, UL, left="2025-05")
    await at(world).propose(by(COORDINATOR), BM, ONE)


async def test_what_is_over_or_there_already_is_refused(world: Store) -> None:
    async with world.transaction() as tx:
        await tx.save("phase", ["id", "ended"], [[OLD, "2018"]])
    with pytest.raises(InvalidInput, match="phase:old ended in 2018"):
        await at(world).propose(by(COORDINATOR), BM, OLD)
    with pytest.raises(NotFound):
        await at(world).propose(by(COORDINATOR), BM, "phase:ten")
    await at(world).propose(by(COORDINATOR), BM, ONE)
    with pytest.raises(Conflict, match="already"):
        await at(world).propose(by(COORDINATOR), BM, ONE)
    async with world.transaction() as tx:
        await tx.save("partnership", ["id", "ended"], [[BM, "2024"]])
    with pytest.raises(InvalidInput, match="has ended"):
        await at(world).propose(by(COORDINATOR), BM, OLD)


async def test_signing_and_leaving_need_a_part_a_possible_day_and_the_right(world: Store) -> None:
    with pytest.raises(InvalidInput, match="propose it first"):
        await at(world).sign(by(COORDINATOR), BM, ONE)
    with pytest.raises(InvalidInput, match="propose it first"):
        await at(world).leave(by(COORDINATOR), BM, ONE)
    await at(world).propose(by(COORDINATOR), BM, ONE)
    before = DAY - datetime.timedelta(days=1)
    for refused in (at(world).sign(by(COORDINATOR), BM, ONE, before), at(world).leave(by(COORDINATOR), BM, ONE, before)):
        with pytest.raises(InvalidInput, match="lies before 2025-06-01"):
            await refused
    for refused in (at(world).sign(by(of("bonn")), BM, ONE), at(world).leave(by(of("mombasa")), BM, ONE), at(world).leave(by(ANYBODY), BM, ONE)):
        with pytest.raises(Forbidden):
            await refused
    assert set(await part(world, BM)) == {"source", "target", "proposed_on", "proposed_by"}


async def test_members_who_left_do_not_stand_in_it(world: Store) -> None:
    async with world.transaction() as tx:
        await tx.link(Membership, ["source", "target", "left"], [["municipality:bonn", BM, "2025-05-31"], ["municipality:mombasa", BM, "2025"]])
    found = await standing(world, BM, DAY)
    assert [m.name for m in found.members] == ["Mombasa"]


def test_a_month_is_over_when_it_has_passed() -> None:
    assert [over(end, "2025-06-01") for end in ("2025-05-31", "2025-06-01", "2025-05", "2025-06", "2024", "2025", None)] == [
        True,
        False,
        True,
        False,
        True,
        False,
        False,
    ]
