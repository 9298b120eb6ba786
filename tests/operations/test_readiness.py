"""Readiness: each condition is met, is not, or nobody knows; what is missing is said in four languages."""

from __future__ import annotations

import datetime
import string

import pytest

from graph_api.errors import InvalidInput, NotFound
from graph_api.model import Attendance, Involves, Membership, Participation, Realm, Supports
from graph_api.operations.eligibility import eligibility
from graph_api.operations.readiness import Readiness, ReadinessCondition, readiness
from graph_api.operations.statements import TEXTS, Statement
from graph_api.storage.base import Store
from tests.programme import DAY, PROGRAMME
from tests.worlds import settle

pytestmark = pytest.mark.above_the_port

BM, UL, KM, ONE = "partnership:bm", "partnership:ul", "partnership:km", "phase:one"


@pytest.fixture
async def world(store: Store) -> Store:
    await settle(store, PROGRAMME)
    return store


def met(found: Readiness) -> dict[str, bool | None]:
    return {check.condition.value: check.met for check in found.checks}


def missing(found: Readiness, condition: ReadinessCondition) -> list[str]:
    [check] = [check for check in found.checks if check.condition is condition]
    return [statement.text("en") for statement in check.missing]


async def test_what_is_missing_is_said(world: Store) -> None:
    found = await readiness(world, BM, DAY)
    assert met(found) == {
        "long_term": None,
        "staff_released": None,
        "two_departments": False,
        "four_realms": False,
        "meetings": None,
        "german_member": True,
        "eligible": True,
        "agreement": False,
    }
    assert found.ready is False
    assert missing(found, ReadinessCondition.LONG_TERM) == ["Nobody has said yet whether the members want to work together for long."]
    assert missing(found, ReadinessCondition.TWO_DEPARTMENTS) == ["0 departments are involved; 2 are needed."]
    assert missing(found, ReadinessCondition.FOUR_REALMS) == ["No stakeholders yet from: business, civil society."]
    assert missing(found, ReadinessCondition.MEETINGS) == missing(found, ReadinessCondition.AGREEMENT) == ["The partnership takes part in no phase."]
    assert missing(found, ReadinessCondition.GERMAN_MEMBER) == missing(found, ReadinessCondition.ELIGIBLE) == []


async def test_a_partnership_that_has_everything_is_ready(world: Store) -> None:
    async with world.transaction() as tx:
        await tx.save("partnership", ["id", "long_term", "staff_released"], [[BM, True, True]])
        await tx.save("stakeholder", ["id", "name", "realm"], [["stakeholder:club", "Club", Realm.CIVIL_SOCIETY]])
        await tx.link(Involves, ["source", "target"], [["department:water", BM], ["department:parks", BM]])
        await tx.link(Supports, ["source", "target"], [["stakeholder:shop", BM], ["stakeholder:club", BM]])
        await tx.link(Participation, ["source", "target", "proposed_on", "agreed_on"], [[BM, ONE, datetime.date(2025, 1, 1), DAY]])
        await tx.link(Attendance, ["source", "target"], [["expert:ana", "event:start"], ["municipality:mombasa", "event:start"]])
    found = await readiness(world, BM, DAY)
    assert (found.ready, {check.met for check in found.checks}, [check.missing for check in found.checks]) == (True, {True}, [()] * len(ReadinessCondition))
    assert (await readiness(world, BM, DAY - datetime.timedelta(days=1))).checks[-1].met is False  # not signed on the day before
    async with world.transaction() as tx:
        await tx.save("partnership", ["id", "long_term"], [[BM, None]])
    assert (await readiness(world, BM, DAY)).ready is None


async def test_each_member_has_to_come_itself_or_by_an_expert(world: Store) -> None:
    async with world.transaction() as tx:
        await tx.link(Participation, ["source", "target"], [[BM, ONE]])
        await tx.link(Attendance, ["source", "target"], [["expert:kip", "event:start"], ["municipality:bonn", "event:start"]])
    found = await readiness(world, BM, DAY)
    assert missing(found, ReadinessCondition.MEETINGS) == ["Mombasa has not taken part in a meeting of the phase yet."]
    early = await readiness(world, BM, datetime.date(2025, 2, 28))
    assert (met(early)["meetings"], missing(early, ReadinessCondition.MEETINGS)) == (None, ["Its phase has had no meeting yet."])


