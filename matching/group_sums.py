"""Sums: what pairs in one group are worth or cost, kept up to date from swap to swap, so that thousands of swaps are judged at once.

All arrays are over seats: the participants first, then empty seats, of which a group has as many as it is smaller than the largest.
So moving somebody is swapping it with an empty seat. A table has a row for each of some seats of one group (`members`) and a column for each
of some seats of other groups (`columns`): what swapping the two would change.
"""

from __future__ import annotations

from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from matching.profile import Bools, Floats, Ints

Table = NDArray[np.float32] | Floats


class Term(Protocol):
    """One part of the cost: how much is broken."""

    def place(self, group: Ints) -> None:
        """Begins anew with the group of each seat."""
        ...

    def swap(self, i: int, j: int, group: Ints) -> None:
        """Takes note that the seats i and j have changed groups; `group` is as it was before."""
        ...

    def table(self, number: int, members: Ints, columns: Ints, group: Ints) -> Table:
        """Change of the cost for each swap of a member of group `number`, shape (members, columns)."""
        ...

    def dealt(self, numbers: Ints, hands: Ints, group: Ints) -> Table:
        """Cost of each group `numbers[g]` once it has given away its seats `hands[g]` and got `hands[h]`: shape (g, h)."""
        ...

    def take(self, numbers: Ints, before: Ints, after: Ints, group: Ints) -> None:
        """Takes note that each group `numbers[g]` has got the seats `after[g]` for `before[g]`; `group` is as it is now."""
        ...

    def restless(self, group: Ints) -> Bools:
        """Which seats break a rule where they are, shape (seats,)."""
        ...

    def trouble(self, group: Ints) -> Floats:
        """Cost that each group has a part in, shape (groups,)."""
        ...

    def total(self) -> float:
        """Cost of all groups."""
        ...


class Sums:
    """Sum over the seats of each group of a number between any two seats: shape (groups, seats)."""

    def __init__(self, matrix: Table, groups: int) -> None:
        self.matrix = np.ascontiguousarray(matrix, dtype=np.float32)
        self.groups = groups
        self.places = np.arange(len(matrix))

    def place(self, group: Ints) -> None:
        """Adds up anew."""
        self.sums = (group[None, :] == np.arange(self.groups)[:, None]).astype(np.float32) @ self.matrix

    def swap(self, i: int, j: int, group: Ints) -> None:
        """Takes note of a swap."""
        change = self.matrix[j] - self.matrix[i]
        self.sums[group[i]] += change
        self.sums[group[j]] -= change

    def take(self, numbers: Ints, before: Ints, after: Ints) -> None:
        """Takes note that groups have got the seats `after[g]` for `before[g]`."""
        for got, gave in zip(after.T, before.T, strict=True):
            self.sums[numbers] += self.matrix[got] - self.matrix[gave]

    def own(self, group: Ints) -> Table:
        """Sum of each seat over its own group."""
        return self.sums[group, self.places]

    def dealt(self, numbers: Ints, hands: Ints, group: Ints) -> Table:
        """Sum over the pairs of each group once it has given away its hand (g) and got another (h)."""
        given = self.given(hands)
        kept, between = self.sums[numbers], picked(given, hands)
        cross = picked(kept, hands)
        inside = between.diagonal() / 2
        whole = np.bincount(group, self.own(group), minlength=self.groups)[numbers] / 2
        return (whole - cross.diagonal() + inside)[:, None] + (cross - between) + inside[None, :]

    def given(self, hands: Ints) -> Table:
        """Sum over the seats of each hand: shape (hands, seats)."""
        return sum((self.matrix[hands[:, place]] for place in range(1, hands.shape[1])), self.matrix[hands[:, 0]])


def picked(table: Table, hands: Ints) -> Table:
    """Sum over the seats of each hand of a table over seats: shape (rows, hands)."""
    return sum((table[:, hands[:, place]] for place in range(1, hands.shape[1])), table[:, hands[:, 0]])


