"""The root field that plans which partnerships a phase takes up, and what it answers."""

import enum
from collections.abc import Mapping
from typing import Annotated, Any

import strawberry

from graph_api.model import global_id
from graph_api.operations.plans import PlanAnswer, PlanRequest, Source
from graph_api.operations.proposals import Grouping, PlanQuota
from graph_api.schema import filters, mirror
from graph_api.schema.info import Found, Info, argument, described, found_below, optional
from graph_api.schema.mirror import declare_enum
from graph_api.schema.results import Exclusion, Remark, to_remark
from matching.plan import Blocking, Choice, Compliance, Summary, Variant
from matching.relaxation import Bound, Infeasible

MunicipalityType: Any = vars(mirror)["Municipality"]
MunicipalityFilterInput: Any = vars(mirror)["MunicipalityFilter"]


class PhasePlanVariant(enum.Enum):
    """What a plan aims at."""

    MAXIMUM = Variant.MAXIMUM
    STABLE = Variant.STABLE
    FAIR = Variant.FAIR


class PhasePlanSource(enum.Enum):
    """Which pairs a plan is chosen from."""

    INTERESTS = Source.INTERESTS
    CANDIDATES = Source.CANDIDATES


class QuotaBy(enum.Enum):
    """What a quota counts by."""

    REGION = Grouping.REGION
    LAND = Grouping.LAND
    COUNTRY = Grouping.COUNTRY
    DAC_GROUP = Grouping.DAC_GROUP
    GOAL = Grouping.GOAL


declare_enum(
    PhasePlanVariant,
    "What a plan aims at.",
    {
        "MAXIMUM": "The largest sum of both sides' fits.",
        "STABLE": "No two municipalities that would rather work with each other; where places or quotas forbid that, as few as can be found.",
        "FAIR": "The largest smallest fit of any side, among plans of as many partnerships as the one with the largest sum.",
    },
)
declare_enum(
    PhasePlanSource,
    "Which pairs a plan is chosen from.",
    {
        "INTERESTS": "Those who have agreed to talk, or of whom one has asked and waits for the answer.",
        "CANDIDATES": "Municipalities on the side of the DAC list that look for a partner, each with its best candidates.",
    },
)
declare_enum(
    QuotaBy,
    "What a quota counts by.",
    {
        "REGION": "The world region of the partner's country, by its name.",
        "LAND": "The first-order region (admin1) of the German municipality.",
        "COUNTRY": "The partner's country (ISO 3166-1 alpha-2).",
        "DAC_GROUP": "The income group of the partner's country on the DAC list, such as LDC.",
        "GOAL": "A goal, by its id, on which or on whose targets and topics both have a focus.",
    },
)


# ── what is asked ─────────────────────────────────────────────────────────────────────────────────────────────────────


@strawberry.input(name="PhaseQuotaInput", description="How many partnerships of a value there must and may be.")
class PhaseQuotaInput:
    """How many partnerships of a value there must and may be."""

    by: QuotaBy = described("What is counted by.")
    value: str = described("The value, such as KE for a country.")
    least: int = optional("At least so many.", 0)
    most: int | None = optional("At most so many.")


@strawberry.input(name="MunicipalityCapacityInput", description="How many partnerships of a phase a municipality can take on.")
class MunicipalityCapacityInput:
    """How many partnerships a municipality can take on."""

    municipality: strawberry.ID = described("The municipality.")
    capacity: int = described("How many, at least 0.")


@strawberry.input(name="PhasePlanInput", description="What a phase is planned from.")
class PhasePlanInput:
    """What a phase is planned from."""

    phase: strawberry.ID | None = optional("The phase: it has as many places as its capacity less those who take part already.")
    places: int | None = optional("Number of places, from 0 to 200, in place of the phase's.")
    source: PhasePlanSource = optional("Which pairs to choose from.", PhasePlanSource.CANDIDATES)
    variant: PhasePlanVariant = optional("What the plan aims at.", PhasePlanVariant.MAXIMUM)
    quotas: list[PhaseQuotaInput] | None = optional("How many partnerships of some values there must and may be, at most 20 quotas.")
    capacities: list[MunicipalityCapacityInput] | None = optional("What some can take on, in place of what their records say (1 where they say nothing).")
    each: int = optional("How many candidates of each municipality that looks for a partner are weighed, from 0 to 50.", 10)
    seekers: list[strawberry.ID] | None = optional("Municipalities for which partners are looked for; else those that say they look for one, at most 300.")
    filter: MunicipalityFilterInput | None = optional("Only those of them for which this holds.")

    def to_request(self, filter: Mapping[str, Any] | None) -> PlanRequest:
        """What the operation understands; `filter` is the filter as it was given."""
        return PlanRequest(
            phase=self.phase,
            places=self.places,
            source=self.source.value,
            variant=self.variant.value,
            quotas=tuple(PlanQuota(by=q.by.value, value=q.value, least=q.least, most=q.most) for q in self.quotas or ()),
            capacities={global_id("municipality", c.municipality): c.capacity for c in self.capacities or ()},
            each=self.each,
            seekers=tuple(global_id("municipality", id_) for id_ in self.seekers or ()),
            filter=filters.read_filter("municipality", filter),
        )


