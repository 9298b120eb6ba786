"""Assignment: several experts to several missions at once, best fit with the load spread fairly."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from matching.expert_pool import ExpertPool, Need
from matching.experts import ExpertMatcher, Shortage, Slot, score
from matching.optimum import Linear
from matching.profile import Bools, Floats, Ints
from matching.reasons import Reason

ALGORITHM = "assignment-1"
"""Changes with every change of the method that may change an answer."""


@dataclass(frozen=True, kw_only=True)
class Team:
    """Who is assigned to one mission."""

    need: str
    slots: tuple[Slot, ...]
    """The experts, best score first, each with those who could stand in."""
    scores: tuple[float, ...]
    """Score of each slot's expert, 0 to 1."""
    reasons: tuple[tuple[Reason, ...], ...]
    """What explains each slot's expert, in the order of `experts.FACETS`."""
    open: int
    """Slots that could not be filled."""
    shortage: Shortage | None
    """Why, when there are any."""


@dataclass(frozen=True, kw_only=True)
class Assignment:
    """The answer for several missions, in the order given."""

    teams: tuple[Team, ...]
    filled: int
    wanted: int
    total: float
    """Sum of the scores of all slots filled."""
    load: Mapping[str, int]
    """Expert → number of these missions, those included of whose team they are already."""
    proven: bool
    """Whether no better assignment exists."""
    algorithm: str


def assign(
    pool: ExpertPool,
    missions: Sequence[Need],
    *,
    capacity: int | Mapping[str, int] = 2,
    fairness: float = 0.2,
    apart: int = 30,
    floor: float = 0.0,
    alternates: int = 3,
    matcher: ExpertMatcher | None = None,
) -> Assignment:
    """Fills as many slots as possible, then has the largest sum of scores less the price of uneven load.

    `capacity` is how many of the missions one person may take (a number for all, or by id; those not named take 2); a person's
    k-th mission costs (k - 1) x `fairness`; two missions of one person lie at least `apart` days apart (0: they only may not overlap);
    nobody with a score below `floor` is assigned. Excluded are those whom `ExpertMatcher` excludes. Only the open slots of a need are
    filled, and teams name who is new; who is in the need's team already has it as one of their missions.
    Raises `ValueError` for missions of the same id or values out of range.
    """
    if len({need.id for need in missions}) != len(missions):
        raise ValueError("the missions' ids must be unique")
    if fairness < 0 or apart < 0 or not 0 <= floor <= 1:
        raise ValueError(f"fairness {fairness} and apart {apart} must be at least 0, floor {floor} between 0 and 1")
    limits = np.array([capacity if isinstance(capacity, int) else capacity.get(id_, 2) for id_ in pool.ids], dtype=np.int64)
    problem = _Problem(matcher or ExpertMatcher(), pool, missions, limits, floor, apart)
    chosen, proven = problem.solve(fairness)
    teams = tuple(problem.team(place, chosen, alternates) for place in range(len(missions)))
    counts = problem.loads(chosen)
    return Assignment(
        teams=teams,
        filled=int(chosen.sum()),
        wanted=sum(problem.slots),
        total=round(float(problem.score[chosen].sum()), 9),
        load={pool.ids[row]: int(counts[row]) for row in sorted(np.flatnonzero(counts).tolist(), key=lambda row: pool.ids[row])},
        proven=proven,
        algorithm=ALGORITHM,
    )


