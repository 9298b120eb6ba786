"""The embedded store: its statements, its indexes, its file, and other processes."""

# ruff: noqa: ASYNC240 - files of tests are small
from __future__ import annotations

import asyncio
import os
import sqlite3
import subprocess
import sys
import textwrap
from collections.abc import AsyncGenerator
from pathlib import Path

import pytest

from graph_api.errors import InvalidInput, SettingsError, StoreNotWritable, StoreUnavailable, StoreUnusable
from graph_api.storage import open_store
from graph_api.storage.base import Filter, Linked, Matches, Near, Negate, Order, Search, Selection, Shape, Store
from graph_api.storage.sqlite_connections import PATIENCE, Connections
from graph_api.storage.sqlite_filter import DEEPEST
from graph_api.storage.sqlite_select import select_statement
from tests.storage.asking import along, compare, found, listing, own, values
from tests.worlds import SMALL, settle

pytestmark = pytest.mark.anyio


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "network.db"


@pytest.fixture
async def stored(file: Path) -> AsyncGenerator[Store]:
    """A store in `file` with the small world in it."""
    store = open_store(f"file:{file}")
    await store.prepare()
    await settle(store, SMALL)
    yield store
    await store.close()


BONN = listing("municipality", filter=compare("id", "eq", "municipality:bonn"))


# ── statements ────────────────────────────────────────────────────────────────────────────────────────────────────────


def written(sql: str) -> str:
    """SQL on several lines as one."""
    return " ".join(line.strip() for line in sql.strip().splitlines()).replace("( ", "(").replace(" )", ")")


def test_a_page_in_order_is_one_walk() -> None:
    statement, bound = select_statement(
        [listing("municipality", "name", "seeking", filter=compare("country", "eq", "DE"), order=Order(property="name"), first=50)]
    )
    assert statement == written(
        """
        SELECT CAST('[' || '[' || 'null' || ',' || (SELECT '[' || coalesce(group_concat(
            json_array(p1.id, p1.o, p1.p0, json(CASE p1.p1 WHEN 1 THEN 'true' WHEN 0 THEN 'false' END)), ','), '') || ']'
          FROM (
            SELECT n2.id AS id, n2."name_key" AS o, n2."name" AS p0, n2."seeking" AS p1
            FROM "municipality" AS n2 WHERE n2."country" = :v1 ORDER BY n2."name_key", n2.id LIMIT :v0
          ) AS p1) || ']' || ']' AS BLOB)
        """
    )
    assert bound == {"v0": 51, "v1": "DE"}


def test_the_relations_of_a_row_are_a_part_of_the_statement() -> None:
    focuses = along("focuses", Shape(kind="topic", properties=("name",)), edge=("weight",), link=compare("direction", "eq", "seeks"), total=True)
    statement, bound = select_statement([listing("municipality", links=(focuses,), filter=compare("id", "in", ("municipality:a", "municipality:b")))])
    assert statement == written(
        """
        WITH c1_6 AS NOT MATERIALIZED (
          SELECT n1_1.id AS id, '[' ||
            ((SELECT count(*) FROM "focus" AS l1_2 WHERE l1_2.source = n1_1.id AND ((l1_2.target >= 'topic:' AND l1_2.target < 'topic;'))
            AND l1_2."direction" = :v1_0)) || ',' ||
            (SELECT '[' || coalesce(group_concat(json_array(p1_3.id, NULL, p1_3.l0, p1_3.p0), ','), '') || ']'
            FROM (
              SELECT l1_5.target AS id, n1_4."id" AS o, l1_5."direction" AS k0, l1_5."weight" AS l0, n1_4."name" AS p0
              FROM "focus" AS l1_5 CROSS JOIN "topic" AS n1_4 WHERE l1_5.source = n1_1.id AND ((l1_5.target >= 'topic:' AND l1_5.target < 'topic;'))
              AND n1_4.id = l1_5.target AND l1_5."direction" = :v1_2
              ORDER BY l1_5.target, l1_5."direction" LIMIT :v1_1
            ) AS p1_3) || ']' AS cells
          FROM "municipality" AS n1_1
        )
        SELECT CAST('[' || '[' || 'null' || ',' || (SELECT '[' || coalesce(group_concat(
            '[' || json_quote(p1.id) || ',' || json_quote(NULL) || ','
            || (SELECT cells FROM c1_6 WHERE c1_6.id = p1.id) || ']', ','), '') || ']'
          FROM (
            SELECT n2.id AS id, n2."id" AS o FROM "municipality" AS n2
            WHERE n2."id" IN (SELECT value FROM json_each(:v1)) ORDER BY n2.id LIMIT :v0
          ) AS p1) || ']' || ']' AS BLOB)
        """
    )
    assert bound == {"v0": -1, "v1": '["municipality:a","municipality:b"]', "v1_0": "seeks", "v1_1": -1, "v1_2": "seeks"}


