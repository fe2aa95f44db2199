"""HTTP/3 beside the TLS port: a listener over UDP that shares the routing table, and the limits in it.

Each listener has filters of its own, so a limit that stood there would count twice. What is in a table that two
listeners read from one file stands once in memory: a caller has one bucket, whatever protocol its requests come by.
"""

from pathlib import Path

from entrypoints.gateway import tls
from entrypoints.gateway.errors import GatewayConfigError
from entrypoints.gateway.routes import TABLE
from entrypoints.gateway.syntax import Json, put_header, typed
from entrypoints.settings import Settings

TABLE_FILE = "routes.json"
MOST_STREAMS = 100
STREAM_WINDOW_BYTES = 65_536
CONNECTION_WINDOW_BYTES = 1_048_576
MOST_SESSIONS_OF_A_THREAD = 2_000
REMEMBERED_SECONDS = 3_600
"""How long a client may go to the UDP port without asking the TLS port again."""
CODEC: Json = {"codec_type": "HTTP3", "http3_protocol_options": {}}


def shared_table(run_dir: Path) -> Json:
    """Return how a listener reads the routing table from the file in the run directory."""
    source = {"resource_api_version": "V3", "path_config_source": {"path": str(run_dir.absolute() / TABLE_FILE)}}
    return {"rds": {"route_config_name": TABLE, "config_source": source}}


def table_file(table: Json) -> Json:
    """Return what is in that file."""
    return {"resources": [{**typed("envoy.config.route.v3.RouteConfiguration"), **table}]}


def announcement(settings: Settings) -> list[Json]:
    """Return the step that tells clients of the UDP port, or nothing."""
    if not settings.gateway_http3:
        return []
    return [put_header("alt-svc", f'h3=":{settings.gateway_port}"; ma={REMEMBERED_SECONDS}')]


def listener(settings: Settings, manager: Json) -> Json:
    """Return the listener over UDP, on the port of the TLS listener."""
    if settings.gateway_tls_certificate is None:
        raise GatewayConfigError("KONDATE_GATEWAY_HTTP3: HTTP/3 is served under TLS only")
    port = {"protocol": "UDP", "address": settings.gateway_host, "port_value": settings.gateway_port}
    transport = typed(
        "envoy.extensions.transport_sockets.quic.v3.QuicDownstreamTransport",
        downstream_tls_context={"common_tls_context": tls.certificates(settings)},
        # What comes before the handshake is done can be sent again by anybody who saw it.
        enable_early_data=False,
    )
    return {
        "name": "public-http3",
        "address": {"socket_address": port},
        "udp_listener_config": {
            "quic_options": {
                "quic_protocol_options": {
                    "max_concurrent_streams": MOST_STREAMS,
                    "initial_stream_window_size": STREAM_WINDOW_BYTES,
                    "initial_connection_window_size": CONNECTION_WINDOW_BYTES,
                },
                "idle_timeout": "60s",
                "crypto_handshake_timeout": "5s",
                "max_sessions_per_event_loop": MOST_SESSIONS_OF_A_THREAD,
            }
        },
        "filter_chains": [
            {
                "filters": [manager],
                "transport_socket": {"name": "envoy.transport_sockets.quic", "typed_config": transport},
            }
        ],
    }
