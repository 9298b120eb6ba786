"""Asked: what a seeker says in its own words for one question, as subjects with weights; nothing of it is kept."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

Reading = Mapping[str, float]
"""What one text is about: id of a subject → how sure that is, above 0; the surest first."""


@dataclass(frozen=True, kw_only=True)
class Asked:
    """What texts add to a seeker's focuses, for one question."""

    needs: Mapping[str, float] = field(default_factory=dict[str, float])
    """Id of a subject → how important it is among what was written; of one text they add up to 1, so that each text counts the same."""
    offers: Mapping[str, float] = field(default_factory=dict[str, float])
    """Id of a subject → how good the offer is, up to 1 for what a text is most about."""
    reader: str = ""
    """How the texts were read."""

    @classmethod
    def of(cls, needs: Iterable[Reading], offers: Iterable[Reading], reader: str) -> Asked:
        """What some texts on needs and offers add. A need that several texts name counts for each of them, an offer once."""
        wanted: dict[str, float] = {}
        given: dict[str, float] = {}
        for reading in needs:
            whole = sum(reading.values())
            for subject, weight in reading.items():
                wanted[subject] = wanted.get(subject, 0.0) + weight / whole
        for reading in offers:
            most = max(reading.values(), default=1.0)
            for subject, weight in reading.items():
                given[subject] = max(given.get(subject, 0.0), weight / most)
        return cls(needs=wanted, offers=given, reader=reader)
