"""The Neo4j engine: its statements, what they cost the server, and what goes wrong."""

from __future__ import annotations

import asyncio
import dataclasses
import re
import socket
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager
from typing import Any, LiteralString, cast

import pytest
from neo4j.exceptions import ClientError, TransientError

from graph_api.errors import InvalidInput, NotFound, StoreError, StoreUnavailable, StoreUnusable
from graph_api.model import Broader, Focus, Link, Municipality, Node, properties
from graph_api.storage.base import Every, Expansion, Filter, Linked, Matches, Near, Negate, Order, Search, Selection, Shape
from graph_api.storage.neo4j import Neo4jStore, translated
from graph_api.storage.neo4j_filler import Neo4jFiller
from graph_api.storage.neo4j_filter import Statement
from graph_api.storage.neo4j_reader import Ask, expand_statement, paths_statement, search_statement
from graph_api.storage.neo4j_select import count_statement, select_statement
from graph_api.storage.neo4j_writer import keep_statement, link_statement, save_statement, unlink_statement
from tests.neo4j_server import Neo4jAddress
from tests.storage.asking import along, compare, found, listing, values
from tests.worlds import SMALL, settle

pytestmark = pytest.mark.anyio

Opener = Callable[..., Neo4jStore]


@pytest.fixture
def opened(neo4j_url: Neo4jAddress) -> Opener:
    """Opens a store on the server; arguments change how."""

    def open_it(**changed: Any) -> Neo4jStore:
        return Neo4jStore(**{"url": neo4j_url.url, "user": neo4j_url.user, "password": neo4j_url.password, "database": neo4j_url.database} | changed)

    return open_it


@pytest.fixture
async def store(opened: Opener) -> AsyncGenerator[Neo4jStore]:
    """A store with the small world in it."""
    store = opened()
    try:
        await store.prepare()
        await store.clear()
        await settle(store, SMALL)
        yield store
    finally:
        await store.close()


@pytest.fixture
def direct(neo4j_url: Neo4jAddress) -> Callable[..., Any]:
    """Runs a statement past the store and gives what comes."""

    def run(text: str, **parameters: object) -> list[Any]:
        with neo4j_url.driver() as driver, driver.session(database=neo4j_url.database) as session:
            return session.run(cast("LiteralString", text), parameters).value()

    return run


# ── statements ────────────────────────────────────────────────────────────────────────────────────────────────────────

BONN = compare("id", "eq", "municipality:bonn")
GERMAN = compare("country", "eq", "DE")
SEEKS = compare("direction", "eq", "seeks")
TOPIC, GOAL = Shape(kind="topic", properties=("name",)), Shape(kind="sdg_goal", properties=("number",))


def props(owner: type[Node] | type[Link], *names: str) -> list[Any]:
    return [properties(owner)[name] for name in names]


