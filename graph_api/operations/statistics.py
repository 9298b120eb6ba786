"""What the network looks like as a whole: sizes, communities, bridges, and what is missing."""

from __future__ import annotations

import asyncio
import importlib
import statistics
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, cast

import numpy as np

from graph_api.model import KINDS, InterestStatus
from graph_api.operations.candidates import CandidateFinder, Fitted
from graph_api.storage.base import Compare, Negate, Operator, Reader, Selection, Shape, Wanted
from matching.profile import OFFERS, SEEKS, Profiles

MOST_LISTED = 50
"""Entries of each list in the answer."""


@dataclass(frozen=True, kw_only=True)
class Community:
    """Municipalities that are linked to each other more than to others; named after its best connected members."""

    size: int
    members: tuple[str, ...]
    """Ids of the ten best connected."""
    countries: tuple[str, ...]
    """Its three most frequent countries."""


@dataclass(frozen=True, kw_only=True)
class Bridge:
    """A partnership without which a part of the network would be cut off."""

    source: str
    target: str
    cut_off: int
    """Number of municipalities on the smaller side."""


@dataclass(frozen=True, kw_only=True)
class Gap:
    """A subject that many seek and nobody offers."""

    subject: str
    seekers: int


@dataclass(frozen=True, kw_only=True)
class NetworkStatistics:
    """The network at one revision. Degree means: number of different partners of a municipality."""

    revision: int
    counts: Mapping[str, int]
    """Number of records of each kind."""
    mean_degree: float
    median_degree: float
    largest_degree: int
    isolated: int
    """Municipalities without any partner."""
    components: tuple[int, ...]
    """Sizes of the connected parts with at least two members, the largest first."""
    communities: tuple[Community, ...]
    bridges: tuple[Bridge, ...]
    goals_without_offer: tuple[Gap, ...]
    countries_without_partnership: tuple[str, ...]
    """Countries on the DAC list of which no municipality here has a partner."""
    never_contacted: int
    """Municipalities in countries on the DAC list without partnership or interest."""


def describe(profiles: Profiles, *, revision: int, counts: Mapping[str, int], contacted: frozenset[str] = frozenset()) -> NetworkStatistics:
    """The statistics of a network; `contacted` holds ids of municipalities that have sent or received an interest.

    Takes some seconds for tens of thousands of municipalities: run it in a thread. The same network gives the same answer.
    """
    graph: Any = _networkx().Graph()
    graph.add_edges_from(zip(profiles.ties.a.tolist(), profiles.ties.b.tolist(), strict=True))
    degree: dict[int, int] = dict(graph.degree())
    degrees = [degree.get(row, 0) for row in range(len(profiles))]
    parts: list[set[int]] = list(_networkx().connected_components(graph))
    components = sorted(parts, key=lambda c: (-len(c), min(c)))
    return NetworkStatistics(
        revision=revision,
        counts=counts,
        mean_degree=statistics.fmean(degrees) if degrees else 0.0,
        median_degree=float(statistics.median(degrees)) if degrees else 0.0,
        largest_degree=max(degrees, default=0),
        isolated=degrees.count(0),
        components=tuple(len(c) for c in components[:MOST_LISTED]),
        communities=_communities(graph, degree, profiles),
        bridges=_bridges(graph, components, profiles),
        goals_without_offer=_gaps(profiles),
        countries_without_partnership=_untouched(profiles, degrees),
        never_contacted=sum(1 for row, d in enumerate(degrees) if d == 0 and profiles.eligible[row] and profiles.ids[row] not in contacted),
    )


def _networkx() -> Any:
    """The graph library: slow to import and seldom needed, and without types."""
    return importlib.import_module("networkx")


def _communities(graph: Any, degree: Mapping[int, int], profiles: Profiles) -> tuple[Community, ...]:
    nx = _networkx()
    ordered: Any = nx.Graph()
    ordered.add_nodes_from(sorted(graph.nodes))
    ordered.add_edges_from(sorted(tuple(sorted(edge)) for edge in graph.edges))
    groups: list[set[int]] = nx.community.louvain_communities(ordered, seed=0)
    found = sorted(groups, key=lambda c: (-len(c), min(c)))
    communities: list[Community] = []
    for members in found[:MOST_LISTED]:
        central = sorted(members, key=lambda row: (-degree[row], profiles.ids[row]))[:10]
        countries = Counter(profiles.country[row] for row in members)
        most = sorted(countries, key=lambda code: (-countries[code], code))[:3]
        communities.append(Community(size=len(members), members=tuple(profiles.ids[row] for row in central), countries=tuple(most)))
    return tuple(communities)


