"""Two parts that a simulation cannot take as they are: one would remember everything, one brings a thread."""

import asyncio
import threading
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager

from adapters.memory.telemetry import RecordingTelemetry
from application.ports.telemetry import Fields
from entrypoints.worker.keeper import Keeper


class CountingTelemetry(RecordingTelemetry):
    """Only counts what happened."""

    def __init__(self, told: Counter[str]) -> None:
        super().__init__()
        self._told = told

    @contextmanager
    def observe(self, name: str, fields: Fields) -> Iterator[None]:  # noqa: ARG002 (nobody reads it)
        yield

    def event(self, name: str, fields: Fields) -> None:  # noqa: ARG002 (nobody reads it)
        self._told[name] += 1

    def count(self, name: str, amount: int, labels: Mapping[str, str]) -> None:
        """Leave it: events tell the same."""

    @contextmanager
    def sending(self, destination: str, traceparents: Iterable[str | None]) -> Iterator[None]:  # noqa: ARG002 (nobody reads it)
        yield


class SimulatedKeeper(Keeper):
    """Keeps from a task instead of a thread."""

    def start(self) -> threading.Thread:
        loop = asyncio.get_running_loop()
        keeping = loop.create_task(self._keep_in_rounds(loop))
        return threading.Thread(target=keeping.cancel)

    async def _keep_in_rounds(self, loop: asyncio.AbstractEventLoop) -> None:
        while not self._stopping.is_set():
            await asyncio.sleep(self.lease_seconds / 3)
            async with self.open_parts() as parts:
                await self.round(parts, loop)
