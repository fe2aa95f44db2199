"""Webhooks over HTTP, each to its owner only."""

from typing import Annotated, Any
from uuid import UUID

from litestar import Response, delete, get, post
from litestar.params import JSONBody, QueryParameter

from application.bus import Execution
from application.ports.job_reads import Position
from application.ports.webhooks import WebhookReads
from domain.commands import AddWebhook, RemoveWebhook, RotateWebhookSecret
from domain.errors import WebhookNotFoundError
from domain.job import Origin
from domain.webhook import Webhook
from entrypoints.edge import Edge
from entrypoints.http.answers import Done
from entrypoints.http.cursors import cursor_of, next_link, position_of
from entrypoints.http.injected import Answering, Caller, Segment, WebhookSending, WebhookShowing
from entrypoints.http.observation import canonical_uuid
from entrypoints.http.schemas.webhooks import (
    DeliveryBody,
    DeliveryPage,
    WebhookBody,
    WebhookInput,
    WebhookPage,
    WebhookWithSecret,
)
from entrypoints.http.strict_json import StrictJson
from entrypoints.http.urls import resource_url

REGISTERING = Edge(timeout_seconds=10)
CREATED = 201
MOST_OF_A_PAGE = 200
PRIVATE = {"Cache-Control": "private, no-cache"}
SECRET = {"Cache-Control": "no-store"}

Limit = Annotated[int, QueryParameter(ge=1, le=MOST_OF_A_PAGE)]
Cursor = Annotated[str | None, QueryParameter(max_length=64, description="Where the page begins: `next` of another.")]


@post(
    "/webhooks",
    dto=StrictJson[WebhookInput],
    return_dto=None,
    request_max_body_size=REGISTERING.body_limit_bytes,
    opt={"edge": REGISTERING},
)
async def add_webhook(
    data: JSONBody[WebhookInput],
    answer: Answering,
    webhook_sender: WebhookSending,
    webhook_reads: WebhookShowing,
    origin: Caller,
) -> Response[WebhookWithSecret | WebhookBody]:
    """Tell the caller of the ends of their jobs; the secret is shown in this answer, and in no other.

    The same request again, by its idempotency key, is answered without the secret.
    """
    content = data.content()
    # Before there is a transaction: while a name is looked up, no connection is held.
    await webhook_sender.check(content.url)
    return await answer.once(AddWebhook(content=content), _with_secret(webhook_reads, origin, status_code=201))


@get("/webhooks", opt={"edge": Edge()})
async def list_webhooks(
    webhook_reads: WebhookShowing, origin: Caller, limit: Limit = 50, cursor: Cursor = None
) -> Response[WebhookPage]:
    """List the caller's own webhooks, newest first."""
    after = None if cursor is None else position_of(cursor)
    found = await webhook_reads.page(owner=origin.principal.subject, after=after, limit=limit + 1)
    items, following, headers = found[:limit], None, dict(PRIVATE)
    if len(found) > limit:
        following = cursor_of(Position(at=items[-1].created_at, id=items[-1].id))
        headers |= next_link("/webhooks", following, limit=limit)
    return Response(WebhookPage(items=tuple(map(WebhookBody.of, items)), next=following), headers=headers)


@get("/webhooks/{webhook_id:str}", opt={"edge": Edge()})
async def read_webhook(webhook_id: Segment, webhook_reads: WebhookShowing, origin: Caller) -> Response[WebhookBody]:
    """Return one of the caller's webhooks, without its secret."""
    return Response(WebhookBody.of(await _found(webhook_id, webhook_reads, origin)), headers=PRIVATE)


@delete("/webhooks/{webhook_id:str}", status_code=204, opt={"edge": Edge(waits=True)})
async def remove_webhook(webhook_id: Segment, answer: Answering) -> Response[None]:
    """Tell one of the caller's webhooks nothing more, not even what was still to be tried, and forget it."""
    return await answer.now(RemoveWebhook(webhook_id=_identifier(webhook_id)))


@post("/webhooks/{webhook_id:str}/rotate", status_code=200, opt={"edge": Edge()})
async def rotate_webhook_secret(
    webhook_id: Segment, answer: Answering, webhook_reads: WebhookShowing, origin: Caller
) -> Response[WebhookWithSecret | WebhookBody]:
    """Sign by a new secret, shown in this answer and in no other; the old one signs too until `oldSecretUntil`."""
    webhook = await _found(webhook_id, webhook_reads, origin)
    done = _with_secret(webhook_reads, origin, status_code=200)
    return await answer.once(RotateWebhookSecret(webhook_id=webhook.id), done)


@get("/webhooks/{webhook_id:str}/deliveries", opt={"edge": Edge()})
async def list_deliveries(
    webhook_id: Segment, webhook_reads: WebhookShowing, origin: Caller, limit: Limit = 50, cursor: Cursor = None
) -> Response[DeliveryPage]:
    """List what one of the caller's webhooks was told or is to be told, newest first, with each try."""
    webhook = await _found(webhook_id, webhook_reads, origin)
    after = None if cursor is None else position_of(cursor)
    found = await webhook_reads.deliveries(webhook.id, after=after, limit=limit + 1)
    items, following, headers = found[:limit], None, dict(PRIVATE)
    if len(found) > limit:
        last = items[-1].delivery
        following = cursor_of(Position(at=last.created_at, id=last.id))
        headers |= next_link(f"/webhooks/{webhook.id}/deliveries", following, limit=limit)
    return Response(DeliveryPage(items=tuple(map(DeliveryBody.of, items)), next=following), headers=headers)


def _with_secret(reads: WebhookReads, origin: Origin, *, status_code: int) -> Done:
    """Return what answers with the new secret, unless the request was answered before."""

    async def done(execution: Execution) -> Response[Any]:
        reference = execution.reference
        webhook = reference and await reads.get(reference.id, owner=origin.principal.subject)
        if not webhook:
            raise WebhookNotFoundError("The webhook was removed meanwhile.")
        headers = {**SECRET, "Location": resource_url("webhook", webhook.id)} if status_code == CREATED else SECRET
        shown = WebhookBody.of(webhook) if execution.is_replay else WebhookWithSecret.of(webhook)
        return Response(shown, status_code=status_code, headers=headers)

    return done


async def _found(webhook_id: str, reads: WebhookReads, origin: Origin) -> Webhook:
    webhook = await reads.get(_identifier(webhook_id), owner=origin.principal.subject)
    if webhook is None:
        raise WebhookNotFoundError("There is no such webhook.")
    return webhook


def _identifier(webhook_id: str) -> UUID:
    identifier = canonical_uuid(webhook_id)
    if identifier is None:
        raise WebhookNotFoundError("There is no such webhook.")
    return identifier
