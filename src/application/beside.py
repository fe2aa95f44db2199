"""Computing and waiting at the same time."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import TypeVar

T = TypeVar("T")


async def beside(work: Awaitable[object], compute: Callable[[], T]) -> T:
    """Return what `compute` returns, in a thread, while the work goes on; neither is left behind, whatever happens."""
    computing = asyncio.ensure_future(asyncio.to_thread(compute))
    try:
        await work
    finally:
        await asyncio.wait([computing])
    return computing.result()
