"""AWS Signature Version 4 for the one form of request that SQS takes: JSON, by POST, to the root of its host."""

import hashlib
import hmac
from collections.abc import Mapping

from botocore.credentials import ReadOnlyCredentials

MEDIA_TYPE = "application/x-amz-json-1.0"
ALGORITHM = "AWS4-HMAC-SHA256"


def signed_headers(
    payload: bytes, target: str, *, host: str, region: str, credentials: ReadOnlyCredentials, stamp: str
) -> Mapping[str, str]:
    """Return all headers of the request; the stamp is the time in UTC, as `20260301T123045Z`."""
    headers = {"content-type": MEDIA_TYPE, "host": host, "x-amz-date": stamp}
    if credentials.token:
        headers["x-amz-security-token"] = credentials.token
    headers["x-amz-target"] = target
    lines = "".join(f"{name}:{value}\n" for name, value in headers.items())
    names = ";".join(headers)
    request = f"POST\n/\n\n{lines}\n{names}\n{hashlib.sha256(payload).hexdigest()}"
    scope = f"{stamp[:8]}/{region}/sqs/aws4_request"
    text = f"{ALGORITHM}\n{stamp}\n{scope}\n{hashlib.sha256(request.encode()).hexdigest()}"
    key = f"AWS4{credentials.secret_key}".encode()
    for part in scope.split("/"):
        key = hmac.digest(key, part.encode(), "sha256")
    signature = hmac.digest(key, text.encode(), "sha256").hex()
    signer = f"Credential={credentials.access_key}/{scope}, SignedHeaders={names}"
    return {**headers, "authorization": f"{ALGORITHM} {signer}, Signature={signature}"}
