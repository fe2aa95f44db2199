"""Which loopback ports the local picture listens on: the usual ones, or free ones where those are taken."""

import secrets
import socket
from dataclasses import dataclass, field

LOOPBACK = "127.0.0.1"
UNUSUAL = range(20_000, 32_768)
"""Above what programs usually listen on, below where Linux begins with ports for connections."""


def is_free(port: int) -> bool:
    """Tell whether a server could listen on a loopback port now."""
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        # Servers set this too: connections of an earlier run that linger must not count as a listener.
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((LOOPBACK, port))
        except OSError:
            return False
    return True


def free_port() -> int:
    """Return a loopback port that nothing listens on.

    Not one of those that the system would give: connections get theirs from the same range, any of them might have it
    before whoever asked listens there.
    """
    while not is_free(port := secrets.choice(UNUSUAL)):
        continue
    return port


@dataclass(slots=True)
class Ports:
    """Hands out ports that are free and all different."""

    _given: set[int] = field(default_factory=set, init=False)

    def usual_or_free(self, usual: int) -> int:
        """Return the usual port, or any free one where it is taken."""
        port = usual
        while port in self._given or not is_free(port):
            port = free_port()
        self._given.add(port)
        return port
