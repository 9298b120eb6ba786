"""The editor: partial updates, refusals that change nothing, and an audit log that says from what to what."""

from __future__ import annotations

import datetime
from collections.abc import Awaitable
from typing import Any

import orjson
import pytest

from graph_api.errors import Conflict, Forbidden, InvalidInput, NotFound, PartnergraphError
from graph_api.model import Attendance, Focus, Membership
from graph_api.operations.audit import LONGEST_KEY
from graph_api.operations.changes import Editor, Note
from graph_api.operations.exports import export_tables
from graph_api.operations.states import state
from graph_api.operations.viewers import ANYBODY, Role, Viewer
from graph_api.storage.base import Compare, Operator, Selection, Shape, Store
from tests.programme import COORDINATOR, ORGANISER, Clock, by, of
from tests.worlds import SMALL, settle

pytestmark = pytest.mark.above_the_port

AT = "2025-06-01T12:00:00.000+00:00"
ANA = Viewer(role=Role.EXPERT, name="ana", expert="expert:ana")


@pytest.fixture
async def small(store: Store) -> Store:
    await settle(store, SMALL)
    return store


@pytest.fixture
def editor(small: Store) -> Editor:
    return Clock().editor(small)


async def entries(store: Store, record: str | None = None) -> list[tuple[Any, ...]]:
    """The audit entries about a record (or all), the oldest first: at, actor, action, record, before, after, reason."""
    names = ("at", "actor", "action", "record", "before", "after", "reason")
    where = Compare(property="record", operator=Operator.EQ, value=record) if record else None
    [[_, rows]] = await store.select(Selection(shapes=(Shape(kind="change", properties=(*names, "revision")),), filter=where))
    found = sorted((row[3] for row in rows), key=lambda row: (row[7], row[3] or ""))
    return [(*row[:4], *(value and orjson.loads(value) for value in row[4:6]), row[6]) for row in found]


async def refused(store: Store, error: type[PartnergraphError], change: Awaitable[object]) -> str:
    """The message of a refusal, which left the network, its revision and the audit log as they were."""
    before = await store.revision(), await export_tables(store), await entries(store)
    with pytest.raises(error) as raised:
        await change
    assert (await store.revision(), await export_tables(store), await entries(store)) == before
    return str(raised.value)


async def now(store: Store, record: str, *columns: str) -> list[Any]:
    found = await state(store, record) or {}
    return [found[name] for name in columns]


async def revision(store: Store, record: str) -> int:
    shape = Shape(kind=record.partition(":")[0], properties=("revision",))
    [[_, rows]] = await store.select(Selection(shapes=(shape,), filter=Compare(property="id", operator=Operator.EQ, value=record)))
    return rows[0][3][0]


# ── records ───────────────────────────────────────────────────────────────────────────────────────────────────────────


async def test_a_new_record_gets_what_is_said_and_the_defaults_of_the_rest(small: Store, editor: Editor) -> None:
    saved = await editor.save(by(COORDINATOR), "municipality", {"id": "ulm", "name": " Ulm ", "country": "DE", "languages": ["de", " en "]})
    assert (saved.id, saved.created) == ("municipality:ulm", True)
    assert await now(small, saved.id, "name", "country", "languages", "population", "opted_out") == ["Ulm", "DE", ["de", "en"], None, False]


async def test_a_record_without_an_id_gets_one(small: Store, editor: Editor) -> None:
    first, second = [await editor.save(by(COORDINATOR), "topic", {"name": "Fair trade"}) for _ in range(2)]
    assert first.id != second.id
    assert await now(small, first.id, "name") == ["Fair trade"]


async def test_only_what_is_given_changes_and_null_empties(small: Store, editor: Editor) -> None:
    saved = await editor.save(by(of("bonn")), "municipality", {"id": "municipality:bonn", "population": 331_000, "languages": None, "seeking": True})
    assert (saved.created, saved.changed) == (False, ("population", "languages", "seeking"))
    columns = ("name", "country", "population", "languages", "seeking", "verified_on", "latitude")
    assert await now(small, "municipality:bonn", *columns) == ["Bonn", "DE", 331_000, [], True, "2024-05-01", 50.7]


