"""The issuer and the trace receiver inside the process that runs the picture, which saves two interpreters."""

import asyncio
import socket
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from typing import Any

import uvicorn

from entrypoints.local.data_folder import DataFolder
from entrypoints.local.errors import LocalError
from entrypoints.local.issuer import create_issuer_app
from entrypoints.local.issuer_keys import KeyFolder
from entrypoints.local.plan import Places
from entrypoints.local.ports import LOOPBACK
from entrypoints.local.traces import create_traces_app
from entrypoints.settings import Settings
from entrypoints.silent_server import SilentServer

App = Callable[..., Awaitable[Any]]


@asynccontextmanager
async def issuer_and_traces(places: Places, settings: Settings, folder: DataFolder) -> AsyncIterator[None]:
    """Serve those of the two that are embedded, from the first line of the block on.

    Raises LocalError where a port has been taken since it was chosen.
    """
    async with AsyncExitStack() as served:
        if places.issuer_port is not None:
            keys = KeyFolder(folder.keys_dir)
            issuer = create_issuer_app(keys, settings.issuer, settings.audience[0], stage=settings.stage)
            await served.enter_async_context(_serving("issuer", issuer, places.issuer_port))
        if places.traces_port is not None:
            await served.enter_async_context(_serving("traces", create_traces_app(), places.traces_port))
        yield


@asynccontextmanager
async def _serving(name: str, app: App, port: int) -> AsyncIterator[None]:
    try:
        listener = socket.create_server((LOOPBACK, port))
    except OSError as error:
        raise LocalError(f"{name} cannot listen on {LOOPBACK}:{port}: {error.strerror}") from None
    config = uvicorn.Config(app, lifespan="off", access_log=False, log_config=None, timeout_graceful_shutdown=1)
    server = SilentServer(config)
    # Whoever connects before the server looks at the listener waits in its queue: it is open from here on.
    serving = asyncio.create_task(server.serve([listener]), name=name)
    try:
        yield
    finally:
        server.should_exit = True
        await serving
