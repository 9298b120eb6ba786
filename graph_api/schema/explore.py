"""Root fields for finding one's way: search, paths, the network as a whole."""

import base64
import enum
from collections.abc import Sequence
from typing import Annotated, Any

import strawberry
from strawberry.utils.str_converters import to_camel_case

from graph_api.errors import Conflict, InvalidInput, NotFound
from graph_api.model import KINDS, LINKS, kind_of, link_name, properties
from graph_api.operations.paths import find_paths
from graph_api.operations.statistics import NetworkStatistics
from graph_api.operations.viewers import GUARDED
from graph_api.schema.info import Info, argument, bounded, described, parted, records_by_id, with_ids
from graph_api.schema.mirror import Kind, PageInfoType, RecordType, declare_enum
from graph_api.schema.nodes import PageInfo
from graph_api.schema.results import Neighbourhood, NeighbourhoodLinks
from graph_api.storage.base import Cell, Expansion, Hit, Hits, Search, Selection, Shape
from graph_api.storage.base import Neighbourhood as Expanded
from graph_api.storage.ranking import MOST_CANDIDATES

KIND: dict[str, Any] = {member.value: member for member in list(Kind)}  # pyright: ignore[reportArgumentType, reportCallIssue, reportUnknownVariableType]
LINK = {link_name(link): link for link in LINKS}
LinkKind = enum.Enum("LinkKind", {name.upper(): name for name in LINK}, module=__name__)
declare_enum(LinkKind, "The kinds of links.", {name.upper(): (link.__doc__ or "").strip() for name, link in LINK.items()})
TEXTS = tuple(Shape(kind=kind, properties=names) for kind, cls in KINDS.items() if (names := tuple(p.name for p in properties(cls).values() if p.search)))
"""Every searched text of every kind that has one."""
SEARCHED = tuple(shape.kind for shape in TEXTS)
LONGEST_TEXT = 200
HITS = 20
"""Hits of a page where no number is given."""
DEEPEST = 3
MOST_NODES = 5_000
LONGEST_PATH = 6
MOST_PATHS = 50


def _picked(root: strawberry.Parent[Any], info: strawberry.Info) -> Any:
    return root.records[info.path.key]


# ── results ───────────────────────────────────────────────────────────────────────────────────────────────────────────


@strawberry.type(description="A record that a search found.")
class SearchEdge:
    """A record that a search found."""

    cursor: str = described("Where this edge stands, for `after`.")
    node: RecordType = strawberry.field(description="The record.", resolver=_picked)
    score: float = described("How well it fits; a higher score fits better.")
    matched: str = described("The property that fits best.")
    text: str | None = described("The value of that property, to be shown with what was typed marked in it.")
    records: strawberry.Private[dict[str, Any]]


@strawberry.type(description="How many records of a kind a search found.")
class KindCount:
    """How many records of a kind there are."""

    kind: Kind = described("The kind.")
    count: int = described("Number of records.")


@strawberry.type(description="One page of what a search found, best first.")
class SearchConnection:
    """One page of what a search found."""

    edges: list[SearchEdge] = described("The records of this page.")
    page_info: PageInfoType = described("Where this page stands.")
    total_count: int = described("Number of records found.")
    kinds: list[KindCount] = described("How many of each kind were found.")


@strawberry.type(name="Path", description="A way from one record to another over links.")
class PathType:
    """A way from one record to another."""

    nodes: list[RecordType] = strawberry.field(description="The records on the way, both ends among them.", resolver=_picked)
    length: int = described("Number of links.")
    records: strawberry.Private[dict[str, Any]]


@strawberry.type(name="Degrees", description="How many partners municipalities have.")
class Degrees:
    """How many partners municipalities have."""

    mean: float = described("The mean.")
    median: float = described("The median.")
    largest: int = described("The largest.")
    isolated: int = described("Number of municipalities without a partner.")


