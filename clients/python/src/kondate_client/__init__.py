"""A typed client of the Kondate API: `Kondate` for plain code, `AsyncKondate` for asyncio."""

from kondate_client.asynchronous import AsyncJob, AsyncKondate
from kondate_client.errors import (
    JobCancelledError,
    JobFailedError,
    KondateError,
    NotFinishedError,
    ProblemError,
    UnreachableError,
)
from kondate_client.models import (
    Created,
    Envelope,
    Fault,
    JobPage,
    JobState,
    Problem,
    Progress,
    RecipePage,
    Representation,
    Status,
)
from kondate_client.retries import Retries
from kondate_client.synchronous import Job, Kondate
from kondate_client.webhooks import WebhookJob, WebhookMessage, WebhookVerificationError, verify_webhook

__all__ = [
    "AsyncJob",
    "AsyncKondate",
    "Created",
    "Envelope",
    "Fault",
    "Job",
    "JobCancelledError",
    "JobFailedError",
    "JobPage",
    "JobState",
    "Kondate",
    "KondateError",
    "NotFinishedError",
    "Problem",
    "ProblemError",
    "Progress",
    "RecipePage",
    "Representation",
    "Retries",
    "Status",
    "UnreachableError",
    "WebhookJob",
    "WebhookMessage",
    "WebhookVerificationError",
    "verify_webhook",
]
