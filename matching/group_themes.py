"""Themes: what a group is told about itself: what it has in common, who brings and who seeks what, who could lead it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from matching.participants import Participants
from matching.profile import LANGUAGES, SEEKS, Bools, Floats, Ints, Subjects

SHOWN = 3
"""Subjects of a theme at most."""
PRIOR = 10.0
"""Weight of all participants' subjects against the group's own: small groups need more to stand out."""

TEXTS: Mapping[str, Mapping[str, str]] = {
    "theme": {
        "en": "What stands out in this group: {subjects}.",
        "de": "Schwerpunkte der Gruppe: {subjects}.",
        "es": "Temas que destacan en el grupo: {subjects}.",
        "fr": "Thèmes marquants du groupe : {subjects}.",
    },
    "theme.none": {
        "en": "No topic stands out in this group.",
        "de": "In dieser Gruppe sticht kein Thema hervor.",
        "es": "En este grupo no destaca ningún tema.",
        "fr": "Aucun thème ne se dégage dans ce groupe.",
    },
    "subject": {
        "en": "{name} ({count} of {size})",
        "de": "{name} ({count} von {size})",
        "es": "{name} ({count} de {size})",
        "fr": "{name} ({count} sur {size})",
    },
}
"""Key → language → template."""


@dataclass(frozen=True, kw_only=True)
class Emphasis:
    """One subject that is over-represented in a group."""

    subject: str
    members: int
    """How many of the group seek it, offer it or work on it."""
    size: int
    """Members of the group."""
    lift: float
    """Its part of the group's weights over its part of all participants' weights."""
    log_odds: float
    """Logarithm of the ratio of its odds in the group and outside, in standard deviations: Monroe, Colaresi and Quinn,
    Fightin' Words, Political Analysis 16 (2008), with all participants as prior."""


@dataclass(frozen=True, kw_only=True)
class Exchanged:
    """A subject that members of a group give to each other."""

    subject: str
    others: tuple[str, ...]
    """Ids of those who seek it (of what one brings) or can meet it (of what one seeks); empty where nobody can."""


@dataclass(frozen=True, kw_only=True)
class Member:
    """One member of a group."""

    id: str
    brings: tuple[Exchanged, ...]
    """What others in the group seek and it can meet."""
    seeks: tuple[Exchanged, ...]
    """What it seeks, and who in the group can meet it."""


@dataclass(frozen=True, kw_only=True)
class ExpertNeed:
    """A need that nobody in the group can meet: what to ask experts for."""

    subject: str
    seekers: tuple[str, ...]


def theme(participants: Participants, rows: Ints) -> tuple[Emphasis, ...]:
    """Topics and targets (goals only where there is nothing else) that stand out in a group, strongest first."""
    said = participants.weights.max(axis=0)
    odds, lift = _odds(said, rows)
    members = np.count_nonzero(said[rows], axis=0)
    goals = np.unique(participants.subjects.target_goal[:, 1])
    standing = np.flatnonzero((odds > 1) & (members >= min(2, len(rows))))
    finer = np.setdiff1d(standing, goals)
    chosen = sorted((finer if len(finer) else standing).tolist(), key=lambda subject: (-odds[subject], participants.subjects.ids[subject]))
    return tuple(
        Emphasis(
            subject=participants.subjects.ids[subject],
            members=int(members[subject]),
            size=len(rows),
            lift=float(lift[subject]),
            log_odds=float(odds[subject]),
        )
        for subject in chosen[:SHOWN]
    )


def _odds(said: Floats, rows: Ints) -> tuple[Floats, Floats]:
    inside: Floats = said[rows].sum(axis=0)
    everywhere: Floats = said.sum(axis=0)
    total, all_ = inside.sum(), everywhere.sum()
    if total == 0:
        return np.zeros(len(inside)), np.zeros(len(inside))
    outside, prior = everywhere - inside, PRIOR * everywhere / all_ + 1e-9
    one = np.log((inside + prior) / np.maximum(total + PRIOR - inside - prior, 1e-9))
    other = np.log((outside + prior) / np.maximum(all_ - total + PRIOR - outside - prior, 1e-9))
    deviation = np.sqrt(1 / (inside + prior) + 1 / (outside + prior))
    lift: Floats = np.divide(inside / total, everywhere / all_, out=np.zeros(len(inside)), where=everywhere > 0)
    return (one - other) / deviation, lift


