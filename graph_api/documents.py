"""The documents that are made from the declarations: data model, settings, commands, GraphQL schema. `make generate` writes them."""

from __future__ import annotations

import asyncio
import datetime
import json
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path

import seeds
from graph_api.cli import help_texts
from graph_api.model import KINDS, LINKS, PLURALS, Choice, Link, Node, PartialDate, Property, Relation, kind_name, link_name, properties, relations
from graph_api.operations.files import FILES, LONGEST_TEXT, Column, File, format_cell
from graph_api.operations.imports import import_files
from graph_api.operations.sheets import LARGEST_FILE, LARGEST_UNPACKED
from graph_api.schema import create_schema
from graph_api.schema.context import create_context
from graph_api.schema.engine import Engine, Question
from graph_api.schema.sdl import sdl
from graph_api.settings import settings_table
from graph_api.storage import open_store

ROOT = Path(__file__).parent.parent
MADE = "<!-- Made by `make generate`; whoever changes it here changes it in vain. -->"

TYPES: Mapping[type, str] = {
    str: "text",
    int: "whole number",
    float: "number",
    bool: "`true` or `false`",
    datetime.date: "date",
    PartialDate: "date, month or year",
    tuple: "list of texts",
}
"""What the types of properties are called."""


def _table(header: Sequence[str], rows: Iterator[Sequence[str]]) -> Iterator[str]:
    yield f"| {' | '.join(header)} |"
    yield f"|{'---|' * len(header)}"
    for row in rows:
        yield f"| {' | '.join(cell.replace('|', chr(92) + '|') for cell in row)} |"
    yield ""


def _doc(declared: type) -> str:
    return (declared.__doc__ or "").strip()


# ── data model ────────────────────────────────────────────────────────────────────────────────────────────────────────


def _type(declared: Property) -> str:
    return TYPES.get(declared.type) or f"[{declared.type.__name__}](#{declared.type.__name__.lower()})"


def _allowed(declared: Property) -> str:
    low, high = declared.minimum, declared.maximum
    said = [f"at {which} {bound:,}" for which, bound in (("least", low), ("most", high)) if bound is not None]
    return ", ".join([*said, *([declared.looks] if declared.looks else [])])


def _default(declared: Property) -> str:
    if declared.required:
        return "**required**"
    return f"`{format_cell(declared.default)}`" if format_cell(declared.default) else ""


def _notes(declared: Property) -> str:
    notes = [declared.doc]
    notes += [f"The own id of a {declared.refers}."] * bool(declared.refers)
    notes += ["Personal: shown by consent and role only."] * declared.private
    notes += ["A part of the link's identity."] * declared.key
    notes += ["Written by the program only: in no file."] * declared.internal
    return " ".join(notes)


def _properties(declared: type[Node] | type[Link]) -> Iterator[str]:
    rows = ((f"`{p.name}`", _type(p), _allowed(p), _default(p), _notes(p)) for p in properties(declared).values())
    return _table(("property", "type", "allowed", "default", "meaning"), rows)


def _relation_row(relation: Relation) -> Sequence[str]:
    steps = " and ".join(f"`{link_name(step.link)}`" for step in relation.steps)
    return f"`{relation.name}`", "one" if relation.one else "many", ", ".join(relation.targets), steps, relation.doc


def _kind(name: str) -> Iterator[str]:
    yield from (f"### {name}", "", _doc(KINDS[name]), "")
    yield from _properties(KINDS[name])
    if found := relations(KINDS[name]):
        yield from _table(("leads by", "to", "of the kind", "over", "meaning"), map(_relation_row, found.values()))


def _link(link: type[Link]) -> Iterator[str]:
    ends = link.ends
    facts = ["A source has one at most."] * ends.one_target + ["A target has one at most."] * ends.one_source
    facts += [f"At least {ends.least} for each {'target' if ends.target_column else 'source'}."] * bool(ends.least)
    facts += ["Following it never leads back."] * ends.acyclic
    yield from (f"### {link_name(link)}", "", " ".join([_doc(link), *facts]), "")
    yield from (f"From {', '.join(map(kind_name, ends.sources))} to {', '.join(map(kind_name, ends.targets))}.", "")
    if properties(link):
        yield from _properties(link)


def _choice(choice: type[Choice]) -> Iterator[str]:
    yield from (f"### {choice.__name__}", "", _doc(choice), "")
    yield from _table(("value", "meaning"), ((f"`{member.value}`", member.doc) for member in choice))


