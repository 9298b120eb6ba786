"""The audit log: who changed what, when, from what to what, why. Written with the change itself and never changed, but for the data of people who go."""

from __future__ import annotations

import datetime
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import orjson

from graph_api.errors import Conflict, InvalidInput
from graph_api.model import Action, Change, kind_of, properties
from graph_api.operations.files import check_value
from graph_api.operations.viewers import Role, Viewer
from graph_api.storage.base import Compare, Every, Operator, Reader, Selection, Shape, Writer

LONGEST_KEY = 200
"""Characters of a key."""


@dataclass(frozen=True, kw_only=True)
class Note:
    """What goes into the audit log with a change."""

    viewer: Viewer
    reason: str | None = None
    key: str | None = None
    """A key of the caller's: a request that comes again with the same key is not carried out again."""

    @property
    def actor(self) -> str:
        """How the audit log names who does it."""
        return self.viewer.name or self.viewer.role.value


COMMAND_LINE = Note(viewer=Viewer(role=Role.ADMIN, name="command line"))
"""Who works on the machine itself."""


def _where(name: str, value: str) -> Compare:
    return Compare(property=name, operator=Operator.EQ, value=value)


def _text(state: Mapping[str, Any] | None) -> str | None:
    return None if state is None else orjson.dumps(state, default=str).decode()


def _check(note: Note) -> None:
    """Holds what the caller wrote against what an entry can carry; raises InvalidInput."""
    for name, value in (("reason", note.reason), ("key", note.key)):
        try:
            check_value(properties(Change)[name], value)
        except ValueError as e:
            raise InvalidInput(f"{name}: {e}") from None
    if note.key and len(note.key) > LONGEST_KEY:
        raise InvalidInput(f"key: {len(note.key):,} characters are too many: at most {LONGEST_KEY}")


async def write_entry(
    tx: Writer, note: Note, action: Action, record: str | None, before: Mapping[str, Any] | None, after: Mapping[str, Any] | None, *, at: datetime.datetime
) -> None:
    """Writes an entry within the transaction of the change; its revision is the record's. Raises InvalidInput for a reason or key that no text can be."""
    _check(note)
    entry = {
        "id": f"change:{uuid.uuid4().hex}",
        "revision": (record and await revision_of(tx, record)) or await tx.revision() + 1,
        "at": at.astimezone(datetime.UTC).isoformat(timespec="milliseconds"),
        "actor": note.actor,
        "action": action,
        "record": record,
        "before": _text(before),
        "after": _text(after),
        "reason": note.reason,
        "key": note.key,
    }
    await tx.save("change", list(entry), [list(entry.values())])


async def forget(tx: Writer, people: Sequence[str]) -> None:
    """Empties what the log says of people (ids of experts) and of records that became one with theirs: the values and the reasons.

    That something was changed, when and by whom stays.
    """
    shape = Shape(kind="change", properties=("record",))
    told = list(people)
    for person in told:  # grows on the way
        merged = Every(of=(_where("action", Action.MERGE), _where("after", str(_text({"merged_into": person})))))
        about = Compare(property="record", operator=Operator.EQ, value=person)
        [_, before], [_, entries] = await tx.select(Selection(shapes=(shape,), filter=merged), Selection(shapes=(shape,), filter=about))
        told += [row[3][0] for row in before if row[3][0] not in told]
        await tx.save("change", ["id", "before", "after", "reason"], [[row[0], None, None, None] for row in entries])


async def known(reader: Reader, note: Note) -> str | None:
    """The record that was changed when this request came first."""
    if not note.key:
        return None
    [[_, rows]] = await reader.select(Selection(shapes=(Shape(kind="change", properties=("record", "actor")),), filter=_where("key", note.key)))
    return next((row[3][0] for row in rows if row[3][1] == note.actor), None)


async def revision_of(reader: Reader, record: str) -> int | None:
    """The revision in which a record was last written; None where there is none."""
    [[_, rows]] = await reader.select(Selection(shapes=(Shape(kind=str(kind_of(record)), properties=("revision",)),), filter=_where("id", record)))
    return rows[0][3][0] if rows else None


async def refuse_stale(reader: Reader, record: str, if_revision: int) -> None:
    """Raises Conflict where a record is gone or was written after a revision, and says what changed since."""
    now = await revision_of(reader, record)
    if now is None:
        raise Conflict(f"{record} is not there any more")
    if now == if_revision:
        return
    shape = Shape(kind="change", properties=("revision", "at", "actor", "action", "before", "after"))
    [[_, rows]] = await reader.select(Selection(shapes=(shape,), filter=_where("record", record)))
    told = [_told(*row[3][1:]) for row in sorted(rows, key=lambda row: row[3][:2]) if row[3][0] > if_revision]
    raise Conflict(f"{record} was written after revision {if_revision}, it is at {now} now: {'; '.join(told) or 'by an import'}")


def _told(at: str, actor: str, action: str, before: str | None, after: str | None) -> str:
    was: dict[str, Any] = orjson.loads(before) if before else {}
    now: dict[str, Any] = orjson.loads(after) if after else {}
    fields = ", ".join(f"{n}: {was.get(n)!r} → {now.get(n)!r}" for n in {**was, **now} if was.get(n) != now.get(n))
    return f"{action} by {actor} at {at} ({fields})"
