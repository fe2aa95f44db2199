"""TLS at the public listener, which every stage but `local` insists on, and what becomes of plain HTTP then."""

from entrypoints.gateway import headers, problems
from entrypoints.gateway.errors import GatewayConfigError
from entrypoints.gateway.syntax import CONNECTION_MANAGER, Json, extension, socket_address, typed
from entrypoints.settings import Settings, Stage

HTTPS_PORT = 443


def transport(settings: Settings) -> Json:
    """Return how the public listener is secured; nothing where it speaks plain HTTP, which only stage `local` may."""
    certificate, key = settings.gateway_tls_certificate, settings.gateway_tls_key
    if certificate is None and key is None:
        if settings.stage is not Stage.LOCAL:
            raise GatewayConfigError(f"KONDATE_GATEWAY_TLS_CERTIFICATE: stage {settings.stage} is served over TLS only")
        return {}
    if certificate is None or key is None:
        missing = "CERTIFICATE" if certificate is None else "KEY"
        raise GatewayConfigError(f"KONDATE_GATEWAY_TLS_{missing}: TLS needs both the certificate and its key")
    context = typed(
        "envoy.extensions.transport_sockets.tls.v3.DownstreamTlsContext",
        common_tls_context={
            "tls_params": {"tls_minimum_protocol_version": "TLSv1_2", "tls_maximum_protocol_version": "TLSv1_3"},
            "alpn_protocols": ["h2", "http/1.1"],
            **certificates(settings),
        },
    )
    return {
        "transport_socket": {"name": "envoy.transport_sockets.tls", "typed_config": context},
        "transport_socket_connect_timeout": "5s",
    }


def certificates(settings: Settings) -> Json:
    """Name the files of the certificate chain and its key."""
    chain, key = settings.gateway_tls_certificate, settings.gateway_tls_key
    return {"tls_certificates": [{"certificate_chain": {"filename": chain}, "private_key": {"filename": key}}]}


def redirect_listener(settings: Settings) -> list[Json]:
    """Return the listener that sends plain HTTP to the TLS port, where one is wanted; it forwards nothing."""
    if settings.gateway_redirect_port is None:
        return []
    if settings.gateway_tls_certificate is None:
        raise GatewayConfigError("KONDATE_GATEWAY_REDIRECT_PORT: there is no TLS port to send anybody to")
    # 308 keeps the method: a client that follows sends the same request again, this time in secret.
    port = {} if settings.gateway_port == HTTPS_PORT else {"port_redirect": settings.gateway_port}
    everything = {
        "match": {"prefix": "/"},
        "redirect": {"https_redirect": True, "response_code": "PERMANENT_REDIRECT", **port},
    }
    manager = extension(
        "envoy.filters.network.http_connection_manager",
        CONNECTION_MANAGER,
        stat_prefix="redirect",
        server_header_transformation="PASS_THROUGH",
        max_request_headers_kb=16,
        request_headers_timeout="5s",
        request_timeout="15s",
        common_http_protocol_options={"idle_timeout": "15s"},
        early_header_mutation_extensions=[headers.early_removal(settings)],
        local_reply_config=problems.local_replies(settings),
        http_filters=[
            headers.answer_headers(settings),
            extension("envoy.filters.http.router", "envoy.extensions.filters.http.router.v3.Router"),
        ],
        route_config={"virtual_hosts": [{"name": "redirect", "domains": ["*"], "routes": [everything]}]},
    )
    return [
        {
            "name": "redirect",
            **socket_address(settings.gateway_host, settings.gateway_redirect_port),
            "per_connection_buffer_limit_bytes": 32_768,
            "filter_chains": [{"filters": [manager]}],
        }
    ]
