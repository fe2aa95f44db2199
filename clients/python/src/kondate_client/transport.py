"""Requests and answers as httpx has them."""

from collections.abc import Callable

import httpx

from kondate_client.exchange import Answer, Ask

Token = str | Callable[[], str]
"""A bearer token, or what returns one that is valid now."""

CONNECT_SECONDS = 5.0
OK = 200


def request_of(ask: Ask, client: httpx.Client | httpx.AsyncClient, token: Token) -> httpx.Request:
    """Build the request; the token is asked for anew each time, since it may be short-lived."""
    bearer = token if isinstance(token, str) else token()
    return client.build_request(
        ask.method,
        ask.path,
        params=dict(ask.query),
        headers={**ask.headers, "Authorization": f"Bearer {bearer}"},
        content=ask.body,
        timeout=httpx.Timeout(ask.timeout_seconds, connect=CONNECT_SECONDS),
    )


def answer_of(response: httpx.Response) -> Answer:
    """Return the answer; its body has been read."""
    return Answer(status=response.status_code, headers=dict(response.headers), body=response.content)
