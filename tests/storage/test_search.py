"""Search: prefixes, accents, one typo, other languages; the best first; facets."""

from __future__ import annotations

import random

import pytest

from graph_api.model import KINDS
from graph_api.storage.base import Hits, Matches, Search, Store
from graph_api.storage.ranking import Candidate, entries, rank
from tests.storage.asking import found

pytestmark = pytest.mark.anyio


async def search(store: Store, text: str, *kinds: str, **page: int) -> list[str]:
    return [hit.id for hit in (await store.search(Search(text=text, kinds=kinds or tuple(KINDS), **page))).hits]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("München", ["municipality:muc"]),
        ("munchen", ["municipality:muc"]),
        ("MUNICH", ["municipality:muc"]),
        ("monaco baviera", ["municipality:muc"]),
        ("baviera mun", ["municipality:muc"]),
        ("m", ["municipality:muc"]),
        ("Szabadka", ["municipality:subotica"]),
        ("szabdka", ["municipality:subotica"]),
        ("zsabadka", ["municipality:subotica"]),
        ("szabadkaa", ["municipality:subotica"]),
        ("szabatka", ["municipality:subotica"]),
        ("szabatki", []),
        ("bomn", []),
        ("kopenick treptow", ["municipality:treptow"]),
        ("treptow-köpenick", ["municipality:treptow"]),
        ("deutschland", ["country:DE"]),
        ("serbia", ["country:RS"]),
        ("", []),
        ("  -- !", []),
        ("ünchen", ["municipality:muc"]),
        ("chen", []),
        ("waste", ["topic:waste", "sdg_target:11.6"]),
        ("wast", ["topic:waste", "sdg_target:11.6"]),
        ("water", ["department:water", "sdg_goal:6", "sdg_target:6.1"]),
        ("paz bonn", []),
    ],
)
async def test_search_finds(small: Store, text: str, expected: list[str]) -> None:
    assert await search(small, text) == expected


def typos(word: str) -> set[str]:
    """The word with each letter left out, changed or swapped with the next, and with a letter put in anywhere."""
    places = range(len(word) + 1)
    return {
        *(word[:i] + word[i + 1 :] for i in places),
        *(word[:i] + "x" + word[i + 1 :] for i in places[:-1]),
        *(word[:i] + word[i + 1 : i + 2] + word[i : i + 1] + word[i + 2 :] for i in places[:-2]),
        *(word[:i] + "x" + word[i:] for i in places),
    }


@pytest.mark.parametrize(("word", "id"), [("szabadka", "municipality:subotica"), ("kopenick", "municipality:treptow"), ("waste", "topic:waste")])
async def test_a_typo_may_be_anywhere(small: Store, word: str, id: str) -> None:
    for typo in sorted(typos(word)):
        if len(typo) >= 5:
            assert id in await search(small, typo), typo


async def test_hits_say_what_matched_and_how_many_there_are(small: Store) -> None:
    hits = await small.search(Search(text="water", kinds=tuple(KINDS), first=2))
    assert (hits.total, dict(hits.kinds), len(hits.hits)) == (3, {"department": 1, "sdg_goal": 1, "sdg_target": 1}, 2)
    assert [hit.property for hit in hits.hits] == ["name", "name"]
    assert (await small.search(Search(text="munich", kinds=("municipality",)))).hits[0].property == "names"
    assert (await small.search(Search(text="deutschland", kinds=("country",)))).hits[0].property == "name_de"
    assert hits.hits[0].score > hits.hits[1].score


async def test_only_the_kinds_asked_for_are_found(small: Store) -> None:
    assert await search(small, "water", "department") == ["department:water"]
    assert await search(small, "water", "department", "sdg_goal") == ["department:water", "sdg_goal:6"]
    assert await small.search(Search(text="water", kinds=())) == Hits(hits=(), total=0, kinds={})


async def test_hits_are_paged(small: Store) -> None:
    assert await search(small, "water", first=2, offset=1) == ["sdg_goal:6", "sdg_target:6.1"]
    assert await search(small, "water", first=2, offset=3) == []


async def test_better_hits_come_first(store: Store) -> None:
    names = ["Springfield", "Springfeld", "Springfield Lakes", "West Springfield", "Springfieldville", "Old Town of Springfield", "Sprinfield"]
    async with store.transaction() as tx:
        await tx.save("municipality", ["id", "name", "country"], [[f"municipality:{i}", name, "XX"] for i, name in enumerate(names)])
    found = await search(store, "Springfield")
    assert [names[int(i.partition(":")[2])] for i in found] == [
        "Springfield",
        "Springfieldville",
        "Springfield Lakes",
        "West Springfield",
        "Old Town of Springfield",
        "Springfeld",
        "Sprinfield",
    ]


async def test_a_page_holds_what_ranking_every_record_gives(store: Store) -> None:
    draw = random.Random(7)
    known = ["kreis", "kreise", "kries", "bonn", "bon", "santa", "santana", "stanta", "rosa", "de", "dela", "water", "waters", "watre", "münchen"]

    def text(longest: int) -> str:
        return " ".join(draw.choices(known, k=draw.randint(1, longest)))

    rows = [[f"municipality:{n}", text(4), tuple(sorted({text(3) for _ in range(draw.randint(0, 2))}))] for n in range(150)]
    async with store.transaction() as tx:
        await tx.save("municipality", ["id", "name", "names", "country"], [[*row, "XX"] for row in rows])
    every = [Candidate(id=str(i), texts={"name": entries(name), "names": entries(names)}) for i, name, names in rows]
    for asked in [*known, *(word[:3] for word in known[::3]), *(text(3) for _ in range(20))]:
        hits = rank(asked, every)
        assert set(await found(store, "municipality", Matches(text=asked))) == {hit.id.partition(":")[2] for hit in hits}, asked
        for first, offset in ((1, 0), (4, 0), (20, 7), (200, 0)):
            page = await store.search(Search(text=asked, kinds=("municipality",), first=first, offset=offset))
            assert (page.total, list(page.hits)) == (len(hits), hits[offset : offset + first]), (asked, first, offset)


async def test_what_is_changed_is_found_by_its_new_words_only(small: Store) -> None:
    async with small.transaction() as tx:
        await tx.save("municipality", ["id", "names"], [["municipality:muc", ("Minga", "Munich")]])
        await tx.save("municipality", ["id", "population"], [["municipality:muc", 1]])
        assert [hit.id for hit in (await tx.search(Search(text="minga", kinds=("municipality",)))).hits] == ["municipality:muc"]
    assert await search(small, "baviera") == []
    assert await search(small, "minga") == ["municipality:muc"]
    assert await search(small, "munich") == ["municipality:muc"]
    async with small.transaction() as tx:
        await tx.delete(["municipality:muc"])
    assert await search(small, "munchen") == await search(small, "minga") == []
    assert await found(small, "municipality", Matches(text="minga")) == []


async def test_what_was_cleared_is_not_found(small: Store) -> None:
    await small.clear()
    assert await search(small, "munchen") == []


async def test_more_words_than_anybody_types(small: Store) -> None:
    assert await search(small, "bonn " * 2000) == ["municipality:bonn"]
    assert await search(small, " ".join(f"w{i}" for i in range(500))) == []
