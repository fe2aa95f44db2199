"""Uploads, imports and exports in memory."""

from collections.abc import AsyncIterator, Awaitable, Callable, Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from typing import Protocol
from uuid import UUID

from adapters.memory.tables import Tables, UploadRow
from adapters.wire.import_document import import_document
from adapters.wire.recipe_document import recipe_document
from application.ports.clock import Clock
from application.ports.imports import (
    ExportReads,
    ImportReads,
    RecipeBatches,
    RecipeExports,
    RecipeImports,
    TooManyUploadsError,
    Uploads,
    UploadStore,
)
from application.ports.reads import Document
from application.ports.unit_of_work import ProjectionRepository
from domain.commands import ImportRecipes
from domain.job import Job, JobStatus, Origin
from domain.recipe import Recipe, RecipeStatus
from domain.recipe_export import ExportOf, ExportSelection, RecipeExport
from domain.recipe_import import ImportedRecipe, RecipeImport, Upload, UploadPart

MOST_OF_ONE_OWNER = 20


class Changing(Protocol):
    """The open transaction, as batches need it."""

    @property
    def projections(self) -> ProjectionRepository:
        """What follows from recipes."""

    def recipe(self, recipe_id: UUID) -> Recipe | None:
        """Return the recipe as this transaction sees it."""

    def recipes_seen(self) -> Collection[Recipe]:
        """Return all recipes as this transaction sees them."""

    def change_recipe(self, recipe_id: UUID, recipe: Recipe | None) -> None:
        """Keep a recipe's new state for the commit."""


class InMemoryUploadStore:
    """The side that receives."""

    def __init__(self, tables: Tables, clock: Clock) -> None:
        """Take the tables, and what says how old an upload is."""
        self._tables = tables
        self._clock = clock

    async def begin(self, upload_id: UUID, *, owner: str) -> None:
        """Begin an upload; raise TooManyUploadsError."""
        if sum(row.owner == owner for row in self._tables.uploads.values()) >= MOST_OF_ONE_OWNER:
            raise TooManyUploadsError
        self._tables.uploads[upload_id] = UploadRow(owner, self._clock.now())

    async def add(self, upload_id: UUID, number: int, part: UploadPart) -> None:
        """Keep one part."""
        self._tables.uploads[upload_id].parts.insert(number, part)

    async def finish(self, upload: Upload) -> None:
        """Let the upload be imported."""
        self._tables.uploads[upload.id].upload = upload

    async def discard(self, upload_id: UUID) -> None:
        """Remove the upload."""
        self._tables.uploads.pop(upload_id, None)

    async def expire(self, *, older_than_seconds: float, limit: int) -> int:
        """Remove uploads that nobody will import any more."""
        before = self._clock.now() - timedelta(seconds=older_than_seconds)
        needed = {upload_id for job in self._tables.jobs.values() if (upload_id := _imported_by(job)) is not None}
        old = [name for name, row in self._tables.uploads.items() if row.created_at < before and name not in needed]
        for upload_id in old[:limit]:
            del self._tables.uploads[upload_id]
        return len(old[:limit])


def _imported_by(job: Job) -> UUID | None:
    """Return the upload that the job may still import."""
    is_over = job.status in {JobStatus.SUCCEEDED, JobStatus.CANCELLED}
    return job.command.upload_id if isinstance(job.command, ImportRecipes) and not is_over else None


@dataclass(frozen=True, slots=True)
class InMemoryUploads:
    """The side that imports."""

    tables: Tables
    changes: list[Callable[[], None]]

    async def get(self, upload_id: UUID, *, owner: str) -> Upload | None:
        """Return the owner's finished upload."""
        row = self.tables.uploads.get(upload_id)
        return row.upload if row is not None and row.owner == owner else None

    async def part(self, upload_id: UUID, number: int) -> UploadPart:
        """Return one part."""
        return self.tables.uploads[upload_id].parts[number]

    async def remove(self, upload_id: UUID) -> None:
        """Remove an upload."""
        self.changes.append(partial(self.tables.uploads.__delitem__, upload_id))


