"""Webhooks: what they follow, what signs for them, and when they are given up."""

from dataclasses import replace
from datetime import timedelta
from uuid import UUID

import pytest

from domain.delivery import AttemptOutcome, Delivery, DeliveryAttempt, DeliveryStatus, LoggedDelivery
from domain.errors import InvalidWebhookError
from domain.events import JobCancelled, JobFailed, JobSucceeded
from domain.webhook import (
    LONGEST_FAILURE,
    MOST_JOB_KINDS,
    OLD_SECRET_LIFE,
    WebhookContent,
    WebhookDisabled,
    WebhookEvent,
    WebhookSecret,
)
from tests.support.webhooks import A_URL, AT, NEW_SECRET, OLD_SECRET, a_delivery, a_webhook

SECOND = timedelta(seconds=1)


def test_without_a_choice_every_end_of_every_job_is_followed() -> None:
    assert all(a_webhook().follows(event, "generate-report") for event in WebhookEvent)


def test_only_what_was_chosen_is_followed() -> None:
    chosen = WebhookContent(
        url=A_URL, events=frozenset({WebhookEvent.JOB_FAILED}), job_kinds=frozenset({"generate-report"})
    )
    webhook = replace(a_webhook(), content=chosen)
    assert webhook.follows(WebhookEvent.JOB_FAILED, "generate-report")
    assert not webhook.follows(WebhookEvent.JOB_SUCCEEDED, "generate-report")
    assert not webhook.follows(WebhookEvent.JOB_FAILED, "add-recipe")


@pytest.mark.parametrize(
    ("events", "kinds", "pointer"),
    [
        (frozenset[WebhookEvent](), frozenset[str](), "/events"),
        (frozenset(WebhookEvent), frozenset(map(str, range(MOST_JOB_KINDS + 1))), "/jobKinds"),
    ],
)
def test_a_choice_that_makes_no_sense_is_refused(
    events: frozenset[WebhookEvent], kinds: frozenset[str], pointer: str
) -> None:
    with pytest.raises(InvalidWebhookError) as refused:
        WebhookContent(url=A_URL, events=events, job_kinds=kinds)
    assert refused.value.pointer == pointer


def test_the_old_secret_signs_beside_the_new_one_for_a_while() -> None:
    rotated = a_webhook().rotate(NEW_SECRET, AT)
    assert a_webhook().secrets(AT) == (OLD_SECRET,)
    assert rotated.secrets(AT + OLD_SECRET_LIFE - SECOND) == (NEW_SECRET, OLD_SECRET)
    assert rotated.secrets(AT + OLD_SECRET_LIFE) == (NEW_SECRET,)


def test_a_secret_is_written_as_the_standard_has_it_and_never_printed() -> None:
    secret = WebhookSecret(b"k" * 24)
    assert secret.text == "whsec_a2tra2tra2tra2tra2tra2tra2tra2tr"
    assert "kkk" not in repr(secret)
    assert "kkk" not in repr(replace(a_webhook(), secret=secret))


def test_a_target_is_given_up_when_it_took_nothing_for_days() -> None:
    failing = a_webhook().refused(AT, is_gone=False)
    assert (failing.failing_since, failing.disabled) == (AT, None)
    still = failing.refused(AT + LONGEST_FAILURE - SECOND, is_gone=False)
    assert (still.failing_since, still.disabled) == (AT, None)
    assert still.refused(AT + LONGEST_FAILURE, is_gone=False).disabled is WebhookDisabled.FAILING


def test_a_success_ends_the_days_of_failing() -> None:
    recovered = a_webhook().refused(AT, is_gone=False).took()
    assert recovered.refused(AT + LONGEST_FAILURE, is_gone=False).disabled is None


def test_a_target_that_says_it_is_gone_is_given_up_at_once() -> None:
    assert a_webhook().refused(AT, is_gone=True).disabled is WebhookDisabled.GONE


@pytest.mark.parametrize(
    ("event", "name", "code"),
    [
        (JobSucceeded(job_id=UUID(int=5), kind="add-recipe", owner="alice", at=AT), "job.succeeded", None),
        (
            JobFailed(job_id=UUID(int=5), kind="add-recipe", owner="alice", code="timeout", at=AT),
            "job.failed",
            "timeout",
        ),
        (JobCancelled(job_id=UUID(int=5), kind="add-recipe", owner="alice", at=AT), "job.cancelled", None),
    ],
)
def test_a_delivery_tells_of_a_jobs_end(
    event: JobSucceeded | JobFailed | JobCancelled, name: str, code: str | None
) -> None:
    delivery = Delivery.of(event, a_webhook(), UUID(int=9), AT + SECOND)
    assert (delivery.id, delivery.webhook_id, delivery.job_id) == (UUID(int=9), a_webhook().id, UUID(int=5))
    assert (delivery.event, delivery.code, delivery.job_kind) == (name, code, "add-recipe")
    assert (delivery.occurred_at, delivery.created_at) == (AT, AT + SECOND)


@pytest.mark.parametrize(
    ("outcomes", "is_over", "status"),
    [
        ((), False, DeliveryStatus.PENDING),
        ((AttemptOutcome.REFUSED,), False, DeliveryStatus.PENDING),
        ((AttemptOutcome.REFUSED, AttemptOutcome.DELIVERED), True, DeliveryStatus.DELIVERED),
        ((AttemptOutcome.GONE,), True, DeliveryStatus.FAILED),
        ((), True, DeliveryStatus.FAILED),
    ],
)
def test_a_delivery_stands_where_its_tries_have_led(
    outcomes: tuple[AttemptOutcome, ...],
    is_over: bool,  # noqa: FBT001 (a table)
    status: DeliveryStatus,
) -> None:
    attempts = [DeliveryAttempt(attempt=1, outcome=outcome, at=AT, seconds=0.1) for outcome in outcomes]
    assert LoggedDelivery(delivery=a_delivery(), attempts=attempts, is_over=is_over).status is status
