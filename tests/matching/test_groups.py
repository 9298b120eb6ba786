from __future__ import annotations

from itertools import combinations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from matching.group_changes import Move, move_cost, move_costs, moved, swap_cost, swap_costs
from matching.group_rules import Partners, Rules, shape, values
from matching.groups import GroupPlan, peer_groups
from matching.participants import Attribute, Participants
from tests.examples import examples
from tests.matching.group_worlds import broken, divisions, people, planted, random_people

WASTE, WATER = ("works_on", "waste"), ("works_on", "water")
FEW = examples(12)


def sets(plan: GroupPlan, round_: int = 1) -> set[frozenset[str]]:
    return {frozenset(ids) for ids in plan.ids(round_)}


def rounds_of(plan: GroupPlan) -> list[tuple[tuple[str, ...], ...]]:
    return [plan.ids(round_ + 1) for round_ in range(len(plan.rounds))]


def violations(plan: GroupPlan) -> dict[str, int]:
    return {compliance.rule: len(compliance.violations) for compliance in plan.compliance if compliance.violations}


def worst(participants: Participants, rules: Rules, groups: list[tuple[str, ...]]) -> float:
    value = values(participants, rules)
    rows = [[participants.row(id_) for id_ in ids] for ids in groups]
    return min(float(np.mean([value[a, b] for a, b in combinations(group, 2)])) for group in rows)


# ── who belongs together ──────────────────────────────────────────────────────────────────────────────────────────────


def test_those_who_work_on_the_same_come_together() -> None:
    participants = people({"a": [WASTE], "b": [WATER], "c": [WASTE], "d": [WATER], "e": [WASTE], "f": [WATER]})
    assert sets(peer_groups(participants, number=2)) == {frozenset("ace"), frozenset("bdf")}


def test_those_who_offer_come_to_those_who_seek() -> None:
    participants = people({"a": [("seeks", "waste")], "b": [("offers", "waste")], "c": [("seeks", "water")], "d": [("offers", "water")]})
    plan = peer_groups(participants, Rules(similar=(), exchange=True), number=2)
    assert sets(plan) == {frozenset("ab"), frozenset("cd")}


