"""Turns what a GraphQL query selects under a field into one selection for the store."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Protocol

from graphql import (
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLField,
    GraphQLObjectType,
    GraphQLSchema,
    InlineFragmentNode,
    OperationDefinitionNode,
    SelectionSetNode,
    get_named_type,
)
from graphql.execution.values import VariableValues, get_argument_values, get_directive_values
from graphql.type import GraphQLIncludeDirective, GraphQLInterfaceType, GraphQLSkipDirective
from strawberry.utils.str_converters import to_camel_case

from graph_api.errors import InvalidInput
from graph_api.model import KINDS, Property, Relation, properties
from graph_api.operations.viewers import Viewer
from graph_api.schema.filters import every, read_filter, read_order
from graph_api.schema.mirror import MEMBERS
from graph_api.schema.nodes import Asked, decode_cursor
from graph_api.storage.base import Compare, Filter, Operator, Selection, Shape, Wanted

DEFAULT_PAGE = 50
"""Edges of a page where neither `first` nor `last` is given."""


class Asking(Protocol):
    """What a query is read in: part of graphql-core's GraphQLResolveInfo."""

    @property
    def schema(self) -> GraphQLSchema:
        """The schema."""
        ...

    @property
    def fragments(self) -> Mapping[str, FragmentDefinitionNode]:
        """The document's fragments by name."""
        ...

    @property
    def variable_values(self) -> Any:
        """The query's variables, coerced."""
        ...