@strawberry.type(name="Community", description="Municipalities that are linked to each other more than to others.")
class CommunityType:
    """Municipalities that belong together."""

    size: int = described("Number of municipalities.")
    members: list[strawberry.ID] = described("Ids of the ten best connected.")
    countries: list[str] = described("Its three most frequent countries.")


@strawberry.type(name="Bridge", description="A tie without which a part of the network would be cut off.")
class BridgeType:
    """A tie that holds the network together."""

    source: strawberry.ID = described("One of the two municipalities.")
    target: strawberry.ID = described("The other.")
    cut_off: int = described("Number of municipalities on the smaller side.")


@strawberry.type(name="Gap", description="A subject that is sought and that nobody offers.")
class GapType:
    """A subject that nobody offers."""

    subject: strawberry.ID = described("Id of the topic, goal or target.")
    seekers: int = described("Number of municipalities that seek it.")


@strawberry.type(name="NetworkStatistics", description="The network as a whole.")
class NetworkStatisticsType:
    """The network as a whole."""

    revision: int = described("Revision of the network that this is about.")
    counts: list[KindCount] = described("Number of records of each kind.")
    degrees: Degrees = described("How many partners municipalities have.")
    components: list[int] = described("Sizes of the connected parts, the largest first, at most 50.")
    communities: list[CommunityType] = described("Communities, the largest first, at most 50.")
    bridges: list[BridgeType] = described("Ties that would cut off most if they went, at most 50.")
    gaps: list[GapType] = described("Subjects that are sought and not offered, the most sought first, at most 50.")
    countries_without_partnership: list[str] = described("ISO 3166-1 alpha-2 codes of countries on the DAC list of which no municipality here has a partner.")
    never_contacted: int = described("Municipalities in countries on the DAC list with neither a partner nor an interest.")


# ── fields ────────────────────────────────────────────────────────────────────────────────────────────────────────────


def encode_offset(offset: int) -> str:
    """A place in a search's result as an opaque text."""
    return base64.urlsafe_b64encode(f"hit:{offset}".encode()).decode().rstrip("=")


def decode_offset(cursor: str | None) -> int:
    """Number of hits before and at a cursor; raises InvalidInput for a text that is no cursor of a search."""
    if cursor is None:
        return 0
    try:
        head, number = base64.b64decode(cursor + "=" * (-len(cursor) % 4), altchars=b"-_", validate=True).decode().split(":")
        if head == "hit" and number.isdecimal() and len(number) < 8:
            return int(number) + 1
    except ValueError:
        pass
    raise InvalidInput(f"{cursor[:40]!r} is not a cursor of a search; take one from pageInfo or an edge")


