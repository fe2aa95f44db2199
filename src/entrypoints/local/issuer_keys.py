"""The embedded issuer's signing keys: one file in one folder, rotated so that no verifier is surprised.

Invariants: a new key is published `2 * cache_seconds` before it signs, so every cache has it by then; a
replaced key stays published until the last token it can have signed has expired.
"""

import fcntl
import json
import os
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

from joserfc.jwk import Key, generate_key, import_key

from entrypoints.local.errors import LocalError

MAX_TOKEN_SECONDS = 86_400
"""The longest life of a token."""
SKEW_SECONDS = 60
"""Verifiers may take a token for good this much longer."""
PUBLIC_MEMBERS = {"RS256": ("kty", "kid", "n", "e"), "ES256": ("kty", "kid", "crv", "x", "y")}
"""The algorithms in use, and all that may be published of their keys."""
KEY_FILE = "signing-keys.json"


@dataclass(frozen=True, slots=True, kw_only=True)
class Rotation:
    """How often keys change, and how long verifiers may keep what they fetched."""

    every_seconds: float = 86_400
    cache_seconds: int = 300

    @property
    def ahead_seconds(self) -> float:
        """How long a key is published before it signs."""
        return 2 * self.cache_seconds


@dataclass(frozen=True, slots=True)
class SigningKey:
    """A private JWK, named by its RFC 7638 thumbprint, and the epoch second from which it signs."""

    algorithm: str
    active_from: float
    jwk: Mapping[str, str]

    @property
    def key_id(self) -> str:
        """The `kid` of tokens signed by it."""
        return self.jwk["kid"]

    def private(self) -> Key:
        """Return the key to sign with; reading an RSA key takes some 40 ms, and so it is left until then."""
        return import_key(dict(self.jwk))

    def public(self) -> dict[str, str]:
        """Return the JWK to publish."""
        members = {name: self.jwk[name] for name in PUBLIC_MEMBERS[self.algorithm]}
        return {**members, "use": "sig", "alg": self.algorithm}


@dataclass(frozen=True, slots=True)
class KeyRing:
    """All published keys, in the order in which they begin to sign."""

    keys: tuple[SigningKey, ...]

    def signing_key(self, algorithm: str, now: float) -> SigningKey:
        """Return the key that signs at `now`; raise KeyError for an algorithm without one."""
        of_algorithm = [key for key in self.keys if key.algorithm == algorithm]
        if not of_algorithm:
            raise KeyError(algorithm)
        return [of_algorithm[0], *(key for key in of_algorithm if key.active_from <= now)][-1]

    def document(self) -> bytes:
        """Return the JWKS document: no private member of any key."""
        return json.dumps({"keys": [key.public() for key in self.keys]}).encode()


@dataclass(frozen=True, slots=True)
class KeyFolder:
    """The folder of the key file (0700, the file 0600); several processes may use it at once."""

    path: Path
    rotation: Rotation = Rotation()

    def load(self, now: float) -> KeyRing:
        """Return the keys as they are due at `now` (epoch seconds), made and rotated where necessary.

        Making an RSA key takes up to half a second of CPU. Raise LocalError for a file that holds no keys.
        """
        self.path.mkdir(parents=True, exist_ok=True, mode=0o700)
        with self._locked():
            kept = self._read()
            due = rotated(kept, self.rotation, now)
            if due != kept:
                self._write(due)
        return KeyRing(due)

    @contextmanager
    def _locked(self) -> Iterator[None]:
        descriptor = os.open(self.path / f"{KEY_FILE}.lock", os.O_RDWR | os.O_CREAT, 0o600)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX)
            yield
        finally:
            os.close(descriptor)

    def _read(self) -> tuple[SigningKey, ...]:
        file = self.path / KEY_FILE
        try:
            records = json.loads(file.read_bytes())
            keys = tuple(SigningKey(each["algorithm"], float(each["active_from"]), each["jwk"]) for each in records)
            KeyRing(keys).document()
        except FileNotFoundError:
            return ()
        except (KeyError, TypeError, ValueError) as error:
            message = f"issuer: {file} holds no signing keys; remove it, and new ones are made"
            raise LocalError(message) from error
        return keys

    def _write(self, keys: Sequence[SigningKey]) -> None:
        """Replace the file in one step: a reader, or a crash, never sees half of it."""
        records = [{"algorithm": key.algorithm, "active_from": key.active_from, "jwk": dict(key.jwk)} for key in keys]
        draft = self.path / f"{KEY_FILE}.new"
        draft.unlink(missing_ok=True)
        descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "w") as file:
            json.dump(records, file)
            file.flush()
            os.fsync(descriptor)
        draft.replace(self.path / KEY_FILE)


def rotated(keys: Sequence[SigningKey], rotation: Rotation, now: float) -> tuple[SigningKey, ...]:
    """Return the keys to publish at `now`: the given ones with those due added and those outlived left out."""
    due: list[SigningKey] = []
    for algorithm in PUBLIC_MEMBERS:
        row = sorted((key for key in keys if key.algorithm == algorithm), key=lambda key: key.active_from)
        if not row:
            row = [_new_key(algorithm, now)]
        elif now >= row[-1].active_from + rotation.every_seconds - rotation.ahead_seconds:
            active_from = max(row[-1].active_from + rotation.every_seconds, now + rotation.ahead_seconds)
            row.append(_new_key(algorithm, active_from))
        outlived = now - MAX_TOKEN_SECONDS - SKEW_SECONDS
        due += [key for key, successor in pairwise(row) if successor.active_from > outlived]
        due.append(row[-1])
    return tuple(sorted(due, key=lambda key: key.active_from))


def _new_key(algorithm: str, active_from: float) -> SigningKey:
    key = generate_key("RSA", 2048) if algorithm == "RS256" else generate_key("EC", "P-256")
    members = {name: value for name, value in key.as_dict(private=True).items() if isinstance(value, str)}
    return SigningKey(algorithm, active_from, {**members, "kid": key.thumbprint()})
