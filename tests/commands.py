"""The command line as a test uses it."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import orjson
from click.testing import CliRunner

from graph_api.cli import main


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """What a command left behind."""

    code: int
    out: str
    err: str

    @property
    def document(self) -> Any:
        """The one JSON document on stdout."""
        return orjson.loads(self.out)


@dataclass(frozen=True, kw_only=True)
class Terminal:
    """Runs commands with some environment; what they do not foresee comes out as it is."""

    environment: Mapping[str, str] = field(default_factory=dict[str, str])

    def __call__(self, *words: object) -> Outcome:
        ours = dict.fromkeys(name for name in os.environ if name.startswith("PARTNERGRAPH_"))
        result = CliRunner().invoke(main, [str(word) for word in words], env=ours | dict(self.environment), catch_exceptions=False)
        return Outcome(code=result.exit_code, out=result.stdout, err=result.stderr)

    def having(self, **settings: str) -> Terminal:
        """The same with other settings."""
        return replace(self, environment=dict(self.environment) | {f"PARTNERGRAPH_{name.upper()}": value for name, value in settings.items()})
