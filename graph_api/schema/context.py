"""What every resolver may use: the store, the operations, the viewer."""

from __future__ import annotations

import datetime
from collections.abc import Callable
from dataclasses import dataclass

from graph_api.operations.candidates import CandidateFinder
from graph_api.operations.changes import Editor
from graph_api.operations.exchanges import ExchangeFinder
from graph_api.operations.experts import ExpertFinder
from graph_api.operations.groups import LONGEST, Grouper
from graph_api.operations.plans import Planner
from graph_api.operations.statistics import Observer
from graph_api.operations.texts import SubjectFinder
from graph_api.operations.viewers import ANYBODY, Viewer
from graph_api.storage.base import Store

LARGEST_PAGE = 500
"""Edges of a page."""


@dataclass(frozen=True, kw_only=True)
class Context:
    """One request's surroundings."""

    store: Store
    finder: CandidateFinder
    experts: ExpertFinder
    exchanges: ExchangeFinder
    groups: Grouper
    plans: Planner
    observer: Observer
    texts: SubjectFinder
    editor: Editor
    viewer: Viewer = ANYBODY
    largest_page: int = LARGEST_PAGE


def create_context(
    store: Store,
    *,
    read: Store | None = None,
    today: Callable[[], datetime.date] = datetime.date.today,
    longest: float = LONGEST,
    fitted: Callable[[float], None] = lambda _: None,
) -> Context:
    """The surroundings of requests by anybody on a store.

    `read` is the same store as resolvers are to see it, where it is watched; `longest` is how many seconds a search for groups may take;
    `fitted` is told how long each fitting of the matcher took.
    """
    finder = CandidateFinder(store, today=today, took=fitted)
    experts = ExpertFinder(store, finder)
    return Context(
        store=read or store,
        finder=finder,
        experts=experts,
        exchanges=ExchangeFinder(store, finder),
        groups=Grouper(store, finder, experts, longest=longest),
        plans=Planner(store, finder),
        observer=Observer(store, finder),
        texts=SubjectFinder(store),
        editor=Editor(store, today=today),
    )