SELECTED: dict[str, tuple[Selection, str, dict[str, object]]] = {
    "page in order": (
        listing("municipality", "name", "seeking", filter=GERMAN, order=Order(property="name"), first=50, total=True),
        """
        RETURN [[
          COUNT { MATCH (n0:Municipality) WHERE n0.id IS NOT NULL AND n0.country_key = $p1 AND n0.country = $p0 },
          COLLECT {
            CALL () {
              MATCH (n0:Municipality) USING INDEX n0:Municipality(country_key, name_key, id)
              WHERE n0.name_key IS NOT NULL AND n0.id IS NOT NULL AND n0.country_key = $p1 AND n0.country = $p0
              RETURN n0 ORDER BY n0.country_key, n0.name_key, n0.id LIMIT $p2
              UNION ALL
              MATCH (n0:Municipality) WHERE n0.name_key IS NULL AND n0.id IS NOT NULL AND n0.country_key = $p1 AND n0.country = $p0
              RETURN n0 ORDER BY n0.id LIMIT $p2 }
            WITH n0 LIMIT $p2
            RETURN [n0.id, n0.name_key, n0.name, n0.seeking] }]]
        """,
        {"p0": "DE", "p1": "de", "p2": 51},
    ),
    "next page": (
        listing("municipality", order=Order(property="population", descending=True), first=2, after=(5000, "municipality:bonn")),
        """
        RETURN [[null, COLLECT {
          CALL () {
            MATCH (n0:Municipality) WHERE n0.population IS NOT NULL AND n0.id IS NOT NULL
              AND n0.population <= $p1 AND (n0.population < $p1 OR n0.id < $p0)
            RETURN n0 ORDER BY n0.population DESC, n0.id DESC LIMIT $p2
            UNION ALL
            MATCH (n0:Municipality) WHERE n0.population IS NULL AND n0.id IS NOT NULL
            RETURN n0 ORDER BY n0.id DESC LIMIT $p2 }
          WITH n0 LIMIT $p2
          RETURN [n0.id, n0.population] }]]
        """,
        {"p0": "municipality:bonn", "p1": 5000, "p2": 3},
    ),
    "one node with neighbours": (
        listing(
            "municipality",
            filter=BONN,
            links=(along("departments", Shape(kind="department"), total=True, first=3), along("focuses", TOPIC, GOAL, edge=("weight",), link=SEEKS)),
        ),
        """
        RETURN [[null, COLLECT {
          MATCH (n0:Municipality) WHERE n0.id IS NOT NULL AND n0.id = $p0
          WITH n0 ORDER BY n0.id
          RETURN [n0.id, null,
            [COUNT { MATCH (n0)-[:HAS_DEPARTMENT]->(n1) },
             COLLECT { MATCH (n0)-[:HAS_DEPARTMENT]->(n1) WITH n1 ORDER BY n1.id LIMIT $c0_0 RETURN [n1.id, null] }],
            [null, COLLECT {
              MATCH (n0)-[r2:FOCUS]->(n2:Topic|SdgGoal) WHERE r2.direction = $c0_1
              WITH n2, r2 ORDER BY n2.id, r2.direction
              RETURN CASE WHEN n2:Topic THEN [n2.id, null, r2.weight, n2.name] WHEN n2:SdgGoal THEN [n2.id, null, r2.weight, n2.number] END }]] }]]
        """,
        {"p0": "municipality:bonn", "c0_0": 4, "c0_1": "seeks"},
    ),
    "kinds of which the same is wanted share a branch": (
        Selection(shapes=(TOPIC, GOAL, Shape(kind="sdg_target", properties=("name",))), filter=compare("id", "in", ("topic:waste",))),
        """
        RETURN [[null, COLLECT {
          MATCH (n0:Node&(Topic|SdgGoal|SdgTarget)) WHERE n0.id IS NOT NULL AND n0.id IN $p0
          WITH n0 ORDER BY n0.id
          RETURN CASE WHEN n0:Topic|SdgTarget THEN [n0.id, null, n0.name] WHEN n0:SdgGoal THEN [n0.id, null, n0.number] END }]]
        """,
        {"p0": ["topic:waste"]},
    ),
    "shortcut": (
        listing("municipality", filter=BONN, links=(along("partners", Shape(kind="municipality"), total=True),)),
        """
        RETURN [[null, COLLECT {
          MATCH (n0:Municipality) WHERE n0.id IS NOT NULL AND n0.id = $p0
          WITH n0 ORDER BY n0.id
          RETURN [n0.id, null,
            [COUNT { MATCH (n0)-[:MEMBERSHIP]->()<-[:MEMBERSHIP]-(n1) WHERE n1 <> n0 RETURN DISTINCT n1 },
             COLLECT { MATCH (n0)-[:MEMBERSHIP]->()<-[:MEMBERSHIP]-(n1) WHERE n1 <> n0 WITH DISTINCT n1 ORDER BY n1.id
               RETURN [n1.id, null] }]] }]]
        """,
        {"p0": "municipality:bonn"},
    ),
    "linked to given nodes": (
        listing("municipality", filter=Every(of=(Linked(relation="focuses", node=compare("id", "in", ("topic:waste",)), link=SEEKS), GERMAN)), first=10),
        """
        CALL () {
          MATCH (n1)-[r2:FOCUS]->(n2) WHERE n1:Municipality AND n2:Node AND r2.direction = $p0 AND n2.id IN $p1
          RETURN collect(DISTINCT n1.id) AS m0 }
        RETURN [[null, COLLECT {
          MATCH (n0:Municipality) WHERE n0.id IS NOT NULL AND n0.id IN m0 AND n0.country_key = $p3 AND n0.country = $p2
          WITH n0 ORDER BY n0.id LIMIT $p4
          RETURN [n0.id, null] }]]
        """,
        {"p0": "seeks", "p1": ["topic:waste"], "p2": "DE", "p3": "de", "p4": 11},
    ),
    "not linked": (
        listing("municipality", filter=Negate(of=Linked(relation="partners", node=GERMAN))),
        """
        RETURN [[null, COLLECT {
          MATCH (n0:Municipality) WHERE n0.id IS NOT NULL AND NOT coalesce(EXISTS {
            MATCH (n0)-[:MEMBERSHIP]->()<-[:MEMBERSHIP]-(n1) WHERE n1 <> n0 AND n1.country_key = $p1 AND n1.country = $p0 }, false)
          WITH n0 ORDER BY n0.id
          RETURN [n0.id, null] }]]
        """,
        {"p0": "DE", "p1": "de"},
    ),
    "found by text": (
        listing("topic", filter=Matches(text="Compost of"), last=5),
        """
        CALL () { CALL db.index.fulltext.queryNodes('search', $p0) YIELD node WHERE node:Topic RETURN collect(DISTINCT node.id) AS m0 }
        RETURN [[null, reverse(COLLECT {
          MATCH (n0:Topic) WHERE n0.id IS NOT NULL AND n0.id IN m0
          WITH n0 ORDER BY n0.id DESC LIMIT $p1
          RETURN [n0.id, null] })]]
        """,
        {"p0": "+(compost^4 compost* compost~1) +(of^4 of*)", "p1": 6},
    ),
    "near": (
        listing("municipality", filter=Near(latitude=0, longitude=0, kilometres=0)),
        """
        RETURN [[null, COLLECT {
          MATCH (n0:Municipality) WHERE n0.id IS NOT NULL AND ($p0 <= n0.latitude <= $p1
            AND sin(radians(n0.latitude - $p2) / 2) ^ 2 + $p4 * cos(radians(n0.latitude)) * sin(radians(n0.longitude - $p3) / 2) ^ 2 <= $p5)
          WITH n0 ORDER BY n0.id
          RETURN [n0.id, null] }]]
        """,
        {"p0": 0.0, "p1": 0.0, "p2": 0, "p3": 0, "p4": 1.0, "p5": 0.0},
    ),
    "private properties": (
        Selection(shapes=(Shape(kind="expert", properties=("name", "email"), reveal=compare("consent", "eq", True)),)),
        """
        RETURN [[null, COLLECT {
          MATCH (n0:Expert) WHERE n0.id IS NOT NULL
          WITH n0 ORDER BY n0.id
          RETURN [n0.id] + CASE WHEN n0.consent = $c0_0 THEN [null, n0.name, n0.email] ELSE [null, n0.name, null] END }]]
        """,
        {"c0_0": True},
    ),
}

