"""JSON as RFC 8259 and I-JSON (RFC 7493) have it, and nothing beside."""

import json

import msgspec


class InexactJsonError(ValueError):
    """The text is not exactly JSON; the message goes on after what it is: a body, a line."""


def exact_json(text: bytes) -> object:
    """Return the value; raise InexactJsonError for what is not exactly right."""
    try:
        # The first parser knows UTF-8, surrogates and numbers best, the second sees members that are given twice.
        msgspec.json.decode(text)
        value: object = json.loads(text, object_pairs_hook=_without_duplicates)
        if b"\\u0000" in text:
            _refuse_null_characters(value)
    except RecursionError as error:
        raise InexactJsonError("is nested too deeply") from error
    except InexactJsonError:
        raise
    except ValueError as error:
        raise InexactJsonError("is not JSON in UTF-8") from error
    return value


def _without_duplicates(pairs: list[tuple[str, object]]) -> dict[str, object]:
    members = dict(pairs)
    if len(members) < len(pairs):
        raise InexactJsonError("holds an object with the same member twice")
    return members


def _refuse_null_characters(value: object) -> None:
    match value:
        case str() if "\0" in value:
            raise InexactJsonError("holds a null character")
        case dict():
            for name, member in value.items():
                _refuse_null_characters(name)
                _refuse_null_characters(member)
        case list():
            for item in value:
                _refuse_null_characters(item)
