import dataclasses
import itertools

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from matching.optimum import Linear
from matching.pairs import Pairs, Quota
from matching.plan import Variant, phase_plan
from matching.plan_reasons import TEXTS, say
from matching.profile import LANGUAGES
from tests.examples import examples


def pairs(*rows, groups=()):
    """Pairs from rows such as `("a", "x", 0.9, 0.8)`."""
    left, right, fit_left, fit_right = zip(*rows, strict=True) if rows else ((), (), (), ())
    return Pairs(
        left=tuple(left),
        right=tuple(right),
        fit_left=np.array(fit_left, dtype=float),
        fit_right=np.array(fit_right, dtype=float),
        groups=tuple(map(frozenset, groups)),
    )


def chosen(plan):
    return sorted((choice.left, choice.right) for choice in plan.choices)


def summary(plan, variant=None):
    return plan.comparison[list(Variant).index(variant or plan.variant)]


LOVERS = pairs(("a", "x", 0.9, 0.9), ("a", "y", 0.8, 0.8), ("b", "x", 0.8, 0.8), ("b", "y", 0.1, 0.1))


def test_the_variants_differ_where_two_would_rather_work_with_each_other():
    largest = phase_plan(LOVERS, places=2)
    assert chosen(largest) == [("a", "y"), ("b", "x")]
    assert [(block.left, block.right, block.instead_of, block.barred_by) for block in largest.blocking] == [("a", "x", (("a", "y"), ("b", "x")), ())]
    stable = phase_plan(LOVERS, places=2, variant=Variant.STABLE)
    assert (chosen(stable), stable.blocking) == ([("a", "x"), ("b", "y")], ())
    assert chosen(phase_plan(LOVERS, places=2, variant=Variant.FAIR)) == [("a", "y"), ("b", "x")]
    assert [(one.variant, one.chosen, one.total, one.minimum, one.blocking, one.proven) for one in largest.comparison] == [
        ("maximum", 2, 1.6, 0.8, 1, True),
        ("stable", 2, 1.0, 0.1, 0, True),
        ("fair", 2, 1.6, 0.8, 1, True),
    ]
    assert largest.comparison == stable.comparison


def test_a_fair_plan_gives_up_total_for_the_weakest_side():
    uneven = pairs(("a", "x", 1.0, 0.2), ("a", "y", 0.5, 0.5), ("b", "x", 0.5, 0.5), ("b", "y", 1.0, 0.2))
    assert summary(phase_plan(uneven, places=2)).minimum == 0.2
    fair = summary(phase_plan(uneven, places=2, variant=Variant.FAIR))
    assert (fair.minimum, fair.total, fair.mean_left, fair.mean_right) == (0.5, 1.0, 0.5, 0.5)


def test_the_fair_plan_finds_the_highest_bar_of_many():
    steps = pairs(("a", "v", 1.0, 0.1), ("b", "w", 0.88, 0.2), ("c", "x", 0.76, 0.3), ("d", "y", 0.64, 0.4), ("e", "z", 0.45, 0.45))
    assert chosen(phase_plan(steps, places=1)) == [("a", "v")]
    assert chosen(phase_plan(steps, places=1, variant=Variant.FAIR)) == [("e", "z")]


def test_a_full_phase_takes_the_best_and_names_who_comes_next():
    plan = phase_plan(pairs(("a", "x", 0.9, 0.9), ("b", "y", 0.8, 0.8), ("c", "z", 0.7, 0.7), ("a", "z", 0.6, 0.6)), places=2)
    assert chosen(plan) == [("a", "x"), ("b", "y")]
    assert plan.alternates == (("c", "z"), ("a", "z"))
    assert [choice.alternates for choice in plan.choices] == [(("c", "z"), ("a", "z")), (("c", "z"),)]
    assert plan.blocking == ()


def test_a_municipality_takes_as_many_as_it_can():
    both = pairs(("a", "x", 0.9, 0.9), ("a", "y", 0.8, 0.8), ("b", "x", 0.7, 0.7))
    assert chosen(phase_plan(both, places=3, capacities={"a": 2})) == [("a", "x"), ("a", "y")]
    assert chosen(phase_plan(both, places=3, capacities={"x": 2, "a": 2}, variant=Variant.STABLE)) == [("a", "x"), ("a", "y"), ("b", "x")]
    assert phase_plan(both, places=3, capacities={"a": 0, "b": 0}).choices == ()


QUOTED = pairs(
    ("a", "x", 0.9, 0.9), ("b", "y", 0.8, 0.8), ("c", "z", 0.3, 0.3), groups=[["region:Africa", "goal:11"], ["region:Africa"], ["region:Asia", "goal:11"]]
)


