"""Costs: about how many values an operation asks for, told before any of them is read."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, cast

from graphql import (
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLField,
    GraphQLInterfaceType,
    GraphQLObjectType,
    GraphQLSchema,
    InlineFragmentNode,
    IntValueNode,
    ListValueNode,
    OperationDefinitionNode,
    SelectionSetNode,
    VariableNode,
    get_named_type,
)

MOST_VALUES_OUT = 150_000
"""Values of an answer: making them takes about two seconds."""
MANY_VALUES_OUT = 2_000
"""Values of an answer that is made aside, since making them holds up everybody else for more than 20 milliseconds."""
MANY_VALUES_WRITTEN = 30_000
"""Values, by estimate, from which on it is counted how many a compiled operation really writes."""
MANY_ROWS = 5_000
"""Rows from which on they are written aside; that takes more than 5 milliseconds."""
SIZES = ("first", "last", "limit", "ids")
"""Arguments that say how many records a field lists; the first that is given counts."""
INTROSPECTION = 10_000
"""Values of an answer about the schema."""
TYPICAL = 5
"""Records of a list inside of a list: most pages are not full there."""
PAGE = 50
"""Records of a list for which no number is given."""


class Cost:
    """Counts the values of one operation with its variables. Each fragment is counted once for each type it is used on."""

    def __init__(self, schema: GraphQLSchema, document: DocumentNode, variables: Mapping[str, Any]) -> None:
        self._schema, self._variables = schema, variables
        self._fragments = {d.name.value: d for d in document.definitions if isinstance(d, FragmentDefinitionNode)}
        self._known: dict[tuple[str, bool], int] = {}

    def of(self, operation: OperationDefinitionNode) -> int:
        """About how many values the operation asks for."""
        return self._set(operation.selection_set, self._schema.get_root_type(operation.operation), inside=False)

    def _set(self, selections: SelectionSetNode, parent: object, *, inside: bool) -> int:
        if not isinstance(parent, GraphQLObjectType | GraphQLInterfaceType):
            return 0
        return sum(self._part(node, parent, inside=inside) for node in selections.selections)

    def _part(self, node: object, parent: GraphQLObjectType | GraphQLInterfaceType, *, inside: bool) -> int:
        if isinstance(node, InlineFragmentNode):
            named = self._schema.get_type(node.type_condition.name.value) if node.type_condition else parent
            return self._set(node.selection_set, named, inside=inside)
        if isinstance(node, FragmentSpreadNode):
            return self._fragment(node.name.value, inside=inside)
        assert isinstance(node, FieldNode)
        declared = parent.fields.get(node.name.value)
        if declared is None:
            return INTROSPECTION if node.name.value in ("__schema", "__type") else 1
        return self._field(node, declared, inside=inside)

    def _fragment(self, name: str, *, inside: bool) -> int:
        if (name, inside) not in self._known:
            fragment = self._fragments[name]
            named = self._schema.get_type(fragment.type_condition.name.value)
            self._known[name, inside] = self._set(fragment.selection_set, named, inside=inside)
        return self._known[name, inside]

    def _field(self, node: FieldNode, declared: GraphQLField, *, inside: bool) -> int:
        if not node.selection_set:
            return 1
        number = self._number(node, declared)
        below = 1 + self._set(node.selection_set, get_named_type(declared.type), inside=inside or number is not None)
        if number is None:
            return below
        return (min(number, TYPICAL) if inside else max(number, 1)) * below

    def _number(self, node: FieldNode, declared: GraphQLField) -> int | None:
        """How many records the field itself lists; None where it is no list of records."""
        for name in SIZES:
            if name in declared.args and (value := self._argument(node, declared, name)) is not None:
                return value
        return PAGE if "first" in declared.args else None

    def _argument(self, node: FieldNode, declared: GraphQLField, name: str) -> int | None:
        given = next((a.value for a in node.arguments or () if a.name.value == name), None)
        value: Any = None
        if isinstance(given, VariableNode):
            value = self._variables.get(given.name.value)
        elif isinstance(given, IntValueNode):
            value = int(given.value)
        elif isinstance(given, ListValueNode):
            value = given.values
        elif given is None and isinstance(declared.args[name].default_value, int):
            value = declared.args[name].default_value
        return size(value)


def size(value: object) -> int | None:
    """How many records a value of such an argument means."""
    return len(cast("list[object]", value)) if isinstance(value, list | tuple) else value if isinstance(value, int) else None
