"""The audit trail in memory."""

from collections.abc import Callable
from dataclasses import dataclass

from adapters.memory.tables import Tables
from application.ports.audit import AuditEntry, AuditLog
from domain.job import Origin


@dataclass(frozen=True, slots=True)
class InMemoryAuditLog:
    """Entries wait among the transaction's changes for its commit."""

    tables: Tables
    origin: Origin
    changes: list[Callable[[], None]]

    async def record(self, entry: AuditEntry) -> None:
        """Add an entry."""
        self.changes.append(lambda: self.tables.audit.append((self.origin, entry)))


_: type[AuditLog] = InMemoryAuditLog