def test_quotas_are_kept_and_reported():
    plan = phase_plan(QUOTED, places=2, quotas=[Quota(group="region:Asia", minimum=1, label="Asien"), Quota(group="goal:11", minimum=1, maximum=2)])
    assert chosen(plan) == [("a", "x"), ("c", "z")]
    assert [(quota.group, quota.count, quota.met) for quota in plan.quotas] == [("goal:11", 2, True), ("region:Asia", 1, True)]
    assert say(plan.quotas[1].reason, "de") == "Asien: 1 Partnerschaft, vorgesehen sind mindestens 1."
    assert [choice.alternates for choice in plan.choices] == [(("b", "y"),), ()]
    assert all(one.quotas_met == 2 for one in plan.comparison)


def test_a_quota_that_stands_against_a_blocking_pair_is_named():
    rows = pairs(("a", "x", 0.9, 0.9), ("a", "y", 0.2, 0.2), groups=[["rich"], ["poor"]])
    plan = phase_plan(rows, places=1, quotas=[Quota(group="poor", minimum=1)], variant=Variant.STABLE)
    assert chosen(plan) == [("a", "y")]
    assert [(block.left, block.right, block.barred_by) for block in plan.blocking] == [("a", "x", ("poor",))]
    assert (summary(plan).blocking, summary(plan).barred) == (1, 1)


def test_quotas_that_contradict_each_other_are_named_with_the_cheapest_way_out():
    quotas = [Quota(group="region:Asia", minimum=3), Quota(group="region:Africa", maximum=1), Quota(group="goal:11", minimum=1)]
    plan = phase_plan(QUOTED, places=2, quotas=quotas)
    assert [(bound.group, bound.bound, bound.asked, bound.possible) for bound in plan.infeasible.conflict] == [("region:Asia", "minimum", 3, 1)]
    assert plan.infeasible.relax == plan.infeasible.conflict
    assert plan.infeasible.places is None
    assert chosen(plan) == [("a", "x"), ("c", "z")]
    assert [quota.met for quota in plan.quotas] == [True, True, False]


def test_more_places_are_a_way_out_too():
    plan = phase_plan(QUOTED, places=1, quotas=[Quota(group="region:Asia", minimum=1), Quota(group="region:Africa", minimum=2)])
    assert [bound.group for bound in plan.infeasible.conflict] in (["region:Africa"], ["region:Africa", "region:Asia"])
    assert plan.infeasible.places == 3
    assert sum(bound.asked - bound.possible for bound in plan.infeasible.relax) == 2
    assert say(plan.infeasible.reason).endswith("With 3 places they could.")


def test_no_pairs_no_places_no_plan():
    assert phase_plan(pairs(), places=5).choices == ()
    assert phase_plan(LOVERS, places=0, variant=Variant.FAIR).choices == ()
    nothing = phase_plan(pairs(), places=5, quotas=[Quota(group="g", minimum=1)])
    assert [(bound.group, bound.possible) for bound in nothing.infeasible.relax] == [("g", 0)]
    assert summary(nothing).minimum is None


def test_what_makes_no_sense_is_refused():
    with pytest.raises(ValueError, match="'a' stands on both sides"):
        pairs(("a", "b", 1, 1), ("c", "a", 1, 1))
    with pytest.raises(ValueError, match="once only"):
        pairs(("a", "b", 1, 1), ("a", "b", 1, 1))
    with pytest.raises(ValueError, match="fit_left must be from 0 to 1"):
        pairs(("a", "b", float("nan"), 1))
    with pytest.raises(ValueError, match="3 to 2; needed is"):
        Quota(group="g", minimum=3, maximum=2)
    with pytest.raises(ValueError, match="one quota only"):
        phase_plan(LOVERS, places=1, quotas=[Quota(group="g"), Quota(group="g")])
    with pytest.raises(ValueError, match="places is -1"):
        phase_plan(LOVERS, places=-1)


