"""Root fields that suggest experts for missions, and what they answer."""

from typing import Annotated, Any

import strawberry

from graph_api.model import global_id
from graph_api.operations.experts import MOST_MISSIONS, AssignmentAnswer, ExpertAnswer, ExpertNeed
from graph_api.schema import mirror
from graph_api.schema.info import Found, Info, argument, bounded, described, found_below, optional
from graph_api.schema.mirror import Date
from graph_api.schema.results import Exclusion, Facet, InLanguage, Language, Remark, sentences, to_facet, to_remark
from matching.assignment import Team
from matching.experts import ExpertCandidate, Shortage, Slot

MOST_CANDIDATES = 100
KEEP = "Whether those who go already stay: then only open places are filled, and teams name who is new."

ExpertType: Any = vars(mirror)["Expert"]
MissionType: Any = vars(mirror)["Mission"]


# ── results ───────────────────────────────────────────────────────────────────────────────────────────────────────────


@strawberry.type
class OfExpert:
    """Base of what is said of an expert."""

    of: strawberry.Private[str]
    found: strawberry.Private[Found]

    @strawberry.field(description="The expert.")
    def expert(self, info: strawberry.Info) -> ExpertType:
        """The record."""
        return self.found.at(info, self.of)


@strawberry.type(name="ExpertCandidate", description="One suggested expert, with the reasons.")
class ExpertCandidateType(OfExpert):
    """One suggested expert."""

    rank: int = described("Rank, from 1.")
    score: float = described("How well the expert fits, from 0 to 1.")
    fit: float | None = described("How well the expert's knowledge alone fits, from 0 to 1; null for a need without subjects.")
    facets: list[Facet] = described("What the score is made of.")
    remarks: list[Remark] = described("What has to be known besides, such as that contact data may not be passed on.")

    @strawberry.field(description="The reasons that speak for the expert as sentences, the weightiest first.")
    def reasons(self, language: InLanguage = Language.EN) -> list[str]:
        """The sentences in a language."""
        return sentences(self.facets, language)


@strawberry.type(name="ExpertConflict", description="An expert who is left out because of a conflict of interest.")
class ExpertConflict(OfExpert):
    """An expert in a conflict of interest."""

    rule: str = described("Name of the rule.")
    reason: Remark = described("Why.")


@strawberry.type(name="ExpertSlot", description="One place in a mission's team: who is suggested for it, and who could stand in.")
class ExpertSlot:
    """One place in a team."""

    score: float | None = described("How well the expert fits, from 0 to 1; null where the candidate is not among those listed.")
    reasons: list[Remark] = described("What explains the expert, one for each facet; given with assignments.")
    slot: strawberry.Private[Slot]
    found: strawberry.Private[Found]

    @strawberry.field(description="The expert.")
    def expert(self, info: strawberry.Info) -> ExpertType:
        """The record."""
        return self.found.at(info, self.slot.expert)

    @strawberry.field(description="Who could stand in, the best first.")
    def alternates(self, info: strawberry.Info) -> list[ExpertType]:
        """The records."""
        return [self.found.at(info, id_) for id_ in self.slot.alternates]


@strawberry.type(name="ExpertShortage", description="Why places of a team stay open, and what would help.")
class ExpertShortage:
    """Why places stay open."""

    missing: int = described("Number of open places.")
    relax: str | None = described("The rule that would be given up most cheaply; null where none helps.")
    gain: int = described("Number of further experts there would be then.")
    reason: Remark = described("The same as a sentence.")


@strawberry.type(name="ExpertCandidates", description="The experts suggested for a mission or a need, and how they were found.")
class ExpertCandidatesType:
    """The answer for one need."""

    candidates: list[ExpertCandidateType] = described("The candidates, the best first.")
    slots: list[ExpertSlot] = described("The best experts as a team, each with those who could stand in.")
    considered: int = described("Number of experts who were ranked.")
    excluded: list[Exclusion] = described("How many were left out, by rule.")
    conflicts: list[ExpertConflict] = described("Who was left out because of a conflict of interest.")
    shortage: ExpertShortage | None = described("Why places stay open, where some do.")
    revision: int = described("Revision of the network that the answer is about.")
    algorithm: str = described("Name and version of the method.")