async def test_an_entry_of_the_log_says_from_what_to_what_who_when_and_why(small: Store, editor: Editor) -> None:
    await editor.save(by(of("bonn"), reason="census"), "municipality", {"id": "bonn", "population": 331_000})
    [(at, actor, action, record, before, after, reason)] = await entries(small)
    assert (at, actor, action, record, reason) == (AT, "bonn-clerk", "save", "municipality:bonn", "census")
    assert (before["population"], after["population"]) == (300_000, 331_000)
    assert {name for name in after if before[name] != after[name]} == {"population"}


async def test_a_save_that_changes_nothing_leaves_no_entry(small: Store, editor: Editor) -> None:
    assert (await editor.save(by(of("bonn")), "municipality", {"id": "bonn", "population": 300_000})).changed == ()
    assert await entries(small) == []


async def test_links_listed_in_a_column_are_replaced_and_keep_their_own_properties(small: Store, editor: Editor) -> None:
    await editor.save(by(COORDINATOR), "partnership", {"id": "three", "members": ["municipality:muc", "subotica"]})
    assert await now(small, "partnership:three", "members", "name") == [["municipality:muc", "municipality:subotica"], "Three Rivers"]
    await editor.save(by(COORDINATOR), "partnership", {"id": "three", "started": "2016"})
    rows = {stem: rows for stem, _, rows in await export_tables(small)}["memberships"]
    assert [row for row in rows if row[1] == "three"] == [["muc", "three", "2017-01", ""], ["subotica", "three", "", ""]]


async def test_a_partnership_that_is_called_after_its_members_follows_them(small: Store, editor: Editor) -> None:
    saved = await editor.save(by(COORDINATOR), "partnership", {"members": ["bonn", "muc"]})
    assert await now(small, saved.id, "name") == ["Bonn – München"]
    await editor.link(by(COORDINATOR), Membership, {"municipality": "lapaz", "partnership": saved.id})
    assert await now(small, saved.id, "name") == ["Bonn – La Paz – München"]
    await editor.unlink(by(COORDINATOR), Membership, {"municipality": "bonn", "partnership": saved.id})
    assert await now(small, saved.id, "name") == ["La Paz – München"]
    await editor.link(by(COORDINATOR), Membership, {"municipality": "bonn", "partnership": saved.id})
    await editor.delete(by(COORDINATOR), "municipality:muc", confirmed=True)
    assert await now(small, saved.id, "name") == ["Bonn – La Paz"]


@pytest.mark.parametrize(
    ("kind", "values", "message"),
    [
        ("municipality", {"id": "ulm", "country": "DE"}, "column 'name' is missing"),
        ("municipality", {"id": "bonn", "name": None}, "name: must not be empty"),
        ("municipality", {"id": "bonn", "name": "  "}, "name: must not be empty"),
        ("municipality", {"id": "bonn", "country": "ZZ"}, "country: there is no country 'ZZ', neither in these files nor in the network"),
        ("municipality", {"id": "bonn", "population": -1}, "population: -1 is not allowed: a number of at least 0 and at most 100,000,000"),
        (
            "municipality",
            {"id": "bonn", "latitude": 91.0, "population": -1},
            "latitude: 91.0 is not allowed: a number of at least -90 and at most 90;"
            " population: -1 is not allowed: a number of at least 0 and at most 100,000,000",
        ),
        ("municipality", {"id": "bonn", "languages": ["de|en"]}, "languages: 'de|en' is not allowed: in a list, a text without |"),
        ("municipality", {"id": "topic:waste"}, "id: 'topic:waste' is not allowed: the id of one of the municipalities, not of the topics"),
        ("municipality", {"id": "a|b"}, "id: 'a|b' is not allowed: an id of 1 to 100 characters without | and line breaks"),
        ("partnership", {"id": "pair", "members": ["bonn"]}, "members: 'bonn' names 1; at least 2 different ones are needed"),
        (
            "partnership",
            {"id": "pair", "members": ["bonn", "municipality:bonn"]},
            "members: 'bonn|municipality:bonn' names 1; at least 2 different ones are needed",
        ),
        ("partnership", {"id": "pair", "members": None}, "members: '' names 0; at least 2 different ones are needed"),
        (
            "partnership",
            {"id": "new", "members": ["bonn", "atlantis"]},
            "members: there is no municipality 'atlantis', neither in these files nor in the network",
        ),
        ("partnership", {"id": "pair", "started": "soon"}, "started: 'soon' is not allowed: a year, a month or a date: 2017, 2017-01 or 2017-01-31"),
        ("department", {"id": "new", "name": "New"}, "column 'municipality' is missing"),
        ("department", {"id": "green", "municipality": None}, "municipality: must not be empty"),
        ("topic", {"id": "environment", "broader": ["compost"]}, "broader: leads back to where it began: environment > compost > waste > environment"),
        ("topic", {"id": "waste", "broader": ["waste"]}, "broader: leads back to where it began: waste > waste"),
        ("expert", {"id": "ana", "email": "ana"}, "email: 'ana' is not allowed: an address, such as name@example.org"),
        ("expert", {"id": "ana", "name": "A\0na"}, "name: 'A\\x00na' is not allowed: a text without control characters such as U+0000"),
    ],
)
async def test_bad_values_are_named_and_nothing_changes(small: Store, editor: Editor, kind: str, values: dict[str, Any], message: str) -> None:
    assert await refused(small, InvalidInput, editor.save(by(COORDINATOR), kind, values)) == message


