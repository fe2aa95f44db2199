"""CloudEvents 1.0 in structured JSON mode, as the body of an SQS message.

Whatever is received, `decode` returns a Message or raises EnvelopeError with one clear reason.
Whatever `encode` returns, SQS accepts and `decode` reads back.
"""

import hashlib
import re
from datetime import UTC, datetime
from typing import Annotated

import msgspec

from application.ports.queue import Message

SPEC_VERSION = "1.0"
JSON_TYPE = "application/json"
MAX_BODY_BYTES = 262_144
MAX_DATA_DEPTH = 64
"""Far above any real message, far below what would exhaust the stack of whoever reads `data` later."""

# CloudEvents and SQS both forbid control characters, surrogates and non-characters in attributes.
TEXT_PATTERN = r"^[^\x00-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]*\Z"
TRACE_PARENT = re.compile(r"[0-9a-f]{2}-[0-9a-f]{32}-[0-9a-f]{16}-[0-9a-f]{2}(-.*)?", re.ASCII)
FAIR_GROUP = re.compile(r"[!-~]{1,128}", re.ASCII)

Text = Annotated[str, msgspec.Meta(min_length=1, max_length=255, pattern=TEXT_PATTERN)]
Instant = Annotated[datetime, msgspec.Meta(tz=True)]


class EnvelopeError(ValueError):
    """This is no message of the documented form; the text says in one line why."""


class Envelope(msgspec.Struct, kw_only=True, omit_defaults=True):
    """The members that we read; other extensions are allowed by CloudEvents, and ignored."""

    specversion: str
    id: Text
    source: Text
    type: Text
    time: Instant
    subject: Text | None = None
    datacontenttype: str | None = None
    group: Text | None = None
    requestid: Text | None = None
    traceparent: Text | None = None
    data: msgspec.Raw


DECODER = msgspec.json.Decoder(Envelope)


def encode(message: Message) -> str:
    """Return the SQS body; raise EnvelopeError for a message that no reader would accept."""
    envelope = Envelope(
        specversion=SPEC_VERSION,
        id=message.id,
        source=message.source,
        type=message.type,
        time=message.time,
        subject=message.subject or None,
        datacontenttype=JSON_TYPE,
        group=message.group,
        requestid=message.request_id,
        traceparent=message.traceparent,
        data=msgspec.Raw(message.data),
    )
    try:
        body = msgspec.json.encode(envelope).decode()
    except UnicodeError as error:
        raise EnvelopeError("a text is not Unicode") from error
    # JSON allows these two as they are, SQS refuses them; inside JSON they can only stand in a string.
    body = body.replace("\ufffe", "\\ufffe").replace("\uffff", "\\uffff")
    decode(body)
    return body


def decode(body: str) -> Message:
    """Read an SQS body; raise EnvelopeError, and nothing else, when it is not of the documented form."""
    envelope = _read(body)
    if envelope.specversion != SPEC_VERSION:
        raise EnvelopeError(f"specversion is not {SPEC_VERSION}")
    media_type = envelope.datacontenttype or JSON_TYPE
    if media_type.partition(";")[0].strip().lower() != JSON_TYPE:
        raise EnvelopeError(f"datacontenttype is not {JSON_TYPE}")
    data = bytes(envelope.data)
    _check_data(data)
    try:
        time = envelope.time.astimezone(UTC)
    except OverflowError as error:
        raise EnvelopeError("time is out of range") from error
    return Message(
        id=envelope.id,
        type=envelope.type,
        source=envelope.source,
        subject=envelope.subject or "",
        time=time,
        data=data,
        group=envelope.group or envelope.source,
        request_id=envelope.requestid,
        traceparent=_trace_parent(envelope.traceparent),
    )


def fair_group(group: str) -> str:
    """Return the MessageGroupId of a caller: itself where SQS allows it, else a digest of it."""
    return group if FAIR_GROUP.fullmatch(group) else hashlib.sha256(group.encode()).hexdigest()


def _read(body: str) -> Envelope:
    try:
        octets = body.encode()
        if len(octets) > MAX_BODY_BYTES:
            raise EnvelopeError(f"longer than {MAX_BODY_BYTES} bytes")
        return DECODER.decode(octets)
    except UnicodeEncodeError as error:
        raise EnvelopeError("a text is not Unicode") from error
    except msgspec.ValidationError as error:
        raise EnvelopeError(f"not a CloudEvent: {error}") from error
    except msgspec.DecodeError as error:
        raise EnvelopeError(f"not JSON: {error}") from error
    except RecursionError as error:
        raise EnvelopeError("nested too deeply") from error


def _trace_parent(header: str | None) -> str | None:
    """Drop one that W3C calls invalid: it costs the message its trace, not its work, and nobody later stumbles."""
    return header if header and TRACE_PARENT.fullmatch(header) else None


def _check_data(data: bytes) -> None:
    """Refuse what a later reader, or the database, could not take."""
    try:
        value = msgspec.json.decode(data)
    except msgspec.DecodeError as error:
        raise EnvelopeError(f"data is not JSON: {error}") from error
    except RecursionError as error:
        raise EnvelopeError("data is nested too deeply") from error
    if not isinstance(value, dict):
        raise EnvelopeError("data is not a JSON object")
    level: list[object] = [value]
    for _ in range(MAX_DATA_DEPTH + 1):
        if any(isinstance(item, str) and "\x00" in item for item in level):
            raise EnvelopeError("data holds a NUL character")
        level = [part for item in level for part in _parts(item)]
        if not level:
            return
    raise EnvelopeError("data is nested too deeply")


def _parts(value: object) -> list[object]:
    if isinstance(value, dict):
        return [*value.keys(), *value.values()]
    return value if isinstance(value, list) else []
