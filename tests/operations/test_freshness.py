"""Freshness: what wants to be confirmed and by whom, and what the daily work closes, reminds of and deletes."""

from __future__ import annotations

import asyncio
import datetime
from collections.abc import Sequence
from typing import Any

import pytest

from graph_api.cli import opened
from graph_api.errors import InvalidInput
from graph_api.model import Direction, Focus
from graph_api.operations.freshness import Caretaker, Window, stale
from graph_api.operations.interests import Interests
from graph_api.operations.viewers import ANYBODY, Role, Viewer
from graph_api.settings import Settings
from graph_api.storage.base import Compare, Operator, Selection, Shape, Store
from tests.commands import Terminal
from tests.programme import COORDINATOR, DAY, ORGANISER, PROGRAMME, Clock, by, changes, of, values
from tests.worlds import settle

pytestmark = pytest.mark.above_the_port

ONE = datetime.timedelta(days=1)
YEAR = datetime.timedelta(days=365)
ANA, BEN, KIP = "expert:ana", "expert:ben", "expert:kip"


@pytest.fixture
async def world(store: Store) -> Store:
    await settle(store, PROGRAMME)
    return store


async def confirm(store: Store, days: dict[str, datetime.date | None]) -> None:
    async with store.transaction() as tx:
        for record, day in days.items():
            await tx.save(record.partition(":")[0], ["id", "verified_on"], [[record, day]])


async def listed(store: Store, viewer: Viewer, kinds: Sequence[str] | None = None, on: datetime.date = DAY) -> list[str]:
    return [entry.record for entry in (await stale(store, viewer, on, kinds=kinds, window=Window(first=100))).records]


# ── the list ──────────────────────────────────────────────────────────────────────────────────────────────────────────


async def test_what_nobody_confirmed_for_a_year_is_listed(world: Store) -> None:
    await confirm(world, {ANA: DAY - YEAR, BEN: DAY - YEAR - ONE, KIP: None})
    page = await stale(world, COORDINATOR, DAY, kinds=["expert"], window=Window(first=10))
    assert [(entry.record, entry.verified_on, entry.itself) for entry in page.records] == [(BEN, "2024-05-31", True), (KIP, None, True)]
    assert (page.total, page.more_after) == (2, False)


async def test_a_coordinator_sees_all_a_municipality_its_own(world: Store) -> None:
    assert len(await listed(world, COORDINATOR)) == 7 + 3 + 3 + 3 + 3
    assert await listed(world, of("bonn")) == ["department:parks", "department:water", ANA, BEN, "municipality:bonn"]
    assert await listed(world, of("bonn"), ["partnership", "expert"]) == [ANA, BEN]
    assert await listed(world, Viewer(role=Role.EXPERT, name="kip", expert=KIP)) == [KIP]
    for viewer in (ANYBODY, ORGANISER, Viewer(role=Role.MUNICIPALITY)):
        assert await listed(world, viewer) == []


async def test_stale_focuses_are_told_with_the_record_they_belong_to(world: Store) -> None:
    await confirm(world, {"municipality:bonn": DAY, "municipality:ulm": DAY})
    async with world.transaction() as tx:
        await tx.save("topic", ["id", "name"], [["topic:waste", "Waste"], ["topic:water", "Water"]])
        rows: list[list[Any]] = [
            ["municipality:bonn", "topic:waste", Direction.SEEKS, None],
            ["municipality:bonn", "topic:waste", Direction.OFFERS, DAY - YEAR - ONE],
            ["municipality:bonn", "topic:water", Direction.OFFERS, DAY],
            ["municipality:ulm", "topic:water", Direction.OFFERS, DAY],
        ]
        await tx.link(Focus, ["source", "target", "direction", "verified_on"], rows)
    [entry] = (await stale(world, COORDINATOR, DAY, kinds=["municipality"], window=Window(first=1))).records
    assert (entry.record, entry.itself) == ("municipality:bonn", False)
    assert [(f.subject, f.direction, f.verified_on) for f in entry.focuses] == [("topic:waste", "offers", "2024-05-31"), ("topic:waste", "seeks", None)]


async def test_pages_follow_each_other_over_kinds(world: Store) -> None:
    found: list[str] = []
    after, more = None, True
    while more:
        page = await stale(world, COORDINATOR, DAY, window=Window(first=4, after=after))
        assert (page.total, len(page.records) == 4 or not page.more_after) == (19, True)
        found += [entry.record for entry in page.records]
        after, more = found[-1], page.more_after
    assert found == sorted(found) == await listed(world, COORDINATOR)


