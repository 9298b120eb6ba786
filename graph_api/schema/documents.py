"""Documents: query texts read, measured and validated once, and kept while they are in use."""

from __future__ import annotations

import functools
from collections import OrderedDict
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from graphql import (
    ArgumentNode,
    DirectiveNode,
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    GraphQLError,
    GraphQLSchema,
    OperationDefinitionNode,
    OperationType,
    VariableNode,
    Visitor,
    parse,
    specified_rules,
    validate,
    visit,
)
from strawberry.extensions import SchemaExtension
from strawberry.schema.validation_rules.maybe_null import MaybeNullValidationRule

from graph_api.schema.aside import Aside
from graph_api.schema.costs import SIZES, Cost, size
from graph_api.schema.guards import MOST_ERRORS
from graph_api.schema.sizes import MOST_TOKENS, Measure

KEPT_COSTS = 100
"""Costs of one document that are kept."""

KEPT_TEXT = 8_000_000
"""Characters of all query texts that are kept; what was used longest ago goes first."""

SHORT = 1_000
"""Characters of a text that is read at once: that takes at most a few milliseconds."""

RULES = (*specified_rules, MaybeNullValidationRule)


@dataclass(frozen=True, kw_only=True)
class Document:
    """A text that was read: the valid document, or what is wrong with it."""

    text: str
    node: DocumentNode | None = None
    operations: Mapping[str, OperationDefinitionNode]
    """By name; an operation without a name is `""`."""
    errors: tuple[GraphQLError, ...] = ()
    _costs: dict[tuple[object, ...], int] = field(default_factory=dict[tuple[object, ...], int], repr=False)

    @functools.cached_property
    def fragments(self) -> Mapping[str, FragmentDefinitionNode]:
        """The fragments by name."""
        return {d.name.value: d for d in self.node.definitions if isinstance(d, FragmentDefinitionNode)} if self.node else {}

    @property
    def switches(self) -> tuple[str, ...]:
        """Names of the variables in directives: what is selected depends on them."""
        return self._decisive.switches

    @functools.cached_property
    def _decisive(self) -> _Decisive:
        found = _Decisive()
        if self.node and any(o.variable_definitions for o in self.operations.values()):
            visit(self.node, found)
        return found

    def cost(self, operation: OperationDefinitionNode, schema: GraphQLSchema, variables: Mapping[str, Any]) -> int:
        """About how many values an operation asks for with these variables; kept for each size of what they ask for."""
        assert self.node
        key = (operation.name and operation.name.value, *(size(variables.get(name)) for name in self._decisive.sizes))
        if key not in self._costs:
            if len(self._costs) >= KEPT_COSTS:
                self._costs.clear()
            self._costs[key] = Cost(schema, self.node, variables).of(operation)
        return self._costs[key]

    def operation(self, name: str | None) -> OperationDefinitionNode:
        """The operation to run. Raises GraphQLError where it is not clear which."""
        if name is None and len(self.operations) == 1:
            return next(iter(self.operations.values()))
        if name and name in self.operations:
            return self.operations[name]
        shown = ", ".join(n for n in list(self.operations)[:MOST_ERRORS] if n) or "one without a name"
        came = "no operationName" if name is None else f"operationName {name[:100]!r}"
        raise GraphQLError(f"{came} came; the document has {shown if self.operations else 'no operation'}", extensions={"code": "NO_OPERATION"})


class _Decisive(Visitor):
    """Gathers the variables in a document's directives, and those that say how many records are listed."""

    def __init__(self) -> None:
        super().__init__()
        self.switches, self.sizes = tuple[str, ...](), tuple[str, ...]()

    def enter_directive(self, node: DirectiveNode, *_: object) -> None:
        self.switches = _with(self.switches, node.arguments)

    def enter_field(self, node: FieldNode, *_: object) -> None:
        self.sizes = _with(self.sizes, [a for a in node.arguments or () if a.name.value in SIZES])


def _with(names: tuple[str, ...], arguments: Iterable[ArgumentNode] | None) -> tuple[str, ...]:
    return tuple(sorted({*names, *(a.value.name.value for a in arguments or () if isinstance(a.value, VariableNode))}))


def label(operation: OperationDefinitionNode) -> str:
    """What an operation is called in measurements: its type and first field, both of them words of the schema."""
    first = next((s.name.value for s in operation.selection_set.selections if isinstance(s, FieldNode)), "fragment")
    return f"{operation.operation.value} {first}"


def is_query(operation: OperationDefinitionNode) -> bool:
    """Whether an operation only reads."""
    return operation.operation is OperationType.QUERY


class Documents:
    """The documents of one schema. Refused texts are kept too: coming again they cost nothing. `looked` is told whether a text was there."""

    def __init__(self, schema: GraphQLSchema, *, kept_text: int = KEPT_TEXT, looked: Callable[[bool], None] = lambda _: None) -> None:
        self._schema, self._left, self._looked = schema, kept_text, looked
        self._kept: OrderedDict[str, Document] = OrderedDict()
        self._aside = Aside(1, "documents")

    async def read(self, text: str) -> Document:
        """The document of a text. Unknown long ones are read one after the other, aside; short and known ones pass them."""
        self._looked(text in self._kept)
        if text in self._kept:
            self._kept.move_to_end(text)
            return self._kept[text]
        if len(text) > SHORT:
            return self._keep(await self._aside.call(lambda: self._read(text)))
        return self._keep(self._read(text))

    def _keep(self, document: Document) -> Document:
        if document.text in self._kept:  # the same text came twice at the same time
            return self._kept[document.text]
        self._kept[document.text] = document
        self._left -= len(document.text)
        while self._left < 0:
            gone, _ = self._kept.popitem(last=False)
            self._left += len(gone)
        return document

    def _read(self, text: str) -> Document:
        try:
            node = parse(text, max_tokens=MOST_TOKENS)
            Measure(node).check()
        except GraphQLError as error:
            return Document(text=text, operations={}, errors=(error,))
        errors = validate(self._schema, node, RULES, max_errors=MOST_ERRORS, hide_suggestions=True)
        operations = {d.name.value if d.name else "": d for d in node.definitions if isinstance(d, OperationDefinitionNode)}
        return Document(text=text, node=node, operations=operations, errors=tuple(errors[:MOST_ERRORS]))


class Prepared(SchemaExtension):
    """Has strawberry take a document that was read and validated before, where one is given in `operation_extensions`."""

    @property
    def _given(self) -> DocumentNode | None:
        return (self.execution_context.operation_extensions or {}).get("document")

    def on_parse(self) -> Iterator[None]:
        """Runs around reading the text."""
        self.execution_context.graphql_document = self._given
        yield

    def on_validate(self) -> Iterator[None]:
        """Runs around validating the document."""
        if self._given:
            self.execution_context.pre_execution_errors = []
        yield
