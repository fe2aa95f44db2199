"""A fault as the lab strikes it."""

import asyncio
import os
import signal
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from entrypoints.lab.schedule import Kind
from entrypoints.local.supervisor import Supervisor

READY_WITHIN_SECONDS = 90.0
"""A crowded machine starts a process slowly; a fault that struck before would only show that nothing runs."""
ENDS_WITHIN_SECONDS = 30.0
LOOK_EVERY_SECONDS = 0.05


@dataclass(frozen=True, slots=True)
class Fault:
    """One kind of fault.

    `strike` takes how long the fault lasts, undoes it at the end, and tells whether it really happened.
    """

    kind: Kind
    strike: Callable[[float], Awaitable[bool]]


async def signalled(supervisor: Supervisor, name: str, number: signal.Signals) -> bool:
    """Send a signal that ends a child, and tell whether it did."""
    pid = await living(supervisor, name)
    if pid is None:
        return False
    with suppress(ProcessLookupError):
        os.kill(pid, number)
    return await becomes(lambda: not is_alive(pid))


async def stopped(supervisor: Supervisor, name: str, seconds: float) -> bool:
    """Freeze a child with all that it started for a while, as a paused machine would."""
    pid = await living(supervisor, name)
    if pid is None:
        return False
    try:
        os.killpg(pid, signal.SIGSTOP)
        await asyncio.sleep(seconds)
    except ProcessLookupError:
        return False
    finally:
        with suppress(ProcessLookupError):
            os.killpg(pid, signal.SIGCONT)
    return True


async def living(supervisor: Supervisor, name: str) -> int | None:
    """Wait until a child is ready and return its pid; None where it does not come back."""

    def is_ready() -> bool:
        pid = supervisor.ready_pid(name)
        return pid is not None and is_alive(pid)

    return supervisor.ready_pid(name) if await becomes(is_ready, READY_WITHIN_SECONDS) else None


async def becomes(is_so: Callable[[], bool], within_seconds: float = ENDS_WITHIN_SECONDS) -> bool:
    """Wait until something is so; False where it does not become so in time."""
    with suppress(TimeoutError):
        async with asyncio.timeout(within_seconds):
            while not is_so():  # noqa: ASYNC110 (another process changes it, which nobody announces)
                await asyncio.sleep(LOOK_EVERY_SECONDS)
            return True
    return False


def is_alive(pid: int) -> bool:
    """Tell whether a process runs; one that ended and was not yet waited for does not."""
    with suppress(FileNotFoundError, ProcessLookupError):
        return Path(f"/proc/{pid}/stat").read_text("ascii", errors="replace").rpartition(")")[2].split()[0] != "Z"
    return False
