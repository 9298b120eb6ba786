"""Gives the network out as a graph, for programs that draw and measure graphs: GraphML, GEXF, node-link JSON."""

from __future__ import annotations

import importlib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import orjson

from graph_api.errors import InvalidInput
from graph_api.model import link_name
from graph_api.operations.files import SEPARATOR
from graph_api.storage.base import Columns, Snapshot

FORMATS = ("graphml", "gexf", "json")
"""Forms of a graph, as files' endings name them."""


def graph_of(snapshot: Snapshot, *, lists: bool = False) -> Any:
    """What was extracted as a networkx MultiDiGraph.

    Nodes have `record_kind`, `label` and their properties; edges a key that is theirs alone, `link` (its name) and their properties.
    What is empty is left out. Lists are one text, or with `lists` lists.
    """
    graph: Any = importlib.import_module("networkx").MultiDiGraph()
    for kind, columns in snapshot.kinds.items():
        for row in _rows(columns, lists=lists):
            record = row.pop("id")
            graph.add_node(record, record_kind=kind, label=row.get("name", record), **row)
    links = ((link_name(link), row) for link, columns in snapshot.links.items() for row in _rows(columns, lists=lists))
    for place, (name, row) in enumerate(links):
        graph.add_edge(row.pop("source"), row.pop("target"), f"e{place}", link=name, **row)
    return graph


def _rows(columns: Columns, *, lists: bool) -> Iterator[dict[str, Any]]:
    names = list(columns.values)
    for row in zip(*columns.values.values(), strict=True):
        yield {name: _plain(value, lists=lists) for name, value in zip(names, row, strict=True) if value not in (None, [], ())}


def _plain(value: Any, *, lists: bool) -> Any:
    if isinstance(value, list | tuple):
        return list(value) if lists else SEPARATOR.join(map(str, value))  # pyright: ignore[reportUnknownArgumentType, reportUnknownVariableType]
    return value if isinstance(value, bool | int | float) else str(value)


def write_graph(snapshot: Snapshot, path: Path) -> Mapping[str, int]:
    """Writes what was extracted as the graph that the file's ending asks for; gives the numbers of nodes and edges. Raises InvalidInput."""
    form, nx = path.suffix.lower().removeprefix("."), importlib.import_module("networkx")
    if form not in FORMATS:
        raise InvalidInput(f"a graph cannot be written as {path.suffix!r}; allowed: {', '.join(FORMATS)}")
    graph = graph_of(snapshot, lists=form == "json")
    if form == "json":
        path.write_bytes(orjson.dumps(nx.node_link_data(graph, edges="links")))
    elif form == "gexf":
        nx.write_gexf(graph, path, encoding="utf-8")
    else:
        nx.write_graphml(graph, path, encoding="utf-8")
    return {"nodes": graph.number_of_nodes(), "edges": graph.number_of_edges()}
