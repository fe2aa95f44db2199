"""A reader that stalls does not stall the process."""

import os
from collections.abc import Iterator
from typing import BinaryIO

import pytest

from adapters.telemetry.sink import BACKLOG_BYTES, LineSink

LINE = b'{"event":"' + b"x" * 300 + b'"}\n'


@pytest.fixture
def pipe() -> Iterator[tuple[BinaryIO, BinaryIO]]:
    reading, writing = os.pipe()
    with open(reading, "rb", buffering=0) as reader, open(writing, "wb") as writer:  # noqa: PTH123 (descriptors, not paths)
        os.set_blocking(reading, False)
        yield reader, writer


def read_all(reader: BinaryIO) -> bytes:
    return b"".join(iter(lambda: reader.read(1_000_000) or b"", b""))


def test_lines_go_out_at_once(pipe: tuple[BinaryIO, BinaryIO]) -> None:
    reader, writer = pipe
    LineSink(writer).write(LINE)
    assert read_all(reader) == LINE


def test_lines_wait_whole_and_in_order_while_the_reader_stalls(pipe: tuple[BinaryIO, BinaryIO]) -> None:
    reader, writer = pipe
    sink = LineSink(writer)
    lines = [b"%d %s\n" % (number, b"x" * (number * 37 % 9_000)) for number in range(100)]
    for line in lines:
        sink.write(line)
    taken = b""
    while piece := read_all(reader):
        taken += piece
        sink.flush(0)
    assert taken == b"".join(lines)


def test_a_full_backlog_drops_lines_and_says_how_many(pipe: tuple[BinaryIO, BinaryIO]) -> None:
    reader, writer = pipe
    sink = LineSink(writer)
    sent = (BACKLOG_BYTES + 200_000) // len(LINE)
    for _ in range(sent):
        sink.write(LINE)
    taken = b""
    while piece := read_all(reader):
        taken += piece
        sink.flush(0)
    *lines, last = taken.splitlines(keepends=True)
    assert set(lines) == {LINE}
    assert last == b'{"level":"warning","event":"log.dropped","lines":%d}\n' % (sent - len(lines))


def test_a_reader_that_is_gone_is_no_error(pipe: tuple[BinaryIO, BinaryIO]) -> None:
    reader, writer = pipe
    sink = LineSink(writer)
    reader.close()
    for _ in range(1_000):
        sink.write(LINE)
