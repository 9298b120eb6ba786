"""Search: better and better divisions into groups, by chains of swaps and by forming some of the groups anew."""

from __future__ import annotations

import time

import numpy as np

from matching.group_board import BREACH, Board, Problem
from matching.group_start import attraction, first
from matching.profile import Floats, Ints

DEPTH = 4
"""Swaps in a chain at most."""
PART = 120
"""Seats that are formed anew at once, at most."""
LENIENCE = 0.15
"""Broken rules more that a chain may cost now and then, while there are any."""


class Walk:
    """Walks from one division to the next by chains of swaps, and remembers the best."""

    def __init__(self, problem: Problem, rng: np.random.Generator, deadline: float) -> None:
        self.problem, self.rng, self.deadline = problem, rng, deadline
        self.board = Board(problem)
        self.units = problem.units()

    def run(self, group: Ints, steps: int) -> Ints:
        """The best group of each participant met within so many swaps, shape (n,)."""
        board = self.board
        board.place(board.seated(group))
        self.best = board.group.copy()
        for breach, steep, share in ((1.0, 1.0, 0.3), (BREACH, 5.0, 0.35), (BREACH, 5.0, 0.35)):
            board.place(self.best)
            board.aim(breach, steep)
            self._stretch(int(steps * share))
        return self.best[: len(group)]

    def _stretch(self, steps: int) -> None:
        board, done, stale = self.board, 0, 0
        self.best_cost = cost = board.cost()
        patience = 40 + 2 * self.problem.shape.groups
        while done < steps and time.monotonic() < self.deadline:
            if self.units and self.rng.random() < 0.1:
                self._move_unit()
                cost = board.cost()
            taken, cost = self._chain(cost, 1 - done / steps)
            done += taken
            stale += 1
            if cost < self.best_cost - 1e-9 * abs(self.best_cost):
                self.best, self.best_cost, stale = board.group.copy(), cost, 0
            elif stale > patience:
                board.place(self.best)
                self._shake()
                cost, stale = board.cost(), 0

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

    def _best_swap(self, number: int, held: Floats) -> tuple[int, int] | None:
        columns = self.board.columns(number, self.rng)
        columns = columns[~held[columns]]
        members, table = self.board.table(number, columns)
        table[held[members]] = np.inf
        if not table.size or not np.isfinite(table.min()):
            return None
        row, column = divmod(int(table.argmin()), len(columns))
        return int(members[row]), int(columns[column])

    def _chosen(self) -> int:
        """The group to be changed: mostly one in trouble as long as there is any; else one of the worst."""
        board, rng, groups = self.board, self.rng, self.problem.shape.groups
        if board.breach < BREACH and rng.random() < 0.5:
            return int(rng.integers(groups))
        trouble = np.flatnonzero(board.trouble() > 1e-6)
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
            members, table = board.table(int(board.group[row]), columns)
            column = int(columns[table[np.flatnonzero(members == row)[0]].argmin()])
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
        groups, most = self.problem.shape.groups, self.problem.shape.most
        best = start if start is not None else self._first()
        at_once = max(2, PART // most)
        if groups <= 1:
            return best
        best = Walk(self.problem, self.rng, self.deadline).run(best, steps // 4)
        left, stride = steps - steps // 4, max(steps // 8, 100) if groups <= at_once else 160
        while left > 0 and time.monotonic() < self.deadline:
            best = self._renewed(best, min(at_once, groups), stride)
            left -= stride
        return best

    def _first(self) -> Ints:
        found: list[tuple[float, int, Ints]] = []
        for turn in range(4 if len(self.drawn) <= 2 * PART else 1):
            group = first(self.problem, self._noisy(self.drawn, 0.1 * turn))
            self.board.place(self.board.seated(group))
            if not turn:
                self.board.aim(1.0, 1.0)
            found.append((self.board.cost(), turn, group))
        return min(found, key=lambda one: one[:2])[2]

    def _noisy(self, drawn: Floats, noise: float) -> Floats:
        factor = self.rng.uniform(1 - noise, 1 + noise, drawn.shape)
        return drawn * (factor + factor.T) / 2

    def _renewed(self, best: Ints, number: int, steps: int) -> Ints:
        """Forms some groups anew, those with trouble or low scores and others near to them; the better of the two divisions."""
        self.board.place(self.board.seated(best))
        groups = self._picked(best, number)
        rows = np.flatnonzero(np.isin(best, groups))
        part = self.problem.part(rows, groups)
        before = np.searchsorted(groups, best[rows])
        start = first(part, self._noisy(self.drawn[np.ix_(rows, rows)], self.rng.uniform(0, 0.4))) if self.rng.random() < 0.6 else before
        walk = Walk(part, self.rng, self.deadline)
        after = walk.run(start, steps)
        board = walk.board
        board.place(board.seated(before))
        board.aim(BREACH, 5.0)
        cost = board.cost()
        board.place(board.seated(after))
        if board.cost() >= cost:
            return best
        found = best.copy()
        found[rows] = groups[after]
        return found

    def _picked(self, best: Ints, number: int) -> Ints:
        groups = self.problem.shape.groups
        if number >= groups:
            return np.arange(groups)
        board, rng = self.board, self.rng
        trouble, scores = np.flatnonzero(board.trouble() > 1e-6), board.score.scores()
        bad = rng.permutation(trouble)[: number // 3] if len(trouble) else np.argsort(scores, kind="stable")[: max(number // 4, 1)]
        member = (best[None, :] == bad[:, None]).astype(np.float64)
        near = np.bincount(best, (member @ self.drawn).max(axis=0), minlength=groups) * rng.uniform(0.5, 1.5, groups)
        near[bad] = np.inf
        keep = np.argsort(-near, kind="stable")[: max(number * 2 // 3, len(bad))]
        others = np.setdiff1d(np.arange(groups), keep)
        return np.sort(np.concatenate([keep, rng.choice(others, number - len(keep), replace=False)]))
