"""The headers of requests and answers: which there are, and which of them a route has."""

from collections.abc import Iterator, Mapping
from typing import Any

from entrypoints.edge import LONGEST_WAIT_SECONDS
from entrypoints.http.answers import Created
from entrypoints.http.faults import PreconditionRequiredError
from entrypoints.http.openapi.described import NOT_MODIFIED, Described
from entrypoints.http.preferences import preference_of
from entrypoints.http.schemas.jobs import JobAccepted

Json = Any

TEXT: Mapping[str, Json] = {"type": "string"}
SECONDS: Mapping[str, Json] = {"type": "integer", "minimum": 0}

RESPONSE_HEADERS: Mapping[str, tuple[Mapping[str, Json], str]] = {
    "Access-Control-Allow-Origin": (TEXT, "The origin that asked, where it is one of those allowed."),
    "Access-Control-Expose-Headers": (TEXT, "Which headers a page of that origin may read."),
    "Age": (SECONDS, "How many seconds ago this was read from the database."),
    "Allow": (TEXT, "The methods that the resource has."),
    "Cache-Control": (TEXT, "Who may keep the answer, and for how long."),
    "Cache-Status": (TEXT, "Whether the answer came from memory or from the database (RFC 9211)."),
    "Content-Disposition": (TEXT, "The name under which a browser keeps the answer."),
    "Content-Security-Policy": (TEXT, "What a browser may load and run for the answer."),
    "Cross-Origin-Opener-Policy": (TEXT, "Keeps pages of other origins apart."),
    "Cross-Origin-Resource-Policy": (TEXT, "Keeps other sites from embedding the answer."),
    "ETag": (TEXT, "The version of what is shown; for If-None-Match and If-Match."),
    "Idempotency-Replayed": (
        {"type": "string", "enum": ["true"]},
        "An earlier request with the same key was answered so; nothing happened again.",
    ),
    "Link": (TEXT, "Where to go on: `next` the following page, `monitor` the events of a job (RFC 8288)."),
    "Location": (TEXT, "The path of what was made, or of the job that will make it."),
    "Permissions-Policy": (TEXT, "What a page may use of the machine."),
    "Preference-Applied": (TEXT, "Which of the preferences were followed (RFC 7240)."),
    "RateLimit": (TEXT, "What is left of the limit that is nearest to being used up."),
    "RateLimit-Policy": (
        TEXT,
        "The limits of the caller: quota `q`, and `w` seconds until an empty one is full again.",
    ),
    "Referrer-Policy": (TEXT, "What a browser tells others of where it was."),
    "Retry-After": (SECONDS, "Seconds until it is worth asking again."),
    "Strict-Transport-Security": (TEXT, "That the service is to be reached by TLS only."),
    "Vary": (TEXT, "Which headers of the request the answer depends on."),
    "WWW-Authenticate": (TEXT, "What is wrong with the token, or the scope that it lacks (RFC 6750)."),
    "X-Accel-Buffering": (TEXT, "That nobody on the way may hold back what streams."),
    "X-Content-Type-Options": (TEXT, "That the media type is what it says."),
    "X-Request-ID": ({**TEXT, "pattern": "^[A-Za-z0-9_-]{8,48}$"}, "Finds this request in every log."),
}

OF_EVERY_ANSWER = frozenset({"Cache-Control", "Vary"})
OF_THE_GATEWAY = frozenset({
    "Access-Control-Allow-Origin", "Access-Control-Expose-Headers", "Content-Security-Policy",
    "Cross-Origin-Opener-Policy", "Cross-Origin-Resource-Policy", "Permissions-Policy", "RateLimit",
    "RateLimit-Policy", "Referrer-Policy", "Strict-Transport-Security", "X-Content-Type-Options",
})  # fmt: skip
OF_COMMANDS = frozenset({"Idempotency-Replayed", "Preference-Applied"})
BY_ROUTE = ("Age", "Cache-Status", "Content-Disposition", "Content-Security-Policy", "ETag", "Link", "Location",
            "Retry-After", "X-Accel-Buffering")  # fmt: skip
"""A route that has these names them in its code."""
ALWAYS_THERE: Mapping[int, frozenset[str]] = {
    401: frozenset({"WWW-Authenticate"}),
    405: frozenset({"Allow"}),
    429: frozenset({"Retry-After"}),
    503: frozenset({"Retry-After"}),
}
SOMETIMES_THERE: Mapping[int, frozenset[str]] = {
    403: frozenset({"WWW-Authenticate"}),
    409: frozenset({"Retry-After"}),
}


