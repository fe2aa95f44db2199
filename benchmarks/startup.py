"""`kondate up`: seconds until everything is ready, cold and warm, and the memory of all its processes.

Usage: python -m benchmarks.startup [--rounds N]
"""

import argparse
import statistics
import subprocess
import tempfile
import time
from pathlib import Path

from benchmarks.stack import PATH
from benchmarks.usage import family, pss_bytes, rss_bytes
from tests.support.processes import python, sqs_program

SETTLE_SECONDS = 3.0
STOP_SECONDS = 15.0
LOOK_EVERY_SECONDS = 0.02
MIB = 1_048_576


def up(data_dir: Path, log: Path) -> tuple[float, float, float, float]:
    """Start, wait, stop; return seconds to ready, MiB resident, MiB proportional, seconds to stop."""
    state = data_dir.parent / "state.json"
    environment = {**PATH, "KONDATE_GATEWAY_PORT": ""}
    with log.open("ab") as output:
        began = time.perf_counter()
        arguments = ("up", "--data-dir", str(data_dir), "--state", str(state))
        process = subprocess.Popen(
            python("-m", "entrypoints.cli", *arguments), env=environment, stdout=output, stderr=output
        )
        try:
            while not state.exists():
                assert process.poll() is None, log.read_text("utf-8")
                time.sleep(LOOK_EVERY_SECONDS)
            ready = time.perf_counter() - began
            time.sleep(SETTLE_SECONDS)
            members = family(process.pid)
            resident, proportional = sum(map(rss_bytes, members)) / MIB, pss_bytes(members) / MIB
        finally:
            stopping = time.perf_counter()
            process.terminate()
            process.wait(STOP_SECONDS)
    return ready, resident, proportional, time.perf_counter() - stopping


def main() -> None:
    """Read the options and run."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=3)
    rounds = parser.parse_args().rounds
    assert sqs_program().exists(), "run `make setup` first"
    cold, warm = [], []
    for _ in range(rounds):
        with tempfile.TemporaryDirectory(prefix="kondate-bench-") as folder:
            data_dir = Path(folder) / "data"
            cold.append(up(data_dir, Path(folder) / "up.log"))
            warm.append(up(data_dir, Path(folder) / "up.log"))
    print("| start | ready in s | RSS MiB | PSS MiB | stopped in s |\n|---|---|---|---|---|")
    for name, figures in (("cold", cold), ("warm", warm)):
        ready, resident, proportional, stopped = (statistics.median(column) for column in zip(*figures, strict=True))
        print(f"| {name} | {ready:.1f} | {resident:.0f} | {proportional:.0f} | {stopped:.1f} |")


if __name__ == "__main__":
    main()
