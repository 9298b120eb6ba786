"""Group changes: peer groups changed by hand, and what a change would cost."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from matching.group_demands import Breach
from matching.groups import Context, GroupPlan, Violation, mean_of, rearranged
from matching.profile import Ints


@dataclass(frozen=True, kw_only=True)
class Move:
    """One participant put into another group by hand."""

    id: str
    group: int
    """Number of the group, from 1."""
    round: int = 1
    """From 1."""


@dataclass(frozen=True, kw_only=True)
class ChangeCost:
    """What a change by hand would do."""

    scores: dict[int, tuple[float, float]]
    """Number of each group concerned → its score before and after."""
    worst_score: tuple[float, float]
    """Score of the round's worst group before and after."""
    broken: tuple[Violation, ...]
    """Rules that would be broken and are not."""
    mended: tuple[Violation, ...]
    """Rules that are broken and would not be."""


def moved(plan: GroupPlan, moves: Sequence[Move]) -> GroupPlan:
    """The plan after moves by hand, one after the other, judged anew. Raises `ValueError` for what is not there, and for a group left empty."""
    groups = [group.copy() for group in plan.context.groups]
    for move in moves:
        _of_round(plan, move.round)
        _check_group(plan, move.group)
        groups[move.round - 1][plan.context.participants.row(move.id)] = move.group - 1
    for round_, group in enumerate(groups, start=1):
        empty = np.flatnonzero(np.bincount(group, minlength=plan.context.form.groups) == 0)
        if len(empty):
            raise ValueError(f"nobody is left in group {empty[0] + 1} of round {round_}")
    return rearranged(plan, groups)


def swap_cost(plan: GroupPlan, a: str, b: str, round_: int = 1) -> ChangeCost:
    """What swapping two participants in a round would do; only their two groups are looked at."""
    group = _of_round(plan, round_)
    i, j = plan.context.participants.row(a), plan.context.participants.row(b)
    return _change(plan, round_, {i: int(group[j]), j: int(group[i])})


def move_cost(plan: GroupPlan, id_: str, number: int, round_: int = 1) -> ChangeCost:
    """What moving a participant to the group of that number, from 1, would do in a round."""
    _check_group(plan, number)
    return _change(plan, round_, {plan.context.participants.row(id_): number - 1})


def move_costs(plan: GroupPlan, id_: str, round_: int = 1) -> dict[int, ChangeCost]:
    """Number of each group but its own → what moving a participant there would do in a round."""
    own = _of_round(plan, round_)[plan.context.participants.row(id_)] + 1
    return {number: move_cost(plan, id_, number, round_) for number in range(1, plan.context.form.groups + 1) if number != own}


def swap_costs(plan: GroupPlan, id_: str, number: int, round_: int = 1) -> dict[str, ChangeCost]:
    """Id of each member of another group → what swapping a participant with it would do in a round, the best first.

    Better is what breaks fewer rules, then what leaves the worst group and then both groups better off.
    """
    _check_group(plan, number)
    ids = plan.context.participants.ids
    others = [ids[row] for row in np.flatnonzero(_of_round(plan, round_) == number - 1).tolist() if ids[row] != id_]
    costs = {other: swap_cost(plan, id_, other, round_) for other in others}
    return dict(sorted(costs.items(), key=lambda cost: (_order(cost[1]), cost[0])))


def _order(cost: ChangeCost) -> tuple[float, ...]:
    return len(cost.broken) - len(cost.mended), -cost.worst_score[1], -sum(after for _, after in cost.scores.values())


def _check_group(plan: GroupPlan, number: int) -> None:
    groups = plan.context.form.groups
    if not 1 <= number <= groups:
        raise ValueError(f"there is no group {number}; allowed are 1..{groups}")


def _of_round(plan: GroupPlan, round_: int) -> Ints:
    if not 1 <= round_ <= len(plan.rounds):
        raise ValueError(f"there is no round {round_}; allowed are 1..{len(plan.rounds)}")
    return plan.context.groups[round_ - 1]


def _change(plan: GroupPlan, round_: int, moves: dict[int, int]) -> ChangeCost:
    context, before = plan.context, _of_round(plan, round_)
    after = before.copy()
    for row, number in moves.items():
        after[row] = number
    touched = sorted({int(before[row]) for row in moves} | set(moves.values()))
    now = {group.number - 1: group.score for group in plan.rounds[round_ - 1]}
    then = now | {number: mean_of(context.value, np.flatnonzero(after == number)) for number in touched}
    broken = {_key(breach): breach for breach in _breaches(context, round_, before, touched)}
    would = {_key(breach): breach for breach in _breaches(context, round_, after, touched)}
    return ChangeCost(
        scores={number + 1: (now[number], then[number]) for number in touched},
        worst_score=(min(now.values()), min(then.values())),
        broken=tuple(Violation.of(context.participants, breach, round_) for key, breach in would.items() if key not in broken),
        mended=tuple(Violation.of(context.participants, breach, round_) for key, breach in broken.items() if key not in would),
    )


def _breaches(context: Context, round_: int, group: Ints, touched: Iterable[int]) -> list[Breach]:
    places = set(touched)
    return [breach for demand in context.demands[round_ - 1] for breach in demand.breaches(group, places)]


def _key(breach: Breach) -> tuple[object, ...]:
    """What makes two breaches the same one before and after a change."""
    if breach.value is not None or breach.rule == "size":
        return breach.rule, breach.groups, breach.value, breach.found
    return breach.rule, breach.rows
