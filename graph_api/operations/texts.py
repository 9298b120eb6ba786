"""Finds what a text in somebody's own words is about: goals, targets and topics of the network."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from graph_api.errors import InvalidInput
from graph_api.operations.profiles import load_subjects
from graph_api.operations.work import Work
from graph_api.storage.base import Reader
from matching.asked import Asked, Reading
from matching.profile import Subjects

if TYPE_CHECKING:
    from matching.texts import Mention, TextMatcher

LONGEST_TEXT = 10_000
"""Characters; of several texts that are read together, of all of them."""

MOST_TEXTS = 10
"""Texts on needs, and on offers, that are read together."""


@dataclass(frozen=True, kw_only=True)
class SubjectsOfText:
    """What a text is about, the likeliest first."""

    goals: tuple[Mention, ...]
    targets: tuple[Mention, ...]
    topics: tuple[Mention, ...]
    reader: str
    """How the text was read: `sentences` or `words`."""
    revision: int


@dataclass(frozen=True, kw_only=True)
class Understood:
    """What texts on needs and offers were taken to mean. It holds nothing of the texts themselves."""

    needs: tuple[Reading, ...]
    """Of each text, in their order; empty for one in which nothing was found."""
    offers: tuple[Reading, ...]
    reader: str

    @property
    def asked(self) -> Asked:
        """The same, as the matcher takes it."""
        return Asked.of(self.needs, self.offers, self.reader)


class SubjectFinder:
    """Finds the subjects of texts. What it has learned of them it keeps until they change."""

    def __init__(self, reader: Reader) -> None:
        self._reader = reader
        self._learned: Work[tuple[TextMatcher, int]] = Work()

    async def subjects(self, text: str, *, first: int = 5) -> SubjectsOfText:
        """The goals, targets and topics that a text is most likely about, at most so many of each. Raises InvalidInput for a text that is too long."""
        if len(text) > LONGEST_TEXT:
            raise InvalidInput(f"text: {len(text):,} characters are too many: at most {LONGEST_TEXT:,}")
        matcher, revision = await self._current()

        def found() -> SubjectsOfText:
            return SubjectsOfText(
                goals=matcher.goals(text, first),
                targets=matcher.subjects(text, "sdg_target", first),
                topics=matcher.subjects(text, "topic", first),
                reader=matcher.reader_.name,
                revision=revision,
            )

        return await asyncio.to_thread(found)

    async def read(self, needs: Sequence[str] | None, offers: Sequence[str] | None) -> Understood | None:
        """What texts on needs and offers mean; None where there are none. Raises InvalidInput for too many or too long ones."""
        texts = {"needs": tuple(needs or ()), "offers": tuple(offers or ())}
        for name, given in texts.items():
            if len(given) > MOST_TEXTS:
                raise InvalidInput(f"{name}: {len(given)} texts are too many: at most {MOST_TEXTS}")
        if (length := sum(len(text) for given in texts.values() for text in given)) > LONGEST_TEXT:
            raise InvalidInput(f"needs and offers: {length:,} characters are too many: at most {LONGEST_TEXT:,} together")
        if not any(texts.values()):
            return None
        matcher, _ = await self._current()

        def understood() -> Understood:
            found = {name: tuple(matcher.reading(text) for text in given) for name, given in texts.items()}
            return Understood(**found, reader=matcher.reader_.name)

        return await asyncio.to_thread(understood)

    async def _current(self) -> tuple[TextMatcher, int]:
        """What was learned of the network as it is now, and its revision."""
        return await self._learned.get(self._is_current, self._learn)

    async def _is_current(self, learned: tuple[TextMatcher, int]) -> bool:
        return learned[1] == await self._reader.revision()

    async def _learn(self, learned: tuple[TextMatcher, int] | None) -> tuple[TextMatcher, int]:
        subjects, revision = await load_subjects(self._reader)
        if learned and _alike(learned[0].subjects_, subjects):
            return learned[0], revision
        return await asyncio.to_thread(_fitted, subjects), revision


def _fitted(subjects: Subjects) -> TextMatcher:
    """A matcher of the subjects. Importing it takes seconds, in which others are answered, and 150 MB (scikit-learn and the encoder), which few ask for."""
    from matching.texts import TextMatcher

    return TextMatcher().fit(subjects)


def _alike(one: Subjects, other: Subjects) -> bool:
    """Whether names and hierarchy are the same."""
    pairs = ((one.target_goal, other.target_goal), (one.topic_target, other.topic_target), (one.topic_broader, other.topic_broader))
    return (one.ids, one.names) == (other.ids, other.names) and all(np.array_equal(a, b) for a, b in pairs)
