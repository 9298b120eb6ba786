import dataclasses
import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from matching.assignment import assign
from matching.expert_pool import ExpertPool, Need
from matching.experts import ExpertMatcher, expert_candidates, score
from matching.plan_reasons import say
from matching.profile import LANGUAGES
from tests.examples import examples
from tests.matching.small_worlds import SUBJECTS

WASTE, COMPOST, PARKS = "topic:waste", "topic:composting", "topic:parks"


def pool(ids="abc", **columns):
    columns.setdefault("evidence", [(id_, WASTE, "topics", 1) for id_ in ids])
    return ExpertPool.build(ids=tuple(ids), subjects=SUBJECTS, **columns)


def need(**asked):
    return Need(**{"id": "mission:1", "subjects": (WASTE,), **asked})


def ids(pool_, need_):
    return [candidate.id for candidate in expert_candidates(pool_, need_).candidates]


def test_more_evidence_comes_first_and_a_department_s_topic_counts_least():
    evidence = [("a", WASTE, "department", 1), ("b", WASTE, "topics", 1), ("b", WASTE, "projects", 2), ("c", WASTE, "missions", 1)]
    answer = expert_candidates(pool(evidence=evidence), need())
    assert [candidate.id for candidate in answer.candidates] == ["b", "c", "a"]
    assert [candidate.fit for candidate in answer.candidates] == pytest.approx([3 / 4, 1.5 / 2.5, 0.5 / 1.5])


def test_the_subject_itself_is_nearer_than_a_target_it_serves_and_that_nearer_than_a_broader_topic():
    evidence = [("a", WASTE, "topics", 1), ("b", "target:11.6", "topics", 1), ("c", COMPOST, "topics", 1)]
    answer = expert_candidates(pool(evidence=evidence), need())
    assert [candidate.fit for candidate in answer.candidates] == pytest.approx([0.5, 0.35, 0.25])
    goal = expert_candidates(pool(evidence=evidence), need(subjects=("goal:11",)))
    assert [(candidate.id, candidate.fit) for candidate in goal.candidates] == [("b", 0.35), ("a", pytest.approx(0.245))]
    assert goal.excluded == {"no_topic": 1}


def test_one_match_of_many_subjects_is_enough_and_more_bring_forward():
    evidence = [("a", WASTE, "topics", 1), ("b", WASTE, "topics", 1), ("b", PARKS, "topics", 1), ("c", "goal:13", "topics", 1)]
    answer = expert_candidates(pool(evidence=evidence), need(subjects=(WASTE, PARKS)))
    assert [(candidate.id, candidate.fit) for candidate in answer.candidates] == [("b", 0.5), ("a", pytest.approx((0.5 + (0.5 + 0.0) / 2) / 2))]


def test_a_bilingual_person_is_never_hidden_and_unknown_languages_are_neither_here_nor_there():
    people = pool("abcd", languages=[("es", "de"), ("fr",), (), ("es",)])
    answer = expert_candidates(people, need(languages=("es", "en")))
    assert [candidate.id for candidate in answer.candidates] == ["a", "d", "c"]
    assert answer.excluded == {"language": 1}
    assert answer.candidates[2].facets[1].score is None
    assert ids(people, need(languages=("es", "fr"), required_languages=("de",))) == ["a", "c"]
    assert ids(people, need(languages=("es",), interpretation=True)) == ["a", "d", "c", "b"]


def test_availability_counts_days_of_overlap_and_an_open_end_is_open():
    people = pool("abcde", available_from=[100, 108, float("nan"), float("nan"), 95], available_to=[200, 200, float("nan"), 105, float("nan")])
    answer = expert_candidates(people, need(starts_on=106, ends_on=110))
    shares = {candidate.id: candidate.facets[2].score for candidate in answer.candidates}
    assert shares == {"a": 1, "b": pytest.approx(3 / 5), "c": None, "e": 1}
    assert answer.excluded == {"unavailable": 1}
    assert say(answer.candidates[[c.id for c in answer.candidates].index("b")].facets[2].reason) == "Available on 3 of 5 days."


