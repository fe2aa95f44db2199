"""ImportRecipes: read an upload line by line, keep what is a recipe, and say what is wrong with the rest."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from uuid import UUID

from application.beside import beside
from application.context import Context
from application.ports.clock import Clock, IdFactory
from application.ports.imports import RecipeBatches, RecipeLines
from application.ports.reads import CatalogueReads, CatalogueVersion
from domain.commands import ImportRecipes
from domain.errors import DomainError, UnreadableLineError, UploadNotFoundError
from domain.job import Reference
from domain.projection import project
from domain.recipe import Recipe, RecipeStatus, read_lines
from domain.recipe_import import (
    LONGEST_LINE_BYTES,
    MOST_PROBLEMS,
    ImportedRecipe,
    LineProblem,
    RecipeImport,
    UploadPart,
    imported_id,
)


@dataclass(frozen=True, slots=True)
class ImportRecipesHandler:
    """Adds the recipes under the caller's name, what follows from each included, and records RecipesImported.

    All of it is one transaction: an import that is cancelled, or whose worker dies, has left nothing, and begins anew.
    While one part is stored, the next is read.
    """

    lines: RecipeLines
    catalogue: CatalogueReads
    clock: Clock
    ids: IdFactory

    async def handle(self, command: ImportRecipes, context: Context) -> Reference:
        """Return the reference of what became of the import."""
        owner, now = context.origin.principal.subject, self.clock.now()
        current = await self.catalogue.current()
        batches, uploads = context.transaction.batches, context.transaction.uploads
        reading = _Reading(self.lines, current, batches, owner, now, is_draft=command.is_draft)
        upload = await uploads.get(command.upload_id, owner=owner)
        if upload is None:
            raise UploadNotFoundError("There is no such upload.")
        await context.progress.report(0, upload.lines)
        tally, read = _Tally(), _Batch()
        for number in range(upload.parts):
            part = await uploads.part(upload.id, number)
            read = await beside(tally.store(read), partial(reading.batch, part))
            await context.progress.report(part.first_line - 1, upload.lines)
        await tally.store(read)
        await context.progress.report(upload.lines, upload.lines)
        finished = tally.finished(self.ids.new(), owner, now)
        await context.transaction.imports.add(finished)
        await uploads.remove(upload.id)
        await context.transaction.outbox.record(finished.imported(current.name))
        return Reference(resource="import", id=finished.id)


@dataclass(frozen=True, slots=True)
class _Batch:
    """What some lines hold, ready to be stored."""

    recipes: int = 0
    store: Callable[[], Awaitable[int]] | None = None
    problems: Sequence[LineProblem] = ()


@dataclass(frozen=True, slots=True)
class _Reading:
    """How the lines of one import are read: pure, so that it may happen in a thread."""

    lines: RecipeLines
    current: CatalogueVersion
    batches: RecipeBatches
    owner: str
    at: datetime
    is_draft: bool = field(kw_only=True)

    def batch(self, part: UploadPart) -> _Batch:
        """Read some lines; one that holds nothing is neither a recipe nor a problem."""
        recipes, problems = [], []
        for number, line in enumerate(part.body.split(b"\n"), start=part.first_line):
            if not line.strip():
                continue
            try:
                recipes.append(self._recipe(line))
            except DomainError as error:
                problem = LineProblem(line=number, code=error.code, detail=error.detail, pointer=error.pointer)
                problems.append(problem)
        return _Batch(len(recipes), self.batches.storing(recipes) if recipes else None, problems)

    def _recipe(self, line: bytes) -> ImportedRecipe:
        if len(line) > LONGEST_LINE_BYTES:
            raise UnreadableLineError(f"The line is longer than {LONGEST_LINE_BYTES} bytes.")
        found, catalogue = self.lines.read(line), self.current.catalogue
        recipe_id = imported_id(self.owner, found.identifier)
        readings = read_lines(found.content, catalogue, {})
        recipe, _ = Recipe.add(recipe_id, self.owner, found.content, readings, self.at)
        return ImportedRecipe(
            recipe=recipe.of_status(RecipeStatus.DRAFT if self.is_draft else found.status),
            projection=project(recipe, catalogue, self.current.name, {}),
            exported_id=_uuid(found.identifier),
        )


@dataclass(slots=True)
class _Tally:
    """What became of the lines so far."""

    lines: int = 0
    added: int = 0
    refused: int = 0
    problems: list[LineProblem] = field(default_factory=list)

    async def store(self, batch: _Batch) -> None:
        """Store what a batch holds, and count it."""
        self.lines += batch.recipes + len(batch.problems)
        self.refused += len(batch.problems)
        self.problems += batch.problems[: MOST_PROBLEMS - len(self.problems)]
        if batch.store is not None:
            self.added += await batch.store()

    def finished(self, import_id: UUID, owner: str, at: datetime) -> RecipeImport:
        """Return what became of all of them."""
        return RecipeImport(
            id=import_id,
            owner=owner,
            lines=self.lines,
            added=self.added,
            known=self.lines - self.added - self.refused,
            refused=self.refused,
            problems=tuple(self.problems),
            created_at=at,
        )


def _uuid(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None
