"""Recipes over HTTP."""

from dataclasses import replace
from typing import Any
from uuid import UUID

from litestar import Request, Response, delete, get, post, put
from litestar.params import JSONBody
from litestar.response.base import ASGIResponse

from application.bus import Execution
from application.dispatch import scopes_of
from application.ports.reads import Document
from domain.commands import AddRecipe, ArchiveRecipe, DeleteRecipe, PublishRecipe, ReviseRecipe
from domain.errors import RecipeNotFoundError
from entrypoints.edge import Edge
from entrypoints.http.answers import Created, Done, created
from entrypoints.http.auth import origin_of
from entrypoints.http.conditional import document_answer, expected_version
from entrypoints.http.freshness import cache_headers, oldest_wished
from entrypoints.http.injected import Answering, Segment, SharedRecipes
from entrypoints.http.observation import canonical_uuid
from entrypoints.http.recipe_body import RecipeBody
from entrypoints.http.schemas.jobs import JobAccepted
from entrypoints.http.schemas.recipes import NewRecipeInput, RecipeInput
from entrypoints.http.sparse import Fields, fields_of, picked, wanted_fields
from entrypoints.linked_recipe import MEDIA_TYPE, linked_recipe

NO_RECIPE = "There is no such recipe."
READING = Edge(scopes=frozenset({"recipe:read"}), cache_seconds=60)
JSON = "application/json"
FORMS = [JSON, MEDIA_TYPE]
FIELDS = ("id", "version", "status", "owner", *fields_of(RecipeInput), "createdAt", "updatedAt")
WRITING = Edge(scopes=scopes_of(AddRecipe), timeout_seconds=10, waits=True, body_limit_bytes=262_144)
CHANGING = Edge(scopes=scopes_of(ReviseRecipe), timeout_seconds=10, waits=True)


@get(
    "/recipe/{recipe_id:str}",
    opt={"edge": READING, "shows": {JSON: "recipe", MEDIA_TYPE: dict[str, Any]}, "asks": {"fields": Fields}},
)
async def read_recipe(
    request: Request[Any, Any, Any], recipe_id: Segment, shared_recipes: SharedRecipes
) -> ASGIResponse:
    """Return one recipe, on request as schema.org has it; with If-None-Match, 304 while it has not changed."""
    # Two injected values would be gathered in a task group, which costs this route a tenth of its CPU; a declared
    # parameter of the query costs it as much again, though hardly anybody sends one.
    origin = origin_of(request.scope)
    identifier = canonical_uuid(recipe_id)
    if identifier is None:
        raise RecipeNotFoundError(NO_RECIPE)
    headers = request.headers
    wished = oldest_wished(headers.get("cache-control"))
    reading = await shared_recipes.read(
        identifier, origin, lifetime_seconds=READING.cache_seconds, oldest_seconds=wished
    )
    document, freshness = reading.document, cache_headers(reading)
    if document is None:
        raise RecipeNotFoundError(NO_RECIPE)
    known, wanted = headers.get("if-none-match"), _wanted(request)
    if MEDIA_TYPE in headers.get("accept", "") and request.accept.best_match(FORMS) == MEDIA_TYPE:
        linked = Document(linked_recipe(document.body), document.version)
        return document_answer(linked, known, media_type=MEDIA_TYPE, form="ld", vary="Accept", more_headers=freshness)
    shown = document if wanted is None else replace(document, body=picked(document.body, wanted))
    return document_answer(shown, known, vary="Accept", more_headers=freshness)


@post(
    "/recipes",
    dto=RecipeBody[NewRecipeInput],
    return_dto=None,
    request_max_body_size=WRITING.body_limit_bytes,
    opt={"edge": WRITING},
)
async def add_recipe(data: JSONBody[NewRecipeInput], answer: Answering) -> Response[Created | JobAccepted]:
    """Add a recipe, for all to find or as a draft."""
    return await answer.now(AddRecipe(content=data.content(), is_draft=data.status == "draft"))


@put(
    "/recipe/{recipe_id:str}",
    dto=RecipeBody[RecipeInput],
    return_dto=None,
    request_max_body_size=WRITING.body_limit_bytes,
    opt={"edge": WRITING},
)
async def revise_recipe(
    request: Request[Any, Any, Any], recipe_id: Segment, data: JSONBody[RecipeInput], answer: Answering
) -> Response[Created | JobAccepted]:
    """Write a recipe anew, as its owner or an editor; If-Match says which version is meant."""
    version = expected_version(request)
    command = ReviseRecipe(recipe_id=_identifier(recipe_id), content=data.content(), expected_version=version)
    return await answer.now(command, _changed_from(version))


@post("/recipe/{recipe_id:str}/publish", status_code=200, opt={"edge": CHANGING})
async def publish_recipe(
    request: Request[Any, Any, Any], recipe_id: Segment, answer: Answering
) -> Response[Created | JobAccepted]:
    """Let everybody find a draft or an archived recipe; If-Match says which version is meant."""
    version = expected_version(request)
    command = PublishRecipe(recipe_id=_identifier(recipe_id), expected_version=version)
    return await answer.now(command, _changed_from(version))


@post("/recipe/{recipe_id:str}/archive", status_code=200, opt={"edge": CHANGING})
async def archive_recipe(
    request: Request[Any, Any, Any], recipe_id: Segment, answer: Answering
) -> Response[Created | JobAccepted]:
    """Let nobody find a published recipe any more; If-Match says which version is meant."""
    version = expected_version(request)
    command = ArchiveRecipe(recipe_id=_identifier(recipe_id), expected_version=version)
    return await answer.now(command, _changed_from(version))


@delete("/recipe/{recipe_id:str}", status_code=204, opt={"edge": CHANGING})
async def delete_recipe(request: Request[Any, Any, Any], recipe_id: Segment, answer: Answering) -> Response[None]:
    """Remove a recipe that no other one uses; If-Match says which version is meant."""
    version = expected_version(request)
    return await answer.now(DeleteRecipe(recipe_id=_identifier(recipe_id), expected_version=version))


def _wanted(request: Request[Any, Any, Any]) -> frozenset[str] | None:
    return wanted_fields(request.query_params.get("fields"), FIELDS) if request.scope["query_string"] else None


def _identifier(recipe_id: str) -> UUID:
    identifier = canonical_uuid(recipe_id)
    if identifier is None:
        raise RecipeNotFoundError(NO_RECIPE)
    return identifier


def _changed_from(version: int | None) -> Done:
    """Answer 200 with the new version's ETag, where it follows from the old one's."""

    async def done(execution: Execution) -> Response[Any]:
        answer = await created(execution)
        answer.status_code = 200
        if version is not None:
            answer.headers["ETag"] = f'"{version + 1}"'
        return answer

    return done