def _bridges(graph: Any, components: Sequence[set[int]], profiles: Profiles) -> tuple[Bridge, ...]:
    """The bridges that cut off most, within the connected parts; those that cut off a single municipality are left out."""
    nx = _networkx()
    edges: list[tuple[int, int]] = list(nx.bridges(graph))
    blocks: Any = graph.copy()
    blocks.remove_edges_from(edges)
    whole: list[set[int]] = list(nx.connected_components(blocks))
    block = {row: place for place, rows in enumerate(whole) for row in rows}
    sizes = Counter(block.values())
    tree: Any = nx.Graph([(block[a], block[b], {"edge": (a, b)}) for a, b in edges])
    found: list[Bridge] = []
    for component in components:
        root = block[min(component)]
        if root in tree:
            found += _cuts(tree, root, sizes, len(component), profiles)
    return tuple(sorted(found, key=lambda e: (-e.cut_off, e.source, e.target))[:MOST_LISTED])


def _cuts(tree: Any, root: int, sizes: Mapping[int, int], whole: int, profiles: Profiles) -> list[Bridge]:
    """What each bridge of one connected part cuts off; `tree` joins, by its bridges, the blocks that hold together without them."""
    order: list[tuple[int, int]] = list(_networkx().dfs_edges(tree, root))
    below = dict(sizes)
    found: list[Bridge] = []
    for above, block in reversed(order):
        below[above] += below[block]
        cut_off = min(below[block], whole - below[block])
        if cut_off > 1:
            a, b = cast("tuple[int, int]", tree.edges[above, block]["edge"])
            source, target = sorted((profiles.ids[a], profiles.ids[b]))
            found.append(Bridge(source=source, target=target, cut_off=cut_off))
    return found


def _gaps(profiles: Profiles) -> tuple[Gap, ...]:
    focuses, n = profiles.focuses, len(profiles.subjects.ids)
    once = np.unique(np.stack([focuses.municipality, focuses.subject, focuses.direction]), axis=1)  # a department may seek what its municipality seeks
    seekers, offered = (np.bincount(once[1, once[2] == direction], minlength=n) for direction in (SEEKS, OFFERS))
    rows = [int(row) for row in np.flatnonzero((seekers > 0) & (offered == 0))]
    gaps = [Gap(subject=profiles.subjects.ids[row], seekers=int(seekers[row])) for row in rows]
    return tuple(sorted(gaps, key=lambda g: (-g.seekers, g.subject))[:MOST_LISTED])


def _untouched(profiles: Profiles, degrees: Sequence[int]) -> tuple[str, ...]:
    linked = {profiles.country[row] for row, d in enumerate(degrees) if d}
    return tuple(sorted({profiles.country[row] for row in np.flatnonzero(profiles.eligible).tolist()} - linked))


class Observer:
    """Describes the network as it is now; a description is kept until the network changes."""

    def __init__(self, reader: Reader, finder: CandidateFinder) -> None:
        self._reader, self._finder = reader, finder
        self._last: NetworkStatistics | None = None
        self._describing: asyncio.Task[NetworkStatistics] | None = None

    async def statistics(self) -> NetworkStatistics:
        """The network's statistics. Who goes away meanwhile does not stop the work: the next one finds it done."""
        fitted = await self._finder.fitted()
        last = self._last
        if last is None or last.revision != fitted.revision:
            if self._describing is None or self._describing.done():
                self._describing = asyncio.create_task(self._describe(fitted))
            self._last = last = await asyncio.shield(self._describing)
        return last

    async def _describe(self, fitted: Fitted) -> NetworkStatistics:
        counts = {kind: await self._reader.count(kind) for kind in KINDS}
        contacted = await self._contacted()
        profiles = fitted.matcher.profiles_
        found = self._last = await asyncio.to_thread(describe, profiles, revision=fitted.revision, counts=counts, contacted=contacted)
        return found

    async def _contacted(self) -> frozenset[str]:
        ends = tuple(Wanted(relation=end, selection=Selection(shapes=(Shape(kind="municipality"),))) for end in ("asker", "asked"))
        sent = Negate(of=Compare(property="status", operator=Operator.EQ, value=InterestStatus.DISMISSED))
        [[_, rows]] = await self._reader.select(Selection(shapes=(Shape(kind="interest", links=ends),), filter=sent))
        return frozenset(end[0] for row in rows for _, found in row[4] for end in found)
