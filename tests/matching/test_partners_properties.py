"""What must not change an answer: the order of the input, the spelling of ids, facts given twice."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from matching.partners import PartnerMatcher
from tests.examples import examples
from tests.matching.small_worlds import IDS, world

GERMAN, SOUTHERN, OTHERS = tuple("abcdef"), ("s", "t"), ("p", "q")
ALL = (*GERMAN, *SOUTHERN, *OTHERS)
COUNTRY = dict.fromkeys(GERMAN, "DE") | dict.fromkeys(SOUTHERN, "KE") | dict.fromkeys(OTHERS, "PL")


@st.composite
def networks(draw):
    places = st.integers(0, len(ALL) - 1)
    ties = draw(st.lists(st.tuples(places, places).filter(lambda pair: pair[0] != pair[1]), max_size=15))
    focuses = draw(
        st.lists(
            st.tuples(st.sampled_from(ALL), st.sampled_from(IDS), st.sampled_from(["seeks", "offers", "works_on"]), st.sampled_from([0.25, 0.5, 1.0])),
            max_size=15,
        )
    )
    population = draw(st.lists(st.sampled_from([np.nan, 500.0, 20_000.0, 1_000_000.0]), min_size=len(ALL), max_size=len(ALL)))
    latitude = draw(st.lists(st.sampled_from([np.nan, -1.0, 48.0, 52.0]), min_size=len(ALL), max_size=len(ALL)))
    return {"ties": [(ALL[a], ALL[b]) for a, b in ties], "focuses": focuses, "population": population, "latitude": latitude}


def scores(ids, network, seeker="s"):
    place = [ALL.index(id_) for id_ in ids]
    profiles = world(
        german=tuple(ids),
        southern=(),
        country=[COUNTRY[id_] for id_ in ids],
        ties=network["ties"],
        focuses=network["focuses"],
        population=[network["population"][row] for row in place],
        latitude=[network["latitude"][row] for row in place],
        longitude=[float(row) for row in place],
    )
    answer = PartnerMatcher().fit(profiles).candidates(seeker)
    return {candidate.id: (candidate.score, candidate.rank, candidate.rank_range) for candidate in answer.candidates}


@examples(60)
@given(network=networks(), order=st.permutations(ALL), seed=st.randoms(use_true_random=False))
def test_the_order_of_the_input_changes_nothing(network, order, seed):
    shuffled = {**network, "ties": [pair[::-1] for pair in reversed(network["ties"])], "focuses": network["focuses"][::-1]}
    seed.shuffle(shuffled["ties"])
    assert scores(order, shuffled) == scores(ALL, network)


@examples(60)
@given(network=networks())
def test_a_fact_given_twice_changes_nothing(network):
    twice = {**network, "ties": network["ties"] * 2, "focuses": network["focuses"] * 2}
    assert scores(ALL, twice) == scores(ALL, network)


@examples(60)
@given(network=networks())
def test_other_ids_change_no_score(network):
    renamed = {id_: f"x{9 - place}" for place, id_ in enumerate(ALL)}
    profiles = world(
        german=tuple(renamed.values()),
        southern=(),
        country=list(COUNTRY.values()),
        ties=[(renamed[a], renamed[b]) for a, b in network["ties"]],
        focuses=[(renamed[m], *rest) for m, *rest in network["focuses"]],
        population=network["population"],
        latitude=network["latitude"],
        longitude=[float(row) for row in range(len(ALL))],
    )
    found = {candidate.id: candidate.score for candidate in PartnerMatcher().fit(profiles).candidates(renamed["s"]).candidates}
    assert found == {renamed[id_]: score for id_, (score, _, _) in scores(ALL, network).items()}


@examples(60)
@given(network=networks())
def test_scores_and_ranges_are_sound(network):
    found = scores(ALL, network)
    assert all(0 <= score <= 1 for score, _, _ in found.values())
    assert sorted(rank for _, rank, _ in found.values()) == list(range(1, len(found) + 1))
    assert all(1 <= low <= rank <= high <= len(found) for _, rank, (low, high) in found.values())
