"""Pairs of real partners, on which the matching is measured."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from graph_api.errors import BadCell, ImportRejected
from graph_api.operations.files import parse_id
from graph_api.operations.sheets import Sheet, open_sheets

COLUMNS = ("seeker", "partner")
"""The header of a file of pairs; other columns may stand beside these."""


def read_pairs(path: Path) -> list[tuple[str, str]]:
    """The pairs in a file with the columns `seeker` and `partner`, as network-wide ids.

    Raises ImportRejected with every bad cell.
    """
    bad: list[BadCell] = []
    with open_sheets([path]) as sheets:
        pairs = [pair for sheet in sheets[:1] for pair in _pairs(sheet, bad)]
    if bad:
        raise ImportRejected(bad)
    return pairs


def _pairs(sheet: Sheet, bad: list[BadCell]) -> Iterator[tuple[str, str]]:
    rows = sheet.rows()
    line, header = next(rows, (0, list[str]()))
    names = [name.lower() for name in header]
    if missing := [name for name in COLUMNS if name not in names]:
        bad += [BadCell(file=sheet.label, line=line, column="", problem=f"column {name!r} is missing; the header is seeker,partner") for name in missing]
        return
    for line, cells in rows:
        ids = [_id(sheet, line, name, (cells + [""] * len(names))[names.index(name)], bad) for name in COLUMNS]
        yield ids[0], ids[1]


def _id(sheet: Sheet, line: int, column: str, text: str, bad: list[BadCell]) -> str:
    try:
        return parse_id("municipality", text)
    except ValueError as e:
        bad.append(BadCell(file=sheet.label, line=line, column=column, problem=str(e)))
        return ""
