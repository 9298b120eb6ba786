"""Tokens: who is asking. Signed by a key file of our own, or by an identity provider (OpenID Connect)."""

from __future__ import annotations

import asyncio
import datetime
import json
import os
import secrets
import urllib.error
import urllib.request
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Protocol
from urllib.parse import urlsplit

import jwt
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, load_pem_private_key
from jwt.types import Options

from graph_api.errors import InvalidInput, SettingsError, Unauthenticated
from graph_api.operations.files import parse_id
from graph_api.operations.viewers import ANYBODY, Role, Viewer
from graph_api.settings import Settings

NAME = "partnergraph"
"""Issuer and audience of our own tokens."""

LONGEST = 366
"""Days that a token of ours may last."""

OIDC_ALGORITHMS = ("RS256", "RS384", "RS512", "ES256", "ES384", "PS256", "EdDSA")
"""Signatures that an identity provider may use: none with a shared secret, and never none at all."""


class TokenReader(Protocol):
    """Tells from a token who is asking."""

    async def viewer(self, token: str | None) -> Viewer:
        """The viewer; anybody without a token. Raises Unauthenticated for a token that is not good."""
        ...


def bearer(authorization: str | None) -> str | None:
    """The token in an Authorization header; None where there is no header. Raises Unauthenticated for another scheme."""
    if authorization is None:
        return None
    scheme, _, token = authorization.strip().partition(" ")
    if scheme.lower() != "bearer" or not token.strip():
        raise Unauthenticated("the Authorization header has to be: Bearer, a space, the token")
    return token.strip()


def token_reader(settings: Settings) -> TokenReader:
    """The reader that the settings ask for; raises SettingsError where they do not say enough."""
    if settings.auth == "local":
        return LocalTokens(Path(settings.key_file))
    if not settings.oidc_issuer or not settings.oidc_audience:
        raise SettingsError("PARTNERGRAPH_AUTH is oidc; then PARTNERGRAPH_OIDC_ISSUER and PARTNERGRAPH_OIDC_AUDIENCE are needed too")
    if not is_safe(settings.oidc_issuer):
        raise SettingsError(f"PARTNERGRAPH_OIDC_ISSUER is {settings.oidc_issuer!r}; allowed: an address that begins with https://")
    return OidcTokens(settings.oidc_issuer, settings.oidc_audience)


def is_safe(address: str) -> bool:
    """Whether nobody on the way can change what is fetched from an address."""
    try:
        parts = urlsplit(address)
    except ValueError:
        return False
    return parts.scheme == "https" or (parts.scheme == "http" and parts.hostname in ("127.0.0.1", "::1", "localhost"))


class LocalTokens:
    """Tokens signed with an Ed25519 key in a file; the file is made on first use."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._key: Ed25519PrivateKey | None = None

    def issue(self, viewer: Viewer, *, days: int, now: datetime.datetime | None = None) -> str:
        """A token for somebody, good for so many days. Raises InvalidInput for a role without the record that it needs."""
        if viewer.role is Role.MUNICIPALITY and not viewer.municipality:
            raise InvalidInput("a token for a municipality needs its id")
        if viewer.role is Role.EXPERT and not viewer.expert:
            raise InvalidInput("a token for an expert needs the expert's id")
        if not 1 <= days <= LONGEST:
            raise InvalidInput(f"a token for {days} days is not allowed: 1 to {LONGEST}")
        begins = now or datetime.datetime.now(datetime.UTC)
        claims = {"iss": NAME, "aud": NAME, "sub": viewer.name or viewer.role.value, "iat": begins, "exp": begins + datetime.timedelta(days=days)}
        own = {"role": viewer.role.value, "municipality": viewer.municipality, "expert": viewer.expert}
        return jwt.encode(claims | {k: v for k, v in own.items() if v}, self._signing_key(), algorithm="EdDSA")

    async def viewer(self, token: str | None) -> Viewer:
        """Who holds the token."""
        if token is None:
            return ANYBODY
        return _viewer(_decoded(token, self._signing_key().public_key(), ["EdDSA"], NAME, NAME, verify_iat=False), "")

    def check(self) -> None:
        """Raises SettingsError where a key file is there and not good."""
        if self._path.exists():
            _read_key(self._path)

    def _signing_key(self) -> Ed25519PrivateKey:
        if self._key is None:
            self._key = _read_key(self._path) if self._path.exists() else _make_key(self._path)
        return self._key


def _read_key(path: Path) -> Ed25519PrivateKey:
    if path.stat().st_mode & 0o077:
        raise SettingsError(f"{path.name} can be read by others; allow its owner only: chmod 600")
    try:
        key = load_pem_private_key(path.read_bytes(), password=None)
    except (OSError, ValueError) as e:
        raise SettingsError(f"{path.name} is not a key: {type(e).__name__}") from None
    if not isinstance(key, Ed25519PrivateKey):
        raise SettingsError(f"{path.name} is not an Ed25519 key")
    return key


def _make_key(path: Path) -> Ed25519PrivateKey:
    """Makes a key and its file; where another process was faster, takes that one's."""
    key = Ed25519PrivateKey.generate()
    text = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    temporary = path.with_name(f"{path.name}.{secrets.token_hex(8)}")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "wb") as file:
            file.write(text)
        try:
            path.hardlink_to(temporary)
        except FileExistsError:
            return _read_key(path)
        finally:
            temporary.unlink()
    except OSError as e:
        raise SettingsError(f"the key file {path.name} cannot be written: {e.strerror}") from None
    return key


