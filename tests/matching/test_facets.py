"""For each facet alone: who should win does."""

from dataclasses import replace

import numpy as np
import pytest

from matching.facets import FACETS
from matching.partners import PartnerMatcher
from matching.profile import DEPARTMENT, RegionalTie, Territory
from tests.matching.small_worlds import world

PLANTED = {
    "needs": {"focuses": [("s", "target:11.6", "seeks", 1), ("a", "target:13.1", "offers", 1), ("b", "topic:waste", "offers", 1)]},
    "offers": {"focuses": [("s", "target:11.6", "offers", 1), ("a", "target:13.1", "seeks", 1), ("b", "target:11.7", "seeks", 1)]},
    "goals": {"focuses": [("s", "topic:waste", "works_on", 1), ("a", "topic:parks", "works_on", 1), ("b", "target:12.5", "works_on", 1)]},
    "languages": {"languages": [("de",), ("de", "en"), ("de",), ("en", "sw")]},
    "size": {"population": [5_000, 90_000, 2_000_000, 100_000]},
    "standing": {"population": [9_000, 90_000, 70_000, 100]},
    "partner_size": {"population": [5_000, 90_000, 2_000_000, 1_000, 80_000], "ties": [("s", "p")], "others": ("p",)},
    "resources": {"population": [5_000, 90_000, 50_000, 1_000]},
    "openness": {"ties": [("a", "p"), ("b", "p"), ("b", "q")], "others": ("p", "q")},
    "partners": {"ties": [("s", "p"), ("b", "p"), ("a", "q")], "others": ("p", "q")},
    "circle": {"ties": [("s", "p"), ("p", "q"), ("b", "q"), ("a", "r")], "others": ("p", "q", "r")},
    "experience": {"ties": [("b", "t"), ("a", "p")], "southern": ("s", "t"), "others": ("p",)},
    "regions": {"ties": [("c", "t")], "southern": ("s", "t"), "admin1": ["X", "Y", "Y", "K", "K"]},
    "vicinity": {"ties": [("b", "t"), ("a", "u")], "southern": ("s", "t", "u"), "latitude": [50, 50, 50, -1, -1.1, 3], "longitude": [8, 9, 10, 36, 36, 40]},
    "place": {"latitude": [54, 48, 51, 40], "longitude": [8, 8, 8, 8]},
    "capacity": {"capacity": [1, 5, 2, np.nan]},
    "freshness": {"verified_on": [738000, 739000, 738500, np.nan]},
}


def alone(name):
    return {other: float(other == name) for other in FACETS}


def test_every_facet_has_a_planted_world():
    assert set(PLANTED) == set(FACETS)


@pytest.mark.parametrize("name", FACETS)
def test_who_should_win_by_one_facet_alone_does(name):
    matcher = PartnerMatcher(alone(name)).fit(world(**PLANTED[name]))
    best = matcher.candidates("s").candidates[0]
    assert best.id == "b"
    facet = next(facet for facet in best.facets if facet.name == name)
    assert facet.score is not None
    assert 0 < facet.score <= 1
    assert best.score == pytest.approx(facet.score, abs=1e-8) or name in ("needs", "offers")
    for language in ("en", "de", "es", "fr"):
        assert len(matcher.text(facet.reason, language)) > 15


def partnered(id_, land, regions, country="KE"):
    ends = Territory(country="DE", regions=land), Territory(country=country, regions=regions)
    return RegionalTie(id=id_, ends=ends, names={"en": f"{id_} and Kenya", "de": f"{id_} und Kenia"})


def regions_of(seeker, **columns):
    matcher = PartnerMatcher(alone("regions")).fit(world(**columns))
    found = {candidate.id: candidate.facets[0] for candidate in matcher.candidates(seeker).candidates if candidate.facets}
    return {id_: facet.score for id_, facet in found.items()}, {id_: facet.reason for id_, facet in found.items()}, matcher


def test_a_partnership_of_a_land_counts_as_much_as_one_of_its_municipalities_with_those_of_the_region():
    regional = (partnered("x", ("X", "01"), ("K", "07")),)
    columns = {"southern": ("s", "t", "u"), "admin1": ["X", "01", "Y", "07", "K", "L"], "ties": [("a", "t")], "regional": regional}
    scores, reasons, matcher = regions_of("s", **columns)
    assert scores == {"a": pytest.approx(1 / 1.5), "b": pytest.approx(1 / 1.5), "c": 0}
    assert (reasons["b"].key, reasons["b"].nodes, reasons["c"].key) == ("regions.agreed", ("x",), "regions.none")
    assert matcher.text(reasons["b"], "de") == "Ihre Regionen selbst sind Partner: x und Kenia."
    assert regions_of("u", **columns)[0] == {"a": 0, "b": 0, "c": 0}
    scores, reasons, _ = regions_of("t", **columns)
    assert scores == {"b": pytest.approx(1 / 1.5), "c": 0}
    scores, reasons, matcher = regions_of("b", **{**columns, "admin1": ["X", "X", "Y", "K", "K", "L"]})
    assert scores == {"s": pytest.approx(2 / 2.5), "t": pytest.approx(2 / 2.5), "u": 0}
    assert (reasons["s"].key, reasons["s"].nodes) == ("regions.both", ("x", "a", "t"))
    assert matcher.text(reasons["s"]) == "Their regions themselves are partners: x and Kenya; and municipalities of both are (1): a – t."


