"""Rows as they come in, checked and brought into the form in which Neo4j stores them, before anything is sent."""

from __future__ import annotations

import datetime
import functools
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from typing import Literal, TypeAlias, cast

from graph_api.errors import InvalidInput
from graph_api.model import KINDS, Link, Node, Property, Scalar, kind_name, kind_of, link_name, properties
from graph_api.storage.codec import encode, order_key
from graph_api.storage.neo4j_layout import has_key
from graph_api.storage.ranking import entries

Rows: TypeAlias = Sequence[Sequence[Scalar]]
Side: TypeAlias = Literal["source", "target"]
Stored: TypeAlias = list[list[object]]

WHOLE_NUMBERS = range(-(2**63), 2**63)

LONGEST_ID = 1000
"""Bytes in UTF-8. An index of the server takes entries of 8,167 bytes, and the id stands in each."""
LONGEST_INDEXED = 6000
"""Bytes in UTF-8 of an indexed text, folded."""


def storing(declared: Property) -> Callable[[Scalar], list[object]]:
    """A function that gives a value's stored forms, in the order of `neo4j_layout.stored_names`. Empty values become the default.

    It raises InvalidInput for values that are not of the property's type.
    """

    def store(value: Scalar) -> list[object]:
        given = declared.default if value is None else value
        if given is None:
            return [None] * (1 + has_key(declared) + declared.search)
        forms = [_plain(declared, given)]
        if has_key(declared):
            forms.append(_key(declared, str(given)))
        if declared.search:
            forms.append([entry for entry in entries(given) if entry] or None)
        return forms

    return store


def _plain(declared: Property, value: Scalar) -> object:
    if isinstance(value, bool) != (declared.type is bool) or not isinstance(value, _accepted(declared.type)):
        raise InvalidInput(f"{declared.name} is {value!r}; allowed: {declared.type.__name__}")
    if declared.type is tuple:
        return list(cast("tuple[str, ...]", encode(tuple(cast("tuple[str, ...]", value)))))
    if isinstance(value, int) and value not in WHOLE_NUMBERS:  # a range answers by arithmetic
        raise InvalidInput(f"{declared.name} is {value}; allowed: whole numbers of 64 bits")
    return encode(float(cast("float", value))) if declared.type is float else encode(value)


def _key(declared: Property, text: str) -> str:
    key = str(order_key(text))
    if declared.index and len(key) > LONGEST_INDEXED // 4 and (size := len(key.encode())) > LONGEST_INDEXED:
        raise InvalidInput(f"{declared.name} is too long: {size} bytes came, at most {LONGEST_INDEXED} are allowed")
    return key


def _accepted(declared: type[object]) -> tuple[type, ...]:
    if declared is float:
        return (float, int)
    if declared is datetime.date:
        return (datetime.date, str)
    if declared is tuple:
        return (tuple, list)
    return (str,) if issubclass(declared, str) else (declared,)


def declared_properties(owner: type[Node] | type[Link], names: Iterable[str]) -> list[Property]:
    """The properties of these names; raises InvalidInput for one that is not declared."""
    known = properties(owner)
    for name in names:
        if name not in known:
            raise InvalidInput(f"{owner.__name__} has no property {name!r}; it has {', '.join(known)}")
    return [known[name] for name in names]


def stored(props: Sequence[Property], rows: Rows, *, ends: int) -> Stored:
    """Rows in stored form: the first `ends` values are ids, the others values of the properties."""
    stores = [storing(p) if p.type is tuple else functools.lru_cache(4096, typed=True)(storing(p)) for p in props]  # a list cannot be looked up
    return [[*row[:ends], *(form for store, value in zip(stores, row[ends:], strict=True) for form in store(value))] for row in rows]


def checked_nodes(kind: str, columns: Sequence[str], rows: Rows) -> None:
    """Raises InvalidInput where a row has no id of this kind, or says that a required property is empty."""
    if tuple(columns[:1]) != ("id",):
        raise InvalidInput(f"the first column has to be id, {', '.join(columns[:1])} came")
    required = [(place, p.name) for place, p in enumerate(declared_properties(KINDS[kind], columns)) if p.required]
    for row in rows:
        if not isinstance(row[0], str) or kind_of(row[0]) != kind:
            raise InvalidInput(f"{row[0]!r} is not the id of a {kind}: it has to begin with {kind}:")
        if len(row[0].encode(errors="replace")) > LONGEST_ID:
            raise InvalidInput(f"{row[0][:40]}… is too long for an id: at most {LONGEST_ID} bytes are allowed")
        encode(row[0])
        for place, name in required:
            if row[place] is None:
                raise InvalidInput(f"{row[0]}: {name} is required")


def checked_ends(link: type[Link], columns: Sequence[str], rows: Rows, replace: Side | None) -> None:
    """Raises InvalidInput where an end is missing (it may only where all links of the other end are replaced) or not of a kind the link joins."""
    if tuple(columns[:2]) != ("source", "target"):
        raise InvalidInput(f"the first columns have to be source and target, {', '.join(columns[:2])} came")
    allowed = [set(map(kind_name, kinds)) for kinds in (link.ends.sources, link.ends.targets)]
    may_miss = {"source": 1, "target": 0, None: None}[replace]
    for row in rows:
        for place in (0, 1):
            end = row[place]
            if end is None and place == may_miss:
                continue
            if not isinstance(end, str):
                raise InvalidInput(f"{link_name(link)}: the id of an end is expected beside {row[1 - place]}, {end!r} came")
            if (kind := kind_of(end)) is not None and kind not in allowed[place]:
                raise InvalidInput(f"{link_name(link)} joins {', '.join(sorted(allowed[place]))} here, {end} came")


def with_keys(link: type[Link], columns: Sequence[str], rows: Rows) -> tuple[list[str], Rows]:
    """The columns and rows of links with all key properties among them, right after the ends: the default where nothing is said."""
    keys = key_properties(link)
    others = [name for name in columns[2:] if name not in [p.name for p in keys]]
    places = [columns.index(p.name) if p.name in columns else None for p in keys]
    rest = [columns.index(name) for name in others]
    return (
        [*columns[:2], *(p.name for p in keys), *others],
        [[*row[:2], *(p.default if place is None else row[place] for p, place in zip(keys, places, strict=True)), *(row[at] for at in rest)] for row in rows],
    )


def key_properties(link: type[Link]) -> list[Property]:
    """The properties that tell links between the same two nodes apart."""
    return [p for p in properties(link).values() if p.key]


def latest(link: type[Link], rows: Rows) -> Rows:
    """The rows that stay where an end may have one such link only: the last of each such end."""
    for one, place in ((link.ends.one_target, 0), (link.ends.one_source, 1)):
        if one:
            rows = list({row[place]: row for row in rows}.values())
    return rows


def kept_links(side: Side, keys: int, rows: Stored) -> dict[str, list[list[object]]]:
    """For each end on a side its links: other end and so many key values. An end whose other end is None has none."""
    near, far = (0, 1) if side == "source" else (1, 0)
    kept: dict[str, list[list[object]]] = defaultdict(list)
    for row in rows:
        others = kept[str(row[near])]
        if row[far] is not None:
            others.append([row[far], *row[2 : 2 + keys]])
    return kept
