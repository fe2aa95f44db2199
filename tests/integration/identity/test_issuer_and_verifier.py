"""The embedded issuer over HTTP and the API's verifier, through a rotation and an outage."""

import asyncio
import json
import socket
from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack
from pathlib import Path
from urllib.parse import urlencode
from urllib.request import Request, urlopen

import pytest

from adapters.identity.algorithms import allowed_algorithms
from adapters.identity.claims import ClaimRules
from adapters.identity.key_set import KeySet
from adapters.identity.token_cache import CachingTokenVerifier
from adapters.identity.token_verifier import JoserfcTokenVerifier
from adapters.memory.telemetry import RecordingTelemetry
from application.ports.tokens import InvalidTokenError, KeysUnavailableError, TokenVerifier
from domain.principal import Principal
from entrypoints.local.issuer import create_issuer_app
from entrypoints.local.issuer_keys import KeyFolder, Rotation
from entrypoints.local.issuer_tokens import Grant, issue_token
from entrypoints.settings import Stage
from tests.integration.identity.servers import serving

ALGORITHMS = allowed_algorithms(["RS256", "ES256"])
DAY = 86_400


class System:
    """An issuer on a socket of its own and a verifier, both at a time that the test sets."""

    def __init__(self, listener: socket.socket, folder: Path) -> None:
        self.now = 1_800_000_000.0
        self.url = f"http://127.0.0.1:{listener.getsockname()[1]}"
        self.folder = KeyFolder(folder, Rotation(every_seconds=DAY, cache_seconds=300))
        self.app = create_issuer_app(self.folder, self.url, "kondate", stage=Stage.LOCAL, now=lambda: self.now)
        self.listener = listener
        self.server = AsyncExitStack()
        self.keys = KeySet(
            f"{self.url}/.well-known/jwks.json", ALGORITHMS, RecordingTelemetry(), monotonic=lambda: self.now
        )
        rules = ClaimRules(issuer=self.url, audience=("kondate",))
        self.plain = JoserfcTokenVerifier(self.keys, rules, ALGORITHMS, now=lambda: self.now)
        self.cached: TokenVerifier = CachingTokenVerifier(self.plain, self.keys.version, now=lambda: self.now)

    async def start(self) -> None:
        await self.server.enter_async_context(serving(self.app, self.listener))

    async def stop(self) -> None:
        await self.server.aclose()

    def token(self, algorithm: str = "RS256", expires_in_seconds: int = 3_600) -> str:
        """Return a token as the command line makes it: from the folder, not over HTTP."""
        grant = Grant(
            issuer=self.url,
            audience="kondate",
            subject="alice",
            algorithm=algorithm,
            expires_in_seconds=expires_in_seconds,
        )
        return issue_token(self.folder.load(self.now), grant, now=self.now)


@pytest.fixture
def listener() -> Iterator[socket.socket]:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        yield listener


@pytest.fixture
async def system(listener: socket.socket, tmp_path: Path) -> AsyncIterator[System]:
    system = System(listener, tmp_path)
    yield system
    await system.keys.close()
    await system.stop()


async def test_token_over_http_is_verified_by_keys_over_http(system: System) -> None:
    await system.start()
    form = urlencode({"sub": "alice", "scope": "recipes:read", "roles": "cook"}).encode()
    request = Request(f"{system.url}/token", form)  # noqa: S310 (our own server)
    with await asyncio.to_thread(urlopen, request) as answer:
        token = json.load(answer)["access_token"]
    verified = await system.cached.verify(token)
    assert verified.principal == Principal(
        subject="alice", scopes=frozenset({"recipes:read"}), roles=frozenset({"cook"})
    )


async def test_rotation_never_refuses_a_token(system: System) -> None:
    """A day and a half of a token every three minutes: each is good from its first second to its last."""
    await system.start()
    key_ids = set()
    held: list[str] = []
    for second in range(0, int(1.5 * DAY), 180):
        system.now = 1_800_000_000 + second
        token = system.token("ES256", expires_in_seconds=1_200)
        key_ids.add(token.split(".")[0])
        held = [*held[-6:], token]
        for each in held:
            await system.plain.verify(each)
    assert len(key_ids) == 2


async def test_known_keys_go_on_while_the_issuer_is_down(system: System) -> None:
    await system.start()
    await system.cached.verify(system.token())
    await system.stop()
    for _ in range(20):
        system.now += 60
        await system.cached.verify(system.token())
        await system.cached.verify(system.token("ES256"))


async def test_nobody_can_tell_when_the_issuer_was_never_up(system: System) -> None:
    system.listener.close()
    with pytest.raises(KeysUnavailableError) as refused:
        await system.cached.verify(system.token())
    assert refused.value.retry_after_seconds == 1


async def test_cached_token_ends_with_its_withdrawn_key(system: System) -> None:
    await system.start()
    token = system.token("ES256")
    await system.cached.verify(token)
    for file in system.folder.path.iterdir():
        file.unlink()
    system.now += 240
    await system.cached.verify(token)  # Good still, and the keys are fetched behind it.
    with pytest.raises(InvalidTokenError, match="unknown key"):
        await system.keys.find("nobody's", "ES256")  # Waits for the fetch under way.
    with pytest.raises(InvalidTokenError, match="unknown key"):
        await system.cached.verify(token)
