"""Price lists and menu plans over HTTP."""

from typing import Any
from uuid import UUID

from litestar import Request, Response, get, post, put
from litestar.params import JSONBody
from litestar.response.base import ASGIResponse

from application.dispatch import scopes_of
from domain.commands import AddMenuPlan, AddPriceList, ReviseMenuPlan, RevisePriceList
from domain.errors import MenuPlanNotFoundError, PriceListNotFoundError
from entrypoints.edge import Edge
from entrypoints.http.answers import Created, changed_from
from entrypoints.http.conditional import document_answer, expected_version
from entrypoints.http.injected import Answering, Caller, Planning, Segment
from entrypoints.http.observation import canonical_uuid
from entrypoints.http.schemas.jobs import JobAccepted
from entrypoints.http.schemas.planning import MenuPlanInput, PriceListInput
from entrypoints.http.strict_json import StrictJson

WRITING = Edge(scopes=scopes_of(AddPriceList), timeout_seconds=10, waits=True, body_limit_bytes=1_048_576)


@post(
    "/price-lists",
    dto=StrictJson[PriceListInput],
    return_dto=None,
    request_max_body_size=WRITING.body_limit_bytes,
    opt={"edge": WRITING},
)
async def add_price_list(data: JSONBody[PriceListInput], answer: Answering) -> Response[Created | JobAccepted]:
    """Keep a price list; only its owner and editors see it."""
    return await answer.now(AddPriceList(content=data.content()))


@get("/price-lists/{price_list_id:str}", opt={"edge": Edge(), "shows": {"application/json": "price-list"}})
async def read_price_list(
    request: Request[Any, Any, Any], price_list_id: Segment, planning_reads: Planning, origin: Caller
) -> ASGIResponse:
    """Return one of the caller's price lists."""
    document = await planning_reads.price_list(_price_list(price_list_id), origin)
    if document is None:
        raise PriceListNotFoundError("There is no such price list.")
    return document_answer(document, request.headers.get("if-none-match"))


@put(
    "/price-lists/{price_list_id:str}",
    dto=StrictJson[PriceListInput],
    return_dto=None,
    request_max_body_size=WRITING.body_limit_bytes,
    opt={"edge": WRITING},
)
async def revise_price_list(
    request: Request[Any, Any, Any], price_list_id: Segment, data: JSONBody[PriceListInput], answer: Answering
) -> Response[Created | JobAccepted]:
    """Write a price list anew, as its owner or an editor; If-Match says which version is meant."""
    version = expected_version(request)
    identifier = _price_list(price_list_id)
    command = RevisePriceList(price_list_id=identifier, content=data.content(), expected_version=version)
    return await answer.now(command, changed_from(version))


@post(
    "/menu-plans",
    dto=StrictJson[MenuPlanInput],
    return_dto=None,
    request_max_body_size=WRITING.body_limit_bytes,
    opt={"edge": WRITING},
)
async def add_menu_plan(data: JSONBody[MenuPlanInput], answer: Answering) -> Response[Created | JobAccepted]:
    """Keep a menu plan; only its owner and editors see it."""
    return await answer.now(AddMenuPlan(content=data.content()))


@get("/menu-plans/{menu_plan_id:str}", opt={"edge": Edge(), "shows": {"application/json": "menu-plan"}})
async def read_menu_plan(
    request: Request[Any, Any, Any], menu_plan_id: Segment, planning_reads: Planning, origin: Caller
) -> ASGIResponse:
    """Return one of the caller's menu plans."""
    document = await planning_reads.menu_plan(_menu_plan(menu_plan_id), origin)
    if document is None:
        raise MenuPlanNotFoundError("There is no such menu plan.")
    return document_answer(document, request.headers.get("if-none-match"))


@put(
    "/menu-plans/{menu_plan_id:str}",
    dto=StrictJson[MenuPlanInput],
    return_dto=None,
    request_max_body_size=WRITING.body_limit_bytes,
    opt={"edge": WRITING},
)
async def revise_menu_plan(
    request: Request[Any, Any, Any], menu_plan_id: Segment, data: JSONBody[MenuPlanInput], answer: Answering
) -> Response[Created | JobAccepted]:
    """Write a menu plan anew, as its owner or an editor; If-Match says which version is meant."""
    version = expected_version(request)
    identifier = _menu_plan(menu_plan_id)
    command = ReviseMenuPlan(menu_plan_id=identifier, content=data.content(), expected_version=version)
    return await answer.now(command, changed_from(version))


def _price_list(identifier: str) -> UUID:
    found = canonical_uuid(identifier)
    if found is None:
        raise PriceListNotFoundError("There is no such price list.")
    return found


def _menu_plan(identifier: str) -> UUID:
    found = canonical_uuid(identifier)
    if found is None:
        raise MenuPlanNotFoundError("There is no such menu plan.")
    return found