def theme_text(emphases: Sequence[Emphasis], subjects: Subjects, language: str = "en") -> str:
    """A theme as a sentence in one of `LANGUAGES`; `ValueError` for another language."""
    if language not in LANGUAGES:
        raise ValueError(f"no language {language!r}; allowed are {', '.join(LANGUAGES)}")
    if not emphases:
        return TEXTS["theme.none"][language]
    said = [
        TEXTS["subject"][language].format(name=subjects.name(subjects.rows[emphasis.subject], language), count=emphasis.members, size=emphasis.size)
        for emphasis in emphases
    ]
    return TEXTS["theme"][language].format(subjects=", ".join(said))


def members(participants: Participants, rows: Ints) -> tuple[Member, ...]:
    """What each member of a group brings to the others and seeks of them."""
    meets = participants.supply[:, rows] > 0
    seeks = participants.weights[SEEKS][rows] > 0
    return tuple(_member(participants, rows, place, meets, seeks) for place in range(len(rows)))


def _member(participants: Participants, rows: Ints, place: int, meets: Bools, seeks: Bools) -> Member:
    ids, subjects = [participants.ids[int(row)] for row in rows], participants.subjects.ids
    others = np.arange(len(rows)) != place
    brings = np.flatnonzero(meets[:, place] & seeks[others].any(axis=0)).tolist()
    return Member(
        id=ids[place],
        brings=tuple(Exchanged(subject=subjects[s], others=tuple(ids[other] for other in np.flatnonzero(seeks[:, s] & others).tolist())) for s in brings),
        seeks=tuple(
            Exchanged(subject=subjects[s], others=tuple(ids[other] for other in np.flatnonzero(meets[s] & others).tolist()))
            for s in np.flatnonzero(seeks[place]).tolist()
        ),
    )


def facilitator(participants: Participants, rows: Ints, language: str | None) -> str | None:
    """The member who meets most of what the others seek, one who speaks the group's language first; None where nobody meets anything."""
    given = participants.met_needs[np.ix_(rows, rows)].sum(axis=0)
    speaks = [language is None or language in participants.languages[row] for row in rows.tolist()]
    best = max(range(len(rows)), key=lambda place: (given[place] > 0 and speaks[place], round(float(given[place]), 9), -place))
    return participants.ids[int(rows[best])] if given[best] > 0 else None


def working_language(participants: Participants, rows: Ints) -> tuple[str | None, int]:
    """The language most members speak, one that more participants speak first, and how many do not speak it or are not known to."""
    spoken, names = participants.spoken
    if not spoken[rows].any():
        return None, len(rows)
    count = spoken[rows].sum(axis=0)
    best = max(range(len(names)), key=lambda place: (count[place], spoken[:, place].sum(), names[place]))
    return names[best], int(len(rows) - count[best])


def expert_needs(participants: Participants, rows: Ints) -> tuple[ExpertNeed, ...]:
    """What is sought in the group and nobody else in it can meet, most wanted first."""
    seeks, meets = participants.weights[SEEKS][rows], participants.supply[:, rows] > 0
    open_: list[tuple[float, str, tuple[str, ...]]] = []
    for subject in np.flatnonzero(seeks.any(axis=0)).tolist():
        lacking = [place for place in np.flatnonzero(seeks[:, subject]).tolist() if not meets[subject, np.arange(len(rows)) != place].any()]
        if lacking:
            open_.append(
                (-float(seeks[lacking, subject].sum()), participants.subjects.ids[subject], tuple(participants.ids[int(rows[place])] for place in lacking))
            )
    return tuple(ExpertNeed(subject=subject, seekers=seekers) for _, subject, seekers in sorted(open_))
