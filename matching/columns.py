"""Columns: a table of things that have an id each, with one value for each of them in every column."""

from __future__ import annotations

import functools
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray


class Columns:
    """Things by rows; a subclass declares their columns, of which `ids` is one."""

    ONE: ClassVar[str]
    """What one of them is called where it is missing."""
    MANY: ClassVar[str]
    """What those that are there are called then."""
    ids: tuple[str, ...]

    def __len__(self) -> int:
        """Number of rows."""
        return len(self.ids)

    @functools.cached_property
    def rows(self) -> dict[str, int]:
        """Id → row."""
        return {id_: row for row, id_ in enumerate(self.ids)}

    def row(self, id_: str) -> int:
        """The row of one; `ValueError` when there is none of that id."""
        try:
            return self.rows[id_]
        except KeyError:
            raise ValueError(f"no {self.ONE} {id_!r} among the {len(self)} {self.MANY}") from None

    def check_columns(self, *names: str) -> None:
        """`ValueError` where columns differ in length from the ids, or ids repeat."""
        check_lengths(self, len(self), "ids", *names)
        if len(self.rows) != len(self):
            raise ValueError("ids must be unique")


def check_lengths(table: object, number: int, things: str, *names: str) -> None:
    """`ValueError` where a column has not one value for each of so many things."""
    for name in names:
        if len(getattr(table, name)) != number:
            raise ValueError(f"{name} has {len(getattr(table, name))} values, one for each of the {number} {things} is needed")


def check_places(name: str, places: NDArray[np.integer], size: int) -> None:
    """`ValueError` where a column of places points outside a table of so many rows."""
    if len(places) and (places.min() < 0 or places.max() >= size):
        raise ValueError(f"{name} points to row {places.min()}..{places.max()}, allowed are 0..{size - 1}")
