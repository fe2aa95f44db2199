"""Several replicas behind one gateway: failures of one are not seen by readers."""

import threading
from collections import Counter
from contextlib import ExitStack
from pathlib import Path

import httpx
import pytest

from tests.integration.gateway.parts import ROUTES, SCOPES, Upstream, bearer, running_upstream, settings_for
from tests.support.envoy import Gateway, running_gateway
from tests.support.tokens import TestIssuer


def test_reads_survive_a_replica_that_goes_away(key_set_url: str, issuer: TestIssuer, tmp_path: Path) -> None:
    with ExitStack() as staying, ExitStack() as leaving:
        replicas = [staying.enter_context(running_upstream()), leaving.enter_context(running_upstream())]
        gateway = staying.enter_context(running_gateway(ROUTES, settings_for(key_set_url, *replicas), tmp_path))
        client = staying.enter_context(httpx.Client(base_url=gateway.url, trust_env=False))
        headers = bearer(issuer.token(claims={"scope": SCOPES}))

        together = Counter(client.get("/recipe/1", headers=headers).status_code for _ in range(20))
        shares = [len(replica.received) for replica in replicas]
        leaving.close()
        alone = Counter(client.get("/recipe/1", headers=headers).status_code for _ in range(40))

    assert together == {200: 20}
    assert all(shares)
    assert alone == {200: 40}


def test_an_unready_replica_gets_no_requests_and_none_at_all_is_503(
    key_set_url: str, issuer: TestIssuer, tmp_path: Path
) -> None:
    with running_upstream() as replica:
        replica.ready = False
        with (
            running_gateway(ROUTES, settings_for(key_set_url, replica), tmp_path) as gateway,
            httpx.Client(base_url=gateway.url, trust_env=False) as client,
        ):
            answer = client.get("/recipe/1", headers=bearer(issuer.token(claims={"scope": SCOPES})))

    assert answer.status_code == 503
    assert answer.json()["type"] == "/problems/upstream-unavailable"
    assert int(answer.headers["Retry-After"]) >= 1
    assert replica.received == []


@pytest.mark.parametrize("status", [502, 503, 504])
def test_a_read_that_fails_is_tried_again_and_a_write_is_not(
    caller: httpx.Client, upstream: Upstream, status: int
) -> None:
    upstream.received.clear()

    read = caller.get(f"/recipe/again?status={status}")
    write = caller.put(f"/recipe/again?status={status}")

    assert {read.status_code, write.status_code} == {status}
    assert upstream.received == ["GET /recipe/again"] * 4 + ["PUT /recipe/again"]


def test_a_read_that_no_replica_can_answer_is_not_tried_again(caller: httpx.Client, upstream: Upstream) -> None:
    """With the database away each client's request would otherwise become four."""
    upstream.received.clear()

    read = caller.get("/recipe/again?status=503&shared=yes")

    assert read.status_code == 503
    assert "x-envoy-ratelimited" not in read.headers
    assert upstream.received == ["GET /recipe/again"]


def test_replicas_that_refuse_new_work_for_a_while_go_on_answering_reads(
    key_set_url: str, issuer: TestIssuer, tmp_path: Path
) -> None:
    """503 is what a full backlog is answered with, by each replica alike: to leave one out would halve what is left."""
    with ExitStack() as running:
        replicas = [running.enter_context(running_upstream()) for _ in range(2)]
        gateway = running.enter_context(running_gateway(ROUTES, settings_for(key_set_url, *replicas), tmp_path))
        client = running.enter_context(httpx.Client(base_url=gateway.url, trust_env=False))
        headers = bearer(issuer.token(claims={"scope": SCOPES}))

        refused = Counter(client.put("/recipe/1?status=503", headers=headers).status_code for _ in range(40))
        for replica in replicas:
            replica.received.clear()
        read = Counter(client.get("/recipe/1", headers=headers).status_code for _ in range(20))
        shares = [len(replica.received) for replica in replicas]

    assert refused == {503: 40}
    assert read == {200: 20}
    assert all(shares), shares


def test_an_error_of_the_application_is_not_tried_again(caller: httpx.Client, upstream: Upstream) -> None:
    upstream.received.clear()

    assert caller.get("/recipe/broken?status=500").status_code == 500
    assert upstream.received == ["GET /recipe/broken"]


@pytest.mark.parametrize(("method", "path"), [("GET", "/jobs/1"), ("POST", "/jobs/1/cancel")])
def test_a_route_that_overruns_its_time_is_504(caller: httpx.Client, method: str, path: str) -> None:
    answer = caller.request(method, f"{path}?wait=1")

    assert answer.status_code == 504
    assert answer.json()["type"] == "/problems/upstream-timeout"


def test_a_slow_request_does_not_hold_up_others(gateway: Gateway, caller: httpx.Client) -> None:
    answered = threading.Event()

    def ask_slowly() -> None:
        with httpx.Client(base_url=gateway.url, headers=caller.headers, trust_env=False) as slow:
            slow.get("/recipe/1?wait=1")
        answered.set()

    asking = threading.Thread(target=ask_slowly)
    asking.start()
    status = caller.get("/recipe/1").status_code
    answered_before_the_slow_one = not answered.is_set()
    asking.join()

    assert status == 200
    assert answered_before_the_slow_one
