"""Who takes part in something, and who has met before: what peer groups are formed of."""

from __future__ import annotations

import itertools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from graph_api.errors import InvalidInput, NotFound
from graph_api.model import global_id
from graph_api.operations.candidates import CandidateFinder
from graph_api.storage.base import Compare, Filter, Operator, Reader, Selection, Shape, Wanted
from matching.participants import Participants
from matching.profile import Profiles

MOST_PARTICIPANTS = 1_000
MOST_EARLIER = 50
"""Earlier events, or earlier groups."""


@dataclass(frozen=True, kw_only=True)
class Invitation:
    """Who takes part: municipalities that attend an event, those named, and those for which a filter holds, all together."""

    event: str | None = None
    municipalities: tuple[str, ...] = ()
    filter: Filter | None = None
    without: tuple[str, ...] = ()
    """Who of all these does not take part."""
    earlier_events: tuple[str, ...] = ()
    """Events after which those who attended know each other."""
    earlier_groups: tuple[tuple[str, ...], ...] = ()
    """Groups of earlier events: those who sat in one know each other."""


@dataclass(frozen=True, kw_only=True)
class Gathering:
    """Those who take part."""

    participants: Participants
    facilitators: tuple[str, ...]
    """Experts who attend the event and have agreed to be named, in order of their ids."""
    revision: int
    profiles: Profiles


async def gather(reader: Reader, finder: CandidateFinder, invitation: Invitation) -> Gathering:
    """Those who take part, as the network has them now, in order of their ids.

    Raises NotFound for events and municipalities that do not exist, InvalidInput where nobody or too many take part.
    """
    if (many := len(invitation.earlier_events) + len(invitation.earlier_groups)) > MOST_EARLIER:
        raise InvalidInput(f"{many} earlier events and groups; allowed: {MOST_EARLIER}")
    fitted = await finder.fitted()
    profiles = fitted.matcher.profiles_
    event = [invitation.event] if invitation.event is not None else []
    attending = await _attending(reader, [*event, *invitation.earlier_events])
    people = attending.get(global_id("event", invitation.event), _NOBODY) if invitation.event is not None else _NOBODY
    ids = sorted({*people.municipalities, *invitation.municipalities, *await _filtered(reader, invitation.filter)} - {*invitation.without})
    if missing := [id_ for id_ in ids if id_ not in profiles.rows]:
        raise NotFound(*missing)
    if not 1 <= len(ids) <= MOST_PARTICIPANTS:
        raise InvalidInput(f"{len(ids)} municipalities take part; allowed: 1 to {MOST_PARTICIPANTS:,}")
    earlier = [attending[global_id("event", id_)].municipalities for id_ in invitation.earlier_events]
    here = set(ids)
    known = [[id_ for id_ in group if id_ in here] for group in (*earlier, *invitation.earlier_groups)]
    met = [pair for group in known for pair in itertools.combinations(group, 2)]
    return Gathering(participants=Participants.of(profiles, ids, met=met), facilitators=people.experts, revision=fitted.revision, profiles=profiles)


@dataclass(frozen=True, kw_only=True)
class _Attending:
    """Who attends an event."""

    municipalities: tuple[str, ...] = ()
    experts: tuple[str, ...] = ()


_NOBODY = _Attending()


async def _attending(reader: Reader, events: Sequence[str]) -> Mapping[str, _Attending]:
    """Who attends these events, by id: municipalities, and experts who have agreed to be named."""
    ids = tuple(dict.fromkeys(global_id("event", event) for event in events))
    if not ids:
        return {}
    agreed = Compare(property="consent", operator=Operator.EQ, value=True)
    wanted = (
        Wanted(relation="municipalities", selection=Selection(shapes=(Shape(kind="municipality"),))),
        Wanted(relation="experts", selection=Selection(shapes=(Shape(kind="expert"),), filter=agreed)),
    )
    [[_, rows]] = await reader.select(Selection(shapes=(Shape(kind="event", links=wanted),), filter=Compare(property="id", operator=Operator.IN, value=ids)))
    found = {row[0]: _Attending(municipalities=tuple(r[0] for r in row[4][0][1]), experts=tuple(r[0] for r in row[4][1][1])) for row in rows}
    if missing := [id_ for id_ in ids if id_ not in found]:
        raise NotFound(*missing)
    return found


async def _filtered(reader: Reader, filter: Filter | None) -> tuple[str, ...]:
    """Those for which a filter holds; none where there is none. The store gives one more than `first`, so too many are noticed."""
    if filter is None:
        return ()
    [[_, rows]] = await reader.select(Selection(shapes=(Shape(kind="municipality"),), filter=filter, first=MOST_PARTICIPANTS))
    return tuple(row[0] for row in rows)
