"""The root field that forms peer groups, and what it answers."""

from collections.abc import Sequence
from typing import Annotated, Any

import strawberry

from graph_api.errors import checked
from graph_api.model import global_id
from graph_api.operations.groups import GroupAnswer
from graph_api.schema import mirror
from graph_api.schema.gatherings import PeerGroupsInput
from graph_api.schema.info import Found, Info, argument, described, found_below
from graph_api.schema.results import InLanguage, Language, OfMunicipality
from matching.group_changes import ChangeCost, move_cost, move_costs, swap_cost, swap_costs
from matching.group_relaxation import Relaxation
from matching.group_themes import Emphasis, Exchanged, ExpertNeed, Member, theme_text
from matching.groups import Compliance, Group, Violation
from matching.profile import Subjects

ExpertType: Any = vars(mirror)["Expert"]
MunicipalityType: Any = vars(mirror)["Municipality"]

MOST_VIOLATIONS = 50
"""Violations of a rule that are listed."""


@strawberry.type(name="GroupTheme", description="A subject that is over-represented in a group.")
class GroupTheme:
    """A subject that is over-represented in a group."""

    subject: strawberry.ID = described("Id of the topic, goal or target.")
    members: int = described("Number of members that seek it, offer it or work on it.")
    lift: float = described("Its part of what the group is about over its part of what all are about.")


@strawberry.type(name="GroupExchange", description="A subject that members of a group can give each other.")
class GroupExchange:
    """A subject that members can give each other."""

    subject: strawberry.ID = described("Id of the topic, goal or target.")
    others: list[strawberry.ID] = described("Ids of the members who seek it (of what one brings) or can meet it (of what one seeks).")


@strawberry.type(name="GroupMember", description="One member of a group, with what it brings and seeks.")
class GroupMember(OfMunicipality):
    """One member of a group."""

    brings: list[GroupExchange] = described("What others in the group seek and it can meet.")
    seeks: list[GroupExchange] = described("What it seeks, and who in the group can meet it.")


@strawberry.type(name="GroupLack", description="What is sought in a group and nobody in it can meet.")
class GroupLack:
    """What nobody in a group can meet."""

    subject: strawberry.ID = described("Id of the topic, goal or target.")
    seekers: list[strawberry.ID] = described("Ids of the members who seek it.")


@strawberry.type(name="PeerGroup", description="One peer group.")
class PeerGroup:
    """One peer group."""

    number: int = described("Its number, from 1.")
    members: list[GroupMember] = described("Its members.")
    score: float = described("How well it is what was wanted, from 0 to 1.")
    cohesion: float = described("How alike the subjects of its members are, from 0 to 1.")
    lift: float = described("Its cohesion over that of a random group.")
    themes: list[GroupTheme] = described("Subjects that stand out in it, the strongest first.")
    language: str | None = described("The language (ISO 639) that most members speak; null where none is known.")
    not_speaking: int = described("Number of members not known to speak it.")
    lacks: list[GroupLack] = described("What is sought in it and nobody in it can meet.")
    facilitator_id: strawberry.Private[str | None]
    expert_ids: strawberry.Private[Sequence[str]]
    emphases: strawberry.Private[Sequence[Emphasis]]
    subjects: strawberry.Private[Subjects]
    found: strawberry.Private[Found]

    @strawberry.field(description="The theme as a sentence.")
    def theme(self, language: InLanguage = Language.EN) -> str:
        """The sentence in a language."""
        return theme_text(self.emphases, self.subjects, language.value)

    @strawberry.field(description="The member that meets most of what the others seek, in the group's language: it could lead the group.")
    def facilitator(self, info: strawberry.Info) -> MunicipalityType | None:
        """The record."""
        return self.found.at(info, self.facilitator_id) if self.facilitator_id else None

    @strawberry.field(description="Experts who know what the group lacks, at most three; those whom the viewer may be told of.")
    def experts(self, info: strawberry.Info) -> list[ExpertType]:
        """The records."""
        return [self.found.at(info, id_) for id_ in self.expert_ids]


@strawberry.type(name="PeerGroupRound", description="The groups of one round.")
class PeerGroupRound:
    """The groups of one round."""

    number: int = described("Number of the round, from 1.")
    groups: list[PeerGroup] = described("Its groups.")


@strawberry.type(name="GroupViolation", description="One place where a rule is broken.")
class GroupViolation:
    """One place where a rule is broken."""

    rule: str = described("Name of the rule.")
    round: int = described("Number of the round.")
    municipalities: list[strawberry.ID] = described("Ids of those concerned.")
    groups: list[int] = described("Numbers of the groups concerned.")
    value: str | None = described("Country, size class or language concerned.")
    found: int | None = described("Number found, where the rule counts.")


@strawberry.type(name="GroupCompliance", description="How far one rule is kept over all rounds.")
class GroupCompliance:
    """How far one rule is kept."""

    rule: str = described("Name of the rule.")
    satisfied: int = described("Places in which it is kept.")
    total: int = described("Places in which it can be kept or broken.")
    violations: list[GroupViolation] = described("Where it is broken, at most 50.")