BAD_REQUEST = 400
AS_IT_CAME: Json = {
    "description": "Finds this request in every log; what was no HTTP has none, or the one that it came with.",
    "schema": {**TEXT},
}


def header_components() -> Json:
    """Return every header of answers, each as it is referred to where it is optional."""
    return {name: {"description": said, "schema": {**schema}} for name, (schema, said) in RESPONSE_HEADERS.items()}


def problem_headers(status: int, *, of_command: bool) -> Json:
    """Return the headers of a refusal."""
    needed = ALWAYS_THERE.get(status, frozenset()) | ({"X-Request-ID"} if status != BAD_REQUEST else set())
    others = OF_EVERY_ANSWER | OF_THE_GATEWAY | SOMETIMES_THERE.get(status, frozenset())
    shown = _shown(needed, others | OF_COMMANDS if of_command else others)
    return shown if status != BAD_REQUEST else {**shown, "X-Request-ID": AS_IT_CAME}


def answer_headers(route: Described, status: int, types: tuple[Any, ...]) -> Json:
    """Return the headers of an answer that is no refusal."""
    needed, others = {"X-Request-ID"}, {*OF_EVERY_ANSWER}
    others |= {name for name in BY_ROUTE if name in route.reach.texts}
    others |= OF_THE_GATEWAY if route.is_behind_gateway else frozenset()
    others |= OF_COMMANDS if route.is_command else frozenset()
    if preference_of in route.reach.objects:
        others.add("Preference-Applied")
    if Created in types or types == (JobAccepted,):
        needed.add("Location")
    if JobAccepted in types:
        others |= {"Location", "Retry-After"}
    if status == NOT_MODIFIED or ("if-none-match" in route.reach.texts and route.method in ("GET", "HEAD")):
        needed.add("ETag")
    return _shown(needed, others)


def request_headers(route: Described) -> Iterator[Json]:
    """Yield the headers that a route heeds, as references to components or as parameters of its own."""
    if route.is_behind_gateway:
        yield _parameter("X-Request-ID")
    if route.is_command:
        yield _parameter("Idempotency-Key")
    if (route.is_command and route.edge.waits) or preference_of in route.reach.objects:
        yield _parameter("Prefer")
    if "if-match" in route.reach.texts:
        is_needed = PreconditionRequiredError in route.reach.objects
        yield {**request_header_components()["If-Match"], "required": is_needed}
    for name in ("If-None-Match", "Last-Event-ID", "Cache-Control"):
        if name.lower() in route.reach.texts:
            yield _parameter(name)


def request_header_components() -> Json:
    """Return every header of requests that some route heeds."""
    said: Mapping[str, tuple[Mapping[str, Json], str]] = {
        "Cache-Control": (TEXT, "`no-cache` asks the database itself, `max-age` bounds how old the answer may be."),
        "Idempotency-Key": (
            {**TEXT, "pattern": r'^("[!#-\[\]-~]{1,255}"|[!#-\[\]-~]{1,255})$'},
            "The same key with the same request is one effect and one answer, for 24 hours.",
        ),
        "If-Match": (TEXT, "The ETag of the version that is meant; `*` is any."),
        "If-None-Match": (TEXT, "ETags that are known already: 304 where nothing is new."),
        "Last-Event-ID": (TEXT, "The last event that was seen; what came since is sent."),
        "Prefer": (
            TEXT,
            f"`respond-async` for a job, `wait=N` for an answer within N seconds, {LONGEST_WAIT_SECONDS} at most.",
        ),
        "X-Request-ID": (
            {**TEXT, "pattern": "^([A-Za-z0-9_-]{8,48})?$"},
            "The request's id in every log and answer; one is made where it is left out or empty.",
        ),
    }
    return {
        name: {"name": name, "in": "header", "required": False, "description": text, "schema": {**schema}}
        for name, (schema, text) in said.items()
    }


def _parameter(name: str) -> Json:
    return {"$ref": f"#/components/parameters/{name}"}


def _shown(needed: set[str] | frozenset[str], others: set[str] | frozenset[str]) -> Json:
    """Refer to optional headers; what is always there is written out, since a reference cannot say so."""
    every = header_components()
    return {
        name: {**every[name], "required": True} if name in needed else {"$ref": f"#/components/headers/{name}"}
        for name in sorted(needed | others)
    }
