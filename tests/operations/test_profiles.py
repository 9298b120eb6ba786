"""Profiles: what matching knows is what the network says, as of a day."""

from __future__ import annotations

import datetime
import math

import pytest

from graph_api.model import Membership
from graph_api.operations.profiles import load_profiles
from graph_api.storage.base import Store
from matching.profile import DEPARTMENT, OFFERS, SEEKS, Territory
from tests.seeking import DAY, SEEKING
from tests.worlds import SMALL, settle

pytestmark = pytest.mark.above_the_port


@pytest.fixture
async def seeking(store: Store) -> Store:
    await settle(store, SEEKING)
    return store


async def test_columns_of_municipalities(seeking: Store) -> None:
    profiles, revision = await load_profiles(seeking, DAY)
    assert revision == await seeking.revision()
    assert [i.partition(":")[2] for i in profiles.ids] == ["bonn", "hof", "jena", "kisumu", "lapaz", "mombasa", "ulm"]
    assert profiles.country == ("DE", "DE", "DE", "KE", "BO", "KE", "DE")
    assert profiles.seeking.tolist() == [-1, -1, 0, 1, -1, -1, -1]
    assert [None if math.isnan(c) else c for c in profiles.capacity.tolist()] == [1, 0, None, None, None, None, None]
    assert profiles.languages == (("de", "en"), ("de",), ("de",), ("en",), ("es",), ("en", "sw"), ("de",))
    assert profiles.population[profiles.row("municipality:kisumu")] == 400_000
    assert profiles.country_name("KE", "de") == "Kenia"
    assert profiles.country_name("KE", "fr") == "Kenya"


@pytest.mark.parametrize(
    ("day", "eligible"),
    [
        (datetime.date(1999, 12, 31), []),
        (datetime.date(2000, 1, 1), ["kisumu", "lapaz", "mombasa"]),
        (datetime.date(2024, 12, 31), ["kisumu", "lapaz", "mombasa"]),
        (datetime.date(2025, 1, 1), ["kisumu", "mombasa"]),
    ],
)
async def test_the_day_decides_who_is_on_the_list(seeking: Store, day: datetime.date, eligible: list[str]) -> None:
    profiles, _ = await load_profiles(seeking, day)
    assert [i.partition(":")[2] for i, on in zip(profiles.ids, profiles.eligible.tolist(), strict=True) if on] == eligible


async def test_focuses_of_municipalities_only(seeking: Store) -> None:
    profiles, _ = await load_profiles(seeking, DAY)
    found = profiles.focuses
    named = [
        (profiles.ids[m].partition(":")[2], profiles.subjects.ids[s], d) for m, s, d in zip(found.municipality, found.subject, found.direction, strict=True)
    ]
    assert sorted(named) == [("bonn", "topic:waste", OFFERS), ("kisumu", "topic:waste", SEEKS)]
    assert found.weight.tolist() == [1.0, 1.0]
    assert [profiles.subjects.name(0, language) for language in ("en", "de", "fr")] == ["Waste", "Abfall", "Waste"]


async def test_a_department_s_focus_counts_a_little_less_for_its_municipality(store: Store) -> None:
    await settle(store, SMALL)
    profiles, _ = await load_profiles(store, DAY)
    focuses = profiles.focuses
    said = zip(focuses.municipality.tolist(), focuses.subject.tolist(), focuses.weight.tolist(), focuses.department.tolist(), strict=True)
    named = [(profiles.ids[m], profiles.subjects.ids[s], w, focuses.departments[d]) for m, s, w, d in said if d >= 0]
    assert named == [("municipality:bonn", "topic:compost", 0.7 * DEPARTMENT, "department:green")]
    assert len(focuses.weight) == 6
    assert {profiles.ids[row] for row in focuses.municipality} == {"municipality:bonn", "municipality:lapaz"}
    subjects = profiles.subjects
    assert [(subjects.ids[t], subjects.ids[g]) for t, g in subjects.target_goal.tolist()] == [
        ("sdg_target:11.6", "sdg_goal:11"),
        ("sdg_target:6.1", "sdg_goal:6"),
    ]
    assert [(subjects.ids[t], subjects.ids[s]) for t, s in subjects.topic_target.tolist()] == [("topic:waste", "sdg_target:11.6")]
    assert sorted((subjects.ids[t], subjects.ids[b]) for t, b in subjects.topic_broader.tolist()) == [
        ("topic:compost", "topic:waste"), ("topic:waste", "topic:environment")]  # fmt: skip