def test_the_text_is_the_same_whatever_the_values() -> None:
    def text(*ids: str, name: str, first: int) -> str:
        both = (compare("id", "in", ids), compare("name", "starts", name))
        return select_statement(
            [listing("municipality", filter=Linked(relation="partners", node=both[0]), first=first), listing("municipality", filter=both[1])]
        )[0]

    assert text("municipality:a", name="x", first=1) == text("municipality:b", name="yy", first=100)
    assert text("municipality:a", "municipality:b", name="x", first=1) == text("municipality:b", "municipality:c", "municipality:d", name="yy", first=100)


async def plan(file: Path, *selections: Selection) -> list[str]:
    """What SQLite does for selections, a line for each table it reads."""
    connection = Connections(file, shown="it").open()
    statement, bound = select_statement(selections)
    try:
        return [
            row[3].replace("COVERING ", "")
            for row in connection.execute(f"EXPLAIN QUERY PLAN {statement}", bound)
            if row[3].startswith(("SEARCH", "SCAN n", "SCAN l", "USE TEMP"))
        ]
    finally:
        connection.close()


A = "municipality:a"
NAME = Order(property="name")
GERMAN, GOAL = compare("country", "eq", "DE"), Linked(relation="focuses", node=compare("id", "eq", "sdg_goal:11"), link=compare("direction", "eq", "seeks"))
GERMAN_PARTNER = Linked(relation="partners", node=GERMAN)

PLANS: dict[str, tuple[Selection, list[str]]] = {
    "by id": (listing("municipality", filter=compare("id", "eq", A)), ["SEARCH n2 USING PRIMARY KEY (id=?)"]),
    "of a country by name": (
        listing("municipality", filter=GERMAN, order=NAME, first=9),
        ["SEARCH n2 USING INDEX municipality(country,name_key) (country=?)"],
    ),
    "of a list of one country by name": (
        listing("municipality", filter=compare("country", "in", ("DE",)), order=NAME, first=9),
        ["SEARCH n2 USING INDEX municipality(country,name_key) (country=?)"],
    ),
    "its next page": (
        listing("municipality", filter=GERMAN, order=NAME, first=9, after=("a", A)),
        ["SEARCH n2 USING INDEX municipality(country,name_key) (country=? AND (name_key,id)>(?,?))"],
    ),
    "next page of all": (
        listing("municipality", order=NAME, first=9, after=("a", A)),
        ["SEARCH n2 USING INDEX municipality(name_key) ((name_key,id)>(?,?))"],
    ),
    "page before": (
        listing("municipality", order=NAME, last=9, before=("a", A)),
        ["SEARCH n2 USING INDEX municipality(name_key) ((name_key,id)<(?,?))", "USE TEMP B-TREE FOR ORDER BY"],
    ),
    "by a value that may be empty": (
        listing("municipality", order=Order(property="population", descending=True), first=9, after=(5, A)),
        [
            "SEARCH n2 USING INDEX municipality(population) (population>? AND (population,id)<(?,?))",
            "SEARCH n3 USING INDEX municipality(population) (population=?)",
            "USE TEMP B-TREE FOR ORDER BY",
        ],
    ),
    "beginning of a name": (
        listing("municipality", filter=compare("name", "starts", "bo"), order=NAME),
        ["SEARCH n2 USING INDEX municipality(name_key) (name_key>? AND name_key<?)"],
    ),
    "focus on a goal": (
        listing("municipality", filter=GOAL, order=NAME, first=9),
        ["SEARCH n2 USING PRIMARY KEY (id=?)", "SEARCH l3 USING INDEX focus(target,source) (target=?)", "USE TEMP B-TREE FOR ORDER BY"],
    ),
    "partners in a country": (
        listing("municipality", filter=GERMAN_PARTNER, order=NAME, first=9),
        [
            "SCAN n2 USING INDEX municipality(name_key)",
            "SEARCH l3 USING PRIMARY KEY (source=?)",
            "SEARCH l4 USING INDEX membership(target,source) (target=?)",
            "SEARCH n5 USING PRIMARY KEY (id=?)",
        ],
    ),
}
"""Selections, and what SQLite does: SEARCH goes straight to what fits, SCAN walks in order until the page is full."""


