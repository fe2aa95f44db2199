"""An issuer, and a verifier that gets its keys from a document in memory."""

from collections.abc import AsyncIterator

import pytest

from tests.support.tokens import TestIssuer
from tests.unit.identity.harness import NOW, VerifierBench


@pytest.fixture(scope="session")
def issuer() -> TestIssuer:
    return TestIssuer(now=lambda: NOW)


@pytest.fixture(scope="session")
def stranger() -> TestIssuer:
    return TestIssuer(now=lambda: NOW, algorithms=("ES256",))


@pytest.fixture
async def bench(issuer: TestIssuer) -> AsyncIterator[VerifierBench]:
    bench = VerifierBench(issuer.document())
    yield bench
    await bench.keys.close()
