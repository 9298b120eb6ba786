"""Cells: what is written is what is read, and what cannot be read says what is allowed."""

from __future__ import annotations

import datetime
import enum
import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from graph_api.model import KINDS, LINKS, PartialDate, Property, Scalar, properties
from graph_api.operations.files import FILES, LONGEST_TEXT, check_value, format_cell, parse_cell, parse_id
from tests.examples import examples

CELLS: dict[str, Property] = {
    f"{declared.__name__}.{p.name}": p for declared in (*KINDS.values(), *LINKS) for p in properties(declared).values() if p.name != "id"
}
SORTS = {(p.type, p.minimum, p.maximum, p.pattern): name for name, p in CELLS.items()}
"""One property of each type, range and shape."""
SHAPED = {"languages": st.from_regex("[a-z]{2,3}", fullmatch=True), "country": st.from_regex("[A-Z]{2}", fullmatch=True),
          "email": st.just("a.b+c@example.org"), "color": st.from_regex("#[0-9A-Fa-f]{6}", fullmatch=True)}  # fmt: skip


def texts() -> st.SearchStrategy[str]:
    """Texts as they stand in a cell: no space around, no control characters."""
    letters = st.characters(codec="utf-8", exclude_categories=["Cc"], exclude_characters="\ufffe\uffff")
    return st.text(letters | st.sampled_from("\n\t"), min_size=1, max_size=30).map(str.strip).filter(bool)


def dates() -> st.SearchStrategy[datetime.date]:
    return st.dates(min_value=datetime.date(1, 1, 1))


def elements(declared: Property) -> st.SearchStrategy[str]:
    return SHAPED.get(declared.name, texts().filter(lambda t: "|" not in t))


def values_of(declared: Property) -> st.SearchStrategy[Scalar]:
    """Any value that the property may have."""
    low = math.ceil(declared.minimum) if declared.minimum is not None else -(10**17)
    high = math.floor(declared.maximum) if declared.maximum is not None else 10**17
    if declared.type is tuple:
        return st.lists(elements(declared), unique=True, max_size=4).map(tuple)
    if issubclass(declared.type, enum.StrEnum):
        return st.sampled_from(list(declared.type))
    found: dict[type, st.SearchStrategy[Scalar]] = {
        int: st.integers(low, high),
        float: st.floats(low, high, allow_nan=False),
        bool: st.booleans(),
        datetime.date: dates(),
        PartialDate: st.one_of(dates().map(str), dates().map(lambda d: str(d)[:7]), dates().map(lambda d: str(d)[:4])).map(PartialDate),
        str: SHAPED.get(declared.name, texts()),
    }
    return found[declared.type]


@pytest.mark.parametrize("name", sorted(SORTS.values()))
@examples(50)
@given(data=st.data())
def test_a_value_written_into_a_cell_is_read_again(name: str, data: st.DataObject) -> None:
    declared = CELLS[name]
    value = data.draw(values_of(declared))
    read = parse_cell(declared, format_cell(value))
    assert read == value
    assert type(read) is type(value)


@pytest.mark.parametrize("name", CELLS)
def test_an_empty_cell_is_the_default_or_refused(name: str) -> None:
    declared = CELLS[name]
    if declared.required:
        with pytest.raises(ValueError, match="must not be empty"):
            parse_cell(declared, "")
    else:
        assert parse_cell(declared, "") == declared.default


@pytest.mark.parametrize(
    ("name", "text", "value"),
    [
        ("Municipality.latitude", "50,73", 50.73),
        ("Municipality.latitude", "-0.5e1", -5.0),
        ("Municipality.latitude", "50", 50.0),
        ("Municipality.population", "327258", 327258),
        ("Municipality.population", "327258.0", 327258),
        ("Municipality.seeking", "TRUE", True),
        ("Municipality.seeking", "0", False),
        ("Municipality.languages", "de| en ||de", ("de", "en")),
        ("Municipality.verified_on", "2024-02-29", datetime.date(2024, 2, 29)),
        ("Municipality.name", "two\r\nlines\rand\ttab", "two\nlines\nand\ttab"),
        ("Municipality.name", "=cmd|' /C calc'!A0", "=cmd|' /C calc'!A0"),
        ("Municipality.name", "-", "-"),
        ("Partnership.started", "2017", PartialDate("2017")),
        ("Partnership.started", "2017-12", PartialDate("2017-12")),
        ("Focus.weight", "1e-2", 0.01),
    ],
)
def test_a_cell_is_read(name: str, text: str, value: Scalar) -> None:
    assert parse_cell(CELLS[name], text) == value