OTHERS: dict[str, tuple[Statement, str]] = {
    "count": (count_statement("topic", None), "RETURN COUNT { MATCH (n:Topic) }"),
    "save": (
        save_statement("municipality", props(Municipality, "name", "population"), []),
        """
        UNWIND $rows AS r
        MERGE (n:Node {id: r[0]}) ON CREATE SET n:Municipality, n += $defaults
        SET n.name = r[1], n.name_key = r[2], n.name_words = r[3], n.population = r[4]
        """,
    ),
    "link": (
        link_statement(Focus, props(Focus, "direction", "weight"), []),
        """
        UNWIND $rows AS r
        MATCH (a:Node {id: r[0]}) MATCH (b:Node {id: r[1]})
        MERGE (a)-[l:FOCUS {direction: r[2]}]->(b) ON CREATE SET l += $defaults
        SET l.weight = r[3]
        """,
    ),
    "unlink": (
        unlink_statement(Focus, props(Focus, "direction"), []),
        """
        UNWIND $rows AS r
        MATCH (a:Node {id: r[0]}) MATCH (b:Node {id: r[1]}) MATCH (a)-[l:FOCUS]->(b) WHERE l.direction = r[2]
        WITH DISTINCT l DELETE l RETURN count(*)
        """,
    ),
    "keep": (
        keep_statement(Focus, "target", []),
        "UNWIND $rows AS r MATCH (a:Node {id: r[0]})<-[l:FOCUS]-(b) WHERE NOT [b.id, l.direction] IN r[1] DELETE l",
    ),
    "expand": (
        expand_statement(Expansion(ids=("topic:waste",), depth=2, kinds=("topic",), links=(Focus, Broader))),
        """
        MATCH (n:Node) WHERE n.id IN $ids WITH n ORDER BY n.id WITH collect(n) AS l0
        CALL (l0) {
          UNWIND l0 AS a MATCH (a)-[:FOCUS|BROADER]-(b:Topic) WITH DISTINCT b WHERE NOT b IN l0
          WITH b ORDER BY b.id RETURN collect(b) AS l1 }
        CALL (l0, l1) {
          UNWIND l1 AS a MATCH (a)-[:FOCUS|BROADER]-(b:Topic) WITH DISTINCT b WHERE NOT b IN l0 AND NOT b IN l1
          WITH b ORDER BY b.id RETURN collect(b) AS l2 }
        WITH l0, l1, l2, (l0 + l1 + l2)[..$limit] AS kept
        RETURN [[n IN kept | n.id], [size(l0), size(l1), size(l2)],
          COLLECT { UNWIND kept AS a MATCH (a)-[l:FOCUS|BROADER]->(b) WHERE b IN kept RETURN [type(l), a.id, b.id] }]
        """,
    ),
    "paths": (
        paths_statement("topic:waste", "topic:compost", longest=4, first=5, links=None),
        """
        MATCH (a:Node {id: $source}) MATCH (b:Node {id: $target})
        MATCH p = allShortestPaths((a)-[*..4]-(b)) WITH p LIMIT 1000
        WITH DISTINCT [n IN nodes(p) | n.id] AS ids ORDER BY ids LIMIT $first RETURN collect(ids)
        """,
    ),
    "search": (
        search_statement(["compost"], ["topic"]),
        """
        CALL db.index.fulltext.queryNodes('search', $query) YIELD node
        WITH node, [l IN labels(node) WHERE l <> 'Node'][0] AS label WHERE label IN $labels
        WITH collect(node) AS found, collect(label) AS labels
        WITH [n IN found[..1000] | [n.id, [n.name_words, n.name_de_words, n.name_es_words, n.name_fr_words, n.names_words]]] AS best,
             COLLECT { UNWIND labels AS label WITH label, count(*) AS number RETURN [label, number] } AS numbers
        RETURN [best, numbers]
        """,
    ),
}


