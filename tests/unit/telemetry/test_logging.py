"""One JSON object a line, whoever logs."""

import io
import json
import logging
import re
import sys
import threading
import warnings
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.telemetry.lines import Render
from adapters.telemetry.logging import configure_logging


def lines_of(stream: io.BytesIO) -> list[dict[str, Any]]:
    return [json.loads(line) for line in stream.getvalue().splitlines()]


def test_a_line_begins_with_time_level_event_and_service(stream: io.BytesIO) -> None:
    configure_logging("kondate-api", "info", stream).info("job.accepted", kind="generate-report")
    (line,) = lines_of(stream)
    assert list(line) == ["time", "level", "event", "service", "kind"]
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z", line.pop("time"))
    assert line == {"level": "info", "event": "job.accepted", "service": "kondate-api", "kind": "generate-report"}


def test_no_field_can_pass_for_the_service_or_the_level(stream: io.BytesIO) -> None:
    configure_logging("kondate-api", "info", stream).info("event", service="other", level="none")
    assert [(line["service"], line["level"]) for line in lines_of(stream)] == [("kondate-api", "info")]


def test_events_below_the_level_are_not_written(stream: io.BytesIO) -> None:
    logger = configure_logging("kondate-api", "warning", stream)
    logger.info("quiet")
    logger.warning("loud")
    assert [line["event"] for line in lines_of(stream)] == ["loud"]


def test_library_warnings_become_lines_of_the_same_form(stream: io.BytesIO) -> None:
    configure_logging("kondate-worker", "info", stream)
    logging.getLogger("aiobotocore").warning("retry %d of %d", 2, 5)
    (line,) = lines_of(stream)
    assert (line["event"], line["level"], line["logger"]) == ("retry 2 of 5", "warning", "aiobotocore")


def test_library_debug_lines_stay_out_even_at_level_debug(stream: io.BytesIO) -> None:
    configure_logging("kondate-worker", "debug", stream)
    logging.getLogger("botocore").info("Authorization: AWS4-HMAC-SHA256 …")
    assert stream.getvalue() == b""


def test_a_broken_format_string_of_a_library_is_still_told(stream: io.BytesIO) -> None:
    configure_logging("kondate-worker", "info", stream)
    logging.getLogger("asyncpg").warning("%d connections", "many")
    assert [line["event"] for line in lines_of(stream)] == ["%d connections"]


def test_an_exception_is_one_field_of_one_line(stream: io.BytesIO) -> None:
    configure_logging("kondate-api", "info", stream)
    try:
        raise LookupError("lost")  # noqa: TRY301 (the exception is what is logged)
    except LookupError:
        logging.getLogger("litestar").exception("oops")
    (line,) = lines_of(stream)
    assert line["exception"].startswith("Traceback")
    assert line["exception"].endswith("LookupError: lost")


def test_python_warnings_become_lines(stream: io.BytesIO) -> None:
    configure_logging("kondate-api", "info", stream)
    with warnings.catch_warnings():
        warnings.simplefilter("always")
        logging.captureWarnings(capture=False)
        logging.captureWarnings(capture=True)
        warnings.warn("old", DeprecationWarning, stacklevel=1)
    assert "DeprecationWarning: old" in lines_of(stream)[0]["event"]


def test_a_crash_of_the_process_is_logged(stream: io.BytesIO) -> None:
    configure_logging("kondate-api", "info", stream)
    error = RuntimeError("gone")
    sys.excepthook(RuntimeError, error, None)
    (line,) = lines_of(stream)
    assert (line["event"], line["level"], line["exception"]) == (
        "process.crashed",
        "critical",
        "RuntimeError: gone",
    )


def test_an_interrupt_is_no_crash(stream: io.BytesIO) -> None:
    configure_logging("kondate-api", "info", stream)
    sys.excepthook(KeyboardInterrupt, KeyboardInterrupt(), None)
    assert [(line["event"], line["level"]) for line in lines_of(stream)] == [("process.interrupted", "info")]


def test_a_crash_of_a_thread_is_logged(stream: io.BytesIO) -> None:
    configure_logging("kondate-api", "info", stream)
    thread = threading.Thread(target=int, args=("x",))
    thread.start()
    thread.join()
    assert [line["event"] for line in lines_of(stream)] == ["thread.crashed"]


@pytest.mark.parametrize(
    "secret",
    [
        "postgresql://kondate:hunter2@127.0.0.1/kondate",
        "dbname=x password=hunter2 host=y",
        "Authorization: Bearer hunter2hunter2hunter2",
        "eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiJodW50ZXIyIn0.hunter2",
    ],
)
def test_no_secret_reaches_a_line(stream: io.BytesIO, secret: str) -> None:
    logger = configure_logging("kondate-api", "info", stream)
    logger.info(secret, field=secret)
    logger.error("failed", exc_info=ValueError(secret))
    logging.getLogger("asyncpg").error("cannot connect to %s", secret)
    assert len(lines_of(stream)) == 3
    assert b"hunter2" not in stream.getvalue()


values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text() | st.binary() | st.complex_numbers(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=5,
)


@given(st.dictionaries(st.text(), values))
def test_any_fields_make_exactly_one_line_of_json(fields: dict[str, object]) -> None:
    line = Render()(None, "info", dict(fields))
    assert line.endswith(b"\n")
    assert line.count(b"\n") == 1
    assert isinstance(json.loads(line), dict)


def test_values_that_json_cannot_hold_are_told_as_python_writes_them() -> None:
    line = json.loads(Render()(None, "info", {"half": "a\ud800", "large": 2**70, "none": None}))
    assert line == {"half": "a\\ud800", "large": str(2**70), "none": "None"}
