"""Every refusal of the gateway's own is a problem document that says nothing of its inside."""

import uuid
from dataclasses import replace
from pathlib import Path

import httpx
import pytest

from entrypoints.edge import Edge
from tests.integration.gateway.parts import ROUTES, SCOPES, Upstream, exchange, route, settings_for
from tests.support.envoy import Gateway, running_gateway
from tests.support.tokens import TestIssuer

MEMBERS = {"type", "title", "status", "detail", "instance", "requestId"}


def problem_of(answer: httpx.Response) -> dict[str, object]:
    """Return a refusal's body after the checks that hold for all of them."""
    assert answer.headers["Content-Type"] == "application/problem+json"
    body: dict[str, object] = answer.json()
    assert set(body) == MEMBERS
    assert body["status"] == answer.status_code
    assert body["requestId"] == answer.headers["X-Request-ID"]
    assert "envoy" not in answer.text.lower()
    return body


@pytest.mark.parametrize(
    "path", ["/nowhere", "/", "/recipe", "/recipe/", "/recipe/1/2", "/recipes/", "/Recipe/1", "/readyz"]
)
def test_an_unknown_path_is_404(caller: httpx.Client, path: str) -> None:
    answer = caller.get(path)

    assert answer.status_code == 404
    assert problem_of(answer)["type"] == "/problems/not-found"
    assert answer.json()["instance"] == path


@pytest.mark.parametrize(
    ("method", "path", "allowed"),
    [
        ("DELETE", "/recipe/1", "GET, HEAD, OPTIONS, PUT"),
        ("TRACE", "/recipe/1", "GET, HEAD, OPTIONS, PUT"),
        ("GET", "/generate-report", "OPTIONS, POST"),
        ("POST", "/jobs/stats", "GET, HEAD, OPTIONS"),
        ("PATCH", "/recipes", "GET, HEAD, OPTIONS, POST"),
    ],
)
def test_another_method_is_405_and_told_which_are_allowed(
    client: httpx.Client, method: str, path: str, allowed: str
) -> None:
    answer = client.request(method, path)

    assert answer.status_code == 405
    assert problem_of(answer)["type"] == "/problems/method-not-allowed"
    assert answer.headers["Allow"] == allowed


@pytest.mark.parametrize("chunked", [False, True])
def test_a_body_over_the_routes_limit_is_413(caller: httpx.Client, chunked: bool) -> None:  # noqa: FBT001 (a table)
    pieces = iter([b"x" * 600, b"x" * 600])

    answer = caller.put("/recipe/1", content=pieces if chunked else b"x" * 1_200)

    assert answer.status_code == 413
    assert problem_of(answer)["type"] == "/problems/content-too-large"


def test_the_limit_is_the_routes_own(caller: httpx.Client) -> None:
    assert caller.put("/recipe/1", content=b"x" * 1_000).json()["body"] == 1_000
    assert caller.post("/recipes", content=b"x" * 60_000).json()["body"] == 60_000


@pytest.mark.parametrize("given", ["short", "x" * 49, "has space", "semi;colon", "ünïcödé-id", "../../etc/passwd"])
def test_a_request_id_of_another_form_is_refused_and_not_repeated(client: httpx.Client, given: str) -> None:
    answer = client.get("/docs", headers=[(b"X-Request-ID", given.encode())])

    assert answer.status_code == 400
    assert problem_of(answer)["type"] == "/problems/invalid-request-id"
    assert uuid.UUID(answer.json()["requestId"]).version == 4
    assert given not in answer.text


def test_headers_over_the_limit_are_431(client: httpx.Client) -> None:
    answer = client.get("/docs", headers={"X-Large": "x" * 20_000})

    assert answer.status_code == 431
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert answer.json()["type"] == "/problems/header-fields-too-large"


