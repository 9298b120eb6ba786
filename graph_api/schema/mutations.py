"""The root fields of mutations, mirrored from the files of import: what a row can say, a mutation can say."""

from collections.abc import Mapping
from typing import Annotated, Any

import strawberry
from strawberry.utils.str_converters import to_camel_case

from graph_api.model import KINDS, Link
from graph_api.operations.changes import Note, Removal, Saved
from graph_api.operations.files import FILES, Column, File
from graph_api.schema.imports import ImportFields
from graph_api.schema.info import Info, argument, records_by_id, with_ids
from graph_api.schema.mirror import REQUIRED, Field, RecordType, declare_input, declare_type, type_name, with_arguments
from graph_api.schema.nodes import Record
from graph_api.schema.programme import ProgrammeChanges

SINGULAR = {"focuses": "Focus", "memberships": "Membership", "participations": "Participation", "attendances": "Attendance"}
"""What a link is called in the names of its mutations."""

NOTE_ARGUMENTS: Mapping[str, tuple[str, str, Any]] = {
    "reason": ("str | None", "Why; it goes into the audit log.", None),
    "key": ("str | None", "A key of the caller's: a request that comes again with the same key is not carried out again.", None),
}


def _picked(root: strawberry.Parent[Any], info: strawberry.Info) -> Any:
    return root.records[info.path.key]


def _note(info: Info, given: Mapping[str, Any]) -> Note:
    return Note(viewer=info.context.viewer, reason=given.get("reason"), key=given.get("key"))


def _values(given: Any) -> dict[str, Any]:
    """What an input says; what it leaves out is not in it, what it says is null is None."""
    return {name: value for name, value in vars(given).items() if value is not strawberry.UNSET}


def _column_type(column: Column) -> str:
    if column.property:
        return type_name(column.property)
    return "list[strawberry.ID]" if column.many else "strawberry.ID"


def _declare_input(name: str, file: File) -> None:
    """Every field may be left out: a change says only what changes."""
    fields = {n: Field(annotation=f"{_column_type(c)} | None", doc=c.doc) for n, c in file.columns.items()}
    declare_input(name, f"{file.doc} What is left out stays as it is; null empties it.", fields)


async def _records(info: Info, payload: str, field: str, kind: str, record: str) -> dict[str, Record | None]:
    groups = {k: g for k, g in info.reading.fields(info.nodes, payload).items() if g[0].name.value == field}
    found = await records_by_id(info, {key: info.reading.one(group, (kind,), with_ids([record])) for key, group in groups.items()})
    return {key: by_id.get(record) for key, by_id in found.items()}


# ── records ───────────────────────────────────────────────────────────────────────────────────────────────────────────


class SavedRecord:
    """What a save answers: the record as it is now, and what was done."""

    def __init__(self, saved: Saved, records: Mapping[str, Any]) -> None:
        self.created, self.changed, self.records = saved.created, [to_camel_case(name) for name in saved.changed], records


def _save_field(kind: str, file: File) -> Any:
    name = KINDS[kind].__name__
    _declare_input(f"{name}Input", file)
    payload = f"Save{name}Payload"
    record = Field(annotation=f"{name} | None", doc="The record as it is now.", resolver=_picked)
    created = Field(annotation="bool", doc="Whether it is new.")
    changed = Field(annotation="list[str]", doc="Names of the fields that have another value than before.")
    declare_type(payload, f"What saving a {name} record did.", {"record": record, "created": created, "changed": changed})

    async def resolve(info: Info, **given: Any) -> Any:
        saved = await info.context.editor.save(_note(info, given), kind, _values(given["input"]), if_revision=given.get("if_revision"))
        return SavedRecord(saved, await _records(info, payload, "record", kind, saved.id))

    arguments = {
        "input": (f"{name}Input", "What the record is to say.", REQUIRED),
        "if_revision": ("int | None", "Refuse if the record was written after this revision.", None),
        **NOTE_ARGUMENTS,
    }
    return strawberry.field(resolver=with_arguments(resolve, arguments, payload), description=f"Creates a {name} record, or changes one.")


@strawberry.type(description="How many links of a name go.")
class GoneLinks:
    """How many links of a name go."""

    name: str = strawberry.field(description="Name of the field that led over them.")
    count: int = strawberry.field(description="Number of links.")


@strawberry.type(description="What a deletion takes with it, or would take.")
class DeletePayload:
    """What goes."""

    records: list[strawberry.ID] = strawberry.field(description="Ids of the records: the one named first, then those that cannot be without it.")
    links: list[GoneLinks] = strawberry.field(description="The links of those records.")
    done: bool = strawberry.field(description="Whether they are gone; false where the deletion was not confirmed.")


def _gone(removal: Removal) -> DeletePayload:
    links = [GoneLinks(name=name, count=count) for name, count in removal.links.items()]
    return DeletePayload(records=[strawberry.ID(r) for r in removal.records], links=links, done=removal.done)


