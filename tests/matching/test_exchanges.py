import dataclasses

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from matching.exchanges import Attendance, Departments, Direction, ExchangeMatcher
from matching.plan_reasons import say
from matching.profile import LANGUAGES, Profiles
from tests.examples import examples
from tests.matching.small_worlds import SUBJECTS

WASTE, PARKS = "topic:waste", "topic:parks"


def world(ids="abcd", **columns):
    columns.setdefault("country", ["KE", "IN", "DE", "CO"][: len(ids)])
    return Profiles.build(ids=tuple(ids), subjects=SUBJECTS, **columns)


def found(profiles, asker="a", **options):
    return {candidate.id: candidate for candidate in ExchangeMatcher().fit(profiles).candidates(asker, **options).candidates}


def test_who_offers_what_is_sought_teaches_the_asker_and_the_other_way_round():
    focuses = [("a", WASTE, "seeks", 1), ("b", WASTE, "offers", 1), ("c", WASTE, "seeks", 1), ("d", WASTE, "works_on", 1)]
    answers = found(world(focuses=focuses))
    assert {id_: candidate.direction for id_, candidate in answers.items()} == {"b": Direction.LEARN, "c": Direction.PEER, "d": Direction.LEARN}
    assert {id_: max(candidate.directions.values()) for id_, candidate in answers.items()} == {"b": 1, "c": 1, "d": 0.5}
    assert answers["b"].subjects == (WASTE,)
    assert found(world(focuses=focuses), "b")["a"].direction is Direction.TEACH
    assert answers["b"].facets[0].reason.key == "learn.offers"


def test_south_meets_south_and_the_hierarchy_counts():
    focuses = [("a", "target:11.6", "seeks", 1), ("b", WASTE, "offers", 1), ("d", "target:13.1", "offers", 1)]
    answer = ExchangeMatcher().fit(world(focuses=focuses)).candidates("a")
    assert [(candidate.id, candidate.directions[Direction.LEARN]) for candidate in answer.candidates] == [("b", 0.7)]
    assert answer.excluded == {"no_subject": 2}


def test_both_working_on_the_same_counts_less_than_both_seeking_it():
    focuses = [("a", WASTE, "seeks", 1), ("a", PARKS, "works_on", 1), ("b", PARKS, "works_on", 1), ("c", WASTE, "seeks", 1)]
    answers = found(world(focuses=focuses))
    assert list(answers) == ["c", "b"]
    assert (answers["b"].directions[Direction.PEER], answers["b"].facets[0].reason.key) == (0.8, "peer.works_on")


def test_the_acquainted_the_far_and_those_without_a_common_language_are_left_out_and_counted():
    profiles = world(
        "abcdefgh",
        country=["KE"] * 8,
        focuses=[(id_, WASTE, "seeks", 1) for id_ in "abcdefgh"],
        ties=[("b", "a")],
        languages=[("en",), (), ("en",), ("fr", "es"), ("fr", "en"), (), ("en",), ("en",)],
        longitude=[30, 30, 30, 30, 30, float("nan"), -75, -45],
    )
    attendance = Attendance(municipality=np.array([0, 2, 3]), event=np.array([1, 1, 2]))
    answer = ExchangeMatcher().fit(profiles, attendance=attendance).candidates("a")
    assert [candidate.id for candidate in answer.candidates] == ["e", "h", "f"]
    assert answer.excluded == {"already_partnered": 1, "same_event": 1, "language": 1, "time_zone": 1}
    by_id = {candidate.id: candidate.facets for candidate in answer.candidates}
    assert [by_id[id_][2].score for id_ in "efh"] == [1, None, pytest.approx(3 / 8)]
    assert say(by_id["h"][2].reason).startswith("About 5 hours of time difference, reckoned from longitude: 3 working")
    assert say(by_id["e"][2].reason).startswith("Hardly any time difference, reckoned from longitude: 8 working hours")


def test_time_runs_round_the_date_line():
    profiles = world("ab", focuses=[("a", WASTE, "seeks", 1), ("b", WASTE, "seeks", 1)], longitude=[178, -178])
    assert found(profiles)["b"].facets[2].score == pytest.approx(1 - 4 / 15 / 8)


