"""Compiled operations answer as strawberry does, byte for byte."""

from __future__ import annotations

import asyncio
import datetime
import json
import logging
import os
from collections.abc import Callable, Generator
from dataclasses import dataclass, replace
from typing import Any

import pytest
from graphql import parse, validate
from hypothesis import HealthCheck, assume, given, seed, settings

from graph_api.errors import StoreUnavailable
from graph_api.model import Asked, Asks, Attendance, EventKind, HasDemand, HasEvent, InterestStatus
from graph_api.operations.viewers import Role, Viewer
from graph_api.schema import create_schema
from graph_api.schema.compiled import Compiled
from graph_api.schema.context import Context, create_context
from graph_api.schema.engine import Answer, Engine, Question
from graph_api.settings import Settings
from graph_api.storage import open_store
from graph_api.storage.base import Cell, Selection, nested
from tests.examples import IN_FULL
from tests.schema.questions import VIEWERS, Asking, questions
from tests.worlds import SMALL, World, records, settle

EXAMPLES = {"sqlite": 150 if IN_FULL else 60, "neo4j": 20 if IN_FULL else 10}
"""Random questions in a run of the tests. With PARTNERGRAPH_QUESTIONS=N it is N, from the seed PARTNERGRAPH_SEED."""

SCHEMA = create_schema()
CORE: Any = SCHEMA._schema  # pyright: ignore[reportPrivateUsage]

GUARDED = World(
    nodes={
        "municipality": [],
        "expert": records(
            "id name email available_from consent",
            ("ana", "Ana", "ana@bonn.example", datetime.date(2025, 1, 1), True),
            ("ben", "Ben", "ben@bonn.example", None, False),
        ),
        "interest": records("id message status", ("one", "Hello", InterestStatus.OPEN), ("two", "No", InterestStatus.DISMISSED)),
        "demand": records("id message", ("want", "Somebody for water")),
        "phase": records("id name", ("first", "First")),
        "event": records("id name kind", ("start", "Start", EventKind.KICK_OFF)),
    },
    links={
        Asks: records("source target", ("municipality:bonn", "interest:one"), ("municipality:lapaz", "interest:two")),
        Asked: records("source target", ("municipality:lapaz", "interest:one"), ("municipality:bonn", "interest:two")),
        HasDemand: records("source target", ("municipality:bonn", "demand:want")),
        HasEvent: records("source target", ("phase:first", "event:start")),
        Attendance: records("source target role", ("municipality:bonn", "event:start", "host"), ("expert:ana", "event:start", None)),
    },
)
"""What not everybody sees, on top of `worlds.SMALL`."""


@dataclass(frozen=True, kw_only=True)
class Both:
    """The two ways to an answer on one store."""

    context: Context
    engine: str
    loop: asyncio.Runner

    def ask(self, query: str, variables: dict[str, Any] | None = None, viewer: Viewer | None = None) -> tuple[Answer, Answer]:
        """The compiled answer, and strawberry's."""
        question = Question(query=query, variables=variables or {})
        context = replace(self.context, viewer=viewer or Viewer())

        async def answers() -> tuple[Answer, Answer]:
            await COMPILED.answer(question, context)  # compiled when it comes for the second time
            return await COMPILED.answer(question, context), await RESOLVED.answer(question, context)

        return self.loop.run(answers())

    def same(self, query: str, variables: dict[str, Any] | None = None, viewer: Viewer | None = None) -> Answer:
        """The answer, which is the same in both ways."""
        compiled, resolved = self.ask(query, variables, viewer)
        assert compiled == resolved
        return compiled


COMPILED, RESOLVED = Engine(SCHEMA), Engine(SCHEMA, compiled=False)


@pytest.fixture
def both(request: pytest.FixtureRequest, environment: dict[str, str], settings: Settings) -> Generator[Both]:
    """Both ways on a store of each engine."""
    with asyncio.Runner() as loop:
        store = open_store(settings.store, user=settings.neo4j_user, password=settings.neo4j_password, database=settings.neo4j_database)

        async def fill() -> None:
            await store.prepare()
            await settle(store, SMALL)
            await settle(store, GUARDED)

        loop.run(fill())
        yield Both(context=create_context(store), engine="sqlite" if "file:" in environment["PARTNERGRAPH_STORE"] else "neo4j", loop=loop)
        loop.run(store.close())


def is_compiled(query: str) -> bool:
    """Whether strawberry has no part in the answer of a question that was just asked."""
    kept: Any = COMPILED._compiled._kept  # pyright: ignore[reportPrivateUsage, reportOptionalMemberAccess]
    return any(key[0] == query and isinstance(made, Compiled) for key, made in kept.items())


def test_random_questions(both: Both, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.ERROR, "partnergraph.graphql")
    seen = {"data": 0, "errors": 0, "compiled": 0}

    @seed(int(os.environ.get("PARTNERGRAPH_SEED", "1")))
    @settings_of(int(os.environ.get("PARTNERGRAPH_QUESTIONS", EXAMPLES[both.engine])))
    @given(questions(CORE))
    def compare(asking: Asking) -> None:
        assume(not validate(CORE, parse(asking.query)))
        both.same(asking.query, asking.variables, VIEWERS[1])
        answer = both.same(asking.query, asking.variables, asking.viewer)
        seen["errors" if answer.codes else "data"] += 1
        seen["compiled"] += is_compiled(asking.query)
        assert not caplog.records, caplog.text

    compare()
    print(json.dumps(seen))
    assert seen["data"] > seen["errors"]
    assert seen["compiled"] > sum((seen["data"], seen["errors"])) / 5