class _Problem:
    """The pairs of an expert and a mission from which to choose, in an order that does not depend on the order of the input."""

    def __init__(self, matcher: ExpertMatcher, pool: ExpertPool, missions: Sequence[Need], limits: Ints, floor: float, apart: int) -> None:
        self.matcher = matcher.fit(pool)
        self.pool, self.missions, self.limits, self.apart = pool, missions, limits, apart
        self.kept: list[Ints] = [np.flatnonzero(self.matcher.members(need)) for need in missions]
        """Rows of those who are on each mission already and stay."""
        self.busy: Ints = np.bincount(np.concatenate([*self.kept, np.empty(0, dtype=np.int64)]), minlength=len(pool))
        self.slots = [need.open for need in missions]
        self.tables = [self.matcher.table(need) for need in missions]
        self.masks: list[dict[str, Bools]] = [self.matcher.exclusions(need) for need in missions]
        self.scores: list[Floats] = [score(table) for table in self.tables]
        self.fit: list[Ints] = [self._fit_for(place, floor) for place in range(len(missions))]
        """Rows of the experts who may take each mission, best first."""
        pairs = self._pairs()
        self.expert: Ints = np.array([row for row, _ in pairs], dtype=np.int64)
        self.mission: Ints = np.array([place for _, place in pairs], dtype=np.int64)
        self.score: Floats = np.array([self.scores[place][row] for row, place in pairs], dtype=np.float64)
        self.mine: dict[int, list[int]] = {}
        """Row of an expert → places of their pairs."""
        for place, row in enumerate(self.expert.tolist()):
            self.mine.setdefault(row, []).append(place)

    def _fit_for(self, place: int, floor: float) -> Ints:
        rows = self.matcher.kept(self.masks[place])
        free = (self.limits > self.busy) & (self.scores[place] >= floor)
        free[np.concatenate([self.kept[other] for other in self._near(place)])] = False
        return self._ranked(rows[free[rows]], place)

    def _near(self, place: int) -> list[int]:
        """Places of the missions that nobody can take besides this one, itself among them."""
        return [other for other, need in enumerate(self.missions) if other == place or _close(need, self.missions[place], self.apart)]

    def _pairs(self) -> list[tuple[int, int]]:
        """As many experts without a mission for each as there are slots in all: of so many one stays free, who is no worse than those behind."""
        slots = sum(self.slots)
        order = sorted(range(len(self.missions)), key=lambda place: self.missions[place].id)
        return [(row, place) for place in order for row in self._first(self.fit[place], slots).tolist()]

    def _first(self, rows: Ints, most: int) -> Ints:
        """Of some rows the first that have no mission yet, and all others, whose next mission has a price."""
        idle = self.busy[rows] == 0
        return rows[~idle | (np.cumsum(idle) <= most)]

    def loads(self, chosen: Bools) -> Ints:
        """How many missions each expert has."""
        return self.busy + np.bincount(self.expert[chosen], minlength=len(self.pool))

    def _steps(self, row: int) -> range:
        """How many missions a person has before each further one that has a price."""
        busy = int(self.busy[row])
        return range(max(busy, 1), min(int(self.limits[row]), busy + len(self.mine[row])))

    def solve(self, fairness: float) -> tuple[Bools, bool]:
        """Mask of the pairs chosen, and whether it is proven to be best."""
        pairs, steps = len(self.expert), [(row, step) for row in self.mine for step in self._steps(row)]
        linear = Linear(pairs + len(steps))
        for place, slots in enumerate(self.slots):
            linear.row(np.flatnonzero(self.mission == place), upper=slots)
        self._limit(linear, steps)
        for one, other in self._clashes():
            linear.row((one, other), upper=1)
        most = max((step for _, step in steps), default=0)
        more = 1.0 + sum(self.slots) * (1 + fairness * most)
        objective = np.concatenate([self.score + more, [-fairness * step for _, step in steps]])
        found = linear.maximise(objective, whole=np.arange(linear.size) < pairs)
        if found is None:
            raise ValueError("the missions cannot be solved")  # taking nobody is always allowed
        return found.values[:pairs] > 0.5, found.proven

    def _limit(self, linear: Linear, steps: Sequence[tuple[int, int]]) -> None:
        """Each person has one mission for nothing and each further one at the price of its step."""
        extra: dict[int, list[int]] = {}
        for place, (row, _) in enumerate(steps):
            extra.setdefault(row, []).append(len(self.expert) + place)
        for row, mine in self.mine.items():
            more = extra.get(row, [])
            linear.row([*mine, *more], [1.0] * len(mine) + [-1.0] * len(more), upper=0 if self.busy[row] else 1)

    def _clashes(self) -> Iterable[tuple[int, int]]:
        """Pairs of which one person can take one only: their missions overlap or lie too close together."""
        close = {(a, b) for a, b in itertools.permutations(range(len(self.missions)), 2) if _close(self.missions[a], self.missions[b], self.apart)}
        for mine in self.mine.values():
            for one, other in itertools.combinations(mine, 2):
                if (int(self.mission[one]), int(self.mission[other])) in close:
                    yield one, other

    def team(self, place: int, chosen: Bools, alternates: int) -> Team:
        """One mission's team, with those as alternates who are still free for it."""
        need = self.missions[place]
        rows: list[int] = self._ranked(self.expert[chosen & (self.mission == place)], place).tolist()
        free = self._free(place, chosen)
        strengths = self.matcher.strengths(need)
        return Team(
            need=need.id,
            slots=tuple(Slot(expert=self.pool.ids[row], alternates=self.matcher.stand_ins(strengths, row, free)[:alternates]) for row in rows),
            scores=tuple(float(self.scores[place][row]) for row in rows),
            reasons=tuple(self.matcher.reasons(need, row, self.tables[place]) for row in rows),
            open=self.slots[place] - len(rows),
            shortage=self._shortage(place, len(rows)),
        )

    def _ranked(self, rows: Ints, place: int) -> Ints:
        return rows[np.lexsort((self.matcher.tiebreak_[rows], -self.scores[place][rows]))]

    def _free(self, place: int, chosen: Bools) -> Ints:
        """Rows of those who may take this mission but are not in it, have capacity left and no clash, best first."""
        bound = self.expert[chosen & np.isin(self.mission, self._near(place))]
        full = np.flatnonzero(self.loads(chosen) >= self.limits)
        return self.fit[place][~np.isin(self.fit[place], np.union1d(bound, full))]

    def _shortage(self, place: int, found: int) -> Shortage | None:
        slots = self.slots[place]
        if found == slots:
            return None
        fit = len(self.fit[place])
        if fit <= found:
            return self.matcher.shortage(self.missions[place], self.masks[place], found)
        missing = slots - found
        return Shortage(
            missing=missing, relax="capacity", gain=fit - found, reason=Reason(key="shortage.bound", facts={"missing": missing, "gain": fit - found})
        )


def _close(one: Need, other: Need, apart: int) -> bool:
    if one.starts_on is None or one.ends_on is None or other.starts_on is None or other.ends_on is None:
        return False
    return max(other.starts_on - one.ends_on, one.starts_on - other.ends_on) < max(apart, 1)
