"""What drills need: somewhere to leave a mark, and ways to misbehave."""

from typing import Protocol


class DrillEffects(Protocol):
    """Part of a transaction. Nothing keeps a mark from being left twice: who counts them sees what was done twice."""

    async def record(self, drill_id: str, *, attempt: int) -> None:
        """Leave one mark, with the attempt that made it."""


class Trouble(Protocol):
    """Does to this process what a broken handler would do."""

    def compute(self, seconds: float) -> None:
        """Keep the processor busy, and everything else in this thread waiting, for `seconds`."""

    def exhaust_memory(self) -> None:
        """Take memory until the system gives no more; raises MemoryError, if the process lives to tell."""

    def crash(self) -> None:
        """End the process at once, as `kill -9` would."""
