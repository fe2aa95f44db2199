"""The audit trail, inside the transaction of what it tells."""

from adapters.postgres.lazy_transaction import LazyTransaction
from adapters.postgres.statements import load
from adapters.wire.codec import encode
from application.ports.audit import AuditEntry, AuditLog
from domain.job import Origin

RECORD = load("record_audit")


class PostgresAuditLog:
    """One row an action."""

    def __init__(self, session: LazyTransaction, origin: Origin) -> None:
        """Work inside the session's transaction, in the name of its origin."""
        self._session = session
        self._origin = origin

    async def record(self, entry: AuditEntry) -> None:
        """Add an entry."""
        actor, request_id = self._origin.principal.subject, self._origin.request_id
        await self._session.row(RECORD, actor, entry.action.value, entry.target, encode(entry.detail), request_id)


_: type[AuditLog] = PostgresAuditLog
