"""The outermost layer of the API: request id, trace, one log line and one measurement for each request."""

import re
import time
from typing import Any
from uuid import UUID

from application.ports.clock import IdFactory
from application.ports.telemetry import Fields, Meter, Telemetry, Tracer, TransportKind
from entrypoints.edge import Edge

REQUEST_ID = re.compile(rb"[A-Za-z0-9_-]{8,48}")
METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
_KEY = "kondate.request_id"
_PATH = "kondate.path"

Scope = dict[str, Any]


def request_id_of(scope: Any) -> str:  # noqa: ANN401 (an ASGI scope)
    """Return the id of the request that this scope belongs to."""
    request_id: str = scope[_KEY]
    return request_id


def has_plain_path(scope: Any) -> bool:  # noqa: ANN401 (an ASGI scope)
    """Tell whether the path came as the router reads it; it would forgive a slash too many, or an encoded one."""
    return scope[_PATH] == scope["path"] and b"%2f" not in scope["raw_path"].lower()


def instance_of(scope: Any) -> str:  # noqa: ANN401 (an ASGI scope)
    """Return the path as it was sent, escapes and all: a URI reference."""
    raw: bytes = scope["raw_path"]
    return raw.decode("latin-1")


class Observed:
    """Wraps the whole application, so that what the router itself refuses is seen as well."""

    def __init__(self, app: Any, *, tracer: Tracer, meter: Meter, telemetry: Telemetry, ids: IdFactory) -> None:  # noqa: ANN401 (an ASGI application)
        """Wrap an ASGI application."""
        self._app = app
        self._tracer = tracer
        self._meter = meter
        self._telemetry = telemetry
        self._ids = ids

    async def __call__(self, scope: Scope, receive: Any, send: Any) -> None:  # noqa: ANN401 (ASGI)
        """Serve one request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        started = time.perf_counter()
        headers = dict(scope["headers"])
        request_id = _request_id(headers.get(b"x-request-id", b"")) or str(self._ids.new())
        scope[_KEY] = request_id
        scope[_PATH] = scope["path"]
        status, sent = 500, 0

        async def observe(message: dict[str, Any]) -> None:
            nonlocal status, sent
            if message["type"] == "http.response.start":
                status = message["status"]
                message["headers"] = [*message["headers"], (b"x-request-id", request_id.encode()), *_varying(scope)]
            else:
                sent += len(message.get("body", b""))
            await send(message)

        method: str = scope["method"] if scope["method"] in METHODS else "OTHER"
        traceparent = headers.get(b"traceparent")
        with self._tracer.transport(
            TransportKind.SERVER,
            method,
            request_id=request_id,
            traceparent=traceparent.decode("latin-1") if traceparent else None,
            attributes={"http.request.method": method, "url.path": scope["path"]},
        ) as work:
            try:
                await self._app(scope, receive, observe)
            finally:
                route = scope.get("path_template") or "unknown"
                work.rename(f"{method} {route}")
                work.set("http.route", route)
                work.set("http.response.status_code", status)
                self._record(
                    method, route, status, sent, time.perf_counter() - started, is_stream=_edge_of(scope).streams
                )

    def _record(self, method: str, route: str, status: int, sent: int, seconds: float, *, is_stream: bool) -> None:
        if route in ("/healthz", "/readyz", "/readyz/traffic"):
            return  # asked every second by the gateway: noise in the log, a lie in the latencies
        labels = {"method": method, "route": route, "status": str(status)}
        if not is_stream:  # how long a client listens is no latency
            self._meter.duration("http_request", seconds, labels)
        fields: Fields = {**labels, "status": status, "bytes_out": sent, "duration_ms": round(seconds * 1000, 2)}
        self._telemetry.event("request", fields)


def _edge_of(scope: Scope) -> Edge:
    edge: Edge | None = scope["route_handler"].opt.get("edge") if "route_handler" in scope else None
    return edge or Edge()


def _varying(scope: Scope) -> list[tuple[bytes, bytes]]:
    """Return the header that tells caches by what else the answer, a refusal too, could have differed."""
    return [(b"vary", b"Prefer")] if _edge_of(scope).waits else []


def _request_id(given: bytes) -> str | None:
    return given.decode() if REQUEST_ID.fullmatch(given) else None


def canonical_uuid(text: str) -> UUID | None:
    """Return the id only if it is written in the one form that we write; None for any other spelling."""
    try:
        value = UUID(text)
    except ValueError:
        return None
    return value if str(value) == text else None
