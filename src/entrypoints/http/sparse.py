"""Sparse answers: only the members that `fields` names, in the order that they have."""

from collections.abc import Collection
from typing import Annotated, Any

import msgspec
from litestar.params import QueryParameter

from entrypoints.http.faults import RequestError

LONGEST = 500

Fields = Annotated[
    str | None,
    QueryParameter(max_length=LONGEST, description="Only these members, separated by commas; without it, all."),
]


class UnknownFieldError(RequestError):
    """Somebody wants a member that there is not."""

    code = "unknown-field"

    def __init__(self, wanted: Collection[str], known: Collection[str]) -> None:
        """Name the members that there are."""
        self.detail = f"There is no field {', '.join(sorted(wanted))[:100]}; there are {', '.join(known)}."
        super().__init__(self.detail)


def fields_of(model: type[msgspec.Struct]) -> tuple[str, ...]:
    """Return the names of a body's members, as they are written."""
    return tuple(field.encode_name for field in msgspec.structs.fields(model))


def wanted_fields(fields: str | None, known: Collection[str]) -> frozenset[str] | None:
    """Return the members that are asked for, None for all of them; raise UnknownFieldError."""
    if fields is None:
        return None
    wanted = frozenset(name.strip() for name in fields.split(","))
    if unknown := wanted - set(known):
        raise UnknownFieldError(unknown, known)
    return wanted


def picked(body: bytes, wanted: frozenset[str] | None) -> bytes:
    """Return an object's JSON with these members only; every value stays as it is written."""
    if wanted is None:
        return body
    members = msgspec.json.decode(body, type=dict[str, msgspec.Raw])
    return msgspec.json.encode({name: value for name, value in members.items() if name in wanted})


def picked_of(body: msgspec.Struct, wanted: frozenset[str] | None) -> Any:  # noqa: ANN401 (the body, or its JSON)
    """Return a body with these members only."""
    return body if wanted is None else msgspec.Raw(picked(msgspec.json.encode(body), wanted))