def plain(text: str) -> str:
    """A statement without the line breaks and spaces that are there for the reader."""
    return re.sub(r"\s*([\[\]{}])\s*", r"\1", " ".join(text.split()))


@pytest.mark.parametrize(("selection", "text", "parameters"), SELECTED.values(), ids=SELECTED)
def test_a_selection_is_said_so(selection: Selection, text: str, parameters: dict[str, object]) -> None:
    statement = select_statement([selection])
    assert plain(statement.text) == plain(text)
    assert statement.parameters == parameters


@pytest.mark.parametrize(("statement", "text"), OTHERS.values(), ids=OTHERS)
def test_other_verbs_are_said_so(statement: Statement, text: str) -> None:
    assert plain(statement.text) == plain(text)


def test_the_text_is_the_same_whatever_the_values() -> None:
    def text(*ids: str, name: str, first: int) -> str:
        linked, named = Linked(relation="partners", node=compare("id", "in", ids)), compare("name", "starts", name)
        return select_statement([listing("municipality", filter=linked, first=first), listing("topic", filter=Every(of=(named, Matches(text=name))))]).text

    assert text("municipality:a", name="x", first=1) == text("municipality:b", "municipality:c", name="longer words", first=100)


@pytest.mark.parametrize("below", [None, Matches(text="waste")], ids=["values", "a search"])
def test_what_is_asked_of_other_nodes_too_is_said_the_same(below: Filter | None) -> None:
    first = listing("municipality", filter=BONN, links=(along("focuses", TOPIC, filter=below, first=3),))
    other = dataclasses.replace(first, filter=GERMAN)
    both = select_statement([first, other])
    assert select_statement([first, other]) == both
    assert set(re.findall(r"\$(\w+)", both.text)) == both.parameters.keys()
    assert both.parameters.keys() >= {"p0", "c0_0", "c1_0"}
    assert both.text.count("CALL db.index.fulltext") == (2 if below else 0)


async def test_the_server_takes_every_statement(store: Neo4jStore, direct: Callable[..., Any]) -> None:
    statements = [select_statement([selection]) for selection, _, _ in SELECTED.values()] + [statement for statement, _ in OTHERS.values()]
    for statement in statements:
        direct(statement.text, **statement.parameters)


