"""Documents that all their readers see alike, kept in this process for a while.

Invariants: only shared documents are kept, so nobody is shown what only another may see; nothing is given from memory
while it is not certain that changes are heard of; a document whose change is heard of while it is read is not kept; at
most `limit_bytes` are held, the least recently used go first; who asks for one while it is read waits for that read.
"""

import asyncio
import math
import time
from collections import OrderedDict
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from enum import StrEnum
from uuid import UUID

from application.ports.reads import Document
from application.ports.telemetry import Telemetry
from domain.job import Origin

ENTRY_BYTES = 1_024
"""What an entry costs beside its body, generously."""


class Source(StrEnum):
    """Where a document came from."""

    MEMORY = "memory"
    DATABASE = "database"
    DATABASE_BY_WISH = "database by wish"


@dataclass(frozen=True, slots=True)
class Reading:
    """What was found; `age_seconds` is how long ago it was read from the database."""

    document: Document | None
    source: Source
    age_seconds: float = 0


@dataclass(frozen=True, slots=True)
class _Entry:
    document: Document
    read_at: float

    @property
    def size(self) -> int:
        return len(self.document.body) + ENTRY_BYTES


class SharedDocuments:
    """A bounded memory before one kind of read; `monotonic` returns seconds. It begins mistrusted, and so unused."""

    def __init__(
        self,
        load: Callable[[UUID, Origin], Awaitable[Document | None]],
        telemetry: Telemetry,
        *,
        limit_bytes: int,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        """Keep nothing yet."""
        self._load = load
        self._telemetry = telemetry
        self._limit_bytes = limit_bytes
        self._monotonic = monotonic
        self._entries: OrderedDict[UUID, _Entry] = OrderedDict()
        self._reads: dict[UUID, asyncio.Future[Document | None]] = {}
        self._trusted_until = -math.inf
        self.held_bytes = 0

    async def read(
        self, key: UUID, origin: Origin, *, lifetime_seconds: float, oldest_seconds: float = math.inf
    ) -> Reading:
        """Return a document no older than either bound; an `oldest_seconds` of 0 or less asks the database itself."""
        reading = await self._read(key, origin, lifetime_seconds, oldest_seconds)
        self._telemetry.count("recipe_reads", 1, {"source": reading.source})
        return reading

    def forget(self, key: UUID) -> None:
        """Hear that a document has changed: what is kept, or being read, goes to nobody who asks from now on."""
        self._reads.pop(key, None)
        self._drop(key)

    def forget_all(self) -> None:
        """Hear that any document may have changed."""
        self._reads.clear()
        self._entries.clear()
        self.held_bytes = 0

    def trust_until(self, instant: float) -> None:
        """Hear that each change until now was heard of, and that this may be relied on until a monotonic instant."""
        self._trusted_until = instant

    async def _read(self, key: UUID, origin: Origin, lifetime_seconds: float, oldest_seconds: float) -> Reading:
        now = self._monotonic()
        if now >= self._trusted_until:
            return Reading(await self._load(key, origin), Source.DATABASE)
        if oldest_seconds <= 0:
            return Reading(await self._load(key, origin), Source.DATABASE_BY_WISH)
        entry = self._entries.get(key)
        if entry is not None and (age := now - entry.read_at) <= min(lifetime_seconds, oldest_seconds):
            self._entries.move_to_end(key)
            return Reading(entry.document, Source.MEMORY, age)
        return Reading(await self._read_once(key, origin), Source.DATABASE)

    async def _read_once(self, key: UUID, origin: Origin) -> Document | None:
        under_way = self._reads.get(key)
        if under_way is not None:
            # Shielded: one who gives up must not take the read away from the others.
            document = await asyncio.shield(under_way)
            # What is another's own, or what failed for another, says nothing about this caller.
            return document or await self._load(key, origin)
        result: asyncio.Future[Document | None] = asyncio.get_running_loop().create_future()
        self._reads[key] = result
        shared: Document | None = None
        started_at = self._monotonic()
        try:
            document = await self._load(key, origin)
            shared = document if document is not None and document.is_shared else None
            return document
        finally:
            result.set_result(shared)
            # Whoever was heard of meanwhile has taken this read away: it may be from before the change.
            if self._reads.get(key) is result:
                del self._reads[key]
                if shared is not None:
                    self._keep(key, _Entry(shared, started_at))

    def _keep(self, key: UUID, entry: _Entry) -> None:
        self._drop(key)
        self._entries[key] = entry
        self.held_bytes += entry.size
        while self.held_bytes > self._limit_bytes:
            self._drop(next(iter(self._entries)))

    def _drop(self, key: UUID) -> None:
        entry = self._entries.pop(key, None)
        if entry is not None:
            self.held_bytes -= entry.size
