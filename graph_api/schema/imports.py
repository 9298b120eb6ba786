"""Import by mutation: small tables as texts, with the difference before anything is written."""

import tempfile
from pathlib import Path
from typing import Annotated

import strawberry

from graph_api.operations.audit import Note
from graph_api.operations.differences import DifferentRow
from graph_api.operations.uploads import Intake, take, write_texts
from graph_api.schema.info import Info, argument


@strawberry.input(description="A table as text, as a file of an import has it: CSV, the first line names the columns.")
class ImportFile:
    """A table as text."""

    name: str = strawberry.field(description="What is in it: the plural of a kind, such as `municipalities`, or a file of links, such as `focuses`.")
    text: str = strawberry.field(description="The table.")


@strawberry.type(description="How many rows of a table are new, changed and unchanged.")
class ImportCounts:
    """Counts of one table."""

    file: str = strawberry.field(description="Name of the table.")
    new: int = strawberry.field(description="Rows that the network does not have.")
    changed: int = strawberry.field(description="Rows that say something else than the network.")
    unchanged: int = strawberry.field(description="Rows that say what the network says.")


@strawberry.type(description="A cell that says something else than the network.")
class ImportCell:
    """A changed cell."""

    column: str = strawberry.field(description="Name of the column.")
    before: str = strawberry.field(description="What the network says, as a cell shows it.")
    after: str = strawberry.field(description="What the cell says.")


@strawberry.type(description="A row of a table that is new or changes something.")
class ImportRow:
    """A row that is new or changes something."""

    file: str = strawberry.field(description="Name of the table.")
    line: int = strawberry.field(description="Its line, from 1, the header among them.")
    record: strawberry.ID = strawberry.field(description="Id of the record; of a link the record it starts from.")
    target: strawberry.ID | None = strawberry.field(description="Of a link: the record it leads to.")
    cells: list[ImportCell] = strawberry.field(description="What changes; empty for a new row.")


@strawberry.type(description="A new record that may be in the network already, under another id.")
class ImportTwin:
    """A likely duplicate."""

    file: str = strawberry.field(description="Name of the table.")
    line: int = strawberry.field(description="Its line, from 1, the header among them.")
    record: strawberry.ID = strawberry.field(description="Id of the new record.")
    twin: strawberry.ID = strawberry.field(description="Id of the record that it may be.")
    why: str = strawberry.field(description="What they have in common.")


@strawberry.type(description="A cell that cannot be taken.")
class ImportRejection:
    """A bad cell."""

    file: str = strawberry.field(description="Name of the table.")
    line: int = strawberry.field(description="Its line, from 1, the header among them; 0 means the table as a whole.")
    column: str = strawberry.field(description="Name of the column; empty means the row as a whole.")
    problem: str = strawberry.field(description="What came and what is allowed.")


@strawberry.type(description="What an import changed, or would change. Lists hold the first 1,000 rows.")
class ImportPayload:
    """What an import changed, or would change."""

    written: bool = strawberry.field(description="Whether it was written; false with `dryRun`.")
    revision: int = strawberry.field(description="Revision of the network after it.")
    files: list[ImportCounts] = strawberry.field(description="Counts by table.")
    new: list[ImportRow] = strawberry.field(description="Rows that the network does not have.")
    changed: list[ImportRow] = strawberry.field(description="Rows that say something else than the network.")
    twins: list[ImportTwin] = strawberry.field(description="New records that may be there already.")
    rejected: list[ImportRejection] = strawberry.field(description="Cells that cannot be taken: while there is one, nothing can be written.")


@strawberry.type
class ImportFields:
    """The root field."""

    @strawberry.field(description="Takes tables into the network, all of them or nothing; for coordinators. Larger files go to `POST /import`.")
    async def import_tables(
        self,
        info: Info,
        files: Annotated[list[ImportFile], argument("The tables, at most 50.")],
        dry_run: Annotated[bool, argument("Write nothing, only say what would change.")] = False,
        reason: Annotated[str | None, argument("Why; it goes into the audit log.")] = None,
    ) -> ImportPayload:
        """Imports tables."""
        note = Note(viewer=info.context.viewer, reason=reason)
        note.viewer.require()
        with tempfile.TemporaryDirectory(prefix="partnergraph-import-") as place:
            paths = write_texts([(file.name, file.text) for file in files], Path(place))
            return _payload(await take(info.context.store, note, paths, dry_run=dry_run))


def _payload(taken: Intake) -> ImportPayload:
    found = taken.difference
    return ImportPayload(
        written=taken.written,
        revision=taken.revision,
        files=[ImportCounts(**vars(each)) for each in found.files],
        new=[_row(row) for row in found.new],
        changed=[_row(row) for row in found.changed],
        twins=[ImportTwin(**vars(twin)) for twin in found.twins],
        rejected=[ImportRejection(**vars(cell)) for cell in found.rejected],
    )


def _row(row: DifferentRow) -> ImportRow:
    target = None if row.target is None else strawberry.ID(row.target)
    cells = [ImportCell(**vars(cell)) for cell in row.cells]
    return ImportRow(file=row.file, line=row.line, record=strawberry.ID(row.record), target=target, cells=cells)
