"""The real verifier over a key document that is served from memory, at a time that tests set."""

import asyncio

from adapters.identity.algorithms import ALGORITHMS
from adapters.identity.claims import ClaimRules
from adapters.identity.key_fetch import KeyFetchError
from adapters.identity.key_set import KeySet
from adapters.identity.token_verifier import JoserfcTokenVerifier
from adapters.memory.telemetry import RecordingTelemetry
from tests.support.tokens import AUDIENCE, ISSUER

NOW = 1_800_000_000.0
URL = "https://issuer.example/.well-known/jwks.json"


class ServedDocument:
    """Answers fetches with `body`, or fails with None; counts them; holds them back while `gate` is clear."""

    def __init__(self, body: bytes | None) -> None:
        self.body = body
        self.fetches: list[str] = []
        self.gate = asyncio.Event()
        self.gate.set()

    async def __call__(self, url: str) -> bytes:
        self.fetches.append(url)
        await self.gate.wait()
        if self.body is None:
            raise KeyFetchError("status 500")
        return self.body


class VerifierBench:
    """A verifier with all that tests want to turn: the served document, both clocks, the rules."""

    def __init__(self, document: bytes | None, rules: ClaimRules | None = None) -> None:
        self.served = ServedDocument(document)
        self.telemetry = RecordingTelemetry()
        self.seconds = 0.0
        self.now = NOW
        self.keys = KeySet(URL, ALGORITHMS, self.telemetry, fetch=self.served, monotonic=lambda: self.seconds)
        self.rules = rules or ClaimRules(issuer=ISSUER, audience=(AUDIENCE,))
        self.verifier = JoserfcTokenVerifier(self.keys, self.rules, ALGORITHMS, now=lambda: self.now)
