"""What the files of import and export look like: one for each kind, one for each link with properties of its own."""

from __future__ import annotations

import datetime
import enum
import functools
import math
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from graph_api.model import KINDS, LINKS, PLURALS, Change, Link, PartialDate, Property, Scalar, Step, kind_name, kind_of, properties

SEPARATOR = "|"
"""Between the elements of a list inside one cell."""

END_COLUMNS = {"sdg_goal": "goal", "sdg_target": "target"}
"""Columns of link files for kinds whose column does not carry the kind's own name."""

LONGEST_TEXT = 10_000
"""Characters in a cell."""

_ID = re.compile(r"[^\s|\x00-\x1f\x7f](?:[^|\x00-\x1f\x7f]{0,98}[^\s|\x00-\x1f\x7f])?")
_PARTIAL_DATE = re.compile(r"(?!0000)[0-9]{4}(-(0[1-9]|1[0-2])(-(0[1-9]|[12][0-9]|3[01]))?)?")
_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_INTEGER = re.compile(r"-?[0-9]{1,18}(\.0)?")
_NUMBER = re.compile(r"-?[0-9]{1,30}([.,][0-9]{1,30})?([eE][-+]?[0-9]{1,3})?")
_STRANGE = re.compile(r"[\x00-\x08\x0b-\x1f\x7f\ud800-\udfff\ufffe\uffff]")
"""Characters that no text holds: what XML, and so XLSX, cannot carry, and DEL. A carriage return has become a line feed before."""
_CELL_ERRORS = frozenset(("#DIV/0!", "#N/A", "#NAME?", "#NULL!", "#NUM!", "#REF!", "#VALUE!"))


@dataclass(frozen=True, kw_only=True)
class Column:
    """One column: a property of the row's record or link, or the ids of nodes that the record is linked to."""

    name: str
    doc: str
    required: bool
    property: Property | None = None
    step: Step | None = None
    """The way from the row's record to the nodes that the cell names."""
    kind: str | None = None
    """The kind of those nodes; in a link's file the kind at that end."""
    many: bool = False
    least: int = 0


@dataclass(frozen=True, kw_only=True)
class File:
    """The columns of one file (or sheet), by name."""

    stem: str
    doc: str
    columns: Mapping[str, Column]
    kind: str | None = None
    link: type[Link] | None = None
    sources: tuple[str, ...] = ()
    """Columns of a link's file of which each row fills exactly one: where the link starts."""
    targets: tuple[str, ...] = ()
    """The same for where it ends."""


def _kind_columns(kind: str) -> Mapping[str, Column]:
    cls = KINDS[kind]
    found = [Column(name=p.name, doc=p.doc, required=p.required, property=p) for p in properties(cls).values() if not p.internal]
    for link in LINKS:
        ends, doc = link.ends, (link.__doc__ or "").strip()
        if cls in ends.sources and ends.source_column:
            to = kind_name(ends.targets[0])
            found.append(Column(name=ends.source_column, doc=doc, required=False, step=Step(link=link, forward=True), kind=to, many=not ends.one_target))
        if cls in ends.targets and ends.target_column:
            of, step = kind_name(ends.sources[0]), Step(link=link, forward=False)
            found.append(Column(name=ends.target_column, doc=doc, required=ends.least > 0, step=step, kind=of, many=not ends.one_source, least=ends.least))
    return MappingProxyType({c.name: c for c in found})


def _end_columns(kinds: tuple[str, ...], doc: str) -> list[Column]:
    return [Column(name=END_COLUMNS.get(k, k), doc=doc, required=len(kinds) == 1, kind=k) for k in kinds]


def _link_file(link: type[Link], stem: str) -> File:
    sources = _end_columns(tuple(map(kind_name, link.ends.sources)), "Where the link starts.")
    targets = _end_columns(tuple(map(kind_name, link.ends.targets)), "Where the link ends.")
    own = [Column(name=p.name, doc=p.doc, required=p.required, property=p) for p in properties(link).values()]
    return File(
        stem=stem,
        doc=(link.__doc__ or "").strip(),
        columns=MappingProxyType({c.name: c for c in (*sources, *targets, *own)}),
        link=link,
        sources=tuple(c.name for c in sources),
        targets=tuple(c.name for c in targets),
    )


def _files() -> Mapping[str, File]:
    kinds = [File(stem=PLURALS[k], doc=(cls.__doc__ or "").strip(), columns=_kind_columns(k), kind=k) for k, cls in KINDS.items() if cls is not Change]
    links = [_link_file(each, each.ends.file) for each in LINKS if each.ends.file]
    return MappingProxyType({f.stem: f for f in (*kinds, *links)})


FILES: Mapping[str, File] = _files()
"""Every file by its stem (the sheet's name), kinds first."""


# ── cells ─────────────────────────────────────────────────────────────────────────────────────────────────────────────


def _shown(text: str) -> str:
    return repr(text if len(text) <= 40 else text[:37] + "…")


