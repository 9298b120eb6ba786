"""Groups: peer groups of the participants of an event, in one or several rounds, with how far each rule is kept."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

import numpy as np

from matching.group_board import Problem
from matching.group_demands import Breach, Demand
from matching.group_relaxation import Relaxation, relaxations
from matching.group_rules import Rules, Shape, demands, freshness, pins, rows_of, shape, values
from matching.group_search import SEVERAL, Search
from matching.group_themes import Emphasis, ExpertNeed, Member, expert_needs, facilitator, members, theme, working_language
from matching.participants import Attribute, Participants
from matching.profile import Floats, Ints

ALGORITHM = "groups-2"
"""Changes with every change of the method that may change an answer."""


@dataclass(frozen=True, kw_only=True)
class Violation:
    """One place where a rule is broken."""

    rule: str
    round: int
    """From 1."""
    ids: tuple[str, ...]
    """Participants concerned."""
    groups: tuple[int, ...]
    """Groups concerned, from 1."""
    value: str | None
    """Country, size class or language concerned."""
    found: int | None
    """Number found, where the rule counts."""

    @classmethod
    def of(cls, participants: Participants, breach: Breach, round_: int) -> Violation:
        """A breach found in a round, from 1, by ids and numbers."""
        return cls(
            rule=breach.rule,
            round=round_,
            ids=tuple(participants.ids[row] for row in breach.rows),
            groups=tuple(number + 1 for number in breach.groups),
            value=breach.value,
            found=breach.found,
        )


@dataclass(frozen=True, kw_only=True)
class Compliance:
    """How far one rule is kept over all rounds."""

    rule: str
    satisfied: int
    total: int
    """Places in which the rule can be kept or broken."""
    violations: tuple[Violation, ...]


@dataclass(frozen=True, kw_only=True)
class Group:
    """One group of one round."""

    number: int
    """From 1."""
    members: tuple[Member, ...]
    score: float
    """Mean of what the rules want of each two members, 0 to 1."""
    cohesion: float
    """Mean likeness of subjects of each two members, 0 to 1."""
    lift: float
    """Cohesion over that of a random group; 1 where nothing is known."""
    theme: tuple[Emphasis, ...]
    language: str | None
    """The language most members speak."""
    not_speaking: int
    """Members not known to speak it."""
    facilitator: str | None
    """Id of the member who offers most of what the others seek."""
    expert_needs: tuple[ExpertNeed, ...]
    """What nobody in the group can meet: subjects to suggest experts for."""


@dataclass(frozen=True, kw_only=True)
class Context:
    """What a plan was made from, for the cost of changes."""

    participants: Participants
    rules: Rules
    value: Floats
    form: Shape
    groups: tuple[Ints, ...]
    """Group of each participant in each round."""
    demands: tuple[tuple[Demand, ...], ...]
    """Of each round, all other rounds being as they are."""


@dataclass(frozen=True, kw_only=True)
class GroupPlan:
    """The answer."""

    rounds: tuple[tuple[Group, ...], ...]
    compliance: tuple[Compliance, ...]
    worst_score: float
    """Score of the worst group."""
    mean_score: float
    relaxations: tuple[Relaxation, ...]
    """Where not all rules are kept: single rules that would have to yield, the cheapest first."""
    cut_short: bool
    """Whether time ran out; only then another run may give another plan."""
    algorithm: str = ALGORITHM
    context: Context = field(repr=False, compare=False)

    @property
    def kept(self) -> bool:
        """Whether every rule is kept everywhere."""
        return all(compliance.satisfied == compliance.total for compliance in self.compliance)

    def ids(self, round_: int = 1) -> tuple[tuple[str, ...], ...]:
        """Ids of the members of each group of a round, from 1."""
        return tuple(tuple(member.id for member in group.members) for group in self.rounds[round_ - 1])


def steps_for(n: int) -> int:
    """Swaps spent on n participants, as many as take about 1 s of CPU for 120 and 15 s for 1,000."""
    return int(600 + n * max(7.0, 0.016 * n))


def peer_groups(
    participants: Participants,
    rules: Rules | None = None,
    *,
    number: int | None = None,
    sizes: tuple[int, int] | None = None,
    uneven: bool = False,
    rounds: int = 1,
    random_state: int = 0,
    time_limit: float | None = None,
) -> GroupPlan:
    """Forms groups of all participants so that the rules are kept and the worst group is as good as it can be.

    Give the `number` of groups or the bounds of their `sizes` (least, most); sizes differ by at most 1 unless `uneven`. The same
    participants, rules and `random_state` give the same plan, in whatever order they come and whatever their ids are, unless
    `time_limit`, in seconds, cuts the search short. Raises `ValueError` for unknown ids and for numbers that cannot be.
    """
    if rounds < 1:
        raise ValueError(f"rounds is {rounds}; allowed are 1 and more")
    rules = rules or Rules()
    start = time.monotonic()
    deadline = np.inf if time_limit is None else start + time_limit
    form = shape(len(participants), number=number, sizes=sizes, uneven=uneven)
    sorted_ = participants.reordered(_order(participants, rules))
    planner = _Planner(sorted_, rules, form, random_state, deadline)
    groups = planner.plan(rounds)
    found = planner.relaxed(groups)
    return _answer(planner, groups, found)


def rearranged(plan: GroupPlan, groups: Sequence[Ints]) -> GroupPlan:
    """The plan with other groups, judged by its rules anew; `groups` is the group of each participant, from 0, in each round."""
    context = plan.context
    planner = _Planner(context.participants, context.rules, context.form, 0, np.inf)
    return replace(_answer(planner, list(groups), ()), cut_short=plan.cut_short)


def _order(participants: Participants, rules: Rules) -> Ints:
    marks = [str(rules.pinned.get(id_, "")) for id_ in participants.ids]
    pairs = [("together", rows_of(participants, rules.together)), ("apart", rows_of(participants, rules.apart))]
    return participants.canonical_order(pairs, marks)


class _Planner:
    """Plans the rounds one after the other, then again as long as somebody meets twice."""

    def __init__(self, participants: Participants, rules: Rules, form: Shape, random_state: int, deadline: float) -> None:
        self.participants, self.rules, self.form, self.deadline = participants, rules, form, deadline
        self.random_state, self.value, self.cut_short = random_state, values(participants, rules), False
        self.pinned, self.lasting = pins(participants, rules, form), demands(participants, rules, form)

    def problem(self, others: Sequence[Ints]) -> Problem:
        """The problem of one round, the others being as they are."""
        found = (*self.lasting, *freshness(self.participants, self.rules, others))
        return Problem(value=self.value, shape=self.form, demands=found, pinned=self.pinned)

    def plan(self, rounds: int) -> list[Ints]:
        """Group of each participant in each round."""
        steps = max(3 * steps_for(len(self.participants)) // (2 * rounds + 1), 300)
        groups: list[Ints] = []
        for turn in range(rounds):
            until = self._until(turn + 1, rounds + 1)
            search = Search(self.problem(groups), np.random.default_rng([self.random_state, turn]), deadline=until)
            groups.append(search.run(steps))
            self.cut_short |= search.cut_short
        for turn in range(2 * rounds if rounds > 1 else 0):
            place = rounds - 1 - turn % rounds
            problem = self.problem(groups[:place] + groups[place + 1 :])
            if any(demand.breaches(groups[place]) for demand in problem.demands):
                rng = np.random.default_rng([self.random_state, rounds + turn])
                groups[place] = Search(problem, rng, deadline=self.deadline).run(steps // 3, start=groups[place])
        return groups

    def _until(self, turn: int, turns: int) -> float:
        left = self.deadline - time.monotonic()
        return self.deadline if not np.isfinite(left) else time.monotonic() + left / (turns - turn + 1)

    def relaxed(self, groups: Sequence[Ints]) -> tuple[Relaxation, ...]:
        """What would have to yield in the first round that breaks rules."""
        for place, group in enumerate(groups):
            problem = self.problem(groups[:place])
            if any(demand.breaches(group) for demand in problem.demands):
                steps = max(steps_for(len(group)) // 10, 100) if len(group) <= SEVERAL else 0
                return relaxations(problem, group, steps, self.random_state, deadline=self.deadline)
        return ()


def _answer(planner: _Planner, groups: list[Ints], found: tuple[Relaxation, ...]) -> GroupPlan:
    participants, likeness = planner.participants, planner.participants.likeness(Attribute.SUBJECTS)
    everywhere = mean_of(likeness, np.arange(len(participants)))
    rounds = tuple(
        tuple(_group(participants, planner.value, likeness, everywhere, np.flatnonzero(group == number), number) for number in range(planner.form.groups))
        for group in groups
    )
    scores = [group.score for round_ in rounds for group in round_]
    demanded = [planner.problem(groups[:place] + groups[place + 1 :]).demands for place in range(len(groups))]
    context = Context(participants=participants, rules=planner.rules, value=planner.value, form=planner.form, groups=tuple(groups), demands=tuple(demanded))
    return GroupPlan(
        rounds=rounds,
        compliance=_compliance(participants, [planner.problem(groups[:place]).demands for place in range(len(groups))], groups),
        worst_score=min(scores),
        mean_score=float(np.mean(scores)),
        relaxations=found,
        cut_short=planner.cut_short or time.monotonic() >= planner.deadline,
        context=context,
    )


def _group(participants: Participants, value: Floats, likeness: Floats, everywhere: float, rows: Ints, number: int) -> Group:
    language, silent = working_language(participants, rows)
    cohesion = mean_of(likeness, rows)
    return Group(
        number=number + 1,
        members=members(participants, rows),
        score=mean_of(value, rows),
        cohesion=cohesion,
        lift=cohesion / everywhere if everywhere > 0 else 1.0,
        theme=theme(participants, rows),
        language=language,
        not_speaking=silent,
        facilitator=facilitator(participants, rows, language),
        expert_needs=expert_needs(participants, rows),
    )


def mean_of(table: Floats, rows: Ints) -> float:
    """Mean of what each two of some rows have in a table; 0 for fewer than two."""
    pairs = len(rows) * (len(rows) - 1)
    return float(table[np.ix_(rows, rows)].sum() / pairs) if pairs else 0.0


def _compliance(participants: Participants, demanded: Sequence[Sequence[Demand]], groups: Sequence[Ints]) -> tuple[Compliance, ...]:
    total, broken = dict[str, int](), dict[str, list[Violation]]()
    for place, (round_, group) in enumerate(zip(demanded, groups, strict=True)):
        for demand in round_:
            total[demand.rule] = total.get(demand.rule, 0) + demand.total(group)
            broken.setdefault(demand.rule, []).extend(Violation.of(participants, breach, place + 1) for breach in demand.breaches(group))
    return tuple(
        Compliance(rule=rule, satisfied=total[rule] - len(violations), total=total[rule], violations=tuple(violations)) for rule, violations in broken.items()
    )
