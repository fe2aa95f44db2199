"""Finding recipes over HTTP."""

from typing import Annotated, Any, Literal

from litestar import Request, Response, get
from litestar.params import FromQuery, QueryParameter

from domain.ingredient import Allergen
from domain.japanese_allergens import JapaneseAllergen
from domain.recipe import RecipeStatus
from domain.search import LARGEST_PAGE, LONGEST_QUERY, MOST_CONDITIONS, RecipeSearch
from entrypoints.edge import Edge
from entrypoints.http.injected import Caller, Finding
from entrypoints.http.schemas.recipe_search import RecipeList, RecipeListItem, following_url, page_body, place_of
from entrypoints.http.sparse import Fields, fields_of, wanted_fields

Text = Annotated[
    str | None,
    QueryParameter(name="q", max_length=LONGEST_QUERY, description="Words, or any part of a Japanese name."),
]
Names = Annotated[list[str] | None, QueryParameter(max_items=MOST_CONDITIONS)]
FreeFrom = Annotated[
    list[Allergen] | None,
    QueryParameter(name="free-from", description="Allergens that the recipe must be free of for certain."),
]
FreeFromJp = Annotated[
    list[JapaneseAllergen] | None,
    QueryParameter(
        name="free-from-jp",
        description="Allergens of Japan's list that the recipe must be free of for certain; "
        "where both lists have a word, they may mean different things by it.",
    ),
]
Limit = Annotated[int, QueryParameter(ge=1, le=LARGEST_PAGE)]
Status = Annotated[
    Literal["published", "draft", "archived"],
    QueryParameter(description="Of drafts and archived recipes, only the caller's own are found."),
]


@get(
    "/recipes",
    opt={"edge": Edge(scopes=frozenset({"recipe:read"}))},
    response_description="A page, newest first; the Link header says where the next one is.",
)
async def find_recipes(  # noqa: PLR0913, PLR0917 (one argument a filter)
    request: Request[Any, Any, Any],
    find: Finding,
    origin: Caller,
    text: Text = None,
    tag: Names = None,
    ingredient: Names = None,
    free_from: FreeFrom = None,
    free_from_jp: FreeFromJp = None,
    status: Status = "published",
    limit: Limit = 20,
    cursor: FromQuery[str | None] = None,
    fields: Fields = None,
) -> Response[RecipeList]:
    """Find recipes that meet every condition given."""
    wanted = wanted_fields(fields, fields_of(RecipeListItem))
    search = RecipeSearch(
        text=text or "",
        tags=tuple(tag or ()),
        ingredients=tuple(ingredient or ()),
        free_from=frozenset(free_from or ()),
        free_from_jp=frozenset(free_from_jp or ()),
        status=RecipeStatus(status),
        limit=limit,
        after=place_of(cursor) if cursor is not None else None,
    )
    page = await find.page(search, origin)
    following = following_url(request.url.path, list(request.query_params.multi_items()), page.next)
    headers = {"Cache-Control": "private, no-cache"}
    if following is not None:
        headers["Link"] = f'<{following}>; rel="next"'
    body: Any = page_body(page, following, wanted)
    return Response(body, media_type="application/json", headers=headers)
