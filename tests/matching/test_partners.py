import numpy as np
import pytest

from matching.partners import PartnerMatcher
from tests.matching.small_worlds import world


def ids(profiles, seeker="s", **options):
    return [candidate.id for candidate in PartnerMatcher().fit(profiles).candidates(seeker, **options).candidates]


def test_whoever_offers_what_is_sought_comes_first():
    focuses = [("s", "target:11.6", "seeks", 1), ("a", "target:13.1", "offers", 1), ("b", "target:11.6", "offers", 1), ("c", "target:11.7", "offers", 1)]
    assert ids(world(focuses=focuses)) == ["b", "c", "a"]


def test_one_who_only_gains_loses_against_one_with_whom_both_gain():
    focuses = [
        ("s", "target:11.6", "seeks", 1),
        ("s", "target:13.1", "offers", 1),
        ("a", "target:11.6", "offers", 1),
        ("a", "target:12.5", "seeks", 1),
        ("b", "target:11.6", "offers", 0.6),
        ("b", "target:13.1", "seeks", 0.6),
    ]
    first, second = PartnerMatcher().fit(world(german=("a", "b"), focuses=focuses)).candidates("s").candidates
    assert (first.id, first.seeker_benefit, first.candidate_benefit) == ("b", 0.6, 1.0)
    assert (second.id, second.seeker_benefit, second.candidate_benefit) == ("a", 1.0, 0.0)


def test_a_southern_seeker_gets_german_candidates_and_a_german_one_southern():
    profiles = world(german=("a", "b"), southern=("s", "t"), others=("p",))
    assert set(ids(profiles)) == {"a", "b"}
    assert set(ids(profiles, "a")) == {"s", "t"}


def test_every_exclusion_is_counted_under_its_rule_once():
    profiles = world(
        german=("a", "b", "c", "d", "e", "f"),
        southern=("s", "t"),
        others=("p",),
        ties=[("a", "s")],
        seeking=[0, 0, -1, -1, 1, -1, -1, -1, -1],
        capacity=[np.nan, 0, 0, np.nan, np.nan, 3, np.nan, np.nan, np.nan],
    )
    keep = np.array([id_ != "f" for id_ in profiles.ids])
    answer = PartnerMatcher().fit(profiles).candidates("s", keep=keep, exclude={"dismissed": ["d", "gone"], "opted_out": []})
    assert [candidate.id for candidate in answer.candidates] == ["e"]
    assert answer.considered == 1
    assert answer.excluded == {"no_german_side": 2, "already_partnered": 1, "dismissed": 1, "not_seeking": 1, "no_capacity": 1, "filtered": 1}
    german = PartnerMatcher().fit(profiles).candidates("b")
    assert german.excluded == {"same_country": 5, "not_oda_eligible": 1}


def test_shares_add_up_to_the_score():
    profiles = world(others=("p",), population=[1000, 2000, 3000, 1500, 10], ties=[("a", "p"), ("s", "p")])
    for candidate in PartnerMatcher().fit(profiles).candidates("s").candidates:
        assert sum(facet.share for facet in candidate.facets) == pytest.approx(candidate.score, abs=1e-8)
        assert sum(facet.weight for facet in candidate.facets) == pytest.approx(1)


def test_an_unknown_municipality_weight_or_rule_is_refused():
    matcher = PartnerMatcher().fit(world())
    with pytest.raises(ValueError, match="no municipality 'x'"):
        matcher.candidates("x")
    with pytest.raises(ValueError, match="no facet 'beauty'; allowed are needs"):
        matcher.candidates("s", weights={"beauty": 1})
    with pytest.raises(ValueError, match="no rule 'ugly'"):
        matcher.candidates("s", exclude={"ugly": ["a"]})


def test_when_nobody_fits_the_cheapest_way_out_is_named():
    profiles = world(german=("a", "b"), seeking=[0, 0, -1], capacity=[np.nan, 0, np.nan])
    unmet = PartnerMatcher().fit(profiles).candidates("s").unmet
    assert unmet is not None
    assert (unmet.reason, unmet.relax, unmet.gain) == ("relax", ("not_seeking",), 1)
    outsider = PartnerMatcher().fit(world(others=("p",))).candidates("p").unmet
    assert outsider is not None
    assert outsider.reason == "not_eligible"
