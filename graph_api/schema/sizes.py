"""Sizes: how large a question is, and how large it may be."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, fields
from typing import Any

from graphql import (
    DirectiveNode,
    DocumentNode,
    FieldNode,
    FloatValueNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLError,
    InlineFragmentNode,
    IntValueNode,
    ListValueNode,
    ObjectValueNode,
    OperationDefinitionNode,
    SelectionSetNode,
)

MOST_TOKENS = 2_000
"""Tokens of a document."""
MOST_BYTES = 131_072
"""Bytes of a request's body."""
MOST_OPERATIONS = 20
"""Operations of a document; one of them is run."""
MOST_FRAGMENTS = 40
"""Fragments of a document."""
DEEPEST_VALUE = 16
"""Lists and objects inside each other in an argument or a variable."""
LONGEST_NUMBER = 40
"""Characters of a number in a document."""
MOST_VALUES = 2_000
"""Elements and fields of all variables together."""


# ── sizes ─────────────────────────────────────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True, kw_only=True)
class Size:
    """How large a document is once all its fragments are filled in; each is also what is counted where it is a limit."""

    depth: int = 0
    """Fields inside each other."""
    fields: int = 0
    aliases: int = 0
    directives: int = 0
    variables: int = 0
    repetitions: int = 0
    """Fields with the same response name in one selection: comparing them takes time with the square of their number."""


def beside(*sizes: Size) -> Size:
    """The size of selections that stand beside each other."""
    return Size(
        depth=max(s.depth for s in sizes),
        fields=sum(s.fields for s in sizes),
        aliases=sum(s.aliases for s in sizes),
        directives=sum(s.directives for s in sizes),
        variables=sum(s.variables for s in sizes),
        repetitions=sum(s.repetitions for s in sizes),
    )


LIMIT = Size(depth=15, fields=500, aliases=30, directives=20, variables=50, repetitions=100)
"""The largest size; the introspection query of GraphiQL has depth 15 and 220 fields."""


class TooLarge(GraphQLError):
    """A document beyond a limit."""

    def __init__(self, what: str, found: int | None, most: int) -> None:
        came = "too many" if found is None else f"{found:,}" if found < 1_000_000 else "more than a million"
        super().__init__(f"the query has {came} {what}; allowed: {most:,}", extensions={"code": "TOO_LARGE"})


class Measure:
    """Measures a document. Each fragment is measured once, however often it is spread."""

    def __init__(self, document: DocumentNode) -> None:
        self._fragments = {d.name.value: d for d in document.definitions if isinstance(d, FragmentDefinitionNode)}
        self._operations = [d for d in document.definitions if isinstance(d, OperationDefinitionNode)]
        self._known: dict[str, Size] = {}
        self._fragment_names: dict[str, Counter[str]] = {}
        self._open: set[str] = set()

    def check(self) -> None:
        """Raises TooLarge where the document is beyond a limit, GraphQLError where its fragments go round in circles."""
        for what, found, most in (("operations", len(self._operations), MOST_OPERATIONS), ("fragments", len(self._fragments), MOST_FRAGMENTS)):
            if found > most:
                raise TooLarge(what, found, most)
        whole = beside(Size(), *(self._operation(o) for o in self._operations))
        for name in self._fragments:  # an unused fragment is validated too
            self._compare(self._fragment(name))
        self._compare(whole)

    def _operation(self, operation: OperationDefinitionNode) -> Size:
        variables = operation.variable_definitions or ()
        for variable in variables:
            check_value(variable.default_value)
        return beside(Size(variables=len(variables), directives=len(operation.directives or ())), self._set(operation.selection_set, 0))

    def _compare(self, size: Size) -> None:
        for field in fields(Size):
            found, most = getattr(size, field.name), getattr(LIMIT, field.name)
            if found > most:
                raise TooLarge({"depth": "levels", "repetitions": "repeated fields"}.get(field.name, field.name), found, most)

    def _fragment(self, name: str) -> Size:
        if name in self._open:
            raise GraphQLError(f"the fragment {name[:100]} leads back to itself", extensions={"code": "NOT_VALID"})
        if name not in self._known and name in self._fragments:
            self._open.add(name)
            self._known[name] = self._set(self._fragments[name].selection_set, 0)
            self._fragment_names[name] = self._names(self._fragments[name].selection_set, 0)
            self._open.remove(name)
        return self._known.get(name, Size())

    def _set(self, selections: SelectionSetNode, level: int) -> Size:
        if level > 2 * LIMIT.depth:
            raise TooLarge("levels", level, LIMIT.depth)
        names = self._names(selections, level)
        return beside(*(self._part(node, level) for node in _flat(selections, level)), Size(repetitions=names.total() - len(names)))

    def _names(self, selections: SelectionSetNode, level: int) -> Counter[str]:
        """How often each response name stands in a selection, the fragments spread in it filled in."""
        names = Counter[str]()
        for node in _flat(selections, level):
            if isinstance(node, FieldNode):
                names[(node.alias or node.name).value] += 1
            elif isinstance(node, FragmentSpreadNode):
                self._fragment(node.name.value)
                names += self._fragment_names.get(node.name.value, Counter())
        return names

    def _part(self, node: Any, level: int) -> Size:
        for directive in node.directives or ():
            _check_arguments(directive)
        own = Size(directives=len(node.directives or ()))
        if isinstance(node, FieldNode):
            return self._field(node, level)
        return beside(own, self._fragment(node.name.value)) if isinstance(node, FragmentSpreadNode) else own

    def _field(self, node: FieldNode, level: int) -> Size:
        _check_arguments(node)
        below = self._set(node.selection_set, level + 1) if node.selection_set else Size()
        own = Size(depth=below.depth + 1, fields=1, aliases=1 if node.alias else 0, directives=len(node.directives or ()))
        return beside(below, own)


def _check_arguments(node: FieldNode | DirectiveNode) -> None:
    for argument in node.arguments or ():
        check_value(argument.value)


def _flat(selections: SelectionSetNode, level: int) -> Iterator[Any]:
    """The fields and spreads of a selection, those of inline fragments among them, and these fragments themselves."""
    for node in selections.selections:
        yield node
        if isinstance(node, InlineFragmentNode):
            if level > 2 * LIMIT.depth:
                raise TooLarge("levels", level, LIMIT.depth)
            yield from _flat(node.selection_set, level + 1)


def check_value(value: Any, level: int = 0) -> int:
    """The number of elements and fields in a value, of a document or of JSON. Raises TooLarge where it is nested too deeply."""
    if level > DEEPEST_VALUE:
        raise TooLarge("levels in a value", None, DEEPEST_VALUE)
    parts: Sequence[Any] = ()
    match value:
        case IntValueNode() | FloatValueNode() if len(value.value) > LONGEST_NUMBER:
            raise TooLarge("characters in a number", len(value.value), LONGEST_NUMBER)
        case dict():
            parts = list(value.values())
        case list():
            parts = value
        case ObjectValueNode():
            parts = [field.value for field in value.fields]
        case ListValueNode():
            parts = value.values
        case _:
            pass
    return len(parts) + sum(check_value(part, level + 1) for part in parts)
