"""Leases on idempotency keys, in memory."""

from datetime import timedelta
from uuid import UUID

from adapters.memory.tables import KeyLease, Tables
from application.ports.clock import Clock
from application.ports.idempotency import IdempotencyKey, KeyLeases
from domain.errors import IdempotencyMismatchError, RequestInProgressError


class InMemoryKeyLeases:
    """Works on shared tables."""

    def __init__(self, tables: Tables, clock: Clock) -> None:
        """Take the tables and what judges leases."""
        self._tables = tables
        self._clock = clock

    async def take(self, key: IdempotencyKey, *, owner: UUID, seconds: float) -> bytes | None:
        """Own the key, or return the answer that is kept."""
        now, name = self._clock.now(), (key.scope, key.key)
        held = self._tables.key_leases.get(name)
        if held is None or held.until < now:
            self._tables.key_leases[name] = KeyLease(key.fingerprint, owner, None, now + timedelta(seconds=seconds))
            return None
        if held.fingerprint != key.fingerprint:
            raise IdempotencyMismatchError("This idempotency key was used for another request.")
        if held.answer is None:
            raise RequestInProgressError("The first request with this idempotency key is still being carried out.")
        return held.answer

    async def keep(self, key: IdempotencyKey, *, owner: UUID, answer: bytes) -> None:
        """Put the answer in the lease's place."""
        if self._is_owner(key, owner):
            kept = KeyLease(key.fingerprint, None, answer, self._clock.now() + key.kept_for)
            self._tables.key_leases[key.scope, key.key] = kept

    async def give_up(self, key: IdempotencyKey, *, owner: UUID) -> None:
        """Delete the lease."""
        if self._is_owner(key, owner):
            del self._tables.key_leases[key.scope, key.key]

    def _is_owner(self, key: IdempotencyKey, owner: UUID) -> bool:
        held = self._tables.key_leases.get((key.scope, key.key))
        return held is not None and held.owner == owner


_: type[KeyLeases] = InMemoryKeyLeases
