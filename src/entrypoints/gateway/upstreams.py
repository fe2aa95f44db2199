"""Where requests go: the API replicas, and the services that the gateway itself calls."""

import ipaddress
import ssl
from pathlib import Path
from urllib.parse import SplitResult, urlsplit

from entrypoints.edge import Edge
from entrypoints.gateway.errors import GatewayConfigError
from entrypoints.gateway.syntax import Json, seconds, socket_address, typed
from entrypoints.settings import Settings

API_CLUSTER = "api"
ISSUER_CLUSTER = "issuer"
COLLECTOR_CLUSTER = "collector"

STREAM_IDLE_SECONDS = 30.0
LONG_ANSWER_SECONDS = 10.0
"""A route with more time than this waits on purpose (long poll, stream): its tries are not cut short."""
SILENCE_SECONDS = 45.0
"""How long a stream of events may say nothing; the API sends a comment every 15 s."""
KEEP_ALIVE_SECONDS = 50
"""Idle connections to the API close before the API closes them (75 s), or a request could meet a closing one."""

_CERTIFICATE_BUNDLES = ("/etc/ssl/certs/ca-certificates.crt", "/etc/pki/tls/certs/ca-bundle.crt", "/etc/ssl/cert.pem")
_HTTP_OPTIONS = "envoy.extensions.upstreams.http.v3.HttpProtocolOptions"


def forward(edge: Edge, *, safe: bool) -> Json:
    """Return how one route is forwarded; only reads are tried again once the API may have seen them."""
    action: Json = {"cluster": API_CLUSTER, **_time_limits(edge)}
    retry: Json = {
        "num_retries": 3,
        "retry_back_off": {"base_interval": "0.01s", "max_interval": "0.1s"},
        "host_selection_retry_max_attempts": 10,
        "retry_host_predicate": [
            {
                "name": "envoy.retry_host_predicates.previous_hosts",
                "typed_config": typed("envoy.extensions.retry.host.previous_hosts.v3.PreviousHostsPredicate"),
            }
        ],
    }
    if not safe:
        # The whole of it: a body that trickles in is cut, on each route after the time that it may take there. Where
        # that is set Envoy leaves the route's timeout alone; the time of a try begins when all of a request is there.
        whole = {"max_stream_duration": seconds(edge.upload_seconds + edge.timeout_seconds)}
        retry["retry_on"] = "connect-failure,reset-before-request"
        retry["per_try_timeout"] = seconds(edge.timeout_seconds)
        return {**action, "max_stream_duration": whole, "retry_policy": retry}
    retry["retry_on"] = "connect-failure,refused-stream,reset,retriable-status-codes"
    retry["retriable_status_codes"] = [502, 503, 504]
    if edge.timeout_seconds <= LONG_ANSWER_SECONDS and not edge.streams:
        retry["per_try_timeout"] = seconds(edge.timeout_seconds * 0.4)
    return {**action, "retry_policy": retry}


def _time_limits(edge: Edge) -> Json:
    if edge.streams:
        # Streams stay open; counted apart, they cannot use up the connections that other requests need.
        return {"timeout": "0s", "idle_timeout": seconds(SILENCE_SECONDS), "priority": "HIGH"}
    return {
        "timeout": seconds(edge.timeout_seconds),
        "idle_timeout": seconds(max(STREAM_IDLE_SECONDS, edge.timeout_seconds + 1)),
    }


def clusters(settings: Settings) -> list[Json]:
    """Return the API replicas, the issuer and, where traces are wanted, their collector."""
    called = [_service(ISSUER_CLUSTER, settings.key_set_url())]
    if settings.otlp_endpoint:
        called.append(_service(COLLECTOR_CLUSTER, settings.otlp_endpoint))
    return [_api(settings), *called]


