"""An HTTP proxy in front of an SQS endpoint, with mischief in between; and the few calls that the lab itself makes."""

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

import aiohttp
from aiohttp import web

from entrypoints.lab.sqs_mischief import Body, Mischief
from entrypoints.local.ports import LOOPBACK

TARGET = "X-Amz-Target"
MEDIA_TYPE = "application/x-amz-json-1.0"
PASSED_ON = ("Authorization", "X-Amz-Date", TARGET)
# Emulators find the account in the credential and do not look at the signature.
CREDENTIAL = "AWS4-HMAC-SHA256 Credential=local/20260101/us-east-1/sqs/aws4_request, SignedHeaders=host, Signature=0"


@dataclass(frozen=True, slots=True)
class SqsProxy:
    """Forwards calls of the JSON protocol from one loopback port to another."""

    port: int
    target_port: int
    mischief: Mischief
    session: aiohttp.ClientSession

    @asynccontextmanager
    async def serving(self) -> AsyncIterator[None]:
        """Forward for as long as the block runs."""
        app = web.Application(client_max_size=4 * 1024 * 1024)
        app.router.add_route("*", "/{path:.*}", self._serve)
        runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
        await runner.setup()
        await web.TCPSite(runner, LOOPBACK, self.port).start()
        try:
            yield
        finally:
            await runner.cleanup()

    async def call(self, action: str, body: Body) -> dict[str, Any]:
        """Ask the endpoint itself, past all mischief."""
        headers = {TARGET: f"AmazonSQS.{action}", "Authorization": CREDENTIAL}
        status, answer = await self._forward(headers, body)
        if status != web.HTTPOk.status_code:
            raise aiohttp.ClientError(f"{action}: {status} {answer[:200]!r}")
        decoded: dict[str, Any] = json.loads(answer or b"{}")
        return decoded

    async def replay(self) -> bool:
        """Send one message again that was sent lately; False where there was none."""
        if not self.mischief.sent:
            return False
        await self.call("SendMessage", self.mischief.random.choice(self.mischief.sent))
        return True

    async def _serve(self, request: web.Request) -> web.StreamResponse:
        action = request.headers.get(TARGET, "").rpartition(".")[2]
        refusal = self.mischief.refusal()
        if refusal is not None:
            return web.Response(status=refusal[0], body=refusal[1], content_type=MEDIA_TYPE)
        headers = {name: request.headers[name] for name in PASSED_ON if name in request.headers}
        status, answer = web.HTTPBadGateway.status_code, b""
        try:
            for body in self.mischief.calls(action, await request.json()):
                status, answer = await self._forward(headers, body)
        except (aiohttp.ClientError, OSError, TimeoutError):
            _hang_up(request)
            return web.Response(status=status)
        passed_on = self.mischief.answer(action, answer)
        if passed_on is None:
            _hang_up(request)
        return web.Response(status=status, body=passed_on, content_type=MEDIA_TYPE)

    async def _forward(self, headers: dict[str, str], body: Body) -> tuple[int, bytes]:
        url = f"http://{LOOPBACK}:{self.target_port}/"
        all_headers = {**headers, "Content-Type": MEDIA_TYPE}
        async with self.session.post(url, data=json.dumps(body), headers=all_headers) as answer:
            return answer.status, await answer.read()


def _hang_up(request: web.Request) -> None:
    if request.transport is not None:
        request.transport.abort()
