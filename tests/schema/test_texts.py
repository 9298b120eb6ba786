"""What the API says a text is about."""

from __future__ import annotations

import pytest

from graph_api.model import Serves
from graph_api.operations.texts import LONGEST_TEXT
from graph_api.storage.base import Store
from matching.texts import Sentences
from tests.schema.conftest import Api

pytestmark = [pytest.mark.above_the_port, pytest.mark.usefixtures("reader_of_texts")]

QUERY = """query($text: String!, $first: Int! = 5) { subjectsOfText(text: $text, first: $first) {
  goals { score goal { number } } targets { target { id goal { number } } } topics { score topic { name } } reader revision } }"""


async def test_a_text_is_about_goals_targets_and_topics(small: Api) -> None:
    found = (await small(QUERY, text="Wie trennen wir Abfall?", first=1))["subjectsOfText"]
    assert (found["reader"], [m["topic"]["name"] for m in found["topics"]]) == (Sentences.name, ["Waste"])
    assert all(0 <= m["score"] <= 1 for m in found["topics"] + found["goals"])
    assert len(found["targets"]) == 1


async def test_what_changes_in_the_network_is_known_to_the_next_question(small: Api, store: Store) -> None:
    before = (await small(QUERY, text="Abfall"))["subjectsOfText"]
    async with store.transaction() as tx:
        await tx.unlink(Serves, ["source", "target"], [["topic:waste", "sdg_target:11.6"]])
        await tx.link(Serves, ["source", "target"], [["topic:waste", "sdg_target:6.1"]])
    after = (await small(QUERY, text="Abfall"))["subjectsOfText"]
    was, now = ({mention["goal"]["number"]: mention["score"] for mention in found["goals"]} for found in (before, after))
    assert now[6] > was[6]  # waste serves it now
    assert after["revision"] > before["revision"]


@pytest.mark.parametrize(
    ("text", "first", "message"),
    [
        ("x" * (LONGEST_TEXT + 1), 5, "text: 10,001 characters are too many: at most 10,000"),
        ("x", 18, "first is 18; allowed: 0 to 17"),
    ],
)
async def test_what_is_too_much_is_refused(small: Api, text: str, first: int, message: str) -> None:
    assert await small.refusal(QUERY, text=text, first=first) == ("INVALID_INPUT", message)
