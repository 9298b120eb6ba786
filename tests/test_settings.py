"""Settings: from the environment, from a file, by default; a bad one names itself."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import pytest

from graph_api.errors import SettingsError
from graph_api.settings import Settings, read_settings, settings_table


def test_without_anything_there_are_the_defaults_of_the_contract(tmp_path: Path) -> None:
    found = read_settings({}, file=tmp_path / "none")
    assert found == Settings()
    assert (found.store, found.neo4j_user, found.neo4j_password, found.neo4j_database) == ("file:./data/partnergraph.db", "neo4j", None, "neo4j")
    assert (found.host, found.port, found.workers, found.auth, found.log) == ("127.0.0.1", 8000, 1, "local", "text")


def test_the_environment_goes_before_the_file(tmp_path: Path) -> None:
    file = tmp_path / ".env"
    file.write_text("# settings\nPARTNERGRAPH_PORT=9000\nexport PARTNERGRAPH_HOST='0.0.0.0'\nPARTNERGRAPH_NEO4J_PASSWORD=a${b}#c\nOTHER=1\nPARTNERGRAPH_LOG\n")
    found = read_settings({"PARTNERGRAPH_PORT": "9001", "PARTNERGRAPH_WORKERS": " ", "PARTNERGRAPH_STORE": " memory: "}, file=file)
    assert found == Settings(port=9001, host="0.0.0.0", neo4j_password="a${b}#c", store="memory:")


def test_the_environment_is_the_processes_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PARTNERGRAPH_PORT", "9002")
    assert read_settings(file=tmp_path / "none").port == 9002


@pytest.mark.parametrize(
    ("name", "text", "message"),
    [
        ("PORT", "http", "PARTNERGRAPH_PORT is 'http'; allowed: a whole number from 1 to 65535"),
        ("PORT", "0", "PARTNERGRAPH_PORT is '0'; allowed: a whole number from 1 to 65535"),
        ("PORT", "65536", "PARTNERGRAPH_PORT is '65536'; allowed: a whole number from 1 to 65535"),
        ("PORT", "-1", "PARTNERGRAPH_PORT is '-1'; allowed: a whole number from 1 to 65535"),
        ("PORT", "8" * 5000, "PARTNERGRAPH_PORT is '" + "8" * 40 + "'; allowed: a whole number from 1 to 65535"),
        ("WORKERS", "1.5", "PARTNERGRAPH_WORKERS is '1.5'; allowed: a whole number from 1 to 64"),
        ("AUTH", "none", "PARTNERGRAPH_AUTH is 'none'; allowed: local, oidc"),
        ("LOG", "JSON", "PARTNERGRAPH_LOG is 'JSON'; allowed: text, json"),
    ],
)
def test_a_bad_setting_names_itself_and_what_is_allowed(tmp_path: Path, name: str, text: str, message: str) -> None:
    with pytest.raises(SettingsError) as caught:
        read_settings({f"PARTNERGRAPH_{name}": text}, file=tmp_path / "none")
    assert str(caught.value) == message


def test_a_file_that_is_no_text_is_refused(tmp_path: Path) -> None:
    (tmp_path / ".env").write_bytes(b"PARTNERGRAPH_LOG=\xff\n")
    with pytest.raises(SettingsError, match=r"\.env cannot be read as a text in UTF-8"):
        read_settings({}, file=tmp_path / ".env")


def test_the_table_has_every_setting_and_no_secret() -> None:
    rows = {row.variable: row for row in settings_table(Settings(neo4j_password="s3cret"))}
    assert set(rows) == {f"PARTNERGRAPH_{f.name.upper()}" for f in dataclasses.fields(Settings)}
    assert (rows["PARTNERGRAPH_NEO4J_PASSWORD"].value, rows["PARTNERGRAPH_NEO4J_PASSWORD"].default) == ("set", "")
    assert all(row.doc for row in rows.values())
    assert "s3cret" not in str(rows)


def test_a_secret_is_not_shown_with_the_settings() -> None:
    assert "s3cret" not in repr(Settings(neo4j_password="s3cret"))
