"""The one table: command type → handler and policy, event type → handlers."""

import re
from collections.abc import Mapping
from dataclasses import dataclass

from application.handlers.add_recipe import AddRecipeHandler
from application.handlers.generate_report import GenerateReportHandler
from application.handlers.project_nutrition import ProjectNutrition
from application.handlers.revise_catalogue import ReviseCatalogueHandler
from domain.commands import AddRecipe, Command, GenerateReport, ReviseCatalogue
from domain.events import Event, RecipeAdded


@dataclass(frozen=True, slots=True, kw_only=True)
class UseCase:
    """How one command is carried out, whichever way it came.

    `timeout_seconds` bounds one attempt; `max_attempts` bounds the attempts of a deferred one.
    """

    handler: type
    scope: str
    timeout_seconds: float = 10
    max_attempts: int = 5


USE_CASES: Mapping[type[Command], UseCase] = {
    AddRecipe: UseCase(handler=AddRecipeHandler, scope="recipe:write"),
    GenerateReport: UseCase(handler=GenerateReportHandler, scope="report:generate", timeout_seconds=600),
    ReviseCatalogue: UseCase(handler=ReviseCatalogueHandler, scope="catalogue:write"),
}

EVENT_HANDLERS: Mapping[type[Event], tuple[type, ...]] = {
    RecipeAdded: (ProjectNutrition,),
}


def kind_of(message_type: type) -> str:
    """Return the public name of a command or event: GenerateReport is `generate-report`."""
    return re.sub(r"(?<!^)(?=[A-Z])", "-", message_type.__name__).lower()
