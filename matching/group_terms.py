"""Terms: what broken rules other than those on pairs cost, kept up to date from swap to swap; arrays are as in `group_sums`."""

from __future__ import annotations

import numpy as np

from matching.group_sums import Sums, Table
from matching.profile import Bools, Floats, Ints


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

    def restless(self, group: Ints) -> Bools:
        """Seats of whose value there are too many."""
        return self.leaving[group, self.codes] < 0

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
        return np.bincount(group, alone, minlength=self.beside.groups).astype(np.float64)

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

    def restless(self, group: Ints) -> Bools:
        """Seats that are alone."""
        return self.needs & (self.beside.own(group) < 0.5)

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

    def restless(self, group: Ints) -> Bools:
        """Seats that do not speak what most in their group speak."""
        return self.kinds[self.codes, self.count.argmax(axis=1)[group]] == 0

    def trouble(self, group: Ints) -> Floats:
        """Cost of each group."""
        return (self.seats - self.count.max(axis=1)) * self.weight

    def total(self) -> float:
        """Cost of all groups."""
        return float(self.trouble(self.codes).sum())
