"""The two SQS clients of a process, and how their failures are told."""

from collections.abc import AsyncIterator, Awaitable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import TypeVar

from aiobotocore.client import AioBaseClient
from aiobotocore.config import AioConfig
from aiobotocore.session import get_session
from botocore.exceptions import ParamValidationError

from application.ports.queue import QueueUnavailableError

CONNECTIONS = 16
CONNECT_TIMEOUT_SECONDS = 2
LONGEST_POLL_SECONDS = 20
ANSWER_TIMEOUT_SECONDS = 10
ATTEMPTS = 2
"""One more for a kept-alive connection that the other side had just closed; beyond that the callers retry."""

Answer = TypeVar("Answer")


@dataclass(frozen=True, slots=True, kw_only=True)
class SqsClients:
    """Long polls hold their connections for seconds, so sends and deletes have a pool of their own."""

    receiving: AioBaseClient
    sending: AioBaseClient


@asynccontextmanager
async def open_sqs(
    *, endpoint: str | None, region: str, credentials: tuple[str, str] | None = None
) -> AsyncIterator[SqsClients]:
    """Open both clients for as long as the block runs.

    Without an endpoint it is AWS itself; without credentials (key id and secret) they are looked
    for where AWS clients look. Nothing is sent yet.
    """
    session = get_session()
    if credentials is not None:
        session.set_credentials(*credentials)
    async with (
        session.create_client(
            "sqs", region_name=region, endpoint_url=endpoint, config=_config(LONGEST_POLL_SECONDS)
        ) as receiving,
        session.create_client("sqs", region_name=region, endpoint_url=endpoint, config=_config(0)) as sending,
    ):
        yield SqsClients(receiving=receiving, sending=sending)


def _config(poll_seconds: int) -> AioConfig:
    return AioConfig(
        connect_timeout=CONNECT_TIMEOUT_SECONDS,
        read_timeout=poll_seconds + ANSWER_TIMEOUT_SECONDS,
        max_pool_connections=CONNECTIONS,
        user_agent="kondate",
        retries={"mode": "standard", "total_max_attempts": ATTEMPTS},
    )


async def answer_to(call: Awaitable[Answer]) -> Answer:
    """Return what the queue answered; raise QueueUnavailableError when it refused, or did not answer sensibly."""
    try:
        return await call
    except ParamValidationError:  # our own mistake, found before anything was sent
        raise
    except Exception as error:  # a garbled answer makes the client's parsers raise whatever they stumble over
        raise QueueUnavailableError(f"{type(error).__name__}: {error}") from error
