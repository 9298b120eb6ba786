"""The compiled root fields that give records: of one kind by id or page by page, of any kind by id."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeAlias

from graphql import FieldNode, ListValueNode, Node, ObjectValueNode, VariableNode

from graph_api.model import KINDS, global_id
from graph_api.operations.viewers import GUARDED, Viewer
from graph_api.schema.info import Kinds, parted, with_ids
from graph_api.schema.merging import Lines
from graph_api.schema.nodes import Asked
from graph_api.schema.selections import Reading
from graph_api.schema.writing import Uncovered, WriteCell, WriteRow, Writing
from graph_api.storage.base import Cell, Selection, Store

VIEWERS = 16
"""Viewers for whom what an operation asks is kept, where it asks for something that not everybody sees."""

Turn: TypeAlias = tuple[Sequence[Selection], Callable[[Sequence[Cell]], Any]]
"""What a root field asks of the store for one question, and what makes the field's value of the cells."""


# ── what is asked ─────────────────────────────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True, kw_only=True)
class Pattern:
    """What a root field asks of records, kept for each viewer where no variable below the field has a part in it."""

    make: Callable[[Reading], Asked]
    open: bool
    """Whether a variable has."""
    kept: dict[Viewer | None, Asked] = field(default_factory=dict[Viewer | None, Asked])

    def asked(self, read: Reading) -> Asked:
        """What is asked; which records and which page of them is not said right."""
        if self.open:
            return self.make(read)
        if found := self.kept.get(None) or self.kept.get(read.viewer):
            return found
        made = self.make(read)
        if len(self.kept) >= VIEWERS:
            self.kept.pop(next(iter(self.kept)), None)
        self.kept[read.viewer if is_personal(made.selection) else None] = made
        return made


def is_personal(selection: Selection) -> bool:
    """Whether somebody else would get another answer."""
    return any(shape.reveal is not None or shape.kind in GUARDED or any(is_personal(wanted.selection) for wanted in shape.links) for shape in selection.shapes)


def _is_open(read: Reading, nodes: list[FieldNode]) -> bool:
    return any(has_variable(argument.value) for node in read.below(nodes) for argument in node.arguments or ())


def has_variable(value: Node) -> bool:
    """Whether a variable stands somewhere in a value."""
    if isinstance(value, ListValueNode):
        return any(map(has_variable, value.values))
    if isinstance(value, ObjectValueNode):
        return any(has_variable(f.value) for f in value.fields)
    return isinstance(value, VariableNode)


def _pattern(read: Reading, nodes: list[FieldNode], make: Callable[[Reading], Asked]) -> Pattern:
    return Pattern(make=make, open=_is_open(read, nodes))


# ── root fields ───────────────────────────────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True, kw_only=True)
class One:
    """One record of a kind, by id."""

    node: FieldNode
    kind: str
    pattern: Pattern
    write: WriteCell
    lines: Lines = field(default_factory=Lines)

    async def turn(self, read: Reading, store: Store) -> Turn:
        """See `Root`."""
        selection = self._selection(read, self.pattern.asked(read), [self._id(read)])
        return (selection,), lambda cells: self.write(cells[0], selection)

    async def alone(self, read: Reading, store: Store) -> Any:
        """The field's value where it is the only one of a question: read together with those who ask for the like of it now."""
        asked = self.pattern.asked(read)
        if self.pattern.open:
            [cell] = await store.select_flat(selection := self._selection(read, asked, [self._id(read)]))
            return self.write(cell, selection)

        async def ask(ids: Sequence[str]) -> Cell:
            [cell] = await store.select_flat(self._selection(read, asked, ids))
            return cell

        row = await self.lines.line(store, asked, ask).row(self._id(read))
        return self.write([None, [] if row is None else [row]], asked.selection)

    def _id(self, read: Reading) -> str:
        return global_id(self.kind, read.arguments(self.node, "Query")["id"])

    def _selection(self, read: Reading, asked: Asked, ids: Sequence[str]) -> Selection:
        return read.again_one(asked, (self.kind,), with_ids(ids))


@dataclass(frozen=True, kw_only=True)
class Page:
    """A page of the records of a kind."""

    node: FieldNode
    kind: str
    pattern: Pattern
    write: WriteCell

    async def turn(self, read: Reading, store: Store) -> Turn:
        """See `Root`."""
        selection = read.again_page(self.pattern.asked(read), (self.kind,), read.arguments(self.node, "Query"))
        return (selection,), lambda cells: self.write(cells[0], selection)


@dataclass(frozen=True, kw_only=True)
class ByIds:
    """Records of any kind, by id; what is asked of some kinds is compiled when it is first of use."""

    nodes: list[FieldNode]
    plain: Reading
    """For compiling."""
    several: bool = False
    ways: dict[Kinds, tuple[Pattern, WriteRow]] = field(default_factory=dict[Kinds, tuple[Pattern, WriteRow]])

    async def turn(self, read: Reading, store: Store) -> Turn:
        """See `Root`."""
        given = read.arguments(self.nodes[0], "Query")
        ids: list[str] = given["ids"] if self.several else [given["id"]]
        if len(ids) > read.largest_page:
            raise Uncovered
        selections, by_id = records_turn(self, read, ids)

        def write(cells: Sequence[Cell]) -> Any:
            found = by_id(cells)
            return [found.get(own) for own in ids] if self.several else found.get(ids[0])

        return selections, write

    def way(self, kinds: Kinds) -> tuple[Pattern, WriteRow]:
        """What is asked of records of some kinds, and how they are written."""
        if kinds not in self.ways:
            writing = Writing(self.plain)
            name = writing.record(self.nodes, kinds)
            self.ways[kinds] = _pattern(self.plain, self.nodes, lambda read: read.one(self.nodes, kinds)), writing.made()[name]
        return self.ways[kinds]


def records_turn(field: ByIds, read: Reading, ids: Sequence[str]) -> tuple[Sequence[Selection], Callable[[Sequence[Cell]], dict[str, Any]]]:
    """What to select of records of any kind, and what makes of the cells the records by id."""
    groups = parted(ids)
    ways = {kinds: field.way(kinds) for kinds in groups}
    selections = [read.again_one(pattern.asked(read), kinds, with_ids(groups[kinds])) for kinds, (pattern, _) in ways.items()]

    def write(cells: Sequence[Cell]) -> dict[str, Any]:
        found = zip(ways.values(), selections, cells, strict=True)
        return {row[0]: way(row, selection) for (_, way), selection, (_, rows) in found for row in rows}

    return selections, write


@dataclass(frozen=True, kw_only=True)
class Fixed:
    """A value that is always the same."""

    value: str

    async def turn(self, read: Reading, store: Store) -> Turn:
        """See `Root`."""
        return (), lambda _: self.value


def compile_one(read: Reading, nodes: list[FieldNode], kind: str) -> One:
    """The field that gives one record of a kind. Raises Uncovered."""
    writing = Writing(read)
    name = writing.single(nodes, (kind,))
    return One(node=nodes[0], kind=kind, pattern=_pattern(read, nodes, lambda read: read.one(nodes, (kind,))), write=writing.made()[name])


def compile_page(read: Reading, nodes: list[FieldNode], kind: str) -> Page:
    """The field that lists records of a kind. Raises Uncovered."""
    connection, writing = f"{KINDS[kind].__name__}Connection", Writing(read)
    name = writing.page(nodes, (kind,), connection)
    pattern = _pattern(read, nodes, lambda read: read.page(nodes, (kind,), {}, connection))
    return Page(node=nodes[0], kind=kind, pattern=pattern, write=writing.made()[name])
