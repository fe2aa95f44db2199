"""A crash point ends the process that passes it, once, and leaves its proof."""

import os
import signal
import subprocess
from pathlib import Path

from tests.support.processes import PROJECT, python

REACH_TWO_POINTS = """
import sys
from pathlib import Path
from adapters.faults.crash_points import CrashPoints

points = CrashPoints(Path(sys.argv[1]), "worker")
points.reach("claimed")
points.reach("committed")
"""


def passing(folder: Path) -> int:
    command = python("-c", REACH_TWO_POINTS, str(folder))
    environment = {"PATH": os.defpath, "PYTHONPATH": str(PROJECT / "src")}
    return subprocess.run(command, env=environment, check=False).returncode


def test_an_armed_point_ends_the_process_and_is_disarmed(tmp_path: Path) -> None:
    (tmp_path / "worker.committed").touch()
    assert passing(tmp_path) == -signal.SIGKILL
    assert [path.name for path in tmp_path.iterdir()] == ["worker.committed.fired"]
    assert passing(tmp_path) == 0


def test_points_of_other_processes_are_passed_by(tmp_path: Path) -> None:
    (tmp_path / "api.committed").touch()
    assert passing(tmp_path) == 0
    assert [path.name for path in tmp_path.iterdir()] == ["api.committed"]
