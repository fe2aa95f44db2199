"""Queries that only show data: they build no aggregate and may return encoded bytes."""

from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from fractions import Fraction
from typing import Protocol
from uuid import UUID

from domain.ingredient import Catalogue
from domain.job import Origin
from domain.nutrition import RecipeNutrition
from domain.report import RecipeSelection


@dataclass(frozen=True, slots=True)
class Document:
    """One stored representation: JSON in UTF-8, and the version it shows."""

    body: bytes
    version: str


class RecipeReads(Protocol):
    """Recipes as they are shown."""

    async def document(self, recipe_id: UUID, origin: Origin) -> Document | None:
        """Return the recipe in one round trip; None if there is none, or it is another's draft."""

    async def newest(self) -> UUID | None:
        """Return the id of the recipe published last; None while there is none."""


class ReportReads(Protocol):
    """Reports as they are shown."""

    async def document(self, report_id: UUID, origin: Origin) -> Document | None:
        """Return the caller's report; None for a foreign one just as for one that does not exist."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CatalogueVersion:
    """The ingredient catalogue, with a name that changes whenever its content does."""

    name: str
    catalogue: Catalogue


class CatalogueReads(Protocol):
    """The ingredients that recipe lines are resolved against."""

    async def current(self) -> CatalogueVersion:
        """Return the current catalogue; cheap when it has not changed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CorpusRecipe:
    """What reports read of a recipe; `nutrition` is None where no current projection is at hand."""

    id: UUID
    version: int
    name: str
    category: str | None
    servings: Fraction | None
    lines: tuple[str, ...]
    nutrition: RecipeNutrition | None


class CorpusSnapshot(Protocol):
    """Published recipes as they were at one instant."""

    async def count(self) -> int:
        """Return how many recipes are selected."""

    def chunks(self, size: int) -> AsyncIterator[list[CorpusRecipe]]:
        """Yield them ordered by id, in lists of up to `size`."""


class RecipeCorpus(Protocol):
    """Bulk reading for reports."""

    def snapshot(
        self, selection: RecipeSelection, *, catalogue: str, origin: Origin
    ) -> AbstractAsyncContextManager[CorpusSnapshot]:
        """Open one consistent view; projections made with another catalogue version are left out."""
