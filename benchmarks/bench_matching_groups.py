"""Peer groups measured: against random, k-means, k-means-constrained and a genetic search of equal time, on worlds with a planted plan.

    python benchmarks/bench_matching_groups.py [24 120 1000] [--seeds 3] [--rounds 0 1 3]

0 rounds means one round without any rule but sizes. Every other world is made around a plan that keeps all rules, so that they can be kept;
the plan itself is not shown to any method. All methods are
judged alike: by the score of the worst group, by the rules of `Rules`, and by CPU time; wall seconds stand beside it. k-means-constrained is
a package from PyPI for this benchmark only (`uv pip install k-means-constrained`); it is left out where it is not installed.
"""
# pyright: basic, reportArgumentType=false, reportMissingImports=false, reportOptionalMemberAccess=false

from __future__ import annotations

import argparse
import importlib.util
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np
from sklearn.cluster import KMeans

from matching.group_changes import swap_cost
from matching.group_demands import Company, Counts, Demand, Pairs, Sizes, Tongue
from matching.group_rules import Partners, Rules, Shape, demands, freshness, shape, values
from matching.groups import peer_groups
from matching.participants import Attribute, Participants, pairs_of
from matching.profile import Floats, Focuses, Ints, Subjects

COUNTRIES = {"en": ["KE", "IN", "GH", "ZA"], "es": ["MX", "CO", "PE", "BO"], "fr": ["SN", "TN", "CM", "MA"], "de": ["DE", "AT", "CH"]}
NUMBERS = {24: 6, 120: 20, 1000: 125}
"""Participants → groups, in one round."""
ROUND_NUMBERS = {24: 8, 120: 24, 1000: 125}
"""The same in several rounds."""
TOPICS = 120


@dataclass(frozen=True, kw_only=True)
class World:
    """Participants, rules, and the plan they were made around (group of each in each round)."""

    participants: Participants
    rules: Rules
    form: Shape
    planted: list[Ints]


