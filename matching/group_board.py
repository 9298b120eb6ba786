"""Board: a division into groups with its cost, and what any swap of two participants would change."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
from scipy.optimize import linear_sum_assignment  # pyright: ignore[reportMissingTypeStubs, reportUnknownVariableType]

from matching.group_demands import Company, Counts, Demand, Pairs, Tongue
from matching.group_rules import Shape, components
from matching.group_sums import PairTerm, ScoreTerm, Term
from matching.group_terms import CompanyTerm, CountTerm, TongueTerm
from matching.profile import Bools, Floats, Ints

BREACH = 1e5
"""What a broken rule costs; a group's score costs less, whatever it is, because of `STEEPEST`."""
STEEPEST = 400.0
"""How much the score of the worst group may weigh at most."""
LANGUAGE = 10.0
"""How often a member without the group's language counts as long as broken rules are cheap, where there are many groups: no swap or two bring
one home later, because a whole group must speak what that one speaks."""
MANY = 50
"""Groups from which on there are many."""
HARD = 1e3
"""Breaches that a size outside its bounds counts as."""
ROUNDING = 1e-6
"""Broken rules up to which none is, but for rounding."""
WIDTH = 256
"""Swaps looked at for each member of a group, at most."""


@dataclass(frozen=True, kw_only=True)
class Problem:
    """One round to be divided into groups."""

    value: Floats
    """What it is worth to have i and j in one group: shape (n, n)."""
    shape: Shape
    demands: tuple[Demand, ...]
    pinned: Ints
    """Group of each participant that is pinned, else -1."""
    weights: Mapping[str, float] = field(default_factory=dict[str, float])
    """Rule → what breaking it counts, where it is not 1."""

    @property
    def seats(self) -> int:
        """Number of seats, the empty ones included."""
        return self.shape.groups * self.shape.most

    def padded(self, table: Floats | Bools) -> Floats:
        """A table over pairs of participants with nothing for the empty seats."""
        extra = self.seats - len(table)
        return np.pad(table.astype(np.float64), ((0, extra), (0, extra)))

    def filled(self) -> Bools:
        """Which seats are not empty."""
        return np.arange(self.seats) < len(self.pinned)

    def weight(self, demand: Demand) -> float:
        """What breaking a demand counts."""
        return self.weights.get(demand.rule, 1.0)

    def terms(self) -> list[Term]:
        """What the demands cost, ready to be kept up to date."""
        groups, extra = self.shape.groups, self.seats - len(self.pinned)
        found: list[Term] = []
        pairs = [demand for demand in self.demands if isinstance(demand, Pairs) and len(demand.pairs)]
        if pairs:
            found.append(self._pair_term(pairs))
        for demand in self.demands:
            if isinstance(demand, Counts):
                found.append(CountTerm(np.pad(demand.codes, (0, extra), constant_values=-1), self._count_cost(demand), groups))
            elif isinstance(demand, Company):
                found.append(CompanyTerm(self.padded(demand.beside) > 0, np.pad(demand.needs, (0, extra)), self.weight(demand), groups))
            elif isinstance(demand, Tongue):
                spoken = np.where(demand.spoken.any(axis=1, keepdims=True), demand.spoken, True)
                found.append(TongueTerm(np.pad(spoken, ((0, extra), (0, 0)), constant_values=True), self.weight(demand), groups))
        if self.shape.most - self.shape.least > 0 and extra:
            cost = np.maximum(np.arange(self.shape.most + 1) - (self.shape.most - self.shape.least), 0) * HARD
            found.append(CountTerm(np.where(self.filled(), -1, 0), cost[None, :], groups))
        return found

    def _count_cost(self, demand: Counts) -> Floats:
        number = np.arange(self.shape.most + 1)[None, :]
        over, under = number - demand.most[:, None], demand.least[:, None] - number
        return np.maximum(np.maximum(over, under), 0) * self.weight(demand)

    def _pair_term(self, demands: Sequence[Pairs]) -> PairTerm:
        clash = np.zeros((self.seats, self.seats))
        bonds = [demand for demand in demands if demand.same]
        for demand in demands:
            if not demand.same:
                for a, b in ((0, 1), (1, 0)):
                    clash[demand.pairs[:, a], demand.pairs[:, b]] += self.weight(demand)
        pairs = np.concatenate([np.empty((0, 2), dtype=np.int64), *(demand.pairs for demand in bonds)])
        weights = np.concatenate([np.empty(0), *(np.full(len(demand.pairs), self.weight(demand)) for demand in bonds)])
        return PairTerm(clash, pairs, weights, self.shape.groups)

    def units(self) -> list[Ints]:
        """Participants that should stay together, as far as a group can hold them."""
        bonds = [demand.pairs for demand in self.demands if isinstance(demand, Pairs) and demand.same]
        rows = components(np.concatenate(bonds)) if bonds else []
        return [np.array(unit, dtype=np.int64) for unit in rows if len(unit) <= self.shape.most]

    def pull(self) -> Floats:
        """How many rules ask that two seats are in one group, for company or as a pair: shape (seats, seats)."""
        found = np.zeros((self.seats, self.seats))
        for demand in self.demands:
            if isinstance(demand, Company):
                found += self.padded(demand.beside) / len(self.demands)
            elif isinstance(demand, Pairs) and demand.same:
                found[demand.pairs[:, 0], demand.pairs[:, 1]] = found[demand.pairs[:, 1], demand.pairs[:, 0]] = 2.0
        return found


