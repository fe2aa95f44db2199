"""Request limits: per client address before tokens are looked at, per verified caller after.

One token bucket holds both halves of a caller's limit: its size is the burst, its refill the sustained rate.
"""

from entrypoints.edge import Cost, Edge
from entrypoints.gateway.syntax import METADATA_NAMESPACE, Json, drop_header, extension, put_header, typed
from entrypoints.gateway.tokens import TOKEN_FILTER
from entrypoints.settings import Settings

CALLER_FILTER = "envoy.filters.http.local_ratelimit"
HEAVY_SHARE = 10
"""A heavy route's own bucket holds and refills a tenth of the caller's."""
ADDRESS_REFILL_SECONDS = 2
"""An emptied address bucket is full again after this long."""
MOST_BUCKETS = 20_000
"""Distinct callers (addresses) remembered; the least recently seen one beyond that starts with a full bucket."""

_ALWAYS = {"default_value": {"numerator": 100, "denominator": "HUNDRED"}}
_SUBJECT = {
    "metadata": {
        "source": "DYNAMIC",
        "descriptor_key": "sub",
        "skip_if_absent": True,
        "metadata_key": {"key": TOKEN_FILTER, "path": [{"key": "jwt"}, {"key": "sub"}]},
    }
}
_COST = {
    "metadata": {
        "source": "ROUTE_ENTRY",
        "descriptor_key": "cost",
        "skip_if_absent": True,
        "metadata_key": {"key": METADATA_NAMESPACE, "path": [{"key": "cost"}]},
    }
}


def address_limit(settings: Settings) -> Json:
    """Return the limit per client address; it stands before the tokens and so also guards the signature checks."""
    burst = settings.rate_address_burst
    return _limiter(
        "address-limit",
        rate_limits=[{"actions": [{"remote_address": {}}]}],
        descriptors=[_bucket([{"key": "remote_address"}], burst, burst, ADDRESS_REFILL_SECONDS)],
    )


def caller_limit(settings: Settings) -> Json:
    """Return the limit per verified `sub`, with the second bucket that heavy routes also draw on."""
    sustained = settings.rate_sustained_per_second
    heavy = [{"key": "cost", "value": Cost.HEAVY.value}, {"key": "sub"}]
    return _limiter(
        CALLER_FILTER,
        rate_limits=[{"actions": [_SUBJECT]}, {"actions": [_COST, _SUBJECT]}],
        descriptors=[
            _bucket([{"key": "sub"}], settings.rate_burst, sustained, 1),
            _bucket(heavy, _heavy_burst(settings), sustained, HEAVY_SHARE),
        ],
        enable_x_ratelimit_headers="DRAFT_VERSION_03",
    )


def no_caller_limit() -> Json:
    """Return the per-route setting of routes without a caller: only the address counts there."""
    return typed("envoy.config.route.v3.FilterConfig", disabled=True)


def policy_of(edge: Edge, settings: Settings) -> str:
    """Write the route's `RateLimit-Policy`: quota `q` and the seconds `w` in which an empty bucket fills again."""
    window = max(1, round(settings.rate_burst / settings.rate_sustained_per_second))
    caller = f'"caller";q={settings.rate_burst};w={window}'
    if edge.cost is not Cost.HEAVY:
        return caller
    heavy_window = max(1, round(_heavy_burst(settings) * HEAVY_SHARE / settings.rate_sustained_per_second))
    return f'{caller}, "heavy";q={_heavy_burst(settings)};w={heavy_window}'


def answer_mutations(settings: Settings) -> list[Json]:
    """Turn Envoy's `x-ratelimit-*` of the tightest bucket into the draft's two fields, where a limit was charged.

    An expression can read headers but not join them, so the fields are written under names of their own first
    (which `headers` drops with the other private names) and taken over only if Envoy reported a limit.
    """
    charged = "response.headers['x-ratelimit-limit'] != ''"
    heavy = f"response.headers['x-ratelimit-limit'] == '{_heavy_burst(settings)}'"
    values = "r=%RESP(x-ratelimit-remaining)%;t=%RESP(x-ratelimit-reset)%"
    chosen = f"{heavy} ? response.headers['x-kondate-heavy'] : response.headers['x-kondate-caller']"
    return [
        put_header("x-kondate-policy", f"%METADATA(ROUTE:{METADATA_NAMESPACE}:rate_policy)%"),
        put_header("x-kondate-caller", f'"caller";{values}'),
        put_header("x-kondate-heavy", f'"heavy";{values}'),
        put_header("ratelimit-policy", f"%CEL({charged} ? response.headers['x-kondate-policy'] : '')%"),
        put_header("ratelimit", f"%CEL({charged} ? ({chosen}) : '')%"),
        *(drop_header(f"x-ratelimit-{name}") for name in ("limit", "remaining", "reset")),
    ]


def _heavy_burst(settings: Settings) -> int:
    return max(1, settings.rate_burst // HEAVY_SHARE)


def _bucket(entries: list[dict[str, str]], size: int, refill: int, interval_seconds: int) -> Json:
    bucket = {"max_tokens": size, "tokens_per_fill": refill, "fill_interval": f"{interval_seconds}s"}
    return {"entries": entries, "token_bucket": bucket}


def _limiter(name: str, **fields: object) -> Json:
    """Return a limiter whose buckets are all named by descriptors; the default bucket is never charged."""
    return extension(
        name,
        "envoy.extensions.filters.http.local_ratelimit.v3.LocalRateLimit",
        stat_prefix=name.rpartition(".")[2].replace("-", "_"),
        filter_enabled=_ALWAYS,
        filter_enforced=_ALWAYS,
        token_bucket={"max_tokens": 1_000_000, "tokens_per_fill": 1_000_000, "fill_interval": "1s"},
        always_consume_default_token_bucket=False,
        enable_retry_after_header=True,
        max_dynamic_descriptors=MOST_BUCKETS,
        **fields,
    )
