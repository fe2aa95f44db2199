"""The API's own description, and the page that shows it."""

import json
import re
from collections.abc import Iterator
from html.parser import HTMLParser
from typing import Any

import httpx
import msgspec
import pytest

from entrypoints.edge import Exposure
from entrypoints.http.app import edge_routes, routes
from entrypoints.http.openapi.described import described
from entrypoints.http.problems import problem_types
from entrypoints.http.strict_json import read_json
from tests.support.contract import contract
from tests.support.http import InMemoryApi

PARAMETER = re.compile(r"\{(\w+)\}")


@pytest.fixture
def document() -> dict[str, Any]:
    """Give the document as `/openapi.json` shows it, made once for all tests."""
    known: dict[str, Any] = json.loads(msgspec.json.encode(contract(with_docs=True).document))
    return known


class Page(HTMLParser):
    """Collects what a page loads, and what it would run by itself."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.loaded: list[str] = []
        self.inline: list[str] = []
        self._element = ""
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._element = tag
        attributes = dict(attrs)
        self.loaded += [attributes[name] or "" for name in ("src", "href") if name in attributes]
        self.inline += [name for name in attributes if name.startswith("on")]

    def handle_data(self, data: str) -> None:
        if self._element in ("script", "style") and data.strip():
            self.inline.append(data)


def operations(document: dict[str, Any]) -> Iterator[tuple[str, str, dict[str, Any]]]:
    """Yield each operation with its path and method."""
    for path, item in document["paths"].items():
        for method, operation in item.items():
            yield path, method, operation


def references(value: object) -> Iterator[str]:
    """Yield each reference of a document."""
    if isinstance(value, dict):
        if isinstance(value.get("$ref"), str):
            yield value["$ref"]
        for member in value.values():
            yield from references(member)
    elif isinstance(value, list):
        for item in value:
            yield from references(item)


async def test_the_document_is_openapi_3_1(client: httpx.AsyncClient, document: dict[str, Any]) -> None:
    answer = await client.get("/openapi.json")
    assert (answer.headers["content-type"], answer.json()) == ("application/json", document)
    assert re.fullmatch(r"3\.1\.\d+", document["openapi"])
    assert {"title", "version"} <= document["info"].keys()


def test_every_route_is_described(document: dict[str, Any]) -> None:
    described = {(path, method.upper()) for path, method, _ in operations(document)}
    assert described == {(route.template, method) for route in edge_routes(with_docs=True) for method in route.methods}


def test_every_operation_has_a_name_of_its_own_and_answers(document: dict[str, Any]) -> None:
    described = [operation for _, _, operation in operations(document)]
    assert len({operation["operationId"] for operation in described}) == len(described)
    assert all(operation["responses"] for operation in described)


def test_every_parameter_of_a_path_is_described(document: dict[str, Any]) -> None:
    for path, _, operation in operations(document):
        named = {each["name"] for each in operation["parameters"] if each.get("in") == "path" and each["required"]}
        assert named == set(PARAMETER.findall(path))


def test_every_reference_leads_somewhere(document: dict[str, Any]) -> None:
    for reference in references(document):
        found: Any = document
        for step in reference.removeprefix("#/").split("/"):
            found = found[step]
        assert isinstance(found, dict)


def test_commands_say_what_they_take(document: dict[str, Any]) -> None:
    bodies = {
        path: operation["requestBody"]["content"]
        for path, method, operation in operations(document)
        if method == "post" and "requestBody" in operation
    }
    assert list(bodies.pop("/import-recipes")) == ["application/x-ndjson"]
    taken = {path: content["application/json"]["schema"]["$ref"].rpartition("/")[2] for path, content in bodies.items()}
    assert taken["/recipes"] == "NewRecipeInput"
    assert taken["/generate-report"] == "ReportRequest"
    assert "prepMinutes" in document["components"]["schemas"]["RecipeInput"]["properties"]


BODIES = {
    type_.__name__: type_
    for route in described(routes(with_docs=True))
    for media_type, type_ in route.body.items()
    if media_type == "application/json"
}


@pytest.mark.parametrize("type_", BODIES.values(), ids=BODIES.keys())
def test_every_body_has_an_example_that_is_taken(document: dict[str, Any], type_: Any) -> None:  # noqa: ANN401
    assert isinstance(read_json(json.dumps(type_.EXAMPLE).encode(), type_), type_)
    validator = contract(with_docs=True).validator({"$ref": f"#/components/schemas/{type_.__name__}"}, type_.__name__)
    assert validator.is_valid(type_.EXAMPLE)
    bodies = [
        operation["requestBody"]["content"] for *_, operation in operations(document) if "requestBody" in operation
    ]
    shown = [body["application/json"].get("example") for body in bodies if "application/json" in body]
    assert type_.EXAMPLE in shown


def test_every_answer_that_is_json_says_what_it_holds(document: dict[str, Any]) -> None:
    """What passes through as bytes, its route names in `opt={"shows": …}`."""
    for path, method, operation in operations(document):
        for status, answer in operation["responses"].items():
            for media_type, content in answer.get("content", {}).items():
                assert content["schema"], f"{method} {path} {status} {media_type}"


def test_every_refusal_is_of_types_that_have_pages(document: dict[str, Any]) -> None:
    pages = {each.uri: each for each in problem_types().values()}
    for name, answer in document["components"]["responses"].items():
        content = answer["content"]["application/problem+json"]
        types = content["schema"]["allOf"][1]["properties"]["type"]["enum"]
        assert {str(pages[each].status) for each in types} == {name.partition(".")[0]}
        assert {each["value"]["type"] for each in content["examples"].values()} == set(types)


def test_every_scope_and_role_of_a_policy_is_asked_for(document: dict[str, Any]) -> None:
    policies = {(each.template, method): each.edge for each in edge_routes(with_docs=True) for method in each.methods}
    for path, method, operation in operations(document):
        edge = policies[path, method.upper()]
        asked = [sorted(edge.scopes | edge.roles)] if edge.exposure is Exposure.TOKEN else []
        assert [each["token"] for each in operation["security"]] == asked


@pytest.mark.parametrize(
    ("operation", "told"),
    [
        ("GET /recipe/{recipe_id}", {200, 304, 401, 403, 404, 406, 429}),
        ("PUT /recipe/{recipe_id}", {200, 202, 400, 403, 404, 409, 412, 413, 415, 422, 428, 429}),
        ("POST /generate-report", {201, 202, 400, 403, 409, 413, 415, 422, 429, 503}),
        ("GET /jobs/{job_id}", {200, 304, 401, 404, 410, 429}),
        ("POST /jobs/{job_id}/cancel", {202, 401, 404, 409, 410, 429}),
        ("GET /readyz", {200, 503}),
    ],
)
def test_what_the_code_does_is_told(document: dict[str, Any], operation: str, told: set[int]) -> None:
    method, path = operation.split()
    assert {str(status) for status in told} <= document["paths"][path][method.lower()]["responses"].keys()


def test_a_checker_sees_what_is_not_told() -> None:
    """The tests' own client would notice a status, a header or a member that the document does not have."""
    request = httpx.Request("GET", "http://api/problems")
    headers = {"x-request-id": "12345678", "content-type": "application/json"}
    good = httpx.Response(200, headers=headers, json={"items": []}, request=request)
    wrong = [
        httpx.Response(418, headers=headers, json={}, request=request),
        httpx.Response(200, headers={**headers, "x-powered-by": "magic"}, json={"items": []}, request=request),
        httpx.Response(200, headers={"content-type": "application/json"}, json={"items": []}, request=request),
        httpx.Response(200, headers=headers, json={"items": [{}]}, request=request),
        httpx.Response(200, headers={**headers, "content-type": "text/csv"}, text="x", request=request),
    ]
    known = contract(with_docs=True)
    assert not list(known.faults("GET", "/problems", good))
    assert all(list(known.faults("GET", "/problems", answer)) for answer in wrong)


