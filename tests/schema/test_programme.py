"""The programme over the API: every root field answers what the operation says, to whom it may."""

from __future__ import annotations

from typing import Any

import pytest

from graph_api.operations.viewers import ANYBODY, RIGHTS, Right, Role, Viewer
from graph_api.storage.base import Store
from tests.programme import COORDINATOR, ORGANISER, PROGRAMME, of
from tests.schema.conftest import Api
from tests.worlds import settle

pytestmark = pytest.mark.above_the_port

ASK = """mutation ($asker: ID!, $asked: ID!, $message: String, $key: String) {
  askInterest(asker: $asker, asked: $asked, message: $message, key: $key) {
    interest { id status askedOn expiresOn message asker { name } asked { name } }
  }
}"""
ANSWER = """mutation ($id: ID!, $accept: Boolean!, $reason: String) {
  answerInterest(interest: $id, accept: $accept, reason: $reason) { interest { status reason answeredOn } }
}"""
RECEIVED = """{ municipality(id: "bonn") { interestsReceived { totalCount edges { node { status reason } } } } }"""
VIEWER = "{ viewer { role name municipality { name departments { totalCount } } expert { name email } rights } }"


@pytest.fixture
async def world(store: Store, api: Api) -> Api:
    """The API on `programme.PROGRAMME`; its today is the day of that world."""
    await settle(store, PROGRAMME)
    async with store.transaction() as tx:
        await tx.save("support_offer", ["id", "name", "needs_german_partner", "contact"], [["support_offer:journeys", "Missions", True, "the office"]])
    return api


# ── who asks ──────────────────────────────────────────────────────────────────────────────────────────────────────────


async def test_the_viewer_is_told_who_they_are_and_what_they_may(world: Api) -> None:
    assert (await world(VIEWER))["viewer"] == {"role": "ANONYMOUS", "name": "", "municipality": None, "expert": None, "rights": ["SEE_NETWORK"]}
    told = (await world.of(of("bonn"))(VIEWER))["viewer"]
    assert (told["role"], told["name"], told["municipality"]) == ("MUNICIPALITY", "bonn-clerk", {"name": "Bonn", "departments": {"totalCount": 2}})
    assert "ANSWER_INTEREST" in told["rights"]
    assert "SIGN_AGREEMENT" not in told["rights"]
    own = (await world.of(Viewer(role=Role.EXPERT, name="kip", expert="expert:kip"))(VIEWER))["viewer"]
    assert (own["expert"], own["rights"]) == (
        {"name": "Kip", "email": "kip@kisumu.example"},
        ["SEE_NETWORK", "SEE_OWN_RECORD", "SEE_OWN_STALE_RECORDS", "EDIT_OWN_RECORD"],
    )


async def test_a_viewer_whose_record_is_gone_is_told_so(world: Api, store: Store) -> None:
    async with store.transaction() as tx:
        await tx.delete(["municipality:hof"])
    assert (await world.of(of("hof"))(VIEWER))["viewer"]["municipality"] is None


def test_rights_are_told_for_every_role_and_each_belongs_to_one() -> None:
    assert set(RIGHTS) == set(Role)
    assert {right for rights in RIGHTS.values() for right in rights} == set(Right) - {Right.SEE_NETWORK}
    assert Viewer(role=Role.MUNICIPALITY).rights == Viewer(role=Role.EXPERT).rights == ANYBODY.rights == (Right.SEE_NETWORK,)


# ── interests ─────────────────────────────────────────────────────────────────────────────────────────────────────────