@strawberry.type(name="GroupRelaxation", description="One rule that, if it yielded, would let all others be kept.")
class GroupRelaxation:
    """One rule that would have to yield."""

    rule: str = described("Name of the rule.")
    exceptions: int = described("Places in which it would be broken.")
    value: int | None = described("The number that would have to be allowed, where the rule counts.")
    relaxation: strawberry.Private[Relaxation]

    @strawberry.field(description="The same as a sentence.")
    def text(self, language: InLanguage = Language.EN) -> str:
        """The sentence in a language."""
        return self.relaxation.text(language.value)


@strawberry.type(name="GroupScoreChange", description="What a change by hand does to one group's score.")
class GroupScoreChange:
    """What a change does to one group's score."""

    group: int = described("Number of the group.")
    before: float = described("Its score now.")
    after: float = described("Its score then.")


@strawberry.type(name="GroupChangeCost", description="What a change by hand would do.")
class GroupChangeCost:
    """What a change by hand would do."""

    scores: list[GroupScoreChange] = described("The groups concerned.")
    worst_before: float = described("Score of the round's worst group now.")
    worst_after: float = described("Score of the round's worst group then.")
    broken: list[GroupViolation] = described("Rules that would be broken and are not.")
    mended: list[GroupViolation] = described("Rules that are broken and would not be.")


@strawberry.type(name="GroupMoveCost", description="What moving a participant to one group by hand would do.")
class GroupMoveCost:
    """What one move would do."""

    group: int = described("Number of the group.")
    cost: GroupChangeCost = described("What it would do.")


@strawberry.type(name="GroupSwapCost", description="What swapping a participant with one other by hand would do.")
class GroupSwapCost:
    """What one swap would do."""

    other: strawberry.ID = described("Id of the other.")
    cost: GroupChangeCost = described("What it would do.")


@strawberry.type(name="PeerGroupPlan", description="Peer groups of those who take part, and how far the rules are kept.")
class PeerGroupPlanType:
    """Peer groups of those who take part."""

    rounds: list[PeerGroupRound] = described("The rounds.")
    participants: int = described("Number of municipalities that take part.")
    kept: bool = described("Whether every rule is kept everywhere.")
    compliance: list[GroupCompliance] = described("How far each rule is kept.")
    relaxations: list[GroupRelaxation] = described("Where not all rules are kept: single rules that would have to yield, the cheapest first.")
    worst_score: float = described("Score of the worst group.")
    mean_score: float = described("Mean score of all groups.")
    cut_short: bool = described("Whether time ran out; only then the same request may give other groups another time.")
    revision: int = described("Revision of the network that the answer is about.")
    algorithm: str = described("Name and version of the method.")
    answer: strawberry.Private[GroupAnswer]
    found: strawberry.Private[Found]

    @strawberry.field(description="Experts who attend the event and have agreed to be named: they could help.")
    def attending_experts(self, info: strawberry.Info) -> list[ExpertType]:
        """The records."""
        return [self.found.at(info, id_) for id_ in self.answer.gathering.facilitators]

    @strawberry.field(description="What swapping two participants by hand would do.")
    def swap_cost(
        self,
        one: Annotated[strawberry.ID, argument("One of the two.")],
        other: Annotated[strawberry.ID, argument("The other.")],
        round: Annotated[int, argument("In which round, from 1.")] = 1,
    ) -> GroupChangeCost:
        """What a swap would do."""
        with checked():
            return _change(swap_cost(self.answer.plan, global_id("municipality", one), global_id("municipality", other), round))

    @strawberry.field(description="What swapping a participant with each member of another group by hand would do, the best first.")
    def swap_costs(
        self,
        municipality: Annotated[strawberry.ID, argument("The participant.")],
        group: Annotated[int, argument("Number of the other group, from 1.")],
        round: Annotated[int, argument("In which round, from 1.")] = 1,
    ) -> list[GroupSwapCost]:
        """What each swap would do."""
        with checked():
            costs = swap_costs(self.answer.plan, global_id("municipality", municipality), group, round)
        return [GroupSwapCost(other=strawberry.ID(id_), cost=_change(cost)) for id_, cost in costs.items()]

    @strawberry.field(description="What moving a participant to each other group by hand would do, in the order of their numbers.")
    def move_costs(
        self,
        municipality: Annotated[strawberry.ID, argument("The participant.")],
        round: Annotated[int, argument("In which round, from 1.")] = 1,
    ) -> list[GroupMoveCost]:
        """What each move would do."""
        with checked():
            costs = move_costs(self.answer.plan, global_id("municipality", municipality), round)
        return [GroupMoveCost(group=number, cost=_change(cost)) for number, cost in costs.items()]

    @strawberry.field(description="What moving a participant to another group by hand would do.")
    def move_cost(
        self,
        municipality: Annotated[strawberry.ID, argument("The participant.")],
        group: Annotated[int, argument("Number of the group, from 1.")],
        round: Annotated[int, argument("In which round, from 1.")] = 1,
    ) -> GroupChangeCost:
        """What a move would do."""
        with checked():
            return _change(move_cost(self.answer.plan, global_id("municipality", municipality), group, round))


