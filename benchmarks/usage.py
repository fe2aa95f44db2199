"""What processes cost, read from /proc: CPU and memory of a process, with its threads."""

import os
from collections.abc import Iterable
from pathlib import Path

TICKS_PER_SECOND = os.sysconf("SC_CLK_TCK")


def cpu_seconds(pid: int) -> float:
    """Return user and system time so far; of a group of processes, sum it up yourself."""
    fields = _stat(pid)
    return (int(fields[11]) + int(fields[12])) / TICKS_PER_SECOND


def waiting_seconds(pid: int) -> float:
    """Return for how long its threads were ready to run and had no core."""
    threads = Path(f"/proc/{pid}/task").iterdir()
    return sum(int((thread / "schedstat").read_text("ascii").split()[1]) for thread in threads) / 1e9


def cpu_of_family(pid: int) -> float:
    """Return the same for a process and its living descendants; PostgreSQL works in those."""
    return sum(cpu_seconds(member) + _reaped_seconds(member) for member in family(pid))


def family(pid: int) -> list[int]:
    """Return a process and all its living descendants."""
    parents = {int(entry.name): _parent(int(entry.name)) for entry in Path("/proc").iterdir() if entry.name.isdigit()}
    members = [pid]
    for member in members:
        members.extend(child for child, parent in parents.items() if parent == member)
    return members


def rss_bytes(pid: int) -> int:
    """Return resident memory; pages that several processes share count for each."""
    return _rollup(pid, "Rss")


def pss_bytes(pids: Iterable[int]) -> int:
    """Return the memory of several processes, shared pages divided among those that share them."""
    return sum(_rollup(pid, "Pss") for pid in pids)


def _rollup(pid: int, name: str) -> int:
    for line in Path(f"/proc/{pid}/smaps_rollup").read_text("ascii").splitlines():
        if line.startswith(f"{name}:"):
            return int(line.split()[1]) * 1024
    return 0


def _reaped_seconds(pid: int) -> float:
    fields = _stat(pid)
    return (int(fields[13]) + int(fields[14])) / TICKS_PER_SECOND


def _parent(pid: int) -> int:
    try:
        return int(_stat(pid)[1])
    except (FileNotFoundError, ProcessLookupError):
        return 0


def _stat(pid: int) -> list[str]:
    """Return the fields after the name, which may hold spaces itself."""
    return Path(f"/proc/{pid}/stat").read_text("utf-8", errors="replace").rpartition(")")[2].split()


def pin(pid: int, cores: set[int]) -> None:
    """Let every thread of a process run on these cores only."""
    for thread in Path(f"/proc/{pid}/task").iterdir():
        os.sched_setaffinity(int(thread.name), cores)
