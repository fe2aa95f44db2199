"""Exports as clients ask for them."""

from collections.abc import Mapping
from typing import Any, ClassVar
from uuid import UUID

import msgspec

from domain.commands import ExportRecipes
from domain.recipe_export import ExportOf, ExportSelection


class ExportRequest(msgspec.Struct, frozen=True, forbid_unknown_fields=True, rename="camel", kw_only=True):
    """Which recipes to export: one's own, drafts and archive included, or all published ones."""

    EXAMPLE: ClassVar[Mapping[str, Any]] = {"of": "own", "tag": "summer"}

    of: ExportOf = ExportOf.OWN
    recipe_ids: tuple[UUID, ...] = ()
    category: str | None = None
    tag: str | None = None

    def command(self) -> ExportRecipes:
        """Return the command; raise InvalidExportError."""
        return ExportRecipes(
            selection=ExportSelection(of=self.of, recipe_ids=self.recipe_ids, category=self.category, tag=self.tag)
        )
