"""Cross-origin rules: exact origins only, preflights answered here, no credentials."""

import re

from entrypoints.gateway.errors import GatewayConfigError
from entrypoints.gateway.syntax import Json, extension, header, pattern, typed
from entrypoints.settings import Settings

FILTER = "envoy.filters.http.cors"
ALLOWED_METHODS = "GET, HEAD, POST, PUT, PATCH, DELETE"
ALLOWED_HEADERS = (
    "Authorization, Content-Type, Accept, Idempotency-Key, If-Match, If-None-Match, Last-Event-ID, Prefer, "
    "X-Request-ID, traceparent, tracestate"
)
EXPOSED_HEADERS = (
    "Location, Retry-After, ETag, Link, RateLimit, RateLimit-Policy, Preference-Applied, "
    "Idempotency-Replayed, X-Request-ID, WWW-Authenticate"
)
PREFLIGHT_SECONDS = 600

_ORIGIN = re.compile(r"https?://(?:[A-Za-z0-9.-]+|\[[0-9A-Fa-f:]+\])(?::[0-9]{1,5})?")


def filter_chain_entry() -> Json:
    """Return the filter that answers preflights, before any limit or token is looked at."""
    return extension(FILTER, "envoy.extensions.filters.http.cors.v3.Cors")


def policy(settings: Settings) -> Json:
    """Return the policy of all routes; Envoy compares the whole Origin, so ports, suffixes and `null` do not pass."""
    return typed(
        "envoy.extensions.filters.http.cors.v3.CorsPolicy",
        # An empty list would switch the filter off and let preflights through to the API.
        allow_origin_string_match=[{"exact": origin} for origin in _origins(settings)] or [pattern("[^\\s\\S]")],
        allow_methods=ALLOWED_METHODS,
        allow_headers=ALLOWED_HEADERS,
        expose_headers=EXPOSED_HEADERS,
        max_age=str(PREFLIGHT_SECONDS),
        allow_credentials=False,
        forward_not_matching_preflights=False,
    )


def headers_of_own_answers(settings: Settings) -> list[Json]:
    """Return what the filter leaves out: it is silent where no upstream route matches (404, 405, 400)."""
    origins = _origins(settings)
    if not origins:
        return []
    known = f"request.headers['origin'] in [{', '.join(repr(origin) for origin in origins)}]"
    return [
        header("access-control-allow-origin", f"%CEL({known} ? request.headers['origin'] : '')%"),
        header("access-control-expose-headers", f"%CEL({known} ? '{EXPOSED_HEADERS}' : '')%"),
    ]


def _origins(settings: Settings) -> tuple[str, ...]:
    for origin in settings.cors_origins:
        if not _ORIGIN.fullmatch(origin):
            raise GatewayConfigError(f"KONDATE_CORS_ORIGINS: {origin} is not an origin (scheme://host[:port], no path)")
    return settings.cors_origins
