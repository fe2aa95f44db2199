"""What is kept of documents: shared ones only, in bounds, and only while changes are heard of."""

import asyncio
from collections import defaultdict
from dataclasses import dataclass, field
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.memory.telemetry import RecordingTelemetry
from application.ports.reads import Document
from domain.job import Origin
from entrypoints.http.shared_documents import ENTRY_BYTES, SharedDocuments, Source
from tests.support.builders import an_origin

ONE, TWO, THREE = (UUID(int=number) for number in (1, 2, 3))
BODY_BYTES = 100
ROOM_FOR_TWO = 2 * (ENTRY_BYTES + BODY_BYTES)


@dataclass
class Bench:
    """Documents that tests change under the cache; drafts belong to alice. `gate` holds reads back."""

    drafts: set[UUID] = field(default_factory=set)
    versions: dict[UUID, int] = field(default_factory=lambda: defaultdict(lambda: 1))
    missing: set[UUID] = field(default_factory=set)
    loads: list[tuple[UUID, str]] = field(default_factory=list)
    gate: asyncio.Event = field(default_factory=asyncio.Event)
    seconds: float = 0.0
    error: Exception | None = None
    telemetry: RecordingTelemetry = field(default_factory=RecordingTelemetry)

    def __post_init__(self) -> None:
        self.gate.set()
        self.cache = SharedDocuments(
            self.load, self.telemetry, limit_bytes=ROOM_FOR_TWO, monotonic=lambda: self.seconds
        )
        self.cache.trust_until(1_000)

    async def load(self, key: UUID, origin: Origin) -> Document | None:
        subject = origin.principal.subject
        self.loads.append((key, subject))
        version = self.versions[key]
        await self.gate.wait()
        if self.error is not None:
            raise self.error
        if key in self.missing or (key in self.drafts and subject != "alice"):
            return None
        return Document(bytes(BODY_BYTES), str(version), key not in self.drafts)

    async def read(self, key: UUID = ONE, subject: str = "alice", **bounds: float) -> tuple[str | None, Source]:
        reading = await self.cache.read(key, an_origin(subject), **{"lifetime_seconds": 60, **bounds})
        return (reading.document.version if reading.document else None), reading.source


@pytest.fixture
def bench() -> Bench:
    return Bench()


async def test_each_reading_is_counted_by_its_source(bench: Bench) -> None:
    for oldest in (60, 60, 60, 0):
        await bench.read(oldest_seconds=oldest)

    sources = {dict(labels)["source"]: count for (_, labels), count in bench.telemetry.counts.items()}
    assert sources == {"database": 1, "memory": 2, "database by wish": 1}


async def test_a_document_is_read_once_for_all_its_readers(bench: Bench) -> None:
    assert await bench.read(subject="alice") == ("1", Source.DATABASE)
    assert await bench.read(subject="bob") == ("1", Source.MEMORY)
    assert bench.loads == [(ONE, "alice")]


async def test_what_only_one_may_see_is_never_kept(bench: Bench) -> None:
    bench.drafts.add(ONE)
    assert await bench.read(subject="alice") == ("1", Source.DATABASE)
    assert await bench.read(subject="bob") == (None, Source.DATABASE)
    assert await bench.read(subject="alice") == ("1", Source.DATABASE)
    assert bench.cache.held_bytes == 0


async def test_what_is_not_there_is_not_remembered(bench: Bench) -> None:
    bench.missing.add(ONE)
    assert await bench.read() == (None, Source.DATABASE)
    bench.missing.clear()
    assert await bench.read() == ("1", Source.DATABASE)


async def test_a_change_that_is_heard_of_ends_what_is_kept(bench: Bench) -> None:
    await bench.read()
    bench.versions[ONE] = 2
    bench.cache.forget(ONE)
    assert await bench.read() == ("2", Source.DATABASE)
    bench.versions[ONE] = 3
    bench.cache.forget_all()
    assert await bench.read() == ("3", Source.DATABASE)


async def test_what_was_read_before_its_change_is_not_kept_after_it(bench: Bench) -> None:
    bench.gate.clear()
    early = asyncio.create_task(bench.read())
    await asyncio.sleep(0)
    bench.versions[ONE] = 2
    bench.cache.forget(ONE)
    late = asyncio.create_task(bench.read(subject="bob"))
    await asyncio.sleep(0)
    bench.gate.set()
    assert [await early, await late] == [("1", Source.DATABASE), ("2", Source.DATABASE)]
    assert await bench.read() == ("2", Source.MEMORY)


async def test_nothing_is_given_from_memory_while_changes_may_go_unheard(bench: Bench) -> None:
    await bench.read()
    bench.seconds = 1_000
    bench.versions[ONE] = 2
    assert await bench.read() == ("2", Source.DATABASE)
    bench.cache.forget_all()
    bench.cache.trust_until(2_000)
    assert await bench.read() == ("2", Source.DATABASE)
    assert await bench.read() == ("2", Source.MEMORY)


