"""The settings: what can be set, by which environment variable, and what it is when nobody sets it."""

from __future__ import annotations

import dataclasses
import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from dotenv import dotenv_values

from graph_api.errors import SettingsError

PREFIX = "PARTNERGRAPH_"


def setting(default: str | int | None, doc: str, *, allowed: tuple[str, ...] = (), minimum: int = 0, maximum: int = 0, secret: bool = False) -> Any:
    """Declares a setting: its default, its sentence of documentation, what is allowed."""
    return dataclasses.field(
        default=default, repr=not secret, metadata={"doc": doc, "allowed": allowed, "minimum": minimum, "maximum": maximum, "secret": secret}
    )


@dataclass(frozen=True, kw_only=True)
class Settings:
    """Every setting; `PARTNERGRAPH_` and the name in capitals is its environment variable."""

    store: str = setting(
        "file:./data/partnergraph.db", "Where the network is kept: file:PATH, memory:, or the address of a Neo4j (neo4j://, neo4j+s://, bolt://, …)"
    )
    neo4j_user: str = setting("neo4j", "User on that Neo4j")
    neo4j_password: str | None = setting(None, "The user's password", secret=True)
    neo4j_database: str = setting("neo4j", "Name of the database")
    host: str = setting("127.0.0.1", "Address the service listens on")
    port: int = setting(8000, "Port the service listens on", minimum=1, maximum=65535)
    hosts: str = setting("", "Names the service answers under, divided by commas (* for any); not given: localhost where HOST is loopback, else any")
    workers: int = setting(1, "Processes of the service", minimum=1, maximum=64)
    auth: str = setting("local", "Who vouches for tokens: local (a key file of our own) or oidc (an identity provider)", allowed=("local", "oidc"))
    key_file: str = setting("./data/partnergraph.key", "Key with which local tokens are signed; made on first use, readable by its owner only")
    oidc_issuer: str | None = setting(None, "Address of the identity provider (with PARTNERGRAPH_AUTH=oidc)")
    oidc_audience: str | None = setting(None, "Audience that tokens of the identity provider must name")
    oidc_client_id: str | None = setting(None, "Id of the web app at the identity provider; not given: one signs in there by pasting its access token")
    oidc_client_secret: str | None = setting(None, "The web app's secret at the identity provider, where it has one", secret=True)
    log: str = setting("text", "Form of the log", allowed=("text", "json"))


def read_settings(environment: Mapping[str, str] | None = None, *, file: Path = Path(".env")) -> Settings:
    """The settings of an environment (by default the process's), which goes before the file `.env`.

    Raises SettingsError that names the variable, what is allowed and what came.
    """
    given = _from_file(file) | dict(os.environ if environment is None else environment)
    known = {f"{PREFIX}{f.name.upper()}": f for f in dataclasses.fields(Settings)}
    values: dict[str, Any] = {field.name: _value(field, name, given[name].strip()) for name, field in known.items() if given.get(name, "").strip()}
    return Settings(**values)


def _from_file(file: Path) -> dict[str, str]:
    try:
        return {k: v for k, v in dotenv_values(file, interpolate=False).items() if v is not None}
    except (OSError, ValueError) as e:
        raise SettingsError(f"{file} cannot be read as a text in UTF-8: {e}") from None


def _value(field: dataclasses.Field[Any], name: str, text: str) -> str | int:
    allowed = field.metadata["allowed"]
    if allowed and text not in allowed:
        raise SettingsError(f"{name} is {text[:40]!r}; allowed: {', '.join(allowed)}")
    if not isinstance(field.default, int):
        return text
    low, high = field.metadata["minimum"], field.metadata["maximum"]
    if not text.isdecimal() or len(text) > 9 or not low <= int(text) <= high:
        raise SettingsError(f"{name} is {text[:40]!r}; allowed: a whole number from {low} to {high}")
    return int(text)


@dataclass(frozen=True, kw_only=True)
class SettingsRow:
    """A line of the settings table."""

    variable: str
    default: str
    value: str
    doc: str


def settings_table(settings: Settings | None = None) -> list[SettingsRow]:
    """The settings one by one: variable, default, present value (secrets masked), documentation."""
    now = settings or Settings()
    rows: list[SettingsRow] = []
    for field in dataclasses.fields(Settings):
        value = getattr(now, field.name)
        shown = "set" if field.metadata["secret"] and value else ("" if value is None else str(value))
        default = "" if field.default is None else str(field.default)
        rows.append(SettingsRow(variable=f"{PREFIX}{field.name.upper()}", default=default, value=shown, doc=field.metadata["doc"]))
    return rows
