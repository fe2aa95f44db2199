"""Reports: what was asked, over which recipes, and what came of it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from domain.errors import InvalidReportError
from domain.events import ReportGenerated

MOST_RECIPES_NAMED = 1_000


class ReportKind(StrEnum):
    """The kinds of report that can be asked for."""

    NUTRITION_SUMMARY = "nutrition-summary"


@dataclass(frozen=True, slots=True, kw_only=True)
class RecipeSelection:
    """Which published recipes a report covers: all of those that meet every condition given."""

    recipe_ids: tuple[UUID, ...] = ()
    category: str | None = None
    tag: str | None = None

    def __post_init__(self) -> None:
        """Refuse a list of recipes too long to be meant."""
        if len(self.recipe_ids) > MOST_RECIPES_NAMED:
            raise InvalidReportError(f"At most {MOST_RECIPES_NAMED} recipes by id.", pointer="/parameters/recipeIds")


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """A finished report; `content` is JSON-ready and identical for the same snapshot and parameters.

    `snapshot` names exactly which recipes, in which versions, were read.
    """

    id: UUID
    kind: ReportKind
    owner: str
    selection: RecipeSelection
    snapshot: str
    content: Mapping[str, object]
    created_at: datetime

    def generated(self) -> ReportGenerated:
        """Return the fact that this report now exists."""
        return ReportGenerated(report_id=self.id, kind=self.kind.value, owner=self.owner, at=self.created_at)