def test_departments_are_named_and_what_they_work_on_counts():
    departments = Departments(
        ids=("department:1", "department:2", "department:3"),
        names=("Waste", "Parks", "Waste"),
        municipality=np.array([1, 1, 0]),
        topics=np.array([(0, SUBJECTS.ids.index("topic:composting")), (1, SUBJECTS.ids.index(PARKS)), (2, SUBJECTS.ids.index(WASTE))]),
    )
    answer = ExchangeMatcher().fit(world("ab", focuses=[("a", WASTE, "seeks", 1)]), departments).candidates("a")
    (candidate,) = answer.candidates
    assert candidate.departments == ("department:1",)
    assert candidate.own_departments == ("department:3",)


def test_one_may_keep_to_a_subject_a_direction_and_a_filter():
    focuses = [("a", WASTE, "seeks", 1), ("a", PARKS, "offers", 1), ("b", WASTE, "offers", 1), ("c", PARKS, "seeks", 1), ("d", WASTE, "offers", 1)]
    profiles = world(focuses=focuses)
    assert set(found(profiles)) == {"b", "c", "d"}
    assert set(found(profiles, about=["target:12.5"])) == {"b", "d"}
    assert set(found(profiles, direction=Direction.TEACH)) == {"c"}
    answer = ExchangeMatcher().fit(profiles).candidates("a", keep=np.array([True, True, False, True]), exclude={"dismissed": ["d"]})
    assert ([candidate.id for candidate in answer.candidates], answer.excluded) == (["b"], {"dismissed": 1, "filtered": 1})


def test_what_is_not_there_is_refused():
    matcher = ExchangeMatcher().fit(world())
    with pytest.raises(ValueError, match="no municipality 'x'"):
        matcher.candidates("x")
    with pytest.raises(ValueError, match="no topic, target or goal 'x'"):
        matcher.candidates("a", about=["x"])
    with pytest.raises(ValueError, match="no rule 'x'"):
        matcher.candidates("a", exclude={"x": []})
    with pytest.raises(ValueError, match="hours is 13"):
        ExchangeMatcher(hours=13)


def test_shares_add_up_and_every_reason_reads_in_every_language():
    focuses = [("a", WASTE, "seeks", 1), ("b", WASTE, "offers", 1), ("c", WASTE, "works_on", 1), ("a", PARKS, "offers", 1), ("d", PARKS, "seeks", 1)]
    profiles = world(focuses=focuses, population=[10, 2_000, float("nan"), 5], languages=[("en",), ("en",), (), ()], longitude=[0, 1, 2, float("nan")])
    for candidate in found(profiles).values():
        assert sum(facet.share for facet in candidate.facets) == pytest.approx(candidate.score)
        texts = [say(facet.reason, language, SUBJECTS) for language in LANGUAGES for facet in candidate.facets]
        assert all(text and "{" not in text for text in texts)
    assert say(found(profiles)["b"].facets[3].reason, "de") == "10 und 2.000 Einwohnerinnen und Einwohner."


@examples(30)
@given(
    st.lists(st.tuples(st.sampled_from("abcd"), st.sampled_from((WASTE, PARKS, "target:11.6")), st.sampled_from(("seeks", "offers", "works_on"))), max_size=12),
    st.permutations(range(4)),
)
def test_neither_the_order_of_the_input_nor_the_ids_change_the_answer(rows, order):
    focuses = [(*row, 1.0) for row in rows]
    country, longitude = ["KE", "IN", "DE", "CO"], [10.0, 20.0, 30.0, 40.0]
    renamed = Profiles.build(
        ids=[f"x{'abcd'[row]}" for row in order],
        country=[country[row] for row in order],
        longitude=[longitude[row] for row in order],
        subjects=SUBJECTS,
        focuses=[(f"x{id_}", *rest) for id_, *rest in focuses[::-1]],
    )
    one = ExchangeMatcher().fit(world(focuses=focuses, longitude=longitude)).candidates("a")
    other = ExchangeMatcher().fit(renamed).candidates("xa")
    assert [dataclasses.replace(candidate, id=f"x{candidate.id}") for candidate in one.candidates] == list(other.candidates)
    assert one.excluded == other.excluded
