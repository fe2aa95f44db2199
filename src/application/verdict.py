"""What becomes of a message after an attempt: a pure decision, as data."""

import math
from dataclasses import dataclass

from application.backoff import USUAL, Backoff
from application.outside import OutsideError
from application.ports.unit_of_work import LeaseLostError
from domain.errors import DomainError
from domain.job import Failure

SPENT = frozenset({"internal-error", "timeout", "worker-lost"})
"""Codes of the failures that end a job when its attempts are spent, and make its message a dead letter."""


class WorkerLostError(Exception):
    """Every attempt that this job may have was begun, and none of them lived to end it."""


class DeadlineExceededError(Exception):
    """The job waited longer than it was worth doing."""


@dataclass(frozen=True, slots=True)
class Done:
    """The work is finished, here or earlier: delete the message."""


@dataclass(frozen=True, slots=True)
class Leave:
    """Somebody else's work: touch nothing, not even the message; deleting it could lose the job."""


@dataclass(frozen=True, slots=True)
class Retry:
    """Let the message come again after `delay_seconds`."""

    delay_seconds: int


@dataclass(frozen=True, slots=True)
class Reject:
    """Nothing will help: to the dead-letter queue, with the reason."""

    reason: str


Verdict = Done | Leave | Retry | Reject


def decide(error: Exception, *, attempt: int, max_attempts: int, chance: float, backoff: Backoff = USUAL) -> Verdict:
    """Decide after a failed attempt.

    A refusal of the domain is final and needs no dead letter; anything else is tried again with
    exponential backoff and jitter (`chance` in [0, 1)) until the attempts are spent.
    """
    if isinstance(error, LeaseLostError):
        return Leave()
    if isinstance(error, DomainError | DeadlineExceededError):
        return Done()
    if attempt >= max_attempts:
        return Done() if isinstance(error, OutsideError) else Reject(reason=failure_of(error).code)
    wished = error.not_before_seconds if isinstance(error, OutsideError) else 0
    earliest = math.ceil(min(wished, backoff.longest_seconds))
    return Retry(delay_seconds=max(backoff.delay_seconds(attempt, chance), earliest))


def failure_of(error: Exception) -> Failure:
    """Describe an error for the job's owner: a refusal in full, anything else without its inner details."""
    match error:
        case DomainError():
            return Failure(code=error.code, detail=error.detail, pointer=error.pointer)
        case OutsideError():
            return error.failure
        case TimeoutError():
            return Failure(code="timeout", detail="The work took longer than it may.")
        case DeadlineExceededError():
            return Failure(code="deadline-exceeded", detail="The work could not begin within the time it is worth.")
        case WorkerLostError():
            return Failure(code="worker-lost", detail="Each worker that took this job on was lost before its end.")
        case _:
            return Failure(code="internal-error", detail="The work failed for a reason on our side.")
