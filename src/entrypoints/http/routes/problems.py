"""Where the `type` of a problem leads: a page for people, JSON for programs; served in every stage."""

from typing import Any

from litestar import Request, Response, get

from entrypoints.edge import Edge, Exposure
from entrypoints.http.faults import NoSuchResourceError
from entrypoints.http.injected import Segment
from entrypoints.http.problems import problem_types
from entrypoints.http.representations.problem_page import POLICY, problem_list_page, problem_page
from entrypoints.http.schemas.problems import ProblemTypeBody, ProblemTypeList

PUBLIC = Edge(exposure=Exposure.PUBLIC)
JSON, PAGE = "application/json", "text/html"
HEADERS = {"Cache-Control": "public, max-age=3600", "Vary": "Accept"}


@get("/problems", opt={"edge": PUBLIC, "shows": {PAGE: str, JSON: ProblemTypeList}})
async def list_problems(request: Request[Any, Any, Any]) -> Response[Any]:
    """List every type of problem, as a page or as JSON."""
    types = sorted(problem_types().values(), key=lambda each: (each.status, each.code))
    if _wants_json(request):
        return Response(ProblemTypeList(tuple(ProblemTypeBody.of(each) for each in types)), headers=HEADERS)
    return Response(problem_list_page(types), media_type=PAGE, headers={**HEADERS, **POLICY})


@get("/problems/{code:str}", opt={"edge": PUBLIC, "shows": {PAGE: str, JSON: ProblemTypeBody}})
async def read_problem(request: Request[Any, Any, Any], code: Segment) -> Response[Any]:
    """Tell what a problem of this type means, as a page or as JSON."""
    found = problem_types().get(code)
    if found is None:
        raise NoSuchResourceError
    if _wants_json(request):
        return Response(ProblemTypeBody.of(found), headers=HEADERS)
    return Response(problem_page(found), media_type=PAGE, headers={**HEADERS, **POLICY})


def _wants_json(request: Request[Any, Any, Any]) -> bool:
    return request.accept.best_match([PAGE, JSON]) == JSON
