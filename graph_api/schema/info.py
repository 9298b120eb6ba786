"""What the root fields share: their surroundings, arguments, and records by id."""

from collections.abc import Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias, TypeVar

import strawberry
from graphql import FieldNode, GraphQLObjectType, get_named_type

from graph_api.errors import InvalidInput, NotFound
from graph_api.model import KINDS, kind_of
from graph_api.operations.viewers import GUARDED
from graph_api.schema.context import Context
from graph_api.schema.nodes import Asked, Record, to_record
from graph_api.schema.selections import Reading
from graph_api.storage.base import Compare, Filter, Operator

Key = TypeVar("Key", bound=Hashable)
Kinds: TypeAlias = tuple[str, ...]
SEEN: Kinds = tuple(kind for kind in KINDS if kind not in GUARDED)
"""Kinds of which everybody may see every record."""


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


def described(description: str) -> Any:
    """A field of a type with its sentence."""
    return strawberry.field(description=description)


def optional(description: str, default: Any = None) -> Any:
    """A field of an input that may be left out, with its sentence."""
    return strawberry.field(description=description, default=default)


def argument(description: str, name: str | None = None) -> Any:
    """An argument's sentence and, where it is no Python name, its name."""
    return strawberry.argument(description=description, name=name)


def with_ids(ids: Sequence[str]) -> Filter:
    """The filter for records with these ids."""
    return Compare(property="id", operator=Operator.IN, value=tuple(ids))


def parted(ids: Sequence[str]) -> dict[Kinds, list[str]]:
    """Ids by the kinds that are selected together: those of which everybody may see every record, and each other one by itself.

    So the statement does not depend on what kinds there are, and a server plans it once.
    """
    found: dict[Kinds, list[str]] = {}
    for own in ids:
        if kind := kind_of(own):
            found.setdefault((kind,) if kind in GUARDED else SEEN, []).append(own)
    return found


async def records_by_id(info: Info, asked: Mapping[Key, Asked]) -> dict[Key, dict[str, Record]]:
    """Records by response key and id, all selected by one statement."""
    cells = await info.context.store.select(*(a.selection for a in asked.values())) if asked else []
    return {key: {row[0]: to_record(a, row) for row in cell[1]} for (key, a), cell in zip(asked.items(), cells, strict=True)}


Place = tuple[str, ...]
"""Where a field stands below a root field: the response keys that lead to it."""

_KIND_TYPES: Mapping[str, str] = {cls.__name__: kind for kind, cls in KINDS.items()}


@dataclass(frozen=True, kw_only=True)
class Found:
    """The records of a computed answer, by the place where they are asked for and by id."""

    places: Mapping[Place, Mapping[str, Record]]

    def at(self, info: strawberry.Info, id_: str) -> Record:
        """The record that the field of these surroundings gives. Raises NotFound where it went in the meantime."""
        place = tuple(key for key in info.path.as_list()[1:] if isinstance(key, str))
        record = self.places[place].get(id_)
        if record is None:
            raise NotFound(id_)
        return record


async def found_below(info: Info, type_name: str, ids: Iterable[str]) -> Found:
    """All that is selected of records anywhere under a root field of a type, for these ids: by one statement."""
    by_kind: dict[str, list[str]] = {}
    for id_ in dict.fromkeys(ids):
        by_kind.setdefault(kind_of(id_) or "", []).append(id_)
    places = {place: found for place, found in _places(info, info.nodes, type_name, ()).items() if found[0] in by_kind}
    asked = {place: info.reading.one(nodes, (kind,), with_ids(by_kind[kind])) for place, (kind, nodes) in places.items()}
    return Found(places=await records_by_id(info, asked))


def _places(info: Info, nodes: list[FieldNode], type_name: str, above: Place) -> dict[Place, tuple[str, list[FieldNode]]]:
    """Where records are asked for: their kind, and the nodes that ask."""
    parent = info.reading.info.schema.get_type(type_name)
    assert isinstance(parent, GraphQLObjectType)
    found: dict[Place, tuple[str, list[FieldNode]]] = {}
    for key, group in info.reading.fields(nodes, type_name).items():
        declared = parent.fields.get(group[0].name.value)
        of = get_named_type(declared.type) if declared else None
        if not isinstance(of, GraphQLObjectType):
            continue
        if of.name in _KIND_TYPES:
            found[*above, key] = (_KIND_TYPES[of.name], group)
        else:
            found |= _places(info, group, of.name, (*above, key))
    return found


def bounded(name: str, value: int, least: int, most: int) -> int:
    """The value, if it is allowed; raises InvalidInput that says what is."""
    if not least <= value <= most:
        raise InvalidInput(f"{name} is {value}; allowed: {least} to {most}")
    return value
