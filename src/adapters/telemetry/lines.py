"""One event becomes one line of JSON."""

import time
from collections.abc import MutableMapping
from datetime import UTC, datetime
from typing import Any

import msgspec
from structlog.typing import WrappedLogger

from adapters.telemetry.redaction import redact
from adapters.telemetry.scope import bound_fields

EventDict = MutableMapping[str, Any]


class Stamp:
    """Puts time, level, event and service first, then what is bound to the current work, then the event's own."""

    __slots__ = ("_service",)

    def __init__(self, service: str) -> None:
        """Take the name of this process, as the lines will tell it."""
        self._service = service

    def __call__(self, _logger: WrappedLogger, level: str, fields: EventDict) -> EventDict:
        """Return the event's fields in the order in which a reader wants them."""
        now = datetime.fromtimestamp(time.time(), UTC).isoformat(timespec="milliseconds")
        head = {"time": f"{now[:23]}Z", "level": level, "event": fields.pop("event"), "service": self._service}
        return {**head, **bound_fields(), **fields, **head}


class Render:
    """Encodes the event as JSON in UTF-8 with a newline at its end; any value has some form, none is refused."""

    __slots__ = ("_encode",)

    def __init__(self) -> None:
        """Build the encoder once."""
        self._encode = msgspec.json.Encoder(enc_hook=repr).encode

    def __call__(self, _logger: WrappedLogger, _level: str, fields: EventDict) -> bytes:
        """Return the line; a value that JSON cannot hold appears as Python writes it."""
        try:
            line = self._encode(fields)
        except (ValueError, OverflowError, TypeError, RecursionError):
            line = self._encode({name: _plain(value) for name, value in fields.items()})
        return redact(line.decode()).encode() + b"\n"


def _plain(value: object) -> str:
    return value.encode(errors="backslashreplace").decode() if isinstance(value, str) else ascii(value)
