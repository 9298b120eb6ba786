"""Reads and writes tables of text: CSV and XLSX."""

from __future__ import annotations

import csv
import datetime
import zipfile
from collections.abc import Iterable, Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from graph_api.errors import BadCell, ImportRejected

LARGEST_FILE = 100 * 2**20
"""Bytes of a file that is read."""

LARGEST_UNPACKED = 500 * 2**20
"""Bytes that the parts of an XLSX file may unpack to."""

csv.field_size_limit(2**20)


@dataclass(frozen=True, kw_only=True)
class Sheet:
    """A table that can be read more than once: the first row is the header."""

    stem: str
    """The name of the file or the sheet, in lower case and without ending."""
    label: str
    """How messages name it."""
    path: Path
    sheet: str | None = None

    def rows(self) -> Iterator[tuple[int, list[str]]]:
        """Line number (from 1; of the row's first line) and the cells, without the space around them."""
        return _csv_rows(self) if self.sheet is None else _xlsx_rows(self)


def _refused(label: str, problem: str, line: int = 0) -> ImportRejected:
    return ImportRejected([BadCell(file=label, line=line, column="", problem=problem)])


def open_sheets(paths: Iterable[Path]) -> list[Sheet]:
    """The tables in these files: one for a CSV, one for each sheet of an XLSX.

    Raises ImportRejected for a file that is missing, empty, too large or of another kind.
    """
    return [sheet for path in paths for sheet in _open(path)]


def _open(path: Path) -> list[Sheet]:
    try:
        size = path.stat().st_size if path.is_file() else None
    except OSError as e:
        raise _refused(path.name, f"cannot be read ({e.strerror})") from None
    if size is None:
        raise _refused(path.name, "there is no such file")
    if size == 0:
        raise _refused(path.name, "is empty; the first line must name the columns")
    if size > LARGEST_FILE:
        raise _refused(path.name, f"has {size / 2**20:.0f} MB; at most {LARGEST_FILE / 2**20:.0f} MB are read: split it")
    if path.suffix.lower() == ".xlsx":
        return _open_xlsx(path)
    if path.suffix.lower() not in {".csv", ".tsv", ".txt"}:
        raise _refused(path.name, "is neither CSV nor XLSX; its name must end in .csv or .xlsx")
    return [Sheet(stem=path.stem.lower(), label=path.name, path=path)]


# ── CSV ───────────────────────────────────────────────────────────────────────────────────────────────────────────────


def _delimiter(header: str) -> str:
    return max(",;\t", key=header.count)


def _check_encoding(sheet: Sheet) -> None:
    with sheet.path.open("rb") as file:
        start = file.read(4096)
    if start[:2] in (b"\xff\xfe", b"\xfe\xff"):
        raise _refused(sheet.label, "is UTF-16; save it as UTF-8 (in a spreadsheet: “CSV UTF-8”)")
    if b"\0" in start:
        raise _refused(sheet.label, "is not text; save it as CSV in UTF-8")


def _csv_rows(sheet: Sheet) -> Iterator[tuple[int, list[str]]]:
    _check_encoding(sheet)
    try:
        with sheet.path.open(encoding="utf-8-sig", newline="") as file:
            delimiter = _delimiter(file.readline())
            file.seek(0)
            reader = csv.reader(file, delimiter=delimiter, strict=True)
            line = 1
            for row in reader:
                if row:
                    yield line, [cell.strip() for cell in row]
                line = reader.line_num + 1
    except UnicodeDecodeError as e:
        raise _refused(
            sheet.label, f"is not UTF-8 (byte {e.start} of a block is 0x{e.object[e.start]:02x}); save it as UTF-8 (in a spreadsheet: “CSV UTF-8”)"
        ) from None
    except csv.Error as e:
        raise _refused(sheet.label, f"is not well-formed CSV: {e}") from None


def write_csv(path: Path, header: Iterable[str], rows: Iterable[Iterable[str]]) -> None:
    """Writes a table as CSV in UTF-8 with a BOM, so that spreadsheets read it right; a cell a spreadsheet would run as a formula is kept as it is."""
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(header)
        writer.writerows(rows)


# ── XLSX ──────────────────────────────────────────────────────────────────────────────────────────────────────────────


def _open_xlsx(path: Path) -> list[Sheet]:
    import openpyxl

    try:
        with zipfile.ZipFile(path) as parts:
            if sum(p.file_size for p in parts.infolist()) > LARGEST_UNPACKED:
                raise _refused(path.name, f"unpacks to more than {LARGEST_UNPACKED / 2**20:.0f} MB")
        with closing(openpyxl.load_workbook(path, read_only=True)) as book:
            names = book.sheetnames
    except (zipfile.BadZipFile, KeyError, ValueError) as e:
        raise _refused(path.name, f"is not an XLSX file ({e})") from None
    return [Sheet(stem=name.strip().lower(), label=f"{path.name}[{name}]", path=path, sheet=name) for name in names]


def _xlsx_text(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, datetime.datetime):
        return value.date().isoformat() if value.time() == datetime.time() else value.isoformat()
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value).strip()


def _xlsx_rows(sheet: Sheet) -> Iterator[tuple[int, list[str]]]:
    import openpyxl

    with closing(openpyxl.load_workbook(sheet.path, read_only=True, data_only=True)) as book:
        for line, row in enumerate(book[sheet.sheet or ""].iter_rows(values_only=True), 1):
            cells = [_xlsx_text(value) for value in row]
            while cells and not cells[-1]:
                cells.pop()
            if cells:
                yield line, cells


def write_xlsx(path: Path, sheets: Iterable[tuple[str, Iterable[str], Iterable[Iterable[str]]]]) -> None:
    """Writes tables as the sheets of one XLSX file; every cell is a text, so no spreadsheet reinterprets ids or runs formulas."""
    import openpyxl
    from openpyxl.cell import Cell, WriteOnlyCell

    book = openpyxl.Workbook(write_only=True)
    for name, header, rows in sheets:
        page = book.create_sheet(name)
        page.append(list(header))
        for row in rows:
            cells: list[Cell] = [WriteOnlyCell(page, value=text) for text in row]
            for cell in cells:
                cell.data_type = "s"
            page.append(cells)
    book.save(path)
