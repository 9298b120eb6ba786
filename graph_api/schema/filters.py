"""Filters and orders of lists: their GraphQL inputs, and what they mean to a store."""

from __future__ import annotations

import dataclasses
import datetime
import enum
from collections.abc import Callable, Mapping
from typing import Any

from strawberry.utils.str_converters import to_camel_case

from graph_api.errors import InvalidInput
from graph_api.model import KINDS, PartialDate, Property, Relation, global_id, properties, relations
from graph_api.operations.viewers import GUARDED
from graph_api.schema.mirror import Field, OrderDirection, declare_enum, declare_input, type_name
from graph_api.storage.base import Compare, Either, Every, Filter, Linked, Matches, Near, Negate, Operator, Order

Reader = Callable[[Any], Filter]
"""What the value of a filter's field means."""

READERS: dict[str, dict[str, Reader]] = {kind: {} for kind in KINDS}
"""For each kind: GraphQL name of a filter's field, and how it is read."""


def read_filter(kind: str, value: Mapping[str, Any] | None) -> Filter | None:
    """The store's filter that a GraphQL filter means; None where nothing is asked. A field that is null asks nothing."""
    parts = [READERS[kind][name](v) for name, v in (value or {}).items() if v is not None]
    return every(*parts) if parts else None


def every(*parts: Filter) -> Filter:
    """The filter for which all parts hold."""
    return parts[0] if len(parts) == 1 else Every(of=parts)


def read_order(value: Mapping[str, Any] | None) -> Order:
    """The store's order that a GraphQL order means; by id where none is given."""
    return Order(property=value["field"].value, descending=value["direction"].value == "desc") if value else Order()


def _ids(kind: str) -> Callable[[list[str]], tuple[str, ...]]:
    return lambda values: tuple(global_id(kind, v) for v in values)


# ── what is derived ───────────────────────────────────────────────────────────────────────────────────────────────────


def _compare(name: str, operator: Operator) -> Reader:
    return lambda value: Compare(property=name, operator=operator, value=tuple(value) if isinstance(value, list) else value)  # pyright: ignore[reportUnknownArgumentType]


def _property_fields(declared: Property) -> dict[str, tuple[Field, Reader]]:
    name, what = declared.name, declared.doc.rstrip(".")
    one = type_name(declared)
    if declared.type in (int, float, datetime.date):
        return {
            f"{name}_min": (Field(annotation=f"{one} | None", doc=f"{what}: at least this."), _compare(name, Operator.GTE)),
            f"{name}_max": (Field(annotation=f"{one} | None", doc=f"{what}: at most this."), _compare(name, Operator.LTE)),
        }
    if declared.type is bool:
        return {name: (Field(annotation="bool | None", doc=f"{what}: yes or no."), _compare(name, Operator.EQ))}
    if declared.type is PartialDate:
        return {name: (Field(annotation="str | None", doc=f"{what}: begins with this, such as a year."), _compare(name, Operator.STARTS))}
    return {name: (Field(annotation=f"list[{one}] | None", doc=f"{what}: one of these."), _compare(name, Operator.IN))}


def _relation_field(relation: Relation) -> tuple[Field, Reader]:
    target = relation.targets[0]

    def read(value: Mapping[str, Any]) -> Filter:
        some, none = value.get("some"), value.get("none")
        parts: list[Filter] = [] if some is None else [Linked(relation=relation.name, node=read_filter(target, some))]
        parts += [] if none is None else [Negate(of=Linked(relation=relation.name, node=read_filter(target, none)))]
        return every(*parts) if parts else Every(of=())

    return Field(annotation=f"{KINDS[target].__name__}ListFilter | None", doc=f"{relation.doc} Of these, some or none are such."), read


def _common_fields(kind: str) -> dict[str, tuple[Field, Reader]]:
    name = f"{KINDS[kind].__name__}Filter"
    fields: dict[str, tuple[Field, Reader]] = {
        "and_": (Field(annotation=f"list[{name}] | None", doc="All of these hold."), lambda v: Every(of=_parts(kind, v))),
        "or_": (Field(annotation=f"list[{name}] | None", doc="At least one of these holds."), lambda v: Either(of=_parts(kind, v))),
        "not_": (Field(annotation=f"{name} | None", doc="This does not hold."), lambda v: Negate(of=read_filter(kind, v) or Every(of=()))),
        "ids": (
            Field(annotation="list[strawberry.ID] | None", doc="Its id is one of these."),
            lambda v: Compare(property="id", operator=Operator.IN, value=_ids(kind)(v)),
        ),
    }
    if any(p.search for p in properties(KINDS[kind]).values()):
        fields["text"] = (Field(annotation="str | None", doc="The full-text search finds it for this."), lambda v: Matches(text=v))
    return fields


MOST_PARTS = 30
"""Parts of an `and` or an `or`: with the depth that a value may have, an engine can read their expression."""


def _parts(kind: str, values: list[Mapping[str, Any]]) -> tuple[Filter, ...]:
    if len(values) > MOST_PARTS:
        raise InvalidInput(f"{len(values)} filters stand beside each other; allowed: {MOST_PARTS}")
    return tuple(read_filter(kind, v) or Every(of=()) for v in values)


# ── what a municipality's filter has beside ───────────────────────────────────────────────────────────────────────────


def _german_partner(value: bool) -> Filter:
    found = Linked(relation="partners", node=Compare(property="country", operator=Operator.EQ, value="DE"))
    return found if value else Negate(of=found)


