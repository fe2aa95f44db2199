"""Serving an ASGI application until a signal comes, then ending with exit code 0."""

from types import FrameType

import uvicorn


class OrderlyServer(uvicorn.Server):
    """Ends in order at a signal and does not raise it again afterwards, which would look like a crash."""

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        """Stop accepting, finish what is under way, return."""
        del sig, frame
        self.should_exit = True
