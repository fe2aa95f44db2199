"""ExportRecipes: write the selected recipes out as lines that can be imported again."""

import asyncio
import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from application.context import Context
from application.ports.clock import Clock, IdFactory
from application.ports.imports import RecipeLines
from domain.commands import ExportRecipes
from domain.job import Reference
from domain.recipe_export import RecipeExport

CHUNK = 200
"""Recipes a part: memory stays flat, and progress shows between them."""


@dataclass(frozen=True, slots=True)
class ExportRecipesHandler:
    """Stores the lines for the caller and records RecipesExported; each recipe is as it was when its part was read."""

    lines: RecipeLines
    clock: Clock
    ids: IdFactory

    async def handle(self, command: ExportRecipes, context: Context) -> Reference:
        """Return the finished export's reference."""
        owner, export_id = context.origin.principal.subject, self.ids.new()
        batches, exports = context.transaction.batches, context.transaction.exports
        total = await batches.count(command.selection, owner=owner)
        await context.progress.report(0, total)
        done, parts, after, digest = 0, 0, None, hashlib.sha256()
        while found := await batches.documents(command.selection, after, owner=owner, limit=CHUNK):
            body = await asyncio.to_thread(self._lines, found)
            digest.update(body)
            await exports.add_part(export_id, parts, body)
            done, parts, after = done + len(found), parts + 1, found[-1][0]
            await context.progress.report(done, max(done, total))
        finished = RecipeExport(
            id=export_id,
            owner=owner,
            recipes=done,
            parts=parts,
            digest=f"sha256:{digest.hexdigest()}",
            created_at=self.clock.now(),
        )
        await exports.add(finished)
        await context.transaction.outbox.record(finished.exported())
        return Reference(resource="export", id=export_id)

    def _lines(self, found: Sequence[tuple[UUID, bytes]]) -> bytes:
        return b"".join(self.lines.written(document) + b"\n" for _, document in found)