# ── what is answered ──────────────────────────────────────────────────────────────────────────────────────────────────


@strawberry.type(name="PhasePair", description="A German municipality and a partner.")
class PhasePair:
    """A German municipality and a partner."""

    left: strawberry.Private[str]
    right: strawberry.Private[str]
    found: strawberry.Private[Found]

    @strawberry.field(description="The German municipality.")
    def german(self, info: strawberry.Info) -> MunicipalityType:
        """The record."""
        return self.found.at(info, self.left)

    @strawberry.field(description="The other.")
    def partner(self, info: strawberry.Info) -> MunicipalityType:
        """The record."""
        return self.found.at(info, self.right)


@strawberry.type(name="PhaseChoice", description="One partnership of a plan.")
class PhaseChoice(PhasePair):
    """One partnership of a plan."""

    german_fit: float = described("What the partner is worth to the German municipality, from 0 to 1.")
    partner_fit: float = described("What the German municipality is worth to the partner.")
    substitutes: list[PhasePair] = described("Pairs that could take its place without breaking a quota, the best first.")
    reason: Remark = described("The same as a sentence.")


@strawberry.type(name="BlockingPair", description="Two municipalities that would both rather work with each other than keep to the plan.")
class BlockingPair(PhasePair):
    """Two that would rather work with each other."""

    german_fit: float = described("What the partner is worth to the German municipality, from 0 to 1.")
    partner_fit: float = described("What the German municipality is worth to the partner.")
    instead_of: list[PhasePair] = described("Partnerships of the plan that they would give up for it.")
    barred_by: list[str] = described("The quotas that would then be broken, as `by:value`; empty: only the plan itself stands against it.")
    reason: Remark = described("The same as a sentence.")


@strawberry.type(name="QuotaCompliance", description="How a plan keeps one quota.")
class QuotaCompliance:
    """How a plan keeps one quota."""

    by: QuotaBy = described("What is counted by.")
    value: str = described("The value.")
    least: int = described("At least so many were asked.")
    most: int | None = described("At most so many were asked; null: any number.")
    count: int = described("So many there are.")
    met: bool = described("Whether it is kept as asked.")
    reason: Remark = described("The same as a sentence.")


@strawberry.type(name="PlanSummary", description="The figures of one variant of a plan, for comparison.")
class PlanSummary:
    """The figures of one variant."""

    variant: PhasePlanVariant = described("The variant.")
    chosen: int = described("Number of partnerships.")
    total: float = described("Sum over them of the mean of both sides' fits.")
    minimum: float | None = described("The smallest fit of any side; null for an empty plan.")
    mean_german: float | None = described("Mean fit of the German sides.")
    mean_partner: float | None = described("Mean fit of the other sides.")
    blocking: int = described("Number of pairs that would rather work with each other.")
    barred: int = described("Number of those among them that quotas bar.")
    quotas_met: int = described("Number of quotas kept as asked.")
    quotas: int = described("Number of quotas.")
    proven: bool = described("Whether no better plan of the variant exists.")
    reason: Remark = described("The same as a sentence.")


@strawberry.type(name="QuotaBound", description="One bound of a quota.")
class QuotaBound:
    """One bound of a quota."""

    by: QuotaBy = described("What is counted by.")
    value: str = described("The value.")
    bound: str = described("`minimum` or `maximum`.")
    asked: int = described("As it was asked.")
    possible: int = described("As the cheapest way out sets it; the same where it may stay.")
    reason: Remark = described("The same as a sentence.")


@strawberry.type(name="QuotaConflict", description="Why no plan keeps all quotas, and the cheapest way out.")
class QuotaConflict:
    """Why no plan keeps all quotas."""

    conflict: list[QuotaBound] = described("Bounds that cannot be kept together; without any one of them the others can.")
    relax: list[QuotaBound] = described("Bounds to move, by the fewest partnerships in all; the plan given keeps the quotas so moved.")
    places: int | None = described("Places with which the quotas could be kept as they are; null where no number helps.")
    reason: Remark = described("The same as a sentence.")


@strawberry.type(name="PhasePlan", description="Which partnerships a phase takes up, and how it would be otherwise.")
class PhasePlanType:
    """Which partnerships a phase takes up."""

    variant: PhasePlanVariant = described("What the plan aims at.")
    places: int = described("Number of places.")
    considered: int = described("Number of pairs from which it was chosen.")
    excluded: list[Exclusion] = described("How many pairs (of interests) or municipalities that look for a partner were left out, by rule.")
    choices: list[PhaseChoice] = described("The partnerships, the best first.")
    alternates: list[PhasePair] = described("Pairs that could step in, at most 10, those whose municipalities are both free before the others.")
    blocking: list[BlockingPair] = described("Pairs that would rather work with each other, the best first, at most 50.")
    quotas: list[QuotaCompliance] = described("How the quotas as asked are kept.")
    comparison: list[PlanSummary] = described("All variants side by side.")
    infeasible: QuotaConflict | None = described("Why no plan keeps all quotas, where none does.")
    revision: int = described("Revision of the network that the answer is about.")
    algorithm: str = described("Name and version of the method.")


