"""What reports read, in memory."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from itertools import islice
from uuid import UUID

from adapters.memory.reads import catalogue_version
from adapters.memory.tables import Tables
from application.ports.reads import CorpusSnapshot, RecipeCorpus, SelectedRecipes
from domain.job import Origin
from domain.recipe import Recipe, RecipeStatus
from domain.report import Needs, RecipeSelection
from domain.reports.facts import RecipeFacts
from domain.reports.reading import facts_of
from domain.reports.sources import Sources


class InMemoryCorpusSnapshot:
    """One consistent view: what can change was copied when it was opened."""

    def __init__(self, tables: Tables) -> None:
        """Copy the tables."""
        self._recipes = sorted(tables.recipes.values(), key=lambda recipe: recipe.id)
        self._projections = dict(tables.projections)
        self._reports = dict(tables.reports)
        self._ingredients = list(tables.ingredients.values())
        self._price_lists = dict(tables.price_lists)
        self._menu_plans = dict(tables.menu_plans)

    async def sources(self, needs: Needs) -> Sources:
        """Return what is named."""
        return Sources(
            catalogue=catalogue_version(self._ingredients),
            ingredients={kept.ingredient.name: kept.ingredient for kept in self._ingredients},
            price_list=self._price_lists.get(needs.price_list_id) if needs.price_list_id else None,
            menu_plan=self._menu_plans.get(needs.menu_plan_id) if needs.menu_plan_id else None,
        )

    async def selected(self, selection: RecipeSelection) -> SelectedRecipes:
        """Count and name the selected recipes."""
        names = [f"{each.id}:{each.version}:{self._read_with(each)}" for each in self._selected(selection)]
        return SelectedRecipes(len(names), ";".join(names))

    async def report(self, fingerprint: str, owner: str) -> UUID | None:
        """Return the newest report that answers the same."""
        same = [each for each in self._reports.values() if (each.fingerprint, each.owner) == (fingerprint, owner)]
        return max(same, key=lambda report: report.created_at).id if same else None

    async def parts(self, selection: RecipeSelection) -> list[RecipeFacts]:
        """Return the recipes that the selected ones use."""
        known = {recipe.id: facts_of(recipe) for recipe in self._recipes}
        found: dict[UUID, RecipeFacts] = {}
        waiting = [part for recipe in self._selected(selection) for part, _ in known[recipe.id].parts]
        while waiting:
            used = known.get(waiting.pop())
            if used is not None and used.id not in found:
                found[used.id] = used
                waiting += [part for part, _ in used.parts]
        return list(found.values())

    async def chunks(self, selection: RecipeSelection, size: int) -> AsyncIterator[list[RecipeFacts]]:
        """Yield them."""
        remaining = map(facts_of, self._selected(selection))
        while chunk := list(islice(remaining, size)):
            yield chunk

    def _read_with(self, recipe: Recipe) -> str:
        made = self._projections.get(recipe.id)
        return made.catalogue if made is not None and made.version == recipe.version else ""

    def _selected(self, selection: RecipeSelection) -> list[Recipe]:
        return [recipe for recipe in self._recipes if _is_selected(recipe, selection)]


class InMemoryRecipeCorpus:
    """Opens snapshots."""

    def __init__(self, tables: Tables) -> None:
        """Take the tables."""
        self._tables = tables

    @asynccontextmanager
    async def snapshot(self, origin: Origin) -> AsyncIterator[CorpusSnapshot]:  # noqa: ARG002 (a real database's log shows it)
        """Open one consistent view."""
        yield InMemoryCorpusSnapshot(self._tables)


def _is_selected(recipe: Recipe, selection: RecipeSelection) -> bool:
    return (
        recipe.status is RecipeStatus.PUBLISHED
        and (not selection.recipe_ids or recipe.id in selection.recipe_ids)
        and (selection.category is None or recipe.content.category == selection.category)
        and (selection.tag is None or selection.tag in recipe.content.tags)
    )


_: type[RecipeCorpus] = InMemoryRecipeCorpus
