"""Serving ASGI applications: until a signal comes, or beside a worker."""

from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

import uvicorn

from entrypoints.worker.health import HealthApp


class OrderlyServer(uvicorn.Server):
    """Ends in order at a signal and does not raise it again afterwards, which would look like a crash."""

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        """Stop accepting, finish what is under way, return."""
        del sig, frame
        self.should_exit = True


class SilentServer(uvicorn.Server):
    """Leaves signals to whoever serves beside it."""

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Capture none."""
        yield


async def serve_health(app: HealthApp, host: str, port: int) -> None:
    """Serve a worker's health and metrics until cancelled."""
    config = uvicorn.Config(app, host=host, port=port, lifespan="off", access_log=False, log_config=None)
    await SilentServer(config).serve()
