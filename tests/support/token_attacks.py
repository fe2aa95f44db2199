"""Tokens that must never be accepted: those of forged_headers, and signed ones whose claims are not good."""

import json
from collections.abc import Callable

from tests.support.forged_headers import ALGORITHM_ATTACKS, HEADER_ATTACKS, SIGNATURE_ATTACKS, TEXT_ATTACKS, Attack
from tests.support.tokens import TestIssuer


def _claims(name: str, reason: str, **claims: object) -> Attack:
    """Sign these claims properly."""
    return Attack(name, reason, lambda issuer, _: issuer.token(claims=claims))


def _payload(name: str, change: Callable[[str], str]) -> Attack:
    """Sign JSON that is not the one object it should be."""
    return Attack(
        name,
        "malformed",
        lambda issuer, _: issuer.sign(
            json.dumps(issuer.header()).encode(),
            change(json.dumps(issuer.claims())).encode("utf-8", "surrogateescape"),
        ),
    )


def _in(issuer: TestIssuer, seconds: float) -> float:
    return issuer.now() + seconds


PAYLOAD_ATTACKS = (
    _payload("exp twice", lambda text: text.replace("{", '{"exp": 1, ', 1)),
    _payload("sub twice", lambda text: text.replace("{", '{"sub": "root", ', 1)),
    _payload("nested member twice", lambda text: text.replace("{", '{"x": {"a": 1, "a": 2}, ', 1)),
    _payload("nbf NaN", lambda text: text.replace("{", '{"nbf": NaN, ', 1)),
    _payload("nbf Infinity", lambda text: text.replace("{", '{"nbf": Infinity, ', 1)),
    _payload("trailing text", lambda text: text + " {}"),
    _payload("an array", lambda text: f"[{text}]"),
    _payload("null", lambda _: "null"),
    _payload("byte order mark", lambda text: "\ufeff" + text),
    _payload("invalid UTF-8", lambda text: text.replace("alice", "al\udcffce")),
    _payload("nested deep", lambda text: text.replace("{", '{"x": ' + "[" * 3_000 + "]" * 2_000 + ", ", 1)),
    _payload("a number of 5,000 digits", lambda text: text.replace("{", '{"x": ' + "9" * 5_000 + ", ", 1)),
    Attack(
        "UTF-16",
        "malformed",
        lambda issuer, _: issuer.sign(
            json.dumps(issuer.header()).encode(), json.dumps(issuer.claims()).encode("utf-16")
        ),
    ),
)
CLAIM_ATTACKS = (
    _claims("iss missing", "wrong issuer", iss=...),
    _claims("iss of another", "wrong issuer", iss="https://mallory.example"),
    _claims("iss with a slash more", "wrong issuer", iss="https://issuer.example/"),
    _claims("iss in capitals", "wrong issuer", iss="HTTPS://ISSUER.EXAMPLE"),
    _claims("iss a list", "wrong issuer", iss=["https://issuer.example"]),
    _claims("aud missing", "wrong audience", aud=...),
    _claims("aud of another", "wrong audience", aud="pantry"),
    _claims("aud longer than ours", "wrong audience", aud="kondate-admin"),
    _claims("aud words in a string", "wrong audience", aud="pantry kondate"),
    _claims("aud empty list", "wrong audience", aud=[]),
    _claims("aud an object", "aud is neither a string nor a list of strings", aud={"kondate": True}),
    _claims("aud null", "aud is neither a string nor a list of strings", aud=None),
    _claims("aud list with a number", "aud is neither a string nor a list of strings", aud=["kondate", 1]),
    _claims("sub missing", "missing or unusable subject", sub=...),
    _claims("sub empty", "missing or unusable subject", sub=""),
    _claims("sub null", "missing or unusable subject", sub=None),
    _claims("sub a number", "missing or unusable subject", sub=1),
    _claims("sub with CRLF", "missing or unusable subject", sub="alice\r\nx-role: admin"),
    _claims("sub with a line break at the end", "missing or unusable subject", sub="alice\n"),
    _claims("sub with NUL", "missing or unusable subject", sub="alice\0"),
    _claims("sub not ASCII", "missing or unusable subject", sub="аlice"),  # noqa: RUF001 (the trick is the letter)
    _claims("sub too long", "missing or unusable subject", sub="a" * 256),
    _claims("exp missing", "no expiry", exp=...),
    _claims("exp null", "exp is not a usable time", exp=None),
    _claims("exp a string", "exp is not a usable time", exp="9999999999"),
    _claims("exp true", "exp is not a usable time", exp=True),
    _claims("exp zero", "expired", exp=0),
    _claims("exp negative", "expired", exp=-1),
    _claims("exp beyond all calendars", "exp is not a usable time", exp=10**11),
    _claims("exp 2^63", "exp is not a usable time", exp=2**63),
    _claims("exp that overflows a double", "exp is not a usable time", exp=10**400),
    _claims("nbf a string", "nbf is not a usable time", nbf="0"),
    _claims("iat true", "iat is not a usable time", iat=True),
    _claims("scope a number", "scope is neither a string nor a list of strings", scope=1),
    _claims("scope null", "scope is neither a string nor a list of strings", scope=None),
    _claims("roles an object", "roles is neither a string nor a list of strings", roles={"cook": True}),
    Attack("expired now", "expired", lambda issuer, _: issuer.token(claims={"exp": _in(issuer, 0)})),
    Attack("expired a second ago", "expired", lambda issuer, _: issuer.token(claims={"exp": _in(issuer, -1)})),
    Attack("nbf beyond the skew", "not valid yet", lambda issuer, _: issuer.token(claims={"nbf": _in(issuer, 31)})),
    Attack(
        "iat beyond the skew", "issued in the future", lambda issuer, _: issuer.token(claims={"iat": _in(issuer, 31)})
    ),
)
ATTACKS = (
    *ALGORITHM_ATTACKS,
    *HEADER_ATTACKS,
    *SIGNATURE_ATTACKS,
    *TEXT_ATTACKS,
    *PAYLOAD_ATTACKS,
    *CLAIM_ATTACKS,
)
