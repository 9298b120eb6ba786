"""Finds municipalities that could learn from each other, from the network as it is now."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from graph_api.errors import InvalidInput, NotFound, checked
from graph_api.model import Attendance as Attends
from graph_api.model import Direction as FocusDirection
from graph_api.model import Focus, HasDepartment, HasTopic, Link
from graph_api.operations.candidates import CandidateFilter, CandidateFinder, Fitted
from graph_api.operations.latest import Latest
from graph_api.operations.viewers import ANYBODY, Viewer
from graph_api.storage.base import Reader, Snapshot
from matching.exchanges import Attendance, Departments, Direction, ExchangeCandidates, ExchangeMatcher
from matching.plan_reasons import say
from matching.profile import Ints, Subjects
from matching.reasons import Reason

KINDS: Mapping[str, tuple[str, ...]] = {"department": ("id", "name")}
LINKS: Mapping[type[Link], tuple[str, ...]] = {HasDepartment: (), HasTopic: (), Focus: ("direction",), Attends: ()}
MOST_SUBJECTS = 50
"""Subjects that an exchange may be about."""


@dataclass(frozen=True, kw_only=True)
class ExchangeAnswer:
    """Candidates for one municipality, the revision they are about, and the subjects that their reasons mention."""

    found: ExchangeCandidates
    revision: int
    subjects: Subjects

    def text(self, reason: Reason, language: str) -> str:
        """A reason as a sentence."""
        return say(reason, language, self.subjects)


class ExchangeFinder:
    """Answers with whom a municipality could exchange experience."""

    def __init__(self, reader: Reader, finder: CandidateFinder) -> None:
        self._latest: Latest[ExchangeMatcher] = Latest(reader, finder, KINDS, LINKS, fit)

    async def candidates(
        self,
        municipality: str,
        *,
        about: Sequence[str] = (),
        direction: Direction | None = None,
        first: int = 10,
        filter: CandidateFilter | None = None,
        viewer: Viewer = ANYBODY,
    ) -> ExchangeAnswer:
        """The best municipalities to talk to. Raises NotFound for an unknown municipality, InvalidInput for an unknown subject."""
        if len(about) > MOST_SUBJECTS:
            raise InvalidInput(f"{len(about)} subjects; allowed: {MOST_SUBJECTS}")
        matcher, fitted = await self._latest.get()
        profiles = matcher.profiles_
        if municipality not in profiles.rows:
            raise NotFound(municipality)
        keep = filter.mask(profiles) if filter else None
        exclude = fitted.unwanted.for_(municipality, viewer)
        with checked():
            found = await asyncio.to_thread(matcher.candidates, municipality, first, about=about, direction=direction, keep=keep, exclude=exclude)
        return ExchangeAnswer(found=found, revision=fitted.revision, subjects=profiles.subjects)


def fit(fitted: Fitted, snapshot: Snapshot) -> ExchangeMatcher:
    """A matcher over the profiles, with departments and attendances from a snapshot of `KINDS` and `LINKS`."""
    profiles = fitted.matcher.profiles_
    return ExchangeMatcher().fit(profiles, _departments(snapshot, profiles.rows, profiles.subjects), _attendance(snapshot, profiles.rows))


def _departments(snapshot: Snapshot, rows: Mapping[Any, int], subjects: Subjects) -> Departments:
    """Departments with what they have as topics, offer or work on, and with what they seek."""
    columns, homes = snapshot.kinds["department"].values, snapshot.links[HasDepartment].values
    home = {department: rows[town] for town, department in zip(homes["source"], homes["target"], strict=True)}
    listed = [(id_, str(name)) for id_, name in zip(columns["id"], columns["name"], strict=True) if id_ in home]
    place: dict[Any, int] = {id_: number for number, (id_, _) in enumerate(listed)}
    subject = subjects.rows
    topics, focuses = snapshot.links[HasTopic].values, snapshot.links[Focus].values
    pairs = dict.fromkeys((place[d], subject[str(s)]) for d, s in zip(topics["source"], topics["target"], strict=True) if d in place)
    said = [(d, s, direction == FocusDirection.SEEKS) for d, s, direction in zip(*(focuses[name] for name in ("source", "target", "direction")), strict=True)]
    pairs |= dict.fromkeys((place[d], subject[str(s)]) for d, s, seeks in said if d in place and not seeks)
    sought = dict.fromkeys((place[d], subject[str(s)]) for d, s, seeks in said if d in place and seeks)
    return Departments(
        ids=tuple(str(id_) for id_, _ in listed),
        names=tuple(name for _, name in listed),
        municipality=np.array([home[id_] for id_, _ in listed], dtype=np.int64),
        topics=_pairs(pairs),
        sought=_pairs(sought),
    )


def _pairs(pairs: Mapping[tuple[int, int], None]) -> Ints:
    return np.array(list(pairs), dtype=np.int64).reshape(-1, 2)


def _attendance(snapshot: Snapshot, rows: Mapping[Any, int]) -> Attendance:
    links = snapshot.links[Attends].values
    found = [(rows[who], event) for who, event in zip(links["source"], links["target"], strict=True) if who in rows]
    numbers: dict[object, int] = {event: number for number, event in enumerate(dict.fromkeys(event for _, event in found))}
    return Attendance(municipality=np.array([row for row, _ in found], dtype=np.int64), event=np.array([numbers[event] for _, event in found], dtype=np.int64))
