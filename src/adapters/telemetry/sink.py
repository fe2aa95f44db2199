"""Where log lines leave the process, without ever waiting for whoever reads them."""

import os
import select
import threading
from collections import deque
from io import UnsupportedOperation
from typing import BinaryIO

CHUNK_BYTES = select.PIPE_BUF
BACKLOG_BYTES = 1_048_576


class LineSink:
    """Writes whole lines to a stream at once, or keeps up to 1 MiB of them while its reader stalls.

    A pipe that is writable takes PIPE_BUF bytes without blocking, so no write is larger. What
    does not fit the backlog is dropped and counted. Safe to use from several threads.
    """

    def __init__(self, stream: BinaryIO) -> None:
        """Take over the stream; anything it has buffered goes out first."""
        stream.flush()
        self._stream = stream
        self._descriptor = _descriptor(stream)
        self._poll = select.poll()
        if self._descriptor is not None:
            self._poll.register(self._descriptor, select.POLLOUT)
        self._lock = threading.Lock()
        self._backlog: deque[bytes] = deque()
        self._backlog_bytes = 0
        self._dropped = 0

    def write(self, line: bytes) -> None:
        """Send the line, which ends in a newline, after all lines before it; never raises, never waits."""
        with self._lock:
            if self._descriptor is None:
                self._stream.write(line)
            elif self._backlog_bytes + len(line) > BACKLOG_BYTES:
                self._dropped += 1
                self._drain(0)
            else:
                self._keep(line)
                self._drain(0)

    def flush(self, timeout_seconds: float) -> None:
        """Send what is kept, as long as the reader takes each piece within the timeout."""
        with self._lock:
            self._drain(round(timeout_seconds * 1_000))

    def _keep(self, line: bytes) -> None:
        self._backlog_bytes += len(line)
        if len(line) <= CHUNK_BYTES:
            self._backlog.append(line)
        else:
            self._backlog.extend(line[start : start + CHUNK_BYTES] for start in range(0, len(line), CHUNK_BYTES))

    def _drain(self, timeout_milliseconds: int) -> None:
        while self._backlog and self._writable(timeout_milliseconds):
            chunk = self._backlog.popleft()
            written = self._send(chunk)
            self._backlog_bytes -= written
            if written < len(chunk):
                self._backlog.appendleft(chunk[written:])
            if not self._backlog and self._dropped:
                self._keep(b'{"level":"warning","event":"log.dropped","lines":%d}\n' % self._dropped)
                self._dropped = 0

    def _writable(self, timeout_milliseconds: int) -> bool:
        return any(event & select.POLLOUT for _, event in self._poll.poll(timeout_milliseconds))

    def _send(self, chunk: bytes) -> int:
        """Return how much went out; what a broken stream refuses counts as gone, for nobody will read it."""
        try:
            return os.write(self._descriptor or 0, chunk)
        except BlockingIOError:
            return 0
        except OSError:
            return len(chunk)


def _descriptor(stream: BinaryIO) -> int | None:
    try:
        return stream.fileno()
    except UnsupportedOperation:
        return None
