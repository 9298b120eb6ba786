"""Terms: what a division into groups costs, kept up to date from swap to swap, so that thousands of swaps are judged at once.

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

    def trouble(self, group: Ints) -> Floats:
        """Cost that each group has a part in, shape (groups,)."""
        ...

    def total(self) -> float:
        """Cost of all groups."""
        ...


class Sums:
    """Sum over the seats of each group of a number between any two seats: shape (groups, seats)."""

    def __init__(self, matrix: Floats, groups: int) -> None:
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


class CountTerm:
    """Cost of having too many or too few of a value in a group: `cost[value, number]`; the code -1 counts nowhere."""

    def __init__(self, codes: Ints, cost: Floats, groups: int) -> None:
        values, self.most = len(cost), cost.shape[1] - 1
        self.codes = np.where(codes < 0, values, codes)
        free = np.concatenate([cost, np.zeros((1, cost.shape[1]))])
        edge = np.full((values + 1, 1), 1e6)
        edge[-1] = 0
        self.cost = free
        self.leave = np.concatenate([edge, free[:, :-1] - free[:, 1:]], axis=1).astype(np.float32)
        self.join = np.concatenate([free[:, 1:] - free[:, :-1], edge], axis=1).astype(np.float32)
        self.groups, self.values = groups, np.arange(values + 1)

    def place(self, group: Ints) -> None:
        """Begins anew."""
        flat = np.bincount(group * len(self.values) + self.codes, minlength=self.groups * len(self.values))
        self.count = flat.reshape(self.groups, len(self.values))
        self.count[:, -1] = 0
        self.leaving = self.leave[self.values[None, :], self.count]
        self.joining = self.join[self.values[None, :], self.count]
        self._total = float(self.cost[self.values[None, :], self.count].sum())

    def _renew(self, number: int) -> None:
        self.leaving[number] = self.leave[self.values, self.count[number]]
        self.joining[number] = self.join[self.values, self.count[number]]

    def swap(self, i: int, j: int, group: Ints) -> None:
        """Takes note of a swap."""
        ci, cj, a, b = self.codes[i], self.codes[j], group[i], group[j]
        if ci == cj:
            return
        self._total += float(self.leaving[a, ci] + self.joining[a, cj] + self.leaving[b, cj] + self.joining[b, ci])
        self.count[a, ci] -= 1
        self.count[b, ci] += 1
        self.count[a, cj] += 1
        self.count[b, cj] -= 1
        self.count[:, -1] = 0
        self._renew(a)
        self._renew(b)

    def table(self, number: int, members: Ints, columns: Ints, group: Ints) -> Table:
        """Change of the cost for each swap."""
        out, come, there = self.codes[members], self.codes[columns], group[columns]
        found = self.joining[:, out].T[:, there]
        found += (self.joining[number, come] + self.leaving[there, come])[None, :]
        found += self.leaving[number, out][:, None]
        found[out[:, None] == come[None, :]] = 0
        return found

    def take(self, numbers: Ints, before: Ints, after: Ints, group: Ints) -> None:
        """Takes note of hands dealt."""
        self.place(group)

    def dealt(self, numbers: Ints, hands: Ints, group: Ints) -> Table:
        """Cost of each group with each hand."""
        hold = np.zeros((len(hands), len(self.values)), dtype=np.int64)
        np.add.at(hold, (np.arange(len(hands))[:, None], self.codes[hands]), 1)
        hold[:, -1] = 0
        kept = self.count[numbers] - hold
        base = self.cost[self.values[None, :], kept]
        found = np.repeat(base.sum(axis=1)[:, None], len(hands), axis=1)
        for value in np.flatnonzero(hold.any(axis=0)).tolist():
            with_it = np.flatnonzero(hold[:, value])
            found[:, with_it] += self.cost[value, kept[:, value][:, None] + hold[with_it, value][None, :]] - base[:, value][:, None]
        return found

    def trouble(self, group: Ints) -> Floats:
        """Cost of each group."""
        return self.cost[self.values[None, :], self.count].sum(axis=1)

    def total(self) -> float:
        """Cost of all groups."""
        return self._total


class CompanyTerm:
    """Cost of seats that need company and have nobody beside them in their group."""

    def __init__(self, beside: Bools, needs: Bools, weight: float, groups: int) -> None:
        self.beside = Sums(beside.astype(np.float64), groups)
        self.strange = 1 - self.beside.matrix
        self.needs, self.weight = needs, weight

    def place(self, group: Ints) -> None:
        """Begins anew."""
        self.beside.place(group)
        self._renew(group)

    def _renew(self, group: Ints) -> None:
        self._seats = np.argsort(group, kind="stable").reshape(self.beside.groups, -1)
        self._alone = self._alone_now(group)

    def _alone_now(self, group: Ints) -> Floats:
        alone = self.needs & (self.beside.own(group) < 0.5)
        return np.bincount(group, alone, minlength=self.beside.groups)

    def swap(self, i: int, j: int, group: Ints) -> None:
        """Takes note of a swap."""
        self.beside.swap(i, j, group)
        here, there = self._seats[group[i]], self._seats[group[j]]
        here[here == i], there[there == j] = j, i
        for number, seats in ((group[i], here), (group[j], there)):
            self._alone[number] = np.count_nonzero(self.needs[seats] & (self.beside.sums[number, seats] < 0.5))

    def table(self, number: int, members: Ints, columns: Ints, group: Ints) -> Table:
        """Change of the cost for each swap."""
        sums, there, matrix = self.beside.sums, group[columns], self.beside.matrix[members[:, None], columns]
        here = self._seats[number]
        left = self.needs[here][None, :] & (sums[number, here][None, :] - self.beside.matrix[members[:, None], here] < 0.5)
        left &= here[None, :] != members[:, None]
        found = left.astype(np.float32) @ self.strange[here[:, None], columns]
        found += self.needs[columns] & (sums[number, columns][None, :] - matrix < 0.5)
        found += self.needs[members][:, None] & (sums[:, members].T[:, there] - matrix < 0.5)
        self._left_there(found, members, columns, group)
        found -= (self._alone[number] + self._alone[there])[None, :].astype(np.float32)
        return found * self.weight

    def _left_there(self, found: Table, members: Ints, columns: Ints, group: Ints) -> None:
        """Adds those in other groups whose only company would leave, and whom the member who comes is strange to."""
        place = np.full(len(group), -1)
        place[columns] = np.arange(len(columns))
        own = self.beside.own(group)
        at_risk = np.flatnonzero(self.needs & (own < 1.5) & (group != group[members[0]]))
        mates = self._seats[group[at_risk]]
        left = own[at_risk][:, None] - self.beside.matrix[at_risk[:, None], mates] < 0.5
        left &= (mates != at_risk[:, None]) & (place[mates] >= 0)
        who, which = np.nonzero(left)
        np.add.at(found.T, place[mates[who, which]], self.strange[at_risk[who]][:, members])

    def take(self, numbers: Ints, before: Ints, after: Ints, group: Ints) -> None:
        """Takes note of hands dealt."""
        self.beside.take(numbers, before, after)
        self._renew(group)

    def dealt(self, numbers: Ints, hands: Ints, group: Ints) -> Table:
        """Cost of each group with each hand."""
        given = self.beside.given(hands)
        kept, found = self.beside.sums[numbers] - given, np.zeros((len(hands), len(hands)))
        for seats in hands.T:
            among = given[np.arange(len(hands)), seats]
            found += self.needs[seats][None, :] & (kept[:, seats] + among[None, :] < 0.5)
        seats = self._seats[numbers]
        alone = self.needs[seats] & (kept[np.arange(len(hands))[:, None], seats] < 0.5)
        for place in range(hands.shape[1]):
            alone &= seats != hands[:, place][:, None]
        where, place = np.nonzero(alone)
        np.add.at(found, where, given[:, seats[where, place]].T < 0.5)
        return found * self.weight

    def trouble(self, group: Ints) -> Floats:
        """Cost of each group."""
        return self._alone * self.weight

    def total(self) -> float:
        """Cost of all groups."""
        return float(self._alone.sum()) * self.weight


class TongueTerm:
    """Cost of members who do not speak the language that most in their group speak; empty seats speak all."""

    def __init__(self, spoken: Bools, weight: float, groups: int) -> None:
        self.kinds, codes = np.unique(spoken.astype(np.int32), axis=0, return_inverse=True)
        self.codes: Ints = codes.ravel()
        self.weight, self.groups = weight, groups

    def place(self, group: Ints) -> None:
        """Begins anew."""
        member = (group[None, :] == np.arange(self.groups)[:, None]).astype(np.int32)
        self.seats = int(member[0].sum())
        self.count = member @ self.kinds[self.codes]

    def swap(self, i: int, j: int, group: Ints) -> None:
        """Takes note of a swap."""
        change = self.kinds[self.codes[j]] - self.kinds[self.codes[i]]
        self.count[group[i]] += change
        self.count[group[j]] -= change

    def table(self, number: int, members: Ints, columns: Ints, group: Ints) -> Table:
        """Change of the cost for each swap."""
        out, row = np.unique(self.codes[members], return_inverse=True)
        coming = self.count[number] - self.kinds[out][:, None, :] + self.kinds[None, :, :]
        pairs, column = np.unique(group[columns] * len(self.kinds) + self.codes[columns], return_inverse=True)
        there = self.count[pairs // len(self.kinds)] - self.kinds[pairs % len(self.kinds)]
        going = there[None, :, :] + self.kinds[out][:, None, :]
        best = self.count.max(axis=1)
        after = coming.max(axis=2)[:, self.codes[columns]] + going.max(axis=2)[:, column.ravel()]
        return ((best[number] + best[group[columns]])[None, :] - after)[row.ravel()] * self.weight

    def take(self, numbers: Ints, before: Ints, after: Ints, group: Ints) -> None:
        """Takes note of hands dealt."""
        self.count[numbers] += (self.kinds[self.codes[after]] - self.kinds[self.codes[before]]).sum(axis=1)

    def dealt(self, numbers: Ints, hands: Ints, group: Ints) -> Table:
        """Cost of each group with each hand."""
        hold = self.kinds[self.codes[hands]].sum(axis=1)
        kept = self.count[numbers] - hold
        return (self.seats - (kept[:, None, :] + hold[None, :, :]).max(axis=2)) * self.weight

    def trouble(self, group: Ints) -> Floats:
        """Cost of each group."""
        return (self.seats - self.count.max(axis=1)) * self.weight

    def total(self) -> float:
        """Cost of all groups."""
        return float(self.trouble(self.codes).sum())


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


def _pairs(number: Ints) -> Floats:
    return np.maximum(number * (number - 1) / 2, 1).astype(np.float32)
