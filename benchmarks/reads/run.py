"""Runs the benchmark: the same questions to every server, in turns, and writes down throughput, CPU per request and memory.

.venv/bin/python -m benchmarks.reads.run --directory D --node N [--servers …] [--operations Q1,Q2] [--connections 1,16,64]
"""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import signal
import socket
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Generator, Sequence
from dataclasses import dataclass
from pathlib import Path

from benchmarks.reads.variables import for_dialect, rows

HERE, ROOT = Path(__file__).parent, Path(__file__).parents[2]
TICK = os.sysconf("SC_CLK_TCK")
SERVERS = ("ours", "ours-file", "apollo", "yoga-jit", "handwritten")
COUNTED = ("rps", "p99", "cpu", "db_cpu", "rss")


@dataclass(frozen=True, kw_only=True)
class Server:
    """A server that runs."""

    name: str
    dialect: str
    url: str
    pid: int

    def bodies(self, operation: str, directory: Path) -> list[str]:
        """The requests of an operation."""
        variables = [for_dialect(self.dialect, row) for row in rows(directory)[operation]]
        if self.dialect == "handwritten":
            return [json.dumps({"variables": row}) for row in variables]
        query = (HERE / f"operations/{self.dialect}/{operation}.graphql").read_text(encoding="utf-8")
        return [json.dumps({"query": query, "variables": row}) for row in variables]

    def address(self, operation: str) -> str:
        """Where an operation is asked."""
        return f"{self.url}{operation}" if self.dialect == "handwritten" else self.url


def command(name: str, port: int, given: argparse.Namespace) -> tuple[list[str], dict[str, str], str, Path]:
    """Command, environment, dialect and working directory of a server."""
    store = json.loads((given.directory / "environment.json").read_text())
    uri, password = store["PARTNERGRAPH_STORE"], store["PARTNERGRAPH_NEO4J_PASSWORD"]
    neo4j = {"NEO4J_URI": uri, "NEO4J_PASSWORD": password, "PORT": str(port), "NODE_ENV": "production"}
    binaries = Path(sys.executable).parent
    if name in ("ours", "ours-file"):
        own = store if name == "ours" else {"PARTNERGRAPH_STORE": f"file:{given.directory / 'network.db'}"}
        return [str(binaries / "partnergraph"), "serve"], {**own, "PARTNERGRAPH_PORT": str(port)}, "ours", ROOT
    if name == "handwritten":
        options = ["--port", str(port), "--loop", "uvloop", "--http", "httptools", "--no-access-log", "--log-level", "warning"]
        return [str(binaries / "uvicorn"), "benchmarks.reads.handwritten:app", *options], neo4j, "handwritten", ROOT
    return ["node", "server.mjs"], {**neo4j, "FRONT": name}, "neo4j-graphql", given.node


@contextlib.contextmanager
def started(name: str, port: int, given: argparse.Namespace) -> Generator[Server]:
    """Starts a server and ends it."""
    arguments, environment, dialect, directory = command(name, port, given)
    with (given.directory / f"{name}.log").open("wb") as log:
        process = subprocess.Popen(arguments, env={**os.environ, **environment}, cwd=directory, stdout=log, stderr=log, start_new_session=True)
    try:
        end = time.monotonic() + 60
        while time.monotonic() < end:
            with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), 1):
                break
            time.sleep(0.3)
        path = "/graphql" if dialect == "ours" else "/"
        yield Server(name=name, dialect=dialect, url=f"http://127.0.0.1:{port}{path}", pid=process.pid)
    finally:
        os.killpg(process.pid, signal.SIGTERM)
        process.wait(15)


# ── measuring ─────────────────────────────────────────────────────────────────────────────────────────────────────────


def tree(pid: int) -> list[int]:
    """A process and its descendants."""
    found, left = list[int](), [pid]
    while left:
        found.append(left.pop())
        with contextlib.suppress(OSError):
            for thread in Path(f"/proc/{found[-1]}/task").iterdir():
                left += map(int, (thread / "children").read_text().split())
    return found


def cpu(pids: Sequence[int]) -> float:
    """Seconds that processes have used."""
    ticks = 0
    for pid in pids:
        with contextlib.suppress(OSError):
            ticks += sum(map(int, Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[11:13]))
    return ticks / TICK


def memory(pids: Sequence[int]) -> float:
    """Resident megabytes of processes."""
    found = 0.0
    for pid in pids:
        with contextlib.suppress(OSError):
            found += sum(int(line.split()[1]) for line in Path(f"/proc/{pid}/status").read_text().splitlines() if line.startswith("VmRSS")) / 1024
    return found


