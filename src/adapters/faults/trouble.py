"""Trouble of every kind, in this very process."""

import mmap
import os
import resource
import signal
import time
from pathlib import Path

from application.ports.drills import Trouble

CHUNK_BYTES = 16 * 1024 * 1024
MOST_BYTES = 256 * 1024 * 1024
"""What one drill may take before the system says no: the machine is shared with others."""


class ProcessTrouble:
    """Real trouble; only the memory is bounded, so that it is this process that runs out and not the machine."""

    def compute(self, seconds: float) -> None:
        """Spin."""
        until = time.monotonic() + seconds
        while time.monotonic() < until:
            pass

    def exhaust_memory(self) -> None:
        """Lower the limit of this process to a little more than it has, and run into it."""
        soft, hard = resource.getrlimit(resource.RLIMIT_AS)
        resource.setrlimit(resource.RLIMIT_AS, (_address_space_bytes() + MOST_BYTES, hard))
        taken: list[bytearray] = []
        try:
            while True:
                taken.append(bytearray(CHUNK_BYTES))
        finally:
            resource.setrlimit(resource.RLIMIT_AS, (soft, hard))

    def crash(self) -> None:
        """Kill this process."""
        os.kill(os.getpid(), signal.SIGKILL)


def _address_space_bytes() -> int:
    pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[0])
    return pages * mmap.PAGESIZE


_: type[Trouble] = ProcessTrouble
