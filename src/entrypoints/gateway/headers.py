"""What the gateway strips from requests and puts on every answer."""

from entrypoints.gateway import cors, limits
from entrypoints.gateway.syntax import Json, Put, drop_header, drop_headers, extension, header, put_header
from entrypoints.settings import Settings

INVALID_REQUEST_ID = "x-kondate-invalid-request-id"
"""Set by the gateway itself when the client's own request id was refused."""

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

_ID = "request.headers['x-request-id']"
_TRACE = "request.headers['traceparent']"
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


def security_headers(settings: Settings) -> list[Json]:
    """Return the headers of every answer; HSTS only where this listener speaks TLS, as browsers ask."""
    return [*_SECURITY, *([_STRICT_TRANSPORT] if settings.gateway_tls_certificate else [])]


def early_removal() -> Json:
    """Clean a request before anything looks at it: request id, tracing, addresses and routes come later.

    A malformed traceparent would cost the request its trace, so it is dropped and a new trace begins. A malformed
    request id is replaced by a mark: the request gets an id of ours and is refused by the first route.
    """
    return extension(
        "early-removal",
        "envoy.extensions.http.early_header_mutation.header_mutation.v3.HeaderMutation",
        mutations=[
            *(drop_header(name) for name in SPOOFABLE),
            *(drop_headers(prefix) for prefix in SPOOFABLE_PREFIXES),
            put_header(INVALID_REQUEST_ID, f"%CEL({_GOOD_REQUEST_ID} ? '' : '1')%"),
            *_keep_only_if("x-request-id", _GOOD_REQUEST_ID),
            *_keep_only_if("traceparent", _GOOD_TRACE_PARENT),
        ],
    )


def answer_headers(settings: Settings) -> Json:
    """Return the first filter: being first it sees each answer last, preflights and refusals included."""
    return extension(
        "answer-headers",
        "envoy.extensions.filters.http.header_mutation.v3.HeaderMutation",
        mutations={
            "response_mutations": [
                *({"append": each} for each in security_headers(settings)),
                *cors.answer_mutations(settings),
                *limits.answer_mutations(settings),
                drop_header("server"),
                drop_headers("x-envoy-"),
                drop_headers("x-kondate-"),
            ]
        },
    )


def _keep_only_if(name: str, condition: str) -> list[Json]:
    """Remove a header unless the condition holds; a mutation cannot empty a header, so it goes by a second name."""
    kept = f"x-kondate-kept-{name}"
    return [
        put_header(kept, f"%CEL({condition} ? request.headers['{name}'] : '')%"),
        drop_header(name),
        put_header(name, f"%REQ({kept})%"),
        drop_header(kept),
    ]
