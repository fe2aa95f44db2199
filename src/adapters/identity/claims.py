"""What the claims of a token with a good signature must say (RFC 9068, RFC 8725)."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from application.ports.tokens import EXPIRY_LIMIT_SECONDS, SUBJECT, InvalidTokenError, VerifiedToken, claim_path
from domain.principal import Principal

SKEW_SECONDS = 30
"""How far the issuer's clock may be ahead of ours: for `nbf` and `iat`, never to prolong `exp`."""
ACCESS = "access"
"""What `token_use` says where an issuer tells its access tokens from its id tokens by that claim (Amazon Cognito)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ClaimRules:
    """Whose tokens are accepted, for whom, and where scopes and roles are found.

    A token is for us that names any one of `audience`. `audience_claim` is `client_id` for issuers whose access tokens
    have no `aud` (Amazon Cognito). The claims of scopes and roles are names, or JSON Pointers to nested ones. Only
    scopes with the prefix are ours; it is taken off.
    """

    issuer: str
    audience: tuple[str, ...]
    audience_claim: str = "aud"
    scope_claim: str = "scope"
    scope_prefix: str = ""
    roles_claim: str = "roles"

    def check(self, claims: Mapping[str, Any], now: float) -> VerifiedToken:
        """Return whom the claims speak for at `now` (epoch seconds), or raise InvalidTokenError."""
        if claims.get("iss") != self.issuer:
            raise InvalidTokenError("wrong issuer")
        if not set(self.audience).intersection(_listed(claims, self.audience_claim)):
            raise InvalidTokenError("wrong audience")
        if claims.get("token_use", ACCESS) != ACCESS:
            raise InvalidTokenError("not an access token")
        return VerifiedToken(
            principal=Principal(
                subject=_subject(claims),
                scopes=self._scopes(claims),
                roles=frozenset(_words(claims, self.roles_claim)),
            ),
            expires_at=_expiry(claims, now),
        )

    def _scopes(self, claims: Mapping[str, Any]) -> frozenset[str]:
        prefix = self.scope_prefix
        words = _words(claims, self.scope_claim)
        return frozenset(word.removeprefix(prefix) for word in words if word.startswith(prefix))


def _subject(claims: Mapping[str, Any]) -> str:
    subject = claims.get("sub")
    if not isinstance(subject, str) or not SUBJECT.fullmatch(subject):
        raise InvalidTokenError("missing or unusable subject")
    return subject


def _expiry(claims: Mapping[str, Any], now: float) -> float:
    if "exp" not in claims:
        raise InvalidTokenError("no expiry")
    expires_at = _time(claims, "exp")
    if expires_at <= now:
        raise InvalidTokenError("expired")
    for name, reason in (("nbf", "not valid yet"), ("iat", "issued in the future")):
        if name in claims and _time(claims, name) > now + SKEW_SECONDS:
            raise InvalidTokenError(reason)
    return expires_at


def _time(claims: Mapping[str, Any], name: str) -> float:
    value = claims[name]
    # A bool is an int to Python; NaN fails the comparison, and so does infinity.
    if isinstance(value, bool) or not isinstance(value, int | float) or not abs(value) < EXPIRY_LIMIT_SECONDS:
        raise InvalidTokenError(f"{name} is not a usable time")
    return float(value)


def _words(claims: Mapping[str, Any], location: str) -> list[str]:
    """Return a claim's words: a list as it is, a string split at spaces and nothing else."""
    *outer, name = claim_path(location)
    for level in outer:
        claims = claims.get(level, {})
        if not isinstance(claims, Mapping):
            raise InvalidTokenError(f"{level} is not an object")
    value = claims.get(name)
    return [word for word in value.split(" ") if word] if isinstance(value, str) else _listed(claims, name)


def _listed(claims: Mapping[str, Any], name: str) -> list[str]:
    """Return a claim that is one string or a list of them, empty when absent."""
    value = claims.get(name, [])
    listed = [value] if isinstance(value, str) else value
    if not isinstance(listed, list) or not all(isinstance(item, str) for item in listed):
        raise InvalidTokenError(f"{name} is neither a string nor a list of strings")
    return listed
