"""The embedded issuer over HTTP: discovery, keys, and tokens for whoever asks from this machine."""

import asyncio
import json
import re
import time
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qs

from entrypoints.local.issuer_keys import PUBLIC_MEMBERS, KeyFolder
from entrypoints.local.issuer_tokens import Grant, GrantError, issue_token
from entrypoints.settings import SettingsError, Stage

Scope = Mapping[str, Any]
Receive = Callable[[], Awaitable[Mapping[str, Any]]]
Send = Callable[[Mapping[str, Any]], Awaitable[None]]

MAX_FORM_BYTES = 8_192
LOOPBACK = frozenset({"127.0.0.1", "::1"})
LOCAL_HOST = re.compile(r"(127\.0\.0\.1|localhost|\[::1\])(:[0-9]{1,5})?")
SECONDS = re.compile(r"[0-9]{1,6}")
FORM_FIELDS = frozenset({"grant_type", "sub", "scope", "roles", "expires_in"})


@dataclass(frozen=True, slots=True)
class Answer:
    """What goes back for one request."""

    status: int
    body: bytes
    cache_control: str = "no-store"


@dataclass(frozen=True, slots=True)
class IssuerApp:
    """A plain ASGI application: the issuer needs no framework, and its process stays small."""

    keys: KeyFolder
    issuer_url: str
    audience: str
    now: Callable[[], float]

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one HTTP request; other scopes (lifespan) are none of ours."""
        if scope["type"] != "http":
            return
        answer = await self._answer(scope, receive)
        headers = [
            (b"content-type", b"application/json"),
            (b"content-length", str(len(answer.body)).encode()),
            (b"cache-control", answer.cache_control.encode()),
        ]
        await send({"type": "http.response.start", "status": answer.status, "headers": headers})
        await send({"type": "http.response.body", "body": answer.body})

    async def _answer(self, scope: Scope, receive: Receive) -> Answer:
        match (scope["method"], scope["path"]):
            case ("GET", "/healthz"):
                return _json(200, {"status": "ok"})
            case ("GET", "/.well-known/openid-configuration"):
                return _json(200, self._discovery(), cache_control=self._cacheable())
            case ("GET", "/.well-known/jwks.json"):
                # Whoever fetches the keys rotates them when that is due: in a thread, since making one takes long.
                ring = await asyncio.to_thread(self.keys.load, self.now())
                return Answer(200, ring.document(), self._cacheable())
            case ("POST", "/token"):
                return await self._token(scope, receive)
        return _json(404, {"error": "not_found"})

    def _cacheable(self) -> str:
        return f"public, max-age={self.keys.rotation.cache_seconds}"

    def _discovery(self) -> dict[str, object]:
        base = self.issuer_url.rstrip("/")
        return {
            "issuer": self.issuer_url,
            "jwks_uri": f"{base}/.well-known/jwks.json",
            "token_endpoint": f"{base}/token",
            "grant_types_supported": ["client_credentials"],
            "token_endpoint_auth_methods_supported": ["none"],
            "response_types_supported": ["token"],
            "subject_types_supported": ["public"],
            "id_token_signing_alg_values_supported": list(PUBLIC_MEMBERS),
        }

    async def _token(self, scope: Scope, receive: Receive) -> Answer:
        if not _is_local(scope):
            return _refusal(403, "access_denied", "tokens are for this machine only")
        form = await _read_form(receive)
        if form is None:
            return _refusal(400, "invalid_request", "send each form field at most once, and no unknown ones")
        if form.get("grant_type", "client_credentials") != "client_credentials":
            return _refusal(400, "unsupported_grant_type", "only client_credentials")
        try:
            grant = Grant(
                issuer=self.issuer_url,
                audience=self.audience,
                subject=form.get("sub", ""),
                scopes=tuple(form.get("scope", "").split()),
                roles=tuple(form.get("roles", "").split()),
                expires_in_seconds=_seconds(form.get("expires_in", "3600")),
            )
        except GrantError as error:
            return _refusal(400, "invalid_request", str(error))
        now = self.now()
        ring = await asyncio.to_thread(self.keys.load, now)
        token = issue_token(ring, grant, now=now)
        return _json(
            200,
            {
                "access_token": token,
                "token_type": "Bearer",
                "expires_in": grant.expires_in_seconds,
                "scope": " ".join(grant.scopes),
            },
        )


def create_issuer_app(
    keys: KeyFolder, issuer_url: str, audience: str, *, stage: Stage, now: Callable[[], float] = time.time
) -> IssuerApp:
    """Return the application; raise SettingsError in any stage but `local`, for it signs whatever it is asked to."""
    if stage is not Stage.LOCAL:
        message = f"KONDATE_STAGE: the embedded issuer runs in stage local only, not {stage}; set KONDATE_ISSUER"
        raise SettingsError(message)
    return IssuerApp(keys, issuer_url, audience, now)


def _is_local(scope: Scope) -> bool:
    """Tell whether it came from here, by address and by Host: a web page must not reach us by a name of its own."""
    client = scope.get("client")
    hosts = [value.decode("latin-1") for name, value in scope["headers"] if name == b"host"]
    is_from_here = client is not None and client[0] in LOOPBACK
    return is_from_here and len(hosts) == 1 and LOCAL_HOST.fullmatch(hosts[0]) is not None


async def _read_form(receive: Receive) -> dict[str, str] | None:
    """Return the form, or None for one that is too long, unreadable, doubled in a field or with unknown ones."""
    body = b""
    more = True
    while more:
        message = await receive()
        body += message.get("body", b"")
        more = message.get("more_body", False)
        if len(body) > MAX_FORM_BYTES:
            return None
    try:
        fields = parse_qs(body.decode("utf-8"), keep_blank_values=True, errors="strict")
    except ValueError:
        return None
    if not fields.keys() <= FORM_FIELDS or any(len(values) != 1 for values in fields.values()):
        return None
    return {name: values[0] for name, values in fields.items()}


def _seconds(text: str) -> int:
    if not SECONDS.fullmatch(text):
        raise GrantError("expires_in must be a number of seconds")
    return int(text)


def _refusal(status: int, code: str, description: str) -> Answer:
    return _json(status, {"error": code, "error_description": description})


def _json(status: int, value: object, *, cache_control: str = "no-store") -> Answer:
    return Answer(status, json.dumps(value).encode(), cache_control)
