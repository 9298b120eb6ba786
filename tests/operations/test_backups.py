"""Backups: what comes back is what was there, whatever the engine; a file that is not whole changes nothing."""

from __future__ import annotations

import contextlib
import gzip
import hashlib
import json
import stat
from collections.abc import AsyncGenerator, Callable
from pathlib import Path
from typing import Any

import pytest

from graph_api.errors import InvalidInput, NotFound
from graph_api.model import Membership
from graph_api.operations.archives import FORMAT, Heading, Sink, writing
from graph_api.operations.backups import back_up, restore
from graph_api.storage import open_store
from graph_api.storage.base import Cell, Selection, Store
from graph_api.storage.migrations import LinkRenamed, Migration, Removed, Renamed, ValueChanged
from tests.everything import contents, fill

HEAD = Heading(format=1, made_at="2026-01-02T03:04:05+00:00", program="0.1.0", revision=7, nodes=0)


@pytest.fixture
async def other(tmp_path: Path) -> AsyncGenerator[Store]:
    """An empty embedded store beside `store`."""
    other = open_store("memory:")
    try:
        await other.prepare()
        yield other
    finally:
        await other.close()


@pytest.fixture
async def archive(other: Store, tmp_path: Path) -> Path:
    """A backup of a store with everything in it."""
    await fill(other)
    await back_up(other, tmp_path / "all.backup")
    return tmp_path / "all.backup"


def rewritten(path: Path, change: Callable[[bytes], bytes]) -> None:
    path.write_bytes(change(path.read_bytes()))


async def topic(store: Store, name: str) -> None:
    async with store.transaction() as tx:
        await tx.save("topic", ["id", "name"], [[f"topic:{name}", name]])


async def topics(store: Store) -> list[object]:
    return list((await store.snapshot({"topic": ("id",)}, {})).kinds["topic"].values["id"])


@pytest.mark.parametrize("environment", ["sqlite", pytest.param("neo4j", marks=pytest.mark.in_full)], indirect=True)
async def test_everything_comes_back_from_either_engine(store: Store, other: Store, archive: Path) -> None:
    before = await contents(other)
    assert [kind for kind, columns in before.kinds.items() if len(columns.values["id"]) != 2] == []
    assert [link for link, columns in before.links.items() if not columns.values["source"]] == []
    taken = await restore(store, archive)
    made = await back_up(store, archive)
    assert taken.rows == made.rows
    await restore(other, archive, replace=True)
    assert await contents(other) == before


async def test_the_revision_goes_on_from_the_greater_one(other: Store, archive: Path) -> None:
    made = await other.revision()
    fresh = open_store("memory:")
    try:
        await fresh.prepare()
        assert (await restore(fresh, archive)).revision > made
        for _ in range(made + 10):
            await topic(fresh, "again")
        before = await fresh.revision()
        assert (await restore(fresh, archive, replace=True)).revision > before
        assert await fresh.count("topic") == 2
    finally:
        await fresh.close()


async def test_a_store_that_is_not_empty_is_left_as_it_is_unless_it_is_to_go(store: Store, other: Store, tmp_path: Path) -> None:
    await topic(other, "theirs")
    await back_up(other, tmp_path / "one.backup")
    await topic(store, "mine")
    before = await store.revision()
    with pytest.raises(InvalidInput, match=r"^the store is not empty, it has 1 records; with --replace they go and the backup takes their place$"):
        await restore(store, tmp_path / "one.backup")
    assert (await topics(store), await store.revision()) == (["topic:mine"], before)
    await restore(store, tmp_path / "one.backup", replace=True)
    assert await topics(store) == ["topic:theirs"]


# ── files that are not whole ──────────────────────────────────────────────────────────────────────────────────────────

DAMAGED = r"^all\.backup is damaged: .*; nothing was restored$"


def relined(change: Callable[[list[bytes]], list[bytes]]) -> Callable[[bytes], bytes]:
    """Changes the lines in an archive and packs them anew, so that only the archive's own sum can tell."""
    return lambda packed: gzip.compress(b"".join(change(gzip.decompress(packed).splitlines(keepends=True))))


