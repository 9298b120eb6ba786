"""What hangs together: what goes with a record that goes, and how two records of the same thing become one."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from graph_api.errors import InvalidInput
from graph_api.model import KINDS, LINKS, Link, Relation, Scalar, Step, kind_name, kind_of, own_id, properties, relations
from graph_api.operations.files import format_cell, parse_cell
from graph_api.operations.states import State, has_id, relation_of
from graph_api.storage.base import Compare, Linked, Operator, Reader, Selection, Shape, Wanted, Writer

CAREFUL = ("opted_out",)
"""Properties that are true of a merged record where they are true of one of the two: a wish to be left alone is not lost."""


async def dependents(reader: Reader, record: str) -> list[str]:
    """The record and, after it, all that cannot be without it."""
    found, waiting = [record], [record]
    while waiting:
        node = waiting.pop()
        for link, other, left in await _needy(reader, node):
            if left - 1 < link.ends.least and other not in found:
                found.append(other)
                waiting.append(other)
    return found


async def _needy(reader: Reader, node: str) -> list[tuple[type[Link], str, int]]:
    """Records that need a link from this one: the link, the record, and how many of such links it has."""
    kind = KINDS[str(kind_of(node))]
    found: list[tuple[type[Link], str, int]] = []
    for link in LINKS:
        if link.ends.least and kind in link.ends.sources:
            target = link.ends.targets[0]
            sources = tuple(Shape(kind=kind_name(s)) for s in link.ends.sources)
            back = Wanted(relation=relation_of(target, Step(link=link, forward=False)).name, selection=Selection(shapes=sources))
            on = Selection(shapes=(Shape(kind=kind_name(target), links=(back,)),))
            wanted = Wanted(relation=relation_of(kind, Step(link=link, forward=True)).name, selection=on)
            [[_, rows]] = await reader.select(Selection(shapes=(Shape(kind=kind_name(kind), links=(wanted,)),), filter=has_id(node)))
            found += [(link, row[0], len(row[4][0][1])) for row in (rows[0][4][0][1] if rows else ())]
    return found


async def count_links(reader: Reader, records: Sequence[str]) -> dict[str, int]:
    """Number of links that these records have, by name of the relation."""
    found: dict[str, int] = {}
    for record in records:
        kind = str(kind_of(record))
        names = [r for r in relations(KINDS[kind]).values() if len(r.steps) == 1]
        wanted = tuple(Wanted(relation=r.name, selection=Selection(shapes=tuple(Shape(kind=t) for t in r.targets), first=0, total=True)) for r in names)
        [[_, rows]] = await reader.select(Selection(shapes=(Shape(kind=kind, links=wanted),), filter=has_id(record)))
        for relation, cell in zip(names, rows[0][4], strict=True):
            if cell[0]:
                found[relation.name] = found.get(relation.name, 0) + cell[0]
    return found


async def refuse_named(reader: Reader, record: str) -> None:
    """Raises InvalidInput where properties of other records name this one (a municipality its country): they would name nothing."""
    for kind, cls in KINDS.items():
        for declared in properties(cls).values():
            if declared.refers == kind_of(record):
                named = await reader.count(kind, Compare(property=declared.name, operator=Operator.EQ, value=own_id(record)))
                if named:
                    raise InvalidInput(f"{named:,} records of the kind {kind} name {record}; change those first")


async def refuse_few(reader: Reader, link: type[Link], target: str) -> None:
    """Raises InvalidInput where a record has fewer of a link than it needs."""
    kind = KINDS[str(kind_of(target))]
    back = relation_of(kind, Step(link=link, forward=False))
    wanted = Wanted(relation=back.name, selection=Selection(shapes=tuple(Shape(kind=t) for t in back.targets), first=0, total=True))
    [[_, rows]] = await reader.select(Selection(shapes=(Shape(kind=kind_name(kind), links=(wanted,)),), filter=has_id(target)))
    if rows and rows[0][4][0][0] < link.ends.least:
        raise InvalidInput(f"{target} would have {rows[0][4][0][0]} {back.name}; at least {link.ends.least} are needed")


async def partnerships_of(reader: Reader, municipality: str) -> list[str]:
    """Ids of the partnerships of a municipality; none for a record of another kind."""
    if kind_of(municipality) != "municipality":
        return []
    member = Linked(relation="members", node=has_id(municipality))
    [[_, rows]] = await reader.select(Selection(shapes=(Shape(kind="partnership"),), filter=member))
    return [row[0] for row in rows]


# ── two become one ────────────────────────────────────────────────────────────────────────────────────────────────────


async def refuse_entangled(reader: Reader, keep: str, remove: str) -> None:
    """Raises InvalidInput where a record needs both of two that are to become one: a partnership between them, say."""
    theirs = {other: (link, left) for link, other, left in await _needy(reader, remove)}
    for link, other, left in await _needy(reader, keep):
        if other in theirs and not (theirs[other][0] is link and left - 1 >= link.ends.least):
            raise InvalidInput(f"{other} joins {keep} and {remove}, and one of them is not enough for it; delete it first")


async def move_links(tx: Writer, kind: str, old: str, new: str) -> None:
    """Gives a record all links of another, with their properties; where both have the same one, or may have one only, the present one stays."""
    for relation in relations(KINDS[kind]).values():
        if len(relation.steps) == 1:
            await _move(tx, kind, relation, old, new)


async def _move(tx: Writer, kind: str, relation: Relation, old: str, new: str) -> None:
    [step] = relation.steps
    declared = properties(step.link)
    keys = [place for place, p in enumerate(declared.values()) if p.key]
    wanted = Wanted(relation=relation.name, selection=Selection(shapes=tuple(Shape(kind=t) for t in relation.targets)), properties=tuple(declared))
    cells = await tx.select(*(Selection(shapes=(Shape(kind=kind, links=(wanted,)),), filter=has_id(node)) for node in (old, new)))
    theirs, ours = (cell[1][0][4][0][1] for cell in cells)
    if ours and relation.one:
        return
    present = {(row[0], *(row[2][k] for k in keys)) for row in ours}
    moved = [row for row in theirs if (row[0], *(row[2][k] for k in keys)) not in present and row[0] != new]
    rows = [[*((new, row[0]) if step.forward else (row[0], new)), *_typed(step.link, row[2])] for row in moved]
    await tx.link(step.link, ["source", "target", *declared], rows)


def _typed(link: type[Link], values: Sequence[Any]) -> list[Scalar]:
    """Values as a store takes them: it gives days as text."""
    return [v if v is None else parse_cell(p, format_cell(v)) for p, v in zip(properties(link).values(), values, strict=True)]


def merged(kind: str, kept: State, gone: State) -> dict[str, Any]:
    """The columns of properties that a record gets from another: what it lacks, and the other's names."""
    declared = properties(KINDS[kind])
    found = {n: v for n, v in gone.items() if n in declared and v not in (None, [], "") and kept[n] in (None, [], "")}
    found |= {n: True for n in CAREFUL if gone.get(n) and not kept.get(n)}
    if "names" in declared:
        names = dict.fromkeys([*kept["names"], gone["name"], *gone["names"]])
        found["names"] = [n for n in names if n != kept["name"]]
    return found


def hierarchies(kind: str, now: State) -> dict[str, Any]:
    """The columns of links that must not lead back, as they are: written once more, they are checked."""
    links = {link.ends.source_column for link in LINKS if link.ends.acyclic and KINDS[kind] in link.ends.sources}
    return {name: now[name] for name in links if name}
