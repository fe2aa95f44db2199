"""Forged tokens: their text, headers and signatures, each with the reason that its sender is told."""

import hashlib
import hmac
import json
from collections.abc import Callable
from dataclasses import dataclass

from joserfc.jwk import generate_key
from joserfc.jws import JWSRegistry

from tests.support.tokens import TestIssuer, encode


@dataclass(frozen=True, slots=True)
class Attack:
    """One way to forge a token, given the issuer under attack and a stranger with keys of its own."""

    name: str
    reason: str
    forge: Callable[[TestIssuer, TestIssuer], str]


def _header(name: str, reason: str, **header: object) -> Attack:
    """Sign a good payload properly, under a header with these members."""
    return Attack(name, reason, lambda issuer, _: issuer.token(header=header))


def _text(name: str, change: Callable[[str], str]) -> Attack:
    """Change the text of a good token so that it is not one any more."""
    return Attack(name, "malformed", lambda issuer, _: change(issuer.token()))


def _unsigned(issuer: TestIssuer, algorithm: str, signature: str = "") -> str:
    header = json.dumps(issuer.header(alg=algorithm)).encode()
    return f"{encode(header)}.{encode(json.dumps(issuer.claims()).encode())}.{signature}"


def _hmac_with_public_key(issuer: TestIssuer, key: bytes) -> str:
    signed = _unsigned(issuer, "HS256")[:-1]
    return f"{signed}.{encode(hmac.digest(key, signed.encode(), hashlib.sha256))}"


def _by_stranger(issuer: TestIssuer, stranger: TestIssuer, **header: object) -> str:
    return stranger.token(header={"kid": issuer.key_id("ES256"), **header})


def _signed_by_embedded_key(issuer: TestIssuer, _: TestIssuer) -> str:
    key = generate_key("EC", "P-256")
    header = json.dumps(issuer.header(jwk=key.as_dict(private=False))).encode()
    signed = f"{encode(header)}.{encode(json.dumps(issuer.claims()).encode())}"
    return f"{signed}.{encode(JWSRegistry.algorithms['ES256'].sign(signed.encode(), key))}"


def _swapped(token: str, other: str, part: int) -> str:
    parts = token.split(".")
    parts[part] = other.split(".")[part]
    return ".".join(parts)


def _doubled_header(issuer: TestIssuer, _: TestIssuer) -> str:
    text = json.dumps(issuer.header(alg="none")).replace("{", '{"alg": "ES256", ', 1)
    return issuer.sign(text.encode(), json.dumps(issuer.claims()).encode())


