"""What the rendered configuration promises, whatever the routes and settings."""

import json
import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from entrypoints.edge import Cost, Edge, EdgeRoute, Exposure
from entrypoints.gateway.errors import GatewayConfigError
from entrypoints.gateway.limits import policy_of
from entrypoints.gateway.operations import LONGEST_SOCKET_PATH_BYTES, admin_socket
from entrypoints.gateway.render import render
from entrypoints.settings import Settings, Stage

RBAC = "envoy.filters.http.rbac"
TOKENS = "envoy.filters.http.jwt_authn"
READ = EdgeRoute(
    name="read_recipe",
    template="/recipe/{recipe_id}",
    methods=frozenset({"GET"}),
    edge=Edge(scopes=frozenset({"recipe:read"})),
)
WRITE = replace(READ, name="replace_recipe", methods=frozenset({"PUT"}), edge=Edge(scopes=frozenset({"recipe:write"})))
HEALTH = EdgeRoute(
    name="health", template="/healthz", methods=frozenset({"GET"}), edge=Edge(exposure=Exposure.INTERNAL)
)
DOCS = EdgeRoute(name="docs", template="/docs", methods=frozenset({"GET"}), edge=Edge(exposure=Exposure.PUBLIC))
ROUTES = (READ, WRITE, HEALTH, DOCS)
SETTINGS = Settings(database_url="postgresql://unused", issuer="http://127.0.0.1:9000")
CERTIFIED = {"gateway_tls_certificate": "/tls/certificate.pem", "gateway_tls_key": "/tls/key.pem"}
EXTREME = st.sampled_from([1, 2, 19, 200, 10_000])


def rendered(*routes: EdgeRoute, **changes: object) -> Any:  # noqa: ANN401 (JSON of any depth)
    """Return the configuration as a reader of the file sees it."""
    settings = msgspec.structs.replace(SETTINGS, **changes)
    return json.loads(json.dumps(render(routes or ROUTES, settings, Path("/run/gateway"))))


def manager_of(config: Any) -> Any:  # noqa: ANN401 (JSON of any depth)
    """Return the public listener's connection manager."""
    return config["static_resources"]["listeners"][0]["filter_chains"][0]["filters"][0]["typed_config"]


def entries_of(config: Any) -> list[Any]:  # noqa: ANN401 (JSON of any depth)
    """Return the routing table, first match first."""
    entries: list[Any] = manager_of(config)["route_config"]["virtual_hosts"][0]["routes"]
    return entries


def filter_of(config: Any, name: str) -> Any:  # noqa: ANN401 (JSON of any depth)
    """Return one filter's configuration."""
    return next(each["typed_config"] for each in manager_of(config)["http_filters"] if each["name"] == name)


def limiter_of(config: Any) -> Any:  # noqa: ANN401 (JSON of any depth)
    """Return the caller's limit, which stands in the routing table."""
    [host] = manager_of(config)["route_config"]["virtual_hosts"]
    return host["typed_per_filter_config"]["envoy.filters.http.local_ratelimit"]


def cluster_of(config: Any, name: str) -> Any:  # noqa: ANN401 (JSON of any depth)
    """Return one cluster."""
    return next(each for each in config["static_resources"]["clusters"] if each["name"] == name)


def test_who_prefers_to_wait_has_more_time_where_the_route_heeds_that() -> None:
    waiting = replace(WRITE, edge=replace(WRITE.edge, waits=True, timeout_seconds=7))
    entries = [each for each in entries_of(rendered(READ, waiting)) if each.get("name") == "replace_recipe"]
    [patient, usual] = entries
    assert (patient["route"]["timeout"], usual["route"]["timeout"]) == ("37s", "7s")
    assert patient["match"]["headers"][-1]["name"] == "prefer"
    assert patient["match"]["headers"][:-1] == usual["match"]["headers"]
    assert patient["typed_per_filter_config"] == usual["typed_per_filter_config"]


def test_the_same_input_renders_the_same_bytes() -> None:
    routes = [replace(READ, edge=Edge(scopes=frozenset(words))) for words in (("a", "b", "c"), ("c", "b", "a"))]

    assert json.dumps(rendered(routes[0])) == json.dumps(rendered(routes[1]))
    assert json.dumps(rendered(READ, WRITE, DOCS)) == json.dumps(rendered(DOCS, WRITE, READ))


def test_each_token_route_has_a_policy_and_no_way_around_the_token() -> None:
    forwarding = {
        entry["name"]: entry for entry in entries_of(rendered()) if entry["name"] in {"read_recipe", "replace_recipe"}
    }

    assert len(forwarding) == 2
    for entry in forwarding.values():
        rules = entry["typed_per_filter_config"][RBAC]["rbac"]["rules"]
        assert rules["action"] == "DENY"
        assert {"1-invalid-token", "2-insufficient-scope"} == set(rules["policies"])
        assert TOKENS not in entry["typed_per_filter_config"]


def test_a_token_route_that_asks_for_nothing_still_checks_the_token() -> None:
    entry = next(each for each in entries_of(rendered(replace(READ, edge=Edge()))) if each["name"] == "read_recipe")

    assert set(entry["typed_per_filter_config"][RBAC]["rbac"]["rules"]["policies"]) == {"1-invalid-token"}


