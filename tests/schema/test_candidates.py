"""Partner candidates over the API: the same as the matcher says, with records and sentences."""

from __future__ import annotations

from typing import Any

import pytest

from graph_api.storage.base import Store

pytestmark = pytest.mark.above_the_port

Api = Any

QUERY = """query($id: ID!, $first: Int, $weights: FacetWeights, $filter: CandidateFilter) {
  partnerCandidates(municipality: $id, first: $first, weights: $weights, filter: $filter) {
    candidates { rank score seekerBenefit candidateBenefit municipality { id name } rankRange { best worst }
      facets { name score weight share inFavour reason(language: DE) evidence } reasons(language: DE) introductions { municipality { name } } }
    considered excluded { rule count } unmet { reason relax gain } revision algorithm } }"""


async def test_candidates_are_ranked_explained_and_accounted_for(seeking: Api, store: Store) -> None:
    found = (await seeking(QUERY, id="kisumu", first=10))["partnerCandidates"]
    assert [(c["rank"], c["municipality"]) for c in found["candidates"]] == [
        (1, {"id": "municipality:bonn", "name": "Bonn"}), (2, {"id": "municipality:ulm", "name": "Ulm"})]  # fmt: skip
    bonn, ulm = found["candidates"]
    assert (bonn["seekerBenefit"], ulm["seekerBenefit"]) == (1.0, None)
    assert 1 >= bonn["score"] > ulm["score"] >= 0
    for candidate in (bonn, ulm):
        assert sum(f["share"] for f in candidate["facets"]) == pytest.approx(candidate["score"])
        assert candidate["rankRange"]["best"] <= candidate["rank"] <= candidate["rankRange"]["worst"]
    assert any("Abfall" in reason for reason in bonn["reasons"])
    assert all(sorted(c["reasons"]) == sorted(f["reason"] for f in c["facets"] if f["inFavour"]) for c in (bonn, ulm))
    assert len(ulm["reasons"]) < len(ulm["facets"])
    assert any("topic:waste" in facet["evidence"] for facet in bonn["facets"])
    assert (found["considered"], found["unmet"], found["revision"]) == (2, None, await store.revision())
    assert found["excluded"] == [{"rule": "no_german_side", "count": 2}, {"rule": "not_seeking", "count": 1}, {"rule": "no_capacity", "count": 1}]


async def test_a_filter_leaves_out_and_says_so(seeking: Api) -> None:
    found = (await seeking(QUERY, id="kisumu", filter={"populationMin": 200_000, "languages": ["en", "fr"]}))["partnerCandidates"]
    assert [c["municipality"]["name"] for c in found["candidates"]] == ["Bonn"]
    assert {"rule": "filtered", "count": 1} in found["excluded"]
    assert (await seeking(QUERY, id="kisumu", filter={"country": ["FR"]}))["partnerCandidates"]["unmet"] == {
        "reason": "relax", "relax": ["filtered"], "gain": 2}  # fmt: skip


async def test_the_day_decides_who_is_eligible(seeking: Api) -> None:
    found = (await seeking(QUERY, id="lapaz"))["partnerCandidates"]
    assert (found["candidates"], found["unmet"]["reason"]) == ([], "not_eligible")
    german = (await seeking(QUERY, id="municipality:ulm"))["partnerCandidates"]
    assert sorted(c["municipality"]["name"] for c in german["candidates"]) == ["Kisumu", "Mombasa"]
    assert {"rule": "not_oda_eligible", "count": 1} in german["excluded"]


async def test_weights_change_the_answer_and_its_version(seeking: Api) -> None:
    usual = (await seeking(QUERY, id="kisumu"))["partnerCandidates"]
    names = {f["name"] for c in usual["candidates"] for f in c["facets"]}
    schema = await seeking('{ __type(name: "FacetWeights") { inputFields { name } } }')
    fields = {f["name"] for f in schema["__type"]["inputFields"]}
    assert "size" in names & fields
    other = (await seeking(QUERY, id="kisumu", weights={"size": 5.0}))["partnerCandidates"]
    assert other["algorithm"] != usual["algorithm"]
    assert other["candidates"][0]["score"] != usual["candidates"][0]["score"]


async def test_fair_suggestions_leave_size_and_fame_out_unless_weights_ask_for_them(seeking: Api) -> None:
    query = """query($weights: FacetWeights, $fair: Boolean! = true) {
      partnerCandidates(municipality: "kisumu", weights: $weights, fair: $fair) { candidates { facets { name } } } }"""

    async def facets(**given: Any) -> set[str]:
        found = (await seeking(query, **given))["partnerCandidates"]["candidates"]
        return {facet["name"] for candidate in found for facet in candidate["facets"]}

    assert {"openness", "resources"} <= await facets(fair=False)
    assert (await facets()).isdisjoint({"openness", "resources"})
    assert {"openness", "resources"} & await facets(weights={"resources": 0.1}) == {"resources"}


async def test_a_write_is_seen_at_once(seeking: Api, store: Store) -> None:
    assert (await seeking(QUERY, id="kisumu"))["partnerCandidates"]["considered"] == 2
    async with store.transaction() as tx:
        await tx.save("municipality", ["id", "seeking"], [["municipality:jena", True]])
    assert (await seeking(QUERY, id="kisumu"))["partnerCandidates"]["considered"] == 3


async def test_partners_of_both_could_introduce_the_two(seeking: Api, store: Store) -> None:
    async with store.transaction() as tx:
        await tx.save("partnership", ["id"], [["partnership:km"]])
        await tx.link(*(membership("km", "kisumu", "mombasa")))
    found = (await seeking(QUERY, id="kisumu"))["partnerCandidates"]["candidates"]
    assert {c["municipality"]["name"]: [i["municipality"]["name"] for i in c["introductions"]] for c in found} == {"Bonn": ["Mombasa"], "Ulm": []}


def membership(partnership: str, *members: str) -> tuple[Any, list[str], list[list[str]]]:
    from graph_api.model import Membership

    return Membership, ["source", "target"], [[f"municipality:{member}", f"partnership:{partnership}"] for member in members]
