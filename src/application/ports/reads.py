"""Queries that only show data: they build no aggregate and may return encoded bytes."""

from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field
from typing import Protocol
from uuid import UUID

from domain.ingredient import Catalogue
from domain.job import Origin
from domain.kept_ingredient import KeptIngredient
from domain.report import Needs, RecipeSelection
from domain.reports.facts import RecipeFacts
from domain.reports.sources import Sources
from domain.search import RecipePlace, RecipeSearch


@dataclass(frozen=True, slots=True)
class Document:
    """One stored representation: JSON in UTF-8, and the version it shows.

    `is_shared` says that everybody who may read such documents at all is shown these same bytes.
    """

    body: bytes
    version: str
    is_shared: bool = False


class RecipeReads(Protocol):
    """Recipes as they are shown."""

    async def document(self, recipe_id: UUID, origin: Origin) -> Document | None:
        """Return the recipe in one round trip; None if there is none, or it is another's draft."""

    async def newest(self) -> UUID | None:
        """Return the id of the recipe published last; None while there is none."""


@dataclass(frozen=True, slots=True)
class RecipePage:
    """Recipes as a list shows them, JSON in UTF-8, newest first; `next` is where the following page begins."""

    items: Sequence[bytes]
    next: RecipePlace | None


class RecipeIndex(Protocol):
    """Recipes as they are found."""

    async def page(self, search: RecipeSearch, origin: Origin) -> RecipePage:
        """Return one page; `search.ingredients` are the catalogue's own names here.

        A recipe is free of an allergen only if that is certain. What is added meanwhile moves no later page.
        """


class ReportReads(Protocol):
    """Reports as they are shown."""

    async def document(self, report_id: UUID, origin: Origin) -> Document | None:
        """Return the caller's report; None for a foreign one just as for one that does not exist."""


class PlanningReads(Protocol):
    """Price lists and menu plans as they are shown: to their owner and to editors."""

    async def price_list(self, price_list_id: UUID, origin: Origin) -> Document | None:
        """Return the price list; None for one that the caller may not see, just as for one that does not exist."""

    async def menu_plan(self, menu_plan_id: UUID, origin: Origin) -> Document | None:
        """Return the menu plan; None likewise."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CatalogueVersion:
    """The ingredient catalogue, with a name that changes whenever its content does."""

    name: str
    catalogue: Catalogue
    kept: Mapping[UUID, KeptIngredient] = field(default_factory=dict)
    """Its ingredients by id, in the order of their names."""


class CatalogueReads(Protocol):
    """The ingredients that recipe lines are resolved against."""

    async def current(self) -> CatalogueVersion:
        """Return the current catalogue; cheap when it has not changed."""


@dataclass(frozen=True, slots=True)
class SelectedRecipes:
    """How many there are; `versions` changes whenever one of them, or how its lines are read, does."""

    count: int
    versions: str


class CorpusSnapshot(Protocol):
    """What reports read, as it was at one instant; nothing here waits for another connection."""

    async def sources(self, needs: Needs) -> Sources:
        """Return the catalogue, and the price list and plan that are named, whoever owns them; None where none is."""

    async def selected(self, selection: RecipeSelection) -> SelectedRecipes:
        """Return how many recipes are selected, and a name for exactly these in these versions."""

    async def report(self, fingerprint: str, owner: str) -> UUID | None:
        """Return the owner's finished report with this fingerprint, the newest if there are several."""

    async def parts(self, selection: RecipeSelection) -> Sequence[RecipeFacts]:
        """Return the recipes that the selected ones use, directly or through others."""

    def chunks(self, selection: RecipeSelection, size: int) -> AsyncIterator[list[RecipeFacts]]:
        """Yield them in any order, in lists of up to `size`."""


class RecipeCorpus(Protocol):
    """Bulk reading for reports."""

    def snapshot(self, origin: Origin) -> AbstractAsyncContextManager[CorpusSnapshot]:
        """Open one consistent view of everything that reports read."""
