"""The port: what the program asks of a store, as a dozen graph verbs with the kind as an argument.

A `Selection` is a small frozen tree that says which nodes are wanted, which of their properties, and for each wanted
relation a nested selection. An engine compiles any number of selections into one statement. Values in and out are those of
`graph_api.model`: str, int, float, bool, `datetime.date`, tuples of str; dates leave a select as ISO text.
"""

from __future__ import annotations

import enum
from collections.abc import Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, replace
from typing import Any, Literal, Protocol, TypeAlias

from graph_api.model import Link, Scalar, kind_of

# ── what is asked ─────────────────────────────────────────────────────────────────────────────────────────────────────


class Operator(enum.StrEnum):
    """How a property is compared. No comparison is true of an empty value, except `EMPTY` with true.

    Texts are compared with `EQ` and `IN` letter by letter. `STARTS` and `CONTAINS` ignore case and accents; `LT`, `LTE`, `GT`
    and `GTE` compare as `Order` orders.
    """

    EQ = "eq"
    IN = "in"
    LT = "lt"
    LTE = "lte"
    GT = "gt"
    GTE = "gte"
    STARTS = "starts"
    CONTAINS = "contains"
    """Of a text: this is a part of it. Of a list: this is one of its elements, letter by letter."""
    EMPTY = "empty"
    """Whether the value (or list) is empty; compared with True or False."""


@dataclass(frozen=True, kw_only=True)
class Compare:
    """Nodes (or links) whose property compares so; `id` is a property like any other."""

    property: str
    operator: Operator
    value: Scalar | tuple[Scalar, ...]

    def plain(self) -> Compare:
        """The same, said as equality where it is a list of one value: with that, and not with a list, an index gives records in order."""
        match self:
            case Compare(operator=Operator.IN, value=(value,)) if value is not None:
                return replace(self, operator=Operator.EQ, value=value)
            case _:
                return self


@dataclass(frozen=True, kw_only=True)
class Every:
    """Nodes for which every part holds; all nodes where there is none."""

    of: tuple[Filter, ...]


@dataclass(frozen=True, kw_only=True)
class Either:
    """Nodes for which at least one part holds; no node where there is none."""

    of: tuple[Filter, ...]


@dataclass(frozen=True, kw_only=True)
class Negate:
    """Nodes for which the part does not hold, those with an empty value among them."""

    of: Filter


@dataclass(frozen=True, kw_only=True)
class Linked:
    """Nodes with at least one neighbour along a relation for which `node` holds, over a link for which `link` holds.

    A shortcut such as `partners` never leads back to the node itself.
    """

    relation: str
    node: Filter | None = None
    link: Filter | None = None


@dataclass(frozen=True, kw_only=True)
class Near:
    """Municipalities at most so many kilometres (great circle, radius 6371.0088 km) from a place in degrees (WGS 84)."""

    latitude: float
    longitude: float
    kilometres: float


@dataclass(frozen=True, kw_only=True)
class Matches:
    """Nodes that the full-text search finds for this text (see `Search`)."""

    text: str


Filter: TypeAlias = Compare | Every | Either | Negate | Linked | Near | Matches


@dataclass(frozen=True, kw_only=True)
class Order:
    """Order by one property, equal ones by id in the same direction. Empty values come last either way. Lists have no order.

    Texts are ordered as `codec.order_key` says (case and accents ignored), `id` letter by letter (by code points), the same in
    every engine.
    """

    property: str = "id"
    descending: bool = False


@dataclass(frozen=True, kw_only=True)
class Shape:
    """What is wanted of the nodes of one kind."""

    kind: str
    properties: tuple[str, ...] = ()
    links: tuple[Wanted, ...] = ()
    reveal: Filter | None = None
    """On which nodes the properties declared `private` are given; on others they are empty and never leave the store. None: on all."""


Position: TypeAlias = tuple[Scalar, ...]
"""Where a row stands in an order: the value ordered by (for a text its `order_key`, for `id` the id) and the id.

Along a relation whose link has `key` properties, their values follow; without them it is a place past all links to that node."""


@dataclass(frozen=True, kw_only=True)
class Selection:
    """A list of nodes: which, in what order, what part of the list, and what of each.

    With several shapes, nodes of all those kinds are listed; filter and order may then name only what all of them have.
    `first` and `last` keep that many rows at either end (of what lies after `after` and before `before`); both `None`: all.
    """

    shapes: tuple[Shape, ...]
    filter: Filter | None = None
    order: Order = Order()
    first: int | None = None
    after: Position | None = None
    last: int | None = None
    before: Position | None = None
    total: bool = False
    """Whether the number of all nodes, whatever the page, is wanted too."""


@dataclass(frozen=True, kw_only=True)
class Wanted:
    """A relation to follow from each node.

    `link` filters by the link's own properties, `selection.filter` by the neighbour's. Where a link stands several times
    between the same two nodes (a focus in two directions), the neighbour is listed once for each, ordered by `key` properties (in the
    direction of the order). Shapes of kinds that the relation does not lead to are ignored.
    """

    relation: str
    selection: Selection
    properties: tuple[str, ...] = ()
    """The link's own properties; a shortcut has none."""
    link: Filter | None = None