async def test_what_fails_after_it_was_written_is_undone(small: Store, editor: Editor) -> None:
    change = editor.save(by(COORDINATOR, reason="\0"), "municipality", {"id": "bonn", "population": 1})
    assert await refused(small, InvalidInput, change) == "reason: '\\x00' is not allowed: a text without control characters such as U+0000"
    long = by(COORDINATOR, key="k" * (LONGEST_KEY + 1))
    assert (
        await refused(small, InvalidInput, editor.save(long, "municipality", {"id": "bonn", "population": 1}))
        == "key: 201 characters are too many: at most 200"
    )


# ── versions and keys ─────────────────────────────────────────────────────────────────────────────────────────────────


async def test_a_stale_write_is_refused_and_says_what_changed_since(small: Store, editor: Editor) -> None:
    await editor.save(by(COORDINATOR), "municipality", {"id": "bonn", "seeking": True})
    seen = await revision(small, "municipality:bonn")
    await editor.save(by(of("bonn")), "municipality", {"id": "bonn", "population": 331_000}, if_revision=seen)
    later = await revision(small, "municipality:bonn")
    assert later > seen
    stale = editor.save(by(COORDINATOR), "municipality", {"id": "bonn", "population": 1}, if_revision=seen)
    assert await refused(small, Conflict, stale) == (
        f"municipality:bonn was written after revision {seen}, it is at {later} now: save by bonn-clerk at {AT} (population: 300000 → 331000)"
    )
    assert (await editor.save(by(COORDINATOR), "municipality", {"id": "bonn", "population": 1}, if_revision=later)).changed == ("population",)


async def test_a_write_to_a_record_that_is_gone_is_stale(small: Store, editor: Editor) -> None:
    await editor.delete(by(COORDINATOR), "topic:compost", confirmed=True)
    stale = editor.save(by(COORDINATOR), "topic", {"id": "compost", "name": "Compost"}, if_revision=1)
    assert await refused(small, Conflict, stale) == "topic:compost is not there any more"


async def test_a_stale_link_is_noticed_with_the_record_it_starts_from(small: Store, editor: Editor) -> None:
    await editor.save(by(COORDINATOR), "municipality", {"id": "muc", "seeking": True})
    seen = await revision(small, "municipality:muc")
    await editor.link(by(of("muc")), Focus, {"municipality": "muc", "topic": "waste"})
    stale = editor.save(by(COORDINATOR), "municipality", {"id": "muc", "population": 1}, if_revision=seen)
    assert "link by muc-clerk" in await refused(small, Conflict, stale)


async def test_a_stale_write_of_a_link_is_refused(small: Store, editor: Editor) -> None:
    focus = {"municipality": "muc", "topic": "waste"}
    await editor.link(by(of("muc")), Focus, {**focus, "weight": 0.5})
    seen = await revision(small, "municipality:muc")
    await editor.link(by(COORDINATOR), Focus, {**focus, "weight": 0.7}, if_revision=seen)
    assert "weight: 0.5 → 0.7" in await refused(small, Conflict, editor.link(by(of("muc")), Focus, {**focus, "weight": 0.1}, if_revision=seen))
    await editor.link(by(of("muc")), Focus, {**focus, "weight": 0.1}, if_revision=await revision(small, "municipality:muc"))