def _strawberry_ids(ids: Sequence[str]) -> list[strawberry.ID]:
    return [strawberry.ID(id_) for id_ in ids]


def _violation(broken: Violation) -> GroupViolation:
    ids, groups = _strawberry_ids(broken.ids), list(broken.groups)
    return GroupViolation(rule=broken.rule, round=broken.round, municipalities=ids, groups=groups, value=broken.value, found=broken.found)


def _change(cost: ChangeCost) -> GroupChangeCost:
    return GroupChangeCost(
        scores=[GroupScoreChange(group=number, before=before, after=after) for number, (before, after) in cost.scores.items()],
        worst_before=cost.worst_score[0],
        worst_after=cost.worst_score[1],
        broken=[_violation(broken) for broken in cost.broken],
        mended=[_violation(broken) for broken in cost.mended],
    )


def _compliance(kept: Compliance) -> GroupCompliance:
    violations = [_violation(broken) for broken in kept.violations[:MOST_VIOLATIONS]]
    return GroupCompliance(rule=kept.rule, satisfied=kept.satisfied, total=kept.total, violations=violations)


def _exchanges(exchanged: Sequence[Exchanged]) -> list[GroupExchange]:
    return [GroupExchange(subject=strawberry.ID(one.subject), others=_strawberry_ids(one.others)) for one in exchanged]


def _member(member: Member, found: Found) -> GroupMember:
    return GroupMember(of=member.id, found=found, brings=_exchanges(member.brings), seeks=_exchanges(member.seeks))


def _lack(need: ExpertNeed) -> GroupLack:
    return GroupLack(subject=strawberry.ID(need.subject), seekers=_strawberry_ids(need.seekers))


def _group(group: Group, experts: Sequence[str], subjects: Subjects, found: Found) -> PeerGroup:
    return PeerGroup(
        number=group.number,
        members=[_member(member, found) for member in group.members],
        score=group.score,
        cohesion=group.cohesion,
        lift=group.lift,
        themes=[GroupTheme(subject=strawberry.ID(e.subject), members=e.members, lift=e.lift) for e in group.theme],
        language=group.language,
        not_speaking=group.not_speaking,
        lacks=[_lack(need) for need in group.expert_needs],
        facilitator_id=group.facilitator,
        expert_ids=experts,
        emphases=group.theme,
        subjects=subjects,
        found=found,
    )


async def _experts(info: Info, answer: GroupAnswer) -> Sequence[Sequence[Sequence[str]]]:
    """Suggested experts for each group of each round, where they are asked for."""
    if any(node.name.value == "experts" for node in info.reading.below(info.nodes)):
        return await info.context.groups.experts(info.context.viewer, answer.plan)
    return [[()] * len(round_) for round_ in answer.plan.rounds]


async def _peer_groups(info: Info, answer: GroupAnswer) -> PeerGroupPlanType:
    plan, gathering = answer.plan, answer.gathering
    experts = await _experts(info, answer)
    named = [id_ for round_ in experts for ids in round_ for id_ in ids]
    found = await found_below(info, "PeerGroupPlan", [*gathering.participants.ids, *gathering.facilitators, *named])
    subjects = gathering.profiles.subjects
    rounds = [[_group(group, ids, subjects, found) for group, ids in zip(round_, own, strict=True)] for round_, own in zip(plan.rounds, experts, strict=True)]
    return PeerGroupPlanType(
        rounds=[PeerGroupRound(number=number, groups=groups) for number, groups in enumerate(rounds, start=1)],
        participants=len(gathering.participants),
        kept=plan.kept,
        compliance=[_compliance(kept) for kept in plan.compliance],
        relaxations=[GroupRelaxation(rule=r.rule, exceptions=r.exceptions, value=r.value, relaxation=r) for r in plan.relaxations],
        worst_score=plan.worst_score,
        mean_score=plan.mean_score,
        cut_short=plan.cut_short,
        revision=gathering.revision,
        algorithm=plan.algorithm,
        answer=answer,
        found=found,
    )


@strawberry.type
class GroupFields:
    """The root field that forms peer groups."""

    @strawberry.field(
        description="Peer groups of those who take part in an event, in one or several rounds, as good for the worst group as they can be; for organisers and "
        "coordinators."
    )
    async def peer_groups(self, info: Info, input: Annotated[PeerGroupsInput, argument("Who takes part and what is wanted.")]) -> PeerGroupPlanType:
        """Peer groups of those who take part."""
        given = info.reading.arguments(info.nodes[0], "Query")["input"].get("filter")
        return await _peer_groups(info, await info.context.groups.plan(info.context.viewer, input.to_request(given)))
