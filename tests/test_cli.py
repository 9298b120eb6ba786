"""The command line: results on stdout, everything else on stderr, and one clear line where something is wrong."""

from __future__ import annotations

import asyncio
import os
import pty
import re
import select
import socket
import sqlite3
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import jwt
import pytest
from graphql import build_schema

from graph_api.cli import opened
from graph_api.settings import Settings
from tests.commands import Outcome, Terminal
from tests.neo4j_server import Neo4jAddress
from tests.seeking import SEEKING
from tests.worlds import settle

pytestmark = pytest.mark.above_the_port


@pytest.fixture
def embedded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Terminal:
    """The command line on an embedded store, in a directory of its own."""
    monkeypatch.chdir(tmp_path)
    return Terminal(environment={"PARTNERGRAPH_STORE": "file:embedded.db"})


@pytest.fixture
def seeking(settings: Settings, terminal: Terminal) -> Terminal:
    """The command line on a store with `seeking.SEEKING` in it."""
    asyncio.run(filled(settings))
    return terminal


async def filled(settings: Settings) -> None:
    async with opened(settings) as store:
        await settle(store, SEEKING)


def written(name: str, text: str) -> str:
    Path(name).write_text(text)
    return name


def failed(outcome: Outcome, message: str) -> None:
    assert (outcome.code, outcome.out, outcome.err) == (1, "", f"Error: {message}\n")


# ── usage ─────────────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    "words",
    [
        ["import"],
        ["nonsense"],
        ["import", "a.csv", "--nonsense"],
        ["load", "everything"],
        ["candidates", "x", "-n", "0"],
        ["candidates", "x", "--language", "it"],
        ["candidates"],
        ["serve", "--port", "0"],
        ["export"],
        ["backup"],
        ["restore", "a.backup", "--nonsense"],
        ["evaluate"],
    ],
    ids=" ".join,
)
def test_wrong_usage_is_exit_code_2(embedded: Terminal, words: Sequence[str]) -> None:
    outcome = embedded(*words)
    assert outcome.code == 2
    assert outcome.out == ""
    assert outcome.err.startswith("Usage: ")
    assert not Path("embedded.db").exists()


@pytest.mark.parametrize("words", [["--help"], ["import", "-h"], ["--version"]])
def test_help_and_version_are_results(embedded: Terminal, words: Sequence[str]) -> None:
    outcome = embedded(*words)
    assert (outcome.code, outcome.err) == (0, "")
    assert outcome.out


def test_nothing_heavy_is_loaded_for_help() -> None:
    code = "import sys, graph_api.cli; print([m for m in ('numpy', 'strawberry', 'neo4j', 'openpyxl', 'starlette') if m in sys.modules])"
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout == "[]\n"


# ── import and export ─────────────────────────────────────────────────────────────────────────────────────────────────


def test_import_export_and_import_again(terminal: Terminal) -> None:
    topics = written("topics.csv", "id;name;broader\nwaste;Waste;\ncompost;Compost;waste\n")
    towns = written("municipalities.csv", "id,name,country\nulm,Ulm,DE\n")
    rows = {"countries": 250, "sdg_goals": 17, "sdg_targets": 169, "topics": 2, "municipalities": 1}
    checked = terminal("import", topics, towns, "--dry-run", "--json")
    assert (checked.code, checked.err) == (0, "")
    assert checked.document["rows"] == rows
    assert checked.document["written"] is False
    assert terminal("export", "before", "--json").document["municipalities"] == 0
    done = terminal("import", topics, towns, "--json").document
    assert (done["rows"], done["written"], done["revision"] > checked.document["revision"]) == (rows, True, True)
    exported = terminal("export", "out", "--json")
    assert {stem: count for stem, count in exported.document.items() if count} == rows
    assert Path("out/topics.csv").read_text("utf-8-sig") == (
        "id,name,name_de,name_es,name_fr,verified_on,targets,broader\ncompost,Compost,,,,,,waste\nwaste,Waste,,,,,,\n"
    )
    assert terminal("export", "all.xlsx").code == terminal("import", "all.xlsx").code == terminal("export", "again.xlsx").code == 0
    assert Path("all.xlsx").read_bytes() == Path("again.xlsx").read_bytes()


