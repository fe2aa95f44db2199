"""Queries in memory."""

import hashlib
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from itertools import islice
from uuid import UUID

from adapters.memory.tables import Tables
from adapters.wire.codec import encode
from adapters.wire.recipe_document import recipe_document
from adapters.wire.report_document import report_document
from application.ports.reads import (
    CatalogueReads,
    CatalogueVersion,
    CorpusRecipe,
    CorpusSnapshot,
    Document,
    RecipeCorpus,
    RecipeReads,
    ReportReads,
)
from domain.ingredient import Catalogue
from domain.job import Origin
from domain.recipe import Recipe, RecipeStatus
from domain.report import RecipeSelection


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
        return Document(recipe_document(recipe), str(recipe.version))

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
        definitions = b"\n".join(encode(ingredient) for ingredient in self._tables.ingredients)
        name = f"sha256:{hashlib.sha256(definitions).hexdigest()}" if self._tables.ingredients else "empty"
        return CatalogueVersion(name=name, catalogue=Catalogue(self._tables.ingredients))


class InMemoryCorpusSnapshot:
    """One consistent view: the list was copied when it was opened."""

    def __init__(self, recipes: list[CorpusRecipe]) -> None:
        """Keep the recipes."""
        self._recipes = recipes

    async def count(self) -> int:
        """Return how many recipes are selected."""
        return len(self._recipes)

    async def chunks(self, size: int) -> AsyncIterator[list[CorpusRecipe]]:
        """Yield them ordered by id."""
        remaining = iter(self._recipes)
        while chunk := list(islice(remaining, size)):
            yield chunk


class InMemoryRecipeCorpus:
    """Opens snapshots."""

    def __init__(self, tables: Tables) -> None:
        """Take the tables."""
        self._tables = tables

    @asynccontextmanager
    async def snapshot(
        self,
        selection: RecipeSelection,
        *,
        catalogue: str,
        origin: Origin,  # noqa: ARG002 (the real database's log shows it)
    ) -> AsyncIterator[CorpusSnapshot]:
        """Open one consistent view."""
        chosen = sorted((r for r in self._tables.recipes.values() if _is_selected(r, selection)), key=lambda r: r.id)
        yield InMemoryCorpusSnapshot([self._corpus_recipe(recipe, catalogue) for recipe in chosen])

    def _corpus_recipe(self, recipe: Recipe, catalogue: str) -> CorpusRecipe:
        made = self._tables.projections.get(recipe.id)
        is_current = made is not None and (made.version, made.catalogue) == (recipe.version, catalogue)
        return CorpusRecipe(
            id=recipe.id,
            version=recipe.version,
            name=recipe.content.name,
            category=recipe.content.category,
            servings=recipe.content.servings,
            lines=recipe.content.lines,
            nutrition=made.nutrition if made is not None and is_current else None,
        )


def _is_selected(recipe: Recipe, selection: RecipeSelection) -> bool:
    return (
        recipe.status is RecipeStatus.PUBLISHED
        and (not selection.recipe_ids or recipe.id in selection.recipe_ids)
        and (selection.category is None or recipe.content.category == selection.category)
        and (selection.tag is None or selection.tag in recipe.content.tags)
    )


_recipes: type[RecipeReads] = InMemoryRecipeReads
_reports: type[ReportReads] = InMemoryReportReads
_catalogue: type[CatalogueReads] = InMemoryCatalogueReads
_corpus: type[RecipeCorpus] = InMemoryRecipeCorpus
