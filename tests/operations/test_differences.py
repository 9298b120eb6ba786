"""What an import would change is known before anything is written, and is what it then changes."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import orjson
import pytest

from graph_api.errors import ImportRejected
from graph_api.operations.differences import Difference, difference, lines
from graph_api.operations.exports import export_tables, write_directory
from graph_api.operations.imports import import_files
from graph_api.storage.base import Selection, Shape, Store
from tests.worlds import SMALL, settle

pytestmark = pytest.mark.above_the_port


@pytest.fixture
async def small(store: Store) -> Store:
    await settle(store, SMALL)
    return store


def files(directory: Path, tables: dict[str, str]) -> list[Path]:
    directory.mkdir(exist_ok=True)
    for stem, text in tables.items():
        (directory / f"{stem}.csv").write_text(text)
    return [directory / f"{stem}.csv" for stem in tables]


async def of(store: Store, directory: Path, **tables: str) -> Difference:
    """The difference; asking for it changes nothing."""
    before = await store.revision(), await export_tables(store)
    found = await difference(store, files(directory / "asked", tables))
    assert (await store.revision(), await export_tables(store)) == before
    return found


def counts(found: Difference) -> dict[str, list[int]]:
    return {f.file: [f.new, f.changed, f.unchanged] for f in found.files}


def cells(found: Difference) -> list[tuple[Any, ...]]:
    return [(row.line, row.record, row.target, *((c.column, c.before, c.after) for c in row.cells)) for row in found.changed]


async def test_rows_are_new_changed_or_unchanged(small: Store, tmp_path: Path) -> None:
    towns = "id,name,country,population,languages\nbonn,Bonn,DE,331000,de|en\nmuc,München,DE,1500000,de|en\nulm,Ulm,DE,,\nlapaz,La Paz,BO,,\n"
    found = await of(small, tmp_path, municipalities=towns)
    assert counts(found) == {"municipalities": [1, 1, 2]}
    assert cells(found) == [(2, "municipality:bonn", None, ("population", "300000", "331000"), ("languages", "de", "de|en"))]
    assert [(row.file, row.line, row.record, row.cells) for row in found.new] == [("municipalities.csv", 4, "municipality:ulm", ())]
    assert (found.twins, found.rejected) == ((), ())


async def test_columns_of_links_are_compared_as_sets(small: Store, tmp_path: Path) -> None:
    found = await of(
        small,
        tmp_path,
        partnerships="id,members,topics\nthree,subotica|municipality:muc|treptow,\npair,bonn|lapaz|muc,\n",
        departments="id,name,municipality\ngreen,Green Spaces,muc\n",
    )
    assert counts(found) == {"partnerships": [0, 1, 1], "departments": [0, 1, 0]}
    assert cells(found) == [
        (3, "partnership:pair", None, ("members", "bonn|lapaz", "bonn|lapaz|muc"), ("topics", "waste", "")),
        (2, "department:green", None, ("municipality", "bonn", "muc")),
    ]


async def test_links_with_properties_are_compared_by_their_keys(small: Store, tmp_path: Path) -> None:
    focuses = (
        "municipality,department,topic,goal,direction,weight,evidence\n"
        "bonn,,waste,,seeks,0.4,\nbonn,,waste,,offers,0.6,plan 2030\nbonn,,waste,,works_on,1,\n,green,compost,,offers,0.7,\nbonn,,,11,seeks,,\n"
    )
    found = await of(small, tmp_path, focuses=focuses, memberships="municipality,partnership,joined\nmuc,three,2017-01\nbonn,three,\n")
    assert counts(found) == {"focuses": [1, 2, 2], "memberships": [1, 0, 1]}
    assert cells(found) == [
        (3, "municipality:bonn", "topic:waste", ("weight", "0.5", "0.6")),
        (6, "municipality:bonn", "sdg_goal:11", ("weight", "0.9", "1.0")),
    ]
    assert [(row.file, row.record, row.target) for row in found.new] == [
        ("focuses.csv", "municipality:bonn", "topic:waste"), ("memberships.csv", "municipality:bonn", "partnership:three"),
    ]  # fmt: skip


async def test_an_export_of_the_network_is_no_difference_to_it(small: Store, tmp_path: Path) -> None:
    more = {"phases": "id,name\none,One\n", "partnerships": "id,members,phase\nnew,bonn|muc,one\npair,bonn|lapaz,\n"}
    await import_files(small, files(tmp_path / "more", more))
    write_directory(await export_tables(small), tmp_path / "out")
    found = await difference(small, sorted((tmp_path / "out").glob("*.csv")))
    assert (found.new, found.changed, found.twins, found.rejected) == ((), (), (), ())
    assert counts(found)["partnerships"] == [0, 0, 3]
    found = await of(small, tmp_path, partnerships="id,name,members\nnew,,bonn|muc\npair,A name,bonn|lapaz\nthree,,muc|treptow|subotica\n")
    assert cells(found) == [
        (3, "partnership:pair", None, ("name", "Bonn – La Paz", "A name")),
        (4, "partnership:three", None, ("name", "Three Rivers", "")),
    ]


async def test_what_is_new_is_what_the_import_then_brings(small: Store, tmp_path: Path) -> None:
    tables = {"topics": "id,name,broader\nfair,Fair trade,environment\nwaste,Waste and more,environment\n"}
    assert counts(await of(small, tmp_path, **tables)) == {"topics": [1, 1, 0]}
    await import_files(small, files(tmp_path, tables))
    assert counts(await of(small, tmp_path, **tables)) == {"topics": [0, 0, 2]}


async def test_the_lists_that_come_first_into_an_empty_network_are_new(store: Store, tmp_path: Path) -> None:
    found = await of(store, tmp_path, municipalities="id,name,country\nulm,Ulm,DE\n")
    assert counts(found)["countries"] == [250, 0, 0]
    assert counts(found)["municipalities"] == [1, 0, 0]
    assert found.twins == ()


async def test_bad_cells_are_rejected_and_the_other_rows_compared(small: Store, tmp_path: Path) -> None:
    found = await of(
        small,
        tmp_path,
        municipalities="id,name,country,population\nulm,Ulm,DE,many\nhof,Hof,XX,\nbonn,Bonn,DE,1\n",
        focuses="municipality,topic,goal\nbonn,waste,11\nmuc,waste,\n",
    )
    assert [str(cell) for cell in found.rejected] == [
        "municipalities.csv:2: population: 'many' is not allowed: a whole number without separators, such as 327258",
        "focuses.csv:2: topic or goal or target: exactly one has to be filled, 2 are",
        "municipalities.csv:3: country: there is no country 'XX', neither in these files nor in the network",
    ]
    assert counts(found) == {"municipalities": [0, 1, 0], "focuses": [1, 0, 0]}


async def test_a_file_that_cannot_be_read_is_refused(small: Store, tmp_path: Path) -> None:
    with pytest.raises(ImportRejected, match=r"topics\.csv:1: column 'nam' is not known"):
        await of(small, tmp_path, topics="id,nam\na,A\n")


# ── twins ─────────────────────────────────────────────────────────────────────────────────────────────────────────────


async def twins(store: Store, directory: Path, **tables: str) -> list[tuple[int, str, str, str]]:
    return [(t.line, t.record.partition(":")[2], t.twin.partition(":")[2], t.why) for t in (await of(store, directory, **tables)).twins]


@pytest.mark.parametrize(
    ("row", "found"),
    [
        ("x,BONN,DE,,,", [("bonn", "it has the same name")]),
        ("x,Munich,DE,,,", [("muc", "it has the same name")]),
        ("x,Muenchen,DE,,,", [("muc", "one letter of its name differs")]),
        ("x,Munchen,DE,,48.1,11.7", [("muc", "it has the same name, 7 km away")]),
        ("x,Múnhcen,DE,,48.1,11.6", [("muc", "one letter of its name differs, 0 km away")]),
        ("x,Munchen,DE,,50.1,11.6", []),
        ("x,Munchen,RS,,48.1,11.6", []),
        ("x,Subotic,RS,,,", [("subotica", "one letter of its name differs")]),
        ("x,Suboti,RS,,,", []),
        ("x,Bon,DE,,,", []),
        ("x,Bonn,DE,BY,,", []),
        ("x,Bonn,DE,nw,,", [("bonn", "it has the same name")]),
        ("bonn,Bonn,DE,,,", []),
    ],
)
async def test_a_new_municipality_may_be_there_already(small: Store, tmp_path: Path, row: str, found: list[tuple[str, str]]) -> None:
    given = await twins(small, tmp_path, municipalities=f"id,name,country,admin1,latitude,longitude\n{row}\n")
    assert given == [(2, "x", *each) for each in found]


async def test_two_new_rows_may_be_the_same(small: Store, tmp_path: Path) -> None:
    towns = "id,name,country\na,Ravensburg,DE\nb,Ravensberg,DE\nc,Ravensburg,RS\n"
    assert await twins(small, tmp_path, municipalities=towns) == [(3, "b", "a", "one letter of its name differs")]


async def test_departments_have_twins_in_their_municipality_only(small: Store, tmp_path: Path) -> None:
    given = await twins(small, tmp_path, departments="id,name,municipality\na,green spaces,bonn\nb,Green Spaces,muc\n")
    assert given == [(2, "a", "green", "it has the same name")]


async def test_people_and_organisations_have_twins_anywhere(small: Store, tmp_path: Path) -> None:
    given = await twins(small, tmp_path, experts="id,name\na,ANA\n", stakeholders="id,name,realm\nu,Universitty,academia\n")
    assert given == [(2, "a", "ana", "it has the same name"), (2, "u", "uni", "one letter of its name differs")]


async def test_partnerships_with_the_same_members_are_twins(small: Store, tmp_path: Path) -> None:
    partnerships = "id,members\na,lapaz|bonn\nb,bonn|muc\nc,muc|bonn\n"
    assert await twins(small, tmp_path, partnerships=partnerships) == [(2, "a", "pair", "it has the same members"), (4, "c", "b", "it has the same members")]


# ── what is told ──────────────────────────────────────────────────────────────────────────────────────────────────────


async def test_the_difference_in_words(small: Store, tmp_path: Path) -> None:
    towns = "id,name,country,population\nbonn,Bonn,DE,\nx,Bonn,DE,\nhof,Hof,DE,many\n"
    assert list(lines(await of(small, tmp_path, municipalities=towns))) == [
        "        1 new         1 changed         0 unchanged  municipalities",
        "municipalities.csv:2: municipality:bonn: population: 300000 → –",
        "municipalities.csv:3: municipality:x is new and may be municipality:bonn: it has the same name",
        "rejected: municipalities.csv:4: population: 'many' is not allowed: a whole number without separators, such as 327258",
    ]


async def test_an_import_leaves_one_entry_in_the_log(small: Store, tmp_path: Path) -> None:
    tables = {"topics": "id,name\nfair,Fair trade\n", "municipalities": "id,name,country\nulm,Ulm,DE\nhof,Hof,DE\n"}
    await import_files(small, files(tmp_path, tables))
    names = ("actor", "action", "record", "before", "after", "reason")
    [[_, rows]] = await small.select(Selection(shapes=(Shape(kind="change", properties=names),)))
    [[actor, action, record, before, after, reason]] = [row[3] for row in rows]
    assert (actor, action, record, before, reason) == ("command line", "import", None, None, None)
    assert orjson.loads(after) == {"rows": {"topics": 1, "municipalities": 2}}
