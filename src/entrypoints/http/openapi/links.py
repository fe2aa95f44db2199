"""Links from an answer to what can be asked next: what a client does with the id, or the ETag, that it was given."""

from collections.abc import Iterable, Iterator
from typing import Any

from entrypoints.http.answers import Created
from entrypoints.http.openapi.described import Described
from entrypoints.http.openapi.operation import operation_id
from entrypoints.http.schemas.jobs import JobAccepted
from entrypoints.http.urls import TEMPLATES

Json = Any


def add_links(document: Json, routes: Iterable[Described]) -> None:
    """Link every operation whose answer names something to the operations on that."""
    routes = [route for route in routes if route.method != "HEAD"]
    for route in routes:
        answers = document["paths"][route.path][route.method.lower()]["responses"]
        for status, content in route.results().items():
            types = {shown for each in content.values() for shown in each}
            links = dict(_links(route, types, routes))
            if links:
                answers[str(status)]["links"] = links


def _links(route: Described, types: set[Any], routes: list[Described]) -> Iterator[tuple[str, Json]]:
    if JobAccepted in types:
        yield from _to(routes, TEMPLATES["job"], "$response.body#/jobId")
    if Created in types and "{" not in route.path:
        for template in TEMPLATES.values():
            if route.path in (template.rpartition("/")[0], f"{template.rpartition('/')[0]}s"):
                yield from _to(routes, template, "$response.body#/id")
    if route.method == "GET" and "if-none-match" in route.reach.texts:
        yield from _to(routes, route.path, "$request.path.", tag="$response.header.ETag")


def _to(routes: list[Described], template: str, value: str, tag: str | None = None) -> Iterator[tuple[str, Json]]:
    """Yield a link to every operation at the template's path or below it."""
    start = template.partition("{")[0]
    for target in routes:
        rest = target.path.removeprefix(start)
        if rest == target.path or not rest.startswith("{") or rest.count("{") != 1:
            continue
        name = rest[1:].partition("}")[0]
        parameters = {f"path.{name}": f"{value}{name}" if value.endswith(".") else value}
        is_conditional = tag is not None and "if-match" in target.reach.texts
        if tag is not None and not is_conditional:
            continue
        if is_conditional:
            parameters["header.If-Match"] = tag or ""
        yield operation_id(target), {"operationId": operation_id(target), "parameters": parameters}
