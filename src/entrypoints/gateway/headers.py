"""What the gateway strips from requests and puts on every answer."""

from entrypoints.gateway.syntax import (
    Json,
    Put,
    drop_header,
    drop_headers,
    drop_prefixed,
    extension,
    header,
    put_header,
    typed,
)
from entrypoints.settings import Settings, Stage

ANSWER_FILTER = "answer-headers"

GIVEN_REQUEST_ID = "x-kondate-given-request-id"
"""Where the gateway puts the client's own request id."""
KEPT_REQUEST_ID = "x-kondate-kept-request-id"
"""The same where it is well formed; without it, the given one is refused."""
_GIVEN_PARENT = "x-kondate-given-traceparent"

SPOOFABLE = (
    "forwarded",
    "proxy-authorization",
    "proxy-connection",
    "true-client-ip",
    "x-client-ip",
    "x-client-trace-id",
    "x-cluster-client-ip",
    "x-http-method",
    "x-http-method-override",
    "x-method-override",
    "x-original-url",
    "x-real-ip",
    "x-rewrite-url",
    "x-role",
    "x-roles",
    "x-scope",
    "x-scopes",
    "x-sub",
    "x-subject",
)
SPOOFABLE_PREFIXES = ("x-auth-", "x-authenticated-", "x-envoy-", "x-forwarded-", "x-jwt-", "x-kondate-", "x-user")
"""Who the client is, where it comes from and what it asks for is said by the token, the connection and the
request line only. Names with an underscore in place of a dash are refused altogether."""

_ID = f"request.headers['{GIVEN_REQUEST_ID}']"
_TRACE = f"request.headers['{_GIVEN_PARENT}']"
# CEL limits the size of an expression, and counted classes are large: lengths are asked for apart, and `[0-z]`
# counts the characters of each part (it has no dash) where the next expression says that all are hexadecimal.
_GOOD_REQUEST_ID = f"{_ID}.size() >= 8 && {_ID}.size() <= 48 && {_ID}.matches('^[A-Za-z0-9_-]+$')"
_GOOD_TRACE_PARENT = (
    f"{_TRACE}.matches('^[0-z]{{2}}-[0-z]{{32}}-[0-z]{{16}}-[0-z]{{2}}$') && {_TRACE}.matches('^[0-9a-f-]+$')"
    f" && !{_TRACE}.startsWith('ff') && !{_TRACE}.contains('-{'0' * 32}-') && !{_TRACE}.contains('-{'0' * 16}-')"
)

_SECURITY = (
    header("content-security-policy", "default-src 'none'; frame-ancestors 'none'", Put.KEEP),
    header("x-content-type-options", "nosniff"),
    header("referrer-policy", "no-referrer"),
    header("permissions-policy", "geolocation=(), camera=(), microphone=()"),
    header("cross-origin-opener-policy", "same-origin"),
    header("cross-origin-resource-policy", "same-origin"),
    header("cache-control", "no-store", Put.KEEP),
)
_STRICT_TRANSPORT = header("strict-transport-security", "max-age=31536000; includeSubDomains")
# A browser that once met this stage on `localhost` would refuse plain HTTP to every other port of it for as long.
_STRICT_FOR_A_MINUTE = header("strict-transport-security", "max-age=60")


def security_headers(settings: Settings) -> list[Json]:
    """Return the headers of every answer; HSTS only where this listener speaks TLS, as browsers ask."""
    if not settings.gateway_tls_certificate:
        return [*_SECURITY]
    return [*_SECURITY, _STRICT_FOR_A_MINUTE if settings.stage is Stage.LOCAL else _STRICT_TRANSPORT]


def early_removal(settings: Settings) -> Json:
    """Clean a request before anything looks at it: request id, tracing, addresses and routes come later.

    A malformed traceparent would cost the request its trace, so it is dropped and a new trace begins; without a
    collector nobody reads it, and it is left alone. A malformed request id is put aside: the request gets an id of
    ours and is refused by the first route.
    """
    return extension(
        "early-removal",
        "envoy.extensions.http.early_header_mutation.header_mutation.v3.HeaderMutation",
        mutations=[
            drop_headers(*SPOOFABLE, *(f"{prefix}.*" for prefix in SPOOFABLE_PREFIXES)),
            *_put_aside("x-request-id", GIVEN_REQUEST_ID),
            put_header(KEPT_REQUEST_ID, _if_good(GIVEN_REQUEST_ID, _GOOD_REQUEST_ID)),
            put_header("x-request-id", f"%REQ({KEPT_REQUEST_ID})%"),
            *(_sound_trace_parent() if settings.otlp_endpoint else []),
        ],
    )


def answer_headers(settings: Settings, *more: Json) -> Json:
    """Return the first filter: being first it sees each answer last, preflights and refusals included.

    `more` are steps of one listener's own.
    """
    return extension(
        ANSWER_FILTER,
        "envoy.extensions.filters.http.header_mutation.v3.HeaderMutation",
        mutations={
            "response_mutations": [
                *({"append": each} for each in security_headers(settings)),
                put_header("vary", "Origin", Put.ADD),
                drop_header("server"),
                drop_prefixed("x-envoy-"),
                drop_prefixed("x-kondate-"),
                *more,
            ]
        },
    )


def on_answers(steps: list[Json]) -> Json:
    """Return the per-route setting that takes these steps on each answer of the route, after those of all routes."""
    return typed(
        "envoy.extensions.filters.http.header_mutation.v3.HeaderMutationPerRoute",
        mutations={"response_mutations": steps},
    )


def _sound_trace_parent() -> list[Json]:
    return [
        *_put_aside("traceparent", _GIVEN_PARENT),
        put_header("traceparent", _if_good(_GIVEN_PARENT, _GOOD_TRACE_PARENT)),
        drop_header(_GIVEN_PARENT),
    ]


def _put_aside(name: str, aside: str) -> list[Json]:
    return [put_header(aside, f"%REQ({name})%"), drop_header(name)]


def _if_good(name: str, condition: str) -> str:
    """Write a value that is the named header's where the condition holds, and nothing otherwise."""
    return f"%CEL('{name}' in request.headers && {condition} ? request.headers['{name}'] : '')%"
