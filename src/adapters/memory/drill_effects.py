"""The marks of drills in memory."""

from collections.abc import Callable
from dataclasses import dataclass

from adapters.memory.tables import DrillMark, Tables
from application.ports.drills import DrillEffects
from domain.job import Origin


@dataclass(frozen=True, slots=True)
class InMemoryDrillEffects:
    """Appends at the commit."""

    tables: Tables
    origin: Origin
    changes: list[Callable[[], None]]

    async def record(self, drill_id: str, *, attempt: int) -> None:
        """Leave one mark."""
        mark = DrillMark(drill_id=drill_id, attempt=attempt, request_id=self.origin.request_id)
        self.changes.append(lambda: self.tables.drills.append(mark))


_: type[DrillEffects] = InMemoryDrillEffects
