"""Driver errors become the port's errors in this one place."""

from collections.abc import Iterator
from contextlib import contextmanager

import asyncpg

from application.ports.unit_of_work import LeaseLostError, StorageUnavailableError

# Each of these was seen when a server was killed, stopped, restarted, starved or made read-only under load:
# the statement may or may not have taken effect, and trying again may help.
TRANSIENT = (
    OSError,
    asyncpg.PostgresConnectionError,
    asyncpg.InterfaceError,
    asyncpg.InternalClientError,
    asyncpg.OperatorInterventionError,
    asyncpg.InsufficientResourcesError,
    asyncpg.SerializationError,
    asyncpg.DeadlockDetectedError,
    asyncpg.LockNotAvailableError,
    asyncpg.ReadOnlySQLTransactionError,
    asyncpg.IdleInTransactionSessionTimeoutError,
)
FENCED = "KL001"
"""What the database's own function `fence` raises."""


@contextmanager
def translated() -> Iterator[None]:
    """Raise StorageUnavailableError for what may pass by itself; let programming errors through as they are."""
    try:
        yield
    except TRANSIENT as error:
        raise StorageUnavailableError(type(error).__name__) from error
    except asyncpg.PostgresError as error:
        if error.sqlstate == FENCED:
            raise LeaseLostError(str(error)) from error
        raise
