"""What becomes of a message after an attempt: a pure decision, as data."""

from dataclasses import dataclass

from application.ports.unit_of_work import LeaseLostError
from domain.errors import DomainError
from domain.job import Failure

FIRST_DELAY_SECONDS = 2
LONGEST_DELAY_SECONDS = 600


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


def decide(error: Exception, *, attempt: int, max_attempts: int, chance: float) -> Verdict:
    """Decide after a failed attempt.

    A refusal of the domain is final and needs no dead letter; anything else is tried again with
    exponential backoff and full jitter (`chance` in [0, 1)) until the attempts are spent.
    """
    if isinstance(error, LeaseLostError):
        return Leave()
    if isinstance(error, DomainError | DeadlineExceededError):
        return Done()
    if attempt >= max_attempts:
        return Reject(reason=failure_of(error).code)
    ceiling = min(LONGEST_DELAY_SECONDS, FIRST_DELAY_SECONDS * 2 ** (attempt - 1))
    return Retry(delay_seconds=int(ceiling * chance))


def failure_of(error: Exception) -> Failure:
    """Describe an error for the job's owner: a refusal in full, anything else without its inner details."""
    match error:
        case DomainError():
            return Failure(code=error.code, detail=error.detail, pointer=error.pointer)
        case TimeoutError():
            return Failure(code="timeout", detail="The work took longer than it may.")
        case DeadlineExceededError():
            return Failure(code="deadline-exceeded", detail="The work could not begin within the time it is worth.")
        case WorkerLostError():
            return Failure(code="worker-lost", detail="Each worker that took this job on was lost before its end.")
        case _:
            return Failure(code="internal-error", detail="The work failed for a reason on our side.")
