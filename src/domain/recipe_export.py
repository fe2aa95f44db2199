"""Exports: recipes written out as lines that can be imported again."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from domain.errors import InvalidExportError
from domain.events import RecipesExported

MOST_RECIPES_NAMED = 1_000
LONGEST_TEXT = 200


class ExportOf(StrEnum):
    """Whose recipes: all that the caller owns, drafts and archive included, or everybody's published ones."""

    OWN = "own"
    PUBLISHED = "published"


@dataclass(frozen=True, slots=True, kw_only=True)
class ExportSelection:
    """Which recipes are exported: those that meet every condition given."""

    of: ExportOf = ExportOf.OWN
    recipe_ids: tuple[UUID, ...] = ()
    category: str | None = None
    tag: str | None = None

    def __post_init__(self) -> None:
        """Refuse conditions that nobody could mean."""
        if len(self.recipe_ids) > MOST_RECIPES_NAMED:
            raise InvalidExportError(f"At most {MOST_RECIPES_NAMED} recipes by id.", pointer="/recipeIds")
        for member, text in (("category", self.category), ("tag", self.tag)):
            if text is not None and not 0 < len(text) <= LONGEST_TEXT:
                raise InvalidExportError(f"From 1 to {LONGEST_TEXT} characters.", pointer=f"/{member}")


@dataclass(frozen=True, slots=True, kw_only=True)
class RecipeExport:
    """A finished export: so many recipes, in so many stored parts; `digest` names exactly these bytes."""

    id: UUID
    owner: str
    recipes: int
    parts: int
    digest: str
    created_at: datetime

    def exported(self) -> RecipesExported:
        """Return the fact that the lines are ready to be read."""
        return RecipesExported(export_id=self.id, recipes=self.recipes, owner=self.owner, at=self.created_at)