# ── links ─────────────────────────────────────────────────────────────────────────────────────────────────────────────


class SavedLink:
    """What saving or removing a link answers: the record it starts from, and how many links went."""

    def __init__(self, records: Mapping[str, Any], removed: int = 0) -> None:
        self.records, self.removed = records, removed


def _declare_link(name: str, file: File) -> None:
    _declare_input(f"{name}Input", file)
    source = Field(annotation="RecordType | None", doc="The record it starts from, as it is now.", resolver=_picked)
    declare_type(f"Save{name}Payload", f"What saving a {name} link did.", {"source": source})
    removed = Field(annotation="int", doc="Number of links that went.")
    declare_type(f"Remove{name}Payload", f"What removing a {name} link did.", {"source": source, "removed": removed})


async def _source(info: Info, payload: str, record: str) -> dict[str, Record | None]:
    return await _records(info, payload, "source", record.partition(":")[0], record)


def _link_fields(link: type[Link], file: File) -> dict[str, Any]:
    name = SINGULAR[file.stem]
    _declare_link(name, file)

    async def save(info: Info, **given: Any) -> Any:
        record = await info.context.editor.link(_note(info, given), link, _values(given["input"]), if_revision=given.get("if_revision"))
        return SavedLink(await _source(info, f"Save{name}Payload", record))

    async def remove(info: Info, **given: Any) -> Any:
        record, removed = await info.context.editor.unlink(_note(info, given), link, _values(given["input"]), if_revision=given.get("if_revision"))
        return SavedLink(await _source(info, f"Remove{name}Payload", record), removed)

    fresh = {"if_revision": ("int | None", "Refuse if the record it starts from, or a link of it, was written after this revision.", None)}
    arguments = {"input": (f"{name}Input", "The link: its two ends and what it says.", REQUIRED), **fresh, **NOTE_ARGUMENTS}
    told = {"input": (f"{name}Input", "The link: its two ends and, where there may be several, which.", REQUIRED), **fresh, **NOTE_ARGUMENTS}
    saving, removing = with_arguments(save, arguments, f"Save{name}Payload"), with_arguments(remove, told, f"Remove{name}Payload")
    return {
        f"save_{name.lower()}": strawberry.field(resolver=saving, description=f"Creates a {name} link, or changes one."),
        f"remove_{name.lower()}": strawberry.field(resolver=removing, description=f"Removes a {name} link."),
    }


# ── the root ──────────────────────────────────────────────────────────────────────────────────────────────────────────


@strawberry.type(description="What merging two records did.")
class MergePayload:
    """What merging two records did."""

    record: RecordType | None = strawberry.field(description="The record that is left.", resolver=_picked)
    records: strawberry.Private[Mapping[str, Any]]


@strawberry.type
class ChangeFields:
    """Root fields that are written by hand."""

    @strawberry.field(description="Removes a record with all that cannot be without it; unless confirmed, only says what would go.")
    async def delete_record(
        self,
        info: Info,
        id: Annotated[strawberry.ID, argument("The record.")],
        confirm: Annotated[bool, argument("Whether to do it.")] = False,
        if_revision: Annotated[int | None, argument("Refuse if the record was written after this revision.")] = None,
        reason: Annotated[str | None, argument("Why; it goes into the audit log.")] = None,
    ) -> DeletePayload:
        """Removes a record."""
        note = Note(viewer=info.context.viewer, reason=reason)
        return _gone(await info.context.editor.delete(note, id, confirmed=confirm, if_revision=if_revision))

    @strawberry.field(description="Makes two records of the same thing one: what the first lacks it gets from the second, with all its links; the second goes.")
    async def merge_records(
        self,
        info: Info,
        keep: Annotated[strawberry.ID, argument("The record that stays.")],
        remove: Annotated[strawberry.ID, argument("The record that goes.")],
        reason: Annotated[str | None, argument("Why; it goes into the audit log.")] = None,
    ) -> MergePayload:
        """Merges two records."""
        saved = await info.context.editor.merge(Note(viewer=info.context.viewer, reason=reason), keep, remove)
        return MergePayload(records=await _records(info, "MergePayload", "record", saved.id.partition(":")[0], saved.id))


GROUPS: tuple[type, ...] = (ChangeFields, ImportFields, ProgrammeChanges)
"""Groups of root fields written by hand."""


def _root() -> type:
    fields: dict[str, Any] = {}
    for file in FILES.values():
        if file.kind:
            fields[f"save_{file.kind}"] = _save_field(file.kind, file)
        elif file.link:
            fields |= _link_fields(file.link, file)
    made = type("Mutation", GROUPS, {"__module__": __name__, "__annotations__": {}, **fields})
    return strawberry.type(made, name="Mutation", description="What can be changed.")


Mutation = _root()
