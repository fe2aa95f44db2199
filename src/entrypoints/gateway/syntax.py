"""The few shapes that Envoy's configuration repeats, as JSON-ready values."""

from enum import StrEnum

Json = dict[str, object]

CONNECTION_MANAGER = "envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager"
METADATA_NAMESPACE = "kondate"
"""Where each route keeps what access log, limits and problems say about it."""


class Put(StrEnum):
    """What becomes of a header that is there already."""

    REPLACE = "OVERWRITE_IF_EXISTS_OR_ADD"
    KEEP = "ADD_IF_ABSENT"
    IF_THERE = "OVERWRITE_IF_EXISTS"
    ADD = "APPEND_IF_EXISTS_OR_ADD"


def typed(message: str, **fields: object) -> Json:
    """Name the protobuf message that the fields belong to."""
    return {"@type": f"type.googleapis.com/{message}", **fields}


def extension(name: str, message: str, **fields: object) -> Json:
    """Name one extension (a filter, a tracer, a logger) with its typed configuration."""
    return {"name": name, "typed_config": typed(message, **fields)}


def seconds(value: float) -> str:
    """Write a duration to the millisecond as protobuf's JSON form asks: `0.25s`."""
    return f"{value:.3f}".rstrip("0").rstrip(".") + "s"


def header(name: str, value: str, put: Put = Put.REPLACE) -> Json:
    """Set one header; a value that turns out empty sets nothing."""
    return {"append_action": put.value, "header": {"key": name, "value": value}}


def put_header(name: str, value: str, put: Put = Put.REPLACE) -> Json:
    """Set one header, as a step of a header mutation."""
    return {"append": header(name, value, put)}


def drop_header(name: str) -> Json:
    """Remove one header, as a step of a header mutation."""
    return {"remove": name}


def drop_headers(*regexes: str) -> Json:
    """Remove each header whose whole name matches one of the expressions, as one step of a header mutation.

    One expression for all names costs a request less than a step for each.
    """
    return {"remove_on_match": {"key_matcher": pattern("|".join(regexes))}}


def drop_prefixed(prefix: str) -> Json:
    """Remove each header whose name begins so, as a step of a header mutation; cheaper than an expression."""
    return {"remove_on_match": {"key_matcher": {"prefix": prefix}}}


def exactly(text: str) -> Json:
    """Match the whole text and nothing else."""
    return {"exact": text}


def pattern(regex: str) -> Json:
    """Match the whole text against an RE2 expression."""
    return {"safe_regex": {"regex": regex}}


def method_in(methods: frozenset[str]) -> Json:
    """Match requests with one of these methods."""
    return {"name": ":method", "string_match": pattern("|".join(sorted(methods)))}


def socket_address(host: str, port: int) -> Json:
    """Name a TCP address."""
    return {"address": {"socket_address": {"address": host, "port_value": port}}}
