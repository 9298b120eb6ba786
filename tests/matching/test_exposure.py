"""How evenly suggestions are spread, and who is never suggested."""

from __future__ import annotations

import pytest

from matching.exposure import Exposure, exposure
from matching.partners import FAIR, PartnerMatcher
from tests.matching.small_worlds import world

WASTE = "topic:waste"


def test_who_is_suggested_to_how_many_and_who_to_nobody():
    focuses = [*((seeker, WASTE, "seeks", 1) for seeker in "st"), ("b", WASTE, "offers", 1)]
    matcher = PartnerMatcher().fit(world(southern=("s", "t", "u"), others=("p",), focuses=focuses))
    found = exposure(matcher, ["s", "t", "u"], 1)
    assert (found.seekers, list(found.shown.items())) == (3, [("b", 2), ("a", 1), ("c", 0)])
    assert (found.never, found.gini) == (("c",), pytest.approx(4 / 9))
    assert exposure(matcher, ["s", "t"], 3).gini == 0


def test_nobody_that_a_rule_leaves_out_counts_as_never_suggested():
    matcher = PartnerMatcher().fit(world(southern=("s",), others=("p",), seeking=[0, -1, -1, -1, -1]))
    found = exposure(matcher, ["s", "p"], 1, exclude={"s": {"opted_out": ("b",)}})
    assert (found.seekers, dict(found.shown)) == (1, {"c": 1})


def test_fair_weights_spread_suggestions():
    ties = [("a", place) for place in "pqr"]
    matcher = PartnerMatcher().fit(world(southern=("s",), others=("p", "q", "r"), ties=ties, population=[3e6, 1e5, 2e4, 1e5, 10, 10, 10]))
    assert exposure(matcher, ["s"], 1).shown == {"a": 1, "b": 0, "c": 0}
    assert exposure(matcher, ["s"], 1, weights=FAIR).shown == {"b": 1, "a": 0, "c": 0}


def test_nobody_shown_is_no_spread():
    assert Exposure(seekers=0, shown={}).gini == 0
