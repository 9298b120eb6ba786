"""The watch: a store whose selections are timed, and refused where they give too many rows to be answered in time."""

from __future__ import annotations

import time
from typing import Any, cast

from graph_api.errors import InvalidInput
from graph_api.storage.base import Cell, Selection, Store, nested, rows_in
from graph_api.telemetry import Metrics

MOST_ROWS = 25_000
"""Rows of the selections of one field."""


class Watch:
    """Stands before a store: selecting is watched, all else is the store's own."""

    def __init__(self, store: Store, metrics: Metrics) -> None:
        self._store, self._metrics = store, metrics

    def __getattr__(self, name: str) -> Any:
        return getattr(self._store, name)

    async def select(self, *selections: Selection) -> list[Cell]:
        """See `Reader.select`. Raises InvalidInput where there are too many rows."""
        return nested(selections, await self.select_flat(*selections))

    async def select_flat(self, *selections: Selection) -> list[Cell]:
        """See `Reader.select_flat`. Raises InvalidInput where there are too many rows."""
        began = time.perf_counter()
        try:
            cells = await self._store.select_flat(*selections)
        finally:
            self._metrics.time("partnergraph_store_seconds", "select", time.perf_counter() - began)
        if (rows := rows_in(selections, cells)) > MOST_ROWS:
            raise InvalidInput(f"the answer has {rows:,} records; allowed: {MOST_ROWS:,}; ask for smaller pages")
        return cells


def watched(store: Store, metrics: Metrics) -> Store:
    """The store, watched."""
    return cast("Store", Watch(store, metrics))
