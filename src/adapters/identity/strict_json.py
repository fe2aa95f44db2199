"""JSON objects from strangers: one reading only, so that two verifiers cannot understand two things."""

import json
from typing import Any, NoReturn


def read_object(text: bytes) -> dict[str, Any]:
    """Return the object; raise ValueError for anything else, doubled members, NaN and deep nesting included."""
    try:
        # Decoding first keeps the parser from guessing at UTF-16 and UTF-32.
        value = json.loads(text.decode("utf-8"), object_pairs_hook=_members, parse_constant=_refuse_constant)
    except RecursionError as error:
        raise ValueError("nested too deep") from error
    if not isinstance(value, dict):
        raise ValueError("not an object")  # noqa: TRY004 (the promise is one kind of error)
    return value


def _members(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    members = dict(pairs)
    if len(members) != len(pairs):
        raise ValueError("a member appears twice")
    return members


def _refuse_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is not a number")
