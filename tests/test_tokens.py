"""Tokens: who is asking, and every way in which a token can be no good."""

from __future__ import annotations

import base64
import datetime
import hmac
import json
import os
import subprocess
import sys
from collections.abc import Generator
from pathlib import Path
from typing import Any

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat

from graph_api.errors import InvalidInput, SettingsError, Unauthenticated
from graph_api.operations.viewers import ANYBODY, Role, Viewer
from graph_api.settings import Settings
from graph_api.tokens import LONGEST, NAME, LocalTokens, OidcTokens, bearer, token_reader
from tests.asking import Client, serving
from tests.identity import Provider, providing

CORA = Viewer(role=Role.COORDINATOR, name="cora")
NOW = datetime.datetime.now(datetime.UTC)
GOOD = {"iss": NAME, "aud": NAME, "sub": "cora", "exp": NOW + datetime.timedelta(days=1), "role": "coordinator"}


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "keys" / "service.key"


@pytest.fixture
def tokens(path: Path) -> LocalTokens:
    return LocalTokens(path)


def key_in(path: Path) -> Any:
    LocalTokens(path).issue(CORA, days=1)
    from cryptography.hazmat.primitives.serialization import load_pem_private_key

    return load_pem_private_key(path.read_bytes(), password=None)


# ── our own ───────────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    "viewer",
    [
        CORA,
        Viewer(role=Role.ADMIN, name="ada"),
        Viewer(role=Role.MUNICIPALITY, name="clerk", municipality="municipality:de-bonn"),
        Viewer(role=Role.EXPERT, name="ana", expert="expert:ana"),
    ],
)
async def test_a_token_says_who_it_was_made_for(path: Path, viewer: Viewer) -> None:
    token = LocalTokens(path).issue(viewer, days=30)
    assert await LocalTokens(path).viewer(token) == viewer


async def test_without_a_token_it_is_anybody_and_no_key_is_made(tokens: LocalTokens, tmp_path: Path) -> None:
    assert await tokens.viewer(None) == ANYBODY
    assert os.listdir(tmp_path) == []  # noqa: PTH208


@pytest.mark.parametrize(
    ("viewer", "days", "message"),
    [
        (Viewer(role=Role.MUNICIPALITY), 1, "a token for a municipality needs its id"),
        (Viewer(role=Role.EXPERT), 1, "a token for an expert needs the expert's id"),
        (CORA, 0, "a token for 0 days is not allowed: 1 to 366"),
        (CORA, LONGEST + 1, "a token for 367 days is not allowed: 1 to 366"),
    ],
)
def test_some_tokens_are_not_made(tokens: LocalTokens, viewer: Viewer, days: int, message: str) -> None:
    with pytest.raises(InvalidInput, match=message):
        tokens.issue(viewer, days=days)


async def refused(reader: Any, token: str) -> str:
    with pytest.raises(Unauthenticated) as raised:
        await reader.viewer(token)
    return str(raised.value)


async def test_an_expired_token_is_refused(tokens: LocalTokens) -> None:
    yesterday = datetime.datetime.now(datetime.UTC) - datetime.timedelta(days=1)
    token = tokens.issue(CORA, days=1, now=yesterday - datetime.timedelta(minutes=1))
    assert await refused(tokens, token) == "the token has expired; ask for a new one"
    assert await tokens.viewer(tokens.issue(CORA, days=1, now=yesterday - datetime.timedelta(seconds=10))) == CORA  # clocks differ a little


async def test_a_token_of_another_key_is_refused(tokens: LocalTokens, tmp_path: Path) -> None:
    assert await refused(tokens, LocalTokens(tmp_path / "other.key").issue(CORA, days=1)) == "the token is not good: InvalidSignatureError"


def forged(claims: dict[str, Any], algorithm: str) -> str:
    """A token signed with nothing."""
    parts = [{"alg": algorithm, "typ": "JWT"}, {k: int(v.timestamp()) if isinstance(v, datetime.datetime) else v for k, v in claims.items()}]
    return ".".join([*(base64.urlsafe_b64encode(json.dumps(p).encode()).decode().rstrip("=") for p in parts), ""])


@pytest.mark.parametrize("algorithm", ["none", "None", "NONE", "EdDSA", "HS256"])
async def test_a_token_that_nobody_signed_is_refused(tokens: LocalTokens, algorithm: str) -> None:
    await refused(tokens, forged(GOOD, algorithm))


