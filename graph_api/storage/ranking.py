"""How a text is searched: its words, and the order of what a search finds; the same in every engine.

An engine stores for each `search` property what `entries` gives, finds candidates by words in its own way (more than fit do no
harm, fewer do), and leaves the decision and the order to `rank`.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from graph_api.model import Scalar
from graph_api.storage.base import Hit
from graph_api.storage.codec import fold

MOST_WORDS = 16
"""Further words of a query are ignored."""

MOST_CANDIDATES = 1000
"""So many hits are ranked at most, those that fit best by an engine's own measure; nobody turns more pages."""

_ASCII_WORD = re.compile("[a-z0-9]+")

TYPO_LENGTH = 5
"""Words of so many letters or more are found with one typo too."""


def words(text: str) -> list[str]:
    """The words of a text, folded, in order: runs of letters, marks and digits of any script."""
    folded = fold(text).casefold()
    if folded.isascii():
        return _ASCII_WORD.findall(folded)
    return "".join(c if c.isalnum() or unicodedata.category(c)[0] == "M" else " " for c in folded).split()


def query_words(text: str) -> list[str]:
    """The words that have to be found: each once, `MOST_WORDS` at most. Nothing is found where there is none."""
    return list(dict.fromkeys(words(text)))[:MOST_WORDS]


def entries(value: Scalar) -> list[str]:
    """What is stored to be searched for the value of a `search` property: for each of its texts the words, with one space between."""
    texts = value if isinstance(value, tuple | list) else () if value is None else (str(value),)
    return [" ".join(words(text)) for text in texts]


def one_typo(one: str, other: str) -> bool:
    """Whether one letter more, one less, another one, or two neighbours swapped turn a word into the other (equal words included)."""
    if one == other:
        return True
    if abs(len(one) - len(other)) > 1:
        return False
    at = next((i for i, (a, b) in enumerate(zip(one, other, strict=False)) if a != b), min(len(one), len(other)))
    if len(one) == len(other):
        return one[at + 1 :] == other[at + 1 :] or (one[at : at + 2] == other[at : at + 2][::-1] and one[at + 2 :] == other[at + 2 :])
    long, short = (one, other) if len(one) > len(other) else (other, one)
    return long[at + 1 :] == short[at:]


@dataclass(frozen=True, kw_only=True)
class Candidate:
    """A node that may fit, with the `entries` of its search properties that are not empty, in the order of their declaration."""

    id: str
    texts: Mapping[str, Sequence[str]]


def rank(text: str, candidates: Iterable[Candidate]) -> list[Hit]:
    """The candidates that fit, best first, equal ones by id.

    A score's whole part: 4 a text is the query, 3 a text begins with it, 2 every word is a word or its beginning, 1 with typos.
    The rest is how much of the text that fits best the query makes up.
    """
    query, whole = query_words(text), " ".join(words(text))
    hits = [hit for each in candidates if (hit := _hit(query, whole, each))]
    return sorted(hits, key=lambda hit: (-hit.score, hit.id))


def _hit(query: Sequence[str], whole: str, candidate: Candidate) -> Hit | None:
    found = dict.fromkeys(query, 0)
    best, property_name = (0, 0, 0.0), ""
    for name, texts in candidate.texts.items():
        for text in texts:
            fits = {word: _fit(word, text) for word in query}
            found = {word: max(fit, fits[word]) for word, fit in found.items()}
            fitness = (4 if text == whole else 3 if text.startswith(whole) else 0, sum(fits.values()), len(whole) / (len(whole) + len(text)))
            if sum(fits.values()) and fitness > best:
                best, property_name = fitness, name
    if not all(found.values()) or not query:
        return None
    return Hit(id=candidate.id, score=round(max(best[0], min(found.values())) + best[2], 6), property=property_name)


def _fit(word: str, text: str) -> int:
    """2 where a word of the text begins with this one, 1 where one is a typo away from it, 0 otherwise."""
    if f" {text}".find(f" {word}") >= 0:
        return 2
    return 1 if len(word) >= TYPO_LENGTH and any(one_typo(word, other) for other in text.split()) else 0
