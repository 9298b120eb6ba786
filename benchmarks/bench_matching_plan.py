"""Phase plans measured: every variant on large invented markets, against greedy and random plans in the same run.

Run: python -m benchmarks.bench_matching_plan [lefts rights candidates places]   (default 500 500 20 and four numbers of places)
The markets are invented from a seed: both sides' fits have a common part, as two municipalities that suit each other both gain,
and a part of their own; every pair counts for one of 4 regions, one of 16 Länder and one of 17 goals.
"""

from __future__ import annotations

import resource
import sys
import time

import numpy as np

from matching.pairs import Market, Pairs, Quota, market
from matching.plan import Variant, phase_plan
from matching.profile import Bools, Floats, Ints
from matching.stability import blocking

SEED = 20260101
QUOTAS = (
    Quota(group="region:0", minimum=20, maximum=60),
    Quota(group="region:1", minimum=20),
    Quota(group="land:3", maximum=5),
    Quota(group="land:4", minimum=8),
    Quota(group="goal:11", minimum=10),
    Quota(group="goal:13", minimum=10, maximum=12),
)
"""Quotas that bind at a hundred places."""


def invented(lefts: int, rights: int, candidates: int, seed: int = SEED) -> Pairs:
    """A market in which every left municipality has `candidates` possible partners."""
    random = np.random.default_rng(seed)
    region, land, goal = random.integers(0, 4, rights), random.integers(0, 16, lefts), random.integers(1, 18, rights)
    rows = [(left, int(right)) for left in range(lefts) for right in random.choice(rights, candidates, replace=False)]
    common = random.uniform(0, 1, len(rows))
    fits = [np.round((common + random.uniform(0, 1, len(rows))) / 2, 3) for _ in range(2)]
    return Pairs(
        left=tuple(f"a{left:04}" for left, _ in rows),
        right=tuple(f"x{right:04}" for _, right in rows),
        fit_left=fits[0],
        fit_right=fits[1],
        groups=tuple(frozenset((f"region:{region[right]}", f"land:{land[left]}", f"goal:{goal[right]}")) for left, right in rows),
    )


def taken_in_order(problem: Market, order: Ints) -> Bools:
    """Pairs in some order, each taken when capacities, places and upper quotas allow it: how a list is worked off by hand."""
    plan, room, count = np.zeros(len(order), dtype=bool), [capacity.copy() for capacity in problem.capacity], np.zeros(len(problem.quotas))
    for pair in order.tolist():
        ends, after = [ends[pair] for ends in problem.ends], count + problem.members[:, pair]
        if plan.sum() < problem.places and min(room[0][ends[0]], room[1][ends[1]]) > 0 and (after <= problem.maxima).all():
            plan[pair], count = True, after
            room[0][ends[0]] -= 1
            room[1][ends[1]] -= 1
    return plan


def line(name: str, problem: Market, plan: Bools, seconds: float, proven: str = "") -> None:
    """One row of the table."""
    sides: list[Floats] = [fit[plan] for fit in problem.fits]
    least = float(problem.weaker[plan].min()) if plan.any() else 0.0
    figures = f"{int(plan.sum()):6} {float(problem.value[plan].sum()):8.2f} {least:8.3f} {sides[0].mean():6.3f} {sides[1].mean():6.3f}"
    print(f"{name:10} {figures} {int(blocking(problem, plan).sum()):6} {int(problem.broken(plan).sum()):6} {seconds:7.2f} {proven}")


def measure(pairs: Pairs, places: int, quotas: tuple[Quota, ...]) -> None:
    """All variants and the baselines for one number of places."""
    problem = market(pairs, places=places, quotas=quotas)
    print(f"\n{len(pairs)} pairs, {places} places, {len(quotas)} quotas")
    print("plan       chosen    total  weakest   left  right blocks broken seconds proven")
    row = {ids: place for place, ids in enumerate(problem.ids)}
    for variant in Variant:
        start = time.perf_counter()
        answer = phase_plan(pairs, places=places, quotas=quotas, variant=variant)
        seconds, plan = time.perf_counter() - start, np.zeros(len(problem.ids), dtype=bool)
        plan[[row[choice.left, choice.right] for choice in answer.choices]] = True
        line(variant, problem, plan, seconds, str(answer.comparison[list(Variant).index(variant)].proven))
    random = np.random.default_rng(SEED)
    for name, order in (("greedy", np.argsort(-problem.value, kind="stable")), ("random", random.permutation(len(problem.ids)))):
        start = time.perf_counter()
        plan = taken_in_order(problem, order)
        line(name, problem, plan, time.perf_counter() - start)


def main() -> None:
    """Prints the tables; the seconds of a variant are those of a whole answer, with the comparison of all variants in it."""
    given = [int(argument) for argument in sys.argv[1:]]
    lefts, rights, candidates = given[:3] or (500, 500, 20)
    pairs = invented(lefts, rights, candidates)
    for places in given[3:] or (50, 100, 300, 600):
        measure(pairs, places, ())
    measure(pairs, 100, QUOTAS)
    print(f"\nlargest memory: {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:.0f} MB")


if __name__ == "__main__":
    main()
