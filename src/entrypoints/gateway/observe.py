"""What the gateway tells: one JSON line and one count a request, and spans."""

from entrypoints.gateway.syntax import METADATA_NAMESPACE, Json, extension, typed
from entrypoints.gateway.tokens import TOKEN_FILTER
from entrypoints.gateway.upstreams import COLLECTOR_CLUSTER
from entrypoints.settings import Settings

SERVICE = "kondate-gateway"
_TEMPLATE = f"%METADATA(ROUTE:{METADATA_NAMESPACE}:template)%"
_CLIENT = f"%DYNAMIC_METADATA({TOKEN_FILTER}:jwt:client_id)%"
_SUBJECT = f"%DYNAMIC_METADATA({TOKEN_FILTER}:jwt:sub)%"

_ACCESS_FIELDS: Json = {
    "time": "%START_TIME(%Y-%m-%dT%H:%M:%S.%3fZ)%",
    "level": "info",
    "event": "request",
    "service": "gateway",
    "request_id": "%REQ(X-REQUEST-ID)%",
    "trace_id": "%TRACE_ID%",
    "sub": _SUBJECT,
    "client_id": _CLIENT,
    "method": "%REQ(:METHOD)%",
    "path": "%PATH(NQ)%",
    "route": _TEMPLATE,
    "status": "%RESPONSE_CODE%",
    "flags": "%RESPONSE_FLAGS%",
    "details": "%RESPONSE_CODE_DETAILS%",
    "duration_ms": "%DURATION%",
    "upstream_us": "%COMMON_DURATION(US_TX_END:US_RX_BEG:us)%",
    "upstream": "%UPSTREAM_HOST%",
    "attempts": "%UPSTREAM_REQUEST_ATTEMPT_COUNT%",
    "bytes_in": "%BYTES_RECEIVED%",
    "bytes_out": "%BYTES_SENT%",
    "client_ip": "%DOWNSTREAM_REMOTE_ADDRESS_WITHOUT_PORT%",
}
"""No header that can hold a token, and the path without its query, which can hold one too."""


def access_logs() -> list[Json]:
    """Return what is written and counted once a request has ended, whoever answered it."""
    return [_lines(), _counts()]


def _counts() -> Json:
    """Return requests and their durations by route, refusals included.

    Envoy's own figures of a route begin where a request leaves for the upstream. What a client sends is no label:
    routes and statuses are few, methods and paths are whatever anybody makes up.
    """
    route = {"name": "route", "value_format": _TEMPLATE}
    status = {"name": "status", "value_format": "%RESPONSE_CODE%"}
    return extension(
        "counts",
        "envoy.extensions.access_loggers.stats.v3.Config",
        stat_prefix="kondate",
        counters=[{"stat": {"name": "requests", "tags": [route, status]}, "value_fixed": 1}],
        histograms=[
            {
                "stat": {"name": "request_duration", "tags": [route]},
                "unit": "Milliseconds",
                "value_format": "%DURATION%",
            }
        ],
    )


def _lines() -> Json:
    """Return the log of requests, on standard output."""
    return extension(
        "requests",
        "envoy.extensions.access_loggers.stream.v3.StdoutAccessLog",
        log_format={"json_format": _ACCESS_FIELDS},
    )


def process_log() -> Json:
    """Return the form of Envoy's own messages, on standard error."""
    fields = {"time": "%Y-%m-%dT%T.%e%z", "level": "%l", "event": "%j", "logger": "%n", "service": "gateway"}
    return {"log_format": {"json_format": fields}}


def tracing(settings: Settings) -> Json:
    """Return the tracer, or nothing without a collector: it continues a caller's trace or begins one.

    A trace that the caller samples is sampled here too; of the others the set share is.
    """
    if not settings.otlp_endpoint:
        return {}
    ratio = typed(
        "envoy.extensions.tracers.opentelemetry.samplers.v3.TraceIdRatioBasedSamplerConfig",
        sampling_percentage={"numerator": round(settings.trace_ratio * 1_000_000), "denominator": "MILLION"},
    )
    by_ratio = {"name": "envoy.tracers.opentelemetry.samplers.trace_id_ratio_based", "typed_config": ratio}
    sampler = extension(
        "envoy.tracers.opentelemetry.samplers.parent_based",
        "envoy.extensions.tracers.opentelemetry.samplers.v3.ParentBasedSamplerConfig",
        wrapped_sampler=by_ratio,
    )
    collector = f"{settings.otlp_endpoint.rstrip('/')}/v1/traces"
    provider = extension(
        "envoy.tracers.opentelemetry",
        "envoy.config.trace.v3.OpenTelemetryConfig",
        service_name=SERVICE,
        sampler=sampler,
        http_service={"http_uri": {"uri": collector, "cluster": COLLECTOR_CLUSTER, "timeout": "2s"}},
    )
    spans = {
        "random_sampling": {"value": 100},  # The sampler decides; Envoy's own dice ignore the parent.
        "client_sampling": {"value": 0},
        "spawn_upstream_span": True,
        "max_path_tag_length": 256,
        "operation": f"%REQ(:METHOD)% {_TEMPLATE}",
        "custom_tags": [
            {"tag": "http.url", "value": "%PATH(NQ)%"},  # The default holds the query.
            {"tag": "http.route", "value": _TEMPLATE},
            {"tag": "request_id", "value": "%REQ(X-REQUEST-ID)%"},
            {"tag": "enduser.id", "value": _SUBJECT},
        ],
        "provider": provider,
    }
    return {"tracing": spans}


def runtime(settings: Settings) -> Json:
    """Return how often spans leave: at least each half second, and not for every five of them as by default."""
    if not settings.otlp_endpoint:
        return {}
    return {"tracing.opentelemetry.min_flush_spans": 256, "tracing.opentelemetry.flush_interval_ms": 500}
