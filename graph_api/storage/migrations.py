"""Migrations: what has changed in how the network is kept, numbered, so that a store or a backup of any older program can be brought up.

What is only added (a kind, a link, a property, an index) needs no migration: `Store.prepare` makes it. A migration tells what cannot be
guessed. Add it at the end of `MIGRATIONS`; never change one that was released. Both engines and `operations.archives` carry it out.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TypeAlias

from graph_api.errors import StoreUnusable


@dataclass(frozen=True, kw_only=True)
class Renamed:
    """A property of a kind or link (`owner`, its name) is called something else."""

    owner: str
    old: str
    new: str


@dataclass(frozen=True, kw_only=True)
class Removed:
    """A property is no longer kept, and what it held goes. It is no `key` property."""

    owner: str
    name: str


@dataclass(frozen=True, kw_only=True)
class LinkRenamed:
    """A link is called something else."""

    old: str
    new: str


@dataclass(frozen=True, kw_only=True)
class ValueChanged:
    """A value of a closed set of texts is written in another way."""

    owner: str
    property: str
    old: str
    new: str


Step: TypeAlias = Renamed | Removed | LinkRenamed | ValueChanged


@dataclass(frozen=True, kw_only=True)
class Migration:
    """Steps from the format before to the next one, in order."""

    why: str
    """One sentence."""
    steps: tuple[Step, ...]


Migrations: TypeAlias = tuple[Migration, ...]

MIGRATIONS: Migrations = ()
"""All of them, oldest first: the first leads from format 1 to format 2."""


def newest(migrations: Migrations) -> int:
    """The format that a program with these migrations writes; 1 is that of the first program."""
    return 1 + len(migrations)


def steps_since(number: int, migrations: Migrations) -> Iterator[Step]:
    """The steps that lead from a format to the newest one."""
    return (step for migration in migrations[number - 1 :] for step in migration.steps)


def refuse_newer(number: int, migrations: Migrations, what: str) -> None:
    """Raises StoreUnusable where what was written has a format that a program with these migrations does not know."""
    if number > newest(migrations):
        raise StoreUnusable(f"{what} was written by a newer Partnergraph (format {number}); this one reads up to format {newest(migrations)}")


def carried(steps: Sequence[Step], name: str, columns: Sequence[str]) -> tuple[str, list[str | None], dict[str, dict[str, str]]]:
    """A kind or link of older rows: its name now, its columns' names now (None: no longer kept), and by column the texts that are written otherwise."""
    now: list[str | None] = list(columns)
    texts: dict[str, dict[str, str]] = {}
    for step in steps:
        match step:
            case LinkRenamed(old=old, new=new) if old == name:
                name = new
            case Renamed(owner=owner, old=old, new=new) if owner == name:
                now = [new if column == old else column for column in now]
                texts = {new if column == old else column: changed for column, changed in texts.items()}
            case Removed(owner=owner, name=gone) if owner == name:
                now = [None if column == gone else column for column in now]
            case ValueChanged(owner=owner, property=column, old=old, new=new) if owner == name:
                before = texts.setdefault(column, {})
                texts[column] = {**{text: new if value == old else value for text, value in before.items()}, old: new}
            case _:
                pass
    return name, now, texts