# ── what is answered ──────────────────────────────────────────────────────────────────────────────────────────────────

Row: TypeAlias = list[Any]
"""`[id, order value, [link properties…], [properties…], [cell for each wanted relation…]]`.

The third and later parts follow the order in the `Wanted` and in the `Shape` of the node's kind; the third is `[]` at the top.
The order value is what a `Position` needs; None where ids alone order the list. Lists, not tuples, so that an engine may hand on what it decoded."""

FlatRow: TypeAlias = list[Any]
"""The same in one list, `[id, order value, link properties…, properties…, cells…]`, in half the time for the server and for us; its cells hold flat rows."""

Cell: TypeAlias = list[Any]
"""`[total or None, rows]` for one selection. There is one row more than `first` (or `last`) where the list goes on there;
it is the last (the first) one. With both, `first` is applied by the engine with its extra row, and `last` by the reader."""


def _shape_of(selection: Selection, row: FlatRow) -> Shape:
    """The shape of a row."""
    if len(selection.shapes) == 1:
        return selection.shapes[0]
    kind = kind_of(row[0])
    return next(shape for shape in selection.shapes if shape.kind == kind)


def rows_in(selections: Sequence[Selection], cells: Sequence[Cell]) -> int:
    """The number of rows in the cells that answer selections, flat ones, and in the cells inside of their rows."""
    return sum(_rows_from(selection, cell[1]) for selection, cell in zip(selections, cells, strict=True))


def _rows_from(selection: Selection, rows: Sequence[FlatRow]) -> int:
    """The number of rows and of those below them, counted level by level: in a tenth of the time of row by row."""
    found = len(rows)
    for shape in selection.shapes:
        own = rows if len(selection.shapes) == 1 or not shape.links else [row for row in rows if kind_of(row[0]) == shape.kind]
        for place, wanted in enumerate(shape.links, -len(shape.links)):
            found += _rows_from(wanted.selection, [below for row in own for below in row[place][1]])
    return found


def nested(selections: Sequence[Selection], cells: Sequence[Cell]) -> list[Cell]:
    """Cells of flat rows as cells of rows."""
    return [_nested(selection, cell, 0) for selection, cell in zip(selections, cells, strict=True)]


def _nested(selection: Selection, cell: Cell, links: int) -> Cell:
    total, rows = cell
    return [total, [_taken_apart(_shape_of(selection, row), row, links) for row in rows]]


def _taken_apart(shape: Shape, row: FlatRow, links: int) -> Row:
    own = 2 + links
    below = own + len(shape.properties)
    cells = [_nested(wanted.selection, cell, len(wanted.properties)) for wanted, cell in zip(shape.links, row[below:], strict=True)]
    return [row[0], row[1], row[2:own], row[own:below], cells]


@dataclass(frozen=True, kw_only=True)
class Search:
    """A full-text search: every word has to be found, as a whole word, as its beginning, or with one typo (words of five or more letters).

    Case and accents are ignored (`codec.fold`). `ranking` says what fits and how well; the best `ranking.MOST_CANDIDATES` can be paged through.
    """

    text: str
    kinds: tuple[str, ...]
    first: int = 20
    offset: int = 0


@dataclass(frozen=True, kw_only=True)
class Hit:
    """A node found by a search; a higher score fits better."""

    id: str
    score: float
    property: str
    """The property that matched best."""


@dataclass(frozen=True, kw_only=True)
class Hits:
    """The hits of one page, best first (equal ones by id), and how many there are of each kind, in the model's order."""

    hits: tuple[Hit, ...]
    total: int
    kinds: Mapping[str, int]


@dataclass(frozen=True, kw_only=True)
class Expansion:
    """A neighbourhood to collect: from `ids`, `depth` links far, over `links` (None: all), through and to nodes of `kinds` (None: all).

    Nodes are taken nearest first, equal ones by id, until `limit` of them (those of `ids`, of whatever kind, among them) are there.
    """

    ids: tuple[str, ...]
    depth: int = 1
    kinds: tuple[str, ...] | None = None
    links: tuple[type[Link], ...] | None = None
    limit: int = 200


@dataclass(frozen=True, kw_only=True)
class Neighbourhood:
    """Nodes and the wanted links between any two of them, as parallel columns; links in order of source, target (their positions) and name,
    each once between the same two nodes, however often it stands there."""

    ids: tuple[str, ...]
    depths: tuple[int, ...]
    links: tuple[str, ...]
    """Names of the links."""
    sources: tuple[int, ...]
    """Positions in `ids`."""
    targets: tuple[int, ...]
    total: int
    """Number of nodes there would be without the limit."""


@dataclass(frozen=True, kw_only=True)
class Columns:
    """Columns of one kind or link, all of the same length. A link's begin with `source` and `target` (ids)."""

    values: Mapping[str, Sequence[object]]


@dataclass(frozen=True, kw_only=True)
class Snapshot:
    """Columns of several kinds and links as they were at one moment, and the revision they belong to."""

    revision: int
    kinds: Mapping[str, Columns]
    links: Mapping[type[Link], Columns]