async def test_an_interest_is_asked_and_answered(world: Api) -> None:
    asked = (await world.of(of("kisumu"))(ASK, asker="kisumu", asked="municipality:bonn", message="Waste?"))["askInterest"]["interest"]
    assert {name: value for name, value in asked.items() if name != "id"} == {
        "status": "OPEN",
        "askedOn": "2025-06-01",
        "expiresOn": "2025-08-30",
        "message": "Waste?",
        "asker": {"name": "Kisumu"},
        "asked": {"name": "Bonn"},
    }
    assert (await world.refusal(ANSWER, id=asked["id"], accept=True))[0] == "NOT_FOUND"
    assert (await world.of(of("kisumu")).refusal(ANSWER, id=asked["id"], accept=True))[0] == "FORBIDDEN"
    answered = await world.of(of("bonn"))(ANSWER, id=asked["id"], accept=False, reason="No staff")
    assert answered["answerInterest"]["interest"] == {"status": "DECLINED", "reason": "No staff", "answeredOn": "2025-06-01"}
    code, message = await world.of(of("bonn")).refusal(ANSWER, id=asked["id"], accept=True)
    assert (code, "it is declined" in message) == ("CONFLICT", True)


async def test_refusals_have_codes(world: Api) -> None:
    bonn = world.of(of("bonn"))
    assert await bonn.refusal(ASK, asker="bonn", asked="lapaz") == ("INVALID_INPUT", "The country of La Paz (BO) is not on the DAC list on 2025-06-01.")
    assert await bonn.refusal(ASK, asker="bonn", asked="atlantis") == ("NOT_FOUND", "not found: municipality:atlantis")
    assert (await bonn.refusal(ASK, asker="ulm", asked="kisumu"))[0] == "FORBIDDEN"
    assert (await world.refusal(ASK, asker="bonn", asked="kisumu"))[0] == "FORBIDDEN"


async def test_a_dismissal_does_not_show_on_the_other_side(world: Api) -> None:
    dismiss = 'mutation { dismissCandidate(asker: "kisumu", candidate: "bonn", reason: "Too far") { interest { id status reason } } }'
    interest = (await world.of(of("kisumu"))(dismiss))["dismissCandidate"]["interest"]
    assert (interest["status"], interest["reason"]) == ("DISMISSED", "Too far")
    nothing: Any = {"municipality": {"interestsReceived": {"totalCount": 0, "edges": []}}}
    assert [await who(RECEIVED) for who in (world, world.of(of("bonn")), world.of(of("ulm")))] == [nothing] * 3
    assert (await world.of(of("kisumu"))(RECEIVED))["municipality"]["interestsReceived"]["totalCount"] == 1
    suggested = '{ partnerCandidates(municipality: "kisumu") { candidates { municipality { name } } excluded { rule count } } }'
    told: list[Any] = [(await who(suggested))["partnerCandidates"] for who in (world.of(of("kisumu")), world.of(of("bonn")), world)]
    assert [sorted(c["municipality"]["name"] for c in t["candidates"]) for t in told] == [["Ulm"], ["Bonn", "Ulm"], ["Bonn", "Ulm"]]
    assert [{"rule": "dismissed", "count": 1} in t["excluded"] for t in told] == [True, False, False]
    taken_back = await world.of(of("kisumu"))("mutation ($id: ID!) { withdrawInterest(interest: $id) { interest { id } } }", id=interest["id"])
    assert taken_back == {"withdrawInterest": {"interest": None}}


async def test_unmet_demand_is_a_register_for_coordinators(world: Api) -> None:
    record = """mutation { recordDemand(municipality: "kisumu", reason: "Nobody works on lakes", message: "Lake shores") {
      demand { reason message recordedOn answeredOn municipality { name } } } }"""
    demand = (await world.of(of("kisumu"))(record))["recordDemand"]["demand"]
    assert demand == {
        "reason": "Nobody works on lakes",
        "message": "Lake shores",
        "recordedOn": "2025-06-01",
        "answeredOn": None,
        "municipality": {"name": "Kisumu"},
    }
    register = "{ demands { totalCount } }"
    counts = [(await who(register))["demands"]["totalCount"] for who in (world.of(COORDINATOR), world.of(of("kisumu")), world.of(of("bonn")), world)]
    assert counts == [1, 1, 0, 0]


