"""Ranking: words of any script, one typo, and the order of what a search finds."""

from __future__ import annotations

import pytest

from graph_api.model import Scalar
from graph_api.storage.ranking import MOST_WORDS, Candidate, entries, one_typo, query_words, rank, words


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Treptow-Köpenick", ["treptow", "kopenick"]),
        ("Große Straße 11.6", ["grosse", "strasse", "11", "6"]),
        ("snake_case", ["snake", "case"]),
        ("काठमाडौं", ["काठमाडौं"]),
        ("القاهرة", ["القاهرة"]),
        ("AND 𝐀𝐍𝐃", ["and", "and"]),
        ('+(a) "b" c~2 d* [e TO f] g:h \\', ["a", "b", "c", "2", "d", "e", "to", "f", "g", "h"]),
        (" -- ", []),
    ],
)
def test_words_are_runs_of_letters_marks_and_digits(text: str, expected: list[str]) -> None:
    assert words(text) == expected


def test_a_query_has_each_word_once_and_not_too_many() -> None:
    assert query_words("b a B ä") == ["b", "a"]
    assert query_words(" ".join(f"w{i}" for i in range(100))) == [f"w{i}" for i in range(MOST_WORDS)]


@pytest.mark.parametrize(
    ("one", "other", "expected"),
    [
        ("bonn", "bonn", True),
        ("bonn", "bon", True),
        ("bonn", "onn", True),
        ("bonn", "boonn", True),
        ("bonn", "bomn", True),
        ("bonn", "bnon", True),
        ("bonn", "obnn", True),
        ("bonn", "bo", False),
        ("bonn", "bmmn", False),
        ("bonn", "nnob", False),
        ("abcd", "badc", False),
        ("abcd", "dbca", False),
    ],
)
def test_one_typo_is_a_letter_more_less_or_other_or_two_swapped(one: str, other: str, expected: bool) -> None:
    assert one_typo(one, other) is expected
    assert one_typo(other, one) is expected


def candidate(own: str, **values: Scalar) -> Candidate:
    return Candidate(id=own, texts={name: entries(value) for name, value in values.items()})


CITIES = (
    candidate("typo", name="Munchin"),
    candidate("word", name="Garching bei München"),
    candidate("other", name="Bonn", names=("Bonna",)),
    candidate("begins", name="Münchenbuchsee"),
    candidate("same", name="München", names=("Munich", "Monaco di Baviera")),
)


def test_the_name_itself_comes_first_then_its_beginning_then_words_then_typos() -> None:
    assert [(hit.id, int(hit.score)) for hit in rank("MÜNCHEN", CITIES)] == [("same", 4), ("begins", 3), ("word", 2), ("typo", 1)]


def test_every_word_has_to_be_found_somewhere() -> None:
    assert [(hit.id, hit.property) for hit in rank("baviera münchen", CITIES)] == [("same", "name")]
    assert rank("baviera bonn", CITIES) == []
    assert rank("", CITIES) == []


def test_short_words_forgive_no_typo() -> None:
    assert rank("bomn", CITIES) == []
    assert [hit.id for hit in rank("bomna", CITIES)] == ["other"]


def test_equal_hits_are_in_order_of_id() -> None:
    assert [hit.id for hit in rank("x", [candidate("b", name="X"), candidate("a", name="X")])] == ["a", "b"]
