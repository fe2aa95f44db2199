"""Ways to change a rendered listener for the worse."""

from collections.abc import Callable
from typing import Any

from tests.integration.edge.listeners import Manager

TOKENS = "envoy.filters.http.jwt_authn"
POLICY = "envoy.filters.http.rbac"
CORS = "envoy.filters.http.cors"
CALLER_LIMIT = "envoy.filters.http.local_ratelimit"
ADDRESS_LIMIT = "address-limit"
BODY = "envoy.filters.http.filter_chain"
ANSWER_HEADERS = "answer-headers"

Change = Callable[[Manager], object]


def filter_of(manager: Manager, name: str) -> Any:  # noqa: ANN401 (JSON of any depth)
    return next(each["typed_config"] for each in manager["http_filters"] if each["name"] == name)


def without_filters(*names: str) -> Change:
    def change(manager: Manager) -> None:
        manager["http_filters"] = [each for each in manager["http_filters"] if each["name"] not in names]
        for route in routes_of(manager):
            for name in names:
                route.get("typed_per_filter_config", {}).pop(name, None)
        host_of(manager)["typed_per_filter_config"] = {
            name: value for name, value in host_of(manager)["typed_per_filter_config"].items() if name not in names
        }

    return change


def host_of(manager: Manager) -> Any:  # noqa: ANN401 (JSON of any depth)
    return manager["route_config"]["virtual_hosts"][0]


def limiter_of(manager: Manager, name: str) -> Any:  # noqa: ANN401 (JSON of any depth)
    return host_of(manager)["typed_per_filter_config"][name]


def routes_of(manager: Manager) -> list[Any]:
    routes: list[Any] = host_of(manager)["routes"]
    return routes


def without_routes(*names: str) -> Change:
    def change(manager: Manager) -> None:
        host_of(manager)["routes"] = [each for each in routes_of(manager) if each["name"] not in names]

    return change


def hardening(name: str, value: object) -> Change:
    return lambda manager: manager.update({name: value})


def protocol(name: str, value: object) -> Change:
    return lambda manager: manager["common_http_protocol_options"].update({name: value})


def http1(name: str) -> Change:
    return lambda manager: manager.update({"http_protocol_options": {name: True}})


def provider(change: Callable[[Any], object]) -> Change:
    return lambda manager: change(next(iter(filter_of(manager, TOKENS)["providers"].values())))


def forget(name: str) -> Change:
    return provider(lambda provider: provider.pop(name))


def refusals_of(manager: Manager) -> list[Any]:
    """Return the refusals of every route that has some."""
    configs = (route.get("typed_per_filter_config", {}).get(POLICY, {}) for route in routes_of(manager))
    return [config["rbac"]["rules"]["policies"] for config in configs if "rbac" in config]


def without_policy(name: str) -> Change:
    def change(manager: Manager) -> None:
        for policies in refusals_of(manager):
            policies.pop(name, None)

    return change


def without_defect(word: str) -> Change:
    """Forget what is wrong with a token in one respect, wherever that is asked."""

    def change(manager: Manager) -> None:
        for policies in refusals_of(manager):
            for policy in policies.values():
                policy["principals"] = [each for each in policy["principals"] if f"'{word}'" not in str(each)]

    return change


def scope_by(matcher: Callable[[str], object]) -> Change:
    """Match scopes in another way than as whole words."""

    def change(manager: Manager) -> None:
        for policies in refusals_of(manager):
            for principal in policies.get("2-insufficient-scope", {}).get("principals", []):
                one_of = principal["not_id"]["sourced_metadata"]["metadata_matcher"]["value"]["list_match"]["one_of"]
                one_of["string_match"] = matcher(one_of["string_match"]["exact"])

    return change


def origins(*matchers: object) -> Change:
    return lambda manager: host_of(manager)["typed_per_filter_config"][CORS].update(
        {"allow_origin_string_match": list(matchers)}
    )


def keep_headers(*names: str) -> Change:
    """Let the client say what these headers say."""

    def change(manager: Manager) -> None:
        removal = manager["early_header_mutation_extensions"][0]["typed_config"]["mutations"][0]
        expression = removal["remove_on_match"]["key_matcher"]["safe_regex"]
        stripped = expression["regex"].split("|")
        assert set(names) <= set(stripped), names
        expression["regex"] = "|".join(name for name in stripped if name not in names)

    return change


def any_method(manager: Manager) -> None:
    for route in routes_of(manager):
        if "route" in route and route["name"] != "preflight":
            route["match"].pop("headers", None)


def open_all(manager: Manager) -> None:
    """Give every route the freedom of a public one."""
    free = next(route for route in routes_of(manager) if route["name"] == "preflight")["typed_per_filter_config"]
    for route in routes_of(manager):
        if "route" in route:
            route["typed_per_filter_config"] = free


def show_the_inside(manager: Manager) -> None:
    preflight = next(route for route in routes_of(manager) if route["name"] == "preflight")
    inside = {**preflight, "name": "inside", "match": {"path": "/metrics"}}
    routes_of(manager).insert(1, inside)


def bigger(name: str) -> Change:
    def change(manager: Manager) -> None:
        for descriptor in limiter_of(manager, name)["descriptors"]:
            descriptor["token_bucket"].update({"max_tokens": 100_000, "tokens_per_fill": 100_000})

    return change


def light(manager: Manager) -> None:
    limiter = limiter_of(manager, CALLER_LIMIT)
    limiter["descriptors"] = [each for each in limiter["descriptors"] if len(each["entries"]) == 1]


def not_enforced(manager: Manager) -> None:
    limiter_of(manager, CALLER_LIMIT)["filter_enforced"]["default_value"]["numerator"] = 0