async def test_the_register_tells_what_stands_from_what_was_answered(world: Api) -> None:
    record = """mutation { recordDemand(municipality: "kisumu", reason: "%s") { demand { id } } }"""
    first, _ = [(await world.of(COORDINATOR)(record % why))["recordDemand"]["demand"]["id"] for why in ("No lakes", "No rivers")]
    close = """mutation ($input: DemandInput!) { saveDemand(input: $input) { changed } }"""
    await world.of(COORDINATOR)(close, input={"id": first, "answeredOn": "2025-06-02"})
    register = """query ($filter: DemandFilter) { demands(filter: $filter, orderBy: { field: ANSWERED_ON }) { edges { node { reason } } } }"""

    async def reasons(filter: object) -> list[str]:
        found = await world.of(COORDINATOR)(register, filter=filter)
        return [edge["node"]["reason"] for edge in found["demands"]["edges"]]

    assert await reasons({"answered": False}) == ["No rivers"]
    assert await reasons({"answered": True}) == ["No lakes"]
    assert await reasons({"answeredOnMin": "2025-06-03"}) == []
    assert await reasons(None) == ["No lakes", "No rivers"]


# ── partnerships ──────────────────────────────────────────────────────────────────────────────────────────────────────

PARTS = "partnership { status statusSince phases { edges { proposedOn proposedBy agreedOn joined left node { name } } } }"


async def test_a_partnership_is_proposed_signs_rests_and_leaves(world: Api) -> None:
    bonn, coordinator = world.of(of("bonn")), world.of(COORDINATOR)
    proposed = await bonn(f'mutation {{ proposePartnership(partnership: "bm", phase: "one") {{ {PARTS} }} }}')
    [edge] = proposed["proposePartnership"]["partnership"]["phases"]["edges"]
    part = {"proposedOn": "2025-06-01", "proposedBy": "municipality:bonn", "agreedOn": None, "joined": None, "left": None, "node": {"name": "Phase one"}}
    assert edge == part
    sign = f'mutation {{ signAgreement(partnership: "bm", phase: "one", on: "2025-06-01") {{ {PARTS} }} }}'
    assert (await bonn.refusal(sign))[0] == "FORBIDDEN"
    [edge] = (await coordinator(sign))["signAgreement"]["partnership"]["phases"]["edges"]
    assert edge == part | {"agreedOn": "2025-06-01", "joined": "2025-06-01"}
    rest = f'mutation {{ setPartnershipStatus(partnership: "bm", status: DORMANT, reason: "Elections") {{ {PARTS} }} }}'
    now = (await coordinator(rest))["setPartnershipStatus"]["partnership"]
    assert (now["status"], now["statusSince"]) == ("DORMANT", "2025-06-01")
    assert (await coordinator.refusal(rest))[0] == "INVALID_INPUT"
    [edge] = (await bonn(f'mutation {{ leavePhase(partnership: "bm", phase: "one", reason: "No staff") {{ {PARTS} }} }}'))["leavePhase"]["partnership"][
        "phases"
    ]["edges"]
    assert edge["left"] == "2025-06-01"
    log = '{ changes(filter: {record: ["partnership:bm"]}) { edges { node { actor action reason } } } }'
    entries = [edge["node"] for edge in (await coordinator(log))["changes"]["edges"]]
    assert sorted((e["actor"], e["action"], e["reason"]) for e in entries if e["reason"]) == [("bonn-clerk", "LINK", "No staff"), ("cora", "SAVE", "Elections")]


async def test_readiness_is_told_condition_by_condition_in_any_language(world: Api) -> None:
    ask = '{ readiness(partnership: "bm") { on ready partnership { name } checks { condition met missing { key text(language: DE) } } } }'
    told = (await world(ask))["readiness"]
    checks = {check["condition"]: (check["met"], [m["text"] for m in check["missing"]]) for check in told["checks"]}
    assert (told["on"], told["ready"], told["partnership"]) == ("2025-06-01", False, {"name": "Bonn – Mombasa"})
    assert checks["FOUR_REALMS"] == (False, ["Noch keine Beteiligten aus: Wirtschaft, Zivilgesellschaft."])
    assert (checks["GERMAN_MEMBER"], checks["LONG_TERM"][0]) == ((True, []), None)


