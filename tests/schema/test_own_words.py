"""Candidates for needs and offers in somebody's own words: read, merged for one answer, explained, and not kept."""

from __future__ import annotations

import datetime
import logging
from typing import Any

import pytest

from graph_api.model import Direction, Focus, HasTarget, Serves
from graph_api.operations.texts import LONGEST_TEXT
from graph_api.storage.base import Store
from matching.texts import Sentences
from tests.schema.conftest import Api
from tests.worlds import World, records, settle

pytestmark = [pytest.mark.above_the_port, pytest.mark.usefixtures("reader_of_texts")]

WORLD = World(
    nodes={
        "country": records("id name dac_from", ("DE", "Germany", None), ("KE", "Kenya", datetime.date(2000, 1, 1))),
        "municipality": records("id name country", ("kisumu", "Kisumu", "KE"), ("aalen", "Aalen", "DE"), ("bonn", "Bonn", "DE"), ("celle", "Celle", "DE")),
        "sdg_goal": records("id number name", ("6", 6, "Clean water"), ("11", 11, "Sustainable cities"), ("12", 12, "Responsible consumption")),
        "sdg_target": records("id name", ("6.1", "Drinking water for everyone"), ("11.2", "Buses and trains for all"), ("12.5", "Less waste, more recycling")),
        "topic": records(
            "id name name_de name_es name_fr",
            ("wells", "Drinking water wells", "Trinkwasserbrunnen", "Pozos de agua potable", "Puits d’eau potable"),
            ("transport", "Public transport", "Öffentlicher Nahverkehr", "Transporte público", "Transports en commun"),
            ("waste", "Waste separation", "Abfalltrennung", "Separación de residuos", "Tri des déchets"),
        ),
    },
    links={
        HasTarget: records("source target", *((f"sdg_goal:{target.partition('.')[0]}", f"sdg_target:{target}") for target in ("6.1", "11.2", "12.5"))),
        Serves: records("source target", *((f"topic:{a}", f"sdg_target:{b}") for a, b in (("wells", "6.1"), ("transport", "11.2"), ("waste", "12.5")))),
        Focus: records(
            "source target direction weight",
            ("municipality:aalen", "topic:wells", Direction.OFFERS, 1.0),
            ("municipality:bonn", "topic:transport", Direction.OFFERS, 1.0),
            ("municipality:bonn", "topic:wells", Direction.SEEKS, 1.0),
            ("municipality:celle", "topic:waste", Direction.OFFERS, 1.0),
        ),
    },
)
"""Kisumu says nothing of itself. Aalen offers wells, Bonn buses (and seeks wells), Celle waste."""

QUERY = """query($needs: [String!], $offers: [String!], $first: Int! = 10) {
  partnerCandidates(municipality: "kisumu", needs: $needs, offers: $offers, first: $first) {
    candidates { municipality { name } score seekerBenefit candidateBenefit facets { name reason(language: DE) evidence } }
    understood { side place reader subjects { id weight name(language: DE) } } algorithm } }"""


@pytest.fixture
async def kisumu(store: Store, api: Api) -> Api:
    await settle(store, WORLD)
    return api


async def ask(api: Api, **texts: Any) -> Any:
    return (await api(QUERY, **texts))["partnerCandidates"]


def names(found: Any) -> list[str]:
    return [candidate["municipality"]["name"] for candidate in found["candidates"]]


@pytest.mark.parametrize(
    "text",
    [
        "We want to collect waste separately and recycle it",
        "Wir wollen Müll getrennt sammeln und wiederverwerten",
        "Queremos separar y reciclar la basura",
        "Nous voulons trier et recycler les déchets",
        "Queremos separar e reciclar o lixo",
    ],
)
async def test_a_need_in_any_language_brings_whoever_offers_it_to_the_top(kisumu: Api, text: str) -> None:
    plain, found = await ask(kisumu), await ask(kisumu, needs=[text])
    assert (names(plain), plain["understood"]) == (["Aalen", "Bonn", "Celle"], [])
    assert names(found)[0] == "Celle"
    celle = found["candidates"][0]
    [needs] = [facet for facet in celle["facets"] if facet["name"] == "needs"]
    assert (needs["reason"].partition(":")[0], needs["evidence"]) == ("Bietet an, was Sie als Bedarf beschrieben haben", ["topic:waste"])
    [read] = found["understood"]
    assert (read["side"], read["place"], read["reader"]) == ("NEEDS", 0, Sentences.name)
    assert {"topic:waste", "sdg_target:12.5"} >= {subject["id"] for subject in read["subjects"][:1]}
    assert found["algorithm"] == f"{plain['algorithm']}+sentences"


async def test_what_is_offered_counts_for_the_other_side(kisumu: Api) -> None:
    found = await ask(kisumu, offers=["Wir bohren Brunnen für Trinkwasser", "  "])
    by_name = {candidate["municipality"]["name"]: candidate for candidate in found["candidates"]}
    assert (names(found)[0], by_name["Bonn"]["candidateBenefit"], by_name["Aalen"]["candidateBenefit"]) == ("Bonn", 1.0, None)
    assert [(read["side"], read["place"]) for read in found["understood"]] == [("OFFERS", 0), ("OFFERS", 1)]
    assert found["understood"][0]["subjects"][0] == {"id": "topic:wells", "weight": pytest.approx(0.7, abs=0.3), "name": "Trinkwasserbrunnen"}
    assert found["understood"][1]["subjects"] == []


async def test_a_question_changes_nothing_and_is_written_nowhere(kisumu: Api, store: Store, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    revision, before = await store.revision(), await ask(kisumu)
    first, second = await ask(kisumu, needs=["Abfall trennen"]), await ask(kisumu, needs=["Abfall trennen"])
    assert (first, await ask(kisumu), await store.revision()) == (second, before, revision)
    assert "Abfall trennen" not in caplog.text


@pytest.mark.parametrize(
    ("texts", "message"),
    [
        ({"needs": ["waste"] * 11}, "needs: 11 texts are too many: at most 10"),
        ({"offers": ["waste"] * 11}, "offers: 11 texts are too many: at most 10"),
        ({"needs": ["x" * LONGEST_TEXT], "offers": ["y"]}, "needs and offers: 10,001 characters are too many: at most 10,000 together"),
    ],
)
async def test_what_is_too_much_is_refused(kisumu: Api, texts: dict[str, list[str]], message: str) -> None:
    assert await kisumu.refusal(QUERY, **texts) == ("INVALID_INPUT", message)
