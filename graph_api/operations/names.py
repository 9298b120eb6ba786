"""Names of partnerships that nobody named: those of their members."""

from __future__ import annotations

from collections.abc import Sequence

from graph_api.storage.base import Compare, Every, Operator, Selection, Shape, Wanted, Writer


async def name_partnerships(tx: Writer, ids: Sequence[str]) -> None:
    """Gives those of these partnerships that have no name the names of their members."""
    named = [[record, members] for record, _, members in await _names(tx, ids, nameless=True)]
    await tx.save("partnership", ["id", "name"], named)


async def forget_members_names(tx: Writer, ids: Sequence[str]) -> None:
    """Takes the name from those of these partnerships that are called after their members, because the members may change."""
    forgotten = [[record, None] for record, name, members in await _names(tx, ids, nameless=False) if name == members]
    await tx.save("partnership", ["id", "name"], forgotten)


async def _names(tx: Writer, ids: Sequence[str], *, nameless: bool) -> list[tuple[str, str | None, str]]:
    """Of those partnerships that have no name (or have one): id, name, and what they are called after their members."""
    members = Wanted(relation="members", selection=Selection(shapes=(Shape(kind="municipality", properties=("name",)),)))
    wanted = (Compare(property="id", operator=Operator.IN, value=tuple(ids)), Compare(property="name", operator=Operator.EMPTY, value=nameless))
    [[_, rows]] = await tx.select(Selection(shapes=(Shape(kind="partnership", properties=("name",), links=(members,)),), filter=Every(of=wanted)))
    return [(row[0], row[3][0], " – ".join(member[3][0] for member in row[4][0][1])) for row in rows]
