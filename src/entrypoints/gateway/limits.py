"""Request limits: per client address before tokens are looked at, per verified caller after.

One token bucket holds both halves of a caller's limit: its size is the burst, its refill the sustained rate. Buckets
live in the gateway's memory; each of several gateways gives its share of every limit. They belong to the routing table,
not to a filter: listeners that share the table share them.
"""

from entrypoints.edge import Cost, Edge
from entrypoints.gateway.syntax import (
    METADATA_NAMESPACE,
    Json,
    Put,
    drop_prefixed,
    extension,
    header,
    put_header,
    typed,
)
from entrypoints.gateway.tokens import TOKEN_FILTER
from entrypoints.settings import Settings

ADDRESS_FILTER = "address-limit"
CALLER_FILTER = "envoy.filters.http.local_ratelimit"
HEAVY_SHARE = 10
"""A heavy route's own bucket holds and refills a tenth of the caller's."""
ADDRESS_REFILL_SECONDS = 2
"""An emptied address bucket is full again after this long."""
MOST_BUCKETS = 20_000
"""Distinct callers (addresses) remembered; the least recently seen one beyond that starts with a full bucket."""

_LIMITER = "envoy.extensions.filters.http.local_ratelimit.v3.LocalRateLimit"
_LIMIT = "x-ratelimit-limit"
_TIGHTEST = "x-ratelimit-name"
_SPENT = "x-ratelimit-spent"
"""Set by the limiter itself on what it refuses."""
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


def filter_chain_entry(name: str) -> Json:
    """Return a limiter's place among the filters: the address's before the tokens, the caller's after them."""
    return extension(name, _LIMITER, stat_prefix=_stat_prefix(name))


def on_all_routes(settings: Settings) -> Json:
    """Return the per-route settings that both limiters work by."""
    return {ADDRESS_FILTER: _address_limit(settings), CALLER_FILTER: _caller_limit(settings)}


def _address_limit(settings: Settings) -> Json:
    """Return the limit per client address; it guards the signature checks too.

    What it refuses says this limit's fields, whatever the route says of its own: `answer_mutations` leaves them alone.
    """
    quota = settings.rate_address_burst
    return _limiter(
        ADDRESS_FILTER,
        rate_limits=[{"actions": [{"remote_address": {}}]}],
        descriptors=[_bucket([{"key": "remote_address"}], quota, quota, ADDRESS_REFILL_SECONDS, settings)],
        response_headers_to_add=[
            header("ratelimit-policy", address_policy(settings)),
            header("ratelimit", '"address";r=0;t=1'),
        ],
    )


def address_policy(settings: Settings) -> str:
    """Write the `RateLimit-Policy` of routes that ask for no token: only the client's address counts there."""
    window = ADDRESS_REFILL_SECONDS * settings.gateway_replicas
    return f'"address";q={_share(settings.rate_address_burst, settings)};w={window}'


def _caller_limit(settings: Settings) -> Json:
    """Return the limit per verified `sub`, with the second bucket that heavy routes also draw on."""
    sustained = settings.rate_sustained_per_second
    heavy = [{"key": "cost", "value": Cost.HEAVY.value}, {"key": "sub"}]
    return _limiter(
        CALLER_FILTER,
        rate_limits=[{"actions": [_SUBJECT]}, {"actions": [_COST, _SUBJECT]}],
        descriptors=[
            _bucket([{"key": "sub"}], settings.rate_burst, sustained, 1, settings),
            _bucket(heavy, settings.rate_burst // HEAVY_SHARE, sustained, HEAVY_SHARE, settings),
        ],
        enable_x_ratelimit_headers="DRAFT_VERSION_03",
        response_headers_to_add=[header(_SPENT, "1")],
    )


def address_mutations(settings: Settings) -> list[Json]:
    """Say the policy of a route that asks for no token."""
    return [put_header("ratelimit-policy", address_policy(settings), Put.KEEP)]


def no_caller_limit() -> Json:
    """Return the per-route setting of routes without a caller: only the address counts there."""
    return typed("envoy.config.route.v3.FilterConfig", disabled=True)


def policy_of(edge: Edge, settings: Settings) -> str:
    """Write the route's `RateLimit-Policy`: quota `q` and the seconds `w` in which an empty bucket fills again.

    With several gateways it is this one's share: what a caller that keeps to one connection can count on.
    """
    caller = _policy("caller", settings.rate_burst, 1, settings)
    if edge.cost is not Cost.HEAVY:
        return caller
    return f"{caller}, {_policy('heavy', settings.rate_burst // HEAVY_SHARE, HEAVY_SHARE, settings)}"


def answer_mutations(edge: Edge, settings: Settings) -> list[Json]:
    """Say the route's policy, and turn Envoy's `x-ratelimit-*` of the tightest bucket into the draft's field.

    Envoy's headers are there only where a limit was charged, and an empty value sets nothing: so the field is written
    over the first of them, and taken from there. `t` is said when the bucket is empty; before that Envoy's reset is
    0, which would read as "full again now".
    """
    name, naming = "caller", list[Json]()
    if edge.cost is Cost.HEAVY:
        is_heavy = f"response.headers['{_LIMIT}'] == '{_share(settings.rate_burst // HEAVY_SHARE, settings)}'"
        name, naming = f"%RESP({_TIGHTEST})%", [put_header(_TIGHTEST, f"%CEL({is_heavy} ? 'heavy' : 'caller')%")]
    return [
        put_header("ratelimit-policy", policy_of(edge, settings), Put.KEEP),
        *naming,
        put_header(_LIMIT, f'"{name}";r=%RESP(x-ratelimit-remaining)%', Put.IF_THERE),
        put_header(_SPENT, f'"{name}";r=0;t=%RESP(x-ratelimit-reset)%', Put.IF_THERE),
        put_header("ratelimit", f"%RESP({_LIMIT})%"),
        put_header("ratelimit", f"%RESP({_SPENT})%"),
        drop_prefixed("x-ratelimit-"),
    ]


def _policy(name: str, quota: int, refill_seconds: int, settings: Settings) -> str:
    window = max(1, round(max(1, quota) * refill_seconds / settings.rate_sustained_per_second))
    return f'"{name}";q={_share(quota, settings)};w={window}'


def _share(quota: int, settings: Settings) -> int:
    """Return what of a quota one gateway gives; nobody's share is nothing."""
    return max(1, quota // settings.gateway_replicas)


def _bucket(entries: list[dict[str, str]], quota: int, refill: int, seconds: int, settings: Settings) -> Json:
    """Return one gateway's share of a bucket; a longer interval makes a smaller refill without any rounding."""
    interval = f"{seconds * settings.gateway_replicas}s"
    bucket = {"max_tokens": _share(quota, settings), "tokens_per_fill": refill, "fill_interval": interval}
    return {"entries": entries, "token_bucket": bucket}


def _limiter(name: str, **fields: object) -> Json:
    """Return a limiter whose buckets are all named by descriptors; the default bucket is never charged."""
    return typed(
        _LIMITER,
        stat_prefix=_stat_prefix(name),
        filter_enabled=_ALWAYS,
        filter_enforced=_ALWAYS,
        token_bucket={"max_tokens": 1_000_000, "tokens_per_fill": 1_000_000, "fill_interval": "1s"},
        always_consume_default_token_bucket=False,
        enable_retry_after_header=True,
        max_dynamic_descriptors=MOST_BUCKETS,
        **fields,
    )


def _stat_prefix(name: str) -> str:
    return name.rpartition(".")[2].replace("-", "_")