@pytest.mark.parametrize(
    ("town", "on", "expected"),
    [
        ("lapaz", "2024-12-31", (True, True, "El país de La Paz (BO) figura en la lista del CAD el 2024-12-31.")),
        ("lapaz", "2025-01-01", (False, False, "El país de La Paz (BO) no figura en la lista del CAD el 2025-01-01.")),
        ("lapaz", "2023-01-01", (None, None, "No se sabe si el país de La Paz (BO) figuraba en la lista del CAD el 2023-01-01; consta desde el 2024-01-01.")),
        ("bonn", "2023-01-01", (True, False, "Bonn es un municipio alemán y puede presentar una propuesta.")),
    ],
)
async def test_eligibility_is_of_a_day(world: Api, town: str, on: str, expected: tuple[bool | None, bool | None, str]) -> None:
    ask = "query ($town: ID!, $on: Date) { eligibility(municipality: $town, on: $on) { eligible listed on reason(language: ES) municipality { id } } }"
    told = (await world(ask, town=town, on=on))["eligibility"]
    assert (told["eligible"], told["listed"], told["reason"]) == expected
    assert (told["on"], told["municipality"]) == (on, {"id": f"municipality:{town}"})


async def test_support_says_what_applies_and_whom_to_ask(world: Api) -> None:
    ask = """query ($m: ID, $p: ID) { support(municipality: $m, partnership: $p) {
      record hasGermanPartner answers { applies obstacles { key } offer { name contact } } nextSteps { key evidence text(language: FR) } } }"""
    kisumu = (await world(ask, m="kisumu"))["support"]
    assert kisumu["answers"] == [{"applies": False, "obstacles": [{"key": "no_german_partner"}], "offer": {"name": "Missions", "contact": "the office"}}]
    assert [step["key"] for step in kisumu["nextSteps"]] == ["ask_advice", "see_candidates"]
    assert kisumu["nextSteps"][0]["text"] == "Kisumu n’a pas encore de partenaire allemand : demandez conseil."
    bm = (await world(ask, p="bm"))["support"]
    assert (bm["record"], bm["answers"][0]["applies"], bm["nextSteps"]) == ("partnership:bm", True, [])
    for given in ({}, {"m": "kisumu", "p": "bm"}):
        assert (await world.refusal(ask, **given))[0] == "INVALID_INPUT"


# ── what wants to be confirmed ────────────────────────────────────────────────────────────────────────────────────────


async def test_stale_records_are_a_connection_of_records_of_all_kinds(world: Api) -> None:
    ask = """query ($first: Int = 3, $after: String, $last: Int) { staleRecords(first: $first, after: $after, last: $last) {
      totalCount pageInfo { hasNextPage hasPreviousPage endCursor } edges { itself verifiedOn focuses { subject } node { __typename id name } } } }"""
    bonn = world.of(of("bonn"))
    first = (await bonn(ask))["staleRecords"]
    assert (first["totalCount"], first["pageInfo"]["hasNextPage"]) == (5, True)
    assert first["edges"][2] == {
        "itself": True,
        "verifiedOn": None,
        "focuses": [],
        "node": {"__typename": "Expert", "id": "expert:ana", "name": "Ana"},
    }
    last = (await bonn(ask, after=first["pageInfo"]["endCursor"]))["staleRecords"]
    assert [edge["node"]["id"] for edge in last["edges"]] == ["expert:ben", "municipality:bonn"]
    assert (last["totalCount"], last["pageInfo"]["hasNextPage"]) == (5, False)
    back = (await bonn(ask, first=None, last=2))["staleRecords"]
    assert (back["edges"], back["pageInfo"]["hasPreviousPage"]) == (last["edges"], True)
    assert len((await bonn(ask, first=None))["staleRecords"]["edges"]) == 5
    assert (await bonn.refusal(ask, first=501))[0] == "INVALID_INPUT"
    assert (await world(ask))["staleRecords"]["totalCount"] == 0
    assert (await bonn.refusal(ask, after="nonsense"))[0] == "INVALID_INPUT"


