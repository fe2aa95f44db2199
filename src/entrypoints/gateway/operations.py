"""What operators reach: the admin interface on a socket file, metrics and readiness on a loopback port."""

import hashlib
import os
import tempfile
from pathlib import Path

from entrypoints.gateway.syntax import CONNECTION_MANAGER, Json, extension, method_in, socket_address
from entrypoints.settings import Settings

ADMIN_CLUSTER = "admin"
LOOPBACK = "127.0.0.1"
LONGEST_SOCKET_PATH_BYTES = 107
"""What the operating system takes as the name of a unix socket."""

_READABLE = [
    {"exact": "/ready"},
    {"prefix": "/stats"},
    {"prefix": "/clusters"},
    {"exact": "/server_info"},
    {"prefix": "/drain_listeners"},
    {"exact": "/healthcheck/fail"},
]


def admin_socket(run_dir: Path) -> Path:
    """Return where the admin interface listens: in the run directory, or in the temporary one if that path is long."""
    inside = run_dir.absolute() / "admin.sock"
    if len(os.fsencode(inside)) <= LONGEST_SOCKET_PATH_BYTES:
        return inside
    digest = hashlib.sha256(os.fsencode(inside)).hexdigest()[:16]
    return Path(tempfile.gettempdir()) / f"kondate-gateway-{digest}.sock"


def admin(run_dir: Path) -> Json:
    """Return the admin interface: for this user only, and only what reads or drains."""
    return {"address": _pipe(run_dir, mode=0o600), "allow_paths": _READABLE}


def admin_cluster(run_dir: Path) -> Json:
    """Return the admin interface as a place to forward metrics requests to."""
    endpoint = {"endpoint": {"address": _pipe(run_dir)}}
    return {
        "name": ADMIN_CLUSTER,
        "type": "STATIC",
        "connect_timeout": "1s",
        "load_assignment": {"cluster_name": ADMIN_CLUSTER, "endpoints": [{"lb_endpoints": [endpoint]}]},
    }


def metrics_listener(settings: Settings) -> Json:
    """Return the listener of `/metrics` and `/ready`.

    Its port is not shared: a second gateway with the same settings fails to start instead of silently taking
    half of the public port's connections.
    """
    reads = [method_in(frozenset({"GET", "HEAD"}))]
    routes = [
        {
            "match": {"path": "/metrics", "headers": reads},
            "route": {"cluster": ADMIN_CLUSTER, "prefix_rewrite": "/stats/prometheus"},
        },
        {"match": {"path": "/ready", "headers": reads}, "route": {"cluster": ADMIN_CLUSTER}},
    ]
    manager = extension(
        "envoy.filters.network.http_connection_manager",
        CONNECTION_MANAGER,
        stat_prefix="metrics",
        request_headers_timeout="5s",
        http_filters=[extension("envoy.filters.http.router", "envoy.extensions.filters.http.router.v3.Router")],
        route_config={"virtual_hosts": [{"name": "metrics", "domains": ["*"], "routes": routes}]},
    )
    return {
        "name": "metrics",
        **socket_address(LOOPBACK, settings.gateway_metrics_port),
        "enable_reuse_port": False,
        "filter_chains": [{"filters": [manager]}],
    }


def _pipe(run_dir: Path, mode: int | None = None) -> Json:
    path = {"path": str(admin_socket(run_dir))}
    return {"pipe": path if mode is None else {**path, "mode": mode}}
