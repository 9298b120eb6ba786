"""Whole files over HTTP, and small ones by mutation: who may, what would change, what is written, what goes out."""

from __future__ import annotations

import asyncio
import io
import json
import zipfile
from pathlib import Path
from typing import Any

import networkx as nx
import openpyxl
import orjson
import pytest

from graph_api.operations.sheets import LARGEST_FILE
from graph_api.operations.uploads import MOST_FILES
from graph_api.storage.base import Selection, Shape, Store
from graph_api.transfer import DOWNLOADS, MOST_CELLS, XLSX
from tests.asking import Reply
from tests.roles import COORDINATORS, EVERYBODY, FIRST, SECRET, VIEWERS, People, people

pytestmark = pytest.mark.above_the_port

CSV = {"content-type": "text/csv"}
TOWNS = "id,name,country,population\nbonn,Bonn,DE,330000\nhof,Hof,DE,\n"


@pytest.fixture
async def world(store: Store, tmp_path: Path) -> People:
    return await people(store, tmp_path)


async def send(world: People, who: str, content: bytes | str = TOWNS, *, media: str = "text/csv", **params: str) -> Reply:
    headers = world.headers(who) | {"content-type": media}
    given = {"name": "municipalities", **params}
    return await world.client.send("POST", "/import", params=given, content=content, headers=headers)


async def population(world: People) -> int | None:
    return (await world.ask("admin", '{ municipality(id: "bonn") { population } }'))["municipality"]["population"]


async def imports(world: People) -> list[dict[str, Any]]:
    query = "{ changes(filter: {action: [IMPORT]}) { edges { node { actor record after reason } } } }"
    return [edge["node"] for edge in (await world.ask("admin", query))["changes"]["edges"]]


def packed(**files: str) -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in files.items():
            archive.writestr(name, text)
    return made.getvalue()


def booked(**sheets: str) -> bytes:
    book = openpyxl.Workbook(write_only=True)
    for name, text in sheets.items():
        page = book.create_sheet(name)
        for row in text.splitlines():
            page.append(row.split(","))
    made = io.BytesIO()
    book.save(made)
    return made.getvalue()


EXPECTED = {
    "files": [{"file": "municipalities", "new": 1, "changed": 1, "unchanged": 0}],
    "changed": [{"line": 2, "record": "municipality:bonn", "cells": [{"column": "population", "before": "", "after": "330000"}]}],
    "new": [{"line": 3, "record": "municipality:hof"}],
}


def told(document: Any) -> Any:
    """The parts of an answer that `EXPECTED` has."""
    return {
        "files": document["files"],
        "changed": [{k: row[k] for k in ("line", "record", "cells")} for row in document["changed"]],
        "new": [{k: row[k] for k in ("line", "record")} for row in document["new"]],
    }


# ── uploads ───────────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("content", "media"),
    [
        (TOWNS.encode(), "text/csv"),
        (TOWNS.encode(), "text/csv; charset=utf-8"),
        (TOWNS.replace(",", "\t").encode(), "text/tab-separated-values"),
        (packed(**{"folder/Municipalities.CSV": TOWNS, "__MACOSX/._x": ""}), "application/zip"),
        (booked(municipalities=TOWNS), XLSX),
    ],
)
async def test_an_upload_says_first_what_would_change_and_then_changes_it(world: People, content: bytes, media: str) -> None:
    before = await world.store.revision()
    reply = await send(world, "coordinator", content, media=media, dryRun="true")
    assert (reply.status, told(reply.json), reply.json["written"], reply.json["revision"]) == (200, EXPECTED, False, before)
    assert (await world.store.revision(), await population(world), await imports(world)) == (before, None, [])
    reply = await send(world, "coordinator", content, media=media, reason="yearly figures")
    assert (reply.status, told(reply.json), reply.json["written"], reply.headers["cache-control"]) == (200, EXPECTED, True, "no-store")
    assert await population(world) == 330_000
    [entry] = await imports(world)
    assert (entry["actor"], entry["record"], entry["reason"], json.loads(entry["after"])) == ("cora", None, "yearly figures", {"rows": {"municipalities": 2}})


