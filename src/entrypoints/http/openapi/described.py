"""A route as the contract sees it: what it declares, what its code refers to, what its commands are refused for."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from types import NoneType
from typing import Any, get_args, get_origin

from litestar import Response
from litestar.handlers import HTTPRouteHandler
from litestar.params import BodyKwarg, PathParameter, QueryParameter
from litestar.response.base import ASGIResponse
from litestar.types import Empty

from application.dispatch import USE_CASES
from domain.errors import (
    DomainError,
    IdempotencyMismatchError,
    JobCancelledError,
    KeptRefusalError,
    RequestInProgressError,
)
from entrypoints.edge import Edge, Exposure
from entrypoints.http.answers import Answer, Created
from entrypoints.http.faults import RequestError
from entrypoints.http.idempotency import InvalidIdempotencyKeyError
from entrypoints.http.openapi.reach import Reach, reach_of
from entrypoints.http.openapi.schemas import members_of
from entrypoints.http.schemas.jobs import JobAccepted

ACCEPTED, CREATED, NO_CONTENT, NOT_MODIFIED = 202, 201, 204, 304
JSON = "application/json"

Refusal = type[DomainError] | type[RequestError]


@dataclass(frozen=True, slots=True)
class Parameter:
    """One parameter of a path or query, as its route reads it."""

    name: str
    annotation: Any
    rules: PathParameter | QueryParameter
    default: object

    @property
    def is_required(self) -> bool:
        """Tell whether the route cannot do without it."""
        return self.default is Empty


@dataclass(frozen=True, slots=True)
class Described:
    """One path and method of one route."""

    handler: HTTPRouteHandler
    path: str
    method: str
    edge: Edge
    reach: Reach

    @property
    def is_command(self) -> bool:
        """Tell whether its answer may come at once or by a job, and a key may make it one and the same."""
        return any(field.annotation is Answer for field in self.handler.parsed_fn_signature.parameters.values())

    @property
    def is_behind_gateway(self) -> bool:
        """Tell whether clients reach it, and what the gateway refuses can happen to them."""
        return self.edge.exposure is not Exposure.INTERNAL

    @property
    def body(self) -> Mapping[str, Any]:
        """Return what the route takes, by media type; nothing where it takes no body."""
        for field in self.handler.parsed_fn_signature.parameters.values():
            if isinstance(field.kwarg_definition, BodyKwarg):
                others: Sequence[str] = getattr(self.handler.dto, "OTHER_MEDIA_TYPES", ())
                return {JSON: field.annotation, **dict.fromkeys(others, dict[str, Any] | list[Any])}
        takes: Mapping[str, Any] = self.handler.opt.get("takes", {})
        return takes

    def parameters(self, kind: type) -> Iterator[Parameter]:
        """Yield the parameters of the path or of the query."""
        for name, field in self.handler.parsed_fn_signature.parameters.items():
            rules = field.kwarg_definition
            if isinstance(rules, kind) and isinstance(rules, PathParameter | QueryParameter):
                yield Parameter(rules.name or name, field.annotation, rules, field.default)
        for name, asked in self.handler.opt.get("asks", {}).items():
            annotation, rules = get_args(asked)
            if isinstance(rules, kind) and isinstance(rules, PathParameter | QueryParameter):
                yield Parameter(name, annotation, rules, None)

    def results(self) -> Mapping[int, Mapping[str, tuple[Any, ...]]]:
        """Return what it answers with where nothing is refused: by status and media type, the types of the body."""
        status, shows = self.handler.status_code, self.handler.opt.get("shows")
        results: dict[int, dict[str, tuple[Any, ...]]] = {}
        if shows is not None:
            results[status] = {media_type: (shown,) for media_type, shown in shows.items()}
        for shown in self._returned():
            if shows is not None and shown is not NoneType:
                continue
            content = results.setdefault(self._status_of(shown), {})
            if shown is not NoneType:
                media_type = str(self.handler.media_type or JSON)
                content[media_type] = (*content.get(media_type, ()), shown)
        for other in self.handler.opt.get("other_statuses", ()):
            results[other] = results[status]
        if self.is_command and self.edge.waits:
            accepted = results.setdefault(ACCEPTED, {})
            accepted[JSON] = tuple(dict.fromkeys((*accepted.get(JSON, ()), JobAccepted)))
        if "if-none-match" in self.reach.texts and self.method in ("GET", "HEAD"):
            results[NOT_MODIFIED] = {}
        return results

    def refusals(self) -> set[Refusal]:
        """Return the errors that its own code, or that of its commands, refuses with."""
        found: set[Refusal] = {*self.reach.classes(DomainError), *self.reach.classes(RequestError)}
        for command in sorted(self.reach.objects & USE_CASES.keys(), key=lambda each: each.__qualname__):
            handler: Any = USE_CASES[command].handler
            found |= {*reach_of(handler.handle, handler).classes(DomainError)}
        if self.is_command:
            found |= {InvalidIdempotencyKeyError, IdempotencyMismatchError, RequestInProgressError}
            found |= {JobCancelledError} if self.edge.waits else set()
        return found - {DomainError, KeptRefusalError, RequestError}

    def _returned(self) -> Iterator[Any]:
        """Yield each type that a body may have; None is an answer without one, unless it stands for a 304."""
        for answer in members_of(self.handler.parsed_fn_signature.return_type.annotation):
            shown = (
                get_args(answer)[0] if get_origin(answer) is Response else Any if _is_made_already(answer) else answer
            )
            for member in members_of(shown):
                if member not in (None, NoneType) or "if-none-match" not in self.reach.texts:
                    yield NoneType if member is None else member

    def _status_of(self, shown: Any) -> int:  # noqa: ANN401 (any annotation)
        declared: int = self.handler.status_code
        if shown is JobAccepted:
            return ACCEPTED
        if shown is Created and declared == ACCEPTED:
            return CREATED
        return NO_CONTENT if shown is NoneType else declared


def _is_made_already(annotation: Any) -> bool:  # noqa: ANN401 (any annotation)
    """Tell whether a route makes the bytes itself: what they are, it names in `shows`."""
    return isinstance(annotation, type) and issubclass(annotation, ASGIResponse | Response)


def described(handlers: Sequence[HTTPRouteHandler]) -> list[Described]:
    """Describe every path and method of these routes."""
    return [
        Described(
            handler=handler,
            path=path.replace(":str}", "}"),
            method=str(method),
            edge=handler.opt["edge"],
            reach=reach_of(handler.fn, beside=frozenset({Answer})),
        )
        for handler in handlers
        for path in sorted(handler.paths)
        for method in sorted(handler.http_methods)
    ]