def test_the_rested_and_less_loaded_come_first_and_who_is_away_is_left_out():
    journeys = [("a", "mission:0", 10, 20), ("b", "mission:0", 70, 80), ("c", "mission:2", 105, 106), ("d", "mission:1", 100, 110)]
    answer = expert_candidates(pool("abcd", journeys=journeys), need(starts_on=100, ends_on=110))
    assert [candidate.id for candidate in answer.candidates] == ["d", "a", "b"]
    assert [candidate.facets[3].score for candidate in answer.candidates] == pytest.approx([1, 80 / 90, 20 / 90])
    assert [candidate.facets[4].score for candidate in answer.candidates] == [1, 0.5, 0.5]
    assert answer.excluded == {"on_mission": 1}


def test_conflicts_are_named_and_everybody_excluded_is_counted_once():
    people = pool("abcd", municipality=["m", "n", "m", None], languages=[("fr",), ("de",), ("de",), ("de",)])
    answer = expert_candidates(people, need(languages=("de",), excluded_municipalities=("m",), declined=("d",)))
    assert [candidate.id for candidate in answer.candidates] == ["b"]
    assert answer.excluded == {"own_municipality": 2, "declined": 1}
    assert [(conflict.id, conflict.reason.nodes) for conflict in answer.conflicts] == [("a", ("a", "m")), ("c", ("c", "m"))]


def test_each_slot_s_alternates_can_replace_what_its_expert_stands_for():
    strong = [("a", WASTE, "projects", 9), ("a", PARKS, "projects", 1), ("b", PARKS, "projects", 9), ("b", WASTE, "projects", 1)]
    weak = [("c", WASTE, "topics", 1), ("d", PARKS, "topics", 1)]
    answer = expert_candidates(pool("abcd", evidence=strong + weak), need(subjects=(WASTE, PARKS), slots=2))
    assert [(slot.expert, slot.alternates) for slot in answer.slots] == [("a", ("c", "d")), ("b", ("d", "c"))]


def test_a_shortage_names_the_cheapest_concession():
    people = pool("abc", languages=[("de",), ("fr",), ("fr",)], available_from=[0, 0, 500])
    shortage = expert_candidates(people, need(languages=("de",), starts_on=100, ends_on=101, slots=2)).shortage
    assert (shortage.missing, shortage.relax, shortage.gain) == (1, "language", 1)
    assert expert_candidates(people, need()).shortage is None
    nobody = expert_candidates(people, need(excluded_municipalities=("m",), declined=("a", "b", "c"))).shortage
    assert (nobody.missing, nobody.relax, nobody.reason.key) == (1, None, "shortage")


def test_shares_add_up_and_every_reason_reads_in_every_language():
    people = pool("ab", languages=[("de",), ()], journeys=[("a", "x", 1, 2)], available_from=[0, float("nan")], consent=[False, True])
    answer = expert_candidates(people, need(languages=("de",), starts_on=5, ends_on=6))
    for candidate in answer.candidates:
        assert sum(facet.share for facet in candidate.facets) == pytest.approx(candidate.score)
        texts = [say(reason, language, SUBJECTS) for language in LANGUAGES for reason in (*candidate.remarks, *(f.reason for f in candidate.facets))]
        assert all(text and "{" not in text for text in texts)
    assert say(answer.candidates[0].facets[0].reason, "de", SUBJECTS) == "Erfahrung mit: Abfall."
    assert [remark.key for remark in answer.candidates[0].remarks] == ["consent.none"]


@pytest.mark.parametrize(
    ("evidence", "text"),
    [
        ([("topics", 1)], "Erfahrung mit: Abfall."),
        ([("projects", 1)], "Erfahrung mit: Abfall (1 Projekt)."),
        ([("missions", 2)], "Erfahrung mit: Abfall (2 Einsätze)."),
        ([("projects", 3), ("missions", 1)], "Erfahrung mit: Abfall (3 Projekte, 1 Einsatz)."),
    ],
)
def test_experience_counts_only_what_there_is(evidence, text):
    people = pool("a", evidence=[("a", WASTE, source, count) for source, count in evidence])
    assert say(expert_candidates(people, need()).candidates[0].facets[0].reason, "de", SUBJECTS) == text


def test_what_makes_no_sense_is_refused():
    with pytest.raises(ValueError, match="no topic, target or goal 'topic:x'"):
        expert_candidates(pool(), need(subjects=("topic:x",)))
    with pytest.raises(ValueError, match="ends_on 1 is before starts_on 2"):
        need(starts_on=2, ends_on=1)
    with pytest.raises(ValueError, match="both dates or none"):
        need(starts_on=2)
    with pytest.raises(ValueError, match="ids must be unique"):
        pool("aa")
    with pytest.raises(ValueError, match="missions' ids"):
        assign(pool(), [need(), need()])


