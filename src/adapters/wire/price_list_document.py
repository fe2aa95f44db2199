"""The price list as it is shown and stored: one JSON document, written once per version, read back exactly."""

from datetime import date, datetime
from uuid import UUID

import msgspec

from adapters.wire.figures import exact, number
from domain.price_list import Price, PriceList, PriceListContent


class PriceDocument(msgspec.Struct, frozen=True, kw_only=True, rename="camel", omit_defaults=True):
    """What a pack costs, and when."""

    ingredient: str
    supplier: str
    pack_grams: int | float
    price: int | float
    valid_from: date
    valid_until: date | None = None


class PriceListDocument(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """The public representation of a price list."""

    id: UUID
    version: int
    owner: str
    name: str
    currency: str
    prices: tuple[PriceDocument, ...]
    created_at: datetime
    updated_at: datetime


def price_list_document(price_list: PriceList) -> bytes:
    """Return the price list's public JSON."""
    content = price_list.content
    return msgspec.json.encode(
        PriceListDocument(
            id=price_list.id,
            version=price_list.version,
            owner=price_list.owner,
            name=content.name,
            currency=content.currency,
            prices=tuple(_document(price) for price in content.prices),
            created_at=price_list.created_at,
            updated_at=price_list.updated_at,
        )
    )


def price_list_from(document: bytes) -> PriceList:
    """Rebuild the aggregate from its document; raise msgspec.ValidationError if it is not one."""
    shown = msgspec.json.decode(document, type=PriceListDocument)
    return PriceList(
        id=shown.id,
        owner=shown.owner,
        version=shown.version,
        content=PriceListContent(
            name=shown.name, currency=shown.currency, prices=tuple(_price(price) for price in shown.prices)
        ),
        created_at=shown.created_at,
        updated_at=shown.updated_at,
    )


def _document(price: Price) -> PriceDocument:
    return PriceDocument(
        ingredient=price.ingredient,
        supplier=price.supplier,
        pack_grams=number(price.pack_g),
        price=number(price.amount),
        valid_from=price.valid_from,
        valid_until=price.valid_until,
    )


def _price(shown: PriceDocument) -> Price:
    return Price(
        ingredient=shown.ingredient,
        supplier=shown.supplier,
        pack_g=exact(shown.pack_grams),
        amount=exact(shown.price),
        valid_from=shown.valid_from,
        valid_until=shown.valid_until,
    )