def test_import_says_in_words_what_it_did(embedded: Terminal) -> None:
    embedded("load", "reference")
    lines = embedded("import", written("topics.csv", "id,name\nfair,Fair\n")).out.splitlines()
    assert lines[0] == "        1  topics"
    assert lines[1].startswith("written in ")
    lines = embedded("import", "topics.csv", "--dry-run").out.splitlines()
    assert lines[0] == "        0 new         0 changed         1 unchanged  topics"
    assert lines[1].startswith("nothing was written (--dry-run), revision ")


def test_an_import_can_be_looked_at_before(terminal: Terminal) -> None:
    terminal("import", written("municipalities.csv", "id,name,country,population\nulm,Ulm,DE,1\nhof,Hof,DE,\n"))
    before = terminal("export", "before", "--json").document
    written("municipalities.csv", "id,name,country,population\nulm,Ulm,DE,2\nhof,Hof,DE,\nulm-2,ULM,DE,\n")
    found = terminal("import", "municipalities.csv", "--dry-run", "--json").document
    assert found["files"] == [{"file": "municipalities", "new": 1, "changed": 1, "unchanged": 1}]
    [changed], [twin] = found["changed"], found["twins"]
    assert (changed["record"], changed["cells"]) == ("municipality:ulm", [{"column": "population", "before": "1", "after": "2"}])
    assert (twin["record"], twin["twin"], twin["why"]) == ("municipality:ulm-2", "municipality:ulm", "it has the same name")
    assert (found["rejected"], found["written"], terminal("export", "after", "--json").document) == ([], False, before)
    lines = terminal("import", "municipalities.csv", "--dry-run").out.splitlines()
    assert lines[:-1] == [
        "        1 new         1 changed         1 unchanged  municipalities",
        "municipalities.csv:2: municipality:ulm: population: 1 → 2",
        "municipalities.csv:4: municipality:ulm-2 is new and may be municipality:ulm: it has the same name",
    ]


def test_bad_cells_are_part_of_what_is_looked_at(terminal: Terminal) -> None:
    outcome = terminal("import", written("municipalities.csv", "id,name,country\nulm,Ulm,DE\nhof,,DE\n"), "--dry-run", "--json")
    assert (outcome.code, outcome.err) == (1, "Error: municipalities.csv:3: name: must not be empty; nothing was written\n")
    assert outcome.document["rejected"] == [{"file": "municipalities.csv", "line": 3, "column": "name", "problem": "must not be empty"}]
    assert outcome.document["files"][-1] == {"file": "municipalities", "new": 1, "changed": 0, "unchanged": 0}


@pytest.mark.parametrize("form", ["graphml", "gexf", "json"])
def test_an_export_can_be_a_graph(terminal: Terminal, form: str) -> None:
    terminal("import", written("topics.csv", "id,name,broader\nwaste,Waste,\ncompost,Compost,waste\n"))
    assert terminal("export", f"network.{form}", "--json").document == {"nodes": 438, "edges": 170}  # 250 countries, 17 goals, 169 targets are among them
    assert "Compost" in Path(f"network.{form}").read_text()


@pytest.mark.parametrize(
    ("words", "name"),
    [
        (["--role", "admin"], "admin"),
        (["--role", "municipality", "--municipality", "ulm"], "municipality:ulm"),
        (["--role", "expert", "--expert", "expert:ana"], "expert:ana"),
        (["--role", "municipality", "--municipality", "ulm", "--name", "Uli"], "Uli"),
    ],
)
def test_a_token_names_its_holder(embedded: Terminal, words: Sequence[str], name: str) -> None:
    made = embedded.having(key_file="service.key")("token", *words, "--json").document["token"]
    assert jwt.decode(made, options={"verify_signature": False})["sub"] == name