ALGORITHM_ATTACKS = (
    Attack("alg none", "malformed", lambda issuer, _: _unsigned(issuer, "none")),
    Attack("alg None", "malformed", lambda issuer, _: _unsigned(issuer, "None")),
    Attack("alg nOnE with a signature", "algorithm not allowed", lambda issuer, _: _unsigned(issuer, "nOnE", "AAAA")),
    Attack("alg none with a signature", "algorithm not allowed", lambda issuer, _: _unsigned(issuer, "none", "AAAA")),
    Attack("alg ES256 unsigned", "malformed", lambda issuer, _: _unsigned(issuer, "ES256")),
    Attack(
        "HS256 keyed by the public PEM",
        "algorithm not allowed",
        lambda issuer, _: _hmac_with_public_key(issuer, issuer.public_pem("RS256")),
    ),
    Attack(
        "HS256 keyed by the key set",
        "algorithm not allowed",
        lambda issuer, _: _hmac_with_public_key(issuer, issuer.document()),
    ),
    _header("alg in lower case", "algorithm not allowed", alg="es256"),
    _header("alg with a space", "algorithm not allowed", alg="ES256 "),
    _header("alg of another family", "unknown key", alg="RS256"),
    _header("alg not in the list", "algorithm not allowed", alg="ES384"),
    _header("alg PS256", "algorithm not allowed", alg="PS256"),
    _header("alg missing", "no algorithm", alg=...),
    _header("alg null", "no algorithm", alg=None),
    _header("alg a list", "no algorithm", alg=["ES256"]),
    _header("key of another algorithm", "unknown key", kid="RS256-1"),
)
HEADER_ATTACKS = (
    _header("kid missing", "no key id", kid=...),
    _header("kid empty", "no key id", kid=""),
    _header("kid a number", "no key id", kid=1),
    _header("kid too long", "no key id", kid="k" * 256),
    _header("kid a path", "unknown key", kid="../../../dev/null"),
    _header("kid an SQL text", "unknown key", kid="x' UNION SELECT 'secret"),
    _header("kid with a NUL", "unknown key", kid="ES256-1\0"),
    _header("crit of an unknown header", "unsupported header", crit=["exp"]),
    _header("crit empty", "unsupported header", crit=[]),
    _header("b64 false", "unsupported header", b64=False),
    _header("b64 true", "unsupported header", b64=True),
    _header("b64 and crit", "unsupported header", b64=False, crit=["b64"]),
    _header("typ of another use", "wrong type", typ="dpop+jwt"),
    _header("typ of an id token event", "wrong type", typ="secevent+jwt"),
    _header("typ null", "wrong type", typ=None),
    _header("header too large", "malformed", x5t="x" * 1_000),
    Attack("alg twice", "malformed", _doubled_header),
    Attack(
        "jku of the stranger",
        "wrong signature",
        lambda issuer, stranger: _by_stranger(issuer, stranger, jku="https://mallory.example/jwks.json"),
    ),
    Attack(
        "x5u of the stranger",
        "wrong signature",
        lambda issuer, stranger: _by_stranger(issuer, stranger, x5u="https://mallory.example/cert.pem"),
    ),
    Attack("jwk in the header", "wrong signature", _signed_by_embedded_key),
    Attack("key of a stranger", "wrong signature", _by_stranger),
    Attack(
        "kid of a stranger",
        "unknown key",
        lambda issuer, stranger: _by_stranger(issuer, stranger, kid="mallory"),
    ),
)
SIGNATURE_ATTACKS = (
    Attack(
        "claims of another token",
        "wrong signature",
        lambda issuer, _: _swapped(issuer.token(), issuer.token(claims={"sub": "root"}), 1),
    ),
    Attack(
        "signature of another token",
        "wrong signature",
        lambda issuer, _: _swapped(issuer.token(), issuer.token(claims={"sub": "root"}), 2),
    ),
    Attack(
        "all-zero ECDSA signature",
        "wrong signature",
        lambda issuer, _: _unsigned(issuer, "ES256", encode(bytes(64))),
    ),
    Attack("short signature", "wrong signature", lambda issuer, _: _unsigned(issuer, "ES256", encode(bytes(32)))),
    Attack(
        "zero RSA signature",
        "wrong signature",
        lambda issuer, _: issuer.token(algorithm="RS256").rsplit(".", 1)[0] + "." + encode(bytes(256)),
    ),
)
TEXT_ATTACKS = (
    _text("empty", lambda _: ""),
    _text("one part", lambda token: token.split(".", maxsplit=1)[0]),
    _text("two parts", lambda token: token.rsplit(".", 1)[0]),
    _text("four parts", lambda token: token + ".AAAA"),
    _text("five parts as if encrypted", lambda token: token + ".AAAA.AAAA"),
    _text("empty payload", lambda token: token.split(".")[0] + ".." + token.split(".")[2]),
    _text("padding", lambda token: token + "=="),
    _text("line break at the end", lambda token: token + "\n"),
    _text("space before", lambda token: " " + token),
    _text("plain base64 alphabet", lambda token: token[:-2] + "+/"),
    _text("another spelling of the signature", lambda token: token[:-1] + chr(ord(token[-1]) + 1)),
    _text("NUL inside", lambda token: token[:20] + "\0" + token[20:]),
    _text("not ASCII", lambda token: token[:-1] + "\uff21"),
    _text("lone surrogate", lambda token: token[:-1] + "\ud800"),
    _text("JSON serialization", lambda token: json.dumps({"payload": token})),
    Attack("oversized", "malformed", lambda issuer, _: issuer.token(claims={"padding": "x" * 8_192})),
    Attack(
        "header not JSON",
        "malformed",
        lambda issuer, _: issuer.sign(b"alg=ES256", json.dumps(issuer.claims()).encode()),
    ),
    Attack("header nested deep", "malformed", lambda issuer, _: issuer.sign(b'{"alg":' + b"[" * 5_000, b"{}")),
    Attack("header an array", "malformed", lambda issuer, _: issuer.sign(b'["ES256"]', b"{}")),
)
