"""The contract that an API process shows of itself, made when somebody first asks for it."""

import asyncio
from collections.abc import Callable
from typing import Any

import msgspec


class Contract:
    """Holds the document; making it takes a second, in which the process goes on serving."""

    def __init__(self, make: Callable[[], Any]) -> None:
        """Take what makes the document."""
        self._make = make
        self._encoded: asyncio.Future[bytes] | None = None

    async def openapi(self) -> bytes:
        """Return the OpenAPI document as JSON."""
        if self._encoded is None:
            self._encoded = asyncio.ensure_future(asyncio.to_thread(lambda: msgspec.json.encode(self._make())))
        return await asyncio.shield(self._encoded)
