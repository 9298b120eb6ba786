"""Suggested exchanges over the API."""

from __future__ import annotations

from typing import Any

import pytest

pytestmark = pytest.mark.above_the_port

Api = Any

QUERY = """query($id: ID!, $about: [ID!], $direction: ExchangeDirection, $first: Int! = 10, $filter: CandidateFilter) {
  exchangeCandidates(municipality: $id, about: $about, direction: $direction, first: $first, filter: $filter) {
    candidates { rank score direction directions { direction worth } subjects municipality { name country } departments { name }
      ownDepartments { name } facets { name share } reasons(language: ES) }
    considered excluded { rule count } revision algorithm } }"""


async def test_exchanges_are_ranked_and_explained_to_everybody(suggesting: Api) -> None:
    found = (await suggesting(QUERY, id="kisumu"))["exchangeCandidates"]
    bonn, ulm = found["candidates"]
    assert (bonn["municipality"], bonn["direction"], bonn["subjects"]) == ({"name": "Bonn", "country": "DE"}, "LEARN", ["topic:waste"])
    assert bonn["directions"] == [{"direction": "PEER", "worth": 0.0}, {"direction": "LEARN", "worth": 1.0}, {"direction": "TEACH", "worth": 0.0}]
    assert (bonn["departments"], bonn["ownDepartments"]) == ([], [{"name": "Refuse"}])
    assert bonn["reasons"][0].startswith("Ofrece la experiencia que se busca")
    assert bonn["score"] == round(sum(f["share"] for f in bonn["facets"]), 9)
    assert (ulm["municipality"]["name"], ulm["direction"], ulm["departments"]) == ("Ulm", "PEER", [{"name": "Rivers"}])
    assert (found["considered"], found["excluded"]) == (2, [{"rule": "same_event", "count": 2}])
    assert found["algorithm"] == "exchanges-2"


async def test_the_question_can_be_narrowed(suggesting: Api) -> None:
    async def found(**given: Any) -> list[str]:
        return sorted(c["municipality"]["name"] for c in (await suggesting(QUERY, id="municipality:bonn", **given))["exchangeCandidates"]["candidates"])

    assert await found() == ["Accra", "Kisumu", "Ulm"]
    assert await found(direction="TEACH", about=["topic:waste"]) == ["Accra", "Kisumu", "Ulm"]
    assert await found(direction="LEARN") == []
    assert await found(filter={"country": ["GH"]}) == ["Accra"]


async def test_what_is_not_there_is_refused(suggesting: Api) -> None:
    assert await suggesting.refusal(QUERY, id="moon") == ("NOT_FOUND", "not found: municipality:moon")
    assert (await suggesting.refusal(QUERY, id="bonn", about=["topic:moon"]))[0] == "INVALID_INPUT"
    assert await suggesting.refusal(QUERY, id="bonn", first=-1) == ("INVALID_INPUT", "first is -1; allowed: 0 to 100")