def test_a_partnership_of_a_land_with_a_country_needs_no_region_there():
    regional = (partnered("x", ("X",), ()), partnered("y", ("Y",), (), country="GH"))
    scores, reasons, _ = regions_of("s", admin1=["X", "Y", None, None], regional=regional)
    assert scores == {"a": pytest.approx(1 / 1.5), "b": None, "c": None}
    assert (reasons["a"].key, reasons["b"].key) == ("regions.agreed", "unknown")


def test_targets_of_one_goal_are_near_and_so_are_those_that_one_topic_serves():
    focuses = [("s", "target:11.6", "seeks", 1), ("a", "target:11.7", "offers", 1), ("b", "target:12.5", "offers", 1), ("c", "topic:composting", "offers", 1)]
    answer = PartnerMatcher(alone("needs")).fit(world(focuses=focuses)).candidates("s")
    assert {candidate.id: candidate.seeker_benefit for candidate in answer.candidates} == {
        "a": pytest.approx(0.49),
        "b": pytest.approx(0.49),
        "c": pytest.approx(0.35),
    }


def test_a_department_s_focus_counts_a_little_less_and_the_department_is_named():
    focuses = [("s", "topic:waste", "seeks", 1), ("a", "topic:waste", "offers", 1), ("b", "topic:waste", "offers", 1 * DEPARTMENT)]
    plain = world(focuses=[*focuses, ("c", "topic:waste", "offers", 0.5), ("c", "topic:waste", "offers", 0.4 * DEPARTMENT)])
    department = np.array([-1, -1, 0, -1, 1])
    profiles = replace(plain, focuses=replace(plain.focuses, department=department, departments=("department:b", "department:c")))
    found = PartnerMatcher(alone("needs")).fit(profiles).candidates("s").candidates
    assert [(candidate.id, candidate.seeker_benefit) for candidate in found] == [("a", 1), ("b", pytest.approx(DEPARTMENT)), ("c", 0.5)]
    assert [candidate.facets[0].reason.nodes for candidate in found] == [("topic:waste",), ("topic:waste", "department:b"), ("topic:waste",)]
    seeker = PartnerMatcher(alone("offers")).fit(profiles).candidates("b").candidates[0]
    assert seeker.facets[0].reason.nodes == ("topic:waste", "department:b")


def test_an_unknown_score_counts_as_expected_and_not_as_bad():
    profiles = world(population=[100_000, np.nan, 100, 100_000])
    assert [candidate.id for candidate in PartnerMatcher(alone("size")).fit(profiles).candidates("s").candidates] == ["a", "b", "c"]


def test_a_known_good_benefit_outranks_an_unknown_one_and_that_outranks_none():
    focuses = [("s", "topic:waste", "seeks", 1), ("s", "topic:parks", "offers", 1), ("s", "target:13.1", "seeks", 1), ("s", "goal:12", "seeks", 1)]
    focuses += [("c", "topic:waste", "offers", 0.3), ("c", "topic:parks", "seeks", 1), ("c", "goal:13", "seeks", 1)]
    focuses += [("a", "topic:parks", "offers", 1), ("a", "target:13.1", "seeks", 1)]
    answer = PartnerMatcher().fit(world(focuses=focuses, population=[90_000, 90_000, 90_000, 100_000])).candidates("s")
    assert [candidate.id for candidate in answer.candidates] == ["c", "b", "a"]
    assert [candidate.seeker_benefit for candidate in answer.candidates] == [pytest.approx(0.3 * 1.49 / 3), None, 0]


def test_a_facet_that_nobody_knows_takes_no_weight_from_the_others():
    plain = PartnerMatcher().fit(world(population=[100_000, 50_000, 100, 100_000])).candidates("s").candidates[0]
    assert "needs" not in {facet.name for facet in plain.facets}
    assert sum(facet.weight for facet in plain.facets) == pytest.approx(1)


def test_a_reason_names_what_proves_it():
    profiles = world(names=["Aachen", "Bonn", "Celle", "Siaya", "Poznań"], ties=[("s", "p"), ("b", "p")], others=("p",))
    matcher = PartnerMatcher().fit(profiles)
    best = matcher.candidates("s").candidates[0]
    reason = next(facet.reason for facet in best.facets if facet.name == "partners")
    assert reason.nodes == ("p",)
    assert matcher.text(reason, "de") == "Gemeinsame Partnerkommunen (1): Poznań."
    with pytest.raises(ValueError, match="no language 'it'; allowed are en, de, es, fr"):
        matcher.text(reason, "it")


def test_a_reason_names_subjects_in_the_language_asked_for_else_in_english():
    focuses = [("s", "target:11.6", "seeks", 1), ("a", "topic:waste", "offers", 1)]
    matcher = PartnerMatcher().fit(world(focuses=focuses))
    reason = next(facet.reason for facet in matcher.candidates("s").candidates[0].facets if facet.name == "needs")
    assert matcher.text(reason, "de") == "Bietet an, was gesucht wird: Abfall (für 11.6)."
    assert matcher.text(reason, "en") == "Offers what is sought: waste (for 11.6)."
    assert reason.nodes == ("target:11.6", "topic:waste")
