"""The compiled root field `search`: one search, then one select for all that is asked of what it found."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

from graphql import FieldNode
from strawberry.utils.str_converters import to_camel_case

from graph_api.schema.compiled_records import ByIds, Turn, records_turn
from graph_api.schema.explore import HITS, KIND, LONGEST_TEXT, SEARCHED, decode_offset, encode_offset, goes_on, texts_in, texts_of
from graph_api.schema.selections import Reading
from graph_api.schema.writing import Uncovered
from graph_api.storage.base import Cell, Hits, Search, Store
from graph_api.storage.ranking import MOST_CANDIDATES

MOST_HITS = 100
"""Hits of a page, at most."""

Values: TypeAlias = Mapping[str, Any]
"""The values that the fields of an object can have, by the fields' names."""
Choose: TypeAlias = Callable[[Values], dict[str, Any]]
"""Those values that are selected, by their response keys."""


@dataclass(frozen=True, kw_only=True)
class Found:
    """A page of what a text finds."""

    node: FieldNode
    records: ByIds | None
    """What is asked of the records; None: nothing."""
    text: bool
    """Whether the texts are asked for."""
    choose: Choose
    choose_edge: Choose
    choose_page: Choose
    choose_kind: Choose

    async def turn(self, read: Reading, store: Store) -> Turn:
        """See `Root`."""
        search = _search(read.arguments(self.node, "Query"))
        hits = await store.search(search)
        ids = [hit.id for hit in hits.hits]
        selections, by_id = records_turn(self.records, read, ids) if self.records else ((), _nobody)
        texts = texts_of(ids) if self.text else []

        def write(cells: Sequence[Cell]) -> Any:
            return self._connection(hits, search.offset, by_id(cells[: len(selections)]), texts_in(hits.hits, cells[len(selections) :]))

        return (*selections, *texts), write

    def _connection(self, hits: Hits, begin: int, records: Mapping[str, Any], texts: Mapping[str, str]) -> dict[str, Any]:
        cursors = [encode_offset(begin + place) for place in range(len(hits.hits))]
        edges = [
            self.choose_edge(
                {
                    "cursor": cursor,
                    "node": records[hit.id] if self.records else None,
                    "score": hit.score,
                    "matched": to_camel_case(hit.property),
                    "text": texts.get(hit.id),
                }
            )
            for hit, cursor in zip(hits.hits, cursors, strict=True)
        ]
        page = {
            "hasNextPage": goes_on(hits, begin),
            "hasPreviousPage": False,
            "startCursor": cursors[0] if cursors else None,
            "endCursor": cursors[-1] if cursors else None,
        }
        kinds = [self.choose_kind({"kind": KIND[kind].name, "count": count}) for kind, count in hits.kinds.items()]
        return self.choose({"edges": edges, "pageInfo": self.choose_page(page), "totalCount": hits.total, "kinds": kinds})


def _search(given: Mapping[str, Any]) -> Search:
    """The search that arguments mean. Raises Uncovered for pages from the end and for what is not allowed."""
    text, kinds, first = given["text"], given.get("kinds"), given.get("first")
    number = HITS if first is None else first
    if given.get("last") is not None or given.get("before") is not None or len(text) > LONGEST_TEXT or not 0 <= number <= MOST_HITS:
        raise Uncovered
    begin = decode_offset(given.get("after"))
    wanted = SEARCHED if kinds is None else tuple(kind.value for kind in kinds if kind.value in SEARCHED)
    return Search(text=text, kinds=wanted, first=max(min(begin + number, MOST_CANDIDATES) - begin, 0), offset=begin)


def compile_search(read: Reading, nodes: list[FieldNode]) -> Found:
    """The field `search` that some nodes select. Raises Uncovered where one object is asked for under several keys."""
    groups = read.fields(nodes, "SearchConnection")
    edges = read.fields(_only(groups, "edges"), "SearchEdge")
    records = _only(edges, "node")
    return Found(
        node=nodes[0],
        records=ByIds(nodes=records, plain=read) if records else None,
        text=any(group[0].name.value == "text" for group in edges.values()),
        choose=_choosing(groups, "SearchConnection"),
        choose_edge=_choosing(edges, "SearchEdge"),
        choose_page=_choosing(read.fields(_only(groups, "pageInfo"), "PageInfo"), "PageInfo"),
        choose_kind=_choosing(read.fields(_only(groups, "kinds"), "KindCount"), "KindCount"),
    )


def _only(groups: Mapping[str, list[FieldNode]], name: str) -> list[FieldNode]:
    """The nodes of a field that stands under one key at most."""
    found = [group for group in groups.values() if group[0].name.value == name]
    if len(found) > 1:
        raise Uncovered
    return found[0] if found else []


def _nobody(_: Sequence[Cell]) -> dict[str, Any]:
    return {}


def _choosing(groups: Mapping[str, list[FieldNode]], owner: str) -> Choose:
    names = [(key, group[0].name.value) for key, group in groups.items()]
    return lambda values: {key: owner if name == "__typename" else values[name] for key, name in names}
