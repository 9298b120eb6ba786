"""Places: where the records of a large picture stand, as on a map, and no two on one spot.

Municipalities stand where they lie on the earth; every other record, and a municipality of which that is not known, stands amid those it is
linked to. Where many are close together they give way to each other, so that a crowded country grows over its surroundings. The same records
and links give the same places, and one record more hardly moves the others.
"""

from __future__ import annotations

from typing import TypeAlias, cast

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import gaussian_filter  # pyright: ignore[reportMissingTypeStubs, reportUnknownVariableType]

Points: TypeAlias = NDArray[np.float64]
Rows: TypeAlias = NDArray[np.int64]

SPACING = 32
"""Units of the picture between neighbouring spots."""
ROOM = 8
"""How large the earth is: the square of its width is so many squares of the spacing for each record, which is 4.5 spots."""
ROW = 0.75**0.5
"""Distance of rows of spots, in spacings: each is shifted by half a spacing against the next."""

BLUR = 6
"""Spots over which a crowd is felt."""
CHUNK = 256
"""Spots that are looked at together."""


def places(coordinates: Points, links: Rows) -> Rows:
    """Places x, y (to the right, downwards; whole units) of n records, of shape (n, 2).

    `coordinates` holds latitude and longitude in degrees, shape (n, 2), NaN where there are none; `links` the rows of the ends, shape (m, 2).
    The most crowded come first, so that in a crowd the order from its middle outwards stays, and what belongs together.
    """
    located = np.isfinite(coordinates.sum(axis=1))
    ideal = _amid(_projected(coordinates) * (ROOM * len(coordinates)) ** 0.5, located, links)
    wanted = _nearest(ideal)
    order = np.lexsort((~located, *ideal.T, *wanted.T, -_crowd(wanted)))
    spots = np.empty_like(wanted)
    spots[order] = _apart(wanted[order])
    q, r = spots.T
    return np.rint(np.column_stack((q + r / 2, r * ROW)) * SPACING).astype(np.int64)


def _projected(coordinates: Points) -> Points:
    """Points of the Equal Earth projection (Šavrič, Patterson, Jenny 2019, doi:10.1080/13658816.2018.1504949); the equator's length is 1."""
    latitude, longitude = np.radians(coordinates).T
    a, b, c, d = 1.340264, -0.081106, 0.000893, 0.003796
    t = np.arcsin(3**0.5 / 2 * np.sin(latitude))
    x = longitude * np.cos(t) * a / (9 * d * t**8 + 7 * c * t**6 + 3 * b * t**2 + a) / (2 * np.pi)
    y = (d * t**9 + c * t**7 + b * t**3 + a * t) * a * 3**0.5 / (4 * np.pi)
    return np.column_stack((x, -y))


def _amid(points: Points, known: NDArray[np.bool_], links: Rows) -> Points:
    """The points, and for each that is not known the mean of its neighbours that are; round by round outwards from the known ones."""
    points, known = np.where(known[:, None], points, 0.0), known.copy()
    here, there = np.concatenate((links, links[:, ::-1])).T
    while (reached := known[there] & ~known[here]).any():
        number = np.bincount(here[reached], minlength=len(points))
        new = number > 0
        for axis in (0, 1):
            sums = np.bincount(here[reached], weights=points[there[reached], axis], minlength=len(points))
            points[new, axis] = sums[new] / number[new]
        known |= new
    return points


def _nearest(points: Points) -> Rows:
    """The spots nearest to points, in columns q, r: a spot lies at x = q + r / 2, y = r · ROW."""
    r = np.rint(points[:, 1] / ROW)
    return np.column_stack((np.rint(points[:, 0] - r / 2), r)).astype(np.int64)


def _crowd(wanted: Rows) -> Points:
    """For each record how crowded it is where it wants to stand: records there and, the less the further away, around."""
    low = wanted.min(axis=0) - BLUR
    there = np.zeros(tuple(wanted.max(axis=0) + BLUR - low + 1))
    np.add.at(there, tuple((wanted - low).T), 1)
    felt = cast("Points", gaussian_filter(there, BLUR, mode="constant"))
    return felt[tuple((wanted - low).T)]


def _around(n: int) -> Rows:
    """The n spots nearest to one, itself first, as seen from it."""
    reach = int((n * ROW / np.pi) ** 0.5 / ROW) + 2
    q, r = (axis.ravel() for axis in np.mgrid[-reach : reach + 1, -reach : reach + 1])
    order = np.lexsort((np.arctan2(r * ROW, q + r / 2), q * q + q * r + r * r))
    return np.column_stack((q, r))[order[:n]]


def _apart(own: Rows) -> Rows:
    """For each record the free spot nearest to the one it wants, each taken once, earlier ones first."""
    around = _around(len(own))
    margin = int(np.abs(around).max())
    low = own.min(axis=0) - margin
    width = int(np.ptp(own[:, 1])) + 2 * margin + 1
    free = np.ones((int(np.ptp(own[:, 0])) + 2 * margin + 1) * width, dtype=bool)
    steps = around @ (width, 1)
    tried: dict[int, int] = {}
    chosen = np.empty(len(own), dtype=np.int64)
    for record, spot in enumerate(((own - low) @ (width, 1)).tolist()):
        begin = tried.get(spot, 0)
        # of the n nearest spots one is always free
        while not (open_ := free[spot + steps[begin : begin + CHUNK]]).any():
            begin += CHUNK
        chosen[record] = begin + open_.argmax()
        free[spot + steps[chosen[record]]] = False
        tried[spot] = begin
    return own + around[chosen]