@pytest.mark.parametrize(
    ("name", "text", "problem"),
    [
        ("Municipality.latitude", "nan", "'nan' is not allowed: a number, such as 50.73"),
        ("Municipality.latitude", "inf", "'inf' is not allowed: a number, such as 50.73"),
        ("Municipality.latitude", "1e999", "'1e999' is not allowed: a number, such as 50.73"),
        ("Municipality.latitude", "90.1", "90.1 is not allowed: a number of at least -90 and at most 90"),
        ("Municipality.latitude", "1.234,5", "'1.234,5' is not allowed: a number, such as 50.73"),
        ("Municipality.latitude", "50° N", "'50° N' is not allowed: a number, such as 50.73"),
        ("Municipality.latitude", "٥", "'٥' is not allowed: a number, such as 50.73"),
        ("Municipality.population", "1.5", "'1.5' is not allowed: a whole number without separators, such as 327258"),
        ("Municipality.population", "327.258", "'327.258' is not allowed: a whole number without separators, such as 327258"),
        ("Municipality.population", "-1", "-1 is not allowed: a number of at least 0 and at most 100,000,000"),
        ("Municipality.population", "9" * 5000, "'" + "9" * 37 + "…' is not allowed: a whole number without separators, such as 327258"),
        ("Phase.capacity", "-1", "-1 is not allowed: a number of at least 0"),
        ("Municipality.seeking", "yes", "'yes' is not allowed: true or false"),
        ("Municipality.languages", "de|DE", "'DE' is not allowed: an ISO 639 code in small letters, such as de"),
        ("Municipality.country", "de", "'de' is not allowed: two capital letters, such as DE"),
        ("Municipality.verified_on", "2025-02-30", "'2025-02-30' is not allowed: a date, such as 2025-12-31"),
        ("Municipality.verified_on", "31.12.2025", "'31.12.2025' is not allowed: a date, such as 2025-12-31"),
        ("Municipality.verified_on", "20251231", "'20251231' is not allowed: a date, such as 2025-12-31"),
        ("Municipality.name", "#REF!", "'#REF!' is not allowed: a text; this is how a spreadsheet shows a failed formula"),
        ("Municipality.name", "a\0b", "'a\\x00b' is not allowed: a text without control characters such as U+0000"),
        ("Municipality.name", "x" * (LONGEST_TEXT + 1), "10,001 characters are too many: at most 10,000"),
        ("Partnership.started", "2017-13", "'2017-13' is not allowed: a year, a month or a date: 2017, 2017-01 or 2017-01-31"),
        ("Partnership.started", "2025-02-30", "'2025-02-30' is not allowed: a date, such as 2025-12-31"),
        ("Partnership.started", "0000", "'0000' is not allowed: a year, a month or a date: 2017, 2017-01 or 2017-01-31"),
        ("Partnership.started", "２０１７", "'２０１７' is not allowed: a year, a month or a date: 2017, 2017-01 or 2017-01-31"),
        ("Partnership.kind", "twinning", "'twinning' is not allowed: one of partnership, friendship, contact, project"),
        ("Expert.email", "nobody", "'nobody' is not allowed: an address, such as name@example.org"),
        ("SdgGoal.color", "red", "'red' is not allowed: # and six hexadecimal digits, such as #4c9f38"),
        ("Focus.weight", "1.1", "1.1 is not allowed: a number of at least 0 and at most 1"),
    ],
)
def test_a_bad_cell_says_what_came_and_what_is_allowed(name: str, text: str, problem: str) -> None:
    with pytest.raises(ValueError) as caught:  # noqa: PT011 - the whole message is compared
        parse_cell(CELLS[name], text)
    assert str(caught.value) == problem


@pytest.mark.parametrize("element", ["", "a|b", " a", "a\n"])
def test_a_list_holds_no_element_that_a_cell_could_not_carry(element: str) -> None:
    with pytest.raises(ValueError, match="in a list, a text without"):
        check_value(CELLS["Municipality.names"], ("x", element))


def test_both_forms_of_an_id_are_the_same() -> None:
    assert parse_id("municipality", "de-bonn") == parse_id("municipality", "municipality:de-bonn") == "municipality:de-bonn"
    assert parse_id("sdg_target", "11.6") == "sdg_target:11.6"
    assert parse_id("topic", "ns:waste") == "topic:ns:waste"


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("", "'' is not allowed: an id of 1 to 100 characters without | and line breaks"),
        ("municipality:", "'municipality:' is not allowed: an id of 1 to 100 characters without | and line breaks"),
        ("a\nb", "'a\\nb' is not allowed: an id of 1 to 100 characters without | and line breaks"),
        ("x" * 101, "'" + "x" * 37 + "…' is not allowed: an id of 1 to 100 characters without | and line breaks"),
        ("topic:waste", "'topic:waste' is not allowed: the id of one of the municipalities, not of the topics"),
    ],
)
def test_a_bad_id_says_what_is_allowed(text: str, problem: str) -> None:
    with pytest.raises(ValueError) as caught:  # noqa: PT011
        parse_id("municipality", text)
    assert str(caught.value) == problem


@pytest.mark.parametrize(
    ("stem", "required", "optional"),
    [
        ("municipalities", "id name country", "admin1 latitude longitude population languages seeking capacity verified_on"),
        ("departments", "id name municipality", "topics"),
        ("experts", "id name", "department stakeholder topics languages available_from available_to email consent"),
        ("stakeholders", "id name realm", "municipality topics"),
        ("partnerships", "id members", "kind started ended phase goals topics"),
        ("focuses", "", "municipality topic goal target direction weight evidence verified_on"),
        ("phases", "id name", "started ended"),
        ("missions", "id name", "partnership sender host experts"),
        ("events", "id name kind", "phase venue"),
        ("attendances", "event", "municipality expert stakeholder role"),
        ("topics", "id name", "broader targets"),
    ],
)
def test_the_files_have_the_columns_of_the_contract(stem: str, required: str, optional: str) -> None:
    columns = FILES[stem].columns
    assert {name for name, c in columns.items() if c.required} == set(required.split())
    assert set(optional.split()) <= set(columns)
