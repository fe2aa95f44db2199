"""The client believes a webhook's message only where the secret has signed it, lately, as it stands."""

import base64
from datetime import datetime, timedelta

import pytest
from standardwebhooks.webhooks import Webhook as Oracle

from adapters.wire.webhook_request import webhook_request
from kondate_client import Status, WebhookVerificationError, verify_webhook
from tests.support.webhooks import A_URL, AT, NEW_SECRET, OLD_SECRET, a_delivery, a_webhook, outgoing_to

NOW = AT.timestamp()
SECRET = OLD_SECRET.text
REQUEST = webhook_request(outgoing_to(A_URL), AT)
FORGED = base64.b64encode(b"x" * 32).decode()


def test_a_message_of_the_service_is_believed() -> None:
    message = verify_webhook(REQUEST.headers, REQUEST.body, SECRET, now=NOW)
    assert (message.id, message.type, message.timestamp) == (str(a_delivery().id), "job.succeeded", AT)
    assert (message.data.job_id, message.data.kind) == (str(a_delivery().job_id), "generate-report")
    assert (message.data.status, message.data.code) == (Status.SUCCEEDED, None)


def test_headers_are_found_however_they_are_written() -> None:
    headers = {name.title(): value for name, value in REQUEST.headers.items()}
    assert verify_webhook(headers, REQUEST.body, SECRET, now=NOW).type == "job.succeeded"


def test_what_the_standards_own_library_signs_is_believed() -> None:
    signature = Oracle(SECRET).sign("one", AT, REQUEST.body.decode())
    headers = {"webhook-id": "one", "webhook-timestamp": str(int(NOW)), "webhook-signature": signature}
    assert verify_webhook(headers, REQUEST.body, SECRET, now=NOW).id == "one"


def test_while_a_secret_is_changed_either_is_enough() -> None:
    request = webhook_request(outgoing_to(A_URL, webhook=a_webhook().rotate(NEW_SECRET, AT)), AT)
    for secret in (SECRET, NEW_SECRET.text, [FORGED, SECRET]):
        assert verify_webhook(request.headers, request.body, secret, now=NOW).type == "job.succeeded"


@pytest.mark.parametrize(
    "changed",
    [
        {"webhook-id": "another"},
        {"webhook-id": ""},
        {"webhook-timestamp": str(int(NOW) + 1)},
        {"webhook-timestamp": ""},
        {"webhook-timestamp": "soon"},
        {"webhook-timestamp": "1e9"},
        {"webhook-timestamp": "٣"},
        {"webhook-timestamp": "9" * 400},
        {"webhook-signature": ""},
        {"webhook-signature": f"v1,{FORGED}"},
        {"webhook-signature": REQUEST.headers["webhook-signature"].replace("v1,", "v2,")},
        {"webhook-signature": REQUEST.headers["webhook-signature"].replace("v1,", "")},
        {"webhook-signature": "v1,not base64 v1, v1a,x"},
        {"webhook-signature": "v1,ü"},
    ],
)
def test_a_changed_header_is_not_believed(changed: dict[str, str]) -> None:
    with pytest.raises(WebhookVerificationError):
        verify_webhook({**REQUEST.headers, **changed}, REQUEST.body, SECRET, now=NOW)


@pytest.mark.parametrize("body", [b"", b"{}", REQUEST.body + b"\n", REQUEST.body.replace(b"succeeded", b"failed...")])
def test_a_changed_body_is_not_believed(body: bytes) -> None:
    with pytest.raises(WebhookVerificationError):
        verify_webhook(REQUEST.headers, body, SECRET, now=NOW)


def test_another_secret_is_not_believed() -> None:
    with pytest.raises(WebhookVerificationError):
        verify_webhook(REQUEST.headers, REQUEST.body, NEW_SECRET.text, now=NOW)


@pytest.mark.parametrize(("off", "is_believed"), [(-299, True), (299, True), (-301, False), (301, False)])
def test_a_message_is_good_for_five_minutes(off: float, is_believed: bool) -> None:  # noqa: FBT001 (a table)
    if is_believed:
        assert verify_webhook(REQUEST.headers, REQUEST.body, SECRET, now=NOW + off).timestamp == AT
        return
    with pytest.raises(WebhookVerificationError):
        verify_webhook(REQUEST.headers, REQUEST.body, SECRET, now=NOW + off)


def test_without_a_time_the_clock_is_asked() -> None:
    later = datetime.fromtimestamp(NOW, AT.tzinfo) + timedelta(days=36_500)
    request = webhook_request(outgoing_to(A_URL), later)
    with pytest.raises(WebhookVerificationError, match="from the future"):
        verify_webhook(request.headers, request.body, SECRET)


@pytest.mark.parametrize("body", [b"{}", b"[]", b"nonsense", b'{"type":"x","timestamp":"y","data":{}}', b"\xff"])
def test_what_is_signed_and_no_message_is_said_to_be_none(body: bytes) -> None:
    oracle = Oracle(SECRET)
    signature = oracle.sign("one", AT, body.decode("latin-1")) if body.isascii() else f"v1,{FORGED}"
    headers = {"webhook-id": "one", "webhook-timestamp": str(int(NOW)), "webhook-signature": signature}
    with pytest.raises(WebhookVerificationError):
        verify_webhook(headers, body, SECRET, now=NOW)


def test_a_secret_that_is_none_is_the_receivers_own_mistake() -> None:
    with pytest.raises(ValueError, match="not written as it was shown"):
        verify_webhook(REQUEST.headers, REQUEST.body, "whsec_?", now=NOW)