async def test_only_those_who_coordinate_may_upload_and_others_are_not_even_read(world: People) -> None:
    async def endless() -> Any:
        yield b"id"
        raise AssertionError("it was read")

    for who in sorted(EVERYBODY - COORDINATORS):
        reply = await world.client.send("POST", "/import", content=endless(), headers=world.headers(who) | CSV)
        assert (reply.status, reply.code) == (403, "FORBIDDEN")
    reply = await world.client.send("POST", "/import", content=TOWNS, headers={"authorization": "Bearer x", **CSV})
    assert (reply.status, reply.code, reply.headers["www-authenticate"]) == (401, "UNAUTHENTICATED", "Bearer")
    assert await population(world) is None


async def test_bad_cells_are_listed_and_nothing_is_written(world: People) -> None:
    before = await world.store.revision()
    bad = "id,name,country\nhof,,DE\nbonn,Bonn,XX\n"
    reply = await send(world, "coordinator", bad)
    assert (reply.status, reply.code) == (422, "IMPORT_REJECTED")
    rejected = [
        {"file": "municipalities.csv", "line": 2, "column": "name", "problem": "must not be empty"},
        {"file": "municipalities.csv", "line": 3, "column": "country", "problem": "there is no country 'XX', neither in these files nor in the network"},
    ]
    assert reply.json["rejected"] == rejected
    reply = await send(world, "coordinator", bad, dryRun="true")
    assert (reply.status, reply.json["rejected"], await world.store.revision()) == (200, rejected, before)


@pytest.mark.parametrize(
    ("content", "given", "status", "code"),
    [
        (b"", {}, 422, "IMPORT_REJECTED"),
        (TOWNS, {"name": "nothing"}, 400, "INVALID_INPUT"),
        (TOWNS, {"name": ""}, 400, "INVALID_INPUT"),
        (TOWNS, {"name": "../municipalities"}, 400, "INVALID_INPUT"),
        (TOWNS, {"name": "changes"}, 400, "INVALID_INPUT"),
        (TOWNS, {"dryRun": "perhaps"}, 400, "BAD_REQUEST"),
        (TOWNS, {"reason": "a\x00b"}, 400, "INVALID_INPUT"),
        (TOWNS, {"media": "application/json"}, 415, "MEDIA_TYPE"),
        (TOWNS, {"media": "multipart/form-data"}, 415, "MEDIA_TYPE"),
        (TOWNS, {"media": "application/zip"}, 422, "IMPORT_REJECTED"),
        (TOWNS, {"media": XLSX}, 422, "IMPORT_REJECTED"),
        (packed(), {"media": "application/zip"}, 422, "IMPORT_REJECTED"),
        (packed(**{"municipalities.exe": TOWNS}), {"media": "application/zip"}, 422, "IMPORT_REJECTED"),
        (packed(**{"..": TOWNS}), {"media": "application/zip"}, 422, "IMPORT_REJECTED"),
        (packed(**{"a/topics.csv": "id,name\na,A\n", "b/topics.csv": "id,name\na,A\n"}), {"media": "application/zip"}, 422, "IMPORT_REJECTED"),
        (packed(**{f"{i}.csv": "" for i in range(MOST_FILES + 1)}), {"media": "application/zip"}, 422, "IMPORT_REJECTED"),
        (packed(**{"topics.csv": "x" * 400_000_000}), {"media": "application/zip"}, 422, "IMPORT_REJECTED"),
    ],
)
async def test_what_cannot_be_taken_is_refused(world: People, content: Any, given: dict[str, str], status: int, code: str) -> None:
    before = await world.store.revision()
    reply = await send(world, "coordinator", content, **given)
    assert (reply.status, reply.code, await world.store.revision()) == (status, code, before)
    assert "/tmp" not in reply.text


