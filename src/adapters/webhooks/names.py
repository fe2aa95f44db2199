"""What a host's name leads to."""

import asyncio
import socket
import threading
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress

LookUp = Callable[[str], Awaitable[Sequence[str]]]
"""Returns every address of a name; raises OSError where there is none, or nobody can tell."""


async def look_up(host: str) -> Sequence[str]:
    """Ask the system's resolver.

    In a thread of its own, which nobody waits for at the end: a name server that does not answer must not hold up the
    process when it stops, nor other look-ups.
    """
    loop = asyncio.get_running_loop()
    coming: asyncio.Future[Sequence[str]] = loop.create_future()

    def ask() -> None:
        try:
            answers = socket.getaddrinfo(host, None, type=socket.SOCK_STREAM)
            found, error = list(dict.fromkeys(str(place[0]) for *_, place in answers)), None
        except (OSError, UnicodeError) as caught:
            found, error = [], OSError(str(caught))
        with suppress(RuntimeError):  # the loop may be closed by now
            loop.call_soon_threadsafe(_tell, coming, found, error)

    threading.Thread(target=ask, name="look up", daemon=True).start()
    return await coming


def _tell(coming: asyncio.Future[Sequence[str]], found: Sequence[str], error: OSError | None) -> None:
    if coming.cancelled():
        return
    if error is None:
        coming.set_result(found)
    else:
        coming.set_exception(error)
