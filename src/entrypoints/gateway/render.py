"""The whole gateway configuration, rendered from the declared routes and the settings."""

from collections.abc import Sequence
from pathlib import Path

from entrypoints.edge import EdgeRoute
from entrypoints.gateway import http3, observe, operations, tls, upstreams
from entrypoints.gateway.listener import public_listeners
from entrypoints.gateway.routes import routing_table
from entrypoints.gateway.syntax import Json, extension
from entrypoints.settings import Settings

BOOTSTRAP_FILE = "gateway.json"
LARGEST_EXPRESSION = 10_000
"""Envoy's default of 100 instructions is too small for a counted class such as that of `sub`."""
MOST_CONNECTIONS = 4_000
MOST_HEAP_BYTES = 512 * 1024 * 1024

_MILLISECONDS = [1, 2.5, 5, 10, 25, 50, 75, 100, 150, 250, 500, 750, 1000, 2500, 5000, 10_000]


def render(routes: Sequence[EdgeRoute], settings: Settings, run_dir: Path) -> Json:
    """Return Envoy's bootstrap, ready for JSON; the same routes, settings and directory give the same bytes.

    `run_dir` is where the admin socket goes. Raises GatewayConfigError if routes or settings contradict themselves.
    """
    return {
        "node": {"id": "gateway", "cluster": observe.SERVICE},
        "admin": operations.admin(run_dir),
        "application_log_config": observe.process_log(),
        "stats_flush_interval": "1s",  # Histograms show nothing before a flush.
        "stats_config": {
            "histogram_bucket_settings": [{"match": {"safe_regex": {"regex": ".*"}}, "buckets": _MILLISECONDS}]
        },
        "layered_runtime": {
            "layers": [
                {
                    "name": "static",
                    "static_layer": {
                        "re2.max_program_size.error_level": LARGEST_EXPRESSION,
                        **observe.runtime(settings),
                    },
                }
            ]
        },
        "overload_manager": _overload(),
        "static_resources": {
            "listeners": [
                *public_listeners(routes, settings, run_dir),
                operations.metrics_listener(settings),
                *tls.redirect_listener(settings),
            ],
            "clusters": [*upstreams.clusters(settings), operations.admin_cluster(run_dir)],
        },
    }


def render_files(routes: Sequence[EdgeRoute], settings: Settings, run_dir: Path) -> dict[str, Json]:
    """Return all that Envoy reads, by file name: the bootstrap, and with HTTP/3 the table that two listeners share."""
    bootstrap = {BOOTSTRAP_FILE: render(routes, settings, run_dir)}
    if not settings.gateway_http3:
        return bootstrap
    return {http3.TABLE_FILE: http3.table_file(routing_table(routes, settings)), **bootstrap}


def _overload() -> Json:
    connections = extension(
        "envoy.resource_monitors.global_downstream_max_connections",
        "envoy.extensions.resource_monitors.downstream_connections.v3.DownstreamConnectionsConfig",
        max_active_downstream_connections=MOST_CONNECTIONS,
    )
    heap = extension(
        "envoy.resource_monitors.fixed_heap",
        "envoy.extensions.resource_monitors.fixed_heap.v3.FixedHeapConfig",
        max_heap_size_bytes=MOST_HEAP_BYTES,
    )
    return {
        "refresh_interval": "0.25s",
        "resource_monitors": [connections, heap],
        "actions": [
            _at(0.9, "envoy.overload_actions.shrink_heap"),
            _at(0.95, "envoy.overload_actions.stop_accepting_requests"),
        ],
    }


def _at(share: float, action: str) -> Json:
    return {
        "name": action,
        "triggers": [{"name": "envoy.resource_monitors.fixed_heap", "threshold": {"value": share}}],
    }
