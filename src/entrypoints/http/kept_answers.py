"""Answers as they are kept under an idempotency key, and given again: status, headers and body, or a refusal."""

from typing import Any

import msgspec
from litestar import Response

from domain.errors import DomainError, ErrorKind, KeptRefusalError

MEDIA_TYPE = "application/json"
NOTHING = b"null"


class KeptRefusal(msgspec.Struct, frozen=True, tag="refusal"):
    """What the domain refused."""

    code: str
    kind: ErrorKind
    detail: str
    pointer: str | None


class KeptAnswer(msgspec.Struct, frozen=True, tag="answer"):
    """An answer; its body is JSON, null where there is none."""

    status: int
    headers: dict[str, str]
    body: msgspec.Raw


def kept_answer(answer: Response[Any]) -> bytes:
    """Return an answer as it is kept."""
    body = msgspec.Raw(msgspec.json.encode(answer.content))
    return msgspec.json.encode(KeptAnswer(answer.status_code or 200, dict(answer.headers), body))


def kept_refusal(error: DomainError) -> bytes:
    """Return a refusal as it is kept."""
    return msgspec.json.encode(KeptRefusal(error.code, error.kind, error.detail, error.pointer))


def answer_again(kept: bytes) -> Response[Any]:
    """Return the answer as it was, byte for byte; raise KeptRefusalError for a refusal."""
    said = msgspec.json.decode(kept, type=KeptAnswer | KeptRefusal)
    if isinstance(said, KeptRefusal):
        raise KeptRefusalError(said.code, said.kind, said.detail, pointer=said.pointer)
    body = None if bytes(said.body) == NOTHING else bytes(said.body)
    return Response(body, status_code=said.status, headers=said.headers, media_type=MEDIA_TYPE)
