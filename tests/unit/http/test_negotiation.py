"""Accept: whoever takes none of the forms that there are is told so before anything is done."""

import httpx
import pytest

from entrypoints.edge import Exposure
from entrypoints.http.app import edge_routes
from entrypoints.http.negotiation import is_any_taken
from tests.support.http import ALICE, RICE, InMemoryApi, problem_of

FORMS = ["application/json", "text/csv"]


@pytest.mark.parametrize(
    "accept",
    [
        "application/json",
        "*/*",
        "text/html, */*;q=0.1",
        "application/*",
        "TEXT/CSV",
        "application/json; charset=utf-8",
        "text/csv;q=0.5, application/json;q=0",
        "text/html;q=0.9,text/csv;q=0.001",
        "",
        "whatever",
        "application/json;q=much",
    ],
)
def test_a_form_is_taken(accept: str) -> None:
    assert is_any_taken(FORMS, accept)


@pytest.mark.parametrize(
    "accept", ["text/html", "image/*", "application/json;q=0", "*/*;q=0", "application/json;q=0, text/csv;q=0, */*"]
)
def test_no_form_is_taken(accept: str) -> None:
    assert not is_any_taken(FORMS, accept)


@pytest.mark.parametrize(
    ("method", "path"),
    sorted(
        (method, route.template.replace("{", "").replace("}", ""))
        for route in edge_routes(with_docs=True)
        for method in route.methods
        if route.edge.exposure is Exposure.TOKEN and not route.edge.roles
    ),
)
async def test_every_route_refuses_who_takes_no_form_of_it(client: httpx.AsyncClient, method: str, path: str) -> None:
    answer = await client.request(method, path, headers={**ALICE, "accept": "image/png"})
    assert "/" in problem_of(answer, 406, "not-acceptable")["detail"]


async def test_what_nobody_could_read_the_answer_of_is_not_done(client: httpx.AsyncClient, api: InMemoryApi) -> None:
    await client.post("/recipes", headers={**ALICE, "accept": "text/html"}, json=RICE)
    assert api.stored() == 0
