"""Strikes the planned faults at their times, and counts which of them happened."""

import asyncio
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from entrypoints.lab.faults import Fault
from entrypoints.lab.schedule import Planned


@dataclass(slots=True)
class Nemesis:
    """Faults of different targets overlap; those of one target come one after the other."""

    faults: Mapping[str, Fault]
    fired: Counter[str] = field(default_factory=Counter)
    missed: Counter[str] = field(default_factory=Counter)
    _targets: dict[str, asyncio.Lock] = field(default_factory=lambda: defaultdict(asyncio.Lock), init=False)

    async def strike(self, planned: Sequence[Planned]) -> None:
        """Strike all of them, and return when the last one is undone."""
        began = asyncio.get_running_loop().time()
        async with asyncio.TaskGroup() as group:
            for each in planned:
                group.create_task(self._strike(each, began + each.at))

    async def _strike(self, planned: Planned, at: float) -> None:
        await asyncio.sleep(at - asyncio.get_running_loop().time())
        fault = self.faults[planned.kind]
        async with self._targets[fault.kind.target]:
            try:
                has_fired = await fault.strike(planned.seconds)
            except Exception as error:  # noqa: BLE001 (a fault that cannot be struck is told, and fails the run)
                has_fired = False
                self.missed[f"{planned.kind} ({error!r})"] += 1
            else:
                self.missed[planned.kind] += not has_fired
        self.fired[planned.kind] += has_fired
