"""Takes a compact token apart (RFC 7515) and refuses every header that asks for more than a signature check."""

import base64
import re
from dataclasses import dataclass
from typing import Any

from adapters.identity.strict_json import read_object
from application.ports.tokens import InvalidTokenError

MAX_TOKEN_CHARS = 8_192
MAX_HEADER_CHARS = 512
MAX_KEY_ID_CHARS = 255
TYPES = frozenset({"jwt", "at+jwt", "application/jwt", "application/at+jwt"})

_PARTS = re.compile(r"([A-Za-z0-9_-]+)\.([A-Za-z0-9_-]+)\.([A-Za-z0-9_-]+)")


@dataclass(frozen=True, slots=True)
class TokenHeader:
    """What a header may decide: which of the issuer's own keys is tried."""

    algorithm: str
    key_id: str


def read_header(token: str) -> TokenHeader:
    """Return the header's key id and algorithm, both still unproven, or raise InvalidTokenError.

    `jku`, `x5u`, `x5c` and `jwk` are never looked at. `crit` and `b64` change how a token is read, so
    tokens with them are refused.
    """
    parts = _PARTS.fullmatch(token) if len(token) <= MAX_TOKEN_CHARS else None
    if parts is None or len(parts[1]) > MAX_HEADER_CHARS:
        raise InvalidTokenError("malformed")
    header = _decode(parts[1])
    # The last bits of a signature's text may be unused: only one spelling of it is accepted.
    if base64.urlsafe_b64encode(_bytes(parts[3])).rstrip(b"=").decode("ascii") != parts[3]:
        raise InvalidTokenError("malformed")
    if "crit" in header or "b64" in header:
        raise InvalidTokenError("unsupported header")
    kind = header.get("typ", "JWT")
    if not isinstance(kind, str) or kind.lower() not in TYPES:
        raise InvalidTokenError("wrong type")
    algorithm, key_id = header.get("alg"), header.get("kid")
    if not isinstance(algorithm, str):
        raise InvalidTokenError("no algorithm")
    if not isinstance(key_id, str) or not 0 < len(key_id) <= MAX_KEY_ID_CHARS:
        raise InvalidTokenError("no key id")
    return TokenHeader(algorithm, key_id)


def _decode(part: str) -> dict[str, Any]:
    try:
        return read_object(_bytes(part))
    except ValueError as error:
        raise InvalidTokenError("malformed") from error


def _bytes(part: str) -> bytes:
    try:
        return base64.urlsafe_b64decode(part + "=" * (-len(part) % 4))
    except ValueError as error:
        raise InvalidTokenError("malformed") from error