WALKS: dict[str, tuple[Filter | None, Order]] = {
    "by id": (BONN, Order()),
    "in order of id": (None, Order()),
    "in order of name": (None, Order(property="name")),
    "of a country in order of name": (GERMAN, Order(property="name")),
    "of one country among one backwards": (compare("country", "in", ("DE",)), Order(property="name", descending=True)),
    "from the greatest": (None, Order(property="population", descending=True)),
    "of a country": (GERMAN, Order()),
    "linked to a node": (Linked(relation="focuses", node=compare("id", "eq", "topic:waste")), Order()),
    "found by text": (Matches(text="bonn"), Order()),
}


@pytest.mark.parametrize(("filter", "order"), WALKS.values(), ids=WALKS)
async def test_lists_begin_at_an_index(store: Neo4jStore, neo4j_url: Neo4jAddress, filter: Filter | None, order: Order) -> None:
    statement = select_statement([listing("municipality", filter=filter, order=order, first=5)])
    with neo4j_url.driver() as driver:
        plan = driver.execute_query(cast("LiteralString", f"EXPLAIN {statement.text}"), statement.parameters, database_=neo4j_url.database).summary.plan
    operators = re.findall(r"'operatorType': '(\w+)", str(plan))
    assert not {"NodeByLabelScan", "AllNodesScan", "UnionNodeByLabelsScan"} & set(operators), operators


async def test_unmet_demand_is_walked_from_the_latest(store: Neo4jStore, neo4j_url: Neo4jAddress) -> None:
    latest = Order(property="recorded_on", descending=True)
    statement = select_statement([listing("demand", filter=compare("answered_on", "empty", True), order=latest, first=5)])
    with neo4j_url.driver() as driver:
        plan = driver.execute_query(cast("LiteralString", f"EXPLAIN {statement.text}"), statement.parameters, database_=neo4j_url.database).summary.plan
    operators = re.findall(r"'operatorType': '(\w+)", str(plan))
    assert not {"NodeByLabelScan", "AllNodesScan"} & set(operators), operators


# ── what lies in the server ───────────────────────────────────────────────────────────────────────────────────────────


async def test_nodes_lie_there_as_documented(store: Neo4jStore, direct: Callable[..., Any]) -> None:
    (found_labels,) = direct("MATCH (n {id: 'municipality:muc'}) RETURN labels(n)")
    assert sorted(found_labels) == ["Municipality", "Node"]
    (stored,) = direct("MATCH (n {id: 'municipality:muc'}) RETURN properties(n)")
    assert "verified_on" not in stored
    assert stored | {
        "id": "municipality:muc",
        "name": "München", "name_key": "munchen", "name_words": ["munchen"],
        "names": ["Munich", "Monaco di Baviera"], "names_words": ["munich", "monaco di baviera"],
        "country": "DE", "country_key": "de", "admin1": "BY", "admin1_key": "by",
        "latitude": 48.1, "longitude": 11.6, "population": 1_500_000, "languages": ["de", "en"], "seeking": False,
    } == stored  # fmt: skip
    assert direct("MATCH ({id: 'municipality:lapaz'})-[l:FOCUS]->() RETURN properties(l)") == [{"direction": "seeks", "weight": 1.0}]


async def test_the_node_that_keeps_the_format_is_no_part_of_the_network(store: Neo4jStore, direct: Callable[..., Any]) -> None:
    assert direct("MATCH (m:Meta) RETURN m.format") == [1]
    assert (await store.expand(Expansion(ids=("meta",)))).ids == ()
    assert await store.paths("meta", "meta") == []
    async with store.transaction() as tx:
        assert await tx.delete(["meta"]) == 0
    await store.clear()
    assert direct("MATCH (n) RETURN labels(n)") == [["Meta"]]


async def test_preparing_again_changes_nothing_and_is_no_write(store: Neo4jStore, direct: Callable[..., Any]) -> None:
    names = direct("SHOW INDEXES YIELD name, state RETURN name + state ORDER BY name")
    before = await store.revision()
    await store.prepare()
    assert direct("SHOW INDEXES YIELD name, state RETURN name + state ORDER BY name") == names
    assert {name[-6:] for name in names} == {"ONLINE"}
    assert await store.revision() == before