def test_what_has_no_policy_is_refused() -> None:
    config = rendered()

    assert filter_of(config, RBAC)["rules"] == {"action": "ALLOW", "policies": {}}
    assert filter_of(config, TOKENS)["rules"] == [{"match": {"prefix": "/"}, "requires": {"provider_name": "issuer"}}]


def test_internal_routes_are_not_rendered() -> None:
    assert "healthz" not in json.dumps(rendered())


def test_preflights_come_first_and_the_catch_all_last() -> None:
    names = [entry["name"] for entry in entries_of(rendered())]

    assert (names[0], names[-1]) == ("preflight", "not-found")


def test_a_literal_path_comes_before_a_parameter_in_its_place() -> None:
    stats = replace(READ, name="stats", template="/recipe/stats")
    names = [entry["name"] for entry in entries_of(rendered(READ, stats))]

    assert names.index("/recipe/stats 405") < names.index("read_recipe")


def test_templates_that_differ_in_a_name_only_share_one_path() -> None:
    other = replace(WRITE, template="/recipe/{id}")
    refusals = [entry for entry in entries_of(rendered(READ, other)) if entry["name"].endswith(" 405")]

    assert [entry["response_headers_to_add"][0]["header"]["value"] for entry in refusals] == ["GET, HEAD, OPTIONS, PUT"]


def test_a_method_declared_twice_is_refused() -> None:
    with pytest.raises(GatewayConfigError, match=re.escape("GET /recipe/{recipe_id} is declared twice")):
        rendered(READ, replace(READ, name="again"))


@given(st.text(alphabet=st.characters(exclude_characters="/\n"), min_size=1))
def test_a_parameter_matches_one_segment_whatever_it_holds(value: str) -> None:
    entry = next(
        each for each in entries_of(rendered(replace(READ, template="/a.b/{x}/c"))) if each["name"] == "read_recipe"
    )
    regex = re.compile(entry["match"]["safe_regex"]["regex"])

    assert regex.fullmatch(f"/a.b/{value}/c")
    assert not regex.fullmatch(f"/a.b/{value}/{value}/c")
    assert not regex.fullmatch(f"/axb/{value}/c")


def test_only_reads_are_tried_again() -> None:
    both = replace(READ, methods=frozenset({"GET", "HEAD", "POST"}))
    retries = [
        entry["route"]["retry_policy"]["retry_on"]
        for entry in entries_of(rendered(both))
        if entry["name"] == "read_recipe"
    ]

    assert retries == [
        "connect-failure,refused-stream,reset,retriable-status-codes",
        "connect-failure,reset-before-request",
    ]


def test_a_long_answer_is_not_cut_by_a_try_or_an_idle_limit() -> None:
    waiting = replace(READ, edge=Edge(timeout_seconds=120))
    action = next(each["route"] for each in entries_of(rendered(waiting)) if each["name"] == "read_recipe")

    assert (action["timeout"], action["idle_timeout"]) == ("120s", "121s")
    assert "per_try_timeout" not in action["retry_policy"]


def test_each_route_says_how_long_its_request_may_take_to_come() -> None:
    slow = replace(WRITE, edge=replace(WRITE.edge, upload_seconds=300, timeout_seconds=30))
    config = rendered(READ, slow, replace(DOCS, edge=DOCS.edge))
    limits = {
        each["name"]: (
            each["route"].get("max_stream_duration", {}).get("max_stream_duration"),
            each["route"]["retry_policy"]["per_try_timeout"],
        )
        for each in entries_of(config)
        if each["name"] in {READ.name, slow.name}
    }

    assert manager_of(config)["request_timeout"] == "300s"
    assert limits == {READ.name: (None, "2s"), slow.name: ("330s", "30s")}


def test_a_stream_ends_by_silence_only_and_has_a_breaker_of_its_own() -> None:
    config = rendered(replace(READ, edge=Edge(streams=True)))
    action = next(each["route"] for each in entries_of(config) if each["name"] == "read_recipe")
    breakers = cluster_of(config, "api")["circuit_breakers"]["thresholds"]

    assert (action["timeout"], action["idle_timeout"], action["priority"]) == ("0s", "45s", "HIGH")
    assert "per_try_timeout" not in action["retry_policy"]
    assert [each.get("priority") for each in breakers] == [None, "HIGH"]


@given(replicas=st.integers(1, 50), burst=EXTREME, sustained=EXTREME)
def test_all_gateways_together_give_what_one_would(replicas: int, burst: int, sustained: int) -> None:
    limiter = limiter_of(rendered(rate_burst=burst, rate_sustained_per_second=sustained, gateway_replicas=replicas))
    bucket = limiter["descriptors"][0]["token_bucket"]

    assert bucket["max_tokens"] * replicas <= max(burst, replicas)
    assert bucket["max_tokens"] * replicas > burst - replicas
    assert (bucket["tokens_per_fill"], bucket["fill_interval"]) == (sustained, f"{replicas}s")


