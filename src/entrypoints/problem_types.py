"""What every layer calls the same: the types of problem (RFC 9457) that no class of the domain stands for."""

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class ProblemType:
    """One kind of refusal; `code` names it under `/problems/`, and title and status are the same wherever it occurs."""

    code: str
    title: str
    status: int
    meaning: str

    @property
    def uri(self) -> str:
        """What a problem's `type` says: a reference to the type's page."""
        return f"/problems/{self.code}"


def _table(*rows: ProblemType) -> Mapping[str, ProblemType]:
    return {row.code: row for row in rows}


PROBLEM_TYPES: Mapping[str, ProblemType] = _table(
    ProblemType(
        "bad-request", "Bad request", 400, "The request is not well formed: its path, query, headers or framing."
    ),
    ProblemType(
        "content-too-large", "Content too large", 413, "The body is larger than this route takes; nothing was stored."
    ),
    ProblemType("deadline-exceeded", "Deadline exceeded", 500, "The job could not begin within the time it is worth."),
    ProblemType("forbidden", "Forbidden", 403, "The caller may not do that."),
    ProblemType(
        "header-fields-too-large",
        "Header fields too large",
        431,
        "The request's headers are larger than the gateway takes.",
    ),
    ProblemType(
        "insufficient-scope",
        "Insufficient scope",
        403,
        "The token lacks a scope or a role that this asks for; WWW-Authenticate names the scope.",
    ),
    ProblemType("internal-error", "Internal error", 500, "Something went wrong on our side; the request id finds it."),
    ProblemType(
        "invalid-request-id", "Invalid request id", 400, "X-Request-ID takes 8 to 48 letters, digits, '-' or '_'."
    ),
    ProblemType(
        "keys-unavailable",
        "Keys unavailable",
        503,
        "The issuer's keys cannot be had, so no token can be checked; Retry-After says when to try again.",
    ),
    ProblemType("method-not-allowed", "Method not allowed", 405, "The resource has other methods; Allow lists them."),
    ProblemType("not-found", "Not found", 404, "There is nothing at this path."),
    ProblemType(
        "quota-exceeded",
        "Quota exceeded",
        429,
        "Too many requests of this caller or this address; Retry-After says when to go on, RateLimit what is left.",
    ),
    ProblemType("request-timeout", "Request timeout", 408, "The request did not arrive in time."),
    ProblemType(
        "temporary-reduced-capacity",
        "Temporarily reduced capacity",
        503,
        "Too much is under way, or a part that is needed does not answer; Retry-After says when to go on. An unsafe "
        "request is best sent again with its Idempotency-Key.",
    ),
    ProblemType("timeout", "Timeout", 500, "The work of a job took longer than it may."),
    ProblemType(
        "unauthorized", "Unauthorized", 401, "There is no token, or none that is good; WWW-Authenticate says which."
    ),
    ProblemType("upgrade-required", "Upgrade required", 426, "The service speaks HTTP/1.1 or newer."),
    ProblemType(
        "upstream-timeout", "Upstream timeout", 504, "The service did not answer in time; a job goes on regardless."
    ),
    ProblemType("upstream-unavailable", "Upstream unavailable", 503, "The service cannot answer just now."),
    ProblemType("uri-too-long", "URI too long", 414, "The path with its query is longer than 8000 characters."),
    ProblemType("worker-lost", "Worker lost", 500, "Each worker that took the job on was lost before its end."),
)