def _refuse(text: str, allowed: str) -> ValueError:
    return ValueError(f"{_shown(text)} is not allowed: {allowed}")


def _number(text: str) -> float:
    if not _NUMBER.fullmatch(text) or not math.isfinite(number := float(text.replace(",", "."))):
        raise _refuse(text, "a number, such as 50.73")
    return number


def _integer(text: str) -> int:
    if not _INTEGER.fullmatch(text):
        raise _refuse(text, "a whole number without separators, such as 327258")
    return int(text.removesuffix(".0"))


def _boolean(text: str) -> bool:
    if (low := text.lower()) not in {"true", "false", "1", "0"}:
        raise _refuse(text, "true or false")
    return low in {"true", "1"}


def _date(text: str) -> datetime.date:
    try:
        if _DATE.fullmatch(text):
            return datetime.date.fromisoformat(text)
    except ValueError:
        pass
    raise _refuse(text, "a date, such as 2025-12-31")


def _partial_date(text: str) -> PartialDate:
    if _PARTIAL_DATE.fullmatch(text) is None:
        raise _refuse(text, "a year, a month or a date: 2017, 2017-01 or 2017-01-31")
    if len(text) == len("2017-01-31"):
        _date(text)
    return PartialDate(text)


def _text(text: str) -> str:
    if text in _CELL_ERRORS:
        raise _refuse(text, "a text; this is how a spreadsheet shows a failed formula")
    return text.replace("\r\n", "\n").replace("\r", "\n")


def _parse_list(text: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys(_text(part) for p in text.split(SEPARATOR) if (part := p.strip())))


_PARSERS: Mapping[type, Callable[[str], Scalar]] = MappingProxyType(
    {int: _integer, float: _number, bool: _boolean, datetime.date: _date, PartialDate: _partial_date, tuple: _parse_list, str: _text}
)


@functools.cache
def _parser(kind: type) -> Callable[[str], Scalar]:
    if not issubclass(kind, enum.StrEnum):
        return _PARSERS[kind]
    members = {m.value: m for m in kind}

    def parse(text: str) -> Scalar:
        try:
            return members[text]
        except KeyError:
            raise _refuse(text, "one of " + ", ".join(members)) from None

    return parse


def check_value(declared: Property, value: Scalar) -> None:
    """Holds a value against its property's bounds and pattern, and a text against what a cell can carry; raises ValueError with what is allowed."""
    if isinstance(value, int | float) and not isinstance(value, bool):
        _check_bounds(declared, value)
    for text in value if isinstance(value, tuple) else (value,):
        if isinstance(text, str) and not isinstance(text, enum.StrEnum):
            _check_text(declared, text)


def _check_bounds(declared: Property, value: float) -> None:
    low, high = declared.minimum, declared.maximum
    if (low is None or value >= low) and (high is None or value <= high):
        return
    bounds = [f"at {which} {bound:,}" for which, bound in (("least", low), ("most", high)) if bound is not None]
    raise ValueError(f"{value:,} is not allowed: a number of {' and '.join(bounds)}")


def _check_text(declared: Property, text: str) -> None:
    if len(text) > LONGEST_TEXT:
        raise ValueError(f"{len(text):,} characters are too many: at most {LONGEST_TEXT:,}")
    if found := _STRANGE.search(text):
        raise ValueError(f"{_shown(text)} is not allowed: a text without control characters such as U+{ord(found[0]):04X}")
    if declared.type is tuple and (not text or SEPARATOR in text or text != text.strip()):
        raise _refuse(text, f"in a list, a text without {SEPARATOR} and without space around it")
    if declared.type is PartialDate:
        _partial_date(text)
    if declared.pattern and not re.fullmatch(declared.pattern, text):
        raise _refuse(text, declared.looks or f"it has to look like {declared.pattern}")


def parse_cell(declared: Property, text: str) -> Scalar:
    """The value of a cell; an empty cell gives the property's default. Raises ValueError with what came and what is allowed."""
    if not text:
        if declared.required:
            raise ValueError("must not be empty")
        return declared.default
    value = _parser(declared.type)(text)
    check_value(declared, value)
    return value


def parse_id(kind: str, text: str) -> str:
    """The network-wide id that a cell names: `de-bonn` and `municipality:de-bonn` give the same. Raises ValueError with what is allowed."""
    if (named := kind_of(text)) and named != kind:
        raise _refuse(text, f"the id of one of the {PLURALS[kind]}, not of the {PLURALS[named]}")
    own = text.removeprefix(f"{kind}:")
    if not _ID.fullmatch(own):
        raise _refuse(text, "an id of 1 to 100 characters without | and line breaks")
    return f"{kind}:{own}"


def format_cell(value: object) -> str:
    """The text of a value in a cell, such that `parse_cell` gives the value again."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, list | tuple):
        return SEPARATOR.join(map(str, value))  # pyright: ignore[reportUnknownArgumentType]
    return str(value)