def test_a_token_for_what_is_no_record_is_refused(embedded: Terminal) -> None:
    outcome = embedded.having(key_file="service.key")("token", "--role", "municipality", "--municipality", "topic:x")
    failed(outcome, "municipality: 'topic:x' is not allowed: the id of one of the municipalities, not of the topics")


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("topics.csv", b"", "topics.csv: is empty; the first line must name the columns; nothing was written"),
        ("topics.csv", "id,name\nä,ä\n".encode("utf-16"), "topics.csv: is UTF-16; save it as UTF-8 (in a spreadsheet: “CSV UTF-8”); nothing was written"),
        ("topics.csv", b"id,name\na,\n", "topics.csv:2: name: must not be empty; nothing was written"),
        ("nothing.csv", None, "nothing.csv: there is no such file; nothing was written"),
        ("topics.csv", 200 * 2**20, "topics.csv: has 200 MB; at most 100 MB are read: split it; nothing was written"),
        (
            "municipalities.csv",
            b"id,name,country\na,A,ZZ\n",
            "municipalities.csv:2: country: there is no country 'ZZ', neither in these files nor in the network; nothing was written",
        ),
        (
            "partnerships.csv",
            b"id,members\na,ulm|atlantis\n",
            "partnerships.csv:2: members: there is no municipality 'atlantis', neither in these files nor in the network; nothing was written",
        ),
        ("partnerships.csv", b"id,members\na,ulm\n", "partnerships.csv:2: members: 'ulm' names 1; at least 2 different ones are needed; nothing was written"),
        ("topics.csv", b"id,name,broader\na,A,b\nb,B,a\n", "topics.csv:2: broader: leads back to where it began: a > b > a; nothing was written"),
    ],
)
def test_a_bad_file_is_one_line_and_leaves_the_store_as_it_was(terminal: Terminal, name: str, content: bytes | int | None, message: str) -> None:
    terminal("import", written("municipalities.csv", "id,name,country\nulm,Ulm,DE\n"))
    Path("municipalities.csv").unlink()
    terminal("export", "before")
    if isinstance(content, int):
        with Path(name).open("wb") as file:
            file.truncate(content)
    elif content is not None:
        Path(name).write_bytes(content)
    failed(terminal("import", name, "--json"), message)
    terminal("export", "after")
    assert {p.name: p.read_bytes() for p in Path("before").iterdir()} == {p.name: p.read_bytes() for p in Path("after").iterdir()}


def test_of_many_bad_cells_twenty_are_shown(embedded: Terminal) -> None:
    outcome = embedded("import", written("topics.csv", "id,name\n" + "a,\n" * 30), "--json")
    assert (outcome.code, outcome.out) == (1, "")
    assert outcome.err.splitlines() == [
        *(f"topics.csv:{line}: {problem}" for line in range(2, 22) for problem in ["name: must not be empty"]),
        "Error: 30 bad cells (10 more than shown); nothing was written",
    ]


@pytest.mark.parametrize("place", ["out.dot", "out.CSV", "out.xls"])
def test_an_export_of_another_form_is_refused(embedded: Terminal, place: str) -> None:
    message = f"{place} cannot be written; allowed: a directory (it gets one CSV file for each kind), or a file that ends in .xlsx, .graphml, .gexf or .json"
    failed(embedded("export", place), message)
    assert not Path(place).exists()


def test_an_export_that_cannot_be_written_is_refused(embedded: Terminal) -> None:
    written("taken", "")
    failed(embedded("export", "taken"), "taken cannot be written: File exists")
    failed(embedded("export", "nowhere/all.xlsx"), "nowhere/all.xlsx cannot be written: No such file or directory")


@pytest.mark.in_full
def test_loading_the_demo_twice_is_loading_it_once(embedded: Terminal) -> None:
    first = embedded("load", "demo", "--json").document
    assert first["rows"]["municipalities"] >= 400
    embedded("export", "first.xlsx")
    assert embedded("load", "demo", "--json").document["rows"] == first["rows"]
    embedded("export", "second.xlsx")
    assert Path("first.xlsx").read_bytes() == Path("second.xlsx").read_bytes()
    assert len(embedded("candidates", "ke-kisumu", "-n", "5", "--json").document["candidates"]) == 5
    own_words = ("candidates", "ke-kisumu", "-n", "1", "--language", "de", "--needs", "Solarstrom", "--offers", "")
    need, offer = embedded(*own_words, "--json").document["understood"]
    assert (need["side"], need["number"], need["subjects"][0]["name"], offer["subjects"]) == ("needs", 1, "Solarenergie", [])
    lines = embedded(*own_words).out.splitlines()
    assert lines[1].startswith("Understood of needs 1 (by sentences): Solarenergie")
    assert lines[2] == "Understood of offers 1 (by sentences): nothing."


