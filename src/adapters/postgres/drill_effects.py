"""The marks of drills, inside the transaction that ends their job."""

from adapters.postgres.lazy_transaction import LazyTransaction
from adapters.postgres.statements import load
from application.ports.drills import DrillEffects
from domain.job import Origin

RECORD = load("record_drill")


class PostgresDrillEffects:
    """One row a mark."""

    def __init__(self, session: LazyTransaction, origin: Origin) -> None:
        """Work inside the session's transaction, in the name of its origin."""
        self._session = session
        self._origin = origin

    async def record(self, drill_id: str, *, attempt: int) -> None:
        """Leave one mark."""
        await self._session.write(RECORD, drill_id, attempt, self._origin.request_id)


_: type[DrillEffects] = PostgresDrillEffects
