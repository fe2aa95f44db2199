"""Queries in memory."""

import hashlib
from collections.abc import Collection
from uuid import UUID

from adapters.memory.tables import Tables
from adapters.wire.codec import encode
from adapters.wire.recipe_document import recipe_document
from adapters.wire.report_document import report_document
from application.ports.reads import (
    CatalogueReads,
    CatalogueVersion,
    Document,
    RecipeReads,
    ReportReads,
)
from domain.ingredient import Catalogue
from domain.job import Origin
from domain.kept_ingredient import KeptIngredient
from domain.recipe import RecipeStatus


class InMemoryRecipeReads:
    """Recipes as they are shown."""

    def __init__(self, tables: Tables) -> None:
        """Take the tables."""
        self._tables = tables

    async def document(self, recipe_id: UUID, origin: Origin) -> Document | None:
        """Return the recipe unless it is another's draft."""
        recipe = self._tables.recipes.get(recipe_id)
        if recipe is None:
            return None
        if recipe.status is RecipeStatus.DRAFT and recipe.owner != origin.principal.subject:
            return None
        return Document(recipe_document(recipe), str(recipe.version), recipe.status is not RecipeStatus.DRAFT)

    async def newest(self) -> UUID | None:
        """Return the id of the recipe published last."""
        published = [r for r in self._tables.recipes.values() if r.status is RecipeStatus.PUBLISHED]
        return max(published, key=lambda recipe: (recipe.created_at, recipe.id)).id if published else None


class InMemoryReportReads:
    """Reports as they are shown."""

    def __init__(self, tables: Tables) -> None:
        """Take the tables."""
        self._tables = tables

    async def document(self, report_id: UUID, origin: Origin) -> Document | None:
        """Return the caller's report."""
        report = self._tables.reports.get(report_id)
        if report is None or report.owner != origin.principal.subject:
            return None
        return Document(report_document(report), report.snapshot)


class InMemoryCatalogueReads:
    """The ingredient catalogue."""

    def __init__(self, tables: Tables) -> None:
        """Take the tables."""
        self._tables = tables

    async def current(self) -> CatalogueVersion:
        """Return the current catalogue."""
        kept = self._tables.ingredients
        catalogue = Catalogue([each.ingredient for each in kept.values()])
        return CatalogueVersion(name=catalogue_version(kept.values()), catalogue=catalogue, kept=kept)


def catalogue_version(ingredients: Collection[KeptIngredient]) -> str:
    """Return a digest of the definitions in their versions."""
    definitions = b"\n".join(b"%d:%s" % (each.version, encode(each.ingredient)) for each in ingredients)
    return f"sha256:{hashlib.sha256(definitions).hexdigest()}" if ingredients else "empty"


_recipes: type[RecipeReads] = InMemoryRecipeReads
_reports: type[ReportReads] = InMemoryReportReads
_catalogue: type[CatalogueReads] = InMemoryCatalogueReads