def test_a_backup_comes_back_into_another_store(terminal: Terminal) -> None:
    assert terminal("import", written("topics.csv", "id,name\nwaste,Waste\n")).code == 0
    made = terminal("backup", "all.backup", "--json")
    assert (made.code, made.err) == (0, "")
    assert made.document["rows"] == {"country": 250, "sdg_goal": 17, "sdg_target": 169, "topic": 1, "change": 1, "has_target": 169}
    assert made.document["bytes"] == Path("all.backup").stat().st_size
    other = terminal.having(store="file:other.db")
    taken = other("restore", "all.backup", "--json")
    assert (taken.code, taken.err, taken.document["rows"]) == (0, "", made.document["rows"])
    assert taken.document["revision"] > made.document["revision"]
    failed(other("restore", "all.backup"), "the store is not empty, it has 438 records; with --replace they go and the backup takes their place")
    assert other("restore", "--replace", "all.backup").out.startswith("607 rows of a backup made at 20")
    assert terminal("export", "mine.xlsx").code == other("export", "theirs.xlsx").code == 0
    assert Path("mine.xlsx").read_bytes() == Path("theirs.xlsx").read_bytes()


def test_a_damaged_backup_is_one_line(embedded: Terminal) -> None:
    embedded("load", "reference")
    assert " rows of revision " in embedded("backup", "all.backup").out
    Path("all.backup").write_bytes(Path("all.backup").read_bytes()[:5_000])
    failed(
        embedded.having(store="file:new.db")("restore", "all.backup"),
        "all.backup is damaged: it ends too early, or a part of it was changed; nothing was restored",
    )


# ── progress ──────────────────────────────────────────────────────────────────────────────────────────────────────────


def on_a_terminal(words: Sequence[str], environment: dict[str, str], cwd: Path) -> tuple[int, bytes, bytes]:
    """A command whose stderr is a terminal: exit code, stdout, what the terminal got."""
    ours, theirs = pty.openpty()
    try:
        command = [sys.executable, "-c", "from graph_api.cli import main; main()", *words]
        environment = os.environ | environment | {"PYTHONPATH": str(Path.cwd())}
        with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=theirs, env=environment, cwd=cwd) as process:
            os.close(theirs)
            out, _ = process.communicate(timeout=60)
        shown = b""
        while select.select([ours], [], [], 0.2)[0]:
            try:
                shown += os.read(ours, 65536)
            except OSError:  # the other end is closed and everything was read
                break
        return process.returncode, out, shown
    finally:
        os.close(ours)


def test_progress_is_shown_on_a_terminal_and_wiped_away(tmp_path: Path) -> None:
    (tmp_path / "topics.csv").write_text("id,name\n" + "".join(f"t{i},T\n" for i in range(5_100)))
    code, out, shown = on_a_terminal(["import", "topics.csv", "--json"], {"PARTNERGRAPH_STORE": "file:n.db"}, tmp_path)
    assert code == 0
    assert out.startswith(b"{")
    assert b"\rchecking: 5,436 rows" in shown
    assert b" of 5,536 rows" in shown  # 250 countries, 17 goals, 169 targets are among them
    assert shown.endswith(b"\r" + b" " * 60 + b"\r")


def test_a_backup_shows_its_progress(tmp_path: Path) -> None:
    (tmp_path / "topics.csv").write_text("id,name\n" + "".join(f"t{i},T\n" for i in range(5_100)))
    store = {"PARTNERGRAPH_STORE": "file:n.db"}
    on_a_terminal(["import", "topics.csv"], store, tmp_path)
    _, _, shown = on_a_terminal(["backup", "all.backup"], store, tmp_path)
    assert b"\rreading: 95 %" in shown
    _, _, shown = on_a_terminal(["restore", "all.backup", "--replace"], store, tmp_path)
    assert b"\rchecking: 5,000 rows" in shown
    assert b"\rwriting: 5," in shown
    assert shown.endswith(b"\r" + b" " * 60 + b"\r")


def test_progress_is_wiped_away_before_an_error_too(tmp_path: Path) -> None:
    (tmp_path / "topics.csv").write_text("id,name\n" + "".join(f"t{i},T\n" for i in range(5_100)) + "t1,T\n")
    code, out, shown = on_a_terminal(["import", "topics.csv"], {"PARTNERGRAPH_STORE": "file:n.db"}, tmp_path)
    assert (code, out) == (1, b"")
    assert shown.endswith(b" \rError: topics.csv:5102: id: 't1' stands already in topics.csv:3; nothing was written\r\n")


def test_in_a_pipe_no_progress_is_shown(embedded: Terminal) -> None:
    assert embedded("load", "reference").err == ""


# ── stores that do not work ───────────────────────────────────────────────────────────────────────────────────────────

COMMANDS = [["import", "topics.csv", "--json"], ["export", "out"], ["candidates", "ulm", "--json"], ["load", "reference"]]


