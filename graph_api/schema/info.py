"""What the root fields share: their surroundings, arguments, and records by id."""

from collections.abc import Hashable, Mapping, Sequence
from typing import Any, TypeVar

import strawberry

from graph_api.errors import InvalidInput
from graph_api.schema.context import Context
from graph_api.schema.nodes import Asked, Record, to_record
from graph_api.schema.selections import Reading
from graph_api.storage.base import Compare, Filter, Operator

Key = TypeVar("Key", bound=Hashable)


class Info(strawberry.Info[Context, None]):
    """A field's surroundings, with the reading of its query."""

    @property
    def reading(self) -> Reading:
        """How to read what is selected under this field."""
        return Reading(info=self._raw_info, largest_page=self.context.largest_page, viewer=self.context.viewer)

    @property
    def nodes(self) -> list[Any]:
        """The field's nodes in the query."""
        return self._raw_info.field_nodes


def argument(description: str, name: str | None = None) -> Any:
    """An argument's sentence and, where it is no Python name, its name."""
    return strawberry.argument(description=description, name=name)


def with_ids(ids: Sequence[str]) -> Filter:
    """The filter for records with these ids."""
    return Compare(property="id", operator=Operator.IN, value=tuple(ids))


async def records_by_id(info: Info, asked: Mapping[Key, Asked]) -> dict[Key, dict[str, Record]]:
    """Records by response key and id, all selected by one statement."""
    cells = await info.context.store.select(*(a.selection for a in asked.values())) if asked else []
    return {key: {row[0]: to_record(a, row) for row in cell[1]} for (key, a), cell in zip(asked.items(), cells, strict=True)}


def bounded(name: str, value: int, least: int, most: int) -> int:
    """The value, if it is allowed; raises InvalidInput that says what is."""
    if not least <= value <= most:
        raise InvalidInput(f"{name} is {value}; allowed: {least} to {most}")
    return value
