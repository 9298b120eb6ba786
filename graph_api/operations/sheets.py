"""Reads and writes tables of text: CSV and XLSX."""

from __future__ import annotations

import csv
import datetime
import itertools
import re
import tempfile
import warnings
import zipfile
from collections.abc import Generator, Iterable, Iterator, Sequence
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

from graph_api.errors import BadCell, ImportRejected, InvalidInput

LARGEST_FILE = 100 * 2**20
"""Bytes of a file that is read."""

LARGEST_UNPACKED = 300 * 2**20
"""Bytes that the parts of an XLSX file may unpack to: a small file may be packed so that it fills the memory."""

MOST_ROWS = 1_048_576
"""Rows of a sheet, the header among them: XLSX has no more."""

LONGEST_CELL = 32_767
"""Characters in a cell of an XLSX file."""

Written = tuple[str, Sequence[str], Sequence[Sequence[str]]]
"""A table to write: stem, header, rows."""

csv.field_size_limit(2**20)


@dataclass(frozen=True, kw_only=True)
class Sheet:
    """A table that can be read more than once: the first row is the header."""

    stem: str
    """The name of the file or the sheet, in lower case and without ending."""
    label: str
    """How messages name it."""
    path: Path
    page: Any = None
    """The opened sheet of an XLSX file."""

    def rows(self) -> Iterator[tuple[int, list[str]]]:
        """Line number (from 1; of the row's first line) and the cells of each row that is not empty.

        The cells are without the space around them, and without the empty ones at the row's end. Raises ImportRejected for what
        cannot be read.
        """
        return _csv_rows(self) if self.page is None else _xlsx_rows(self)


def _refused(label: str, problem: str, line: int = 0) -> ImportRejected:
    return ImportRejected([BadCell(file=label, line=line, column="", problem=problem)])


@contextmanager
def open_sheets(paths: Iterable[Path]) -> Generator[list[Sheet]]:
    """The tables in these files: one for a CSV, one for each sheet of an XLSX; they can be read until the end of the context.

    Raises ImportRejected for a file that is missing, empty, too large or of another kind.
    """
    with ExitStack() as opened:
        yield [sheet for path in paths for sheet in _open(path, opened)]


def _open(path: Path, opened: ExitStack) -> list[Sheet]:
    _check_file(path)
    if path.suffix.lower() == ".xlsx":
        return _open_xlsx(path, opened)
    return [Sheet(stem=path.stem.lower(), label=path.name, path=path)]


def _check_file(path: Path) -> None:
    try:
        size = path.stat().st_size if path.is_file() else None
    except OSError as e:
        raise _refused(path.name, f"cannot be read ({e.strerror})") from None
    if size is None:
        raise _refused(path.name, "is a directory; name the files in it" if path.is_dir() else "there is no such file")
    if size == 0:
        raise _refused(path.name, "is empty; the first line must name the columns")
    if size > LARGEST_FILE:
        raise _refused(path.name, f"has {size / 2**20:.0f} MB; at most {LARGEST_FILE / 2**20:.0f} MB are read: split it")
    if path.suffix.lower() not in {".csv", ".tsv", ".txt", ".xlsx"}:
        raise _refused(path.name, "is neither CSV nor XLSX; its name must end in .csv or .xlsx")


# ── CSV ───────────────────────────────────────────────────────────────────────────────────────────────────────────────


def _delimiter(header: str) -> str:
    return max(",;\t", key=header.count)


def _check_encoding(sheet: Sheet) -> None:
    with sheet.path.open("rb") as file:
        start = file.read(4096)
    if start[:2] in (b"\xff\xfe", b"\xfe\xff"):
        raise _refused(sheet.label, f"is UTF-16; {SAVE_AS_UTF8}")
    if b"\0" in start:
        raise _refused(sheet.label, f"is not text; {SAVE_AS_UTF8}")


SAVE_AS_UTF8 = "save it as UTF-8 (in a spreadsheet: “CSV UTF-8”)"


def _csv_rows(sheet: Sheet) -> Iterator[tuple[int, list[str]]]:
    line = 1
    try:
        _check_encoding(sheet)
        with sheet.path.open(encoding="utf-8-sig", newline="") as file:
            delimiter = _delimiter(file.readline())
            file.seek(0)
            reader = csv.reader(file, delimiter=delimiter, strict=True)
            for row in reader:
                if cells := _trimmed(row):
                    yield line, cells
                line = reader.line_num + 1
    except UnicodeDecodeError:
        raise _refused(sheet.label, f"is not UTF-8; {SAVE_AS_UTF8}", _undecodable_line(sheet.path)) from None
    except csv.Error as e:
        raise _refused(sheet.label, f"is not well-formed CSV: {e}", line) from None
    except OSError as e:
        raise _refused(sheet.label, f"cannot be read ({e.strerror})") from None


def _trimmed(row: Iterable[str]) -> list[str]:
    cells = [cell.strip() for cell in row]
    while cells and not cells[-1]:
        cells.pop()
    return cells


