"""Messages that the service sends to a webhook, verified by Standard Webhooks before anything in them is believed."""

import base64
import binascii
import hashlib
import hmac
import time
from collections.abc import Mapping, Sequence
from datetime import datetime

import msgspec

from kondate_client.errors import KondateError
from kondate_client.models import Status

PREFIX = "whsec_"
VERSION = "v1"
TOLERANCE_SECONDS = 300
LONGEST_TIMESTAMP = 12


class WebhookVerificationError(KondateError):
    """The message is not from the service, is old, or was changed on the way."""


class WebhookJob(msgspec.Struct, frozen=True, rename="camel", kw_only=True):
    """Which job ended, and how; `code` says why it failed."""

    job_id: str
    kind: str
    status: Status
    code: str | None = None


class WebhookMessage(msgspec.Struct, frozen=True, kw_only=True):
    """What happened; `id` is the same however often the message comes."""

    id: str = ""
    type: str
    timestamp: datetime
    data: WebhookJob


def verify_webhook(
    headers: Mapping[str, str],
    body: bytes,
    secret: str | Sequence[str],
    *,
    tolerance_seconds: float = TOLERANCE_SECONDS,
    now: float | None = None,
) -> WebhookMessage:
    """Return the message, or raise WebhookVerificationError.

    `body` is the request's bytes as they came; several secrets may be given while one is changed. `now` is the Unix
    time that the message must be near to, by default the clock's.
    """
    given = {name.lower(): value for name, value in headers.items()}
    message_id, timestamp, signatures = (given.get(f"webhook-{name}", "") for name in ("id", "timestamp", "signature"))
    if not (message_id and timestamp and signatures):
        raise WebhookVerificationError("a webhook header is missing")
    if not (timestamp.isascii() and timestamp.isdecimal() and len(timestamp) <= LONGEST_TIMESTAMP):
        raise WebhookVerificationError("the timestamp is no Unix time")
    if abs((time.time() if now is None else now) - int(timestamp)) > tolerance_seconds:
        raise WebhookVerificationError("the message is too old, or from the future")
    signed = f"{message_id}.{timestamp}.".encode() + body
    secrets = [secret] if isinstance(secret, str) else secret
    expected = [hmac.digest(_key(each), signed, hashlib.sha256) for each in secrets]
    if not any(hmac.compare_digest(one, other) for one in expected for other in _sent(signatures)):
        raise WebhookVerificationError("no signature is right")
    try:
        message = msgspec.json.decode(body, type=WebhookMessage)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise WebhookVerificationError("the body is no message of the service") from error
    return msgspec.structs.replace(message, id=message_id)


def _key(secret: str) -> bytes:
    try:
        return base64.b64decode(secret.removeprefix(PREFIX), validate=True)
    except (binascii.Error, ValueError) as error:
        raise ValueError("the secret is not written as it was shown") from error


def _sent(signatures: str) -> list[bytes]:
    """Return the signatures of the version that is known here; others may stand beside them."""
    found = []
    for part in signatures.split(" "):
        version, _, value = part.partition(",")
        if version == VERSION:
            try:
                found.append(base64.b64decode(value, validate=True))
            except (binascii.Error, ValueError):
                continue
    return found
