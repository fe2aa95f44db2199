"""Telemetry that only remembers, for tests of whoever tells it something."""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field

from application.ports.telemetry import Fields, Meter, StatementObserver, Telemetry, Tracer, TransportKind


@dataclass(frozen=True, slots=True, kw_only=True)
class Observed:
    """One block that was observed, with the type of the error that left it, if any."""

    name: str
    fields: Fields
    error: type[BaseException] | None = None


@dataclass(slots=True, kw_only=True)
class RecordedScope:
    """One piece of incoming work, as the transport told it."""

    kind: TransportKind
    name: str
    request_id: str
    traceparent: str | None
    attributes: dict[str, str | int | float | bool]
    trace_id: str = "0af7651916cd43dd8448eb211c80319c"
    bound: dict[str, str | int | float | bool] = field(default_factory=dict)
    error: BaseException | None = None

    def rename(self, name: str) -> None:
        """Take the final name."""
        self.name = name

    def set(self, name: str, value: str | float | bool) -> None:  # noqa: FBT001 (an attribute's value, not a switch)
        """Keep the attribute."""
        self.attributes[name] = value

    def bind(self, fields: Fields) -> None:
        """Keep the fields."""
        self.bound.update(fields)

    def fail(self, error: BaseException) -> None:
        """Keep the error."""
        self.error = error


class RecordingTelemetry:
    """Implements all three telemetry ports; a test reads what was told from its lists."""

    def __init__(self, traceparent: str | None = None) -> None:
        """Take the traceparent that it shall answer with."""
        self.observed: list[Observed] = []
        self.events: list[tuple[str, Fields]] = []
        self.errors: list[tuple[str, BaseException]] = []
        self.counts: Counter[tuple[str, frozenset[tuple[str, str]]]] = Counter()
        self.scopes: list[RecordedScope] = []
        self.sent: list[tuple[str, list[str | None]]] = []
        self.durations: list[tuple[str, float, Mapping[str, str]]] = []
        self.gauges: dict[str, float] = {}
        self._traceparent = traceparent

    @contextmanager
    def observe(self, name: str, fields: Fields) -> Iterator[None]:
        """Remember the block when it ends."""
        try:
            yield
        except BaseException as error:
            self.observed.append(Observed(name=name, fields=fields, error=type(error)))
            raise
        self.observed.append(Observed(name=name, fields=fields))

    def event(self, name: str, fields: Fields) -> None:
        """Remember the fact."""
        self.events.append((name, fields))

    def error(self, name: str, error: BaseException) -> None:
        """Remember the fault."""
        self.errors.append((name, error))

    def count(self, name: str, amount: int, labels: Mapping[str, str]) -> None:
        """Add it up."""
        self.counts[name, frozenset(labels.items())] += amount

    def counted(self, name: str, **labels: str) -> int:
        """Return what was counted under exactly these labels."""
        return self.counts[name, frozenset(labels.items())]

    def traceparent(self) -> str | None:
        """Return what the test said."""
        return self._traceparent

    @contextmanager
    def transport(
        self, kind: TransportKind, name: str, *, request_id: str, traceparent: str | None, attributes: Fields
    ) -> Iterator[RecordedScope]:
        """Remember the work, and the error that left it."""
        scope = RecordedScope(
            kind=kind, name=name, request_id=request_id, traceparent=traceparent, attributes=dict(attributes)
        )
        self.scopes.append(scope)
        try:
            yield scope
        except BaseException as error:
            scope.fail(error)
            raise

    @contextmanager
    def sending(self, destination: str, traceparents: Iterable[str | None]) -> Iterator[None]:
        """Remember the batch."""
        self.sent.append((destination, list(traceparents)))
        yield

    def statements(self) -> StatementObserver | None:
        """Nothing is sampled here."""
        return None

    def duration(self, name: str, seconds: float, labels: Mapping[str, str]) -> None:
        """Remember it."""
        self.durations.append((name, seconds, labels))

    def gauge(self, name: str, value: float, labels: Mapping[str, str]) -> None:  # noqa: ARG002 (the latest of each name is enough for a test)
        """Remember the latest."""
        self.gauges[name] = value

    def watch(self, name: str, read: Callable[[], float], labels: Mapping[str, str]) -> None:
        """Read it once."""
        self.gauge(name, read(), labels)

    def exposition(self) -> tuple[bytes, str]:
        """Nobody reads it here."""
        return b"", "text/plain"


_telemetry: type[Telemetry] = RecordingTelemetry
_tracer: type[Tracer] = RecordingTelemetry
_meter: type[Meter] = RecordingTelemetry
