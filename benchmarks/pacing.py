"""A generator for latencies: no event loop, one thread, requests on their way at the moment that the rate asks for."""

import select
import socket
import time
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass, field

from entrypoints.local.ports import LOOPBACK

PIECE_BYTES = 65_536
PATIENCE_SECONDS = 10.0


@dataclass(slots=True)
class Pacer:
    """Keep-alive connections to one port; each has one request under way at most."""

    port: int
    connections: int
    idle: deque[socket.socket] = field(default_factory=deque)
    waiting: dict[int, tuple[socket.socket, float, bytes]] = field(default_factory=dict)
    taken: list[float] = field(default_factory=list)

    def run(self, requests: Iterator[bytes], *, seconds: float, per_second: float | None = None) -> list[float]:
        """Send for so long, evenly, or without a rate as fast as is answered; return how long each answer took.

        An answer's time counts from the moment that its request was due, not from when a connection was free for it.
        """
        self.taken = []
        clock = time.perf_counter
        self.idle.extend(socket.create_connection((LOOPBACK, self.port)) for _ in range(self.connections))
        step = 0.0 if per_second is None else 1 / per_second
        due = clock()
        end = due + seconds
        while (now := clock()) < end:
            while due <= now and self.idle:
                self._send(next(requests), due if step else now)
                due += step
            self._receive(within=PATIENCE_SECONDS if not self.idle else max(0.0, due - clock()))
        while self.waiting:
            self._receive(within=PATIENCE_SECONDS)
        while self.idle:
            self.idle.pop().close()
        return self.taken

    def _send(self, request: bytes, began: float) -> None:
        connection = self.idle.popleft()
        connection.sendall(request)
        self.waiting[connection.fileno()] = (connection, began, b"")

    def _receive(self, *, within: float) -> None:
        readable, _, _ = select.select(self.waiting, (), (), within)
        for number in readable:
            connection, began, answer = self.waiting[number]
            answer += connection.recv(PIECE_BYTES)
            if not _is_whole(answer):
                self.waiting[number] = (connection, began, answer)
                continue
            assert answer.startswith(b"HTTP/1.1 200"), answer
            self.taken.append(time.perf_counter() - began)
            del self.waiting[number]
            self.idle.append(connection)


def _is_whole(answer: bytes) -> bool:
    head, ended, body = answer.partition(b"\r\n\r\n")
    if not ended:
        return False
    length = head.lower().partition(b"content-length: ")[2].partition(b"\r\n")[0]
    return len(body) >= int(length)