@strawberry.type(name="ExpertTeam", description="Who is assigned to one mission.")
class ExpertTeam:
    """Who is assigned to one mission."""

    slots: list[ExpertSlot] = described("The experts, the best first, each with those who could stand in.")
    open: int = described("Number of places that could not be filled.")
    shortage: ExpertShortage | None = described("Why, where there are any.")
    of: strawberry.Private[str]
    found: strawberry.Private[Found]

    @strawberry.field(description="The mission.")
    def mission(self, info: strawberry.Info) -> MissionType:
        """The record."""
        return self.found.at(info, self.of)


@strawberry.type(name="ExpertLoad", description="How many missions one expert is assigned to.")
class ExpertLoad(OfExpert):
    """How much one expert has to do."""

    missions: int = described("Number of missions.")


@strawberry.type(name="ExpertAssignment", description="Experts for several missions: the best fit, with the load spread fairly.")
class ExpertAssignmentType:
    """Experts for several missions."""

    teams: list[ExpertTeam] = described("One team for each mission, in the order asked.")
    filled: int = described("Number of places filled.")
    wanted: int = described("Number of places in all.")
    total: float = described("Sum of the scores of all places filled.")
    load: list[ExpertLoad] = described("How many of the missions each expert has, those on which somebody stays included.")
    proven: bool = described("Whether no better assignment exists.")
    revision: int = described("Revision of the network that the answer is about.")
    algorithm: str = described("Name and version of the method.")


@strawberry.input(name="ExpertNeedInput", description="What experts are needed for; what is left out is as the mission says.")
class ExpertNeedInput:
    """What experts are needed for."""

    subjects: list[strawberry.ID] | None = optional("Topics, goals and targets of which one is enough.")
    languages: list[str] | None = optional("Languages (ISO 639) of which one is enough.")
    required_languages: list[str] | None = optional("Languages (ISO 639) that all are needed.")
    interpretation: bool | None = optional("Whether interpreters are there; then nobody is left out for languages.")
    starts_on: Date | None = optional("First day; with it the last day has to be given.")
    ends_on: Date | None = optional("Last day.")
    slots: int | None = optional("How many experts are needed, from 1 to 20; else as many as the mission has, one at least.")
    conflicts: list[strawberry.ID] | None = optional("Municipalities whose own people are left out; else the one that receives the mission.")
    declined: list[strawberry.ID] | None = optional("Experts who have said no.")

    def to_need(self) -> ExpertNeed:
        """What the operation understands."""
        return ExpertNeed(
            subjects=None if self.subjects is None else tuple(self.subjects),
            languages=None if self.languages is None else tuple(self.languages),
            required_languages=tuple(self.required_languages or ()),
            interpretation=self.interpretation,
            starts_on=self.starts_on,  # pyright: ignore[reportArgumentType] # the scalar gives a date
            ends_on=self.ends_on,  # pyright: ignore[reportArgumentType]
            slots=self.slots,
            conflicts=None if self.conflicts is None else tuple(global_id("municipality", id_) for id_ in self.conflicts),
            declined=tuple(global_id("expert", id_) for id_ in self.declined or ()),
        )


def _shortage(shortage: Shortage | None, answer: ExpertAnswer | AssignmentAnswer) -> ExpertShortage | None:
    if shortage is None:
        return None
    return ExpertShortage(missing=shortage.missing, relax=shortage.relax, gain=shortage.gain, reason=to_remark(shortage.reason, answer.text))


def _expert_candidate(candidate: ExpertCandidate, answer: ExpertAnswer, found: Found) -> ExpertCandidateType:
    return ExpertCandidateType(
        rank=candidate.rank,
        score=candidate.score,
        fit=candidate.fit,
        facets=[to_facet(facet, answer.text) for facet in candidate.facets],
        remarks=[to_remark(reason, answer.text) for reason in candidate.remarks],
        of=candidate.id,
        found=found,
    )