def database_pid(given: argparse.Namespace) -> int:
    """The process of Neo4j."""
    home = f"--home-dir={given.directory / 'neo4j'}"
    for entry in Path("/proc").iterdir():
        with contextlib.suppress(OSError):
            arguments = (entry / "cmdline").read_bytes().decode(errors="replace").split("\0") if entry.name.isdecimal() else []
            if home in arguments and "java" in arguments[0]:
                return int(entry.name)
    raise SystemExit("the benchmark's Neo4j does not run: start benchmarks.reads.database")


def settle(pids: Sequence[int]) -> None:
    """Waits until nobody works any more: what a load has left unanswered in the database would slow down whoever comes next."""
    end = time.monotonic() + 120
    while time.monotonic() < end:
        used = cpu(pids)
        time.sleep(0.5)
        if cpu(pids) - used < 0.05:
            return


def load(server: Server, operation: str, connections: int, seconds: int, given: argparse.Namespace, database: int) -> dict[str, float]:
    """Asks for some seconds over some connections."""
    with tempfile.NamedTemporaryFile("w", suffix=".bodies") as bodies:
        bodies.write("\n".join(server.bodies(operation, given.directory)) + "\n")
        bodies.flush()
        pids = tree(server.pid)
        own, other = cpu(pids), cpu([database])
        wrk = ["wrk", "-t1", f"-c{connections}", f"-d{seconds}s", "--timeout", "20s", "-s", str(HERE / "wrk.lua"), server.address(operation)]
        told = subprocess.run(wrk, env={**os.environ, "BODIES": bodies.name}, capture_output=True, text=True, timeout=seconds + 60, check=True).stdout
        own, other = cpu(pids) - own, cpu([database]) - other
        settle([*pids, database])
    found = json.loads(told[told.index("JSON") + 4 :].splitlines()[0])
    number = max(found["requests"], 1)
    return {
        "rps": number / (found["duration"] / 1e6),
        "p99": found["p99"] / 1e3,
        "cpu": 1e3 * own / number,
        "db_cpu": 1e3 * other / number,
        "rss": memory(pids),
        "bytes": found["bytes"] / number,
        "errors": found["errors"],
    }


def check(server: Server, operation: str, directory: Path) -> None:
    """Asks once; ends the run where there is no answer or an error."""
    headers = {"content-type": "application/json"}
    request = urllib.request.Request(server.address(operation), server.bodies(operation, directory)[0].encode(), headers)
    with urllib.request.urlopen(request, timeout=30) as response:
        answer = json.loads(response.read())
    if answer.get("errors") or not answer["data"]:
        raise SystemExit(f"{server.name} {operation}: {str(answer)[:300]}")


def main() -> None:
    """Runs it."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--directory", type=Path, required=True, help="that of benchmarks.reads.database")
    parser.add_argument("--node", type=Path, required=True, help="where the peers' server.mjs, typedefs.graphql and node_modules are")
    parser.add_argument("--servers", default=",".join(SERVERS))
    parser.add_argument("--operations", default="Q1,Q2,Q3,Q4,Q5,Q6")
    parser.add_argument("--connections", default="1,16,64")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--seconds", type=int, default=5)
    parser.add_argument("--warm", type=int, default=10, help="seconds of warming each operation on each server")
    parser.add_argument("--port", type=int, default=4600)
    given = parser.parse_args()
    database = database_pid(given)
    with contextlib.ExitStack() as stack:
        servers = [stack.enter_context(started(name, given.port + n, given)) for n, name in enumerate(given.servers.split(","))]
        for operation in given.operations.split(","):
            for server in servers:
                check(server, operation, given.directory)
                load(server, operation, 8, given.warm, given, database)
            for connections in map(int, given.connections.split(",")):
                compare(servers, operation, connections, given, database)


def compare(servers: Sequence[Server], operation: str, connections: int, given: argparse.Namespace, database: int) -> None:
    """Rounds of all servers in turn, forth and back; prints medians and keeps every round."""
    found: dict[str, list[dict[str, float]]] = {server.name: [] for server in servers}
    for number in range(given.rounds):
        for server in servers if number % 2 == 0 else servers[::-1]:
            figures = load(server, operation, connections, given.seconds, given, database)
            found[server.name].append(figures)
            with (given.directory / "results.jsonl").open("a") as out:
                out.write(json.dumps({"server": server.name, "operation": operation, "connections": connections, "round": number, **figures}) + "\n")
    for name, figures in found.items():
        m = {key: statistics.median(f[key] for f in figures) for key in (*COUNTED, "bytes", "errors")}
        print(
            f"{operation} c={connections:<3} {name:12} {m['rps']:8.1f}/s p99 {m['p99']:7.1f} ms  cpu {m['cpu']:7.2f} + db {m['db_cpu']:7.2f} ms"
            f"  {m['rss']:5.0f} MB  {m['bytes']:8.0f} B  {m['errors']:.0f} errors",
            flush=True,
        )


if __name__ == "__main__":
    main()
