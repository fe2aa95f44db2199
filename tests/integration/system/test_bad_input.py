"""Bad input through the gateway: from whichever layer a problem with its status and request id, and nothing stored."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from uuid import UUID

import pytest

from tests.integration.system.conftest import Tokens
from tests.integration.system.parts import RunningSystem, a_request_id

JSON = {"content-type": "application/json"}
GOOD = b'{"name":"Rice","ingredients":[{"lines":["300 g rice"]}]}'
JOB = str(UUID("01920000-abcd-7000-8000-00000000abcd"))


@dataclass(frozen=True, slots=True, kw_only=True)
class Bad:
    """One request that is refused; `token` names whose it comes with, None for none."""

    status: int
    method: str = "POST"
    path: str = "/recipes"
    token: str | None = "alice"  # noqa: S105 (a name, not a secret)
    headers: Mapping[str, str] = field(default_factory=lambda: JSON)
    body: bytes = b""


def body(content: bytes, status: int = 400) -> Bad:
    """Return a write with this body."""
    return Bad(status=status, body=content)


def get(path: str, status: int = 404) -> Bad:
    """Return a read of this path."""
    return Bad(status=status, method="GET", path=path, headers={})


BAD = {
    "no token": Bad(status=401, token=None, body=GOOD),
    "no token for a job": Bad(status=401, token=None, method="GET", path=f"/jobs/{JOB}"),
    "forged token": Bad(status=401, token=None, headers={**JSON, "authorization": "Bearer a.b.c"}, body=GOOD),
    "other scheme": Bad(status=401, token=None, headers={**JSON, "authorization": "Basic YWxpY2U6"}, body=GOOD),
    "missing scope": Bad(status=403, token="reader", body=GOOD),  # noqa: S106 (a name, not a secret)
    "missing scope for a report": Bad(
        status=403,
        token="reader",  # noqa: S106 (the same)
        path="/generate-report",
        body=b'{"kind":"nutrition-summary"}',
    ),
    "unknown path": get("/nothing"),
    "unknown path below a known one": get(f"/recipe/{JOB}/steps"),
    "operators' path": get("/metrics"),
    "wrong method": Bad(status=405, method="DELETE", headers={}),
    "method of nothing here": Bad(status=405, method="PATCH", path=f"/jobs/{JOB}", headers={}),
    "trailing slash": Bad(status=404, path="/recipes/", body=GOOD),
    "id in braces": get(f"/jobs/%7B{JOB}%7D"),
    "id as a URN": get(f"/jobs/urn:uuid:{JOB}"),
    "id in capitals": get(f"/jobs/{JOB.upper()}"),
    "id without hyphens": get(f"/jobs/{JOB.replace('-', '')}"),
    "id of 5,000 letters": get(f"/recipe/{'a' * 5_000}"),
    "recipe that is not there": get(f"/recipe/{JOB}"),
    "job that is not there": get(f"/jobs/{JOB}"),
    "report that is not there": get(f"/reports/{JOB}"),
    "empty body": body(b""),
    "null": body(b"null"),
    "array": body(b"[]"),
    "cut off": body(GOOD[:-1]),
    "invalid UTF-8": body(GOOD.replace(b"Rice", b"\xff")),
    "overlong UTF-8": body(GOOD.replace(b"Rice", b"\xc0\xaf")),
    "UTF-16": body(GOOD.decode().encode("utf-16")),
    "byte order mark": body(b"\xef\xbb\xbf" + GOOD),
    "nested 5,000 deep": body(b"[" * 5_000 + b"]" * 5_000),
    "nested 30,000 deep in an unknown member": body(b'{"x":' + b"[" * 30_000 + b"]" * 30_000 + b"}"),
    "NUL": body(GOOD.replace(b"Rice", b"\\u0000")),
    "lone surrogate": body(GOOD.replace(b"Rice", b"\\ud800")),
    "member twice": body(GOOD.replace(b"{", b'{"name":"a",', 1)),
    "NaN": body(GOOD[:-1] + b',"prepMinutes":NaN}'),
    "1e400": body(GOOD[:-1] + b',"prepMinutes":1e400}'),
    "5,000 digits": body(GOOD[:-1] + b',"prepMinutes":' + b"9" * 5_000 + b"}"),
    "text for a number": body(GOOD[:-1] + b',"prepMinutes":"5"}'),
    "unknown member": body(GOOD[:-1] + b',"owner":"mallory"}'),
    "no ingredients": body(b'{"name":"Rice","ingredients":[{"lines":[]}]}', 422),
    "blank name": body(GOOD.replace(b"Rice", b"  "), 422),
    "unknown kind of report": Bad(status=400, path="/generate-report", body=b'{"kind":"horoscope"}'),
    "no media type": Bad(status=415, headers={}, body=GOOD),
    "other media type": Bad(status=415, headers={"content-type": "text/plain"}, body=GOOD),
    "other charset": Bad(status=415, headers={"content-type": "application/json; charset=utf-16"}, body=GOOD),
    "compressed": Bad(status=415, headers={**JSON, "content-encoding": "gzip"}, body=GOOD),
    "body over the limit": body(GOOD + b" " * 262_144, 413),
    "report over the limit": Bad(
        status=413, path="/generate-report", body=b'{"kind":"nutrition-summary"}' + b" " * 65_536
    ),
    "unusable request id": Bad(status=400, headers={**JSON, "x-request-id": "no spaces please"}, body=GOOD),
}


@pytest.mark.parametrize("bad", BAD.values(), ids=BAD.keys())
async def test_bad_input_is_a_problem_and_leaves_nothing(system: RunningSystem, tokens: Tokens, bad: Bad) -> None:
    before = await system.stored()
    request_id = a_request_id()
    async with system.client(None if bad.token is None else getattr(tokens, bad.token)) as client:
        answer = await client.request(
            bad.method, bad.path, headers={"x-request-id": request_id, **bad.headers}, content=bad.body
        )
    assert answer.status_code == bad.status, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    problem = answer.json()
    assert {"type", "title", "status", "detail", "instance", "requestId"} <= problem.keys()
    assert problem["status"] == bad.status
    assert problem["requestId"] == answer.headers["x-request-id"]
    assert problem["requestId"] == request_id or "x-request-id" in bad.headers
    assert ("www-authenticate" in answer.headers) == (bad.status in (401, 403))
    assert ("allow" in answer.headers) == (bad.status == 405)
    assert await system.stored() == before


async def test_two_tokens_are_refused_even_if_both_are_good(system: RunningSystem, tokens: Tokens) -> None:
    before = await system.stored()
    headers = [("authorization", f"Bearer {tokens.alice}"), ("authorization", f"Bearer {tokens.alice}")]
    async with system.client(None) as client:
        answer = await client.post("/recipes", headers=[*headers, ("content-type", "application/json")], content=GOOD)
    assert (answer.status_code, answer.headers["content-type"]) == (401, "application/problem+json")
    assert await system.stored() == before
