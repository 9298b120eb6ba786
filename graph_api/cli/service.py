"""Commands that run the service and show what it is."""

from __future__ import annotations

import asyncio
import dataclasses
from collections.abc import Iterator
from pathlib import Path

import click

from graph_api.cli.program import as_json, emit, main, note, store_of
from graph_api.errors import InvalidInput
from graph_api.operations.files import parse_id
from graph_api.operations.viewers import Role, Viewer
from graph_api.settings import read_settings, settings_table


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
        access_log=False,
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


@main.command()
@as_json
def check(as_json: bool) -> None:
    """Look whether this installation is fit for use, and say what to do where it is not; ends with 1 where something failed.

    Nothing is changed: keys, web app, store, its form and disk, reference data, clock, daily work, how recent the records are.
    """
    from graph_api.checks import Check, Verdict, examine

    async def work() -> list[Check]:
        settings = read_settings()
        store = store_of(settings)
        try:
            return [found async for found in examine(settings, store)]
        finally:
            await store.close()

    found = asyncio.run(work())
    failures = sum(point.verdict is Verdict.FAILED for point in found)

    def text() -> Iterator[str]:
        for point in found:
            yield f"{point.verdict:<6}  {point.name:<10}  {point.says}"
            if point.advice:
                yield f"{'':<20}{point.advice}"

    emit({"checks": [dataclasses.asdict(point) for point in found], "failed": failures}, as_json=as_json, text=text)
    if failures:
        raise click.ClickException(f"{failures} of {len(found)} checks failed")
