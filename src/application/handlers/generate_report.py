"""GenerateReport: read the selected recipes as of one instant, compute, keep the result."""

import hashlib
from dataclasses import dataclass

from application.context import Context
from application.ports.clock import Clock, IdFactory
from application.ports.reads import CatalogueReads, CorpusRecipe, RecipeCorpus
from domain.commands import GenerateReport
from domain.ingredient import Catalogue
from domain.job import Reference
from domain.nutrition import nutrition_of
from domain.nutrition_summary import NutritionFacts, NutritionSummary
from domain.report import Report

CHUNK = 200
"""Recipes read at a time: memory stays flat, and progress shows between chunks."""


@dataclass(frozen=True, slots=True)
class GenerateReportHandler:
    """Stores the report for the caller and records ReportGenerated."""

    catalogue: CatalogueReads
    corpus: RecipeCorpus
    clock: Clock
    ids: IdFactory

    async def handle(self, command: GenerateReport, context: Context) -> Reference:
        """Return the finished report's reference."""
        current = await self.catalogue.current()
        summary = NutritionSummary()
        versions = hashlib.sha256(current.name.encode())
        async with self.corpus.snapshot(command.selection, catalogue=current.name, origin=context.origin) as snapshot:
            total, done = await snapshot.count(), 0
            await context.progress.report(done, total)
            async for chunk in snapshot.chunks(CHUNK):
                for recipe in chunk:
                    summary.add(_facts(recipe, current.catalogue))
                    versions.update(f"{recipe.id}:{recipe.version};".encode())
                done += len(chunk)
                await context.progress.report(done, total)
        report = Report(
            id=self.ids.new(),
            kind=command.kind,
            owner=context.origin.principal.subject,
            selection=command.selection,
            snapshot=f"sha256:{versions.hexdigest()}",
            content=summary.finish(),
            created_at=self.clock.now(),
        )
        await context.transaction.reports.add(report)
        await context.transaction.outbox.record(report.generated())
        return Reference(resource="report", id=report.id)


def _facts(recipe: CorpusRecipe, catalogue: Catalogue) -> NutritionFacts:
    nutrition = recipe.nutrition or nutrition_of([catalogue.read(line) for line in recipe.lines], catalogue)
    return NutritionFacts(
        recipe_id=str(recipe.id),
        name=recipe.name,
        category=recipe.category,
        servings=recipe.servings,
        nutrition=nutrition,
    )
