"""Texts of a query that mean nothing: the framework would read `status=null` as no status at all."""

from typing import Any, get_args
from urllib.parse import parse_qsl

from litestar.connection import ASGIConnection
from litestar.handlers import BaseRouteHandler, HTTPRouteHandler
from litestar.params import QueryParameter

from entrypoints.http.faults import RequestError


async def null_guard(connection: ASGIConnection[Any, Any, Any, Any], route: BaseRouteHandler) -> None:
    """Refuse `null` for what is no text; a guard of every route."""
    query: bytes = connection.scope["query_string"]
    if b"null" not in query.lower() or not isinstance(route, HTTPRouteHandler):
        return
    for name, value in parse_qsl(query.decode("latin-1"), keep_blank_values=True):
        if value.lower() == "null" and name in _names_of_other_than_texts(route):
            raise RequestError


def _names_of_other_than_texts(route: HTTPRouteHandler) -> set[str]:
    parameters = route.parsed_fn_signature.parameters
    return {
        field.kwarg_definition.name or name
        for name, field in parameters.items()
        if isinstance(field.kwarg_definition, QueryParameter) and str not in _types_in(field.annotation)
    }


def _types_in(annotation: Any) -> set[Any]:  # noqa: ANN401 (any annotation)
    return {annotation}.union(*(_types_in(each) for each in get_args(annotation)))