@pytest.mark.parametrize(("selection", "expected"), PLANS.values(), ids=PLANS)
async def test_statements_use_indexes(stored: Store, file: Path, selection: Selection, expected: list[str]) -> None:
    assert await plan(file, selection) == expected


async def test_what_is_empty_is_found_by_an_index(stored: Store, file: Path) -> None:
    unmet = listing("demand", filter=compare("answered_on", "empty", True), order=Order(property="recorded_on", descending=True), first=9)
    found = await plan(file, unmet)
    assert "SEARCH n2 USING INDEX demand(answered_on) (answered_on=?)" in found
    assert not [line for line in found if line.startswith("SCAN n2")]


async def test_places_and_texts_use_indexes(stored: Store, file: Path) -> None:
    near = listing("municipality", filter=Near(latitude=1, longitude=1, kilometres=1))
    assert "SEARCH n2 USING INDEX municipality(latitude) (latitude>? AND latitude<?)" in await plan(file, near)
    assert not [line for line in await plan(file, listing("municipality", filter=Matches(text="springfield"))) if "SCAN n" in line]


async def test_relations_nest_as_deep_as_one_likes(stored: Store) -> None:
    nested, depth = Shape(kind="topic", properties=("name",)), 16
    for level in range(depth):
        order = Order(property="name_de", descending=level % 2 == 0)
        nested = Shape(kind="topic", links=(along("broader" if level % 2 else "narrower", nested, order=order, last=3, total=True),))
    cell = (await stored.select(Selection(shapes=(nested,), filter=compare("id", "eq", "topic:compost"))))[0]
    for level in range(depth):
        assert own(cell) == [("compost", "waste")[level % 2]]
        cell = cell[1][0][4][0]
    assert cell == [1, [["topic:compost", None, [], ["Compost"], []]]]


async def test_filters_nest_along_as_many_links(stored: Store) -> None:
    filter: Filter = compare("name", "eq", "Compost")
    for level in range(DEEPEST - 2):
        filter = Linked(relation="broader" if level % 2 else "narrower", node=filter)
    assert await found(stored, "topic", filter) == ["compost"]


async def test_filters_that_nest_deeper_than_the_parser_are_refused(stored: Store) -> None:
    filter: Filter = compare("name", "eq", "x")
    for level in range(DEEPEST):
        assert await stored.count("topic", filter) == (3 if level % 2 else 0)
        filter = Negate(of=filter)
    with pytest.raises(InvalidInput, match="nested"):
        await stored.count("topic", filter)


async def test_more_hits_than_are_ranked_are_counted_and_the_best_are_there(stored: Store) -> None:
    async with stored.transaction() as tx:
        await tx.save("municipality", ["id", "name", "country"], [[f"municipality:{i:04}", f"Old Rome {i:04}", "XX"] for i in range(1500)])
        await tx.save("municipality", ["id", "name", "country"], [["municipality:long", "Rome of the East", "XX"], ["municipality:rome", "Rome", "XX"]])
    for text in ("rom", "rome"):
        hits = await stored.search(Search(text=text, kinds=("municipality",), first=4))
        assert (hits.total, dict(hits.kinds)) == (1502, {"municipality": 1502})
        assert [hit.id.partition(":")[2] for hit in hits.hits] == ["rome", "long", "0000", "0001"]
        assert [hit.id for hit in (await stored.search(Search(text=text, kinds=("municipality",), first=2, offset=2))).hits] == [
            hit.id for hit in hits.hits[2:]
        ]
    assert (await stored.search(Search(text="rome", kinds=("municipality",), first=9, offset=1000))).hits == ()


