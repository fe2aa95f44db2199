"""What targets are sent is what Standard Webhooks says, by its own vector and by its own library."""

import base64
import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from standardwebhooks.webhooks import Webhook as Oracle
from standardwebhooks.webhooks import WebhookVerificationError

from adapters.wire.webhook_request import WebhookRequest, signature, webhook_request
from application.ports.webhooks import Outgoing
from domain.webhook import OLD_SECRET_LIFE, WebhookEvent, WebhookSecret
from tests.support.webhooks import A_URL, AT, NEW_SECRET, OLD_SECRET, a_delivery, a_webhook, outgoing_to

NOW = datetime.fromtimestamp(datetime.now(UTC).timestamp(), UTC)  # noqa: TID251 (the library looks at the clock)


def verified(request: WebhookRequest, secret: WebhookSecret) -> object:
    """Return the body as the standard's own library gives it once it has verified it."""
    return Oracle(secret.text).verify(request.body, dict(request.headers))


def test_the_standards_own_vector_is_met() -> None:
    secret = WebhookSecret(base64.b64decode("MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"))
    body = b'{"test": 2432232314}'
    expected = "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="
    assert signature(secret, "msg_p5jXN8AQM9LWM0D4loKWxJek", 1614265330, body) == expected


def test_the_body_tells_the_jobs_end_and_nothing_more() -> None:
    request = webhook_request(outgoing_to(A_URL), AT)
    assert json.loads(request.body) == {
        "type": "job.succeeded",
        "timestamp": "2026-11-24T12:00:00Z",
        "data": {"jobId": str(a_delivery().job_id), "kind": "generate-report", "status": "succeeded"},
    }


def test_a_failed_job_is_told_with_its_code() -> None:
    delivery = replace(a_delivery(), event=WebhookEvent.JOB_FAILED, code="timeout")
    body = json.loads(webhook_request(Outgoing(delivery=delivery, webhook=a_webhook()), AT).body)
    assert (body["type"], body["data"]["status"], body["data"]["code"]) == ("job.failed", "failed", "timeout")


def test_the_standards_own_library_verifies_it() -> None:
    request = webhook_request(outgoing_to(A_URL), NOW)
    assert verified(request, OLD_SECRET) == json.loads(request.body)
    with pytest.raises(WebhookVerificationError):
        verified(request, NEW_SECRET)
    with pytest.raises(WebhookVerificationError):
        verified(WebhookRequest(request.headers, request.body + b" "), OLD_SECRET)


def test_after_a_change_of_secret_both_verify_for_a_while() -> None:
    outgoing = outgoing_to(A_URL, webhook=a_webhook().rotate(NEW_SECRET, NOW))
    request = webhook_request(outgoing, NOW)
    assert verified(request, NEW_SECRET) == verified(request, OLD_SECRET)
    assert " " in request.headers["webhook-signature"]
    later = webhook_request(outgoing, NOW + OLD_SECRET_LIFE)
    assert " " not in later.headers["webhook-signature"]


def test_each_try_has_the_same_id_and_body_and_a_time_of_its_own() -> None:
    first = webhook_request(outgoing_to(A_URL), AT)
    second = webhook_request(outgoing_to(A_URL), AT + timedelta(hours=6))
    assert first.body == second.body
    assert first.headers["webhook-id"] == second.headers["webhook-id"] == str(a_delivery().id)
    times = [int(request.headers["webhook-timestamp"]) for request in (first, second)]
    assert times == [int(AT.timestamp()), int(AT.timestamp()) + 21_600]
    assert first.headers["webhook-signature"] != second.headers["webhook-signature"]
