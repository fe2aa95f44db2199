"""What the contract reads off the code: errors, commands and headers, through functions, parts and aggregates."""

from collections.abc import Callable
from typing import Any

import pytest

from application.dispatch import USE_CASES
from domain.commands import CancelJob, Command, DeleteRecipe, PublishRecipe, ReviseRecipe
from domain.errors import DomainError
from entrypoints.http.answers import Answer
from entrypoints.http.faults import RequestError
from entrypoints.http.openapi.reach import reach_of
from entrypoints.http.routes.jobs import cancel_job, follow_job
from entrypoints.http.routes.operator import retry_any_job
from entrypoints.http.routes.recipes import read_recipe, revise_recipe


@pytest.mark.parametrize(
    ("command", "errors"),
    [
        (ReviseRecipe, {"RecipeNotFoundError", "NotOwnerError", "StaleVersionError", "InvalidRecipeError"}),
        (PublishRecipe, {"RecipeNotFoundError", "NotOwnerError", "StaleVersionError", "RecipeTransitionError"}),
        (DeleteRecipe, {"RecipeNotFoundError", "NotOwnerError", "StaleVersionError", "RecipeInUseError"}),
        (CancelJob, {"JobNotFoundError", "JobTransitionError"}),
    ],
)
def test_a_handler_leads_to_the_rules_of_its_aggregate(command: type[Command], errors: set[str]) -> None:
    handler: Any = USE_CASES[command].handler
    found = reach_of(handler.handle, handler).classes(DomainError)
    assert {each.__name__ for each in found} == errors


@pytest.mark.parametrize(
    ("route", "errors"),
    [
        (revise_recipe.fn, {"PreconditionRequiredError"}),
        (cancel_job.fn, {"GoneError"}),
        (follow_job.fn, {"GoneError", "TooManyStreamsError"}),
        (read_recipe.fn, {"UnknownFieldError"}),
    ],
)
def test_a_route_leads_to_what_its_functions_refuse(route: Callable[..., Any], errors: set[str]) -> None:
    found = reach_of(route, beside=frozenset({Answer})).classes(RequestError)
    assert {each.__name__ for each in found} - {"RequestError"} == errors


def test_what_is_injected_is_looked_into() -> None:
    found = reach_of(retry_any_job.fn, beside=frozenset({Answer})).classes(DomainError)
    assert {"JobNotFoundError", "JobTransitionError", "ForbiddenError"} <= {each.__name__ for each in found}


def test_commands_and_headers_are_found() -> None:
    reach = reach_of(revise_recipe.fn, beside=frozenset({Answer}))
    assert ReviseRecipe in reach.objects
    assert {"if-match", "ETag", "Location"} <= reach.texts
    assert "if-none-match" not in reach.texts
