"""The model's kinds, links and closed sets as GraphQL types; nothing here names a property of the model.

`read` is the schema's default resolver: records answer by name what was selected for them. `MEMBERS` keeps which GraphQL
field stands for which property or relation.
"""

from __future__ import annotations

import datetime
import enum
import inspect
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Annotated, Any, NewType  # noqa: F401 # pyright: ignore[reportUnusedImport] - annotations are made as text

import strawberry
from strawberry.utils.str_converters import to_camel_case

from graph_api.model import KINDS, Choice, Link, PartialDate, Property, Relation, properties, relations
from graph_api.schema.nodes import PageInfo, Record

Date = NewType("Date", str)
PartialDateText = NewType("PartialDateText", str)


def _parse_date(text: object) -> datetime.date:
    if not isinstance(text, str):
        raise TypeError("a date is a text such as 2025-12-31")
    return datetime.date.fromisoformat(text)


SCALARS: Mapping[object, Any] = {
    Date: strawberry.scalar(name="Date", description="A day, as ISO 8601 text: `2025-12-31`.", serialize=str, parse_value=_parse_date),
    PartialDateText: strawberry.scalar(
        name="PartialDate", description="A day, a month or a year, as ISO 8601 text: `2025-12-31`, `2025-12` or `2025`.", serialize=str, parse_value=str
    ),
}


# ── declaring types by name ───────────────────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True, kw_only=True)
class Field:
    """A field to declare: its annotation as Python would write it, its sentence, and how it is resolved (None: by `read`)."""

    annotation: str
    doc: str
    resolver: Callable[..., Any] | None = None
    default: Any = strawberry.UNSET
    """Of an input's field; `dataclasses.MISSING` where it has to be given."""


_HERE = sys.modules[__name__]


def declare_type(name: str, doc: str, fields: Mapping[str, Field], *, bases: tuple[type, ...] = (), methods: Mapping[str, Any] | None = None) -> type:
    """Makes an object type and puts it into this module, where annotations of other types find it by name."""
    own = {n: _field(f) for n, f in fields.items()}
    return _declare(strawberry.type, name, doc, fields, own | dict(methods or {}), bases)


def _field(declared: Field) -> Any:
    made: Any = strawberry.field(description=declared.doc, resolver=declared.resolver)  # pyright: ignore[reportArgumentType, reportCallIssue]
    docs = getattr(declared.resolver, "docs", {})
    for argument in made.arguments:  # strawberry reads sentences in annotations only where all types are known already
        argument.description = argument.description or docs.get(argument.python_name)
    return made


def declare_input(name: str, doc: str, fields: Mapping[str, Field]) -> type:
    """Makes an input type and puts it into this module."""
    own = {n: strawberry.field(description=f.doc, default=f.default, name=n.rstrip("_") if n.endswith("_") else None) for n, f in fields.items()}
    return _declare(strawberry.input, name, doc, fields, own, ())


def declare_enum(cls: Any, doc: str, docs: Mapping[str, str]) -> None:
    """Makes an enum known to the schema, with a sentence for each member, and puts it into this module."""
    definition = strawberry.enum(cls, description=doc).__strawberry_definition__
    for value in definition.values:
        value.description = docs[value.name]
    setattr(_HERE, cls.__name__, cls)


def _declare(decorate: Any, name: str, doc: str, fields: Mapping[str, Field], body: Mapping[str, Any], bases: tuple[type, ...]) -> type:
    annotations = {n: f.annotation for n, f in fields.items()}
    made = decorate(type(name, bases, {"__module__": __name__, "__doc__": doc, "__annotations__": annotations, **body}), name=name, description=doc)
    setattr(_HERE, name, made)
    return made


# ── closed sets ───────────────────────────────────────────────────────────────────────────────────────────────────────

Kind = enum.Enum("Kind", {name.upper(): name for name in KINDS}, module=__name__)


class OrderDirection(enum.Enum):
    """The direction of an order."""

    ASC = "asc"
    DESC = "desc"


for _choice in Choice.__subclasses__():
    declare_enum(_choice, _choice.__doc__ or "", {m.name: m.doc for m in _choice})
declare_enum(Kind, "The kinds of records.", {name.upper(): (cls.__doc__ or "").strip() for name, cls in KINDS.items()})
declare_enum(OrderDirection, "The direction of an order.", {"ASC": "From small to large, from A to Z.", "DESC": "From large to small, from Z to A."})


