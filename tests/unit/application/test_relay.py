"""The relay's one step."""

from collections.abc import Sequence

import pytest

from application.ports.queue import Channel, Message, QueueUnavailableError, SendReport
from application.relay import MOST_MESSAGES, Relay
from domain.commands import GenerateReport
from domain.report import ReportKind
from tests.support.application import InMemoryApplication
from tests.support.builders import an_origin

REPORT = GenerateReport(kind=ReportKind.NUTRITION_SUMMARY)


class RecordingPublisher:
    """Takes every message, but for those it is told to refuse."""

    def __init__(self, *, refuses: int = 0, is_away: bool = False) -> None:
        self.taken: list[Message] = []
        self._refuses = refuses
        self._is_away = is_away

    async def publish(self, channel: Channel, messages: Sequence[Message]) -> SendReport:
        assert channel is Channel.COMMANDS
        if self._is_away:
            raise QueueUnavailableError("away")
        refused, taken = messages[: self._refuses], messages[self._refuses :]
        self.taken += taken
        return SendReport(
            sent=frozenset(message.id for message in taken), failed=frozenset(message.id for message in refused)
        )


def relay(app: InMemoryApplication, publisher: RecordingPublisher) -> Relay:
    return Relay(store=app.outbox, publisher=publisher, telemetry=app.telemetry, tracer=app.telemetry)


async def test_waiting_messages_are_sent_once() -> None:
    app, publisher = InMemoryApplication(), RecordingPublisher()
    jobs = [(await app.bus.defer(REPORT, an_origin())).job for _ in range(3)]
    assert await relay(app, publisher).once() == 3
    assert await relay(app, publisher).once() == 0
    assert [message.subject for message in publisher.taken] == [str(job.id) for job in jobs]


async def test_message_that_was_refused_alone_stays() -> None:
    app = InMemoryApplication()
    for _ in range(3):
        await app.bus.defer(REPORT, an_origin())
    assert await relay(app, RecordingPublisher(refuses=1)).once() == 2
    assert len(app.tables.outbox) == 1
    assert app.telemetry.counted("relay_messages", channel="commands", outcome="failed") == 1
    assert [name for name, _ in app.telemetry.events].count("message.refused") == 1


async def test_messages_refused_for_good_hold_up_no_other() -> None:
    app = InMemoryApplication()
    for _ in range(MOST_MESSAGES + 1):
        await app.bus.defer(REPORT, an_origin())
    assert await relay(app, RecordingPublisher(refuses=MOST_MESSAGES)).once() == 0
    assert await relay(app, RecordingPublisher()).once() == 1
    app.clock.advance(1)
    assert await relay(app, RecordingPublisher()).once() == MOST_MESSAGES


async def test_queue_that_is_away_leaves_every_message() -> None:
    app = InMemoryApplication()
    await app.bus.defer(REPORT, an_origin())
    with pytest.raises(QueueUnavailableError):
        await relay(app, RecordingPublisher(is_away=True)).once()
    assert await relay(app, RecordingPublisher()).once() == 1
