"""How values look in a store, the same in every engine."""

from __future__ import annotations

import datetime
import enum
import unicodedata

from graph_api.model import Scalar

_LETTERS = str.maketrans({"ß": "ss", "æ": "ae", "œ": "oe", "ø": "o", "đ": "d", "ł": "l", "ħ": "h", "ı": "i", "þ": "th", "ð": "d", "ŋ": "n"})
"""Letters that Unicode does not take apart; people type the plain ones."""


def fold(text: str) -> str:
    """The text without case, accents and surrounding space: what search and comparison see."""
    apart = unicodedata.normalize("NFKD", text.casefold())
    return "".join(c for c in apart if not unicodedata.combining(c)).translate(_LETTERS).strip()


def order_key(value: Scalar) -> Scalar:
    """What a value is ordered by: a text folded, anything else as it is stored."""
    return fold(value) if isinstance(value, str) and not isinstance(value, enum.Enum) else encode(value)


def encode(value: Scalar) -> Scalar:
    """The value as it is stored: dates as ISO text, members of enums as their text."""
    if isinstance(value, enum.StrEnum):
        return value.value
    if isinstance(value, datetime.date):
        return value.isoformat()
    return str(value) if isinstance(value, str) else value
