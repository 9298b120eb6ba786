"""The network as a whole: sizes, parts, bridges and gaps on networks whose answers can be counted by hand."""

from __future__ import annotations

import asyncio
import datetime
import itertools

import pytest

from graph_api.model import KINDS, Asked, Asks, Direction, Focus, InterestStatus, Membership
from graph_api.operations.candidates import CandidateFinder
from graph_api.operations.statistics import Bridge, Community, Gap, Observer
from graph_api.storage.base import Store
from tests.worlds import World, records, settle

pytestmark = pytest.mark.above_the_port

DAY = datetime.date(2025, 6, 1)
TOWNS = "a b c d e f g h i x y"
TIES = ("ab", "bc", "ac", "cd", "de", "ef", "df", "fg", "hi")
"""Two triangles joined by c–d, g hangs on f; h and i are a pair; x and y have no partner."""


def town(letter: str) -> str:
    return f"municipality:{letter}"


NETWORK = World(
    nodes={
        "country": [
            *records("id name", ("DE", "Germany"), ("FR", "France")),
            *records(
                "id name dac_from dac_until",
                ("KE", "Kenya", datetime.date(2000, 1, 1), None),
                ("BO", "Bolivia", datetime.date(2000, 1, 1), datetime.date(2024, 12, 31)),
                ("UG", "Uganda", datetime.date(2000, 1, 1), None),
            ),
        ],
        "municipality": records(
            "id name country",
            *((letter, letter.upper(), {"a": "FR", "g": "KE", "h": "KE", "x": "UG", "y": "UG"}.get(letter, "DE")) for letter in TOWNS.split()),
        ),
        "partnership": records("id", *((tie,) for tie in TIES)),
        "topic": records("id name", ("waste", "Waste"), ("water", "Water"), ("energy", "Energy")),
    },
    links={
        Membership: records("source target", *((town(end), f"partnership:{tie}") for tie in TIES for end in tie)),
        Focus: records(
            "source target direction",
            (town("a"), "topic:waste", Direction.SEEKS),
            (town("b"), "topic:waste", Direction.SEEKS),
            (town("b"), "topic:water", Direction.SEEKS),
            (town("c"), "topic:energy", Direction.SEEKS),
            (town("d"), "topic:energy", Direction.OFFERS),
        ),
    },
)


@pytest.fixture
async def network(store: Store) -> Store:
    await settle(store, NETWORK)
    return store


def observer(store: Store) -> Observer:
    return Observer(store, CandidateFinder(store, today=lambda: DAY))


async def test_sizes_and_degrees(network: Store) -> None:
    found = await observer(network).statistics()
    assert found.revision == await network.revision()
    assert found.counts == dict.fromkeys(KINDS, 0) | {"country": 5, "municipality": 11, "partnership": 9, "topic": 3}
    assert (found.mean_degree, found.median_degree, found.largest_degree, found.isolated) == (18 / 11, 2.0, 3, 2)
    assert found.components == (7, 2)


async def test_the_bridge_is_found_and_what_it_cuts_off(network: Store) -> None:
    assert (await observer(network).statistics()).bridges == (Bridge(source=town("c"), target=town("d"), cut_off=3),)


async def test_communities_are_named_after_their_best_connected(network: Store) -> None:
    assert (await observer(network).statistics()).communities == (
        Community(size=4, members=tuple(map(town, "dfeg")), countries=("DE", "KE")),
        Community(size=3, members=tuple(map(town, "cab")), countries=("DE", "FR")),
        Community(size=2, members=tuple(map(town, "hi")), countries=("DE", "KE")),
    )


async def test_gaps_are_what_is_sought_and_nobody_offers(network: Store) -> None:
    found = await observer(network).statistics()
    assert found.goals_without_offer == (Gap(subject="topic:waste", seekers=2), Gap(subject="topic:water", seekers=1))
    assert found.countries_without_partnership == ("UG",)


async def test_who_was_asked_was_contacted_but_not_who_was_dismissed(network: Store) -> None:
    assert (await observer(network).statistics()).never_contacted == 2
    for own, status, left in (("one", InterestStatus.DISMISSED, 2), ("two", InterestStatus.DECLINED, 1)):
        async with network.transaction() as tx:
            await tx.save("interest", ["id", "status"], [[f"interest:{own}", status]])
            await tx.link(Asks, ["source", "target"], [[town("b"), f"interest:{own}"]])
            await tx.link(Asked, ["source", "target"], [[town("x"), f"interest:{own}"]])
        assert (await observer(network).statistics()).never_contacted == left


async def test_the_same_network_is_described_once(network: Store) -> None:
    looking = observer(network)
    first = await looking.statistics()
    assert await looking.statistics() is first
    async with network.transaction() as tx:
        await tx.delete([town("y")])
    assert (await looking.statistics()).isolated == 1


async def test_who_goes_away_does_not_stop_the_work_of_others(network: Store) -> None:
    looking = observer(network)
    impatient, patient = asyncio.create_task(looking.statistics()), asyncio.create_task(looking.statistics())
    await asyncio.sleep(0.05)
    impatient.cancel()
    assert await patient is await looking.statistics()


async def test_a_chain_is_all_bridges_the_middle_ones_first(store: Store) -> None:
    ids = "abcdefg"
    ties = list(itertools.pairwise(ids))
    nodes = {"municipality": records("id name country", *((i, i, "DE") for i in ids)), "partnership": records("id", *(("".join(t),) for t in ties))}
    links = {Membership: records("source target", *((town(end), f"partnership:{a}{b}") for a, b in ties for end in (a, b)))}
    await settle(store, World(nodes={"country": records("id name", ("DE", "Germany")), **nodes}, links=links))
    found = (await observer(store).statistics()).bridges
    assert [(b.source[-1] + b.target[-1], b.cut_off) for b in found] == [("cd", 3), ("de", 3), ("bc", 2), ("ef", 2)]


async def test_an_empty_network_has_no_figures(store: Store) -> None:
    found = await observer(store).statistics()
    assert (found.mean_degree, found.median_degree, found.largest_degree, found.isolated, found.components) == (0.0, 0.0, 0, 0, ())
    assert (found.communities, found.bridges, found.goals_without_offer, found.countries_without_partnership) == ((), (), (), ())