async def test_what_a_newer_declaration_asks_for_is_added(store: Neo4jStore, direct: Callable[..., Any]) -> None:
    direct("MATCH (m:Meta) SET m.stored = '{}'")
    direct("DROP INDEX municipality_name_key")
    direct("DROP INDEX search")
    direct("MATCH (n:Municipality) REMOVE n.name_key, n.name_words, n.languages")
    direct("MATCH ()-[l:FOCUS]->() REMOVE l.weight, l.evidence_key")
    await store.prepare()
    assert await found(store, "municipality", order=Order(property="name")) == ["bonn", "lapaz", "muc", "subotica", "treptow"]
    assert await values(store, "municipality:bonn", "name", "languages") == ["Bonn", []]
    assert [hit.id for hit in (await store.search(Search(text="munchen", kinds=("municipality",)))).hits] == ["municipality:muc"]
    assert direct("MATCH ()-[l:FOCUS {evidence_key: 'plan 2030'}]->() RETURN l.weight") == [1.0]


# ── filling ───────────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.fixture
async def parted(opened: Opener, store: Neo4jStore) -> AsyncGenerator[Neo4jStore]:
    """A store that is empty and takes two rows at a time; `store` is another one on the same server."""
    await store.clear()
    filled = opened(part=2)
    yield filled
    await filled.close()


def topics(*names: str) -> list[list[str]]:
    return [[f"topic:{name}", name] for name in names]


async def test_an_empty_store_is_filled_by_parts_and_is_not_available_meanwhile(parted: Neo4jStore, store: Neo4jStore, direct: Callable[..., Any]) -> None:
    before = await store.revision()
    async with parted.filling() as tx:
        await tx.save("topic", ["id", "name"], topics("a"))
        assert (direct("MATCH (n:Topic) RETURN n.id"), await tx.count("topic"), await store.revision()) == ([], 1, before)
        await tx.save("topic", ["id", "name"], topics("b"))
        await tx.link(Broader, ["source", "target"], [["topic:a", "topic:b"]])
        assert await tx.count("topic") == 2
        assert direct("MATCH (n:Topic) RETURN n.id ORDER BY n.id") == ["topic:a", "topic:b"]
        for verb in (store.revision, store.discard):
            with pytest.raises(StoreUnavailable, match="being filled"):
                await verb()
        assert await tx.revision() > before
    assert (await found(store, "topic"), direct("MATCH (m:Meta) RETURN m.filler IS NULL")) == (["a", "b"], [True])
    assert await store.revision() > before


async def test_what_fails_while_an_empty_store_is_filled_leaves_it_empty(parted: Neo4jStore, store: Neo4jStore) -> None:
    async def fill() -> None:
        async with parted.filling() as tx:
            await tx.save("topic", ["id", "name"], topics("a", "b"))
            assert (await tx.count("topic"), await found(store, "topic")) == (2, ["a", "b"])
            await tx.link(Broader, ["source", "target"], [["topic:a", "topic:nowhere"]])

    with pytest.raises(NotFound):
        await fill()
    assert await found(store, "topic") == []
    await settle(store, SMALL)


class Server:
    """Answers a filler's statements; those that save do not end before `free`, and fail with `error`."""

    def __init__(self, error: StoreError | None = None) -> None:
        self.free, self.error, self.done = asyncio.Event(), error, list[str]()

    async def ask(self, statement: Statement) -> Any:
        if statement.text.startswith("UNWIND $rows"):
            async with asyncio.timeout(10):
                await self.free.wait()
            if self.error:
                raise self.error
            self.done.append(",".join(row[1] for row in cast("list[list[str]]", statement.parameters["rows"])))
        return 0

    @asynccontextmanager
    async def transaction(self) -> AsyncGenerator[Ask]:
        try:
            yield self.ask
        except BaseException:
            self.done.append("undone")
            raise
        self.done.append("committed")


async def test_rows_are_made_ready_while_the_server_has_those_before() -> None:
    server = Server()
    async with Neo4jFiller("me", server.transaction, part=2) as filler:
        await filler.save("topic", ["id", "name"], topics("a"))
        asyncio.get_running_loop().call_soon(server.free.set)
        assert server.done == []
        await filler.save("topic", ["id", "name"], topics("b", "c"))
        assert server.done[0] == "a"
        await filler.save("topic", ["id", "name"], topics("d"))
    assert (server.done, filler.parts) == (["a", "b,c", "committed", "d", "committed"], 1)


