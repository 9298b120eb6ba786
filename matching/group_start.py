"""Start: a first division into groups, grown by joining participants that are drawn to each other as long as no rule forbids it."""

from __future__ import annotations

import numpy as np

from matching.group_board import Problem, matched
from matching.group_demands import Company, Counts, Pairs, Tongue
from matching.profile import Bools, Floats, Ints

RARITY = 0.7
"""What sharing a language, country or subject counts against the mean value of a pair, for each power of e by which it is rare."""


def attraction(problem: Problem) -> Floats:
    """How much any two should be in one group: their value, and what the rules want of them; shape (n, n), 0 and more."""
    found = problem.value.copy()
    unit = float(found.mean()) or 1.0
    for demand in problem.demands:
        if isinstance(demand, Pairs):
            for a, b in ((0, 1), (1, 0)):
                found[demand.pairs[:, a], demand.pairs[:, b]] += unit * (4 if demand.same else -4)
        elif isinstance(demand, Company):
            found += unit * _telling(demand.beside) * demand.beside
        elif isinstance(demand, Tongue):
            spoken = demand.spoken.astype(np.float64)
            shared = np.asarray(spoken @ spoken.T > 0)
            found += unit * _telling(shared) * shared
    return np.maximum(found, 0)


def _telling(shared: Bools) -> float:
    """How much it tells that two share something: the more, the fewer do."""
    return -RARITY * float(np.log(max(float(shared.mean()), 1e-9)))


class Clusters:
    """Clusters that grow by joining two, until none can be joined without breaking a rule."""

    def __init__(self, problem: Problem, drawn: Floats) -> None:
        n = len(drawn)
        self.problem, self.most = problem, problem.shape.most
        self.members = [[row] for row in range(n)]
        self.drawn, self.size, self.pin = drawn.copy(), np.ones(n), problem.pinned.copy()
        self.counts: list[tuple[Ints, Ints]] = []
        self.spoken: Floats | None = None
        self.allowed: Bools = ~np.eye(n, dtype=bool)
        for demand in problem.demands:
            if isinstance(demand, Pairs) and not demand.same:
                self.allowed[demand.pairs[:, 0], demand.pairs[:, 1]] = self.allowed[demand.pairs[:, 1], demand.pairs[:, 0]] = False
            elif isinstance(demand, Counts):
                self.counts.append(((demand.codes[:, None] == np.arange(len(demand.values))).astype(np.int64), demand.most))
            elif isinstance(demand, Tongue):
                self.spoken = np.where(demand.spoken.any(axis=1, keepdims=True), demand.spoken, 1.0)
        for row in range(n):
            self.allowed[row] &= self._fitting(row)
        self.allowed &= self.allowed.T

    def _fitting(self, row: int) -> Bools:
        """Which clusters may join one, by their sums."""
        fits = self.size + self.size[row] <= self.most
        if self.pin[row] >= 0:
            fits &= (self.pin < 0) | (self.pin == self.pin[row])
        for count, most in self.counts:
            fits &= (count + count[row] <= most).all(axis=1)
        if self.spoken is not None:
            fits &= self.spoken @ self.spoken[row] > 0
        return fits

    def grow(self) -> list[list[int]]:
        """Joins the two with the greatest mean attraction, again and again; the clusters that come of it."""
        self.score = np.where(self.allowed, self.drawn, -np.inf)
        for unit in self.problem.units():
            for row in unit[1:].tolist():
                if self.allowed[unit[0], row]:
                    self._join(int(unit[0]), row)
        best, where = self.score.max(axis=1), self.score.argmax(axis=1)
        while np.isfinite(best[a := int(best.argmax())]):
            b = int(where[a])
            self._join(a, b)
            best[b] = -np.inf
            redo = np.flatnonzero((where == a) | (where == b) | (np.arange(len(best)) == a))
            best[redo], where[redo] = self.score[redo].max(axis=1), self.score[redo].argmax(axis=1)
            better = self.score[:, a] > best
            best[better], where[better] = self.score[better, a], a
        return [members for members in self.members if members]

    def _join(self, a: int, b: int) -> None:
        self.members[a] += self.members[b]
        self.members[b] = []
        self.drawn[a] += self.drawn[b]
        self.drawn[:, a] = self.drawn[a]
        self.size[a] += self.size[b]
        self.pin[a] = max(self.pin[a], self.pin[b])
        for count, _ in self.counts:
            count[a] += count[b]
        if self.spoken is not None:
            self.spoken[a] *= self.spoken[b]
        self.allowed[a] &= self.allowed[b] & self._fitting(a)
        self.allowed[a, a] = False
        self.allowed[:, a] = self.allowed[a]
        self.allowed[b] = self.allowed[:, b] = False
        self.score[a] = np.where(self.allowed[a], self.drawn[a] / (self.size * self.size[a]), -np.inf)
        self.score[:, a] = self.score[a]
        self.score[b] = self.score[:, b] = -np.inf


def first(problem: Problem, drawn: Floats) -> Ints:
    """Group of each participant, shape (n,): the largest clusters become groups, the others go where they are drawn to."""
    form, pinned = problem.shape, problem.pinned
    group = np.full(len(pinned), -1)
    open_ = set(range(form.groups))
    clusters = Clusters(problem, drawn).grow()
    free = [number for number in range(form.groups) if not (pinned == number).any()]
    for members in sorted(clusters, key=lambda members: (pinned[members].max() < 0, -len(members))):
        number = int(pinned[members].max())
        number = number if number >= 0 else next((number for number in free if number in open_), -1)
        if number in open_:
            group[members] = number
            open_.discard(number)
    group = np.where(pinned >= 0, pinned, group)
    return _filled(problem, group, drawn)


def _filled(problem: Problem, group: Ints, drawn: Floats) -> Ints:
    """Those left over to the seats left over, and some out of groups that are larger than the others can be small."""
    form = problem.shape
    size = np.bincount(group[group >= 0], minlength=form.groups)
    left = np.flatnonzero(group < 0)
    while len(left) < np.maximum(form.least - size, 0).sum():
        number = int(size.argmax())
        row = int(np.flatnonzero((group == number) & (problem.pinned < 0))[-1])
        group[row] = -1
        size[number] -= 1
        left = np.flatnonzero(group < 0)
    seats = np.repeat(np.arange(form.groups), form.most - size)
    place = np.arange(len(seats)) - np.searchsorted(seats, seats)
    needed = place < np.maximum(form.least - size, 0)[seats]
    member = (group[None, :] == np.arange(form.groups)[:, None]).astype(np.float64)
    worth = (member @ drawn) / np.maximum(member.sum(axis=1, keepdims=True), 1) - _strange(problem, member)
    rows, columns = matched(-(worth.T[left][:, seats] + 1e3 * needed))
    group[left[rows]] = seats[columns]
    return group


def _strange(problem: Problem, member: Floats) -> Floats:
    """How many would not speak the group's language if one came: shape (groups, n)."""
    found = np.zeros(member.shape)
    for demand in problem.demands:
        if isinstance(demand, Tongue):
            spoken = np.where(demand.spoken.any(axis=1, keepdims=True), demand.spoken, 1.0)
            most = np.max((member @ spoken)[:, None, :] + spoken[None, :, :], axis=2)
            found += member.sum(axis=1, keepdims=True) + 1 - most
    return found
