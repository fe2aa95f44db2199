"""The one table: command type → handler and policy, event type → handlers."""

import re
from collections.abc import Mapping
from dataclasses import dataclass

from application.backoff import USUAL, Backoff
from application.handlers.add_ingredient import AddIngredientHandler
from application.handlers.add_menu_plan import AddMenuPlanHandler
from application.handlers.add_price_list import AddPriceListHandler
from application.handlers.add_recipe import AddRecipeHandler
from application.handlers.add_webhook import AddWebhookHandler
from application.handlers.archive_recipe import ArchiveRecipeHandler
from application.handlers.cancel_job import CancelJobHandler
from application.handlers.delete_recipe import DeleteRecipeHandler
from application.handlers.deliver_webhook import DeliverWebhookHandler
from application.handlers.export_recipes import ExportRecipesHandler
from application.handlers.follow_import import FollowImport
from application.handlers.follow_ingredient import FollowIngredient
from application.handlers.generate_report import GenerateReportHandler
from application.handlers.import_recipes import ImportRecipesHandler
from application.handlers.notify_webhooks import DELIVERING, NotifyWebhooks
from application.handlers.project_recipe import ProjectRecipe
from application.handlers.publish_recipe import PublishRecipeHandler
from application.handlers.remove_webhook import RemoveWebhookHandler
from application.handlers.revise_catalogue import ReviseCatalogueHandler
from application.handlers.revise_ingredient import ReviseIngredientHandler
from application.handlers.revise_menu_plan import ReviseMenuPlanHandler
from application.handlers.revise_price_list import RevisePriceListHandler
from application.handlers.revise_recipe import ReviseRecipeHandler
from application.handlers.rotate_webhook_secret import RotateWebhookSecretHandler
from application.handlers.run_drill import RunDrillHandler
from domain.commands import (
    AddIngredient,
    AddMenuPlan,
    AddPriceList,
    AddRecipe,
    AddWebhook,
    ArchiveRecipe,
    CancelJob,
    Command,
    DeleteRecipe,
    DeliverWebhook,
    ExportRecipes,
    GenerateReport,
    ImportRecipes,
    PublishRecipe,
    RemoveWebhook,
    ReviseCatalogue,
    ReviseIngredient,
    ReviseMenuPlan,
    RevisePriceList,
    ReviseRecipe,
    RotateWebhookSecret,
    RunDrill,
)
from domain.events import (
    Event,
    ImportPartlyFollowed,
    IngredientAdded,
    IngredientPartlyFollowed,
    IngredientRevised,
    JobCancelled,
    JobFailed,
    JobSucceeded,
    RecipeAdded,
    RecipeArchived,
    RecipePublished,
    RecipeRevised,
    RecipesImported,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class UseCase:
    """How one command is carried out, whichever way it came.

    `scope` is what its caller must hold, None where the handler itself decides. `timeout_seconds` bounds one attempt;
    a deferred command has at most `max_attempts`, spaced by `backoff`, begun no later than `deadline_seconds` after it
    was accepted.
    """

    handler: type
    scope: str | None
    timeout_seconds: float = 10
    max_attempts: int = 5
    deadline_seconds: float = 86_400
    backoff: Backoff = USUAL


TRIES = Backoff(first_seconds=10, factor=5, longest_seconds=21_600, least_share=0.5)
"""Strangers' servers are away for hours: at most 10 s, 50 s, 4, 21 and 104 min, then 6 h, and at least half of each."""


USE_CASES: Mapping[type[Command], UseCase] = {
    AddRecipe: UseCase(handler=AddRecipeHandler, scope="recipe:write"),
    ReviseRecipe: UseCase(handler=ReviseRecipeHandler, scope="recipe:write"),
    PublishRecipe: UseCase(handler=PublishRecipeHandler, scope="recipe:write"),
    ArchiveRecipe: UseCase(handler=ArchiveRecipeHandler, scope="recipe:write"),
    DeleteRecipe: UseCase(handler=DeleteRecipeHandler, scope="recipe:write"),
    ImportRecipes: UseCase(handler=ImportRecipesHandler, scope="recipe:write", timeout_seconds=1_800),
    ExportRecipes: UseCase(handler=ExportRecipesHandler, scope="recipe:read", timeout_seconds=1_800),
    GenerateReport: UseCase(handler=GenerateReportHandler, scope="report:generate", timeout_seconds=600),
    AddPriceList: UseCase(handler=AddPriceListHandler, scope="plan:write"),
    RevisePriceList: UseCase(handler=RevisePriceListHandler, scope="plan:write"),
    AddMenuPlan: UseCase(handler=AddMenuPlanHandler, scope="plan:write"),
    ReviseMenuPlan: UseCase(handler=ReviseMenuPlanHandler, scope="plan:write"),
    CancelJob: UseCase(handler=CancelJobHandler, scope=None),
    AddIngredient: UseCase(handler=AddIngredientHandler, scope="ingredient:write"),
    ReviseIngredient: UseCase(handler=ReviseIngredientHandler, scope="ingredient:write"),
    AddWebhook: UseCase(handler=AddWebhookHandler, scope=None),
    RotateWebhookSecret: UseCase(handler=RotateWebhookSecretHandler, scope=None),
    RemoveWebhook: UseCase(handler=RemoveWebhookHandler, scope=None),
    DeliverWebhook: UseCase(
        handler=DeliverWebhookHandler,
        scope=DELIVERING,
        timeout_seconds=20,
        max_attempts=8,
        deadline_seconds=259_200,
        backoff=TRIES,
    ),
    ReviseCatalogue: UseCase(handler=ReviseCatalogueHandler, scope="catalogue:write"),
    RunDrill: UseCase(handler=RunDrillHandler, scope="drill:run", max_attempts=4),
}

EVENT_HANDLERS: Mapping[type[Event], tuple[type, ...]] = {
    RecipeAdded: (ProjectRecipe,),
    RecipeRevised: (ProjectRecipe,),
    RecipePublished: (ProjectRecipe,),
    RecipeArchived: (ProjectRecipe,),
    IngredientAdded: (FollowIngredient,),
    IngredientRevised: (FollowIngredient,),
    IngredientPartlyFollowed: (FollowIngredient,),
    RecipesImported: (FollowImport,),
    ImportPartlyFollowed: (FollowImport,),
    JobSucceeded: (NotifyWebhooks,),
    JobFailed: (NotifyWebhooks,),
    JobCancelled: (NotifyWebhooks,),
}


def handler_types() -> frozenset[type]:
    """Return every handler that the table names, of commands and of events."""
    return frozenset(case.handler for case in USE_CASES.values()).union(*EVENT_HANDLERS.values())


def is_followed(event: type[Event]) -> bool:
    """Tell whether any handler follows this event; one that nobody follows need not travel."""
    return event in EVENT_HANDLERS


def is_for_webhooks(event: type[Event]) -> bool:
    """Tell whether webhooks alone follow this event: it need not travel where its owner has none."""
    return EVENT_HANDLERS.get(event) == (NotifyWebhooks,)


def scopes_of(command: type[Command]) -> frozenset[str]:
    """Return what a caller must hold to ask for this command."""
    scope = USE_CASES[command].scope
    return frozenset() if scope is None else frozenset({scope})


def kind_of(message_type: type) -> str:
    """Return the public name of a command or event: GenerateReport is `generate-report`."""
    return re.sub(r"(?<!^)(?=[A-Z])", "-", message_type.__name__).lower()
