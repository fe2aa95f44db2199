"""Serving ASGI applications: until a signal comes, or beside a worker."""

import socket
from collections.abc import Callable
from types import FrameType

import uvicorn

from entrypoints.cli.running import end_process
from entrypoints.silent_server import SilentServer
from entrypoints.worker.health import HealthApp

CLOSING_SECONDS = 3
"""What closing connections may take: a database that does not answer holds each of them."""


class OrderlyServer(uvicorn.Server):
    """Ends in order at a signal and does not raise it again afterwards, which would look like a crash.

    Whatever still holds it then, the process ends within `closing_seconds` after the time that requests have.
    """

    def __init__(
        self,
        config: uvicorn.Config,
        at_stop: Callable[[], None] | None = None,
        *,
        closing_seconds: float = CLOSING_SECONDS,
    ) -> None:
        """Take what lets requests that wait go on, so that the end need not wait for them, and the time to close."""
        super().__init__(config)
        self._at_stop = at_stop
        self._closing_seconds = closing_seconds

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Let what waits end, then what is under way."""
        if self._at_stop is not None:
            self._at_stop()
        await super().shutdown(sockets)

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        """Stop accepting, finish what is under way, return."""
        del sig, frame
        self.should_exit = True
        end_process(within_seconds=(self.config.timeout_graceful_shutdown or 0) + self._closing_seconds)


async def serve_health(app: HealthApp, host: str, port: int) -> None:
    """Serve a worker's health and metrics until cancelled."""
    config = uvicorn.Config(app, host=host, port=port, lifespan="off", access_log=False, log_config=None)
    await SilentServer(config).serve()