async def test_the_day_decides_on_the_dac_list(world: Store) -> None:
    said = {day: (met(await readiness(world, UL, datetime.date.fromisoformat(day)))["eligible"]) for day in ("2023-12-31", "2024-12-31", "2025-01-01")}
    assert said == {"2023-12-31": None, "2024-12-31": True, "2025-01-01": False}
    assert missing(await readiness(world, UL, DAY), ReadinessCondition.ELIGIBLE) == ["The country of La Paz (BO) is not on the DAC list on 2025-06-01."]
    rules = await eligibility(world, ("municipality:lyon", "municipality:ulm"), DAY)
    assert [(rule.eligible, rule.listed, rule.german) for rule in rules.values()] == [(False, False, False), (True, False, True)]
    assert rules["municipality:ulm"].statement.key == "german"
    with pytest.raises(NotFound, match="municipality:atlantis"):
        await eligibility(world, ("municipality:ulm", "municipality:atlantis"), DAY)


async def test_both_sides_are_needed(world: Store) -> None:
    found = await readiness(world, KM, DAY)
    assert (met(found)["german_member"], missing(found, ReadinessCondition.GERMAN_MEMBER)) == (False, ["There is no German member to submit the proposal."])
    async with world.transaction() as tx:
        await tx.link(Membership, ["source", "target"], [["municipality:bonn", KM], ["municipality:ulm", KM]], replace="target")
    found = await readiness(world, KM, DAY)
    assert (met(found)["eligible"], missing(found, ReadinessCondition.ELIGIBLE)) == (False, ["There is no member from a country on the DAC list."])


@pytest.mark.parametrize(
    ("facts", "expected"),
    [
        ({"proposed_on": DAY}, (False, ["The agreement for Phase one is not signed yet."])),
        ({"joined": "2025"}, (None, ["It takes part in Phase one; when the agreement was signed is not known."])),
        ({"joined": "2025", "left": "2025-05"}, (False, ["The partnership takes part in no phase."])),
        ({"agreed_on": DAY}, (True, list[str]())),
    ],
)
async def test_the_agreement(world: Store, facts: dict[str, object], expected: tuple[bool | None, list[str]]) -> None:
    async with world.transaction() as tx:
        await tx.link(Participation, ["source", "target", *facts], [[BM, ONE, *facts.values()]])  # type: ignore[list-item]
    found = await readiness(world, BM, DAY)
    assert (met(found)["agreement"], missing(found, ReadinessCondition.AGREEMENT)) == expected


async def test_a_phase_that_is_over_counts_no_more(world: Store) -> None:
    async with world.transaction() as tx:
        await tx.save("phase", ["id", "ended"], [[ONE, "2025-05"]])
        await tx.link(Participation, ["source", "target", "agreed_on"], [[BM, ONE, datetime.date(2025, 1, 1)]])
    assert met(await readiness(world, BM, DAY))["agreement"] is False


async def test_an_unknown_partnership_is_not_found(world: Store) -> None:
    with pytest.raises(NotFound, match="partnership:atlantis"):
        await readiness(world, "partnership:atlantis", DAY)


def test_every_sentence_mentions_the_same_facts_in_all_languages() -> None:
    named = {key: [{field for _, field, _, _ in string.Formatter().parse(text) if field} for text in texts.values()] for key, texts in TEXTS.items()}
    assert {key: fields for key, fields in named.items() if any(f != fields[0] for f in fields)} == {}
    assert {tuple(texts) for texts in TEXTS.values()} == {("en", "de", "es", "fr")}


def test_realms_have_names_in_each_language_and_other_languages_are_refused() -> None:
    said = Statement(key="realms_missing", facts={"realms": "politics|civil_society"})
    assert said.text("de") == "Noch keine Beteiligten aus: Politik, Zivilgesellschaft."
    assert said.text("fr") == "Il manque des parties prenantes : politique, société civile."
    with pytest.raises(InvalidInput, match="allowed: en, de, es, fr"):
        said.text("it")