async def test_nothing_is_written_outside(world: People, tmp_path: Path) -> None:
    reply = await send(
        world, "coordinator", packed(**{"../../../../topics.csv": "id,name\nfair,Fair\n", "/abs/phases.csv": "id,name\np,P\n"}), media="application/zip"
    )
    assert [f["file"] for f in reply.json["files"]] == ["topics", "phases"]


async def test_a_body_that_is_too_large_is_read_no_further(world: People) -> None:
    headers = world.headers("coordinator") | CSV
    reply = await world.client.send("POST", "/import?name=topics", content=b"x", headers=headers | {"content-length": str(LARGEST_FILE + 1)})
    assert (reply.status, reply.code) == (413, "TOO_LARGE")

    async def endless() -> Any:
        for _ in range(LARGEST_FILE // 2**20 + 3):
            yield b"x" * 2**20

    reply = await world.client.send("POST", "/import?name=topics", content=endless(), headers=headers)
    assert (reply.status, reply.code) == (413, "TOO_LARGE")


@pytest.mark.parametrize("path", ["/import", "/export/csv", "/picture"])
async def test_pages_of_other_origins_may_neither_send_nor_fetch(world: People, path: str) -> None:
    method = "POST" if path == "/import" else "GET"
    reply = await world.client.send(method, path, headers={"origin": "https://evil.example", **world.headers("admin"), **CSV})
    assert (reply.status, reply.code) == (403, "ORIGIN")


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [("GET", "/import", 404), ("PUT", "/import", 405), ("POST", "/export/csv", 405), ("GET", "/export/dot", 404), ("POST", "/picture", 405)],
)
async def test_other_methods_and_forms_are_refused(world: People, method: str, path: str, status: int) -> None:
    assert (await world.client.send(method, path)).status == status


# ── by mutation ───────────────────────────────────────────────────────────────────────────────────────────────────────

MUTATION = """mutation ($files: [ImportFile!]!, $dryRun: Boolean! = false, $reason: String) {
  importTables(files: $files, dryRun: $dryRun, reason: $reason) {
    written revision files { file new changed unchanged } new { file line record target cells { column } }
    changed { line record cells { column before after } } twins { file line record twin why } rejected { file line column problem } } }"""


async def test_a_mutation_says_first_what_would_change_and_then_changes_it(world: People) -> None:
    files = [{"name": "municipalities.csv", "text": TOWNS + "x,Ulm,DE,\n"}, {"name": "focuses", "text": "municipality,topic,direction\nhof,compost,offers\n"}]
    found = (await world.ask("coordinator", MUTATION, files=files, dryRun=True))["importTables"]
    assert found["files"] == [{"file": "municipalities", "new": 2, "changed": 1, "unchanged": 0}, {"file": "focuses", "new": 1, "changed": 0, "unchanged": 0}]
    assert found["changed"] == EXPECTED["changed"]
    assert [(row["file"], row["record"], row["target"]) for row in found["new"]] == [
        ("municipalities.csv", "municipality:hof", None),
        ("municipalities.csv", "municipality:x", None),
        ("focuses.csv", "municipality:hof", "topic:compost"),
    ]
    assert found["twins"] == [{"file": "municipalities.csv", "line": 4, "record": "municipality:x", "twin": "municipality:ulm", "why": "it has the same name"}]
    assert (found["written"], found["rejected"], await population(world)) == (False, [], None)
    done = (await world.ask("coordinator", MUTATION, files=files, reason="figures"))["importTables"]
    assert (done["written"], done["revision"]) == (True, await world.store.revision())
    assert (await population(world), len(await imports(world))) == (330_000, 1)


async def test_a_mutation_takes_all_or_nothing(world: People) -> None:
    files = [{"name": "topics", "text": "id,name\nfair,Fair\n"}, {"name": "municipalities", "text": "id,name,country\nhof,Hof,XX\n"}]
    reply = await world.reply("coordinator", MUTATION, {"files": files})
    assert (reply.code, (await world.ask("admin", '{ topic(id: "fair") { id } }'))["topic"]) == ("IMPORT_REJECTED", None)
    found = (await world.ask("coordinator", MUTATION, files=files, dryRun=True))["importTables"]
    assert [(cell["file"], cell["line"], cell["column"]) for cell in found["rejected"]] == [("municipalities.csv", 2, "country")]


