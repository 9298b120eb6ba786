"""What makes a database ready for the network, and what brings an older one up to the properties that are declared now."""

from __future__ import annotations

import json
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from typing import Any

from graph_api.errors import StoreUnusable
from graph_api.model import Link, Property, properties
from graph_api.storage.base import Condition
from graph_api.storage.neo4j_filter import Statement
from graph_api.storage.neo4j_layout import (
    FORMAT,
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


async def prepare(ask: Ask, transaction: Transaction) -> None:
    """Makes what is missing. `ask` runs a statement alone, `transaction` gives what runs statements in one writing transaction.

    Raises StoreUnusable where a newer version of the program wrote the store.
    """
    stored = await _known_form(ask)
    await _make_indexes(ask)
    before: dict[str, str] = json.loads(stored or "{}")
    changed = [name for name, form in stored_form().items() if before.get(name) != form]
    if changed or stored is None:
        async with transaction() as run:
            await _bring_up(run, [] if await run(EMPTY) else changed)


async def condition(ask: Ask) -> Condition:
    """See `Store.condition`."""
    stored = await _known_form(ask)
    if stored is None:
        raise StoreUnusable("the store is empty: it has not been prepared")
    before: dict[str, str] = json.loads(stored)
    online = {*await ask(SHOW_CONSTRAINTS), *await ask(SHOW_ONLINE)}
    lacking = [name for name in (*constraints(), *indexes(), SEARCH_INDEX) if name not in online]
    changed = [name for name, form in stored_form().items() if before.get(name) != form]
    return Condition(engine=f"Neo4j {await ask(VERSION)}", lacking=(*lacking, *changed), damage=())


async def _known_form(ask: Ask) -> str | None:
    """In what form the store keeps what; None where it was never prepared. Raises StoreUnusable for a newer format."""
    number, stored = await ask(META) or (None, None)
    if (number or FORMAT) > FORMAT:
        raise StoreUnusable(f"a newer version of Partnergraph wrote this store: its format is {number}, this version knows {FORMAT}")
    return stored


async def _make_indexes(ask: Ask) -> None:
    there = set(await ask(SHOW_CONSTRAINTS))
    for name, text in constraints().items():
        if name not in there:
            await ask(Statement(text=text, parameters={}))
    found: dict[str, Any] = dict(await ask(SHOW_INDEXES))
    wanted = [words_name(name) for name in searched()]
    missing = [text for name, text in indexes().items() if name not in found]
    if found.get(SEARCH_INDEX) != wanted:
        missing += [f"DROP INDEX {SEARCH_INDEX} IF EXISTS", search_index()]
    for text in missing:
        await ask(Statement(text=text, parameters={}))
    await ask(AWAIT_INDEXES)


async def _bring_up(run: Ask, names: list[str]) -> None:
    """Gives all nodes and links of these labels and types what they would have if they were written now."""
    for name in names:
        owner = declared_names()[name]
        for declared in properties(owner).values():
            await _complete(run, name, declared, link=issubclass(owner, Link))
    text = "MATCH (m:Meta {id: 'meta'}) SET m.format = $format, m.stored = $stored"
    await run(Statement(text=text, parameters={"format": FORMAT, "stored": json.dumps(stored_form())}))


async def _complete(run: Ask, name: str, declared: Property, *, link: bool) -> None:
    if (default := defaults(declared_names()[name]).get(declared.name)) is not None:
        await run(default_statement(name, declared.name, default, link=link))
    for companion in stored_names(declared)[1:]:
        rows = await run(incomplete_statement(name, declared.name, companion, link=link))
        for batch in batches(rows):
            await run(complete_statement([declared], batch, link=link))
