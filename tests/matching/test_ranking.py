import numpy as np
import pytest

from matching.facets import FACETS
from matching.ranking import NEEDS, OFFERS, Ranking
from matching.weights import Weights, default_weights


def ranking(columns, weight, neutral=0.5):
    table = np.full((len(next(iter(columns.values()))), len(FACETS)), np.nan)
    for name, values in columns.items():
        table[:, FACETS.index(name)] = values
    weights = Weights(weight={name: weight.get(name, 0.0) for name in FACETS}, neutral=dict.fromkeys(FACETS, neutral))
    return Ranking(rows=np.arange(len(table)), table=table, weights=weights)


def test_the_two_benefits_enter_by_their_harmonic_mean():
    result = ranking({"needs": [1.0, 0.5, 0.0], "offers": [0.2, 0.5, 1.0]}, {"needs": 1, "offers": 1})
    assert result.scores == pytest.approx([1 / 3, 0.5, 0])
    assert result.shares(1)[[NEEDS, OFFERS]] == pytest.approx([0.25, 0.25])


def test_one_benefit_that_nobody_knows_leaves_the_other_as_it_is():
    assert ranking({"needs": [1.0, 0.5]}, {"needs": 1, "offers": 1}).scores == pytest.approx([1, 0.5])


def test_rank_ranges_are_those_of_trying_every_moved_weight():
    random = np.random.default_rng(1)
    result = ranking({name: random.random(200) for name in ("size", "place", "openness", "circle")}, {"size": 3, "place": 2, "openness": 1, "circle": 1})
    places = result.first(10, np.arange(200))
    ranks = []
    for facet in ("size", "place", "openness", "circle"):
        for factor in (0.75, 1, 1.25):
            moved = np.array([result.weights.weight[name] * (factor if name == facet else 1) for name in FACETS])
            scores = result.parts @ (moved / moved.sum())
            ranks.append([1 + int((scores > scores[place] + 1e-9).sum()) for place in places])
    assert result.rank_ranges(places) == list(zip(np.min(ranks, axis=0).tolist(), np.max(ranks, axis=0).tolist(), strict=True))


def test_equal_scores_come_in_the_order_of_the_tiebreak():
    result = ranking({"size": [0.5, 0.9, 0.5, 0.5]}, {"size": 1})
    assert result.first(3, np.array([3, 2, 1, 0])).tolist() == [1, 3, 2]


def test_default_weights_cover_every_facet_and_refuse_what_is_wrong():
    weights = default_weights()
    assert tuple(weights.weight) == FACETS == tuple(weights.neutral)
    assert all(weight >= 0 for weight in weights.weight.values())
    assert all(0 <= score <= 1 for score in weights.neutral.values())
    with pytest.raises(ValueError, match="weight of size is -1, allowed are numbers from 0"):
        weights.changed({"size": -1})
    with pytest.raises(ValueError, match="every weight is 0"):
        weights.changed(dict.fromkeys(FACETS, 0.0))
    assert weights.changed({"size": 0.5}).version != weights.version
