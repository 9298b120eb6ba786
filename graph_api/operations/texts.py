"""Finds what a text in somebody's own words is about: goals, targets and topics of the network."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import TYPE_CHECKING

from graph_api.errors import InvalidInput
from graph_api.operations.candidates import CandidateFinder
from matching.profile import Subjects

if TYPE_CHECKING:
    from matching.texts import Mention, TextMatcher

LONGEST_TEXT = 10_000
"""Characters."""


@dataclass(frozen=True, kw_only=True)
class SubjectsOfText:
    """What a text is about, the likeliest first."""

    goals: tuple[Mention, ...]
    targets: tuple[Mention, ...]
    topics: tuple[Mention, ...]
    reader: str
    """How the text was read: `sentences` or `words`."""
    revision: int


class SubjectFinder:
    """Finds the subjects of texts. What it has learned of their names it keeps until they change."""

    def __init__(self, finder: CandidateFinder) -> None:
        self._finder = finder
        self._learned: tuple[Subjects, TextMatcher] | None = None
        self._learning = asyncio.Lock()

    async def subjects(self, text: str, *, first: int = 5) -> SubjectsOfText:
        """The goals, targets and topics that a text is most likely about, at most so many of each. Raises InvalidInput for a text that is too long."""
        if len(text) > LONGEST_TEXT:
            raise InvalidInput(f"text: {len(text):,} characters are too many: at most {LONGEST_TEXT:,}")
        fitted = await self._finder.fitted()
        matcher = await self._matcher(fitted.matcher.profiles_.subjects)

        def found() -> SubjectsOfText:
            return SubjectsOfText(
                goals=matcher.goals(text, first),
                targets=matcher.subjects(text, "sdg_target", first),
                topics=matcher.subjects(text, "topic", first),
                reader=matcher.reader_.name,
                revision=fitted.revision,
            )

        return await asyncio.to_thread(found)

    async def _matcher(self, subjects: Subjects) -> TextMatcher:
        async with self._learning:
            if self._learned is None or (self._learned[0].ids, self._learned[0].names) != (subjects.ids, subjects.names):
                from matching.texts import TextMatcher  # scikit-learn and the encoder take 150 MB, which few ask for

                self._learned = subjects, await asyncio.to_thread(TextMatcher().fit, subjects)
            return self._learned[1]