async def _expert_candidates(info: Info, answer: ExpertAnswer) -> ExpertCandidatesType:
    result = answer.found
    listed = [*(c.id for c in result.candidates), *(id_ for s in result.slots for id_ in (s.expert, *s.alternates)), *(c.id for c in result.conflicts)]
    found = await found_below(info, "ExpertCandidates", listed)
    scores = {candidate.id: candidate.score for candidate in result.candidates}
    return ExpertCandidatesType(
        candidates=[_expert_candidate(candidate, answer, found) for candidate in result.candidates],
        slots=[ExpertSlot(score=scores.get(slot.expert), reasons=[], slot=slot, found=found) for slot in result.slots],
        considered=result.considered,
        excluded=[Exclusion(rule=rule, count=count) for rule, count in result.excluded.items()],
        conflicts=[ExpertConflict(rule=c.rule, reason=to_remark(c.reason, answer.text), of=c.id, found=found) for c in result.conflicts],
        shortage=_shortage(result.shortage, answer),
        revision=answer.revision,
        algorithm=result.algorithm,
    )


def _team(team: Team, answer: AssignmentAnswer, found: Found) -> ExpertTeam:
    filled = zip(team.slots, team.scores, team.reasons, strict=True)
    slots = [ExpertSlot(score=score, reasons=[to_remark(r, answer.text) for r in reasons], slot=slot, found=found) for slot, score, reasons in filled]
    return ExpertTeam(slots=slots, open=team.open, shortage=_shortage(team.shortage, answer), of=team.need, found=found)


async def _assignment(info: Info, answer: AssignmentAnswer) -> ExpertAssignmentType:
    result = answer.found
    people = [*result.load, *(id_ for team in result.teams for slot in team.slots for id_ in slot.alternates)]
    found = await found_below(info, "ExpertAssignment", [*people, *(team.need for team in result.teams)])
    return ExpertAssignmentType(
        teams=[_team(team, answer, found) for team in result.teams],
        filled=result.filled,
        wanted=result.wanted,
        total=result.total,
        load=[ExpertLoad(missions=count, of=id_, found=found) for id_, count in result.load.items()],
        proven=result.proven,
        revision=answer.revision,
        algorithm=result.algorithm,
    )


# ── the root ──────────────────────────────────────────────────────────────────────────────────────────────────────────


@strawberry.type
class ExpertFields:
    """Root fields that suggest experts."""

    @strawberry.field(
        description="Experts for a mission, or for a need; for organisers, coordinators and municipalities. Only coordinators see those who have not "
        "agreed to it, and windows of availability count only where the viewer may see them."
    )
    async def expert_candidates(
        self,
        info: Info,
        mission: Annotated[strawberry.ID | None, argument("The mission; else the need has to name subjects.")] = None,
        need: Annotated[ExpertNeedInput | None, argument("What is needed, beside or in place of what the mission says.")] = None,
        first: Annotated[int, argument("At most this many, from 0 to 100.")] = 10,
        keep: Annotated[bool | None, argument(KEEP)] = False,
    ) -> ExpertCandidatesType:
        """Experts for a mission or a need."""
        bounded("first", first, 0, MOST_CANDIDATES)
        asked = need.to_need() if need else ExpertNeed()
        return await _expert_candidates(info, await info.context.experts.candidates(info.context.viewer, mission, asked, first=first, keep=bool(keep)))

    @strawberry.field(description="Experts for several missions at once, with the load spread fairly; for those who may ask for expertCandidates.")
    async def assign_experts(
        self,
        info: Info,
        missions: Annotated[list[strawberry.ID], argument("The missions, from 1 to 50.")],
        slots: Annotated[int | None, argument("Experts for each mission, from 1 to 20; else as many as it has, one at least.")] = None,
        capacity: Annotated[int, argument("At most this many of the missions for one expert, from 1 to 50.")] = 2,
        apart: Annotated[int, argument("At least this many days between two missions of one expert, from 0 to 366.")] = 30,
        keep: Annotated[bool | None, argument(KEEP)] = False,
    ) -> ExpertAssignmentType:
        """Experts for several missions."""
        bounded("capacity", capacity, 1, MOST_MISSIONS)
        bounded("apart", apart, 0, 366)
        experts, viewer = info.context.experts, info.context.viewer
        return await _assignment(info, await experts.assign(viewer, missions, slots=slots, capacity=capacity, apart=apart, keep=bool(keep)))