# ── records ───────────────────────────────────────────────────────────────────────────────────────────────────────────

_NAMES: Mapping[type, str] = {str: "str", int: "int", float: "float", bool: "bool", datetime.date: "Date", PartialDate: "PartialDateText", tuple: "list[str]"}


def type_name(declared: Property) -> str:
    """The GraphQL type of a property's values, as an annotation."""
    return "strawberry.ID" if declared.name == "id" else _NAMES.get(declared.type) or declared.type.__name__


def annotation(declared: Property) -> str:
    """The GraphQL type of a property, as an annotation: nullable where it may be empty."""
    optional = not declared.required and declared.default is None
    return f"{type_name(declared)} | None" if optional else type_name(declared)


def read(root: Any, name: str) -> object:
    """The default resolver."""
    return root.values[name] if isinstance(root, Record) else getattr(root, name)


@strawberry.interface(description="Whatever has an id of the whole network, as Relay's clients expect it.")
class Node:
    """Whatever has an id of the whole network."""

    id: strawberry.ID = strawberry.field(description="Identifier, unique over the whole network: `kind:own-id`.")

    @classmethod
    def resolve_type(cls, obj: Record, _info: Any, _abstract: Any) -> str:
        """The GraphQL type of a record."""
        return KINDS[obj.kind].__name__


# It does not implement Node, though all its types do: generators of clients (genqlient) know no interface of an interface.
@strawberry.interface(name="Record", description="What all records have in common.")
class RecordType:
    """What all records have in common."""

    id: strawberry.ID = strawberry.field(description="Identifier, unique over the whole network: `kind:own-id`.")
    name: str | None = strawberry.field(description="Name for people; in English where there are several languages.")
    verified_on: Date | None = strawberry.field(description="Day on which somebody last confirmed that this is true.")

    @classmethod
    def resolve_type(cls, obj: Record, _info: Any, _abstract: Any) -> str:
        """The GraphQL type of a record."""
        return KINDS[obj.kind].__name__


@strawberry.type(name="PageInfo", description="Where a page stands in its list.")
class PageInfoType:
    """Where a page stands in its list."""

    has_next_page: bool = strawberry.field(description="Whether the list goes on after this page (told when paging forward).")
    has_previous_page: bool = strawberry.field(description="Whether the list goes on before this page (told when paging backward).")
    start_cursor: str | None = strawberry.field(description="Cursor of the page's first edge.")
    end_cursor: str | None = strawberry.field(description="Cursor of the page's last edge.")

    @classmethod
    def is_type_of(cls, obj: Any, _info: Any) -> bool:
        """Whether an object is one."""
        return isinstance(obj, PageInfo)


Member = Property | Relation
MEMBERS: dict[str, dict[str, Member]] = {kind: {} for kind in KINDS}
"""For each kind: GraphQL name of a field, and the property or relation it stands for."""

CONNECTIONS: dict[str, type[Link] | None] = {}
"""Names of all connection types, and the link whose properties their edges carry."""


def _is(kind: str) -> Callable[..., bool]:
    return classmethod(lambda cls, obj, info: isinstance(obj, Record) and obj.kind == kind)  # pyright: ignore


def _picked(root: strawberry.Parent[Any], info: strawberry.Info) -> Any:
    return root.links[info.path.key]


def target_type(relation: Relation) -> str:
    """The GraphQL type that a relation leads to."""
    return KINDS[relation.targets[0]].__name__ if len(relation.targets) == 1 else "Record"


def connection_name(owner: str, relation: Relation) -> str:
    """The GraphQL connection type of a relation; one of its own where the link has properties."""
    if relation.link and properties(relation.link):
        return f"{KINDS[owner].__name__}{relation.name.title().replace('_', '')}Connection"
    return f"{target_type(relation)}Connection"


def _python_name(name: str) -> str:
    return "RecordType" if name == "Record" else name