async def test_a_link_that_was_changed_meanwhile_is_not_removed_unseen(small: Store, editor: Editor) -> None:
    focus = {"municipality": "muc", "topic": "waste"}
    await editor.link(by(of("muc")), Focus, {**focus, "weight": 0.5})
    seen = await revision(small, "municipality:muc")
    await editor.link(by(COORDINATOR), Focus, {**focus, "weight": 0.7})
    assert "weight: 0.5 → 0.7" in await refused(small, Conflict, editor.unlink(by(of("muc")), Focus, focus, if_revision=seen))
    assert (await editor.unlink(by(of("muc")), Focus, focus, if_revision=await revision(small, "municipality:muc")))[1] == 1


async def test_a_record_that_was_changed_meanwhile_is_not_deleted_unseen(small: Store, editor: Editor) -> None:
    seen = await revision(small, "expert:ana")
    await editor.save(by(COORDINATOR), "expert", {"id": "ana", "email": "ana@example.org"})
    stale = editor.delete(by(of("bonn")), "expert:ana", confirmed=True, if_revision=seen)
    assert f"expert:ana was written after revision {seen}" in await refused(small, Conflict, stale)
    assert (await editor.delete(by(of("bonn")), "expert:ana", confirmed=True, if_revision=await revision(small, "expert:ana"))).done


async def test_a_request_that_comes_again_with_its_key_is_not_carried_out_again(small: Store, editor: Editor) -> None:
    first = await editor.save(by(COORDINATOR, key="k1"), "topic", {"name": "Fair trade"})
    again = await editor.save(by(COORDINATOR, key="k1"), "topic", {"name": "Fair trade"})
    assert (first.created, again.created, again.id, again.changed) == (True, False, first.id, ())
    assert len(await entries(small)) == 1
    assert (await editor.save(by(Viewer(role=Role.ADMIN, name="ada"), key="k1"), "topic", {"name": "Fair trade"})).id != first.id


async def test_a_key_is_good_for_one_change_only(small: Store, editor: Editor) -> None:
    await editor.save(by(COORDINATOR, key="k1"), "topic", {"id": "fair", "name": "Fair trade"})
    message = "the key 'k1' was used already, for topic:fair; take a new key for each change"
    assert await refused(small, Conflict, editor.save(by(COORDINATOR, key="k1"), "topic", {"id": "other", "name": "Other"})) == message
    assert await refused(small, Conflict, editor.save(by(COORDINATOR, key="k1"), "phase", {"name": "Phase"})) == message
    assert await refused(small, Conflict, editor.link(by(COORDINATOR, key="k1"), Focus, {"municipality": "muc", "topic": "waste"})) == message


async def test_a_link_with_a_key_is_made_and_removed_once(small: Store, editor: Editor) -> None:
    ends = {"municipality": "muc", "topic": "waste"}
    for _ in range(2):
        assert await editor.link(by(of("muc"), key="k1"), Focus, ends) == "municipality:muc"
    assert [await editor.unlink(by(of("muc"), key="k2"), Focus, ends) for _ in range(2)] == [("municipality:muc", 1), ("municipality:muc", 0)]
    assert [entry[2] for entry in await entries(small)] == ["link", "unlink"]


# ── links ─────────────────────────────────────────────────────────────────────────────────────────────────────────────


async def test_a_link_is_made_changed_and_removed_with_its_story(small: Store, editor: Editor) -> None:
    ends = {"municipality": "municipality:lapaz", "topic": "waste", "direction": "seeks"}
    await editor.link(by(of("lapaz"), reason="new plan"), Focus, ends | {"weight": 0.5, "evidence": "plan 2040"})
    await editor.link(by(of("lapaz")), Focus, ends | {"weight": None})
    assert await editor.unlink(by(of("lapaz")), Focus, ends) == ("municipality:lapaz", 1)
    story = [(entry[2], *entry[4:]) for entry in await entries(small, "municipality:lapaz")]
    own = {"link": "focuses", "source": "municipality:lapaz", "target": "topic:waste", "direction": "seeks", "verified_on": None}
    first, second, third = (
        own | {"weight": 1.0, "evidence": None},
        own | {"weight": 0.5, "evidence": "plan 2040"},
        own | {"weight": 1.0, "evidence": "plan 2040"},
    )
    assert story == [("link", first, second, "new plan"), ("link", second, third, None), ("unlink", third, None, None)]


async def test_without_a_key_property_all_such_links_are_removed(small: Store, editor: Editor) -> None:
    assert await editor.unlink(by(of("bonn")), Focus, {"municipality": "bonn", "topic": "waste", "direction": None}) == ("municipality:bonn", 2)
    assert await editor.unlink(by(of("bonn")), Focus, {"municipality": "bonn", "topic": "waste"}) == ("municipality:bonn", 0)
    assert sorted(entry[4]["direction"] for entry in await entries(small)) == ["offers", "seeks"]


