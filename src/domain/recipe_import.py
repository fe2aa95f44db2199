"""Imports: recipes that come many at once, as lines, and what became of each line."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from domain.events import RecipesImported
from domain.projection import RecipeProjection
from domain.recipe import Recipe

LONGEST_LINE_BYTES = 262_144
MOST_LINES = 1_000_000
MOST_PROBLEMS = 10_000
"""Told one by one; the others are counted."""
_NAMESPACE = UUID("5f0c1f6e-3c0a-5d52-9a53-6a1b3b0f3f5b")


@dataclass(frozen=True, slots=True, kw_only=True)
class Upload:
    """Lines that a caller has sent, kept in parts until they are imported."""

    id: UUID
    owner: str
    lines: int
    parts: int


@dataclass(frozen=True, slots=True)
class UploadPart:
    """Some lines of an upload, whole ones, with the number of the first: the first of all is 1."""

    first_line: int
    body: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class LineProblem:
    """Why a line was not taken: the refusal's stable `code`, a text for humans, and the field to blame."""

    line: int
    code: str
    detail: str
    pointer: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportedRecipe:
    """A recipe from a line, with what follows from it; `exported_id` is the id that it may have had here before."""

    recipe: Recipe
    projection: RecipeProjection
    exported_id: UUID | None


@dataclass(frozen=True, slots=True, kw_only=True)
class RecipeImport:
    """A finished import: of all lines that hold anything, each was added, known already, or refused."""

    id: UUID
    owner: str
    lines: int
    added: int
    known: int
    refused: int
    problems: Sequence[LineProblem]
    """Of the refused lines, the first ones."""
    created_at: datetime

    def imported(self, catalogue: str) -> RecipesImported:
        """Return the fact that these recipes are there now, read with the catalogue of this name."""
        return RecipesImported(
            import_id=self.id, added=self.added, catalogue=catalogue, owner=self.owner, at=self.created_at
        )


def imported_id(owner: str, identifier: str) -> UUID:
    """Return the id that this owner's recipe of this name has, whenever it is imported."""
    return uuid.uuid5(_NAMESPACE, f"{owner}\n{identifier}")