async def test_three_members_are_three_ties(store: Store) -> None:
    await settle(store, SMALL)
    profiles, _ = await load_profiles(store, DAY)
    ties = profiles.ties
    named = [
        (*sorted((profiles.ids[a].partition(":")[2], profiles.ids[b].partition(":")[2])), kind, year)
        for a, b, kind, year in zip(ties.a, ties.b, ties.kind, ties.started, strict=True)
    ]
    assert sorted(named) == [
        ("bonn", "lapaz", "project", 2020.0),
        ("muc", "subotica", "partnership", 2017.0),
        ("muc", "treptow", "partnership", 2017.0),
        ("subotica", "treptow", "partnership", 2017.0),
    ]


@pytest.mark.parametrize(
    ("ended", "ties"),
    [("2024", 0), ("2025", 1), ("2025-05", 0), ("2025-06", 1), ("2025-05-31", 0), ("2025-06-01", 1), ("2026", 1), (None, 1)],
)
async def test_a_partnership_that_has_ended_is_no_tie(seeking: Store, ended: str | None, ties: int) -> None:
    async with seeking.transaction() as tx:
        await tx.save("partnership", ["id", "ended"], [["partnership:bm", ended]])
    assert len((await load_profiles(seeking, DAY))[0].ties.a) == ties


async def test_a_member_that_has_left_has_no_tie(seeking: Store) -> None:
    async with seeking.transaction() as tx:
        await tx.link(Membership, ["source", "target", "left"], [["municipality:bonn", "partnership:bm", "2025-05-31"]])
    assert len((await load_profiles(seeking, DAY))[0].ties.a) == 0


async def test_partnerships_of_lands_with_countries_and_regions_are_known_while_they_last(seeking: Store) -> None:
    rows = [
        ["nw-ke", "Westphalia and Kenya", "Westfalen und Kenia", ("Nordrhein-Westfalen", "07"), (), None],
        ["by-ke", "Bavaria and Nyanza", None, ("Bayern",), ("Nyanza", "42"), "2025-06"],
        ["he-ke", "Hesse and Kenya", None, ("Hessen",), (), "2025-05"],
        ["un-ke", "Somebody and Kenya", None, (), (), None],
    ]
    columns = ["id", "name", "name_de", "land", "regions", "ended", "country"]
    async with seeking.transaction() as tx:
        await tx.save("regional_partnership", columns, [[f"regional_partnership:{row[0]}", *row[1:], "KE"] for row in rows])
    known = (await load_profiles(seeking, DAY))[0].regional
    assert [(tie.id.partition(":")[2], tie.ends[0].regions, tie.ends[1]) for tie in known] == [
        ("by-ke", ("Bayern",), Territory(country="KE", regions=("Nyanza", "42"))),
        ("nw-ke", ("Nordrhein-Westfalen", "07"), Territory(country="KE")),
    ]
    assert [known[1].name(language) for language in ("de", "en", "fr")] == ["Westfalen und Kenia", "Westphalia and Kenya", "Westphalia and Kenya"]


async def test_an_empty_network_has_empty_profiles(store: Store) -> None:
    profiles, _ = await load_profiles(store, DAY)
    assert len(profiles) == len(profiles.ties.a) == len(profiles.focuses.weight) == 0
