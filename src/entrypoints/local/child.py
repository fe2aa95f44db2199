"""One child process: started in a session of its own, watched, and ended with everything it started."""

import asyncio
import os
import signal
from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from entrypoints.launch import Identity, launched
from entrypoints.local.errors import LocalError
from entrypoints.local.probes import Probe, Started, runs

PROBE_EVERY_SECONDS = 0.03
LAST_WORDS = 300


@dataclass(frozen=True, slots=True, kw_only=True)
class ChildSpec:
    """How to run one child, see that it is ready, and end it."""

    name: str
    argv: tuple[str, ...]
    env: Mapping[str, str]
    log_file: Path
    ready: Probe = runs
    ready_within_seconds: float = 30.0
    stop_signal: signal.Signals = signal.SIGTERM
    grace_seconds: float = 2.0
    """How long the child may take to stop before it is killed."""
    death_signal: signal.Signals = signal.SIGKILL
    """What the child gets from the kernel when its supervisor is gone."""
    identity: Identity = Identity.SELF
    layer: int = 0
    """Children of a higher layer are stopped before those of a lower one."""
    on_restart: Callable[[], Awaitable[None]] | None = None
    """What to do again once a child that died is ready again."""

    def command(self) -> list[str]:
        """Return the command line that runs it so that it dies with the calling thread."""
        return launched(self.argv, death_signal=self.death_signal, identity=self.identity)


@dataclass(frozen=True, slots=True)
class Child:
    """A started child."""

    started: Started
    _spec: ChildSpec
    _process: asyncio.subprocess.Process
    _began: float

    @classmethod
    async def spawn(cls, spec: ChildSpec) -> "Child":
        """Start the process; its output is appended to its log."""
        with spec.log_file.open("ab") as log:
            log_offset = log.tell()
            process = await asyncio.create_subprocess_exec(
                *spec.command(),
                stdin=asyncio.subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                env=spec.env,
                start_new_session=True,
            )
            started = Started(process.pid, spec.log_file, log_offset)
        return cls(started, spec, process, asyncio.get_running_loop().time())

    @property
    def pid(self) -> int:
        """The process id, also the id of its process group."""
        return self.started.pid

    def alive_seconds(self) -> float:
        """Return how long ago it was started."""
        return asyncio.get_running_loop().time() - self._began

    async def wait_ready(self) -> None:
        """Wait until the probe is content; raise LocalError if the child ends or takes too long."""
        try:
            async with asyncio.timeout(self._spec.ready_within_seconds):
                while not await self._spec.ready(self.started):
                    if self._process.returncode is not None:
                        raise LocalError(self.complaint(f"did not start: {self.ending()}"))
                    await asyncio.sleep(PROBE_EVERY_SECONDS)
        except TimeoutError:
            raise LocalError(self.complaint(f"was not ready in {self._spec.ready_within_seconds:g} s")) from None

    async def wait(self) -> int:
        """Wait for the end, take along what it left running in its group, and return the exit code."""
        code = await self._process.wait()
        self.kill()
        return code

    async def stop(self, grace_seconds: float) -> None:
        """Ask it to end, and kill it when it has not ended in time."""
        with suppress(ProcessLookupError):
            self._process.send_signal(self._spec.stop_signal)
        try:
            async with asyncio.timeout(grace_seconds):
                await self.wait()
        except TimeoutError:
            self.kill()
            await self.wait()

    def kill(self) -> None:
        """Kill its whole process group at once."""
        with suppress(ProcessLookupError, PermissionError):
            os.killpg(self.pid, signal.SIGKILL)

    def ending(self) -> str:
        """Say how it ended."""
        code = self._process.returncode
        if code is None:
            return "still running"
        return f"exit code {code}" if code >= 0 else f"killed by {signal.Signals(-code).name}"

    def complaint(self, what: str) -> str:
        """Say in one line what is wrong, with the last thing the child wrote and where the rest is."""
        said = self.started.log().strip().splitlines()
        words = f" ({said[-1][:LAST_WORDS]})" if said else ""
        return f"{self._spec.name} {what}{words}; log: {self._spec.log_file}"
