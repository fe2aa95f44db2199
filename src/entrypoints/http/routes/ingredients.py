"""The ingredient catalogue over HTTP."""

from typing import Annotated, Any
from uuid import UUID

import msgspec
from litestar import Request, Response, get, post, put
from litestar.params import FromQuery, JSONBody, QueryParameter
from litestar.response.base import ASGIResponse

from application.dispatch import scopes_of
from application.ports.reads import Document
from domain.commands import AddIngredient, ReviseIngredient
from domain.errors import IngredientNotFoundError
from domain.search import LARGEST_PAGE, LONGEST_QUERY, IngredientSearch
from entrypoints.edge import Edge
from entrypoints.http.answers import Created, changed_from
from entrypoints.http.conditional import document_answer, expected_version
from entrypoints.http.cursors import next_link
from entrypoints.http.injected import Answering, FindingIngredients, Segment
from entrypoints.http.observation import canonical_uuid
from entrypoints.http.schemas.ingredients import (
    IngredientInput,
    IngredientList,
    IngredientShown,
    cursor_after,
    listed,
    name_before,
    shown,
)
from entrypoints.http.schemas.jobs import JobAccepted
from entrypoints.http.strict_json import StrictJson

READING = Edge(scopes=frozenset({"recipe:read"}))
WRITING = Edge(scopes=scopes_of(AddIngredient), timeout_seconds=10, waits=True, body_limit_bytes=65_536)
Text = Annotated[
    str | None, QueryParameter(name="q", max_length=LONGEST_QUERY, description="Any part of a name, in any language.")
]
Limit = Annotated[int, QueryParameter(ge=1, le=LARGEST_PAGE)]


@get(
    "/ingredients",
    opt={"edge": READING},
    response_description="A page in the order of names; the Link header says where the next one is.",
)
async def find_ingredients(
    request: Request[Any, Any, Any],
    ingredients: FindingIngredients,
    text: Text = None,
    limit: Limit = 20,
    cursor: FromQuery[str | None] = None,
) -> Response[IngredientList]:
    """Find ingredients by any of their names; without a text, all of them."""
    after = name_before(cursor) if cursor is not None else None
    page, last = await ingredients.page(IngredientSearch(text=text or "", limit=limit, after=after))
    headers, following = {"Cache-Control": "private, no-cache"}, None
    if last is not None:
        link = next_link(request.url.path, cursor_after(last), q=text, limit=limit)
        headers.update(link)
        following = link["Link"].partition("<")[2].partition(">")[0]
    return Response(listed(page, following), headers=headers)


@get("/ingredients/{ingredient_id:str}", opt={"edge": READING, "shows": {"application/json": IngredientShown}})
async def read_ingredient(
    request: Request[Any, Any, Any], ingredient_id: Segment, ingredients: FindingIngredients
) -> ASGIResponse:
    """Return one ingredient."""
    kept = await ingredients.get(_ingredient(ingredient_id))
    if kept is None:
        raise IngredientNotFoundError("There is no such ingredient.")
    document = Document(msgspec.json.encode(shown(kept)), str(kept.version))
    return document_answer(document, request.headers.get("if-none-match"))


@post(
    "/ingredients",
    dto=StrictJson[IngredientInput],
    return_dto=None,
    request_max_body_size=WRITING.body_limit_bytes,
    opt={"edge": WRITING},
)
async def add_ingredient(data: JSONBody[IngredientInput], answer: Answering) -> Response[Created | JobAccepted]:
    """Add an ingredient, for the lines of every recipe; a name means one ingredient."""
    return await answer.now(AddIngredient(ingredient=data.ingredient()))


@put(
    "/ingredients/{ingredient_id:str}",
    dto=StrictJson[IngredientInput],
    return_dto=None,
    request_max_body_size=WRITING.body_limit_bytes,
    opt={"edge": WRITING},
)
async def revise_ingredient(
    request: Request[Any, Any, Any], ingredient_id: Segment, data: JSONBody[IngredientInput], answer: Answering
) -> Response[Created | JobAccepted]:
    """Say something else of an ingredient, as its owner or an editor; If-Match says which version is meant."""
    version = expected_version(request)
    command = ReviseIngredient(
        ingredient_id=_ingredient(ingredient_id), ingredient=data.ingredient(), expected_version=version
    )
    return await answer.now(command, changed_from(version))


def _ingredient(identifier: str) -> UUID:
    found = canonical_uuid(identifier)
    if found is None:
        raise IngredientNotFoundError("There is no such ingredient.")
    return found
