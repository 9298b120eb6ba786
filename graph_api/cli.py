"""The command `partnergraph`."""

from __future__ import annotations

import asyncio
import contextlib
import dataclasses
import datetime
import functools
import re
import sys
from collections.abc import AsyncGenerator, Awaitable, Callable, Generator, Iterator, Mapping
from pathlib import Path
from typing import Any, TypeVar

import click
import orjson

from graph_api.errors import ImportRejected, InvalidInput, PartnergraphError
from graph_api.operations.files import parse_id
from graph_api.operations.viewers import Role, Viewer
from graph_api.settings import Settings, read_settings, settings_table
from graph_api.storage import open_store
from graph_api.storage.base import Store

T = TypeVar("T")
LANGUAGES = ("en", "de", "es", "fr")
SHOWN_BAD_CELLS = 20

first = click.option("-n", "--first", type=click.IntRange(1, 100), default=10, show_default=True, help="How many.")
in_language = click.option("--language", type=click.Choice(LANGUAGES), default="en", show_default=True, help="Language of the reasons.")
as_json = click.option("--json", "as_json", is_flag=True, help="Print the result as one JSON document.")


@contextlib.asynccontextmanager
async def opened(settings: Settings) -> AsyncGenerator[Store]:
    """The store of the settings, ready for use."""
    store = open_store(settings.store, user=settings.neo4j_user, password=settings.neo4j_password, database=settings.neo4j_database)
    try:
        await store.prepare()
        yield store
    finally:
        await store.close()


def on_store(work: Callable[[Store], Awaitable[T]]) -> T:
    """Runs some work on the store of the settings."""

    async def run() -> T:
        async with opened(read_settings()) as store:
            return await work(store)

    return asyncio.run(run())


def emit(result: Any, *, as_json: bool, text: Callable[[], Iterator[str]]) -> None:
    """Prints a result, for programs or for people."""
    if as_json:
        click.echo(orjson.dumps(result, option=orjson.OPT_INDENT_2 | orjson.OPT_NON_STR_KEYS))
    else:
        for line in text():
            click.echo(line)


def help_texts() -> Iterator[tuple[str, str]]:
    """Each command with its help as the terminal shows it at 100 characters; the program itself first."""
    program = click.Context(main, info_name="partnergraph", terminal_width=100, help_option_names=["-h", "--help"])
    yield "partnergraph", main.get_help(program)
    for name, command in sorted(main.commands.items()):
        yield f"partnergraph {name}", command.get_help(click.Context(command, parent=program, info_name=name))


def note(message: str) -> None:
    """Tells a person what is going on, beside the result."""
    click.echo(message, err=True)


class Commands(click.Group):
    """The group of all commands; what went wrong is one line on stderr and exit code 1."""

    def invoke(self, ctx: click.Context) -> Any:
        """Runs a command and translates our errors."""
        try:
            return super().invoke(ctx)
        except ImportRejected as e:
            if len(e.cells) == 1:
                raise click.ClickException(str(e)) from None
            for cell in e.cells[:SHOWN_BAD_CELLS]:
                note(str(cell))
            left = len(e.cells) - SHOWN_BAD_CELLS
            raise click.ClickException(f"{len(e.cells)} bad cells{f' ({left} more than shown)' if left > 0 else ''}; nothing was written") from None
        except PartnergraphError as e:
            raise click.ClickException(str(e)) from None