async def test_a_member_cannot_leave_where_too_few_would_be_left(small: Store, editor: Editor) -> None:
    leave = editor.unlink(by(COORDINATOR), Membership, {"municipality": "bonn", "partnership": "pair"})
    assert await refused(small, InvalidInput, leave) == "partnership:pair would have 1 members; at least 2 are needed"
    assert await editor.unlink(by(COORDINATOR), Membership, {"municipality": "muc", "partnership": "three"}) == ("municipality:muc", 1)


@pytest.mark.parametrize(
    ("link", "values", "message"),
    [
        (Focus, {"municipality": "bonn"}, "exactly one of topic, goal, target is needed, 0 are given"),
        (Focus, {"municipality": "bonn", "department": "green", "topic": "waste"}, "exactly one of municipality, department is needed, 2 are given"),
        (Focus, {"municipality": "bonn", "topic": "nothing"}, "topic: there is no topic 'nothing', neither in these files nor in the network"),
        (Focus, {"municipality": "bonn", "topic": "waste", "weight": 1.5}, "weight: 1.5 is not allowed: a number of at least 0 and at most 1"),
        (
            Membership,
            {"municipality": "nowhere", "partnership": "pair"},
            "municipality: there is no municipality 'nowhere', neither in these files nor in the network",
        ),
    ],
)
async def test_bad_links_are_named_and_nothing_changes(small: Store, editor: Editor, link: Any, values: dict[str, Any], message: str) -> None:
    assert await refused(small, InvalidInput, editor.link(by(COORDINATOR), link, values)) == message


# ── deleting ──────────────────────────────────────────────────────────────────────────────────────────────────────────


async def test_a_deletion_says_first_what_would_go(small: Store, editor: Editor) -> None:
    before = await export_tables(small)
    would = await editor.delete(by(COORDINATOR), "municipality:bonn", confirmed=False)
    assert (would.records, would.done) == (("municipality:bonn", "department:green", "partnership:pair"), False)
    assert would.links == {
        "departments": 1, "partnerships": 1, "stakeholders": 1, "focuses": 5, "experts": 2, "municipality": 1, "topics": 2, "members": 2, "goals": 1,
    }  # fmt: skip
    assert (await export_tables(small), await entries(small)) == (before, [])
    done = await editor.delete(by(COORDINATOR, reason="merged"), "municipality:bonn", confirmed=True)
    assert (done.records, done.links, done.done) == (would.records, would.links, True)
    assert [await state(small, record) for record in done.records] == [None, None, None]
    assert await now(small, "expert:ana", "name", "department") == ["Ana", []]
    assert sorted((entry[2], entry[3], entry[4] is None, entry[5], entry[6]) for entry in await entries(small)) == [
        ("delete", record, False, None, "merged") for record in sorted(done.records)
    ]


async def test_of_people_who_are_deleted_the_log_keeps_only_that_something_happened(small: Store, editor: Editor) -> None:
    for own, name in (("ana2", "Ana Two"), ("ana3", "Ana Three")):
        await editor.save(by(COORDINATOR, reason="she asked us"), "expert", {"id": own, "name": name, "department": "green"})
    await editor.merge(by(COORDINATOR, reason="the same Ana"), "expert:ana2", "expert:ana3")
    await editor.save(by(COORDINATOR, reason="wrong number"), "municipality", {"id": "bonn", "population": 331_000})
    await editor.delete(by(COORDINATOR, reason="on her wish"), "expert:ana2", confirmed=True)
    assert [(e[2], e[3], *e[4:]) for e in await entries(small) if str(e[3]).startswith("expert:ana")] == [
        ("save", "expert:ana2", None, None, None),
        ("save", "expert:ana3", None, None, None),
        ("merge", "expert:ana2", None, None, None),
        ("merge", "expert:ana3", None, None, None),
        ("delete", "expert:ana2", None, None, "on her wish"),
    ]
    assert [(e[5]["population"], e[6]) for e in await entries(small, "municipality:bonn")] == [(331_000, "wrong number")]


