"""Signs access tokens (RFC 9068) for whoever asks: for stage `local`, and for nothing else."""

import re
import secrets
from dataclasses import dataclass

from joserfc import jwt
from joserfc.jws import JWSRegistry

from application.ports.tokens import SUBJECT
from entrypoints.local.issuer_keys import MAX_TOKEN_SECONDS, KeyRing

CLIENT_ID = "kondate-local"

_WORD = re.compile(r"[\x21\x23-\x5b\x5d-\x7e]{1,255}")  # RFC 6749's scope-token


class GrantError(Exception):
    """Such a token is not issued; the message says what to ask for instead."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Grant:
    """What a token is to say."""

    issuer: str
    audience: str
    subject: str
    scopes: tuple[str, ...] = ()
    roles: tuple[str, ...] = ()
    expires_in_seconds: int = 3_600
    algorithm: str = "RS256"

    def __post_init__(self) -> None:
        """Raise GrantError for what no verifier would accept."""
        if not SUBJECT.fullmatch(self.subject):
            raise GrantError("sub must be 1 to 255 of the characters A-Z a-z 0-9 . _ : @ | / -")
        if not all(_WORD.fullmatch(word) for word in (*self.scopes, *self.roles)):
            raise GrantError("each scope and role must be one word of printable ASCII, without quotes")
        if not 1 <= self.expires_in_seconds <= MAX_TOKEN_SECONDS:
            raise GrantError(f"expires_in must be 1 to {MAX_TOKEN_SECONDS} seconds")


def issue_token(keys: KeyRing, grant: Grant, *, now: float) -> str:
    """Return the signed token, good from `now` (epoch seconds) on."""
    key = keys.signing_key(grant.algorithm, now)
    issued_at = int(now)
    claims = {
        "iss": grant.issuer,
        "aud": grant.audience,
        "sub": grant.subject,
        "client_id": CLIENT_ID,
        "iat": issued_at,
        "nbf": issued_at,
        "exp": issued_at + grant.expires_in_seconds,
        "jti": secrets.token_urlsafe(16),
        "scope": " ".join(grant.scopes),
        "roles": list(grant.roles),
    }
    header = {"alg": grant.algorithm, "kid": key.key_id, "typ": "at+jwt"}
    return jwt.encode(header, claims, key.private(), registry=JWSRegistry(algorithms=[grant.algorithm]))
