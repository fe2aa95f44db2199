"""Faults of the database, the queue, and the network before both."""

import asyncio
import os
import signal
from contextlib import suppress
from functools import partial
from random import Random

import aiohttp

from entrypoints.lab.faults import Fault, becomes, signalled, stopped
from entrypoints.lab.schedule import Kind
from entrypoints.lab.sqs_mischief import Mode
from entrypoints.lab.stores import POSTGRES, SQS, Stores
from entrypoints.lab.tcp_proxy import Cut

BACKENDS = "SELECT pid FROM pg_stat_activity WHERE backend_type = 'client backend' AND pid <> pg_backend_pid()"
TERMINATE = "SELECT count(pg_terminate_backend(pid)) FROM unnest($1::int[]) AS pid"
FIRES_WITHIN_SECONDS = 90.0
LOOK_EVERY_SECONDS = 0.2
# What the client sends when it commits: the word, or a value (after its length) of a statement that commits by itself.
CUTS = {"commit": b"COMMIT", "effect": b"\x00\x00\x00\x09succeeded", "accept": b"run-drill"}


def database_faults(stores: Stores, random: Random) -> list[Fault]:
    """Return the database's own deaths, and what a network can do to it."""
    database = stores.database

    async def terminate(_seconds: float) -> bool:
        pids = await _backends(stores)
        connection = await stores.connect()
        try:
            return bool(await connection.fetchval(TERMINATE, random.sample(pids, (len(pids) + 1) // 2)))
        finally:
            await connection.close()

    async def kill_backend(_seconds: float) -> bool:
        os.kill(random.choice(await _backends(stores)), signal.SIGKILL)
        return True

    async def restart(_seconds: float) -> bool:
        return await signalled(stores.supervisor, POSTGRES, signal.SIGQUIT)

    async def slow(seconds: float) -> bool:
        database.latency_seconds = random.uniform(0.02, 0.2)
        await asyncio.sleep(seconds)
        database.latency_seconds = 0
        return True

    async def silent(seconds: float) -> bool:
        database.is_black_hole = True
        await asyncio.sleep(seconds)
        database.is_black_hole = False
        return True

    async def refuse(seconds: float) -> bool:
        database.is_refusing = True
        database.reset_all()
        await asyncio.sleep(seconds)
        database.is_refusing = False
        return True

    async def cut(words: bytes, is_after: bool, _seconds: float) -> bool:  # noqa: FBT001 (bound by name below)
        database.cut = planned = Cut(words, is_after)
        return await becomes(planned.fired.is_set, FIRES_WITHIN_SECONDS)

    return [
        Fault(Kind(name="postgres terminate", target=POSTGRES), terminate),
        Fault(Kind(name="postgres kill-backend", target=POSTGRES), kill_backend),
        Fault(Kind(name="postgres immediate", target=POSTGRES), restart),
        Fault(Kind(name="database slow", target="network", shortest=1, longest=4), slow),
        Fault(Kind(name="database silent", target="network", shortest=0.5, longest=6), silent),
        Fault(Kind(name="database refuse", target="network", shortest=0.5, longest=3), refuse),
        *(
            Fault(
                Kind(name=f"cut {'after' if is_after else 'before'} {what}", target="cut", settles_in_seconds=12),
                partial(cut, words, is_after),
            )
            for what, words in CUTS.items()
            for is_after in (False, True)
        ),
    ]


def queue_faults(stores: Stores) -> list[Fault]:
    """Return the queue's death, its pause, and everything that it may do by contract."""
    mischief = stores.queue.mischief

    async def kill(_seconds: float) -> bool:
        return await signalled(stores.supervisor, SQS, signal.SIGKILL)

    async def pause(seconds: float) -> bool:
        return await stopped(stores.supervisor, SQS, seconds)

    async def misbehave(mode: Mode, seconds: float) -> bool:
        before = mischief.done[mode]
        mischief.modes.add(mode)
        try:
            await asyncio.sleep(seconds)
            return await becomes(lambda: mischief.done[mode] > before, FIRES_WITHIN_SECONDS)
        finally:
            mischief.modes.discard(mode)

    async def replay(_seconds: float) -> bool:
        # Right after the endpoint was killed it has neither queues nor anything to say.
        async with asyncio.timeout(FIRES_WITHIN_SECONDS):
            while True:
                with suppress(aiohttp.ClientError, OSError):
                    if await stores.queue.replay():
                        return True
                await asyncio.sleep(1)

    return [
        Fault(Kind(name="sqs kill", target=SQS, settles_in_seconds=10), kill),
        Fault(Kind(name="sqs pause", target=SQS, shortest=1, longest=5, settles_in_seconds=8), pause),
        *(
            Fault(
                Kind(name=f"sqs {mode}", target=f"sqs {mode}", shortest=1, longest=5, settles_in_seconds=12),
                partial(misbehave, mode),
            )
            for mode in Mode
        ),
        Fault(Kind(name="sqs replay", target="sqs replay"), replay),
    ]


async def _backends(stores: Stores) -> list[int]:
    """Return the processes that serve our connections, as soon as there are any."""
    async with asyncio.timeout(FIRES_WITHIN_SECONDS):
        while True:
            connection = await stores.connect()
            try:
                if pids := [row["pid"] for row in await connection.fetch(BACKENDS)]:
                    return pids
            finally:
                await connection.close()
            await asyncio.sleep(LOOK_EVERY_SECONDS)
