"""Every process logs one JSON object a line: its own events and those of the libraries alike."""

import atexit
import logging
import sys
import threading
from collections.abc import Callable
from types import TracebackType
from typing import BinaryIO

import structlog
from structlog.typing import FilteringBoundLogger

from adapters.telemetry.lines import Render, Stamp
from adapters.telemetry.sink import LineSink

FAREWELL_SECONDS = 0.2


def configure_logging(service: str, level: str, stream: BinaryIO | None = None) -> FilteringBoundLogger:
    """Send all logging of this process as JSON lines to the stream (default: stdout); return its logger.

    Called once, at the start of a process. Libraries speak from warnings up whatever the level,
    since their debug lines hold tokens and bodies. What is uncaught is logged before it ends
    the process or the thread.
    """
    sink = LineSink(stream or sys.stdout.buffer)
    atexit.register(sink.flush, FAREWELL_SECONDS)
    structlog.configure(
        processors=[Stamp(service), structlog.processors.format_exc_info, Render()],
        wrapper_class=structlog.make_filtering_bound_logger(level),
        logger_factory=lambda *_: _LineLogger(sink),
        cache_logger_on_first_use=True,
    )
    logger: FilteringBoundLogger = structlog.get_logger().bind()
    logging.basicConfig(level=logging.WARNING, handlers=[_LibraryHandler(logger)], force=True)
    logging.captureWarnings(capture=True)
    crash = _CrashLog(logger)
    sys.excepthook = crash.process
    threading.excepthook = crash.thread
    return logger


class _LineLogger:
    """The end of structlog's chain: each level is the same write."""

    __slots__ = ("_write",)

    def __init__(self, sink: LineSink) -> None:
        self._write = sink.write

    def __getattr__(self, level: str) -> Callable[[bytes], None]:
        return self._write


class _LibraryHandler(logging.Handler):
    """Gives what libraries log to the same chain."""

    def __init__(self, logger: FilteringBoundLogger) -> None:
        super().__init__()
        self._logger = logger

    def emit(self, record: logging.LogRecord) -> None:
        try:
            event = record.getMessage()
        except (TypeError, ValueError):
            event = str(record.msg)
        level = max(logging.DEBUG, min(record.levelno // 10 * 10, logging.CRITICAL))
        exception = record.exc_info if record.exc_info and record.exc_info[0] else None
        self._logger.log(level, event.strip(), logger=record.name, exc_info=exception)


class _CrashLog:
    """Tells of what nobody caught."""

    def __init__(self, logger: FilteringBoundLogger) -> None:
        self._logger = logger

    def process(self, kind: type[BaseException], error: BaseException, traceback: TracebackType | None) -> None:
        if issubclass(kind, KeyboardInterrupt):
            self._logger.info("process.interrupted")
        else:
            self._logger.critical("process.crashed", exc_info=(kind, error, traceback))

    def thread(self, crash: threading.ExceptHookArgs) -> None:
        if crash.exc_value is not None:
            self._logger.critical("thread.crashed", exc_info=crash.exc_value)