async def test_what_fails_meanwhile_is_raised_by_the_next_verb_or_at_the_end() -> None:
    async def fill(server: Server, *names: str) -> None:
        async with Neo4jFiller("me", server.transaction, part=2) as filler:
            for name in names:
                await filler.save("topic", ["id", "name"], topics(name))

    for names in ("a",), ("a", "b"):
        server = Server(StoreUnavailable("gone"))
        server.free.set()
        with pytest.raises(StoreUnavailable, match="gone"):
            await fill(server, *names)
        assert server.done == ["undone"]


async def test_a_store_with_something_in_it_is_filled_at_once_or_not_at_all(parted: Neo4jStore, store: Neo4jStore) -> None:
    async def fill() -> None:
        async with parted.filling() as tx:
            await tx.save("topic", ["id", "name"], topics("a", "b"))
            assert (await tx.count("topic"), await found(store, "topic")) == (3, ["mine"])
            raise KeyError

    async with store.transaction() as tx:
        await tx.save("topic", ["id", "name"], topics("mine"))
    with pytest.raises(KeyError):
        await fill()
    assert await found(store, "topic") == ["mine"]


async def test_what_a_killed_program_has_left_is_removed_once_it_is_surely_gone(store: Neo4jStore, direct: Callable[..., Any]) -> None:
    direct("MATCH (m:Meta) SET m.filler = 'somebody', m.filling = timestamp()")
    for verb in (store.discard, store.clear):
        with pytest.raises(StoreUnavailable, match="carry it out again in a minute"):
            await verb()
    direct("MATCH (m:Meta) SET m.filling = timestamp() - 61000")
    await store.discard()
    assert await found(store, "municipality") == []
    await settle(store, SMALL)


async def test_a_newer_format_is_refused(store: Neo4jStore, direct: Callable[..., Any]) -> None:
    direct("MATCH (m:Meta) SET m.format = 2")
    try:
        with pytest.raises(StoreUnusable, match=r"^the store was written by a newer Partnergraph \(format 2\); this one reads up to format 1$"):
            await store.prepare()
    finally:
        direct("MATCH (m:Meta) SET m.format = 1")


async def test_what_the_indexes_cannot_hold_is_refused(store: Neo4jStore) -> None:
    for columns, row in ((["id", "name"], ["topic:x", "é" * 6001]), (["id", "name"], ["topic:" + "x" * 995, "X"])):
        with pytest.raises(InvalidInput, match="too long"):
            async with store.transaction() as tx:
                await tx.save("topic", columns, [row])
    async with store.transaction() as tx:
        await tx.save("topic", ["id", "name"], [["topic:" + "x" * 994, "é" * 6000]])
    assert await store.count("topic") == 4


# ── others at the same time ───────────────────────────────────────────────────────────────────────────────────────────


async def test_writers_of_several_programs_take_turns(store: Neo4jStore, opened: Opener) -> None:
    others = [opened() for _ in range(3)]

    async def add_one(store: Neo4jStore) -> None:
        async with store.transaction() as tx:
            (number,) = await values(tx, "municipality:lapaz", "capacity")
            await asyncio.sleep(0.01)
            await tx.save("municipality", ["id", "capacity"], [["municipality:lapaz", number + 1]])

    await asyncio.gather(*(add_one(each) for each in [store, *others] * 5))
    assert await values(store, "municipality:lapaz", "capacity") == [22]
    for other in others:
        await other.close()


async def test_a_snapshot_is_of_one_moment_and_of_its_revision(store: Neo4jStore, opened: Opener) -> None:
    other = opened()
    first = await store.revision()
    writing = True

    async def write() -> None:
        number = 0
        while writing:
            async with other.transaction() as tx:
                await tx.save("phase", ["id", "name"], [[f"phase:{number}", "P"]])
                await tx.save("event", ["id", "name", "kind"], [[f"event:{number}", "E", "conference"]])
            number += 1

    task = asyncio.create_task(write())
    for _ in range(5):
        snapshot = await store.snapshot({"phase": ("id",), "event": ("id",)}, {})
        phases, events = (len(snapshot.kinds[kind].values["id"]) for kind in ("phase", "event"))
        assert phases == events == snapshot.revision - first
    writing = False
    await task
    await other.close()


async def test_a_store_survives_connections_that_are_cut(store: Neo4jStore, direct: Callable[..., Any]) -> None:
    def cut() -> None:
        direct(
            "CALL dbms.listConnections() YIELD connectionId, userAgent WITH connectionId WHERE userAgent = 'partnergraph' "
            "CALL dbms.killConnection(connectionId) YIELD message RETURN message"
        )

    assert await store.count("topic") == 3
    cut()
    assert await store.count("topic") == 3
    cut()
    async with store.transaction() as tx:
        await tx.save("topic", ["id", "name"], [["topic:new", "New"]])
    assert await store.count("topic") == 4


