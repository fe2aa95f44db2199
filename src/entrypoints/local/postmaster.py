"""What `postmaster.pid` tells: whether a server is ready, and whether a former one is still there."""

import os
import time
from contextlib import suppress
from pathlib import Path

from entrypoints.local.errors import LocalError
from entrypoints.local.probes import Probe, Started

STATUS_LINE = 7
FORMER_RUN_SECONDS = 5.0
LOOK_EVERY_SECONDS = 0.05


def is_ready(data_dir: Path) -> Probe:
    """Ready when the file says so of this very process: a file left by a killed server says "ready" too."""

    async def probe(started: Started) -> bool:
        lines = _lines(data_dir)
        return len(lines) > STATUS_LINE and lines[0] == str(started.pid) and lines[STATUS_LINE] == "ready"

    return probe


def settle_former_run(data_dir: Path, within_seconds: float = FORMER_RUN_SECONDS) -> None:
    """Wait out a server that is still stopping; forget one whose process id belongs to another program by now.

    Call it only while holding the lock on the data. Raises LocalError where the server does not go away.
    """
    deadline = time.monotonic() + within_seconds
    while lines := _lines(data_dir):
        pid = int(lines[0]) if lines[0].isdigit() else 0
        if not _runs(pid):
            return
        if not _serves(pid, data_dir):
            # PostgreSQL would take the other program for a server and refuse to start.
            (data_dir / "postmaster.pid").unlink(missing_ok=True)
            return
        if time.monotonic() > deadline:
            raise LocalError(f"postgres: another server (process {pid}) still uses {data_dir}; stop it first")
        time.sleep(LOOK_EVERY_SECONDS)


def _lines(data_dir: Path) -> list[str]:
    with suppress(FileNotFoundError):
        text = (data_dir / "postmaster.pid").read_text(encoding="utf-8")
        return [line.strip() for line in text.splitlines()]
    return []


def _runs(pid: int) -> bool:
    if pid <= 0:
        return False
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


def _serves(pid: int, data_dir: Path) -> bool:
    """Tell whether a live process is a server on this data; where the system does not say, believe the file."""
    try:
        command = Path(f"/proc/{pid}/cmdline").read_bytes()
    except FileNotFoundError:
        return not Path("/proc/self").exists() and _runs(pid)
    return str(data_dir).encode() in command.split(b"\0")
