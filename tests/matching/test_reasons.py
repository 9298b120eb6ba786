import string

import pytest

from matching.profile import LANGUAGES, Profiles, Subjects
from matching.reasons import SILENT, TEXTS, Number, Reason, matched, render


def test_every_reason_says_the_same_facts_in_every_language():
    for key, texts in TEXTS.items():
        assert set(texts) == set(LANGUAGES), key
        fields = {language: sorted(name for _, name, _, _ in string.Formatter().parse(text) if name) for language, text in texts.items()}
        assert len({tuple(names) for names in fields.values()}) == 1, (key, fields)


def test_reasons_that_say_nothing_in_favour_are_told_apart():
    assert set(TEXTS) >= SILENT
    assert Reason(key="place", facts={}).telling
    assert not Reason(key="place.differs", facts={}).telling
    assert not Reason(key="vicinity.none", facts={}).telling


def test_names_that_are_left_out_are_hinted_at():
    nobody = Profiles.build(ids=[], country=[])
    facts = {"count": 2, "names": ("Bonn", "Oslo")}
    assert render(Reason(key="openness", facts=facts), nobody) == "International partnerships so far: 2 (Bonn, Oslo)."
    assert render(Reason(key="openness", facts={**facts, "count": 3}), nobody) == "International partnerships so far: 3 (Bonn, Oslo …)."


def test_no_sentence_leaves_the_plural_to_the_reader():
    assert not [text for texts in TEXTS.values() for text in texts.values() if any(mark in text for mark in ("(s)", "(e", "(n)"))]


@pytest.mark.parametrize(
    ("pairs", "language", "text"),
    [
        ([(0, 1), (2, 3), (2, 1)], "de", "Abfall (für Luft und Wasser), Boden (für Wasser)"),
        ([(0, 1), (2, 1), (3, 1)], "en", "Abfall (for Luft, Wasser and Boden)"),
        ([(0, 1), (4, 1)], "es", "Abfall (para Luft e Innovación)"),
        ([(0, 1), (5, 1)], "de", "Abfall (für Luft sowie Klima und Energie)"),
        ([(1, 1), (0, 1), (1, 1)], "de", "Abfall (auch für Luft)"),
        ([(3, 3), (0, 0)], "fr", "Boden, Luft"),
    ],
)
def test_what_meets_several_needs_is_named_once(pairs: list[tuple[int, int]], language: str, text: str) -> None:
    subjects = Subjects(ids=("Luft", "Abfall", "Wasser", "Boden", "Innovación", "Klima und Energie"))
    assert matched(pairs, subjects, language) == text


@pytest.mark.parametrize(
    ("value", "language", "forms", "text"),
    [
        (1, "en", "day|days", "1 day"),
        (0, "en", "day|days", "0 days"),
        (0, "fr", "jour|jours", "0 jour"),
        (1_200, "de", "Tag|Tage", "1.200 Tage"),
        (1, "en", "the one day|all # days", "the one day"),
        (3, "en", "the one day|all # days", "all 3 days"),
        (2, "es", "", "2"),
    ],
)
def test_a_number_and_its_word_agree(value: int, language: str, forms: str, text: str) -> None:
    assert format(Number(value, language), forms) == text
