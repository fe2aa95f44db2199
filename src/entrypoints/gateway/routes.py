"""The routing table: the declared routes in an order that cannot shadow, then what answers everything else."""

import re
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import replace

from entrypoints.edge import LONGEST_WAIT_SECONDS, NOT_ELSEWHERE, EdgeRoute, Exposure
from entrypoints.gateway import compression, cors, headers, limits, policy, tokens
from entrypoints.gateway.errors import GatewayConfigError
from entrypoints.gateway.headers import GIVEN_REQUEST_ID, KEPT_REQUEST_ID
from entrypoints.gateway.syntax import METADATA_NAMESPACE, Json, exactly, header, method_in, pattern, typed
from entrypoints.gateway.upstreams import API_CLUSTER, forward
from entrypoints.settings import Settings

TABLE = "public"
LEAST_BODY_BYTES = 1
"""The smallest limit that Envoy takes."""
READS = frozenset({"GET", "HEAD"})
BODY_FILTER = "envoy.filters.http.filter_chain"

_PREFERS_TO_WAIT: Json = {"name": "prefer", "string_match": {"contains": "wait", "ignore_case": True}}
_PARAMETER = re.compile(r"\{[^{}]+\}")
# An expression counts to 1000 at most; `\C` is one byte, which costs a fifth of a character.
_TOO_LONG: Json = {"name": ":path", "string_match": pattern(r"\C{1000}" * 8 + r"\C+")}
# Envoy joins two Host headers with a comma; which of them a later reader believes is not to be found out.
_NOT_ONE_HOST: Json = {
    "name": ":authority",
    "invert_match": True,
    "string_match": pattern(r"[A-Za-z0-9._-]+|\[[0-9A-Fa-f:.]+\]"),
}

_REFUSED_REQUEST_ID: list[Json] = [
    {"name": GIVEN_REQUEST_ID, "present_match": True},
    {"name": KEPT_REQUEST_ID, "present_match": False},
]


def routing_table(routes: Sequence[EdgeRoute], settings: Settings) -> Json:
    """Return the only virtual host: preflight, bad request ids, each path with its methods, 405 and 404."""
    by_path = _by_path([route for route in routes if route.edge.exposure is not Exposure.INTERNAL])
    own = cors.headers_of_own_answers(settings)
    host = {
        "name": "api",
        "domains": ["*"],
        "typed_per_filter_config": {cors.FILTER: cors.policy(settings), **limits.on_all_routes(settings)},
        "routes": [
            _preflight(),
            _answer("invalid-request-id", {"prefix": "/", "headers": _REFUSED_REQUEST_ID}, 400, own),
            _answer("invalid-host", {"prefix": "/", "headers": [_NOT_ONE_HOST]}, 400, own),
            _answer("too-long", {"prefix": "/", "headers": [_TOO_LONG]}, 414, own),
            *(entry for regex, group in by_path for entry in _path_entries(regex, group, settings, own)),
            _answer("not-found", {"prefix": "/"}, 404, own),
        ],
    }
    return {
        "name": TABLE,
        "virtual_hosts": [host],
        "request_headers_to_remove": [GIVEN_REQUEST_ID, KEPT_REQUEST_ID],
        "response_headers_to_remove": [NOT_ELSEWHERE],
    }


def _by_path(routes: Iterable[EdgeRoute]) -> list[tuple[str, list[EdgeRoute]]]:
    """Group routes that match the same paths; literal segments go before parameters in the same place."""
    groups: dict[str, list[EdgeRoute]] = defaultdict(list)
    for route in routes:
        groups[_regex(route.template)].append(route)
    for group in groups.values():
        _check_methods(group)
    return sorted(groups.items(), key=lambda item: _specificity(item[1][0].template))


def _specificity(template: str) -> list[tuple[bool, str]]:
    """Order templates so that where one has a literal segment and another a parameter, the literal comes first."""
    return [("{" in segment, segment) for segment in template.split("/")]


def _regex(template: str) -> str:
    """Write a template as an expression over the path: a parameter matches one segment."""
    return "[^/]+".join(re.escape(literal) for literal in _PARAMETER.split(template))


def _check_methods(group: list[EdgeRoute]) -> None:
    seen: set[str] = set()
    for route in group:
        twice = seen & route.methods
        if twice:
            raise GatewayConfigError(f"{min(twice)} {route.template} is declared twice")
        seen |= route.methods


