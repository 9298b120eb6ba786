"""Quotas: how many requests somebody may make, as token buckets in bounded memory."""

from __future__ import annotations

import time
from collections import OrderedDict
from collections.abc import Callable

MOST_KNOWN = 20_000
"""Bucket holders that are remembered; who was away longest is forgotten first, and starts again with a full bucket."""


class Quota:
    """A bucket for each name: it holds `burst` requests and gets `rate` new ones a second."""

    def __init__(self, *, rate: float, burst: float, most_known: int = MOST_KNOWN, clock: Callable[[], float] = time.monotonic) -> None:
        self._rate, self._burst, self._most_known, self._clock = rate, burst, most_known, clock
        self._buckets: OrderedDict[str, tuple[float, float]] = OrderedDict()

    def take(self, name: str) -> float:
        """Takes one request out of a bucket; 0 where there was one, else the seconds until there is."""
        now = self._clock()
        left, then = self._buckets.pop(name, (self._burst, now))
        left = min(self._burst, left + (now - then) * self._rate)
        wait = 0.0 if left >= 1 else (1 - left) / self._rate
        self._buckets[name] = (left - 1 if wait == 0 else left, now)
        while len(self._buckets) > self._most_known:
            self._buckets.popitem(last=False)
        return wait

    def __len__(self) -> int:
        return len(self._buckets)
