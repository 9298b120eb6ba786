from __future__ import annotations

import pytest

from matching.group_themes import Exchanged, ExpertNeed, theme_text
from matching.groups import Group, peer_groups
from matching.profile import LANGUAGES
from tests.matching.group_worlds import SUBJECTS, people


def groups() -> dict[str, Group]:
    """A group on waste (a to d) and one on water (e to h), by the id of one member."""
    participants = people(
        {
            "a": [("works_on", "waste"), ("seeks", "waste")],
            "b": [("works_on", "waste"), ("offers", "waste")],
            "c": [("works_on", "waste"), ("seeks", "waste"), ("seeks", "energy")],
            "d": [("works_on", "waste")],
            **{id_: [("works_on", "water"), ("offers", "water")] for id_ in "efgh"},
        },
        languages=dict.fromkeys("abc", ("de", "en")) | {"d": ("en",)} | dict.fromkeys("efgh", ("es",)),
    )
    plan = peer_groups(participants, number=2)
    return {member.id: group for group in plan.rounds[0] for member in group.members}


def test_a_theme_is_what_the_group_has_more_of_than_all() -> None:
    theme = groups()["a"].theme
    assert [(one.subject, one.members, one.size) for one in theme] == [("waste", 4, 4)]
    assert theme[0].lift == pytest.approx((4 / 5) / (4 / 9))


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("en", "What stands out in this group: Waste (4 of 4)."),
        ("de", "Schwerpunkte der Gruppe: Abfall (4 von 4)."),
        ("es", "Temas que destacan en el grupo: Residuos (4 de 4)."),
        ("fr", "Thèmes marquants du groupe : Déchets (4 sur 4)."),
    ],
)
def test_a_theme_is_said_in_four_languages(language: str, text: str) -> None:
    assert theme_text(groups()["a"].theme, SUBJECTS, language) == text


def test_a_group_without_a_theme_says_so() -> None:
    assert {theme_text((), SUBJECTS, language) for language in LANGUAGES} >= {
        "No topic stands out in this group.",
        "In dieser Gruppe sticht kein Thema hervor.",
    }
    with pytest.raises(ValueError, match="no language 'pt'"):
        theme_text((), SUBJECTS, "pt")


def test_the_one_who_offers_what_others_seek_is_to_lead() -> None:
    assert groups()["a"].facilitator == "b"
    assert groups()["e"].facilitator is None


def test_the_working_language_is_the_one_that_most_speak() -> None:
    found = groups()
    assert (found["a"].language, found["a"].not_speaking) == ("en", 0)
    assert (found["e"].language, found["e"].not_speaking) == ("es", 0)


def test_members_know_what_they_bring_and_seek_and_what_is_left_for_experts() -> None:
    group = groups()["a"]
    members = {member.id: member for member in group.members}
    (brought,) = members["b"].brings
    assert (brought.subject, sorted(brought.others)) == ("waste", ["a", "c"])
    assert set(members["c"].seeks) == {Exchanged(subject="waste", others=("b",)), Exchanged(subject="energy", others=())}
    assert members["d"].brings == members["d"].seeks == ()
    assert group.expert_needs == (ExpertNeed(subject="energy", seekers=("c",)),)


def test_cohesion_is_compared_with_a_random_group() -> None:
    found = groups()
    assert found["e"].cohesion == pytest.approx(1.0)
    assert found["e"].lift == pytest.approx(28 * 1.0 / (6 * 1.0 + 6 * found["a"].cohesion), rel=1e-6)
