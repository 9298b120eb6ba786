"""What growth costs: the six questions on networks of several sizes, CPU per request at one connection; a table, and a picture for docs/.

    .venv/bin/python -m benchmarks.reads.growth --directory D [--engine file|neo4j] [--sizes 25000,100000,400000] [--picture docs/images/growth.svg]

Each size is loaded once into D/<size> and kept. 400,000 municipalities take 3 GB and ten minutes on a file.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import math
from collections.abc import Generator, Mapping, Sequence
from pathlib import Path

from benchmarks.reads.database import PASSWORD
from benchmarks.reads.database import load as filled
from benchmarks.reads.run import check, database_pid, load, started
from seeds.synthetic import write
from tests.neo4j_server import running

OPERATIONS = ("Q1", "Q2", "Q3", "Q4", "Q5", "Q6")
HEAP, PAGE_CACHE = "4g", "4g"
"""Of Neo4j: the largest network has 4 GB on disk."""
Costs = Mapping[str, Sequence[float]]
"""Milliseconds of CPU for each request of an operation, by size."""


@contextlib.contextmanager
def store(directory: Path, size: int, engine: str) -> Generator[str]:
    """A store with a network of that size; gives the name of the server to measure."""
    if not (directory / "network").exists():
        print(json.dumps(write(directory / "network", size)), flush=True)
    if engine == "file":
        environment = {"PARTNERGRAPH_STORE": f"file:{directory / 'network.db'}"}
        if not (directory / "network.db").exists():
            filled(directory, environment)
        (directory / "environment.json").write_text(json.dumps({"PARTNERGRAPH_NEO4J_PASSWORD": "", **environment}))
        yield "ours-file"
        return
    again = (directory / "neo4j").exists()
    with running(directory / "neo4j", password=PASSWORD, again=again, heap=HEAP, page_cache=PAGE_CACHE) as address:
        if not again:
            filled(directory, address.environment)
        (directory / "environment.json").write_text(json.dumps(address.environment))
        yield "ours"


def cost(directory: Path, size: int, given: argparse.Namespace) -> dict[str, float]:
    """Milliseconds of CPU, service and database together, for each request of the six operations; the least of the rounds."""
    found: dict[str, float] = {}
    given.directory = directory
    with store(directory, size, given.engine) as name, started(name, given.port, given) as server:
        database = database_pid(given) if name == "ours" else 0
        for operation in OPERATIONS:
            for last in (False, False, True):  # a cold server plans the statement first
                try:
                    check(server, operation, directory)
                    break
                except SystemExit:
                    if last:
                        raise
            load(server, operation, 1, given.warm, given, database)
            rounds = [load(server, operation, 1, given.seconds, given, database) for _ in range(given.rounds)]
            found[operation] = min(figures["cpu"] + figures["db_cpu"] for figures in rounds if min(figures["cpu"], figures["db_cpu"]) >= 0)
            print(f"{size:>9,} {operation} {found[operation]:8.2f} ms", flush=True)
    return found


def picture(sizes: Sequence[int], costs: Costs, engine: str) -> str:
    """A drawing with both scales logarithmic, as SVG."""
    width, height, left, foot = 640, 400, 60, 40
    low, high = (math.floor(math.log10(min(map(min, costs.values())))), math.ceil(math.log10(max(map(max, costs.values())))))

    def x(size: float) -> float:
        return left + (width - left - 60) * math.log(size / sizes[0]) / math.log(sizes[-1] / sizes[0])

    def y(milliseconds: float) -> float:
        return (height - foot) - (height - foot - 30) * (math.log10(milliseconds) - low) / (high - low)

    drawn = [f'<text x="{left}" y="18">CPU per request in ms, by municipalities ({engine})</text>']
    for power in range(low, high + 1):
        at = y(10**power)
        drawn.append(f'<path d="M{left} {at:.1f}H{width - 60}" stroke="#ccc"/><text x="{left - 8}" y="{at + 4:.1f}" text-anchor="end">{10.0**power:g}</text>')
    drawn += [f'<text x="{x(size):.1f}" y="{height - 14}" text-anchor="middle">{size:,}</text>' for size in sizes]
    for number, (operation, values) in enumerate(costs.items()):
        colour = f"hsl({number * 60} 70% 35%)"
        points = " ".join(f"{x(size):.1f},{y(value):.1f}" for size, value in zip(sizes, values, strict=True))
        drawn.append(f'<polyline points="{points}" fill="none" stroke="{colour}" stroke-width="2"/>')
        drawn.append(f'<text x="{x(sizes[-1]) + 8:.1f}" y="{y(values[-1]) + 4:.1f}" fill="{colour}">{operation}</text>')
    style = 'font-family="sans-serif" font-size="13"'
    body = "\n".join(drawn)
    return f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" {style}>\n<rect width="100%" height="100%" fill="#fff"/>\n{body}\n</svg>\n'


def main() -> None:
    """Loads what is missing, measures, prints the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--directory", type=Path, required=True)
    parser.add_argument("--engine", choices=["file", "neo4j"], default="file")
    parser.add_argument("--sizes", default="25000,100000,400000")
    parser.add_argument("--picture", type=Path)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--seconds", type=int, default=3)
    parser.add_argument("--warm", type=int, default=3, help="seconds of warming each operation")
    parser.add_argument("--port", type=int, default=4700)
    given = parser.parse_args()
    place, sizes = given.directory, [int(size) for size in given.sizes.split(",")]
    found = [cost(place / str(size), size, given) for size in sizes]
    costs = {operation: [each[operation] for each in found] for operation in OPERATIONS}
    fourfold = math.log(sizes[-1] / sizes[0], 4)
    for operation, values in costs.items():
        told = "  ".join(f"{value:8.2f} ms" for value in values)
        print(f"{operation} {told}   {(values[-1] / values[0]) ** (1 / fourfold):.2f} times for four times the data")
    if given.picture:
        given.picture.write_text(picture(sizes, costs, given.engine), encoding="utf-8")


if __name__ == "__main__":
    main()
