"""In-memory storage for the machines."""

from collections.abc import Coroutine
from typing import Any

from tests.support.simulation.world import Parts, World


class InMemoryStorage:
    """Answers at once."""

    def __init__(self, parts: Parts) -> None:
        world = World(0, parts)
        self.jobs = self.leases = parts.job_store(world.tables, world.clock)
        self.unit_of_work = world.unit_of_work()
        self._loop = world.loop

    def finish(self, work: Coroutine[Any, Any, Any]) -> Any:  # noqa: ANN401 (whatever the work returns)
        with self._loop.running():
            task = self._loop.create_task(work)
            self._loop.drain()
            while self._loop.waiting:
                self._loop.complete(0)
            return task.result()

    def close(self) -> None:
        self._loop.close()
