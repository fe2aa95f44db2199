"""Fixtures that put the process's logging back as it was."""

import io
import logging
import sys
import threading
from collections.abc import Iterator

import pytest
import structlog

from adapters.telemetry.logging import configure_logging
from adapters.telemetry.metrics import PrometheusMeter
from adapters.telemetry.telemetry import StructlogTelemetry
from adapters.telemetry.tracing import Tracing
from tests.unit.telemetry.rig import RESOURCE, Rig, SpanList


@pytest.fixture(autouse=True)
def _logging_restored(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    root.handlers = []
    monkeypatch.setattr(sys, "excepthook", sys.excepthook)
    monkeypatch.setattr(threading, "excepthook", threading.excepthook)
    yield
    logging.captureWarnings(capture=False)
    structlog.reset_defaults()
    root.handlers = handlers
    root.setLevel(level)


@pytest.fixture
def stream() -> io.BytesIO:
    return io.BytesIO()


@pytest.fixture
def rig(stream: io.BytesIO) -> Rig:
    processor = SpanList()
    meter = PrometheusMeter()
    tracing = Tracing(resource=RESOURCE, processor=processor, ratio=1)
    telemetry = StructlogTelemetry(configure_logging("kondate-test", "info", stream), tracing, meter)
    return Rig(telemetry=telemetry, meter=meter, stream=stream, processor=processor)