def settings_of(examples: int) -> Callable[[Any], Any]:
    return settings(max_examples=examples, deadline=None, database=None, suppress_health_check=list(HealthCheck))


@dataclass
class Scripted:
    """A store that gives the same cells for every selection, or fails."""

    cell: Cell | None = None
    asked: int = 0

    async def select(self, *selections: Selection) -> list[Cell]:
        return nested(selections, await self.select_flat(*selections))

    async def select_flat(self, *selections: Selection) -> list[Cell]:
        self.asked += 1
        if self.cell is None:
            raise StoreUnavailable("the server db.example:7687 is away")
        return [self.cell for _ in selections]


def scripted(query: str, cell: Cell | None, variables: dict[str, Any] | None = None) -> tuple[Answer, Answer, int]:
    """Both answers on such a store, and how often the compiled one asked it."""
    with asyncio.Runner() as loop:
        store: Any = Scripted(cell)
        both = Both(context=create_context(store), engine="scripted", loop=loop)
        both.ask(query, variables)
        store.asked = 0
        loop.run(COMPILED.answer(Question(query=query, variables=variables or {}), both.context))
        asked = store.asked
        return *both.ask(query, variables), asked


@pytest.mark.parametrize(
    "query",
    [
        '{ municipality(id: "bonn") { name } }',
        "{ municipalities { totalCount } }",
        '{ __typename a: municipality(id: "bonn") { name } b: topic(id: "waste") { name } }',
    ],
)
def test_a_store_that_is_away_is_asked_once(query: str) -> None:
    compiled, resolved, asked = scripted(query, None)
    assert compiled == resolved
    assert (asked, b"db.example" in compiled.body) == (1, False)


@pytest.mark.parametrize(
    ("query", "values"),
    [
        ("{ municipalities { edges { node { name } } } }", [None]),
        ("{ municipalities { edges { node { population } } } }", [2**31]),
        ("{ municipalities { edges { node { population } } } }", [-(2**31)]),
        ("{ municipalities { edges { node { latitude } } } }", [float("nan")]),
        ("{ municipalities { edges { node { latitude } } } }", [float("inf")]),
        ("{ municipalities { edges { node { optedOut } } } }", [None]),
        ("{ municipalities { edges { node { languages } } } }", [None]),
        ("{ stakeholders { edges { node { realm } } } }", ["circus"]),
        ("{ countries { edges { node { dacGroup } } } }", [None]),
    ],
)
def test_values_that_cannot_be_given_are_errors_in_both_ways(query: str, values: list[Any]) -> None:
    kind = {"m": "municipality", "s": "stakeholder", "c": "country"}[query[2]]
    compiled, resolved, _ = scripted(query, [None, [[f"{kind}:x", None, *values]]])
    assert compiled == resolved


def test_all_root_fields_are_one_selection() -> None:
    query = '{ a: municipality(id: "x") { id } b: topics { totalCount } nodes(ids: ["topic:a", "expert:b"]) { id } }'
    assert scripted(query, [0, []])[2] == 1


def test_a_viewer_does_not_get_what_was_asked_for_another(both: Both) -> None:
    query = '{ expert(id: "ana") { email } interests { totalCount edges { node { message } } } }'
    answers = {viewer.role: both.same(query, viewer=viewer).body for viewer in (*VIEWERS, *VIEWERS[::-1])}
    assert json.loads(answers[Role.ANONYMOUS])["data"] == {"expert": {"email": None}, "interests": {"totalCount": 0, "edges": []}}
    assert json.loads(answers[Role.EXPERT])["data"]["expert"] == {"email": "ana@bonn.example"}
    assert [json.loads(answers[role])["data"]["interests"]["totalCount"] for role in (Role.COORDINATOR, Role.MUNICIPALITY)] == [2, 1]


def test_a_variable_counts_as_absent_null_or_given(both: Both) -> None:
    query = """query($n: Int, $of: [String!], $all: Boolean = true) {
      municipalities(first: $n, filter: {country: $of}) { edges { node { id name @include(if: $all) } } } }"""
    found = [both.same(query, given).body for given in ({}, {"n": None}, {"n": 1}, {"n": 1, "of": ["BO"]}, {"n": 1, "all": False}, {"all": None})]
    assert [body.count(b'"id"') for body in found] == [5, 5, 1, 1, 1, 0]
    assert [body.count(b'"name"') for body in found] == [5, 5, 1, 1, 0, 0]


def test_what_comes_once_is_not_compiled() -> None:
    engine = Engine(SCHEMA)
    with asyncio.Runner() as loop:
        store: Any = Scripted([None, []])
        for n in range(3):
            loop.run(engine.answer(Question(query="{ municipalities { edges { cursor } } }"), create_context(store)))
            kept: Any = engine._compiled._kept  # pyright: ignore[reportPrivateUsage, reportOptionalMemberAccess]
            assert [isinstance(made, Compiled) for made in kept.values()] == [n > 0]
