"""Search: better and better divisions into groups, by deals among all groups at once and by chains of swaps between a few."""

from __future__ import annotations

import time
from collections.abc import Sequence

import numpy as np

from matching.group_board import BREACH, MANY, ROUNDING, Board, Problem
from matching.group_start import attraction, first
from matching.profile import Bools, Floats, Ints

DEPTH = 6
"""Swaps in a chain at most."""
LENIENCE = 0.15
"""Broken rules more that a chain may cost now and then, while there are any."""
DEALS = (0.4, 0.8)
"""Part of the turns that are deals, for few groups and for many: a deal settles all groups at once."""
HAND = 5
"""Seats that a deal takes from each group at most."""
ROWS = 16
"""Members of a group whose swaps are looked at together at most."""
SEVERAL = 240
"""Participants up to which several first divisions are tried."""

FIRSTS = 14
"""First divisions of which the best four are followed."""
MORE = 4
"""Further attempts at most, as long as rules are broken."""

SLACK = ((0.5, 1.0, 0.1), (1.0, 1.0, 0.1), (5.0, 1.0, 0.1), (25.0, 1.0, 0.1), (100.0, 1.0, 0.15), (400.0, 1.0, 0.15))
STRICT = ((BREACH, 5.0, 0.15), (BREACH, 5.0, 0.15))
"""Phases: what a broken rule costs, how much the worst group weighs, and the phase's part of the steps. A broken rule is cheap at first, so
that a division of great worth is bent until it keeps the rules, and not one that keeps them made worthy."""


