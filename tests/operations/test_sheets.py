"""Tables: what spreadsheets make of them is read, what is broken is refused with its place."""

from __future__ import annotations

import datetime
import random
import zipfile
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from graph_api.errors import ImportRejected, InvalidInput
from graph_api.operations.sheets import LARGEST_FILE, LONGEST_CELL, MOST_ROWS, open_sheets, write_csv, write_xlsx

Rows = list[tuple[int, list[str]]]


def read(path: Path) -> dict[str, Rows]:
    with open_sheets([path]) as found:
        return {sheet.stem: list(sheet.rows()) for sheet in found}


def refusal(path: Path) -> str:
    with pytest.raises(ImportRejected) as caught:
        read(path)
    [cell] = caught.value.cells
    return str(cell)


def written(path: Path, content: bytes | str) -> Path:
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return path


def workbook(path: Path, **pages: list[list[Any]]) -> Path:
    book = openpyxl.Workbook()
    book.remove(book.worksheets[0])
    for name, rows in pages.items():
        page = book.create_sheet(name)
        for row in rows:
            page.append(row)
    book.save(path)
    return path


# ── CSV ───────────────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    "content",
    [
        "id,name\nbonn,Bönn\n",
        "\ufeffid,name\r\nbonn,Bönn\r\n",
        "id;name\nbonn;Bönn",
        "id\tname\rbonn\tBönn\r",
        '"id","name"\n" bonn ","Bönn"\n',
        "id,name,,\nbonn,Bönn,,\n,,,\n\n",
    ],
    ids=["plain", "bom", "semicolon", "tab", "quoted", "empty-ends"],
)
def test_csv_is_read_as_spreadsheets_write_it(tmp_path: Path, content: str) -> None:
    assert read(written(tmp_path / "Topics.CSV", content)) == {"topics": [(1, ["id", "name"]), (2, ["bonn", "Bönn"])]}


def test_a_row_is_named_by_the_line_it_begins_on(tmp_path: Path) -> None:
    content = 'id,name\n\na,"one\ntwo"\n,,\nb,x\n'
    assert read(written(tmp_path / "t.csv", content)) == {"t": [(1, ["id", "name"]), (3, ["a", "one\ntwo"]), (6, ["b", "x"])]}


def test_a_table_can_be_read_again(tmp_path: Path) -> None:
    book, plain = workbook(tmp_path / "a.xlsx", topics=[["id"], ["x"]]), written(tmp_path / "t.csv", "id\nx\n")
    with open_sheets([book, plain]) as found:
        assert [list(sheet.rows()) for sheet in found for _ in range(3)] == [[(1, ["id"]), (2, ["x"])]] * 6


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        (b"", "t.csv: is empty; the first line must name the columns"),
        ("id,name\n".encode("utf-16"), "t.csv: is UTF-16; save it as UTF-8 (in a spreadsheet: “CSV UTF-8”)"),
        ("id,name\n".encode("utf-16-be"), "t.csv: is not text; save it as UTF-8 (in a spreadsheet: “CSV UTF-8”)"),
        (b"id,name\na,b\nc,M\xfcnchen\n", "t.csv:3: is not UTF-8; save it as UTF-8 (in a spreadsheet: “CSV UTF-8”)"),
        (b"id,name\n" + b"a,b\n" * 5000 + b"c,\xff\n", "t.csv:5002: is not UTF-8; save it as UTF-8 (in a spreadsheet: “CSV UTF-8”)"),
        (b'id,name\na,b\nc,"d"e\n', "t.csv:3: is not well-formed CSV: ',' expected after '\"'"),
        (b'id,name\na,b\nc,"d\ne\n', "t.csv:3: is not well-formed CSV: unexpected end of data"),
        (b"id,name\na," + b"x" * 2**20 + b"x\n", "t.csv:2: is not well-formed CSV: field larger than field limit (1048576)"),
    ],
)
def test_a_broken_csv_is_refused_with_its_line(tmp_path: Path, content: bytes, problem: str) -> None:
    assert refusal(written(tmp_path / "t.csv", content)) == problem


def test_a_file_that_cannot_be_one_is_refused(tmp_path: Path) -> None:
    assert refusal(tmp_path / "t.csv") == "t.csv: there is no such file"
    assert refusal(tmp_path) == f"{tmp_path.name}: is a directory; name the files in it"
    assert refusal(written(tmp_path / "t.pdf", "%PDF")) == "t.pdf: is neither CSV nor XLSX; its name must end in .csv or .xlsx"


