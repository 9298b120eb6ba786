"""Who sees and may do what: every role × every root field × every private property. A field without a row here fails."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from graphql import GraphQLEnumType, GraphQLInputObjectType
from strawberry.utils.str_converters import to_camel_case

from graph_api.model import KINDS, PLURALS, properties
from graph_api.operations.viewers import GUARDED
from graph_api.schema import create_schema
from graph_api.schema.explore import SEARCHED
from graph_api.storage.base import Store
from tests.roles import COORDINATORS, EVERYBODY, GUARDED_WORLD, SECRET, VIEWERS, People, people

pytestmark = pytest.mark.above_the_port

SCHEMA = create_schema()._schema
PRIVATE = {kind: tuple(n for n, p in properties(cls).items() if p.private) for kind, cls in KINDS.items() if any(p.private for p in properties(cls).values())}


@pytest.fixture
async def world(store: Store, tmp_path: Path) -> People:
    return await people(store, tmp_path)


# ── the tables ────────────────────────────────────────────────────────────────────────────────────────────────────────

SEEN: Mapping[str, Mapping[str, set[str]]] = {
    "interest": {
        "bonn": {"asked", "unwanted"},
        "jena": {"agreed"},
        "kisumu": {"asked"},
        "coordinator": {"asked", "agreed", "unwanted"},
        "admin": {"asked", "agreed", "unwanted"},
    },
    "demand": {"kisumu": {"need"}, "coordinator": {"need"}, "admin": {"need"}},
    "change": {"coordinator": {"*"}, "admin": {"*"}},
}
"""Records of guarded kinds, by who sees them: nobody else does. Of all other kinds everybody sees all."""

REVEALED: Mapping[str, Mapping[str, set[str]]] = {
    "expert": {
        "bonn": {"ana", "ben"},
        "ulm": {"kip"},
        "kisumu": {"kip"},
        "ana": {"ana"},
        "ben": {"ben"},
        "organiser": {"ana", "kip"},
        "coordinator": {"ana", "ben", "kip", "zoe"},
        "admin": {"ana", "ben", "kip", "zoe"},
    },
    "interest": SEEN["interest"],
    "demand": SEEN["demand"],
}
"""Records whose private properties somebody sees. Kip's are Ulm's to see because Kisumu is its partner and Kip consents."""

OPEN_TO_ALL = {
    "node", "nodes", "search", "neighbourhood", "paths", "networkStatistics", "viewer", "partnerCandidates",
    "exchangeCandidates", "readiness", "eligibility", "support", "subjectsOfText", "staleRecords",
}  # fmt: skip
"""Root fields that answer everybody; what they must not tell is tested below and where they are tested."""

RESTRICTED: Mapping[str, tuple[str, frozenset[str]]] = {
    "expertCandidates": ('{ expertCandidates(mission: "trip") { __typename } }', EVERYBODY - {"anonymous", "ana", "ben"}),
    "assignExperts": ('{ assignExperts(missions: ["trip"]) { __typename } }', EVERYBODY - {"anonymous", "ana", "ben"}),
    "peerGroups": ('{ peerGroups(input: {municipalities: ["bonn", "ulm", "kisumu"], number: 1}) { __typename } }', COORDINATORS | {"organiser"}),
    "phasePlan": ("{ phasePlan(input: {places: 1}) { __typename } }", COORDINATORS),
}
"""Root fields that refuse some: a query, and who gets an answer."""

OWN = "bonn"
MAINTAINED = COORDINATORS
CHANGES: Mapping[str, tuple[str, frozenset[str]]] = {
    "deleteRecord": ('deleteRecord(id: "department:water") { done }', COORDINATORS | {OWN}),
    "mergeRecords": ('mergeRecords(keep: "expert:ana", remove: "expert:zoe") { record { id } }', COORDINATORS),
    "saveCountry": ('saveCountry(input: {id: "FR", name: "France"}) { created }', COORDINATORS),
    "saveMunicipality": ('saveMunicipality(input: {id: "bonn", population: 9}) { created }', COORDINATORS | {OWN}),
    "saveDepartment": ('saveDepartment(input: {id: "water", name: "Waters"}) { created }', COORDINATORS | {OWN}),
    "saveExpert": ('saveExpert(input: {id: "ana", consent: false}) { created }', COORDINATORS | {OWN, "ana"}),
    "saveStakeholder": ('saveStakeholder(input: {id: "uni", name: "Universität"}) { created }', COORDINATORS | {OWN}),
    "savePartnership": ('savePartnership(input: {id: "bm", name: "B and M"}) { created }', COORDINATORS),
    "savePhase": ('savePhase(input: {id: "one", capacity: 9}) { created }', COORDINATORS),
    "saveMission": ('saveMission(input: {id: "trip", name: "Trip"}) { created }', COORDINATORS),
    "saveEvent": ('saveEvent(input: {id: "start", name: "Start"}) { created }', COORDINATORS | {"organiser"}),
    "saveTopic": ('saveTopic(input: {id: "compost", name: "Composting"}) { created }', COORDINATORS),
    "saveSdgGoal": ('saveSdgGoal(input: {id: "6", name: "Water"}) { created }', COORDINATORS),
    "saveSdgTarget": ('saveSdgTarget(input: {id: "6.1", name: "Water", goal: "6"}) { created }', COORDINATORS),
    "saveInterest": ('saveInterest(input: {id: "asked", message: "x"}) { created }', COORDINATORS),
    "saveDemand": ('saveDemand(input: {id: "need", message: "x"}) { created }', COORDINATORS),
    "saveRegionalPartnership": ('saveRegionalPartnership(input: {id: "nw-ke", started: "2007"}) { created }', COORDINATORS),
    "saveSupportOffer": ('saveSupportOffer(input: {id: "advice", name: "Help"}) { created }', COORDINATORS),
    "saveMembership": ('saveMembership(input: {municipality: "bonn", partnership: "bm", joined: "2020"}) { source { id } }', COORDINATORS),
    "removeMembership": ('removeMembership(input: {municipality: "ulm", partnership: "bm"}) { removed }', COORDINATORS),
    "saveParticipation": ('saveParticipation(input: {partnership: "bm", phase: "one"}) { source { id } }', COORDINATORS),
    "removeParticipation": ('removeParticipation(input: {partnership: "bm", phase: "one"}) { removed }', COORDINATORS),
    "saveFocus": ('saveFocus(input: {municipality: "bonn", topic: "compost"}) { source { id } }', COORDINATORS | {OWN}),
    "removeFocus": ('removeFocus(input: {municipality: "bonn", topic: "compost"}) { removed }', COORDINATORS | {OWN}),
    "saveAttendance": ('saveAttendance(input: {municipality: "bonn", event: "start"}) { source { id } }', COORDINATORS | {"organiser"}),
    "removeAttendance": ('removeAttendance(input: {municipality: "bonn", event: "start"}) { removed }', COORDINATORS | {"organiser"}),
}
"""Mutations: one that is in order, and who may; whoever may not changes nothing."""

ELSEWHERE = {
    "askInterest", "answerInterest", "withdrawInterest", "dismissCandidate", "recordDemand", "setPartnershipStatus", "proposePartnership", "signAgreement",
    "leavePhase", "importTables",
}  # fmt: skip
"""Mutations that have a story of their own: who may do what is tested with it (test_programme, test_transfer)."""


def test_every_root_field_has_its_row() -> None:
    kinds = {to_camel_case(name) for kind in KINDS for name in (kind, PLURALS[kind])}
    assert SCHEMA.query_type
    assert set(SCHEMA.query_type.fields) - kinds - OPEN_TO_ALL - set(RESTRICTED) == set()
    assert SCHEMA.mutation_type
    assert set(SCHEMA.mutation_type.fields) - set(CHANGES) - ELSEWHERE == set()
    assert set(PRIVATE) == set(REVEALED)
    assert set(GUARDED) == set(SEEN)


# ── reading ───────────────────────────────────────────────────────────────────────────────────────────────────────────


def all_of(kind: str) -> set[str]:
    return {str(record["id"]) for record in GUARDED_WORLD.nodes[kind]}


@pytest.mark.parametrize("kind", KINDS)
async def test_lists_and_their_counts_show_what_one_may_see(world: People, kind: str) -> None:
    many, one = to_camel_case(PLURALS[kind]), to_camel_case(kind)
    own = {who: (await world.ask(who, f"{{ {many} {{ totalCount edges {{ node {{ id }} }} }} }}"))[many] for who in VIEWERS}
    whole = {edge["node"]["id"] for edge in own["admin"]["edges"]}
    assert whole
    for who, found in own.items():
        seen = {edge["node"]["id"] for edge in found["edges"]}
        if kind in SEEN:
            allowed = SEEN[kind].get(who, set())
            assert seen == (whole if allowed == {"*"} else {f"{kind}:{i}" for i in allowed}), who
        else:
            assert seen == {f"{kind}:{i}" for i in all_of(kind)}, who
        assert found["totalCount"] == len(seen)
        single = " ".join(f'a{i}: {one}(id: "{record}") {{ id }}' for i, record in enumerate(sorted(whole)))
        query = f'query ($ids: [ID!]!) {{ {single} nodes(ids: $ids) {{ id }} n: node(id: "{min(whole)}") {{ id }} }}'
        answer = await world.ask(who, query, ids=sorted(whole))
        assert {record["id"] for key, record in answer.items() if key[0] == "a" and record} == seen
        assert {record["id"] for record in answer["nodes"] if record} == seen
        assert (answer["n"] is not None) == (min(whole) in seen)


WAYS: Mapping[str, Mapping[str, str]] = {
    "expert": {
        "list": "{ experts { edges { node { id %s } } } }",
        "ordered": "{ experts(orderBy: {field: NAME, direction: DESC}) { edges { node { id %s } } } }",
        "one": '{ a: expert(id: "ana") { id %s } b: expert(id: "ben") { id %s } k: expert(id: "kip") { id %s } z: expert(id: "zoe") { id %s } }',
        "node": '{ nodes(ids: ["expert:ana", "expert:ben", "expert:kip", "expert:zoe"]) { ... on Expert { id %s } } }',
        "record": '{ nodes(ids: ["expert:ana", "expert:ben", "expert:kip", "expert:zoe"]) { ... on Record { ... on Expert { id %s } } } }',
        "fragment": "{ experts { edges { node { ...F } } } } fragment F on Record { ...G } fragment G on Expert { id %s }",
        "topic": '{ topic(id: "compost") { experts { edges { node { id %s } } } } }',
        "search": '{ a: search(text: "ana") { ...S } b: search(text: "ben") { ...S } k: search(text: "kip") { ...S } z: search(text: "zoe") { ...S } }'
        " fragment S on SearchConnection { edges { node { ... on Expert { id %s } } } }",
        "neighbourhood": '{ neighbourhood(id: "topic:compost") { nodes { ... on Expert { id %s } } } }',
        "paths": "{ "
        + " ".join(f'{i}: paths(from: "expert:{i}", to: "topic:compost") {{ nodes {{ ... on Expert {{ id %s }} }} }}' for i in ("ana", "ben", "kip", "zoe"))
        + " }",
    },
    "interest": {
        "list": "{ interests { edges { node { id %s } } } }",
        "received": "{ municipalities { edges { node { interestsReceived { edges { node { id %s } } } interestsSent { edges { node { id %s } } } } } } }",
        "node": '{ nodes(ids: ["interest:asked", "interest:agreed", "interest:unwanted"]) { ... on Interest { id %s } } }',
    },
    "demand": {
        "list": "{ demands { edges { node { id %s } } } }",
        "municipality": "{ municipalities { edges { node { demands { edges { node { id %s } } } } } } }",
        "node": '{ nodes(ids: ["demand:need"]) { ... on Demand { id %s } } }',
    },
}
"""Ways to the records of a kind with private properties: every one leads to all of them."""


def records_in(answer: Any) -> list[Mapping[str, Any]]:
    """Everything with an id in an answer."""
    if isinstance(answer, list):
        return [record for part in answer for record in records_in(part)]
    if not isinstance(answer, dict):
        return []
    return ([answer] if "id" in answer else []) + [record for part in answer.values() for record in records_in(part)]


@pytest.mark.parametrize(("kind", "way"), [(kind, way) for kind, ways in WAYS.items() for way in ways])
async def test_private_properties_show_to_whom_they_may_by_every_way(world: People, kind: str, way: str) -> None:
    names = [to_camel_case(n) for n in PRIVATE[kind]]
    query = WAYS[kind][way].replace("%s", " ".join([*names, *(f"again_{n}: {n}" for n in names)]))
    stored = {f"{kind}:{record['id']}": record for record in GUARDED_WORLD.nodes[kind]}
    for who in VIEWERS:
        found = [r for r in records_in(await world.ask(who, query)) if r["id"].startswith(kind)]
        revealed = {f"{kind}:{i}" for i in REVEALED[kind].get(who, set())}
        assert {r["id"] for r in found} == (revealed if kind in SEEN else set(stored)), who
        for record in found:
            for name, camel in zip(PRIVATE[kind], names, strict=True):
                value = stored[record["id"]][name]
                shown = str(value) if record["id"] in revealed and value is not None else None
                assert (record[camel], record[f"again_{camel}"]) == (shown, shown), (who, record["id"], name)


async def test_nothing_private_is_in_what_everybody_gets(world: People) -> None:
    query = """query ($secret: String!) { search(text: $secret) { totalCount kinds { count } } s: search(text: "example") { totalCount }
      y: search(text: "2031") { totalCount } networkStatistics { counts { kind count } neverContacted }
      municipalities { edges { node { interestsReceived { totalCount } interestsSent { totalCount } demands { totalCount } } } } }"""
    reply = await world.reply("anonymous", query, {"secret": SECRET})
    data = reply.json["data"]
    assert (data["search"]["totalCount"], data["s"]["totalCount"], data["y"]["totalCount"]) == (0, 0, 0)
    assert {count["totalCount"] for edge in data["municipalities"]["edges"] for count in edge["node"].values()} == {0}
    assert {c["kind"].lower() for c in data["networkStatistics"]["counts"]} == set(KINDS) - set(GUARDED)
    assert SECRET not in reply.text


# ── asking about what one may not see ─────────────────────────────────────────────────────────────────────────────────


def fields_of(name: str) -> set[str]:
    found = SCHEMA.type_map[name]
    assert isinstance(found, GraphQLInputObjectType | GraphQLEnumType)
    return set(found.fields if isinstance(found, GraphQLInputObjectType) else found.values)


@pytest.mark.parametrize("kind", PRIVATE)
def test_nothing_can_be_filtered_or_ordered_by_a_private_property(kind: str) -> None:
    offered, name = PRIVATE[kind], KINDS[kind].__name__
    for declared in offered:
        begins = to_camel_case(declared)
        assert not {f for f in fields_of(f"{name}Filter") if f == begins or re.fullmatch(f"{begins}(Min|Max)", f)}
        assert declared.upper() not in fields_of(f"{name}OrderField")


def test_private_properties_are_in_no_index_of_words() -> None:
    assert [p.name for cls in KINDS.values() for p in properties(cls).values() if p.private and (p.search or p.index)] == []
    assert set(SEARCHED).isdisjoint(GUARDED)


def test_no_filter_leads_through_a_guarded_kind() -> None:
    guarded = {f"{KINDS[kind].__name__}{end}" for kind in GUARDED for end in ("Filter", "ListFilter")}
    own = {f"{KINDS[kind].__name__}Filter" for kind in GUARDED} | {f"{KINDS[kind].__name__}ListFilter" for kind in GUARDED}
    leading = {
        (name, field)
        for name, found in SCHEMA.type_map.items()
        if isinstance(found, GraphQLInputObjectType) and name not in own
        for field, declared in found.fields.items()
        if str(declared.type).strip("[]!") in guarded
    }
    assert leading == set()


async def test_guarded_records_are_in_no_neighbourhood_and_no_path_of_others(world: People) -> None:
    around = "query ($id: ID!) { neighbourhood(id: $id, depth: 3) { total nodes { id } links { kinds } } }"
    between = "query ($a: ID!, $b: ID!) { paths(from: $a, to: $b, maxLength: 6, first: 50) { length nodes { id } } }"
    for who in VIEWERS:
        found = (await world.ask(who, around, id="municipality:kisumu"))["neighbourhood"]
        kinds = {record["id"].partition(":")[0] for record in found["nodes"]}
        assert (not kinds.isdisjoint(GUARDED)) == (who in COORDINATORS)
        assert (not set(found["links"]["kinds"]).isdisjoint({"asks", "asked", "has_demand"})) == (who in COORDINATORS)
        assert found["total"] == len(found["nodes"])
        reply = await world.reply(who, around, {"id": "interest:unwanted"})
        assert (reply.code == "") == (who in COORDINATORS)
        if who not in COORDINATORS:
            assert reply.json["errors"][0]["message"] == "not found: interest:unwanted"
            unknown = await world.reply(who, around, {"id": "interest:unknown"})
            assert unknown.json["errors"][0]["message"] == "not found: interest:unknown"
        direct = (await world.ask(who, between, a="municipality:kisumu", b="municipality:bonn"))["paths"]
        assert {path["length"] for path in direct} == ({2} if who in COORDINATORS else {6})
        for a, b in (("interest:asked", "municipality:bonn"), ("municipality:kisumu", "demand:need"), ("interest:asked", "interest:asked")):
            assert bool((await world.ask(who, between, a=a, b=b))["paths"]) == (who in COORDINATORS)


async def test_a_path_leads_through_nobody_who_has_not_agreed(world: People) -> None:
    between = "query ($a: ID!, $b: ID!) { paths(from: $a, to: $b, maxLength: 3) { nodes { id } } }"
    for who in VIEWERS:

        async def paths(a: str, b: str, who: str = who) -> list[list[str]]:
            return [[n["id"] for n in path["nodes"]] for path in (await world.ask(who, between, a=a, b=b))["paths"]]

        assert await paths("mission:trip", "department:waste") == [["mission:trip", "expert:kip", "department:waste"]]
        assert await paths("mission:trip", "department:water") == []  # Ben has not agreed
        assert await paths("expert:ben", "department:water") == [["expert:ben", "department:water"]]
        assert await paths("mission:trip", "topic:compost") == [["mission:trip", "expert:kip", "topic:compost"]]


@pytest.mark.parametrize("field", RESTRICTED)
async def test_some_fields_refuse_some(world: People, field: str) -> None:
    query, allowed = RESTRICTED[field]
    codes = {who: (await world.reply(who, query)).code for who in VIEWERS}
    assert codes == {who: "" if who in allowed else "FORBIDDEN" for who in VIEWERS}


# ── cursors ───────────────────────────────────────────────────────────────────────────────────────────────────────────


async def test_a_cursor_of_somebody_who_sees_more_leads_to_nothing_more(world: People) -> None:
    page = """query ($after: String) { interests(first: 1, after: $after, orderBy: {field: STATUS}) {
      totalCount pageInfo { endCursor hasNextPage } edges { node { id } } } }"""
    first = (await world.ask("admin", page))["interests"]
    found = (await world.ask("jena", page, after=first["pageInfo"]["endCursor"]))["interests"]
    assert {edge["node"]["id"] for edge in found["edges"]} <= {"interest:agreed"}
    assert (found["totalCount"], found["pageInfo"]["hasNextPage"]) == (1, False)
    assert (await world.ask("anonymous", page, after=first["pageInfo"]["endCursor"]))["interests"]["edges"] == []


# ── changing ──────────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("field", CHANGES)
async def test_who_may_change_what(world: People, field: str) -> None:
    change, allowed = CHANGES[field]
    query = f"mutation {{ {change} }}"
    for who in sorted(EVERYBODY - allowed):
        before = await world.store.revision()
        reply = await world.reply(who, query)
        assert (reply.code, reply.json["data"]) == ("FORBIDDEN", None), who
        assert await world.store.revision() == before
    for who in sorted(allowed):
        reply = await world.reply(who, query)
        assert reply.code in ("", "NOT_FOUND"), (who, reply.text)  # what is deleted can be deleted once
    assert {"coordinator", "admin"} <= allowed


async def test_a_refusal_does_not_tell_what_there_is(world: People) -> None:
    for record in ("interest:asked", "interest:unknown", "demand:need", "demand:unknown"):
        reply = await world.reply("ulm", f'mutation {{ deleteRecord(id: "{record}") {{ records }} }}')
        assert (reply.code, reply.json["errors"][0]["message"]) == ("NOT_FOUND", f"not found: {record}")
        kind = record.partition(":")[0].title()
        reply = await world.reply("ulm", f'mutation {{ save{kind}(input: {{id: "{record}"}}) {{ created }} }}')
        assert (reply.code, SECRET in reply.text) == ("FORBIDDEN", False)


async def test_nobody_changes_the_log(world: People) -> None:
    [entry] = [edge["node"]["id"] for edge in (await world.ask("admin", "{ changes { edges { node { id } } } }"))["changes"]["edges"]]
    for who in VIEWERS:
        reply = await world.reply(who, f'mutation {{ deleteRecord(id: "{entry}", confirm: true) {{ done }} }}')
        assert reply.code == ("FORBIDDEN" if who in COORDINATORS else "NOT_FOUND")
    assert (await world.ask("admin", f'{{ change(id: "{entry}") {{ action reason actor }} }}'))["change"] == {
        "action": "SAVE", "reason": f"{SECRET} reason", "actor": "cora",
    }  # fmt: skip
    assert not [f for f in (SCHEMA.mutation_type.fields if SCHEMA.mutation_type else {}) if "change" in f.lower()]


async def test_one_who_may_not_see_the_log_learns_nothing_from_it(world: People) -> None:
    for who in sorted(EVERYBODY - COORDINATORS):
        reply = await world.reply(who, '{ changes(filter: {record: ["topic:compost"], action: [SAVE]}, orderBy: {field: AT}) { totalCount edges { cursor } } }')
        assert reply.json["data"]["changes"] == {"totalCount": 0, "edges": []}


async def test_private_values_stay_where_they_are_when_a_save_is_answered(world: People) -> None:
    answer = await world.ask("organiser", 'mutation { saveEvent(input: {id: "start", name: "Start"}) { record { id name } changed created } }')
    assert answer["saveEvent"] == {"record": {"id": "event:start", "name": "Start"}, "changed": ["name"], "created": False}
    colleagues = "record { email topics { edges { node { experts { edges { node { id email } } } } } } }"
    reply = await world.reply("ana", f'mutation {{ saveExpert(input: {{id: "ana", consent: true}}) {{ {colleagues} }} }}')
    emails = {r["id"]: r["email"] for r in records_in(reply.json["data"])}
    assert emails == {f"expert:{i}": f"{SECRET}-ana@example.org" if i == "ana" else None for i in ("ana", "ben", "kip", "zoe")}
