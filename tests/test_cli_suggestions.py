"""Suggestions on the command line: experts, exchanges, groups, plans."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

import pytest

from graph_api.cli import opened
from graph_api.settings import Settings
from tests.commands import Outcome, Terminal
from tests.suggesting import SUGGESTING
from tests.worlds import settle

pytestmark = pytest.mark.above_the_port


@pytest.fixture
def suggesting(settings: Settings, terminal: Terminal) -> Terminal:
    """The command line on a store with `suggesting.SUGGESTING` in it; the command line goes by today's date."""

    async def filled() -> None:
        async with opened(settings) as store:
            await settle(store, SUGGESTING)

    asyncio.run(filled())
    return terminal


def lines(outcome: Outcome) -> list[str]:
    assert (outcome.code, outcome.err) == (0, "")
    return outcome.out.splitlines()


def test_experts_of_a_mission(suggesting: Terminal) -> None:
    found = suggesting("experts", "trip", "--json").document
    assert [c["expert"]["name"] for c in found["candidates"]] == ["Ana", "Ben", "Kip"]
    assert found["candidates"][0]["expert"]["department"]["municipality"]["id"] == "municipality:bonn"
    assert found["conflicts"][0]["reason"] == "Una works for the municipality that is to be advised."
    assert (found["considered"], found["shortage"], found["algorithm"]) == (3, None, "experts-1")
    text = lines(suggesting("experts", "mission:trip", "-n", "1", "--language", "de"))
    assert text[0] == "Experts considered: 3."
    assert text[2].startswith("  1. Ana (Bonn, ana), score 0.")
    assert any("Erfahrung mit: Abfall" in line for line in text)
    assert text[-1].startswith("Left out: own_municipality 1, unavailable 1. Method experts-1, network revision ")


def test_experts_for_a_need_and_for_several_missions(suggesting: Terminal) -> None:
    found = suggesting("experts", "--about", "topic:water", "--speaks", "de", "--slots", "2", "--json").document
    assert [c["expert"]["name"] for c in found["candidates"]] == ["Una"]
    assert found["shortage"]["missing"] == 1
    teams = suggesting("experts", "trip", "open", "--slots", "2", "--json").document
    assert [team["mission"]["id"] for team in teams["teams"]] == ["mission:trip", "mission:open"]
    assert (teams["filled"], teams["wanted"]) == (4, 4)
    assert lines(suggesting("experts", "trip", "open", "--slots", "2"))[0] == "Places filled: 4 of 4."


def test_exchanges_of_a_municipality(suggesting: Terminal) -> None:
    found = suggesting("exchanges", "kisumu", "--json").document
    bonn, ulm = found["candidates"]
    assert (bonn["municipality"]["name"], bonn["direction"], bonn["own_departments"][0]["name"]) == ("Bonn", "LEARN", "Refuse")
    assert (ulm["municipality"]["name"], ulm["direction"], ulm["departments"][0]["name"]) == ("Ulm", "PEER", "Rivers")
    assert suggesting("exchanges", "kisumu", "--direction", "teach", "--about", "topic:water", "--json").document["candidates"] == []
    text = lines(suggesting("exchanges", "kisumu", "--language", "fr"))
    assert text[:4] == ["Municipalities considered: 2.", "", "  1. Bonn (DE, bonn)", f"     learn, score {bonn['score']:.2f}"]
    assert "     - Propose l’expérience recherchée : Waste." in text


def test_a_plan_of_a_phase(suggesting: Terminal) -> None:
    found = suggesting("plan", "next", "--variant", "fair", "--quota", "country=GH:1-1", "--quota", "goal=6:1-", "--json").document
    assert {(c["german"]["name"], c["partner"]["name"]) for c in found["choices"]} == {("Bonn", "Accra"), ("Ulm", "Mombasa")}
    assert (found["variant"], found["places"], [q["met"] for q in found["quotas"]]) == ("FAIR", 2, [True, True])
    text = lines(suggesting("plan", "--places", "5", "--from", "interests", "--quota", "land=NW:-0"))
    assert text[0] == "Places filled: 1 of 5; pairs considered: 1."  # the open interest has expired
    assert text[1].startswith("  Ulm – Mombasa (KE): 0.")
    impossible = lines(suggesting("plan", "--places", "1", "--quota", "country=KE:9-"))
    assert any(line.startswith("Quota not kept: Kenya") for line in impossible)


def test_groups_of_an_event(suggesting: Terminal) -> None:
    found = suggesting("groups", "fair", "--number", "1", "--json").document
    [group] = found["rounds"][0]["groups"]
    assert [member["municipality"]["name"] for member in group["members"]] == ["Accra", "Kisumu", "Mombasa"]
    assert (found["participants"], found["kept"], found["cut_short"], found["algorithm"]) == (3, True, False, "groups-2")
    text = lines(suggesting("groups", "event:fair", "--sizes", "3-3", "--common-language", "--per-country", "1", "--language", "de"))
    assert text[0].startswith("Participants: 3; worst group 0.")
    assert text[2].startswith("Round 1, group 1: score 0.")
    assert {"  - Accra (GH)", "  - Kisumu (KE)", "  - Mombasa (KE)"} <= set(text)
    assert "Rule common_language: kept in 1 of 1." in text
    assert any(line == "What would help: Bis zu 2 aus einem Land je Gruppe zulassen." for line in text)


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["experts", "moon"], "not found: mission:moon"),
        (["experts", "--about", "topic:moon"], "no topic, target or goal 'topic:moon' among the 6 subjects"),
        (["exchanges", "moon"], "not found: municipality:moon"),
        (["groups", "moon", "--number", "1"], "not found: event:moon"),
        (["groups", "fair", "--number", "4"], "4 groups of 3 participants; allowed are 1..3"),
        (["plan", "moon"], "not found: phase:moon"),
        (["plan", "--places", "1", "--quota", "country=KE:3-1"], "the quota of 'country:KE' is 3 to 1; needed is 0 <= minimum <= maximum"),
    ],
    ids=str,
)
def test_what_is_refused_is_one_line(suggesting: Terminal, words: Sequence[str], message: str) -> None:
    outcome = suggesting(*words)
    assert (outcome.code, outcome.out, outcome.err) == (1, "", f"Error: {message}\n")


@pytest.mark.parametrize(
    "words",
    [
        ["experts"],
        ["experts", "a", "b", "--about", "topic:waste"],
        ["experts", "a", "--slots", "0"],
        ["exchanges"],
        ["exchanges", "x", "--direction", "up"],
        ["groups", "fair"],
        ["groups", "fair", "--sizes", "five"],
        ["groups", "fair", "--sizes", "2-3", "--number", "1"],
        ["plan"],
        ["plan", "--places", "1", "--quota", "country"],
        ["plan", "--places", "1", "--quota", "mood=good:1-2"],
        ["plan", "--places", "1", "--variant", "best"],
    ],
    ids=" ".join,
)
def test_wrong_usage_is_exit_code_2(terminal: Terminal, words: Sequence[str]) -> None:
    outcome = terminal(*words)
    assert (outcome.code, outcome.out) == (2, "")
    assert outcome.err.startswith("Usage: ")
