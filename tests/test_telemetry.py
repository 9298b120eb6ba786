"""What the service writes down: in its logs nothing of people, and nothing of what they ask."""

from __future__ import annotations

import logging
from collections.abc import Generator, Mapping
from io import StringIO
from pathlib import Path
from typing import Any, cast

import orjson
import pytest

from graph_api.storage import open_store
from graph_api.storage.base import Store
from graph_api.telemetry import set_up_logs
from tests.roles import SECRET, People, people

NAME, MAIL, TEXT, TOKEN = "Wilhelmine", "willy@example.org", "die Kläranlage stinkt", "eyJhbGciOiJub25lIn0.eyJzdWIiOiJXIn0.x"
PERSONAL = (NAME, MAIL, "anlage", TOKEN, SECRET)
"""Stands in what is asked; the last in what the store has of everybody."""

QUESTIONS: Mapping[str, Mapping[str, Any]] = {
    f'mutation {{ saveExpert(input: {{id: "{NAME}", name: "{NAME}", email: "{MAIL}", department: "water"}}) {{ record {{ id }} }} }}': {},
    "mutation($it: ExpertInput!, $why: String) { saveExpert(input: $it, reason: $why) { record { id } } }": {"it": {"id": "ana", "email": MAIL}, "why": TEXT},
    'mutation($why: String!) { recordDemand(municipality: "bonn", message: $why, reason: $why) { created } }': {"why": TEXT},
    'mutation($csv: String!) { importTables(files: [{name: "experts.csv", text: $csv}]) { written } }': {"csv": f"id,name,consent\n{NAME},{NAME},{TEXT}\n"},
    'query($needs: [String!]) { partnerCandidates(municipality: "kisumu", needs: $needs) { considered } }': {"needs": [TEXT]},
    f'{{ {NAME}: experts(filter: {{name: "{NAME}"}}) {{ edges {{ {NAME}: node {{ id name email }} }} }} }}': {},
    f"query {NAME}($text: String!) {{ search(text: $text) {{ edges {{ text }} }} }}": {"text": NAME},
    f'{{ node(id: "expert:{NAME}") {{ id }} }}': {},
    f'{{ experts(filter: {{email: "{MAIL}"}}) {{ totalCount }} }}': {},
    f'{{ expert(id: "{NAME}") {{ {NAME} }} }}': {},
    f'{{ expert(id: "{NAME}" {{ "{TEXT}" ': {},
    "query($first: Int) { experts(first: $first) { totalCount } }": {"first": TEXT},
}
"""Right and wrong ones, with people in literals, variables and names of one's own."""


class Moody:
    """A store whose verbs fail when told so, with an error that tells what was asked, as those of a library may."""

    def __init__(self, store: Store) -> None:
        self._store, self.fails = store, False

    def __getattr__(self, name: str) -> Any:
        def fail(*given: Any, **named: Any) -> Any:
            raise KeyError(name, given, named) from ValueError(NAME, TEXT)

        return fail if self.fails else getattr(self._store, name)


@pytest.fixture
def json_logs() -> Generator[StringIO]:
    """What is logged as with PARTNERGRAPH_LOG=json; afterwards logs are as before."""
    loggers = [logging.getLogger(name) for name in (None, "partnergraph", "uvicorn")]
    before = [(logger.handlers[:], logger.propagate, logger.level) for logger in loggers]
    for handler in before[0][0]:
        loggers[0].removeHandler(handler)  # pytest's, which the set up would close
    set_up_logs("json")
    written = StringIO()
    cast("logging.StreamHandler[StringIO]", loggers[0].handlers[0]).setStream(written)
    yield written
    for logger, (handlers, propagate, level) in zip(loggers, before, strict=True):
        logger.handlers[:], logger.propagate = handlers, propagate
        logger.setLevel(level)


async def everything(asked: People) -> list[int]:
    """Asks and changes people's data by every way there is, with good tokens and wrong ones; how each was answered, 500 where it was not foreseen."""
    own, wrong = asked.headers("coordinator"), {"authorization": f"Bearer {TOKEN}"}
    requests: list[tuple[str, str, dict[str, Any]]] = [
        *(
            ("POST", "/graphql", {"json": {"query": query, "variables": variables}, "headers": asked.headers(who)})
            for who in ("coordinator", "ana", "anonymous")
            for query, variables in QUESTIONS.items()
        ),
        ("POST", "/graphql", {"json": {"query": "{ __typename }"}, "headers": wrong}),
        ("POST", "/graphql", {"json": {"query": "{ __typename }"}, "headers": {"cookie": f"partnergraph={TOKEN}"}}),
        ("POST", "/graphql", {"content": f'{{"query": "{NAME}', "headers": {"content-type": "application/json"}}),
        ("GET", "/graphql", {"params": {"query": f'{{ node(id: "expert:{MAIL}") {{ id }} }}', "variables": NAME}}),
        ("POST", "/session", {"headers": wrong}),
        ("POST", "/session", {"headers": own}),
        ("GET", "/session/back", {"params": {"code": TOKEN, "state": NAME}}),
        ("POST", "/import?name=experts.csv", {"headers": {**own, "content-type": "text/csv"}, "content": f"id,name,consent\n{NAME},{NAME},{TEXT}\n".encode()}),
        ("GET", "/export/csv", {"headers": own}),
        ("GET", "/picture", {"params": {"id": f"expert:{NAME}"}, "headers": own}),
        ("GET", f"/en/{NAME}", {}),
    ]
    return [await status(asked, *request) for request in requests]


async def status(asked: People, method: str, path: str, given: Mapping[str, Any]) -> int:
    """The status of an answer; what comes out of the app is logged as uvicorn does."""
    try:
        return (await asked.client.send(method, path, **given)).status
    except Exception:
        logging.getLogger("uvicorn.error").exception("Exception in ASGI application\n")
        return 500


async def test_no_line_of_the_logs_holds_anything_of_people_or_of_what_they_ask(tmp_path: Path, json_logs: StringIO) -> None:
    store = open_store("memory:")
    await store.prepare()
    moody = Moody(store)
    asked = await people(cast("Store", moody), tmp_path)
    await everything(asked)
    assert [line for line in json_logs.getvalue().splitlines() if "no web app" not in line] == []
    moody.fails = True
    assert 500 in await everything(asked)
    await store.close()
    lines = [orjson.loads(line) for line in json_logs.getvalue().splitlines()]
    assert {line["exception"].rpartition("\n")[2] for line in lines if "exception" in line} == {"KeyError"}
    assert [(personal, line) for personal in PERSONAL for line in json_logs.getvalue().splitlines() if personal.lower() in line.lower()] == []
