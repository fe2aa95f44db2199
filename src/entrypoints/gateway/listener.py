"""What clients reach: its hardening and the order of its filters, over TCP and, where it is wanted, over QUIC."""

from collections.abc import Sequence
from pathlib import Path

from entrypoints.edge import EdgeRoute
from entrypoints.gateway import compression, cors, headers, http3, limits, observe, policy, problems, tls, tokens
from entrypoints.gateway.routes import BODY_FILTER, routing_table
from entrypoints.gateway.syntax import CONNECTION_MANAGER, Json, extension, seconds, socket_address, typed
from entrypoints.gateway.upstreams import ISSUER_CLUSTER, STREAM_IDLE_SECONDS
from entrypoints.settings import Settings

_HARDENING: Json = {
    "use_remote_address": True,
    "server_header_transformation": "PASS_THROUGH",
    "normalize_path": True,
    "merge_slashes": True,
    "path_with_escaped_slashes_action": "REJECT_REQUEST",
    "strip_any_host_port": True,
    "max_request_headers_kb": 16,
    # A client that trickles is cut: the head within 5 s, the whole request within the time of its route.
    "request_headers_timeout": "5s",
    "stream_idle_timeout": seconds(STREAM_IDLE_SECONDS),
    "delayed_close_timeout": "1s",
    "common_http_protocol_options": {
        "idle_timeout": "60s",
        "max_headers_count": 64,
        "headers_with_underscores_action": "REJECT_REQUEST",
        "max_requests_per_connection": 10_000,
    },
}
_OVER_TCP: Json = {
    "codec_type": "AUTO",
    "http2_protocol_options": {
        "max_concurrent_streams": http3.MOST_STREAMS,
        "initial_stream_window_size": http3.STREAM_WINDOW_BYTES,
        "initial_connection_window_size": http3.CONNECTION_WINDOW_BYTES,
    },
}
_REQUEST_ID: Json = {
    "generate_request_id": True,
    "preserve_external_request_id": True,
    "always_set_request_id_in_response": True,
    "request_id_extension": {
        "typed_config": typed(
            "envoy.extensions.request_id.uuid.v3.UuidRequestIdConfig",
            # Envoy would write its sampling decision into a digit of the client's id.
            pack_trace_reason=False,
            use_request_id_for_trace_sampling=False,
        )
    },
}


def public_listeners(routes: Sequence[EdgeRoute], settings: Settings, run_dir: Path) -> list[Json]:
    """Return the listener that clients reach, and the one for HTTP/3 beside it; both have one set of limits."""
    if not settings.gateway_http3:
        return [_over_tcp(routes, settings, route_config=routing_table(routes, settings))]
    shared = http3.shared_table(run_dir)
    return [
        _over_tcp(routes, settings, **shared),
        http3.listener(settings, _manager(routes, settings, **http3.CODEC, **shared)),
    ]


def _over_tcp(routes: Sequence[EdgeRoute], settings: Settings, **routing: object) -> Json:
    return {
        "name": "public",
        **socket_address(settings.gateway_host, settings.gateway_port),
        "per_connection_buffer_limit_bytes": 65_536,
        "filter_chains": [
            {"filters": [_manager(routes, settings, **_OVER_TCP, **routing)], **tls.transport(settings)},
        ],
    }


def _manager(routes: Sequence[EdgeRoute], settings: Settings, **of_the_listener: object) -> Json:
    return extension(
        "envoy.filters.network.http_connection_manager",
        CONNECTION_MANAGER,
        stat_prefix="public",
        **_HARDENING,
        **_REQUEST_ID,
        request_timeout=seconds(max(route.edge.upload_seconds for route in routes)),
        **of_the_listener,
        early_header_mutation_extensions=[headers.early_removal(settings)],
        **observe.tracing(settings),
        access_log=observe.access_logs(),
        local_reply_config=problems.local_replies(settings),
        http_filters=_filters(settings),
    )


def _filters(settings: Settings) -> list[Json]:
    """Return the filters in the order in which a request meets them; answers pass them backwards."""
    return [
        headers.answer_headers(settings, *http3.announcement(settings)),
        cors.filter_chain_entry(),
        limits.filter_chain_entry(limits.ADDRESS_FILTER),
        tokens.token_filter(settings, ISSUER_CLUSTER),
        policy.filter_chain_entry(),
        limits.filter_chain_entry(limits.CALLER_FILTER),
        compression.brotli(),
        compression.gzip(),
        extension(BODY_FILTER, "envoy.extensions.filters.http.filter_chain.v3.FilterChainConfig"),
        extension(
            "envoy.filters.http.router",
            "envoy.extensions.filters.http.router.v3.Router",
            suppress_envoy_headers=True,
        ),
    ]
