"""The throw-away Neo4j server that other tests build on."""

from __future__ import annotations

from pathlib import Path

import pytest
from neo4j import GraphDatabase
from neo4j.exceptions import AuthError

from tests.conftest import address_of
from tests.neo4j_server import Neo4jAddress, Neo4jMissing, fitting_java, jars


def test_clean_leaves_no_node_constraint_or_index(neo4j_url: Neo4jAddress) -> None:
    with neo4j_url.driver() as driver:
        driver.execute_query("CREATE (:Thing {key: 1})-[:KNOWS]->(:Thing {key: 2})")
        driver.execute_query("CREATE CONSTRAINT thing_key FOR (t:Thing) REQUIRE t.key IS UNIQUE")
        driver.execute_query("CREATE FULLTEXT INDEX thing_text FOR (t:Thing) ON EACH [t.name]")
        neo4j_url.clean()
        assert driver.execute_query("MATCH (n) RETURN count(n)").records[0].value() == 0
        assert driver.execute_query("SHOW CONSTRAINTS").records == []
        assert {record["type"] for record in driver.execute_query("SHOW INDEXES").records} == {"LOOKUP"}


def test_a_wrong_password_is_refused(neo4j_url: Neo4jAddress) -> None:
    with GraphDatabase.driver(neo4j_url.url, auth=(neo4j_url.user, "wrong")) as driver, pytest.raises(AuthError):
        driver.verify_connectivity()


def test_a_given_url_is_taken_apart() -> None:
    assert address_of("neo4j+s://me:p%40ss@db.example:7688/towns") == Neo4jAddress(
        url="neo4j+s://db.example:7688", user="me", password="p@ss", database="towns"
    )


def test_a_version_that_is_none_is_refused() -> None:
    with pytest.raises(Neo4jMissing, match=r"must look like 5\.26\.12"):
        jars("../5.26")


def java_saying(version: str, directory: Path) -> Path:
    java = directory / f"java-{version}"
    java.write_text(f"#!/bin/sh\necho 'openjdk version \"{version}\" 2025-04-15' >&2\n")
    java.chmod(0o755)
    return java


@pytest.mark.parametrize(("neo4j_version", "java_version"), [("5.26.12", "17.0.15"), ("2026.09.0", "25")])
def test_the_first_java_that_fits_the_version_is_taken(neo4j_version: str, java_version: str, tmp_path: Path) -> None:
    machine = [java_saying(version, tmp_path) for version in ("1.8.0", "11.0.2", "25", "17.0.15")]
    assert fitting_java(neo4j_version, machine).name == f"java-{java_version}"


def test_where_no_java_fits_the_reason_says_which_one_is_needed(tmp_path: Path) -> None:
    machine = [java_saying("11.0.2", tmp_path), tmp_path / "missing"]
    with pytest.raises(Neo4jMissing, match=r"Neo4j 5\.26\.12 needs Java 17 to 21"):
        fitting_java("5.26.12", machine)
    with pytest.raises(Neo4jMissing, match=r"Neo4j 2026\.09\.0 needs Java 21 or newer"):
        fitting_java("2026.09.0", machine)