async def test_pages_lead_backwards_too(world: Store) -> None:
    every = await listed(world, COORDINATOR)

    async def page(window: Window) -> tuple[list[str], bool, bool]:
        found = await stale(world, COORDINATOR, DAY, window=window)
        return [entry.record for entry in found.records], found.more_before, found.more_after

    assert await page(Window(last=4)) == (every[-4:], True, False)
    assert await page(Window(last=4, before=every[4])) == (every[:4], False, False)
    assert await page(Window(last=2, before=every[4])) == (every[2:4], True, False)
    assert await page(Window(first=4, last=2)) == (every[2:4], True, True)
    assert await page(Window(first=9, after=every[0], before=every[3])) == (every[1:3], False, False)
    assert await page(Window(last=0)) == ([], True, False)


async def test_kinds_that_nobody_confirms_are_refused(world: Store) -> None:
    with pytest.raises(InvalidInput, match="change, interest cannot be listed"):
        await stale(world, COORDINATOR, DAY, kinds=["interest", "change"], window=Window(first=10))
    assert await listed(world, COORDINATOR, []) == []


# ── the daily work ────────────────────────────────────────────────────────────────────────────────────────────────────


async def days_work(store: Store, day: datetime.date, *, dry_run: bool = False) -> tuple[list[str], list[str]]:
    """Whom the work of a day reminds of, and whom it deletes; somebody confirms that it is this day."""
    caretaker = Caretaker(Clock(day).editor(store))
    done = await (caretaker.due() if dry_run else caretaker.day(confirmed=day))
    return list(done.reminded), list(done.deleted)


async def test_interests_that_nobody_answered_in_time_are_closed(world: Store) -> None:
    await confirm(world, {ANA: DAY, BEN: DAY, KIP: DAY})
    asked = await Interests(Clock(DAY).editor(world)).ask(by(COORDINATOR), "municipality:kisumu", "municipality:bonn")
    assert (await Caretaker(Clock(DAY + 90 * ONE).editor(world)).day()).expired == ()  # the first time any clock is believed
    assert (await Caretaker(Clock(DAY + 91 * ONE).editor(world)).day()).expired == (asked,)
    assert await values(world, asked, "status") == ["expired"]
    assert (await changes(world, asked))[-1] == ["daily", "save", "nobody answered in time"]
    assert (await Caretaker(Clock(DAY + 92 * ONE).editor(world)).day()).expired == ()


async def test_people_are_reminded_of_after_three_years_once_and_deleted_90_days_later(world: Store) -> None:
    await confirm(world, {ANA: DAY - 3 * YEAR, BEN: DAY - 3 * YEAR + ONE, KIP: DAY})
    assert await days_work(world, DAY - ONE) == ([], [])
    assert await days_work(world, DAY) == ([ANA], [])
    assert await days_work(world, DAY + ONE) == ([BEN], [])
    assert await days_work(world, DAY + 89 * ONE) == ([], [])
    assert await days_work(world, DAY + 90 * ONE) == ([], [ANA])
    assert (await values(world, ANA, "name"), await values(world, BEN, "name")) == ([], ["Ben"])
    assert await changes(world, ANA) == [["daily", "remind", None], ["daily", "delete", "nobody confirmed it after the reminder"]]


async def test_who_confirms_in_time_stays(world: Store) -> None:
    await confirm(world, {ANA: DAY - 3 * YEAR, BEN: DAY, KIP: DAY})
    assert await days_work(world, DAY) == ([ANA], [])
    await confirm(world, {ANA: DAY + 89 * ONE})
    assert await days_work(world, DAY + 90 * ONE) == ([], [])
    again = DAY + 89 * ONE + 3 * YEAR
    await confirm(world, {BEN: again, KIP: again})
    assert await days_work(world, again) == ([ANA], [])  # the old reminder does not count


async def test_nobody_is_deleted_without_a_reminder_however_old_the_data(world: Store) -> None:
    await confirm(world, {ANA: DAY - 10 * YEAR, BEN: DAY, KIP: DAY})
    assert await days_work(world, DAY) == ([ANA], [])
    assert await days_work(world, DAY + 90 * ONE) == ([], [ANA])


