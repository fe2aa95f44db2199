"""An endpoint that is away, refuses or answers nonsense: always the one error that callers know."""

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, nullcontext
from dataclasses import dataclass, replace

import pytest

from adapters.sqs.client import open_sqs
from adapters.sqs.consumer import SqsConsumer
from adapters.sqs.gauges import SqsGauges
from adapters.sqs.publisher import SqsPublisher
from adapters.sqs.queues import QueueNames, QueueUrls, ensure_queues
from application.ports.queue import Channel, Delivery, QueueUnavailableError
from tests.support.contracts.queue import MESSAGE, messages

GONE = QueueUrls(commands="http://gone/1/commands", events="http://gone/1/events", dead_letters="http://gone/1/dead")
DELIVERY = Delivery(channel=Channel.COMMANDS, receipt="receipt", receive_count=1, body="{}", message=MESSAGE)
NAMES = QueueNames(commands="gone-commands", events="gone-events", dead_letters="gone-dead")


@dataclass(frozen=True, slots=True)
class Parts:
    """Every adapter over one endpoint."""

    publisher: SqsPublisher
    consumer: SqsConsumer
    gauges: SqsGauges
    ensure: Callable[[], Awaitable[QueueUrls]]


@asynccontextmanager
async def parts_over(endpoint: str) -> AsyncIterator[Parts]:
    """Open the adapters."""
    async with open_sqs(endpoint=endpoint, region="us-east-1", credentials=("local", "local")) as clients:
        yield Parts(
            publisher=SqsPublisher(clients.calls, GONE),
            consumer=SqsConsumer(clients, GONE, visibility_seconds=30),
            gauges=SqsGauges(clients.sending, GONE),
            ensure=lambda: ensure_queues(clients.sending, NAMES, create=False),
        )


@asynccontextmanager
async def answering(answer: bytes) -> AsyncIterator[str]:
    """Run an endpoint that answers every request with these bytes and hangs up."""
    async with serving(lambda: answer) as endpoint:
        yield endpoint


@asynccontextmanager
async def answering_in_turn(answers: list[bytes]) -> AsyncIterator[str]:
    """Run an endpoint that gives each answer away once, and hangs up after each."""
    async with serving(lambda: answers.pop(0)) as endpoint:
        yield endpoint


@asynccontextmanager
async def serving(next_answer: Callable[[], bytes]) -> AsyncIterator[str]:
    """Run an endpoint."""

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = await reader.readuntil(b"\r\n\r\n")
        length = next(
            int(line.split(b":")[1]) for line in head.split(b"\r\n") if line.lower().startswith(b"content-length")
        )
        await reader.readexactly(length)
        writer.write(next_answer())
        await writer.drain()
        writer.close()
        await writer.wait_closed()

    async with await asyncio.start_server(serve, "127.0.0.1", 0) as server:
        yield f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"


CALLS: dict[str, Callable[[Parts], Awaitable[object]]] = {
    "publish": lambda parts: parts.publisher.publish(Channel.COMMANDS, [MESSAGE]),
    "receive": lambda parts: parts.consumer.receive(Channel.COMMANDS, limit=1, wait_seconds=0),
    "delete": lambda parts: parts.consumer.delete([DELIVERY]),
    "postpone": lambda parts: parts.consumer.postpone([DELIVERY], seconds=1),
    "reject": lambda parts: parts.consumer.reject(DELIVERY, reason="because"),
    "check": lambda parts: parts.consumer.check(),
    "backlog": lambda parts: parts.gauges.backlog(Channel.COMMANDS),
    "dead letters": lambda parts: parts.gauges.dead_letters(),
    "ensure": lambda parts: parts.ensure(),
}


async def not_told(parts: Parts) -> list[str]:
    """Make every call at once; return those that did not end in QueueUnavailableError."""
    ends = await asyncio.gather(*(call(parts) for call in CALLS.values()), return_exceptions=True)
    return [name for name, end in zip(CALLS, ends, strict=True) if not isinstance(end, QueueUnavailableError)]


async def test_endpoint_that_is_away_is_unavailable(unused_tcp_port: int) -> None:
    async with parts_over(f"http://127.0.0.1:{unused_tcp_port}") as parts:
        assert await not_told(parts) == []


