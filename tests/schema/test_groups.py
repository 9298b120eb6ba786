"""Peer groups over the API."""

from __future__ import annotations

from typing import Any

import pytest

from tests.suggesting import COORDINATOR, ORGANISER, clerk

pytestmark = pytest.mark.above_the_port

Api = Any

QUERY = """query($input: PeerGroupsInput!, $one: ID! = "kisumu", $other: ID! = "accra") {
  peerGroups(input: $input) {
    participants kept cutShort worstScore meanScore revision algorithm
    rounds { number groups { number score cohesion lift theme(language: DE) themes { subject members lift } language notSpeaking
      facilitator { name } experts { id } lacks { subject seekers }
      members { municipality { id name } brings { subject others } seeks { subject others } } } }
    compliance { rule satisfied total violations { rule round municipalities groups value found } }
    relaxations { rule exceptions value text(language: ES) }
    attendingExperts { name }
    swapCost(one: $one, other: $other) { scores { group before after } worstBefore worstAfter broken { rule municipalities } mended { rule } } } }"""

NAMED = ["bonn", "kisumu", "ulm", "mombasa"]
KEPT = {"together": [["bonn", "kisumu"], ["municipality:ulm", "mombasa"]]}


def groups(plan: Any) -> list[list[str]]:
    return sorted(sorted(member["municipality"]["name"] for member in group["members"]) for group in plan["rounds"][0]["groups"])


async def test_groups_say_what_members_give_each_other(suggesting: Api) -> None:
    given = {"municipalities": NAMED, "number": 2, "rules": KEPT}
    plan = (await suggesting.of(ORGANISER)(QUERY, input=given, other="ulm"))["peerGroups"]
    assert groups(plan) == [["Bonn", "Kisumu"], ["Mombasa", "Ulm"]]
    assert (plan["participants"], plan["kept"], plan["cutShort"], plan["algorithm"]) == (4, True, False, "groups-2")
    waste = next(group for group in plan["rounds"][0]["groups"] if any(m["municipality"]["name"] == "Bonn" for m in group["members"]))
    members = {member["municipality"]["name"]: member for member in waste["members"]}
    assert members["Bonn"]["brings"] == [{"subject": "topic:waste", "others": ["municipality:kisumu"]}]
    assert members["Kisumu"]["seeks"] == [{"subject": "topic:waste", "others": ["municipality:bonn"]}]
    assert (waste["facilitator"], waste["experts"], waste["lacks"], waste["language"]) == ({"name": "Bonn"}, [], [], "en")
    assert waste["theme"] == "Schwerpunkte der Gruppe: Abfall (2 von 2)."
    assert next(kept for kept in plan["compliance"] if kept["rule"] == "together") == {
        "rule": "together", "satisfied": 2, "total": 2, "violations": []}  # fmt: skip
    cost = plan["swapCost"]
    assert [broken["rule"] for broken in cost["broken"]] == ["together", "together"]
    assert cost["worstBefore"] == plan["worstScore"] > cost["worstAfter"]


async def test_an_event_filters_rounds_and_rules_are_understood(suggesting: Api) -> None:
    given = {
        "event": "fair",
        "filter": {"country": ["DE"]},
        "earlierGroups": [["kisumu", "accra"]],
        "sizeLeast": 2,
        "sizeMost": 3,
        "rounds": 2,
        "seed": 7,
        "seconds": 2.5,
        "rules": {"similar": [], "diverse": ["COUNTRY"], "perCountry": 2, "balanced": ["COUNTRY"], "noIsolate": ["LANGUAGE"], "commonLanguage": True,
                  "partners": "APART", "fresh": False, "pinned": [{"municipality": "bonn", "group": 2}]},
    }  # fmt: skip
    plan = (await suggesting.of(COORDINATOR)(QUERY, input=given))["peerGroups"]
    assert (plan["participants"], [r["number"] for r in plan["rounds"]], plan["kept"]) == (5, [1, 2], True)
    for round_ in plan["rounds"]:
        of = {member["municipality"]["name"]: group["number"] for group in round_["groups"] for member in group["members"]}
        assert of["Bonn"] == 2 != of["Mombasa"]
        assert of["Ulm"] == 1
    rules = {kept["rule"] for kept in plan["compliance"]}
    assert {"per_country", "balanced.country", "no_isolate.language", "common_language", "partners"} <= rules
    assert "fresh" not in rules


