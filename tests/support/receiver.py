"""A target of webhooks on loopback: it keeps what it is sent, and answers as it was told to."""

import asyncio
import ssl
from collections import deque
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from aiohttp import web


@dataclass(frozen=True, slots=True)
class Received:
    """One message."""

    path: str
    headers: dict[str, str]
    body: bytes


@dataclass(slots=True)
class Receiver:
    """`answers` are given in turn, then everything is taken; `on_next` is called once, before the next answer."""

    port: int
    on_next: Callable[[], None] | None = None
    answers: deque[web.Response] = field(default_factory=deque)
    received: list[Received] = field(default_factory=list)
    arrived: asyncio.Condition = field(default_factory=asyncio.Condition)

    @property
    def url(self) -> str:
        """Where it listens, in plain HTTP."""
        return f"http://127.0.0.1:{self.port}/in"

    async def serve(self, request: web.Request) -> web.Response:
        """Keep a message, and answer it."""
        headers = {name.lower(): value for name, value in request.headers.items()}
        async with self.arrived:
            self.received.append(Received(request.path_qs, headers, await request.read()))
            on_next, self.on_next = self.on_next, None
            if on_next is not None:
                on_next()
            self.arrived.notify_all()
        return self.answers.popleft() if self.answers else web.Response(status=204)

    async def messages(self, count: int, *, within_seconds: float = 45.0) -> list[Received]:
        """Wait until it was sent so many."""
        async with asyncio.timeout(within_seconds), self.arrived:
            await self.arrived.wait_for(lambda: len(self.received) >= count)
        return list(self.received)


@asynccontextmanager
async def receiving(*, tls: ssl.SSLContext | None = None) -> AsyncIterator[Receiver]:
    """Give a receiver while the block runs."""
    receiver = Receiver(0)
    app = web.Application()
    app.router.add_route("*", "/{path:.*}", receiver.serve)
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=0)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0, ssl_context=tls)
    await site.start()
    receiver.port = runner.addresses[0][1]
    try:
        yield receiver
    finally:
        await runner.cleanup()
