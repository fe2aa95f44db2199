"""The SQS clients of a process, and how their failures are told."""

from collections.abc import AsyncIterator, Awaitable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import TypeVar

from aiobotocore.client import AioBaseClient
from aiobotocore.config import AioConfig
from aiobotocore.session import get_session
from botocore.exceptions import ParamValidationError
from botocore.loaders import Loader

from adapters.sqs.calls import ANSWER_TIMEOUT_SECONDS, CONNECT_TIMEOUT_SECONDS, CONNECTIONS, SqsCalls, open_calls
from application.ports.queue import QueueUnavailableError

LONGEST_POLL_SECONDS = 20
ATTEMPTS = 2
"""One more for a kept-alive connection that the other side had just closed; beyond that the callers retry."""

Answer = TypeVar("Answer")


@dataclass(frozen=True, slots=True, kw_only=True)
class SqsClients:
    """botocore's clients for what is rare: long polls hold their connections, so all else has a pool of its own."""

    receiving: AioBaseClient
    sending: AioBaseClient
    calls: SqsCalls
    """For what every message needs."""
    definitions: Loader
    """What botocore knows of AWS: some 8 MiB once read."""


@asynccontextmanager
async def open_sqs(
    *,
    endpoint: str | None,
    region: str,
    credentials: tuple[str, str] | None = None,
    beside: SqsClients | None = None,
) -> AsyncIterator[SqsClients]:
    """Open both clients for as long as the block runs.

    Without an endpoint it is AWS itself; without credentials (key id and secret) they are looked
    for where AWS clients look. `beside` are other clients of the process, which have read already
    what botocore knows of AWS. Nothing is sent yet.
    """
    session = get_session()
    if beside is not None:
        session.register_component("data_loader", beside.definitions)
    if credentials is not None:
        session.set_credentials(*credentials)
    async with (
        session.create_client(
            "sqs", region_name=region, endpoint_url=endpoint, config=_config(LONGEST_POLL_SECONDS)
        ) as receiving,
        session.create_client("sqs", region_name=region, endpoint_url=endpoint, config=_config(0)) as sending,
        open_calls(session, sending.meta.endpoint_url, region) as calls,
    ):
        yield SqsClients(
            receiving=receiving,
            sending=sending,
            calls=calls,
            definitions=session.get_component("data_loader"),
        )


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
