"""Recipes over HTTP."""

from typing import Any

from litestar import Request, Response, get, post
from litestar.params import JSONBody
from litestar.response.base import ASGIResponse

from application.dispatch import scopes_of
from domain.commands import AddRecipe
from domain.errors import RecipeNotFoundError
from entrypoints.edge import Edge
from entrypoints.http.answers import Created
from entrypoints.http.auth import origin_of
from entrypoints.http.conditional import document_answer
from entrypoints.http.injected import Answering, Recipes, Segment
from entrypoints.http.observation import canonical_uuid
from entrypoints.http.schemas.jobs import JobAccepted
from entrypoints.http.schemas.recipes import RecipeInput
from entrypoints.http.strict_json import StrictJson

ADDING = Edge(scopes=scopes_of(AddRecipe), timeout_seconds=10, waits=True, body_limit_bytes=262_144)


@get("/recipe/{recipe_id:str}", opt={"edge": Edge(scopes=frozenset({"recipe:read"}))})
async def read_recipe(request: Request[Any, Any, Any], recipe_id: Segment, recipe_reads: Recipes) -> ASGIResponse:
    """Return one recipe; with If-None-Match, 304 while it has not changed."""
    # Two injected values would be gathered in a task group, which costs this route a tenth of its CPU.
    origin = origin_of(request.scope)
    identifier = canonical_uuid(recipe_id)
    document = identifier and await recipe_reads.document(identifier, origin)
    if not document:
        raise RecipeNotFoundError("There is no such recipe.")
    return document_answer(document, request.headers.get("if-none-match"))


@post(
    "/recipes",
    dto=StrictJson[RecipeInput],
    return_dto=None,
    request_max_body_size=ADDING.body_limit_bytes,
    opt={"edge": ADDING},
)
async def add_recipe(data: JSONBody[RecipeInput], answer: Answering) -> Response[Created | JobAccepted]:
    """Publish a recipe."""
    return await answer.now(AddRecipe(content=data.content()))
