"""What can be wrong with a request before any use case sees it."""

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing wrong with a body: where (a JSON pointer, RFC 6901; empty is the whole) and what."""

    pointer: str
    detail: str


class RequestError(Exception):
    """A request that is refused for its form; `code` is the problem type, `status` its HTTP status."""

    code = "bad-request"
    status = 400
    detail = "The request is not well formed."
    retry_after_seconds: int | None = None


class MalformedBodyError(RequestError):
    """The body is not JSON as RFC 8259 and I-JSON (RFC 7493) have it."""

    code = "malformed-body"

    def __init__(self, detail: str) -> None:
        """Say what is wrong with the body."""
        super().__init__(detail)
        self.detail = detail


class ValidationFailedError(RequestError):
    """The body is JSON, but not what this route takes; every fault is named."""

    code = "validation-failed"
    detail = "The body does not have the form that this route takes."

    def __init__(self, faults: list[Fault]) -> None:
        """Keep the faults."""
        super().__init__(self.detail)
        self.faults = faults


class UnsupportedMediaTypeError(RequestError):
    """The body is in a format or encoding that this route does not take."""

    code = "unsupported-media-type"
    status = 415
    detail = "This route takes application/json in UTF-8, not encoded further."


class PreconditionRequiredError(RequestError):
    """The change names no version that it is meant for."""

    code = "precondition-required"
    status = 428
    detail = "Send If-Match with the ETag that you were given, so that nobody's changes are lost."


class NotAcceptableError(RequestError):
    """The client takes no form that there is."""

    code = "not-acceptable"
    status = 406

    def __init__(self, forms: Sequence[str]) -> None:
        """Name the forms that there are."""
        self.detail = f"This resource comes as {', '.join(forms)}."
        super().__init__(self.detail)


class NoSuchResourceError(RequestError):
    """The path is no resource's."""

    code = "not-found"
    status = 404
    detail = "There is nothing here."


class GoneError(RequestError):
    """What the caller had here was deleted for its age."""

    code = "gone"
    status = 410
    detail = "This was deleted: finished jobs and their results are kept for a time only."


class UnauthenticatedError(RequestError):
    """No usable token came; `reason` is None when none came at all."""

    code = "unauthorized"
    status = 401

    def __init__(self, reason: str | None = None) -> None:
        """Keep the reason, which is safe to show."""
        super().__init__(reason)
        self.reason = reason
        self.detail = f"The token is not good: {reason}." if reason else "This route needs a bearer token."
