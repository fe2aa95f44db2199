"""The one table of reports: kind → parameters and what computes it.

A further kind is a file beside this one, its name in `ReportKind`, and a row here.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from domain.report import RecipeSelection, ReportKind, ReportParameters
from domain.reports.allergen_matrix import AllergenMatrix, AllergenMatrixParameters
from domain.reports.cost_trend import CostTrend, CostTrendParameters
from domain.reports.facts import Findings, RecipeFacts
from domain.reports.ingredient_affinity import IngredientAffinity, IngredientAffinityParameters
from domain.reports.nutrition_summary import NutritionSummary
from domain.reports.purchasing_list import PurchasingList, PurchasingListParameters
from domain.reports.sources import Sources


class ReportBuilder(Protocol):
    """Takes recipes in any order and any chunks; the same recipes give the same findings, byte for byte.

    Two builders with the same parameters and sources can be merged: a report over two parts is that over the whole.
    """

    @property
    def selection(self) -> RecipeSelection:
        """Which recipes it is to be given."""

    def add(self, recipe: RecipeFacts) -> None:
        """Take one recipe."""

    def finish(self) -> Findings:
        """Return what was found; rounds here and nowhere before."""


class BuilderType(Protocol):
    """Makes a builder of one kind, given parameters of that kind."""

    def __call__(self, parameters: Any, sources: Sources, /) -> ReportBuilder:  # noqa: ANN401 (the table pairs them)
        """Start with no recipes."""


@dataclass(frozen=True, slots=True)
class KindRow:
    """What a kind takes, and what computes it."""

    parameters: type[ReportParameters]
    builder: BuilderType


KINDS: Mapping[ReportKind, KindRow] = {
    ReportKind.NUTRITION_SUMMARY: KindRow(RecipeSelection, NutritionSummary),
    ReportKind.ALLERGEN_MATRIX: KindRow(AllergenMatrixParameters, AllergenMatrix),
    ReportKind.COST_TREND: KindRow(CostTrendParameters, CostTrend),
    ReportKind.PURCHASING_LIST: KindRow(PurchasingListParameters, PurchasingList),
    ReportKind.INGREDIENT_AFFINITY: KindRow(IngredientAffinityParameters, IngredientAffinity),
}