async def test_it_begins_mistrusted(bench: Bench) -> None:
    cache = SharedDocuments(bench.load, bench.telemetry, limit_bytes=ROOM_FOR_TWO)
    for _ in range(2):
        assert (await cache.read(ONE, an_origin(), lifetime_seconds=60)).source is Source.DATABASE


@pytest.mark.parametrize(("age", "source"), [(60, Source.MEMORY), (60.1, Source.DATABASE)])
async def test_a_document_is_kept_for_its_lifetime(bench: Bench, age: float, source: Source) -> None:
    await bench.read()
    bench.seconds = age
    assert await bench.read() == ("1", source)


async def test_a_reader_may_want_it_younger_or_from_the_source(bench: Bench) -> None:
    await bench.read()
    bench.seconds = 5
    assert await bench.read(oldest_seconds=0) == ("1", Source.DATABASE_BY_WISH)
    assert await bench.read(oldest_seconds=5) == ("1", Source.MEMORY)
    assert await bench.read(oldest_seconds=4) == ("1", Source.DATABASE)
    assert await bench.read(oldest_seconds=4) == ("1", Source.MEMORY)


async def test_who_asks_for_a_document_while_it_is_read_waits_for_that_read(bench: Bench) -> None:
    bench.gate.clear()
    readers = [asyncio.create_task(bench.read(subject=f"reader-{number}")) for number in range(20)]
    await asyncio.sleep(0)
    bench.gate.set()
    assert set(await asyncio.gather(*readers)) == {("1", Source.DATABASE)}
    assert len(bench.loads) == 1


async def test_who_waits_for_anothers_draft_is_told_what_is_his_own(bench: Bench) -> None:
    bench.drafts.add(ONE)
    bench.gate.clear()
    owner = asyncio.create_task(bench.read(subject="alice"))
    other = asyncio.create_task(bench.read(subject="bob"))
    await asyncio.sleep(0)
    bench.gate.set()
    assert [await owner, await other] == [("1", Source.DATABASE), (None, Source.DATABASE)]


async def test_a_read_that_fails_or_is_given_up_fails_for_nobody_else(bench: Bench) -> None:
    bench.gate.clear()
    first = asyncio.create_task(bench.read())
    second = asyncio.create_task(bench.read(subject="bob"))
    await asyncio.sleep(0)
    first.cancel()
    await asyncio.sleep(0)
    bench.gate.set()
    assert await second == ("1", Source.DATABASE)
    bench.error = TimeoutError()
    with pytest.raises(TimeoutError):
        await bench.read(TWO)
    bench.error = None
    assert await bench.read(TWO) == ("1", Source.DATABASE)


async def test_the_least_recently_used_go_first(bench: Bench) -> None:
    await bench.read(ONE)
    await bench.read(TWO)
    await bench.read(ONE)
    await bench.read(THREE)
    assert bench.cache.held_bytes == ROOM_FOR_TWO
    assert await bench.read(ONE) == ("1", Source.MEMORY)
    assert await bench.read(TWO) == ("1", Source.DATABASE)


async def test_a_document_larger_than_all_of_it_is_not_kept(bench: Bench) -> None:
    cache = SharedDocuments(bench.load, bench.telemetry, limit_bytes=ENTRY_BYTES, monotonic=lambda: 0)
    cache.trust_until(1)
    for _ in range(2):
        assert (await cache.read(ONE, an_origin(), lifetime_seconds=60)).source is Source.DATABASE
    assert cache.held_bytes == 0


STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("read"), st.sampled_from([ONE, TWO, THREE]), st.sampled_from(["alice", "bob"])),
        st.tuples(st.sampled_from(["change", "draft", "publish"]), st.sampled_from([ONE, TWO, THREE]), st.just("")),
        st.tuples(st.sampled_from(["lose", "regain"]), st.just(ONE), st.just("")),
    ),
    max_size=40,
)


@given(STEPS)
def test_no_order_of_events_shows_what_is_old_or_anothers(steps: list[tuple[str, UUID, str]]) -> None:
    """Every change is heard of at once or, while the news are lost, not at all."""

    async def play() -> None:
        bench, hears = Bench(), True
        for step, key, subject in steps:
            if step == "read":
                expected = None if key in bench.drafts and subject != "alice" else str(bench.versions[key])
                assert (await bench.read(key, subject))[0] == expected
                assert 0 <= bench.cache.held_bytes <= ROOM_FOR_TWO
                continue
            if step in {"lose", "regain"}:
                hears = step == "regain"
                bench.cache.trust_until(1_000 if hears else 0)
                if hears:
                    bench.cache.forget_all()
                continue
            bench.versions[key] += 1
            (bench.drafts.add if step == "draft" else bench.drafts.discard)(key)
            if hears:
                bench.cache.forget(key)

    asyncio.run(play())
