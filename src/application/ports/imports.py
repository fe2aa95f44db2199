"""Recipes that come and go in bulk: uploads, lines, and what is kept of imports and exports."""

from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol
from uuid import UUID

from application.ports.reads import Document
from domain.job import Origin
from domain.recipe import RecipeContent, RecipeStatus
from domain.recipe_export import ExportSelection, RecipeExport
from domain.recipe_import import ImportedRecipe, RecipeImport, Upload, UploadPart


class TooManyUploadsError(Exception):
    """The caller has as many uploads waiting as one may have."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RecipeLine:
    """What one line holds; the same `identifier` from the same caller is the same recipe."""

    content: RecipeContent
    identifier: str
    status: RecipeStatus = RecipeStatus.PUBLISHED


class RecipeLines(Protocol):
    """Recipes as lines, in the form that other programs understand. Pure: safe to call from any thread."""

    def read(self, line: bytes) -> RecipeLine:
        """Return what a line holds; raise UnreadableLineError or InvalidRecipeError, nothing else, for a bad one."""

    def written(self, document: bytes) -> bytes:
        """Return the line, without its end, of a recipe's stored document."""


class UploadStore(Protocol):
    """Where lines wait for their import. Each call is a transaction of its own: an upload takes as long as it takes."""

    async def begin(self, upload_id: UUID, *, owner: str) -> None:
        """Begin an upload that nobody sees before it is finished; raise TooManyUploadsError."""

    async def add(self, upload_id: UUID, number: int, part: UploadPart) -> None:
        """Keep one part; they count from 0."""

    async def finish(self, upload: Upload) -> None:
        """Let the upload be imported."""

    async def discard(self, upload_id: UUID) -> None:
        """Remove the upload, finished or not."""

    async def expire(self, *, older_than_seconds: float, limit: int) -> int:
        """Remove up to `limit` uploads begun longer ago than this; return how many.

        One that an unfinished job still imports stays, and so does that of a failed job, which may be retried.
        """


class Uploads(Protocol):
    """Finished uploads, inside the transaction that imports them."""

    async def get(self, upload_id: UUID, *, owner: str) -> Upload | None:
        """Return the owner's upload; None for a foreign one just as for one that does not exist."""

    async def part(self, upload_id: UUID, number: int) -> UploadPart:
        """Return one part."""

    async def remove(self, upload_id: UUID) -> None:
        """Remove an upload that was imported."""


class RecipeBatches(Protocol):
    """Many recipes at once."""

    def storing(self, recipes: Sequence[ImportedRecipe]) -> Callable[[], Awaitable[int]]:
        """Return what stores those that are not there yet, with what follows from them, and tells how many those were.

        A recipe is there if one has its id, or if its owner has one under `exported_id`; of two with one id the first
        counts. Until the result is called nothing is asked of the storage: in a thread, some may be made ready while
        others are stored.
        """

    async def added_at(self, at: datetime, after: UUID | None, *, owner: str, limit: int) -> Sequence[UUID]:
        """Return the ids of the owner's recipes from exactly that time that follow this id in their order."""

    async def count(self, selection: ExportSelection, *, owner: str) -> int:
        """Return how many recipes are selected."""

    async def documents(
        self, selection: ExportSelection, after: UUID | None, *, owner: str, limit: int
    ) -> Sequence[tuple[UUID, bytes]]:
        """Return the stored documents of the selected recipes that follow this id in their order."""


class RecipeImports(Protocol):
    """Finished imports."""

    async def add(self, finished: RecipeImport) -> None:
        """Store what became of an import."""


class RecipeExports(Protocol):
    """Finished exports: their parts first, then the export itself."""

    async def add_part(self, export_id: UUID, number: int, body: bytes) -> None:
        """Store some lines; they count from 0."""

    async def add(self, finished: RecipeExport) -> None:
        """Let the parts be read."""


class ImportReads(Protocol):
    """Imports as they are shown."""

    async def document(self, import_id: UUID, origin: Origin) -> Document | None:
        """Return what became of the caller's import; None for a foreign one just as for one that does not exist."""


class ExportReads(Protocol):
    """Exports as they are read."""

    async def find(self, export_id: UUID, origin: Origin) -> RecipeExport | None:
        """Return the caller's export; None for a foreign one just as for one that does not exist."""

    def parts(self, export: RecipeExport) -> AsyncIterator[bytes]:
        """Yield its lines, in their order, in parts; nothing is held between them."""
