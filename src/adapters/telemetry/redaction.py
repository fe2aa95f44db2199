"""Secrets never leave in a log line or a span, whatever library wrote the text that holds them."""

import re

SECRETS = re.compile(
    r"([Bb]earer\s+)[\w.~+/=-]{16,}"  # an Authorization header
    r"|(\bwhsec_)[A-Za-z0-9+/=]{8,}"  # the key of a webhook's signatures
    r"|()\beyJ[\w-]+\.[\w-]+\.?[\w.-]*"  # a JWS or JWE, wherever it stands
    r"|(://[^\s:/?\#@\"\\]*:)(?:[^\s/?\#\"\\]|\\[\\\"])+(?=@)"  # the password of a URL
    r"|(\b(?i:password|passwd|client_secret)=)(?:[^\s&\"\\]|\\[\\\"])+"  # the same, in a DSN or a query
)
SIGNS = ("eyJ", "whsec_", "earer", "://", "assw", "secret=", "PASSW", "SECRET=")


def redact(text: str) -> str:
    """Return the text with tokens and passwords replaced by `***`.

    JSON stays valid JSON: no quote and no half of an escape is taken away.
    """
    for sign in SIGNS:
        if sign in text:
            return SECRETS.sub(_hide, text)
    return text


def _hide(match: re.Match[str]) -> str:
    return f"{next((group for group in match.groups() if group is not None), '')}***"
