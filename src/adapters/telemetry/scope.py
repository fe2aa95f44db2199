"""What is bound to the work of the current task: its log fields and its span.

The context variables are only handles; their values belong to the task and end with the block.
"""

from collections.abc import Mapping
from contextvars import ContextVar, Token
from types import TracebackType
from typing import Self

from opentelemetry.semconv.attributes.error_attributes import ERROR_TYPE
from opentelemetry.semconv.attributes.http_attributes import HTTP_RESPONSE_STATUS_CODE

from adapters.telemetry.spans import Span
from adapters.telemetry.trace_context import TraceContext
from application.ports.telemetry import Fields

NO_FIELDS: Fields = {}
FIRST_SERVER_ERROR = 500


class WorkScope:
    """One request or delivery, from entering the block to leaving it; `span` is None when not sampled."""

    __slots__ = ("_context", "_scope_token", "_span", "_span_token", "fields", "trace_id")

    def __init__(self, request_id: str, context: TraceContext, span: Span | None) -> None:
        """Take what was decided about the trace."""
        self.trace_id = context.trace_id
        self.fields: dict[str, str | int | float | bool] = {"request_id": request_id, "trace_id": context.trace_id}
        self._context = context
        self._span = span

    @property
    def traceparent(self) -> str:
        """What goes on to others where there is no span of ours."""
        return self._context.header()

    def rename(self, name: str) -> None:
        """Name the span."""
        if self._span is not None:
            self._span.name = name

    def set(self, name: str, value: str | float | bool) -> None:  # noqa: FBT001 (an attribute's value, not a switch)
        """Set an attribute of the span; an HTTP status from 500 on marks it as failed."""
        if self._span is None:
            return
        self._span.attributes[name] = value
        if name == HTTP_RESPONSE_STATUS_CODE and isinstance(value, int) and value >= FIRST_SERVER_ERROR:
            self._span.attributes[ERROR_TYPE] = str(value)
            self._span.error = self._span.error or ""

    def bind(self, fields: Fields) -> None:
        """Add fields to the lines of this work."""
        self.fields.update(fields)

    def fail(self, error: BaseException) -> None:
        """Mark the span as failed."""
        if self._span is not None:
            self._span.fail(error)

    def __enter__(self) -> Self:
        self._scope_token: Token[WorkScope | None] = CURRENT_SCOPE.set(self)
        self._span_token: Token[Span | None] = CURRENT_SPAN.set(self._span)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        CURRENT_SPAN.reset(self._span_token)
        CURRENT_SCOPE.reset(self._scope_token)
        if self._span is not None:
            if error is not None:
                self._span.fail(error)
            self._span.end()


CURRENT_SCOPE: ContextVar[WorkScope | None] = ContextVar("kondate_scope", default=None)
CURRENT_SPAN: ContextVar[Span | None] = ContextVar("kondate_span", default=None)


def bound_fields() -> Mapping[str, str | int | float | bool]:
    """Return the log fields of the current work; none outside any."""
    scope = CURRENT_SCOPE.get()
    return NO_FIELDS if scope is None else scope.fields
