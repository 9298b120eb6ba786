"""Experts: the pool as the network has it, each viewer in what is theirs to know, needs from missions."""

from __future__ import annotations

import datetime

import numpy as np
import pytest

from graph_api.errors import Forbidden, InvalidInput, NotFound
from graph_api.model import TakesPart
from graph_api.operations.candidates import CandidateFinder
from graph_api.operations.experts import ExpertFinder, ExpertNeed, to_need
from graph_api.operations.pools import POOL_KINDS, POOL_LINKS, Experts, read_experts
from graph_api.operations.viewers import ANYBODY, Role, Viewer
from graph_api.storage.base import Store
from matching.expert_pool import SOURCES
from tests.suggesting import COORDINATOR, DAY, ORGANISER, SUGGESTING, clerk
from tests.worlds import settle

pytestmark = pytest.mark.above_the_port

WASTE = ExpertNeed(subjects=("topic:waste",))
JULY = ExpertNeed(subjects=("topic:waste",), starts_on=datetime.date(2025, 7, 21), ends_on=datetime.date(2025, 7, 25))


@pytest.fixture
async def world(store: Store) -> Store:
    await settle(store, SUGGESTING)
    return store


@pytest.fixture
def finder(world: Store) -> ExpertFinder:
    return ExpertFinder(world, CandidateFinder(world, today=lambda: DAY))


async def read(store: Store) -> Experts:
    fitted = await CandidateFinder(store, today=lambda: DAY).fitted()
    return read_experts(fitted, await store.snapshot(POOL_KINDS, POOL_LINKS))


async def found(finder: ExpertFinder, viewer: Viewer, mission: str | None = None, need: ExpertNeed = WASTE) -> list[str]:
    answer = await finder.candidates(viewer, mission, need)
    return sorted(c.id.partition(":")[2] for c in answer.found.candidates)


async def test_evidence_comes_from_the_person_the_department_projects_and_missions_that_have_begun(world: Store) -> None:
    pool = (await read(world)).pool
    shown = {
        (pool.ids[e], pool.subjects.ids[s], SOURCES[source], count)
        for e, s, source, count in zip(*(column.tolist() for column in vars(pool.evidence).values()), strict=True)
    }
    assert shown == {
        ("expert:ana", "topic:waste", "topics", 1.0),
        ("expert:ben", "topic:waste", "topics", 1.0),
        ("expert:kip", "topic:waste", "topics", 1.0),
        ("expert:zoe", "topic:waste", "topics", 1.0),
        ("expert:ana", "topic:waste", "projects", 1.0),
        ("expert:ben", "topic:waste", "projects", 1.0),
        ("expert:kip", "topic:waste", "department", 1.0),
        ("expert:una", "topic:water", "department", 1.0),
        ("expert:kip", "topic:water", "missions", 1.0),
        ("expert:una", "topic:water", "missions", 1.0),
    }


async def test_columns_of_the_pool(world: Store) -> None:
    pool = (await read(world)).pool
    assert pool.ids == ("expert:ana", "expert:ben", "expert:kip", "expert:una", "expert:zoe")
    assert pool.municipality == ("municipality:bonn", "municipality:bonn", "municipality:kisumu", "municipality:ulm", None)
    assert pool.department[3:] == ("department:rivers", None)
    assert pool.available_from.tolist()[0] == datetime.date(2025, 7, 1).toordinal()
    assert np.isnan(pool.available_to[4])
    assert sorted(zip([pool.ids[row] for row in pool.journeys.expert], pool.journeys.mission, strict=True)) == [
        ("expert:ana", "mission:trip"),
        ("expert:kip", "mission:past"),
        ("expert:una", "mission:past"),
    ]


async def test_a_mission_says_what_is_needed_and_a_need_changes_it(world: Store) -> None:
    missions = (await read(world)).missions
    need = to_need(missions, "trip", ExpertNeed())
    assert (need.id, need.subjects, need.languages, need.slots) == ("mission:trip", ("topic:waste",), ("en",), 1)
    assert (need.starts_on, need.days) == (datetime.date(2025, 7, 7).toordinal(), 5)
    assert need.excluded_municipalities == ("municipality:ulm",)
    changed = to_need(missions, "mission:trip", ExpertNeed(subjects=("topic:water",), languages=(), slots=3, conflicts=()))
    assert (changed.subjects, changed.languages, changed.slots, changed.excluded_municipalities) == (("topic:water",), (), 3, ())
    assert to_need(missions, "open", ExpertNeed()).subjects == ("topic:waste",)


@pytest.mark.parametrize(
    ("mission", "need", "message"),
    [
        (None, ExpertNeed(), "neither a mission nor subjects"),
        (None, ExpertNeed(subjects=("topic:waste",), slots=0), "slots is 0; allowed: 1 to 20"),
        (None, ExpertNeed(subjects=("topic:moon",)), "topic:moon"),
        (None, ExpertNeed(subjects=("topic:waste",), starts_on=DAY), "both dates or none"),
        (None, ExpertNeed(subjects=("topic:waste",), starts_on=DAY, ends_on=datetime.date(2025, 5, 1)), "before"),
    ],
)
async def test_a_need_that_makes_no_sense_is_refused(finder: ExpertFinder, mission: str | None, need: ExpertNeed, message: str) -> None:
    with pytest.raises(InvalidInput, match=message):
        await finder.candidates(COORDINATOR, mission, need)