def matched(cost: Floats) -> tuple[Ints, Ints]:
    """Rows and columns of the cheapest matching of a table of costs."""
    rows, columns = linear_sum_assignment(cost)  # pyright: ignore[reportUnknownVariableType]
    return np.asarray(rows, dtype=np.int64), np.asarray(columns, dtype=np.int64)  # pyright: ignore[reportUnknownArgumentType]


class Board:
    """A division into groups with its cost, changed by swaps."""

    def __init__(self, problem: Problem) -> None:
        self.problem = problem
        self.terms = problem.terms()
        self._tongues = [(term, term.weight) for term in self.terms if isinstance(term, TongueTerm)]
        self.score = ScoreTerm(problem.padded(problem.value), problem.filled(), problem.shape.groups)
        self.fixed = np.pad(problem.pinned >= 0, (0, problem.seats - len(problem.pinned)))
        self.breach = BREACH

    def place(self, group: Ints) -> None:
        """Begins anew with the group of each seat."""
        self.group = group.copy()
        for term in (*self.terms, self.score):
            term.place(self.group)

    def swap(self, i: int, j: int) -> None:
        """Lets two seats change groups."""
        for term in (*self.terms, self.score):
            term.swap(i, j, self.group)
        self.group[i], self.group[j] = self.group[j], self.group[i]

    def breaches(self) -> float:
        """Weight of all broken rules."""
        return sum(term.total() for term in self.terms)

    def cost(self) -> float:
        """Cost of the division."""
        return self.breaches() * self.breach + self.score.total()

    def aim(self, breach: float, steep: float) -> None:
        """Sets what a broken rule costs, and how much the worst group weighs against one that is better by a usual difference."""
        scores = self.score.scores()
        self.breach = breach
        for term, weight in self._tongues:
            term.weight = weight * (LANGUAGE if breach < BREACH and self.problem.shape.groups >= MANY else 1.0)
        self.score.aim = float(scores.min() if breach == BREACH else scores.mean())
        self.score.steep = min(steep / max(float(scores.std()), 1e-9), STEEPEST)

    def seated(self, group: Ints) -> Ints:
        """Group of each seat for the group of each participant: the empty seats fill up what the participants leave."""
        form = self.problem.shape
        return np.concatenate([group, np.repeat(np.arange(form.groups), form.most - np.bincount(group, minlength=form.groups))])

    def trouble(self) -> Floats:
        """Broken rules that each group has a part in."""
        return sum((term.trouble(self.group) for term in self.terms), np.zeros(self.problem.shape.groups))

    def restless(self) -> Bools:
        """Which seats break a rule where they are."""
        found = np.zeros(len(self.group), dtype=bool)
        for term in self.terms:
            found |= term.restless(self.group)
        return found

    def worse(self, one: int, other: int) -> int:
        """Which of two groups costs more."""
        both = [one, other]
        cost = self.trouble()[both] * self.breach + self.score.cost(self.score.scores()[both])
        return one if cost[0] >= cost[1] else other

    def members(self, number: int) -> Ints:
        """The free seats of a group."""
        return np.flatnonzero((self.group == number) & ~self.fixed)

    def table(self, number: int, members: Ints, columns: Ints) -> Floats:
        """Change of cost for swapping each of some seats of one group with each of some seats of others: shape (members, columns)."""
        found = self.score.table(number, members, columns, self.group).astype(np.float64)
        for term in self.terms:
            found += self.breach * term.table(number, members, columns, self.group)
        return found

    def deal(self, numbers: Ints, hands: Ints) -> None:
        """Takes a hand of seats, `hands[g]`, from each of some groups and gives every group the hand that makes the whole cheapest."""
        table = self.score.dealt(numbers, hands, self.group).astype(np.float64)
        for term in self.terms:
            table = table + self.breach * term.dealt(numbers, hands, self.group)
        to, hand = matched(table)
        after = np.empty_like(hands)
        after[to] = hands[hand]
        moved = np.flatnonzero((after != hands).any(axis=1))
        self.group[after[moved]] = numbers[moved][:, None]
        for term in (*self.terms, self.score):
            term.take(numbers[moved], hands[moved], after[moved], self.group)

    def columns(self, number: int, rng: np.random.Generator) -> Ints:
        """Free seats of other groups: all, or of many those of most worth to the group and others by chance."""
        free = np.flatnonzero((self.group != number) & ~self.fixed)
        if len(free) <= WIDTH:
            return free
        best = np.argpartition(-self.score.value.sums[number, free], WIDTH // 2)[: WIDTH // 2]
        return free[np.union1d(best, rng.choice(len(free), WIDTH // 2, replace=False))]