async def test_the_public_key_is_no_secret_to_sign_with(tokens: LocalTokens, path: Path) -> None:
    public = key_in(path).public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)
    token = jwt.encode(GOOD, public, algorithm="HS256")
    assert await refused(tokens, token) == "the token is not good: InvalidAlgorithmError"


@pytest.mark.parametrize(
    "claims",
    [
        {"aud": "another"},
        {"aud": None},
        {"iss": "another"},
        {"iss": None},
        {"sub": None},
        {"sub": 7},
        {"exp": None},
        {"nbf": NOW + datetime.timedelta(hours=1)},
        {"role": None},
        {"role": "king"},
        {"role": ["admin"]},
        {"role": {"admin": 1}},
        {"municipality": "a|b"},
        {"municipality": "topic:waste"},
    ],
    ids=lambda claims: ",".join(claims),
)
async def test_claims_that_do_not_fit_are_refused(tokens: LocalTokens, path: Path, claims: dict[str, Any]) -> None:
    key = key_in(path)
    await refused(tokens, jwt.encode({k: v for k, v in (GOOD | claims).items() if v is not None}, key, algorithm="EdDSA"))


async def test_a_token_of_before_the_clock_was_set_back_is_good(tokens: LocalTokens, path: Path) -> None:
    token = jwt.encode(GOOD | {"iat": NOW + datetime.timedelta(days=1)}, key_in(path), algorithm="EdDSA")
    assert await tokens.viewer(token) == CORA


@pytest.mark.parametrize("token", ["", "x", "a.b.c", "a.b", "ä.ö.ü", "." * 50, "eyJhbGciOiJFZERTQSJ9.e30.AAAA"])
async def test_what_is_no_token_is_refused(tokens: LocalTokens, token: str) -> None:
    await refused(tokens, token)


@pytest.mark.parametrize("header", ["", "Basic YTpi", "Bearer", "Bearer ", "Token x"])
def test_other_authorization_headers_are_refused(header: str) -> None:
    with pytest.raises(Unauthenticated):
        bearer(header)


def test_the_scheme_is_written_as_one_likes() -> None:
    assert [bearer(None), bearer("Bearer x"), bearer("bearer  x ")] == [None, "x", "x"]


# ── the key file ──────────────────────────────────────────────────────────────────────────────────────────────────────


def test_the_key_file_is_its_owners_only(path: Path) -> None:
    old = os.umask(0)
    try:
        LocalTokens(path).issue(CORA, days=1)
    finally:
        os.umask(old)
    assert path.stat().st_mode & 0o777 == 0o600
    assert [p.name for p in path.parent.iterdir()] == ["service.key"]


@pytest.mark.parametrize("mode", [0o644, 0o640, 0o604, 0o660, 0o601])
def test_a_key_that_others_can_use_is_refused(path: Path, mode: int) -> None:
    LocalTokens(path).issue(CORA, days=1)
    path.chmod(mode)
    with pytest.raises(SettingsError, match=r"service\.key can be read by others; allow its owner only: chmod 600"):
        LocalTokens(path).issue(CORA, days=1)