async def test_rules_that_cannot_be_kept_say_what_would_help(suggesting: Api) -> None:
    given = {"municipalities": NAMED, "number": 2, "rules": {"perCountry": 1, "together": [["kisumu", "mombasa"]]}}
    plan = (await suggesting.of(ORGANISER)(QUERY, input=given, other="ulm"))["peerGroups"]
    assert plan["kept"] is False
    assert {(one["rule"], one["exceptions"]) for one in plan["relaxations"]} >= {("together", 1)}
    assert any(one["text"] == "Hacer una excepción para 1 par: permanecer juntos." for one in plan["relaxations"])


@pytest.mark.parametrize("viewer", [None, clerk("bonn")])
async def test_only_organisers_and_coordinators_form_groups(suggesting: Api, viewer: Any) -> None:
    api = suggesting.of(viewer) if viewer else suggesting
    assert (await api.refusal(QUERY, input={"event": "fair", "number": 1}))[0] == "FORBIDDEN"


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"event": "fair", "sizeLeast": 2}, "of sizeLeast and sizeMost only one is given; both or none are needed"),
        ({"event": "fair", "number": 1, "rules": {"similar": ["SIZE"], "diverse": ["SIZE"]}}, "['size'] cannot be similar and diverse"),
        ({"event": "fair", "number": 1, "seconds": 0.1}, "seconds is 0.1; allowed: 0.5 to 5"),
        ({"number": 1}, "0 municipalities take part; allowed: 1 to 1,000"),
    ],
)
async def test_what_contradicts_itself_is_refused(suggesting: Api, given: Any, message: str) -> None:
    assert await suggesting.of(ORGANISER).refusal(QUERY, input=given) == ("INVALID_INPUT", message)


async def test_changes_of_what_is_not_there_are_refused(suggesting: Api) -> None:
    code, message = await suggesting.of(ORGANISER).refusal(QUERY, input={"event": "fair", "number": 1}, one="bonn")
    assert (code, "municipality:bonn" in message) == ("INVALID_INPUT", True)


MOVED = """query($input: PeerGroupsInput!, $group: Int!) { peerGroups(input: $input) {
  rounds { groups { number members { municipality { id name } } } } compliance { rule satisfied total }
  moveCosts(municipality: "bonn") { group cost { broken { rule } } } swapCosts(municipality: "bonn", group: $group) { other cost { worstAfter } } } }"""


async def test_changes_by_hand_are_told_like_a_plan(suggesting: Api) -> None:
    given = {"municipalities": NAMED, "number": 2, "rules": KEPT}
    asks = suggesting.of(ORGANISER)
    before = (await asks(MOVED, input=given, group=1))["peerGroups"]
    own = next(g["number"] for g in before["rounds"][0]["groups"] if any(m["municipality"]["name"] == "Bonn" for m in g["members"]))
    moves = [{"municipality": "bonn", "group": 3 - own}, {"municipality": "ulm", "group": own}]
    after = (await asks(MOVED, input=given | {"moves": moves}, group=own))["peerGroups"]
    assert groups(after) == [["Bonn", "Mombasa"], ["Kisumu", "Ulm"]]
    assert {c["rule"]: (c["satisfied"], c["total"]) for c in after["compliance"]}["together"] == (0, 2)
    assert [cost["group"] for cost in after["moveCosts"]] == [own]
    assert [cost["other"] for cost in after["swapCosts"]] == ["municipality:ulm", "municipality:kisumu"]
    assert (await asks.refusal(MOVED, input=given | {"moves": [{"municipality": "bonn", "group": 3}]}, group=1))[0] == "INVALID_INPUT"
