"""Imports that come from outside the machine: files as they were sent, the difference first, and who may."""

from __future__ import annotations

import zipfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from graph_api.errors import BadCell, ImportRejected, InvalidInput
from graph_api.operations.audit import Note
from graph_api.operations.differences import Difference, difference
from graph_api.operations.files import FILES
from graph_api.operations.imports import import_files
from graph_api.operations.sheets import LARGEST_UNPACKED
from graph_api.storage.base import Store

MOST_FILES = 50
"""Files of one import."""

ENDINGS = (".csv", ".tsv", ".txt", ".xlsx")
_CHUNK = 2**20


@dataclass(frozen=True, kw_only=True)
class Intake:
    """What an import changed, or would change."""

    difference: Difference
    written: bool
    revision: int
    """The network's revision after it."""


async def take(store: Store, note: Note, paths: Sequence[Path], *, dry_run: bool) -> Intake:
    """Imports files for somebody who coordinates; with `dry_run` only says what would change.

    Raises Forbidden, InvalidInput for what is no set of files, ImportRejected with every bad cell (with `dry_run` they are in the difference).
    """
    note.viewer.require()
    if not paths:
        raise InvalidInput("there is no file to import")
    found = await difference(store, paths)
    if dry_run:
        return Intake(difference=found, written=False, revision=await store.revision())
    if found.rejected:
        raise ImportRejected(found.rejected)
    report = await import_files(store, paths, note=note)
    return Intake(difference=found, written=True, revision=report.revision)


def write_texts(texts: Sequence[tuple[str, str]], directory: Path) -> list[Path]:
    """Writes tables of text, each with its file's name (`topics` or `topics.csv`), into a directory. Raises InvalidInput for other names."""
    if len(texts) > MOST_FILES:
        raise InvalidInput(f"{len(texts)} files are too many: at most {MOST_FILES}")
    paths: list[Path] = []
    for name, text in texts:
        path = directory / f"{_stem(name)}.csv"
        if path in paths:
            raise InvalidInput(f"the file {path.stem} is there twice")
        path.write_text(text, encoding="utf-8", newline="")
        paths.append(path)
    return paths


def _stem(name: str) -> str:
    stem = name.strip().lower().removesuffix(".csv").removesuffix(".tsv")
    if stem not in FILES:
        raise InvalidInput(f"no file is called {name[:40]!r}; allowed: {', '.join(FILES)}")
    return stem


def unpack(archive: Path, directory: Path) -> list[Path]:
    """Unpacks the CSV and XLSX files of a ZIP file into a directory, whatever folders they are in. Raises ImportRejected for what is no such file."""
    try:
        with zipfile.ZipFile(archive) as packed:
            parts = [p for p in packed.infolist() if not p.is_dir() and not p.filename.startswith("__MACOSX/")]
            names = [PurePosixPath(p.filename.replace("\\", "/")).name for p in parts]
            _check_names(names)
            left = LARGEST_UNPACKED
            for part, name in zip(parts, names, strict=True):
                left = _unpack(packed, part, directory / name, left)
    except (zipfile.BadZipFile, RuntimeError, NotImplementedError, OSError, EOFError, ValueError) as e:
        raise _refused(f"is not a ZIP file that can be read ({type(e).__name__})") from None
    return [directory / name for name in names]


def _refused(problem: str) -> ImportRejected:
    return ImportRejected([BadCell(file="the ZIP file", line=0, column="", problem=problem)])


def _check_names(names: Sequence[str]) -> None:
    if not 0 < len(names) <= MOST_FILES:
        raise _refused(f"has {len(names)} files; allowed: 1 to {MOST_FILES}")
    for name in names:
        if not name.lower().endswith(ENDINGS) or name.startswith("."):
            raise _refused(f"has a file {name[:60]!r}; allowed: names that end in {', '.join(ENDINGS)}")
    if len({name.lower() for name in names}) < len(names):
        raise _refused("has two files of one name")


def _unpack(packed: zipfile.ZipFile, part: zipfile.ZipInfo, path: Path, left: int) -> int:
    """Writes one file; gives the number of bytes that may still come. What a part says of its size is not believed."""
    with packed.open(part) as source, path.open("wb") as target:
        while chunk := source.read(_CHUNK):
            left -= len(chunk)
            if left < 0:
                raise _refused(f"unpacks to more than {LARGEST_UNPACKED / 2**20:.0f} MB: split it")
            target.write(chunk)
    return left
