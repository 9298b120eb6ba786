"""The root fields of queries: each asks the store or an operation once."""

from collections.abc import Sequence
from typing import Annotated, Any

import strawberry

from graph_api.model import KINDS, PLURALS, global_id
from graph_api.operations.candidates import Fitted, introductions
from graph_api.operations.texts import LONGEST_TEXT, MOST_TEXTS, Understood
from graph_api.schema import mirror, results
from graph_api.schema.exchanges import ExchangeFields
from graph_api.schema.experts import ExpertFields
from graph_api.schema.explore import ExploreFields
from graph_api.schema.groups import GroupFields
from graph_api.schema.info import Found, Info, argument, bounded, found_below, parted, records_by_id, with_ids
from graph_api.schema.mirror import PAGE_ARGUMENTS, Node, declare_connection, with_arguments
from graph_api.schema.nodes import to_answer
from graph_api.schema.plans import PlanFields
from graph_api.schema.programme import ProgrammeFields
from graph_api.schema.texts import TextFields
from matching.partners import FAIR, Candidate, Candidates

MOST_CANDIDATES = 100
TEXTS = f"at most {MOST_TEXTS} texts; needs and offers have at most {LONGEST_TEXT:,} characters together."
NOT_KEPT = "Counts beside its recorded focuses for this answer only; nothing is kept."


# ── records of one kind ───────────────────────────────────────────────────────────────────────────────────────────────


def _one_field(kind: str) -> Any:
    name = KINDS[kind].__name__

    async def resolve(info: Info, **given: Any) -> Any:
        asked = info.reading.one(info.nodes, (kind,), with_ids([global_id(kind, given["id"])]))
        [cell] = await info.context.store.select(asked.selection)
        return to_answer(asked, cell)

    arguments = {"id": ("strawberry.ID", "Its id, with or without the kind before it.", mirror.REQUIRED)}
    return strawberry.field(resolver=with_arguments(resolve, arguments, f"{name} | None"), description=f"One {name}, by id; null where there is none.")


def _list_field(kind: str) -> Any:
    name = KINDS[kind].__name__
    connection = f"{name}Connection"
    declare_connection(connection, name)

    async def resolve(info: Info, **_: Any) -> Any:
        read = info.reading
        asked = read.page(info.nodes, (kind,), read.arguments(info.nodes[0], "Query"), connection)
        [cell] = await info.context.store.select(asked.selection)
        return to_answer(asked, cell)

    arguments = {
        "filter": (f"{name}Filter | None", "Only records for which this holds.", strawberry.UNSET),
        "order_by": (f"{name}Order | None", "In this order; else by id.", strawberry.UNSET),
        **PAGE_ARGUMENTS,
    }
    return strawberry.field(resolver=with_arguments(resolve, arguments, connection), description=f"{name} records, page by page.")


# ── candidates ────────────────────────────────────────────────────────────────────────────────────────────────────────


async def _introducers(info: Info, found: Candidates) -> dict[str, list[str]]:
    """For each candidate, the ids of those who could introduce it to the seeker."""
    if not any(node.name.value == "introductions" for node in info.reading.below(info.nodes)):
        return {}
    [[_, rows]] = await info.context.store.select(introductions(found.seeker, tuple(c.id for c in found.candidates)))
    return {row[0]: [via[0] for via in row[4][0][1][:MOST_INTRODUCTIONS]] for row in rows}


MOST_INTRODUCTIONS = 10


def _candidate(candidate: Candidate, fitted: Fitted, via: Sequence[str], found: Found) -> results.PartnerCandidate:
    best, worst = candidate.rank_range
    return results.PartnerCandidate(
        of=candidate.id,
        found=found,
        rank=candidate.rank,
        score=candidate.score,
        seeker_benefit=candidate.seeker_benefit,
        candidate_benefit=candidate.candidate_benefit,
        facets=[results.to_facet(facet, fitted.matcher.text) for facet in candidate.facets],
        introductions=[results.Introduction(of=id_, found=found) for id_ in via],
        rank_range=results.RankRange(best=best, worst=worst),
    )