@dataclass(frozen=True, slots=True)
class InMemoryRecipeBatches:
    """Recipes in bulk."""

    transaction: Changing

    def storing(self, recipes: Sequence[ImportedRecipe]) -> Callable[[], Awaitable[int]]:
        """Return what stores those that are not there yet."""
        return partial(self._add, recipes)

    async def _add(self, recipes: Sequence[ImportedRecipe]) -> int:
        new = 0
        for each in recipes:
            if not self._is_known(each):
                self.transaction.change_recipe(each.recipe.id, each.recipe)
                await self.transaction.projections.save([each.projection])
                new += 1
        return new

    async def added_at(self, at: datetime, after: UUID | None, *, owner: str, limit: int) -> Sequence[UUID]:
        """Return the next ids of the owner's recipes from that time."""
        seen = self.transaction.recipes_seen()
        found = sorted(recipe.id for recipe in seen if (recipe.owner, recipe.created_at) == (owner, at))
        return [recipe_id for recipe_id in found if after is None or recipe_id > after][:limit]

    async def count(self, selection: ExportSelection, *, owner: str) -> int:
        """Return how many recipes are selected."""
        return sum(_is_selected(recipe, selection, owner) for recipe in self.transaction.recipes_seen())

    async def documents(
        self, selection: ExportSelection, after: UUID | None, *, owner: str, limit: int
    ) -> Sequence[tuple[UUID, bytes]]:
        """Return the next documents."""
        seen = sorted(self.transaction.recipes_seen(), key=lambda recipe: recipe.id)
        found = [recipe for recipe in seen if _is_selected(recipe, selection, owner)]
        following = [recipe for recipe in found if after is None or recipe.id > after]
        return [(recipe.id, recipe_document(recipe)) for recipe in following[:limit]]

    def _is_known(self, each: ImportedRecipe) -> bool:
        earlier = self.transaction.recipe(each.exported_id) if each.exported_id is not None else None
        is_own = earlier is not None and earlier.owner == each.recipe.owner
        return is_own or self.transaction.recipe(each.recipe.id) is not None


def _is_selected(recipe: Recipe, selection: ExportSelection, owner: str) -> bool:
    whose = recipe.owner == owner if selection.of is ExportOf.OWN else recipe.status is RecipeStatus.PUBLISHED
    return (
        whose
        and (not selection.recipe_ids or recipe.id in selection.recipe_ids)
        and (selection.category is None or recipe.content.category == selection.category)
        and (selection.tag is None or selection.tag in recipe.content.tags)
    )


@dataclass(frozen=True, slots=True)
class InMemoryImports:
    """Finished imports."""

    tables: Tables
    changes: list[Callable[[], None]]

    async def add(self, finished: RecipeImport) -> None:
        """Store what became of an import."""
        self.changes.append(lambda: self.tables.imports.update({finished.id: finished}))


@dataclass(frozen=True, slots=True)
class InMemoryExports:
    """Finished exports."""

    tables: Tables
    changes: list[Callable[[], None]]

    async def add_part(self, export_id: UUID, number: int, body: bytes) -> None:
        """Store some lines."""
        self.changes.append(lambda: self.tables.export_parts.setdefault(export_id, []).insert(number, body))

    async def add(self, finished: RecipeExport) -> None:
        """Let the parts be read."""
        self.changes.append(lambda: self.tables.exports.update({finished.id: finished}))


class InMemoryImportReads:
    """Imports as they are shown."""

    def __init__(self, tables: Tables) -> None:
        """Take the tables."""
        self._tables = tables

    async def document(self, import_id: UUID, origin: Origin) -> Document | None:
        """Return what became of the caller's import."""
        found = self._tables.imports.get(import_id)
        if found is None or found.owner != origin.principal.subject:
            return None
        return Document(import_document(found), str(import_id))


class InMemoryExportReads:
    """Exports as they are read."""

    def __init__(self, tables: Tables) -> None:
        """Take the tables."""
        self._tables = tables

    async def find(self, export_id: UUID, origin: Origin) -> RecipeExport | None:
        """Return the caller's export."""
        found = self._tables.exports.get(export_id)
        return found if found is not None and found.owner == origin.principal.subject else None

    async def parts(self, export: RecipeExport) -> AsyncIterator[bytes]:
        """Yield its lines in parts."""
        for part in self._tables.export_parts.get(export.id, ()):
            yield part


_store: type[UploadStore] = InMemoryUploadStore
_uploads: type[Uploads] = InMemoryUploads
_batches: type[RecipeBatches] = InMemoryRecipeBatches
_imports: type[RecipeImports] = InMemoryImports
_exports: type[RecipeExports] = InMemoryExports
_import_reads: type[ImportReads] = InMemoryImportReads
_export_reads: type[ExportReads] = InMemoryExportReads