async def test_a_partnership_with_enough_other_members_stays(small: Store, editor: Editor) -> None:
    assert (await editor.delete(by(COORDINATOR), "municipality:muc", confirmed=True)).records == ("municipality:muc", "department:water")
    assert await now(small, "partnership:three", "members") == [["municipality:subotica", "municipality:treptow"]]


async def test_a_country_that_municipalities_name_stays(small: Store, editor: Editor) -> None:
    for confirmed in (False, True):
        change = editor.delete(by(COORDINATOR), "country:DE", confirmed=confirmed)
        assert await refused(small, InvalidInput, change) == "3 records of the kind municipality name country:DE; change those first"


@pytest.mark.parametrize("record", ["municipality:nowhere", "nonsense", "", "planet:mars"])
async def test_what_is_not_there_cannot_be_deleted(small: Store, editor: Editor, record: str) -> None:
    assert await refused(small, NotFound, editor.delete(by(COORDINATOR), record, confirmed=True)) == f"not found: {record}"


# ── merging ───────────────────────────────────────────────────────────────────────────────────────────────────────────


async def twin(editor: Editor, **more: Any) -> None:
    """A second record of Bonn with some of its own."""
    values = {"id": "bonn2", "name": "Bonn am Rhein", "names": ["Beuel"], "country": "DE", "population": 1, "capacity": 3, "opted_out": True}
    await editor.save(by(COORDINATOR), "municipality", values | more)
    await editor.save(by(COORDINATOR), "department", {"id": "parks", "name": "Parks", "municipality": "bonn2"})
    focus = {"municipality": "bonn2", "topic": "waste"}
    await editor.link(by(COORDINATOR), Focus, focus | {"direction": "seeks", "weight": 0.1})
    await editor.link(by(COORDINATOR), Focus, focus | {"direction": "works_on", "weight": 0.2, "verified_on": datetime.date(2025, 1, 2)})
    await editor.save(by(COORDINATOR), "partnership", {"id": "second", "members": ["bonn2", "subotica"]})
    await editor.link(by(COORDINATOR), Membership, {"municipality": "bonn2", "partnership": "second", "joined": "1999"})


async def test_of_two_records_of_the_same_thing_one_is_left_with_what_both_had(small: Store, editor: Editor) -> None:
    await twin(editor)
    kept, gone = await state(small, "municipality:bonn"), await state(small, "municipality:bonn2")
    saved = await editor.merge(by(COORDINATOR, reason="twice"), "municipality:bonn", "municipality:bonn2")
    assert (saved.id, saved.created, saved.changed) == ("municipality:bonn", False, ("names", "capacity", "opted_out"))
    assert await state(small, "municipality:bonn2") is None
    columns = ("name", "names", "population", "languages", "capacity", "opted_out")
    assert await now(small, "municipality:bonn", *columns) == ["Bonn", ["Bonn am Rhein", "Beuel"], 300_000, ["de"], 3, True]
    rows = {stem: rows for stem, _, rows in await export_tables(small)}
    assert [row[0] for row in rows["departments"] if "bonn" in row] == ["green", "parks"]
    waste = [[*row[5:7], row[8]] for row in rows["focuses"] if row[:3] == ["bonn", "", "waste"]]
    assert waste == [["offers", "0.5", ""], ["seeks", "0.4", ""], ["works_on", "0.2", "2025-01-02"]]
    assert [row for row in rows["memberships"] if row[1] == "second"] == [["bonn", "second", "1999", ""], ["subotica", "second", "", ""]]
    assert await now(small, "partnership:second", "name") == ["Bonn – Subotica"]
    last = (await entries(small))[-2:]
    assert [(e[1], e[2], e[3], e[6]) for e in last] == [("cora", "merge", "municipality:bonn", "twice"), ("cora", "merge", "municipality:bonn2", "twice")]
    assert (last[0][4], last[0][5]["names"], last[1][4], last[1][5]) == (kept, ["Bonn am Rhein", "Beuel"], gone, {"merged_into": "municipality:bonn"})


async def test_what_may_be_there_once_stays_what_it_was(small: Store, editor: Editor) -> None:
    await editor.save(by(COORDINATOR), "expert", {"id": "anna", "name": "Anna", "department": "water", "topics": ["compost"], "languages": ["es"]})
    await editor.merge(by(COORDINATOR), "expert:ana", "expert:anna")
    assert await now(small, "expert:ana", "name", "department", "topics", "languages") == [
        "Ana",
        ["department:green"],
        ["topic:compost", "topic:waste"],
        ["es"],
    ]


