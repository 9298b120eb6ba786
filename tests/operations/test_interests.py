"""Interests: who may ask whom, who answers, what an answer opens, and what nobody else learns."""

from __future__ import annotations

import datetime

import pytest

from graph_api.errors import Conflict, Forbidden, InvalidInput, NotFound
from graph_api.operations.candidates import CandidateFinder
from graph_api.operations.interests import Interests
from graph_api.operations.viewers import ANYBODY, Viewer
from graph_api.storage.base import Compare, Operator, Selection, Shape, Store
from tests.programme import COORDINATOR, DAY, ORGANISER, PROGRAMME, Clock, by, changes, of, values
from tests.worlds import settle

pytestmark = pytest.mark.above_the_port

BONN, ULM, HOF, KISUMU, MOMBASA, LAPAZ, LYON = (f"municipality:{town}" for town in ("bonn", "ulm", "hof", "kisumu", "mombasa", "lapaz", "lyon"))
MARKS = ("status", "asked_on", "answered_on", "expires_on", "message", "reason")


@pytest.fixture
async def world(store: Store) -> Store:
    await settle(store, PROGRAMME)
    return store


def at(store: Store, day: datetime.date = DAY) -> Interests:
    return Interests(Clock(day).editor(store))


async def seen(store: Store, viewer: Viewer) -> list[str]:
    """Ids of the interests that somebody sees."""
    [[_, rows]] = await store.select(Selection(shapes=(Shape(kind="interest"),), filter=viewer.scope("interest")))
    return [row[0] for row in rows]


async def addresses(store: Store, viewer: Viewer) -> dict[str, str]:
    """The experts' e-mail addresses that somebody sees."""
    [[_, rows]] = await store.select(Selection(shapes=(Shape(kind="expert", properties=("email",), reveal=viewer.reveal("expert")),)))
    return {row[0].removeprefix("expert:"): row[3][0] for row in rows if row[3][0]}


async def test_a_municipality_asks_another_and_gets_its_answer(world: Store) -> None:
    asked = await at(world).ask(by(of("kisumu")), KISUMU, BONN, "Waste?")
    assert await values(world, asked, *MARKS) == ["open", "2025-06-01", None, "2025-08-30", "Waste?", None]
    assert await at(world, DAY + datetime.timedelta(days=90)).answer(by(of("bonn")), asked, accept=False, reason="No staff") == asked
    assert await values(world, asked, *MARKS) == ["declined", "2025-06-01", "2025-08-30", "2025-08-30", "Waste?", "No staff"]
    assert [entry[:2] for entry in await changes(world, asked)] == [["kisumu-clerk", "save"], ["bonn-clerk", "save"]]


async def test_addresses_are_released_to_both_sides_after_yes_only_and_with_consent(world: Store) -> None:
    asked = await at(world).ask(by(COORDINATOR), KISUMU, BONN)
    own = {"bonn": {"ana": "ana@bonn.example", "ben": "ben@bonn.example"}, "kisumu": {"kip": "kip@kisumu.example"}}
    assert [await addresses(world, of(town)) for town in ("bonn", "kisumu", "ulm")] == [own["bonn"], own["kisumu"], {}]
    await at(world).answer(by(of("bonn")), asked, accept=True)
    assert await addresses(world, of("bonn")) == own["bonn"] | own["kisumu"]
    assert await addresses(world, of("kisumu")) == own["kisumu"] | {"ana": "ana@bonn.example"}
    assert [await addresses(world, viewer) for viewer in (of("ulm"), ANYBODY)] == [{}, {}]


async def test_a_no_releases_no_address(world: Store) -> None:
    asked = await at(world).ask(by(COORDINATOR), KISUMU, BONN)
    await at(world).answer(by(of("bonn")), asked, accept=False)
    assert await addresses(world, of("kisumu")) == {"kip": "kip@kisumu.example"}


@pytest.mark.parametrize(
    ("asker", "asked", "message"),
    [
        (BONN, BONN, "two different municipalities"),
        (BONN, ULM, "exactly one of them has to be German"),
        (KISUMU, MOMBASA, "exactly one of them has to be German"),
        (BONN, LAPAZ, r"La Paz \(BO\) is not on the DAC list on 2025-06-01"),
        (BONN, LYON, "not on the DAC list"),
        (BONN, MOMBASA, "partners already: partnership:bm"),
        (KISUMU, HOF, "does not want to be suggested"),
    ],
)
async def test_pairs_that_cannot_become_partners_are_refused(world: Store, asker: str, asked: str, message: str) -> None:
    with pytest.raises(InvalidInput, match=message):
        await at(world).ask(by(COORDINATOR), asker, asked)
    assert await seen(world, COORDINATOR) == []


async def test_an_ended_partnership_does_not_stand_in_the_way(world: Store) -> None:
    async with world.transaction() as tx:
        await tx.save("partnership", ["id", "status"], [["partnership:bm", "ended"]])
    assert await at(world).ask(by(COORDINATOR), BONN, MOMBASA)


async def test_who_waits_for_an_answer_is_not_asked_and_does_not_ask_again(world: Store) -> None:
    first = await at(world).ask(by(COORDINATOR), KISUMU, BONN)
    for asker, asked in ((KISUMU, BONN), (BONN, KISUMU)):
        with pytest.raises(Conflict, match=f"waits for the answer: {first}"):
            await at(world).ask(by(COORDINATOR), asker, asked)
    assert await at(world, DAY + datetime.timedelta(days=91)).ask(by(COORDINATOR), KISUMU, BONN) != first