def _api(settings: Settings) -> Json:
    addresses = [(host, int(port)) for host, _, port in (each.rpartition(":") for each in settings.gateway_upstreams)]
    return {
        **_cluster(API_CLUSTER, addresses),
        "connect_timeout": "0.5s",
        "lb_policy": "LEAST_REQUEST",
        # With few replicas Envoy's default would send requests to dead ones once half of them are down.
        "common_lb_config": {"healthy_panic_threshold": {"value": 0}},
        "health_checks": [
            {
                "timeout": "1s",
                "interval": "1s",
                "interval_jitter_percent": 10,
                "no_traffic_interval": "1s",
                "unhealthy_threshold": 2,
                "healthy_threshold": 1,
                "http_health_check": {"path": "/readyz/traffic", "expected_statuses": [{"start": 200, "end": 300}]},
            }
        ],
        "outlier_detection": {
            # An answer is no reason: a 500 is the same fault on each replica, a 503 refuses new work on purpose while
            # reads go on, and one that cannot serve says so to the health check. What cannot be reached is ejected.
            "enforcing_consecutive_5xx": 0,
            "enforcing_success_rate": 0,
            "enforcing_consecutive_gateway_failure": 0,
            "split_external_local_origin_errors": True,
            "consecutive_local_origin_failure": 3,
            "enforcing_consecutive_local_origin_failure": 100,
            "interval": "1s",
            "base_ejection_time": "5s",
            "max_ejection_time": "30s",
            "max_ejection_percent": 67,
        },
        "circuit_breakers": {
            "thresholds": [
                {"max_connections": 512, "max_pending_requests": 256, "max_requests": 1024, "max_retries": 64},
                {"priority": "HIGH", "max_connections": 1024, "max_requests": 1024, "max_retries": 64},
            ]
        },
        "typed_extension_protocol_options": {
            _HTTP_OPTIONS: typed(
                _HTTP_OPTIONS,
                common_http_protocol_options={"idle_timeout": f"{KEEP_ALIVE_SECONDS}s"},
                explicit_http_config={"http_protocol_options": {}},
            )
        },
    }


def _service(name: str, url: str) -> Json:
    parts = urlsplit(url)
    if parts.hostname is None:
        raise GatewayConfigError(f"{url} names no host")
    secure = parts.scheme == "https"
    cluster = _cluster(name, [(parts.hostname, _port(parts))])
    return {**cluster, "transport_socket": _verified_tls(parts.hostname)} if secure else cluster


def _port(parts: SplitResult) -> int:
    return parts.port or (443 if parts.scheme == "https" else 80)


def _cluster(name: str, addresses: list[tuple[str, int]]) -> Json:
    endpoints = [{"endpoint": socket_address(host, port)} for host, port in addresses]
    return {
        "name": name,
        "type": "STATIC" if all(_is_ip(host) for host, _ in addresses) else "STRICT_DNS",
        "connect_timeout": "1s",
        "load_assignment": {"cluster_name": name, "endpoints": [{"lb_endpoints": endpoints}]},
    }


def _is_ip(host: str) -> bool:
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return False
    return True


def _verified_tls(host: str) -> Json:
    # Without a trusted_ca Envoy would accept any certificate.
    kind = "IP_ADDRESS" if _is_ip(host) else "DNS"
    validation = {
        "trusted_ca": {"filename": _trusted_roots()},
        "match_typed_subject_alt_names": [{"san_type": kind, "matcher": {"exact": host}}],
    }
    context = typed(
        "envoy.extensions.transport_sockets.tls.v3.UpstreamTlsContext",
        common_tls_context={"validation_context": validation},
        **({} if kind == "IP_ADDRESS" else {"sni": host}),
    )
    return {"name": "envoy.transport_sockets.tls", "typed_config": context}


def _trusted_roots() -> str:
    """Return this machine's bundle of trusted certificates (or the one that SSL_CERT_FILE names)."""
    named = ssl.get_default_verify_paths().cafile
    found = next((path for path in (named, *_CERTIFICATE_BUNDLES) if path and Path(path).is_file()), None)
    if found is None:
        raise GatewayConfigError("No trusted certificates found on this machine; SSL_CERT_FILE can name a bundle")
    return found