def subjects(rng: np.random.Generator) -> Subjects:
    """Topics that serve targets of 17 goals."""
    topics = [f"topic:{number}" for number in range(TOPICS)]
    targets = [f"target:{goal}.{number}" for goal in range(1, 18) for number in range(1, 6)]
    goals = [f"goal:{goal}" for goal in range(1, 18)]
    serves = np.column_stack([np.arange(TOPICS), TOPICS + rng.integers(0, len(targets), TOPICS)])
    parts = np.column_stack([TOPICS + np.arange(len(targets)), TOPICS + len(targets) + np.arange(len(targets)) // 5])
    ids = tuple(topics + targets + goals)
    return Subjects(ids=ids, names={"en": ids}, topic_target=serves, target_goal=parts)


def countries(rng: np.random.Generator, size: int) -> list[str]:
    """Countries of one group, each two or three times, so that nobody is alone of its country."""
    pool = [str(code) for code in rng.permutation([code for codes in COUNTRIES.values() for code in codes])]
    found: list[str] = []
    while len(found) < size:
        left = size - len(found)
        found += [pool.pop()] * (left if left <= 3 else 2 if left == 4 or rng.random() < 0.6 else 3)
    return found


def size_classes(rng: np.random.Generator, size: int) -> list[int]:
    """Size classes of one group: of each as many as in the others, or one more."""
    low = np.full(4, size // 4) if size % 8 else np.array([size // 8, size // 4, size // 4, size // 8])
    more = rng.choice(4, size - int(low.sum()), replace=False)
    return [int(value) for value in rng.permutation(np.repeat(np.arange(4), low + np.isin(np.arange(4), more)))]


def one_round(n: int, seed: int) -> World:
    """A world whose planted plan keeps rules of every kind in one round."""
    rng, groups = np.random.default_rng([n, seed]), NUMBERS[n]
    group = np.arange(n) % groups
    tongue = [str(rng.choice(list(COUNTRIES), p=[0.4, 0.25, 0.15, 0.2])) for _ in range(groups)]
    country, inhabitants, rows = [""] * n, np.zeros(n), []
    for number in range(groups):
        members, theme = np.flatnonzero(group == number), rng.choice(TOPICS, 4, replace=False)
        for row, code, value in zip(members, countries(rng, len(members)), size_classes(rng, len(members)), strict=True):
            country[row], inhabitants[row] = code, (5e3, 5e4, 3e5, 2e6)[value] * (1 + rng.random() / 2)
            rows.append((row, theme[0], 2, 0.5))
            rows += [(row, subject, row % 2, rng.integers(5, 11) / 10) for subject in rng.choice(theme, 2, replace=False)]
            rows += [(row, subject, rng.integers(0, 3), 0.3) for subject in rng.choice(TOPICS, rng.integers(1, 4), replace=False)]
    languages = [spoken(rng, tongue[number]) for number in group]
    strangers = [(int(a), int(b)) for a, b in (rng.choice(n, 2, replace=False) for _ in range(3 * n)) if group[a] != group[b]]
    world = participants(rng, rows, country, languages, inhabitants, strangers[: n // 2], strangers[n // 2 : n])
    friends = [rng.choice(np.flatnonzero(group == number), 2, replace=False) for number in rng.permutation(groups)[: max(1, groups // 4)]]
    rules = Rules(
        together=tuple(tuple(world.ids[row] for row in pair) for pair in friends),
        apart=tuple((world.ids[a], world.ids[b]) for a, b in strangers[n : n + n // 4]),
        partners=Partners.APART,
        per_country=3,
        balanced=(Attribute.SIZE,),
        no_isolate=(Attribute.COUNTRY, Attribute.LANGUAGE, Attribute.SUBJECTS),
        common_language=True,
        pinned={world.ids[int(rng.choice(np.flatnonzero(group == number)))]: number + 1 for number in range(0, groups, 3)},
    )
    return World(participants=world, rules=rules, form=shape(n, number=groups), planted=[group])


def several_rounds(n: int, seed: int, rounds: int) -> World:
    """A world whose planted plan lets nobody meet twice, with a common language in every group.

    In each part of the world the members of a place stand in rows of as many as there are groups; each round shifts the rows against each
    other, the second by one more than the first, and so on.
    """
    rng, groups = np.random.default_rng([n, seed, rounds]), ROUND_NUMBERS[n]
    size, parts = n // groups, {24: 1, 120: 2, 1000: 5}[n]
    block = groups // parts
    row = np.arange(n) % (block * size)
    part, column, line = np.arange(n) // (block * size), row % block, row // block
    planted = [part * block + (column + turn * line) % block for turn in range(rounds)]
    tongue = [str(language) for language in rng.choice(list(COUNTRIES), parts)]
    themes = [rng.choice(TOPICS, 12, replace=False) for _ in range(parts)]
    country = [COUNTRIES[tongue[part[place]]][line[place] % 3] for place in range(n)]
    rows = [
        (place, subject, rng.integers(0, 3), rng.integers(3, 11) / 10) for place in range(n) for subject in rng.choice(themes[part[place]], 4, replace=False)
    ]
    strangers = [(int(a), int(b)) for a, b in (rng.choice(n, 2, replace=False) for _ in range(n)) if all(group[a] != group[b] for group in planted)]
    languages = [spoken(rng, tongue[number]) for number in part]
    world = participants(rng, rows, country, languages, np.exp(rng.normal(11, 1, n)), strangers[: n // 4], strangers[n // 4 : n // 2])
    rules = Rules(partners=Partners.APART, per_country=-(-size // 3), no_isolate=(Attribute.LANGUAGE,), common_language=True)
    return World(participants=world, rules=rules, form=shape(n, number=groups), planted=planted)


def spoken(rng: np.random.Generator, tongue: str) -> tuple[str, ...]:
    """A group's language and up to two others."""
    return (tongue, *[language for language in ("en", "es", "fr", "de", "pt", "sw", "ar") if language != tongue and rng.random() < 0.2][:2])


def participants(
    rng: np.random.Generator,
    rows: Sequence[tuple[float, ...]],
    country: Sequence[str],
    languages: Sequence[tuple[str, ...]],
    inhabitants: Floats,
    partners: Sequence[tuple[int, int]],
    met: Sequence[tuple[int, int]],
) -> Participants:
    """The participants in rows as given; the order they are given in says nothing, because the planner sorts them by content."""
    municipality, subject, direction, weight = (np.array(column) for column in zip(*rows, strict=True))
    ids = tuple(f"p{number}" for number in rng.permutation(len(country)))
    focuses = Focuses(municipality=municipality.astype(int), subject=subject.astype(int), direction=direction.astype(int), weight=weight.astype(float))
    return Participants(
        ids=ids,
        names=ids,
        country=tuple(country),
        languages=tuple(languages),
        population=np.round(inhabitants),
        subjects=subjects(rng),
        focuses=focuses,
        partners=pairs_of(partners),
        met=pairs_of(met),
    )


class Judge:
    """Scores and broken rules of a division, the same for all methods; fast enough for a genetic search."""

    def __init__(self, value: Floats, form: Shape, demanded: Sequence[Demand]) -> None:
        self.value, self.form, self.demands = value, form, demanded

    def scores(self, group: Ints) -> Floats:
        """Score of each group."""
        member = (group[None, :] == np.arange(self.form.groups)[:, None]).astype(np.float64)
        size = member.sum(axis=1)
        return np.einsum("gi,gi->g", member @ self.value, member) / np.maximum(size * (size - 1), 1)

    def broken(self, group: Ints) -> int:
        """Number of places in which rules are broken."""
        return sum(self._broken(demand, group) for demand in self.demands)

    def _broken(self, demand: Demand, group: Ints) -> int:
        groups = self.form.groups
        if isinstance(demand, Pairs):
            same = group[demand.pairs[:, 0]] == group[demand.pairs[:, 1]]
            return int((same != demand.same).sum())
        if isinstance(demand, Counts):
            count = np.bincount(group[demand.codes >= 0] * len(demand.values) + demand.codes[demand.codes >= 0], minlength=groups * len(demand.values))
            count = count.reshape(groups, -1)
            return int(((count < demand.least) | (count > demand.most)).sum())
        if isinstance(demand, Company):
            order = np.argsort(group, kind="stable")
            alone = 0
            for members in np.split(order, np.flatnonzero(np.diff(group[order])) + 1):
                alone += int((demand.needs[members] & ~demand.beside[members[:, None], members].any(axis=1)).sum())
            return alone
        if isinstance(demand, Tongue):
            speak = np.zeros((groups, demand.spoken.shape[1]))
            np.add.at(speak, group, demand.spoken)
            return int((speak.max(axis=1) < np.bincount(group, minlength=groups)).sum())
        return len(demand.breaches(group))

    def cost(self, group: Ints) -> float:
        """What a genetic search makes small."""
        return self.broken(group) * 10.0 - float(self.scores(group).min())


Method = Callable[[World, Judge, int, float], Ints]


def at_random(world: World, judge: Judge, seed: int, seconds: float) -> Ints:
    """The best of random divisions."""
    rng, end, n = np.random.default_rng(seed), time.process_time() + seconds, len(world.participants)
    best, least = np.arange(n) % world.form.groups, np.inf
    while time.process_time() < end:
        group = rng.permutation(n) % world.form.groups
        if (cost := judge.cost(group)) < least:
            best, least = group, cost
    return best


def features(world: World) -> Floats:
    """What participants seek, offer and work on, spread over near subjects, of length 1."""
    said = world.participants.weights.max(axis=0)
    spread = (said * np.log1p(len(said) / np.maximum(np.count_nonzero(said, axis=0), 1))) @ world.participants.near
    return spread / np.maximum(np.linalg.norm(spread, axis=1, keepdims=True), 1e-9)


def k_means(world: World, judge: Judge, seed: int, seconds: float) -> Ints:
    """k-means of the subjects."""
    return KMeans(world.form.groups, random_state=seed, n_init=3).fit_predict(features(world)).astype(np.int64)


def k_means_constrained(world: World, judge: Judge, seed: int, seconds: float) -> Ints:
    """k-means with bounds of the sizes."""
    from k_means_constrained import KMeansConstrained

    form = world.form
    once = 1 if len(world.participants) > 500 else 3
    model = KMeansConstrained(form.groups, size_min=form.least, size_max=form.most, random_state=seed, n_init=once, max_iter=30)
    return model.fit_predict(features(world)).astype(np.int64)


def genetic(world: World, judge: Judge, seed: int, seconds: float) -> Ints:
    """A grouping genetic search: whole groups of one parent, the others filled in the order of the second, then some swaps."""
    rng, end, n = np.random.default_rng(seed), time.process_time() + seconds, len(world.participants)
    groups = world.form.groups
    people = [rng.permutation(n) % groups for _ in range(24)]
    costs = [judge.cost(group) for group in people]
    while time.process_time() < end:
        one, other = (min(rng.choice(len(people), 3, replace=False), key=lambda place: costs[place]) for _ in range(2))
        child = people[one].copy()
        redone = np.flatnonzero(np.isin(child, rng.choice(groups, max(groups // 2, 2), replace=False)))
        places = np.sort(child[redone])
        child[redone[np.argsort(people[other][redone], kind="stable")]] = places
        for _ in range(int(rng.integers(0, 4))):
            i, j = rng.choice(n, 2, replace=False)
            child[[i, j]] = child[[j, i]]
        cost = judge.cost(child)
        worst = int(np.argmax(costs))
        if cost < costs[worst]:
            people[worst], costs[worst] = child, cost
    return people[int(np.argmin(costs))]


def measured(world: World, rounds: Sequence[Ints]) -> str:
    """Figures of one plan as cells of a table."""
    value = values(world.participants, world.rules)
    lasting = demands(world.participants, world.rules, world.form)
    scores = np.concatenate([Judge(value, world.form, ()).scores(group) for group in rounds])
    total = broken = alone = again = spread = 0
    for place, group in enumerate(rounds):
        count = np.bincount(group, minlength=world.form.groups)
        spread = max(spread, int(count.max() - count.min()))
        for demand in (*lasting, *freshness(world.participants, world.rules, rounds[:place])):
            wrong = Judge(value, world.form, (demand,)).broken(group) if not isinstance(demand, Sizes) else 0
            if not isinstance(demand, Sizes):
                total, broken = total + demand.total(group), broken + wrong
            alone += wrong if isinstance(demand, Company) else 0
            again += wrong if demand.rule == "fresh" else 0
    return f"{scores.min():7.3f} {scores.mean():7.3f} {alone:9d} {spread:7d} {broken:7d} {100 * (1 - broken / max(total, 1)):8.2f} {again:9d}"


def compare(world: World, seed: int) -> None:
    """Prints the figures of all methods on one world."""
    started, wall = time.process_time(), time.monotonic()
    plan = peer_groups(world.participants, world.rules, number=world.form.groups, rounds=len(world.planted), random_state=seed)
    seconds, elapsed = time.process_time() - started, time.monotonic() - wall
    place = {id_: row for row, id_ in enumerate(world.participants.ids)}
    ours: list[Ints] = []
    for turn in range(len(world.planted)):
        ours.append(np.empty(len(place), dtype=np.int64))
        for number, ids in enumerate(plan.ids(turn + 1)):
            ours[-1][[place[id_] for id_ in ids]] = number
    print(f"{'partnergraph':22s} {measured(world, ours)} {seconds:7.2f} {elapsed:7.2f}", flush=True)
    started = time.process_time()
    for row in range(1, 21):
        swap_cost(plan, world.participants.ids[0], world.participants.ids[row])
    swapping = (time.process_time() - started) / 20
    methods: dict[str, Method] = {"random, equal time": at_random, "k-means": k_means}
    if importlib.util.find_spec("k_means_constrained"):
        methods["k-means-constrained"] = k_means_constrained
    methods["genetic, equal time"] = genetic
    for name, method in methods.items():
        rounds: list[Ints] = []
        started, wall = time.process_time(), time.monotonic()
        for turn in range(len(world.planted)):
            demanded = (*demands(world.participants, world.rules, world.form), *freshness(world.participants, world.rules, rounds))
            judge = Judge(values(world.participants, world.rules), world.form, demanded)
            rounds.append(method(world, judge, seed + turn, seconds / len(world.planted)))
        print(f"{name:22s} {measured(world, rounds)} {time.process_time() - started:7.2f} {time.monotonic() - wall:7.2f}", flush=True)
    print(f"{'(planted plan)':22s} {measured(world, world.planted)}")
    print(f"(the cost of a swap takes {swapping * 1e3:.1f} ms)", flush=True)


def main() -> None:
    """Runs the measurements."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("sizes", nargs="*", type=int, default=[24, 120, 1000])
    parser.add_argument("--seeds", type=int, default=1)
    parser.add_argument("--rounds", nargs="*", type=int, default=[0, 1, 3])
    asked = parser.parse_args()
    for n in asked.sizes:
        for rounds in asked.rounds:
            for seed in range(asked.seeds):
                world = several_rounds(n, seed, rounds) if rounds > 1 else one_round(n, seed)
                world = replace(world, rules=Rules(fresh=False)) if rounds == 0 else world
                print(f"\n{n} participants, {world.form.groups} groups, {rounds or 1} round(s), {'rules of every kind' if rounds else 'no rules'}, seed {seed}")
                titles = "  worst    mean  isolates  spread  broken   kept %  repeated   CPU s  wall s"
                print(f"{'':22s} {titles}")
                compare(world, seed)


if __name__ == "__main__":
    main()
