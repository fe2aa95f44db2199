"""Leases on idempotency keys: rows like any other record's, that hold their owner until they hold an answer."""

from uuid import UUID

import msgspec

from adapters.postgres.database import Database
from adapters.postgres.statements import load
from application.ports.idempotency import IdempotencyKey, KeyLeases
from domain.errors import IdempotencyMismatchError, RequestInProgressError

LEASE = load("lease_key")
GET = load("get_outcome_of_key")
KEEP = load("keep_answer")
FREE = load("free_key")


class PostgresKeyLeases:
    """One statement a call, two where the key is taken."""

    def __init__(self, database: Database) -> None:
        """Take the database."""
        self._database = database

    async def take(self, key: IdempotencyKey, *, owner: UUID, seconds: float) -> bytes | None:
        """Own the key, or return the answer that is kept."""
        lease = msgspec.json.encode({"owner": str(owner)})
        async with self._database.session() as session:
            if await session.value(LEASE, key.scope, key.key, key.fingerprint, lease, seconds) is not None:
                return None
            row = await session.row(GET, key.scope, key.key)
        if row is not None and row["fingerprint"] != key.fingerprint:
            raise IdempotencyMismatchError("This idempotency key was used for another request.")
        held = msgspec.json.decode(row["outcome"] if row else b"{}", type=dict[str, msgspec.Raw])
        if "answer" not in held:
            raise RequestInProgressError("The first request with this idempotency key is still being carried out.")
        return bytes(held["answer"])

    async def keep(self, key: IdempotencyKey, *, owner: UUID, answer: bytes) -> None:
        """Put the answer in the lease's place."""
        kept = msgspec.json.encode({"answer": msgspec.Raw(answer)})
        async with self._database.session() as session:
            await session.fetch(KEEP, key.scope, key.key, str(owner), kept, key.kept_for)

    async def give_up(self, key: IdempotencyKey, *, owner: UUID) -> None:
        """Delete the lease."""
        async with self._database.session() as session:
            await session.fetch(FREE, key.scope, key.key, str(owner))


_: type[KeyLeases] = PostgresKeyLeases
