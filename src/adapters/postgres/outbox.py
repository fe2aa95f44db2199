"""The outbox table: written inside transactions, emptied by relays."""

import asyncio
from collections import defaultdict
from collections.abc import AsyncIterator, Callable, Collection, Mapping, Sequence
from contextlib import asynccontextmanager

import asyncpg

from adapters.postgres.database import Database, Session
from adapters.postgres.lazy_transaction import LazyTransaction
from adapters.postgres.listener import Subscription
from adapters.postgres.statements import load
from adapters.wire.messages import event_message
from application.dispatch import is_followed, is_for_webhooks
from application.ports.clock import IdFactory
from application.ports.outbox import OutboxBatch, OutboxStore
from application.ports.queue import Channel, Message
from application.ports.unit_of_work import Outbox
from domain.events import Event
from domain.job import Origin

RECORD = load("record_message")
CLAIM = load("claim_messages")
DELETE = load("delete_messages")
STEP_BACK = load("step_back_messages")
REFUSED = load("refused_messages")
LAG = load("outbox_lag")
NOTIFICATION = "kondate_outbox"
FIRST_LOOK_SECONDS = 0.1
"""How soon it is looked whether a crowded queue has room again: then for twice as long, while it has none."""


def news_of_outbox(wake: Callable[[], None]) -> Subscription:
    """Return what wakes a relay when there is something to send, or may be."""
    return Subscription(channel=NOTIFICATION, hear=lambda _payload: wake(), may_have_missed=wake)


async def store_message(
    session: LazyTransaction, channel: Channel, message: Message, *, delay_seconds: float = 0
) -> None:
    """Add a message that may leave after the delay, and wake the relays at commit."""
    await session.write(
        RECORD,
        channel.value,
        message.id,
        message.type,
        message.source,
        message.subject,
        message.time,
        message.data,
        message.group,
        message.request_id,
        message.traceparent,
        delay_seconds,
    )


class PostgresOutbox:
    """The writing side: one row an event, and a wake-up for the relays at commit."""

    def __init__(self, session: LazyTransaction, origin: Origin, ids: IdFactory) -> None:
        """Work inside the session's transaction, in the name of its origin."""
        self._session = session
        self._origin = origin
        self._ids = ids

    async def record(self, event: Event) -> None:
        """Add an event that somebody follows; the end of a job the database itself adds, with the job's (0027)."""
        if not is_followed(type(event)) or is_for_webhooks(type(event)):
            return
        message = event_message(self._ids.new(), event, self._origin)
        await store_message(self._session, Channel.EVENTS, message)


class PostgresOutboxBatch:
    """Rows locked by one relay; a row whose message was sent is deleted when the block ends."""

    def __init__(self, session: Session, rows: Sequence[asyncpg.Record]) -> None:
        """Keep the rows' positions by message id."""
        self._session = session
        self._positions = {row["message_id"]: row["position"] for row in rows}
        messages: dict[Channel, list[Message]] = defaultdict(list)
        for row in rows:
            messages[Channel(row["channel"])].append(_message(row))
        self._messages = messages

    @property
    def messages(self) -> Mapping[Channel, Sequence[Message]]:
        """The messages by channel, oldest first."""
        return self._messages

    async def mark_sent(self, ids: Collection[str]) -> None:
        """Delete the rows of messages that went out."""
        await self._session.row(DELETE, [self._positions[message_id] for message_id in ids])

    async def step_back(self, ids: Collection[str]) -> None:
        """Let the rows of refused messages wait."""
        await self._session.row(STEP_BACK, [self._positions[message_id] for message_id in ids])


class PostgresOutboxStore:
    """The relay's side, with a connection of its own that listens for commits."""

    def __init__(self, database: Database, most_of_one_caller: int) -> None:
        """Take the database, and how much of one caller may crowd the queue.

        The listening connection is opened by `listening`.
        """
        self._database = database
        self._most_of_one_caller = most_of_one_caller
        self._woken = asyncio.Event()
        self._look_seconds: float | None = None

    @asynccontextmanager
    async def claim(self, limit: int) -> AsyncIterator[OutboxBatch]:
        """Lock up to `limit` unsent messages until the block ends."""
        async with self._database.transaction(None) as session:
            answer = await session.fetch(CLAIM, limit, self._most_of_one_caller)
            rows = [row for row in answer if row["position"] is not None]
            self._note(is_crowded=answer[0]["is_crowded"], has_sent=bool(rows))
            yield PostgresOutboxBatch(session, rows)

    async def wait(self, *, timeout_seconds: float) -> None:
        """Return at the next notification or when the time is over."""
        try:
            async with asyncio.timeout(min(timeout_seconds, self._look_seconds or timeout_seconds)):
                await self._woken.wait()
        except TimeoutError:
            return
        finally:
            self._woken.clear()

    async def lag_seconds(self) -> float:
        """Return the age of the oldest unsent message."""
        async with self._database.session() as session:
            return float(await session.value(LAG, self._most_of_one_caller))

    async def refused(self) -> int:
        """Count unsent messages that were refused."""
        async with self._database.session() as session:
            return int(await session.value(REFUSED))

    def wake(self) -> None:
        """Note that a commit added messages, or may have."""
        self._woken.set()

    def _note(self, *, is_crowded: bool, has_sent: bool) -> None:
        """Note when to look again: nothing tells that a job has begun, and so made room."""
        if not is_crowded:
            self._look_seconds = None
        elif has_sent or self._look_seconds is None:
            self._look_seconds = FIRST_LOOK_SECONDS
        else:
            self._look_seconds *= 2


def _message(row: asyncpg.Record) -> Message:
    return Message(
        id=row["message_id"],
        type=row["type"],
        source=row["source"],
        subject=row["subject"],
        time=row["occurred_at"],
        data=row["data"],
        group=row["sender"],
        request_id=row["request_id"],
        traceparent=row["traceparent"],
    )


_outbox: type[Outbox] = PostgresOutbox
_store: type[OutboxStore] = PostgresOutboxStore