@strawberry.type
class ExploreFields:
    """Root fields for finding one's way."""

    @strawberry.field(description="Finds records of all kinds by what they are called, in any language: beginnings of words, without accents, with one typo.")
    async def search(
        self,
        info: Info,
        text: Annotated[str, argument("What was typed, at most 200 characters.")],
        kinds: Annotated[list[Kind] | None, argument("Only records of these kinds.")] = None,
        first: Annotated[int | None, argument("At most this many from the beginning, from 0 to 100; 20 where neither first nor last is given.")] = None,
        after: Annotated[str | None, argument("Only what comes after this cursor.")] = None,
        last: Annotated[int | None, argument("At most this many from the end, from 0 to 100.")] = None,
        before: Annotated[str | None, argument("Only what comes before this cursor.")] = None,
    ) -> SearchConnection:
        """What a text finds."""
        bounded("the length of text", len(text), 0, LONGEST_TEXT)
        bounded("first", first or 0, 0, 100)
        bounded("last", last or 0, 0, 100)
        wanted = SEARCHED if kinds is None else tuple(k.value for k in kinds if k.value in SEARCHED)
        begin, end = decode_offset(after), MOST_CANDIDATES if before is None else decode_offset(before) - 1
        if last is not None:
            there = await info.context.store.search(Search(text=text, kinds=wanted, first=0))
            end = min(end, there.total)
        if first is not None or last is None:
            end = min(end, begin + (HITS if first is None else first))
        if last is not None:
            begin = max(begin, end - last)
        hits = await info.context.store.search(Search(text=text, kinds=wanted, first=max(end - begin, 0), offset=begin))
        return await _search_connection(info, hits, begin, backward=last is not None)

    @strawberry.field(description="The records around a record and the links between them.")
    async def neighbourhood(
        self,
        info: Info,
        id: Annotated[strawberry.ID, argument("The record in the middle.")],
        depth: Annotated[int, argument("How many links far, from 1 to 3.")] = 1,
        kinds: Annotated[list[Kind] | None, argument("Only through and to records of these kinds.")] = None,
        links: Annotated[list[LinkKind] | None, argument("Only over links of these kinds.")] = None,
        limit: Annotated[int, argument("At most this many records, the nearest first, from 1 to 5,000.")] = 200,
    ) -> Neighbourhood:
        """The neighbourhood of a record."""
        bounded("depth", depth, 1, DEEPEST)
        bounded("limit", limit, 1, MOST_NODES)
        wanted = tuple(KINDS) if kinds is None else tuple(kind.value for kind in kinds)
        seen = wanted if info.context.viewer.coordinates else tuple(kind for kind in wanted if kind not in GUARDED)
        if not info.context.viewer.coordinates and kind_of(id) in GUARDED:
            raise NotFound(id)
        over = None if links is None else tuple(LINK[link.value] for link in links)
        return await _neighbourhood(info, await info.context.store.expand(Expansion(ids=(id,), depth=depth, kinds=seen, links=over, limit=limit)), id)

    @strawberry.field(description="The shortest ways from one record to another; none leads through an expert who has not agreed to be named.")
    async def paths(
        self,
        info: Info,
        from_: Annotated[strawberry.ID, argument("Where the way begins.", "from")],
        to: Annotated[strawberry.ID, argument("Where it ends.")],
        max_length: Annotated[int, argument("At most so many links, from 1 to 6.")] = 4,
        first: Annotated[int, argument("At most so many ways, from 1 to 50.")] = 5,
    ) -> list[PathType]:
        """Ways between two records."""
        bounded("maxLength", max_length, 1, LONGEST_PATH)
        bounded("first", first, 1, MOST_PATHS)
        context = info.context
        found = await find_paths(context.store, context.viewer, from_, to, longest=max_length, first=first)
        return await _paths(info, found)

    @strawberry.field(description="The network as a whole: sizes, communities, bridges, and what is missing.")
    async def network_statistics(self, info: Info) -> NetworkStatisticsType:
        """The network as a whole."""
        return _statistics(await info.context.observer.statistics())


async def records_along(info: Info, path: Sequence[tuple[str, str]], ids: Sequence[str]) -> dict[str, dict[str, Any]]:
    """Records by id for each response key under which a field asks for them; `path` names the fields on the way, with the types they belong to."""
    nodes, read = info.nodes, info.reading
    for parent, field in path[:-1]:
        nodes = [node for group in read.fields(nodes, parent).values() if group[0].name.value == field for node in group]
    groups = {key: group for key, group in read.fields(nodes, path[-1][0]).items() if group[0].name.value == path[-1][1]}
    parts = parted(ids)
    asked = {(key, kinds): read.one(group, kinds, with_ids(some)) for key, group in groups.items() for kinds, some in parts.items()}
    found = await records_by_id(info, asked)
    records = {key: {i: record for kinds in parts for i, record in found[key, kinds].items()} for key in groups}
    if any(len(some) < len(set(ids)) for some in records.values()):
        raise Conflict("the network was changed while it was read; ask again")
    return records


def texts_of(ids: Sequence[str]) -> list[Selection]:
    """What to select for the texts of hits; `texts_in` reads the answer. The same for hits of any kinds, so that a server plans it once."""
    return [Selection(shapes=TEXTS, filter=with_ids(ids))] if ids else []


