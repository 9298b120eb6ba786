"""What makes a database ready for the network, and what brings an older one up to the properties that are declared now."""

from __future__ import annotations

import json
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from typing import Any

from graph_api.errors import StoreError, StoreUnavailable, StoreUnusable
from graph_api.model import Link, Property, properties
from graph_api.storage.base import Condition
from graph_api.storage.migrations import Migrations, newest, refuse_newer, steps_since
from graph_api.storage.neo4j_filter import Statement
from graph_api.storage.neo4j_layout import (
    SEARCH_INDEX,
    constraints,
    declared_names,
    defaults,
    indexes,
    search_index,
    searched,
    stored_form,
    stored_names,
    words_name,
)
from graph_api.storage.neo4j_migrations import stale_indexes, statements
from graph_api.storage.neo4j_reader import Ask
from graph_api.storage.neo4j_writer import batches, complete_statement, default_statement, incomplete_statement

META = Statement(text="MATCH (m:Meta {id: 'meta'}) RETURN [m.format, m.stored]", parameters={})
EMPTY = Statement(text="RETURN NOT EXISTS { MATCH (:Node) }", parameters={})
SHOW_CONSTRAINTS = Statement(text="SHOW CONSTRAINTS YIELD name RETURN collect(name)", parameters={})
SHOW_INDEXES = Statement(text="SHOW INDEXES YIELD name, properties RETURN collect([name, properties])", parameters={})
SHOW_ONLINE = Statement(text="SHOW INDEXES YIELD name, state WHERE state = 'ONLINE' RETURN collect(name)", parameters={})
VERSION = Statement(text="CALL dbms.components() YIELD versions, edition RETURN versions[0] + ' ' + edition LIMIT 1", parameters={})
AWAIT_INDEXES = Statement(text="CALL db.awaitIndexes(300)", parameters={}, bulk=True)

Transaction = Callable[[], AbstractAsyncContextManager[Ask]]


async def prepare(ask: Ask, transaction: Transaction, migrations: Migrations) -> None:
    """Makes what is missing. `ask` runs a statement alone, `transaction` gives what runs statements in one writing transaction.

    Raises StoreUnusable where a newer version of the program wrote the store.
    """
    number, stored = await _known_form(ask, migrations)
    await _make_indexes(ask)
    if stored is None or number < newest(migrations) or _changed(stored):
        async with transaction() as run:
            await _bring_up(run, migrations)
    for step in steps_since(number, migrations):
        for statement in stale_indexes(step):
            await _change(ask, statement)


async def condition(ask: Ask, migrations: Migrations) -> Condition:
    """See `Store.condition`."""
    number, stored = await _known_form(ask, migrations)
    if stored is None:
        raise StoreUnusable("the store is empty: it has not been prepared")
    online = {*await ask(SHOW_CONSTRAINTS), *await ask(SHOW_ONLINE)}
    lacking = [name for name in (*constraints(), *indexes(), SEARCH_INDEX) if name not in online]
    old = [f"format {newest(migrations)} (it has {number})"] if number < newest(migrations) else []
    return Condition(engine=f"Neo4j {await ask(VERSION)}", lacking=(*old, *lacking, *_changed(stored)), damage=())


async def _known_form(ask: Ask, migrations: Migrations) -> tuple[int, str | None]:
    """The store's format, and in what form it keeps what (None: it was never prepared). Raises StoreUnusable for a newer format."""
    number, stored = await ask(META) or (None, None)
    refuse_newer(number or 1, migrations, "the store")
    return number or newest(migrations), stored


def _changed(stored: str | None) -> list[str]:
    """Labels and types of which the store keeps something else than what is declared now."""
    before: dict[str, str] = json.loads(stored or "{}")
    return [name for name, form in stored_form().items() if before.get(name) != form]


async def _make_indexes(ask: Ask) -> None:
    there = set(await ask(SHOW_CONSTRAINTS))
    for name, text in constraints().items():
        if name not in there:
            await _change(ask, Statement(text=text, parameters={}))
    found: dict[str, Any] = dict(await ask(SHOW_INDEXES))
    wanted = [words_name(name) for name in searched()]
    missing = [text for name, text in indexes().items() if name not in found]
    if found.get(SEARCH_INDEX) != wanted:
        missing += [f"DROP INDEX {SEARCH_INDEX} IF EXISTS", search_index()]
    for text in missing:
        await _change(ask, Statement(text=text, parameters={}))
    await ask(AWAIT_INDEXES)


async def _change(ask: Ask, statement: Statement) -> None:
    """Changes constraints or indexes. Where another program does the same at the same time one of both fails; the second time there is nothing to do."""
    try:
        await ask(statement)
    except (StoreUnavailable, StoreUnusable):
        raise
    except StoreError:
        await ask(statement)


async def _bring_up(run: Ask, migrations: Migrations) -> None:
    """Carries out what is due, and gives all nodes and links what they would have if they were written now."""
    number, stored = await _known_form(run, migrations)  # another program may have been faster
    steps = list(steps_since(number, migrations))
    for statement in (statement for step in steps for statement in statements(step)):
        await run(statement)
    for name in () if await run(EMPTY) else declared_names() if steps else _changed(stored):
        owner = declared_names()[name]
        for declared in properties(owner).values():
            await _complete(run, name, declared, link=issubclass(owner, Link))
    text = "MATCH (m:Meta {id: 'meta'}) SET m.format = $format, m.stored = $stored"
    await run(Statement(text=text, parameters={"format": newest(migrations), "stored": json.dumps(stored_form())}))


async def _complete(run: Ask, name: str, declared: Property, *, link: bool) -> None:
    if (default := defaults(declared_names()[name]).get(declared.name)) is not None:
        await run(default_statement(name, declared.name, default, link=link))
    for companion in stored_names(declared)[1:]:
        rows = await run(incomplete_statement(name, declared.name, companion, link=link))
        for batch in batches(rows):
            await run(complete_statement([declared], batch, link=link))
