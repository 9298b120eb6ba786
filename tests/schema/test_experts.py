"""Suggested experts over the API: records as the viewer may see them, sentences, and refusals."""

from __future__ import annotations

from typing import Any

import pytest

from graph_api.operations.viewers import ANYBODY
from tests.suggesting import COORDINATOR, ORGANISER, clerk

pytestmark = pytest.mark.above_the_port

Api = Any

QUERY = """query($mission: ID, $need: ExpertNeedInput, $first: Int) {
  expertCandidates(mission: $mission, need: $need, first: $first) {
    candidates { rank score fit expert { id name email } facets { name score share reason(language: DE) evidence }
      reasons(language: DE) remarks { key text(language: FR) } }
    slots { score expert { name } alternates { name department { name } } }
    considered excluded { rule count } conflicts { rule expert { name } reason { text evidence } }
    shortage { missing relax gain reason { text } } revision algorithm } }"""

ASSIGN = """query($missions: [ID!]!, $slots: Int, $capacity: Int! = 2, $keep: Boolean! = false) {
  assignExperts(missions: $missions, slots: $slots, capacity: $capacity, keep: $keep) {
    teams { mission { name } open slots { score expert { name } reasons { text } } shortage { relax reason { text } } }
    filled wanted total proven load { missions expert { name } } algorithm } }"""


async def test_experts_are_ranked_explained_and_accounted_for(suggesting: Api) -> None:
    found = (await suggesting.of(COORDINATOR)(QUERY, mission="trip", first=10))["expertCandidates"]
    assert [(c["rank"], c["expert"]["name"]) for c in found["candidates"]] == [(1, "Ana"), (2, "Ben"), (3, "Kip")]
    ana, ben, _ = found["candidates"]
    assert "Erfahrung mit: Abfall (1 Projekt)." in ana["reasons"]
    assert ana["facets"][0]["evidence"] == ["topic:waste"]
    assert ana["score"] == round(sum(f["share"] for f in ana["facets"]), 9)
    assert (ana["remarks"], [r["key"] for r in ben["remarks"]]) == ([], ["consent.none"])
    [slot] = found["slots"]
    assert (slot["score"], slot["expert"], slot["alternates"][0]) == (ana["score"], {"name": "Ana"}, {"name": "Ben", "department": {"name": "Cleaning"}})
    assert found["conflicts"] == [
        {
            "rule": "own_municipality",
            "expert": {"name": "Una"},
            "reason": {"text": "Una works for the municipality that is to be advised.", "evidence": ["expert:una", "municipality:ulm"]},
        }
    ]
    assert found["excluded"] == [{"rule": "own_municipality", "count": 1}, {"rule": "unavailable", "count": 1}]
    assert (found["considered"], found["shortage"], found["algorithm"]) == (3, None, "experts-1")


async def test_a_need_without_a_mission_and_what_is_short(suggesting: Api) -> None:
    need = {"subjects": ["topic:waste"], "requiredLanguages": ["de", "en"], "startsOn": "2025-07-21", "endsOn": "2025-07-22", "slots": 2}
    found = (await suggesting.of(ORGANISER)(QUERY, need=need, first=0))["expertCandidates"]
    assert (found["candidates"], found["considered"], [s["expert"]["name"] for s in found["slots"]]) == ([], 1, ["Ana"])
    assert found["slots"][0]["score"] is None
    assert (found["shortage"]["missing"], found["shortage"]["relax"], found["shortage"]["gain"]) == (1, "language", 1)


async def test_those_who_are_no_part_of_the_programme_are_refused(suggesting: Api) -> None:
    for query, given in ((QUERY, {"mission": "trip"}), (ASSIGN, {"missions": ["trip"]})):
        code, message = await suggesting.refusal(query, **given)
        assert (code, "organiser, municipality, coordinator, admin" in message) == ("FORBIDDEN", True)
    assert ANYBODY.role.value in message


async def test_a_municipality_sees_neither_those_who_have_not_agreed_nor_strangers_windows(suggesting: Api) -> None:
    need = {"subjects": ["topic:waste"], "startsOn": "2025-07-21", "endsOn": "2025-07-22"}
    found = (await suggesting.of(clerk("kisumu"))(QUERY, need=need, first=10))["expertCandidates"]
    assert sorted(c["expert"]["name"] for c in found["candidates"]) == ["Ana", "Kip", "Zoe"]
    reasons = {c["expert"]["name"]: next(f["reason"] for f in c["facets"] if f["name"] == "availability") for c in found["candidates"]}
    assert reasons["Zoe"] == "Hierzu liegen noch keine Angaben vor."


async def test_what_makes_no_sense_is_refused(suggesting: Api) -> None:
    api = suggesting.of(COORDINATOR)
    assert (await api.refusal(QUERY, mission="moon"))[0] == "NOT_FOUND"
    assert (await api.refusal(QUERY))[0] == "INVALID_INPUT"
    assert (await api.refusal(QUERY, mission="trip", first=101))[1] == "first is 101; allowed: 0 to 100"
    assert (await api.refusal(QUERY, mission="trip", need={"startsOn": "2025-07-01"}))[0] == "INVALID_INPUT"
    assert (await api.refusal(ASSIGN, missions=["trip"], capacity=0))[1] == "capacity is 0; allowed: 1 to 50"


async def test_several_missions_are_staffed_at_once(suggesting: Api) -> None:
    found = (await suggesting.of(COORDINATOR)(ASSIGN, missions=["trip", "open"], slots=2, capacity=1))["assignExperts"]
    assert [team["mission"]["name"] for team in found["teams"]] == ["Waste in Accra", "Something"]
    assert (found["filled"], found["wanted"], found["proven"], found["algorithm"]) == (4, 4, True, "assignment-1")
    assert sorted((one["expert"]["name"], one["missions"]) for one in found["load"]) == [("Ana", 1), ("Ben", 1), ("Kip", 1), ("Zoe", 1)]
    assert all(len(slot["reasons"]) == 5 for team in found["teams"] for slot in team["slots"])
    kept = (await suggesting.of(COORDINATOR)(ASSIGN, missions=["trip", "open"], slots=2, keep=True))["assignExperts"]
    assert [[slot["expert"]["name"] for slot in team["slots"]] for team in kept["teams"]] == [["Kip"], ["Ben", "Zoe"]]
    assert (kept["wanted"], {"expert": {"name": "Ana"}, "missions": 1} in kept["load"]) == (3, True)