class OidcTokens:
    """Tokens of an identity provider; its keys are fetched by JWKS, and again when a token names a new one, at most once in `patience` seconds.

    The claims `partnergraph_role`, `partnergraph_municipality` and `partnergraph_expert` say who somebody is to the programme; no other
    claim does, for some providers let people choose those themselves.
    """

    def __init__(self, issuer: str, audience: str, *, patience: float = 30) -> None:
        self._issuer, self._audience, self._patience = issuer, audience, patience
        self._keys: jwt.PyJWKClient | None = None

    async def viewer(self, token: str | None) -> Viewer:
        """Who holds the token."""
        if token is None:
            return ANYBODY
        return _viewer(await asyncio.to_thread(self._claims, token), f"{NAME}_")

    def _claims(self, token: str) -> Mapping[str, Any]:
        try:
            key = self._client().get_signing_key_from_jwt(token).key
        except (jwt.PyJWKClientConnectionError, OSError, ValueError, KeyError, TypeError):
            raise Unauthenticated("the identity provider does not say now how its tokens are signed; try again") from None
        except jwt.PyJWTError as e:
            raise Unauthenticated(f"the token is not good: {type(e).__name__}") from None
        return _decoded(token, key, list(OIDC_ALGORITHMS), self._issuer, self._audience)

    def _client(self) -> jwt.PyJWKClient:
        if self._keys is None:
            found = discovered(self._issuer)
            if not is_safe(found["jwks_uri"]):
                raise ValueError("the keys could be changed on the way")
            self._keys = jwt.PyJWKClient(found["jwks_uri"], timeout=3, cooldown_duration=self._patience)
        return self._keys


def discovered(issuer: str) -> Any:
    """What an identity provider says of itself. Raises OSError, ValueError, KeyError, TypeError."""
    found = _fetched(f"{issuer.rstrip('/')}/.well-known/openid-configuration")
    if found["issuer"] != issuer:
        raise ValueError("the document is another issuer's")
    return found


def _fetched(address: str) -> Any:
    """The JSON document at an address. Raises OSError, ValueError."""
    try:
        with urllib.request.urlopen(address, timeout=3) as answer:  # noqa: S310  # nosec B310 - the settings allow https only
            return json.load(answer)
    except urllib.error.HTTPError as e:
        e.close()
        raise


def _decoded(token: str, key: Any, algorithms: list[str], issuer: str, audience: str, *, verify_iat: bool = True) -> Mapping[str, Any]:
    """The claims of a token that is good; `verify_iat`: not one that was issued in the future, as those of before a clock was set back were."""
    try:
        options: Options = {"require": ["exp", "iss", "aud", "sub"], "verify_iat": verify_iat}
        return jwt.decode(token, key, algorithms=algorithms, issuer=issuer, audience=audience, leeway=30, options=options)
    except jwt.ExpiredSignatureError:
        raise Unauthenticated("the token has expired; ask for a new one") from None
    except (jwt.PyJWTError, ValueError, TypeError) as e:
        raise Unauthenticated(f"the token is not good: {type(e).__name__}") from None


def _viewer(claims: Mapping[str, Any], prefix: str) -> Viewer:
    role, municipality, expert = (claims.get(f"{prefix}{name}") for name in ("role", "municipality", "expert"))
    if not isinstance(role, str) or role not in {r.value for r in Role}:
        raise Unauthenticated("the token names no role of this service")
    return Viewer(role=Role(role), name=str(claims["sub"]), municipality=_own("municipality", municipality), expert=_own("expert", expert))


def _own(kind: str, given: object) -> str | None:
    """The record that a claim names. Raises Unauthenticated for what names none."""
    try:
        return parse_id(kind, given) if isinstance(given, str) and given else None
    except ValueError:
        raise Unauthenticated(f"the token does not name a {kind}") from None
