"""What every resolver may use: the store, the operations, the viewer."""

from __future__ import annotations

from dataclasses import dataclass

from graph_api.operations.candidates import CandidateFinder
from graph_api.operations.changes import Editor
from graph_api.operations.statistics import Observer
from graph_api.operations.viewers import ANYBODY, Viewer
from graph_api.storage.base import Store

LARGEST_PAGE = 500
"""Edges of a page."""


@dataclass(frozen=True, kw_only=True)
class Context:
    """One request's surroundings."""

    store: Store
    finder: CandidateFinder
    observer: Observer
    editor: Editor
    viewer: Viewer = ANYBODY
    largest_page: int = LARGEST_PAGE