@dataclass(frozen=True, kw_only=True)
class Reading:
    """What is needed to read a query: its schema, fragments, variables, how many edges a page may have, and who asks."""

    info: Asking
    largest_page: int
    viewer: Viewer

    @property
    def variables(self) -> VariableValues:
        """The query's variables, coerced."""
        return VariableValues(sources={}, coerced=self.info.variable_values)

    # ── fields ────────────────────────────────────────────────────────────────────────────────────────────────────────

    def fields(self, nodes: Sequence[FieldNode | OperationDefinitionNode], type_name: str) -> dict[str, list[FieldNode]]:
        """The fields selected under some field nodes where the object is of a type, by response key."""
        found: dict[str, list[FieldNode]] = {}
        for node in nodes:
            if node.selection_set:
                for field in self._flat(node.selection_set, type_name):
                    found.setdefault(field.alias.value if field.alias else field.name.value, []).append(field)
        return found

    def below(self, nodes: list[FieldNode]) -> Iterator[FieldNode]:
        """All fields at any depth under some field nodes, whatever type they are of."""
        for node in nodes:
            if node.selection_set:
                found = list(self._flat(node.selection_set, None))
                yield from found
                yield from self.below(found)

    def _flat(self, selections: SelectionSetNode, type_name: str | None) -> Iterator[FieldNode]:
        for node in selections.selections:
            if not self._included(node):
                continue
            if isinstance(node, FieldNode):
                yield node
            elif isinstance(node, InlineFragmentNode):
                if node.type_condition is None or self._applies(node.type_condition.name.value, type_name):
                    yield from self._flat(node.selection_set, type_name)
            elif isinstance(node, FragmentSpreadNode):
                fragment = self.info.fragments[node.name.value]
                if self._applies(fragment.type_condition.name.value, type_name):
                    yield from self._flat(fragment.selection_set, type_name)

    def _included(self, node: Any) -> bool:
        if not node.directives:
            return True
        skip = get_directive_values(GraphQLSkipDirective, node, self.variables)
        include = get_directive_values(GraphQLIncludeDirective, node, self.variables)
        return not (skip and skip["if"]) and not (include and not include["if"])

    def _applies(self, condition: str, type_name: str | None) -> bool:
        if type_name is None or condition == type_name:
            return True
        abstract = self.info.schema.get_type(condition)
        return isinstance(abstract, GraphQLInterfaceType) and self.info.schema.is_sub_type(abstract, self._object(type_name))

    def _object(self, type_name: str) -> GraphQLObjectType:
        found = self.info.schema.get_type(type_name)
        assert isinstance(found, GraphQLObjectType)
        return found

    def arguments(self, node: FieldNode, type_name: str) -> dict[str, Any]:
        """The arguments of a field, variables filled in and values coerced."""
        field: GraphQLField = self._object(type_name).fields[node.name.value]
        return get_argument_values(field, node, self.variables)

    # ── selections ────────────────────────────────────────────────────────────────────────────────────────────────────

    def one(self, nodes: list[FieldNode], kinds: tuple[str, ...], filter: Filter | None = None) -> Asked:
        """What is selected of the single record (or the plain list of records) that a field gives."""
        return self._asked(nodes, kinds, Selection(shapes=(), filter=self._seen(kinds, filter)), single=True)

    def page(self, nodes: list[FieldNode], kinds: tuple[str, ...], arguments: Mapping[str, Any], connection: str) -> Asked:
        """What is selected of the connection that a field gives. Raises InvalidInput for pages that are not allowed."""
        fields = self.fields(nodes, connection)
        edges = [node for group in fields.values() if group[0].name.value == "edges" for node in group]
        selected = [
            node for group in self.fields(edges, connection.removesuffix("Connection") + "Edge").values() if group[0].name.value == "node" for node in group
        ]
        total = any(group[0].name.value == "totalCount" for group in fields.values())
        return self._asked(selected, kinds, self._listed(kinds, arguments, shapes=(), total=total), single=False)

    def again_one(self, asked: Asked, kinds: tuple[str, ...], filter: Filter) -> Selection:
        """The same as was asked before, of other records."""
        return Selection(shapes=asked.selection.shapes, filter=self._seen(kinds, filter))

    def again_page(self, asked: Asked, kinds: tuple[str, ...], arguments: Mapping[str, Any]) -> Selection:
        """The same as was asked before, with other arguments. Raises InvalidInput for pages that are not allowed."""
        return self._listed(kinds, arguments, shapes=asked.selection.shapes, total=asked.selection.total)

    def _listed(self, kinds: tuple[str, ...], arguments: Mapping[str, Any], *, shapes: tuple[Shape, ...], total: bool) -> Selection:
        """The page that arguments mean."""
        given = read_filter(kinds[0], arguments.get("filter")) if len(kinds) == 1 else None
        order = read_order(arguments.get("orderBy"))
        return Selection(shapes=shapes, filter=self._seen(kinds, given), order=order, total=total, **self._window(arguments))

    def _window(self, arguments: Mapping[str, Any]) -> dict[str, Any]:
        first, last = arguments.get("first"), arguments.get("last")
        for name, size in (("first", first), ("last", last)):
            if size is not None and not 0 <= size <= self.largest_page:
                raise InvalidInput(f"{name} is {size}; allowed: 0 to {self.largest_page}")
        after, before = (decode_cursor(c) if (c := arguments.get(name)) is not None else None for name in ("after", "before"))
        if first is None and last is None:
            first = min(DEFAULT_PAGE, self.largest_page)
        return {"first": first, "last": last, "after": after, "before": before}

    def _asked(self, nodes: list[FieldNode], kinds: tuple[str, ...], selection: Selection, *, single: bool) -> Asked:
        shapes, keys, nested = [], {}, {}
        for kind in kinds:
            shape, keys[kind], nested[kind] = self._shape(nodes, kind)
            shapes.append(shape)
        return Asked(selection=replace(selection, shapes=tuple(shapes)), keys=keys, nested=nested, single=single)

    def _seen(self, kinds: tuple[str, ...], filter: Filter | None) -> Filter | None:
        """The filter, narrowed to what the viewer may see."""
        scopes = [scope for kind in kinds if (scope := self.viewer.scope(kind)) is not None]
        assert len(kinds) == 1 or not scopes, "a guarded kind is never listed together with others"
        parts = [f for f in (filter, *scopes) if f is not None]
        return every(*parts) if parts else None

    def _shape(self, nodes: list[FieldNode], kind: str) -> tuple[Shape, tuple[str, ...], tuple[Asked, ...]]:
        wanted: dict[str, tuple[Wanted, Asked]] = {}
        names: dict[str, None] = {}
        for key, group in self.fields(nodes, KINDS[kind].__name__).items():
            member = MEMBERS[kind].get(group[0].name.value)
            if isinstance(member, Property):
                names[member.name] = None
            elif isinstance(member, Relation):
                wanted[key] = self._wanted(group, kind, member)
        names.pop("id", None)
        shape = Shape(kind=kind, properties=tuple(names), links=tuple(w for w, _ in wanted.values()), reveal=self._revealed(kind, names))
        return shape, tuple(wanted), tuple(a for _, a in wanted.values())

    def _revealed(self, kind: str, names: Iterable[str]) -> Filter | None:
        """On which records the viewer sees private properties; None where none is asked for."""
        return self.viewer.reveal(kind) if any(properties(KINDS[kind])[n].private for n in names) else None

    def _wanted(self, nodes: list[FieldNode], kind: str, relation: Relation) -> tuple[Wanted, Asked]:
        owner = KINDS[kind].__name__
        if relation.one:
            asked = self.one(nodes, relation.targets)
            return Wanted(relation=relation.name, selection=asked.selection), asked
        arguments = self.arguments(nodes[0], owner)
        connection = get_named_type(self._object(owner).fields[nodes[0].name.value].type).name
        asked = self.page(nodes, relation.targets, arguments, connection)
        names, link = self._edge_properties(nodes, relation, connection), self._link_filter(relation, arguments)
        marks = tuple(place for place, n in enumerate(names) if relation.link and properties(relation.link)[n].key)
        return Wanted(relation=relation.name, selection=asked.selection, properties=names, link=link), replace(asked, marks=marks)

    def _edge_properties(self, nodes: list[FieldNode], relation: Relation, connection: str) -> tuple[str, ...]:
        if not relation.link:
            return ()
        edges = [node for group in self.fields(nodes, connection).values() if group[0].name.value == "edges" for node in group]
        chosen = {group[0].name.value for group in self.fields(edges, connection.removesuffix("Connection") + "Edge").values()}
        return tuple(n for n, p in properties(relation.link).items() if p.key or to_camel_case(n) in chosen)

    def _link_filter(self, relation: Relation, arguments: Mapping[str, Any]) -> Filter | None:
        keys = [n for n, p in properties(relation.link).items() if p.key] if relation.link else []
        parts = [Compare(property=n, operator=Operator.EQ, value=v) for n in keys if (v := arguments.get(to_camel_case(n))) is not None]
        return every(*parts) if parts else None