async def test_a_confirmed_record_leaves_the_list(world: Api) -> None:
    count = "{ staleRecords(kinds: [EXPERT], first: 0) { totalCount } }"
    assert (await world.of(COORDINATOR)(count))["staleRecords"]["totalCount"] == 3
    await world.of(of("bonn"))('mutation { saveExpert(input: {id: "ana", verifiedOn: "2025-05-01"}) { changed } }')
    assert (await world.of(COORDINATOR)(count))["staleRecords"]["totalCount"] == 2


# ── missions and events ───────────────────────────────────────────────────────────────────────────────────────────────


async def test_a_mission_goes_in_one_direction_with_interpreters_and_results(world: Api) -> None:
    save = """mutation ($sender: ID!, $host: ID!) { saveMission(input: {id: "m1", name: "Composting", partnership: "bm", sender: $sender, host: $host,
      mode: ONLINE, startsOn: "2025-05-01", endsOn: "2025-05-09", interpretation: true, experts: ["ana"], results: "A plan"}) {
      record { mode interpretation results startsOn sender { name } host { name } partnership { name } experts { edges { node { name } } } } } }"""
    assert (await world.of(ORGANISER).refusal(save, sender="bonn", host="mombasa"))[0] == "FORBIDDEN"
    for sender, host in (("bonn", "mombasa"), ("mombasa", "bonn")):
        record = (await world.of(COORDINATOR)(save, sender=sender, host=host))["saveMission"]["record"]
        assert (record["sender"]["name"].lower(), record["host"]["name"].lower()) == (sender, host)
    assert (record["mode"], record["interpretation"], record["results"]) == ("ONLINE", True, "A plan")
    assert record["experts"]["edges"] == [{"node": {"name": "Ana"}}]


async def test_organisers_keep_events_with_results_targets_and_who_came_in_what_role(world: Api, store: Store) -> None:
    async with store.transaction() as tx:
        await tx.save("sdg_target", ["id", "name"], [["sdg_target:11.6", "Air and waste"]])
    organiser = world.of(ORGANISER)
    save = """mutation { saveEvent(input: {id: "close", name: "Results", kind: RESULTS_CONFERENCE, phase: "one", targets: ["11.6"], results: "Ten plans"}) {
      record { kind results targets { edges { node { name } } } } } }"""
    record = (await organiser(save))["saveEvent"]["record"]
    assert record == {"kind": "RESULTS_CONFERENCE", "results": "Ten plans", "targets": {"edges": [{"node": {"name": "Air and waste"}}]}}
    for kind, own in (("municipality", "bonn"), ("expert", "kip"), ("stakeholder", "uni")):
        await organiser(f'mutation {{ saveAttendance(input: {{{kind}: "{own}", event: "close", role: "speaker"}}) {{ source {{ id }} }} }}')
    came = """{ event(id: "close") { municipalities { edges { role node { name } } } experts { edges { role node { name } } }
      stakeholders { edges { role node { name } } } } }"""
    event = (await world(came))["event"]
    assert {kind: [(edge["role"], edge["node"]["name"]) for edge in found["edges"]] for kind, found in event.items()} == {
        "municipalities": [("speaker", "Bonn")],
        "experts": [("speaker", "Kip")],
        "stakeholders": [("speaker", "University")],
    }
    assert (await world.of(of("bonn")).refusal(save))[0] == "FORBIDDEN"
