"""One more check for schemathesis: what comes through the gateway is held against the whole document, headers too."""

import json
from typing import Any

import httpx
import schemathesis
from schemathesis import Case, CheckContext, HookContext, Response, SerializationContext

from tests.support.contract import contract

UNKNOWN_TO_THE_GATEWAY = frozenset({"QUERY"})
"""Methods that the parser of the gateway does not know: what uses them is no HTTP to it, and 400."""


@schemathesis.serializer("application/x-ndjson")
def as_lines(_context: SerializationContext, value: Any) -> bytes:  # noqa: ANN401 (any JSON)
    """Send a text as it is, and anything else as one line of JSON."""
    return value.encode() if isinstance(value, str) else json.dumps(value).encode()


@schemathesis.hook
def filter_case(_context: HookContext, case: Case[Any]) -> bool:
    """Leave out what the gateway cannot even parse."""
    return case.method not in UNKNOWN_TO_THE_GATEWAY


@schemathesis.hook
def map_body(_context: HookContext, body: Any) -> Any:  # noqa: ANN401 (any JSON)
    """Write whole numbers as such: JSON Schema takes 5.0 for one, the API does not, and says so."""
    match body:
        case float() if body.is_integer():
            return int(body)
        case dict():
            return {name: map_body(_context, member) for name, member in body.items()}
        case list():
            return [map_body(_context, item) for item in body]
        case _:
            return body


@schemathesis.check
def told_by_the_document(_context: CheckContext, response: Response, case: Case[Any]) -> None:
    """Fail where a status, a header or a body is not as the document has it."""
    path = str(response.request.url or "").partition("?")[0]
    headers = [(name, value) for name, values in response.headers.items() for value in values]
    answer = httpx.Response(
        response.status_code,
        headers=[each for each in headers if each[0].lower() not in {"content-encoding", "content-length"}],
        content=response.content,
        request=httpx.Request(case.method, path),
    )
    faults = list(contract(with_docs=True).faults(case.method, httpx.URL(path).path, answer))
    assert not faults, "; ".join(faults)
