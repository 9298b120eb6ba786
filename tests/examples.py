"""How many examples a property is tried on: all of them in CI, a third otherwise."""

from __future__ import annotations

import os

from hypothesis import HealthCheck, settings

IN_FULL = os.environ.get("PARTNERGRAPH_IN_FULL") == "1"


def examples(number: int) -> settings:
    """Decorates a test of a property; how long one takes is not judged."""
    return settings(
        max_examples=number if IN_FULL else max(number // 3, 1),
        deadline=None,
        suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture],
    )
