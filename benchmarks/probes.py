"""A probe that the picture itself has no use for."""

import asyncio

from entrypoints.local.probes import PROBE_SECONDS, Probe, Started


def accepts(host: str, port: int) -> Probe:
    """Ready when a TCP connection is accepted."""

    async def probe(_started: Started) -> bool:
        try:
            async with asyncio.timeout(PROBE_SECONDS):
                _, writer = await asyncio.open_connection(host, port)
        except (OSError, TimeoutError):
            return False
        writer.close()
        return True

    return probe
