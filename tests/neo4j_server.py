"""A throw-away Neo4j Community server on loopback, from Maven Central's jars: for tests, and for `make neo4j`.

Nothing is installed. The jars are fetched once per version into `.neo4j/` of this work tree; the server keeps its data in
a directory of its own, listens on 127.0.0.1 only, asks for a password, and ends with the process that started it, however
that process ends. Needs Java (17 to 21 for Neo4j 5, 21 or newer for 2025 and later) and, for the first fetch, Maven.
"""

from __future__ import annotations

import argparse
import fcntl
import os
import re
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Generator, Iterable
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import LiteralString

from neo4j import Driver, GraphDatabase, Query
from neo4j.exceptions import Neo4jError, ServiceUnavailable

HERE = Path(__file__).parent
CACHE = HERE.parent / ".neo4j"
DEFAULT_VERSION = "5.26.12"
START_SECONDS = 120
"""Longest wait for a server; it is ready within 5 to 10 s on two idle cores."""

MAVEN_GOAL = "org.apache.maven.plugins:maven-dependency-plugin:3.8.1:copy-dependencies"

# The server must not outlive its starter: the shell holds our pipe, and its end (closed, or we were killed) ends the server.
# At once, because an orderly end takes 5 s and the data is thrown away.
GUARD = """
exec 3<&0
"$@" 3<&- </dev/null & server=$!
{ read -r _ <&3; kill -9 $server; } 2>/dev/null & guard=$!
wait $server; code=$?
kill $guard 2>/dev/null
exit $code
"""

SCHEMA_OBJECTS: dict[str, LiteralString] = {  # in the order in which they can be dropped; the two lookup indexes belong to the server
    "CONSTRAINT": "SHOW CONSTRAINTS YIELD name",
    "INDEX": "SHOW INDEXES YIELD name, type WHERE type <> 'LOOKUP' RETURN name",
}

BRIEF = ("-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC")
"""For Java where a server lives for minutes only: a third less CPU in all, since the second compiler never pays off."""

OPENED_PACKAGES = ("java.base/java.nio", "java.base/java.io", "java.base/sun.nio.ch", "java.base/java.lang", "java.base/java.util.concurrent")


class Neo4jMissing(Exception):
    """A Neo4j server cannot be had on this machine; the message says what is missing."""


@dataclass(frozen=True, kw_only=True)
class Neo4jAddress:
    """Where a Neo4j server is and how to get in; `str()` gives its URL, without the password."""

    url: str
    user: str
    password: str
    database: str = "neo4j"

    def __str__(self) -> str:
        return self.url

    @property
    def environment(self) -> dict[str, str]:
        """The settings of Partnergraph that use this server as its store."""
        return {
            "PARTNERGRAPH_STORE": self.url,
            "PARTNERGRAPH_NEO4J_USER": self.user,
            "PARTNERGRAPH_NEO4J_PASSWORD": self.password,
            "PARTNERGRAPH_NEO4J_DATABASE": self.database,
        }

    def driver(self) -> Driver:
        """A synchronous driver, to be closed by the caller."""
        return GraphDatabase.driver(self.url, auth=(self.user, self.password), connection_timeout=3, notifications_min_severity="OFF")

    def clean(self) -> None:
        """Deletes every node, relationship, constraint and index: Community has one user database, so tests share it."""
        with self.driver() as driver, driver.session(database=self.database) as session:
            session.run("MATCH (n) CALL (n) { DETACH DELETE n } IN TRANSACTIONS OF 10000 ROWS").consume()
            for kind, listed in SCHEMA_OBJECTS.items():
                for name in session.run(listed).value():
                    session.run(Query(f"DROP {kind} `{name}`")).consume()  # type: ignore[arg-type]


def fitting_java(version: str, candidates: Iterable[Path] | None = None) -> Path:
    """The first Java among the candidates (those of this machine) that runs this Neo4j; raises Neo4jMissing."""
    least, most = (17, 21) if version.startswith("5.") else (21, 99)
    for java in javas() if candidates is None else candidates:
        if least <= java_version(java) <= most:
            return java
    wanted = f"Java {least} to {most}" if most < 99 else f"Java {least} or newer"
    raise Neo4jMissing(f"Neo4j {version} needs {wanted}; looked in JAVA_HOME, on the PATH and in /usr/lib/jvm")