def test_every_text_reads_in_every_language_with_the_same_facts():
    for key, texts in TEXTS.items():
        assert set(texts) == set(LANGUAGES), key
        names = {language: {part.split("}")[0].split(":")[0] for part in text.split("{")[1:]} for language, text in texts.items()}
        assert all(found == names["en"] for found in names.values()), key
    assert not [text for texts in TEXTS.values() for text in texts.values() if any(mark in text for mark in ("(s)", "(e", "(n)"))]
    names = {"a": "Bonn", "x": "Kumasi", "y": "Cali", "b": "Kiel"}
    plan = phase_plan(LOVERS, places=2, names=names)
    assert say(plan.choices[0].reason, "de") == "Passung für Bonn: 80 %, für Cali: 80 %."
    assert say(plan.blocking[0].reason).endswith("(90 % and 90 %), giving up: Bonn – Cali, Kiel – Kumasi.")
    assert say(summary(plan).reason).startswith("Largest total fit: 2 partnerships, total 1.60, weakest side 80 %")
    with pytest.raises(ValueError, match="no language 'xx'"):
        say(plan.choices[0].reason, "xx")


def test_a_programme_that_nothing_can_meet_has_no_answer():
    linear = Linear(2)
    linear.row([0, 1], lower=3)
    assert linear.maximise(np.ones(2)) is None
    empty = Linear(0)
    empty.row([], lower=1)
    assert empty.maximise(np.empty(0)) is None


# ── tiny worlds, against all plans there are ─────────────────────────────────────────────────────────────────────────

FITS = (0.0, 0.25, 0.5, 0.75, 1.0)


@st.composite
def worlds(draw):
    lefts, rights = "abc"[: draw(st.integers(1, 3))], "xyz"[: draw(st.integers(1, 3))]
    all_pairs = list(itertools.product(lefts, rights))
    kept = draw(st.lists(st.sampled_from(all_pairs), min_size=1, max_size=8, unique=True))
    fit = st.sampled_from(FITS)
    rows = [(left, right, draw(fit), draw(fit)) for left, right in kept]
    groups = [draw(st.sets(st.sampled_from(("g", "h")))) for _ in kept]
    capacities = {name: draw(st.integers(0, 2)) for name in draw(st.sets(st.sampled_from([*lefts, *rights])))}
    bound = st.integers(0, 3)
    quotas = [Quota(group=group, minimum=low, maximum=low + draw(bound) if draw(st.booleans()) else None) for group in ("g", "h") for low in [draw(bound)]]
    return rows, groups, capacities, draw(st.integers(0, 4)), draw(st.sampled_from(([], quotas[:1], quotas)))


def all_plans(rows, groups, capacities, places, quotas):
    """Every set of rows that is allowed, as tuples of places."""
    for size in range(min(places, len(rows)) + 1):
        for plan in itertools.combinations(range(len(rows)), size):
            loads = [sum(rows[row][side] == name for row in plan) - capacities.get(name, 1) for side in (0, 1) for name in {row[side] for row in rows}]
            counts = [(sum(quota.group in groups[row] for row in plan), quota) for quota in quotas]
            if max(loads) <= 0 and all(quota.minimum <= count <= (99 if quota.maximum is None else quota.maximum) for count, quota in counts):
                yield plan


def joins(rows, capacities, places, plan):
    """Rows that block a plan, straight from the definition: every way in which each end gives up at most one partnership that is worth less to it."""
    found = []
    for new in set(range(len(rows))) - set(plan):
        ways = []
        for side in (0, 1):
            own = [row for row in plan if rows[row][side] == rows[new][side]]
            worse = [row for row in own if rows[row][2 + side] < rows[new][2 + side]]
            ways.append([*worse, *([None] if len(own) < capacities.get(rows[new][side], 1) and rows[new][2 + side] > 0 else [])])
        if any(len(set(plan) - {one, other}) + 1 <= places for one, other in itertools.product(*ways)):
            found.append(new)
    return found


def total(rows, plan):
    return round(sum((rows[row][2] + rows[row][3]) / 2 for row in plan), 6)


def weakest(rows, plan):
    return min((min(rows[row][2:]) for row in plan), default=1.0)


@examples(60)
@given(worlds())
def test_every_variant_is_the_best_of_all_plans(world):
    rows, groups, capacities, places, quotas = world
    plans = list(all_plans(*world))
    answers = {variant: phase_plan(pairs(*rows, groups=groups), places=places, quotas=quotas, capacities=capacities, variant=variant) for variant in Variant}
    taken = {
        variant: tuple(sorted([row[:2] for row in rows].index((choice.left, choice.right)) for choice in plan.choices)) for variant, plan in answers.items()
    }
    for variant, plan in answers.items():
        blocks = {rows[row][:2] for row in joins(rows, capacities, places, taken[variant])}
        assert {(block.left, block.right) for block in plan.blocking} == blocks
        assert (plan.infeasible is None) == bool(plans)
        assert summary(plan).blocking == len(blocks)
    if not plans:
        return
    assert all(plan in plans for plan in taken.values())
    best = max(total(rows, plan) for plan in plans)
    assert total(rows, taken[Variant.MAXIMUM]) == best
    same_size = [plan for plan in plans if len(plan) == len(taken[Variant.MAXIMUM])]
    assert (weakest(rows, taken[Variant.FAIR]), total(rows, taken[Variant.FAIR])) == max((weakest(rows, plan), total(rows, plan)) for plan in same_size)
    fewest = min(len(joins(rows, capacities, places, plan)) for plan in plans)
    assert len(joins(rows, capacities, places, taken[Variant.STABLE])) == fewest