def _column(column: Column) -> Sequence[str]:
    name = f"**{column.name}**" if column.required else column.name
    if column.property:
        return name, "id" if column.name == "id" else _type(column.property), _allowed(column.property), _default(column.property), _notes(column.property)
    sort = f"ids of {PLURALS[column.kind or '']}" if column.many else f"id of a {column.kind}"
    return name, sort, f"at least {column.least}" if column.least > 1 else "", "**required**" if column.required else "", column.doc


def _file(file: File) -> Iterator[str]:
    yield from (f"### {file.stem}.csv", "", file.doc, "")
    if file.link and len(file.sources) > 1:
        yield from (f"Each row fills exactly one of {', '.join(file.sources)}.", "")
    if file.link and len(file.targets) > 1:
        yield from (f"Each row fills exactly one of {', '.join(file.targets)}.", "")
    yield from _table(("column", "type", "allowed", "default", "meaning"), (_column(c) for c in file.columns.values()))


MODEL = """# Data model

Every kind of record, every link between them, and the files in which they come and go. All of it is derived from
`graph_api/model.py`, as are the GraphQL types, the tables of both stores, the checks and the exports.

A record's id is `kind:own-id`, such as `municipality:de-bonn`, and unique over the whole network. The own id is the owner's: 1 to
100 characters without `|` and line breaks.
"""

FILES_IN_GENERAL = f"""## Files

`partnergraph import` takes CSV files in UTF-8, with or without BOM, divided by `,` or `;` or tab, and XLSX files with one sheet for
each kind. The name of a file or sheet says what is in it; its first row names the columns, in any order. `partnergraph export` writes
the same files: an export imported into an empty store and exported again gives the same bytes.

- All files of one import are taken in together or not at all. Every bad cell is reported with file, line, column, what came and what is allowed.
- The order of files and rows does not matter: a record may be named before the row that brings it.
- A record that is there already is changed. A column that is missing leaves what is there; an empty cell clears it (or brings back the default).
- A list of links in a cell is the whole list: what it does not name is unlinked, and what stays keeps its dates. A file of links only adds and changes.
- Ids may be written with or without the kind before them: `de-bonn`, `municipality:de-bonn`. Lists are divided by `|`.
- Numbers have a decimal point or comma and no separators of thousands. Dates are `2025-12-31`; where a month or a year is enough, `2025-12` or `2025`.
- A text has at most {LONGEST_TEXT:,} characters and no control characters except line breaks and tabs. Space around a cell is dropped.
- A file has at most {LARGEST_FILE // 2**20} MB; what an XLSX file unpacks to, at most {LARGEST_UNPACKED // 2**20} MB. Of formulas the last result is taken.
- In XLSX a number that is shown with leading zeros (format `00000000`) keeps them, and a date cell is a date.
- Into a network without countries, the countries, goals, targets and topics that the import does not bring come from the reference.
- A partnership without a name is called after its members.
- A CSV export leaves texts that begin with `=`, `+`, `-` or `@` as they are: they are somebody's data, and numbers begin so too. A spreadsheet may
  run them as formulas; in an XLSX export every cell says that it is a text.
"""


def data_model() -> str:
    """`docs/data-model.md`."""
    lines = [MADE, "", MODEL, "## Kinds", "", *(line for kind in KINDS for line in _kind(kind))]
    lines += ["## Links", "", *(line for link in LINKS for line in _link(link))]
    lines += ["## Closed sets", "", *(line for choice in _choices() for line in _choice(choice))]
    lines += [FILES_IN_GENERAL, *(line for file in FILES.values() for line in _file(file))]
    return "\n".join(lines).rstrip() + "\n"


def _choices() -> list[type[Choice]]:
    """Those that a property has for its type, by name."""
    declared = {p.type for owner in (*KINDS.values(), *LINKS) for p in properties(owner).values()}
    return sorted((t for t in declared if issubclass(t, Choice)), key=lambda t: t.__name__)


# ── the other documents ───────────────────────────────────────────────────────────────────────────────────────────────


def settings_page() -> str:
    """`docs/settings.md`."""
    rows = ((f"`{row.variable}`", f"`{row.default}`" if row.default else "", row.doc) for row in settings_table())
    intro = "Settings are environment variables, or lines of a file `.env` in the directory where the program is started; the environment goes before the file."
    lines = [MADE, "", "# Settings", "", intro, "`partnergraph settings` prints them with the values they have now.", ""]
    return "\n".join([*lines, *_table(("name", "default", "meaning"), rows)]).rstrip() + "\n"


