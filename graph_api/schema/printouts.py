"""Suggestions as documents for programs and as text for people: what the command line prints, asked of the schema."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import orjson

from graph_api.errors import PartnergraphError
from graph_api.model import own_id
from graph_api.operations.answers import OPERATOR
from graph_api.schema import create_schema
from graph_api.schema.context import create_context
from graph_api.schema.engine import Engine, Question
from graph_api.storage.base import Store

PATIENCE = 180.0
"""Seconds that a command waits."""
SEARCH = 120.0
"""Seconds that a command may search for groups."""
SHOWN_REASONS = 5

_FACETS = "facets { name score weight share reason(language: $language) evidence } reasons(language: $language)"
_WHY = "reason { text(language: $language) }"
_SHORTAGE = f"shortage {{ missing relax gain {_WHY} }}"

EXPERTS = f"""query($language: Language! = EN, $mission: ID, $need: ExpertNeedInput, $first: Int! = 10) {{
  expertCandidates(mission: $mission, need: $need, first: $first) {{
    candidates {{ rank score fit expert {{ id name languages department {{ name municipality {{ id name country }} }} }} {_FACETS}
      remarks {{ key text(language: $language) }} }}
    slots {{ expert {{ id name }} alternates {{ id name }} }} conflicts {{ expert {{ id name }} rule {_WHY} }} {_SHORTAGE}
    considered excluded {{ rule count }} revision algorithm }} }}"""

ASSIGNMENT = f"""query($language: Language! = EN, $missions: [ID!]!, $slots: Int) {{
  assignExperts(missions: $missions, slots: $slots) {{
    teams {{ mission {{ id name startsOn endsOn }} slots {{ score expert {{ id name }} alternates {{ id name }} }} open {_SHORTAGE} }}
    load {{ expert {{ id name }} missions }} filled wanted total proven revision algorithm }} }}"""

EXCHANGES = f"""query($language: Language! = EN, $municipality: ID!, $about: [ID!], $direction: ExchangeDirection, $first: Int! = 10) {{
  exchangeCandidates(municipality: $municipality, about: $about, direction: $direction, first: $first) {{
    candidates {{ rank score municipality {{ id name country }} direction subjects departments {{ id name }} ownDepartments {{ id name }} {_FACETS} }}
    considered excluded {{ rule count }} revision algorithm }} }}"""

_NAMES = "id name nameDe nameEs nameFr"

SUBJECTS = f"""query($text: String!, $first: Int! = 5) {{
  subjectsOfText(text: $text, first: $first) {{
    goals {{ score goal {{ {_NAMES} }} }} targets {{ score target {{ {_NAMES} }} }} topics {{ score topic {{ {_NAMES} }} }} reader revision }} }}"""

_PAIR = "german { id name } partner { id name country }"
_BOUND = f"{{ by value bound asked possible {_WHY} }}"

PLAN = f"""query($language: Language! = EN, $input: PhasePlanInput!) {{
  phasePlan(input: $input) {{
    variant places considered excluded {{ rule count }}
    choices {{ {_PAIR} germanFit partnerFit substitutes {{ {_PAIR} }} {_WHY} }} alternates {{ {_PAIR} }}
    blocking {{ {_PAIR} germanFit partnerFit insteadOf {{ {_PAIR} }} barredBy {_WHY} }}
    quotas {{ by value least most count met {_WHY} }}
    comparison {{ variant chosen total minimum meanGerman meanPartner blocking barred quotasMet quotas proven {_WHY} }}
    infeasible {{ conflict {_BOUND} relax {_BOUND} places {_WHY} }} revision algorithm }} }}"""


_VIOLATION = "{ rule round municipalities groups value found }"

GROUPS = f"""query($language: Language! = EN, $input: PeerGroupsInput!) {{
  peerGroups(input: $input) {{
    participants kept cutShort worstScore meanScore
    rounds {{ number groups {{ number score cohesion lift theme(language: $language) themes {{ subject members lift }} language notSpeaking
      facilitator {{ id name }} experts {{ id name }} lacks {{ subject seekers }}
      members {{ municipality {{ id name country }} brings {{ subject others }} seeks {{ subject others }} }} }} }}
    compliance {{ rule satisfied total violations {_VIOLATION} }} relaxations {{ rule exceptions value sentence: text(language: $language) }}
    attendingExperts {{ id name }} revision algorithm }} }}"""


async def document(store: Store, query: str, variables: Mapping[str, Any]) -> dict[str, Any]:
    """What a query's one root field answers to whoever works where the store is, with names as the command line writes them.

    Raises PartnergraphError with the answer's message where it is refused.
    """
    context = dataclasses.replace(create_context(store, longest=SEARCH), viewer=OPERATOR)
    given = {name: value for name, value in variables.items() if value is not None}
    answer = await Engine(create_schema(), patience=PATIENCE).answer(Question(query=query, variables=given), context)
    found = orjson.loads(answer.body)
    if errors := found.get("errors"):
        raise PartnergraphError(errors[0]["message"])
    [data] = found["data"].values()
    return _named(data)


def _named(value: Any) -> Any:
    """Names in snake case, and a reason that is only a text as that text."""
    if isinstance(value, list):
        return [_named(part) for part in value]  # pyright: ignore[reportUnknownVariableType]
    if not isinstance(value, dict):
        return value
    if list(value) == ["text"]:
        return value["text"]
    return {re.sub(r"([A-Z])", lambda found: f"_{found[1].lower()}", name): _named(part) for name, part in value.items()}


# ── for people ────────────────────────────────────────────────────────────────────────────────────────────────────────


def experts_text(found: Mapping[str, Any]) -> Iterator[str]:
    """Suggested experts, line by line."""
    yield f"Experts considered: {found['considered']}."
    for candidate in found["candidates"]:
        expert = candidate["expert"]
        home = ((expert["department"] or {}).get("municipality") or {}).get("name")
        yield ""
        yield f"{candidate['rank']:>3}. {expert['name']} ({', '.join(filter(None, (home, own_id(expert['id']))))}), score {candidate['score']:.2f}"
        yield from (f"     - {reason}" for reason in candidate["reasons"][:SHOWN_REASONS])
        yield from (f"     ! {remark['text']}" for remark in candidate["remarks"])
    yield from _short(found["shortage"])
    yield from (f"Conflict of interest: {conflict['reason']}" for conflict in found["conflicts"])
    yield from _left_out(found)


def assignment_text(found: Mapping[str, Any]) -> Iterator[str]:
    """Experts for several missions, line by line."""
    yield f"Places filled: {found['filled']} of {found['wanted']}{'' if found['proven'] else ' (a better assignment may exist)'}."
    for team in found["teams"]:
        yield ""
        yield f"{team['mission']['name']} ({own_id(team['mission']['id'])})"
        for slot in team["slots"]:
            others = ", ".join(expert["name"] for expert in slot["alternates"])
            yield f"  {slot['expert']['name']}, score {slot['score']:.2f}{f'; else {others}' if others else ''}"
        yield from _short(team["shortage"])
    yield ""
    yield _made(found)


def exchanges_text(found: Mapping[str, Any]) -> Iterator[str]:
    """Suggested exchanges, line by line."""
    yield f"Municipalities considered: {found['considered']}."
    for candidate in found["candidates"]:
        place = candidate["municipality"]
        yield ""
        yield f"{candidate['rank']:>3}. {place['name']} ({place['country']}, {own_id(place['id'])})"
        yield f"     {candidate['direction'].lower()}, score {candidate['score']:.2f}"
        yield from (f"     - {reason}" for reason in candidate["reasons"][:SHOWN_REASONS])
        if candidate["departments"]:
            yield f"     departments: {', '.join(department['name'] for department in candidate['departments'])}"
    yield from _left_out(found)


def subjects_text(found: Mapping[str, Any], language: str = "en") -> Iterator[str]:
    """What a text is about, line by line."""
    for kind, many in (("goal", "Goals"), ("target", "Targets"), ("topic", "Topics")):
        yield f"{many}:"
        for mention in found[f"{kind}s"]:
            own = mention[kind]
            yield f"  {mention['score']:.2f}  {own.get(f'name_{language}') or own['name']} ({own['id']})"
    if found["reader"] == "words":
        yield "Read by words only; with the extra `texts` (pip install 'partnergraph[texts]') other languages and other words are understood."


def plan_text(found: Mapping[str, Any]) -> Iterator[str]:
    """A phase plan, line by line."""
    yield f"Places filled: {len(found['choices'])} of {found['places']}; pairs considered: {found['considered']}."
    for choice in found["choices"]:
        yield f"  {_pair(choice)}: {choice['german_fit']:.2f} and {choice['partner_fit']:.2f}{_else(choice['substitutes'])}"
    if problem := found["infeasible"]:
        yield problem["reason"]
        yield from (f"  {bound['reason']}" for bound in problem["relax"])
    yield from (f"Quota {'kept' if quota['met'] else 'not kept'}: {quota['reason']}" for quota in found["quotas"])
    yield from (f"Would rather work with each other: {pair['reason']}" for pair in found["blocking"][:SHOWN_REASONS])
    yield ""
    yield from (summary["reason"] for summary in found["comparison"])
    yield from _left_out(found)


def groups_text(found: Mapping[str, Any]) -> Iterator[str]:
    """Peer groups, line by line."""
    yield f"Participants: {found['participants']}; worst group {found['worst_score']:.2f}, mean {found['mean_score']:.2f}."
    for round_ in found["rounds"]:
        for group in round_["groups"]:
            yield ""
            yield f"Round {round_['number']}, group {group['number']}: score {group['score']:.2f}, language {group['language'] or 'not known'}"
            yield f"  {group['theme']}"
            yield from (f"  - {_place(member['municipality'])}" for member in group["members"])
            if group["facilitator"]:
                yield f"  could lead: {group['facilitator']['name']}"
            if group["experts"]:
                yield f"  experts: {', '.join(expert['name'] for expert in group['experts'])}"
    yield ""
    yield from (f"Rule {kept['rule']}: kept in {kept['satisfied']} of {kept['total']}." for kept in found["compliance"])
    yield from (f"What would help: {one['sentence']}" for one in found["relaxations"])
    yield f"{'The search ended early. ' if found['cut_short'] else ''}{_made(found)}"


def _place(municipality: Mapping[str, Any]) -> str:
    return f"{municipality['name']} ({municipality['country']})"


def _pair(pair: Mapping[str, Any]) -> str:
    return f"{pair['german']['name']} – {pair['partner']['name']} ({pair['partner']['country']})"


def _else(pairs: Sequence[Mapping[str, Any]]) -> str:
    return f"; else {', '.join(map(_pair, pairs))}" if pairs else ""


def _short(shortage: Mapping[str, Any] | None) -> Iterator[str]:
    if shortage:
        yield f"  {shortage['reason']}"


def _left_out(found: Mapping[str, Any]) -> Iterator[str]:
    left_out = ", ".join(f"{e['rule']} {e['count']}" for e in found["excluded"])
    yield ""
    yield f"Left out: {left_out or 'nobody'}. {_made(found)}"


def _made(found: Mapping[str, Any]) -> str:
    return f"Method {found['algorithm']}, network revision {found['revision']}."