async def _partner_candidates(info: Info, answer: Candidates, fitted: Fitted, read: Understood | None) -> results.PartnerCandidates:
    introducers = await _introducers(info, answer)
    others = sorted({id_ for ids in introducers.values() for id_ in ids})
    found = await found_below(info, "PartnerCandidates", [*(c.id for c in answer.candidates), *others])
    unmet = answer.unmet and results.Unmet(reason=answer.unmet.reason, relax=list(answer.unmet.relax), gain=answer.unmet.gain)
    return results.PartnerCandidates(
        candidates=[_candidate(candidate, fitted, introducers.get(candidate.id, ()), found) for candidate in answer.candidates],
        understood=results.to_understood(read, fitted.matcher.profiles_.subjects) if read else [],
        considered=answer.considered,
        excluded=[results.Exclusion(rule=rule, count=count) for rule, count in answer.excluded.items()],
        unmet=unmet or None,
        revision=fitted.revision,
        algorithm=answer.algorithm,
    )


# ── the root ──────────────────────────────────────────────────────────────────────────────────────────────────────────


@strawberry.type
class Fields:
    """Root fields that are written by hand."""

    @strawberry.field(description="A record of any kind, by id; null where there is none.")
    async def node(self, info: Info, id: Annotated[strawberry.ID, argument("Its id.")]) -> Node | None:
        """One record."""
        return (await _nodes(info, [id]))[0]

    @strawberry.field(description="Records of any kind, by id, in the order of the ids; null where there is none.")
    async def nodes(self, info: Info, ids: Annotated[list[strawberry.ID], argument("Their ids, at most 100.")]) -> list[Node | None]:
        """Several records."""
        bounded("the number of ids", len(ids), 0, info.context.largest_page)
        return await _nodes(info, ids)

    @strawberry.field(description="Who could become the partner of a municipality: ranked, explained, with the benefit of both sides.")
    async def partner_candidates(
        self,
        info: Info,
        municipality: Annotated[strawberry.ID, argument("The municipality that looks for a partner.")],
        first: Annotated[int, argument("At most this many, from 0 to 100.")] = 10,
        weights: Annotated[results.FacetWeights | None, argument("How much facets count, in place of the usual weights.")] = None,
        filter: Annotated[results.CandidateFilterInput | None, argument("Whom to suggest.")] = None,
        needs: Annotated[list[str] | None, argument(f"What it looks for, in its own words and language: {TEXTS} {NOT_KEPT}")] = None,
        offers: Annotated[list[str] | None, argument(f"What it can offer, likewise: {TEXTS} {NOT_KEPT}")] = None,
        fair: Annotated[bool | None, argument("Spread suggestions: nobody gains by being large or well known, where `weights` do not say otherwise.")] = False,
    ) -> results.PartnerCandidates:
        """The candidates of a municipality."""
        bounded("first", first, 0, MOST_CANDIDATES)
        given = {name: value for name, value in vars(weights).items() if isinstance(value, float | int)} if weights else {}
        read = await info.context.texts.read(needs, offers)
        found, fitted = await info.context.finder.candidates(
            global_id("municipality", municipality),
            first=first,
            weights={**FAIR, **given} if fair else given,
            filter=filter.to_filter() if filter else None,
            viewer=info.context.viewer,
            asked=read and read.asked,
        )
        return await _partner_candidates(info, found, fitted, read)


async def _nodes(info: Info, ids: Sequence[str]) -> list[Any]:
    asked = {kinds: info.reading.one(info.nodes, kinds, with_ids(some)) for kinds, some in parted(ids).items()}
    records = {own: record for found in (await records_by_id(info, asked)).values() for own, record in found.items()}
    return [records.get(own) for own in ids]


GROUPS: tuple[type, ...] = (Fields, ExpertFields, ExchangeFields, GroupFields, PlanFields, TextFields, ExploreFields, ProgrammeFields)
"""Groups of root fields written by hand, in the order in which the schema shows them."""


def _root() -> type:
    fields = {kind: _one_field(kind) for kind in KINDS} | {PLURALS[kind]: _list_field(kind) for kind in KINDS}
    records = strawberry.type(type("Records", (), {"__module__": __name__, "__annotations__": {}, **fields}))
    return strawberry.type(type("Query", (records, *GROUPS), {"__module__": __name__}), name="Query", description="What can be asked.")


Query = _root()
