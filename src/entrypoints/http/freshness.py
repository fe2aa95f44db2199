"""How fresh an answer is wished to be, and how fresh it is (RFC 9111, RFC 9211)."""

import math
from collections.abc import Mapping
from types import MappingProxyType

from entrypoints.http.shared_documents import Reading, Source

FROM_DATABASE = MappingProxyType({"Cache-Status": "kondate; fwd=miss"})
BY_WISH = MappingProxyType({"Cache-Status": "kondate; fwd=request"})


def oldest_wished(cache_control: str | None) -> float:
    """Return how many seconds old an answer may be for this client; 0: not from memory at all (RFC 9111, 5.2.1)."""
    oldest = math.inf
    for directive in cache_control.lower().split(",") if cache_control else ():
        name, _, value = directive.strip().partition("=")
        if name in ("no-cache", "no-store"):
            return 0
        if name == "max-age" and value.isdecimal():
            oldest = min(oldest, int(value))
    return oldest


def cache_headers(reading: Reading) -> Mapping[str, str]:
    """Say where an answer came from (RFC 9211), and how old it is if it came from memory."""
    if reading.source is Source.MEMORY:
        return {"Age": str(int(reading.age_seconds)), "Cache-Status": "kondate; hit"}
    return FROM_DATABASE if reading.source is Source.DATABASE else BY_WISH
