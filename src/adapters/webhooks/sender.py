"""Sends webhooks over HTTP: bounded in time, following nothing, and to no address that was not looked at first."""

import asyncio
import math
import socket
import ssl
from collections.abc import Sequence
from datetime import datetime
from email.utils import parsedate_to_datetime

import aiohttp
from aiohttp.abc import AbstractResolver, ResolveResult
from yarl import URL

from adapters.webhooks.names import LookUp, look_up
from adapters.wire.webhook_request import WebhookRequest, webhook_request
from application.ports.clock import Clock
from application.ports.telemetry import Telemetry
from application.ports.webhooks import Outgoing, Sent, WebhookSender
from domain.delivery import AttemptOutcome
from domain.errors import InvalidWebhookUrlError
from domain.webhook_target import Target, TargetRules, refused

TIMEOUT_SECONDS = 15.0
LOOK_UP_SECONDS = 3.0
GONE = 410


class HttpWebhookSender:
    """One connection a message, to an address that was checked just before; a redirect is an answer like any other."""

    def __init__(
        self,
        rules: TargetRules,
        clock: Clock,
        telemetry: Telemetry,
        *,
        names: LookUp = look_up,
        tls: ssl.SSLContext | None = None,
        timeout_seconds: float = TIMEOUT_SECONDS,
    ) -> None:
        """Take the rules; `tls` is whose certificates are trusted, by default whom the system trusts."""
        self._rules = rules
        self._clock = clock
        self._telemetry = telemetry
        self._names = names
        self._tls = tls
        self._timeout_seconds = timeout_seconds

    async def check(self, url: str) -> None:
        """Return when a webhook may go there now."""
        target = self._rules.target_of(url)
        try:
            async with asyncio.timeout(LOOK_UP_SECONDS):
                await self._addresses(target)
        except (TimeoutError, OSError) as error:
            raise refused("The host's name leads nowhere.") from error

    async def send(self, outgoing: Outgoing) -> Sent:
        """Send the delivery once."""
        sent = await self._send(outgoing)
        self._telemetry.count("webhook_deliveries", 1, {"outcome": sent.outcome.value})
        return sent

    async def _send(self, outgoing: Outgoing) -> Sent:
        url = outgoing.webhook.content.url
        request = webhook_request(outgoing, self._clock.now())
        try:
            async with asyncio.timeout(self._timeout_seconds):
                target = self._rules.target_of(url)
                return await self._post(url, request, await self._addresses(target))
        except InvalidWebhookUrlError:
            return Sent(outcome=AttemptOutcome.FORBIDDEN)
        except (aiohttp.ClientError, TimeoutError, OSError, ValueError):
            return Sent(outcome=AttemptOutcome.UNREACHABLE)

    async def _addresses(self, target: Target) -> Sequence[str]:
        """Return all that the target's name leads to; one bad address among them is one too many."""
        addresses = [target.address] if target.address else await self._names(target.host)
        if not addresses or not all(self._rules.allows(address) for address in addresses):
            raise refused("The host's name leads to where no webhook may go.")
        return addresses

    async def _post(self, url: str, request: WebhookRequest, addresses: Sequence[str]) -> Sent:
        connector = aiohttp.TCPConnector(
            resolver=_Pinned(addresses),
            use_dns_cache=False,
            force_close=True,
            ssl=True if self._tls is None else self._tls,
        )
        async with (
            aiohttp.ClientSession(connector=connector, cookie_jar=aiohttp.DummyCookieJar()) as session,
            session.post(
                URL(url, encoded=True), data=request.body, headers=request.headers, allow_redirects=False
            ) as answer,
        ):
            outcome = _outcome_of(answer.status)
            wished = _retry_after(answer.headers.get("retry-after", ""), self._clock.now())
            return Sent(outcome=outcome, status_code=answer.status, retry_after_seconds=wished)


class _Pinned(AbstractResolver):
    """Leads every name to the addresses that were checked."""

    def __init__(self, addresses: Sequence[str]) -> None:
        self._addresses = addresses

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_UNSPEC
    ) -> list[ResolveResult]:
        del family
        return [
            ResolveResult(
                hostname=host,
                host=address,
                port=port,
                family=socket.AF_INET6 if ":" in address else socket.AF_INET,
                proto=0,
                flags=socket.AI_NUMERICHOST,
            )
            for address in self._addresses
        ]

    async def close(self) -> None:
        """Nothing is open."""


def _outcome_of(status: int) -> AttemptOutcome:
    if 200 <= status < 300:  # noqa: PLR2004 (the class of success)
        return AttemptOutcome.DELIVERED
    return AttemptOutcome.GONE if status == GONE else AttemptOutcome.REFUSED


def _retry_after(value: str, now: datetime) -> float:
    """Return the seconds that Retry-After (RFC 9110) wishes for, in either of its forms; 0 for anything else."""
    if value.isascii() and value.isdecimal():
        return float(min(int(value[:9]), 10**9))
    try:
        return max(0.0, math.ceil((parsedate_to_datetime(value) - now).total_seconds()))
    except (ValueError, TypeError, OverflowError):
        return 0.0


_: type[WebhookSender] = HttpWebhookSender
