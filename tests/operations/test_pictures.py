"""Large pictures: who stands where, what is told of a record, and who sees it."""

from __future__ import annotations

import math
from pathlib import Path

import numpy as np
import pytest

from graph_api.errors import InvalidInput, NotFound
from graph_api.model import Membership
from graph_api.operations.pictures import draw
from graph_api.operations.places import SPACING, places
from graph_api.operations.viewers import ANYBODY
from graph_api.storage.base import Store
from tests.roles import VIEWERS, people
from tests.worlds import World, records, settle

pytestmark = pytest.mark.above_the_port

NOWHERE = (math.nan, math.nan)
SOMEWHERE = World(
    nodes={
        "country": records("id name", ("DE", "Germany")),
        "municipality": records(
            "id name country latitude longitude population", ("null", "Null", "DE", 0.0, -90.0, 5), ("east", "East", "DE", 0.0, 90.0, None)
        ),
        "partnership": records("id name started", ("both", "Both", "2020")),
    },
    links={Membership: records("source target", ("municipality:null", "partnership:both"), ("municipality:east", "partnership:both"))},
)


def placed(*coordinates: tuple[float, float], links: tuple[tuple[int, int], ...] = ()) -> list[list[int]]:
    return places(np.array(coordinates), np.array(links, dtype=np.int64).reshape(-1, 2)).tolist()


def test_municipalities_stand_where_they_lie_on_the_earth() -> None:
    nothing, west, east, north, south = placed((0, 0), (0, -90), (0, 90), (80, 0), (-80, 0))
    quarter = round(math.sqrt(8 * 5) / 4) * SPACING  # the equator is as long as the square root of 8 spots for each record
    assert (nothing, west, east) == ([0, 0], [-quarter, 0], [quarter, 0])
    assert north[1] < 0 < south[1]


def test_others_stand_amid_those_they_are_linked_to() -> None:
    *_, between, beyond = placed((0, -90), (0, 90), NOWHERE, NOWHERE, links=((0, 2), (2, 1), (2, 3)))
    assert between == [0, 0]
    assert math.hypot(*beyond) == pytest.approx(SPACING, abs=1)


def test_no_two_stand_on_one_spot_and_none_further_away_than_it_must() -> None:
    crowd = placed(*[(50.0, 8.0)] * 19)
    assert len(set(map(tuple, crowd))) == 19
    far = [math.dist(crowd[0], other) / SPACING for other in crowd]
    assert sorted(far) == pytest.approx([0.0, *[1.0] * 6, *[3**0.5] * 6, *[2.0] * 6], abs=0.05)


def test_those_with_a_place_of_their_own_come_first() -> None:
    linked, own = placed(NOWHERE, (0, 0), links=((0, 1),))
    assert own == [0, 0]
    assert linked != own


def test_records_without_any_coordinates_are_spread_all_the_same() -> None:
    assert len(set(map(tuple, placed(*[NOWHERE] * 500)))) == 500


async def test_a_picture_is_columns(store: Store) -> None:
    await settle(store, SOMEWHERE)
    picture = (await draw(store, ANYBODY, "municipality:null", depth=2, limit=10)).document()
    assert {name: picture[name] for name in ("total", "truncated", "depths", "groups", "links")} == {
        "total": 3,
        "truncated": False,
        "depths": (0, 1, 2),
        "groups": [
            {"kind": "municipality", "rows": (2, 0), "columns": {
                "id": ["municipality:east", "municipality:null"], "name": ("East", "Null"), "country": ("DE", "DE"), "population": (None, 5)}},
            {"kind": "partnership", "rows": (1,), "columns": {
                "id": ["partnership:both"], "name": ("Both",), "started": ("2020",), "ended": (None,)}},
        ],
        "links": {"kinds": ("membership", "membership"), "sources": (0, 2), "targets": (1, 1)},
    }  # fmt: skip
    assert picture["x"][0] < picture["x"][1] < picture["x"][2]
    assert len(picture["x"]) == len(picture["y"]) == 3


async def test_a_limit_leaves_out_those_furthest_away(store: Store) -> None:
    await settle(store, SOMEWHERE)
    picture = await draw(store, ANYBODY, "municipality:null", depth=3, limit=2)
    assert (picture.found.ids, picture.document()["truncated"]) == (("municipality:null", "partnership:both"), True)


@pytest.mark.parametrize(("depth", "limit", "message"), [(0, 5, "depth is 0; allowed: 1 to 3"), (1, 20_001, "limit is 20001; allowed: 1 to 20000")])
async def test_a_picture_beyond_the_bounds_is_refused(store: Store, depth: int, limit: int, message: str) -> None:
    with pytest.raises(InvalidInput, match=message):
        await draw(store, ANYBODY, "municipality:null", depth=depth, limit=limit)


async def test_what_is_guarded_is_in_no_picture_but_those_of_coordinators(store: Store, tmp_path: Path) -> None:
    await people(store, tmp_path)
    kinds = {who: {group.kind for group in (await draw(store, viewer, "municipality:kisumu", depth=3, limit=500)).groups} for who, viewer in VIEWERS.items()}
    guarded = {who for who, seen in kinds.items() if seen & {"interest", "demand", "change"}}
    assert guarded == {who for who, viewer in VIEWERS.items() if viewer.coordinates} != set()
    for hidden in ("demand:d", "change:c", "municipality:nowhere", "nonsense"):
        with pytest.raises(NotFound):
            await draw(store, ANYBODY, hidden, depth=1, limit=5)
