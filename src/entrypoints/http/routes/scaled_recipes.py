"""Recipes for another number of people, over HTTP."""

from fractions import Fraction
from typing import Annotated

from litestar import get
from litestar.params import QueryParameter
from litestar.response.base import ASGIResponse

from domain.errors import RecipeNotFoundError
from entrypoints.edge import Edge
from entrypoints.http.injected import Caller, Ingredients, Recipes, Segment
from entrypoints.http.observation import canonical_uuid
from entrypoints.scaled_recipe import scaled_recipe

Yield = Annotated[
    float | None,
    QueryParameter(name="yield", ge=0.01, le=10_000, description="How much it shall make, in the recipe's own unit."),
]


@get(
    "/recipe/{recipe_id:str}/scaled",
    opt={"edge": Edge(scopes=frozenset({"recipe:read"})), "shows": {"application/json": "scaled-recipe"}},
)
async def scale_recipe(
    recipe_id: Segment, recipe_reads: Recipes, catalogue: Ingredients, origin: Caller, wanted: Yield = None
) -> ASGIResponse:
    """Return a recipe with its amounts for another yield (or its own), as exact fractions; nothing is stored."""
    identifier = canonical_uuid(recipe_id)
    document = identifier and await recipe_reads.document(identifier, origin)
    if not document:
        raise RecipeNotFoundError("There is no such recipe.")
    current = await catalogue.current()
    body = scaled_recipe(document.body, None if wanted is None else Fraction(str(wanted)), current.catalogue)
    return ASGIResponse(body=body, media_type="application/json", headers={"Cache-Control": "private, no-cache"})