async def test_data_that_was_never_confirmed_counts_from_its_reminder(world: Store) -> None:
    await confirm(world, {ANA: None, BEN: DAY + 4 * YEAR, KIP: DAY + 4 * YEAR})
    assert await days_work(world, DAY) == ([ANA], [])
    assert await days_work(world, DAY + 3 * YEAR + 89 * ONE) == ([], [])
    assert await days_work(world, DAY + 3 * YEAR + 90 * ONE) == ([], [ANA])


async def test_with_a_person_its_data_goes_from_the_audit_log_too(world: Store) -> None:
    editor = Clock(DAY - 4 * YEAR).editor(world)
    await editor.save(by(COORDINATOR, "Ana moved to Ulm"), "expert", {"id": "ana", "name": "Ana B.", "email": "ana@ulm.example"})
    await editor.save(by(COORDINATOR, "stays"), "municipality", {"id": "bonn", "name": "Bonn am Rhein", "country": "DE"})
    await confirm(world, {ANA: DAY - 4 * YEAR, BEN: DAY, KIP: DAY})
    await days_work(world, DAY)
    await days_work(world, DAY + 90 * ONE)
    [[_, rows]] = await world.select(Selection(shapes=(Shape(kind="change", properties=("record", "actor", "action", "before", "after", "reason")),)))
    entries = [row[3] for row in rows]
    assert "ana@" not in str(entries)
    assert "Ana" not in str(entries)
    assert sorted(e[1:3] for e in entries if e[0] == ANA) == [["cora", "save"], ["daily", "delete"], ["daily", "remind"]]
    assert [e[5] for e in entries if e[0] == "municipality:bonn" and "Rhein" in e[4]] == ["stays"]


async def test_a_dry_run_says_the_same_and_does_nothing(world: Store) -> None:
    await confirm(world, {ANA: DAY - 3 * YEAR, BEN: DAY, KIP: DAY})
    before = await world.revision()
    assert await days_work(world, DAY, dry_run=True) == ([ANA], [])
    assert await world.revision() == before
    assert await world.count("change", Compare(property="actor", operator=Operator.EQ, value="daily")) == 0


async def test_a_clock_far_ahead_of_the_last_daily_work_is_not_believed(world: Store) -> None:
    await confirm(world, {ANA: DAY - 3 * YEAR, BEN: DAY, KIP: DAY})
    assert await days_work(world, DAY) == ([ANA], [])
    later = Caretaker(Clock(DAY + 32 * ONE).editor(world))
    before = await world.revision()
    with pytest.raises(InvalidInput, match=r"last done on 2025-06-01, .* it is 2025-07-03; if that is true: partnergraph daily --today 2025-07-03"):
        await later.day()
    with pytest.raises(InvalidInput, match="today is not 2025-07-04: by this machine's clock it is 2025-07-03"):
        await later.day(confirmed=DAY + 33 * ONE)
    assert await world.revision() == before
    assert (await Caretaker(Clock(DAY + 31 * ONE).editor(world)).day()).last == DAY
    assert (await later.day()).last == DAY + 31 * ONE  # a day on which nothing is due counts too


async def test_work_done_by_a_clock_that_was_ahead_makes_no_other_one_believed(world: Store) -> None:
    await confirm(world, {ANA: DAY, BEN: DAY, KIP: DAY})
    for day in (DAY, DAY + 2 * YEAR, DAY + ONE):
        await days_work(world, day)
    assert (await Caretaker(Clock(DAY + YEAR).editor(world)).due()).doubtful


def test_the_command_says_what_it_did(settings: Settings, terminal: Terminal) -> None:
    async def fill() -> None:
        async with opened(settings) as store:
            await settle(store, PROGRAMME)

    asyncio.run(fill())
    told = terminal("daily", "--dry-run")
    assert (told.code, told.err) == (0, "")
    assert told.out.splitlines() == [
        *(f"to be reminded: {expert}" for expert in (ANA, BEN, KIP)),
        "0 interests closed, 3 people to be reminded, 0 deleted; nothing was done (--dry-run)",
    ]
    done = terminal("daily", "--json").document
    assert {name: done[name] for name in ("expired", "reminded", "deleted", "written")} == {
        "expired": [],
        "reminded": [ANA, BEN, KIP],
        "deleted": [],
        "written": True,
    }
    assert terminal("daily", "--json").document["reminded"] == []
