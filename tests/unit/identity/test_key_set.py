"""The key set: one fetch at a time, old keys while the issuer fails, and revocation when it does not."""

import asyncio
from collections.abc import AsyncIterator

import pytest

from application.ports.tokens import InvalidTokenError, KeysUnavailableError
from tests.support.tokens import TestIssuer
from tests.unit.identity.harness import VerifierBench

ES256 = ("ES256-1", "ES256")
NEXT_ES256 = ("ES256-2", "ES256")


@pytest.fixture
def rotating() -> TestIssuer:
    return TestIssuer(algorithms=("ES256",))


@pytest.fixture
async def bench(rotating: TestIssuer) -> AsyncIterator[VerifierBench]:
    bench = VerifierBench(rotating.document())
    yield bench
    await bench.keys.close()


async def background_work() -> None:
    for _ in range(5):
        await asyncio.sleep(0)


def rotate(issuer: TestIssuer, bench: VerifierBench) -> None:
    issuer.rotate()
    bench.served.body = issuer.document()


async def test_fetches_when_first_asked_and_then_keeps(bench: VerifierBench) -> None:
    assert bench.served.fetches == []
    first = await bench.keys.find(*ES256)
    bench.seconds = 239
    assert await bench.keys.find(*ES256) is first
    assert len(bench.served.fetches) == 1


async def test_many_requests_share_one_fetch(bench: VerifierBench) -> None:
    bench.served.gate.clear()
    asked = [asyncio.create_task(bench.keys.find(*ES256)) for _ in range(50)]
    await background_work()
    bench.served.gate.set()
    assert len(set(map(id, await asyncio.gather(*asked)))) == 1
    assert len(bench.served.fetches) == 1


async def test_cancelled_request_leaves_the_fetch_to_the_others(bench: VerifierBench) -> None:
    bench.served.gate.clear()
    first, second = (asyncio.create_task(bench.keys.find(*ES256)) for _ in range(2))
    await background_work()
    first.cancel()
    await background_work()
    bench.served.gate.set()
    await second
    assert first.cancelled()
    assert len(bench.served.fetches) == 1


async def test_fetches_again_before_the_age_is_up_without_anyone_waiting(bench: VerifierBench) -> None:
    await bench.keys.find(*ES256)
    bench.served.gate.clear()
    bench.seconds = 240
    await bench.keys.find(*ES256)
    await background_work()
    assert len(bench.served.fetches) == 2


async def test_fetches_ahead_too_when_all_tokens_come_from_the_cache(bench: VerifierBench) -> None:
    await bench.keys.find(*ES256)
    bench.seconds = 240
    bench.keys.version()
    await background_work()
    assert len(bench.served.fetches) == 2


async def test_waits_for_fresh_keys_after_idle_hours(bench: VerifierBench, rotating: TestIssuer) -> None:
    await bench.keys.find(*ES256)
    rotate(rotating, bench)
    bench.seconds = 7_200
    with pytest.raises(InvalidTokenError, match="unknown key"):
        await bench.keys.find(*ES256)


async def test_answer_without_a_key_revokes_it(bench: VerifierBench, rotating: TestIssuer) -> None:
    await bench.keys.find(*ES256)
    before = bench.keys.version()
    rotate(rotating, bench)
    bench.seconds = 240
    await bench.keys.find(*ES256)
    await background_work()
    assert bench.keys.version() != before
    with pytest.raises(InvalidTokenError, match="unknown key"):
        await bench.keys.find(*ES256)
    await bench.keys.find(*NEXT_ES256)


async def test_same_key_id_with_another_key_is_a_change(bench: VerifierBench) -> None:
    old = await bench.keys.find(*ES256)
    before = bench.keys.version()
    bench.served.body = TestIssuer(algorithms=("ES256",)).document()
    bench.seconds = 300
    assert await bench.keys.find(*ES256) is not old
    assert bench.keys.version() != before


async def test_unchanged_keys_keep_their_version(bench: VerifierBench) -> None:
    await bench.keys.find(*ES256)
    before = bench.keys.version()
    bench.seconds = 300
    await bench.keys.find(*ES256)
    assert len(bench.served.fetches) == 2
    assert bench.keys.version() == before


