"""The fault lab itself: a run that keeps every promise passes, and one with a promise broken on purpose does not."""

import os
import re
import subprocess
from pathlib import Path

import pytest

from tests.support.processes import python, sqs_program

LAST_LINE = re.compile(
    r"lost (\d+) doubled (\d+) unexpected (\d+) stale (\d+) leaked (\d+), jobs (\d+), faults (\d+), seed (\d+)"
)


def lab(folder: Path, *arguments: str) -> tuple[int, str, list[int]]:
    """Run the lab; give its exit code, its output, and the figures of its last line."""
    command = python("-P", "-m", "entrypoints.cli", "lab", "--sqs-program", str(sqs_program()), *arguments)
    environment = {"PATH": os.defpath, "HOME": str(folder)}
    done = subprocess.run(
        [*command, "--keep", str(folder / "lab")], env=environment, capture_output=True, text=True, check=False
    )
    output = done.stdout + done.stderr
    figures = LAST_LINE.fullmatch(done.stdout.splitlines()[-1]) if done.stdout else None
    assert figures is not None, output
    return done.returncode, output, [int(figure) for figure in figures.groups()]


@pytest.mark.timeout(400)
def test_no_promise_is_broken_under_faults(tmp_path: Path) -> None:
    code, output, [*broken, jobs, faults, seed] = lab(tmp_path, "--seconds", "45", "--jobs", "300", "--seed", "11")
    assert broken == [0, 0, 0, 0, 0], output
    # On a crowded machine a fault may find its target gone for good; the lab says so and fails, the promises held.
    assert code == 0 or "did not happen" in output, output
    assert jobs >= 300
    assert faults >= 25
    assert seed == 11


@pytest.mark.timeout(400)
def test_a_promise_broken_on_purpose_is_noticed(tmp_path: Path) -> None:
    arguments = ("--seconds", "8", "--jobs", "60", "--seed", "12", "--sabotage", "unscoped-key")
    code, output, [lost, doubled, unexpected, stale, leaked, *_] = lab(tmp_path, *arguments)
    assert code == 1, output
    assert leaked > 0, output
    del lost, doubled, unexpected, stale