def _path_entries(regex: str, group: list[EdgeRoute], settings: Settings, own: list[Json]) -> list[Json]:
    template = group[0].template
    path: Json = pattern(regex) if _PARAMETER.search(template) else {"path": template}
    allowed = header("allow", ", ".join(sorted({"OPTIONS"}.union(*(route.answered for route in group)))))
    asked = {**path, "headers": [method_in(frozenset({"OPTIONS"}))]}
    refusal = _answer(f"{template} 405", path, 405, [*own, allowed])
    return [
        *(
            entry
            for route in sorted(group, key=lambda each: each.name)
            for entry in _route_entries(route, path, settings)
        ),
        {**_answer(f"{template} options", asked, 204, [*own, allowed]), "metadata": _described(template)},
        {**refusal, "metadata": _described(template)},
    ]


def _route_entries(route: EdgeRoute, path: Json, settings: Settings) -> list[Json]:
    """Return one entry for the reads and one for the writes of a route: only reads are retried.

    Each is preceded by one with more time for those who prefer to wait, where the route heeds that.
    """
    parts = [part for part in (route.answered & READS, route.answered - READS) if part]
    patient = replace(route.edge, timeout_seconds=route.edge.timeout_seconds + LONGEST_WAIT_SECONDS)
    times = [(patient, [_PREFERS_TO_WAIT]), (route.edge, [])] if route.edge.waits else [(route.edge, [])]
    return [
        {
            "name": route.name,
            "stat_prefix": re.sub(r"[^A-Za-z0-9_]+", "_", route.name),
            "match": {**path, "headers": [method_in(methods), *asked]},
            "metadata": _described(
                route.template,
                scope=" ".join(tokens.scopes(route.edge, settings)),
                cost=route.edge.cost.value,
            ),
            "route": forward(edge, safe=methods <= READS),
            "typed_per_filter_config": {
                **_access(route, settings),
                **(compression.on_route() if _is_worth_compressing(route) else {}),
                BODY_FILTER: _body_limit(LEAST_BODY_BYTES if methods <= READS else route.edge.body_limit_bytes),
            },
        }
        for methods in parts
        for edge, asked in times
    ]


def _is_worth_compressing(route: EdgeRoute) -> bool:
    """Tell lists and documents from single resources: those have ETags, and would pay for filters that do nothing."""
    return route.edge.exposure is Exposure.PUBLIC or not _PARAMETER.search(route.template)


def _access(route: EdgeRoute, settings: Settings) -> Json:
    if route.edge.exposure is Exposure.PUBLIC:
        return {**_open_to_all(), headers.ANSWER_FILTER: headers.on_answers(limits.address_mutations(settings))}
    return {
        policy.FILTER: policy.for_callers(route.edge, settings),
        headers.ANSWER_FILTER: headers.on_answers(limits.answer_mutations(route.edge, settings)),
    }


def _open_to_all() -> Json:
    return {
        tokens.TOKEN_FILTER: tokens.no_token(),
        policy.FILTER: policy.for_everyone(),
        limits.CALLER_FILTER: limits.no_caller_limit(),
    }


def _body_limit(most_bytes: int) -> Json:
    """Return a body limit of a route's own; the filter counts while the body streams and has no per-route form.

    Reads take none: it would mean nothing, and one that trickles in would hold a connection to the API.
    """
    limit = typed(
        "envoy.extensions.filters.http.body_size_limit.v3.BodySizeLimit",
        max_request_bytes=most_bytes,
    )
    chain = {"filters": [{"name": "body-limit", "typed_config": limit}]}
    return typed("envoy.extensions.filters.http.filter_chain.v3.FilterChainConfigPerRoute", filter_chain=chain)


def _described(template: str, **said: str) -> Json:
    return {"filter_metadata": {METADATA_NAMESPACE: {"template": template, **said}}}


def _preflight() -> Json:
    """Return the entry of all preflights: the CORS filter needs a forwarding route, and answers before it is used."""
    asks = [
        {"name": ":method", "string_match": exactly("OPTIONS")},
        _present("origin"),
        _present("access-control-request-method"),
    ]
    return {
        "name": "preflight",
        "match": {"prefix": "/", "headers": asks},
        "route": {"cluster": API_CLUSTER},
        "typed_per_filter_config": _open_to_all(),
    }


def _answer(name: str, match: Json, status: int, answer_headers: list[Json]) -> Json:
    """Return an entry that the gateway answers itself."""
    return {
        "name": name,
        "match": match,
        "direct_response": {"status": status},
        "response_headers_to_add": answer_headers,
        "typed_per_filter_config": _open_to_all(),
    }


def _present(name: str) -> Json:
    return {"name": name, "present_match": True}
