"""What the gateway's own process asks of its Envoy, through the admin socket."""

import asyncio
import re
from dataclasses import dataclass
from pathlib import Path

ASK_SECONDS = 2.0
LOOK_EVERY_SECONDS = 0.05


@dataclass(frozen=True, slots=True)
class Admin:
    """One Envoy's admin interface; every question may go unanswered, which counts as the worst case."""

    socket: Path

    async def is_ready(self) -> bool:
        """Tell whether it serves."""
        return (await self._ask("GET", "/ready")).startswith(b"HTTP/1.1 200")

    async def drain(self) -> None:
        """Let it be unready, tell clients to close their connections, and take no new ones once that had its time."""
        await self._ask("POST", "/healthcheck/fail")
        await self._ask("POST", "/drain_listeners?graceful")

    async def under_way(self) -> tuple[int, int]:
        """Return how many connections clients have and how many requests are being answered."""
        text = await self._ask("GET", "/stats?filter=%5Ehttp.public.downstream_(cx|rq)_active")
        counts = {name: int(count) for name, count in re.findall(rb"downstream_(cx|rq)_active: (\d+)", text)}
        return counts.get(b"cx", 0), counts.get(b"rq", 0)

    async def _ask(self, method: str, path: str) -> bytes:
        try:
            async with asyncio.timeout(ASK_SECONDS):
                reader, writer = await asyncio.open_unix_connection(self.socket)
                try:
                    head = f"{method} {path} HTTP/1.1\r\nhost: admin\r\nconnection: close\r\ncontent-length: 0\r\n\r\n"
                    writer.write(head.encode())
                    return await reader.read()
                finally:
                    writer.close()
        except (OSError, TimeoutError):
            return b""


async def drained(admin: Admin, *, drain_seconds: float, within_seconds: float) -> None:
    """Drain, and return when nothing is under way any more or the time is up.

    Clients that keep a silent connection are told with their next request; they have `drain_seconds` for it.
    """
    clock = asyncio.get_running_loop().time
    began = clock()
    await admin.drain()
    while clock() - began < within_seconds:
        connections, requests = await admin.under_way()
        if connections == 0 or (requests == 0 and clock() - began > drain_seconds):
            return
        await asyncio.sleep(LOOK_EVERY_SECONDS)