async def test_the_page_works_under_its_own_policy(client: httpx.AsyncClient) -> None:
    answer = await client.get("/docs")
    page = Page(answer.text)
    assert answer.headers["content-type"] == "text/html; charset=utf-8"
    policy = dict(part.strip().split(" ", 1) for part in answer.headers["content-security-policy"].split(";"))
    assert policy["default-src"] == "'none'"
    assert policy["script-src"] == "'self'"
    assert not page.inline


async def test_the_page_loads_nothing_from_elsewhere_and_all_it_loads_is_there(client: httpx.AsyncClient) -> None:
    page = Page((await client.get("/docs")).text)
    loaded = [address for address in page.loaded if not address.startswith("data:")]
    assert {"/docs/swagger-ui-bundle.js", "/docs/start.js", "/docs/swagger-ui.css"} <= set(loaded)
    for address in loaded:
        answer = await client.get(address)
        assert answer.status_code == 200
        assert answer.content


@pytest.mark.parametrize(
    ("name", "media_type"),
    [("start.js", "text/javascript"), ("swagger-ui-bundle.js", "text/javascript"), ("swagger-ui.css", "text/css")],
)
async def test_files_of_the_page_are_named_what_they_are(client: httpx.AsyncClient, name: str, media_type: str) -> None:
    answer = await client.get(f"/docs/{name}")
    assert answer.headers["content-type"].partition(";")[0] == media_type
    assert answer.headers["cache-control"] == "public, max-age=3600"


@pytest.mark.parametrize("name", ["page.html", "README.md", "..%2Fapp.py", "%2e%2e%2fapp.py", "start.js%00"])
async def test_no_other_file_is_served(client: httpx.AsyncClient, name: str) -> None:
    assert (await client.get(f"/docs/{name}")).status_code == 404


async def test_production_shows_neither_document_nor_page() -> None:
    async with InMemoryApi().client(with_docs=False) as client:
        answers = [await client.get(path) for path in ("/openapi.json", "/docs", "/docs/start.js")]
    assert {answer.status_code for answer in answers} == {404}
