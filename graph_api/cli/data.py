"""Commands that bring data in and out, and look after it."""

from __future__ import annotations

import contextlib
import dataclasses
import datetime
import sys
import time
from collections import Counter
from collections.abc import Callable, Generator, Iterator, Mapping
from pathlib import Path
from typing import Any

import click

from graph_api.cli.program import as_json, emit, main, on_store
from graph_api.errors import ImportRejected, InvalidInput
from graph_api.storage.base import Store


@contextlib.contextmanager
def line() -> Generator[Callable[[str], None]]:
    """A line on a terminal that is written anew each time and goes at the end; nothing in a pipe."""
    if not sys.stderr.isatty():
        yield lambda _text: None
        return
    try:
        yield lambda text: click.echo(f"\r{text}   ", err=True, nl=False)
    finally:
        click.echo("\r" + " " * 60 + "\r", err=True, nl=False)


@contextlib.contextmanager
def progress() -> Generator[Callable[[str, int], None]]:
    """The progress of an import: every row is checked, then written."""
    counted = {"check": 0, "write": 0}

    def show(stage: str, rows: int) -> None:
        counted[stage] += rows
        done, of = (counted["write"], f" of {counted['check']:,}") if stage == "write" else (counted["check"], "")
        tell(f"{'writing' if stage == 'write' else 'checking'}: {done:,}{of} rows")

    with line() as tell:
        yield show


def _take_in(paths: tuple[Path, ...], *, as_json: bool) -> None:
    from graph_api.operations.imports import import_files

    began = time.monotonic()
    with progress() as show:
        report = on_store(lambda store: import_files(store, paths, progress=show))
    seconds = time.monotonic() - began
    result = {"rows": report.rows, "written": report.written, "revision": report.revision, "seconds": round(seconds, 3)}

    def text() -> Iterator[str]:
        for stem, count in report.rows.items():
            yield f"{count:>9,}  {stem}"
        yield f"written in {seconds:.1f} s, revision {report.revision}"

    emit(result, as_json=as_json, text=text)


def _compare(paths: tuple[Path, ...], *, as_json: bool) -> None:
    """Shows what an import would change; ends with 1 where a cell is bad."""
    from graph_api.operations.differences import difference, lines

    async def work(store: Store) -> tuple[Any, int]:
        return await difference(store, paths), await store.revision()

    found, revision = on_store(work)
    rows = {each.file: each.new + each.changed + each.unchanged for each in found.files}
    document = {"rows": rows, "written": False, "revision": revision, **found.document()}

    def text() -> Iterator[str]:
        yield from lines(found)
        yield f"nothing was written (--dry-run), revision {revision}"

    emit(document, as_json=as_json, text=text)
    if found.rejected:
        raise ImportRejected(found.rejected)


