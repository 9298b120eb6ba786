"""Names of languages in reasons."""

from __future__ import annotations

from matching.languages import NAMES, language_name
from matching.plan_reasons import say
from matching.profile import LANGUAGES
from matching.reasons import Reason


def test_languages_are_named_in_the_language_of_the_reason() -> None:
    reason = Reason(key="exchange.languages", facts={"languages": ("en", "gil", "xx")})
    told = [say(reason, language) for language in LANGUAGES]
    assert [text.partition(": ")[2] for text in told] == [
        "English, Gilbertese, xx.",
        "Englisch, Kiribatisch, xx.",
        "inglés, gilbertés, xx.",
        "anglais, gilbertin, xx.",
    ]


def test_every_name_is_there_in_every_language() -> None:
    assert [code for code, names in NAMES.items() if not all(names)] == []
    assert language_name("pt", "de") == "Portugiesisch"
