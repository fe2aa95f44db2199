"""The OpenAPI 3.1 document of the API, made of what the routes declare and what their code refers to."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Any

from litestar.handlers import HTTPRouteHandler

from entrypoints.http.openapi.described import described
from entrypoints.http.openapi.headers import header_components, request_header_components
from entrypoints.http.openapi.links import add_links
from entrypoints.http.openapi.operation import operation, types_of
from entrypoints.http.openapi.refusals import (
    UNREADABLE,
    component_name,
    problem_answer,
    refusals_of,
    unreadable_problem,
)
from entrypoints.http.openapi.schemas import Schemas
from entrypoints.http.problems import Problem

Json = Any

VERSION = "0.1.0"
ABOUT = """Recipes, and reports over them that are computed in the background.

Every command can be run at once, waited for, or kept as a job: the client chooses by `Prefer`. Every error is a problem
(RFC 9457) whose `type` leads to a page about it. JSON is read strictly: no member twice, none that is unknown, no text
for a number, no 5.0 for 5, and no null character (U+0000) in any text. `HEAD` answers as `GET` does, without
the body, and `OPTIONS` with the methods of a path in Allow."""


def openapi_document(handlers: Sequence[HTTPRouteHandler], documents: Mapping[str, type]) -> Json:
    """Describe these routes; `documents` are the types of what is stored and passed through, by their names."""
    routes = described(handlers)
    schemas = Schemas([Problem, *(each for route in routes for each in types_of(route))], documents)
    paths: dict[str, Json] = defaultdict(dict)
    responses: dict[str, Json] = {}
    for route in routes:
        paths[route.path][route.method.lower()] = operation(route, schemas)
        for status, codes in refusals_of(route).items():
            name = component_name(status, codes, of_command=route.is_command)
            responses[name] = problem_answer(status, codes, of_command=route.is_command)
    problem = schemas.components[Problem.__name__]
    document = {
        "openapi": "3.1.0",
        "info": {
            "title": "Kondate",
            "version": VERSION,
            "description": ABOUT,
            "license": {"name": "MIT", "identifier": "MIT"},
        },
        "servers": [{"url": "/", "description": "The gateway that this document came from."}],
        "paths": dict(sorted(paths.items())),
        "components": {
            "schemas": dict(sorted({**schemas.components, UNREADABLE: unreadable_problem(problem)}.items())),
            "responses": dict(sorted(responses.items())),
            "parameters": request_header_components(),
            "headers": header_components(),
            "securitySchemes": {
                "token": {
                    "type": "http",
                    "scheme": "bearer",
                    "bearerFormat": "JWT",
                    "description": "A token of the issuer; each operation lists the scopes and roles that it asks for.",
                }
            },
        },
    }
    add_links(document, routes)
    return document
