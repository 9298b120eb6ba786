import pytest

from matching.evaluation import evaluate, ranks
from tests.matching.small_worlds import world


def test_the_true_partner_is_ranked_with_its_tie_hidden_and_other_partners_left_out():
    profiles = world(german=("a", "b", "c"), population=[10000, 11000, 20, 10000], ties=[("a", "s"), ("b", "s")], capacity=[0, 0, 0, 0])
    assert ranks(profiles, [("s", "a"), ("s", "b")]) == [1, 1]
    assert ranks(profiles, [("s", "c")]) == [1]


def test_hiding_leaves_no_trace():
    with_ties = world(ties=[("a", "s"), ("b", "t")], southern=("s", "t"))
    without = world(southern=("s", "t"))
    pairs = [("s", "a"), ("t", "b")]
    assert ranks(with_ties, pairs) == ranks(without, pairs)


def test_what_cannot_be_ranked_counts_as_a_miss():
    result = evaluate(world(others=("p",)), [("s", "a"), ("s", "p"), ("s", "nowhere"), ("gone", "a")])
    assert (result.pairs, result.unranked, result.median_rank) == (4, 3, 1)
    assert result.mrr == pytest.approx(0.25)
