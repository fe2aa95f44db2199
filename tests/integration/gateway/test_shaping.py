"""What requests and answers look like on the far side of the gateway."""

import re
import uuid
from collections.abc import Iterator

import httpx
import msgspec
import pytest

from entrypoints.local.ports import free_port
from tests.integration.gateway.parts import ROUTES, Upstream, bearer, settings_for
from tests.support.envoy import running_gateway
from tests.support.tokens import TestIssuer

TRACE = "00-" + "a" * 32 + "-" + "b" * 16 + "-01"


def seen_headers(answer: httpx.Response) -> dict[str, str]:
    """Return the headers that the API received."""
    assert answer.status_code == 200
    return dict(answer.json()["headers"])


def test_a_request_without_an_id_gets_a_uuid(client: httpx.Client) -> None:
    answer = client.get("/docs")

    assert uuid.UUID(answer.headers["X-Request-ID"]).version == 4
    assert seen_headers(answer)["x-request-id"] == answer.headers["X-Request-ID"]


@pytest.mark.parametrize("given", ["abcd-1234", "A_b-0" * 9, "4bf92f35-77b3-4da6-a3ce-929d0e0e4736"])
def test_a_clients_own_request_id_is_kept(client: httpx.Client, given: str) -> None:
    answer = client.get("/docs", headers={"X-Request-ID": given})

    assert answer.headers["X-Request-ID"] == given
    assert seen_headers(answer)["x-request-id"] == given


@pytest.mark.parametrize(
    "name",
    [
        "Forwarded",
        "X-Forwarded-Host",
        "X-Forwarded-User",
        "X-Forwarded-Client-Cert",
        "X-Real-IP",
        "X-Original-URL",
        "X-HTTP-Method-Override",
        "X-User-Id",
        "X-User",
        "X-Auth-Request-User",
        "X-Jwt-Payload",
        "X-Envoy-Original-Path",
        "X-Kondate-Invalid-Request-Id",
        "Proxy-Authorization",
        "X-Roles",
    ],
)
def test_what_a_client_says_of_itself_is_dropped(client: httpx.Client, name: str) -> None:
    assert "evil" not in str(seen_headers(client.get("/docs", headers={name: "evil"})))


def test_forwarding_headers_come_from_the_connection(client: httpx.Client) -> None:
    seen = seen_headers(client.get("/docs", headers={"X-Forwarded-For": "203.0.113.9", "X-Forwarded-Proto": "https"}))

    assert "203.0.113.9" not in seen["x-forwarded-for"]
    assert seen["x-forwarded-proto"] == "http"


@pytest.fixture(scope="module")
def traced(key_set_url: str, upstream: Upstream, tmp_path_factory: pytest.TempPathFactory) -> Iterator[httpx.Client]:
    """Give a client of a gateway that traces, though nobody takes its spans."""
    settings = msgspec.structs.replace(
        settings_for(key_set_url, upstream), otlp_endpoint=f"http://127.0.0.1:{free_port()}"
    )
    with (
        running_gateway(ROUTES, settings, tmp_path_factory.mktemp("traced")) as gateway,
        httpx.Client(base_url=gateway.url, trust_env=False, timeout=10) as opened,
    ):
        yield opened


def test_a_good_traceparent_passes(client: httpx.Client) -> None:
    assert seen_headers(client.get("/docs", headers={"traceparent": TRACE}))["traceparent"] == TRACE


@pytest.mark.parametrize(
    "given",
    [
        "junk",
        TRACE[:-1],
        TRACE + "0",
        TRACE.upper(),
        "ff" + TRACE[2:],
        TRACE.replace("a" * 32, "0" * 32),
        TRACE.replace("b" * 16, "0" * 16),
        TRACE.replace("-", "_"),
        TRACE.replace("a" * 32, "a" * 31 + "-"),
        f"{TRACE},{TRACE}",
    ],
)
def test_a_malformed_traceparent_begins_a_new_trace(traced: httpx.Client, given: str) -> None:
    seen = seen_headers(traced.get("/docs", headers={"traceparent": given}))["traceparent"]

    assert re.fullmatch(r"00-[0-9a-f]{32}-[0-9a-f]{16}-0[01]", seen)
    assert seen.split("-")[1] not in given


@pytest.mark.parametrize(
    ("path", "status"), [("/docs", 200), ("/docs?status=500", 500), ("/nowhere", 404), ("/recipe/1", 401)]
)
def test_every_answer_has_the_security_headers(client: httpx.Client, path: str, status: int) -> None:
    answer = client.get(path)

    assert answer.status_code == status
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Referrer-Policy"] == "no-referrer"
    assert answer.headers["Content-Security-Policy"] == "default-src 'none'; frame-ancestors 'none'"
    assert answer.headers["Cross-Origin-Opener-Policy"] == "same-origin"
    assert answer.headers["Cross-Origin-Resource-Policy"] == "same-origin"
    assert "camera=()" in answer.headers["Permissions-Policy"]
    assert "Strict-Transport-Security" not in answer.headers
    assert "Server" not in answer.headers
    assert not [name for name in answer.headers if name.startswith(("x-envoy-", "x-kondate-"))]


@pytest.mark.parametrize(
    ("written", "read"),
    [("/recipe/x/../1", "/recipe/1"), ("/recipe/x/%2e%2e/1", "/recipe/1"), ("//recipe///1", "/recipe/1")],
)
def test_a_path_is_normalised_before_it_is_judged(
    client: httpx.Client, issuer: TestIssuer, written: str, read: str
) -> None:
    token = bearer(issuer.token(claims={"scope": "recipe:read"}))
    target = httpx.URL(str(client.base_url)).copy_with(raw_path=written.encode())

    assert client.get(target).status_code == 401
    assert client.get(target, headers=token).json()["path"] == read


def test_a_literal_path_goes_before_a_parameter(caller: httpx.Client) -> None:
    assert caller.get("/jobs/stats?wait=0.6").status_code == 200  # Under /jobs/{job_id} it would be late.