# ── the file ──────────────────────────────────────────────────────────────────────────────────────────────────────────


async def test_directories_are_made(tmp_path: Path) -> None:
    store = open_store(f"file:{tmp_path}/a/b/c.db")
    await store.prepare()
    await store.prepare()
    await store.close()
    assert (tmp_path / "a/b/c.db").exists()


async def test_what_was_written_is_there_after_closing(stored: Store, file: Path) -> None:
    await stored.close()
    again = open_store(f"file://{file}")
    await again.prepare()
    assert await values(again, "municipality:muc", "name") == ["München"]
    await again.close()


async def refusal(address: str, *, prepare: bool = True) -> str:
    store = open_store(address)
    try:
        with pytest.raises(StoreUnusable) as caught:
            await (store.prepare() if prepare else store.count("topic"))
    finally:
        await store.close()
    assert "\n" not in str(caught.value)
    return str(caught.value)


async def test_a_file_that_is_no_database_is_refused_and_left_alone(file: Path) -> None:
    file.write_text("id;name\nde-bonn;Bonn\n" * 100)
    before = file.read_bytes()
    for prepare in (True, False):
        assert await refusal(f"file:{file}", prepare=prepare) == f"{file} is not a database"
    assert file.read_bytes() == before


async def test_a_database_of_another_program_is_refused_and_left_alone(file: Path) -> None:
    with sqlite3.connect(file) as connection:
        connection.execute("CREATE TABLE bookmarks (url)")
    connection.close()
    before = file.read_bytes()
    for prepare in (True, False):
        assert await refusal(f"file:{file}", prepare=prepare) == f"{file} is a database, but not one of Partnergraph"
    assert file.read_bytes() == before


async def test_a_file_of_a_newer_program_is_refused(stored: Store, file: Path) -> None:
    await stored.close()
    change(file, "PRAGMA user_version = 99")
    assert await refusal(f"file:{file}") == f"{file} was written by a newer Partnergraph (format 99); this one reads up to format 1"


async def test_a_file_that_is_not_there_is_not_made_by_reading(file: Path) -> None:
    assert "cannot be opened" in await refusal(f"file:{file}", prepare=False)
    assert not file.exists()


async def test_an_empty_file_is_prepared_first(file: Path) -> None:
    file.touch()
    assert await refusal(f"file:{file}", prepare=False) == f"{file} is empty: it has not been prepared"


async def test_a_damaged_file_is_refused(stored: Store, file: Path) -> None:
    await stored.close()
    content = file.read_bytes()
    file.write_bytes(content[:8192] + b"\xff" * (len(content) - 8192))
    store = open_store(f"file:{file}")
    with pytest.raises(StoreUnusable, match="damaged"):
        await store.snapshot({"municipality": ("id", "name")}, {})
    await store.close()


