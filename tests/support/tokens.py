"""An issuer for tests: real keys, real signatures, and any header or claim one could wish to forge."""

import base64
import json
import time
from collections.abc import Callable, Collection, Mapping

from joserfc.jwk import Key, OctKey, generate_key
from joserfc.jws import JWSRegistry

ISSUER = "https://issuer.example"
AUDIENCE = "kondate"
ALGORITHM_NAMES = ("RS256", "ES256", "EdDSA")


class TestIssuer:
    """Signs whatever it is told to with its current keys, one for each algorithm, named like `ES256-1`."""

    __test__ = False

    def __init__(
        self,
        *,
        url: str = ISSUER,
        audience: str = AUDIENCE,
        algorithms: Collection[str] = ALGORITHM_NAMES,
        now: Callable[[], float] = time.time,
    ) -> None:
        self.url = url
        self.audience = audience
        self.now = now
        self._generation = 1
        self.keys = {name: make_key(name) for name in algorithms}

    def rotate(self) -> None:
        """Replace all keys; the document no longer has the old ones."""
        self._generation += 1
        self.keys = {name: make_key(name) for name in self.keys}

    def key_id(self, algorithm: str) -> str:
        """Return the `kid` of the current key for the algorithm."""
        return f"{algorithm}-{self._generation}"

    def public_key(self, algorithm: str) -> dict[str, object]:
        """Return the JWK as it is published."""
        members = self.keys[algorithm].as_dict(private=False)
        return {**members, "kid": self.key_id(algorithm), "use": "sig", "alg": algorithm}

    def public_pem(self, algorithm: str) -> bytes:
        """Return the public key as text, as anyone could have it."""
        key = self.keys[algorithm]
        assert not isinstance(key, OctKey)
        return key.as_pem(private=False)

    def document(self) -> bytes:
        """Return the JWKS."""
        return json.dumps({"keys": [self.public_key(name) for name in self.keys]}).encode()

    def claims(self, **overrides: object) -> dict[str, object]:
        """Return the claims of a good token with these replaced; `...` as a value leaves one out."""
        now = int(self.now())
        claims: dict[str, object] = {
            "iss": self.url,
            "aud": self.audience,
            "sub": "alice",
            "client_id": "kondate-tests",
            "iat": now,
            "exp": now + 600,
            "jti": "one",
            "scope": "recipes:read recipes:write",
            "roles": ["cook"],
        }
        return _without_omitted({**claims, **overrides})

    def header(self, algorithm: str = "ES256", **overrides: object) -> dict[str, object]:
        """Return the header of a good token with these replaced; `...` as a value leaves one out."""
        return _without_omitted({"alg": algorithm, "kid": self.key_id(algorithm), "typ": "at+jwt", **overrides})

    def token(
        self,
        *,
        algorithm: str = "ES256",
        header: Mapping[str, object] | None = None,
        claims: Mapping[str, object] | None = None,
    ) -> str:
        """Return a good token, except for what these overrides of header and claims make of it."""
        return self.sign(
            json.dumps(self.header(algorithm, **(header or {}))).encode(),
            json.dumps(self.claims(**(claims or {}))).encode(),
            algorithm=algorithm,
        )

    def sign(self, header: bytes, payload: bytes, *, algorithm: str = "ES256") -> str:
        """Return a token of exactly these bytes, signed by the algorithm whatever the header says."""
        signed = f"{encode(header)}.{encode(payload)}"
        signature = JWSRegistry.algorithms[algorithm].sign(signed.encode(), self.keys[algorithm])
        return f"{signed}.{encode(signature)}"


def make_key(algorithm: str) -> Key:
    """Return a new private key for the algorithm."""
    if algorithm == "RS256":
        return generate_key("RSA", 2048)
    return generate_key("EC", "P-256") if algorithm == "ES256" else generate_key("OKP", "Ed25519")


def encode(value: bytes) -> str:
    """Return base64url without padding."""
    return base64.urlsafe_b64encode(value).rstrip(b"=").decode("ascii")


def _without_omitted(members: Mapping[str, object]) -> dict[str, object]:
    return {name: value for name, value in members.items() if value is not ...}
