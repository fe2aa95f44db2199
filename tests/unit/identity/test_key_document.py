"""What a key document may hold, and what of it is used."""

import json

import pytest
from joserfc.jwk import generate_key

from adapters.identity.algorithms import ALGORITHMS, allowed_algorithms
from adapters.identity.key_document import read_key_document
from tests.support.tokens import TestIssuer


def names(*members: object) -> set[str]:
    good = TestIssuer(algorithms=("ES256",)).public_key("ES256")
    document = json.dumps({"keys": [*members, good]}).encode()
    return {key_id for key_id, _ in read_key_document(document, ALGORITHMS)} - {"ES256-1"}


def published(issuer: TestIssuer, algorithm: str, **changes: object) -> dict[str, object]:
    members = {**issuer.public_key(algorithm), "kid": "it", **changes}
    return {name: value for name, value in members.items() if value is not ...}


@pytest.mark.parametrize("algorithm", ["RS256", "ES256", "EdDSA"])
@pytest.mark.parametrize("changes", [{}, {"alg": ...}, {"use": ...}, {"key_ops": ["verify"]}, {"x5c": ["AAAA"]}])
def test_uses_a_public_signing_key(issuer: TestIssuer, algorithm: str, changes: dict[str, object]) -> None:
    assert names(published(issuer, algorithm, **changes)) == {"it"}


@pytest.mark.parametrize(
    "changes",
    [
        {"kid": ...},
        {"kid": 1},
        {"kty": "oct", "k": "AAAA"},
        {"kty": "OKP"},
        {"kty": ["EC"]},
        {"crv": "P-384"},
        {"crv": "secp256k1"},
        {"crv": ...},
        {"alg": "ES384"},
        {"alg": "RS256"},
        {"alg": "none"},
        {"alg": None},
        {"use": "enc"},
        {"key_ops": ["encrypt"]},
        {"key_ops": "verify"},
        {"x": ...},
        {"x": 1},
        {"x": "AAAA"},
        {"x": "!"},
        {"y": "Ａ"},  # noqa: RUF001 (a letter that is none of base64)
    ],
)
def test_passes_over_keys_that_are_not_for_us(issuer: TestIssuer, changes: dict[str, object]) -> None:
    assert names(published(issuer, "ES256", **changes)) == set()


@pytest.mark.parametrize("member", [None, 1, "key", [], {}])
def test_passes_over_what_is_no_key(member: object) -> None:
    assert names(member) == set()


def test_passes_over_short_rsa_keys() -> None:
    with pytest.warns(match="Key size should be >= 2048 bits"):
        short = generate_key("RSA", 1024)
    assert names({**short.as_dict(private=False), "kid": "short"}) == set()


def test_keeps_nothing_of_a_private_key_that_was_published(issuer: TestIssuer) -> None:
    member = {**issuer.keys["ES256"].as_dict(private=True), "kid": "it"}
    (key,) = read_key_document(json.dumps({"keys": [member]}).encode(), ALGORITHMS).values()
    assert not key.is_private


def test_first_of_two_keys_with_one_name_counts(issuer: TestIssuer, stranger: TestIssuer) -> None:
    document = json.dumps({"keys": [issuer.public_key("ES256"), stranger.public_key("ES256")]}).encode()
    (key,) = read_key_document(document, ALGORITHMS).values()
    assert key.thumbprint() == issuer.keys["ES256"].thumbprint()


def test_keys_of_algorithms_not_allowed_are_none(issuer: TestIssuer) -> None:
    keys = read_key_document(issuer.document(), allowed_algorithms(["ES256"]))
    assert set(keys) == {("ES256-1", "ES256")}


def test_document_with_a_member_twice_is_refused(issuer: TestIssuer) -> None:
    text = issuer.document().replace(b'{"keys"', b'{"keys": [], "keys"', 1)
    with pytest.raises(ValueError, match="appears twice"):
        read_key_document(text, ALGORITHMS)