async def test_a_path_where_no_directory_can_be_is_refused(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    assert f"{tmp_path / 'file' / 'x' / 'y.db'} cannot be made" in await refusal(f"file:{tmp_path}/file/x/y.db")


@pytest.mark.skipif(os.geteuid() == 0, reason="nothing is read-only for root")
async def test_a_read_only_file_is_refused_when_written(stored: Store, file: Path) -> None:
    await stored.close()
    file.chmod(0o444)
    store = open_store(f"file:{file}")
    with pytest.raises(StoreNotWritable, match="read-only"):
        await store.clear()
    await store.close()


async def test_a_full_disk_undoes_the_transaction(stored: Store, file: Path) -> None:
    async with stored.transaction() as tx:
        await tx.save("topic", ["id", "name"], [["topic:before", "Before"]])
    connection = Connections(file, shown="it").open()
    pages = connection.execute("PRAGMA page_count").fetchone()[0]
    connection.close()

    async def write() -> None:
        async with stored.transaction() as tx:
            await tx.save("topic", ["id", "name"], [["topic:during", "During"]])
            tx._connection.execute(f"PRAGMA max_page_count = {pages + 20}")  # type: ignore[attr-defined]  # as a full disk does
            await tx.save("topic", ["id", "name"], [[f"topic:{i}", "x" * 1000] for i in range(1000)])

    with pytest.raises(StoreNotWritable, match="no room is left"):
        await write()
    assert await found(stored, "topic") == ["before", "compost", "environment", "waste"]


def change(file: Path, *statements: str) -> None:
    """Changes a file behind the program's back."""
    connection = sqlite3.connect(file, isolation_level=None)
    for statement in statements:
        connection.execute(statement)
    connection.close()


async def test_properties_indexes_and_texts_declared_later_are_added(stored: Store, file: Path) -> None:
    await stored.close()
    change(
        file,
        'DROP INDEX "municipality(name_key)"',
        'DROP INDEX "municipality(country,name_key)"',
        'DROP INDEX "municipality(admin1,name_key)"',
        'DROP INDEX "municipality(seeking,name_key)"',
        'DROP INDEX "municipality(opted_out,name_key)"',
        'ALTER TABLE municipality DROP COLUMN "name_key"',
        'ALTER TABLE municipality DROP COLUMN "capacity"',
        'ALTER TABLE municipality DROP COLUMN "languages"',
        'ALTER TABLE focus DROP COLUMN "weight"',
        "DROP TABLE attendance",
        'CREATE INDEX "topic(gone)" ON topic (name_de)',
        "UPDATE _state SET searched = 'other'",
        "DELETE FROM _term",
    )
    later = open_store(f"file:{file}")
    await later.prepare()
    assert await values(later, "municipality:muc", "name", "capacity", "languages") == ["München", None, []]
    assert await found(later, "municipality", order=Order(property="name")) == ["bonn", "lapaz", "muc", "subotica", "treptow"]
    assert await found(later, "municipality", Linked(relation="focuses", link=compare("weight", "eq", 1.0))) == ["bonn", "lapaz"]
    assert await found(later, "municipality", Linked(relation="events")) == []
    assert [hit.id for hit in (await later.search(Search(text="munich", kinds=("municipality",)))).hits] == ["municipality:muc"]
    connection = sqlite3.connect(file)
    assert connection.execute("SELECT count(*) FROM sqlite_schema WHERE name = 'topic(gone)'").fetchone() == (0,)
    connection.close()
    await later.close()


async def test_columns_of_a_later_program_do_no_harm(stored: Store, file: Path) -> None:
    change(file, "ALTER TABLE topic ADD COLUMN colour TEXT", "ALTER TABLE topic ADD COLUMN size INTEGER NOT NULL DEFAULT 0")
    async with stored.transaction() as tx:
        await tx.save("topic", ["id", "name"], [["topic:new", "New"]])
    assert await values(stored, "topic:new", "name") == ["New"]


async def test_a_closed_store_says_so(stored: Store) -> None:
    reading = asyncio.create_task(stored.count("topic"))
    await asyncio.sleep(0)
    await stored.close()
    await asyncio.gather(reading, return_exceptions=True)
    with pytest.raises(StoreUnavailable, match="has been closed"):
        await stored.count("topic")


async def test_the_store_in_memory_leaves_no_file_behind() -> None:
    store = open_store("memory:")
    await store.prepare()
    path: Path = store._path  # type: ignore[attr-defined]
    assert path.exists()
    await store.close()
    assert not path.parent.exists()


# ── other processes ───────────────────────────────────────────────────────────────────────────────────────────────────


def process(file: Path, body: str) -> subprocess.Popen[str]:
    """Another process with a `store` on the file; it says `ready` once it is prepared."""
    program = f"""
import asyncio, sys
from graph_api.storage import open_store
from tests.storage.asking import values

async def main():
    store = open_store("file:{file}")
    await store.prepare()
    print("ready", flush=True)
{textwrap.indent(textwrap.dedent(body).strip(), "    ")}
    await store.close()

asyncio.run(main())
"""
    return subprocess.Popen([sys.executable, "-c", program], stdout=subprocess.PIPE, stdin=subprocess.PIPE, text=True)


def ended(*processes: subprocess.Popen[str]) -> list[str]:
    """What processes said, once all have ended well."""
    said = [each.communicate(timeout=60)[0] for each in processes]
    assert [each.returncode for each in processes] == [0] * len(processes)
    return said


ADD = """
for _ in range(50):
    async with store.transaction() as tx:
        (count,) = await values(tx, "phase:p", "capacity")
        await tx.save("phase", ["id", "capacity"], [["phase:p", count + 1]])
"""


async def test_two_processes_write_one_file(stored: Store, file: Path) -> None:
    async with stored.transaction() as tx:
        await tx.save("phase", ["id", "name", "capacity"], [["phase:p", "P", 0]])
    others = [process(file, ADD), process(file, ADD)]
    for _ in range(50):
        async with stored.transaction() as tx:
            (count,) = await values(tx, "phase:p", "capacity")
            await tx.save("phase", ["id", "capacity"], [["phase:p", count + 1]])
    await asyncio.to_thread(ended, *others)
    assert await values(stored, "phase:p", "capacity") == [150]


async def test_two_processes_prepare_one_new_file(file: Path) -> None:
    others = [process(file, "pass") for _ in range(3)]
    assert await asyncio.to_thread(ended, *others) == ["ready\n"] * 3


async def test_of_two_first_reads_at_the_same_time_no_connection_is_left_open(stored: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    opened: list[sqlite3.Connection] = []
    open_ = Connections.open

    def noted(self: Connections, *, create: bool = False) -> sqlite3.Connection:
        opened.append(open_(self, create=create))
        return opened[-1]

    monkeypatch.setattr(Connections, "open", noted)
    assert await asyncio.gather(*(stored.select_flat(BONN) for _ in range(2))) == [[[None, [["municipality:bonn", None]]]]] * 2
    await stored.close()
    assert len(opened) == 2
    for connection in opened:
        with pytest.raises(sqlite3.ProgrammingError, match="closed"):
            connection.execute("SELECT 1")


@pytest.mark.in_full
async def test_whoever_waits_too_long_for_another_process_is_told(stored: Store, file: Path) -> None:
    other = sqlite3.connect(file, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    with pytest.raises(StoreUnavailable, match="in use by another process"):
        await stored.clear()
    other.execute("ROLLBACK")
    other.close()
    await stored.clear()
    assert await stored.count("topic") == 0


async def test_whoever_gives_up_waiting_for_another_process_need_not_wait_until_it_is_told(stored: Store, file: Path) -> None:
    other = sqlite3.connect(file, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    waiting = asyncio.create_task(stored.clear())
    await asyncio.wait((waiting,), timeout=0.05)
    waiting.cancel()
    ended, _ = await asyncio.wait((waiting,), timeout=PATIENCE - 2)
    assert ended
    other.close()
    await stored.clear()


async def test_what_was_acknowledged_outlives_a_killed_process(stored: Store, file: Path) -> None:
    other = process(
        file,
        """
        for i in range(100_000):
            async with store.transaction() as tx:
                await tx.save("topic", ["id", "name"], [[f"topic:a{i}", "A"]])
                await tx.save("topic", ["id", "name"], [[f"topic:b{i}", "B"]])
            print(i, flush=True)
        """,
    )
    assert other.stdout
    lines = [await asyncio.to_thread(other.stdout.readline) for _ in range(30)]
    other.kill()
    rest = (await asyncio.to_thread(other.communicate))[0].splitlines()
    acknowledged = 1 + max(int(line) for line in (*lines[1:], *[line for line in rest if line.isdigit()]))
    topics = await found(stored, "topic", compare("name", "in", ("A", "B")))
    assert {i[1:] for i in topics if i[0] == "a"} == {i[1:] for i in topics if i[0] == "b"} >= {str(i) for i in range(acknowledged)}


# ── addresses ─────────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("url", ["", "file:", "file", "memory", "memory:x", "network.db", "http://localhost", "neo4j:", "postgres://x"])
def test_an_address_that_is_no_store_is_refused(url: str) -> None:
    with pytest.raises(SettingsError, match="is no store; allowed: file:PATH, memory:, or an address"):
        open_store(url)