@pytest.mark.parametrize(
    ("files", "message"),
    [
        ([], "there is no file to import"),
        ([{"name": "nothing", "text": ""}], "no file is called 'nothing'"),
        ([{"name": "/etc/topics", "text": ""}], "no file is called '/etc/topics'"),
        ([{"name": "topics", "text": "id"}, {"name": "topics.csv", "text": "id"}], "the file topics is there twice"),
        ([{"name": "topics", "text": ""}], "topics.csv: is empty; the first line must name the columns; nothing was written"),
        ([{"name": "topics", "text": "id\n"}] * (MOST_FILES + 1), "51 files are too many: at most 50"),
    ],
)
async def test_tables_that_cannot_be_taken_are_refused(world: People, files: Any, message: str) -> None:
    reply = await world.reply("coordinator", MUTATION, {"files": files})
    assert reply.json["errors"][0]["message"].startswith(message)


async def test_only_those_who_coordinate_may_import(world: People) -> None:
    for who in sorted(EVERYBODY - COORDINATORS):
        for dry_run in (True, False):
            reply = await world.reply(who, MUTATION, {"files": [{"name": "nothing", "text": TOWNS}], "dryRun": dry_run})
            assert reply.code == "FORBIDDEN"


# ── downloads ─────────────────────────────────────────────────────────────────────────────────────────────────────────


def texts(form: str, content: bytes) -> dict[str, str]:
    """What is in an export, as text."""
    if form == "csv":
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            return {name: archive.read(name).decode("utf-8-sig") for name in archive.namelist()}
    if form == "xlsx":
        book = openpyxl.load_workbook(io.BytesIO(content))
        return {page.title: str([[cell.value for cell in row] for row in page.iter_rows()]) for page in book.worksheets}
    return {form: content.decode()}


async def fetched(world: People, who: str, form: str) -> tuple[Any, bytes]:
    response = await world.client._http.get(f"/export/{form}", headers=world.headers(who))  # pyright: ignore[reportPrivateUsage]
    assert response.status_code == 200
    return response.headers, response.content


@pytest.mark.parametrize("form", DOWNLOADS)
async def test_an_export_is_a_file_with_what_one_may_see(world: People, form: str) -> None:
    ending, media = DOWNLOADS[form]
    for who in ("anonymous", "ulm", "kisumu", "admin"):
        headers, content = await fetched(world, who, form)
        assert headers["content-type"].partition(";")[0] == media
        assert headers["content-disposition"] == f'attachment; filename="partnergraph.{ending}"'
        assert (headers["cache-control"], int(headers["content-length"])) == ("no-store", len(content))
        everything = str(texts(form, content))
        seen = {word: word in everything for word in (SECRET, f"{SECRET}-ana@", f"{SECRET}-kip@", f"{SECRET} need", f"{SECRET} unwanted", str(FIRST))}
        assert seen == {
            SECRET: who != "anonymous",
            f"{SECRET}-ana@": who == "admin",
            f"{SECRET}-kip@": who != "anonymous",
            f"{SECRET} need": who in ("kisumu", "admin"),
            f"{SECRET} unwanted": who == "admin",
            str(FIRST): who != "anonymous",
        }
        assert "Kompost" in everything
        assert f"{SECRET} reason" not in everything  # the audit log is in no export


async def test_an_export_comes_in_again(world: People) -> None:
    _, content = await fetched(world, "admin", "csv")
    reply = await send(world, "admin", content, media="application/zip", dryRun="true")
    assert (reply.status, reply.json["new"], reply.json["changed"], reply.json["rejected"]) == (200, [], [], [])
    _, content = await fetched(world, "admin", "xlsx")
    reply = await send(world, "admin", content, media=XLSX, dryRun="true")
    assert (reply.status, reply.json["new"], reply.json["changed"], reply.json["rejected"]) == (200, [], [], [])


