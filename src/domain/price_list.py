"""Price lists: what a pack of an ingredient costs, from whom, and when."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from fractions import Fraction
from itertools import pairwise
from uuid import UUID

from domain.errors import InvalidPriceListError, OverlappingPricesError

MOST_PRICES = 5_000
LONGEST_NAME = 200
LARGEST_FIGURE = 10_000_000
FINEST = 10_000
"""A price or pack has at most four decimal places."""
CURRENCY_LETTERS = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Price:
    """What one pack of `pack_g` grams costs at one supplier, from the first day to the last, both included.

    No last day means that the price holds until another is written down.
    """

    ingredient: str
    supplier: str
    pack_g: Fraction
    amount: Fraction
    valid_from: date
    valid_until: date | None = None

    @property
    def per_gram(self) -> Fraction:
        """The price of one gram."""
        return self.amount / self.pack_g

    @property
    def offer(self) -> tuple[str, str, Fraction]:
        """What is on offer, whatever it costs: the same offer has one price a day."""
        return self.ingredient, self.supplier, self.pack_g

    def holds_on(self, day: date) -> bool:
        """Whether this is the price on that day."""
        return self.valid_from <= day and (self.valid_until is None or day <= self.valid_until)

    def check(self, pointer: str) -> None:
        """Raise InvalidPriceListError when nobody could mean this."""
        for member, text in (("ingredient", self.ingredient), ("supplier", self.supplier)):
            if not text.strip() or len(text) > LONGEST_NAME:
                raise InvalidPriceListError(f"From 1 to {LONGEST_NAME} characters.", pointer=f"{pointer}/{member}")
        _check_figure(self.pack_g, f"{pointer}/packGrams")
        if self.pack_g == 0:
            raise InvalidPriceListError("A pack weighs something.", pointer=f"{pointer}/packGrams")
        _check_figure(self.amount, f"{pointer}/price")
        if self.valid_until is not None and self.valid_until < self.valid_from:
            raise InvalidPriceListError("The last day is before the first.", pointer=f"{pointer}/validUntil")


@dataclass(frozen=True, slots=True, kw_only=True)
class PriceListContent:
    """Everything that the owner decides; all prices are in one currency, by its ISO 4217 code."""

    name: str
    currency: str
    prices: tuple[Price, ...]

    def __post_init__(self) -> None:
        """Refuse a list that would have two answers for one day, naming the entry by a JSON pointer."""
        if not self.name.strip() or len(self.name) > LONGEST_NAME:
            raise InvalidPriceListError(f"From 1 to {LONGEST_NAME} characters.", pointer="/name")
        if len(self.currency) != CURRENCY_LETTERS or not (self.currency.isascii() and self.currency.isupper()):
            raise InvalidPriceListError("A currency is three capital letters, such as JPY.", pointer="/currency")
        if not 0 < len(self.prices) <= MOST_PRICES:
            raise InvalidPriceListError(f"From 1 to {MOST_PRICES:,} prices.", pointer="/prices")
        for number, price in enumerate(self.prices):
            price.check(f"/prices/{number}")
        self._check_overlaps()

    def _check_overlaps(self) -> None:
        dated = sorted(enumerate(self.prices), key=lambda item: (item[1].offer, item[1].valid_from, item[0]))
        for (earlier, one), (later, other) in pairwise(dated):
            if one.offer == other.offer and one.holds_on(other.valid_from):
                raise OverlappingPricesError(
                    f"Entry {earlier} has another price for this pack of {other.ingredient} from {other.supplier}"
                    f" on {other.valid_from}.",
                    pointer=f"/prices/{later}/validFrom",
                )


@dataclass(frozen=True, slots=True, kw_only=True)
class PriceList:
    """The aggregate: a price list with its owner and version."""

    id: UUID
    owner: str
    version: int
    content: PriceListContent
    created_at: datetime
    updated_at: datetime

    @classmethod
    def add(cls, price_list_id: UUID, owner: str, content: PriceListContent, at: datetime) -> "PriceList":
        """Begin a price list."""
        return cls(id=price_list_id, owner=owner, version=1, content=content, created_at=at, updated_at=at)

    def revise(self, content: PriceListContent, at: datetime) -> "PriceList":
        """Replace what it says, as the next version."""
        return replace(self, version=self.version + 1, content=content, updated_at=at)

    def offers(self, ingredient: str, day: date) -> Sequence[Price]:
        """Return every price of an ingredient that holds on that day."""
        return [price for price in self.content.prices if price.ingredient == ingredient and price.holds_on(day)]


def _check_figure(figure: Fraction, pointer: str) -> None:
    if not 0 <= figure <= LARGEST_FIGURE or FINEST % figure.denominator:
        raise InvalidPriceListError(f"From 0 to {LARGEST_FIGURE:,}, with at most four decimal places.", pointer=pointer)
