"""The Idempotency-Key header (IETF draft): its value, its scope, and the fingerprint of its request."""

import hashlib
import re
from datetime import timedelta
from typing import Any

from litestar import Request
from litestar.connection import ASGIConnection
from litestar.datastructures import Headers
from litestar.handlers import BaseRouteHandler

from application.ports.idempotency import IdempotencyKey
from domain.job import Origin
from entrypoints.http.faults import RequestError

# The draft wants a quoted string (RFC 8941), most clients send it bare: both are taken, and mean the same key.
VALUE = re.compile(r"[!#-\[\]-~]{1,255}")

SAFE = frozenset({"GET", "HEAD", "OPTIONS"})
FINGERPRINTED = ("content-type", "if-match")


class InvalidIdempotencyKeyError(RequestError):
    """The header is there, but is no key."""

    code = "invalid-idempotency-key"
    detail = "Idempotency-Key is one string of 1 to 255 printable ASCII characters without spaces."


async def key_guard(connection: ASGIConnection[Any, Any, Any, Any], _route: BaseRouteHandler) -> None:
    """Refuse a key that is none before anything else of the request is looked at; a guard of every route."""
    if connection.scope.get("method") not in SAFE:
        _given_key(connection.headers)


async def idempotency_key(
    request: Request[Any, Any, Any], origin: Origin, kept_for: timedelta, body_digest: bytes | None = None
) -> IdempotencyKey | None:
    """Return the request's key, scoped to its caller and route; None without the header.

    The fingerprint is over all that asks for an effect, the body's bytes as they came (or their digest, where they
    have been read already): the same key with any of it different is another request. How the client wants to be
    answered is no part of it.
    """
    value = _given_key(request.headers)
    if value is None:
        return None
    route = f"{request.method} {request.scope['path']}"
    return IdempotencyKey(
        scope=f"{origin.principal.subject} {route}",
        key=value,
        fingerprint=_fingerprint(request, await request.body() if body_digest is None else body_digest),
        kept_for=kept_for,
    )


def _given_key(headers: Headers) -> str | None:
    given = headers.getall("idempotency-key", [])
    if not given:
        return None
    value = given[0].strip().removeprefix('"').removesuffix('"')
    if len(given) > 1 or VALUE.fullmatch(value) is None:
        raise InvalidIdempotencyKeyError
    return value


def _fingerprint(request: Request[Any, Any, Any], body: bytes) -> str:
    asked = hashlib.sha256(request.scope["query_string"])
    for name in FINGERPRINTED:
        asked.update(b"\n" + request.headers.get(name, "").encode())
    asked.update(b"\n" + body)
    return asked.hexdigest()
