"""How to see from outside that a child is ready; a probe answers now and never waits long."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

PROBE_SECONDS = 1.0


@dataclass(frozen=True, slots=True)
class Started:
    """A child as a probe sees it: its process, and where its own lines begin in the log it appends to."""

    pid: int
    log_file: Path
    log_offset: int

    def log(self) -> str:
        """Return what this child has written so far."""
        with self.log_file.open("rb") as lines:
            lines.seek(self.log_offset)
            return lines.read().decode(errors="replace")


Probe = Callable[[Started], Awaitable[bool]]


async def runs(_started: Started) -> bool:
    """Ready as soon as it runs."""
    return True


def http_answers(url: str) -> Probe:
    """Ready when a plain HTTP GET of `url` is answered with 200."""

    async def probe(_started: Started) -> bool:
        try:
            async with asyncio.timeout(PROBE_SECONDS):
                return await _status(url) == b"200"
        except (OSError, TimeoutError):
            return False

    return probe


def log_says(text: str) -> Probe:
    """Ready when the child has written `text` to its log."""

    async def probe(started: Started) -> bool:
        return text in started.log()

    return probe


async def _status(url: str) -> bytes:
    """Ask by hand: an HTTP client library would cost more to import than all the asking."""
    parts = urlsplit(url)
    reader, writer = await asyncio.open_connection(parts.hostname, parts.port)
    try:
        writer.write(f"GET {parts.path} HTTP/1.1\r\nhost: {parts.netloc}\r\nconnection: close\r\n\r\n".encode())
        line = await reader.readline()
    finally:
        writer.close()
    return line.split(b" ")[1] if line.count(b" ") else b""
