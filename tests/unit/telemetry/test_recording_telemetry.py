"""The fake tells a test all that it was told."""

import pytest

from adapters.memory.telemetry import Observed, RecordingTelemetry
from application.ports.telemetry import TransportKind


def test_it_remembers_blocks_with_the_error_that_left_them() -> None:
    telemetry = RecordingTelemetry()
    with telemetry.observe("add-recipe", {}):
        pass
    with pytest.raises(KeyError), telemetry.observe("revise-recipe", {"attempt": 1}):
        raise KeyError
    assert telemetry.observed == [
        Observed(name="add-recipe", fields={}),
        Observed(name="revise-recipe", fields={"attempt": 1}, error=KeyError),
    ]


def test_it_remembers_facts_and_faults() -> None:
    telemetry = RecordingTelemetry()
    error = ValueError()
    telemetry.event("job.accepted", {"kind": "k"})
    telemetry.error("request.crashed", error)
    assert telemetry.events == [("job.accepted", {"kind": "k"})]
    assert telemetry.errors == [("request.crashed", error)]


def test_it_adds_up_counts_by_their_labels() -> None:
    telemetry = RecordingTelemetry()
    telemetry.count("jobs", 1, {"kind": "k", "outcome": "failed"})
    telemetry.count("jobs", 2, {"outcome": "failed", "kind": "k"})
    assert telemetry.counted("jobs", kind="k", outcome="failed") == 3
    assert telemetry.counted("jobs") == 0


def test_it_remembers_incoming_work() -> None:
    telemetry = RecordingTelemetry()
    error = ValueError()
    with telemetry.transport(
        TransportKind.SERVER, "GET", request_id="r", traceparent=None, attributes={"a": 1}
    ) as scope:
        scope.rename("GET /")
        scope.set("b", 2)
        scope.bind({"job_id": "j"})
        scope.fail(error)
    (kept,) = telemetry.scopes
    assert (kept.name, kept.attributes, kept.bound, kept.error) == ("GET /", {"a": 1, "b": 2}, {"job_id": "j"}, error)
