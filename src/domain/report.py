"""Reports: what was asked, over which recipes, and what came of it."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from domain.errors import InvalidReportError
from domain.events import ReportGenerated

MOST_RECIPES_NAMED = 1_000
LONGEST_TEXT = 200
EDITION = 2
"""Counted up whenever a report can come out differently for the same facts, so that no older result is given for it."""


class ReportKind(StrEnum):
    """The kinds of report that can be asked for."""

    NUTRITION_SUMMARY = "nutrition-summary"
    ALLERGEN_MATRIX = "allergen-matrix"
    COST_TREND = "cost-trend"
    PURCHASING_LIST = "purchasing-list"
    INGREDIENT_AFFINITY = "ingredient-affinity"


@dataclass(frozen=True, slots=True, kw_only=True)
class Needs:
    """What a report reads beside recipes and ingredients."""

    price_list_id: UUID | None = None
    menu_plan_id: UUID | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportParameters:
    """What one kind of report takes; each kind has its own."""

    def __post_init__(self) -> None:
        """Refuse what breaks a rule."""
        self.check()

    def check(self) -> None:
        """Raise InvalidReportError, with a pointer below `/parameters`, when a rule is broken."""

    def needs(self) -> Needs:
        """Return what is to be read for it."""
        return Needs()


@dataclass(frozen=True, slots=True, kw_only=True)
class RecipeSelection(ReportParameters):
    """Which published recipes a report covers: all of those that meet every condition given."""

    recipe_ids: tuple[UUID, ...] = ()
    category: str | None = None
    tag: str | None = None

    def __post_init__(self) -> None:
        """Refuse conditions that nobody could mean."""
        if len(self.recipe_ids) > MOST_RECIPES_NAMED:
            raise InvalidReportError(f"At most {MOST_RECIPES_NAMED} recipes by id.", pointer="/parameters/recipeIds")
        for member, text in (("category", self.category), ("tag", self.tag)):
            if text is not None and not 0 < len(text) <= LONGEST_TEXT:
                raise InvalidReportError(f"From 1 to {LONGEST_TEXT} characters.", pointer=f"/parameters/{member}")
        self.check()


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """A finished report; `content` is JSON-ready and identical for the same snapshot and parameters.

    `snapshot` names exactly what was read: which recipes, ingredients, prices and plan, in which versions.
    """

    id: UUID
    kind: ReportKind
    owner: str
    parameters: ReportParameters
    snapshot: str
    content: Mapping[str, object]
    created_at: datetime

    @property
    def fingerprint(self) -> str:
        """What this report is the answer to."""
        return fingerprint(self.kind, self.parameters, self.snapshot)

    def generated(self) -> ReportGenerated:
        """Return the fact that this report now exists."""
        return ReportGenerated(report_id=self.id, kind=self.kind.value, owner=self.owner, at=self.created_at)


def fingerprint(kind: ReportKind, parameters: ReportParameters, snapshot: str) -> str:
    """Return a digest of what is asked over what, by which a finished report can be found again."""
    asked = f"{EDITION};{kind};{parameters!r};{snapshot}"
    return f"sha256:{hashlib.sha256(asked.encode()).hexdigest()}"
