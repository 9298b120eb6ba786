"""Signing in at an identity provider: OpenID Connect's authorization code with PKCE (RFC 7636), from the address to the tokens."""

from __future__ import annotations

import asyncio
import base64
import hashlib
import json
import secrets
import urllib.error
import urllib.request
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, cast
from urllib.parse import urlencode

from graph_api.errors import Unauthenticated
from graph_api.settings import Settings
from graph_api.tokens import discovered, is_safe

BACK = "/session/back"
"""Where the provider sends people back to; it has to know this address of the service."""
PATIENCE = 5
"""Seconds for an answer."""


@dataclass(frozen=True, kw_only=True)
class Attempt:
    """A sign-in that has begun: what only the browser that began it knows."""

    state: str
    verifier: str
    origin: str
    """Scheme, host and port by which the browser knows the service."""
    page: str
    """Path of the page to go on with."""


class Provider:
    """An identity provider at which the web app is known under an id."""

    def __init__(self, issuer: str, client: str, secret: str | None = None) -> None:
        self._issuer, self._client, self._secret = issuer, client, secret

    async def begin(self, *, origin: str, page: str) -> tuple[str, Attempt]:
        """The address of the provider's page, and what has to be kept until somebody comes back. Raises Unauthenticated where it does not answer."""
        attempt = Attempt(state=secrets.token_urlsafe(24), verifier=secrets.token_urlsafe(48), origin=origin, page=page)
        challenge = base64.urlsafe_b64encode(hashlib.sha256(attempt.verifier.encode()).digest()).rstrip(b"=").decode()
        asked = {
            "response_type": "code",
            "client_id": self._client,
            "redirect_uri": origin + BACK,
            "scope": "openid profile",
            "state": attempt.state,
            "code_challenge": challenge,
            "code_challenge_method": "S256",
        }
        address = await asyncio.to_thread(self._address, "authorization_endpoint")
        return f"{address}{'&' if '?' in address else '?'}{urlencode(asked)}", attempt

    async def finish(self, attempt: Attempt, *, state: str, code: str) -> tuple[str, ...]:
        """The tokens for a code, the access token first. Raises Unauthenticated for an answer that is not to this attempt, or not good."""
        if not code or not secrets.compare_digest(state.encode(), attempt.state.encode()):
            raise Unauthenticated("the identity provider's answer does not belong to this sign-in")
        answer = await asyncio.to_thread(self._exchange, attempt, code)
        return tuple(token for name in ("access_token", "id_token") if isinstance(token := answer.get(name), str) and token)

    def _address(self, name: str) -> str:
        try:
            address = discovered(self._issuer)[name]
        except (OSError, ValueError, KeyError, TypeError):
            address = None
        if not isinstance(address, str) or not is_safe(address):
            raise Unauthenticated("the identity provider does not say now where to sign in; try again")
        return address

    def _exchange(self, attempt: Attempt, code: str) -> Mapping[str, Any]:
        given = {"grant_type": "authorization_code", "code": code, "redirect_uri": attempt.origin + BACK, "client_id": self._client}
        given |= {"code_verifier": attempt.verifier} | ({"client_secret": self._secret} if self._secret else {})
        asked = urllib.request.Request(self._address("token_endpoint"), urlencode(given).encode(), {"accept": "application/json"})  # noqa: S310 - checked above
        try:
            with urllib.request.urlopen(asked, timeout=PATIENCE) as reply:  # noqa: S310  # nosec B310
                answer = json.load(reply)
        except urllib.error.HTTPError as e:
            e.close()
            raise Unauthenticated("the identity provider does not take this sign-in") from None
        except (OSError, ValueError):
            raise Unauthenticated("the identity provider does not answer now; try again") from None
        return cast("Mapping[str, Any]", answer) if isinstance(answer, dict) else {}


def provider_of(settings: Settings) -> Provider | None:
    """The provider at which one can sign in; None where the settings name none, or not under which id the web app is known there."""
    if settings.auth != "oidc" or not settings.oidc_issuer or not settings.oidc_client_id:
        return None
    return Provider(settings.oidc_issuer, settings.oidc_client_id, settings.oidc_client_secret)