class Walk:
    """Walks from one division to the next, and remembers the best."""

    def __init__(self, problem: Problem, rng: np.random.Generator, deadline: float) -> None:
        self.problem, self.rng, self.deadline = problem, rng, deadline
        self.board = Board(problem)
        self.units = [unit for unit in problem.units() if (problem.pinned[unit] < 0).all()]
        self.pull = problem.pull()

    def run(self, group: Ints, steps: int, phases: Sequence[tuple[float, float, float]]) -> Ints:
        """The best group of each participant met within so many swaps, shape (n,)."""
        board = self.board
        board.place(board.seated(group))
        self.best = board.group.copy()
        whole = sum(share for _, _, share in phases)
        for breach, steep, share in phases:
            board.place(self.best)
            board.aim(breach, steep)
            self._stretch(int(steps * share / whole))
        return self.best[: len(group)]

    def _stretch(self, steps: int) -> None:
        board, done, stale = self.board, 0, 0
        self.best_cost = cost = board.cost()
        patience = 60 + 2 * self.problem.shape.groups
        while done < steps and time.monotonic() < self.deadline:
            taken, cost = self._turn(cost, 1 - done / steps)
            done += taken
            stale += 1
            if cost < self.best_cost - 1e-9 * abs(self.best_cost):
                self.best, self.best_cost, stale = board.group.copy(), cost, 0
            elif stale > patience:
                board.place(self.best)
                self._shake()
                cost, stale = board.cost(), 0

    def _turn(self, cost: float, heat: float) -> tuple[int, float]:
        """One change, or none where it would be for the worse. Gives what it took, in swaps, and the cost after it."""
        groups = self.problem.shape.groups
        if self.units and self.rng.random() < 0.1:
            self._move_unit()
            cost = self.board.cost()
        if groups >= 4 and self.rng.random() < DEALS[groups >= MANY]:
            self._deal()
            return 1 + groups // 16, self.board.cost()
        return self._chain(cost, heat)

    def _deal(self) -> None:
        """Takes as many seats from each group, by chance or such as belong together, and deals them out again in the best way."""
        board, rng, form = self.board, self.rng, self.problem.shape
        size = int(rng.integers(1, max(2, min(form.most // 2, HAND) + 1)))
        chance = rng.random(len(board.group)) + 3 * board.fixed
        if rng.random() < 0.5:
            chance -= board.restless()
        seats = np.lexsort((chance, board.group)).reshape(form.groups, form.most)
        if rng.random() < 0.7:
            near = self.pull[seats[:, :1], seats] - 10 * board.fixed[seats]
            near[:, 0] += 5
            seats = np.take_along_axis(seats, np.argsort(-near, axis=1, kind="stable"), axis=1)
        numbers = np.flatnonzero(np.count_nonzero(~board.fixed[seats], axis=1) >= size)
        if len(numbers) > 1:
            board.deal(numbers, seats[numbers, :size])

    def _chain(self, before: float, heat: float) -> tuple[int, float]:
        """Swaps one after the other between groups that the last one touched, and keeps as many as are best together.

        Gives the number of swaps tried and the cost after it.
        """
        board, number = self.board, self._chosen()
        swaps, costs = list[tuple[int, int]](), list[float]()
        held = np.zeros(len(board.group), dtype=bool)
        while len(swaps) < DEPTH:
            swap = self._best_swap(number, held)
            if swap is None:
                break
            other = int(board.group[swap[1]])
            board.swap(*swap)
            held[list(swap)] = True
            swaps.append(swap)
            costs.append(board.cost())
            if costs[-1] < before - 1e-9 * abs(before):
                break
            number = board.worse(number, other)
        if not swaps:
            return 1, before
        best = int(np.argmin(costs))
        kept = best + 1 if costs[best] - before <= self._allowance(before, heat) else 0
        for i, j in reversed(swaps[kept:]):
            board.swap(i, j)
        return len(swaps), costs[best] if kept else before

    def _allowance(self, before: float, heat: float) -> float:
        """How much worse a chain may make it."""
        breach = self.board.breach
        return -np.log(self.rng.random()) * (breach * LENIENCE if breach == BREACH and before > BREACH / 2 else heat * 0.02)

    def _best_swap(self, number: int, held: Bools) -> tuple[int, int] | None:
        columns = self.board.columns(number, self.rng)
        columns = columns[~held[columns]]
        members = self.board.members(number)
        members = members[~held[members]]
        if len(members) > ROWS:
            members = self.rng.permutation(members)[:ROWS]
        if not len(members) or not len(columns):
            return None
        table = self.board.table(number, members, columns)
        place = int(table.argmin())
        if not held.any() and self.board.breach == BREACH and self.board.breaches() > ROUNDING and self.rng.random() < 0.7:
            rank = min(int(self.rng.geometric(0.2)), table.size - 1)
            place = int(np.argpartition(table, rank, axis=None)[rank])
            if not np.isfinite(table.flat[place]):
                return None
        row, column = divmod(place, len(columns))
        return int(members[row]), int(columns[column])

    def _chosen(self) -> int:
        """The group to be changed: mostly one in trouble as long as there is any; else one of the worst."""
        board, rng, groups = self.board, self.rng, self.problem.shape.groups
        if board.breach < BREACH and rng.random() < 0.5:
            return int(rng.integers(groups))
        trouble = np.flatnonzero(board.trouble() > ROUNDING)
        if len(trouble) and rng.random() < 0.8:
            return int(rng.choice(trouble))
        rank = min(int(rng.geometric(0.35)) - 1, groups - 1)
        return int(np.argsort(board.score.scores(), kind="stable")[rank])

    def _move_unit(self) -> None:
        """Moves those who should stay together into another group, all at once, and keeps it if the division becomes better."""
        board, rng = self.board, self.rng
        unit = self.units[int(rng.integers(len(self.units)))]
        target, before, swaps = int(rng.integers(self.problem.shape.groups)), board.cost(), list[tuple[int, int]]()
        held = board.fixed.copy()
        held[np.concatenate(self.units)] = True
        for row in unit[board.group[unit] != target].tolist():
            columns = np.flatnonzero((board.group == target) & ~held)
            if not len(columns):
                break
            table = board.table(int(board.group[row]), np.array([row]), columns)
            column = int(columns[table[0].argmin()])
            board.swap(row, column)
            swaps.append((row, column))
            held[column] = True
        if board.cost() > before + 1e-9:
            for row, column in reversed(swaps):
                board.swap(row, column)

    def _shake(self) -> None:
        """Swaps a few at random, so that the walk goes on elsewhere."""
        free = np.flatnonzero(~self.board.fixed[: len(self.problem.pinned)])
        if len(free) < 2:
            return
        for _ in range(int(self.rng.integers(2, 5))):
            i, j = (int(seat) for seat in self.rng.choice(free, 2, replace=False))
            if self.board.group[i] != self.board.group[j]:
                self.board.swap(i, j)


class Search:
    """Looks for the division of least cost. The same problem, generator and number of steps give the same answer, unless time runs out.

    `deadline` is a time of `time.monotonic`.
    """

    def __init__(self, problem: Problem, rng: np.random.Generator, *, deadline: float = np.inf) -> None:
        self.problem, self.rng, self.deadline = problem, rng, deadline
        self.drawn = attraction(problem)
        self.board = Board(problem)

    @property
    def cut_short(self) -> bool:
        """Whether time ran out."""
        return time.monotonic() >= self.deadline

    def run(self, steps: int, start: Ints | None = None) -> Ints:
        """The best group of each participant found within so many swaps, shape (n,); `start` is a division to begin with."""
        walk = Walk(self.problem, self.rng, self.deadline)
        if self.problem.shape.groups == 1:
            return np.zeros(len(self.problem.pinned), dtype=np.int64)
        if start is not None:
            return walk.run(start, steps, STRICT)
        firsts = self._firsts()
        phases = (SLACK[:4] if len(firsts) > 1 else SLACK) + STRICT
        best = walk.run(firsts[0], steps // len(firsts), phases)
        for group in firsts[1:]:
            best = self._better(best, walk.run(group, steps // len(firsts), phases))
        for turn in range(MORE):
            self.board.place(self.board.seated(best))
            if self.board.breaches() <= ROUNDING:
                break
            other = walk.run(self._firsts()[turn], steps // 4, phases) if len(firsts) > 1 else walk.run(best, steps // 6, STRICT)
            best = self._better(best, other)
        return best

    def _firsts(self) -> list[Ints]:
        """First divisions to begin with: for few participants the best of many, for many only one, because one takes as long as many swaps."""
        if len(self.drawn) > SEVERAL:
            return [first(self.problem, self.drawn)]
        found: list[tuple[float, int, Ints]] = []
        for turn in range(FIRSTS):
            group = first(self.problem, self._noisy(self.drawn, 0.05 * turn))
            self.board.place(self.board.seated(group))
            if not turn:
                self.board.aim(1.0, 1.0)
            found.append((self.board.cost(), turn, group))
        return [group for _, _, group in sorted(found, key=lambda one: one[:2])[:4]]

    def _better(self, one: Ints, other: Ints) -> Ints:
        """The division of less cost, the first where they are equal."""
        self.board.place(self.board.seated(one))
        self.board.aim(BREACH, 5.0)
        cost = self.board.cost()
        self.board.place(self.board.seated(other))
        return other if self.board.cost() < cost else one

    def _noisy(self, drawn: Floats, noise: float) -> Floats:
        factor = self.rng.uniform(1 - noise, 1 + noise, drawn.shape)
        return drawn * (factor + factor.T) / 2
