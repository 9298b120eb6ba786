"""The engine: the one place where a question (query text, variables, operation name, viewer) becomes the bytes of an answer."""

from __future__ import annotations

import asyncio
import enum
import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import orjson
import strawberry
from graphql import GraphQLError, OperationDefinitionNode
from graphql.execution.values import VariableValues, get_variable_values

from graph_api.errors import PartnergraphError, StoreUnavailable
from graph_api.schema.aside import Aside, moved
from graph_api.schema.compiled import CompiledOperations
from graph_api.schema.context import Context
from graph_api.schema.costs import MANY_VALUES_OUT, MANY_VALUES_WRITTEN, MOST_VALUES_OUT
from graph_api.schema.documents import Document, Documents, is_query, label
from graph_api.schema.guards import BY_CALLER, BY_SERVER, MOST_ERRORS, with_code
from graph_api.schema.sizes import MOST_VALUES, TooLarge, check_value
from graph_api.schema.writing import Uncovered

log = logging.getLogger("partnergraph.graphql")

PATIENCE = 7.5
"""Seconds a question may take in all: a little less than the 8 that anybody may have to wait."""

TURNS = 2
"""Questions for many values that are answered at the same time; others wait."""

AWAY = frozenset({"STORE_UNAVAILABLE", "TIMEOUT", "BUSY"})
"""Codes of what may be right a moment later."""


@dataclass(frozen=True, kw_only=True)
class Question:
    """What is run."""

    query: str
    operation: str | None = None
    variables: Mapping[str, Any] = field(default_factory=dict)
    reads_only: bool = False
    """Whether only a query may be run."""


class Outcome(enum.Enum):
    """How it went."""

    ANSWERED = "answered"
    """There is data, perhaps beside errors."""
    REFUSED = "refused"
    """The question cannot be run: there are only errors."""
    READS_ONLY = "reads only"
    """The question would write where only reading is allowed."""
    AWAY = "away"
    """Nothing came in time, or the store does not answer: the same question may succeed later."""


@dataclass(frozen=True, kw_only=True)
class Answer:
    """A GraphQL response as JSON, and how it went."""

    body: bytes
    outcome: Outcome
    codes: tuple[str, ...] = ()
    """The codes of its errors."""
    label: str = ""
    """What the operation is called in measurements."""


def refusal(*errors: GraphQLError, outcome: Outcome = Outcome.REFUSED, label: str = "") -> Answer:
    """The answer that has only errors, five at most."""
    told = [with_code(e).formatted for e in errors[:MOST_ERRORS]]
    codes = tuple(str(e.get("extensions", {}).get("code")) for e in told)
    return Answer(body=orjson.dumps({"errors": told}), outcome=outcome, codes=codes, label=label)


def error(message: str, code: str, classification: str = BY_CALLER) -> GraphQLError:
    """An error with a code."""
    return GraphQLError(message, extensions={"code": code, "classification": classification})


@dataclass(frozen=True, kw_only=True)
class Run:
    """A question that was read: what is to run."""

    document: Document
    operation: OperationDefinitionNode
    question: Question
    variables: Mapping[str, Any]
    """Coerced."""


