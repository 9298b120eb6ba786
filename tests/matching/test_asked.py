"""What a seeker writes counts for one question: as much as a focus, with reasons of its own, and leaves nothing behind."""

from __future__ import annotations

import pytest

from matching.asked import Asked
from matching.partners import PartnerMatcher
from tests.matching.small_worlds import world

WASTE, PARKS = "topic:waste", "topic:parks"


def ranked(matcher, **options):
    return [candidate.id for candidate in matcher.candidates("s", **options).candidates]


def facet(candidate, name):
    return next(facet for facet in candidate.facets if facet.name == name)


def test_whoever_offers_what_was_written_comes_first():
    matcher = PartnerMatcher().fit(world(german=("a", "b"), focuses=[("a", PARKS, "offers", 1), ("b", WASTE, "offers", 1)]))
    assert ranked(matcher) == ["a", "b"]
    first, second = matcher.candidates("s", asked=Asked(needs={WASTE: 1.0})).candidates
    assert [(first.id, first.seeker_benefit), (second.id, second.seeker_benefit)] == [("b", 1.0), ("a", 0.0)]


def test_whoever_seeks_what_was_written_gains():
    matcher = PartnerMatcher().fit(world(german=("a", "b"), focuses=[("a", PARKS, "seeks", 1), ("b", WASTE, "seeks", 1)]))
    first, second = matcher.candidates("s", asked=Asked(offers={WASTE: 0.5})).candidates
    assert [(first.id, first.candidate_benefit), (second.id, second.candidate_benefit)] == [("b", 0.5), ("a", 0.0)]
    reason = facet(first, "offers").reason
    assert (reason.key, reason.nodes) == ("offers.asked", (WASTE,))
    assert matcher.text(reason, "fr") == "Recherche ce que vous avez décrit comme offre : waste."


def test_needs_that_were_written_count_as_much_as_all_on_record():
    focuses = [("s", "target:13.1", "seeks", 0.6), ("s", "target:11.7", "seeks", 0.6), ("a", "target:13.1", "offers", 1), ("b", WASTE, "offers", 1)]
    matcher = PartnerMatcher().fit(world(german=("a", "b"), focuses=focuses))
    assert ranked(matcher) == ["a", "b"]
    first, second = matcher.candidates("s", asked=Asked(needs={WASTE: 0.3})).candidates
    assert [(first.id, first.seeker_benefit), (second.id, second.seeker_benefit)] == [("b", 0.5), ("a", 0.25)]


def test_what_was_written_adds_to_what_is_recorded():
    matcher = PartnerMatcher().fit(world(german=("a",), focuses=[("s", WASTE, "seeks", 0.5), ("a", WASTE, "offers", 1)]))
    [candidate] = matcher.candidates("s", asked=Asked(needs={WASTE: 0.5, PARKS: 0.5})).candidates
    assert candidate.seeker_benefit == pytest.approx(0.75)
    [other] = PartnerMatcher().fit(world(german=("a",), focuses=[("s", PARKS, "offers", 0.4), ("a", PARKS, "seeks", 1)])).candidates(
        "s", asked=Asked(offers={PARKS: 0.3})).candidates  # fmt: skip
    assert other.candidate_benefit == 0.4


def test_reasons_tell_what_is_recorded_from_what_was_written():
    focuses = [("s", PARKS, "seeks", 1), ("a", PARKS, "offers", 1), ("a", "target:12.5", "offers", 1)]
    matcher = PartnerMatcher().fit(world(german=("a",), focuses=focuses))
    [candidate] = matcher.candidates("s", asked=Asked(needs={WASTE: 1.0})).candidates
    reason = facet(candidate, "needs").reason
    assert (reason.key, reason.nodes) == ("needs.both", (PARKS, "target:12.5"))
    assert matcher.text(reason, "en") == "Offers what is sought: parks; and what you described as a need: 12.5 (for waste)."
    assert matcher.text(reason, "de") == "Bietet an, was gesucht wird: parks; und was Sie als Bedarf beschrieben haben: 12.5 (für Abfall)."
    [alone] = matcher.candidates("s", asked=Asked(needs={PARKS: 1.0})).candidates
    assert facet(alone, "needs").reason.key == "needs"  # what is on record is not "written"
    [nothing] = PartnerMatcher().fit(world(german=("a",), focuses=[("a", PARKS, "offers", 1)])).candidates("s", asked=Asked(needs={WASTE: 1.0})).candidates
    assert facet(nothing, "needs").reason.key == "needs.none"


def test_the_next_question_knows_nothing_of_it():
    profiles = world(german=("a", "b"), focuses=[("s", PARKS, "seeks", 1), ("a", PARKS, "offers", 1), ("b", WASTE, "offers", 1)])
    matcher, asked = PartnerMatcher().fit(profiles), Asked(needs={WASTE: 1.0}, reader="words")
    before, alone = matcher.candidates("s"), PartnerMatcher().fit(profiles).candidates("s", asked=asked)
    for _ in range(2):
        assert matcher.candidates("s", asked=asked) == alone
        assert matcher.candidates("s") == before
    assert alone.algorithm == f"{before.algorithm}+words"


def test_subjects_that_are_gone_are_passed_over():
    matcher = PartnerMatcher().fit(world(german=("a", "b"), focuses=[("b", WASTE, "offers", 1)]))
    assert matcher.candidates("s", asked=Asked(needs={"topic:gone": 1.0})).candidates == matcher.candidates("s").candidates


def test_each_need_counts_the_same_whatever_it_names():
    asked = Asked.of([{WASTE: 0.6, PARKS: 0.2}, {WASTE: 0.3}, {}], [{WASTE: 0.6, PARKS: 0.3}, {PARKS: 0.2}, {}], "words")
    assert asked.needs == {WASTE: pytest.approx(1.75), PARKS: pytest.approx(0.25)}
    assert asked.offers == {WASTE: 1.0, PARKS: 1.0}