def texts_in(hits: Sequence[Hit], cells: Sequence[Cell]) -> dict[str, str]:
    """For each hit the text that was found."""
    rows = {row[0]: row[2:] for _, rows in cells for row in rows}
    names = {shape.kind: shape.properties for shape in TEXTS}
    values = {hit.id: rows[hit.id][names[hit.id.partition(":")[0]].index(hit.property)] for hit in hits if hit.id in rows}
    return {i: " · ".join(value) if isinstance(value, list) else str(value) for i, value in values.items()}  # pyright: ignore[reportUnknownArgumentType]


def goes_on(hits: Hits, offset: int) -> bool:
    """Whether a page of hits is not the last one that can be turned to."""
    return bool(hits.hits) and offset + len(hits.hits) < min(hits.total, MOST_CANDIDATES)


async def _search_connection(info: Info, hits: Hits, offset: int, *, backward: bool) -> SearchConnection:
    ids = [h.id for h in hits.hits]
    records = await records_along(info, [("SearchConnection", "edges"), ("SearchEdge", "node")], ids)
    wants_texts = any(node.name.value == "text" for node in info.reading.below(info.nodes))
    texts = texts_in(hits.hits, await info.context.store.select_flat(*texts_of(ids))) if wants_texts else {}
    edges = [
        SearchEdge(
            cursor=encode_offset(offset + place),
            score=hit.score,
            matched=to_camel_case(hit.property),
            text=texts.get(hit.id),
            records={key: by_id[hit.id] for key, by_id in records.items()},
        )
        for place, hit in enumerate(hits.hits)
    ]
    page = PageInfo(
        has_next_page=goes_on(hits, offset),
        has_previous_page=backward and offset > 0,
        start_cursor=edges[0].cursor if edges else None,
        end_cursor=edges[-1].cursor if edges else None,
    )
    kinds = [KindCount(kind=KIND[kind], count=count) for kind, count in hits.kinds.items()]
    return SearchConnection(edges=edges, page_info=page, total_count=hits.total, kinds=kinds)  # pyright: ignore[reportArgumentType]


async def _neighbourhood(info: Info, found: Expanded, center: str) -> Neighbourhood:
    if not found.ids:
        raise NotFound(center)
    records = await records_along(info, [("Neighbourhood", "nodes")], found.ids)
    return Neighbourhood(
        depths=list(found.depths),
        links=NeighbourhoodLinks(kinds=list(found.links), sources=list(found.sources), targets=list(found.targets)),
        truncated=found.total > len(found.ids),
        total=found.total,
        records={key: [by_id[i] for i in found.ids] for key, by_id in records.items()},
    )


async def _paths(info: Info, found: Sequence[Sequence[str]]) -> list[PathType]:
    ids = list(dict.fromkeys(node for path in found for node in path))
    records = await records_along(info, [("Path", "nodes")], ids)
    return [PathType(length=len(path) - 1, records={key: [by_id[node] for node in path] for key, by_id in records.items()}) for path in found]


def _statistics(found: NetworkStatistics) -> NetworkStatisticsType:
    return NetworkStatisticsType(
        revision=found.revision,
        counts=[KindCount(kind=KIND[kind], count=count) for kind, count in found.counts.items() if kind not in GUARDED],
        degrees=Degrees(mean=found.mean_degree, median=found.median_degree, largest=found.largest_degree, isolated=found.isolated),
        components=list(found.components),
        communities=[CommunityType(size=c.size, members=[strawberry.ID(m) for m in c.members], countries=list(c.countries)) for c in found.communities],
        bridges=[BridgeType(source=strawberry.ID(b.source), target=strawberry.ID(b.target), cut_off=b.cut_off) for b in found.bridges],
        gaps=[GapType(subject=strawberry.ID(g.subject), seekers=g.seekers) for g in found.goals_without_offer],
        countries_without_partnership=list(found.countries_without_partnership),
        never_contacted=found.never_contacted,
    )
