"""Reads a JWKS document (RFC 7517): public signing keys only, each bound to one algorithm."""

import warnings
from collections.abc import Mapping, Sequence
from typing import Any

from joserfc.errors import JoseError, SecurityWarning
from joserfc.jwk import Key, RSAKey, import_key

from adapters.identity.algorithms import RSA_KEY_BITS, Algorithm
from adapters.identity.strict_json import read_object

KeyName = tuple[str, str]
"""A key id with the one algorithm that its key may be used with."""


def read_key_document(document: bytes, algorithms: Sequence[Algorithm]) -> dict[KeyName, Key]:
    """Return the usable keys by name; raise ValueError when there is not one.

    Keys that are not ours to use (other algorithms, encryption keys, short or broken ones) are passed
    over, as RFC 7517 asks. Of two keys with one name the first counts.
    """
    keys: dict[KeyName, Key] = {}
    listed = read_object(document).get("keys")
    if not isinstance(listed, list):
        raise ValueError("no list of keys")  # noqa: TRY004 (the promise is one kind of error)
    for member in listed:
        algorithm = _algorithm_of(member, algorithms)
        key = _public_key(member, algorithm) if algorithm else None
        if algorithm and key:
            keys.setdefault((member["kid"], algorithm.name), key)
    if not keys:
        raise ValueError("no usable key")
    return keys


def _algorithm_of(member: object, algorithms: Sequence[Algorithm]) -> Algorithm | None:
    """Return the algorithm that this key is for, told by its type and curve and by `alg` where it has one."""
    if not isinstance(member, dict) or not isinstance(member.get("kid"), str):
        return None
    operations = member.get("key_ops", ["verify"])
    if member.get("use", "sig") != "sig" or not isinstance(operations, list) or "verify" not in operations:
        return None
    for algorithm in algorithms:
        fits = (algorithm.key_type, algorithm.curve) == (member.get("kty"), member.get("crv"))
        if fits and member.get("alg", algorithm.name) == algorithm.name:
            return algorithm
    return None


def _public_key(member: Mapping[str, Any], algorithm: Algorithm) -> Key | None:
    public: dict[str, str | list[str]] = {"kty": algorithm.key_type}
    for name in algorithm.members:
        if not isinstance(member.get(name), str):
            return None
        public[name] = member[name]
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", SecurityWarning)  # Short keys are refused below, not warned of.
            key = import_key(public)
    except (JoseError, ValueError):
        return None
    if isinstance(key, RSAKey) and key.raw_value.key_size < RSA_KEY_BITS:
        return None
    return key
