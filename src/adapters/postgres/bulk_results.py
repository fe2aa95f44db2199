"""What is kept of imports and exports, and how it is read."""

from collections.abc import AsyncIterator
from uuid import UUID

from adapters.postgres.database import Database
from adapters.postgres.lazy_transaction import LazyTransaction
from adapters.postgres.statements import load
from adapters.wire.import_document import import_document
from application.ports.imports import ExportReads, ImportReads, RecipeExports, RecipeImports
from application.ports.reads import Document
from domain.job import Origin
from domain.recipe_export import RecipeExport
from domain.recipe_import import RecipeImport

ADD_IMPORT = load("add_import")
READ_IMPORT = load("read_import")
ADD_PART = load("add_export_part")
ADD_EXPORT = load("add_export")
FIND_EXPORT = load("find_export")
READ_PART = load("read_export_part")


class PostgresRecipeImports:
    """Imports as the documents that readers get."""

    def __init__(self, session: LazyTransaction) -> None:
        """Work inside the session's transaction."""
        self._session = session

    async def add(self, finished: RecipeImport) -> None:
        """Store what became of an import."""
        document = import_document(finished)
        await self._session.row(ADD_IMPORT, finished.id, finished.owner, document, finished.created_at)


class PostgresRecipeExports:
    """Exports, their lines as they are read."""

    def __init__(self, session: LazyTransaction) -> None:
        """Work inside the session's transaction."""
        self._session = session

    async def add_part(self, export_id: UUID, number: int, body: bytes) -> None:
        """Store some lines."""
        await self._session.row(ADD_PART, export_id, number, body)

    async def add(self, finished: RecipeExport) -> None:
        """Let the parts be read."""
        await self._session.row(
            ADD_EXPORT,
            finished.id,
            finished.owner,
            finished.recipes,
            finished.parts,
            finished.digest,
            finished.created_at,
        )


class PostgresImportReads:
    """Imports as they are shown."""

    def __init__(self, database: Database) -> None:
        """Take the database."""
        self._database = database

    async def document(self, import_id: UUID, origin: Origin) -> Document | None:
        """Return what became of the caller's import."""
        async with self._database.session() as session:
            row = await session.row(READ_IMPORT, import_id, origin.principal.subject, self._database.label(origin))
        if row is None or row["document"] is None:
            return None
        return Document(row["document"], str(import_id))


class PostgresExportReads:
    """Exports as they are read."""

    def __init__(self, database: Database) -> None:
        """Take the database."""
        self._database = database

    async def find(self, export_id: UUID, origin: Origin) -> RecipeExport | None:
        """Return the caller's export."""
        async with self._database.session() as session:
            row = await session.row(FIND_EXPORT, export_id, origin.principal.subject, self._database.label(origin))
        return None if row is None or row["id"] is None else RecipeExport(**row)

    async def parts(self, export: RecipeExport) -> AsyncIterator[bytes]:
        """Yield its lines in parts; a slow reader holds no connection between them."""
        for number in range(export.parts):
            async with self._database.session() as session:
                body: bytes = await session.value(READ_PART, export.id, number)
            yield body


_imports: type[RecipeImports] = PostgresRecipeImports
_exports: type[RecipeExports] = PostgresRecipeExports
_import_reads: type[ImportReads] = PostgresImportReads
_export_reads: type[ExportReads] = PostgresExportReads
