"""What the database promises about a commit: without it, no acknowledgement of ours is worth anything."""

from adapters.postgres.database import Database
from adapters.postgres.statements import load
from application.ports.unit_of_work import ForgetfulStorageError

DURABILITY = load("durability")


async def check_durability(database: Database) -> None:
    """Return where a commit survives the server's death; raise ForgetfulStorageError, or StorageUnavailableError."""
    async with database.session() as session:
        off = [row["name"] for row in await session.fetch(DURABILITY)]
    if off:
        raise ForgetfulStorageError(f"{', '.join(off)} is off")
