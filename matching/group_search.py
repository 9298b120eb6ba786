"""Search: from a first division into groups to a good one by swaps, the best of thousands at every step, with a memory against going round in circles."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
from scipy.cluster.hierarchy import linkage  # pyright: ignore[reportMissingTypeStubs, reportUnknownVariableType]
from scipy.optimize import linear_sum_assignment  # pyright: ignore[reportMissingTypeStubs, reportUnknownVariableType]

from matching.group_demands import Company, Counts, Demand, Pairs, Tongue
from matching.group_rules import Shape, components
from matching.group_terms import CompanyTerm, CountTerm, PairTerm, ScoreTerm, Term, TongueTerm
from matching.profile import Bools, Floats, Ints

BREACH = 1e4
"""What a broken rule costs; a group's score costs less, whatever it is."""
import os
DEPTH=int(os.environ.get('DEPTH',4)); VT=float(os.environ.get('VT',.3)); ST=float(os.environ.get('ST',.02))
HARD = 1e3
PHASES = eval(os.environ.get("PHASES","((.3,1),(1,1),(3,2),(10,3),(100,5),(1e4,5),(1e4,5))"))
"""Breaches that a size outside its bounds counts as."""


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
                spoken = np.where(demand.spoken.any(axis=1, keepdims=True), demand.spoken, True)  # noqa: FBT003
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
        return [np.array(unit, dtype=np.int64) for unit in rows if len(unit) <= self.shape.most and (self.pinned[unit] < 0).all()]


class Board:
    """A division into groups with its cost, changed by swaps."""

    def __init__(self, problem: Problem) -> None:
        self.problem = problem
        self.terms = problem.terms()
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

    def trouble(self) -> Floats:
        """Broken rules that each group has a part in."""
        return sum((term.trouble(self.group) for term in self.terms), np.zeros(self.problem.shape.groups))

    def table(self, number: int) -> tuple[Ints, Floats]:
        """The free seats of one group, and the change of cost for swapping each with any seat; infinite where that is not allowed."""
        members = np.flatnonzero((self.group == number) & ~self.fixed)
        if not len(members):
            return members, np.empty((0, len(self.group)))
        found = self.score.table(number, members, self.group).astype(np.float64)
        for term in self.terms:
            found += self.breach * term.table(number, members, self.group)
        found[:, (self.group == number) | self.fixed] = np.inf
        return members, found


