"""Searches as clients write them, and pages as they get them."""

import base64
import binascii
from datetime import UTC, datetime, timedelta
from urllib.parse import urlencode
from uuid import UUID

import msgspec

from application.ports.reads import RecipePage
from domain.search import RecipePlace
from entrypoints.http.cursors import InvalidCursorError
from entrypoints.http.schemas.recipes import YieldInput
from entrypoints.http.sparse import picked

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MICROSECOND = timedelta(microseconds=1)
PLACE_BYTES = 24


class RecipeListItem(msgspec.Struct, frozen=True, kw_only=True, rename="camel", omit_defaults=True):
    """A recipe as a list shows it; the whole of it is at `/recipe/{id}`."""

    id: str
    version: int
    status: str
    owner: str
    name: str
    description: str | None = None
    recipe_yield: YieldInput | None = msgspec.field(default=None, name="yield")
    category: str | None = None
    cuisine: str | None = None
    tags: tuple[str, ...] = ()
    prep_minutes: int | None = None
    cook_minutes: int | None = None
    language: str | None = None
    created_at: datetime
    updated_at: datetime


class RecipeList(msgspec.Struct, frozen=True):
    """One page; `next` is the address of the following one, null on the last."""

    items: tuple[RecipeListItem, ...]
    next: str | None


def page_body(page: RecipePage, following: str | None, wanted: frozenset[str] | None) -> bytes:
    """Return the JSON of a page, its items passed through, or what is wanted of each."""
    items = b",".join(picked(item, wanted) for item in page.items)
    return b'{"items":[' + items + b'],"next":' + msgspec.json.encode(following) + b"}"


def following_url(path: str, query: list[tuple[str, str]], place: RecipePlace | None) -> str | None:
    """Return the address of the page after this one: the same question from another place."""
    if place is None:
        return None
    kept = [(name, value) for name, value in query if name != "cursor"]
    return f"{path}?{urlencode([*kept, ('cursor', cursor_of(place))])}"


def cursor_of(place: RecipePlace) -> str:
    """Return a place as text that means nothing to clients."""
    since = (place.created_at - EPOCH) // MICROSECOND
    return base64.urlsafe_b64encode(since.to_bytes(8, "big") + place.recipe_id.bytes).decode()


def place_of(cursor: str) -> RecipePlace:
    """Return the place that a cursor means; raise InvalidCursorError."""
    try:
        found = base64.b64decode(cursor, altchars=b"-_", validate=True)
        if len(found) != PLACE_BYTES:
            raise InvalidCursorError
        since = int.from_bytes(found[:8], "big") * MICROSECOND
        return RecipePlace(created_at=EPOCH + since, recipe_id=UUID(bytes=found[8:]))
    except (binascii.Error, ValueError, OverflowError) as error:
        raise InvalidCursorError from error
