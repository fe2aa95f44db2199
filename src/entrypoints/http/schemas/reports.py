"""Reports as clients ask for them."""

from typing import Annotated
from uuid import UUID

import msgspec

from domain.commands import GenerateReport
from domain.report import RecipeSelection, ReportKind


class ReportParameters(msgspec.Struct, frozen=True, forbid_unknown_fields=True, rename="camel", kw_only=True):
    """Which published recipes to cover; a recipe must meet every condition given."""

    recipe_ids: Annotated[tuple[UUID, ...], msgspec.Meta(max_length=1_000)] = ()
    category: Annotated[str, msgspec.Meta(min_length=1, max_length=200)] | None = None
    tag: Annotated[str, msgspec.Meta(min_length=1, max_length=200)] | None = None


class ReportRequest(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A report to be made; without parameters it covers all published recipes."""

    kind: ReportKind
    parameters: ReportParameters = msgspec.field(default_factory=ReportParameters)

    def command(self) -> GenerateReport:
        """Return the command."""
        chosen = self.parameters
        selection = RecipeSelection(recipe_ids=chosen.recipe_ids, category=chosen.category, tag=chosen.tag)
        return GenerateReport(kind=self.kind, selection=selection)