class Search:
    """Looks for the division of least cost. The same problem, seed and number of steps give the same answer, unless time runs out."""

    def __init__(self, problem: Problem, rng: np.random.Generator, *, deadline: float = np.inf) -> None:
        self.problem, self.rng, self.deadline = problem, rng, deadline
        self.board = Board(problem)
        self.units = problem.units()
        self.cut_short = False
        self.attraction = self._attraction()

    def run(self, steps: int, start: Ints | None = None, starts: int = 1) -> Ints:
        """The best group of each participant found, shape (n,). `start` is a division to begin with; else the best of several is taken."""
        board, n = self.board, len(self.problem.pinned)
        firsts = [self._seated(start)] if start is not None else []
        for place in range(0 if firsts else starts):
            self.noise = 0.3 * place / starts
            firsts.append(self._first())
        found: list[tuple[float, int, Ints]] = []
        for place, first in enumerate(firsts):
            self.best = first
            for breach, steep in PHASES:
                board.place(self.best)
                self._aim(breach, steep)
                self.best_cost = board.cost()
                self._walk(steps // (len(firsts) * len(PHASES)))
            if not found:
                board.place(self.best)
                self._aim(BREACH, 5.0)
            board.place(self.best)
            found.append((board.cost(), place, self.best))
        self.best = min(found, key=lambda one: one[:2])[2]
        return self.best[:n]

    def _aim(self, breach: float, steep: float) -> None:
        """Sets what a broken rule costs, and how much the worst group weighs against one that is better by a usual difference."""
        scores = self.board.score.scores()
        spread = max(float(scores.std()), 1e-3)
        self.board.breach = breach
        self.board.score.aim, self.board.score.steep = float(scores.min()), steep / spread

    def _seated(self, start: Ints) -> Ints:
        """Group of each seat: the empty seats fill up what the participants leave."""
        form = self.problem.shape
        room = form.most - np.bincount(start, minlength=form.groups)
        return np.concatenate([start, np.repeat(np.arange(form.groups), room)])

    def _first(self) -> Ints:
        """A first division: those who are drawn to each other join up, then everybody goes where the draw is greatest."""
        form, pinned = self.problem.shape, self.problem.pinned
        drawn = self.attraction * self.rng.uniform(1 - self.noise, 1 + self.noise, self.attraction.shape)
        group = self._joined(drawn + drawn.T)
        free = np.flatnonzero(pinned < 0)
        taken = np.bincount(pinned[pinned >= 0], minlength=form.groups)
        seats = np.concatenate([np.repeat(number, form.most - taken[number]) for number in range(form.groups)])
        for _ in range(4):
            member = (group[None, :] == np.arange(form.groups)[:, None]).astype(np.float64)
            worth = (member @ self.attraction) / np.maximum(member.sum(axis=1, keepdims=True), 1)
            rows, columns = _assigned(worth.T[free], seats, form, taken)
            group = pinned.copy()
            group[free[rows]] = seats[columns]
        return self._seated(group)

    def _joined(self, drawn: Floats) -> Ints:
        """Groups by joining what is drawn to each other most on average, as long as it fits into a group; -1 for those left over."""
        n, form, pinned = len(drawn), self.problem.shape, self.problem.pinned
        far = drawn.max() - drawn
        tree = linkage(far[np.triu_indices(n, 1)], "average") if n > 1 else np.empty((0, 4))
        parts: list[list[int]] = [[row] for row in range(n)]
        whole: list[list[int]] = []
        for a, b in tree[:, :2].astype(np.int64).tolist():
            one, other = parts[a], parts[b]
            fits = bool(one and other) and len(one) + len(other) <= form.most and len(set(pinned[one + other].tolist()) - {-1}) <= 1
            parts.append(one + other if fits else [])
            whole += [part for part in (one, other) if part and not fits]
        whole += [parts[-1]] if parts[-1] else []
        group = np.full(n, -1)
        for part in sorted(whole, key=lambda part: (pinned[part].max() < 0, -len(part))):
            here = int(pinned[part].max())
            number = here if here >= 0 else next((number for number in range(form.groups) if not (group == number).any() and not (pinned == number).any()), -1)
            if number >= 0 and not (group == number).any():
                group[part] = number
        return group

    def _attraction(self) -> Floats:
        found = self.problem.value.copy()
        unit = float(found.mean()) or 1.0
        for demand in self.problem.demands:
            if isinstance(demand, Pairs):
                for a, b in ((0, 1), (1, 0)):
                    found[demand.pairs[:, a], demand.pairs[:, b]] += unit * (4 if demand.same else -4)
            elif isinstance(demand, Tongue):
                spoken = demand.spoken.astype(np.float64)
                found += unit * (spoken @ spoken.T > 0)
            elif isinstance(demand, Company):
                found += unit / 3 * demand.beside
        return np.maximum(found, 0)

    def _walk(self, steps: int) -> None:
        board = self.board
        cost, stale, done = board.cost(), 0, 0
        patience = 40 + 2 * self.problem.shape.groups
        while done < steps:
            if time.monotonic() > self.deadline:
                self.cut_short = True
                return
            if self.units and self.rng.random() < 0.1:
                self._move_unit()
            taken, cost = self._chain(board.cost(), 1 - done / steps)
            done += taken
            stale += 1
            if cost < self.best_cost - 1e-9 * abs(self.best_cost):
                self.best, self.best_cost, stale = board.group.copy(), cost, 0
            elif stale > patience:
                board.place(self.best)
                self._shake()
                stale = 0

    def _chain(self, before: float, heat: float) -> tuple[int, float]:
        """Swaps one after the other between groups that the last one touched, and keeps as many as are best together."""
        board, rng = self.board, self.rng
        number, swaps, costs = self._chosen(), list[tuple[int, int]](), list[float]()
        held = np.zeros(len(board.group), dtype=bool)
        for _ in range(DEPTH):
            members, table = board.table(number)
            if not len(members):
                break
            table[held[members]] = np.inf
            table[:, held] = np.inf
            row, column = divmod(int(table.argmin()), table.shape[1])
            if not np.isfinite(table[row, column]):
                break
            i, other = int(members[row]), int(board.group[column])
            board.swap(i, column)
            held[[i, column]] = True
            swaps.append((i, column))
            costs.append(board.cost())
            if costs[-1] < before - 1e-9 * abs(before):
                break
            trouble = board.trouble()[[number, other]] * board.breach + board.score.cost(board.score.scores()[[number, other]])
            number = number if trouble[0] >= trouble[1] else other
        if not swaps:
            return 1, before
        best = int(np.argmin(costs))
        worse = (costs[best] - before)
        limit = -np.log(rng.random()) * heat * ST
        keep = best + 1 if worse <= limit else 0
        for i, j in reversed(swaps[keep:]):
            board.swap(i, j)
        return len(swaps), costs[best] if keep else before

    def _chosen(self) -> int:
        """The group to be changed: one in trouble as long as there is any, mostly; else a bad one."""
        board, rng = self.board, self.rng
        if board.breach < 10 and rng.random() < 0.5:
            return int(rng.integers(self.problem.shape.groups))
        trouble = np.flatnonzero(board.trouble() > 1e-6)
        if len(trouble) and rng.random() < 0.8:
            return int(rng.choice(trouble))
        rank = min(int(rng.geometric(0.35)) - 1, self.problem.shape.groups - 1)
        return int(np.argsort(board.score.scores(), kind="stable")[rank])

    def _move_unit(self) -> None:
        """Moves those who should stay together into another group, all at once, and keeps it if the division becomes better."""
        board, rng = self.board, self.rng
        unit = self.units[int(rng.integers(len(self.units)))]
        target = int(rng.integers(self.problem.shape.groups))
        before, swaps = board.cost(), list[tuple[int, int]]()
        bound = board.fixed.copy()
        bound[np.concatenate(self.units)] = True
        bound[unit] = True
        for row in unit[board.group[unit] != target].tolist():
            members, table = board.table(int(board.group[row]))
            columns = np.flatnonzero((board.group == target) & ~bound)
            if not len(columns):
                break
            column = int(columns[table[np.flatnonzero(members == row)[0], columns].argmin()])
            board.swap(row, column)
            swaps.append((row, column))
            bound[column] = True
        if board.cost() > before + 1e-9:
            for row, column in reversed(swaps):
                board.swap(row, column)

    def _shake(self) -> None:
        """Swaps a few at random, so that the walk goes on elsewhere."""
        free = np.flatnonzero(~self.board.fixed)
        if len(free) < 2:
            return
        for _ in range(int(self.rng.integers(2, 5))):
            i, j = (int(seat) for seat in self.rng.choice(free, 2, replace=False))
            if self.board.group[i] != self.board.group[j] and max(i, j) < len(self.problem.pinned):
                self.board.swap(i, j)


def _assigned(worth: Floats, open_: Ints, form: Shape, taken: Ints) -> tuple[Ints, Ints]:
    """Everybody to a seat so that the worth is greatest and every group gets its least size."""
    room = np.concatenate([np.arange(form.most - taken[number]) for number in range(form.groups)])
    needed = room < np.maximum(form.least - taken, 0)[open_]
    rows, columns = linear_sum_assignment(worth[:, open_] + 1e3 * needed, maximize=True)  # pyright: ignore[reportUnknownVariableType]
    return np.asarray(rows), np.asarray(columns)
