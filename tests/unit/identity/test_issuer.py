"""The embedded issuer: what it signs, whom it serves, where it refuses to run."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import urlencode

import pytest

from adapters.identity.claims import ClaimRules
from entrypoints.local.issuer import IssuerApp, create_issuer_app
from entrypoints.local.issuer_keys import KeyFolder, KeyRing
from entrypoints.local.issuer_tokens import Grant, GrantError, issue_token
from entrypoints.settings import SettingsError, Stage
from tests.unit.identity.harness import NOW, VerifierBench

URL = "http://127.0.0.1:8003"
GRANT = Grant(issuer=URL, audience="kondate", subject="alice")
RULES = ClaimRules(issuer=URL, audience=("kondate",))


@dataclass(frozen=True)
class Reply:
    """One answer of the application."""

    status: int
    headers: dict[str, str]
    body: dict[str, Any]


async def call(
    app: IssuerApp,
    method: str,
    path: str,
    body: bytes = b"",
    *,
    client: tuple[str, int] | None = ("127.0.0.1", 1),
    hosts: tuple[str, ...] = ("127.0.0.1:8003",),
) -> Reply:
    sent: list[Mapping[str, Any]] = []
    parts = [body[:10], body[10:]]

    async def receive() -> Mapping[str, Any]:
        return {"type": "http.request", "body": parts.pop(0), "more_body": bool(parts)}

    async def send(message: Mapping[str, Any]) -> None:
        sent.append(message)

    headers = [(b"host", host.encode()) for host in hosts]
    scope = {"type": "http", "method": method, "path": path, "client": client, "headers": headers}
    await app(scope, receive, send)
    start, end = sent
    return Reply(
        start["status"], {name.decode(): value.decode() for name, value in start["headers"]}, json.loads(end["body"])
    )


@pytest.fixture(scope="session")
def folder(tmp_path_factory: pytest.TempPathFactory) -> KeyFolder:
    return KeyFolder(tmp_path_factory.mktemp("issuer"))


@pytest.fixture
def ring(folder: KeyFolder) -> KeyRing:
    return folder.load(NOW)


@pytest.fixture
def app(folder: KeyFolder) -> IssuerApp:
    return create_issuer_app(folder, URL, "kondate", stage=Stage.LOCAL, now=lambda: NOW)


def form(**fields: str) -> bytes:
    return urlencode(fields).encode()


@pytest.mark.parametrize("algorithm", ["RS256", "ES256"])
async def test_issued_token_verifies_to_what_was_granted(ring: KeyRing, algorithm: str) -> None:
    grant = replace(GRANT, scopes=("recipes:read", "jobs:read"), roles=("cook",), algorithm=algorithm)
    bench = VerifierBench(ring.document(), RULES)
    verified = await bench.verifier.verify(issue_token(ring, grant, now=NOW))
    assert verified.expires_at == NOW + 3_600
    assert (verified.principal.subject, set(verified.principal.roles)) == ("alice", {"cook"})
    assert verified.principal.scopes == {"recipes:read", "jobs:read"}


def test_each_token_has_an_id_of_its_own(ring: KeyRing) -> None:
    assert len({issue_token(ring, GRANT, now=NOW) for _ in range(3)}) == 3


@pytest.mark.parametrize(
    "change",
    [
        {"subject": ""},
        {"subject": "a b"},
        {"subject": "a\n"},
        {"scopes": ("",)},
        {"scopes": ("a b",)},
        {"scopes": ('a"',)},
        {"roles": ("管理者",)},
        {"expires_in_seconds": 0},
        {"expires_in_seconds": 86_401},
    ],
)
def test_grants_nothing_that_no_verifier_would_take(change: dict[str, Any]) -> None:
    with pytest.raises(GrantError):
        replace(GRANT, **change)


@pytest.mark.parametrize("stage", [Stage.STAGING, Stage.PRODUCTION])
def test_refuses_to_run_outside_of_stage_local(folder: KeyFolder, stage: Stage) -> None:
    with pytest.raises(SettingsError, match="KONDATE_STAGE: the embedded issuer runs in stage local only"):
        create_issuer_app(folder, URL, "kondate", stage=stage)


async def test_publishes_keys_that_may_be_cached(app: IssuerApp, ring: KeyRing) -> None:
    reply = await call(app, "GET", "/.well-known/jwks.json")
    assert (reply.status, reply.body) == (200, json.loads(ring.document()))
    assert reply.headers["cache-control"] == "public, max-age=300"


async def test_discovery_names_itself_its_keys_and_its_token_endpoint(app: IssuerApp) -> None:
    reply = await call(app, "GET", "/.well-known/openid-configuration")
    assert (reply.body["issuer"], reply.body["jwks_uri"]) == (URL, f"{URL}/.well-known/jwks.json")
    assert reply.body["token_endpoint"] == f"{URL}/token"


async def test_says_that_it_lives(app: IssuerApp) -> None:
    assert (await call(app, "GET", "/healthz")).body == {"status": "ok"}


@pytest.mark.parametrize(("method", "path"), [("GET", "/"), ("GET", "/token"), ("POST", "/healthz"), ("GET", "/Token")])
async def test_knows_no_other_address(app: IssuerApp, method: str, path: str) -> None:
    assert (await call(app, method, path)).status == 404


async def test_gives_a_token_for_a_form(app: IssuerApp, ring: KeyRing) -> None:
    body = form(grant_type="client_credentials", sub="bob", scope="a:read b:read", roles="cook", expires_in="60")
    reply = await call(app, "POST", "/token", body)
    assert (reply.status, reply.headers["cache-control"]) == (200, "no-store")
    assert {**reply.body, "access_token": ""} == {
        "access_token": "",
        "token_type": "Bearer",
        "expires_in": 60,
        "scope": "a:read b:read",
    }
    bench = VerifierBench(ring.document(), RULES)
    verified = await bench.verifier.verify(reply.body["access_token"])
    assert (verified.principal.subject, verified.expires_at) == ("bob", NOW + 60)


@pytest.mark.parametrize(
    ("body", "error"),
    [
        (b"", "invalid_request"),
        (form(sub="a b"), "invalid_request"),
        (form(sub="a", expires_in="-1"), "invalid_request"),
        (form(sub="a", expires_in="1e3"), "invalid_request"),
        (form(sub="a", expires_in="\uff19"), "invalid_request"),
        (form(sub="a", expires_in="9" * 5_000), "invalid_request"),
        (form(sub="a", scope='x"'), "invalid_request"),
        (form(sub="a", admin="true"), "invalid_request"),
        (b"sub=a&sub=b", "invalid_request"),
        (b"sub=%ff", "invalid_request"),
        (b"sub=\xff", "invalid_request"),
        (b"&".join([b"sub=a"] * 2_000), "invalid_request"),
        (form(sub="a", grant_type="password"), "unsupported_grant_type"),
    ],
)
async def test_refuses_a_form_with_a_reason(app: IssuerApp, body: bytes, error: str) -> None:
    reply = await call(app, "POST", "/token", body)
    assert (reply.status, reply.body["error"]) == (400, error)


@pytest.mark.parametrize(
    "origin",
    [
        {"client": ("192.0.2.1", 1)},
        {"client": None},
        {"hosts": ("evil.example",)},
        {"hosts": ("127.0.0.1.evil.example",)},
        {"hosts": ("localhost:1@evil.example",)},
        {"hosts": ("[::1",)},
        {"hosts": ()},
        {"hosts": ("localhost", "evil.example")},
    ],
)
async def test_gives_tokens_to_this_machine_only(app: IssuerApp, origin: dict[str, Any]) -> None:
    assert (await call(app, "POST", "/token", form(sub="a"), **origin)).status == 403


@pytest.mark.parametrize("host", ["localhost", "localhost:8003", "127.0.0.1", "[::1]:8003"])
async def test_this_machine_has_several_names(app: IssuerApp, host: str) -> None:
    assert (await call(app, "POST", "/token", form(sub="a"), client=("::1", 1), hosts=(host,))).status == 200
