"""The benchmark's data: a synthetic network in a throw-away Neo4j and in a file, by the same road as a user's (`partnergraph import`).

    .venv/bin/python -m benchmarks.reads.database --directory D [--municipalities 25000]

Runs until Ctrl-C; a second time it starts with what was loaded.
The peers read the same nodes; they get the indexes that their own documentation would have them make.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import LiteralString

from seeds.synthetic import write
from tests.neo4j_server import Neo4jAddress, running

ROOT = Path(__file__).parents[2]
PORT = 7790
PASSWORD = "benchmark-only"

PEERS_INDEXES: tuple[LiteralString, ...] = (
    "CREATE INDEX peer_country IF NOT EXISTS FOR (m:Municipality) ON (m.country)",
    "CREATE INDEX peer_name IF NOT EXISTS FOR (m:Municipality) ON (m.name)",
    "CREATE FULLTEXT INDEX peer_search IF NOT EXISTS FOR (n:Municipality|Department|Expert|Stakeholder|Partnership|Topic|SdgGoal|SdgTarget) ON EACH [n.name]",
)


def load(directory: Path, environment: dict[str, str]) -> None:
    """Loads the network's files, then the reference, into the store that the environment means: only an empty one is filled by parts (decision 67)."""
    files = sorted(map(str, (directory / "network").iterdir()))
    for command in (["import", *files], ["load", "reference"]):
        began = time.monotonic()
        call = [Path(sys.executable).with_name("partnergraph"), *command]
        for last in (False, False, True):  # a cold server on a busy machine may not answer in time
            if not subprocess.run(call, check=last, cwd=ROOT, env={**os.environ, **environment}, stdout=subprocess.DEVNULL).returncode:
                break
        print(f"{environment['PARTNERGRAPH_STORE']}: {' '.join(command[:2])} took {time.monotonic() - began:.0f} s", flush=True)


def prepare_peers(address: Neo4jAddress) -> None:
    """Makes the peers' indexes and waits for them."""
    with address.driver() as driver:
        for statement in PEERS_INDEXES:
            driver.execute_query(statement)
        driver.execute_query("CALL db.awaitIndexes(300)")


def main() -> None:
    """Loads and waits."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--directory", type=Path, required=True)
    parser.add_argument("--municipalities", type=int, default=25_000)
    given = parser.parse_args()
    directory: Path = given.directory
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    written = write(directory / "network", given.municipalities)
    print(json.dumps(written), flush=True)
    ready = directory / "environment.json"
    with running(directory / "neo4j", port=PORT, password=PASSWORD, again=ready.exists()) as address:
        if not ready.exists():
            load(directory, {"PARTNERGRAPH_STORE": f"file:{directory / 'network.db'}"})
            load(directory, address.environment)
            prepare_peers(address)
            ready.write_text(json.dumps(address.environment))
        print("ready", flush=True)
        while True:
            time.sleep(3600)


if __name__ == "__main__":
    with contextlib.suppress(KeyboardInterrupt):
        main()