def commands_page() -> str:
    """`docs/cli.md`."""
    intro = (
        "A result goes to stdout, everything else to stderr. With `--json` the result is one JSON document. Exit codes: 0 done, 1 refused or\n"
        "failed (the reason is one line on stderr), 2 wrong usage. Progress is shown on a terminal only."
    )
    parts = (f"## {name}\n\n```text\n{text}\n```\n" for name, text in help_texts())
    return "\n".join([MADE, "", "# Commands", "", intro, "", *parts]).rstrip() + "\n"


def schema_text() -> str:
    """`graph_api/schema/schema.graphql`."""
    return sdl(create_schema())


# ── README ────────────────────────────────────────────────────────────────────────────────────────────────────────────

_EXAMPLE = re.compile(r"```graphql\n(.*?)```\n\n```json\n.*?```", re.DOTALL)
_LEAF = re.compile(r"\{\s+([^{}\[\]]*?)\s+\}")

EXAMPLES_DAY = datetime.date(2026, 11, 24)
"""The day on which the README's examples are asked."""


def readme() -> str:
    """The README with the demo network's answer under each of its queries."""
    text = (ROOT / "README.md").read_text("utf-8")
    answers = iter(asyncio.run(_answers([found[1] for found in _EXAMPLE.finditer(text)])))
    return _EXAMPLE.sub(lambda found: f"```graphql\n{found[1]}```\n\n```json\n{next(answers)}\n```", text)


async def _answers(queries: Sequence[str]) -> list[str]:
    store = open_store("memory:")
    try:
        await store.prepare()
        await import_files(store, seeds.files("reference") + seeds.files("demo"))
        context, engine = create_context(store, today=lambda: EXAMPLES_DAY), Engine(create_schema(), patience=60)
        return [_shown((await engine.answer(Question(query=query), context)).body) for query in queries]
    finally:
        await store.close()


def _shown(body: bytes) -> str:
    """An answer's data as a person reads it: indented, with small objects on one line."""
    data = json.loads(body, parse_float=lambda text: float(f"{float(text):.4f}"))["data"]
    return _LEAF.sub(lambda leaf: f"{{ {' '.join(leaf[1].split())} }}", json.dumps(data, ensure_ascii=False, indent=2))


# ── what the web app knows of the model ───────────────────────────────────────────────────────────────────────────────

WEB_TYPES: Mapping[type, str] = {str: "text", int: "number", float: "number", bool: "boolean", datetime.date: "date", PartialDate: "date", tuple: "list"}
"""How the web app shows a type; enums by their name."""


def _camel(name: str) -> str:
    first, *rest = name.split("_")
    return first + "".join(map(str.capitalize, rest))


def _columns(declared: type[Node] | type[Link]) -> dict[str, str]:
    return {_camel(name): WEB_TYPES.get(p.type, p.type.__name__) for name, p in properties(declared).items() if name != "id"}


def _relation(relation: Relation) -> dict[str, object]:
    """Where it leads; `link` and `forward` are left out on a shortcut over two links."""
    way: dict[str, object] = {"link": link_name(relation.link), "forward": relation.steps[0].forward} if relation.link else {}
    edge = _columns(relation.link) if relation.link and not relation.one else {}
    return {"to": list(relation.targets), "one": relation.one, "edge": edge} | way


def web_model() -> str:
    """Every kind with its properties and relations, as the web app's page of a record asks for them."""
    kinds = {
        name: {
            "type": cls.__name__,
            "properties": _columns(cls),
            "relations": {_camel(r.name): _relation(r) for r in relations(cls).values()},
        }
        for name, cls in KINDS.items()
    }
    return json.dumps(kinds, indent=1) + "\n"


DOCUMENTS: Mapping[str, Callable[[], str]] = {
    "README.md": readme,
    "docs/data-model.md": data_model,
    "docs/settings.md": settings_page,
    "docs/cli.md": commands_page,
    "graph_api/schema/schema.graphql": schema_text,
    "web/src/records/model.json": web_model,
}
"""Every document by its place in the repository."""


if __name__ == "__main__":
    for place, text in DOCUMENTS.items():
        (ROOT / place).write_text(text(), encoding="utf-8")
        print(place)
