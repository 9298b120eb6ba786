"""Archives: the file a backup is, JSON lines in gzip that say at their end whether they are whole.

First line: format, program, time, revision, number of records. Then sections: a line that names a kind or link and its columns,
and one line for each row. Last line: how many rows there are, and the SHA-256 of all lines before. Nothing in it depends on the engine.
"""

from __future__ import annotations

import dataclasses
import datetime
import gzip
import hashlib
import os
import zlib
from collections import Counter
from collections.abc import Callable, Generator, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Any, cast

import orjson

from graph_api.errors import InvalidInput
from graph_api.model import KINDS, LINKS, Link, Node, Scalar, kind_name, link_name, properties
from graph_api.storage.migrations import MIGRATIONS, Migrations, carried, newest, steps_since

FORMAT = 1
"""Grows when a program of an older format would misread an archive."""

MARK = "partnergraph_backup"
END = b'{"rows":'
"""How the last line begins."""
LEVEL = 5
"""Of compression: the next ones take twice the time for 2 % less."""

Row = Sequence[Scalar]
Declared = type[Node] | type[Link]

_NAMES: dict[tuple[str, str], Declared] = {
    **{("kind", kind_name(kind)): kind for kind in KINDS.values()},
    **{("link", link_name(link)): link for link in LINKS},
}


@dataclass(frozen=True, kw_only=True)
class Heading:
    """What an archive says of itself."""

    format: int
    """The format of the store that it was made from (see `storage.migrations`)."""
    made_at: str
    """When it was made, ISO 8601 in UTC."""
    program: str
    """Version of the program that made it."""
    revision: int
    """The network's revision of which it is."""
    nodes: int
    """Number of records."""


@dataclass(frozen=True, kw_only=True)
class Section:
    """Rows of one kind or link; the columns begin with `id`, or with `source` and `target`."""

    declared: Declared
    columns: tuple[str, ...]
    rows: Iterator[Row]


def heading(*, revision: int, nodes: int) -> Heading:
    """The heading of an archive that is made now."""
    now = datetime.datetime.now(datetime.UTC).isoformat(timespec="seconds")
    return Heading(format=newest(MIGRATIONS), made_at=now, program=version("partnergraph"), revision=revision, nodes=nodes)


def columns_of(declared: Declared) -> tuple[str, ...]:
    """All columns of a kind or link."""
    return (*(("source", "target") if issubclass(declared, Link) else ()), *properties(declared))


# ── writing ───────────────────────────────────────────────────────────────────────────────────────────────────────────


class Sink:
    """Where an archive is written to, row by row; `counts` says how many rows of each kind and link."""

    def __init__(self, file: gzip.GzipFile, head: Heading) -> None:
        self._file, self._hash, self._section = file, hashlib.sha256(), ""
        self.counts = Counter[str]()
        self._line({MARK: FORMAT, **dataclasses.asdict(head)})

    def add(self, declared: Declared, rows: Sequence[Row]) -> None:
        """Writes rows with all columns of a kind or link."""
        sort, name = ("link", link_name(declared)) if issubclass(declared, Link) else ("kind", kind_name(declared))
        if rows and name != self._section:
            self._section = name
            self._line({sort: name, "columns": columns_of(declared)})
        for row in rows:
            self._line(row)
            self.counts[name] += 1

    def end(self) -> None:
        """Writes the last line."""
        self._line({"rows": self.counts.total(), "sha256": self._hash.hexdigest()})

    def _line(self, value: object) -> None:
        line = orjson.dumps(value, option=orjson.OPT_APPEND_NEWLINE)
        self._hash.update(line)
        self._file.write(line)


