"""What documents and recipes written by hand name is there: settings, commands with their options, modules, files."""

from __future__ import annotations

import importlib.util
import re
from pathlib import Path

import click
import pytest

from graph_api.cli import main
from graph_api.documents import DOCUMENTS, ROOT
from graph_api.settings import Settings, settings_table

RECIPES = ("README.md", "docker-compose.yml", "Dockerfile", ".env.example", "CHANGELOG.md", "benchmarks/reads/README.md")
WRITTEN = sorted({*RECIPES, *(str(place.relative_to(ROOT)) for place in (ROOT / "docs").glob("*.md"))} - {*DOCUMENTS})
FOR_TESTS = {"PARTNERGRAPH_IN_FULL", "PARTNERGRAPH_REQUIRE_NEO4J", "PARTNERGRAPH_SHARED_DATA", "PARTNERGRAPH_TEST_NEO4J", "PARTNERGRAPH_TEST_SITE"}
"""What `docs/contributing.md` says of tests and measurements; the service does not know them."""


@pytest.mark.parametrize("place", WRITTEN)
def test_what_a_document_names_is_there(place: str) -> None:
    assert strange(place, (ROOT / place).read_text("utf-8")) == []


def test_what_is_not_there_is_found() -> None:
    text = "PARTNERGRAPH_STOR `partnergraph lod x` and `partnergraph load demo --jsn`\n    partnergraph backup a --replace && partnergraph check --json\n"
    text += "python -m benchmarks.reads.grow, python benchmarks/bench_nothing.py, tests/no_such"
    found = ["PARTNERGRAPH_STOR", "lod", "load --jsn", "backup --replace", "benchmarks.reads.grow", "benchmarks/bench_nothing.py", "tests/no_such"]
    assert strange("docs/x.md", text) == found


def strange(place: str, text: str) -> list[str]:
    """What the text names and nobody knows."""
    known = {row.variable for row in settings_table(Settings())} | FOR_TESTS
    settings = [name for name in re.findall(r"PARTNERGRAPH_[A-Z0-9_]+[A-Z0-9]", text) if name not in known]
    commands = [problem for name, rest in re.findall(CALL, text, re.MULTILINE) for problem in unknown(name, rest)]
    modules = [name for name in re.findall(r"python -m (benchmarks[\w.]*\w|tests[\w.]*\w|graph_api[\w.]*\w)", text) if importlib.util.find_spec(name) is None]
    files = [name for name in re.findall(r"\b(?:benchmarks|tests|graph_api|seeds|matching)/(?!_web)[\w./]*[a-z](?![\w*])", text) if not any(there(place, name))]
    return [*settings, *commands, *modules, *files]


CALL = r"(?:^ {4,}|`|bin/|&& |\d |compose run --rm |PARTNERGRAPH_STORE=\S+ )partnergraph ([a-z]+)((?: (?!&&)[^\s`]+)*)"


def unknown(name: str, rest: str) -> list[str]:
    """The command, or those of its options, that are not there."""
    command = main.commands.get(name)
    if command is None:
        return [name]
    options = {option for parameter in command.params if isinstance(parameter, click.Option) for option in parameter.opts}
    return [f"{name} {word}" for word in rest.split() if re.match("-[-a-z]", word) and word not in options | {"-h", "--help"}]


def there(place: str, name: str) -> list[Path]:
    """The files that a name in a document may mean."""
    return [path for path in (ROOT / name, ROOT / f"{name}.py", (ROOT / place).parent / name) if path.exists()]
