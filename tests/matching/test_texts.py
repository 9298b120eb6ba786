"""What texts are about: by the encoder in any language, by words without it; from the names of the subjects alone."""

from __future__ import annotations

import numpy as np
import pytest

from matching.profile import Subjects
from matching.texts import Sentences, TextMatcher, TextReader, Words

GOALS = {"6": "Safe drinking water", "11": "Liveable cities and towns", "12": "Sustainable production and consumption"}
TARGETS = {"6.1": ("6", "Drinking water for everyone"), "11.2": ("11", "Buses and trains for all"), "12.5": ("12", "Less waste, more recycling")}
TOPICS = {"compost": ("12.5", "Composting of food waste", "Kompostierung"), "wells": ("6.1", "Village wells", "Dorfbrunnen"), "trams": ("11.2", "Trams", "")}


def world(*kept: str) -> Subjects:
    """Three goals (or some of them) with a target and a topic each."""
    goals = {number: name for number, name in GOALS.items() if not kept or number in kept}
    targets = {number: of for number, of in TARGETS.items() if of[0] in goals}
    topics = {own: of for own, of in TOPICS.items() if of[0] in targets}
    ids = (*(f"topic:{t}" for t in topics), *(f"sdg_goal:{g}" for g in goals), *(f"sdg_target:{t}" for t in targets))
    row = {own: place for place, own in enumerate(ids)}
    english = (*(t[1] for t in topics.values()), *goals.values(), *(t[1] for t in targets.values()))
    german = (*(t[2] for t in topics.values()), *("" for _ in (*goals, *targets)))
    return Subjects(
        ids=ids,
        names={"en": english, "de": german},
        target_goal=np.array([[row[f"sdg_target:{t}"], row[f"sdg_goal:{goal}"]] for t, (goal, _) in targets.items()]).reshape(-1, 2),
        topic_target=np.array([[row[f"topic:{t}"], row[f"sdg_target:{target}"]] for t, (target, *_) in topics.items()]).reshape(-1, 2),
    )


@pytest.fixture(scope="module", params=[Sentences, Words])
def matcher(request: pytest.FixtureRequest) -> TextMatcher:
    reader: TextReader = request.param()
    return TextMatcher(reader).fit(world())


@pytest.mark.parametrize(("text", "goal", "topic"), [("composting", "12", "compost"), ("a well for the village", "6", "wells"), ("tram lines", "11", "trams")])
def test_a_text_is_about_what_it_names(matcher: TextMatcher, text: str, goal: str, topic: str) -> None:
    assert matcher.goals(text)[0].id == f"sdg_goal:{goal}"
    assert matcher.subjects(text, "topic")[0].id == f"topic:{topic}"


@pytest.mark.parametrize(
    ("text", "goal"),
    [
        ("Wir wollen Bioabfälle getrennt sammeln", "12"),
        ("Nuestro barrio no tiene agua potable", "6"),
        ("Nous voulons développer les transports en commun", "11"),
        ("Precisamos separar e reciclar o lixo", "12"),
    ],
)
def test_the_encoder_understands_other_languages_and_other_words(text: str, goal: str) -> None:
    assert TextMatcher(Sentences()).fit(world()).goals(text, 1)[0].id == f"sdg_goal:{goal}"


def test_shares_of_the_goals_make_one_and_the_likeliest_is_first(matcher: TextMatcher) -> None:
    found = matcher.goals("Drinking water", 17)
    assert sum(mention.score for mention in found) == pytest.approx(1)
    assert [m.score for m in found] == sorted((m.score for m in found), reverse=True)
    assert len(found) == 3


def test_as_many_as_asked_for(matcher: TextMatcher) -> None:
    assert [len(matcher.subjects("water", kind, first)) for kind, first in (("sdg_target", 2), ("topic", 0), ("sdg_goal", 9))] == [2, 0, 3]


@pytest.mark.parametrize("text", ["", " \n"])
def test_an_empty_text_is_about_nothing(matcher: TextMatcher, text: str) -> None:
    assert (matcher.goals(text), matcher.subjects(text, "topic")) == ((), ())


def test_the_same_text_gives_the_same_answer_alone_and_again(matcher: TextMatcher) -> None:
    assert matcher.goals("Waste") == matcher.goals("Waste") == TextMatcher(matcher.reader).fit(world()).goals("Waste")


@pytest.mark.parametrize(("kept", "goals"), [(("6",), []), (("6", "12"), ["sdg_goal:12", "sdg_goal:6"])])
def test_few_goals_are_no_problem(kept: tuple[str, ...], goals: list[str]) -> None:
    matcher = TextMatcher(Words()).fit(world(*kept))
    assert [mention.id for mention in matcher.goals("less waste and more recycling")] == goals


def test_a_network_without_subjects_knows_nothing() -> None:
    matcher = TextMatcher(Words()).fit(Subjects())
    assert (matcher.goals("waste"), matcher.subjects("waste", "topic")) == ((), ())
