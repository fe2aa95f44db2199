"""Keeps named child processes running, and ends them all in good time.

Nothing survives it: each child is told by the kernel when the supervisor is gone, a child that dies is started again
after a growing delay, and stopping takes the higher layers down before what they stand on.
"""

import asyncio
from collections.abc import Callable, Coroutine
from dataclasses import dataclass, field

from entrypoints.local.backoff import Backoff
from entrypoints.local.child import Child, ChildSpec
from entrypoints.local.errors import LocalError

Report = Callable[[str], None]


@dataclass(slots=True)
class _Kept:
    spec: ChildSpec
    child: Child
    backoff: Backoff = field(default_factory=Backoff)
    keeper: asyncio.Task[None] | None = None
    is_ready: bool = False


@dataclass(slots=True)
class Supervisor:
    """Starts, restarts and stops children.

    `report` takes one line for each thing a person should know. `on_change` is called when a child has come back with
    another pid.
    """

    report: Report
    on_change: Callable[[], None] | None = None
    _kept: dict[str, _Kept] = field(default_factory=dict, init=False)

    async def start(self, *specs: ChildSpec) -> None:
        """Start children side by side and wait until all are ready; raise LocalError for the first that is not."""
        await together(*(self._start(spec) for spec in specs))

    def pid(self, name: str) -> int | None:
        """Return the pid that a child has now; None where there is no such child."""
        kept = self._kept.get(name)
        return None if kept is None else kept.child.pid

    def ready_pid(self, name: str) -> int | None:
        """Return the same, but None while the child is not ready: it starts, or has ended."""
        kept = self._kept.get(name)
        return kept.child.pid if kept is not None and kept.is_ready else None

    async def stop(self, within_seconds: float = 10.0) -> None:
        """Stop every child, layer by layer, killing what is left when the time is up."""
        loop = asyncio.get_running_loop()
        deadline = loop.time() + within_seconds
        keepers = [kept.keeper for kept in self._kept.values() if kept.keeper is not None]
        for keeper in keepers:
            keeper.cancel()
        await asyncio.gather(*keepers, return_exceptions=True)
        for layer in sorted({kept.spec.layer for kept in self._kept.values()}, reverse=True):
            left = max(deadline - loop.time(), 0.0)
            stops = [
                kept.child.stop(min(kept.spec.grace_seconds, left))
                for kept in self._kept.values()
                if kept.spec.layer == layer
            ]
            await asyncio.gather(*stops)
        self._kept.clear()

    async def _start(self, spec: ChildSpec) -> None:
        kept = _Kept(spec, await Child.spawn(spec))
        self._kept[spec.name] = kept
        await kept.child.wait_ready()
        kept.is_ready = True
        kept.keeper = asyncio.create_task(self._keep(kept), name=f"keep {spec.name}")

    async def _keep(self, kept: _Kept) -> None:
        while True:
            await kept.child.wait()
            delay = kept.backoff.delay_seconds(alive_seconds=kept.child.alive_seconds(), was_ready=kept.is_ready)
            kept.is_ready = False
            self.report(
                f"{kept.spec.name} ended ({kept.child.ending()}); restart in {delay:g} s; log: {kept.spec.log_file}"
            )
            await asyncio.sleep(delay)
            await self._restart(kept)

    async def _restart(self, kept: _Kept) -> None:
        kept.child = await Child.spawn(kept.spec)
        try:
            await kept.child.wait_ready()
            if kept.spec.on_restart is not None:
                await kept.spec.on_restart()
        except LocalError as error:
            self.report(str(error))
            kept.child.kill()
            return
        kept.is_ready = True
        self.report(f"{kept.spec.name} is back (process {kept.child.pid})")
        if self.on_change is not None:
            self.on_change()


async def run_to_end(spec: ChildSpec) -> None:
    """Run a child that does one thing and ends; raise LocalError where it fails or takes too long."""
    child = await Child.spawn(spec)
    try:
        async with asyncio.timeout(spec.ready_within_seconds):
            code = await child.wait()
    except TimeoutError:
        raise LocalError(child.complaint(f"did not end in {spec.ready_within_seconds:g} s")) from None
    finally:
        await child.stop(0)
    if code != 0:
        raise LocalError(child.complaint(f"failed: {child.ending()}"))


async def together(*work: Coroutine[None, None, None]) -> None:
    """Do all of it side by side; the first failure cancels the rest and is raised alone."""
    try:
        async with asyncio.TaskGroup() as group:
            for each in work:
                group.create_task(each)
    except* LocalError as failures:
        first = failures.exceptions[0]
    else:
        return
    raise first