@pytest.mark.parametrize(
    "answer",
    [
        b"",
        b"HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\n{",
        b"HTTP/1.1 200 OK\r\ncontent-length: 1\r\n\r\n\xff",
        b"HTTP/1.1 403 Forbidden\r\ncontent-length: 9\r\n\r\nforbidden",
        b"HTTP/1.1 503 Busy\r\ncontent-length: 4\r\n\r\n<p/>",
        b"HTTP/1.1 400 Bad\r\ncontent-length: 2\r\n\r\n[]",
        b"SMTP ready\r\n",
    ],
    ids=["nothing", "cut", "binary", "refused", "busy", "list", "no http"],
)
async def test_endpoint_that_answers_nonsense_is_unavailable(answer: bytes) -> None:
    async with answering(answer) as endpoint, parts_over(endpoint) as parts:
        assert await not_told(parts) == []


async def test_queue_that_the_endpoint_forgot_is_unavailable(sqs_endpoint: str) -> None:
    async with parts_over(sqs_endpoint) as parts:
        assert await not_told(parts) == []


async def test_lost_answer_to_a_send_leaves_the_messages_unsent() -> None:
    empty = b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\n{}"
    async with answering(empty) as endpoint, parts_over(endpoint) as parts:
        report = await parts.publisher.publish(Channel.COMMANDS, messages(2))

    assert not report.sent
    assert report.failed == {"message-0", "message-1"}


LAPSED = "Value AQEB for parameter ReceiptHandle is invalid. Reason: Message does not exist or is not available."


@pytest.mark.parametrize(
    ("code", "message", "is_told"),
    [
        ("ReceiptHandleIsInvalid", "", False),
        ("MessageNotInflight", "", False),
        ("InvalidParameterValue", LAPSED, False),
        ("InvalidParameterValue", "Value 99999 for parameter VisibilityTimeout is invalid.", True),
        ("InternalError", "", True),
    ],
)
async def test_stale_receipt_is_no_failure_however_the_endpoint_says_it(
    code: str, message: str, *, is_told: bool
) -> None:
    """One stale receipt in a batch must not look as if nothing had been renewed; AWS says it in words only."""
    body = json.dumps(
        {"Successful": [], "Failed": [{"Id": "0", "Code": code, "Message": message, "SenderFault": True}]}
    )
    answer = b"HTTP/1.1 200 OK\r\ncontent-length: %d\r\n\r\n%s" % (len(body), body.encode())
    async with answering(answer) as endpoint, parts_over(endpoint) as parts:
        for settled in (parts.consumer.delete([DELIVERY]), parts.consumer.postpone([DELIVERY], seconds=1)):
            with pytest.raises(QueueUnavailableError, match=code) if is_told else nullcontext():
                await settled


async def test_mistake_of_ours_is_not_taken_for_an_outage(sqs_endpoint: str) -> None:
    wrong: str = None  # type: ignore[assignment]
    async with open_sqs(endpoint=sqs_endpoint, region="us-east-1", credentials=("local", "local")) as clients:
        with pytest.raises(Exception, match="Parameter validation failed") as raised:
            await SqsGauges(clients.sending, replace(GONE, commands=wrong)).backlog(Channel.COMMANDS)

    assert not isinstance(raised.value, QueueUnavailableError)


@pytest.mark.parametrize(
    "first",
    [b"", b"HTTP/1.1 500 Oh\r\nconnection: close\r\ncontent-length: 0\r\n\r\n"],
    ids=["hangs up", "has a fault of its own"],
)
async def test_call_is_made_once_more_where_the_first_was_not_heard(first: bytes) -> None:
    """A kept-alive connection may be closed by the other side just when it is used again."""
    answers = [first, b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\n{}"]
    async with answering_in_turn(answers) as endpoint, parts_over(endpoint) as parts:
        assert await parts.consumer.receive(Channel.COMMANDS, limit=1, wait_seconds=0) == []
    assert answers == []


async def test_call_that_is_refused_is_not_repeated() -> None:
    answers = [b"HTTP/1.1 403 No\r\ncontent-length: 0\r\n\r\n", b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\n{}"]
    async with answering_in_turn(answers) as endpoint, parts_over(endpoint) as parts:
        with pytest.raises(QueueUnavailableError, match="403"):
            await parts.consumer.receive(Channel.COMMANDS, limit=1, wait_seconds=0)
    assert len(answers) == 1
