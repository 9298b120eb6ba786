"""An identity provider for tests: its documents, its keys, its tokens, and codes that it changes for them."""

from __future__ import annotations

import base64
import contextlib
import datetime
import hashlib
import http.server
import json
import secrets
import threading
from collections.abc import Generator, Mapping
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import jwt
from cryptography.hazmat.primitives.asymmetric import ec, rsa

NOW = datetime.datetime.now(datetime.UTC)


class Provider:
    """An identity provider on loopback; `codes` holds what belongs to each code it has given out."""

    def __init__(self, address: str) -> None:
        self.issuer, self.keys, self.asked, self.away = address, {}, [], False
        self.claimed, self.codes = address, {}
        self.rotate("one")

    def rotate(self, kid: str, key: Any = None) -> None:
        """Signs with a new key from now on; the older ones are no longer told."""
        self.keys = {kid: key or rsa.generate_private_key(public_exponent=65537, key_size=2048)}

    def document(self, path: str) -> Any:
        self.asked.append(path)
        if path == "/.well-known/openid-configuration":
            ends = {"authorization_endpoint": f"{self.issuer}/authorize", "token_endpoint": f"{self.issuer}/token"}
            return {"issuer": self.claimed, "jwks_uri": f"{self.issuer}/keys", **ends}
        algorithm = {rsa.RSAPrivateKey: jwt.algorithms.RSAAlgorithm, ec.EllipticCurvePrivateKey: jwt.algorithms.ECAlgorithm}
        found = []
        for kid, key in self.keys.items():
            cls = next((a for k, a in algorithm.items() if isinstance(key, k)), jwt.algorithms.OKPAlgorithm)
            found.append({**json.loads(cls.to_jwk(key.public_key())), "kid": kid, "use": "sig"})
        return {"keys": found}

    def token(self, algorithm: str = "RS256", *, key: Any = None, kid: str | None = None, **claims: Any) -> str:
        own_kid, own = next(iter(self.keys.items()))
        good = {"iss": self.issuer, "aud": "app", "sub": "cora@example.org", "exp": NOW + datetime.timedelta(hours=1), "partnergraph_role": "coordinator"}
        given = {k: v for k, v in (good | claims).items() if v is not None}
        return jwt.encode(given, key or own, algorithm=algorithm, headers={"kid": kid or own_kid})

    def exchanged(self, form: Mapping[str, str]) -> dict[str, Any] | None:
        """The answer to a code, once, and only to who asked for it; None for others."""
        asked = self.codes.pop(form.get("code", ""), None)
        proof = base64.urlsafe_b64encode(hashlib.sha256(form.get("code_verifier", "").encode()).digest()).rstrip(b"=").decode()
        if not asked or any(form.get(name) != asked[name] for name in ("client_id", "redirect_uri")) or proof != asked["code_challenge"]:
            return None
        return {"access_token": self.token(**asked["claims"]), "token_type": "Bearer"}

    def signed_in(self, address: str, **claims: Any) -> dict[str, str]:
        """What the provider's page answers to who signs in at an address: the parameters of the way back."""
        asked = dict(parse_qsl(urlsplit(address).query))
        assert (asked["response_type"], asked["code_challenge_method"], "openid" in asked["scope"]) == ("code", "S256", True)
        code = secrets.token_urlsafe(8)
        self.codes[code] = {**asked, "claims": claims}
        return {"code": code, "state": asked["state"]}


@contextlib.contextmanager
def providing() -> Generator[Provider]:
    """A provider that answers on a port of its own."""

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.answer(None if found.away else found.document(self.path), 503)

        def do_POST(self) -> None:
            form = dict(parse_qsl(self.rfile.read(int(self.headers["content-length"])).decode()))
            self.answer(None if found.away else found.exchanged(form), 400)

        def answer(self, document: Any, otherwise: int) -> None:
            if document is None:
                self.send_error(otherwise)
                return
            body = json.dumps(document).encode()
            self.send_response(200)
            self.send_header("content-length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: Any) -> None:
            pass

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    found = Provider(f"http://127.0.0.1:{server.server_address[1]}")
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield found
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
