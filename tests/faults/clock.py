"""A service's own clock, which can be set while it runs, by libfaketime: the calendar jumps, what counts elapsed time does not, as when a clock is set."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path

import pytest


class Clock:
    """The clock of a process that is started with `environment`. Skips the test where there is no libfaketime."""

    def __init__(self, file: Path) -> None:
        self._file, library = file, next(Path("/usr/lib").glob("*/faketime/libfaketimeMT.so.1"), None)
        if library is None:
            if os.environ.get("PARTNERGRAPH_REQUIRE_FAKETIME"):
                pytest.fail("libfaketime is missing (apt-get install libfaketime)")
            pytest.skip("there is no libfaketime here (apt-get install libfaketime)")
        self.environment: Mapping[str, str] = {
            "LD_PRELOAD": str(library),
            "FAKETIME_TIMESTAMP_FILE": str(file),
            "FAKETIME_NO_CACHE": "1",
            "FAKETIME_DONT_FAKE_MONOTONIC": "1",
        }
        self.set(0)

    def set(self, hours: int) -> None:
        """Makes it so many hours later than it is."""
        temporary = self._file.with_suffix(".new")
        temporary.write_text(f"{hours:+d}h\n", encoding="ascii")
        temporary.replace(self._file)
