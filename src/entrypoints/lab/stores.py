"""The lab's own database and queue, each behind a proxy that the fault run commands."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from random import Random

import aiohttp
import asyncpg

from entrypoints.lab.sqs_mischief import Mischief
from entrypoints.lab.sqs_proxy import SqsProxy
from entrypoints.lab.tcp_proxy import TcpProxy
from entrypoints.local.ports import free_port
from entrypoints.local.postgres import EmbeddedPostgres
from entrypoints.local.sqs import EmbeddedSqs
from entrypoints.local.supervisor import Report, Supervisor

CONNECT_WITHIN_SECONDS = 60.0
LOOK_EVERY_SECONDS = 0.1
POSTGRES, SQS = "postgres", "sqs"


@dataclass(slots=True, kw_only=True)
class Stores:
    """What our processes reach through `database_url` and `sqs_endpoint`, and the lab past all proxies."""

    postgres: EmbeddedPostgres
    database: TcpProxy
    queue: SqsProxy
    supervisor: Supervisor
    queues_made_at: float = 0
    """When queues were made for the last time after the endpoint forgot them, in seconds since the epoch."""
    make_queues: Callable[[], Awaitable[None]] | None = None
    """Makes the queues again after the endpoint was killed."""

    @property
    def database_url(self) -> str:
        """The database through its proxy."""
        return self.postgres.dsn.replace(f":{self.postgres.port}/", f":{self.database.port}/")

    @property
    def sqs_endpoint(self) -> str:
        """The queue through its proxy."""
        return f"http://127.0.0.1:{self.queue.port}"

    async def connect(self) -> asyncpg.Connection[asyncpg.Record]:
        """Connect to the database itself, waiting while it starts."""
        async with asyncio.timeout(CONNECT_WITHIN_SECONDS):
            while True:
                try:
                    return await asyncpg.connect(self.postgres.dsn, server_settings={"application_name": "lab"})
                except (OSError, asyncpg.PostgresError, asyncpg.InterfaceError):
                    await asyncio.sleep(LOOK_EVERY_SECONDS)

    async def queues_are_back(self) -> None:
        """Make the queues again; called when the endpoint has been restarted."""
        if self.make_queues is not None:
            await self.make_queues()
        self.queues_made_at = time.time()

    def heal(self) -> None:
        """End all mischief."""
        self.database.heal()
        self.queue.mischief.modes.clear()


@asynccontextmanager
async def running_stores(folder: Path, sqs_program: Path, random: Random, report: Report) -> AsyncIterator[Stores]:
    """Run both with their proxies until the block ends."""
    (folder / "logs").mkdir(parents=True, exist_ok=True)
    postgres = EmbeddedPostgres(
        data_dir=folder / "postgres", port=free_port(), log_file=folder / "logs" / "postgres.log"
    )
    sqs = EmbeddedSqs(
        executable=sqs_program, data_dir=folder / "sqs", port=free_port(), log_file=folder / "logs" / "sqs.log"
    )
    spec = await asyncio.to_thread(postgres.prepare)
    supervisor = Supervisor(report)
    async with AsyncExitStack() as opened:
        session = await opened.enter_async_context(aiohttp.ClientSession())
        stores = Stores(
            postgres=postgres,
            database=TcpProxy(free_port(), postgres.port),
            queue=SqsProxy(free_port(), sqs.port, Mischief(random), session),
            supervisor=supervisor,
        )
        opened.push_async_callback(supervisor.stop)
        await supervisor.start(spec, replace(sqs.prepare(), on_restart=stores.queues_are_back))
        await opened.enter_async_context(stores.database.serving())
        await opened.enter_async_context(stores.queue.serving())
        yield stores
