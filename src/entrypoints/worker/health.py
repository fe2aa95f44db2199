"""A worker's health and metrics over HTTP, for whoever watches over it."""

import json
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any

from application.ports.telemetry import Meter
from entrypoints.readiness import Readiness


@dataclass(frozen=True, slots=True)
class HealthApp:
    """A plain ASGI application: `/healthz`, `/readyz` and `/metrics`, without a framework in the worker."""

    readiness: Readiness
    meter: Meter

    async def __call__(
        self, scope: Mapping[str, Any], receive: object, send: Callable[[Mapping[str, Any]], Awaitable[None]]
    ) -> None:
        """Answer one request."""
        del receive
        if scope["type"] != "http":
            return
        status, body, media_type = await self._answer(scope["path"])
        headers = [(b"content-type", media_type.encode()), (b"content-length", str(len(body)).encode())]
        await send({"type": "http.response.start", "status": status, "headers": headers})
        await send({"type": "http.response.body", "body": body})

    async def _answer(self, path: str) -> tuple[int, bytes, str]:
        match path:
            case "/healthz":
                return 200, b'{"status":"live"}', "application/json"
            case "/readyz":
                states = await self.readiness.states()
                is_ready = set(states.values()) == {"up"}
                return 200 if is_ready else 503, json.dumps(states).encode(), "application/json"
            case "/metrics":
                return 200, *self.meter.exposition()
            case _:
                return 404, b'{"status":"not found"}', "application/json"
