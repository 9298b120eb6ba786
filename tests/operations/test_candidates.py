"""The finder: fitted once for a revision and a day, however many ask."""

from __future__ import annotations

import asyncio
import datetime

import pytest

from graph_api.errors import InvalidInput, NotFound
from graph_api.operations.candidates import CandidateFilter, CandidateFinder, introductions
from graph_api.storage.base import Store
from tests.seeking import DAY, SEEKING
from tests.worlds import SMALL, settle

pytestmark = pytest.mark.above_the_port


@pytest.fixture
async def seeking(store: Store) -> Store:
    await settle(store, SEEKING)
    return store


async def found(finder: CandidateFinder, seeker: str, filter: CandidateFilter | None = None) -> list[str]:
    answer, _ = await finder.candidates(f"municipality:{seeker}", filter=filter)
    return [c.id.partition(":")[2] for c in answer.candidates]


async def test_the_matcher_is_fitted_once_for_all_who_ask_at_once(seeking: Store) -> None:
    finder = CandidateFinder(seeking, today=lambda: DAY)
    fitted = await asyncio.gather(*(finder.fitted() for _ in range(5)))
    assert len({id(f) for f in fitted}) == 1
    assert await finder.fitted() is fitted[0]


async def test_a_write_and_a_new_day_fit_it_anew(seeking: Store) -> None:
    days = [datetime.date(2024, 12, 31)]
    finder = CandidateFinder(seeking, today=lambda: days[0])
    assert await found(finder, "lapaz") != []
    days[0] = datetime.date(2025, 1, 1)
    assert await found(finder, "lapaz") == []
    assert await found(finder, "kisumu") == ["bonn", "ulm"]
    async with seeking.transaction() as tx:
        await tx.delete(["municipality:ulm"])
    assert await found(finder, "kisumu") == ["bonn"]


@pytest.mark.parametrize(
    ("filter", "expected"),
    [
        (CandidateFilter(), ["bonn", "ulm"]),
        (CandidateFilter(countries=("DE", "FR")), ["bonn", "ulm"]),
        (CandidateFilter(countries=("FR",)), []),
        (CandidateFilter(admin1=("NW",)), []),
        (CandidateFilter(languages=("en", "fr")), ["bonn"]),
        (CandidateFilter(population_min=330_000), ["bonn"]),
        (CandidateFilter(population_max=126_000), ["ulm"]),
        (CandidateFilter(population_min=0, population_max=0), []),
    ],
)
async def test_a_filter_keeps_whom_it_asks_for(seeking: Store, filter: CandidateFilter, expected: list[str]) -> None:
    assert await found(CandidateFinder(seeking, today=lambda: DAY), "kisumu", filter) == expected


async def test_what_is_not_allowed_is_refused(seeking: Store) -> None:
    finder = CandidateFinder(seeking, today=lambda: DAY)
    with pytest.raises(NotFound, match=r"^not found: municipality:atlantis$"):
        await finder.candidates("municipality:atlantis")
    with pytest.raises(InvalidInput, match="nonsense"):
        await finder.candidates("municipality:kisumu", weights={"nonsense": 1})
    with pytest.raises(InvalidInput):
        await finder.candidates("municipality:kisumu", weights={"size": -1})
    with pytest.raises(InvalidInput):
        await finder.candidates("municipality:kisumu", weights={"size": float("nan")})


async def test_introductions_are_partners_of_both(store: Store) -> None:
    await settle(store, SMALL)
    [[_, rows]] = await store.select(introductions("municipality:muc", ("municipality:subotica", "municipality:bonn")))
    assert {row[0]: [via[0] for via in row[4][0][1]] for row in rows} == {"municipality:bonn": [], "municipality:subotica": ["municipality:treptow"]}