@pytest.mark.parametrize("words", COMMANDS, ids=" ".join)
def test_a_store_file_that_is_no_database_is_refused_and_left_alone(embedded: Terminal, words: Sequence[str]) -> None:
    written("topics.csv", "id,name\na,A\n")
    written("embedded.db", "Dear diary, this is no database at all.\n" * 100)
    failed(embedded(*words), "embedded.db is not a database")
    assert Path("embedded.db").read_text() == "Dear diary, this is no database at all.\n" * 100
    assert sorted(p.name for p in Path.cwd().iterdir()) == ["embedded.db", "topics.csv"]


def test_a_database_of_another_program_is_refused_and_left_alone(embedded: Terminal) -> None:
    other = sqlite3.connect("embedded.db")
    other.execute("CREATE TABLE diary (entry TEXT)")
    other.commit()
    other.close()
    before = Path("embedded.db").read_bytes()
    failed(embedded("load", "reference"), "embedded.db is a database, but not one of Partnergraph")
    assert Path("embedded.db").read_bytes() == before


@pytest.mark.parametrize("words", COMMANDS[:2], ids=" ".join)
def test_a_neo4j_that_is_down_is_one_line(embedded: Terminal, words: Sequence[str]) -> None:
    written("topics.csv", "id,name\na,A\n")
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))  # bound but not listening: connections are refused
        down = embedded.having(store=f"bolt://127.0.0.1:{taken.getsockname()[1]}", neo4j_password="x")
        failed(down(*words), "the store does not answer; try again later")


def test_a_wrong_password_is_one_line(embedded: Terminal, neo4j_url: Neo4jAddress) -> None:
    wrong = Terminal(environment=neo4j_url.environment).having(neo4j_password="wrong")
    failed(wrong("load", "reference"), "the store refused user or password")


def test_a_store_that_is_none_is_refused(embedded: Terminal) -> None:
    allowed = "file:PATH, memory:, or an address that begins with neo4j://, neo4j+s://, neo4j+ssc://, bolt://, bolt+s://, bolt+ssc://"
    failed(embedded.having(store="postgres://x")("load", "reference"), f"'postgres://x' is no store; allowed: {allowed}")


# ── settings and schema ───────────────────────────────────────────────────────────────────────────────────────────────


def test_settings_are_a_table_without_secrets(embedded: Terminal) -> None:
    rows = {row["variable"]: row for row in embedded.having(neo4j_password="s3cret", port="9000")("settings", "--json").document}
    assert rows["PARTNERGRAPH_PORT"] == {"variable": "PARTNERGRAPH_PORT", "default": "8000", "value": "9000", "doc": "Port the service listens on"}
    assert rows["PARTNERGRAPH_NEO4J_PASSWORD"]["value"] == "set"
    text = embedded.having(neo4j_password="s3cret")("settings").out
    assert "s3cret" not in text
    assert re.search(r"^PARTNERGRAPH_PORT +8000$", text, re.MULTILINE)


def test_settings_come_from_the_file_of_the_directory(embedded: Terminal) -> None:
    written(".env", "PARTNERGRAPH_PORT=9000\nPARTNERGRAPH_STORE=file:other.db\n")
    rows = {row["variable"]: row["value"] for row in embedded("settings", "--json").document}
    assert (rows["PARTNERGRAPH_PORT"], rows["PARTNERGRAPH_STORE"]) == ("9000", "file:embedded.db")


def test_a_bad_setting_is_one_line(embedded: Terminal) -> None:
    failed(embedded.having(port="http")("settings"), "PARTNERGRAPH_PORT is 'http'; allowed: a whole number from 1 to 65535")


def test_the_schema_is_printed(embedded: Terminal) -> None:
    outcome = embedded("schema")
    assert (outcome.code, outcome.err) == (0, "")
    assert build_schema(outcome.out).get_type("PartnerCandidates")


# ── matching ──────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_candidates_are_one_document(seeking: Terminal) -> None:
    outcome = seeking("candidates", "municipality:kisumu", "-n", "1", "--language", "de", "--json")
    document = outcome.document
    assert outcome.err == ""
    assert document["municipality"] == {"id": "municipality:kisumu", "name": "Kisumu", "country": "KE", "country_name": "Kenia"}
    assert [c["municipality"]["id"] for c in document["candidates"]] == ["municipality:bonn"]
    assert (document["considered"], document["unmet"]) == (2, None)
    assert document["excluded"] == [{"rule": "no_german_side", "count": 2}, {"rule": "not_seeking", "count": 1}, {"rule": "no_capacity", "count": 1}]
    [bonn] = document["candidates"]
    assert (bonn["rank"], bonn["seeker_benefit"]) == (1, 1.0)
    assert sum(f["weight"] for f in bonn["facets"]) == pytest.approx(1)
    assert sum(f["share"] for f in bonn["facets"]) == pytest.approx(bonn["score"])
    assert any("Abfall" in reason for reason in bonn["reasons"])


