"""RFC 9457 bodies for every answer that the gateway makes itself."""

from dataclasses import dataclass

from entrypoints.gateway import policy, tokens
from entrypoints.gateway.headers import GIVEN_REQUEST_ID, KEPT_REQUEST_ID, security_headers
from entrypoints.gateway.syntax import METADATA_NAMESPACE, Json, extension, header
from entrypoints.problem_types import PROBLEM_TYPES, ProblemType
from entrypoints.settings import Settings

CHALLENGE = 'Bearer realm="kondate"'
_NAMED_SCOPE = f"%METADATA(ROUTE:{METADATA_NAMESPACE}:scope)%"


@dataclass(frozen=True, slots=True)
class Problem:
    """One kind of refusal; the texts are constant, so nothing of the gateway's inside can leak."""

    code: str
    detail: str

    @property
    def type(self) -> ProblemType:
        """What every layer calls the same."""
        return PROBLEM_TYPES[self.code]


BAD_REQUEST = Problem("bad-request", "The request is not well-formed HTTP as this service accepts it.")
INVALID_REQUEST_ID_PROBLEM = Problem("invalid-request-id", "X-Request-ID takes 8 to 48 letters, digits, '-' or '_'.")
UNAUTHORIZED = Problem("unauthorized", "A valid bearer token is required.")
INSUFFICIENT = Problem("insufficient-scope", "The token lacks a scope that this request needs.")
MISSING_ROLE = Problem("insufficient-scope", "This needs a role that the token does not have.")
FORBIDDEN = Problem("forbidden", "This caller may not do that.")
NOT_FOUND = Problem("not-found", "Nothing answers at this path.")
NOT_ALLOWED = Problem("method-not-allowed", "This path takes the methods that Allow lists.")
TIMED_OUT = Problem("request-timeout", "The request did not arrive in time.")
TOO_LARGE = Problem("content-too-large", "The body is larger than this path accepts.")
QUOTA = Problem("quota-exceeded", "Too many requests; Retry-After says when to go on.")
TOO_LONG = Problem("uri-too-long", "The path with its query is longer than 8000 characters.")
OLD_PROTOCOL = Problem("upgrade-required", "This service speaks HTTP/1.1 or newer.")
REDUCED = Problem("temporary-reduced-capacity", "Too many requests are under way; Retry-After says when to go on.")
FIELDS_TOO_LARGE = Problem("header-fields-too-large", "The request's headers are too large.")
UNAVAILABLE = Problem("upstream-unavailable", "The service cannot answer just now.")
SLOW = Problem("upstream-timeout", "The service did not answer in time.")
NO_KEYS = Problem("keys-unavailable", "The issuer's keys cannot be read, so no token can be checked.")

_BY_STATUS = (
    BAD_REQUEST,
    FORBIDDEN,
    NOT_FOUND,
    NOT_ALLOWED,
    TIMED_OUT,
    TOO_LARGE,
    TOO_LONG,
    OLD_PROTOCOL,
    QUOTA,
    FIELDS_TOO_LARGE,
    SLOW,
)


def local_replies(settings: Settings) -> Json:
    """Return how each of the gateway's own answers is written; the first entry that matches is used."""
    security = security_headers(settings)
    invalid = header("www-authenticate", f'{CHALLENGE}, error="invalid_token"')
    insufficient = header("www-authenticate", f'{CHALLENGE}, error="insufficient_scope", scope="{_NAMED_SCOPE}"')
    soon = header("retry-after", "1")
    mappers = [
        # A verifier without keys cannot say that a token is bad, and a wrong audience is a token for someone else.
        _mapper([_status(401), _token_failure("Jwks remote fetch is failed")], NO_KEYS, [*security, soon]),
        _mapper([_status(401), _token_failure("Jwt is missing")], UNAUTHORIZED, [*security, _challenge()]),
        _mapper([_status(401)], UNAUTHORIZED, [*security, invalid]),
        _mapper([_status(403), _token_failure("Audiences in Jwt are not allowed")], UNAUTHORIZED, [*security, invalid]),
        _mapper([_status(403), _refused_by(policy.INVALID_TOKEN)], UNAUTHORIZED, [*security, invalid]),
        _mapper([_status(403), _refused_by(policy.INSUFFICIENT_SCOPE)], INSUFFICIENT, [*security, insufficient]),
        _mapper([_status(403), _refused_by(policy.MISSING_ROLE)], MISSING_ROLE, security),
        _mapper(
            [_status(400), _present(GIVEN_REQUEST_ID), _present(KEPT_REQUEST_ID, so=False)],
            INVALID_REQUEST_ID_PROBLEM,
            security,
        ),
        _mapper([_status(503), _overloaded()], REDUCED, [*security, soon]),
        *(_mapper([_status(problem.type.status)], problem, security) for problem in _BY_STATUS),
        # An encoding of the body that Envoy does not know is a fault of the request, not of this service.
        _mapper([_status(501)], BAD_REQUEST, security),
        _mapper([_status(500, "GE")], UNAVAILABLE, [*security, soon]),
        _mapper([_status(400, "GE")], BAD_REQUEST, security),
    ]
    return {"mappers": mappers}


def _challenge() -> Json:
    return header("www-authenticate", CHALLENGE)


def _mapper(conditions: list[Json], problem: Problem, headers: list[Json]) -> Json:
    body: Json = {
        "type": problem.type.uri,
        "title": problem.type.title,
        "status": problem.type.status,
        "detail": problem.detail,
        "instance": "%PATH(NQ)%",
        "requestId": "%REQ(X-REQUEST-ID)%",
    }
    return {
        "filter": conditions[0] if len(conditions) == 1 else {"and_filter": {"filters": conditions}},
        "status_code": problem.type.status,
        "headers_to_add": headers,
        # What is not even HTTP has neither path nor request id; such members are left out.
        "body_format_override": {
            "content_type": "application/problem+json",
            "json_format": body,
            "omit_empty_values": True,
        },
    }


def _status(code: int, comparison: str = "EQ") -> Json:
    # Envoy asks for a runtime key; the name is never set.
    value = {"default_value": code, "runtime_key": "unused"}
    return {"status_code_filter": {"comparison": {"op": comparison, "value": value}}}


def _token_failure(message: str) -> Json:
    """Match what the token filter left as its reason."""
    matcher = {
        "filter": tokens.TOKEN_FILTER,
        "path": [{"key": tokens.FAILURE_KEY}, {"key": "message"}],
        "value": {"string_match": {"exact": message}},
    }
    return {"metadata_filter": {"matcher": matcher, "match_if_key_not_found": False}}


def _refused_by(policy_name: str) -> Json:
    """Match a refusal by its policy; the policy filter leaves its metadata too late, but the details in time."""
    expression = f"response.code_details == 'rbac_access_denied_matched_policy[{policy_name}]'"
    cel = extension(
        "envoy.access_loggers.extension_filters.cel",
        "envoy.extensions.access_loggers.filters.cel.v3.ExpressionFilter",
        expression=expression,
    )
    return {"extension_filter": cel}


def _present(header_name: str, *, so: bool = True) -> Json:
    return {"header_filter": {"header": {"name": header_name, "present_match": so}}}


def _overloaded() -> Json:
    """Match what a circuit breaker or the overload manager refused."""
    return {"response_flag_filter": {"flags": ["UO", "OM"]}}
