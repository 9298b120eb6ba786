"""The program that the commands belong to, and what they have in common: the store, results, errors."""

from __future__ import annotations

import asyncio
import contextlib
import os
from collections.abc import AsyncGenerator, Awaitable, Callable, Iterator
from typing import Any, TypeVar

import click
import orjson

from graph_api.errors import ImportRejected, PartnergraphError
from graph_api.settings import Settings, read_settings
from graph_api.storage import open_store
from graph_api.storage.base import Store

T = TypeVar("T")
LANGUAGES = ("en", "de", "es", "fr")
SHOWN_BAD_CELLS = 20

as_json = click.option("--json", "as_json", is_flag=True, help="Print the result as one JSON document.")


def store_of(settings: Settings) -> Store:
    """The store of the settings, not yet opened."""
    return open_store(settings.store, user=settings.neo4j_user, password=settings.neo4j_password, database=settings.neo4j_database)


@contextlib.asynccontextmanager
async def opened(settings: Settings) -> AsyncGenerator[Store]:
    """The store of the settings, ready for use."""
    store = store_of(settings)
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
    # before NumPy is loaded: answers are many and short, threads that wait for each other make each take longer
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
