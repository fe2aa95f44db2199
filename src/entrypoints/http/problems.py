"""Every error as a problem (RFC 9457): one table from what went wrong to what the client sees."""

from collections.abc import Mapping
from typing import Any, TypeVar

import msgspec
from litestar import Request, Response
from litestar.exceptions import HTTPException, MethodNotAllowedException, ValidationException

from application.admission import LONGEST_RETRY_SECONDS, OverloadedError
from application.ports.imports import TooManyUploadsError
from application.ports.queue import QueueUnavailableError
from application.ports.telemetry import Telemetry
from application.ports.tokens import InvalidTokenError, KeysUnavailableError
from application.ports.unit_of_work import StorageUnavailableError
from domain.errors import DomainError, ErrorKind, ForbiddenError, KeptRefusalError, RequestInProgressError
from domain.job import Failure
from entrypoints.edge import NOT_ELSEWHERE
from entrypoints.http.faults import (
    Fault,
    MalformedBodyError,
    RequestError,
    UnauthenticatedError,
    ValidationFailedError,
)
from entrypoints.http.methods import allowed
from entrypoints.http.observation import instance_of, request_id_of
from entrypoints.problem_types import PROBLEM_TYPES, ProblemType

MEDIA_TYPE = "application/problem+json"
RETRY_SECONDS = 2
IN_PROGRESS_SECONDS = 1
INTERNAL = 500

Refusal = TypeVar("Refusal", DomainError, RequestError)

STATUS: Mapping[ErrorKind, int] = {
    ErrorKind.INVALID: 422,
    ErrorKind.NOT_FOUND: 404,
    ErrorKind.CONFLICT: 409,
    ErrorKind.FORBIDDEN: 403,
    ErrorKind.STALE: 412,
}


class FaultBody(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True):
    """One fault: of the body, where `pointer` (RFC 6901) leads, or of a parameter of the query."""

    pointer: str | None = None
    parameter: str | None = None
    detail: str


class Problem(msgspec.Struct, frozen=True, rename="camel", omit_defaults=True, kw_only=True):
    """The body of every error; `errors` is there when fields are to blame."""

    type: str
    title: str
    status: int
    detail: str
    instance: str
    request_id: str
    errors: tuple[FaultBody, ...] = ()


def problem(code: str, status: int, detail: str, request: Request[Any, Any, Any], *faults: Fault) -> Problem:
    """Describe one error of this request; `code` names its type under `/problems/`."""
    return Problem(
        type=uri_of(code),
        title=title_of(code),
        status=status,
        detail=detail,
        instance=instance_of(request.scope),
        request_id=request_id_of(request.scope),
        errors=tuple(FaultBody(pointer=fault.pointer, detail=fault.detail) for fault in faults),
    )


def failure_problem(failure: Failure, instance: str, request_id: str) -> Problem:
    """Describe why a job failed, as its owner would have been told at once."""
    kinds = {error.code: error.kind for error in _all_errors(DomainError)}
    status = STATUS[kinds[failure.code]] if failure.code in kinds else INTERNAL
    errors = (FaultBody(pointer=failure.pointer, detail=failure.detail),) if failure.pointer is not None else ()
    return Problem(
        type=uri_of(failure.code),
        title=title_of(failure.code),
        status=status,
        detail=failure.detail,
        instance=instance,
        request_id=request_id,
        errors=errors,
    )


def failure_answer(failure: Failure, request: Request[Any, Any, Any]) -> Response[bytes]:
    """Answer with why a job failed, to the request that asked for it and waited."""
    return _answer(failure_problem(failure, instance_of(request.scope), request_id_of(request.scope)))


def uri_of(code: str) -> str:
    """Return what `type` says: a reference to the type's page."""
    return f"/problems/{code}"


def title_of(code: str) -> str:
    """Return a type's title: always the same for the same type."""
    return PROBLEM_TYPES[code].title if code in PROBLEM_TYPES else code.replace("-", " ").capitalize()


def problem_types() -> Mapping[str, ProblemType]:
    """Return every type that there is: those of all layers, then one for each refusal of the domain and of the form."""
    return {
        **{each.code: _type_of(each.code, STATUS[each.kind], each) for each in sorted_errors(DomainError)},
        **{each.code: _type_of(each.code, each.status, each) for each in sorted_errors(RequestError)},
        **PROBLEM_TYPES,
    }


def sorted_errors(base: type[Refusal]) -> list[type[Refusal]]:
    """Return the errors that are told by a code of their own, in an order that does not change."""
    return sorted(_all_errors(base) - {DomainError, KeptRefusalError}, key=lambda each: (each.code, each.__module__))


def _type_of(code: str, status: int, error: type[Exception]) -> ProblemType:
    said = [(error.__doc__ or "").partition("\n\n")[0], vars(error).get("detail", "")]
    return ProblemType(code, title_of(code), status, " ".join(" ".join(said).split()))


