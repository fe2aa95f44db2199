"""A process whose log nobody reads goes on with its work."""

import json
import subprocess
import sys
from pathlib import Path

SOURCE = Path(__file__).parents[3] / "src"
TALKATIVE = """
import sys
from adapters.telemetry.logging import configure_logging
logger = configure_logging("kondate-test", "info")
for number in range(20_000):
    logger.info("event", number=number)
print("worked on", file=sys.stderr, flush=True)
raise LookupError("the end")
"""


def talkative() -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        [sys.executable, "-c", TALKATIVE],
        env={"PYTHONPATH": str(SOURCE)},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )


def test_a_log_that_nobody_reads_stops_no_work() -> None:
    with talkative() as process:
        assert process.stderr is not None
        assert process.stderr.readline() == b"worked on\n"
        assert process.wait(timeout=10) == 1


def test_a_log_that_is_read_holds_every_line_and_the_crash_last() -> None:
    with talkative() as process:
        assert process.stdout is not None
        lines = [json.loads(line) for line in process.stdout]
    told = [line["number"] for line in lines if line["event"] == "event"]
    dropped = sum(line["lines"] for line in lines if line["event"] == "log.dropped")
    assert told == sorted(set(told))
    assert len(told) + dropped >= 20_000
    assert lines[-1]["exception"].endswith("LookupError: the end")