class PairTerm:
    """Cost of pairs that should not be in one group, and of pairs (`bonds`) that should; both with weights."""

    def __init__(self, clash: Floats, bonds: Ints, bond_weights: Floats, groups: int) -> None:
        self.bonds, self.bond_weights = bonds, bond_weights
        self.clash = Sums(clash, groups)
        joined = np.array(clash, dtype=np.float32)
        np.subtract.at(joined, (bonds[:, 0], bonds[:, 1]), bond_weights)
        np.subtract.at(joined, (bonds[:, 1], bonds[:, 0]), bond_weights)
        self.joined = Sums(joined, groups) if len(bonds) else self.clash

    def place(self, group: Ints) -> None:
        """Begins anew."""
        self.clash.place(group)
        self.joined.place(group)
        self._renew(group)

    def take(self, numbers: Ints, before: Ints, after: Ints, group: Ints) -> None:
        """Takes note of hands dealt."""
        for sums in (self.clash, self.joined) if self.joined is not self.clash else (self.clash,):
            sums.take(numbers, before, after)
        self._renew(group)

    def _renew(self, group: Ints) -> None:
        self._total = float(self.joined.own(group).sum() / 2 + self.bond_weights.sum())

    def swap(self, i: int, j: int, group: Ints) -> None:
        """Takes note of a swap."""
        a, b, sums = group[i], group[j], self.joined.sums
        self._total += float(sums[a, j] - sums[a, i] + sums[b, i] - sums[b, j] - 2 * self.joined.matrix[i, j])
        self.clash.swap(i, j, group)
        if self.joined is not self.clash:
            self.joined.swap(i, j, group)

    def table(self, number: int, members: Ints, columns: Ints, group: Ints) -> Table:
        """Change of the cost for each swap."""
        sums, matrix, there = self.joined.sums, self.joined.matrix, group[columns]
        found = sums[:, members].T[:, there]
        found -= 2 * matrix[members[:, None], columns]
        found += (sums[number, columns] - sums[there, columns])[None, :]
        found -= sums[number, members][:, None]
        return found

    def dealt(self, numbers: Ints, hands: Ints, group: Ints) -> Table:
        """Cost of each group with each hand, less what broken bonds cost in any case."""
        return self.joined.dealt(numbers, hands, group)

    def restless(self, group: Ints) -> Bools:
        """Seats that clash with another, or are apart from one they should be with."""
        found: Bools = self.clash.own(group) > 0
        where = group[self.bonds]
        found[self.bonds[where[:, 0] != where[:, 1]]] = True
        return found

    def trouble(self, group: Ints) -> Floats:
        """Cost of each group; a broken bond troubles both groups."""
        cost = np.bincount(group, self.clash.own(group), minlength=self.clash.groups) / 2
        where = group[self.bonds]
        broken = where[:, 0] != where[:, 1]
        for side in (0, 1):
            np.add.at(cost, where[broken, side], self.bond_weights[broken])
        return cost

    def total(self) -> float:
        """Weight of all broken pairs."""
        return self._total


class ScoreTerm:
    """What the groups are worth: the mean value of the pairs of each, and a cost in which the worst group weighs most.

    The cost of a group of score s is exp(steep × (aim − s)), from `BEND` on a straight line, so that no group is ever given up.
    """

    BEND = 4.0

    def __init__(self, value: Floats, filled: Bools, groups: int) -> None:
        self.value = Sums(value, groups)
        self.filled = filled.astype(np.int64)
        self.uneven = not filled.all()
        self.steep, self.aim = 1.0, 0.0

    def place(self, group: Ints) -> None:
        """Begins anew."""
        self.value.place(group)
        self._renew(group)

    def _renew(self, group: Ints) -> None:
        self.number = np.bincount(group, self.filled, minlength=self.value.groups).astype(np.int64)
        self.sum = np.bincount(group, self.value.own(group), minlength=self.value.groups) / 2

    def scores(self) -> Floats:
        """Score of each group."""
        return self.sum / np.maximum(self.number * (self.number - 1) / 2, 1)

    def cost(self, scores: Table) -> Table:
        """Cost of scores."""
        x = (self.aim - scores) * self.steep
        low = np.exp(np.minimum(x, self.BEND))
        return low * (1 + np.maximum(x - self.BEND, 0))

    def swap(self, i: int, j: int, group: Ints) -> None:
        """Takes note of a swap."""
        a, b, sums, both = group[i], group[j], self.value.sums, self.value.matrix[i, j]
        self.sum[a] += sums[a, j] - sums[a, i] - both
        self.sum[b] += sums[b, i] - sums[b, j] - both
        self.number[a] += self.filled[j] - self.filled[i]
        self.number[b] += self.filled[i] - self.filled[j]
        self.value.swap(i, j, group)

    def table(self, number: int, members: Ints, columns: Ints, group: Ints) -> Table:
        """Change of the cost for each swap."""
        sums, at, both = self.value.sums, group[columns], self.value.matrix[members[:, None], columns]
        here = (sums[number, columns][None, :] - sums[number, members][:, None]) - both + np.float32(self.sum[number])
        there = sums[:, members].T[:, at] - both + (self.sum[at] - sums[at, columns]).astype(np.float32)[None, :]
        if self.uneven:
            change = self.filled[columns][None, :] - self.filled[members][:, None]
            here, there = here / _pairs(self.number[number] + change), there / _pairs(self.number[at][None, :] - change)
        else:
            scale = np.float32(1 / _pairs(self.number[:1])[0])
            here, there = here * scale, there * scale
        now = self.cost(self.scores())
        return self.cost(here) + self.cost(there) - (now[number] + now[at]).astype(np.float32)[None, :]

    def take(self, numbers: Ints, before: Ints, after: Ints, group: Ints) -> None:
        """Takes note of hands dealt."""
        self.value.take(numbers, before, after)
        self._renew(group)

    def dealt(self, numbers: Ints, hands: Ints, group: Ints) -> Table:
        """Cost of each group with each hand."""
        given = self.filled[hands].sum(axis=1)
        number = (self.number[numbers] - given)[:, None] + given[None, :]
        return self.cost(self.value.dealt(numbers, hands, group) / _pairs(number))

    def total(self) -> float:
        """Cost of all groups."""
        return float(self.cost(self.scores()).sum())


def _pairs(number: Ints) -> Table:
    return np.maximum(number * (number - 1) / 2, 1).astype(np.float32)
