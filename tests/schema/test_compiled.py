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

from graph_api.model import Asked, Asks, Attendance, EventKind, HasDemand, HasEvent, InterestStatus
from graph_api.operations.viewers import Viewer
from graph_api.schema import create_schema
from graph_api.schema.compiled import Compiled
from graph_api.schema.context import Context, create_context
from graph_api.schema.engine import Answer, Engine, Question
from graph_api.settings import Settings
from graph_api.storage import open_store
from tests.schema.questions import Asking, questions
from tests.worlds import SMALL, World, records, settle

EXAMPLES = {"sqlite": 150, "neo4j": 20}
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
        answer = both.same(asking.query, asking.variables, asking.viewer)
        seen["errors" if answer.codes else "data"] += 1
        seen["compiled"] += is_compiled(asking.query)
        assert not caplog.records, caplog.text

    compare()
    print(json.dumps(seen))
    assert seen["data"] > seen["errors"]
    assert seen["compiled"] > sum((seen["data"], seen["errors"])) / 2


def settings_of(examples: int) -> Callable[[Any], Any]:
    return settings(max_examples=examples, deadline=None, database=None, suppress_health_check=list(HealthCheck))
