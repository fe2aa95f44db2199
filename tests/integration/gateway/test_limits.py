"""How much a caller and an address may ask for."""

import re
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack

import httpx
import msgspec
import pytest

from tests.integration.gateway.parts import ORIGIN, ROUTES, SCOPES, Upstream, bearer, settings_for
from tests.support.envoy import Gateway, running_gateway
from tests.support.tokens import TestIssuer


@pytest.fixture(scope="module")
def strict(key_set_url: str, upstream: Upstream, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Gateway]:
    """Return a gateway whose buckets refill so slowly that a test can count."""
    settings = msgspec.structs.replace(
        settings_for(key_set_url, upstream), rate_burst=20, rate_sustained_per_second=1, rate_address_burst=10_000
    )
    with running_gateway(ROUTES, settings, tmp_path_factory.mktemp("strict")) as running:
        yield running


@pytest.fixture
def strict_client(strict: Gateway) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=strict.url, trust_env=False) as opened:
        yield opened


def test_a_caller_gets_the_burst_and_then_429(strict_client: httpx.Client, issuer: TestIssuer) -> None:
    headers = bearer(issuer.token(claims={"sub": "bursting", "scope": SCOPES}))

    answers = [strict_client.get("/recipe/1", headers=headers) for _ in range(30)]
    statuses = Counter(answer.status_code for answer in answers)

    assert 20 <= statuses[200] <= 22  # A second or two of refill may pass meanwhile.
    assert statuses[200] + statuses[429] == 30
    refused = answers[-1]
    assert refused.json()["type"] == "/problems/quota-exceeded"
    assert int(refused.headers["Retry-After"]) >= 1
    assert int(refused.headers["Retry-After"]) >= int(re.findall(r";t=(\d+)", refused.headers["RateLimit"])[0])


def test_one_callers_flood_does_not_touch_another(strict_client: httpx.Client, issuer: TestIssuer) -> None:
    flood = bearer(issuer.token(claims={"sub": "flooding", "scope": SCOPES}))
    for _ in range(25):
        last = strict_client.get("/recipe/1", headers=flood)

    calm = strict_client.get("/recipe/1", headers=bearer(issuer.token(claims={"sub": "calm", "scope": SCOPES})))

    assert last.status_code == 429
    assert calm.status_code == 200


def test_another_token_of_the_same_caller_draws_on_the_same_bucket(
    strict_client: httpx.Client, issuer: TestIssuer
) -> None:
    statuses = [
        strict_client.get(
            "/recipe/1", headers=bearer(issuer.token(claims={"sub": "many", "jti": str(number), "scope": SCOPES}))
        ).status_code
        for number in range(25)
    ]

    assert 429 in statuses


def test_a_heavy_route_has_a_smaller_bucket_of_its_own(strict_client: httpx.Client, issuer: TestIssuer) -> None:
    headers = bearer(issuer.token(claims={"sub": "heavy", "scope": SCOPES}))

    answers = [strict_client.post("/generate-report", headers=headers) for _ in range(4)]

    assert [answer.status_code for answer in answers] == [200, 200, 429, 429]
    assert answers[-1].headers["RateLimit-Policy"] == '"caller";q=20;w=20, "heavy";q=2;w=20'
    assert answers[-1].headers["RateLimit"].startswith('"heavy";r=0;t=')
    assert strict_client.get("/recipe/1", headers=headers).status_code == 200


def test_each_limited_answer_says_what_is_left(strict_client: httpx.Client, issuer: TestIssuer) -> None:
    headers = bearer(issuer.token(claims={"sub": "counting", "scope": SCOPES}))

    answer = strict_client.get("/recipe/1", headers=headers)

    assert answer.headers["RateLimit-Policy"] == '"caller";q=20;w=20'
    assert answer.headers["RateLimit"] == '"caller";r=19'
    assert not [name for name in answer.headers if name.startswith("x-ratelimit")]


def test_a_path_that_is_not_there_speaks_of_no_limit(client: httpx.Client) -> None:
    assert not [name for name in client.get("/nowhere").headers if name.startswith(("ratelimit", "x-ratelimit"))]


def test_a_public_path_speaks_of_the_limit_by_address(client: httpx.Client) -> None:
    answer = client.get("/docs")

    assert answer.headers["RateLimit-Policy"] == '"address";q=10000;w=2'
    assert not [name for name in answer.headers if name.startswith("x-ratelimit")]


def test_a_refused_token_is_told_the_policy_but_draws_on_no_limit(client: httpx.Client) -> None:
    refused = client.get("/recipe/1")

    assert refused.headers["RateLimit-Policy"] == '"caller";q=200;w=4'
    assert "RateLimit" not in refused.headers


def test_an_address_is_limited_before_its_tokens_are_looked_at(
    key_set_url: str, upstream: Upstream, tmp_path_factory: pytest.TempPathFactory
) -> None:
    settings = msgspec.structs.replace(settings_for(key_set_url, upstream), rate_address_burst=10)
    with (
        running_gateway(ROUTES, settings, tmp_path_factory.mktemp("address")) as tight,
        httpx.Client(base_url=tight.url, trust_env=False) as flooding,
        httpx.Client(
            base_url=tight.url, transport=httpx.HTTPTransport(local_address="127.0.0.9"), trust_env=False
        ) as other,
    ):
        statuses = {
            flooding.get("/recipe/1", headers={"X-Forwarded-For": f"10.0.0.{n}"}).status_code for n in range(30)
        }
        refusals = [flooding.get(path, headers={"Origin": ORIGIN}) for path in ("/docs", "/recipe/1")]
        preflight = flooding.options("/docs", headers={"Origin": ORIGIN, "Access-Control-Request-Method": "GET"})
        elsewhere = other.get("/docs")

    assert statuses == {401, 429}
    for refused in refusals:
        assert refused.status_code == 429
        assert int(refused.headers["Retry-After"]) >= 1
        assert refused.headers["RateLimit-Policy"] == '"address";q=10;w=2'
        assert refused.headers["RateLimit"] == '"address";r=0;t=1'
        assert refused.headers["Access-Control-Allow-Origin"] == ORIGIN
    assert preflight.status_code == 200
    assert elsewhere.status_code == 200


def test_two_gateways_together_give_one_limit(
    key_set_url: str, upstream: Upstream, issuer: TestIssuer, tmp_path_factory: pytest.TempPathFactory
) -> None:
    settings = msgspec.structs.replace(
        settings_for(key_set_url, upstream), rate_burst=21, rate_sustained_per_second=1, gateway_replicas=2
    )
    with ExitStack() as running:
        gateways = [
            running.enter_context(running_gateway(ROUTES, settings, tmp_path_factory.mktemp("share"))) for _ in range(2)
        ]
        clients = [running.enter_context(httpx.Client(base_url=each.url, trust_env=False)) for each in gateways]
        spread, one = (bearer(issuer.token(claims={"sub": name, "scope": SCOPES})) for name in ("spread", "pinned"))
        began = time.monotonic()
        taken = [clients[turn % 2].get("/recipe/1", headers=spread) for turn in range(40)]
        refilled = time.monotonic() - began
        pinned = [clients[0].get("/recipe/1", headers=one).status_code for _ in range(10)]

    passed = Counter(answer.status_code for answer in taken)[200]
    assert 20 <= passed <= 21 + refilled + 2  # A share is rounded down, and each bucket may have begun a token.
    assert taken[0].headers["RateLimit-Policy"] == '"caller";q=10;w=21'
    assert taken[0].headers["RateLimit"] == '"caller";r=9'
    assert pinned == [200] * 10
