"""One operation of the document: what it takes, what it answers, and who may ask."""

import re
from collections.abc import Iterator
from http import HTTPStatus
from typing import Any, get_origin

from litestar.params import PathParameter, QueryParameter

from entrypoints.edge import Exposure
from entrypoints.http.observation import canonical_uuid
from entrypoints.http.openapi.described import JSON, Described, Parameter
from entrypoints.http.openapi.headers import answer_headers, request_headers
from entrypoints.http.openapi.refusals import component_name, refusals_of
from entrypoints.http.openapi.schemas import Schemas, without_none

Json = Any

RULES = {
    "ge": "minimum", "le": "maximum", "gt": "exclusiveMinimum", "lt": "exclusiveMaximum", "min_length": "minLength",
    "max_length": "maxLength", "min_items": "minItems", "max_items": "maxItems", "pattern": "pattern",
}  # fmt: skip
SEGMENT = "^[A-Za-z0-9._~-]+$"
_WORD = re.compile("_([a-z])")


def operation(route: Described, schemas: Schemas) -> Json:
    """Describe one path and method."""
    text = " ".join((route.handler.fn.__doc__ or "").split())
    described: Json = {
        "operationId": operation_id(route),
        "tags": [route.handler.fn.__module__.rpartition(".")[2].replace("_", "-")],
        "summary": text.partition(". ")[0].removesuffix("."),
        "description": " ".join([text, *_asked(route)]),
        "security": _security(route),
        "parameters": [*_path(route), *_query(route, schemas), *request_headers(route)],
        "responses": {str(status): each for status, each in sorted(_responses(route, schemas).items())},
    }
    if route.body:
        content = {media_type: _content(schemas, (taken,)) for media_type, taken in route.body.items()}
        described["requestBody"] = {"required": True, "content": content}
    return described


def operation_id(route: Described) -> str:
    """Return the operation's name: that of its function, told apart where that answers several methods."""
    name = _WORD.sub(lambda match: match[1].upper(), str(route.handler.fn.__name__))
    is_only = len(route.handler.http_methods) == 1 or route.method != "HEAD"
    return name if is_only else f"{name}Head"


def types_of(route: Described) -> Iterator[Any]:
    """Yield every type that the operation needs a schema of."""
    yield from route.body.values()
    for content in route.results().values():
        for shown in content.values():
            yield from shown
    yield from (without_none(each.annotation) for each in route.parameters(QueryParameter))


def _asked(route: Described) -> Iterator[str]:
    if route.edge.scopes:
        yield f"Needs the scope {', '.join(f'`{scope}`' for scope in sorted(route.edge.scopes))}."
    if route.edge.roles:
        yield f"Needs the role {', '.join(f'`{role}`' for role in sorted(route.edge.roles))}."
    if not route.is_behind_gateway:
        yield "On the API's own port only: the gateway does not know it."


def _security(route: Described) -> Json:
    """Name scopes and roles, which OpenAPI 3.1 allows for any scheme; public operations ask for nothing."""
    asked = sorted(route.edge.scopes | route.edge.roles)
    return [{"token": asked}] if route.edge.exposure is Exposure.TOKEN else []


def _path(route: Described) -> Iterator[Json]:
    is_uuid = canonical_uuid in route.reach.objects
    for each in route.parameters(PathParameter):
        schema = {"type": "string", **({"format": "uuid"} if is_uuid else {"pattern": SEGMENT})}
        yield {"name": each.name, "in": "path", "required": True, "schema": schema}


def _query(route: Described, schemas: Schemas) -> Iterator[Json]:
    for each in route.parameters(QueryParameter):
        shown = {"name": each.name, "in": "query", "required": each.is_required, "schema": _ruled(each, schemas)}
        yield {**shown, "description": each.rules.description} if each.rules.description else shown


def _ruled(parameter: Parameter, schemas: Schemas) -> Json:
    given = {name: getattr(parameter.rules, rule) for rule, name in RULES.items()}
    schema = {**schemas.of(without_none(parameter.annotation)), **{k: v for k, v in given.items() if v is not None}}
    if get_origin(without_none(parameter.annotation)) is list:
        schema["items"] = {**schema["items"]}
    return schema if parameter.is_required or parameter.default is None else {**schema, "default": parameter.default}


def _responses(route: Described, schemas: Schemas) -> dict[int, Json]:
    responses: dict[int, Json] = {
        status: {"$ref": f"#/components/responses/{component_name(status, codes, of_command=route.is_command)}"}
        for status, codes in refusals_of(route).items()
    }
    for status, content in route.results().items():
        types = tuple(each for shown in content.values() for each in shown)
        answer: Json = {
            "description": _said(route, status),
            "headers": answer_headers(route, status, types),
        }
        if content and route.method != "HEAD":
            answer["content"] = {media_type: _content(schemas, shown) for media_type, shown in content.items()}
        if JSON in content and any(each.name == "fields" for each in route.parameters(QueryParameter)):
            answer["content"][JSON] = _or_a_part(answer["content"][JSON])
        responses[status] = answer
    return responses


def _or_a_part(content: Json) -> Json:
    """Say that members are left out where only some are asked for."""
    part = {"type": "object", "description": "With `fields`: those members only, of the whole or of each item."}
    return {**content, "schema": {"anyOf": [content["schema"], part]}}


def _said(route: Described, status: int) -> str:
    said = route.handler.response_description
    return said if said and status == route.handler.status_code else HTTPStatus(status).phrase


def _content(schemas: Schemas, types: tuple[Any, ...]) -> Json:
    examples = [each.EXAMPLE for each in types if hasattr(each, "EXAMPLE")]
    return {"schema": schemas.of(*types), **({"example": examples[0]} if examples else {})}
