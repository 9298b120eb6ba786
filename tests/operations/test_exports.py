"""Exports: what is given out comes in again as it was."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import networkx as nx
import pytest

from graph_api.errors import InvalidInput
from graph_api.operations.exports import Table, export_tables, extract, write_directory
from graph_api.operations.files import FILES
from graph_api.operations.graphs import FORMATS, write_graph
from graph_api.operations.imports import import_files
from graph_api.operations.sheets import write_xlsx
from graph_api.operations.viewers import ANYBODY, Viewer
from graph_api.storage.base import Store
from tests.roles import FIRST, GUARDED_WORLD, SECRET, VIEWERS
from tests.worlds import SMALL, settle

pytestmark = pytest.mark.above_the_port

MORE = {
    "phases": "id,name,programme,started,ended,capacity\n2017,Pilot,P,2017,2018-12-31,12\n",
    "participations": "partnership,phase,joined,left,proposed_on,agreed_on\nthree,2017,2017,2018-01,2016-05-04,2016-12-24\n",
    "missions": "id,name,partnership,sender,host,experts,mode,starts_on,ends_on,languages,interpretation,goals,targets,topics\n"
    "m,Compost,pair,bonn,lapaz,ana|cleo,online,2024-02-28,2024-02-29,es|de,true,11,11.6,compost\n",
    "events": 'id,name,kind,phase,venue\ne,"Kick-off, “first”\nof many",kick_off,2017,bonn\n',
    "attendances": "event,municipality,expert,stakeholder,role\ne,bonn,,,host\ne,,cleo,,=speaker\ne,,,uni,\n",
    "interests": "id,asker,asked,message,status,asked_on\ni,lapaz,bonn,Hello; | “you”,open,2025-01-01\n",
    "demands": "id,municipality,message,recorded_on\nd,lapaz,Compost; waste,2025-02-03\n",
    "regional_partnerships": "id,name,land,country,regions,started\nlp,Bayern and La Paz,Bayern|02,BO,La Paz|04,1999-02\n",
    "support_offers": "id,name,audience,needs_phase\ns,Advice,municipality,false\n",
    "experts": "id,name,stakeholder,languages,available_from,email,consent\ncleo,Cléo,uni,fr,2025-01-31,cleo@example.org,true\n",
    "partnerships": "id,name,members,kind,departments,stakeholders,phase\n"
    "three,Three Rivers,muc|treptow|subotica,partnership,water,uni,2017\npair,,bonn|lapaz,project,green,,\n",
}
"""What `SMALL` does not have: with it there is at least one row in every file."""


async def filled(store: Store, directory: Path) -> list[Table]:
    await settle(store, SMALL)
    more = [stem for stem in MORE if stem in FILES]
    for stem in more:
        (directory / f"{stem}.csv").write_text(MORE[stem])
    await import_files(store, [directory / f"{stem}.csv" for stem in more])
    tables = await export_tables(store)
    assert [stem for stem, _, rows in tables if not rows] == [], "give MORE a row of each new file"
    return tables


@pytest.mark.parametrize("form", ["csv", "xlsx"])
async def test_an_export_imported_into_an_empty_store_gives_the_same_export(store: Store, tmp_path: Path, form: str) -> None:
    tables = await filled(store, tmp_path)
    exported: list[list[Path]] = []
    for place in (tmp_path / "first", tmp_path / "second"):
        write_directory(tables, place)
        write_xlsx(place / "all.xlsx", tables)
        exported.append(sorted(place.glob(f"*.{form}")))
        await store.clear()
        await import_files(store, exported[-1])
        tables = await export_tables(store)
    first, second = exported
    assert [path.name for path in first] == [path.name for path in second] == (["all.xlsx"] if form == "xlsx" else sorted(f"{stem}.csv" for stem in FILES))
    assert [path.read_bytes() for path in first] == [path.read_bytes() for path in second]


async def test_an_export_imported_where_it_comes_from_changes_nothing(store: Store, tmp_path: Path) -> None:
    tables = await filled(store, tmp_path)
    write_directory(tables, tmp_path / "out")
    await import_files(store, sorted((tmp_path / "out").glob("*.csv")))
    assert await export_tables(store) == tables


async def test_rows_stand_in_order_of_their_ids_and_lists_too(store: Store, tmp_path: Path) -> None:
    tables = {stem: rows for stem, _, rows in await filled(store, tmp_path)}
    assert [row[0] for row in tables["municipalities"]] == ["bonn", "lapaz", "muc", "subotica", "treptow"]
    assert tables["attendances"] == [["", "", "uni", "e", ""], ["", "cleo", "", "e", "=speaker"], ["bonn", "", "", "e", "host"]]
    assert [row[:2] for row in tables["memberships"]] == [["bonn", "pair"], ["lapaz", "pair"], ["muc", "three"], ["subotica", "three"], ["treptow", "three"]]


async def seen(store: Store, viewer: Viewer) -> dict[str, tuple[list[str], list[list[str]]]]:
    return {stem: (header, rows) for stem, header, rows in await export_tables(store, viewer)}


async def test_who_has_no_rights_gets_no_personal_data_and_nothing_guarded(store: Store) -> None:
    await settle(store, GUARDED_WORLD)
    for viewer in (ANYBODY, VIEWERS["organiser"], VIEWERS["ana"]):
        tables = await seen(store, viewer)
        assert set(FILES) - set(tables) == {"interests", "demands"}
    tables = await seen(store, ANYBODY)
    assert tables["experts"][0] == ["id", "name", "languages", "consent", "verified_on", "department", "stakeholder", "topics"]
    assert SECRET not in str(tables)
    assert str(FIRST) not in str(tables)


@pytest.mark.parametrize(
    ("who", "experts", "interests", "demands"),
    [
        ("bonn", ["ana", "ben"], ["asked", "unwanted"], []),
        ("ulm", ["kip"], [], []),
        ("jena", [], ["agreed"], []),
        ("kisumu", ["kip"], ["asked"], ["need"]),
        ("ana", ["ana"], None, None),
        ("organiser", ["ana", "kip"], None, None),
        ("coordinator", ["ana", "ben", "kip", "zoe"], ["agreed", "asked", "unwanted"], ["need"]),
        ("admin", ["ana", "ben", "kip", "zoe"], ["agreed", "asked", "unwanted"], ["need"]),
    ],
)
async def test_everybody_gets_what_is_theirs_to_see(store: Store, who: str, experts: list[str], interests: list[str] | None, demands: list[str] | None) -> None:
    await settle(store, GUARDED_WORLD)
    tables = await seen(store, VIEWERS[who])
    header, rows = tables["experts"]
    for name in ("email", "available_from", "available_to"):
        assert [row[0] for row in rows if row[header.index(name)]] == experts
    assert [row[0] for row in rows] == ["ana", "ben", "kip", "zoe"]
    for stem, own in (("interests", interests), ("demands", demands)):
        assert ([row[0] for row in tables[stem][1]] if stem in tables else None) == own
    snapshot = await extract(store, VIEWERS[who])
    ends = {str(end) for columns in snapshot.links.values() for side in ("source", "target") for end in columns.values[side]}
    assert {e.partition(":")[2] for e in ends if e.startswith("interest:")} == set(interests or ())


# ── graphs ────────────────────────────────────────────────────────────────────────────────────────────────────────────


def read(path: Path) -> Any:
    if path.suffix == ".graphml":
        return nx.read_graphml(path, force_multigraph=True)
    return nx.read_gexf(path) if path.suffix == ".gexf" else nx.node_link_graph(json.loads(path.read_text()), edges="links")


@pytest.mark.parametrize("form", FORMATS)
async def test_a_graph_has_every_record_and_every_link(store: Store, tmp_path: Path, form: str) -> None:
    await filled(store, tmp_path)
    snapshot = await extract(store)
    path = tmp_path / f"network.{form}"
    nodes, edges = (sum(len(next(iter(c.values.values()))) for c in part.values()) for part in (snapshot.kinds, snapshot.links))
    assert write_graph(snapshot, path) == {"nodes": nodes, "edges": edges}
    graph = read(path)
    assert (graph.number_of_nodes(), graph.number_of_edges(), graph.is_directed()) == (nodes, edges, True)
    muc = graph.nodes["municipality:muc"]
    assert (muc["record_kind"], muc["label"], muc["name"], muc["population"], muc["latitude"], muc["seeking"]) == (
        "municipality", "München", "München", 1_500_000, 48.1, False,
    )  # fmt: skip
    assert muc["names"] == (["Munich", "Monaco di Baviera"] if form == "json" else "Munich|Monaco di Baviera")
    assert "capacity" not in muc
    assert graph.nodes["event:e"]["label"] == "Kick-off, “first”\nof many"
    focuses = graph.get_edge_data("municipality:bonn", "topic:waste").values()
    assert sorted((e["link"], e["direction"], e["weight"], e.get("evidence")) for e in focuses) == [
        ("focus", "offers", 0.5, "plan 2030"), ("focus", "seeks", 0.4, None),
    ]  # fmt: skip
    assert len(set(re.findall(r'<edge [^>]*\bid="([^"]+)"', path.read_text()))) == (0 if form == "json" else edges)


async def test_a_graph_has_what_its_reader_may_see(store: Store, tmp_path: Path) -> None:
    await settle(store, GUARDED_WORLD)
    for form in FORMATS:
        write_graph(await extract(store), tmp_path / f"all.{form}")
        write_graph(await extract(store, ANYBODY), tmp_path / f"open.{form}")
        whole, some = (path.read_text() for path in (tmp_path / f"all.{form}", tmp_path / f"open.{form}"))
        assert (SECRET in whole, "interest:" in whole, str(FIRST) in whole) == (True, True, True)
        assert (SECRET in some, "interest:" in some, "demand:" in some, str(FIRST) in some, "expert:ben" in some) == (False, False, False, False, True)


async def test_a_graph_of_another_form_is_refused(store: Store, tmp_path: Path) -> None:
    with pytest.raises(InvalidInput, match=r"a graph cannot be written as '\.dot'; allowed: graphml, gexf, json"):
        write_graph(await extract(store), tmp_path / "x.dot")


async def test_a_new_export_takes_the_place_of_an_older_one_wholly(store: Store, tmp_path: Path) -> None:
    write_directory(await filled(store, tmp_path), tmp_path / "out")
    await store.clear()
    counts = write_directory(await export_tables(store), tmp_path / "out")
    assert counts == {f"{stem}.csv": 0 for stem in FILES}
    assert {len(path.read_text().splitlines()) for path in (tmp_path / "out").iterdir()} == {1}