MOST_BLOCKING = 50


class _Shown:
    """One answer as the API shows it."""

    def __init__(self, answer: PlanAnswer, found: Found) -> None:
        self._answer, self._found = answer, found

    def pairs(self, ids: tuple[tuple[str, str], ...]) -> list[PhasePair]:
        return [PhasePair(left=left, right=right, found=self._found) for left, right in ids]

    def fits(self, pair: Choice | Blocking) -> dict[str, Any]:
        ends = {"left": pair.left, "right": pair.right, "found": self._found}
        return ends | {"german_fit": pair.fit_left, "partner_fit": pair.fit_right, "reason": to_remark(pair.reason, self._answer.text)}

    def choice(self, choice: Choice) -> PhaseChoice:
        return PhaseChoice(**self.fits(choice), substitutes=self.pairs(choice.alternates))

    def blocking(self, pair: Blocking) -> BlockingPair:
        return BlockingPair(**self.fits(pair), instead_of=self.pairs(pair.instead_of), barred_by=list(pair.barred_by))

    def compliance(self, kept: Compliance) -> QuotaCompliance:
        reason = to_remark(kept.reason, self._answer.text)
        return QuotaCompliance(**self.quota(kept.group), least=kept.minimum, most=kept.maximum, count=kept.count, met=kept.met, reason=reason)

    def quota(self, group: str) -> dict[str, Any]:
        quota = self._answer.labels[group]
        return {"by": QuotaBy(quota.by), "value": quota.value}

    def summary(self, summary: Summary) -> PlanSummary:
        return PlanSummary(
            variant=PhasePlanVariant(summary.variant),
            chosen=summary.chosen,
            total=summary.total,
            minimum=summary.minimum,
            mean_german=summary.mean_left,
            mean_partner=summary.mean_right,
            blocking=summary.blocking,
            barred=summary.barred,
            quotas_met=summary.quotas_met,
            quotas=summary.quotas,
            proven=summary.proven,
            reason=to_remark(summary.reason, self._answer.text),
        )

    def infeasible(self, problem: Infeasible | None) -> QuotaConflict | None:
        if problem is None:
            return None
        conflict, relax = ([self.bound(bound) for bound in bounds] for bounds in (problem.conflict, problem.relax))
        return QuotaConflict(conflict=conflict, relax=relax, places=problem.places, reason=to_remark(problem.reason, self._answer.text))

    def bound(self, bound: Bound) -> QuotaBound:
        reason = to_remark(bound.reason, self._answer.text)
        return QuotaBound(**self.quota(bound.group), bound=bound.bound, asked=bound.asked, possible=bound.possible, reason=reason)


def _ids(answer: PlanAnswer) -> list[str]:
    plan = answer.plan
    pairs = [(pair.left, pair.right) for pair in (*plan.choices, *plan.blocking[:MOST_BLOCKING])]
    pairs += [pair for choice in plan.choices for pair in choice.alternates] + list(plan.alternates)
    pairs += [pair for blocking in plan.blocking[:MOST_BLOCKING] for pair in blocking.instead_of]
    return [id_ for pair in pairs for id_ in pair]


async def _phase_plan(info: Info, answer: PlanAnswer) -> PhasePlanType:
    plan, shown = answer.plan, _Shown(answer, await found_below(info, "PhasePlan", _ids(answer)))
    return PhasePlanType(
        variant=PhasePlanVariant(plan.variant),
        places=answer.places,
        considered=answer.pairs,
        excluded=[Exclusion(rule=rule, count=count) for rule, count in answer.excluded.items()],
        choices=[shown.choice(choice) for choice in plan.choices],
        alternates=shown.pairs(plan.alternates),
        blocking=[shown.blocking(pair) for pair in plan.blocking[:MOST_BLOCKING]],
        quotas=[shown.compliance(kept) for kept in plan.quotas],
        comparison=[shown.summary(summary) for summary in plan.comparison],
        infeasible=shown.infeasible(plan.infeasible),
        revision=answer.revision,
        algorithm=plan.algorithm,
    )


@strawberry.type
class PlanFields:
    """The root field that plans a phase."""

    @strawberry.field(description="Which partnerships a phase should take up: largest fit, stable or fair, under quotas, compared; for coordinators.")
    async def phase_plan(self, info: Info, input: Annotated[PhasePlanInput, argument("What the phase is planned from.")]) -> PhasePlanType:
        """Which partnerships a phase should take up."""
        given = info.reading.arguments(info.nodes[0], "Query")["input"].get("filter")
        return await _phase_plan(info, await info.context.plans.plan(info.context.viewer, input.to_request(given)))
