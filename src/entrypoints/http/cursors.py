"""Cursors: where the next page begins, opaque to clients and good for as long as they keep them."""

import base64
import binascii
from datetime import UTC, datetime, timedelta
from urllib.parse import urlencode
from uuid import UUID

from application.ports.job_reads import Position
from entrypoints.http.faults import RequestError

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)
_TIME_BYTES, _ID_BYTES = 8, 16


class InvalidCursorError(RequestError):
    """The cursor is none that we gave."""

    code = "invalid-cursor"
    detail = "The cursor is none that was given with a page; begin without one."


def cursor_of(position: Position) -> str:
    """Write a position down."""
    microseconds = (position.at - _EPOCH) // _MICROSECOND
    return base64.urlsafe_b64encode(microseconds.to_bytes(_TIME_BYTES, signed=True) + position.id.bytes).decode()


def position_of(cursor: str) -> Position:
    """Read it back; raise InvalidCursorError."""
    try:
        written = base64.b64decode(cursor, altchars=b"-_", validate=True)
        if len(written) != _TIME_BYTES + _ID_BYTES:
            raise InvalidCursorError
        at = _EPOCH + int.from_bytes(written[:_TIME_BYTES], signed=True) * _MICROSECOND
    except (binascii.Error, ValueError, OverflowError) as error:
        raise InvalidCursorError from error
    return Position(at=at, id=UUID(bytes=written[_TIME_BYTES:]))


def next_link(path: str, cursor: str, **query: str | int | None) -> dict[str, str]:
    """Return the Link header (RFC 8288) to the next page, which has the same conditions."""
    asked = {name: value for name, value in query.items() if value is not None}
    return {"Link": f'<{path}?{urlencode({**asked, "cursor": cursor})}>; rel="next"'}