def exception_handlers(telemetry: Telemetry, scope_prefix: str) -> dict[int | type[Exception], Any]:
    """Return Litestar's table of handlers; an unknown error is logged with its trace and shown bare.

    A missing scope is named with the prefix that the issuer puts before it.
    """

    def http_exception(request: Request[Any, Any, Any], error: HTTPException) -> Response[bytes]:
        return _http_exception(request, error) if error.status_code < INTERNAL else unexpected(request, error)

    def unexpected(request: Request[Any, Any, Any], error: Exception) -> Response[bytes]:
        telemetry.error("request.crashed", error)
        return _answer(problem("internal-error", INTERNAL, "Something went wrong on our side.", request))

    def domain_error(request: Request[Any, Any, Any], error: DomainError) -> Response[bytes]:
        return _domain_error(request, error, scope_prefix)

    return {
        RequestError: _request_error,
        DomainError: domain_error,
        InvalidTokenError: lambda request, error: _request_error(request, UnauthenticatedError(error.reason)),
        KeysUnavailableError: _keys_unavailable,
        StorageUnavailableError: _unavailable,
        QueueUnavailableError: _unavailable,
        TimeoutError: _unavailable,
        OverloadedError: _overloaded,
        TooManyUploadsError: _too_many_uploads,
        ValidationException: _not_understood,
        HTTPException: http_exception,
        Exception: unexpected,
    }


def _answer(body: Problem, **headers: str) -> Response[bytes]:
    return Response(
        msgspec.json.encode(body),
        status_code=body.status,
        media_type=MEDIA_TYPE,
        headers={"Cache-Control": "no-store", **{name.replace("_", "-"): value for name, value in headers.items()}},
    )


def _request_error(request: Request[Any, Any, Any], error: RequestError) -> Response[bytes]:
    faults = error.faults if isinstance(error, ValidationFailedError) else []
    body = problem(error.code, error.status, error.detail, request, *faults)
    if isinstance(error, UnauthenticatedError):
        # RFC 6750: no error code when no credentials came.
        challenge = 'Bearer realm="kondate"' + (', error="invalid_token"' if error.reason else "")
        return _answer(body, WWW_Authenticate=challenge)
    if error.retry_after_seconds is not None:
        return _answer(body, Retry_After=str(error.retry_after_seconds))
    return _answer(body)


def _not_understood(request: Request[Any, Any, Any], error: ValidationException) -> Response[bytes]:
    """Tell what Litestar itself finds wrong: query parameters, and, since StrictJson has the rest, an empty body."""
    faults: list[dict[str, Any]] = error.extra if isinstance(error.extra, list) else []
    in_query = tuple(
        FaultBody(parameter=fault["key"], detail=fault["message"]) for fault in faults if fault["source"] == "query"
    )
    if not in_query:
        return _request_error(request, MalformedBodyError("There is no body."))
    said = "; ".join(f"{fault.parameter}: {fault.detail}" for fault in in_query)
    refused = problem("bad-request", 400, f"The query is not right: {said}.", request)
    return _answer(msgspec.structs.replace(refused, errors=in_query))


def _domain_error(request: Request[Any, Any, Any], error: DomainError, scope_prefix: str) -> Response[bytes]:
    faults = [] if error.pointer is None else [Fault(error.pointer, error.detail)]
    body = problem(error.code, STATUS[error.kind], error.detail, request, *faults)
    if isinstance(error, ForbiddenError) and error.scope:
        challenge = f'Bearer realm="kondate", error="insufficient_scope", scope="{scope_prefix}{error.scope}"'
        return _answer(body, WWW_Authenticate=challenge)
    if isinstance(error, RequestInProgressError):
        return _answer(body, Retry_After=str(IN_PROGRESS_SECONDS))
    if isinstance(error, KeptRefusalError):
        return _answer(body, Idempotency_Replayed="true")
    return _answer(body)


def _keys_unavailable(request: Request[Any, Any, Any], error: KeysUnavailableError) -> Response[bytes]:
    body = problem("keys-unavailable", 503, "The issuer's keys cannot be had at the moment.", request)
    return _answer(body, Retry_After=str(error.retry_after_seconds))


def _unavailable(request: Request[Any, Any, Any], _error: Exception) -> Response[bytes]:
    detail = "A part that this request needs does not answer; whether it took effect is not known."
    return _not_elsewhere(problem("temporary-reduced-capacity", 503, detail, request), RETRY_SECONDS)


def _overloaded(request: Request[Any, Any, Any], error: OverloadedError) -> Response[bytes]:
    body = problem("temporary-reduced-capacity", 503, "Too many jobs wait already; nothing was stored.", request)
    return _not_elsewhere(body, error.retry_after_seconds)


def _not_elsewhere(body: Problem, seconds: int) -> Response[bytes]:
    """Refuse for what all replicas share: the gateway, which tries reads elsewhere, would only make more of them."""
    return _answer(body, Retry_After=str(seconds), **{NOT_ELSEWHERE: "true"})


def _too_many_uploads(request: Request[Any, Any, Any], _error: Exception) -> Response[bytes]:
    detail = "As many of your imports wait as may; send this one once some have ended."
    return _answer(problem("quota-exceeded", 429, detail, request), Retry_After=str(LONGEST_RETRY_SECONDS))


def _http_exception(request: Request[Any, Any, Any], error: HTTPException) -> Response[bytes]:
    codes = {401: "unauthorized", 404: "not-found", 405: "method-not-allowed", 413: "content-too-large"}
    details = {
        "not-found": "There is nothing here.",
        "method-not-allowed": "This resource does not have that method.",
        "content-too-large": "The body is larger than this route takes.",
    }
    code = codes.get(error.status_code, "bad-request")
    body = problem(code, error.status_code, details.get(code, "The request is not well formed."), request)
    if isinstance(error, MethodNotAllowedException):
        return _answer(body, Allow=allowed((error.headers or {})["allow"].split(", ")))
    return _answer(body)


def _all_errors(base: type[Refusal]) -> set[type[Refusal]]:
    return {base}.union(*(_all_errors(error) for error in base.__subclasses__()))