@pytest.mark.parametrize(
    "body",
    [None, b"", b"<html>", b"[]", b"{}", b'{"keys": null}', b'{"keys": []}', b'{"keys": [{}]}', b"\xff", b"[" * 60_000],
    ids=["failing", "empty", "html", "array", "object", "null", "no keys", "useless key", "not text", "deep"],
)
async def test_keeps_the_keys_while_the_issuer_fails(bench: VerifierBench, body: bytes | None) -> None:
    key = await bench.keys.find(*ES256)
    bench.served.body = body
    for bench.seconds in range(0, 3_000, 10):
        assert await bench.keys.find(*ES256) is key
        await background_work()
    # One try at 80 % of the age, then one per cooldown: at 240 s, 270 s, … 2,970 s.
    assert len(bench.served.fetches) == 1 + 92
    assert [name for name, _ in bench.telemetry.events] == ["key_set_changed", *["key_set_refused"] * 92]


async def test_nobody_waits_for_a_hanging_issuer_with_a_known_key(bench: VerifierBench) -> None:
    key = await bench.keys.find(*ES256)
    bench.served.gate.clear()
    bench.seconds = 240
    for _ in range(3):
        assert await asyncio.wait_for(bench.keys.find(*ES256), 1) is key


async def test_recovers_after_the_issuer_failed(bench: VerifierBench, rotating: TestIssuer) -> None:
    await bench.keys.find(*ES256)
    bench.served.body = None
    bench.seconds = 240
    await bench.keys.find(*ES256)
    await background_work()
    rotate(rotating, bench)
    bench.seconds = 270
    await bench.keys.find(*ES256)
    await background_work()
    await bench.keys.find(*NEXT_ES256)


async def test_new_key_is_found_at_once_after_the_cooldown(bench: VerifierBench, rotating: TestIssuer) -> None:
    await bench.keys.find(*ES256)
    rotate(rotating, bench)
    bench.seconds = 29.9
    with pytest.raises(InvalidTokenError, match="unknown key"):
        await bench.keys.find(*NEXT_ES256)
    bench.seconds = 30
    await bench.keys.find(*NEXT_ES256)


async def test_invented_key_ids_cause_one_fetch_per_cooldown(bench: VerifierBench) -> None:
    await bench.keys.find(*ES256)
    for second in range(1, 181):
        bench.seconds = second
        with pytest.raises(InvalidTokenError, match="unknown key"):
            await bench.keys.find(f"invented-{second}", "ES256")
    assert len(bench.served.fetches) == 1 + 6


async def test_unknown_key_and_issuer_down_tells_when_to_retry(bench: VerifierBench) -> None:
    await bench.keys.find(*ES256)
    bench.served.body = None
    bench.seconds = 40
    with pytest.raises(KeysUnavailableError) as first:
        await bench.keys.find(*NEXT_ES256)
    bench.seconds = 60.5
    with pytest.raises(KeysUnavailableError) as second:
        await bench.keys.find(*NEXT_ES256)
    assert (first.value.retry_after_seconds, second.value.retry_after_seconds) == (30, 10)
    assert len(bench.served.fetches) == 2


async def test_issuer_that_starts_late_is_asked_each_second(bench: VerifierBench) -> None:
    body, bench.served.body = bench.served.body, None
    with pytest.raises(KeysUnavailableError) as refused:
        await bench.keys.find(*ES256)
    assert refused.value.retry_after_seconds == 1
    bench.served.body = body
    bench.seconds = 0.5
    with pytest.raises(KeysUnavailableError):
        await bench.keys.find(*ES256)
    bench.seconds = 1
    await bench.keys.find(*ES256)


async def test_close_gives_up_the_fetch_under_way(bench: VerifierBench) -> None:
    bench.served.gate.clear()
    asked = asyncio.create_task(bench.keys.find(*ES256))
    await background_work()
    await bench.keys.close()
    with pytest.raises(asyncio.CancelledError):
        await asked
