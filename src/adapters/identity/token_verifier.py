"""Verifies tokens with joserfc, against keys of the issuer that were fetched beforehand."""

import time
from collections.abc import Callable, Sequence
from typing import Any

from joserfc.errors import JoseError, UnsupportedAlgorithmError
from joserfc.jwa import JWSAlgModel
from joserfc.jwk import Key
from joserfc.jws import JWSRegistry, deserialize_compact

from adapters.identity.algorithms import Algorithm
from adapters.identity.claims import ClaimRules
from adapters.identity.compact_token import read_header
from adapters.identity.key_set import KeySet
from adapters.identity.strict_json import read_object
from application.ports.tokens import InvalidTokenError, TokenVerifier, VerifiedToken


class JoserfcTokenVerifier:
    """Checks header, signature and claims, in that order; `now` returns epoch seconds."""

    def __init__(
        self, keys: KeySet, rules: ClaimRules, algorithms: Sequence[Algorithm], *, now: Callable[[], float] = time.time
    ) -> None:
        """Accept tokens of these algorithms only, spelt exactly so."""
        self._keys = keys
        self._rules = rules
        self._now = now
        self._registries = {algorithm.name: _OneAlgorithm(algorithm.name) for algorithm in algorithms}

    async def verify(self, token: str) -> VerifiedToken:
        """Return whom it speaks for, or raise InvalidTokenError or KeysUnavailableError."""
        header = read_header(token)
        registry = self._registries.get(header.algorithm)
        if registry is None:
            raise InvalidTokenError("algorithm not allowed")
        key = await self._keys.find(header.key_id, header.algorithm)
        return self._rules.check(_signed_claims(token, key, registry), self._now())


class _OneAlgorithm(JWSRegistry):
    """Knows a single algorithm, so that no header can choose another for the key."""

    def __init__(self, name: str) -> None:
        super().__init__(algorithms=[name], strict_check_header=False)
        self._name = name

    def get_alg(self, name: str) -> JWSAlgModel:
        """Return the algorithm without joserfc's warning about the name EdDSA, which issuers and gateways still use."""
        if name != self._name:
            raise UnsupportedAlgorithmError(name)
        return self.algorithms[name]


def _signed_claims(token: str, key: Key, registry: JWSRegistry) -> dict[str, Any]:
    try:
        signed = deserialize_compact(token, key, registry=registry)
    except (JoseError, ValueError) as error:
        raise InvalidTokenError("wrong signature") from error
    try:
        return read_object(signed.payload or b"")
    except ValueError as error:
        raise InvalidTokenError("malformed") from error


_: type[TokenVerifier] = JoserfcTokenVerifier