async def test_members_of_merged_partnerships_come_together(small: Store, editor: Editor) -> None:
    await editor.merge(by(COORDINATOR), "partnership:three", "partnership:pair")
    assert await now(small, "partnership:three", "members", "topics", "goals") == [
        [f"municipality:{town}" for town in ("bonn", "lapaz", "muc", "subotica", "treptow")], ["topic:waste"], ["sdg_goal:11"],
    ]  # fmt: skip


async def test_topics_of_experts_and_departments_follow_a_merged_topic(small: Store, editor: Editor) -> None:
    await editor.save(by(COORDINATOR), "topic", {"id": "rubbish", "name": "Rubbish", "broader": ["environment"]})
    await editor.merge(by(COORDINATOR), "topic:rubbish", "topic:waste")
    assert [await now(small, record, "topics") for record in ("expert:ana", "partnership:pair")] == [[["topic:rubbish"]]] * 2
    assert await now(small, "topic:compost", "broader") == [["topic:rubbish"]]
    assert await now(small, "topic:rubbish", "broader", "targets") == [["topic:environment"], ["sdg_target:11.6"]]


@pytest.mark.parametrize(
    ("keep", "remove", "error", "message"),
    [
        ("municipality:bonn", "topic:waste", InvalidInput, "municipality:bonn and topic:waste cannot be merged: two different records of one kind are needed"),
        ("topic:waste", "topic:waste", InvalidInput, "topic:waste and topic:waste cannot be merged: two different records of one kind are needed"),
        ("nonsense", "nonsense2", InvalidInput, "nonsense and nonsense2 cannot be merged: two different records of one kind are needed"),
        ("municipality:bonn", "municipality:no", NotFound, "not found: municipality:no"),
        ("municipality:no", "municipality:nor", NotFound, "not found: municipality:no, municipality:nor"),
        ("country:RS", "country:DE", InvalidInput, "3 records of the kind municipality name country:DE; change those first"),
        ("topic:environment", "topic:compost", InvalidInput, "broader: leads back to where it began: environment > waste > environment"),
        (
            "municipality:bonn",
            "municipality:lapaz",
            InvalidInput,
            "partnership:pair joins municipality:bonn and municipality:lapaz, and one of them is not enough for it; delete it first",
        ),
    ],
)
async def test_what_cannot_be_merged_stays_as_it_was(small: Store, editor: Editor, keep: str, remove: str, error: Any, message: str) -> None:
    assert await refused(small, error, editor.merge(by(COORDINATOR), keep, remove)) == message


async def test_members_of_a_larger_partnership_can_be_merged(small: Store, editor: Editor) -> None:
    await editor.merge(by(COORDINATOR), "municipality:muc", "municipality:treptow")
    assert await now(small, "partnership:three", "members") == [["municipality:muc", "municipality:subotica"]]


# ── who may ───────────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("viewer", "kind", "values"),
    [
        (ANYBODY, "municipality", {"id": "bonn", "population": 1}),
        (of("muc"), "municipality", {"id": "bonn", "population": 1}),
        (of("muc"), "department", {"id": "green", "name": "Mine"}),
        (of("muc"), "department", {"id": "green", "municipality": "muc"}),
        (of("muc"), "department", {"id": "water", "municipality": "bonn"}),
        (of("muc"), "department", {"id": "new", "name": "New", "municipality": "bonn"}),
        (of("muc"), "expert", {"id": "ana", "department": "water"}),
        (of("muc"), "expert", {"id": "cleo", "department": "water"}),
        (of("muc"), "stakeholder", {"id": "uni", "municipality": "muc"}),
        (of("muc"), "partnership", {"id": "three", "name": "Mine"}),
        (of("muc"), "interest", {"asker": "muc", "asked": "bonn"}),
        (of("muc"), "event", {"name": "Party"}),
        (of("muc"), "topic", {"name": "Mine"}),
        (ANA, "expert", {"id": "ben", "name": "Ben 2"}),
        (ANA, "expert", {"id": "ana", "department": "water"}),
        (ANA, "expert", {"id": "ana", "stakeholder": "uni"}),
        (ANA, "department", {"id": "green", "name": "Mine"}),
        (ORGANISER, "municipality", {"id": "bonn", "population": 1}),
        (ORGANISER, "phase", {"name": "Mine"}),
        (Viewer(role=Role.MUNICIPALITY), "municipality", {"id": "bonn", "population": 1}),
        (Viewer(role=Role.EXPERT, municipality="municipality:bonn"), "municipality", {"id": "bonn", "population": 1}),
    ],
)
async def test_others_may_not_save(small: Store, editor: Editor, viewer: Viewer, kind: str, values: dict[str, Any]) -> None:
    assert (await refused(small, Forbidden, editor.save(by(viewer), kind, values))).startswith(f"as {viewer.role.value} you may not do this; allowed: ")


