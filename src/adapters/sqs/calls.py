"""The calls that every message needs, made without botocore's layers: they cost more than all the rest of a job."""

import ssl
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit
from urllib.request import getproxies, proxy_bypass

from aiobotocore.session import AioSession
from aiohttp import ClientOSError, ClientSession, ClientTimeout, ServerDisconnectedError, TCPConnector
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.exceptions import NoCredentialsError
from botocore.httpsession import get_cert_path
from msgspec import json

MEDIA_TYPE = "application/x-amz-json-1.0"
CONNECTIONS = 16
CONNECT_TIMEOUT_SECONDS = 2
ANSWER_TIMEOUT_SECONDS = 10
FIRST_ERROR = 400
FIRST_SERVER_ERROR = 500

ANSWER = json.Decoder(dict[str, Any])


class SqsRefusedError(Exception):
    """SQS answered with an error."""


class SqsFaultError(SqsRefusedError):
    """The fault is on its side, and may pass at once."""


@dataclass(frozen=True, slots=True)
class SqsCalls:
    """Calls by SQS's JSON protocol, with the endpoint and the credentials that botocore has found."""

    http: ClientSession
    endpoint: str
    region: str
    session: AioSession

    async def call(self, action: str, parameters: Mapping[str, object], *, wait_seconds: int = 0) -> dict[str, Any]:
        """Return the answer; one more attempt where a kept-alive connection had just been closed, or SQS itself failed.

        Whatever goes wrong raises: errors of SQS, of the network, or of an answer that is none.
        """
        payload = json.encode(parameters)
        patience = ClientTimeout(sock_connect=CONNECT_TIMEOUT_SECONDS, sock_read=wait_seconds + ANSWER_TIMEOUT_SECONDS)
        try:
            return await self._once(action, payload, patience)
        except (ServerDisconnectedError, ClientOSError, SqsFaultError):
            return await self._once(action, payload, patience)

    async def _once(self, action: str, payload: bytes, patience: ClientTimeout) -> dict[str, Any]:
        headers = await self._signed(action, payload)
        request = self.http.post(self.endpoint, data=payload, headers=headers, timeout=patience, allow_redirects=False)
        async with request as answer:
            body = await answer.read()
        if answer.status >= FIRST_ERROR:
            kind = SqsFaultError if answer.status >= FIRST_SERVER_ERROR else SqsRefusedError
            raise kind(f"{action}: {answer.status} {body[:200]!r}")
        return ANSWER.decode(body)

    async def _signed(self, action: str, payload: bytes) -> dict[str, str]:
        credentials = await self.session.get_credentials()
        if credentials is None:
            raise NoCredentialsError
        headers = {"content-type": MEDIA_TYPE, "x-amz-target": f"AmazonSQS.{action}"}
        request = AWSRequest("POST", self.endpoint, data=payload, headers=headers)
        SigV4Auth(await credentials.get_frozen_credentials(), "sqs", self.region).add_auth(request)
        return dict(request.headers)


@asynccontextmanager
async def open_calls(session: AioSession, endpoint: str, region: str) -> AsyncIterator[SqsCalls]:
    """Open connections for as long as the block runs, through the proxy and by the certificates of the environment."""
    url = urlsplit(endpoint)
    proxy = None if proxy_bypass(url.netloc) else getproxies().get(url.scheme)
    connector = TCPConnector(limit=CONNECTIONS, ssl=_trust(session) if url.scheme == "https" else True)
    async with ClientSession(connector=connector, proxy=proxy, headers={"user-agent": "kondate"}) as http:
        yield SqsCalls(http, f"{url.scheme}://{url.netloc}/", region, session)


def _trust(session: AioSession) -> ssl.SSLContext:
    certificates = session.get_config_variable("ca_bundle") or get_cert_path(True)  # noqa: FBT003 (botocore's own words)
    return ssl.create_default_context(cafile=certificates)
