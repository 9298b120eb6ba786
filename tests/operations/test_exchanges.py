"""Exchanges: departments and attendances as the network has them, and who is left out."""

from __future__ import annotations

import pytest

from graph_api.errors import InvalidInput, NotFound
from graph_api.operations.candidates import CandidateFilter, CandidateFinder
from graph_api.operations.exchanges import KINDS, LINKS, ExchangeFinder, fit
from graph_api.storage.base import Store
from matching.exchanges import Direction
from tests.suggesting import DAY, SUGGESTING
from tests.worlds import settle

pytestmark = pytest.mark.above_the_port


@pytest.fixture
async def world(store: Store) -> Store:
    await settle(store, SUGGESTING)
    return store


@pytest.fixture
def finder(world: Store) -> ExchangeFinder:
    return ExchangeFinder(world, CandidateFinder(world, today=lambda: DAY))


async def test_departments_bring_what_they_work_on_and_what_they_seek(world: Store) -> None:
    fitted = await CandidateFinder(world, today=lambda: DAY).fitted()
    matcher = fit(fitted, await world.snapshot(KINDS, LINKS))
    departments, subjects = matcher.departments_, matcher.profiles_.subjects.ids
    assert departments.ids == ("department:cleaning", "department:refuse", "department:rivers")
    assert [matcher.profiles_.ids[row] for row in departments.municipality] == ["municipality:bonn", "municipality:kisumu", "municipality:ulm"]
    assert [(departments.ids[d], subjects[s]) for d, s in departments.topics.tolist()] == [
        ("department:refuse", "topic:waste"),
        ("department:rivers", "topic:water"),
    ]
    assert [(departments.ids[d], subjects[s]) for d, s in departments.sought.tolist()] == [("department:rivers", "topic:waste")]
    assert sorted(matcher.profiles_.ids[row] for row in matcher.attendance_.municipality) == [
        "municipality:accra",
        "municipality:kisumu",
        "municipality:mombasa",
    ]
    assert len(set(matcher.attendance_.event.tolist())) == 1


async def test_those_who_offer_what_is_sought_and_are_not_acquainted(finder: ExchangeFinder) -> None:
    answer = await finder.candidates("municipality:kisumu")
    bonn, ulm = answer.found.candidates
    assert (bonn.id, bonn.direction, bonn.subjects) == ("municipality:bonn", Direction.LEARN, ("topic:waste",))
    assert bonn.own_departments == ("department:refuse",)
    assert (ulm.id, ulm.direction, ulm.subjects) == ("municipality:ulm", Direction.PEER, ("topic:waste",))
    assert (ulm.own_departments, ulm.departments) == (("department:refuse",), ("department:rivers",))
    assert answer.found.excluded == {"same_event": 2}
    assert answer.text(bonn.facets[0].reason, "de") == "Bietet gesuchte Erfahrungen an: Abfall."


async def test_the_question_can_be_narrowed(finder: ExchangeFinder) -> None:
    async def found(**given: object) -> list[str]:
        answer = await finder.candidates("municipality:bonn", **given)  # pyright: ignore[reportArgumentType]
        return sorted(c.id.partition(":")[2] for c in answer.found.candidates)

    assert await found() == ["accra", "kisumu", "ulm"]
    assert await found(direction=Direction.LEARN) == []
    assert await found(about=("topic:water",)) == []
    assert await found(about=("sdg_target:11.6",)) == ["accra", "kisumu", "ulm"]
    assert await found(filter=CandidateFilter(countries=("GH",))) == ["accra"]
    assert await found(first=1) in (["accra"], ["kisumu"])


async def test_what_is_not_there_is_refused(finder: ExchangeFinder) -> None:
    with pytest.raises(NotFound, match=r"^not found: municipality:moon$"):
        await finder.candidates("municipality:moon")
    with pytest.raises(InvalidInput, match="topic:moon"):
        await finder.candidates("municipality:bonn", about=("topic:moon",))
    with pytest.raises(InvalidInput, match="51 subjects; allowed: 50"):
        await finder.candidates("municipality:bonn", about=("topic:waste",) * 51)