@pytest.mark.parametrize(
    ("viewer", "kind", "values"),
    [
        (of("bonn"), "municipality", {"id": "bonn", "population": 1}),
        (of("bonn"), "department", {"name": "New", "municipality": "bonn"}),
        (of("bonn"), "department", {"id": "green", "name": "Greener", "municipality": "bonn"}),
        (of("bonn"), "expert", {"name": "New", "department": "green"}),
        (of("bonn"), "expert", {"id": "ana", "department": None}),
        (of("bonn"), "stakeholder", {"id": "uni", "name": "Universität"}),
        (ANA, "expert", {"id": "ana", "email": "ana@example.org", "consent": False}),
        (ORGANISER, "event", {"name": "Kick-off", "kind": "kick_off"}),
    ],
)
async def test_what_is_theirs_they_may_save(small: Store, editor: Editor, viewer: Viewer, kind: str, values: dict[str, Any]) -> None:
    assert (await editor.save(by(viewer), kind, values)).changed


async def test_links_deletions_and_merges_of_others_are_refused(small: Store, editor: Editor) -> None:
    await editor.save(by(COORDINATOR), "event", {"id": "start", "name": "Kick-off", "kind": "kick_off"})
    focus, member = {"municipality": "bonn", "topic": "waste"}, {"municipality": "muc", "partnership": "pair"}
    for change in (
        editor.link(by(of("muc")), Focus, focus),
        editor.unlink(by(of("muc")), Focus, focus),
        editor.link(by(of("muc")), Focus, {"department": "green", "topic": "waste"}),
        editor.link(by(of("muc")), Membership, member),
        editor.link(by(ORGANISER), Membership, member),
        editor.link(by(of("muc")), Attendance, {"municipality": "muc", "event": "start"}),
        editor.delete(by(of("bonn")), "municipality:bonn", confirmed=False),
        editor.delete(by(of("muc")), "department:green", confirmed=True),
        editor.delete(by(ANYBODY), "department:green", confirmed=False),
        editor.merge(by(of("bonn")), "municipality:bonn", "municipality:muc"),
        editor.merge(by(ORGANISER), "topic:waste", "topic:compost"),
    ):
        await refused(small, Forbidden, change)
    assert await editor.link(by(ORGANISER), Attendance, {"municipality": "muc", "event": "start"}) == "municipality:muc"
    assert (await editor.delete(by(of("bonn")), "department:green", confirmed=True)).records == ("department:green",)


async def test_the_audit_log_can_be_changed_by_nobody(small: Store, editor: Editor) -> None:
    await editor.save(by(COORDINATOR), "municipality", {"id": "bonn", "population": 1})
    await editor.save(by(COORDINATOR), "municipality", {"id": "bonn", "population": 2})
    [[_, rows]] = await small.select(Selection(shapes=(Shape(kind="change"),)))
    first, second = (row[0] for row in rows)
    for confirmed in (False, True):
        await refused(small, Forbidden, editor.delete(by(Viewer(role=Role.ADMIN)), first, confirmed=confirmed))
    await refused(small, Forbidden, editor.merge(by(Viewer(role=Role.ADMIN)), first, second))


async def test_what_one_does_not_see_is_not_there_when_deleting(small: Store, editor: Editor) -> None:
    interest = await editor.save(by(COORDINATOR), "interest", {"asker": "lapaz", "asked": "bonn"})
    [[_, rows]] = await small.select(Selection(shapes=(Shape(kind="change"),)))
    for viewer in (ANYBODY, of("muc"), ORGANISER, ANA):
        for hidden in (interest.id, rows[0][0]):
            assert await refused(small, NotFound, editor.delete(by(viewer), hidden, confirmed=False)) == f"not found: {hidden}"
    await refused(small, Forbidden, editor.delete(by(of("bonn")), interest.id, confirmed=True))


def test_an_entry_without_a_name_is_the_roles() -> None:
    assert Note(viewer=ANYBODY).actor == "anonymous"