@dataclass(frozen=True, kw_only=True)
class Condition:
    """What state a store is in."""

    engine: str
    """Name and version of what keeps it."""
    lacking: tuple[str, ...]
    """What `Store.prepare` would still have to make: tables, columns, constraints, indexes; those of use not yet among them."""
    damage: tuple[str, ...]
    """What is damaged, in the engine's words, the first few."""


# ── the verbs ─────────────────────────────────────────────────────────────────────────────────────────────────────────


class Reader(Protocol):
    """Verbs that read; each sees one consistent state."""

    async def select(self, *selections: Selection) -> list[Cell]:
        """One cell for each selection, by one statement in all."""
        ...

    async def select_flat(self, *selections: Selection) -> list[Cell]:
        """The same with flat rows, as the engine gives them."""
        ...

    async def count(self, kind: str, filter: Filter | None = None) -> int:
        """The number of nodes of a kind."""
        ...

    async def search(self, search: Search) -> Hits:
        """The nodes that a text finds."""
        ...

    async def expand(self, expansion: Expansion) -> Neighbourhood:
        """The neighbourhood of some nodes; ids that do not exist are left out."""
        ...

    async def paths(self, source: str, target: str, *, longest: int = 4, first: int = 5, links: tuple[type[Link], ...] | None = None) -> list[tuple[str, ...]]:
        """All shortest paths of at most `longest` links between two nodes, against any direction, as ids in order; `first` of them.

        They are in order of their ids. From a node to itself there is one, of that node alone; none where an end does not exist.
        """
        ...

    async def snapshot(self, kinds: Mapping[str, tuple[str, ...]], links: Mapping[type[Link], tuple[str, ...]]) -> Snapshot:
        """The wanted properties (`id` among them if wanted) of all nodes of these kinds, in order of id, and of all these links."""
        ...

    async def revision(self) -> int:
        """A number that grows with each write."""
        ...


class Writer(Reader, Protocol):
    """Verbs that write, within a transaction. What they read is what they have written."""

    async def save(self, kind: str, columns: Sequence[str], rows: Sequence[Sequence[Scalar]]) -> None:
        """Creates or changes nodes by id. `columns` begin with `id`; properties not among them stay as they are (in a new node: the default).

        None for a property with a default is the default. Of two rows of one id the later counts. Raises InvalidInput where an id is not of
        this kind, a required property is None (or not among the columns of a new node), or a value is not of the property's type.
        """
        ...

    async def link(
        self, link: type[Link], columns: Sequence[str], rows: Sequence[Sequence[Scalar]], *, replace: Literal["source", "target"] | None = None
    ) -> None:
        """Creates or changes links by their ends and key properties. `columns` begin with `source`, `target`.

        Where an end may have one such link only, an older one goes. With `replace`, all links of the sources (targets) in `rows`
        that are not in `rows` go. To say that a node has none at all, give a row with `None` at the other end (with `replace` only).
        Of two rows of one link (or of two for an end that may have one only) the later counts.

        Raises NotFound with the ids of ends that do not exist, InvalidInput where an end is of a kind that the link does not join.
        """
        ...

    async def unlink(self, link: type[Link], columns: Sequence[str], rows: Sequence[Sequence[Scalar]]) -> int:
        """Removes links by `source`, `target` and those key properties that are among the columns; says how many."""
        ...

    async def delete(self, ids: Sequence[str]) -> int:
        """Removes nodes with their links; says how many nodes there were."""
        ...

    async def clear(self) -> None:
        """Removes every node and link."""
        ...

    async def advance(self, revision: int) -> None:
        """Makes the revision greater than this one, if it is not yet."""
        ...


class Store(Reader, Protocol):
    """A graph that lasts."""

    async def prepare(self) -> None:
        """Makes tables, constraints and indexes that are missing, and waits until they are of use; harmless when all is there."""
        ...

    async def condition(self) -> Condition:
        """Looks through the store and changes nothing. Raises StoreUnusable where it was never prepared, or by a newer program."""
        ...

    def transaction(self) -> AbstractAsyncContextManager[Writer]:
        """A unit of writing: all or nothing. An exception inside undoes everything and comes out as it is. One writer at a time; others wait."""
        ...

    def filling(self) -> AbstractAsyncContextManager[Writer]:
        """A transaction that takes in much. Where the store is empty at its beginning, an engine may carry it out by parts.

        Then the engine never holds all of it at once. Nobody else writes until the end, and `revision` says that the store is not available; after a
        failure the store is empty again. See `discard` for what is left where the program was killed.
        """
        ...

    async def discard(self) -> None:
        """Removes what a `filling` has left that was broken off. Raises StoreUnavailable while one may still be at work."""
        ...

    def moment(self) -> AbstractAsyncContextManager[Reader]:
        """What reads one and the same state of the network, however long it takes. On an engine that cannot keep an old state, writers wait meanwhile."""
        ...

    async def clear(self) -> None:
        """Removes every node and link."""
        ...

    async def close(self) -> None:
        """Gives back connections and files."""
        ...
