"""Real processes for integration tests; the kernel ends each one with the test run, however that ends."""

import asyncio
import os
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from entrypoints.local.child import ChildSpec
from entrypoints.local.ports import free_port
from entrypoints.local.postgres import EmbeddedPostgres
from entrypoints.local.probes import Started
from entrypoints.local.sqs import EmbeddedSqs, default_executable

PROJECT = Path(__file__).parents[2]
LOOK_EVERY_SECONDS = 0.03


@dataclass(frozen=True, slots=True)
class RunningChild:
    """A process that a test started, in a process group of its own."""

    spec: ChildSpec
    process: subprocess.Popen[bytes]
    started: Started

    @property
    def pid(self) -> int:
        """Its process id."""
        return self.process.pid

    def log(self) -> str:
        """Return what it has written so far, stdout and stderr in one."""
        return self.started.log()

    def stop(self, within_seconds: float = 10.0) -> int:
        """Ask it to end and return its exit code; TimeoutExpired where it does not end in time."""
        self.process.send_signal(self.spec.stop_signal)
        return self.process.wait(within_seconds)

    def kill(self) -> None:
        """Kill it and everything in its group, as `kill -9` would."""
        with suppress(ProcessLookupError):
            os.killpg(self.pid, signal.SIGKILL)
        self.process.wait()

    async def wait_ready(self) -> None:
        """Wait until its probe is content; fail the test with its log where it ends or takes too long."""
        try:
            async with asyncio.timeout(self.spec.ready_within_seconds):
                while not await self.spec.ready(self.started):
                    assert self.process.poll() is None, f"{self.spec.name} ended:\n{self.log()}"
                    await asyncio.sleep(LOOK_EVERY_SECONDS)
        except TimeoutError:
            raise AssertionError(f"{self.spec.name} was not ready in time:\n{self.log()}") from None


@contextmanager
def running_child(spec: ChildSpec) -> Iterator[RunningChild]:
    """Run a process until the block ends, ready from its first line on; works in sync and async tests alike."""
    spec.log_file.parent.mkdir(parents=True, exist_ok=True)
    with spec.log_file.open("ab") as log:
        offset = log.tell()
        process = subprocess.Popen(
            spec.command(),
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            env=dict(spec.env),
            start_new_session=True,
        )
    child = RunningChild(spec, process, Started(process.pid, spec.log_file, offset))
    try:
        # A thread has no event loop yet, so that this also works where one runs already.
        with ThreadPoolExecutor(1) as pool:
            pool.submit(asyncio.run, child.wait_ready()).result()
        yield child
        if process.poll() is None:
            child.stop()
    finally:
        child.kill()


@contextmanager
def running_postgres() -> Iterator[str]:
    """Run an empty PostgreSQL that forgets everything at the end; gives its DSN."""
    with tempfile.TemporaryDirectory(prefix="kondate-postgres-") as folder:
        path = Path(folder)
        postgres = EmbeddedPostgres(
            data_dir=path / "data", port=free_port(), log_file=path / "postgres.log", durable=False
        )
        with running_child(postgres.prepare()):
            yield postgres.dsn


@contextmanager
def running_sqs() -> Iterator[str]:
    """Run an SQS endpoint without queues; gives its address."""
    with tempfile.TemporaryDirectory(prefix="kondate-sqs-") as folder:
        path = Path(folder)
        sqs = EmbeddedSqs(executable=sqs_program(), data_dir=path, port=free_port(), log_file=path / "sqs.log")
        with running_child(sqs.prepare()):
            yield sqs.endpoint


def sqs_program() -> Path:
    """Return the endpoint's program: beside this interpreter, or where `make setup` put it for the project."""
    beside = default_executable()
    return beside if beside.exists() else PROJECT / ".venv" / "sqs" / "bin" / "ministack"


def python(*arguments: str) -> tuple[str, ...]:
    """Return a command line for this interpreter."""
    return (sys.executable, *arguments)


def is_alive(pid: int) -> bool:
    """Tell whether a process runs; one that ended and was not yet waited for does not."""
    with suppress(FileNotFoundError):
        return (
            Path(f"/proc/{pid}/stat").read_text(encoding="ascii", errors="replace").rpartition(")")[2].split()[0] != "Z"
        )
    return False
