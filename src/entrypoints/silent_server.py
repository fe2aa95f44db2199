"""A server of ASGI applications that runs beside something else in one process."""

from collections.abc import Iterator
from contextlib import contextmanager

import uvicorn


class SilentServer(uvicorn.Server):
    """Leaves signals to whoever serves beside it."""

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Capture none."""
        yield
