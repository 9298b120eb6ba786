"""Everything that can go wrong in ways a caller can understand.

PartnergraphError
├── InvalidInput             what came is not allowed (a value, a file, an argument)
│   ├── NotFound             a record that was named does not exist
│   └── ImportRejected       an import with bad cells; keeps every one of them
├── Conflict                 what came was right once: somebody wrote in between
├── Unauthenticated          a token was given and is not good
├── Forbidden                the viewer's role does not allow it
├── StoreError               the store cannot do its work
│   ├── StoreUnavailable     it does not answer now; trying again may help
│   │   └── StoreNotWritable it can be read, and not written now
│   └── StoreUnusable        it answers, and trying again will not help (no database, wrong password, a newer format)
└── SettingsError            a setting has a value that is not allowed

Errors keep their values as attributes. They are translated once, at the edge: to exit codes by the command line, to
`extensions.code` by the GraphQL schema.
"""

from __future__ import annotations

from collections.abc import Generator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass


class PartnergraphError(Exception):
    """Base of all errors of this program; `str()` gives one line for a person."""

    code = "ERROR"


class InvalidInput(PartnergraphError):
    """A value, file or argument that is not allowed; the message says what came and what is allowed."""

    code = "INVALID_INPUT"


@contextmanager
def checked() -> Generator[None]:
    """Within the block a ValueError, by which `matching` says what is not allowed, becomes InvalidInput."""
    try:
        yield
    except ValueError as e:
        raise InvalidInput(str(e)) from None


class NotFound(InvalidInput):
    """Records that were named and do not exist."""

    code = "NOT_FOUND"

    def __init__(self, *ids: str) -> None:
        self.ids = ids
        shown = ", ".join(ids[:5]) + (f" and {len(ids) - 5} more" if len(ids) > 5 else "")
        super().__init__(f"not found: {shown}")


@dataclass(frozen=True, kw_only=True)
class BadCell:
    """One cell of an import that cannot be taken.

    `line` counts from 1 and includes the header, as an editor shows it; 0 means the file as a whole.
    """

    file: str
    line: int
    column: str
    problem: str

    def __str__(self) -> str:
        place = f"{self.file}:{self.line}" if self.line else self.file
        return f"{place}: {self.column}: {self.problem}" if self.column else f"{place}: {self.problem}"


class ImportRejected(InvalidInput):
    """An import with bad cells; nothing of it was written."""

    code = "IMPORT_REJECTED"

    def __init__(self, cells: Sequence[BadCell]) -> None:
        self.cells = tuple(cells)
        more = f" (and {len(cells) - 1} more)" if len(cells) > 1 else ""
        super().__init__(f"{cells[0]}{more}; nothing was written")


class Conflict(PartnergraphError):
    """Somebody else wrote in between."""

    code = "CONFLICT"


class Unauthenticated(PartnergraphError):
    """A token was given and is not good: expired, not ours, or not a token."""

    code = "UNAUTHENTICATED"


class Forbidden(PartnergraphError):
    """The viewer's role does not allow this."""

    code = "FORBIDDEN"


class StoreError(PartnergraphError):
    """The store cannot do its work."""

    code = "STORE_ERROR"


class StoreUnavailable(StoreError):
    """The store does not answer now; trying again may help."""

    code = "STORE_UNAVAILABLE"


class StoreNotWritable(StoreUnavailable):
    """The store can be read, and not written now: its disk is full or read-only. For callers it is a store that is away, in its code too."""


class StoreUnusable(StoreError):
    """The store answers, but trying again will not help."""

    code = "STORE_UNUSABLE"


class SettingsError(PartnergraphError):
    """A setting has a value that is not allowed."""

    code = "SETTINGS"
