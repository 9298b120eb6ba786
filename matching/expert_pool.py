"""Expert pool: all that matching knows of experts, as columns, and what a mission or a need asks for."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from matching.columns import Columns, check_places
from matching.profile import Bools, Floats, Ints, Subjects

SOURCES = ("topics", "projects", "missions", "department")
"""Where evidence of expertise comes from: what the person states, their projects, their missions, their department's topics.
The code of one in `Evidence.source` is the place in this tuple."""


def _ints() -> Ints:
    return np.empty(0, dtype=np.int64)


@dataclass(frozen=True, kw_only=True)
class Evidence:
    """What shows that experts know about subjects: parallel arrays."""

    expert: Ints = field(default_factory=_ints)
    """Row of the expert."""
    subject: Ints = field(default_factory=_ints)
    """Row of the subject."""
    source: Ints = field(default_factory=_ints)
    """Place in `SOURCES`."""
    count: Floats = field(default_factory=lambda: np.empty(0))
    """How many projects, missions and so on; above 0."""


@dataclass(frozen=True, kw_only=True)
class Journeys:
    """Past and future missions of experts: parallel arrays, one row for each expert on each mission."""

    expert: Ints = field(default_factory=_ints)
    mission: tuple[str, ...] = ()
    """Id of the mission."""
    starts: Floats = field(default_factory=lambda: np.empty(0))
    """Proleptic ordinal of the first day; NaN where unknown."""
    ends: Floats = field(default_factory=lambda: np.empty(0))


@dataclass(frozen=True, kw_only=True)
class ExpertPool(Columns):
    """Columns over n experts. Build small ones with `ExpertPool.build`.

    Raises `ValueError` where columns differ in length, ids repeat or an index points outside.
    """

    ONE, MANY = "expert", "experts"

    ids: tuple[str, ...]
    names: tuple[str, ...]
    municipality: tuple[str | None, ...]
    """Id of the municipality the person works for; `None` where they belong to an organisation outside or it is unknown."""
    department: tuple[str | None, ...]
    languages: tuple[tuple[str, ...], ...]
    """ISO 639 codes; empty where unknown."""
    available_from: Floats
    """Proleptic ordinal of the first day on which the person can travel; NaN where unknown: open on that side."""
    available_to: Floats
    consent: Bools
    """Whether contact data may be passed on."""
    subjects: Subjects = field(default_factory=Subjects)
    evidence: Evidence = field(default_factory=Evidence)
    journeys: Journeys = field(default_factory=Journeys)

    def __post_init__(self) -> None:
        self.check_columns("names", "municipality", "department", "languages", "available_from", "available_to", "consent")
        check_places("evidence.expert", self.evidence.expert, len(self))
        check_places("evidence.subject", self.evidence.subject, len(self.subjects))
        check_places("evidence.source", self.evidence.source, len(SOURCES))
        check_places("journeys.expert", self.journeys.expert, len(self))

    def evidence_counts(self, row: int, subjects: Collection[int]) -> dict[str, int]:
        """How many projects and missions of one expert are about some subjects (rows): source → count."""
        evidence = self.evidence
        chosen = (evidence.expert == row) & np.isin(evidence.subject, list(subjects))
        return {name: int(evidence.count[chosen & (evidence.source == SOURCES.index(name))].sum()) for name in ("projects", "missions")}

    @classmethod
    def build(
        cls,
        *,
        ids: Sequence[str],
        subjects: Subjects | None = None,
        evidence: Iterable[tuple[str, str, str, float]] = (),
        journeys: Iterable[tuple[str, str, int, int]] = (),
        **columns: Any,
    ) -> ExpertPool:
        """A pool from plain rows, with everything that is not given unknown and consent given: for tests and small pools.

        `evidence` holds rows of (expert id, subject id, source, count), `journeys` of (expert id, mission id, first day, last day).
        """
        n, subjects = len(ids), subjects or Subjects()
        row, subject = {id_: place for place, id_ in enumerate(ids)}, subjects.rows
        shown = [(row[e], subject[s], SOURCES.index(source), count) for e, s, source, count in evidence]
        gone = [(row[e], mission, starts, ends) for e, mission, starts, ends in journeys]
        return cls(
            ids=tuple(ids),
            names=tuple(columns.get("names", ids)),
            municipality=tuple(columns.get("municipality", [None] * n)),
            department=tuple(columns.get("department", [None] * n)),
            languages=tuple(tuple(spoken) for spoken in columns.get("languages", [()] * n)),
            available_from=np.asarray(columns.get("available_from", [np.nan] * n), dtype=np.float64),
            available_to=np.asarray(columns.get("available_to", [np.nan] * n), dtype=np.float64),
            consent=np.asarray(columns.get("consent", [True] * n), dtype=bool),
            subjects=subjects,
            evidence=Evidence(
                expert=np.array([e[0] for e in shown], dtype=np.int64),
                subject=np.array([e[1] for e in shown], dtype=np.int64),
                source=np.array([e[2] for e in shown], dtype=np.int64),
                count=np.array([e[3] for e in shown], dtype=np.float64),
            ),
            journeys=Journeys(
                expert=np.array([g[0] for g in gone], dtype=np.int64),
                mission=tuple(g[1] for g in gone),
                starts=np.array([g[2] for g in gone], dtype=np.float64),
                ends=np.array([g[3] for g in gone], dtype=np.float64),
            ),
        )


@dataclass(frozen=True, kw_only=True)
class Need:
    """What a mission, or a need for advice, asks for. Raises `ValueError` for dates or slots that make no sense."""

    id: str
    """Id of the mission, or any name of the need; the experts' own row for this mission does not count as load."""
    subjects: tuple[str, ...] = ()
    """Ids of topics, targets and goals, any of which makes an expert fit; empty: any expert."""
    languages: tuple[str, ...] = ()
    """Languages of which one is enough; empty: any."""
    required_languages: tuple[str, ...] = ()
    """Languages that all are needed."""
    interpretation: bool = False
    """Whether interpreters are there; then nobody is left out for languages."""
    starts_on: int | None = None
    """Proleptic ordinal of the first day; `None` where not yet fixed."""
    ends_on: int | None = None
    slots: int = 1
    """How many experts are needed, those of the team among them."""
    team: tuple[str, ...] = ()
    """Ids of those who go already: each takes a slot, and others are suggested for what is open."""
    excluded_municipalities: tuple[str, ...] = ()
    """Ids of municipalities whose own people would be in a conflict of interest, such as the one that is to be advised."""
    declined: tuple[str, ...] = ()
    """Ids of experts who have said no."""

    def __post_init__(self) -> None:
        if (self.starts_on is None) != (self.ends_on is None):
            raise ValueError("a need has both dates or none")
        if self.starts_on is not None and self.ends_on is not None and self.ends_on < self.starts_on:
            raise ValueError(f"ends_on {self.ends_on} is before starts_on {self.starts_on}")
        if self.slots < 1:
            raise ValueError(f"slots is {self.slots}, at least 1 is needed")

    @property
    def open(self) -> int:
        """How many slots nobody has yet."""
        return max(self.slots - len(self.team), 0)

    @property
    def days(self) -> int | None:
        """Length in days; `None` without dates."""
        return None if self.starts_on is None or self.ends_on is None else self.ends_on - self.starts_on + 1
