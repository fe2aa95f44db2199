"""Drills: jobs whose only purpose is to show that jobs work, or what happens when one misbehaves."""

from enum import StrEnum


class DrillBehaviour(StrEnum):
    """What a drill does before it leaves its mark."""

    SUCCEED = "succeed"
    """Waits for its seconds."""
    BUSY = "busy"
    """Computes for its seconds without ever giving way to others."""
    FAIL = "fail"
    """Fails at each attempt for a reason that is no refusal."""
    HANG = "hang"
    """Never ends by itself."""
    CRASH = "crash"
    """Kills its process."""
    EXHAUST_MEMORY = "exhaust-memory"
    """Takes memory until there is no more."""

    @property
    def is_harmful(self) -> bool:
        """Tell whether others in the same process suffer from it."""
        return self in (DrillBehaviour.HANG, DrillBehaviour.CRASH, DrillBehaviour.EXHAUST_MEMORY)
