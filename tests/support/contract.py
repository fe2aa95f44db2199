"""What the OpenAPI document promises, held against answers that really came."""

import re
from collections.abc import Awaitable, Callable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import Any

import httpx
from jsonschema_rs import Draft202012Validator

from adapters.wire.documents import DOCUMENTS
from entrypoints.edge import NOT_ELSEWHERE
from entrypoints.http.app import openapi

UNSAID = frozenset(
    {"content-type", "content-length", "content-encoding", "transfer-encoding", "date", "connection", NOT_ELSEWHERE}
)
"""Headers of HTTP itself, which OpenAPI leaves out or which whoever sends the bytes adds, and the gateway's own."""
SEGMENT = re.compile(r"\\\{[^}]*\\\}")

Json = Any


@dataclass
class Contract:
    """One document; `faults` is what a reader of it would be surprised by."""

    document: Json
    _validators: dict[tuple[str, ...], Draft202012Validator] = field(default_factory=dict)

    def faults(self, method: str, path: str, answer: httpx.Response) -> Iterator[str]:
        """Yield all that an answer is or has against the document."""
        template = self.template(path)
        asked = "get" if method == "HEAD" else method.lower()
        operation = None if template is None else self.document["paths"][template].get(asked)
        if operation is None:
            yield from self._faults_of_nothing(method, answer)
            return
        described = operation["responses"].get(str(answer.status_code))
        if described is None:
            yield f"{method} {template} does not tell of {answer.status_code}: {answer.text[:200]}"
            return
        described = self.resolved(described)
        yield from self._faults_of_headers(described.get("headers", {}), answer.headers)
        if method != "HEAD":
            yield from self._faults_of_body(described, answer, (method, str(template), str(answer.status_code)))

    def template(self, path: str) -> str | None:
        """Return the template that a path is of, the most literal one first."""
        templates = sorted(self.document["paths"], key=lambda each: [("{" in part, part) for part in each.split("/")])
        found = (each for each in templates if re.fullmatch(SEGMENT.sub("[^/]+", re.escape(each)), path))
        return next(found, None)

    def resolved(self, value: Json) -> Json:
        """Return what a reference leads to, or the value itself."""
        if "$ref" not in value:
            return value
        found = self.document
        for step in value["$ref"].removeprefix("#/").split("/"):
            found = found[step]
        return found

    def validator(self, schema: Json, *key: str) -> Draft202012Validator:
        """Return what checks values against a schema of the document."""
        if key not in self._validators:
            whole = {**schema, "components": self.document["components"]}
            self._validators[key] = Draft202012Validator(whole, validate_formats=True)
        return self._validators[key]

    def _faults_of_nothing(self, method: str, answer: httpx.Response) -> Iterator[str]:
        """Whatever has no operation is refused, with a problem."""
        if method == "OPTIONS":
            return
        if answer.status_code not in range(400, 600):
            yield f"{method} {answer.request.url.path} is answered with {answer.status_code}, and not in the document"

    def _faults_of_headers(self, described: Mapping[str, Json], sent: httpx.Headers) -> Iterator[str]:
        known = {name.lower(): self.resolved(each) for name, each in described.items()}
        for name in sent.keys() - UNSAID - known.keys():
            yield f"the header {name} is not in the document"
        for name, each in known.items():
            if each.get("required") and name not in sent:
                yield f"the header {name} is missing"
            elif name in sent:
                given: Any = sent[name]
                if each["schema"]["type"] == "integer" and given.isdecimal():
                    given = int(given)
                yield from (
                    f"{name}: {fault.message}" for fault in Draft202012Validator(each["schema"]).iter_errors(given)
                )

    def _faults_of_body(self, described: Json, answer: httpx.Response, key: tuple[str, ...]) -> Iterator[str]:
        content = described.get("content", {})
        media_type = answer.headers.get("content-type", "").partition(";")[0].strip()
        if not content:
            if answer.content:
                yield f"there is a body ({media_type}), and none in the document"
            return
        if media_type not in content:
            yield f"{media_type or 'no content type'} is not among {', '.join(content)}"
        elif media_type.endswith(("/json", "+json")):
            validator = self.validator(content[media_type]["schema"], *key, media_type)
            for fault in validator.iter_errors(answer.json()):
                yield f"/{'/'.join(str(step) for step in fault.instance_path)}: {fault.message}"


@cache
def contract(*, with_docs: bool) -> Contract:
    """Return the API's contract, read once."""
    return Contract(openapi(DOCUMENTS, with_docs=with_docs))


def checking_answers(*, with_docs: bool) -> Callable[[httpx.Response], Awaitable[None]]:
    """Return a hook for a client, which fails where an answer is not as the document has it."""

    async def check(answer: httpx.Response) -> None:
        await answer.aread()
        path = answer.request.url.raw_path.partition(b"?")[0].decode()
        faults = list(contract(with_docs=with_docs).faults(answer.request.method, path, answer))
        assert not faults, f"{answer.request.method} {path} -> {answer.status_code}: {'; '.join(faults)}"

    return check
