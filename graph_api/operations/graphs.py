"""Gives the network out as a graph, for programs that draw and measure graphs: GraphML, GEXF 1.2, node-link JSON as networkx and D3 read it.

Written row by row: a library's writers hold the whole document in memory, and take a minute for 25,000 municipalities.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any, BinaryIO
from xml.sax.saxutils import escape, quoteattr

import orjson

from graph_api.errors import InvalidInput
from graph_api.model import KINDS, Link, Node, link_name, properties
from graph_api.operations.files import SEPARATOR
from graph_api.storage.base import Columns, Snapshot

Row = tuple[str, dict[str, Any]]
"""What stands in a record's or a link's tag, and its attributes; what is empty is left out."""

_STRANGE = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
"""Characters that XML does not have."""


def write_graph(snapshot: Snapshot, path: Path) -> Mapping[str, int]:
    """Writes what was extracted as the graph that the file's ending asks for; gives the numbers of nodes and edges.

    Nodes have `record_kind` and `label`, edges `link` (its name) and an id that is theirs alone; both have their properties. Lists
    are one text in XML. Raises InvalidInput for an ending that means no graph.
    """
    form = path.suffix.lower().removeprefix(".")
    if form not in FORMATS:
        raise InvalidInput(f"a graph cannot be written as {path.suffix!r}; allowed: {', '.join(FORMATS)}")
    with path.open("wb") as file:
        FORMATS[form](snapshot, file)
    return {"nodes": sum(_length(c) for c in snapshot.kinds.values()), "edges": sum(_length(c) for c in snapshot.links.values())}


def _length(columns: Columns) -> int:
    return len(next(iter(columns.values.values())))


def _rows(columns: Columns) -> Iterator[dict[str, Any]]:
    names = list(columns.values)
    for row in zip(*columns.values.values(), strict=True):
        yield {name: value for name, value in zip(names, row, strict=True) if value not in (None, [], ())}


def _nodes(snapshot: Snapshot) -> Iterator[dict[str, Any]]:
    for kind, columns in snapshot.kinds.items():
        for row in _rows(columns):
            yield {"id": row["id"], "label": row.get("name", row["id"]), "record_kind": kind, **row}


def _edges(snapshot: Snapshot) -> Iterator[dict[str, Any]]:
    rows = ((link_name(link), row) for link, columns in snapshot.links.items() for row in _rows(columns))
    for place, (name, row) in enumerate(rows):
        yield {"key": f"e{place}", "link": name, **row}


# ── JSON ──────────────────────────────────────────────────────────────────────────────────────────────────────────────


def _write_json(snapshot: Snapshot, file: BinaryIO) -> None:
    file.write(b'{"directed":true,"multigraph":true,"graph":{},"nodes":[')
    file.writelines(_joined(_nodes(snapshot)))
    file.write(b'],"links":[')
    file.writelines(_joined(_edges(snapshot)))
    file.write(b"]}")


def _joined(rows: Iterable[dict[str, Any]]) -> Iterator[bytes]:
    for place, row in enumerate(rows):
        yield (b",\n" if place else b"\n") + orjson.dumps(row, default=str)


# ── XML ───────────────────────────────────────────────────────────────────────────────────────────────────────────────


def _text(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    text = SEPARATOR.join(map(str, value)) if isinstance(value, list | tuple) else str(value)  # pyright: ignore[reportUnknownArgumentType, reportUnknownVariableType]
    return _STRANGE.sub("\ufffd", text)


def _quoted(value: Any) -> str:
    return quoteattr(_text(value), {"\r": "&#13;"})


def _types(declared: Iterable[type[Node] | type[Link]], *more: str) -> dict[str, str]:
    """Type of each attribute, as both XML forms name it."""
    found = dict.fromkeys(more, "string")
    for cls in declared:
        for name, p in properties(cls).items():
            kind = {int: "long", float: "double", bool: "boolean"}.get(p.type, "string")
            found[name] = kind if found.get(name, kind) == kind else "string"
    return {name: kind for name, kind in found.items() if name != "id"}


def _declared(snapshot: Snapshot) -> tuple[dict[str, str], dict[str, str]]:
    """The attributes of nodes and of edges, with their types."""
    return _types((KINDS[kind] for kind in snapshot.kinds), "record_kind"), _types(snapshot.links, "link")


def _lines(snapshot: Snapshot, form: _Form) -> Iterator[str]:
    nodes, edges = _declared(snapshot)
    yield "<?xml version='1.0' encoding='utf-8'?>\n" + form.head
    for scope, types in (("node", nodes), ("edge", edges)):
        yield from form.declarations(scope, types)
    yield form.begin
    for row in _nodes(snapshot):
        yield form.node(row.pop("id"), row.pop("label"), row)
    yield form.between
    for row in _edges(snapshot):
        yield form.edge(row.pop("key"), row.pop("source"), row.pop("target"), row)
    yield form.end


class _Form:
    """How a form of XML says it."""

    head = begin = between = end = ""

    def declarations(self, scope: str, types: Mapping[str, str]) -> Iterator[str]:
        """The attributes of nodes or edges."""
        raise NotImplementedError

    def node(self, own: str, label: str, values: Mapping[str, Any]) -> str:
        """A node."""
        raise NotImplementedError

    def edge(self, own: str, source: str, target: str, values: Mapping[str, Any]) -> str:
        """An edge."""
        raise NotImplementedError


class _GraphMl(_Form):
    head = '<graphml xmlns="http://graphml.graphdrawing.org/xmlns">\n<key id="node-label" for="node" attr.name="label" attr.type="string"/>\n'
    begin = '<graph edgedefault="directed">\n'
    end = "</graph>\n</graphml>\n"

    def declarations(self, scope: str, types: Mapping[str, str]) -> Iterator[str]:
        for name, kind in types.items():
            yield f'<key id="{scope}-{name}" for="{scope}" attr.name="{name}" attr.type="{kind}"/>\n'

    def node(self, own: str, label: str, values: Mapping[str, Any]) -> str:
        return f"<node id={_quoted(own)}>{self._data('node', {'label': label, **values})}</node>\n"

    def edge(self, own: str, source: str, target: str, values: Mapping[str, Any]) -> str:
        return f'<edge id="{own}" source={_quoted(source)} target={_quoted(target)}>{self._data("edge", values)}</edge>\n'

    def _data(self, scope: str, values: Mapping[str, Any]) -> str:
        return "".join(f'<data key="{scope}-{name}">{escape(_text(value))}</data>' for name, value in values.items())


class _Gexf(_Form):
    head = (
        '<gexf xmlns="http://www.gexf.net/1.2draft" version="1.2">\n<meta><creator>Partnergraph</creator></meta>\n'
        '<graph mode="static" defaultedgetype="directed">\n'
    )
    begin = "<nodes>\n"
    between = "</nodes>\n<edges>\n"
    end = "</edges>\n</graph>\n</gexf>\n"

    def declarations(self, scope: str, types: Mapping[str, str]) -> Iterator[str]:
        yield f'<attributes class="{scope}" mode="static">\n'
        for name, kind in types.items():
            if (scope, name) != ("edge", "weight"):
                yield f'<attribute id="{scope}-{name}" title="{name}" type="{kind}"/>\n'
        yield "</attributes>\n"

    def node(self, own: str, label: str, values: Mapping[str, Any]) -> str:
        return f"<node id={_quoted(own)} label={_quoted(label)}>{self._values('node', values)}</node>\n"

    def edge(self, own: str, source: str, target: str, values: Mapping[str, Any]) -> str:
        left = dict(values)
        weight = f" weight={_quoted(left.pop('weight'))}" if "weight" in left else ""
        return f'<edge id="{own}" source={_quoted(source)} target={_quoted(target)}{weight}>{self._values("edge", left)}</edge>\n'

    def _values(self, scope: str, values: Mapping[str, Any]) -> str:
        own = "".join(f'<attvalue for="{scope}-{name}" value={_quoted(value)}/>' for name, value in values.items())
        return f"<attvalues>{own}</attvalues>"


def _write_xml(form: _Form) -> Callable[[Snapshot, BinaryIO], None]:
    def write(snapshot: Snapshot, file: BinaryIO) -> None:
        file.writelines(line.encode() for line in _lines(snapshot, form))

    return write


FORMATS: Mapping[str, Callable[[Snapshot, BinaryIO], None]] = {"graphml": _write_xml(_GraphMl()), "gexf": _write_xml(_Gexf()), "json": _write_json}
"""Forms of a graph, as files' endings name them, and how they are written."""