class Engine:
    """Answers questions on one schema; `looked` is told whether a question's text was known."""

    def __init__(
        self, schema: strawberry.Schema, *, patience: float = PATIENCE, compiled: bool = True, looked: Callable[[bool], None] = lambda _: None
    ) -> None:
        self._schema, self._patience = schema, patience
        self._core = schema._schema  # pyright: ignore[reportPrivateUsage]
        self._documents = Documents(self._core, looked=looked)
        self._compiled = CompiledOperations(self._core) if compiled else None
        self._aside = Aside(TURNS, "answers")

    async def answer(self, question: Question, context: Context) -> Answer:
        """The answer, in bounded time, whatever is run."""
        try:
            async with asyncio.timeout(self._patience):
                return await self._answer(question, context)
        except TimeoutError:
            return refusal(error(f"no answer within {self._patience:g} seconds; ask for less, or try again", "TIMEOUT", BY_SERVER), outcome=Outcome.AWAY)

    async def _answer(self, question: Question, context: Context) -> Answer:
        document = await self._documents.read(question.query)
        if document.errors:
            return refusal(*document.errors)
        try:
            operation = document.operation(question.operation)
            variables = self._variables(operation, dict(question.variables))
        except GraphQLError as e:
            return refusal(e)
        if isinstance(variables, list):
            return refusal(*variables)
        if question.reads_only and not is_query(operation):
            return refusal(error("a GET request only runs queries; POST this", "READS_ONLY"), outcome=Outcome.READS_ONLY)
        return await self._weighed(Run(document=document, operation=operation, question=question, variables=variables.coerced), context)

    async def _weighed(self, run: Run, context: Context) -> Answer:
        """Refuses what asks for too much, and runs aside what asks for much."""
        values = run.document.cost(run.operation, self._core, run.question.variables)
        if values > MOST_VALUES_OUT:
            return refusal(TooLarge("values to give, by estimate", values, MOST_VALUES_OUT))
        if not is_query(run.operation):
            return await self._resolved(run, context)
        written = await self._written(run, context, many=values > MANY_VALUES_WRITTEN)
        if written:
            return written
        if values <= MANY_VALUES_OUT:
            return await self._resolved(run, context)
        far = moved(context)
        return await self._aside.run(lambda: self._resolved(run, far), patience=self._patience)

    def _variables(self, operation: OperationDefinitionNode, given: dict[str, Any]) -> VariableValues | list[GraphQLError]:
        """The variables, coerced; what is wrong with them."""
        values = check_value(given)
        if values > MOST_VALUES:
            raise TooLarge("values in its variables", values, MOST_VALUES)
        return get_variable_values(self._core, operation.variable_definitions or (), given, max_errors=MOST_ERRORS, hide_suggestions=True)

    async def _written(self, run: Run, context: Context, *, many: bool) -> Answer | None:
        """The answer of the compiled operation; None where there is none, or where it does not cover this question."""
        compiled = self._compiled.get(run.document, run.operation, run.variables) if self._compiled else None
        if compiled is None:
            return None
        try:
            return Answer(body=await compiled.answer(run.variables, context, many=many), outcome=Outcome.ANSWERED, label=label(run.operation))
        except StoreUnavailable as e:  # asking again would take as long again
            data, errors = compiled.failed(e)
            return self._answered(run, data, [with_code(error) for error in errors])
        except (Uncovered, GraphQLError, PartnergraphError):
            return None
        except Exception:
            log.exception("a compiled operation failed; strawberry answers in its place")
            return None

    async def _resolved(self, run: Run, context: Context) -> Answer:
        """The answer of strawberry, by a resolver for each field."""
        result = await self._schema.execute(
            run.document.text,
            variable_values=dict(run.question.variables),
            context_value=context,
            operation_name=run.question.operation,
            operation_extensions={"document": run.document.node},
        )
        return self._answered(run, result.data, result.errors or ())

    def _answered(self, run: Run, data: Any, errors: Sequence[GraphQLError]) -> Answer:
        """The answer with data, errors or both."""
        name = label(run.operation)
        codes = tuple(dict.fromkeys(str((e.extensions or {}).get("code")) for e in errors))
        if data is None and errors and not AWAY.isdisjoint(codes):
            return refusal(*errors, outcome=Outcome.AWAY, label=name)
        return Answer(body=encode(data, errors), outcome=Outcome.ANSWERED, codes=codes, label=name)


def encode(data: Any, errors: Sequence[GraphQLError]) -> bytes:
    """A response as JSON."""
    response: dict[str, Any] = {"errors": [e.formatted for e in errors[:MOST_ERRORS]]} if errors else {}
    return orjson.dumps(response | {"data": data})
