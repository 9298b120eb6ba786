"""After one write the next answer is right: how long partner candidates take at 25,000 municipalities with 300,000 links once a focus, a
partnership or a dismissal has been written.

    python benchmarks/bench_fresh.py [--neo4j] [--network FILE.db] [--rounds 5]

The service runs in a process of its own on a file, with --neo4j on a throw-away Neo4j (Java and Maven needed); --network takes a file that was
loaded before in place of making one. Bar: 1 s from the answer of the write to the right answer. Each round writes, asks at once, and takes the write back.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import sys
import tempfile
import time
import urllib.request
from collections.abc import Callable, Generator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parent.parent))

from graph_api.operations.viewers import Role, Viewer
from seeds import synthetic
from tests.neo4j_server import running
from tests.web.site import serving, token

MUNICIPALITIES = 25_000
TICK = os.sysconf("SC_CLK_TCK")
ADMIN = Viewer(role=Role.ADMIN, name="benchmark")
CANDIDATES = """query($m: ID!) { partnerCandidates(municipality: $m, first: 10) {
  candidates { score seekerBenefit municipality { id name } facets { name reason } } excluded { rule count } revision } }"""
SEEKER = """{ municipalities(first: 200, filter: { seeking: true, hasGermanPartner: false, not: { country: ["DE"] } }) {
  edges { node { id focuses { totalCount } } } } }"""
SAVE_FOCUS = "mutation($input: FocusInput!) { saveFocus(input: $input) { source { id } } }"
REMOVE_FOCUS = "mutation($input: FocusInput!) { removeFocus(input: $input) { removed } }"
SAVE_PARTNERSHIP = "mutation($input: PartnershipInput!) { savePartnership(input: $input) { changed } }"
DELETE = "mutation($id: ID!) { deleteRecord(id: $id, confirm: true) { done } }"
DISMISS = 'mutation($a: ID!, $c: ID!) { dismissCandidate(asker: $a, candidate: $c, reason: "benchmark") { interest { id } } }'
WITHDRAW = "mutation($interest: ID!) { withdrawInterest(interest: $interest) { interest { id } } }"


@dataclass(frozen=True, kw_only=True)
class Service:
    """A running service, asked as an administrator."""

    address: str
    bearer: str

    def __call__(self, query: str, **variables: Any) -> Any:
        """The data of an answer. Raises RuntimeError with what the service says otherwise."""
        body = json.dumps({"query": query, "variables": variables}).encode()
        headers = {"content-type": "application/json", "authorization": f"Bearer {self.bearer}"}
        with urllib.request.urlopen(urllib.request.Request(f"{self.address}/graphql", body, headers), timeout=120) as reply:
            answer = json.load(reply)
        if "errors" in answer:
            raise RuntimeError(answer["errors"])
        return answer["data"]

    def candidates(self, seeker: str) -> Any:
        """Partner candidates of a municipality."""
        return self(CANDIDATES, m=seeker)["partnerCandidates"]

    def first(self, seeker: str) -> None:
        """Asks until there is an answer: a cold database on a busy machine may take longer than a request may, but what was begun goes on."""
        for last in (False, False, False, True):
            try:
                self.candidates(seeker)
            except RuntimeError:
                if last:
                    raise
            else:
                return


@dataclass(frozen=True, kw_only=True)
class Write:
    """A write, whether an answer shows it, and what takes it back."""

    name: str
    do: Callable[[], Any]
    shown: Callable[[Any], bool]
    undo: Callable[[Any], Any]


def writes(ask: Service, seeker: str) -> Generator[Write]:
    """What is written."""
    focus = {"municipality": seeker, "topic": "topic:waste", "direction": "SEEKS"}
    yield Write(
        name="focus",
        do=lambda: ask(SAVE_FOCUS, input={**focus, "weight": 1.0}),
        shown=lambda found: any(candidate["seekerBenefit"] for candidate in found["candidates"]),
        undo=lambda _: ask(REMOVE_FOCUS, input=focus),
    )
    best = ask.candidates(seeker)["candidates"][0]["municipality"]["id"]

    def gone(found: Any) -> bool:
        return all(candidate["municipality"]["id"] != best for candidate in found["candidates"])

    yield Write(
        name="partnership",
        do=lambda: ask(SAVE_PARTNERSHIP, input={"id": "benchmark", "members": [seeker, best], "started": "2024"}),
        shown=gone,
        undo=lambda _: ask(DELETE, id="partnership:benchmark"),
    )
    yield Write(
        name="dismissal",
        do=lambda: ask(DISMISS, a=seeker, c=best),
        shown=gone,
        undo=lambda written: ask(WITHDRAW, interest=written["dismissCandidate"]["interest"]["id"]),
    )


def spent(pid: int | str = "self") -> dict[str, float]:
    """CPU seconds so far of all processes below one, by the name of their program (Linux only)."""
    found: dict[str, float] = {}
    for task in Path(f"/proc/{pid}/task").glob("*/children"):
        for child in task.read_text().split():
            name, _, rest = Path(f"/proc/{child}/stat").read_text().partition("(")[2].rpartition(")")
            user, system = rest.split()[11:13]
            for program, seconds in ((name, (int(user) + int(system)) / TICK), *spent(child).items()):
                found[program] = found.get(program, 0.0) + seconds
    return found


def measure(ask: Service, rounds: int) -> None:
    """Prints one line for each write."""
    began = time.perf_counter()
    seeker = next(e["node"]["id"] for e in ask(SEEKER)["municipalities"]["edges"] if not e["node"]["focuses"]["totalCount"])
    ask.first(seeker)
    print(f"first answer after {time.perf_counter() - began:.1f} s; asked for {seeker}\n")
    print("write         itself s    next answer right after s: median, worst (bar 1), CPU s of it by program (mean)")
    for write in writes(ask, seeker):
        took: list[tuple[float, float]] = []
        used: dict[str, float] = {}
        for _ in range(rounds):
            before = ask.candidates(seeker)
            assert not write.shown(before)
            began = time.perf_counter()
            written = write.do()
            done, cpu = time.perf_counter(), spent()
            assert write.shown(ask.candidates(seeker)), f"the answer after a {write.name} does not show it"
            took.append((done - began, time.perf_counter() - done))
            for program, seconds in spent().items():
                used[program] = used.get(program, 0.0) + (seconds - cpu.get(program, 0.0)) / rounds
            write.undo(written)
        itself, after = zip(*took, strict=True)
        programs = ", ".join(f"{program} {seconds:.2f}" for program, seconds in used.items() if seconds >= 0.01)
        print(f"{write.name:<12} {statistics.median(itself):9.2f} {statistics.median(after):9.2f} {max(after):9.2f}   {programs}", flush=True)


def main() -> None:
    """Starts what is to be measured."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--neo4j", action="store_true")
    parser.add_argument("--network", type=Path)
    parser.add_argument("--rounds", type=int, default=5)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as temporary, ExitStack() as stack:
        directory = Path(temporary)
        fill: list[tuple[str, ...]] = []
        if given.network is None:
            written = synthetic.write(directory / "files", MUNICIPALITIES)
            fill = [("load", "reference"), *(("import", str(directory / "files" / f"{stem}.csv")) for stem in written)]
        store = {"PARTNERGRAPH_STORE": f"file:{given.network}"} if given.network else {}
        if given.neo4j:
            store = stack.enter_context(running(directory / "neo4j", heap="2g")).environment
        measure(Service(address=stack.enter_context(serving(directory, store, fill=fill)), bearer=token(directory, ADMIN)), given.rounds)


if __name__ == "__main__":
    main()
