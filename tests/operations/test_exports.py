"""Exports: what is given out comes in again as it was."""

from __future__ import annotations

from pathlib import Path

import pytest

from graph_api.operations.exports import Table, export_tables, write_directory
from graph_api.operations.files import FILES
from graph_api.operations.imports import import_files
from graph_api.operations.sheets import write_xlsx
from graph_api.storage.base import Store
from tests.worlds import SMALL, settle

MORE = {
    "phases": "id,name,programme,started,ended,capacity\n2017,Pilot,P,2017,2018-12-31,12\n",
    "participations": "partnership,phase,joined,left,proposed_on,agreed_on\nthree,2017,2017,2018-01,2016-05-04,2016-12-24\n",
    "missions": "id,name,partnership,sender,host,experts,mode,starts_on,ends_on,languages,interpretation,goals,targets,topics\n"
    "m,Compost,pair,bonn,lapaz,ana|cleo,online,2024-02-28,2024-02-29,es|de,true,11,11.6,compost\n",
    "events": 'id,name,kind,phase,venue\ne,"Kick-off, “first”\nof many",kick_off,2017,bonn\n',
    "attendances": "event,municipality,expert,stakeholder,role\ne,bonn,,,host\ne,,cleo,,=speaker\ne,,,uni,\n",
    "interests": "id,asker,asked,message,status,asked_on\ni,lapaz,bonn,Hello; | “you”,open,2025-01-01\n",
    "demands": "id,municipality,message,recorded_on\nd,lapaz,Compost; waste,2025-02-03\n",
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


async def test_without_private_there_is_no_personal_data(store: Store, tmp_path: Path) -> None:
    await filled(store, tmp_path)
    headers = {stem: header for stem, header, _ in await export_tables(store, private=False)}
    assert headers["experts"] == ["id", "name", "languages", "consent", "verified_on", "department", "stakeholder", "topics"]
    assert "cleo@example.org" not in str(await export_tables(store, private=False))


async def test_a_new_export_takes_the_place_of_an_older_one_wholly(store: Store, tmp_path: Path) -> None:
    write_directory(await filled(store, tmp_path), tmp_path / "out")
    await store.clear()
    counts = write_directory(await export_tables(store), tmp_path / "out")
    assert counts == {f"{stem}.csv": 0 for stem in FILES}
    assert {len(path.read_text().splitlines()) for path in (tmp_path / "out").iterdir()} == {1}
