"""The types of what is stored as JSON and shown as it is, by the names that resources go by."""

from collections.abc import Mapping

from adapters.wire.import_document import ImportDocument
from adapters.wire.menu_plan_document import MenuPlanDocument
from adapters.wire.price_list_document import PriceListDocument
from adapters.wire.recipe_document import RecipeDocument, ScaledRecipeDocument
from adapters.wire.report_document import ReportDocument

DOCUMENTS: Mapping[str, type] = {
    "recipe": RecipeDocument,
    "scaled-recipe": ScaledRecipeDocument,
    "report": ReportDocument,
    "import": ImportDocument,
    "price-list": PriceListDocument,
    "menu-plan": MenuPlanDocument,
}