async def test_by_a_routing_table_one_reads_what_one_has_written(store: Neo4jStore, opened: Opener, neo4j_url: Neo4jAddress) -> None:
    routed = opened(url=neo4j_url.url.replace("bolt://", "neo4j://"))
    try:
        await routed.prepare()
        for number in range(10):
            async with routed.transaction() as tx:
                await tx.save("topic", ["id", "name"], [["topic:new", f"Name {number}"]])
            assert await values(routed, "topic:new", "name") == [f"Name {number}"]
        assert await values(store, "topic:new", "name") == ["Name 9"]
    finally:
        await routed.close()


# ── what goes wrong ───────────────────────────────────────────────────────────────────────────────────────────────────


async def refusal(store: Neo4jStore) -> StoreError:
    """What reading, writing and preparing all raise."""

    async def write() -> None:
        async with store.transaction():
            pass

    messages: set[str] = set()
    try:
        for verb in (lambda: store.count("topic"), write, store.prepare):
            with pytest.raises(StoreError) as caught:
                await verb()
            messages.add(f"{type(caught.value).__name__}: {caught.value}")
        assert len(messages) == 1, messages
        return caught.value
    finally:
        await store.close()


@pytest.mark.parametrize(
    ("changed", "kind", "message"),
    [
        ({"user": "nobody", "password": "secret"}, StoreUnusable, "the store refused user or password"),
        ({"password": ""}, StoreUnusable, "the store refused user or password"),
        ({"database": "nowhere"}, StoreUnusable, "the store has no database of that name"),
        ({"url": "bolt://127.0.0.1:1"}, StoreUnavailable, "the store does not answer; try again later"),
        ({"url": "bolt://nosuch.invalid:7687"}, StoreUnavailable, "the store does not answer; try again later"),
    ],
    ids=["wrong password", "no password", "no such database", "nobody listens", "no such host"],
)
async def test_refusals_are_plain(opened: Opener, changed: dict[str, str], kind: type[StoreError], message: str) -> None:
    error = await refusal(opened(**changed))
    assert (type(error), str(error)) == (kind, message)


@pytest.mark.in_full
async def test_a_server_that_never_answers_is_given_up_in_time() -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:  # takes connections and says nothing
        store = Neo4jStore(f"bolt://127.0.0.1:{silent.getsockname()[1]}", password="x")
        async with asyncio.timeout(8):
            with pytest.raises(StoreUnavailable):
                await store.count("topic")
        await store.close()


@pytest.mark.parametrize("url", ["nonsense", "ftp://host", "bolt://host:port"])
def test_an_address_that_is_none_is_refused_at_once(url: str) -> None:
    with pytest.raises(StoreUnusable, match="address"):
        Neo4jStore(url)


def server_error(code: str, message: str) -> Exception:
    """An error as the driver makes it of the server's answer."""
    base = TransientError if ".TransientError." in code else ClientError
    error = base(message)
    error._neo4j_code = code  # pyright: ignore[reportAttributeAccessIssue]
    return error


@pytest.mark.parametrize(
    ("error", "kind"),
    [
        (server_error("Neo.TransientError.Transaction.DeadlockDetected", "ForsetiClient[1] at 10.0.0.7:7687"), StoreUnavailable),
        (server_error("Neo.TransientError.General.MemoryPoolOutOfMemoryError", "10.0.0.7:7687"), StoreUnusable),
        (server_error("Neo.ClientError.Security.AuthenticationRateLimit", "10.0.0.7:7687"), StoreUnavailable),
        (server_error("Neo.ClientError.Security.Forbidden", "10.0.0.7:7687"), StoreUnusable),
        (server_error("Neo.ClientError.Statement.SyntaxError", "10.0.0.7:7687"), StoreError),
        (TimeoutError("10.0.0.7:7687"), StoreUnavailable),
        (ConnectionResetError("10.0.0.7:7687"), StoreUnavailable),
    ],
)
def test_the_drivers_errors_are_translated_without_their_texts(error: Exception, kind: type[StoreError]) -> None:
    said = translated(error)
    assert type(said) is kind
    assert "10.0.0.7" not in str(said)
    assert "Neo." not in str(said)
