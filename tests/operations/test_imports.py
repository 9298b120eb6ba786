"""Imports: everything or nothing, every bad cell named, and the same import twice is one import."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pytest

from graph_api.errors import ImportRejected
from graph_api.model import Focus, Membership
from graph_api.operations.exports import export_tables
from graph_api.operations.files import FILES
from graph_api.operations.imports import MOST_BAD_CELLS, ImportReport, import_files
from graph_api.storage.base import Store
from tests.worlds import SMALL, settle

pytestmark = pytest.mark.above_the_port


@pytest.fixture
async def small(store: Store) -> Store:
    await settle(store, SMALL)
    return store


def files(directory: Path, **tables: str) -> list[Path]:
    """CSV files, in the order given."""
    paths = [directory / f"{stem}.csv" for stem in tables]
    for path, text in zip(paths, tables.values(), strict=True):
        path.write_text(text)
    return paths


async def take(store: Store, directory: Path, **tables: str) -> ImportReport:
    return await import_files(store, files(directory, **tables))


async def table(store: Store, stem: str) -> dict[str, dict[str, str]]:
    """A table as it would be exported: rows by their first cell."""
    [(header, rows)] = [(header, rows) for name, header, rows in await export_tables(store) if name == stem]
    return {row[0]: dict(zip(header, row, strict=True)) for row in rows}


async def refused(store: Store, directory: Path, **tables: str) -> list[str]:
    """What is wrong with an import, which leaves the store as it was."""
    before = await store.revision(), await export_tables(store)
    with pytest.raises(ImportRejected) as caught:
        await take(store, directory, **tables)
    assert (await store.revision(), await export_tables(store)) == before
    with pytest.raises(ImportRejected) as dry:
        await import_files(store, files(directory, **tables), dry_run=True)
    assert dry.value.cells == caught.value.cells
    return [str(cell) for cell in caught.value.cells]


# ── what is taken in ──────────────────────────────────────────────────────────────────────────────────────────────────


async def test_records_and_links_come_in_whatever_the_order_of_files(small: Store, tmp_path: Path) -> None:
    report = await take(
        small,
        tmp_path,
        focuses="municipality,topic,direction,weight\nmunicipality:ulm,fair,offers,\nlapaz,topic:waste,seeks,0.25\n",
        experts="id,name,department\ndora,Dora,works\n",
        partnerships="id,members,goals,phase\nnew,ulm|municipality:lapaz,6|sdg_goal:11,pilot\n",
        departments="id,name,municipality,topics\nworks,Works,ulm,waste|fair\n",
        topics="id,name,broader\nfair,Fair trade,environment\n",
        phases="id,name,started\npilot,Pilot,2017-01\n",
        municipalities="id,name,country,languages,seeking\nulm,Ulm,DE,de|en,\n",
    )
    assert report.rows == {"focuses": 2, "experts": 1, "partnerships": 1, "departments": 1, "topics": 1, "phases": 1, "municipalities": 1}
    assert report.written
    assert report.revision == await small.revision()
    assert (await table(small, "departments"))["works"] == {"id": "works", "name": "Works", "municipality": "ulm", "topics": "fair|waste", "verified_on": ""}
    assert (await table(small, "experts"))["dora"]["department"] == "works"
    new = (await table(small, "partnerships"))["new"]
    assert (new["name"], new["members"], new["goals"], new["phase"], new["kind"]) == ("La Paz – Ulm", "lapaz|ulm", "11|6", "pilot", "partnership")
    focuses = [row for _, _, rows in [t for t in await export_tables(small) if t[0] == "focuses"] for row in rows if row[0] in {"ulm", "lapaz"}]
    assert [[row[0], row[2], *row[5:8]] for row in focuses] == [["lapaz", "waste", "seeks", "0.25", ""], ["ulm", "fair", "offers", "1.0", ""]]


async def test_the_same_import_twice_changes_nothing(small: Store, tmp_path: Path) -> None:
    tables = {
        "partnerships": "id,name,members,started,topics\nthree,Drei,muc|subotica,2017,waste\nnew,,bonn|muc|lapaz,,\n",
        "memberships": "municipality,partnership,joined\nmuc,three,2016\n",
        "focuses": "municipality,goal,direction,weight\nmuc,11,seeks,0.5\n",
        "experts": "id,name,department,languages,available_from\nana,Ana,green,de|es,2025-01-01\n",
    }
    await take(small, tmp_path, **tables)
    first = await export_tables(small)
    await take(small, tmp_path, **tables)
    assert await export_tables(small) == first


async def test_a_cell_that_lists_fewer_members_drops_the_others_and_keeps_the_dates_of_the_rest(small: Store, tmp_path: Path) -> None:
    await take(small, tmp_path, partnerships="id,members\nthree,municipality:treptow|muc\n")
    snapshot = await small.snapshot({}, {Membership: ("joined",)})
    found = snapshot.links[Membership].values
    three = [(s, j) for s, t, j in zip(found["source"], found["target"], found["joined"], strict=True) if t == "partnership:three"]
    assert sorted(three, key=str) == [("municipality:muc", "2017-01"), ("municipality:treptow", "2018")]


async def test_a_file_of_memberships_adds_to_the_members_of_a_cell_whichever_comes_first(small: Store, tmp_path: Path) -> None:
    await take(
        small,
        tmp_path,
        memberships="municipality,partnership,joined\nsubotica,pair,2024\n",
        partnerships="id,members\npair,bonn|lapaz\n",
    )
    assert (await table(small, "partnerships"))["pair"]["members"] == "bonn|lapaz|subotica"


async def test_an_empty_cell_clears_and_a_missing_column_leaves(small: Store, tmp_path: Path) -> None:
    before = (await table(small, "municipalities"))["bonn"]
    await take(small, tmp_path, municipalities="id,name,country,population,languages\nbonn,Bonn am Rhein,DE,,\n")
    after = (await table(small, "municipalities"))["bonn"]
    assert after == before | {"name": "Bonn am Rhein", "population": "", "languages": ""}
    assert (before["population"], before["languages"], after["latitude"]) == ("300000", "de", "50.7")


async def test_an_empty_link_cell_drops_the_links_and_a_missing_column_leaves_them(small: Store, tmp_path: Path) -> None:
    await take(small, tmp_path, experts="id,name\nana,Ana\n", stakeholders="id,name,realm,municipality\nuni,University,academia,\n")
    assert (await table(small, "experts"))["ana"]["department"] == "green"
    assert (await table(small, "stakeholders"))["uni"]["municipality"] == ""
    await take(small, tmp_path, experts="id,name,department,stakeholder\nana,Ana,,uni\n")
    assert (await table(small, "experts"))["ana"]["department"] == ""
    assert (await table(small, "experts"))["ana"]["stakeholder"] == "uni"


async def test_a_department_moves_to_another_municipality(small: Store, tmp_path: Path) -> None:
    await take(small, tmp_path, departments="id,name,municipality\ngreen,Green Spaces,muc\n")
    assert {row["id"]: row["municipality"] for row in (await table(small, "departments")).values()} == {"green": "muc", "water": "muc"}


async def test_a_focus_without_direction_and_weight_has_the_defaults(small: Store, tmp_path: Path) -> None:
    await take(small, tmp_path, focuses="municipality,topic\nmuc,waste\n")
    values = (await small.snapshot({}, {Focus: ("direction", "weight")})).links[Focus].values
    assert ("municipality:muc", "topic:waste", "works_on", 1.0) in set(zip(*values.values(), strict=True))


async def test_a_partnership_without_a_name_is_called_after_its_members(small: Store, tmp_path: Path) -> None:
    await take(small, tmp_path, partnerships="id,name,members\na,,muc|bonn\nb,Own name,muc|bonn\nthree,,muc|treptow|subotica\n")
    names = {key: row["name"] for key, row in (await table(small, "partnerships")).items()}
    assert names == {"a": "Bonn – München", "b": "Own name", "pair": "", "three": "München – Subotica – Treptow-Köpenick"}


async def test_a_name_made_of_the_members_follows_them_and_a_name_that_was_given_stays(small: Store, tmp_path: Path) -> None:
    for members in ("bonn|lapaz", "bonn|muc"):
        await take(small, tmp_path, partnerships=f"id,members\npair,{members}\nthree,{members}\n")
    assert {key: row["name"] for key, row in (await table(small, "partnerships")).items()} == {"pair": "Bonn – München", "three": "Three Rivers"}


async def test_into_an_empty_network_the_lists_that_all_name_come_too(store: Store, tmp_path: Path) -> None:
    tables = {"municipalities": "id,name,country\nulm,Ulm,DE\n", "topics": "id,name\nwaste,Waste\n"}
    dry = await import_files(store, files(tmp_path, **tables), dry_run=True)
    assert dry == ImportReport(
        rows={"countries": 250, "sdg_goals": 17, "sdg_targets": 169, "topics": 1, "municipalities": 1}, written=False, revision=dry.revision
    )
    assert await store.count("country") == 0
    await take(store, tmp_path, **tables)
    assert [await store.count(kind) for kind in ("country", "sdg_goal", "sdg_target", "topic", "municipality")] == [250, 17, 169, 1, 1]


async def test_a_dry_run_writes_nothing(small: Store, tmp_path: Path) -> None:
    before = await small.revision(), await export_tables(small)
    report = await import_files(small, files(tmp_path, topics="id,name\nfair,Fair trade\n"), dry_run=True)
    assert report == ImportReport(rows={"topics": 1}, written=False, revision=before[0])
    assert (await small.revision(), await export_tables(small)) == before


async def test_progress_tells_of_every_row_twice(small: Store, tmp_path: Path) -> None:
    told: dict[str, int] = {"check": 0, "write": 0}

    def progress(stage: str, rows: int) -> None:
        told[stage] += rows

    many = "id,name\n" + "".join(f"t{i},T\n" for i in range(5_001))
    paths = files(tmp_path, topics=many, focuses="municipality,topic\nmuc,t5000\n")
    await import_files(small, paths, progress=progress)
    assert told == {"check": 5_002, "write": 5_002}


# ── what is refused ───────────────────────────────────────────────────────────────────────────────────────────────────

BAD: Mapping[str, tuple[dict[str, str], list[str]]] = {
    "unknown municipality": (
        {"partnerships": "id,members\nnew,bonn|atlantis\n"},
        ["partnerships.csv:2: members: there is no municipality 'atlantis', neither in these files nor in the network"],
    ),
    "unknown country": (
        {"municipalities": "id,name,country\nx,X,ZZ\ny,Y,zz\n"},
        ["municipalities.csv:3: country: 'zz' is not allowed: two capital letters, such as DE"],
    ),
    "unknown country, well written": (
        {"municipalities": "id,name,country\nx,X,ZZ\n"},
        ["municipalities.csv:2: country: there is no country 'ZZ', neither in these files nor in the network"],
    ),
    "one member": (
        {"partnerships": "id,members\nnew,bonn\ntwice,bonn|municipality:bonn\nnone,\n"},
        [
            "partnerships.csv:2: members: 'bonn' names 1; at least 2 different ones are needed",
            "partnerships.csv:3: members: 'bonn|municipality:bonn' names 1; at least 2 different ones are needed",
            "partnerships.csv:4: members: '' names 0; at least 2 different ones are needed",
        ],
    ),
    "a cycle of broader topics": (
        {"topics": "id,name,broader\nenvironment,Environment,compost\n"},
        ["topics.csv:2: broader: leads back to where it began: environment > compost > waste > environment"],
    ),
    "a topic that is its own broader one": (
        {"topics": "id,name,broader\nself,Self,self\n"},
        ["topics.csv:2: broader: leads back to where it began: self > self"],
    ),
    "every bad cell": (
        {
            "municipalities": "id;name;country;latitude;population\na;;DE;91,5;many\n;B;DE;1;1\nc;C;DE;1,5;2;3\n",
            "experts": "id\tname\temail\ne\tE\tnobody\n",
        },
        [
            "municipalities.csv:2: name: must not be empty",
            "municipalities.csv:2: latitude: 91.5 is not allowed: a number of at least -90 and at most 90",
            "municipalities.csv:2: population: 'many' is not allowed: a whole number without separators, such as 327258",
            "municipalities.csv:3: id: must not be empty",
            "municipalities.csv:4: the row has 6 cells, the header 5",
            "experts.csv:2: email: 'nobody' is not allowed: an address, such as name@example.org",
        ],
    ),
    "an id twice": (
        {"topics": "id,name\na,A\ntopic:a,B\n"},
        ["topics.csv:3: id: 'a' stands already in topics.csv:2"],
    ),
    "a link twice": (
        {"focuses": "municipality,topic,direction,weight\nmuc,waste,seeks,1\nmuc,waste,offers,1\nmunicipality:muc,waste,seeks,0.5\n"},
        ["focuses.csv:4: the same link stands already in focuses.csv:2"],
    ),
    "a focus on nothing, or on two, or of nobody": (
        {"focuses": "municipality,department,topic,goal\nmuc,,,\nmuc,,waste,11\n,,waste,\n"},
        [
            "focuses.csv:2: topic or goal or target: exactly one has to be filled, 0 are",
            "focuses.csv:3: topic or goal or target: exactly one has to be filled, 2 are",
            "focuses.csv:4: municipality or department: exactly one has to be filled, 0 are",
        ],
    ),
    "two departments": (
        {"experts": "id,name,department\nx,X,green|water\n"},
        ["experts.csv:2: department: 'green|water' names several; one is allowed"],
    ),
    "an id of another kind": (
        {"experts": "id,name,department\nmission:x,X,municipality:bonn\n"},
        [
            "experts.csv:2: id: 'mission:x' is not allowed: the id of one of the experts, not of the missions",
            "experts.csv:2: department: 'municipality:bonn' is not allowed: the id of one of the departments, not of the municipalities",
        ],
    ),
    "columns": (
        {"municipalities": "id,Nam,country,,country\n", "focuses": "direction\n", "cities": "id\nx\n"},
        [
            f"municipalities.csv:1: column 'nam' is not known; allowed: {', '.join(FILES['municipalities'].columns)}",
            f"municipalities.csv:1: column '' is not known; allowed: {', '.join(FILES['municipalities'].columns)}",
            "municipalities.csv:1: column 'country' is there twice",
            "municipalities.csv:1: column 'name' is missing",
            "focuses.csv:1: one of the columns municipality, department is missing",
            "focuses.csv:1: one of the columns topic, goal, target is missing",
            f"cities.csv: no kind is called 'cities'; allowed: {', '.join(FILES)}",
        ],
    ),
    "no header": ({"topics": "\ufeff\n\n"}, ["topics.csv: is empty; the first line must name the columns"]),
}


@pytest.mark.parametrize("case", BAD)
async def test_bad_files_are_refused_with_every_place_and_leave_the_store_as_it_was(small: Store, tmp_path: Path, case: str) -> None:
    tables, problems = BAD[case]
    assert await refused(small, tmp_path, **tables) == problems


async def test_the_same_id_in_two_files_is_refused(small: Store, tmp_path: Path) -> None:
    one, two = tmp_path / "one", tmp_path / "two"
    for directory in (one, two):
        directory.mkdir()
    paths = [*files(one, topics="id,name\na,A\n"), *files(two, topics="id,name\nb,B\na,A\n")]
    with pytest.raises(ImportRejected, match=r"^topics\.csv:3: id: 'a' stands already in topics\.csv:2; nothing was written$"):
        await import_files(small, paths)
    assert await small.count("topic") == 3


async def test_a_thousand_bad_cells_are_enough(small: Store, tmp_path: Path) -> None:
    found = await refused(small, tmp_path, topics="id,name\n" + "a,\n" * 3_000)
    assert len(found) == MOST_BAD_CELLS


async def test_a_failure_while_writing_leaves_the_store_as_it_was(small: Store, tmp_path: Path) -> None:
    def stop(stage: str, rows: int) -> None:
        if stage == "write":
            raise KeyboardInterrupt

    before = await small.revision(), await export_tables(small)
    with pytest.raises(KeyboardInterrupt):
        await import_files(small, files(tmp_path, topics="id,name\nfair,Fair trade\n"), progress=stop)
    assert (await small.revision(), await export_tables(small)) == before