@examples(40)
@given(worlds())
def test_the_cheapest_way_out_is_the_cheapest(world):
    rows, groups, capacities, places, quotas = world
    plan = phase_plan(pairs(*rows, groups=groups), places=places, quotas=quotas, capacities=capacities)
    if plan.infeasible is None:
        return

    def missing(found):
        counts = [(sum(quota.group in groups[row] for row in found), quota) for quota in quotas]
        return sum(max(quota.minimum - count, 0) + max(count - (99 if quota.maximum is None else quota.maximum), 0) for count, quota in counts)

    least = min(missing(found) for found in all_plans(rows, groups, capacities, places, []))
    assert sum(abs(bound.asked - bound.possible) for bound in plan.infeasible.relax) == least
    bounds = [(bound.group, bound.bound) for bound in plan.infeasible.conflict]

    def kept(left_out):
        asked = [bound for bound in bounds if bound != left_out]
        changed = [
            dataclasses.replace(
                quota, minimum=quota.minimum if (quota.group, "minimum") in asked else 0, maximum=quota.maximum if (quota.group, "maximum") in asked else None
            )
            for quota in quotas
        ]
        return any(True for _ in all_plans(rows, groups, capacities, places, changed))

    assert not kept(None)
    assert all(kept(bound) for bound in bounds)


@examples(25)
@given(worlds(), st.randoms(use_true_random=False), st.sampled_from(Variant))
def test_neither_the_order_of_the_input_nor_the_ids_change_the_answer(world, random, variant):
    rows, groups, capacities, places, quotas = world
    order = list(range(len(rows)))
    random.shuffle(order)
    turned = pairs(*((f"p{rows[row][0]}", f"q{rows[row][1]}", *rows[row][2:]) for row in order), groups=[groups[row] for row in order])
    renamed = {("p" if name in "abc" else "q") + name: count for name, count in capacities.items()}
    one = phase_plan(pairs(*rows, groups=groups), places=places, quotas=quotas, capacities=capacities, variant=variant)
    other = phase_plan(turned, places=places, quotas=quotas[::-1], capacities=renamed, variant=variant)
    assert [(f"p{left}", f"q{right}") for left, right in chosen(one)] == chosen(other)
    assert [(f"p{left}", f"q{right}") for left, right in one.alternates] == list(other.alternates)
    assert one.comparison == other.comparison
    assert [quota.count for quota in one.quotas] == [quota.count for quota in other.quotas]


def random_market(seed, size, width):
    random = np.random.default_rng(seed)
    rows = [(f"a{left:04}", f"x{right:04}", *random.uniform(0.05, 1, 2)) for left in range(size) for right in random.choice(size, width, replace=False)]
    return rows, [[f"g{random.integers(3)}"] for _ in rows]


@pytest.mark.parametrize("seed", range(3))
def test_a_larger_stable_plan_has_no_blocking_pair_where_there_is_room(seed):
    rows, groups = random_market(seed, 60, 6)
    capacities = {row[0]: 1 + index % 3 for index, row in enumerate(rows)}
    plan = phase_plan(pairs(*rows, groups=groups), places=500, capacities=capacities, variant=Variant.STABLE)
    taken = [[row[:2] for row in rows].index((choice.left, choice.right)) for choice in plan.choices]
    assert joins(rows, capacities, 500, taken) == []
    assert summary(plan).proven


def test_a_larger_market_under_quotas_and_few_places_comes_near_stability():
    rows, groups = random_market(7, 60, 6)
    quotas = [Quota(group="g0", minimum=12), Quota(group="g1", maximum=5)]
    plan = phase_plan(pairs(*rows, groups=groups), places=25, quotas=quotas, variant=Variant.STABLE)
    taken = [[row[:2] for row in rows].index((choice.left, choice.right)) for choice in plan.choices]
    assert len(joins(rows, {}, 25, taken)) == len(plan.blocking) == summary(plan).blocking
    assert all(quota.met for quota in plan.quotas)
    assert summary(plan).blocking < summary(plan, Variant.MAXIMUM).blocking