def test_an_assignment_beats_taking_the_best_for_the_first_mission():
    evidence = [("a", WASTE, "topics", 3), ("a", PARKS, "topics", 3), ("b", WASTE, "topics", 2)]
    answer = assign(pool("ab", evidence=evidence), [need(id="m1"), need(id="m2", subjects=(PARKS,))], capacity=1)
    assert [[slot.expert for slot in team.slots] for team in answer.teams] == [["b"], ["a"]]
    assert (answer.filled, answer.wanted, answer.load, answer.proven) == (2, 2, {"a": 1, "b": 1}, True)


def test_load_is_spread_unless_fairness_costs_nothing():
    evidence = [("a", WASTE, "topics", 9), ("b", WASTE, "topics", 4)]
    missions = [need(id="m1"), need(id="m2")]
    assert assign(pool("ab", evidence=evidence), missions).load == {"a": 1, "b": 1}
    assert assign(pool("ab", evidence=evidence), missions, fairness=0).load == {"a": 2}


def test_nobody_is_in_two_places_at_once_and_what_stays_open_says_why():
    overlapping = [need(id="m1", starts_on=100, ends_on=110), need(id="m2", starts_on=110, ends_on=120)]
    answer = assign(pool("a"), overlapping)
    assert [team.open for team in answer.teams].count(1) == 1
    open_team = next(team for team in answer.teams if team.open)
    assert (open_team.shortage.relax, open_team.shortage.gain) == ("capacity", 1)
    later = [overlapping[0], need(id="m2", starts_on=130, ends_on=131)]
    assert assign(pool("a"), later, apart=20).filled == 2
    assert assign(pool("a"), later, apart=21).filled == 1
    french = assign(pool("a", languages=[("fr",)]), [need(languages=("de",), slots=2)])
    assert (french.teams[0].open, french.teams[0].shortage.relax, french.teams[0].shortage.gain) == (2, "language", 1)
    assert assign(pool("a"), [need()], capacity=0).filled == 0
    assert assign(pool("a"), [], capacity=1).wanted == 0


def test_alternates_of_an_assignment_are_still_free():
    missions = [need(id="m1", starts_on=100, ends_on=110), need(id="m2", starts_on=105, ends_on=115)]
    answer = assign(pool("abc"), missions)
    busy = {slot.expert for team in answer.teams for slot in team.slots}
    assert all(set(slot.alternates) == set("abc") - busy for team in answer.teams for slot in team.slots)


def test_of_a_team_only_open_places_are_suggested_for_and_none_of_a_full_one():
    people = pool("abcd", languages=[("fr",), ("de",), ("de",), ("fr",)], journeys=[("a", "m1", 100, 104)])

    def found(slots, *team):
        answer = expert_candidates(people, need(id="m1", languages=("de",), slots=slots, team=team))
        return [slot.expert for slot in answer.slots], answer.shortage and (answer.shortage.missing, answer.shortage.gain)

    assert found(2, "b") == (["c"], None)
    assert found(2, "b", "unknown") == ([], None)
    assert found(1, "b", "c") == ([], None)
    assert found(4, "a", "b") == (["c"], (1, 1))  # with interpreting d could go; a goes already
    assert ids(people, need(languages=("de",), team=("b",))) == ["b", "c"]


def test_those_who_go_already_stay_and_only_open_places_are_filled():
    missions = [need(id="m1", starts_on=100, ends_on=104, slots=2, team=("a",)), need(id="m2", starts_on=120, ends_on=124, slots=2, team=("b", "c"))]
    people = pool("abcd", journeys=[("a", "m1", 100, 104), ("b", "m2", 120, 124), ("c", "m2", 120, 124)])
    answer = assign(people, missions)
    assert [[slot.expert for slot in team.slots] for team in answer.teams] == [["d"], []]  # b and c go too soon after
    assert (answer.wanted, answer.filled, answer.load) == (1, 1, {"a": 1, "b": 1, "c": 1, "d": 1})
    far = [missions[0], need(id="m2", starts_on=300, ends_on=304, slots=3, team=("b", "c"))]
    assert assign(people, far, capacity=1).filled == 1
    assert assign(people, far).filled == 2
    assert assign(people, [need(id="m2", slots=4, team=("b", "c"))]).teams[0].open == 0
    assert assign(people, [need(id="m2", slots=5, team=("b", "c"))]).teams[0].shortage.missing == 1