def _focuses_on(value: Mapping[str, Any]) -> Filter:
    subjects = [global_id(kind, value[name]) for name, kind in (("topic", "topic"), ("goal", "sdg_goal"), ("target", "sdg_target")) if value.get(name)]
    if len(subjects) > 1:
        raise InvalidInput("focusesOn takes one of topic, goal and target; combine several with `and` or `or`")
    link = [Compare(property="direction", operator=Operator.EQ, value=d) for d in [value.get("direction")] if d is not None]
    link += [Compare(property="weight", operator=Operator.GTE, value=w) for w in [value.get("weightMin")] if w is not None]
    node = Compare(property="id", operator=Operator.EQ, value=subjects[0]) if subjects else None
    return Linked(relation="focuses", node=node, link=every(*link) if link else None)


def _near(value: Mapping[str, Any]) -> Filter:
    return Near(latitude=value["latitude"], longitude=value["longitude"], kilometres=value["kilometres"])


def _partnered_with(value: str) -> Filter:
    return Linked(relation="partners", node=Compare(property="id", operator=Operator.EQ, value=global_id("municipality", value)))


def _in_phase(value: str) -> Filter:
    return Linked(relation="partnerships", node=Linked(relation="phases", node=Compare(property="id", operator=Operator.EQ, value=global_id("phase", value))))


def _answered(value: bool) -> Filter:
    return Compare(property="answered_on", operator=Operator.EMPTY, value=not value)


_SPECIAL: Mapping[str, Mapping[str, tuple[Field, Reader]]] = {
    "municipality": {
        "has_german_partner": (Field(annotation="bool | None", doc="Whether it shares a partnership with a German municipality."), _german_partner),
        "focuses_on": (Field(annotation="FocusesOn | None", doc="What it seeks, offers or works on."), _focuses_on),
        "partnered_with": (Field(annotation="strawberry.ID | None", doc="It shares a partnership with this municipality."), _partnered_with),
        "in_phase": (Field(annotation="strawberry.ID | None", doc="A partnership of it takes part in this phase."), _in_phase),
        "near": (Field(annotation="Near | None", doc="It lies at most so far from a place."), _near),
    },
    "demand": {"answered": (Field(annotation="bool | None", doc="Whether it was met or given up."), _answered)},
}


def _declare_special() -> None:
    ids = "strawberry.ID | None"
    focus = {
        "topic": Field(annotation=ids, doc="On this topic."),
        "goal": Field(annotation=ids, doc="On this goal."),
        "target": Field(annotation=ids, doc="On this target."),
        "direction": Field(annotation="Direction | None", doc="In this direction."),
        "weight_min": Field(annotation="float | None", doc="At least this important to it, from 0 to 1."),
    }
    declare_input("FocusesOn", "A focus on at most one of a topic, a goal and a target.", focus)
    place = {
        "latitude": Field(annotation="float", doc="Degrees north (WGS 84).", default=dataclasses.MISSING),
        "longitude": Field(annotation="float", doc="Degrees east (WGS 84).", default=dataclasses.MISSING),
        "kilometres": Field(annotation="float", doc="Greatest distance, great circle.", default=dataclasses.MISSING),
    }
    declare_input("Near", "A place and a distance from it.", place)


# ── declaring ─────────────────────────────────────────────────────────────────────────────────────────────────────────


def declare_filter(kind: str) -> None:
    """Makes the filter inputs of a kind."""
    cls, fields = KINDS[kind], _common_fields(kind)
    for declared in properties(cls).values():
        if declared.index and not declared.private:
            fields |= _property_fields(declared)
    fields |= {n: _relation_field(r) for n, r in relations(cls).items() if len(r.targets) == 1 and r.targets[0] not in GUARDED}
    fields |= _SPECIAL.get(kind, {})
    READERS[kind] |= {to_camel_case(n.rstrip("_")): reader for n, (_, reader) in fields.items()}
    declare_input(f"{cls.__name__}Filter", f"Which {cls.__name__} records; all that is given has to hold.", {n: f for n, (f, _) in fields.items()})
    some = Field(annotation=f"{cls.__name__}Filter | None", doc="At least one is such.")
    none = Field(annotation=f"{cls.__name__}Filter | None", doc="Not one is such.")
    declare_input(f"{cls.__name__}ListFilter", f"What holds for a list of {cls.__name__} records.", {"some": some, "none": none})


def declare_order(kind: str) -> None:
    """Makes the order input of a kind, and the enum of what it can be ordered by."""
    cls = KINDS[kind]
    ordered = {n: p for n, p in properties(cls).items() if n == "id" or (p.index and not p.private)}
    name = f"{cls.__name__}OrderField"
    declare_enum(
        enum.Enum(name, {n.upper(): n for n in ordered}, module=__name__),
        f"What {cls.__name__} records can be ordered by.",
        {n.upper(): p.doc for n, p in ordered.items()},
    )
    field = Field(annotation=name, doc="What they are ordered by; equal ones by id, empty ones last.", default=dataclasses.MISSING)
    direction = Field(annotation="OrderDirection", doc="In which direction.", default=OrderDirection.ASC)
    declare_input(f"{cls.__name__}Order", f"The order of {cls.__name__} records.", {"field": field, "direction": direction})


_declare_special()
for _kind in KINDS:
    declare_filter(_kind)
    declare_order(_kind)
