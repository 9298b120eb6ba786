"""The build of the web app: when it runs, what it says when it cannot; and the sources that other tests do not run."""

from __future__ import annotations

import json
import re
from pathlib import Path

import graphql
import pytest

from graph_api.schema import create_schema
from graph_api.schema.sdl import sdl
from hatch_build import WebBuild, WebBuildError
from matching.exclusions import RULES
from matching.facets import FACETS
from matching.languages import NAMES
from matching.profile import LANGUAGES


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A directory with sources that cannot be built: their lock file is missing."""
    (tmp_path / "web" / "src").mkdir(parents=True)
    (tmp_path / "graph_api").mkdir()
    (tmp_path / "web" / "package.json").write_text("{}", "utf-8")
    (tmp_path / "web" / "src" / "page.ts").write_text("1", "utf-8")
    return tmp_path


def reason(root: Path) -> str:
    return json.loads((root / "graph_api" / "_web" / "unavailable.json").read_text("utf-8"))["reason"]


def test_the_digest_tells_sources_from_what_is_made(root: Path) -> None:
    web = WebBuild(root)
    first = web.digest()
    (root / "web" / "node_modules").mkdir()
    (root / "web" / "node_modules" / "any.js").write_text("1", "utf-8")
    assert web.digest() == first
    (root / "web" / "src" / "page.ts").write_text("2", "utf-8")
    assert web.digest() != first


def test_nothing_runs_where_the_build_is_up_to_date(root: Path) -> None:
    web = WebBuild(root)
    web.out.mkdir(parents=True)
    (web.out / "build.json").write_text(json.dumps({"digest": web.digest()}), "utf-8")
    assert web.ensure("require") is None


def test_told_to_skip_it_says_so(root: Path) -> None:
    assert "PARTNERGRAPH_WEB=skip" in (WebBuild(root).ensure("skip") or "")
    assert reason(root).startswith("It was left out on purpose")


def test_a_build_that_fails_leaves_the_reason_and_no_path_of_this_machine(root: Path) -> None:
    said = WebBuild(root).ensure("auto") or ""
    assert said.startswith("It could not be built: ")
    assert str(root) not in said
    assert reason(root) == said


def test_a_build_that_is_required_fails(root: Path) -> None:
    with pytest.raises(WebBuildError):
        WebBuild(root).ensure("require")
    assert not (root / "graph_api" / "_web").exists()


def test_without_sources_what_was_built_is_kept(tmp_path: Path) -> None:
    assert WebBuild(tmp_path).ensure("require") is None


def test_every_query_of_the_web_app_fits_the_schema(sources: Path) -> None:
    schema = graphql.build_schema(sdl(create_schema()))
    texts = [(p.name, text) for p in sorted((sources / "src").rglob("*.ts")) for text in re.findall(r"graphql\(`(.+?)`", p.read_text("utf-8"), re.DOTALL)]
    examples = (sources / "src" / "pages" / "graphiql" / "examples.ts").read_text("utf-8")
    texts += [("examples.ts", text) for text in re.findall(r"query: `(.+?)`", examples, re.DOTALL)]
    assert len(texts) > 10
    assert {name: errors for name, text in texts if (errors := [e.message for e in graphql.validate(schema, graphql.parse(text))])} == {}


def test_every_language_has_every_message_with_the_same_places_to_fill(sources: Path) -> None:
    for directory in ("messages", "letters"):
        texts = {path.stem: json.loads(path.read_text("utf-8")) for path in (sources / directory).glob("*.json")}
        assert set(texts) == {"de", "en", "es", "fr"}
        places = {language: {key: sorted(re.findall(r"\{(\w+)\}", text)) for key, text in of.items()} for language, of in texts.items()}
        for language in texts:
            assert places[language] == places["de"], language


def test_every_facet_and_every_rule_has_its_words(sources: Path) -> None:
    messages = json.loads((sources / "messages" / "de.json").read_text("utf-8"))
    assert [name for name in FACETS if f"facet.{name}" not in messages] == []
    assert [rule for rule in RULES if f"rule.{rule}_other" not in messages] == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_languages_that_browsers_do_not_know_are_called_as_in_reasons(language: str) -> None:
    words = json.loads((Path(__file__).parents[2] / "web" / "messages" / f"{language}.json").read_text("utf-8"))
    said = {key.removeprefix("language."): text for key, text in words.items() if key.startswith("language.")}
    assert said == {code: NAMES[code][LANGUAGES.index(language)] for code in said}
