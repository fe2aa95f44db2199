"""The figures of one process, as Prometheus reads them."""

from collections.abc import Callable, Mapping

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, disable_created_metrics
from prometheus_client.exposition import CONTENT_TYPE_LATEST, generate_latest

from application.ports.telemetry import Meter

PREFIX = "kondate"
REQUEST_BUCKETS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0)
"""Seconds: fine where a cached read lies, and up to the longest wait that a client may ask for."""
HANDLER_BUCKETS = (*REQUEST_BUCKETS, 60.0, 300.0, 900.0)
"""Seconds: the same, and on to reports that take minutes."""


class PrometheusMeter:
    """All metrics of a process in a registry of its own."""

    def __init__(self) -> None:
        """Declare every metric there is; nothing else can be counted."""
        # Else each series has a twin that tells when it began, which nobody reads.
        disable_created_metrics()  # type: ignore[no-untyped-call]
        registry = CollectorRegistry()
        self._registry = registry
        # The library looks a series up anew each time, which costs more than to count.
        self._known_counters: dict[tuple[object, ...], Counter] = {}
        self._known_durations: dict[tuple[object, ...], Histogram] = {}
        self._counters = {
            "jobs": Counter(
                "jobs", "Attempts of jobs by how they ended.", ("kind", "outcome"), PREFIX, registry=registry
            ),
            "relay_messages": Counter(
                "relay_messages",
                "Outbox messages by what the queue said.",
                ("channel", "outcome"),
                PREFIX,
                registry=registry,
            ),
            "webhook_deliveries": Counter(
                "webhook_deliveries", "Tries of webhooks by what came of them.", ("outcome",), PREFIX, registry=registry
            ),
            "recipe_reads": Counter(
                "recipe_reads", "Single recipes read, by where they came from.", ("source",), PREFIX, registry=registry
            ),
        }
        self._durations = {
            "http_request": Histogram(
                "http_request_duration_seconds",
                "Time to answer a request.",
                ("route", "method", "status"),
                PREFIX,
                registry=registry,
                buckets=REQUEST_BUCKETS,
            ),
            "handler": Histogram(
                "handler_duration_seconds",
                "Time in a use-case handler.",
                ("command", "outcome"),
                PREFIX,
                registry=registry,
                buckets=HANDLER_BUCKETS,
            ),
        }
        self._gauges = {
            "outbox_lag": Gauge(
                "outbox_lag_seconds", "Age of the oldest message not yet sent.", (), PREFIX, registry=registry
            ),
            "outbox_refused": Gauge(
                "outbox_refused_messages",
                "Messages that the queue refused and that wait.",
                (),
                PREFIX,
                registry=registry,
            ),
            "queue_messages": Gauge(
                "queue_messages", "Messages that wait, as the queue tells.", ("queue",), PREFIX, registry=registry
            ),
            "database_connections": Gauge(
                "database_connections", "Connections of the pool.", ("state",), PREFIX, registry=registry
            ),
        }

    def count(self, name: str, amount: int, labels: Mapping[str, str]) -> None:
        """Add to a counter; KeyError or ValueError when it was not declared with these labels."""
        key = (name, *labels.items())
        counter = self._known_counters.get(key)
        if counter is None:
            counter = self._known_counters[key] = self._counters[name].labels(**labels)
        counter.inc(amount)

    def duration(self, name: str, seconds: float, labels: Mapping[str, str]) -> None:
        """Add one duration to a histogram."""
        key = (name, *labels.items())
        duration = self._known_durations.get(key)
        if duration is None:
            duration = self._known_durations[key] = self._durations[name].labels(**labels)
        duration.observe(seconds)

    def gauge(self, name: str, value: float, labels: Mapping[str, str]) -> None:
        """Set the latest value."""
        self._gauge(name, labels).set(value)

    def watch(self, name: str, read: Callable[[], float], labels: Mapping[str, str]) -> None:
        """Read the figure at each exposition."""
        self._gauge(name, labels).set_function(read)

    def exposition(self) -> tuple[bytes, str]:
        """Return the text and its media type."""
        return generate_latest(self._registry), CONTENT_TYPE_LATEST

    def _gauge(self, name: str, labels: Mapping[str, str]) -> Gauge:
        gauge = self._gauges[name]
        return gauge.labels(**labels) if labels else gauge


_: type[Meter] = PrometheusMeter