async def test_an_unknown_mission_is_not_found(finder: ExpertFinder) -> None:
    with pytest.raises(NotFound, match=r"^not found: mission:moon$"):
        await finder.candidates(COORDINATOR, "moon", ExpertNeed())


@pytest.mark.parametrize("viewer", [ANYBODY, Viewer(role=Role.EXPERT, expert="expert:ana")])
async def test_not_everybody_is_told_whom_to_send(finder: ExpertFinder, viewer: Viewer) -> None:
    with pytest.raises(Forbidden, match="organiser, municipality, coordinator, admin"):
        await finder.candidates(viewer, None, WASTE)
    with pytest.raises(Forbidden):
        await finder.assign(viewer, ["trip"])


async def test_only_coordinators_see_those_who_have_not_agreed(finder: ExpertFinder) -> None:
    assert await found(finder, COORDINATOR) == ["ana", "ben", "kip", "zoe"]
    assert await found(finder, ORGANISER) == ["ana", "kip", "zoe"]
    assert await found(finder, clerk("bonn")) == ["ana", "kip", "zoe"]


async def test_windows_count_only_where_they_may_be_seen(finder: ExpertFinder) -> None:
    assert await found(finder, ORGANISER, need=JULY) == ["ana", "kip"]
    stranger = await finder.candidates(clerk("kisumu"), None, JULY)
    assert sorted(c.id for c in stranger.found.candidates) == ["expert:ana", "expert:kip", "expert:zoe"]
    assert "unavailable" not in stranger.found.excluded
    facet = {c.id: next(f for f in c.facets if f.name == "availability") for c in stranger.found.candidates}
    assert (facet["expert:ana"].score, facet["expert:ana"].reason.key) == (None, "unknown")
    own = await finder.candidates(clerk("bonn"), None, JULY)
    facet = {c.id: next(f for f in c.facets if f.name == "availability") for c in own.found.candidates}
    assert (facet["expert:ana"].score, facet["expert:ana"].reason.key) == (1.0, "available")


async def test_partners_see_each_others_windows(finder: ExpertFinder) -> None:
    answer = await finder.candidates(clerk("mombasa"), None, JULY)
    facet = {c.id: next(f for f in c.facets if f.name == "availability") for c in answer.found.candidates}
    assert facet["expert:ana"].score == 1.0


async def test_a_seen_pool_keeps_evidence_and_journeys_with_their_people(finder: ExpertFinder) -> None:
    answer = await finder.candidates(ORGANISER, None, ExpertNeed(subjects=("topic:water",)))
    assert sorted(c.id for c in answer.found.candidates) == ["expert:kip", "expert:una"]
    assert [f.reason.facts["missions"] for c in answer.found.candidates for f in c.facets if f.name == "topics"] == [1, 1]


async def test_a_mission_is_staffed_without_the_people_of_its_host(finder: ExpertFinder) -> None:
    answer = await finder.candidates(COORDINATOR, "trip", ExpertNeed())
    assert [c.id for c in answer.found.candidates] == ["expert:ana", "expert:ben", "expert:kip"]
    assert [(c.id, c.rule) for c in answer.found.conflicts] == [("expert:una", "own_municipality")]
    assert answer.found.excluded == {"own_municipality": 1, "unavailable": 1}
    assert answer.text(answer.found.candidates[0].facets[0].reason, "de") == "Erfahrung mit: Abfall (1 Projekt)."


async def test_who_goes_already_fills_a_place_though_the_viewer_does_not_see_them(finder: ExpertFinder, world: Store) -> None:
    async with world.transaction() as tx:
        await tx.link(TakesPart, ["source", "target"], [["expert:ben", "mission:trip"]])
    for viewer in (COORDINATOR, clerk("accra")):
        full, open_ = [await finder.candidates(viewer, "trip", ExpertNeed(slots=slots), keep=True) for slots in (2, 3)]
        assert ([slot.expert for slot in full.found.slots], full.found.shortage) == ([], None)
        assert [slot.expert for slot in open_.found.slots] == ["expert:kip"]


async def test_several_missions_share_the_experts(finder: ExpertFinder) -> None:
    answer = await finder.assign(COORDINATOR, ["trip", "mission:open"], slots=2, capacity=1)
    assert (answer.found.filled, answer.found.wanted) == (4, 4)
    assert set(answer.found.load.values()) == {1}
    assert [team.need for team in answer.found.teams] == ["mission:trip", "mission:open"]
    for wrong, message in (([], "0 missions; allowed: 1 to 50"), (["trip", "trip"], "unique"), (["moon"], "not found: mission:moon")):
        with pytest.raises(InvalidInput, match=message):
            await finder.assign(COORDINATOR, wrong)


async def test_a_write_is_seen_at_once(finder: ExpertFinder, world: Store) -> None:
    assert "ben" not in await found(finder, ORGANISER)
    async with world.transaction() as tx:
        await tx.save("expert", ["id", "consent"], [["expert:ben", True]])
    assert "ben" in await found(finder, ORGANISER)
