"""Once: what takes effect outside the database is done once for each idempotency key, and answered alike each time."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from application.ports.clock import IdFactory
from application.ports.idempotency import IdempotencyKey, KeyLeases

LONGEST_SECONDS = 95.0
LEASE_SECONDS = 100.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Once:
    """Invariants.

    An operation is stopped before the lease on its key lapses, so a slow one is never run beside itself; a killed one
    blocks its key until then and no longer. What was not finished keeps nothing: the same request may try again, so
    each operation has to bear being begun twice.
    """

    leases: KeyLeases
    ids: IdFactory

    async def run(self, key: IdempotencyKey, operate: Callable[[], Awaitable[bytes]]) -> tuple[bytes, bool]:
        """Return the answer, which is JSON, and whether it is the one of an earlier request.

        Raises IdempotencyMismatchError, RequestInProgressError, TimeoutError, and whatever the operation raises.
        """
        owner = self.ids.new()
        kept = await self.leases.take(key, owner=owner, seconds=LEASE_SECONDS)
        if kept is not None:
            return kept, True
        try:
            async with asyncio.timeout(LONGEST_SECONDS):
                answer = await operate()
        except BaseException:
            await asyncio.shield(self.leases.give_up(key, owner=owner))
            raise
        await self.leases.keep(key, owner=owner, answer=answer)
        return answer, False