@pytest.mark.parametrize("content", [b"", b"no key", b"\xff\xfe"])
def test_what_is_no_key_is_refused(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "service.key"
    path.write_bytes(content)
    path.chmod(0o600)
    with pytest.raises(SettingsError, match=r"service\.key is not a"):
        LocalTokens(path).issue(CORA, days=1)


def test_a_key_of_another_kind_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "service.key"
    path.write_bytes(ec.generate_private_key(ec.SECP256R1()).private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    path.chmod(0o600)
    with pytest.raises(SettingsError, match=r"service\.key is not an Ed25519 key"):
        LocalTokens(path).issue(CORA, days=1)


def test_a_place_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(SettingsError, match=r"the key file service\.key cannot be written: "):
        LocalTokens(tmp_path / "file" / "service.key").issue(CORA, days=1)


def test_processes_that_make_the_key_at_once_make_one(path: Path) -> None:
    code = (
        "import sys; from pathlib import Path; from graph_api.tokens import LocalTokens; from graph_api.operations.viewers import Role, Viewer;"
        "tokens = LocalTokens(Path(sys.argv[1])); print('ready', flush=True); sys.stdin.readline();"
        "print(tokens.issue(Viewer(role=Role.ADMIN), days=1))"
    )
    running = [subprocess.Popen([sys.executable, "-c", code, str(path)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) for _ in range(3)]
    for process in running:
        assert process.stdout
        assert process.stdout.readline() == "ready\n"
    for process in running:
        assert process.stdin
        process.stdin.write("\n")
        process.stdin.flush()
    made = [process.communicate(timeout=60)[0].strip() for process in running]
    public = key_in(path).public_key()
    assert [jwt.decode(token, public, algorithms=["EdDSA"], audience=NAME)["role"] for token in made] == ["admin"] * 3
    assert [p.name for p in path.parent.iterdir()] == ["service.key"]


# ── over HTTP ─────────────────────────────────────────────────────────────────────────────────────────────────────────


async def test_a_bad_token_gets_401_and_a_good_one_is_known(path: Path) -> None:
    token = LocalTokens(path).issue(CORA, days=1)
    async with serving(settings=Settings(key_file=str(path))) as app:
        client = Client(app)
        ask = {"query": "{ changes { totalCount } }"}
        assert (await client.post(ask, headers={"authorization": f"Bearer {token}"})).json == {"data": {"changes": {"totalCount": 0}}}
        reply = await client.post(ask, headers={"authorization": f"Bearer {token}x"})
        assert (reply.status, reply.code, reply.headers["www-authenticate"]) == (401, "UNAUTHENTICATED", "Bearer")
        assert (await client.post(ask, headers={"authorization": "Basic YTpi"})).status == 401


@pytest.fixture
def open_key(path: Path) -> Path:
    """A key that others can read."""
    LocalTokens(path).issue(CORA, days=1)
    path.chmod(0o644)
    return path


async def test_a_key_that_cannot_be_used_is_told_to_the_log_only(open_key: Path) -> None:
    async with serving(settings=Settings(key_file=str(open_key))) as app:
        reply = await Client(app).post({"query": "{ __typename }"}, headers={"authorization": "Bearer x"})
        assert (reply.status, reply.code, "key" in reply.text) == (503, "UNAVAILABLE", False)
        assert (await Client(app).post({"query": "{ __typename }"})).status == 200


# ── an identity provider ──────────────────────────────────────────────────────────────────────────────────────────────


@pytest.fixture
def provider() -> Generator[Provider]:
    with providing() as found:
        yield found


@pytest.fixture
def oidc(provider: Provider) -> OidcTokens:
    return OidcTokens(provider.issuer, "app", patience=0)


@pytest.mark.parametrize(
    ("key", "algorithm"),
    [(None, "RS256"), (None, "PS256"), (ec.generate_private_key(ec.SECP256R1()), "ES256"), (Ed25519PrivateKey.generate(), "EdDSA")],
    ids=["RS256", "PS256", "ES256", "EdDSA"],
)
async def test_a_providers_token_says_who_asks(provider: Provider, oidc: OidcTokens, key: Any, algorithm: str) -> None:
    provider.rotate("one", key)
    assert await oidc.viewer(provider.token(algorithm)) == Viewer(role=Role.COORDINATOR, name="cora@example.org")
    token = provider.token(algorithm, partnergraph_role="municipality", partnergraph_municipality="de-bonn", partnergraph_expert="expert:ana")
    assert await oidc.viewer(token) == Viewer(role=Role.MUNICIPALITY, name="cora@example.org", municipality="municipality:de-bonn", expert="expert:ana")
    assert await oidc.viewer(None) == ANYBODY
    assert provider.asked == ["/.well-known/openid-configuration", "/keys"]


async def test_only_claims_of_ours_count(provider: Provider, oidc: OidcTokens) -> None:
    assert await refused(oidc, provider.token(partnergraph_role=None, role="admin")) == "the token names no role of this service"
    mixed = provider.token(partnergraph_role="organiser", role="admin", municipality="de-bonn")
    assert await oidc.viewer(mixed) == Viewer(role=Role.ORGANISER, name="cora@example.org")


async def test_a_new_key_of_the_provider_is_fetched_and_the_old_one_is_no_longer_good(provider: Provider, oidc: OidcTokens) -> None:
    old = provider.token()
    await oidc.viewer(old)
    provider.rotate("two")
    assert (await oidc.viewer(provider.token())).name == "cora@example.org"
    assert await refused(oidc, old) == "the token is not good: PyJWKClientError"


async def test_made_up_keys_do_not_make_us_ask_again_and_again(provider: Provider) -> None:
    patient = OidcTokens(provider.issuer, "app")
    for kid in ("x", "y", "z"):
        assert await refused(patient, provider.token(kid=kid)) == "the token is not good: PyJWKClientError"
    assert provider.asked == ["/.well-known/openid-configuration", "/keys"]


async def test_a_provider_that_does_not_answer_is_not_the_tokens_fault(provider: Provider, oidc: OidcTokens) -> None:
    message = "the identity provider does not say now how its tokens are signed; try again"
    provider.away = True
    assert await refused(oidc, provider.token()) == message
    provider.away = False
    assert (await oidc.viewer(provider.token())).role is Role.COORDINATOR
    provider.rotate("two")
    provider.away = True
    assert await refused(oidc, provider.token()) == message


async def test_a_document_of_another_issuer_is_not_taken(provider: Provider, oidc: OidcTokens) -> None:
    provider.claimed = "https://elsewhere.example"
    assert await refused(oidc, provider.token()) == "the identity provider does not say now how its tokens are signed; try again"


@pytest.mark.parametrize(
    "claims",
    [
        {"aud": "another"},
        {"aud": None},
        {"iss": "https://elsewhere.example"},
        {"exp": None},
        {"exp": NOW - datetime.timedelta(minutes=1)},
        {"sub": None},
        {"partnergraph_role": None},
        {"partnergraph_role": ["admin"]},
        {"partnergraph_role": "Admin"},
        {"partnergraph_municipality": "a|b"},
    ],
    ids=lambda claims: ",".join(claims),
)
async def test_a_providers_claims_that_do_not_fit_are_refused(provider: Provider, oidc: OidcTokens, claims: dict[str, Any]) -> None:
    await refused(oidc, provider.token(**claims))


def signed_by_hand(provider: Provider, secret: bytes) -> str:
    """A token with HS256; PyJWT would not sign with a public key."""
    head, body, _ = provider.token("HS256", key="s" * 32).split(".")
    signature = hmac.digest(secret, f"{head}.{body}".encode(), "sha256")
    return f"{head}.{body}.{base64.urlsafe_b64encode(signature).decode().rstrip('=')}"


async def test_a_providers_public_key_is_no_secret_to_sign_with(provider: Provider, oidc: OidcTokens) -> None:
    for encoding in (Encoding.DER, Encoding.PEM):
        public = provider.keys["one"].public_key().public_bytes(encoding, PublicFormat.SubjectPublicKeyInfo)
        await refused(oidc, signed_by_hand(provider, public))
    await refused(oidc, provider.token(key=rsa.generate_private_key(public_exponent=65537, key_size=2048)))
    await refused(oidc, provider.token("ES256", key=ec.generate_private_key(ec.SECP256R1())))
    await refused(oidc, forged(GOOD | {"iss": provider.issuer, "aud": "app", "partnergraph_role": "admin"}, "none"))


# ── settings ──────────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("issuer", ["http://idp.example", "http://127.0.0.1.evil.example", "file:///etc/passwd", "idp.example", "http://[", "ftp://127.0.0.1"])
def test_an_issuer_that_could_be_changed_on_the_way_is_refused(issuer: str) -> None:
    with pytest.raises(SettingsError, match="allowed: an address that begins with https://"):
        token_reader(Settings(auth="oidc", oidc_issuer=issuer, oidc_audience="app"))


def test_a_provider_needs_issuer_and_audience() -> None:
    for given in ({}, {"oidc_issuer": "https://idp.example"}, {"oidc_audience": "app"}):
        with pytest.raises(SettingsError, match="PARTNERGRAPH_OIDC_ISSUER and PARTNERGRAPH_OIDC_AUDIENCE are needed too"):
            token_reader(Settings(auth="oidc", **given))
    assert isinstance(token_reader(Settings(auth="oidc", oidc_issuer="https://idp.example", oidc_audience="app")), OidcTokens)
    assert isinstance(token_reader(Settings()), LocalTokens)
