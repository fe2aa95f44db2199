"""Uploads: kept part by part while they come, read part by part while they are imported."""

from uuid import UUID

from adapters.postgres.database import Database
from adapters.postgres.lazy_transaction import LazyTransaction
from adapters.postgres.statements import load
from application.ports.imports import TooManyUploadsError, Uploads, UploadStore
from domain.recipe_import import Upload, UploadPart

MOST_OF_ONE_OWNER = 20
BEGIN = load("begin_upload")
ADD_PART = load("add_upload_part")
FINISH = load("finish_upload")
REMOVE = load("remove_upload")
EXPIRE = load("expire_uploads")
GET = load("get_upload")
READ_PART = load("read_upload_part")


class PostgresUploadStore:
    """The side that receives: a slow sender holds no connection between its parts."""

    def __init__(self, database: Database) -> None:
        """Take the database."""
        self._database = database

    async def begin(self, upload_id: UUID, *, owner: str) -> None:
        """Begin an upload; raise TooManyUploadsError."""
        async with self._database.session() as session:
            if await session.row(BEGIN, upload_id, owner, MOST_OF_ONE_OWNER) is None:
                raise TooManyUploadsError

    async def add(self, upload_id: UUID, number: int, part: UploadPart) -> None:
        """Keep one part."""
        async with self._database.session() as session:
            await session.row(ADD_PART, upload_id, number, part.first_line, part.body)

    async def finish(self, upload: Upload) -> None:
        """Let the upload be imported."""
        async with self._database.session() as session:
            await session.row(FINISH, upload.id, upload.lines, upload.parts)

    async def discard(self, upload_id: UUID) -> None:
        """Remove the upload."""
        async with self._database.session() as session:
            await session.row(REMOVE, upload_id)

    async def expire(self, *, older_than_seconds: float, limit: int) -> int:
        """Remove uploads that nobody will import any more."""
        async with self._database.session() as session:
            return int(await session.value(EXPIRE, older_than_seconds, limit))


class PostgresUploads:
    """The side that imports."""

    def __init__(self, session: LazyTransaction) -> None:
        """Work inside the session's transaction."""
        self._session = session

    async def get(self, upload_id: UUID, *, owner: str) -> Upload | None:
        """Return the owner's finished upload."""
        row = await self._session.row(GET, upload_id, owner)
        return None if row is None else Upload(id=row["id"], owner=row["owner"], lines=row["lines"], parts=row["parts"])

    async def part(self, upload_id: UUID, number: int) -> UploadPart:
        """Return one part."""
        [row] = await self._session.fetch(READ_PART, upload_id, number)
        return UploadPart(row["first_line"], row["body"])

    async def remove(self, upload_id: UUID) -> None:
        """Remove an upload; its parts go with it."""
        await self._session.row(REMOVE, upload_id)


_store: type[UploadStore] = PostgresUploadStore
_uploads: type[Uploads] = PostgresUploads
