"""Latest: something made from the whole network, kept until the network or the day changes."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from typing import Generic, TypeVar

from graph_api.errors import StoreUnavailable
from graph_api.model import Link
from graph_api.operations.candidates import CandidateFinder, Fitted
from graph_api.storage.base import Reader, Snapshot

T = TypeVar("T")

TRIES = 5
"""Readings until two of them are of one revision."""


class Latest(Generic[T]):
    """Makes something from the profiles that the finder knows and from columns beside them, both of one revision."""

    def __init__(
        self,
        reader: Reader,
        finder: CandidateFinder,
        kinds: Mapping[str, tuple[str, ...]],
        links: Mapping[type[Link], tuple[str, ...]],
        make: Callable[[Fitted, Snapshot], T],
    ) -> None:
        self._reader, self._finder, self._make = reader, finder, make
        self._kinds, self._links = kinds, links
        self._kept: tuple[Fitted, T] | None = None
        self._making = asyncio.Lock()

    async def get(self) -> tuple[T, Fitted]:
        """What was made of the present revision and day, and of what. Raises StoreUnavailable where somebody writes without a pause."""
        async with self._making:
            for _ in range(TRIES):
                fitted = await self._finder.fitted()
                if self._kept and self._kept[0] is fitted:
                    return self._kept[1], fitted
                snapshot = await self._reader.snapshot(self._kinds, self._links)
                if snapshot.revision == fitted.revision:
                    made = await asyncio.to_thread(self._make, fitted, snapshot)
                    self._kept = fitted, made
                    return made, fitted
        raise StoreUnavailable("the network is being written to without a pause")
