"""What a request can be refused for, layer by layer: the gateway, the form, the token, the route, its command."""

from collections import defaultdict
from collections.abc import Mapping
from typing import Any

from litestar.params import PathParameter, QueryParameter

from entrypoints.edge import Exposure
from entrypoints.http.openapi.described import Described
from entrypoints.http.openapi.headers import problem_headers
from entrypoints.http.problems import MEDIA_TYPE, Problem, problem_types
from entrypoints.problem_types import ProblemType

Json = Any

BY_THE_GATEWAY = (
    "bad-request", "invalid-request-id", "request-timeout", "content-too-large", "uri-too-long",
    "quota-exceeded", "header-fields-too-large", "internal-error", "temporary-reduced-capacity", "upstream-unavailable",
    "upstream-timeout",
)  # fmt: skip
UNREADABLE = "UnreadableProblem"
BAD_REQUEST = 400
OF_WAITING = ("timeout", "deadline-exceeded", "worker-lost")
"""What a job that was waited for may have failed of."""


def refusals_of(route: Described) -> Mapping[int, frozenset[str]]:
    """Return the codes of the problems that a route answers with, by status."""
    types = problem_types()
    codes = {error.code for error in route.refusals()} | {"internal-error"}
    if route.is_behind_gateway:
        codes |= {*BY_THE_GATEWAY}
    if route.edge.exposure is Exposure.TOKEN:
        codes |= {"unauthorized", "keys-unavailable", "not-acceptable"}
    if route.edge.scopes or route.edge.roles:
        codes.add("insufficient-scope")
    if route.body:
        codes |= {"malformed-body", "validation-failed", "content-too-large", "unsupported-media-type"}
    if any(route.parameters(QueryParameter)):
        codes.add("bad-request")
    if any(route.parameters(PathParameter)):
        codes.add("not-found")
    if route.is_command and route.edge.waits:
        codes |= {*OF_WAITING}
    found: dict[int, set[str]] = defaultdict(set)
    for code in codes:
        found[types[code].status].add(code)
    return {status: frozenset(found[status]) for status in sorted(found)}


def component_name(status: int, codes: frozenset[str], *, of_command: bool) -> str:
    """Return the name of a refusal in the document; the same refusal of two routes is written once."""
    return ".".join([str(status), *sorted(codes), *(["command"] if of_command else [])])


def problem_answer(status: int, codes: frozenset[str], *, of_command: bool) -> Json:
    """Return a refusal: which types it can be of, with an example of each."""
    types = [each for code, each in sorted(problem_types().items()) if code in codes]
    narrowed = {"properties": {"type": {"enum": [each.uri for each in types]}, "status": {"const": status}}}
    return {
        "description": " ".join(f"`{each.code}`: {each.meaning}" for each in types),
        "headers": problem_headers(status, of_command=of_command),
        "content": {
            MEDIA_TYPE: {
                "schema": {"allOf": [{"$ref": f"#/components/schemas/{_form_of(status)}"}, narrowed]},
                "examples": {each.code: {"value": _example(each)} for each in types},
            }
        },
    }


def unreadable_problem(problem: Json) -> Json:
    """Return the schema of a problem with a request that was no HTTP: neither its path nor its id is known for sure."""
    required = [each for each in problem["required"] if each not in ("instance", "requestId")]
    said = "The body of every 400: that of any error, without what could not be read of the request."
    return {**problem, "title": UNREADABLE, "description": said, "required": required}


def _form_of(status: int) -> str:
    return UNREADABLE if status == BAD_REQUEST else Problem.__name__


def _example(type_: ProblemType) -> Json:
    return {
        "type": type_.uri,
        "title": type_.title,
        "status": type_.status,
        "detail": type_.meaning,
        "instance": "/recipes",
        "requestId": "0192a000-0000-7000-8000-000000000001",
    }
