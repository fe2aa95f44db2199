"""Token verification: signature, issuer, audience and times by Envoy's JWT filter, its gaps closed by conditions.

`defects` lists what a verified token must not be; `policy` refuses a token with any of them.
"""

from application.ports.tokens import EXPIRY_LIMIT_SECONDS, SUBJECT, claim_path
from entrypoints.edge import Edge
from entrypoints.gateway.syntax import Json, exactly, extension, pattern, typed
from entrypoints.settings import Settings, Stage

TOKEN_FILTER = "envoy.filters.http.jwt_authn"  # noqa: S105 (a filter's name, not a secret)
FAILURE_KEY = "failure"
CLOCK_SKEW_SECONDS = 30
LONGEST_LIFETIME_SECONDS = 86_400
CACHED_TOKENS = 4_000
FETCH_TIMEOUT_SECONDS = 3
AUDIENCE_CLAIM = "aud"

_HOSTILE_HEADERS = ("b64", "crit", "jku", "jwk", "x5u")
_TYPES = ("jwt", "at+jwt", "application/jwt", "application/at+jwt")


def token_filter(settings: Settings, issuer_cluster: str) -> Json:
    """Return the filter that verifies tokens; a path without a rule of its own needs a token too."""
    provider = {
        "issuer": settings.issuer,
        # The filter knows no other audience claim than `aud`; another one is asked for by `defects`.
        **({"audiences": list(settings.audience)} if settings.audience_claim == AUDIENCE_CLAIM else {}),
        "require_expiration": True,
        "clock_skew_seconds": CLOCK_SKEW_SECONDS,
        "max_lifetime": f"{LONGEST_LIFETIME_SECONDS}s",
        "forward": True,  # The API verifies the token again.
        "from_headers": [{"name": "authorization", "value_prefix": "Bearer "}],
        "payload_in_metadata": "jwt",
        "header_in_metadata": "hdr",
        "failed_status_in_metadata": FAILURE_KEY,
        "normalize_payload_in_metadata": {"space_delimited_claims": _plain_claims(settings)},
        "jwt_cache_config": {"jwt_cache_size": CACHED_TOKENS},
        "remote_jwks": _key_set(settings, issuer_cluster),
    }
    return extension(
        TOKEN_FILTER,
        "envoy.extensions.filters.http.jwt_authn.v3.JwtAuthentication",
        providers={"issuer": provider},
        rules=[{"match": {"prefix": "/"}, "requires": {"provider_name": "issuer"}}],
        # Envoy's own challenge repeats host, path and query of the request; `problems` sends a fixed one.
        strip_failure_response=True,
    )


def no_token() -> Json:
    """Return the per-route setting of routes that ask for no token."""
    return typed("envoy.extensions.filters.http.jwt_authn.v3.PerRouteConfig", disabled=True)


def defects(settings: Settings) -> list[Json]:
    """Return conditions of which none may hold for a token whose signature and times are right already.

    A missing `typ` passes: issuers in wide use (Cognito) send none. A missing `kid` or `sub` does not. `exp` has a
    range because Envoy's own check overflows near 2^63 and lets such a token pass.
    """
    typ = ["hdr", "typ"]
    known_type = _any([claim(typ, _text({"exact": name, "ignore_case": True})) for name in _TYPES])
    algorithms = [claim(["hdr", "alg"], _text(exactly(name))) for name in settings.token_algorithms]
    use = ["jwt", "token_use"]
    return [
        *(claim(["hdr", name], {"present_match": True}) for name in _HOSTILE_HEADERS),
        absent(_any(algorithms)),
        absent(claim(["hdr", "kid"], _text(pattern("[!-~]{1,255}")))),
        {"and_ids": {"ids": [claim(typ, {"present_match": True}), absent(known_type)]}},
        {"and_ids": {"ids": [claim(use, {"present_match": True}), absent(claim(use, _text(exactly("access"))))]}},
        *_wrong_audience(settings),
        absent(claim(["jwt", "sub"], _text(pattern(SUBJECT.pattern)))),
        absent(claim(["jwt", "exp"], {"double_match": {"range": {"start": 1, "end": EXPIRY_LIMIT_SECONDS}}})),
    ]


def listed(location: str, word: str) -> Json:
    """Match tokens whose claim, a list or words in a string, holds the whole word; a nested claim must be a list."""
    return claim(["jwt", *claim_path(location)], {"list_match": {"one_of": _text(exactly(word))}})


def scopes(edge: Edge, settings: Settings) -> list[str]:
    """Return what a route asks for, spelt as the issuer spells it."""
    return [f"{settings.scope_prefix}{scope}" for scope in sorted(edge.scopes)]


def claim(path: list[str], value: Json) -> Json:
    """Match one verified value of the token's header (`hdr`) or payload (`jwt`)."""
    matcher = {"filter": TOKEN_FILTER, "path": [{"key": key} for key in path], "value": value}
    return {"sourced_metadata": {"metadata_matcher": matcher}}


def absent(condition: Json) -> Json:
    """Match where the condition does not hold."""
    return {"not_id": condition}


def _wrong_audience(settings: Settings) -> list[Json]:
    """Return the condition where the token filter itself cannot check the audience."""
    if settings.audience_claim == AUDIENCE_CLAIM:
        return []
    path, for_us = ["jwt", settings.audience_claim], [_text(exactly(each)) for each in settings.audience]
    in_a_list: list[Json] = [{"list_match": {"one_of": each}} for each in for_us]
    return [absent(_any([claim(path, value) for value in (*for_us, *in_a_list)]))]


def _plain_claims(settings: Settings) -> list[str]:
    """Return the claims whose words the filter can tell apart: those that are not nested."""
    paths = (claim_path(location) for location in (settings.scope_claim, settings.roles_claim))
    return [path[0] for path in paths if len(path) == 1]


def _any(conditions: list[Json]) -> Json:
    return {"or_ids": {"ids": conditions}}


def _text(matcher: Json) -> Json:
    return {"string_match": matcher}


def _key_set(settings: Settings, issuer_cluster: str) -> Json:
    # Envoy does not fetch again when it meets an unknown key, so the cache time is how long a new key waits before
    # it is accepted. The embedded issuer rotates within seconds; real ones publish a key well before they use it.
    # Fetched in the background, old keys go on working while the issuer is down.
    cache_seconds = 10 if settings.stage is Stage.LOCAL else 300
    timeout = f"{FETCH_TIMEOUT_SECONDS}s"
    return {
        "http_uri": {"uri": settings.key_set_url(), "cluster": issuer_cluster, "timeout": timeout},
        "cache_duration": f"{cache_seconds}s",
        "async_fetch": {"fast_listener": False, "failed_refetch_duration": "1s"},
        # The longest back-off is also the time limit of a single try.
        "retry_policy": {"num_retries": 2, "retry_back_off": {"base_interval": "0.1s", "max_interval": timeout}},
    }