async def test_only_the_sides_and_coordinators_act(world: Store) -> None:
    for viewer in (of("bonn"), ORGANISER, ANYBODY):
        with pytest.raises(Forbidden):
            await at(world).ask(by(viewer), KISUMU, BONN)
    asked = await at(world).ask(by(of("kisumu")), KISUMU, BONN)
    with pytest.raises(Forbidden):
        await at(world).answer(by(of("kisumu")), asked, accept=True)
    with pytest.raises(Forbidden):
        await at(world).withdraw(by(of("bonn")), asked)
    for viewer in (of("ulm"), ORGANISER, ANYBODY):  # they do not even learn that there is one
        with pytest.raises(NotFound):
            await at(world).answer(by(viewer), asked, accept=True)
    assert await values(world, asked, "status") == ["open"]


async def test_what_is_closed_stays_closed(world: Store) -> None:
    asked = await at(world).ask(by(of("kisumu")), KISUMU, BONN)
    with pytest.raises(Conflict, match="not open any more: it is expired"):
        await at(world, DAY + datetime.timedelta(days=91)).answer(by(of("bonn")), asked, accept=True)
    await at(world).withdraw(by(of("kisumu"), "changed our mind"), asked)
    with pytest.raises(Conflict, match="it is withdrawn"):
        await at(world).answer(by(of("bonn")), asked, accept=True)
    assert (await changes(world, asked))[-1] == ["kisumu-clerk", "save", "changed our mind"]


async def test_a_request_that_comes_again_is_carried_out_once(world: Store) -> None:
    first = await at(world).ask(by(of("kisumu"), key="k1"), KISUMU, BONN)
    assert await at(world).ask(by(of("kisumu"), key="k1"), KISUMU, BONN) == first
    assert await seen(world, COORDINATOR) == [first]


async def test_a_dismissed_candidate_never_learns_of_it(world: Store) -> None:
    dismissed = await at(world).dismiss(by(of("kisumu")), KISUMU, BONN, "Too far")
    assert await values(world, dismissed, "status", "reason", "asked_on") == ["dismissed", "Too far", None]
    assert [await seen(world, viewer) for viewer in (of("kisumu"), COORDINATOR, of("bonn"), ANYBODY)] == [[dismissed], [dismissed], [], []]
    with pytest.raises(NotFound):
        await at(world).answer(by(of("bonn")), dismissed, accept=True)
    assert await at(world).dismiss(by(of("kisumu")), KISUMU, BONN, "Other topics") == dismissed
    assert await values(world, dismissed, "reason") == ["Other topics"]
    assert await at(world).ask(by(of("bonn")), BONN, KISUMU)


async def test_candidates_leave_out_who_was_dismissed_for_the_asker_only_and_who_opted_out_for_all(world: Store) -> None:
    finder = CandidateFinder(world, today=lambda: DAY)

    async def suggested(viewer: Viewer) -> tuple[list[str], dict[str, int]]:
        found, _ = await finder.candidates(KISUMU, viewer=viewer)
        return sorted(c.id for c in found.candidates), {rule: found.excluded.get(rule, 0) for rule in ("dismissed", "opted_out")}

    assert await suggested(of("kisumu")) == ([BONN, ULM], {"dismissed": 0, "opted_out": 1})
    await at(world).dismiss(by(of("kisumu")), KISUMU, BONN, "Too far")
    assert await suggested(of("kisumu")) == await suggested(COORDINATOR) == ([ULM], {"dismissed": 1, "opted_out": 1})
    assert await suggested(of("bonn")) == await suggested(ANYBODY) == ([BONN, ULM], {"dismissed": 0, "opted_out": 1})


async def test_a_dismissal_can_be_taken_back(world: Store) -> None:
    dismissed = await at(world).dismiss(by(of("kisumu")), KISUMU, BONN, "Too far")
    with pytest.raises(NotFound):
        await at(world).withdraw(by(of("bonn")), dismissed)
    await at(world).withdraw(by(of("kisumu"), "Not so far after all"), dismissed)
    assert await seen(world, COORDINATOR) == []
    assert await changes(world, dismissed) == [["kisumu-clerk", "save", None], ["kisumu-clerk", "delete", "Not so far after all"]]


async def test_a_reason_is_asked_for(world: Store) -> None:
    with pytest.raises(InvalidInput, match="reason is empty"):
        await at(world).dismiss(by(COORDINATOR), KISUMU, BONN, " ")
    with pytest.raises(InvalidInput, match="reason is empty"):
        await at(world).record_demand(by(COORDINATOR), KISUMU, "")


async def test_demand_that_nobody_meets_is_seen_by_its_municipality_and_coordinators(world: Store) -> None:
    with pytest.raises(Forbidden):
        await at(world).record_demand(by(of("bonn")), KISUMU, "Nobody works on lakes")
    demand = await at(world).record_demand(by(of("kisumu")), KISUMU, "Nobody works on lakes", "Lake shores")
    assert await values(world, demand, "message", "reason", "recorded_on", "answered_on") == ["Lake shores", "Nobody works on lakes", "2025-06-01", None]
    for viewer, expected in ((of("kisumu"), 1), (COORDINATOR, 1), (of("bonn"), 0), (ORGANISER, 0), (ANYBODY, 0)):
        assert await world.count("demand", viewer.scope("demand")) == expected


async def test_a_message_that_no_cell_can_carry_is_refused(world: Store) -> None:
    with pytest.raises(InvalidInput, match="characters are too many"):
        await at(world).ask(by(COORDINATOR), KISUMU, BONN, "x" * 10_001)
    assert await world.count("interest", Compare(property="status", operator=Operator.EQ, value="open")) == 0
