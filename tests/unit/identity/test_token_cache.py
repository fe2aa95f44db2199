"""The cache of verified tokens: bounded, never beyond `exp`, never beyond a change of keys."""

import asyncio

import pytest

from adapters.identity.token_cache import CachingTokenVerifier
from application.ports.tokens import InvalidTokenError, VerifiedToken
from domain.principal import Principal


class CountingVerifier:
    """Takes every token but "bad" for good and for its own subject, until `expires_at`."""

    def __init__(self) -> None:
        self.asked: list[str] = []
        self.expires_at = 1_000.0
        self.keys_version = 1
        self.gate = asyncio.Event()
        self.gate.set()

    async def verify(self, token: str) -> VerifiedToken:
        self.asked.append(token)
        await self.gate.wait()
        if token == "bad":  # noqa: S105 (no secret)
            raise InvalidTokenError("wrong signature")
        return VerifiedToken(principal=Principal(subject=token), expires_at=self.expires_at)


class CacheBench:
    """A cache for three tokens, with its clock."""

    def __init__(self) -> None:
        self.now = 0.0
        self.inner = CountingVerifier()
        self.cache = CachingTokenVerifier(self.inner, lambda: self.inner.keys_version, now=lambda: self.now, capacity=3)

    async def ask(self, *tokens: str) -> list[str]:
        """Return the subjects of these tokens, asked in turn."""
        return [(await self.cache.verify(token)).principal.subject for token in tokens]


@pytest.fixture
def bench() -> CacheBench:
    return CacheBench()


async def test_verifies_a_token_once(bench: CacheBench) -> None:
    assert await bench.ask("a", "b", "a", "a", "b") == ["a", "b", "a", "a", "b"]
    assert bench.inner.asked == ["a", "b"]


async def test_entry_ends_with_its_token(bench: CacheBench) -> None:
    bench.inner.expires_at = 10.0
    await bench.ask("a")
    bench.now = 9.99
    await bench.ask("a")
    bench.now = 10.0
    await bench.ask("a")
    assert bench.inner.asked == ["a", "a"]


async def test_entry_of_a_long_token_ends_with_its_age(bench: CacheBench) -> None:
    await bench.ask("a")
    bench.now = 299.9
    await bench.ask("a")
    bench.now = 300
    await bench.ask("a")
    assert bench.inner.asked == ["a", "a"]


async def test_full_cache_gives_up_the_least_recently_used(bench: CacheBench) -> None:
    await bench.ask("a", "b", "c", "a", "d", "a", "c", "d")
    assert bench.inner.asked == ["a", "b", "c", "d"]
    await bench.ask("b")
    assert bench.inner.asked == ["a", "b", "c", "d", "b"]


async def test_new_keys_clear_it(bench: CacheBench) -> None:
    await bench.ask("a", "b")
    bench.inner.keys_version += 1
    await bench.ask("a", "b", "a")
    assert bench.inner.asked == ["a", "b", "a", "b"]


async def test_token_verified_while_keys_change_is_not_kept(bench: CacheBench) -> None:
    bench.inner.gate.clear()
    under_way = asyncio.create_task(bench.ask("a"))
    await asyncio.sleep(0)
    bench.inner.keys_version += 1
    bench.inner.gate.set()
    await bench.ask("b")
    await under_way
    await bench.ask("a", "a")
    assert bench.inner.asked == ["a", "b", "a"]


async def test_refusals_are_not_kept(bench: CacheBench) -> None:
    for _ in range(2):
        with pytest.raises(InvalidTokenError):
            await bench.ask("bad")
    assert bench.inner.asked == ["bad", "bad"]


async def test_any_text_can_be_asked_for(bench: CacheBench) -> None:
    assert await bench.ask("\ud800", "\0", "") == ["\ud800", "\0", ""]
