"""Phase plans over the API."""

from __future__ import annotations

from typing import Any

import pytest

from tests.suggesting import COORDINATOR, ORGANISER

pytestmark = pytest.mark.above_the_port

Api = Any

QUERY = """query($input: PhasePlanInput!) {
  phasePlan(input: $input) {
    variant places considered excluded { rule count }
    choices { german { name } partner { name country } germanFit partnerFit substitutes { german { id } partner { name } } reason { key text(language: DE) } }
    alternates { german { name } partner { id } }
    blocking { german { name } partner { name } insteadOf { german { name } partner { name } } barredBy reason { text } }
    quotas { by value least most count met reason { text(language: FR) } }
    comparison { variant chosen total minimum meanGerman meanPartner blocking barred quotasMet quotas proven reason { text(language: ES) } }
    infeasible { conflict { by value bound } relax { by value bound asked possible reason { text } } places reason { text } }
    revision algorithm } }"""


async def test_a_plan_names_its_partnerships_and_compares(suggesting: Api) -> None:
    plan = (await suggesting.of(COORDINATOR)(QUERY, input={"places": 1, "source": "INTERESTS"}))["phasePlan"]
    [choice] = plan["choices"]
    assert (choice["german"], choice["partner"]) == ({"name": "Bonn"}, {"name": "Kisumu", "country": "KE"})
    assert choice["reason"]["key"] == "choice"
    assert choice["substitutes"] == [{"german": {"id": "municipality:ulm"}, "partner": {"name": "Mombasa"}}]
    assert plan["alternates"] == [{"german": {"name": "Ulm"}, "partner": {"id": "municipality:mombasa"}}]
    assert [(s["variant"], s["chosen"]) for s in plan["comparison"]] == [("MAXIMUM", 1), ("STABLE", 1), ("FAIR", 1)]
    assert plan["comparison"][0]["total"] == pytest.approx((choice["germanFit"] + choice["partnerFit"]) / 2)
    assert (plan["variant"], plan["places"], plan["considered"], plan["excluded"], plan["infeasible"]) == ("MAXIMUM", 1, 2, [], None)
    assert plan["algorithm"] == "plan-1"


async def test_quotas_capacities_and_filters_are_understood(suggesting: Api) -> None:
    given = {
        "phase": "next",
        "places": 3,
        "variant": "STABLE",
        "quotas": [{"by": "COUNTRY", "value": "GH", "least": 1, "most": 1}, {"by": "GOAL", "value": "6", "least": 2}],
        "capacities": [{"municipality": "bonn", "capacity": 1}],
        "filter": {"country": ["KE", "GH"], "focusesOn": {"direction": "SEEKS"}},
    }
    plan = (await suggesting.of(COORDINATOR)(QUERY, input=given))["phasePlan"]
    assert plan["variant"] == "STABLE"
    ghana = next(q for q in plan["quotas"] if q["by"] == "COUNTRY")
    assert (ghana["value"], ghana["least"], ghana["most"], ghana["count"], ghana["met"]) == ("GH", 1, 1, 1, True)
    [relax] = plan["infeasible"]["relax"]
    assert (relax["by"], relax["value"], relax["bound"], relax["asked"], relax["possible"]) == ("GOAL", "6", "minimum", 2, 1)
    assert [c["german"]["name"] for c in plan["choices"]].count("Bonn") == 1


async def test_only_coordinators_plan_and_what_is_wrong_is_said(suggesting: Api) -> None:
    assert (await suggesting.refusal(QUERY, input={"places": 1}))[0] == "FORBIDDEN"
    assert (await suggesting.of(ORGANISER).refusal(QUERY, input={"places": 1}))[0] == "FORBIDDEN"
    api = suggesting.of(COORDINATOR)
    assert (await api.refusal(QUERY, input={}))[0] == "INVALID_INPUT"
    assert await api.refusal(QUERY, input={"phase": "moon"}) == ("NOT_FOUND", "not found: phase:moon")
