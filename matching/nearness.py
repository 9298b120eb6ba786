"""Nearness of subjects: how far work on one topic, goal or target helps with another."""

from __future__ import annotations

import numpy as np

from matching.incidence import Incidence
from matching.profile import Floats, Subjects

STEP_GOAL = 0.7
"""Nearness of a target to its goal; two targets of one goal (11.6 and 11.7) thus come to 0.49."""
STEP_SERVES = 0.7
"""Nearness of a topic to a target it serves; two targets served by one topic (11.6 and 12.5 by waste) thus come to 0.49."""
STEP_BROADER = 0.5
"""Nearness of a topic to a broader one."""


class Nearness:
    """Nearness from 0 (nothing to do with each other) to 1 (the same): the best way of at most two steps in the hierarchy,
    each step multiplying.
    """

    def __init__(self, subjects: Subjects) -> None:
        self.size = len(subjects)
        steps = ((subjects.target_goal, STEP_GOAL), (subjects.topic_target, STEP_SERVES), (subjects.topic_broader, STEP_BROADER))
        pairs = np.concatenate([pairs for pairs, _ in steps])
        weights = np.concatenate([np.full(len(pairs), weight) for pairs, weight in steps])
        both = np.concatenate([pairs, pairs[:, ::-1]])
        self._steps = Incidence(both[:, 0], both[:, 1], np.tile(weights, 2), (self.size, self.size))
        self._known: dict[int, Floats] = {}

    def of(self, subject: int) -> Floats:
        """Nearness of one subject to every subject, shape (subjects,), worked out once and read-only."""
        known = self._known.get(subject)
        if known is None:
            known = self._known[subject] = self._of(subject)
            known.flags.writeable = False
        return known

    def _of(self, subject: int) -> Floats:
        near = np.zeros(self.size)
        first, weights = self._steps.row(subject)
        for middle, weight in zip(first.tolist(), weights.tolist(), strict=True):
            last, second = self._steps.row(middle)
            near[last] = np.maximum(near[last], weight * second)
        near[first] = np.maximum(near[first], weights)
        near[subject] = 1.0
        return near