async def test_a_graph_can_be_read_by_others(world: People) -> None:
    _, content = await fetched(world, "anonymous", "json")
    graph = nx.node_link_graph(orjson.loads(content), edges="links")
    _, xml = await fetched(world, "anonymous", "graphml")
    other = nx.read_graphml(io.BytesIO(xml), force_multigraph=True)
    assert set(graph.nodes) == set(other.nodes)
    assert sorted((a, b, d["link"]) for a, b, d in graph.edges(data=True)) == sorted((a, b, d["link"]) for a, b, d in other.edges(data=True))


async def test_what_an_export_would_be_is_told_without_making_it(world: People) -> None:
    reply = await world.client.send("HEAD", "/export/xlsx")
    assert (reply.status, reply.headers["content-type"], reply.text) == (200, XLSX, "")


@pytest.mark.parametrize("environment", ["sqlite"], indirect=True)
async def test_a_network_that_is_too_large_for_a_spreadsheet_is_told_so(world: People) -> None:
    async with world.store.transaction() as tx:
        await tx.save("topic", ["id", "name"], [[f"topic:{i}", f"Topic {i}"] for i in range(MOST_CELLS // 8)])
    reply = await world.client.send("GET", "/export/xlsx")
    assert (reply.status, reply.code) == (400, "INVALID_INPUT")
    assert "the service writes XLSX of at most 400,000; take csv" in reply.text
    assert (await world.client.send("GET", "/export/json")).status == 200


async def test_many_exports_at_once_all_come(world: People) -> None:
    done = await asyncio.gather(*(fetched(world, who, "csv") for who in VIEWERS))
    assert len(done) == len(VIEWERS)


async def test_a_bad_token_gets_no_export(world: People) -> None:
    reply = await world.client.send("GET", "/export/csv", headers={"authorization": "Bearer x"})
    assert (reply.status, reply.code) == (401, "UNAUTHENTICATED")


async def test_exports_leave_nothing_behind(world: People, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import tempfile

    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "t"))
    (tmp_path / "t").mkdir()
    for form in DOWNLOADS:
        await fetched(world, "admin", form)
    await send(world, "coordinator", TOWNS)
    await send(world, "coordinator", "nonsense")
    assert list((tmp_path / "t").iterdir()) == []
    [[_, rows]] = await world.store.select(Selection(shapes=(Shape(kind="municipality"),)))
    assert "municipality:hof" in {row[0] for row in rows}


# ── pictures ──────────────────────────────────────────────────────────────────────────────────────────────────────────


async def test_a_picture_comes_in_columns(world: People) -> None:
    reply = await world.client.send("GET", "/picture", params={"id": "municipality:kisumu", "depth": "2"})
    assert reply.status == 200
    picture = reply.json
    assert (picture["depths"][0], picture["total"], picture["truncated"]) == (0, len(picture["x"]), False)
    assert sorted(row for group in picture["groups"] for row in group["rows"]) == list(range(picture["total"]))
    assert SECRET not in str(picture)


@pytest.mark.parametrize(
    ("params", "status", "code"),
    [
        ({}, 404, "NOT_FOUND"),
        ({"id": "municipality:nowhere"}, 404, "NOT_FOUND"),
        ({"id": "municipality:kisumu", "depth": "4"}, 400, "INVALID_INPUT"),
        ({"id": "municipality:kisumu", "limit": "-1"}, 400, "INVALID_INPUT"),
        ({"id": "municipality:kisumu", "limit": "1" * 5000}, 400, "INVALID_INPUT"),
    ],
)
async def test_a_picture_that_cannot_be_is_refused(world: People, params: dict[str, str], status: int, code: str) -> None:
    reply = await world.client.send("GET", "/picture", params=params)
    assert (reply.status, reply.code) == (status, code)
