"""Fetches a key set over HTTP: bounded in time and size, following nothing."""

import aiohttp

TIMEOUT = aiohttp.ClientTimeout(total=2)
LIMIT_BYTES = 65_536


class KeyFetchError(Exception):
    """The issuer did not give its keys; the message says why in a few words, for a log."""


async def fetch_key_document(url: str) -> bytes:
    """Return the body of a 200 answer of at most 64 KiB within two seconds, or raise KeyFetchError.

    Redirects are not followed, proxies not used, compressed bodies not accepted. One session per fetch:
    fetches are minutes apart, and nothing stays open between them.
    """
    headers = {"Accept": "application/json, application/jwk-set+json", "Accept-Encoding": "identity"}
    try:
        async with (
            aiohttp.ClientSession(timeout=TIMEOUT, auto_decompress=False) as session,
            session.get(url, headers=headers, allow_redirects=False) as response,
        ):
            if response.status != 200:  # noqa: PLR2004 (the one status that brings keys)
                raise KeyFetchError(f"status {response.status}")
            return await _read(response.content)
    except (aiohttp.ClientError, TimeoutError, OSError, ValueError) as error:
        raise KeyFetchError(type(error).__name__) from error


async def _read(content: aiohttp.StreamReader) -> bytes:
    body = bytearray()
    async for chunk in content.iter_any():
        body += chunk
        if len(body) > LIMIT_BYTES:
            raise KeyFetchError(f"more than {LIMIT_BYTES} bytes")
    return bytes(body)