def _undecodable_line(path: Path) -> int:
    with path.open("rb") as file:
        for line, raw in enumerate(file, 1):
            try:
                raw.decode()
            except UnicodeDecodeError:
                return line
    return 0


def write_csv(path: Path, header: Iterable[str], rows: Iterable[Iterable[str]]) -> None:
    """Writes a table as CSV in UTF-8 with a BOM, so that spreadsheets read it right.

    A text that begins with `=`, `+`, `-` or `@` stays as it is: it is somebody's data, and numbers begin so too. Who opens
    files of strangers in a spreadsheet takes XLSX, where each cell says that it is a text.
    """
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(header)
        writer.writerows(rows)


# ── XLSX ──────────────────────────────────────────────────────────────────────────────────────────────────────────────


@contextmanager
def _refusing(label: str) -> Generator[None]:
    """Turns whatever is raised for a broken XLSX file into ImportRejected."""
    try:
        yield
    except ImportRejected:
        raise
    except Exception as e:  # openpyxl passes on what its parsers of ZIP, XML and cells raise
        raise _refused(label, f"is not an XLSX file that can be read ({type(e).__name__})") from e


def _check_unpacked(path: Path) -> None:
    with zipfile.ZipFile(path) as parts:
        size = sum(part.file_size for part in parts.infolist())
    if size > LARGEST_UNPACKED:
        raise _refused(path.name, f"unpacks to {size / 2**20:,.0f} MB; at most {LARGEST_UNPACKED / 2**20:.0f} MB are read: split it, or save it as CSV")


def _open_xlsx(path: Path, opened: ExitStack) -> list[Sheet]:
    import openpyxl

    # it warns of what it leaves out (charts, lists to choose from), of which we want nothing
    warnings.filterwarnings("ignore", category=UserWarning, module="openpyxl")
    with _refusing(path.name):
        _check_unpacked(path)
        book: Any = opened.enter_context(closing(openpyxl.load_workbook(path, read_only=True, data_only=True)))
        return [Sheet(stem=page.title.strip().lower(), label=f"{path.name}[{page.title}]", path=path, page=page) for page in book.worksheets]


def _xlsx_text(cell: Any) -> str:
    value = cell.value
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, datetime.datetime):
        return value.date().isoformat() if value.time() == datetime.time() else value.isoformat()
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    if isinstance(value, int) and re.fullmatch("00+", cell.number_format):  # an id such as 05314000, kept as the number 5314000
        return str(value).zfill(len(cell.number_format))
    return str(value)


def _xlsx_rows(sheet: Sheet) -> Iterator[tuple[int, list[str]]]:
    with _refusing(sheet.label):
        sheet.page.reset_dimensions()  # what the file says of its size may be wrong, and each row would be filled up to it
        for line, row in enumerate(sheet.page.iter_rows(), 1):
            if line > MOST_ROWS:
                raise _refused(sheet.label, f"has more than {MOST_ROWS:,} rows")
            if cells := _trimmed(map(_xlsx_text, row)):
                yield line, cells


def write_xlsx(path: Path, tables: Sequence[Written]) -> None:
    """Writes tables as the sheets of one XLSX file; the same tables give the same bytes.

    Every cell is a text, so that no spreadsheet reinterprets ids or runs formulas; a character that XML does not have becomes
    U+FFFD. Raises InvalidInput for what XLSX cannot hold.
    """
    import openpyxl

    for stem, _, rows in tables:
        _check_fits(stem, rows)
    book = openpyxl.Workbook(write_only=True)
    for stem, header, rows in tables:
        page = book.create_sheet(stem)
        for row in itertools.chain([header], rows):
            page.append([_text_cell(page, text) for text in row])
    with tempfile.TemporaryFile() as packed:
        book.save(packed)
        _write_settled(packed, path)


def _check_fits(stem: str, rows: Sequence[Sequence[str]]) -> None:
    if len(rows) >= MOST_ROWS:
        raise InvalidInput(f"{stem} has {len(rows):,} rows; a sheet of an XLSX file can hold {MOST_ROWS - 1:,}: write CSV files")
    longest = max((len(text) for row in rows for text in row), default=0)
    if longest > LONGEST_CELL:
        raise InvalidInput(f"{stem} has a cell of {longest:,} characters; one of an XLSX file can hold {LONGEST_CELL:,}: write CSV files")


def _text_cell(page: Any, text: str) -> Any:
    from openpyxl.cell import WriteOnlyCell
    from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE

    if not text:
        return None
    cell = WriteOnlyCell(page, value=ILLEGAL_CHARACTERS_RE.sub("\ufffd", text))
    cell.data_type = "s"
    return cell


def _write_settled(packed: IO[bytes], path: Path) -> None:
    """Writes the parts of an XLSX file anew without the time at which they were written."""
    with zipfile.ZipFile(packed) as old, zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as new:
        for part in old.infolist():
            content = old.read(part)
            if part.filename == "docProps/core.xml":
                content = re.sub(rb"[0-9-]{10}T[0-9:]{8}Z", b"1980-01-01T00:00:00Z", content)
            new.writestr(zipfile.ZipInfo(part.filename), content, zipfile.ZIP_DEFLATED)
