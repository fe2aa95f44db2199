"""Whether what a price list names can be found on a recipe's lines."""

from domain.errors import InvalidPriceListError
from domain.ingredient import Catalogue
from domain.price_list import PriceListContent


def check_ingredients(content: PriceListContent, catalogue: Catalogue) -> None:
    """Raise InvalidPriceListError at the first price of something that is not in the catalogue by that name."""
    for number, price in enumerate(content.prices):
        if catalogue.get(price.ingredient) is None:
            raise InvalidPriceListError(
                f"The catalogue has no ingredient of the name {price.ingredient}.",
                pointer=f"/prices/{number}/ingredient",
            )
