"""Idempotency records in the transaction of their effect."""

import asyncpg

from adapters.postgres.lazy_transaction import LazyTransaction
from adapters.postgres.statements import load
from adapters.wire.codec import decode, encode
from application.ports.idempotency import IdempotencyKey, IdempotencyRecords, Outcome
from domain.errors import IdempotencyMismatchError, RequestInProgressError

LOCK = load("lock_key")
GET = load("get_outcome_of_key")
KEEP = load("keep_outcome")


class PostgresIdempotencyRecords:
    """A key is owned by an advisory lock of the transaction, and remembered by a row with a unique key."""

    def __init__(self, session: LazyTransaction) -> None:
        """Work inside the session's transaction."""
        self._session = session

    async def claim(self, key: IdempotencyKey) -> Outcome | None:
        """Own the key, or return what it brought about before."""
        is_ours = await self._session.value(LOCK, key.scope, key.key)
        row = await self._session.row(GET, key.scope, key.key)
        if row is not None and row["fingerprint"] != key.fingerprint:
            raise IdempotencyMismatchError("This idempotency key was used for another request.")
        if row is not None:
            return _outcome(row)
        if not is_ours:
            raise RequestInProgressError("The first request with this idempotency key is still being carried out.")
        return None

    async def keep(self, key: IdempotencyKey, outcome: Outcome) -> None:
        """Remember how it ended; a job that was accepted meanwhile under the same key goes first."""
        values = (key.scope, key.key, key.fingerprint, encode(outcome), key.kept_for)
        if await self._session.value(KEEP, *values) is None:
            raise RequestInProgressError("The same request was accepted as a job meanwhile.")


def _outcome(row: asyncpg.Record) -> Outcome:
    if row["job_id"] is not None:
        return Outcome(job_id=row["job_id"])
    return decode(row["outcome"], Outcome)


_: type[IdempotencyRecords] = PostgresIdempotencyRecords