@contextmanager
def writing(path: Path) -> Generator[gzip.GzipFile]:
    """A compressed file that takes its place only when it is whole and on the disk; its owner alone may read it. Raises InvalidInput."""
    parts = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        handle = os.open(parts, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        try:
            with os.fdopen(handle, "wb") as raw:
                with gzip.GzipFile(filename="", mode="wb", fileobj=raw, compresslevel=LEVEL) as file:
                    yield file
                raw.flush()
                os.fsync(raw.fileno())
            parts.replace(path)
        finally:
            parts.unlink(missing_ok=True)
    except OSError as e:
        raise InvalidInput(f"{path} cannot be written: {e.strerror}") from None


# ── reading ───────────────────────────────────────────────────────────────────────────────────────────────────────────


class Archive:
    """An archive on the disk. Every method reads the file anew, and raises InvalidInput where it is not what was written."""

    def __init__(self, path: Path, *, migrations: Migrations = MIGRATIONS) -> None:
        self._path, self._migrations = path, migrations

    def check(self, progress: Callable[[int], None] = lambda _rows: None) -> Heading:
        """Reads it to its end, and gives its heading where every line is as it was written."""
        with self._opened() as lines:
            head, end, expected = self._heading(lines), b"", ""
            while lines.line:
                end, expected = lines.line, lines.sum() if lines.line.startswith(END) else ""
                lines.move()
                progress(1)
        if not expected:
            raise self._damaged("it ends too early")
        if not end.endswith(f'"{expected}"}}\n'.encode()):
            raise self._damaged("its contents do not fit its sum")
        return head

    def sections(self) -> Iterator[Section]:
        """Its sections, in order, as they would be written now. The rows of each have to be read before the next one. See `check` for whether it is whole."""
        with self._opened() as lines:
            steps = list(steps_since(self._heading(lines).format, self._migrations))
            lines.move()
            while "sha256" not in (line := self._named(lines)):
                sort = "kind" if "kind" in line else "link"
                name, columns, texts = carried(steps, line[sort], line["columns"])
                kept = [(place, column, texts.get(column, {})) for place, column in enumerate(columns) if column]
                declared = self._declared(sort, name, [column for _, column, _ in kept])
                places = [(place, changed) for place, _, changed in kept]
                yield Section(declared=declared, columns=tuple(column for _, column, _ in kept), rows=self._rows(lines, len(columns), places))

    def _rows(self, lines: _Lines, columns: int, kept: Sequence[tuple[int, Mapping[str, str]]]) -> Iterator[Row]:
        lines.move()
        while lines.line.startswith(b"["):
            row: list[Any] = self._json(lines)
            if len(row) != columns:
                raise self._damaged("a row has not as many values as there are columns")
            yield [_value(row[place], texts) for place, texts in kept]
            lines.move()

    def _heading(self, lines: _Lines) -> Heading:
        lines.move()
        found = self._named(lines) if lines.line.startswith(f'{{"{MARK}":'.encode()) else dict[str, Any]()
        if MARK not in found:
            raise InvalidInput(f"{self._path} is no backup of Partnergraph")
        number, known = max((found[MARK], FORMAT), (found["format"], newest(self._migrations)), key=lambda pair: pair[0] - pair[1])
        if number > known:
            raise InvalidInput(f"{self._path} was made by a newer Partnergraph (format {number}); this one reads up to format {known}")
        return Heading(**{name: found[name] for name in ("format", "made_at", "program", "revision", "nodes")})

    def _declared(self, sort: str, name: str, columns: Sequence[str]) -> Declared:
        declared = _NAMES.get((sort, name))
        if declared is None:
            raise InvalidInput(f"{self._path} holds a {sort} {name!r} that this Partnergraph does not know; a newer one may have made it")
        if strange := [column for column in columns if column not in columns_of(declared)]:
            raise InvalidInput(f"{self._path} holds {name}.{strange[0]}, which this Partnergraph does not know; a newer one may have made it")
        return declared

    def _named(self, lines: _Lines) -> dict[str, Any]:
        found = self._json(lines)
        if not isinstance(found, dict):
            raise self._damaged("a line is not where it belongs")
        return cast("dict[str, Any]", found)

    def _json(self, lines: _Lines) -> Any:
        try:
            return orjson.loads(lines.line)
        except orjson.JSONDecodeError:
            raise self._damaged("it ends too early, or a line was changed") from None

    def _damaged(self, why: str) -> InvalidInput:
        return damaged(self._path, why)

    @contextmanager
    def _opened(self) -> Generator[_Lines]:
        try:
            file = gzip.open(self._path)  # noqa: SIM115 - an error inside the block is not one of opening
        except OSError as e:
            raise InvalidInput(f"{self._path} cannot be read: {e.strerror}") from None
        with file:
            yield _Lines(self._path, file)


def _value(value: Any, texts: Mapping[str, str]) -> Scalar:
    """A value as stores take it, written as it is now."""
    if isinstance(value, list):
        return tuple(cast("list[str]", value))
    return texts.get(value, value) if texts else value


class _Lines:
    """The lines of an archive one by one."""

    def __init__(self, path: Path, file: Iterable[bytes]) -> None:
        self._path, self._file, self._hash, self.line = path, iter(file), hashlib.sha256(), b""

    def move(self) -> None:
        """Makes the next line the present one; after the last, nothing."""
        self._hash.update(self.line)
        try:
            self.line = next(self._file, b"")
        except gzip.BadGzipFile:
            raise InvalidInput(f"{self._path} is no backup of Partnergraph, or a damaged one; nothing was restored") from None
        except (EOFError, zlib.error):
            raise damaged(self._path, "it ends too early, or a part of it was changed") from None
        except OSError as e:
            raise InvalidInput(f"{self._path} cannot be read: {e.strerror}") from None

    def sum(self) -> str:
        """The SHA-256 of all lines before the present one."""
        return self._hash.hexdigest()


def damaged(path: Path, why: str) -> InvalidInput:
    """What is raised for an archive that is not as it was written."""
    return InvalidInput(f"{path} is damaged: {why}; nothing was restored")