@click.group(cls=Commands, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(package_name="partnergraph")
def main() -> None:
    """The network of municipal partnerships: explore it, maintain it, find partners in it."""


# ── the service ───────────────────────────────────────────────────────────────────────────────────────────────────────


@main.command()
@click.option("--host", help="Address to listen on (setting PARTNERGRAPH_HOST).")
@click.option("--port", type=click.IntRange(1, 65535), help="Port to listen on (setting PARTNERGRAPH_PORT).")
def serve(host: str | None, port: int | None) -> None:
    """Run the service: GraphQL API and web app."""
    import uvicorn

    given = {k: v for k, v in (("host", host), ("port", port)) if v is not None}
    settings = dataclasses.replace(read_settings(), **given)  # pyright: ignore[reportArgumentType]
    note(f"Partnergraph on http://{settings.host}:{settings.port} (end with Ctrl-C)")
    uvicorn.run(
        "graph_api.server:from_environment",
        factory=True,
        host=settings.host,
        port=settings.port,
        workers=settings.workers,
        log_level="warning",
        server_header=False,
    )


@main.command()
def schema() -> None:
    """Print the GraphQL schema."""
    from graph_api.schema import create_schema
    from graph_api.schema.sdl import sdl

    click.echo(sdl(create_schema()), nl=False)


@main.command()
@as_json
def settings(as_json: bool) -> None:
    """Print every setting: environment variable, value, meaning."""
    rows = settings_table(read_settings())

    def text() -> Iterator[str]:
        width = max(len(row.variable) for row in rows)
        for row in rows:
            yield f"{row.variable:<{width}}  {row.value or '–'}"
            yield f"{'':<{width}}  {row.doc} (default: {row.default or '–'})"

    emit([dataclasses.asdict(row) for row in rows], as_json=as_json, text=text)


@main.command()
@click.option("--role", required=True, type=click.Choice([role.value for role in Role if role is not Role.ANONYMOUS]), help="What the holder may do.")
@click.option("--municipality", help="The municipality the holder works for (role municipality).")
@click.option("--expert", help="The expert the holder is (role expert).")
@click.option("--name", default="", help="How the audit log names the holder; default: the record it is for, or the role.")
@click.option("--days", type=int, default=30, show_default=True, help="How long the token is good, at most 366.")
@as_json
def token(role: str, municipality: str | None, expert: str | None, name: str, days: int, as_json: bool) -> None:
    """Make a token, signed with our own key file. Whoever has it is who it says: hand it over safely."""
    from graph_api.tokens import LocalTokens

    home, person = (_record(kind, given) if given else None for kind, given in (("municipality", municipality), ("expert", expert)))
    viewer = Viewer(role=Role(role), name=name or home or person or role, municipality=home, expert=person)
    made = LocalTokens(Path(read_settings().key_file)).issue(viewer, days=days)
    emit({"token": made, "role": role, "days": days}, as_json=as_json, text=lambda: iter([made]))


def _record(kind: str, given: str) -> str:
    try:
        return parse_id(kind, given)
    except ValueError as e:
        raise InvalidInput(f"{kind}: {e}") from None


# ── data ──────────────────────────────────────────────────────────────────────────────────────────────────────────────


@contextlib.contextmanager
def progress() -> Generator[Callable[[str, int], None]]:
    """A progress bar on a terminal, nothing in a pipe."""
    if not sys.stderr.isatty():
        yield lambda _stage, _rows: None
        return
    counted = {"check": 0, "write": 0}

    def show(stage: str, rows: int) -> None:
        counted[stage] += rows
        done = counted["write"] if stage == "write" else counted["check"]
        of = f" of {counted['check']:,}" if stage == "write" else ""
        click.echo(f"\r{'writing' if stage == 'write' else 'checking'}: {done:,}{of} rows   ", err=True, nl=False)

    try:
        yield show
    finally:
        click.echo("\r" + " " * 60 + "\r", err=True, nl=False)


def _take_in(paths: tuple[Path, ...], *, as_json: bool) -> None:
    from graph_api.operations.imports import import_files

    began = datetime.datetime.now(datetime.UTC)
    with progress() as show:
        report = on_store(lambda store: import_files(store, paths, progress=show))
    seconds = (datetime.datetime.now(datetime.UTC) - began).total_seconds()
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
@as_json
def daily(dry_run: bool, as_json: bool) -> None:
    """Do what is due every day: run it once a day.

    Interests that nobody answered in time are closed. People whose data nobody has confirmed for three years are listed and put
    into the audit log, to be reminded; 90 days after the reminder their data is deleted.
    """
    from graph_api.operations.changes import Editor
    from graph_api.operations.freshness import Caretaker

    done = on_store(lambda store: Caretaker(Editor(store)).day(dry_run=dry_run))

    def text() -> Iterator[str]:
        for what, ids in (("closed", done.expired), ("to be reminded", done.reminded), ("deleted", done.deleted)):
            yield from (f"{what}: {record}" for record in ids)
        counts = f"{len(done.expired)} interests closed, {len(done.reminded)} people to be reminded, {len(done.deleted)} deleted"
        yield counts if done.written else f"{counts}; nothing was done (--dry-run)"

    emit(dataclasses.asdict(done), as_json=as_json, text=text)


# ── matching ──────────────────────────────────────────────────────────────────────────────────────────────────────────


@main.command()
@click.argument("municipality")
@first
@in_language
@as_json
def candidates(municipality: str, first: int, language: str, as_json: bool) -> None:
    """Who could become a partner of MUNICIPALITY (its id, with or without `municipality:`)."""
    from graph_api.operations.answers import candidates_document, candidates_text

    document = on_store(lambda store: candidates_document(store, municipality, first=first, language=language))
    emit(document, as_json=as_json, text=functools.partial(candidates_text, document))


def _suggest(query: str, text: str, variables: Mapping[str, Any], *, language: str, as_json: bool) -> None:
    """Asks one of the queries of `printouts` and prints the answer; `text` names what prints it for people."""
    from graph_api.schema import printouts

    given = {"language": language.upper(), **variables}
    document = on_store(lambda store: printouts.document(store, getattr(printouts, query), given))
    emit(document, as_json=as_json, text=functools.partial(getattr(printouts, text), document))


@main.command()
@click.argument("missions", nargs=-1)
@click.option("--about", multiple=True, help="Id of a topic, goal or target of which one is enough; may be given several times.")
@click.option("--speaks", multiple=True, help="ISO 639 code of a language of which one is enough; may be given several times.")
@click.option("--slots", type=click.IntRange(1, 20), help="How many experts are needed; else as many as the mission has.")
@first
@in_language
@as_json
def experts(missions: tuple[str, ...], about: tuple[str, ...], speaks: tuple[str, ...], slots: int | None, first: int, language: str, as_json: bool) -> None:
    """Who could be sent on a mission, or knows about some subjects; for several MISSIONS, who goes on which."""
    if len(missions) > 1 and (about or speaks):
        raise click.UsageError("--about and --speaks go with one mission, or with none")
    if not missions and not about:
        raise click.UsageError("name a mission, several missions, or a subject with --about")
    if len(missions) > 1:
        _suggest("ASSIGNMENT", "assignment_text", {"missions": missions, "slots": slots}, language=language, as_json=as_json)
        return
    need = {"subjects": about or None, "languages": speaks or None, "slots": slots}
    given = {"mission": next(iter(missions), None), "need": need, "first": first}
    _suggest("EXPERTS", "experts_text", given, language=language, as_json=as_json)


@main.command()
@click.argument("municipality")
@click.option("--about", multiple=True, help="Id of a topic, goal or target it is to be about; may be given several times.")
@click.option("--direction", type=click.Choice(["peer", "learn", "teach"]), help="Who learns from whom.")
@first
@in_language
@as_json
def exchanges(municipality: str, about: tuple[str, ...], direction: str | None, first: int, language: str, as_json: bool) -> None:
    """With whom MUNICIPALITY could exchange experience, without a partnership."""
    given = {"municipality": municipality, "about": about or None, "direction": direction and direction.upper(), "first": first}
    _suggest("EXCHANGES", "exchanges_text", given, language=language, as_json=as_json)


SIZES = re.compile(r"(\d+)-(\d+)")


@main.command()
@click.argument("event")
@click.option("--number", type=click.IntRange(1), help="How many groups.")
@click.option("--sizes", help="Or how large they may be, such as 5-7.")
@click.option("--rounds", type=click.IntRange(1, 10), default=1, show_default=True, help="How many rounds; no two meet twice.")
@click.option("--earlier", multiple=True, help="An earlier event, after which those who attended it know each other; may be given several times.")
@click.option("--per-country", type=click.IntRange(1), help="At most so many of one country in a group.")
@click.option("--common-language", is_flag=True, help="All members of a group have a language in common.")
@click.option("--partners", type=click.Choice(["together", "apart"]), help="What is to become of partners.")
@click.option("--seed", type=int, default=0, show_default=True, help="Another number gives other groups.")
@click.option("--seconds", type=click.FloatRange(0.5, 120), default=30, show_default=True, help="How long to search at most.")
@in_language
@as_json
def groups(event: str, number: int | None, sizes: str | None, language: str, as_json: bool, **given: Any) -> None:
    """Peer groups of the municipalities that attend EVENT."""
    bounds = SIZES.fullmatch(sizes) if sizes else None
    if (number is None) == (bounds is None):
        raise click.UsageError("give either --number or --sizes, such as --sizes 5-7")
    asked = {
        "event": event,
        "number": number,
        "sizeLeast": int(bounds[1]) if bounds else None,
        "sizeMost": int(bounds[2]) if bounds else None,
        "earlierEvents": given["earlier"],
        "rules": {
            "perCountry": given["per_country"],
            "commonLanguage": given["common_language"],
            "partners": given["partners"] and given["partners"].upper(),
        },
        **{name: given[name] for name in ("rounds", "seed", "seconds")},
    }
    _suggest("GROUPS", "groups_text", {"input": asked}, language=language, as_json=as_json)


QUOTA = re.compile(r"(region|land|country|dac_group|goal)=([^=]+):(\d*)-(\d*)", re.IGNORECASE)


def _quota(text: str) -> dict[str, Any]:
    found = QUOTA.fullmatch(text)
    if not found:
        raise click.BadParameter(f"{text!r} is no quota; allowed: such as country=KE:1-3, region=Europe:-5, land=NW:2-, dac_group=LDC:3-, goal=11:4-")
    by, value, least, most = found.groups()
    return {"by": by.upper(), "value": value, "least": int(least or 0), "most": int(most) if most else None}


@main.command()
@click.argument("phase", required=False)
@click.option("--places", type=click.IntRange(0, 200), help="How many partnerships; else as many as the phase has room for.")
@click.option("--from", "source", type=click.Choice(["candidates", "interests"]), default="candidates", show_default=True, help="What to choose from.")
@click.option("--variant", type=click.Choice(["maximum", "stable", "fair"]), default="maximum", show_default=True, help="What to aim at.")
@click.option("--quota", "quotas", multiple=True, help="How many of a value, such as country=KE:1-3 or goal=11:4-; may be given several times.")
@in_language
@as_json
def plan(phase: str | None, places: int | None, source: str, variant: str, quotas: tuple[str, ...], language: str, as_json: bool) -> None:
    """Which partnerships PHASE should take up, or so many --places."""
    if phase is None and places is None:
        raise click.UsageError("name a phase, or give --places")
    given = {"phase": phase, "places": places, "source": source.upper(), "variant": variant.upper(), "quotas": [_quota(text) for text in quotas]}
    _suggest("PLAN", "plan_text", {"input": given}, language=language, as_json=as_json)


@main.command()
@click.argument("pairs", type=click.Path(path_type=Path))
@as_json
def evaluate(pairs: Path, as_json: bool) -> None:
    """Measure the matching on real PAIRS, a CSV file with the columns seeker,partner.

    Each true partner is ranked among all eligible candidates of its seeker, whose other true partners are left out; pairs that
    are in the network are hidden from the matcher.
    """
    from graph_api.operations.pairs import read_pairs
    from graph_api.operations.profiles import load_profiles
    from matching.evaluation import evaluate as measure

    given = read_pairs(pairs)
    profiles, _ = on_store(lambda store: load_profiles(store, datetime.date.today()))
    found = dataclasses.asdict(measure(profiles, given))
    emit(
        found,
        as_json=as_json,
        text=lambda: (f"{name:<12}  {value:.4f}" if isinstance(value, float) else f"{name:<12}  {value}" for name, value in found.items()),
    )
