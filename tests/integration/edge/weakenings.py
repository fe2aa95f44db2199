"""Deliberate weakenings of the rendered listener; each names the case of the tables that notices it."""

from dataclasses import dataclass

from tests.integration.edge.changes import (
    ADDRESS_LIMIT,
    ANSWER_HEADERS,
    BODY,
    CALLER_LIMIT,
    CORS,
    POLICY,
    TOKENS,
    Change,
    any_method,
    bigger,
    forget,
    hardening,
    host_of,
    http1,
    keep_headers,
    light,
    not_enforced,
    open_all,
    origins,
    protocol,
    provider,
    scope_by,
    show_the_inside,
    without_defect,
    without_filters,
    without_policy,
    without_routes,
)

FLOOD_OF_CALLER = "flood of one caller"
FLOOD_OF_HEAVY = "flood of a heavy route"
FLOOD_OF_ADDRESS = "flood of one address"


@dataclass(frozen=True, slots=True)
class Weakening:
    """What is taken away, and the case that must notice."""

    name: str
    change: Change
    noticed_by: str


WEAKENINGS = (
    Weakening("no token is asked for", without_filters(TOKENS, POLICY), "token: no token"),
    Weakening("routes are open", open_all, "token: no token"),
    Weakening("no policy", without_filters(POLICY), "scope: longer word"),
    Weakening("any audience", forget("audiences"), "token: aud of another"),
    Weakening("any issuer", forget("issuer"), "token: iss of another"),
    Weakening("any lifetime", forget("max_lifetime"), "token: lives for years"),
    Weakening(
        "a year of skew",
        provider(lambda it: it.update({"clock_skew_seconds": 31_536_000})),
        "token: nbf beyond the skew",
    ),
    Weakening(
        "tokens in the query", provider(lambda it: it.update({"from_params": ["access_token"]})), "token: in the query"
    ),
    Weakening(
        "tokens in a cookie", provider(lambda it: it.update({"from_cookies": ["access_token"]})), "token: in a cookie"
    ),
    Weakening(
        "tokens in another header",
        provider(lambda it: it["from_headers"].append({"name": "x-authorization", "value_prefix": "Bearer "})),
        "token: in X-Authorization",
    ),
    Weakening(
        "tokens of no scheme", provider(lambda it: it["from_headers"][0].pop("value_prefix")), "token: under no scheme"
    ),
    Weakening("no defects", without_policy("1-invalid-token"), "token: kid missing"),
    Weakening("crit is passed over", without_defect("crit"), "token: crit of an unknown header"),
    Weakening("b64 is passed over", without_defect("b64"), "token: b64 false"),
    Weakening("no key id needed", without_defect("kid"), "token: kid missing"),
    Weakening("any typ", without_defect("typ"), "token: typ of another use"),
    Weakening("any sub", without_defect("sub"), "token: sub with CRLF"),
    Weakening("exp that overflows", without_defect("exp"), "token: exp 2^63"),
    Weakening("no scopes", without_policy("2-insufficient-scope"), "scope: none"),
    Weakening("scope by prefix", scope_by(lambda scope: {"prefix": scope}), "scope: longer word"),
    Weakening("scope by suffix", scope_by(lambda scope: {"suffix": scope}), "scope: prefixed"),
    Weakening("scope anywhere", scope_by(lambda scope: {"contains": scope}), "scope: two words in a list's one"),
    Weakening("scope in any case", scope_by(lambda scope: {"exact": scope, "ignore_case": True}), "scope: in capitals"),
    Weakening(
        "scope by a wide expression", scope_by(lambda _: {"safe_regex": {"regex": "recipe:.+"}}), "scope: wildcard"
    ),
    Weakening("no roles", without_policy("3-missing-role"), "role: none"),
    Weakening("paths as they come", hardening("normalize_path", value=False), "path: dot-dot segment"),
    Weakening("slashes as they come", hardening("merge_slashes", value=False), "path: doubled slash"),
    Weakening(
        "encoded slashes are decoded",
        hardening("path_with_escaped_slashes_action", "UNESCAPE_AND_FORWARD"),
        "path: encoded slash",
    ),
    Weakening(
        "encoded slashes are kept",
        hardening("path_with_escaped_slashes_action", "KEEP_UNCHANGED"),
        "path: traversal by encoded slashes",
    ),
    Weakening(
        "underscores pass", protocol("headers_with_underscores_action", "ALLOW"), "header: identity with an underscore"
    ),
    Weakening("large headers pass", hardening("max_request_headers_kb", 96), "size: one header"),
    Weakening("many headers pass", protocol("max_headers_count", 1_000), "size: eighty headers"),
    Weakening("large bodies pass", without_filters(BODY), "size: body by its length"),
    Weakening("nothing is stripped", hardening("early_header_mutation_extensions", []), "header: spoofed X-Roles"),
    Weakening("identity is kept", keep_headers("x-user.*"), "header: spoofed X-User-Id"),
    Weakening("addresses are kept", keep_headers("x-real-ip"), "header: spoofed X-Real-IP"),
    Weakening(
        "methods are overridden", keep_headers("x-http-method-override"), "header: spoofed X-HTTP-Method-Override"
    ),
    Weakening("paths are overridden", keep_headers("x-original-url"), "header: spoofed X-Original-URL"),
    Weakening("any request id", without_routes("invalid-request-id"), "header: request id, script"),
    Weakening("any host", without_routes("invalid-host"), "host: two"),
    Weakening("any method", any_method, "method: PATCH"),
    Weakening("the inside is shown", show_the_inside, "path: internal /metrics"),
    Weakening("any origin", origins({"safe_regex": {"regex": ".*"}}), "cors: read, null"),
    Weakening("origins by suffix", origins({"suffix": "app.example"}), "cors: read, prefix"),
    Weakening("origins by prefix", origins({"prefix": "https://app.example"}), "cors: read, suffix"),
    Weakening(
        "origins by a loose expression",
        origins({"safe_regex": {"regex": "https://app.example"}}),
        "cors: read, any letter for the dot",
    ),
    Weakening(
        "origins in any case",
        origins({"exact": "https://app.example", "ignore_case": True}),
        "cors: read, in capitals",
    ),
    Weakening(
        "cookies across origins",
        lambda manager: host_of(manager)["typed_per_filter_config"][CORS].update({"allow_credentials": True}),
        "cors: credentials for an allowed origin",
    ),
    Weakening("preflights reach the API", without_filters(CORS), "cors: preflight, null"),
    Weakening("answers unmarked", without_filters(ANSWER_HEADERS), "token: good"),
    Weakening("HTTP/1.0", http1("accept_http_10"), "framing: HTTP/1.0"),
    Weakening("both lengths", http1("allow_chunked_length"), "framing: both lengths"),
    Weakening("no limit for a caller", without_filters(CALLER_LIMIT), FLOOD_OF_CALLER),
    Weakening("a large limit for a caller", bigger(CALLER_LIMIT), FLOOD_OF_CALLER),
    Weakening("a limit that is not enforced", not_enforced, FLOOD_OF_CALLER),
    Weakening("heavy routes are light", light, FLOOD_OF_HEAVY),
    Weakening("no limit for an address", without_filters(ADDRESS_LIMIT), FLOOD_OF_ADDRESS),
    Weakening("a large limit for an address", bigger(ADDRESS_LIMIT), FLOOD_OF_ADDRESS),
)
