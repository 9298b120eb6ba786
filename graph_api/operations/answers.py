"""Partner candidates as a document for programs and as text for people: what the command line prints."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from graph_api.model import global_id, own_id
from graph_api.operations.candidates import CandidateFinder
from graph_api.operations.texts import SubjectFinder, Understood
from graph_api.operations.viewers import Role, Viewer
from graph_api.storage.base import Store
from matching.partners import FAIR, Candidate, PartnerMatcher

OPERATOR = Viewer(role=Role.ADMIN, name="command line")
"""Whoever runs commands where the store is."""


async def candidates_document(
    store: Store, municipality: str, *, first: int, language: str, needs: Sequence[str] = (), offers: Sequence[str] = (), fair: bool = False
) -> dict[str, Any]:
    """The candidates of a municipality with everything that explains them; `needs` and `offers` are texts in its own words."""
    read = await SubjectFinder(store).read(needs, offers)
    asked = read and read.asked
    given = FAIR if fair else None
    found, fitted = await CandidateFinder(store).candidates(global_id("municipality", municipality), first=first, weights=given, viewer=OPERATOR, asked=asked)
    matcher = fitted.matcher
    return {
        "municipality": _place(matcher, found.seeker, language),
        "candidates": [_candidate(matcher, candidate, language) for candidate in found.candidates],
        "understood": list(_understood(matcher, read, language)) if read else [],
        "considered": found.considered,
        "excluded": [{"rule": rule, "count": count} for rule, count in found.excluded.items()],
        "unmet": None if found.unmet is None else {"reason": found.unmet.reason, "relax": list(found.unmet.relax), "gain": found.unmet.gain},
        "revision": fitted.revision,
        "algorithm": found.algorithm,
    }


def _place(matcher: PartnerMatcher, node: str, language: str) -> dict[str, Any]:
    profiles = matcher.profiles_
    row = profiles.row(node)
    return {"id": node, "name": profiles.names[row], "country": profiles.country[row], "country_name": profiles.country_name(profiles.country[row], language)}


def _understood(matcher: PartnerMatcher, read: Understood, language: str) -> Iterator[dict[str, Any]]:
    subjects = matcher.profiles_.subjects
    place = subjects.rows
    for side, readings in (("needs", read.needs), ("offers", read.offers)):
        for number, reading in enumerate(readings, start=1):
            means = [{"id": id_, "name": subjects.name(place[id_], language), "weight": weight} for id_, weight in reading.items() if id_ in place]
            yield {"side": side, "number": number, "subjects": means, "reader": read.reader}


def _candidate(matcher: PartnerMatcher, candidate: Candidate, language: str) -> dict[str, Any]:
    telling = sorted((f for f in candidate.facets if f.score and f.reason.telling), key=lambda f: (-f.share, f.name))
    return {
        "municipality": _place(matcher, candidate.id, language),
        "rank": candidate.rank,
        "score": candidate.score,
        "seeker_benefit": candidate.seeker_benefit,
        "candidate_benefit": candidate.candidate_benefit,
        "reasons": [matcher.text(f.reason, language) for f in telling],
        "facets": [
            {
                "name": f.name,
                "score": f.score,
                "weight": f.weight,
                "share": f.share,
                "reason": matcher.text(f.reason, language),
                "evidence": list(f.reason.nodes),
            }
            for f in candidate.facets
        ],
        "rank_range": {"best": candidate.rank_range[0], "worst": candidate.rank_range[1]},
    }


_UNMET = {
    "not_eligible": "Nobody fits: one side has to be German, and the other's country on the DAC list of ODA recipients.",
    "relax": "Nobody fits; without the rules {relax} there would be {gain}.",
    "nobody": "Nobody fits: every other municipality is left out.",
}


def candidates_text(document: Mapping[str, Any]) -> Iterator[str]:
    """The same, line by line, for people."""
    seeker = document["municipality"]
    yield f"Partner candidates for {seeker['name']} ({seeker['country_name']}), {document['considered']} municipalities considered:"
    for text in document["understood"]:
        means = ", ".join(subject["name"] for subject in text["subjects"]) or "nothing"
        yield f"Understood of {text['side']} {text['number']} (by {text['reader']}): {means}."
    for candidate in document["candidates"]:
        yield ""
        yield from _candidate_text(candidate, seeker["name"])
    if unmet := document["unmet"]:
        yield _UNMET[unmet["reason"]].format(relax=", ".join(unmet["relax"]), gain=unmet["gain"])
    yield ""
    left_out = ", ".join(f"{e['rule']} {e['count']}" for e in document["excluded"])
    yield f"Left out: {left_out or 'nobody'}. Method {document['algorithm']}, network revision {document['revision']}."


def _candidate_text(candidate: Mapping[str, Any], seeker: str) -> Iterator[str]:
    place, ranks = candidate["municipality"], candidate["rank_range"]
    yield f"{candidate['rank']:>3}. {place['name']} ({place['country']}, {own_id(place['id'])})"
    yield f"     score {candidate['score']:.2f}; rank {ranks['best']} to {ranks['worst']} if the weights change by a quarter"
    yield f"     benefit for {seeker}: {_percent(candidate['seeker_benefit'])}; for {place['name']}: {_percent(candidate['candidate_benefit'])}"
    yield from (f"     - {reason}" for reason in candidate["reasons"][:5])


def _percent(part: float | None) -> str:
    return "not known" if part is None else f"{part:.0%}"
