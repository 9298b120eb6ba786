from __future__ import annotations

import numpy as np
import pytest

from matching.group_board import Board, Problem
from matching.group_rules import Partners, Rules, demands, freshness, pins, shape, values
from matching.participants import Attribute
from tests.matching.group_worlds import random_people

RULES = Rules(
    together=(("p0", "p1", "p2"),),
    apart=(("p3", "p4"), ("p5", "p6")),
    partners=Partners.APART,
    per_country=2,
    balanced=(Attribute.SIZE, Attribute.DIRECTION),
    no_isolate=(Attribute.COUNTRY, Attribute.LANGUAGE, Attribute.SUBJECTS),
    common_language=True,
    pinned={"p7": 1},
)


def board(n: int, groups: int, seed: int) -> Board:
    participants, form = random_people(seed, n), shape(n, number=groups)
    problem = Problem(
        value=values(participants, RULES),
        shape=form,
        demands=(*demands(participants, RULES, form), *freshness(participants, RULES, ())),
        pinned=pins(participants, RULES, form),
    )
    made = Board(problem)
    made.breach, made.score.aim, made.score.steep = 10.0, 0.3, 10.0
    return made


def settled(n: int, groups: int, seed: int) -> tuple[Board, Board, np.random.Generator]:
    rng = np.random.default_rng(seed)
    one, other = board(n, groups, seed), board(n, groups, seed)
    one.place(one.seated(rng.permutation(n) % groups))
    return one, other, rng


@pytest.mark.parametrize(("n", "groups"), [(12, 3), (14, 3), (23, 4), (20, 10)])
def test_a_swap_costs_what_the_table_says(n: int, groups: int) -> None:
    one, other, rng = settled(n, groups, 1)
    for number in range(groups):
        members, columns = one.members(number), one.columns(number, rng)
        table, before = one.table(number, members, columns), one.cost()
        for row, i in enumerate(members):
            for column, j in enumerate(columns):
                group = one.group.copy()
                group[[i, j]] = group[[j, i]]
                other.place(group)
                assert table[row, column] == pytest.approx(other.cost() - before, rel=1e-4, abs=1e-2)


def test_terms_stay_right_from_swap_to_swap() -> None:
    one, other, rng = settled(23, 4, 2)
    for _ in range(60):
        i, j = rng.choice(24, 2, replace=False)
        if one.group[i] != one.group[j]:
            one.swap(int(i), int(j))
            other.place(one.group)
            assert [term.total() for term in one.terms] == pytest.approx([term.total() for term in other.terms], abs=1e-3)
            assert one.score.scores() == pytest.approx(other.score.scores(), abs=1e-5)


@pytest.mark.parametrize("size", [1, 2, 3])
def test_a_deal_gives_every_group_the_hand_that_is_best_for_all(size: int) -> None:
    one, other, rng = settled(23, 4, 3)
    start, numbers = one.group.copy(), np.arange(4)
    hands = np.array([rng.choice(np.flatnonzero(start == number), size, replace=False) for number in numbers])
    costs: list[float] = []
    for order in np.ndindex(4, 4, 4, 4):
        if len(set(order)) == 4:
            group = start.copy()
            for number in numbers:
                group[hands[order[number]]] = number
            other.place(group)
            costs.append(other.cost())
    one.deal(numbers, hands)
    assert one.cost() == pytest.approx(min(costs), rel=1e-4)
    other.place(one.group)
    assert one.cost() == pytest.approx(other.cost(), rel=1e-4)


def test_breaches_are_those_that_the_demands_find() -> None:
    one, _, _ = settled(23, 4, 4)
    group = one.group[:23]
    pairs = sum(len(demand.breaches(group)) for demand in one.problem.demands if demand.rule in ("together", "apart", "partners", "fresh"))
    alone = sum(len(demand.breaches(group)) for demand in one.problem.demands if demand.rule.startswith("no_isolate"))
    silent = sum(breach.found or 0 for demand in one.problem.demands if demand.rule == "common_language" for breach in demand.breaches(group))
    by_kind = {type(term).__name__: 0.0 for term in one.terms}
    for term in one.terms:
        by_kind[type(term).__name__] += term.total()
    assert (by_kind["PairTerm"], by_kind["CompanyTerm"], by_kind["TongueTerm"]) == pytest.approx((pairs, alone, silent), abs=1e-3)


def test_whoever_breaks_a_rule_is_restless() -> None:
    one, _, _ = settled(23, 4, 5)
    restless = set(np.flatnonzero(one.restless()).tolist())
    group = one.group[:23]
    single = {row for demand in one.problem.demands if demand.rule.startswith("no_isolate") for breach in demand.breaches(group) for row in breach.rows}
    assert single
    assert single <= restless
