"""When a server counts as ready, and which leftovers stand in the way of a new one."""

import os
from pathlib import Path

from entrypoints.local.postmaster import is_ready, settle_former_run
from entrypoints.local.probes import Started


def write_pid_file(folder: Path, pid: int, status: str) -> None:
    lines = [str(pid), str(folder), "1795480000", "5433", "", "127.0.0.1", "1 2", f"{status:<8}"]
    (folder / "postmaster.pid").write_text("\n".join(lines) + "\n", encoding="ascii")


async def test_a_server_is_ready_when_its_own_file_says_so(tmp_path: Path) -> None:
    probe = is_ready(tmp_path)
    started = Started(4711, tmp_path / "log", 0)
    assert not await probe(started)
    write_pid_file(tmp_path, 4711, "starting")
    assert not await probe(started)
    write_pid_file(tmp_path, 4711, "ready")
    assert await probe(started)


async def test_the_file_of_a_killed_server_does_not_count(tmp_path: Path) -> None:
    write_pid_file(tmp_path, 4711, "ready")
    assert not await is_ready(tmp_path)(Started(4712, tmp_path / "log", 0))


def test_a_process_id_that_another_program_has_by_now_is_forgotten(tmp_path: Path) -> None:
    write_pid_file(tmp_path, os.getpid(), "ready")
    settle_former_run(tmp_path)
    assert not (tmp_path / "postmaster.pid").exists()


def test_the_file_of_a_dead_server_is_left_to_postgresql(tmp_path: Path) -> None:
    write_pid_file(tmp_path, 2**22 + 1, "ready")
    settle_former_run(tmp_path)
    assert (tmp_path / "postmaster.pid").exists()