@pytest.mark.parametrize(
    "request_bytes",
    [
        b"NONSENSE\r\n\r\n",
        b"GET /docs HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n",
        b"GET /docs HTTP/1.1\r\nHost: a,b\r\n\r\n",
        b"GET /docs HTTP/1.1\r\n\r\n",
        b"GET /docs HTTP/1.1\r\nHost: a\r\nx_user_id: 1\r\n\r\n",
        b"GET /docs HTTP/1.1\r\nHost: a\r\nX-Test: a\0b\r\n\r\n",
        b"POST /recipes HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
        b"POST /recipes HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\nContent-Length: 4\r\n\r\nabc",
        b"GET /recipe/a%2Fb HTTP/1.1\r\nHost: a\r\n\r\n",
        b"GET /recipe/a%5Cb HTTP/1.1\r\nHost: a\r\n\r\n",
        b"GET /recipe/%00 HTTP/1.1\r\nHost: a\r\n\r\n",
    ],
)
def test_what_is_not_well_formed_is_400(gateway: Gateway, upstream: Upstream, request_bytes: bytes) -> None:
    before = len(upstream.received)

    answer = exchange(gateway.settings.gateway_port, request_bytes)

    head, _, body = answer.partition(b"\r\n\r\n")
    assert head.split()[1] == b"400"
    assert b"content-type: application/problem+json" in head
    assert b"/problems/bad-request" in body
    assert b"x-content-type-options: nosniff" in head
    assert b"server:" not in head
    assert len(upstream.received) == before


def test_a_path_that_is_too_long_is_414(caller: httpx.Client) -> None:
    fits, long = (caller.get("/recipe/1", params={"q": "x" * size}) for size in (7_900, 8_000))

    assert (fits.status_code, long.status_code) == (200, 414)
    assert problem_of(long)["type"] == "/problems/uri-too-long"


@pytest.mark.parametrize(
    ("request_bytes", "status"),
    [
        (b"GET /docs HTTP/1.0\r\nHost: a\r\n\r\n", 426),
        (b"BREW /docs HTTP/1.1\r\nHost: a\r\n\r\n", 400),
        (b"CONNECT a:443 HTTP/1.1\r\nHost: a:443\r\n\r\n", 403),
        (b"GET /docs HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n", 403),
    ],
)
def test_another_protocol_or_method_is_a_problem_too(gateway: Gateway, request_bytes: bytes, status: int) -> None:
    answer = exchange(gateway.settings.gateway_port, request_bytes)

    head, _, body = answer.partition(b"\r\n\r\n")
    assert int(head.split()[1]) == status
    assert b"content-type: application/problem+json" in head
    assert b'"status":%d' % status in body


def test_a_head_that_trickles_is_cut_with_408(gateway: Gateway) -> None:
    answer = exchange(gateway.settings.gateway_port, b"GET /docs HTTP/1.1\r\nHost: a\r\nX-Slow: ", wait_seconds=8)

    assert answer.split()[1] == b"408"
    assert b"/problems/request-timeout" in answer


def test_a_body_that_trickles_is_cut_with_408(
    key_set_url: str, issuer: TestIssuer, upstream: Upstream, tmp_path: Path
) -> None:
    """A route that takes its time with bodies does not give it to the others."""
    token = issuer.token(claims={"scope": SCOPES})
    hasty = [replace(each, edge=replace(each.edge, upload_seconds=0.5, timeout_seconds=0.5)) for each in ROUTES]
    patient = route("load", "/load", "POST", edge=Edge(upload_seconds=300))
    with running_gateway([*hasty, patient], settings_for(key_set_url, upstream), tmp_path) as gateway:
        head = f"PUT /recipe/1 HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer {token}\r\nContent-Length: 9\r\n\r\n1"
        answer = exchange(gateway.settings.gateway_port, head.encode(), wait_seconds=20)

    assert answer.split()[1] == b"408"
    assert b"/problems/request-timeout" in answer


@pytest.mark.parametrize("framing", ["Content-Length: 9\r\n\r\n1", "Transfer-Encoding: chunked\r\n\r\n2\r\n12\r\n"])
def test_a_read_takes_no_body_and_waits_for_none(gateway: Gateway, issuer: TestIssuer, framing: str) -> None:
    token = issuer.token(claims={"scope": SCOPES})
    head = f"GET /recipe/1 HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer {token}\r\n{framing}"

    answer = exchange(gateway.settings.gateway_port, head.encode(), wait_seconds=20)

    assert answer.split()[1] == b"413"
