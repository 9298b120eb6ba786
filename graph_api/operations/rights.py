"""Rights to change things: who may write which record and which link. What is seen stands in `viewers`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from graph_api.errors import Forbidden, InvalidInput, NotFound
from graph_api.model import Attendance, Focus, Link, kind_of
from graph_api.operations.files import parse_id
from graph_api.operations.states import State, has_id, state
from graph_api.operations.viewers import Role, Viewer
from graph_api.storage.base import Every, Reader

HOMES: Mapping[str, str] = {"department": "municipality", "expert": "department", "stakeholder": "municipality"}
"""The column that leads from a record towards the municipality it belongs to."""

ROLES: Mapping[str, tuple[Role, ...]] = {"event": (Role.ORGANISER,)}
"""Who may change records of a kind, beside those who coordinate and the municipality they belong to."""

_LINKED = frozenset({"department", "stakeholder"})
"""Columns that say where an expert belongs: not theirs to change."""


def parsed_id(kind: str, text: str) -> str:
    """The network-wide id; raises InvalidInput for what cannot be one."""
    try:
        return parse_id(kind, text)
    except ValueError as e:
        raise InvalidInput(f"id: {e}") from None


async def owner_of(reader: Reader, record: str) -> str | None:
    """Id of the municipality whose people may change a record; None where it belongs to none, or is not there."""
    kind = str(kind_of(record))
    if kind == "municipality":
        return record
    found = await state(reader, record) if kind in HOMES else None
    homes: list[str] = found[HOMES[kind]] if found else []
    return await owner_of(reader, homes[0]) if homes else None


async def require_save(reader: Reader, viewer: Viewer, record: str, before: State | None, values: Mapping[str, Any]) -> None:
    """Refuses a save unless the record is the viewer's, or for them to maintain; where it is to belong, has to be theirs too. Raises Forbidden."""
    kind = str(kind_of(record))
    home = HOMES.get(kind)
    owner = await owner_of(reader, record)
    given = values.get(home) if home else None
    if home and given:
        new = await owner_of(reader, parsed_id(home, str(given)))
        owner = new if before is None or new == owner else None
    viewer.require(*ROLES.get(kind, ()), municipality=owner, expert=None if _LINKED & set(values) else record)


async def require_link(reader: Reader, viewer: Viewer, link: type[Link], source: str) -> None:
    """Refuses for a link: a municipality says itself what it focuses on; who takes part in what is for others to say. Raises Forbidden."""
    roles = (Role.ORGANISER,) if link is Attendance else ()
    viewer.require(*roles, municipality=await owner_of(reader, source) if link is Focus else None)


async def require_delete(reader: Reader, viewer: Viewer, record: str) -> None:
    """Refuses a deletion: a municipality's own record is not its to delete. Raises NotFound (for what the viewer does not see, too), Forbidden."""
    kind = kind_of(record)
    if kind is None:
        raise NotFound(record)
    scope = viewer.scope(kind)
    if not await reader.count(kind, Every(of=(has_id(record), *([scope] if scope else [])))):
        raise NotFound(record)
    refuse_log(record)
    viewer.require(*ROLES.get(kind, ()), municipality=await owner_of(reader, record) if kind != "municipality" else None)


def refuse_log(*records: str) -> None:
    """Refuses what would change the audit log. Raises Forbidden."""
    if any(kind_of(record) == "change" for record in records):
        raise Forbidden("entries of the audit log stay as they are; nobody may change or delete them")
