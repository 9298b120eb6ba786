"""Tiny networks for the tests of matching, whose right answers are obvious."""

from __future__ import annotations

from typing import Any

import numpy as np

from matching.profile import Profiles, Subjects

GOALS = ("goal:11", "goal:12", "goal:13")
TARGETS = ("target:11.6", "target:11.7", "target:12.5", "target:13.1")
TOPICS = ("topic:waste", "topic:composting", "topic:parks")
IDS = GOALS + TARGETS + TOPICS


def _rows(*pairs: tuple[str, str]) -> Any:
    return np.array([(IDS.index(a), IDS.index(b)) for a, b in pairs], dtype=np.int64)


SUBJECTS = Subjects(
    ids=IDS,
    names={"en": tuple(id_.split(":")[1] for id_ in IDS), "de": tuple("" if id_ != "topic:waste" else "Abfall" for id_ in IDS)},
    target_goal=_rows(("target:11.6", "goal:11"), ("target:11.7", "goal:11"), ("target:12.5", "goal:12"), ("target:13.1", "goal:13")),
    topic_target=_rows(("topic:waste", "target:11.6"), ("topic:waste", "target:12.5"), ("topic:parks", "target:11.7")),
    topic_broader=_rows(("topic:composting", "topic:waste")),
)


def world(german: tuple[str, ...] = ("a", "b", "c"), southern: tuple[str, ...] = ("s",), **columns: Any) -> Profiles:
    """A few German municipalities, then some of Kenya; every column not given is unknown. A few Polish ones may be tied."""
    others = tuple(columns.pop("others", ()))
    ids = (*german, *southern, *others)
    country = ["DE"] * len(german) + ["KE"] * len(southern) + ["PL"] * len(others)
    return Profiles.build(ids=ids, country=columns.pop("country", country), eligible={"KE"}, subjects=SUBJECTS, **columns)
