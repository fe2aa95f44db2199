"""Every intent: what a caller may ask for, whichever way it comes."""

from dataclasses import dataclass, field
from uuid import UUID

from domain.drill import DrillBehaviour
from domain.errors import InvalidReportError
from domain.ingredient import Ingredient
from domain.ingredient_rules import check_ingredient
from domain.menu_plan import MenuPlanContent
from domain.price_list import PriceListContent
from domain.recipe import RecipeContent
from domain.recipe_export import ExportSelection
from domain.report import RecipeSelection, ReportKind, ReportParameters
from domain.reports.kinds import KINDS
from domain.webhook import WebhookContent


@dataclass(frozen=True, slots=True, kw_only=True)
class AddRecipe:
    """Keep a new recipe, owned by the caller; one that brings its own id can be added only once."""

    content: RecipeContent
    recipe_id: UUID | None = None
    is_draft: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class ReviseRecipe:
    """Write a recipe anew; refused unless it is still of the expected version (None is any)."""

    recipe_id: UUID
    content: RecipeContent
    expected_version: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class PublishRecipe:
    """Let everybody find a draft or an archived recipe."""

    recipe_id: UUID
    expected_version: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ArchiveRecipe:
    """Let nobody find a published recipe any more; who knows its id still reads it."""

    recipe_id: UUID
    expected_version: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class DeleteRecipe:
    """Remove a recipe that no other recipe uses."""

    recipe_id: UUID
    expected_version: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportRecipes:
    """Add the recipes of an upload of the caller's, line by line."""

    upload_id: UUID
    is_draft: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class ExportRecipes:
    """Write recipes out as lines that can be imported again, and keep them for the caller."""

    selection: ExportSelection = field(default_factory=ExportSelection)


@dataclass(frozen=True, slots=True, kw_only=True)
class GenerateReport:
    """Compute one report and keep it for the caller; the parameters are of that kind."""

    kind: ReportKind
    parameters: ReportParameters = field(default_factory=RecipeSelection)

    def __post_init__(self) -> None:
        """Refuse the parameters of another kind."""
        if type(self.parameters) is not KINDS[self.kind].parameters:
            raise InvalidReportError(f"These are not the parameters of {self.kind}.", pointer="/parameters")


@dataclass(frozen=True, slots=True, kw_only=True)
class AddPriceList:
    """Keep what ingredients cost, for the caller."""

    content: PriceListContent


@dataclass(frozen=True, slots=True, kw_only=True)
class RevisePriceList:
    """Write a price list anew; refused unless it is still of the expected version (None is any)."""

    price_list_id: UUID
    content: PriceListContent
    expected_version: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class AddMenuPlan:
    """Keep a menu plan, for the caller."""

    content: MenuPlanContent


@dataclass(frozen=True, slots=True, kw_only=True)
class ReviseMenuPlan:
    """Write a menu plan anew; refused unless it is still of the expected version (None is any)."""

    menu_plan_id: UUID
    content: MenuPlanContent
    expected_version: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ReviseCatalogue:
    """Make these the table that recipe lines are read against, beside what callers have added or revised."""

    ingredients: tuple[Ingredient, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class AddIngredient:
    """Let recipe lines mean a further ingredient; the caller answers for what is said of it."""

    ingredient: Ingredient

    def __post_init__(self) -> None:
        """Refuse what cannot be true of any food."""
        check_ingredient(self.ingredient)


@dataclass(frozen=True, slots=True, kw_only=True)
class ReviseIngredient:
    """Say something else of an ingredient; refused unless it is still of the expected version (None is any)."""

    ingredient_id: UUID
    ingredient: Ingredient
    expected_version: int | None = None

    def __post_init__(self) -> None:
        """Refuse what cannot be true of any food."""
        check_ingredient(self.ingredient)


@dataclass(frozen=True, slots=True, kw_only=True)
class CancelJob:
    """Stop a job: the caller's own, or any as an operator."""

    job_id: UUID


@dataclass(frozen=True, slots=True, kw_only=True)
class AddWebhook:
    """Tell the caller of the ends of their jobs, at a target of their own."""

    content: WebhookContent


@dataclass(frozen=True, slots=True, kw_only=True)
class RotateWebhookSecret:
    """Sign for a webhook of the caller's by another secret."""

    webhook_id: UUID


@dataclass(frozen=True, slots=True, kw_only=True)
class RemoveWebhook:
    """Tell a webhook of the caller's nothing more, and forget it."""

    webhook_id: UUID


@dataclass(frozen=True, slots=True, kw_only=True)
class DeliverWebhook:
    """Try one delivery."""

    delivery_id: UUID


@dataclass(frozen=True, slots=True, kw_only=True)
class RunDrill:
    """Behave like this, for `seconds` where that takes time, and leave one mark that can be counted."""

    drill_id: str
    behaviour: DrillBehaviour = DrillBehaviour.SUCCEED
    seconds: float = 0


Command = (
    AddRecipe
    | ReviseRecipe
    | PublishRecipe
    | ArchiveRecipe
    | DeleteRecipe
    | ImportRecipes
    | ExportRecipes
    | GenerateReport
    | AddPriceList
    | RevisePriceList
    | AddMenuPlan
    | ReviseMenuPlan
    | ReviseCatalogue
    | AddIngredient
    | ReviseIngredient
    | CancelJob
    | AddWebhook
    | RotateWebhookSecret
    | RemoveWebhook
    | DeliverWebhook
    | RunDrill
)