@pytest.mark.parametrize(
    ("stage", "duration"), [(Stage.LOCAL, "10s"), (Stage.STAGING, "300s"), (Stage.PRODUCTION, "300s")]
)
def test_keys_are_cached_as_long_as_the_stage_allows(stage: Stage, duration: str) -> None:
    provider = filter_of(rendered(stage=stage, **CERTIFIED), TOKENS)["providers"]["issuer"]

    assert provider["remote_jwks"]["cache_duration"] == duration


@pytest.mark.parametrize(
    ("url", "kind", "port", "secure"),
    [
        ("http://127.0.0.1:9000", "STATIC", 9000, False),
        ("http://issuer.internal/a", "STRICT_DNS", 80, False),
        ("https://issuer.example/realm", "STRICT_DNS", 443, True),
        ("https://192.0.2.7:8443", "STATIC", 8443, True),
    ],
)
def test_the_issuer_is_reached_as_its_url_says(url: str, kind: str, port: int, secure: bool) -> None:  # noqa: FBT001 (a table)
    cluster = cluster_of(rendered(issuer=url), "issuer")
    endpoint = cluster["load_assignment"]["endpoints"][0]["lb_endpoints"][0]["endpoint"]

    assert cluster["type"] == kind
    assert endpoint["address"]["socket_address"]["port_value"] == port
    assert ("transport_socket" in cluster) is secure


def test_a_certificate_without_its_key_is_refused() -> None:
    with pytest.raises(GatewayConfigError, match="KONDATE_GATEWAY_TLS_KEY"):
        rendered(gateway_tls_certificate="/etc/tls/certificate.pem")


@pytest.mark.parametrize("stage", [Stage.STAGING, Stage.PRODUCTION])
def test_a_stage_that_others_reach_is_not_served_without_a_certificate(stage: Stage) -> None:
    with pytest.raises(GatewayConfigError, match=f"KONDATE_GATEWAY_TLS_CERTIFICATE: stage {stage}"):
        rendered(stage=stage)


@pytest.mark.parametrize(
    ("stage", "promise"), [(Stage.LOCAL, "max-age=60"), (Stage.PRODUCTION, "max-age=31536000; includeSubDomains")]
)
def test_strict_transport_is_promised_under_tls_only_and_briefly_on_loopback(stage: Stage, promise: str) -> None:
    first = filter_of(rendered(stage=stage, **CERTIFIED), "answer-headers")["mutations"]["response_mutations"]
    headers = {each["append"]["header"]["key"]: each["append"]["header"]["value"] for each in first if "append" in each}

    assert headers["strict-transport-security"] == promise
    assert "strict-transport-security" not in json.dumps(rendered())


def test_a_redirect_without_a_place_to_go_is_refused() -> None:
    with pytest.raises(GatewayConfigError, match="KONDATE_GATEWAY_REDIRECT_PORT"):
        rendered(gateway_redirect_port=8081)


@pytest.mark.parametrize(
    "origin", ["https://app.example/", "https://app.example/path", "https://a'b", "https://%CEL(1)%"]
)
def test_an_origin_that_is_none_is_refused(origin: str) -> None:
    with pytest.raises(GatewayConfigError, match="KONDATE_CORS_ORIGINS"):
        rendered(cors_origins=(origin,))


def test_without_a_collector_there_are_no_spans() -> None:
    assert "tracing" not in manager_of(rendered())
    assert "tracing" in manager_of(rendered(otlp_endpoint="http://127.0.0.1:4318"))


def test_the_metrics_port_is_not_shared() -> None:
    assert rendered()["static_resources"]["listeners"][1]["enable_reuse_port"] is False


@given(burst=EXTREME, sustained=EXTREME)
def test_buckets_are_never_empty_or_slower_than_declared(burst: int, sustained: int) -> None:
    limiter = limiter_of(rendered(rate_burst=burst, rate_sustained_per_second=sustained))
    caller, heavy = (each["token_bucket"] for each in limiter["descriptors"])

    assert caller == {"max_tokens": burst, "tokens_per_fill": sustained, "fill_interval": "1s"}
    assert heavy["max_tokens"] == max(1, burst // 10)
    assert (heavy["tokens_per_fill"], heavy["fill_interval"]) == (sustained, "10s")


@pytest.mark.parametrize(
    ("cost", "policy"),
    [(Cost.NORMAL, '"caller";q=200;w=4'), (Cost.HEAVY, '"caller";q=200;w=4, "heavy";q=20;w=4')],
)
def test_the_announced_policy_is_the_buckets(cost: Cost, policy: str) -> None:
    assert policy_of(Edge(cost=cost), SETTINGS) == policy


@pytest.mark.parametrize("depth", [1, 5, 40])
def test_the_admin_socket_fits_however_deep_the_run_directory_is(depth: int) -> None:
    run_dir = Path("/", *["directory"] * depth)

    assert len(str(admin_socket(run_dir)).encode()) <= LONGEST_SOCKET_PATH_BYTES
    assert admin_socket(run_dir) == admin_socket(run_dir)
    assert admin_socket(run_dir) != admin_socket(run_dir / "other")