def test_diverse_groups_mix_countries() -> None:
    participants = people("abcdef", country=dict(zip("abcdef", ("DE", "DE", "KE", "KE", "MX", "MX"), strict=True)))
    plan = peer_groups(participants, Rules(similar=(), diverse=(Attribute.COUNTRY,), exchange=False), number=2)
    assert plan.worst_score == 1.0
    assert all({participants.country[participants.row(id_)] for id_ in group} == {"DE", "KE", "MX"} for group in sets(plan))


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize(("n", "number"), [(6, 2), (6, 3), (7, 3), (8, 4)])
def test_of_all_divisions_the_one_with_the_best_worst_group_is_found(seed: int, n: int, number: int) -> None:
    participants, rules = random_people(seed, n), Rules(similar=(Attribute.SUBJECTS, Attribute.COUNTRY), fresh=False)
    sizes = sorted((n // number + (place < n % number) for place in range(number)), reverse=True)
    best = max(worst(participants, rules, groups) for groups in divisions(participants.ids, sizes))
    plan = peer_groups(participants, rules, number=number)
    assert plan.worst_score == pytest.approx(best)
    assert worst(participants, rules, list(plan.ids())) == pytest.approx(best)


@pytest.mark.parametrize("seed", range(4))
def test_of_all_divisions_one_with_the_fewest_broken_rules_is_found(seed: int) -> None:
    participants = random_people(seed, 8)
    isolation = (Attribute.LANGUAGE, Attribute.COUNTRY, Attribute.SUBJECTS)
    rules = Rules(apart=(("p0", "p1", "p2"),), together=(("p3", "p4"), ("p5", "p0")), partners=Partners.APART, no_isolate=isolation)
    least = min(broken(participants, rules, [groups]).total() for groups in divisions(participants.ids, [4, 4]))
    assert broken(participants, rules, rounds_of(peer_groups(participants, rules, number=2))).total() == least


# ── sizes ─────────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_sizes_differ_by_at_most_one() -> None:
    assert sorted(len(ids) for ids in peer_groups(random_people(0, 11), number=4).ids()) == [2, 3, 3, 3]


def test_bounds_choose_the_number_nearest_to_their_middle() -> None:
    form = shape(22, sizes=(4, 6))
    assert (form.groups, form.least, form.most) == (4, 5, 6)


def test_uneven_groups_may_follow_the_topics() -> None:
    participants = people({id_: [WASTE] for id_ in "abcde"} | {id_: [WATER] for id_ in "xy"})
    assert sets(peer_groups(participants, number=2, sizes=(2, 5), uneven=True)) == {frozenset("abcde"), frozenset("xy")}


@pytest.mark.parametrize(
    ("asked", "message"),
    [
        ({}, "either the number"),
        ({"number": 0}, "0 groups of 6"),
        ({"number": 7}, "7 groups of 6"),
        ({"sizes": (4, 5)}, "do not divide"),
        ({"sizes": (3, 2)}, "least <= most"),
        ({"number": 2, "rounds": 0}, "rounds is 0"),
    ],
)
def test_numbers_that_cannot_be_are_refused(asked: dict[str, object], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        peer_groups(people("abcdef"), **asked)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("rules", "message"),
    [
        ({"apart": (("a", "zz"),)}, "no participant 'zz'"),
        ({"pinned": {"a": 3}}, "pinned to group 3"),
        ({"pinned": {"a": 1, "b": 1, "c": 1, "d": 1}}, "4 are pinned to group 1"),
    ],
)
def test_rules_about_nobody_or_nowhere_are_refused(rules: dict[str, object], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        peer_groups(people("abcdef"), Rules(**rules), number=2)  # type: ignore[arg-type]


# ── rules ─────────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_must_together_is_transitive_and_wins_over_topics() -> None:
    participants = people({"a": [WASTE], "b": [WATER], "c": [WATER], "d": [WASTE], "e": [WASTE], "f": [WATER]})
    plan = peer_groups(participants, Rules(together=(("a", "b"), ("b", "c"))), number=2)
    assert frozenset("abc") in sets(plan)
    assert plan.kept


def test_pinned_members_are_where_they_were_put_and_take_those_bound_to_them_along() -> None:
    plan = peer_groups(random_people(3, 9), Rules(pinned={"p0": 3, "p1": 1}, together=(("p0", "p5"),)), number=3)
    assert {"p0", "p5"} <= set(plan.ids()[2])
    assert "p1" in plan.ids()[0]


@pytest.mark.parametrize("wish", list(Partners))
def test_partners_are_kept_together_or_apart(wish: Partners) -> None:
    participants = people({id_: [WASTE] for id_ in "abcdef"}, partners=[("a", "b"), ("c", "d"), ("e", "f")])
    groups = sets(peer_groups(participants, Rules(partners=wish), number=2 if wish is Partners.APART else 3))
    together = [any({a, b} <= group for group in groups) for a, b in ("ab", "cd", "ef")]
    assert together == [wish is Partners.TOGETHER] * 3


def test_nobody_is_the_only_one_of_a_language() -> None:
    languages = dict(zip("abcdefgh", (["fr"], ["de"], ["de"], ["fr"], ["de"], ["de"], ["de"], ["de"]), strict=True))
    participants = people({id_: [WASTE] if id_ in "abef" else [WATER] for id_ in "abcdefgh"}, languages=languages)
    plan = peer_groups(participants, Rules(no_isolate=(Attribute.LANGUAGE,)), number=2)
    assert any({"a", "d"} <= group for group in sets(plan))
    assert plan.kept


@pytest.mark.parametrize(("n", "groups"), [(12, 3), (24, 6), (25, 5), (40, 8)])
@pytest.mark.parametrize("seed", range(2))
def test_rules_that_can_be_kept_are_kept(n: int, groups: int, seed: int) -> None:
    participants, rules = planted(n, groups, seed)
    plan = peer_groups(participants, rules, number=groups, random_state=seed)
    assert violations(plan) == {}
    assert broken(participants, rules, rounds_of(plan)) == {}


@FEW
@given(seed=st.integers(0, 10_000), n=st.integers(5, 14), number=st.integers(1, 4), rounds=st.integers(1, 2), wish=st.sampled_from([None, *Partners]))
def test_every_broken_rule_is_told_and_no_other(seed: int, n: int, number: int, rounds: int, wish: Partners | None) -> None:
    rules = Rules(
        together=(("p0", "p1"), ("p1", "p2")),
        apart=(("p0", "p3", "p4"),),
        partners=wish,
        per_country=1 + seed % 3,
        balanced=(Attribute.SIZE, Attribute.COUNTRY, Attribute.DIRECTION),
        no_isolate=(Attribute.COUNTRY, Attribute.LANGUAGE, Attribute.SUBJECTS),
        common_language=True,
        pinned={"p3": 1},
    )
    participants = random_people(seed, n)
    plan = peer_groups(participants, rules, number=number, rounds=rounds, time_limit=0.05)
    assert violations(plan) == broken(participants, rules, rounds_of(plan))
    assert all(sorted(id_ for ids in groups for id_ in ids) == sorted(participants.ids) for groups in rounds_of(plan))
    sizes = [len(ids) for ids in plan.ids()]
    assert max(sizes) - min(sizes) <= 1


# ── rounds ────────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_nobody_meets_twice_in_several_rounds() -> None:
    participants = random_people(1, 16)
    rules = Rules()
    met = participants.met
    plan = peer_groups(participants, rules, number=4, rounds=3)
    assert len(met) > 0
    assert broken(participants, rules, rounds_of(plan)) == {}
    assert violations(plan) == {}


def test_who_met_at_an_earlier_event_is_not_put_together_again() -> None:
    participants = people({"a": [WASTE], "b": [WASTE], "c": [WATER], "d": [WATER]}, met=[("a", "b")])
    assert frozenset("ab") not in sets(peer_groups(participants, number=2))
    assert sets(peer_groups(participants, Rules(fresh=False), number=2)) == {frozenset("ab"), frozenset("cd")}


def test_those_who_must_be_together_may_meet_again() -> None:
    plan = peer_groups(people("abcdef"), Rules(together=(("a", "b"),)), number=3, rounds=2)
    assert plan.kept
    assert all(frozenset("ab") in sets(plan, round_) for round_ in (1, 2))


# ── the same again ────────────────────────────────────────────────────────────────────────────────────────────────────


@FEW
@given(seed=st.integers(0, 10_000), shuffle=st.randoms(use_true_random=False))
def test_neither_order_nor_ids_matter(seed: int, shuffle: object) -> None:
    participants = random_people(seed, 9)
    rules = Rules(apart=(("p0", "p1"),), per_country=2)
    order = list(range(9))
    shuffle.shuffle(order)  # type: ignore[attr-defined]
    moved = participants.reordered(np.array(order))
    renamed = Participants(**{**vars_of(moved), "ids": tuple(f"x{10 - int(id_[1:])}" for id_ in moved.ids)})
    plan = peer_groups(participants, rules, number=3)
    assert peer_groups(moved, rules, number=3).ids() == plan.ids()
    other = peer_groups(renamed, Rules(apart=(("x10", "x9"),), per_country=2), number=3)
    assert tuple(tuple(f"p{10 - int(id_[1:])}" for id_ in ids) for ids in other.ids()) == plan.ids()


def vars_of(participants: Participants) -> dict[str, object]:
    return {name: getattr(participants, name) for name in participants.__dataclass_fields__}


def test_the_same_seed_gives_the_same_plan() -> None:
    participants, rules = planted(24, 6, 5)
    first, second = (peer_groups(participants, rules, number=6, random_state=7) for _ in range(2))
    assert first == second
    assert not first.cut_short


def test_a_time_limit_ends_the_search_and_is_told() -> None:
    plan = peer_groups(random_people(0, 60), number=10, time_limit=0.02)
    assert plan.cut_short
    assert sorted(len(ids) for ids in plan.ids()) == [6] * 10


# ── when it cannot be ─────────────────────────────────────────────────────────────────────────────────────────────────


def test_too_many_of_a_country_name_the_number_to_allow() -> None:
    participants = people("abcdef", country=dict.fromkeys("abcd", "DE") | dict.fromkeys("ef", "KE"))
    plan = peer_groups(participants, Rules(per_country=1), number=2)
    assert not plan.kept
    assert [(one.rule, one.value) for one in plan.relaxations] == [("per_country", 2)]
    assert plan.relaxations[0].text("de") == "Bis zu 2 aus einem Land je Gruppe zulassen."


def test_of_two_rules_that_clash_the_one_with_fewer_exceptions_is_named_first() -> None:
    rules = Rules(together=(("a", "b", "c"),), apart=(("a", "b"),))
    plan = peer_groups(people("abcdef"), rules, number=2)
    assert [(one.rule, one.exceptions) for one in plan.relaxations] == [("apart", 1), ("together", 2)]
    assert plan.relaxations[0].text("en") == "Make an exception for 1 pair: be apart."


# ── changes by hand ───────────────────────────────────────────────────────────────────────────────────────────────────


@FEW
@given(seed=st.integers(0, 10_000), a=st.integers(0, 11), b=st.integers(0, 11))
def test_a_swap_costs_what_planning_it_would_show(seed: int, a: int, b: int) -> None:
    participants = random_people(seed, 12)
    rules = Rules(apart=(("p0", "p1", "p2"),), per_country=2, no_isolate=(Attribute.LANGUAGE,), balanced=(Attribute.SIZE,), common_language=True)
    plan = peer_groups(participants, rules, number=4, time_limit=0.05)
    cost = swap_cost(plan, f"p{a}", f"p{b}")
    turned = {f"p{a}": f"p{b}", f"p{b}": f"p{a}"}
    after = [tuple(turned.get(id_, id_) for id_ in ids) for ids in plan.ids()]
    assert cost.worst_score == pytest.approx((plan.worst_score, worst(participants, rules, after)))
    difference = broken(participants, rules, [after]).total() - broken(participants, rules, rounds_of(plan)).total()
    assert len(cost.broken) - len(cost.mended) == difference


def test_a_move_tells_sizes_and_pins_it_would_break() -> None:
    participants = people({"a": [WASTE], "b": [WASTE], "c": [WATER], "d": [WATER]})
    plan = peer_groups(participants, Rules(pinned={"a": 1}), number=2)
    cost = move_cost(plan, "a", 2)
    assert {violation.rule for violation in cost.broken} == {"size", "pinned"}
    assert cost.scores[1] == (0.5, 0.0)
    assert cost.scores[2][0] == 0.5
    assert cost.scores[2][1] == pytest.approx(0.5 / 3)
    with pytest.raises(ValueError, match="no group 3"):
        move_cost(plan, "a", 3)
    with pytest.raises(ValueError, match="no round 2"):
        swap_cost(plan, "a", "b", round_=2)


def test_moves_by_hand_are_judged_like_a_plan() -> None:
    participants = people({"a": [WASTE], "b": [WASTE], "c": [WATER], "d": [WATER]})
    plan = peer_groups(participants, Rules(apart=(("a", "c"),)), number=2)
    own = next(number for number, ids in enumerate(plan.ids(), start=1) if "a" in ids)
    after = moved(plan, [Move(id="a", group=3 - own), Move(id="c", group=own), Move(id="a", group=own), Move(id="b", group=3 - own)])
    assert sets(after) == {frozenset("ac"), frozenset("bd")}
    assert (after.worst_score, after.kept, violations(after)) == (0.0, False, {"apart": 1})
    assert sets(plan) == {frozenset("ab"), frozenset("cd")}
    with pytest.raises(ValueError, match=f"nobody is left in group {own} of round 1"):
        moved(plan, [Move(id="a", group=3 - own), Move(id="b", group=3 - own)])
    with pytest.raises(ValueError, match="no participant 'x'"):
        moved(plan, [Move(id="x", group=1)])


def test_all_moves_and_swaps_of_one_are_told_the_best_swap_first() -> None:
    participants = people({"a": [WASTE], "b": [WASTE], "c": [WASTE], "d": [WATER], "e": [WATER], "f": [WATER]})
    plan = moved(peer_groups(participants, number=2), [])
    own = next(number for number, ids in enumerate(plan.ids(), start=1) if "a" in ids)
    mixed = moved(plan, [Move(id="a", group=3 - own), Move(id="d", group=own)])
    assert list(move_costs(mixed, "a")) == [own]
    swaps = swap_costs(mixed, "a", own)
    assert next(iter(swaps)) == "d"
    assert (swaps["d"], swaps["b"]) == (swap_cost(mixed, "a", "d"), swap_cost(mixed, "a", "b"))
