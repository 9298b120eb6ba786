"""How values look in a store, the same in every engine."""

from __future__ import annotations

import datetime
import enum
import math
import unicodedata

from graph_api.errors import InvalidInput
from graph_api.model import Scalar

_LETTERS = str.maketrans({"ß": "ss", "æ": "ae", "œ": "oe", "ø": "o", "đ": "d", "ł": "l", "ħ": "h", "ı": "i", "þ": "th", "ð": "d", "ŋ": "n"})
"""Letters that Unicode does not take apart; people type the plain ones."""


def fold(text: str) -> str:
    """The text without case, accents and surrounding space: what search and comparison see."""
    if text.isascii():  # nothing to be taken apart: a tenth of the time
        return text.lower().strip()
    apart = unicodedata.normalize("NFKD", text.casefold())
    return "".join(c for c in apart if not unicodedata.combining(c)).translate(_LETTERS).strip()


def order_key(value: Scalar) -> Scalar:
    """What a value is ordered by: a text folded, anything else as it is stored."""
    return fold(value) if isinstance(value, str) and not isinstance(value, enum.Enum) else encode(value)


def encode(value: Scalar) -> Scalar:
    """The value as it is stored: dates as ISO text, members of enums as their text, floats with the 15 digits that every engine gives back.

    Raises InvalidInput for what no engine can keep: U+0000 and half surrogate pairs in a text, floats that are no number.
    """
    if isinstance(value, enum.StrEnum):
        return value.value
    if isinstance(value, str):
        return _kept(str(value))
    if isinstance(value, float):
        return _rounded(value)
    if isinstance(value, tuple):
        return tuple(map(_kept, value))
    return value.isoformat() if isinstance(value, datetime.date) else value


def _kept(text: str) -> str:
    if "\0" in text or (not text.isascii() and any("\ud800" <= c <= "\udfff" for c in text)):
        raise InvalidInput(f"{text!r} holds a character that is not allowed in a text: U+0000 or half of a surrogate pair")
    return text


def _rounded(number: float) -> float:
    if not math.isfinite(number):
        raise InvalidInput(f"{number} is not allowed: a number is expected")
    return float(f"{number:.15g}") + 0.0  # -0.0 becomes 0.0