@main.command("import")
@click.argument("files", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option("--dry-run", is_flag=True, help="Write nothing; show what would be new, change, or stand there twice.")
@as_json
def import_(files: tuple[Path, ...], dry_run: bool, as_json: bool) -> None:
    """Take CSV and XLSX FILES into the network: all of them or, if a cell is bad, nothing.

    A file's (or sheet's) name says what is in it: municipalities.csv, partnerships.csv, ….
    """
    (_compare if dry_run else _take_in)(files, as_json=as_json)


@main.command()
@click.argument("dataset", type=click.Choice(["demo", "reference"]))
@as_json
def load(dataset: str, as_json: bool) -> None:
    """Load the data we bring along.

    `reference`: countries, goals, targets, topics, the programme's phases and known partnerships. `demo`: the same and a
    network of real municipalities with invented departments, experts and focuses, to try things out.
    """
    import seeds

    files = seeds.files("reference") + (seeds.files("demo") if dataset == "demo" else ())
    _take_in(files, as_json=as_json)


@main.command()
@click.argument("place", type=click.Path(path_type=Path))
@as_json
def export(place: Path, as_json: bool) -> None:
    """Write the whole network to PLACE.

    A directory gets one CSV file for each kind; a file's ending says what it is: .xlsx, or a graph: .graphml, .gexf, .json. Whoever
    opens files with data of strangers in a spreadsheet takes .xlsx: there no text is run as a formula.
    """
    from graph_api.operations.exports import extract, tables_of, write_directory
    from graph_api.operations.graphs import FORMATS, write_graph
    from graph_api.operations.sheets import write_xlsx

    form = place.suffix.lower().removeprefix(".")
    if form in {"csv", "ods", "xls", "zip", "xml", "dot"}:
        allowed = "a directory (it gets one CSV file for each kind), or a file that ends in .xlsx, .graphml, .gexf or .json"
        raise InvalidInput(f"{place.name} cannot be written; allowed: {allowed}")
    snapshot = on_store(extract)
    tables = tables_of(snapshot)
    counts: Mapping[str, int] = {stem: len(rows) for stem, _, rows in tables}
    try:
        if form in FORMATS:
            counts = write_graph(snapshot, place)
        elif form == "xlsx":
            write_xlsx(place, tables)
        else:
            write_directory(tables, place)
    except OSError as e:
        raise InvalidInput(f"{place} cannot be written: {e.strerror}") from None
    emit(dict(counts), as_json=as_json, text=lambda: (f"{count:>9,}  {stem}" for stem, count in counts.items()))


@main.command()
@click.option("--dry-run", is_flag=True, help="Only say what would be done.")
@click.option("--today", type=click.DateTime(["%Y-%m-%d"]), help="Confirm that it is this day, where the work was not done for a month.")
@as_json
def daily(dry_run: bool, today: datetime.datetime | None, as_json: bool) -> None:
    """Do what is due every day: run it once a day.

    Interests that nobody answered in time are closed. People whose data nobody has confirmed for three years are listed and put
    into the audit log, to be reminded; 90 days after the reminder their data is deleted. Where this was not done for a month nothing is:
    the clock may have jumped.
    """
    from graph_api.operations.changes import Editor
    from graph_api.operations.freshness import Caretaker, Day

    async def work(store: Store) -> Day:
        caretaker = Caretaker(Editor(store))
        return await (caretaker.due() if dry_run else caretaker.day(confirmed=today and today.date()))

    done = on_store(work)

    def text() -> Iterator[str]:
        for what, ids in (("closed", done.expired), ("to be reminded", done.reminded), ("deleted", done.deleted)):
            yield from (f"{what}: {record}" for record in ids)
        counts = f"{len(done.expired)} interests closed, {len(done.reminded)} people to be reminded, {len(done.deleted)} deleted"
        yield counts if done.written else f"{counts}; nothing was done (--dry-run)"

    emit(dataclasses.asdict(done), as_json=as_json, text=text)


# ── backups ───────────────────────────────────────────────────────────────────────────────────────────────────────────


@contextlib.contextmanager
def steps() -> Generator[Callable[[str, int, int], None]]:
    """The progress of work in several steps."""
    done: Counter[str] = Counter()

    def show(stage: str, rows: int, of: int) -> None:
        before, now = done[stage], done[stage] + rows
        done[stage] = now
        if now // 1000 > before // 1000:
            tell(f"{stage}: {f'{100 * now // of} %' if of else f'{now:,} rows'}")

    with line() as tell:
        yield show


@main.command()
@click.argument("file", type=click.Path(path_type=Path))
@as_json
def backup(file: Path, as_json: bool) -> None:
    """Write everything in the store into FILE, while the service runs.

    It can be restored into a store of either engine. Only its owner can read the file; it holds people's data and the audit log. Keys and tokens
    are not in it.
    """
    from graph_api.operations.backups import back_up

    with steps() as show:
        report = on_store(lambda store: back_up(store, file, progress=show))
    rows, size = sum(report.rows.values()), file.stat().st_size
    document = {**dataclasses.asdict(report), "bytes": size}
    emit(document, as_json=as_json, text=lambda: iter([f"{rows:,} rows of revision {report.revision} in {file} ({size:,} bytes)"]))


@main.command()
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--replace", is_flag=True, help="Let go what the store has; without this, only an empty store is restored into.")
@as_json
def restore(file: Path, replace: bool, as_json: bool) -> None:
    """Take the backup in FILE into the store: all of it or, if anything is wrong with it, nothing.

    The backup may be of the other engine: this is the way from the embedded store to Neo4j, and back.
    """
    from graph_api.operations import backups

    with steps() as show:
        report = on_store(lambda store: backups.restore(store, file, replace=replace, progress=show))
    rows, made = sum(report.rows.values()), f"{report.made_at} by version {report.program}"
    emit(
        dataclasses.asdict(report),
        as_json=as_json,
        text=lambda: iter([f"{rows:,} rows of a backup made at {made}; the store is at revision {report.revision}"]),
    )