def test_a_file_of_200_mb_is_refused_unread(tmp_path: Path) -> None:
    path = tmp_path / "t.csv"
    with path.open("wb") as file:
        file.truncate(200 * 2**20)
    assert LARGEST_FILE == 100 * 2**20
    assert refusal(path) == "t.csv: has 200 MB; at most 100 MB are read: split it"


def test_csv_keeps_what_looks_like_a_formula(tmp_path: Path) -> None:
    write_csv(tmp_path / "t.csv", ["id", "name"], [["a", "=1+1"], ["b", "-0.5"], ["c", "@x, y"]])
    assert (tmp_path / "t.csv").read_bytes() == b'\xef\xbb\xbfid,name\r\na,=1+1\r\nb,-0.5\r\nc,"@x, y"\r\n'


# ── XLSX ──────────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_every_sheet_of_a_workbook_is_a_table(tmp_path: Path) -> None:
    path = workbook(tmp_path / "all.XLSX", Topics=[["id"], ["x"]], phases=[["id", "name"], [], [2017, " Pilot "]])
    assert read(path) == {"topics": [(1, ["id"]), (2, ["x"])], "phases": [(1, ["id", "name"]), (3, ["2017", "Pilot"])]}
    with open_sheets([path]) as found:
        assert [sheet.label for sheet in found] == ["all.XLSX[Topics]", "all.XLSX[phases]"]


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (True, "true"),
        (False, "false"),
        (327258, "327258"),
        (327258.0, "327258"),
        (50.73, "50.73"),
        (1e20, "100000000000000000000"),
        (datetime.date(2025, 12, 31), "2025-12-31"),
        (datetime.datetime(2025, 12, 31), "2025-12-31"),
        (datetime.datetime(2025, 12, 31, 12, 30), "2025-12-31T12:30:00"),
        ("05314000", "05314000"),
        (" x ", "x"),
        ("#REF!", "#REF!"),
    ],
)
def test_a_cell_is_the_text_a_person_sees(tmp_path: Path, value: object, text: str) -> None:
    assert read(workbook(tmp_path / "a.xlsx", t=[["id"], [value]]))["t"][1] == (2, [text])