def declare_connection(name: str, node: str, link: type[Link] | None = None) -> None:
    """Makes a connection type and its edge, once."""
    if name in CONNECTIONS:
        return
    CONNECTIONS[name] = link
    edge = name.removesuffix("Connection") + "Edge"
    own = {n: Field(annotation=annotation(p), doc=p.doc, resolver=_of_edge(n)) for n, p in (properties(link) if link else {}).items()}
    declare_type(
        edge,
        f"A place in a list of {node} records.",
        {
            "cursor": Field(annotation="str", doc="Where this edge stands, for `after` and `before`."),
            "node": Field(annotation=_python_name(node), doc="The record."),
            **own,
        },
    )
    declare_type(
        name,
        f"One page of a list of {node} records.",
        {
            "edges": Field(annotation=f"list[{edge}]", doc="The places of this page."),
            "page_info": Field(annotation="PageInfoType", doc="Where this page stands."),
            "total_count": Field(annotation="int", doc="Number of records in the whole list."),
        },
    )


def _of_edge(name: str) -> Callable[..., Any]:
    def resolve(root: strawberry.Parent[Any]) -> Any:
        return root.values[name]

    return resolve


def _page_arguments(relation: Relation) -> dict[str, tuple[str, str, Any]]:
    """Name, annotation, sentence and default of a relation's arguments."""
    found: dict[str, tuple[str, str, Any]] = {}
    if relation.link:
        found = {n: (f"{type_name(p)} | None", f"Only those with this: {p.doc}", strawberry.UNSET) for n, p in properties(relation.link).items() if p.key}
    if len(relation.targets) == 1:
        target = KINDS[relation.targets[0]].__name__
        found["filter"] = (f"{target}Filter | None", "Only records for which this holds.", strawberry.UNSET)
        found["order_by"] = (f"{target}Order | None", "In this order; else by id.", strawberry.UNSET)
    return {**found, **PAGE_ARGUMENTS}


PAGE_ARGUMENTS: Mapping[str, tuple[str, str, Any]] = {
    "first": ("int | None", "At most this many from the beginning.", strawberry.UNSET),
    "after": ("str | None", "Only what comes after this cursor.", strawberry.UNSET),
    "last": ("int | None", "At most this many from the end.", strawberry.UNSET),
    "before": ("str | None", "Only what comes before this cursor.", strawberry.UNSET),
}


REQUIRED: Any = inspect.Parameter.empty
"""The default of an argument that has to be given."""


def with_arguments(resolve: Callable[..., Any], arguments: Mapping[str, tuple[str, str, Any]], returns: str) -> Callable[..., Any]:
    """Gives a resolver, which takes any keywords, the signature that strawberry reads."""
    given = [p for p in inspect.signature(resolve).parameters.values() if p.kind is not inspect.Parameter.VAR_KEYWORD]
    added = [
        inspect.Parameter(name, inspect.Parameter.KEYWORD_ONLY, default=default, annotation=f"Annotated[{kind}, strawberry.argument(description={doc!r})]")
        for name, (kind, doc, default) in arguments.items()
    ]
    resolve.__signature__ = inspect.Signature([*given, *added], return_annotation=returns)  # pyright: ignore[reportFunctionMemberAccess]
    resolve.__module__ = __name__
    vars(resolve)["docs"] = {name: doc for name, (_, doc, _) in arguments.items()}
    return resolve


def _relation_field(owner: str, relation: Relation) -> Field:
    if relation.one:
        return Field(annotation=f"{_python_name(target_type(relation))} | None", doc=relation.doc, resolver=_picked)
    name = connection_name(owner, relation)
    declare_connection(name, target_type(relation), relation.link if relation.link and properties(relation.link) else None)

    def resolve(root: strawberry.Parent[Any], info: strawberry.Info, **_: Any) -> Any:
        return root.links[info.path.key]

    return Field(annotation=name, doc=relation.doc, resolver=with_arguments(resolve, _page_arguments(relation), name))


def declare_kind(kind: str) -> None:
    """Makes the object type of a kind."""
    cls = KINDS[kind]
    fields = {n: Field(annotation=annotation(p), doc=p.doc) for n, p in properties(cls).items()}
    MEMBERS[kind] |= {to_camel_case(n): p for n, p in properties(cls).items()}
    for name, relation in relations(cls).items():
        fields[name] = _relation_field(kind, relation)
        MEMBERS[kind][to_camel_case(name)] = relation
    if "name" not in fields:
        fields["name"] = Field(annotation="str | None", doc="Always empty: records of this kind have no name.", resolver=lambda: None)
    declare_type(cls.__name__, (cls.__doc__ or "").strip(), fields, bases=(Node, RecordType), methods={"is_type_of": _is(kind)})


for _kind in KINDS:
    declare_kind(_kind)
