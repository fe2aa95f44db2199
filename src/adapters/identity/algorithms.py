"""The signature algorithms we know, and the one key type that each may be used with."""

from collections.abc import Collection
from dataclasses import dataclass

RSA_KEY_BITS = 2048


@dataclass(frozen=True, slots=True)
class Algorithm:
    """One asymmetric JWS algorithm; `curve` is None where the key type has none."""

    name: str
    key_type: str
    curve: str | None
    members: tuple[str, ...]
    """The public members of a JWK of this type: the only ones ever read from a key set."""


ALGORITHMS = (
    Algorithm("RS256", "RSA", None, ("n", "e")),
    Algorithm("ES256", "EC", "P-256", ("crv", "x", "y")),
    Algorithm("EdDSA", "OKP", "Ed25519", ("crv", "x")),
)


def allowed_algorithms(names: Collection[str]) -> tuple[Algorithm, ...]:
    """Return the named algorithms; raise ValueError for none at all, or for a name that is not ours."""
    known = {algorithm.name: algorithm for algorithm in ALGORITHMS}
    unknown = sorted(set(names) - known.keys())
    if unknown or not names:
        message = f"token algorithms must be among {', '.join(known)}, not {', '.join(unknown) or 'none of them'}"
        raise ValueError(message)
    return tuple(known[name] for name in dict.fromkeys(names))