def test_a_number_shown_with_leading_zeros_keeps_them(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    book.worksheets[0].title = "t"
    for cell, (value, shown) in zip(("A1", "A2", "A3"), ((5314000, "00000000"), (9, "00"), (9, "0")), strict=True):
        book.worksheets[0][cell] = value
        book.worksheets[0][cell].number_format = shown
    book.save(tmp_path / "a.xlsx")
    assert read(tmp_path / "a.xlsx")["t"] == [(1, ["05314000"]), (2, ["09"]), (3, ["9"])]


def test_a_sheet_that_lies_about_its_size_is_read_to_its_real_end(tmp_path: Path) -> None:
    def lie(name: str, content: bytes) -> bytes:
        return content.replace(b'ref="A1:A2"', b'ref="A1:XFD1048576"')

    path = repacked(workbook(tmp_path / "a.xlsx", t=[["id"], ["x"]]), lie)
    assert read(path)["t"] == [(1, ["id"]), (2, ["x"])]


def test_a_sheet_with_too_many_rows_is_refused(tmp_path: Path) -> None:
    def far(name: str, content: bytes) -> bytes:
        return content.replace(b'<row r="2"', b'<row r="99999999999"').replace(b'r="A2"', b"")

    path = repacked(workbook(tmp_path / "a.xlsx", t=[["id"], ["x"]]), far)
    assert refusal(path) == "a.xlsx[t]: has more than 1,048,576 rows"


def test_a_small_file_that_unpacks_to_a_large_one_is_refused_unread(tmp_path: Path) -> None:
    path = tmp_path / "a.xlsx"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as parts, parts.open("xl/workbook.xml", "w") as part:
        for _ in range(301):
            part.write(bytes(2**20))
    assert path.stat().st_size < 2**20
    assert refusal(path) == "a.xlsx: unpacks to 301 MB; at most 300 MB are read: split it, or save it as CSV"


def test_entities_that_blow_up_are_refused(tmp_path: Path) -> None:
    bomb = b'<!DOCTYPE b [<!ENTITY a "aaaaaaaaaa">' + b"".join(b'<!ENTITY %c "%s">' % (c, (b"&%c;" % (c - 1)) * 10) for c in range(98, 108)) + b"]>"

    def explode(name: str, content: bytes) -> bytes:
        return bomb + content.replace(b"<t>x</t>", b"<t>&k;</t>") if name == "xl/worksheets/sheet1.xml" else content

    assert refusal(repacked(workbook(tmp_path / "a.xlsx", t=[["id"], ["x"]]), explode)) == "a.xlsx[t]: is not an XLSX file that can be read (ParseError)"


@pytest.mark.parametrize("content", [b"PK", b"id,name\n", b"PK\x05\x06" + bytes(18)], ids=["cut", "csv", "empty-zip"])
def test_what_is_no_workbook_is_refused(tmp_path: Path, content: bytes) -> None:
    assert refusal(written(tmp_path / "a.xlsx", content)).startswith("a.xlsx: is not an XLSX file that can be read (")


def test_a_damaged_workbook_is_read_or_refused_but_nothing_else(tmp_path: Path) -> None:
    whole = workbook(tmp_path / "a.xlsx", topics=[["id", "name"], *([str(i), "x"] for i in range(50))]).read_bytes()
    chance = random.Random(7)
    refused = 0
    for _ in range(150):
        damaged = bytearray(whole)
        for _ in range(chance.randint(1, 20)):
            damaged[chance.randrange(len(damaged))] = chance.randrange(256)
        try:
            read(written(tmp_path / "b.xlsx", bytes(damaged)))
        except ImportRejected:
            refused += 1
    assert refused > 50


def repacked(path: Path, change: Any) -> Path:
    """The file with each part changed."""
    with zipfile.ZipFile(path) as parts:
        content = {name: parts.read(name) for name in parts.namelist()}
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as parts:
        for name, part in content.items():
            parts.writestr(name, change(name, part))
    return path


def test_what_is_written_is_read_and_is_text(tmp_path: Path) -> None:
    rows = [["01", "=1+1"], ["x", ""], ["y", "#N/A"], ["z", "two\nlines"], ["é", "-5"]]
    write_xlsx(tmp_path / "a.xlsx", [("topics", ["id", "name"], rows), ("phases", ["id"], [])])
    assert read(tmp_path / "a.xlsx") == {
        "topics": [(1, ["id", "name"]), (2, ["01", "=1+1"]), (3, ["x"]), (4, ["y", "#N/A"]), (5, ["z", "two\nlines"]), (6, ["é", "-5"])],
        "phases": [(1, ["id"])],
    }
    page = openpyxl.load_workbook(tmp_path / "a.xlsx")["topics"]
    assert {cell.data_type for row in page.iter_rows() for cell in row if cell.value is not None} == {"s"}


def test_the_same_tables_give_the_same_bytes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, moment in (("a.xlsx", 10**9), ("b.xlsx", 1.7 * 10**9)):
        monkeypatch.setattr("time.time", lambda moment=moment: moment)
        write_xlsx(tmp_path / name, [("topics", ["id"], [["x"]])])
    assert (tmp_path / "a.xlsx").read_bytes() == (tmp_path / "b.xlsx").read_bytes()


def test_what_xlsx_cannot_hold_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InvalidInput, match="topics has a cell of 32,768 characters; one of an XLSX file can hold 32,767: write CSV files"):
        write_xlsx(tmp_path / "a.xlsx", [("topics", ["id"], [["x" * (LONGEST_CELL + 1)]])])
    with pytest.raises(InvalidInput, match="topics has 1,048,576 rows; a sheet of an XLSX file can hold 1,048,575: write CSV files"):
        write_xlsx(tmp_path / "a.xlsx", [("topics", ["id"], [[""]] * MOST_ROWS)])
    assert list(tmp_path.iterdir()) == []


def test_a_character_that_xlsx_cannot_hold_becomes_the_sign_for_it(tmp_path: Path) -> None:
    write_xlsx(tmp_path / "a.xlsx", [("topics", ["id"], [["a\x01b"]])])
    assert read(tmp_path / "a.xlsx")["topics"] == [(1, ["id"]), (2, ["a\ufffdb"])]