def javas() -> list[Path]:
    """Every Java of this machine, the chosen one first: JAVA_HOME, the PATH, /usr/lib/jvm."""
    chosen, on_path = os.environ.get("JAVA_HOME"), shutil.which("java")
    found = [Path(chosen, "bin/java")] if chosen else []
    found += [Path(on_path)] if on_path else []
    return [java for java in [*found, *sorted(Path("/usr/lib/jvm").glob("*/bin/java"))] if java.is_file()]


def java_version(java: Path) -> int:
    """Its major version, 0 where it cannot be told."""
    try:
        said = subprocess.run([java, "-version"], capture_output=True, text=True, timeout=30, check=False).stderr
    except OSError:
        return 0
    found = re.search(r'version "(\d+)', said)
    return int(found[1]) if found else 0


def jars(version: str) -> Path:
    """The directory of this version's jars, fetched first where it is missing; raises Neo4jMissing."""
    if not re.fullmatch(r"\d+\.\d+\.\d+", version):
        raise Neo4jMissing(f"NEO4J_VERSION must look like {DEFAULT_VERSION} or 2026.09.0, not {version!r}")
    CACHE.mkdir(exist_ok=True)
    target = CACHE / version
    with (CACHE / f"{version}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)  # test processes run in parallel: one fetches, the others wait
        if not target.is_dir():
            fetch_jars(version, target)
    return target


def fetch_jars(version: str, target: Path) -> None:
    """Fetches the jars beside `target` and renames, so that a broken fetch leaves nothing that looks whole."""
    maven = shutil.which("mvn")
    if not maven:
        raise Neo4jMissing(f"Neo4j {version} is not in {CACHE.name}/ yet, and there is no Maven (mvn) on the PATH to fetch it")
    print(f"Fetching Neo4j {version} with Maven, once (about 150 MB) ...", file=sys.stderr, flush=True)
    parts = target.with_name(f"{target.name}.part")
    shutil.rmtree(parts, ignore_errors=True)
    command = [maven, "-q", "-B", "-C", "-f", HERE / "neo4j_pom.xml", f"-Dneo4j.version={version}", f"-DoutputDirectory={parts}", MAVEN_GOAL]
    done = subprocess.run(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False)
    if done.returncode:
        raise Neo4jMissing(f"Maven could not fetch Neo4j {version}: {done.stdout.strip()[-600:]}")
    parts.rename(target)


def configuration(home: Path, port: int, page_cache: str) -> str:
    """The text of neo4j.conf: Bolt on loopback only, password asked for, nothing else listens, nothing is reported to anybody."""
    settings = {
        "server.bolt.listen_address": f"127.0.0.1:{port}",
        "server.bolt.advertised_address": f"127.0.0.1:{port}",
        "server.http.enabled": "false",
        "server.https.enabled": "false",
        "server.directories.data": home / "data",
        "server.memory.pagecache.size": page_cache,
        "db.tx_log.preallocate": "false",
        "dbms.security.auth_enabled": "true",
        "dbms.usage_report.enabled": "false",
    }
    return "".join(f"{name}={value}\n" for name, value in settings.items())


def free_port() -> int:
    """A TCP port of 127.0.0.1 that nobody listens on now."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])


@contextmanager
def running(
    home: Path,
    *,
    version: str = DEFAULT_VERSION,
    port: int = 0,
    password: str = "",
    brief: bool = False,
    again: bool = False,
    heap: str = "1g",
    page_cache: str = "256m",
) -> Generator[Neo4jAddress]:
    """A server with its data in `home` (made where missing), ready for use inside the block and gone after it;
    `brief`: within minutes, `again`: its data are there already,
    and it has this password.

    Port 0 takes a free one; an empty password makes a random one. Raises Neo4jMissing where Java or the jars cannot be had,
    RuntimeError with the end of the server's log where it does not start.
    """
    java, lib, port = fitting_java(version), jars(version), port or free_port()
    for part in ("conf", "data", "logs", "plugins", "run", "import"):
        (home / part).mkdir(parents=True, exist_ok=True)
    (home / "conf/neo4j.conf").write_text(configuration(home, port, page_cache))
    main_class = "org.neo4j.server.CommunityEntryPoint" if version.startswith("5.") else "org.neo4j.server.Neo4jCommunity"
    opened = [f"--add-opens={package}=ALL-UNNAMED" for package in OPENED_PACKAGES]
    command = [java, f"-Xmx{heap}", *(BRIEF if brief else ()), *opened, "-cp", f"{lib}/*", main_class, f"--home-dir={home}", f"--config-dir={home}/conf"]
    log = home / "logs/console.log"
    with log.open("wb") as out:
        shell = ["/bin/sh", "-c", GUARD, "sh", *command]
        server = subprocess.Popen(shell, stdin=subprocess.PIPE, stdout=out, stderr=subprocess.STDOUT, start_new_session=True)
    try:
        yield admit(server, log, Neo4jAddress(url=f"bolt://127.0.0.1:{port}", user="neo4j", password=password or secrets.token_urlsafe(18)), again=again)
    finally:
        server.communicate(timeout=60)  # closes our end of the pipe: the guard sees it and ends the server


def is_free(port: int) -> bool:
    """Whether nobody listens on this TCP port of 127.0.0.1 now."""
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) != 0


def admit(server: subprocess.Popen[bytes], log: Path, address: Neo4jAddress, *, again: bool = False) -> Neo4jAddress:
    """Waits until the server answers, and replaces the password it was born with, unless it was there before."""
    end = time.monotonic() + START_SECONDS
    while time.monotonic() < end and server.poll() is None:
        with suppress(ServiceUnavailable, Neo4jError):
            (answer if again else set_password)(address)
            return address
        time.sleep(0.2)
    raise RuntimeError(f"Neo4j did not start within {START_SECONDS} s:\n{log.read_text(errors='replace')[-2000:]}")


def answer(address: Neo4jAddress) -> None:
    """Raises the driver's error while the server does not answer."""
    with address.driver() as driver:
        driver.execute_query("RETURN 1", database_=address.database)


def set_password(address: Neo4jAddress) -> None:
    """Raises the driver's error while the server is not ready for it."""
    port = int(address.url.rpartition(":")[2])
    try:
        socket.create_connection(("127.0.0.1", port), timeout=1).close()  # the driver's own failed attempts are slow and loud
    except OSError as problem:
        raise ServiceUnavailable from problem
    born = Neo4jAddress(url=address.url, user=address.user, password="neo4j")
    with born.driver() as driver:
        driver.execute_query("ALTER CURRENT USER SET PASSWORD FROM 'neo4j' TO $new", new=address.password, database_="system")
    answer(address)


def main() -> int:
    """Runs a server until Ctrl-C and prints the settings that use it."""
    parser = argparse.ArgumentParser(description="A throw-away Neo4j server on loopback; its data is gone when it ends.")
    parser.add_argument("--version", default=os.environ.get("NEO4J_VERSION") or DEFAULT_VERSION)
    options = parser.parse_args()
    port = 7687 if is_free(7687) else free_port()
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    started = time.monotonic()
    try:
        with tempfile.TemporaryDirectory(prefix="partnergraph-neo4j-") as home, running(Path(home), version=options.version, port=port) as address:
            print(f"Neo4j {options.version} runs (started in {time.monotonic() - started:.1f} s). To use it, in another terminal:\n")
            for name, value in address.environment.items():
                print(f"  export {name}={value}")
            print("\nIts data is gone when it ends. Ctrl-C ends it.", flush=True)
            while True:
                time.sleep(3600)
    except KeyboardInterrupt:
        print("\nNeo4j has ended.")
        return 0
    except (Neo4jMissing, RuntimeError) as problem:
        print(problem, file=sys.stderr)
        return 1


if __name__ == "__main__":
    sys.exit(main())