def test_a_mission_of_somebody_who_goes_already_counts_as_load():
    people = pool("ab", evidence=[("a", WASTE, "topics", 9), ("b", WASTE, "topics", 4)], journeys=[("a", "m1", 100, 104)])
    missions = [need(id="m1", starts_on=100, ends_on=104, team=("a",)), need(id="m2", starts_on=900, ends_on=904)]
    assert assign(people, missions).load == {"a": 1, "b": 1}
    assert assign(people, missions, fairness=0).load == {"a": 2}


@st.composite
def worlds(draw):
    people = "abcd"[: draw(st.integers(1, 4))]
    evidence = draw(st.lists(st.tuples(st.sampled_from(people), st.sampled_from((WASTE, PARKS, COMPOST)), st.just("projects"), st.integers(1, 3)), max_size=8))
    spoken = draw(st.lists(st.lists(st.sampled_from(("de", "es")), max_size=2, unique=True).map(tuple), min_size=len(people), max_size=len(people)))
    starts = draw(st.lists(st.integers(100, 130), min_size=1, max_size=3))
    missions = [
        need(
            id=f"m{place}",
            subjects=(draw(st.sampled_from((WASTE, PARKS))),),
            languages=("de",),
            starts_on=start,
            ends_on=start + 9,
            slots=draw(st.integers(1, 2)),
        )
        for place, start in enumerate(starts)
    ]
    return pool(people, evidence=evidence, languages=spoken), missions


def value(matcher, missions, choice, fairness=0.2):
    """(slots filled, sum of scores less the price of load) of a set of (expert row, mission); `None` when it is not allowed."""
    for row in {row for row, _ in choice}:
        mine = [missions[place] for other, place in choice if other == row]
        if len(mine) > 2 or any(max(b.starts_on - a.ends_on, a.starts_on - b.ends_on) < 1 for a, b in itertools.combinations(mine, 2)):
            return None
    if any(sum(place == other for _, other in choice) > need_.slots for place, need_ in enumerate(missions)):
        return None
    gained = sum(score(matcher.table(missions[place]))[row] for row, place in choice)
    return len(choice), round(float(gained) - fairness * (len(choice) - len({row for row, _ in choice})), 6)


@examples(25)
@given(worlds())
def test_an_assignment_is_as_good_as_the_best_of_all(world):
    people, missions = world
    matcher = ExpertMatcher().fit(people)
    allowed = [(row, place) for place, need_ in enumerate(missions) for row in matcher.kept(matcher.exclusions(need_)).tolist()]
    choices = itertools.chain.from_iterable(itertools.combinations(allowed, size) for size in range(min(len(allowed), 8) + 1))
    best = max(found for choice in choices if (found := value(matcher, missions, choice)) is not None)
    answer = assign(people, missions, apart=0)
    taken = [(people.ids.index(slot.expert), place) for place, team in enumerate(answer.teams) for slot in team.slots]
    assert value(matcher, missions, taken) == best


@examples(25)
@given(worlds(), st.randoms(use_true_random=False))
def test_neither_the_order_of_the_input_nor_the_ids_change_the_answer(world, random):
    people, missions = world
    order = list(range(len(people)))
    random.shuffle(order)
    place = {old: new for new, old in enumerate(order)}
    columns = {name: tuple(getattr(people, name)[row] for row in order) for name in ("names", "municipality", "department", "languages")} | {
        name: getattr(people, name)[order] for name in ("available_from", "available_to", "consent")
    }
    evidence = dataclasses.replace(people.evidence, expert=people.evidence.expert.copy())
    evidence.expert[:] = [place[row] for row in people.evidence.expert.tolist()]
    renamed = dataclasses.replace(people, ids=tuple(f"x{people.ids[row]}" for row in order), evidence=evidence, **columns)
    for need_ in missions:
        one, other = expert_candidates(people, need_), expert_candidates(renamed, need_)
        assert [f"x{candidate.id}" for candidate in one.candidates] == [candidate.id for candidate in other.candidates]
        assert one.excluded == other.excluded
    one, other = assign(people, missions), assign(renamed, missions[::-1])
    assert [[f"x{slot.expert}" for slot in team.slots] for team in one.teams] == [[slot.expert for slot in team.slots] for team in other.teams[::-1]]


def test_any_slots_fill_first_even_against_the_price_of_load():
    assert assign(pool("a"), [need(id="m1"), need(id="m2")], fairness=50).filled == 2
