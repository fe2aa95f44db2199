"""What a target is sent: the message and its signatures, by Standard Webhooks 1.0."""

import base64
import hashlib
import hmac
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import msgspec

from application.ports.webhooks import Outgoing
from domain.webhook import WebhookEvent, WebhookSecret


@dataclass(frozen=True, slots=True)
class WebhookRequest:
    """The headers and the body of one POST."""

    headers: Mapping[str, str]
    body: bytes


class _JobData(msgspec.Struct, rename="camel", omit_defaults=True):
    job_id: UUID
    kind: str
    status: str
    code: str | None = None


class _Message(msgspec.Struct):
    type: WebhookEvent
    timestamp: datetime
    data: _JobData


def webhook_request(outgoing: Outgoing, at: datetime) -> WebhookRequest:
    """Return what is sent at this time; the body and `webhook-id` are the same at each attempt."""
    delivery, seconds = outgoing.delivery, int(at.timestamp())
    status = delivery.event.value.removeprefix("job.")
    job = _JobData(delivery.job_id, delivery.job_kind, status, delivery.code)
    body = msgspec.json.encode(_Message(delivery.event, delivery.occurred_at, job))
    signatures = (signature(secret, str(delivery.id), seconds, body) for secret in outgoing.webhook.secrets(at))
    headers = {
        "content-type": "application/json",
        "user-agent": "Kondate-Webhooks/1",
        "webhook-id": str(delivery.id),
        "webhook-timestamp": str(seconds),
        "webhook-signature": " ".join(signatures),
    }
    return WebhookRequest(headers, body)


def signature(secret: WebhookSecret, message_id: str, seconds: int, body: bytes) -> str:
    """Return the symmetric signature of a message that was sent at this Unix time."""
    signed = f"{message_id}.{seconds}.".encode() + body
    return f"v1,{base64.b64encode(hmac.digest(secret.value, signed, hashlib.sha256)).decode()}"