def test_candidates_in_words(seeking: Terminal) -> None:
    lines = seeking("candidates", "kisumu").out.splitlines()
    assert lines[0] == "Partner candidates for Kisumu (Kenya), 2 municipalities considered:"
    assert [line for line in lines if line[:5].strip().rstrip(".").isdigit()] == ["  1. Bonn (DE, bonn)", "  2. Ulm (DE, ulm)"]
    assert "     benefit for Kisumu: 100%; for Bonn: not known" in lines
    assert lines[-1].startswith("Left out: no_german_side 2, not_seeking 1, no_capacity 1. Method partners-1")


def test_exposure_says_who_is_suggested_and_who_never(seeking: Terminal) -> None:
    document = seeking("exposure", "-n", "1", "--json").document
    assert (document["seekers"], document["first"], document["fair"], document["gini"]) == (1, 1, False, 0.5)
    assert [(place["name"], place["shown"]) for place in document["municipalities"]] == [("Bonn", 1), ("Ulm", 0)]
    lines = seeking("exposure", "-n", "1").out.splitlines()
    assert lines[0] == "Seekers: 1, of each the first 1; municipalities that could be suggested: 2."
    assert lines[-2:] == ["Never:", "         Ulm (DE, municipality:ulm)"]


def test_fair_candidates_gain_nothing_by_size(seeking: Terminal) -> None:
    facets = {f["name"] for c in seeking("candidates", "kisumu", "--fair", "--json").document["candidates"] for f in c["facets"]}
    assert "size" in facets
    assert facets.isdisjoint({"openness", "resources"})


def test_where_nobody_fits_it_says_why(seeking: Terminal) -> None:
    document = seeking("candidates", "lapaz", "--json").document
    assert (document["candidates"], document["unmet"]) == ([], {"reason": "not_eligible", "relax": [], "gain": 0})
    assert "\nNobody fits: one side has to be German, and the other's country on the DAC list of ODA recipients.\n" in seeking("candidates", "lapaz").out


def test_an_unknown_municipality_is_one_line(seeking: Terminal) -> None:
    failed(seeking("candidates", "atlantis", "--json"), "not found: municipality:atlantis")


def test_evaluation_is_the_document_of_the_contract(seeking: Terminal) -> None:
    pairs = written("pairs.csv", "seeker;partner\nmombasa;bonn\natlantis;municipality:bonn\n")
    assert seeking("evaluate", pairs, "--json").document == {
        "pairs": 2, "mrr": 0.5, "hits_at_10": 0.5, "hits_at_50": 0.5, "median_rank": 1, "unranked": 1}  # fmt: skip
    assert seeking("evaluate", pairs).out.splitlines()[:2] == ["pairs         2", "mrr           0.5000"]
    assert seeking("evaluate", written("none.csv", "seeker,partner\n"), "--json").document == {
        "pairs": 0, "mrr": 0.0, "hits_at_10": 0.0, "hits_at_50": 0.0, "median_rank": None, "unranked": 0}  # fmt: skip


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("seeker\nx\n", "Error: pairs.csv:1: column 'partner' is missing; the header is seeker,partner; nothing was written"),
        ("seeker,partner\nx\n", "Error: pairs.csv:2: partner: '' is not allowed: an id of 1 to 100 characters without | and line breaks; nothing was written"),
        ("seeker,partner\ntopic:x,y\n", "Error: pairs.csv:2: seeker: 'topic:x' is not allowed: the id of one of the municipalities, not of the topics;"
         " nothing was written"),
        ("", "Error: pairs.csv: is empty; the first line must name the columns; nothing was written"),
    ],
)  # fmt: skip
def test_bad_pairs_are_named(embedded: Terminal, text: str, message: str) -> None:
    outcome = embedded("evaluate", written("pairs.csv", text), "--json")
    assert (outcome.code, outcome.out, outcome.err) == (1, "", message + "\n")
