"""Every fact: what has happened, as far as others may need to know."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID


@dataclass(frozen=True, slots=True, kw_only=True)
class RecipeAdded:
    """A recipe was written."""

    recipe_id: UUID
    version: int
    owner: str
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class RecipeRevised:
    """A recipe's content was written anew."""

    recipe_id: UUID
    version: int
    owner: str
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class RecipePublished:
    """A draft, or a recipe from the archive, can be found by everybody."""

    recipe_id: UUID
    version: int
    owner: str
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class RecipeArchived:
    """A recipe is still read by its id, but no longer found."""

    recipe_id: UUID
    version: int
    owner: str
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class RecipeDeleted:
    """A recipe is gone, with all that followed from it."""

    recipe_id: UUID
    owner: str
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class IngredientAdded:
    """An ingredient is known from now on; lines with one of its names may mean it."""

    ingredient_id: UUID
    version: int
    owner: str
    names: tuple[str, ...]
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class IngredientRevised:
    """Something else is said of an ingredient; `names` are those that it had before and those that it has now."""

    ingredient_id: UUID
    version: int
    owner: str
    names: tuple[str, ...]
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class IngredientPartlyFollowed:
    """What follows from an ingredient's change was worked out for recipes up to the one `after` which the rest is."""

    ingredient_id: UUID
    owner: str
    names: tuple[str, ...]
    after: UUID
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class RecipesImported:
    """Recipes were added at once, all of them at `at`, each with what follows from it by the catalogue of that name."""

    import_id: UUID
    added: int
    catalogue: str
    owner: str
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportPartlyFollowed:
    """What follows from recipes imported at `imported_at` was worked out up to the one `after` which the rest is."""

    import_id: UUID
    owner: str
    imported_at: datetime
    after: UUID
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class RecipesExported:
    """Recipes were written out and can be read."""

    export_id: UUID
    recipes: int
    owner: str
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportGenerated:
    """A report is ready to be read."""

    report_id: UUID
    kind: str
    owner: str
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class JobSucceeded:
    """A job ended well; its effect is committed with this fact."""

    job_id: UUID
    kind: str
    owner: str
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class JobFailed:
    """A job ended without an effect; `code` says why and is stable."""

    job_id: UUID
    kind: str
    owner: str
    code: str
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class JobCancelled:
    """A job was stopped at its owner's or an operator's wish; it has no effect."""

    job_id: UUID
    kind: str
    owner: str
    at: datetime


Event = (
    RecipeAdded
    | RecipeRevised
    | RecipePublished
    | RecipeArchived
    | RecipeDeleted
    | IngredientAdded
    | IngredientRevised
    | IngredientPartlyFollowed
    | RecipesImported
    | ImportPartlyFollowed
    | RecipesExported
    | ReportGenerated
    | JobSucceeded
    | JobFailed
    | JobCancelled
)