def sealed(change: Callable[[list[bytes]], list[bytes]]) -> Callable[[bytes], bytes]:
    """The same with a sum that fits: what another program might have made."""

    def seal(lines: list[bytes]) -> list[bytes]:
        *before, _ = change(lines)
        return [*before, b'{"rows":1,"sha256":"' + hashlib.sha256(b"".join(before)).hexdigest().encode() + b'"}\n']

    return relined(seal)


def numbered(change: dict[str, Any]) -> Callable[[bytes], bytes]:
    return relined(lambda lines: [json.dumps(json.loads(lines[0]) | change, separators=(",", ":")).encode() + b"\n", *lines[1:]])


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda packed: packed[: len(packed) // 2], DAMAGED),
        (lambda packed: packed[:-1], DAMAGED),
        (lambda packed: packed[:200] + bytes([packed[200] ^ 1]) + packed[201:], r"damaged.*nothing was restored$"),
        (lambda packed: packed[:-6] + b"\0\0" + packed[-4:], r"damaged.*nothing was restored$"),
        (lambda _: b"", r"is no backup of Partnergraph$"),
        (lambda _: b"id,name\nulm,Ulm\n", r"^all\.backup is no backup of Partnergraph, or a damaged one; nothing was restored$"),
        (lambda _: gzip.compress(b"Dear diary\n"), r"^all\.backup is no backup of Partnergraph$"),
        (lambda _: gzip.compress(b'{"a":1}\n'), r"^all\.backup is no backup of Partnergraph$"),
        (relined(lambda lines: lines[:-1]), DAMAGED),
        (relined(lambda lines: lines[:50]), DAMAGED),
        (relined(lambda lines: [*lines[:2], *lines[3:]]), DAMAGED),
        (relined(lambda lines: [line.replace(b"2024-02-29", b"2024-02-28") for line in lines]), DAMAGED),
        (relined(lambda lines: [*lines[:2], b'["x"]\n', *lines[3:]]), DAMAGED),
        (relined(lambda lines: [*lines[:2], b"[1,\n", *lines[3:]]), DAMAGED),
        (relined(lambda lines: [*lines[:2], b"1\n", *lines[3:]]), DAMAGED),
        (relined(lambda lines: [*lines, lines[-1]]), DAMAGED),
        (sealed(lambda lines: [*lines[:2], b'["x"]\n', *lines[3:]]), DAMAGED),
        (sealed(lambda lines: [*lines[:2], b"[1,\n", *lines[3:]]), DAMAGED),
        (sealed(lambda lines: [*lines[:2], b"1\n", *lines[3:]]), DAMAGED),
        (numbered({"revision": 1}), DAMAGED),
        (numbered({"format": 99}), r"^all\.backup was made by a newer Partnergraph \(format 99\); this one reads up to format \d+$"),
        (
            numbered({"partnergraph_backup": FORMAT + 1}),
            rf"^all\.backup was made by a newer Partnergraph \(format {FORMAT + 1}\); this one reads up to format {FORMAT}$",
        ),
        (
            sealed(lambda lines: [lines[0], b'{"kind":"dragon","columns":["id"]}\n', *lines[1:]]),
            r"^all\.backup holds a kind 'dragon' that this Partnergraph does not know; a newer one may have made it$",
        ),
        (
            sealed(lambda lines: [lines[0], b'{"link":"membership","columns":["source","target","colour"]}\n', *lines[1:]]),
            r"^all\.backup holds membership\.colour, which this Partnergraph does not know; a newer one may have made it$",
        ),
    ],
)
async def test_a_file_that_is_not_whole_is_refused_in_one_line(
    other: Store, archive: Path, change: Callable[[bytes], bytes], message: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(archive.parent)
    before, revision = await contents(other), await other.revision()
    rewritten(archive, change)
    with pytest.raises(InvalidInput, match=message) as refused:
        await restore(other, Path("all.backup"), replace=True)
    assert "\n" not in str(refused.value)
    assert (await contents(other), await other.revision()) == (before, revision)


async def test_a_file_that_is_not_there_is_refused(other: Store, tmp_path: Path) -> None:
    with pytest.raises(InvalidInput, match=r"none\.backup cannot be read: No such file or directory$"):
        await restore(other, tmp_path / "none.backup")
    with pytest.raises(InvalidInput, match=r"cannot be read: Is a directory$"):
        await restore(other, tmp_path)


async def test_what_fails_half_way_leaves_what_was_there(store: Store, tmp_path: Path) -> None:
    await topic(store, "mine")
    with writing(tmp_path / "bad.backup") as file:
        sink = Sink(file, HEAD)
        sink.add(Membership, [["municipality:nowhere", "partnership:none", None, None]])
        sink.end()
    before = await store.revision()
    with pytest.raises(NotFound, match="municipality:nowhere"):
        await restore(store, tmp_path / "bad.backup", replace=True)
    assert (await store.count("topic"), await store.revision()) == (1, before)


# ── while others work ─────────────────────────────────────────────────────────────────────────────────────────────────


class Interrupted:
    """A store into which somebody else writes between its first page and the next."""

    def __init__(self, store: Store) -> None:
        self._store, self.pages = store, 0

    def __getattr__(self, name: str) -> Any:
        return getattr(self._store, name)

    async def select(self, *selections: Selection) -> list[Cell]:
        self.pages += 1
        if self.pages == 2:
            await topic(self._store, "meanwhile")
        return await self._store.select(*selections)


async def test_a_backup_is_of_one_moment_though_somebody_writes(store: Store, other: Store, tmp_path: Path) -> None:
    await topic(store, "first")
    interrupted: Any = Interrupted(store)
    made = await back_up(interrupted, tmp_path / "there.backup")
    assert interrupted.pages == 2
    await restore(other, tmp_path / "there.backup")
    assert await topics(other) == ["topic:first", "topic:meanwhile"]
    assert made.rows == {"topic": 2}
    assert made.revision == await store.revision()


def test_a_backup_takes_its_place_when_it_is_whole_and_is_for_its_owner_only(tmp_path: Path) -> None:
    place = tmp_path / "all.backup"
    with writing(place) as file:
        Sink(file, HEAD).end()
    before = place.read_bytes()
    with contextlib.suppress(KeyError), writing(place) as file:
        Sink(file, HEAD)
        raise KeyError
    assert place.read_bytes() == before
    assert (stat.S_IMODE(place.stat().st_mode), list(tmp_path.iterdir())) == (0o600, [place])


async def test_a_backup_that_cannot_be_written_is_refused(other: Store, tmp_path: Path) -> None:
    with pytest.raises(InvalidInput, match=r"nowhere/x\.backup cannot be written: No such file or directory$"):
        await back_up(other, tmp_path / "nowhere" / "x.backup")


async def test_a_backup_of_an_older_format_is_brought_up(other: Store, archive: Path) -> None:
    before = await contents(other)
    older = {
        b'"link":"has_topic"': b'"link":"about"',
        b'"direction","weight"': b'"direction","importance"',
        b'"works_on"': b'"does"',
        b'"columns":["id","number","name",': b'"columns":["id","number","title",',
        b'"columns":["source","target","role"]': b'"columns":["source","target","badge","role"]',
        b':a","event:a","S': b':a","event:a","gold","S',
    }

    def aged(lines: list[bytes]) -> list[bytes]:
        for now, then in older.items():
            lines = [line.replace(now, then) for line in lines]
        return lines

    rewritten(archive, sealed(aged))
    migrations = (
        Migration(why="Words of the glossary.", steps=(LinkRenamed(old="about", new="has_topic"), Renamed(owner="focus", old="importance", new="weight"))),
        Migration(
            why="More of them.",
            steps=(
                ValueChanged(owner="focus", property="direction", old="does", new="works_on"),
                Renamed(owner="sdg_goal", old="title", new="name"),
                Removed(owner="attendance", name="badge"),
            ),
        ),
    )
    await restore(other, archive, replace=True, migrations=migrations)
    assert await contents(other) == before
