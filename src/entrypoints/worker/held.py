"""The messages that this worker holds: received, not yet settled."""

import time
from collections.abc import Callable
from dataclasses import dataclass, field

from application.ports.queue import Delivery


@dataclass(slots=True)
class HeldDeliveries:
    """Read by the keeper's thread while the worker's own adds and removes; single steps on a dict are atomic."""

    monotonic: Callable[[], float] = time.monotonic
    _received_at: dict[str, tuple[Delivery, float]] = field(default_factory=dict)

    def add(self, delivery: Delivery) -> None:
        """Hold a delivery from now on."""
        self._received_at[delivery.receipt] = (delivery, self.monotonic())

    def remove(self, delivery: Delivery) -> None:
        """Let go of it; does nothing when it is gone already."""
        self._received_at.pop(delivery.receipt, None)

    def all(self) -> list[Delivery]:
        """Return all that are held."""
        return [delivery for delivery, _ in list(self._received_at.values())]

    def older_than(self, seconds: float) -> list[Delivery]:
        """Return those held for longer than this."""
        before = self.monotonic() - seconds
        return [delivery for delivery, received_at in list(self._received_at.values()) if received_at < before]
