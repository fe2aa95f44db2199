"""What the gateway tells: access log, metrics, spans."""

import queue
import re
import time
from pathlib import Path

import httpx
import msgspec
import pytest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest

from tests.integration.gateway.parts import (
    ROUTES,
    SCOPES,
    Upstream,
    bearer,
    running_collector,
    settings_for,
)
from tests.support.envoy import Gateway, running_gateway
from tests.support.tokens import TestIssuer

TRACE_ID = "4bf92f3577b34da6a3ce929d0e0e4736"
PARENT = f"00-{TRACE_ID}-00f067aa0ba902b7-01"
FIELDS = {
    "time", "level", "event", "service", "request_id", "trace_id", "sub", "client_id", "method", "path", "route",
    "status", "flags", "details", "duration_ms", "upstream_us", "upstream", "attempts", "bytes_in", "bytes_out",
    "client_ip",
}  # fmt: skip


def test_each_request_is_one_log_line_without_secrets(
    gateway: Gateway, client: httpx.Client, issuer: TestIssuer, upstream: Upstream
) -> None:
    token = issuer.token(claims={"sub": "logged", "scope": SCOPES})
    client.put("/recipe/7?key=hidden", content=b"12345", headers={**bearer(token), "X-Request-ID": "log-line-1"})

    line = gateway.logged("log-line-1")

    assert set(line) == FIELDS
    assert (line["event"], line["service"], line["level"]) == ("request", "gateway", "info")
    assert (line["method"], line["path"], line["route"]) == ("PUT", "/recipe/7", "/recipe/{recipe_id}")
    assert (line["status"], line["sub"], line["client_id"]) == (200, "logged", "kondate-tests")
    assert line["attempts"] == 1
    assert (line["bytes_in"], line["upstream"], line["client_ip"]) == (5, upstream.address, "127.0.0.1")
    assert isinstance(line["upstream_us"], int)
    assert token.split(".")[2] not in str(line)


def test_a_refusal_is_logged_with_its_reason(gateway: Gateway, client: httpx.Client) -> None:
    client.get("/recipe/7", headers={"X-Request-ID": "log-line-2"})

    line = gateway.logged("log-line-2")

    assert (line["status"], line["sub"], line["upstream"]) == (401, None, None)
    assert "jwt" in line["details"]


def test_metrics_tell_latency_per_route(gateway: Gateway, client: httpx.Client) -> None:
    client.get("/docs")

    text = httpx.get(f"{gateway.metrics_url}/metrics", trust_env=False).text

    assert 'envoy_vhost_route_upstream_rq_time_bucket{envoy_virtual_host="api",envoy_route="docs"' in text


def test_metrics_count_every_answer_by_route_refusals_included(gateway: Gateway, client: httpx.Client) -> None:
    answers = {"/recipe/{recipe_id}": "/recipe/9", "": "/nowhere-at-all", "/docs": "/docs?status=500"}
    asked = {
        f'{{route="{route}",status="{status}"}}': client.get(path).status_code == status
        for (route, path), status in zip(answers.items(), (401, 404, 500), strict=True)
    }
    wanted = [f"envoy_kondate_requests{labels}" for labels in asked]

    assert all(asked.values())
    text = metrics_with(gateway, [*wanted, 'envoy_kondate_request_duration_bucket{route="/docs",le="1"}'])
    assert not re.search(r"envoy_kondate_\w+\{[^}]*nowhere", text)


def metrics_with(gateway: Gateway, wanted: list[str]) -> str:
    """Return the metrics once all of these are among them; histograms are shown after a moment."""
    deadline = time.monotonic() + 20
    while True:
        text = httpx.get(f"{gateway.metrics_url}/metrics", trust_env=False).text
        missing = [name for name in wanted if name not in text]
        if not missing:
            return text
        assert time.monotonic() < deadline, missing
        time.sleep(0.05)


@pytest.mark.parametrize("path", ["/config_dump", "/quitquitquit", "/stats", "/logging"])
def test_operators_port_serves_nothing_else(gateway: Gateway, path: str) -> None:
    assert httpx.get(f"{gateway.metrics_url}{path}", trust_env=False).status_code == 404


def test_one_trace_runs_through_the_gateway(
    key_set_url: str, issuer: TestIssuer, upstream: Upstream, tmp_path: Path
) -> None:
    exports: queue.Queue[bytes] = queue.Queue()
    with running_collector(exports) as collector:
        settings = msgspec.structs.replace(settings_for(key_set_url, upstream), otlp_endpoint=collector)
        with (
            running_gateway(ROUTES, settings, tmp_path) as gateway,
            httpx.Client(base_url=gateway.url, trust_env=False) as client,
        ):
            good = {**bearer(issuer.token(claims={"scope": SCOPES})), "X-Request-ID": "traced-1"}
            seen = dict(client.get("/recipe/1?q=hidden", headers={**good, "traceparent": PARENT}).json()["headers"])
            logged = gateway.logged("traced-1")
            export = ExportTraceServiceRequest.FromString(exports.get(timeout=5))
            restarted = dict(client.get("/docs", headers={"traceparent": "00-junk"}).json()["headers"])

    resource = export.resource_spans[0]
    spans = {span.name: span for scope in resource.scope_spans for span in scope.spans}
    server = spans["GET /recipe/{recipe_id}"]
    tags = {tag.key: tag.value.string_value for tag in server.attributes}
    assert {tag.key: tag.value.string_value for tag in resource.resource.attributes}[
        "service.name"
    ] == "kondate-gateway"
    assert server.trace_id.hex() == TRACE_ID
    assert server.parent_span_id.hex() == "00f067aa0ba902b7"
    assert (tags["request_id"], tags["http.url"]) == ("traced-1", "/recipe/1")
    assert seen["traceparent"].split("-")[1] == TRACE_ID
    assert logged["trace_id"] == TRACE_ID
    assert len(restarted["traceparent"]) == len(PARENT)
